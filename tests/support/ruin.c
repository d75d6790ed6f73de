/* SPDX-License-Identifier: MIT */
/* ruin.c - a store with a past, and what can be done to it. */
#include "tests/support/ruin.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <llmreg/tokens.h>

#include "common/store/backup/list.h"
#include "common/store/backup/make.h"
#include "common/store/backup/name.h"
#include "common/store/care/check.h"

#define PAGE 4096

static const unsigned char zeros[PAGE];

void ruin_open(struct ruin *r, struct writing *w)
{
    *r = (struct ruin){.w = w};
    snprintf(r->path, sizeof r->path, "%s/registry.db", w->config.dir);
    snprintf(r->backups, sizeof r->backups, "%s/backups", w->config.dir);
}

/* ---- a life before ---- */

static void add_endpoints(struct writing *w, int from, int to)
{
    char name[16];

    for (int i = from; i < to; i++) {
        snprintf(name, sizeof name, "gpu%d", i);
        room_add(&w->room, name);
        room_models(&w->room, name, "llama3:8b,mistral:7b");
        room_observe(&w->room, name, LLMREG_REASON_OK);
        writing_step(w);
    }
    writing_sync(w);
}

static void add_token(struct writing *w, const char *id)
{
    const struct llmreg_token t = {
        .id = id,
        .digest = {7, (uint8_t)id[0], (uint8_t)id[7]},
        .name = "",
        .role = LLMREG_ROLE_READER,
        .agent = "",
        .host = "",
        .origin = "api",
        .created_ms = 1000,
        .approved = true};
    struct llmreg_error err;

    ck_assert_int_eq(
        llmreg_token_add(w->room.registry, &t, &w->room.now, NULL, &err),
        LLMREG_OK);
    writing_sync(w);
}

static void back_up(struct ruin *r, char id[LLMREG_BACKUP_ID_SIZE])
{
    struct llmreg_backup out;
    struct llmreg_error err;
    struct reader reader;

    room_pass(&r->w->room, 5000);
    backup_name(id, r->w->room.now.wall_ms, ++r->made);
    const struct make m = {r->path, r->backups, id, LLMREG_BACKUP_REQUEST,
                           &r->w->room.clock};
    ck_assert_int_eq(reader_init(&reader), LLMREG_OK);
    ck_assert_msg(make_backup(&m, &reader, &out, &err) == LLMREG_OK, "%s",
                  err.text);
    reader_fini(&reader);
}

void ruin_live(struct ruin *r)
{
    struct writing *w = r->w;
    char id[LLMREG_BACKUP_ID_SIZE];

    writing_start(w);
    add_endpoints(w, 0, RUIN_OLD / 2);
    add_token(w, "aaaaaaa1");
    back_up(r, id);
    add_endpoints(w, RUIN_OLD / 2, RUIN_OLD);
    add_token(w, "aaaaaaa2");
    back_up(r, id);
    room_remove(&w->room, "gpu0");
    ck_assert_int_eq(llmreg_token_revoke(w->room.registry, "aaaaaaa2", "stolen",
                                         &w->room.now, NULL),
                     LLMREG_OK);
    add_endpoints(w, RUIN_OLD, RUIN_OLD + RUIN_NEW);
}

/* ---- damage ---- */

static void write_zeros(const char *path, off_t at, size_t len)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);

    ck_assert_int_eq(pwrite(fd, zeros, len, at), (ssize_t)len);
    close(fd);
}

void ruin_header(struct ruin *r)
{
    write_zeros(r->path, 0, 100);
}

void ruin_page(struct ruin *r, int64_t page)
{
    write_zeros(r->path, (off_t)(page - 1) * PAGE, PAGE);
}

void ruin_root(struct ruin *r, const char *table)
{
    char sql[128];

    snprintf(sql, sizeof sql,
             "SELECT rootpage FROM sqlite_schema WHERE name = '%s'", table);
    ruin_page(r, writing_ask(r->w, sql));
}

void ruin_leaf(struct ruin *r, const char *table)
{
    char sql[160];

    snprintf(sql, sizeof sql,
             "SELECT pageno FROM dbstat WHERE name = '%s'"
             " AND pagetype = 'leaf' ORDER BY path DESC",
             table);
    ruin_page(r, writing_ask(r->w, sql));
}

int64_t ruin_size(const struct ruin *r)
{
    struct stat st;

    ck_assert_int_eq(stat(r->path, &st), 0);
    return st.st_size;
}

void ruin_backups(struct ruin *r, size_t newest)
{
    struct llmreg_backups *l = NULL;
    struct llmreg_error err;
    char file[FILES_PATH_SIZE];

    ck_assert_int_eq(list_read(r->backups, &l, &err), LLMREG_OK);
    for (size_t i = 0; i < newest && i < llmreg_backups_count(l); i++) {
        backup_path(file, r->backups, llmreg_backups_at(l, i)->id, ".db");
        write_zeros(file, 2 * PAGE, PAGE);
    }
    llmreg_backups_put(l);
}

/* ---- and after it ---- */

int ruin_count(struct ruin *r, int from, int to)
{
    char name[16];
    int n = 0;

    for (int i = from; i < to; i++) {
        snprintf(name, sizeof name, "gpu%d", i);
        struct llmreg_endpoint *e = room_get(&r->w->room, name);

        n += e != NULL;
        llmreg_put(e);
    }
    return n;
}

bool ruin_lets_in(struct ruin *r, const char *id)
{
    const struct llmreg_token *t = llmreg_token_get(r->w->room.registry, id);
    const bool in =
        t != NULL &&
        llmreg_token_state(t, r->w->room.now.wall_ms) == LLMREG_TOKEN_VALID;

    llmreg_token_put(t);
    return in;
}

static bool is_there(struct ruin *r, const char *name)
{
    char path[FILES_PATH_SIZE];

    files_path(path, r->w->config.dir, name);
    return access(path, F_OK) == 0;
}

void ruin_check(struct ruin *r)
{
    struct check_report report;
    struct llmreg_error err = {{0}};
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open_v2(r->path, &db, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    ck_assert_msg(check_run(db, CHECK_FULL, &report, &err) == LLMREG_OK, "%s",
                  err.text);
    sqlite3_close(db);
    ck_assert(!is_there(r, "registry.db.part"));
    ck_assert(!is_there(r, "registry.db.saved"));
    ck_assert(!is_there(r, "registry.recovery"));
    ck_assert(is_there(r, "registry.hub"));
}
