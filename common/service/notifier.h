/* SPDX-License-Identifier: MIT */
/* notifier.h - tells people, on a thread that may wait for them.
 *
 * What is told is decided by the alerts in the registry.  The notifier writes
 * it down, hands it to the program around us, whose handlers may take as long
 * as they like, and notes in the alert what was told.
 *
 * Threads:   notifier_new, _start and _free belong to one thread;
 *            notifier_step to the notifier's own once it was started.
 * Blocking:  notifier_step as long as the program's notify does; notifier_stop
 *            and notifier_free until that returns, because nothing of ours may
 *            run on when we are unloaded, and a thread that is cancelled inside
 *            of somebody's handler may hold his locks for ever.  What they wait
 *            for is in the log.
 * Ownership: world and program are lent.
 */
#ifndef LLMREG_SERVICE_NOTIFIER_H
#define LLMREG_SERVICE_NOTIFIER_H

#include <llmreg/service.h>

#include "common/store/store.h"

struct notifier;

LLMREG_MUSTCHECK int notifier_new(struct notifier **out,
                                  const struct store_world *world,
                                  const struct llmreg_program *program);
LLMREG_MUSTCHECK int notifier_start(struct notifier *n);
/* Stops the thread if there is one; what is not told yet is told by the next
 * run.  If that takes longer than patience_ms, the log says what it waits for,
 * and again at pauses that get longer. */
void notifier_stop(struct notifier *n, int patience_ms);
#define NOTIFIER_PATIENCE_MS 5000
/* Stops it with that patience.  NULL is fine. */
void notifier_free(struct notifier *n);

/* Tells what is not told yet: the first time, and after a gap, of all alerts;
 * else of those that events are about. */
void notifier_step(struct notifier *n);

#endif
