/* SPDX-License-Identifier: MIT */
/* merge.c - fixed statements; main is the part, live is only read. */
#include "common/store/restore/merge.h"

#include <string.h>

#include <llmreg/text.h>

#include "common/store/care/seal.h"
#include "common/store/database.h"
#include "common/store/files.h"
#include "common/store/sequence.h"

#define ADD(t) "INSERT OR IGNORE INTO main." t " SELECT * FROM live." t
#define HIGHER(key)                                                            \
    "UPDATE main.meta SET value = max(value, (SELECT value FROM live.meta"     \
    " WHERE key = '" key "')) WHERE key = '" key "'"

#define REVOKE                                                                 \
    "UPDATE main.token SET revoked_ms = ?1 WHERE revoked_ms IS NULL"           \
    " AND id NOT IN (SELECT id FROM live.token)"                               \
    " AND id IN (SELECT subject FROM live.event"                               \
    " WHERE entity = 'token' AND type = 'removed')"
#define OUR_HUB                                                                \
    "UPDATE main.meta SET value = (SELECT value FROM live.meta"                \
    " WHERE key = 'hub_id') WHERE key = 'hub_id'"

/* ?1: now, in wall milliseconds. */
static const char *const statements[] = {
    REVOKE,
    "INSERT OR REPLACE INTO main.token SELECT * FROM live.token",
    ADD("audit"),
    ADD("event"),
    ADD("heartbeat"),
    ADD("session"),
    "DELETE FROM main.alert",
    ADD("alert"),
    HIGHER("seq_reserved"),
    HIGHER("synced_seq"),
    OUR_HUB,
    NULL,
};

static int run(struct database *db, const char *sql, int64_t wall_ms,
               struct llmreg_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL);
    int rc = LLMREG_OK;

    if (code == SQLITE_OK && sqlite3_bind_parameter_count(stmt) > 0)
        code = sqlite3_bind_int64(stmt, 1, wall_ms);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if (code != SQLITE_DONE)
        rc = database_status(db, code, "merge into", err);
    sqlite3_finalize(stmt);
    return rc;
}

/* As a URI, so that it is opened to be read. */
static int attach(struct database *db, const char *live,
                  struct llmreg_error *err)
{
    char uri[3 * FILES_PATH_SIZE + 32];
    sqlite3_stmt *stmt = NULL;
    struct llmreg_text t;
    int code, rc = LLMREG_OK;

    llmreg_text_init(&t, uri, sizeof uri);
    llmreg_text_add(&t, "file:");
    for (const char *p = live; *p != '\0'; p++)
        llmreg_text_addf(&t, strchr("%?#", *p) != NULL ? "%%%02X" : "%c", *p);
    llmreg_text_add(&t, "?mode=ro");
    code = sqlite3_prepare_v2(db->handle, "ATTACH ?1 AS live", -1, &stmt, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(stmt, 1, uri, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if (code != SQLITE_DONE)
        rc = database_status(db, code, "merge into", err);
    sqlite3_finalize(stmt);
    return rc;
}

/* Runs them in one transaction, and computes the checksums anew. */
static int change(struct database *db, const char *const *sql, int64_t value,
                  struct llmreg_error *err)
{
    int rc = run(db, "BEGIN", 0, err);
    int code;

    for (; rc == LLMREG_OK && *sql != NULL; sql++)
        rc = run(db, *sql, value, err);
    if (rc != LLMREG_OK)
        return rc;
    code = seal_all(db->handle);
    if (code != SQLITE_OK)
        return database_status(db, code, "merge into", err);
    return run(db, "COMMIT", 0, err);
}

static void end(struct database *db, int rc)
{
    if (rc != LLMREG_OK && db->handle != NULL)
        database_rollback(db);
    database_close(db, rc == LLMREG_OK);
}

int merge_files(const char *live, const char *part,
                const struct llmreg_now *now, struct llmreg_error *err)
{
    struct database db;
    int rc;

    memset(&db, 0, sizeof db);
    rc = database_connect(&db, part, SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI,
                          err);
    if (rc == LLMREG_OK)
        rc = attach(&db, live, err);
    if (rc == LLMREG_OK)
        rc = change(&db, statements, now->wall_ms, err);
    end(&db, rc);
    return rc;
}

int merge_alone(const char *part, const struct llmreg_now *now,
                struct llmreg_error *err)
{
    static const char *const sql[] = {
        "UPDATE meta SET value = max(value, ?1) WHERE key = 'seq_reserved'",
        NULL,
    };
    struct database db;
    int rc;

    memset(&db, 0, sizeof db);
    rc = database_connect(&db, part, SQLITE_OPEN_READWRITE, err);
    if (rc == LLMREG_OK)
        rc = change(&db, sql, (int64_t)sequence_from_clock(now), err);
    end(&db, rc);
    return rc;
}
