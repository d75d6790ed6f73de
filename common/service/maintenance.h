/* SPDX-License-Identifier: MIT */
/* maintenance.h - a maintenance ends at its wall time.
 *
 * Threads:   belongs to one thread.
 * Blocking:  never.
 * Ownership: the registry is lent.
 */
#ifndef LLMREG_SERVICE_MAINTENANCE_H
#define LLMREG_SERVICE_MAINTENANCE_H

#include <llmreg/registry.h>

struct maintenance;

/* LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int maintenance_new(struct maintenance **out,
                                     struct llmreg_registry *r);
void maintenance_free(struct maintenance *m); /* NULL is fine */

/* An event that may have changed an end. */
void maintenance_take(struct maintenance *m, const struct llmreg_event *event);
/* Events were lost. */
void maintenance_miss(struct maintenance *m);
/* Ends those that are over at now. */
void maintenance_step(struct maintenance *m, const struct llmreg_now *now);

#endif
