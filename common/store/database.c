/* SPDX-License-Identifier: MIT */
/* database.c - opens the file with care, and keeps transactions short to say.
 *
 * Opening goes from the least touching to the most: connect, look (whose file,
 * which version, is it whole), and only then set modes and migrate, with a
 * copy of the old file beside it.  So a file of another program, of a newer
 * llmreg or with damage stays as it was found.
 *
 * Not set here, because they belong to the whole process and so to the daemon
 * around us: SQLite's soft heap limit and its error log.
 */
#include "common/store/database.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/care/check.h"
#include "common/store/care/seal.h"
#include "common/store/copy.h"
#include "common/store/schema.h"

#define BUSY_MS      2000
#define LENGTH_LIMIT (1024 * 1024)

/* ---- what went wrong ---- */

static int status_of(int code, int system)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return LLMREG_ENOSPACE;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return LLMREG_ECORRUPT;
    case SQLITE_NOMEM:
        return LLMREG_ENOMEM;
    default:
        return system == ENOSPC || system == EDQUOT ? LLMREG_ENOSPACE
                                                    : LLMREG_EIO;
    }
}

int database_status(struct database *db, int code, const char *doing,
                    struct llmreg_error *err)
{
    const char *path = NULL, *text = sqlite3_errstr(code);
    int system = 0;

    if (db->handle != NULL) {
        path = sqlite3_db_filename(db->handle, "main");
        if ((sqlite3_errcode(db->handle) & 0xff) == (code & 0xff))
            text = sqlite3_errmsg(db->handle);
        if ((code & 0xff) != SQLITE_CORRUPT)
            system = sqlite3_system_errno(db->handle);
    }
    if (path == NULL)
        path = "the store";
    if (system != 0)
        llmreg_error_set(err, "cannot %s %s: %s (%s)", doing, path, text,
                         strerror(system));
    else if (code > 0xff) /* e.g. which kind of I/O error */
        llmreg_error_set(err, "cannot %s %s: %s (SQLite's code %d)", doing,
                         path, text, code);
    else
        llmreg_error_set(err, "cannot %s %s: %s", doing, path, text);
    return status_of(code, system);
}

/* ---- small steps ---- */

static int execute(struct database *db, const char *sql, const char *doing,
                   struct llmreg_error *err)
{
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

    if (code != SQLITE_OK)
        return database_status(db, code, doing, err);
    return LLMREG_OK;
}

int database_ask(struct database *db, const char *sql, char *out, size_t size,
                 struct llmreg_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL);
    const unsigned char *text = NULL;
    int rc = LLMREG_OK;

    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if (code == SQLITE_ROW && sqlite3_column_type(stmt, 0) != SQLITE_NULL) {
        text = sqlite3_column_text(stmt, 0);
        /* No answer, for which a good file would pass for another's. */
        if (text == NULL)
            code = SQLITE_NOMEM;
    }
    snprintf(out, size, "%s", text != NULL ? (const char *)text : "");
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        rc = database_status(db, code, "read", err);
    sqlite3_finalize(stmt);
    return rc;
}

int database_ask_number(struct database *db, const char *sql, int64_t *out,
                        struct llmreg_error *err)
{
    char text[32];
    int rc = database_ask(db, sql, text, sizeof text, err);

    *out = strtoll(text, NULL, 10);
    return rc;
}

/* ---- opening ---- */

static int keep_log_on_close(struct database *db, int keep)
{
    return sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep,
                             NULL);
}

int database_connect(struct database *db, const char *path, int flags,
                     struct llmreg_error *err)
{
    int code = sqlite3_open_v2(
        path, &db->handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        NULL);

    if (code == SQLITE_OK)
        code =
            sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0,
                                 NULL);
    if (code == SQLITE_OK)
        code =
            sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    if (code == SQLITE_OK)
        code = keep_log_on_close(db, 1);
    if (code == SQLITE_OK)
        code = sqlite3_busy_timeout(db->handle, BUSY_MS);
    if (code != SQLITE_OK)
        return database_status(db, code, "open", err);
    sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, LENGTH_LIMIT);
    return LLMREG_OK;
}

