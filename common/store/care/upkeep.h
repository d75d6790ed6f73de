/* SPDX-License-Identifier: MIT */
/* upkeep.h - what the writer does for its file beside writing.
 *
 * Between two batches: what a check found is taken note of, the log is emptied
 * into the file, free pages are given back.  A write may have to wait for one
 * of these, never for two: after the first that took time it is the next
 * batch's turn.  How the file is, it says to others.
 *
 * Threads:   the store's thread; what upkeep_care returns has its own lock.
 * Blocking:  upkeep_load and upkeep_step on the disk, the others never.
 * Ownership: a struct upkeep is the caller's.
 */
#ifndef LLMREG_STORE_UPKEEP_H
#define LLMREG_STORE_UPKEEP_H

#include "common/store/care/compact.h"
#include "common/store/recovery/ladder.h"
#include "common/store/shed.h"
#include "common/store/tell.h"

struct upkeep {
    /* fixed after init */
    const char *path; /* of the file */
    struct history *history;
    struct care *care;
    /* owned by the store's thread */
    struct tell tell;
    struct shed shed;
    struct compact compact;
    int64_t checkpoint_ns; /* the monotonic time of the next */
    int pages;       /* in the log: not later than when there are so many */
    bool worked;     /* in this turn */
    bool cut;        /* the file is to be cut by a checkpoint now */
    int64_t held_ms; /* since when a reader holds the log up; 0 */
};

/* LLMREG_ENOMEM.  All is lent but the config. */
LLMREG_MUSTCHECK int upkeep_init(struct upkeep *u,
                                 const struct store_config *config,
                                 const struct store_world *world,
                                 const char *path, struct history *history);
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
/* The file is open and has everything, or all but its history (shed.h). */
void upkeep_works(struct upkeep *u, const struct llmreg_now *now);
/* It is closed, because of rc.  True: there is room now where there was none,
 * and it is worth opening it again at once. */
bool upkeep_failed(struct upkeep *u, const struct llmreg_now *now, int rc,
                   const char *why);
/* Looks now and then at the room on the disk, while the file is open. */
void upkeep_look(struct upkeep *u, const struct llmreg_now *now);

#endif
