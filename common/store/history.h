/* SPDX-License-Identifier: MIT */
/* history.h - what is kept of the past: a bounded number of rows.
 *
 * Threads:   the store's thread.
 * Blocking:  on the disk.
 * Ownership: a struct history is the caller's.
 */
#ifndef LLMREG_STORE_HISTORY_H
#define LLMREG_STORE_HISTORY_H

#include "common/store/batch.h"
#include "common/store/store.h"

/* How many rows the file has, so that they need not be counted each time.  A
 * copy of it is changed with a transaction, and becomes the true one with the
 * commit. */
struct history {
    int64_t events;
};

/* Counts. */
LLMREG_MUSTCHECK int history_open(struct history *h, struct database *db,
                                  struct llmreg_error *err);
/* Adds the batch's events and drops the oldest that are too many; inside a
 * transaction. */
LLMREG_MUSTCHECK int history_write(struct history *h, const struct batch *b,
                                   struct database *db,
                                   const struct store_config *config,
                                   struct llmreg_error *err);

#endif
