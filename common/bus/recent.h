/* SPDX-License-Identifier: MIT */
/* recent.h - what was published since a moment ago, without a subscription:
 * nothing to be woken by, and nothing to allocate.
 *
 * Threads:   any.
 * Blocking:  never; the bus's lock is held for a few instructions.
 * Ownership: as llmreg_subscription_next.
 */
#ifndef LLMREG_BUS_RECENT_H
#define LLMREG_BUS_RECENT_H

#include <llmreg/bus.h>

/* The place behind the newest event. */
uint64_t recent_begin(struct llmreg_bus *bus);
/* The event at *place, which moves on.  LLMREG_ENOENT: there is none yet;
 * LLMREG_EGAP: it is lost. */
LLMREG_MUSTCHECK int recent_next(struct llmreg_bus *bus, uint64_t *place,
                                 const struct llmreg_event **out);

#endif
