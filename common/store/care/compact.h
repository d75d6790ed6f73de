/* SPDX-License-Identifier: MIT */
/* compact.h - gives free pages back to the file system, a few at a time.
 *
 *   waits -> runs    it is time or somebody wants it, and over a tenth of the
 *                    file is free; else that run is skipped, and noted so
 *   runs  -> waits   no page is free any more, or an error
 *
 * A step moves pages from the end of the file into free ones and cuts the file,
 * in a transaction of its own between two batches.  How many is adapted to
 * what the step before took, so that none holds up a write for long.  The file
 * itself becomes shorter with the next checkpoint.  A run that did something,
 * or should have, is an event of the store called "compaction".
 *
 * Threads:   the store's thread.
 * Blocking:  compact_step on the disk, the others never.
 * Ownership: a struct compact is the caller's.
 */
#ifndef LLMREG_STORE_COMPACT_H
#define LLMREG_STORE_COMPACT_H

#include <llmreg/clock.h>

#include "common/store/care/care.h"
#include "common/store/database.h"
#include "common/store/store.h"

struct compact {
    struct care *care;
    const struct store_world *world;
    int64_t interval_ns; /* 0: only when somebody asks */
    int64_t due_ns;      /* of the next look, or of the next step */
    bool runs;
    bool owed; /* the last run is not in the file yet */
    int pages; /* that the next step moves */
    struct llmreg_compaction run;
};

/* The first look is an interval after now. */
void compact_init(struct compact *c, struct care *care,
                  const struct store_world *world, int64_t interval_ns);
/* The monotonic time of what is due next, if nobody asks; INT64_MAX: none. */
int64_t compact_due_ns(const struct compact *c);
/* Puts the runs of the file before the others, oldest first. */
LLMREG_MUSTCHECK int compact_load(struct compact *c, struct database *db,
                                  struct llmreg_error *err);
/* Does what is due, outside a transaction.  *ended is set if a run is
 * over. */
LLMREG_MUSTCHECK int compact_step(struct compact *c, struct database *db,
                                  const struct llmreg_now *now, bool *ended,
                                  struct llmreg_error *err);
/* The database is closed: a run that was under way is over, and is noted when
 * there is a database again. */
void compact_abandon(struct compact *c, const char *why);

#endif
