/* SPDX-License-Identifier: MIT */
/* cursor.c - a thin layer over sqlite3_column, which keeps the first doubt
 * and goes on with a value that is in range.
 */
#include "common/store/rows/cursor.h"

#include <stdio.h>
#include <string.h>

#include <llmreg/text.h>

static void doubt(struct cursor *c, int column, const char *what)
{
    if (c->problem[0] == '\0')
        snprintf(c->problem, sizeof c->problem, "column %s %s",
                 sqlite3_column_name(c->stmt, column), what);
}

void cursor_doubt(struct cursor *c, const char *what)
{
    doubt(c, c->at - 1, what);
}

void cursor_expect(struct cursor *c, int rc, const char *what)
{
    if (rc != LLMREG_OK)
        cursor_doubt(c, what);
}

/* ---- columns ---- */

bool cursor_is_null(const struct cursor *c)
{
    return sqlite3_column_type(c->stmt, c->at) == SQLITE_NULL;
}

const char *cursor_text(struct cursor *c)
{
    const bool null = cursor_is_null(c); /* so is what there is no memory for */
    const unsigned char *s = sqlite3_column_text(c->stmt, c->at);

    if (s == NULL && !null)
        c->nomem = true;
    c->at++;
    return s != NULL ? (const char *)s : "";
}

const char *cursor_copy(struct cursor *c, struct textpool *pool)
{
    const char *s = cursor_text(c);
    const int len = sqlite3_column_bytes(c->stmt, c->at - 1);
    char *kept = textpool_copy(pool, s, (size_t)len);

    if (kept == NULL)
        c->nomem = true;
    return kept != NULL ? kept : "";
}

void cursor_bytes(struct cursor *c, void *out, size_t len)
{
    const void *bytes = sqlite3_column_blob(c->stmt, c->at);

    if (bytes != NULL && sqlite3_column_bytes(c->stmt, c->at) == (int)len)
        memcpy(out, bytes, len);
    else
        doubt(c, c->at, "has another length than it must have");
    c->at++;
}

int64_t cursor_number(struct cursor *c, int64_t min, int64_t max)
{
    int64_t n = sqlite3_column_int64(c->stmt, c->at);

    if (n < min || n > max) {
        doubt(c, c->at, "is out of range");
        n = min;
    }
    c->at++;
    return n;
}

int64_t cursor_any(struct cursor *c)
{
    return cursor_number(c, INT64_MIN, INT64_MAX);
}

int64_t cursor_known(struct cursor *c)
{
    if (!cursor_is_null(c))
        return cursor_number(c, 0, INT64_MAX);
    c->at++;
    return -1;
}

int64_t cursor_time(struct cursor *c)
{
    return cursor_any(c); /* SQLite reads NULL as 0 */
}

double cursor_real(struct cursor *c)
{
    return sqlite3_column_double(c->stmt, c->at++);
}

enum llmreg_tristate cursor_tristate(struct cursor *c)
{
    int64_t n = cursor_known(c);

    if (n < 0)
        return LLMREG_UNKNOWN;
    return n != 0 ? LLMREG_YES : LLMREG_NO;
}

/* ---- rows ---- */

/* *code is SQLite's, of the last step. */
static int each_row(struct cursor *start, cursor_fn fn, void *ctx, int *code)
{
    int rc = LLMREG_OK;

    *code = sqlite3_step(start->stmt);
    while (*code == SQLITE_ROW && rc == LLMREG_OK) {
        struct cursor c = *start;

        rc = fn(ctx, &c);
        if (rc == LLMREG_OK)
            *code = sqlite3_step(start->stmt);
    }
    return rc;
}

int cursor_each(const struct query *query, cursor_fn fn, void *ctx,
                struct llmreg_error *err)
{
    struct database *db = query->db;
    struct cursor start = {.db = db, .stmt = db->statement[query->which]};
    int code = SQLITE_OK;
    int rc = LLMREG_OK;

    if (start.stmt == NULL) {
        llmreg_error_set(err, "%s lacks a table or a column",
                         sqlite3_db_filename(db->handle, "main"));
        return LLMREG_EVERSION;
    }
    if (query->id != NULL)
        code = sqlite3_bind_text(start.stmt, 1, query->id, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        rc = each_row(&start, fn, ctx, &code);
    if (rc == LLMREG_OK && code != SQLITE_DONE)
        rc = database_status(db, code, "read", err);
    sqlite3_reset(start.stmt);
    sqlite3_clear_bindings(start.stmt);
    return rc;
}

struct list_reading {
    struct cursor *parent;
    const struct cursor_list *list;
    void *into;
    size_t *count;
};

static int read_one(void *ctx, struct cursor *c)
{
    struct list_reading *r = ctx;

    if (*r->count < r->list->max)
        r->list->read(r->into, c, (*r->count)++);
    else
        doubt(c, 0, "has too many rows");
    r->parent->nomem = r->parent->nomem || c->nomem;
    if (r->parent->problem[0] == '\0')
        llmreg_copy_message(r->parent->problem, CURSOR_PROBLEM_SIZE,
                            c->problem);
    return LLMREG_OK;
}

int cursor_list(struct cursor *parent, const struct cursor_list *list,
                void *into, size_t *count, struct llmreg_error *err)
{
    struct list_reading r = {parent, list, into, count};
    const struct query query = {
        parent->db, list->which,
        (const char *)sqlite3_column_text(parent->stmt, 0)};

    *count = 0;
    return cursor_each(&query, read_one, &r, err);
}
