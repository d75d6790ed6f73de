/* SPDX-License-Identifier: MIT */
/* merge.c - one table after the other, in one transaction; references are
 * looked at when all are there.
 */
#include "common/store/recovery/merge.h"

#include "common/store/care/seal.h"
#include "common/store/recovery/statements.h"
#include "common/store/rows/binding.h"
#include "common/store/rows/rows.h"

struct work {
    const struct merge *m;
    struct database *db;
    int64_t synced; /* every change up to that event is in the backup */
    bool proven;    /* every event since is in what was saved */
    struct llmreg_error *err;
};

static int fail(struct work *w, int code)
{
    return database_status(w->db, code, "put together", w->err);
}

/* The facts are parameters of those that ask for them.  NULL is fine. */
static int run(struct work *w, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int code = SQLITE_OK;

    if (sql == NULL)
        return LLMREG_OK;
    code = sqlite3_prepare_v2(w->db->handle, sql, -1, &stmt, NULL);
    if (code == SQLITE_OK && sqlite3_bind_parameter_count(stmt) >= 1)
        code = sqlite3_bind_int64(stmt, 1, w->synced);
    if (code == SQLITE_OK && sqlite3_bind_parameter_count(stmt) >= 2)
        code = sqlite3_bind_int(stmt, 2, w->proven);
    if (code == SQLITE_OK)
        code = sums_done(sqlite3_step(stmt));
    sqlite3_finalize(stmt);
    return code == SQLITE_OK ? LLMREG_OK : fail(w, code);
}

/* ---- tables ---- */

static int doubt_tokens(struct work *w, const char *sql, int64_t *doubtful)
{
    int rc = run(w, sql);
    int code;

    if (rc != LLMREG_OK)
        return rc;
    *doubtful = sqlite3_changes(w->db->handle);
    code = seal_rows(w->db->handle, TABLE_TOKEN);
    return code == SQLITE_OK ? LLMREG_OK : fail(w, code);
}

static int merge_table(struct work *w, enum table which, int64_t *doubtful)
{
    const struct recovery_sql *sql = recovery_sql(which);
    int rc;

    if (w->m->salvage->whole[which] && which != TABLE_META)
        rc = run(w, sql->clear);
    else if (which == TABLE_TOKEN)
        rc = doubt_tokens(w, recovery_doubt_some, doubtful);
    else
        rc = run(w, sql->drop_removed);
    return rc == LLMREG_OK ? run(w, sql->merge) : rc;
}

static int merge_tables(struct work *w, int64_t *doubtful)
{
    int rc = LLMREG_OK;

    for (int i = 0; i < TABLES && rc == LLMREG_OK; i++)
        rc = merge_table(w, (enum table)i, doubtful);
    return rc;
}

static int drop_orphans(struct work *w)
{
    int rc = LLMREG_OK;

    for (int i = 0; i < TABLES && rc == LLMREG_OK; i++)
        rc = run(w, recovery_sql((enum table)i)->drop_orphans);
    return rc;
}

/* ---- single values ---- */

static int put_hub(struct work *w)
{
    struct binding b;

    if (w->m->hub[0] == '\0')
        return LLMREG_OK;
    b = binding_row(w->db, DB_META_PUT, TABLE_META);
    binding_text(&b, "hub_id");
    binding_text(&b, w->m->hub);
    return binding_finish(&b, w->err);
}

/* No number that either has used may be used again. */
static int put_numbers(struct work *w, int64_t reserved)
{
    int64_t other = 0, newest = 0, synced = 0;
    int rc = rows_get_number(w->db, "seq_reserved", &other, w->err);

    if (rc == LLMREG_OK)
        rc = rows_get_number(w->db, "synced_seq", &synced, w->err);
    if (rc == LLMREG_OK)
        rc = database_ask_number(w->db,
                                 "SELECT coalesce(max(seq), 0) FROM main.event",
                                 &newest, w->err);
    if (reserved < other)
        reserved = other;
    if (reserved < newest)
        reserved = newest;
    if (rc == LLMREG_OK)
        rc = rows_put_number(w->db, "seq_reserved", reserved, w->err);
    if (rc == LLMREG_OK)
        rc = rows_put_number(w->db, "synced_seq", synced, w->err);
    return rc;
}

/* ---- all of it ---- */

static int attach(struct work *w)
{
    sqlite3_stmt *stmt = NULL;
    int code, rc = run(w, "PRAGMA foreign_keys = OFF");

    if (rc != LLMREG_OK || w->m->saved == NULL)
        return rc;
    code = sqlite3_prepare_v2(w->db->handle, "ATTACH ?1 AS saved", -1, &stmt,
                              NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(stmt, 1, w->m->saved, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sums_done(sqlite3_step(stmt));
    sqlite3_finalize(stmt);
    return code == SQLITE_OK ? LLMREG_OK : fail(w, code);
}

static int look(struct work *w, int64_t *reserved)
{
    int64_t oldest = 0;
    int rc = rows_get_number(w->db, "seq_reserved", reserved, w->err);

    if (rc == LLMREG_OK)
        rc = rows_get_number(w->db, "synced_seq", &w->synced, w->err);
    if (rc != LLMREG_OK || w->m->saved == NULL)
        return rc;
    rc = database_ask_number(w->db,
                             "SELECT coalesce(min(seq), 0) FROM saved.event",
                             &oldest, w->err);
    w->proven =
        w->m->salvage->whole[TABLE_EVENT] && oldest > 0 && oldest <= w->synced;
    return rc;
}

static int change(struct work *w, int64_t *doubtful)
{
    int64_t reserved = 0;
    int rc = look(w, &reserved);

    if (rc == LLMREG_OK && w->m->saved != NULL)
        rc = merge_tables(w, doubtful);
    else if (rc == LLMREG_OK && w->m->salvage == NULL)
        rc = doubt_tokens(w, recovery_doubt_all, doubtful);
    if (rc == LLMREG_OK)
        rc = drop_orphans(w);
    if (rc == LLMREG_OK)
        rc = put_hub(w);
    if (rc == LLMREG_OK)
        rc = put_numbers(w, reserved);
    return rc;
}

int merge_run(const struct merge *m, struct database *into, int64_t *doubtful,
              struct llmreg_error *err)
{
    struct work w = {.m = m, .db = into, .err = err};
    int rc = attach(&w);

    *doubtful = 0;
    if (rc == LLMREG_OK)
        rc = database_begin(into, false, err);
    if (rc == LLMREG_OK)
        rc = change(&w, doubtful);
    if (rc == LLMREG_OK)
        rc = database_commit(into, err);
    if (rc != LLMREG_OK)
        database_rollback(into);
    return rc;
}
