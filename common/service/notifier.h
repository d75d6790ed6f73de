/* SPDX-License-Identifier: MIT */
/* notifier.h - tells people, on a thread that may wait for them.
 *
 * Whether something is told was decided where it happened (the action in the
 * event).  The notifier writes it down and hands it to the program around us,
 * whose handlers may take as long as they like: they hold up nobody else.
 *
 * Threads:   notifier_new, _start and _free belong to one thread;
 *            notifier_step to the notifier's own once it was started.
 * Blocking:  notifier_step as long as the program's notify does; notifier_free
 *            until that returns.
 * Ownership: world and program are lent.
 */
#ifndef LLMREG_SERVICE_NOTIFIER_H
#define LLMREG_SERVICE_NOTIFIER_H

#include <llmreg/service.h>

#include "common/store/store.h"

struct notifier;

/* after: the number of the newest event that is not of interest. */
LLMREG_MUSTCHECK int notifier_new(struct notifier **out,
                                  const struct store_world *world,
                                  const struct llmreg_program *program,
                                  uint64_t after);
LLMREG_MUSTCHECK int notifier_start(struct notifier *n);
/* Stops the thread if there is one; what is not told yet is not told.  NULL
 * is fine. */
void notifier_free(struct notifier *n);

/* Tells what happened since the last step. */
void notifier_step(struct notifier *n);

#endif
