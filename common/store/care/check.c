/* SPDX-License-Identifier: MIT */
/* check.c - pages by SQLite, rows one by one, sums at the end.
 *
 * Damage ends the look at one table and not at the others: who has to save
 * what can be saved wants to know which are whole.
 */
#include "common/store/care/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/care/rowcrc.h"
#include "common/store/care/seal.h"

/* ---- what was found ---- */

static bool is_damage(int code)
{
    return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

static void say(struct check_report *r, const char *format, ...)
    LLMREG_PRINTF(2, 3);

static void say(struct check_report *r, const char *format, ...)
{
    va_list args;

    if (r->what[0] != '\0')
        return;
    va_start(args, format);
    (void)vsnprintf(r->what, sizeof r->what, format, args);
    va_end(args);
}

static void find_damage(struct check_report *r, enum table which)
{
    if (!r->table[which].damaged)
        r->damaged++;
    r->table[which].damaged = true;
}

bool check_is_sound(const struct check_report *report)
{
    return report->damaged == 0 && !report->pages;
}

/* ---- pages ---- */

/* A page that could not be read for want of memory is no damage, but SQLite
 * counts it as such, and says with which of its codes it was. */
static bool lacked_memory(const char *verdict)
{
    static const char says[] = "error code=";
    const char *at = strstr(verdict, says);
    const long code = at == NULL ? 0 : strtol(at + sizeof says - 1, NULL, 10);

    return code == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM;
}

static int judge(struct check_report *r, const char *verdict)
{
    if (verdict == NULL || lacked_memory(verdict))
        return SQLITE_NOMEM;
    if (strcmp(verdict, "ok") == 0)
        return SQLITE_OK;
    r->pages = true;
    say(r, "%s", verdict);
    return SQLITE_OK;
}

int check_pages(sqlite3 *db, enum check_depth depth, struct check_report *out)
{
    const char *sql = depth == CHECK_FULL ? "PRAGMA integrity_check(1)"
                                          : "PRAGMA quick_check(1)";
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if (code == SQLITE_ROW)
        code = judge(out, (const char *)sqlite3_column_text(stmt, 0));
    if (is_damage(code)) {
        out->pages = true;
        say(out, "%s", sqlite3_errmsg(db));
        code = SQLITE_OK;
    }
    sqlite3_finalize(stmt);
    return sums_done(code);
}

/* ---- the schema ---- */

static bool is_same(const struct sum *a, const struct sum *b)
{
    return a->rows == b->rows && a->sum == b->sum;
}

int check_schema(sqlite3 *db, struct check_report *out)
{
    struct sum kept, is;
    int code = sums_get(db, SEAL_SCHEMA, &kept);

    if (code == SQLITE_OK)
        code = sums_of_schema(db, &is);
    if (code != SQLITE_OK && !is_damage(code))
        return code;
    if (code == SQLITE_OK && is_same(&kept, &is))
        return SQLITE_OK;
    out->pages = true;
    say(out, "the tables are not those that were made");
    return SQLITE_OK;
}

/* ---- rows ---- */

/* A walk over one table. */
struct walk {
    sqlite3 *db;
    sqlite3_stmt *stmt;
    const char *name;
    int crc; /* where it is */
    struct sum sum;
    struct check_report *report;
    enum table which;
};

static int find_crc(sqlite3_stmt *stmt)
{
    for (int i = 0; i < sqlite3_column_count(stmt); i++)
        if (strcmp(sqlite3_column_name(stmt, i), "crc") == 0)
            return i;
    return -1;
}

/* The first two columns are the key, or have it. */
static void say_row(struct walk *w)
{
    const char *first = (const char *)sqlite3_column_text(w->stmt, 0);
    const char *second = (const char *)sqlite3_column_text(w->stmt, 1);

    say(w->report, "table %s: the row of %.80s (%.60s) is not what was written",
        w->name, first != NULL ? first : "", second != NULL ? second : "");
}

/* A connection has one thread, so that its values may be used as they are. */
static int look_at_row(struct walk *w)
{
    struct rowcrc r = rowcrc_start(w->name);
    struct check_table *t = &w->report->table[w->which];
    const int64_t crc = sqlite3_column_int64(w->stmt, w->crc);
    int code = SQLITE_OK;

    for (int i = 0; i < sqlite3_column_count(w->stmt); i++)
        if (i != w->crc && code == SQLITE_OK)
            code = rowcrc_value(&r, sqlite3_column_value(w->stmt, i));
    if (code != SQLITE_OK)
        return code;
    t->rows++;
    sums_add(&w->sum, crc, 1);
    if (crc == (int64_t)r.crc)
        return SQLITE_OK;
    t->bad++;
    w->report->bad++;
    find_damage(w->report, w->which);
    say_row(w);
    return SQLITE_OK;
}

static int look_at_rows(struct walk *w)
{
    int code = sqlite3_step(w->stmt);

    while (code == SQLITE_ROW) {
        code = look_at_row(w);
        if (code == SQLITE_OK)
            code = sqlite3_step(w->stmt);
    }
    return sums_done(code);
}

static int compare_sums(struct walk *w)
{
    struct sum kept;
    const int code = sums_get(w->db, w->name, &kept);

    if (code != SQLITE_OK)
        return code;
    if (is_same(&kept, &w->sum))
        return SQLITE_OK;
    find_damage(w->report, w->which);
    say(w->report,
        "table %s: it has %lld rows that do not add up to the %lld that were "
        "written",
        w->name, (long long)w->sum.rows, (long long)kept.rows);
    return SQLITE_OK;
}

static int walk_table(struct walk *w)
{
    int code = sqlite3_prepare_v2(w->db, table_info(w->which)->all, -1,
                                  &w->stmt, NULL);

    if (code == SQLITE_ERROR) /* no such table */
        return SQLITE_CORRUPT;
    if (code != SQLITE_OK)
        return code;
    w->crc = find_crc(w->stmt);
    if (w->crc < 0)
        return SQLITE_CORRUPT;
    code = look_at_rows(w);
    return code == SQLITE_OK ? compare_sums(w) : code;
}

int check_table(sqlite3 *db, enum table which, struct check_report *out)
{
    struct walk w = {.db = db,
                     .name = table_info(which)->name,
                     .report = out,
                     .which = which};
    const bool alone = sqlite3_get_autocommit(db) != 0;
    int code = SQLITE_OK;

    out->table[which] = (struct check_table){0, 0, false};
    if (alone)
        code = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = walk_table(&w);
    if (is_damage(code)) {
        find_damage(out, which);
        say(out, "table %s: %s", w.name,
            w.stmt == NULL || w.crc < 0 ? "it is missing or has no checksums"
                                        : sqlite3_errmsg(db));
        code = SQLITE_OK;
    }
    sqlite3_finalize(w.stmt);
    if (alone && code == SQLITE_OK)
        code = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    else if (alone && !sqlite3_get_autocommit(db))
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return code;
}

/* ---- all of it ---- */

/* A file of a newer schema is looked at, too: what it has more does no harm. */
static int has_checksums(sqlite3 *db, bool *out)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &stmt, NULL);

    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    *out = code == SQLITE_ROW && sqlite3_column_int(stmt, 0) >= SEAL_VERSION;
    sqlite3_finalize(stmt);
    return code == SQLITE_ROW ? SQLITE_OK : code;
}

