/* SPDX-License-Identifier: MIT */
/* timer.h - what happens because time passes.
 *
 * A maintenance ends at its wall time.  A step of the wall clock is told.
 * Deadlines of the registry are served.  Alerts are raised and cleared.
 *
 * Threads:   timer_new, _start and _free belong to one thread; timer_step to
 *            the timer's own once it was started (tests call it without).
 * Blocking:  never; timer_free waits for the thread.
 * Ownership: what is in struct store_world is lent.
 */
#ifndef LLMREG_SERVICE_TIMER_H
#define LLMREG_SERVICE_TIMER_H

#include "common/service/alerter.h"

struct timer;

/* after: the number of the newest event that is not of interest.
 * LLMREG_ENOMEM, LLMREG_EIO (no descriptor). */
LLMREG_MUSTCHECK int timer_new(struct timer **out,
                               const struct store_world *world,
                               const struct alerter_conf *alerts,
                               uint64_t after);
/* LLMREG_EIO: no thread. */
LLMREG_MUSTCHECK int timer_start(struct timer *t);
/* Stops the thread if there is one.  NULL is fine. */
void timer_free(struct timer *t);

/* Does what is due at now.  Returns the monotonic time of the next step. */
int64_t timer_step(struct timer *t, const struct llmreg_now *now);

#endif
