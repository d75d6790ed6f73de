/* SPDX-License-Identifier: MIT */
/* sums.c - a hook before each row, and one row a table that changed. */
#include "common/store/care/sums.h"

#include <string.h>

#include "common/store/care/rowcrc.h"

void sums_add(struct sum *s, int64_t crc, int sign)
{
    s->rows += sign;
    if (sign > 0)
        s->sum += rowcrc_share(crc);
    else
        s->sum -= rowcrc_share(crc);
}

int sums_done(int code)
{
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

/* ---- rows of the table digest ---- */

static int64_t crc_of(const char *name, const struct sum *s)
{
    struct rowcrc r = rowcrc_start("digest");

    rowcrc_text(&r, name, strlen(name));
    rowcrc_number(&r, s->rows);
    rowcrc_number(&r, (int64_t)s->sum);
    return r.crc;
}

int sums_prepare(sqlite3 *db, sqlite3_stmt **out)
{
    return sqlite3_prepare_v3(
        db,
        "INSERT OR REPLACE INTO digest (name, rows, sum, crc)"
        " VALUES (?1, ?2, ?3, ?4)",
        -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
}

int sums_put(sqlite3_stmt *put, const char *name, const struct sum *s)
{
    int code = sqlite3_bind_text(put, 1, name, -1, SQLITE_STATIC);

    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(put, 2, s->rows);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(put, 3, (int64_t)s->sum);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(put, 4, crc_of(name, s));
    if (code == SQLITE_OK)
        code = sqlite3_step(put);
    sqlite3_reset(put);
    return sums_done(code);
}

static int take_row(sqlite3_stmt *stmt, const char *name, struct sum *out)
{
    const int code = sqlite3_step(stmt);

    if (code != SQLITE_ROW)
        return code == SQLITE_DONE ? SQLITE_CORRUPT : code;
    out->rows = sqlite3_column_int64(stmt, 0);
    out->sum = (uint64_t)sqlite3_column_int64(stmt, 1);
    return sqlite3_column_int64(stmt, 2) == crc_of(name, out) ? SQLITE_OK
                                                              : SQLITE_CORRUPT;
}

int sums_get(sqlite3 *db, const char *name, struct sum *out)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(
        db, "SELECT rows, sum, crc FROM digest WHERE name = ?1", -1, &stmt,
        NULL);

    if (code == SQLITE_OK)
        code = sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = take_row(stmt, name, out);
    sqlite3_finalize(stmt);
    return code == SQLITE_ERROR ? SQLITE_CORRUPT : code; /* no such table */
}

/* ---- the schema ---- */

static int add_schema_row(struct sum *s, sqlite3_stmt *stmt)
{
    struct rowcrc r = rowcrc_start("sqlite_schema");
    int code = SQLITE_OK;

    for (int i = 0; i < sqlite3_column_count(stmt) && code == SQLITE_OK; i++)
        code = rowcrc_value(&r, sqlite3_column_value(stmt, i));
    sums_add(s, r.crc, 1);
    return code;
}

/* Not with the pages of the roots, which move. */
int sums_of_schema(sqlite3 *db, struct sum *out)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(
        db, "SELECT type, name, tbl_name, sql FROM sqlite_schema", -1, &stmt,
        NULL);

    *out = (struct sum){0, 0};
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    while (code == SQLITE_ROW) {
        code = add_schema_row(out, stmt);
        if (code == SQLITE_OK)
            code = sqlite3_step(stmt);
    }
    sqlite3_finalize(stmt);
    return sums_done(code);
}

/* ---- each row ---- */

static void take_old(struct sums *d, sqlite3 *db, enum table at)
{
    sqlite3_value *crc = NULL;
    const int code = sqlite3_preupdate_old(db, d->column[at], &crc);

    if (code == SQLITE_OK)
        sums_add(&d->now[at], sqlite3_value_int64(crc), -1);
    else if (d->code == SQLITE_OK)
        d->code = code;
}

static void add_new(struct sums *d, sqlite3 *db, enum table at)
{
    sqlite3_value *crc = NULL;
    int code;

    if (d->expects) {
        sums_add(&d->now[at], d->crc, 1);
        return;
    }
    code = sqlite3_preupdate_new(db, d->column[at], &crc);
    if (code == SQLITE_OK)
        sums_add(&d->now[at], sqlite3_value_int64(crc), 1);
    else if (d->code == SQLITE_OK)
        d->code = code;
}

/* A row is mostly of the same table as the one before. */
static enum table find(struct sums *d, const char *name)
{
    if (strcmp(table_info(d->last)->name, name) != 0) {
        const enum table at = table_find(name);

        if (at == TABLES)
            return at;
        d->last = at;
    }
    return d->last;
}

static void before_row(void *ctx, sqlite3 *db, int operation,
                       const char *database, const char *name,
                       sqlite3_int64 old_rowid, sqlite3_int64 new_rowid)
{
    struct sums *d = ctx;
    enum table at;

    (void)old_rowid;
    (void)new_rowid;
    if (strcmp(database, "main") != 0)
        return;
    at = find(d, name);
    if (at == TABLES)
        return;
    if (operation != SQLITE_INSERT)
        take_old(d, db, at);
    if (operation != SQLITE_DELETE)
        add_new(d, db, at);
}

void sums_expect(struct sums *d, int64_t crc)
{
    d->expects = true;
    d->crc = crc;
}

void sums_met(struct sums *d)
{
    d->expects = false;
}

/* ---- life ---- */

static int find_column(sqlite3 *db, enum table at, int *out)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(db, table_info(at)->all, -1, &stmt, NULL);

    *out = -1;
    for (int i = 0; code == SQLITE_OK && i < sqlite3_column_count(stmt); i++)
        if (strcmp(sqlite3_column_name(stmt, i), "crc") == 0)
            *out = i;
    sqlite3_finalize(stmt);
    if (code == SQLITE_ERROR || (code == SQLITE_OK && *out < 0))
        return SQLITE_CORRUPT;
    return code;
}

static int look_up(struct sums *d, sqlite3 *db, enum table at)
{
    const int code = find_column(db, at, &d->column[at]);

    if (code != SQLITE_OK)
        return code;
    return sums_get(db, table_info(at)->name, &d->kept[at]);
}

int sums_open(struct sums *d, sqlite3 *db)
{
    int code = sums_prepare(db, &d->put);

    for (int i = 0; i < TABLES && code == SQLITE_OK; i++)
        code = look_up(d, db, (enum table)i);
    if (code != SQLITE_OK)
        return code;
    sums_forget(d);
    sqlite3_preupdate_hook(db, before_row, d);
    return SQLITE_OK;
}

void sums_close(struct sums *d, sqlite3 *db)
{
    sqlite3_preupdate_hook(db, NULL, NULL);
    sqlite3_finalize(d->put);
    memset(d, 0, sizeof *d);
}

int sums_write(struct sums *d)
{
    int code = d->code;

    for (int i = 0; i < TABLES && code == SQLITE_OK; i++) {
        const struct sum *now = &d->now[i], *kept = &d->kept[i];

        if (now->rows != kept->rows || now->sum != kept->sum)
            code = sums_put(d->put, table_info((enum table)i)->name, now);
    }
    return code;
}

void sums_settle(struct sums *d)
{
    memcpy(d->kept, d->now, sizeof d->kept);
}

void sums_forget(struct sums *d)
{
    memcpy(d->now, d->kept, sizeof d->now);
    d->code = SQLITE_OK;
}
