/* SPDX-License-Identifier: MIT */
/* clockwatch.h - was the wall clock set?
 *
 * Both clocks tick alike; the wall clock may be set.  So their difference
 * tells, and a slow correction (a few parts in a million) does not disturb.
 *
 * Threads:   a struct clockwatch belongs to one thread.
 * Blocking:  never.
 * Ownership: the caller's; all zero has not looked yet.
 */
#ifndef LLMREG_SERVICE_CLOCKWATCH_H
#define LLMREG_SERVICE_CLOCKWATCH_H

#include <llmreg/clock.h>

#define CLOCKWATCH_STEP_MS 2000

struct clockwatch {
    bool looked;
    int64_t difference_ms;
};

/* By how much the wall clock was set since the last look, in milliseconds; 0
 * if by no more than CLOCKWATCH_STEP_MS. */
int64_t clockwatch_look(struct clockwatch *w, const struct llmreg_now *now);

#endif