/* Ours, of a version we know, and whole.  *version is 0 for an empty one. */
static int look(struct database *db, int64_t *version, struct llmreg_error *err)
{
    const char *path = sqlite3_db_filename(db->handle, "main");
    int64_t application = 0, tables = 0;
    struct check_report report;
    int rc =
        database_ask_number(db, "PRAGMA application_id", &application, err);

    if (rc == LLMREG_OK)
        rc = database_ask_number(db, "PRAGMA user_version", version, err);
    if (rc == LLMREG_OK)
        rc = database_ask_number(db, "SELECT count(*) FROM sqlite_schema",
                                 &tables, err);
    if (rc != LLMREG_OK)
        return rc;
    if (application == 0 && *version == 0 && tables == 0)
        return LLMREG_OK;
    if (application != SCHEMA_APPLICATION_ID || *version < 1) {
        llmreg_error_set(err, "%s is a database, but not one of llmreg", path);
        return LLMREG_ECORRUPT;
    }
    if (*version > SCHEMA_VERSION) {
        llmreg_error_set(err,
                         "%s was written by a newer llmreg (its schema is "
                         "version %lld, this one knows up to %d) and is not "
                         "written to: install the newer llmreg again, or put "
                         "the copy from before the migration, .version-N "
                         "beside it, in its place",
                         path, (long long)*version, SCHEMA_VERSION);
        return LLMREG_EVERSION;
    }
    return check_run(db->handle, CHECK_QUICK, &report, err);
}

static int set_modes(struct database *db, struct llmreg_error *err)
{
    static const char modes[] = "PRAGMA foreign_keys = ON;"
                                "PRAGMA trusted_schema = OFF;"
                                "PRAGMA cell_size_check = ON;"
                                "PRAGMA secure_delete = FAST;"
                                "PRAGMA temp_store = MEMORY;"
                                "PRAGMA mmap_size = 0;"
                                "PRAGMA journal_size_limit = 67108864;"
                                "PRAGMA wal_autocheckpoint = 0;"
                                "PRAGMA cache_size = -8192;"
                                "PRAGMA synchronous = FULL;";
    char mode[16];
    int rc;

    /* Before the first table, or the file can never shrink. */
    rc = execute(db, "PRAGMA auto_vacuum = INCREMENTAL", "set up", err);
    if (rc == LLMREG_OK)
        rc = database_ask(db, "PRAGMA journal_mode = WAL", mode, sizeof mode,
                          err);
    if (rc == LLMREG_OK && strcmp(mode, "wal") != 0) {
        llmreg_error_set(err, "%s: its file system cannot do WAL",
                         sqlite3_db_filename(db->handle, "main"));
        rc = LLMREG_EIO;
    }
    if (rc == LLMREG_OK)
        rc = execute(db, modes, "set up", err);
    db->full = true;
    return rc;
}

/* A step may change rows, and so their checksums. */
static int take_step(struct database *db, int version, struct llmreg_error *err)
{
    int rc = execute(db, schema_step(version), "migrate", err);
    int code = SQLITE_OK;

    if (rc == LLMREG_OK && version >= SEAL_VERSION)
        code = seal_all(db->handle);
    return code == SQLITE_OK ? rc : database_status(db, code, "migrate", err);
}

static int migrate(struct database *db, int64_t version,
                   struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    if (version > 0 && version < SCHEMA_VERSION)
        rc = copy_make(db->handle, sqlite3_db_filename(db->handle, "main"),
                       (long)version, err);
    for (int64_t v = version + 1; v <= SCHEMA_VERSION && rc == LLMREG_OK; v++) {
        rc = execute(db, "BEGIN IMMEDIATE", "migrate", err);
        if (rc == LLMREG_OK)
            rc = take_step(db, (int)v, err);
        if (rc == LLMREG_OK)
            rc = execute(db, "COMMIT", "migrate", err);
    }
    return rc;
}

static int prepare_all(struct database *db, struct llmreg_error *err)
{
    for (int i = 0; i < DB_STATEMENTS; i++) {
        int code = sqlite3_prepare_v3(db->handle, database_sql(i), -1,
                                      SQLITE_PREPARE_PERSISTENT,
                                      &db->statement[i], NULL);

        if (code == SQLITE_ERROR) { /* no such table or column */
            llmreg_error_set(err, "%s lacks a part: %s",
                             sqlite3_db_filename(db->handle, "main"),
                             sqlite3_errmsg(db->handle));
            return LLMREG_ECORRUPT;
        }
        if (code != SQLITE_OK)
            return database_status(db, code, "use", err);
    }
    return LLMREG_OK;
}

