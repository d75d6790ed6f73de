/* SPDX-License-Identifier: MIT */
/* beats.h - a day of heartbeats, within a number of rows.
 *
 * Every agent has the same share of the rows for its last 24 hours.  Where the
 * share is too small for all of its heartbeats, one for each step of time is
 * kept, and each that says something else than the one before; what is in
 * between is in memory for a while, and in collectd's series.  The fewer
 * agents, the finer: 100 agents have 10,000 of the default million each, which
 * is every heartbeat; 20,000 have 50, one in half an hour.  So the file grows
 * to about 150 MB, and what is written is a few rows a second at most.
 *
 * Threads:   the store's thread.
 * Blocking:  beats_write on the disk, the others never.
 * Ownership: a struct beats is the caller's.
 */
#ifndef LLMREG_STORE_BEATS_H
#define LLMREG_STORE_BEATS_H

#include <llmreg/agents.h>

#include "common/store/database.h"
#include "common/store/dirty.h"

#define BEATS_DAY_NS (24 * 3600 * LLMREG_NS_PER_S)

struct beats {
    struct llmreg_registry *registry;
    struct dirty *due; /* agents */
    int64_t keep;      /* rows; 0: none */
    int64_t step_ns;
    int64_t swept_ns; /* monotonic time; what was heard since is not due yet */
};

LLMREG_MUSTCHECK int beats_init(struct beats *b, struct llmreg_registry *r,
                                int64_t keep);
void beats_fini(struct beats *b);

/* How much time one row stands for, when so many agents share so many rows. */
int64_t beats_step(int64_t keep, size_t agents);
/* Whether beat of the agent is kept, after prev (NULL: it is the first). */
bool beats_keeps(const char *agent, const struct llmreg_beat *prev,
                 const struct llmreg_beat *beat, int64_t step_ns);

/* Looks for agents that were heard of since the look before.  What there is no
 * memory for is looked for again. */
void beats_sweep(struct beats *b, const struct llmreg_now *now);
bool beats_is_empty(const struct beats *b);
/* Adds the rows that are due and drops the old; inside a transaction.  *rows is
 * how many there are in the file. */
LLMREG_MUSTCHECK int beats_write(const struct beats *b, struct database *db,
                                 const struct llmreg_now *now, int64_t *rows,
                                 struct llmreg_error *err);
void beats_clear(struct beats *b);

#endif
