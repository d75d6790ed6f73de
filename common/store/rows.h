/* SPDX-License-Identifier: MIT */
/* rows.h - values to rows and rows to values.
 *
 * One file a table with what is below it: rows_endpoint.c, rows_event.c (with
 * ids and single numbers).  statements.c fixes the order of the columns.
 *
 * Threads:   the store's thread.
 * Blocking:  on the disk.
 * Ownership: values are lent; a row that was read lives until the next one.
 */
#ifndef LLMREG_STORE_ROWS_H
#define LLMREG_STORE_ROWS_H

#include <llmreg/bus.h>
#include <llmreg/registry.h>

#include "common/store/database.h"

/* ---- writing; inside a transaction ---- */

LLMREG_MUSTCHECK int rows_put_endpoint(struct database *db,
                                       struct llmreg_endpoint *e,
                                       struct llmreg_error *err);
LLMREG_MUSTCHECK int rows_put_health(struct database *db,
                                     struct llmreg_endpoint *e,
                                     struct llmreg_error *err);
LLMREG_MUSTCHECK int rows_put_models(struct database *db,
                                     struct llmreg_endpoint *e,
                                     struct llmreg_error *err);
/* *added: 1 if it is a new row, 0 if it was there. */
LLMREG_MUSTCHECK int rows_put_event(struct database *db,
                                    const struct llmreg_event *event,
                                    int64_t *added, struct llmreg_error *err);
/* Deletes the oldest excess events. */
LLMREG_MUSTCHECK int rows_prune_events(struct database *db, int64_t excess,
                                       struct llmreg_error *err);
LLMREG_MUSTCHECK int rows_put_number(struct database *db, const char *key,
                                     int64_t value, struct llmreg_error *err);

/* ---- reading ---- */

/* 0 if there is no such key. */
LLMREG_MUSTCHECK int rows_get_number(struct database *db, const char *key,
                                     int64_t *out, struct llmreg_error *err);
/* The number that a statement without parameters answers with. */
LLMREG_MUSTCHECK int rows_count(struct database *db, enum db_statement which,
                                int64_t *out, struct llmreg_error *err);

/* Return LLMREG_OK to go on.  id may be longer than any we wrote. */
typedef int (*rows_id_fn)(void *ctx, const char *id);
/* which: a statement whose first column is an id. */
LLMREG_MUSTCHECK int rows_each_id(struct database *db, enum db_statement which,
                                  rows_id_fn fn, void *ctx,
                                  struct llmreg_error *err);

/* What follows walks over a table, which must not change meanwhile.  The value
 * is NULL, and problem says why, if the row makes no sense.  Return LLMREG_OK
 * to go on.  LLMREG_ECORRUPT is damage that SQLite saw. */

typedef int (*rows_memory_fn)(void *ctx, const char *id,
                              const struct llmreg_memory *memory,
                              const char *problem);
LLMREG_MUSTCHECK int rows_each_memory(struct database *db, rows_memory_fn fn,
                                      void *ctx, struct llmreg_error *err);

#endif
