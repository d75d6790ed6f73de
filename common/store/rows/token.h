/* SPDX-License-Identifier: MIT */
/* token.h - who may, and who did: values to rows and rows to values, as in
 * rows.h.
 *
 * Threads:   the store's thread.
 * Blocking:  on the disk.
 * Ownership: values are lent; a row that was read lives until the next one.
 */
#ifndef LLMREG_STORE_ROWS_TOKEN_H
#define LLMREG_STORE_ROWS_TOKEN_H

#include <llmreg/audit.h>
#include <llmreg/tokens.h>

#include "common/store/database.h"

LLMREG_MUSTCHECK int rows_put_token(struct database *db,
                                    const struct llmreg_token *t,
                                    struct llmreg_error *err);
/* *added: 1 if it is a new row, 0 if it was there. */
LLMREG_MUSTCHECK int rows_put_audit(struct database *db,
                                    const struct llmreg_audit *entry,
                                    int64_t *added, struct llmreg_error *err);

typedef int (*rows_token_fn)(void *ctx, const char *id,
                             const struct llmreg_token *t, int64_t used_ms,
                             const char *problem);
LLMREG_MUSTCHECK int rows_each_token(struct database *db, rows_token_fn fn,
                                     void *ctx, struct llmreg_error *err);

/* The newest LLMREG_AUDIT_KEPT, oldest first. */
typedef int (*rows_audit_fn)(void *ctx, const struct llmreg_audit *entry,
                             const char *problem);
LLMREG_MUSTCHECK int rows_each_audit(struct database *db, rows_audit_fn fn,
                                     void *ctx, struct llmreg_error *err);

#endif
