/* SPDX-License-Identifier: MIT */
/* upkeep.h - what the writer does for its file beside writing.
 *
 * Between two batches, one after the other: what a check found is taken note
 * of, free pages are given back, the log is emptied into the file.  How the
 * file is, it says to others.
 *
 * Threads:   the store's thread; what upkeep_care returns has its own lock.
 * Blocking:  upkeep_load and upkeep_step on the disk, the others never.
 * Ownership: a struct upkeep is the caller's.
 */
#ifndef LLMREG_STORE_UPKEEP_H
#define LLMREG_STORE_UPKEEP_H

#include "common/store/care/compact.h"
#include "common/store/recovery/ladder.h"
#include "common/store/tell.h"

struct upkeep {
    struct care *care;
    struct tell tell;
    struct compact compact;
    int64_t checkpoint_ns; /* the monotonic time of the next */
    int64_t held_ms;       /* since when a reader holds the log up; 0 */
};

/* LLMREG_ENOMEM.  The world is lent. */
LLMREG_MUSTCHECK int upkeep_init(struct upkeep *u,
                                 const struct store_config *config,
                                 const struct store_world *world);
void upkeep_fini(struct upkeep *u);

/* What the file remembers of the past. */
LLMREG_MUSTCHECK int upkeep_load(struct upkeep *u, struct database *db,
                                 struct llmreg_error *err);
/* Does what is due, outside a transaction.  LLMREG_ECORRUPT with err: a check
 * found damage, and the file must not be used any more. */
LLMREG_MUSTCHECK int upkeep_step(struct upkeep *u, struct database *db,
                                 const struct llmreg_now *now,
                                 struct llmreg_error *err);
/* The monotonic time of what cannot wait for a batch; INT64_MAX: nothing. */
int64_t upkeep_due_ns(const struct upkeep *u);

/* It was damaged, and was put together again. */
void upkeep_recovered(struct upkeep *u, const struct recovery *r);
/* The file of that path is open and has everything. */
void upkeep_works(struct upkeep *u, const struct llmreg_now *now,
                  const char *path);
/* It is closed, because of rc. */
void upkeep_failed(struct upkeep *u, const struct llmreg_now *now, int rc,
                   const char *why);

#endif
