/* SPDX-License-Identifier: MIT */
/* binding.h - one statement, its parameters bound from left to right.
 *
 * A binding counts its parameters up by itself, so that a row reads like the
 * list of its columns in statements.c.  The first error sticks and is told by
 * binding_finish.  A row of a table is bound in the order of the table, all of
 * it; its checksum is made of what is bound, and is the last parameter.
 *
 * Threads:   the store's thread.
 * Blocking:  binding_finish on the disk, the others never.
 * Ownership: text and bytes are lent until binding_finish.
 */
#ifndef LLMREG_STORE_BINDING_H
#define LLMREG_STORE_BINDING_H

#include <llmreg/endpoint.h>

#include "common/store/care/rowcrc.h"
#include "common/store/care/tables.h"
#include "common/store/database.h"

struct binding {
    struct database *db;
    sqlite3_stmt *stmt;
    int at;   /* the next parameter */
    int code; /* SQLite's, the first that was not OK */
    bool row; /* with a checksum */
    struct rowcrc crc;
};

struct binding binding_start(struct database *db, enum db_statement which);
/* A row of that table. */
struct binding binding_row(struct database *db, enum db_statement which,
                           enum table table);
void binding_text(struct binding *b, const char *s);
void binding_number(struct binding *b, int64_t n);
void binding_null(struct binding *b);
/* -1 is unknown, and NULL in the file. */
void binding_known(struct binding *b, int64_t n);
/* 0 is not set, and NULL in the file. */
void binding_time(struct binding *b, int64_t ms);
void binding_real(struct binding *b, double x);
void binding_bytes(struct binding *b, const void *bytes, size_t len);
void binding_tristate(struct binding *b, enum llmreg_tristate t);
/* Runs it; the statement is ready to be bound again, whatever happened. */
LLMREG_MUSTCHECK int binding_finish(struct binding *b,
                                    struct llmreg_error *err);

/* All of it for a statement whose only parameter is an id. */
LLMREG_MUSTCHECK int binding_run(struct database *db, enum db_statement which,
                                 const char *id, struct llmreg_error *err);

#endif
