/* SPDX-License-Identifier: MIT */
/* cursor.h - rows of a statement, each read from left to right.
 *
 * The tables are STRICT, so that types are right; words and ranges are checked
 * here.  A row that makes no sense is told with its problem, and reading goes
 * on: one bad row must not cost the others.
 *
 * Threads:   the store's thread.
 * Blocking:  cursor_each on the disk, the others never.
 * Ownership: text is lent until the next row.
 */
#ifndef LLMREG_STORE_CURSOR_H
#define LLMREG_STORE_CURSOR_H

#include <llmreg/endpoint.h>

#include "common/store/database.h"
#include "common/store/rows/textpool.h"

#define CURSOR_PROBLEM_SIZE 160
#define CURSOR_WORD         "has a word that this version does not know"

struct cursor {
    struct database *db;
    sqlite3_stmt *stmt;
    int at;                            /* the next column */
    char problem[CURSOR_PROBLEM_SIZE]; /* the first one; "" is none */
    bool nomem;
};

/* Never NULL. */
const char *cursor_text(struct cursor *c);
/* The same, kept in the pool. */
const char *cursor_copy(struct cursor *c, struct textpool *pool);
/* Exactly len bytes. */
void cursor_bytes(struct cursor *c, void *out, size_t len);
int64_t cursor_number(struct cursor *c, int64_t min, int64_t max);
/* Any number. */
int64_t cursor_any(struct cursor *c);
/* -1 if it is NULL, else not below 0. */
int64_t cursor_known(struct cursor *c);
/* 0 if it is NULL. */
int64_t cursor_time(struct cursor *c);
double cursor_real(struct cursor *c);
enum llmreg_tristate cursor_tristate(struct cursor *c);
bool cursor_is_null(const struct cursor *c);

/* rc is what a parser said of the column that was just read. */
void cursor_expect(struct cursor *c, int rc, const char *what);
/* A problem of the column that was just read. */
void cursor_doubt(struct cursor *c, const char *what);
/* Return LLMREG_OK to go on.  Must not change what it walks over. */
typedef int (*cursor_fn)(void *ctx, struct cursor *c);
struct query {
    struct database *db;
    enum db_statement which;
    const char *id; /* its only parameter; NULL: it has none */
};
/* All rows.  Each with err: LLMREG_ECORRUPT is damage that SQLite saw,
 * LLMREG_EVERSION a statement that a file of another version has not
 * (newer.h). */
LLMREG_MUSTCHECK int cursor_each(const struct query *query, cursor_fn fn,
                                 void *ctx, struct llmreg_error *err);

/* Rows of a child table, whose only parameter is the parent's id. */
struct cursor_list {
    enum db_statement which;
    size_t max;
    void (*read)(void *into, struct cursor *c, size_t n);
};
/* Those of the row that parent is on, which has its id in the first column;
 * their problems are the parent's. */
LLMREG_MUSTCHECK int cursor_list(struct cursor *parent,
                                 const struct cursor_list *list, void *into,
                                 size_t *count, struct llmreg_error *err);

#endif
