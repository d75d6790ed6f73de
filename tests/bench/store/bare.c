/* SPDX-License-Identifier: MIT */
/* bare.c - the shortest loop that writes what a registration writes: the
 * agent, the event, and the number up to which all is there.
 */
#include "tests/bench/store/bare.h"

#include <string.h>

#include "tests/bench/registry/measure.h"

/* As the store has them. */
#define MODES                                                                  \
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"                    \
    "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -8192;"
#define CHECKPOINT_PAGES 8192

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;

    must(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
                            NULL) == SQLITE_OK,
         sql);
    return stmt;
}

static int count_pages(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct bare *b = ctx;

    (void)db;
    (void)name;
    b->pages = pages;
    return SQLITE_OK;
}

void bare_open(struct bare *b, const char *path)
{
    memset(b, 0, sizeof *b);
    must(sqlite3_open_v2(path, &b->db,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                         NULL) == SQLITE_OK,
         path);
    must(sqlite3_exec(b->db, MODES, NULL, NULL, NULL) == SQLITE_OK, MODES);
    sqlite3_wal_hook(b->db, count_pages, b);
    b->begin = prepare(b->db, "BEGIN IMMEDIATE");
    b->agent = prepare(
        b->db, "INSERT INTO agent (id, type, name, role, domain, cluster, host,"
               " url, version, source, interval_ms, registered_ms,"
               " capabilities, metadata, crc) VALUES (?1, ?2, ?3, ?4, ?5, ?6,"
               " ?7, ?8, ?9, 'auto', ?10, 1790000000000, 'chat' || char(10) ||"
               " 'gpu=h100' || char(10), '', 0)"
               " ON CONFLICT (id) DO UPDATE SET version = ?9");
    b->event = prepare(
        b->db, "INSERT INTO event (seq, time_ms, type, subject, name, before,"
               " after, reason, since_ms, before_ms, entity, crc) VALUES (?1,"
               " 1790000000000, 'registered', ?2, ?3, '', '', '', 0, 0,"
               " 'agent', 0)");
    b->meta = prepare(b->db, "INSERT OR REPLACE INTO meta (key, value, crc)"
                             " VALUES ('synced_seq', ?1, 0)");
    b->commit = prepare(b->db, "COMMIT");
}

void bare_close(struct bare *b)
{
    sqlite3_finalize(b->begin);
    sqlite3_finalize(b->agent);
    sqlite3_finalize(b->event);
    sqlite3_finalize(b->meta);
    sqlite3_finalize(b->commit);
    sqlite3_close(b->db);
}

static void run(sqlite3_stmt *stmt)
{
    must(sqlite3_step(stmt) == SQLITE_DONE, sqlite3_sql(stmt));
    sqlite3_reset(stmt);
}

static void bind(sqlite3_stmt *stmt, int at, const char *text)
{
    must(sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC) == SQLITE_OK,
         "a text");
}

void bare_begin(struct bare *b)
{
    run(b->begin);
}

void bare_register(struct bare *b, const struct llmreg_agent_spec *spec)
{
    const char *const texts[] = {spec->id,   spec->type,   spec->name,
                                 spec->role, spec->domain, spec->cluster,
                                 spec->host, spec->url,    spec->version};

    for (int i = 0; i < (int)(sizeof texts / sizeof *texts); i++)
        bind(b->agent, i + 1, texts[i]);
    sqlite3_bind_int64(b->agent, 10, spec->interval_ms);
    run(b->agent);
    sqlite3_bind_int64(b->event, 1, ++b->seq);
    bind(b->event, 2, spec->id);
    bind(b->event, 3, spec->name);
    run(b->event);
}

void bare_commit(struct bare *b)
{
    sqlite3_bind_int64(b->meta, 1, b->seq);
    run(b->meta);
    run(b->commit);
    if (b->pages < CHECKPOINT_PAGES)
        return;
    sqlite3_wal_checkpoint_v2(b->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL,
                              NULL);
    b->pages = 0;
}