static int open_sums(struct database *db, struct llmreg_error *err)
{
    const int code = sums_open(&db->sums, db->handle);

    if (code == SQLITE_OK)
        return LLMREG_OK;
    return database_status(db, code, "read the sums of", err);
}

static int count_pages(void *ctx, sqlite3 *handle, const char *name, int pages)
{
    struct database *db = ctx;

    (void)handle;
    (void)name;
    db->wal_pages = pages;
    return SQLITE_OK;
}

int database_open(struct database *db, const char *path,
                  struct llmreg_error *err)
{
    int64_t version = 0;
    int rc;

    memset(db, 0, sizeof *db);
    rc = database_connect(db, path, SQLITE_OPEN_READWRITE, err);
    if (rc == LLMREG_OK)
        rc = look(db, &version, err);
    if (rc == LLMREG_OK)
        rc = set_modes(db, err);
    if (rc == LLMREG_OK)
        rc = migrate(db, version, err);
    if (rc == LLMREG_OK)
        rc = prepare_all(db, err);
    if (rc == LLMREG_OK)
        rc = open_sums(db, err);
    if (rc != LLMREG_OK) {
        database_close(db, false);
        return rc;
    }
    sqlite3_wal_hook(db->handle, count_pages, db);
    return LLMREG_OK;
}

void database_close(struct database *db, bool sound)
{
    if (db->handle == NULL)
        return;
    sums_close(&db->sums, db->handle);
    for (int i = 0; i < DB_STATEMENTS; i++)
        sqlite3_finalize(db->statement[i]);
    if (sound && keep_log_on_close(db, 0) == SQLITE_OK)
        sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE,
                                  NULL, NULL);
    sqlite3_close(db->handle);
    memset(db, 0, sizeof *db);
}

bool database_is_open(const struct database *db)
{
    return db->handle != NULL;
}

bool database_has_moved(struct database *db)
{
    int moved = 0;
    int code = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED,
                                    &moved);

    return code == SQLITE_OK && moved != 0;
}

/* ---- transactions ---- */

/* One that has no parameters, and no rows. */
static int run(struct database *db, enum db_statement which,
               struct llmreg_error *err)
{
    sqlite3_stmt *stmt = db->statement[which];
    int code = sqlite3_step(stmt);
    int rc = LLMREG_OK;

    if (code != SQLITE_DONE)
        rc = database_status(db, code, "write", err);
    sqlite3_reset(stmt);
    return rc;
}

int database_begin(struct database *db, bool durable, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    if (db->full != durable)
        rc = execute(db,
                     durable ? "PRAGMA synchronous = FULL"
                             : "PRAGMA synchronous = NORMAL",
                     "write", err);
    if (rc != LLMREG_OK)
        return rc;
    db->full = durable;
    return run(db, DB_BEGIN, err);
}

int database_commit(struct database *db, struct llmreg_error *err)
{
    const int code = sums_write(&db->sums);
    int rc = LLMREG_OK;

    if (code != SQLITE_OK)
        rc = database_status(db, code, "write", err);
    if (rc == LLMREG_OK)
        rc = run(db, DB_COMMIT, err);
    if (rc == LLMREG_OK)
        sums_settle(&db->sums);
    return rc;
}

void database_rollback(struct database *db)
{
    if (!sqlite3_get_autocommit(db->handle))
        sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    sums_forget(&db->sums);
}

static int checkpoint(struct database *db, int mode, struct llmreg_error *err)
{
    int log = 0, moved = 0;
    int code = sqlite3_wal_checkpoint_v2(db->handle, NULL, mode, &log, &moved);

    db->held = code == SQLITE_OK ? moved < log : (code & 0xff) == SQLITE_BUSY;
    db->wal_pages = 0; /* the next commit tells how long the log is then */
    if (code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY)
        return LLMREG_OK;
    return database_status(db, code, "checkpoint", err);
}

int database_restart_log(struct database *db, bool keep_room,
                         struct llmreg_error *err)
{
    return checkpoint(
        db, keep_room ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_TRUNCATE,
        err);
}

int database_checkpoint(struct database *db, struct llmreg_error *err)
{
    return checkpoint(db, SQLITE_CHECKPOINT_PASSIVE, err);
}
