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
#include "common/store/beats.h"

/* How many rows the file has, so that they need not be counted each time.  A
 * copy of it is changed with a transaction, and becomes the true one with the
 * commit. */
struct history {
    int64_t events, beats, audit;
    int64_t not_events, not_beats; /* that limits kept out; beats at least */
};

/* What may stay when there is no room (shed.h). */
struct history_limits {
    int64_t events, beats;
};

/* Counts. */
LLMREG_MUSTCHECK int history_open(struct history *h, struct database *db,
                                  struct llmreg_error *err);
/* Adds the batch's events, each to its table, and the heartbeats that are due,
 * and drops the oldest that are too many; inside a transaction.  With limits it
 * adds only to the audit, and drops a few of what is above them. */
struct past {
    const struct batch *batch;
    const struct beats *beats;
    struct llmreg_registry *registry;
    int64_t keep_events, keep_audit;
    const struct history_limits *limits; /* NULL: there is room */
    struct llmreg_now now;
};
LLMREG_MUSTCHECK int history_write(struct history *h, const struct past *past,
                                   struct database *db,
                                   struct llmreg_error *err);

#endif
