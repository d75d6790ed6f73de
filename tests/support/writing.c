/* SPDX-License-Identifier: MIT */
/* writing.c - see writing.h. */
#include "tests/support/writing.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "common/store/care/seal.h"

void writing_make(struct writing *w)
{
    memset(w, 0, sizeof *w);
    room_make(&w->room);
    w->config = (struct store_config){
        .flush_ns = 5 * LLMREG_NS_PER_S,
        .retry_ns = 5 * LLMREG_NS_PER_S,
        .keep_events = 100,
        .keep_audit = 100,
        .keep_beats = 1000,
    };
    snprintf(w->config.dir, sizeof w->config.dir, "%s/registry", w->room.dir);
}

void writing_open(struct writing *w)
{
    writing_make(w);
    room_start(&w->room);
}

void writing_close(struct writing *w)
{
    writing_end(w);
    room_close(&w->room);
}

struct store_world writing_world(struct writing *w)
{
    return (struct store_world){w->room.registry, w->room.bus, &w->room.clock,
                                &w->room.log};
}

void writing_start(struct writing *w)
{
    const struct store_world world = writing_world(w);
    struct llmreg_error err;

    ck_assert_int_eq(writer_new(&w->writer, &w->config, &world, &err),
                     LLMREG_OK);
}

void writing_end(struct writing *w)
{
    writer_free(w->writer);
    w->writer = NULL;
}

void writing_restart(struct writing *w)
{
    writing_sync(w);
    writing_end(w);
    room_restart(&w->room);
    writing_start(w);
}

void writing_hide(struct writing *w)
{
    ck_assert_int_eq(rename(w->config.dir, room_path(&w->room, "away")), 0);
    room_write_file(&w->room, "registry", "not a directory");
}

void writing_show(struct writing *w)
{
    ck_assert_int_eq(remove(w->config.dir), 0);
    ck_assert_int_eq(rename(room_path(&w->room, "away"), w->config.dir), 0);
}

void writing_step(struct writing *w)
{
    writer_step(w->writer, &w->room.now, false);
}

void writing_sync(struct writing *w)
{
    while (writer_works(w->writer) &&
           writer_on_disk(w->writer) < llmreg_bus_last(w->room.bus))
        writer_step(w->writer, &w->room.now, true);
}

int64_t writing_ask(struct writing *w, const char *sql)
{
    const char *path = room_path(&w->room, "registry/registry.db");
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    int64_t n = -1;

    ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return n;
}

void writing_change_file(struct writing *w, const char *sql)
{
    const char *path = room_path(&w->room, "registry/registry.db");
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    ck_assert_int_eq(seal_all(db), SQLITE_OK);
    sqlite3_close(db);
}
