/* SPDX-License-Identifier: MIT */
/* compaction.h - the runs of the compaction, as rows.
 *
 * Threads:   the store's thread.
 * Blocking:  on the disk.
 * Ownership: values are lent.
 */
#ifndef LLMREG_STORE_ROWS_COMPACTION_H
#define LLMREG_STORE_ROWS_COMPACTION_H

#include <llmreg/store_health.h>

#include "common/store/database.h"

/* Inside a transaction; the oldest go. */
LLMREG_MUSTCHECK int rows_put_compaction(struct database *db,
                                         const struct llmreg_compaction *run,
                                         struct llmreg_error *err);

typedef int (*rows_compaction_fn)(void *ctx,
                                  const struct llmreg_compaction *run);
/* The oldest first. */
LLMREG_MUSTCHECK int rows_each_compaction(struct database *db,
                                          rows_compaction_fn fn, void *ctx,
                                          struct llmreg_error *err);

#endif