static int check_rows(sqlite3 *db, struct check_report *out)
{
    bool sealed = false;
    int code = has_checksums(db, &sealed);

    if (code != SQLITE_OK || !sealed)
        return code;
    for (int i = 0; i < TABLES && code == SQLITE_OK; i++)
        code = check_table(db, (enum table)i, out);
    return code == SQLITE_OK ? check_schema(db, out) : code;
}

static int tell(sqlite3 *db, int code, struct llmreg_error *err)
{
    llmreg_error_set(err, "cannot check %s: %s",
                     sqlite3_db_filename(db, "main"), sqlite3_errstr(code));
    return (code & 0xff) == SQLITE_NOMEM || code == SQLITE_IOERR_NOMEM
               ? LLMREG_ENOMEM
               : LLMREG_EIO;
}

int check_run(sqlite3 *db, enum check_depth depth, struct check_report *out,
              struct llmreg_error *err)
{
    int code = SQLITE_OK;

    memset(out, 0, sizeof *out);
    if (depth != CHECK_ROWS)
        code = check_pages(db, depth, out);
    if (code == SQLITE_OK)
        code = check_rows(db, out);
    if (is_damage(code)) {
        out->pages = true;
        say(out, "%s", sqlite3_errstr(code));
        code = SQLITE_OK;
    }
    if (code != SQLITE_OK)
        return tell(db, code, err);
    if (check_is_sound(out))
        return LLMREG_OK;
    llmreg_error_set(err, "%s is damaged: %s", sqlite3_db_filename(db, "main"),
                     out->what);
    return LLMREG_ECORRUPT;
}
