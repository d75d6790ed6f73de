/* SPDX-License-Identifier: MIT */
/* vouch.h - endpoints have the presence of the agent that announced them.
 *
 * Threads:   as said at each function.
 * Blocking:  vouch_follow holds the lock of endpoints for memory work only.
 * Ownership: values only.
 */
#ifndef LLMREG_REGISTRY_VOUCH_H
#define LLMREG_REGISTRY_VOUCH_H

#include "common/registry/table.h"

/* e, which nobody sees yet, gets it. */
void vouch_begin_locked(struct llmreg_registry *r, struct llmreg_endpoint *e)
    LLMREG_REQUIRES(r->lock);
/* The same for one that has another specification now. */
void vouch_again_locked(struct llmreg_registry *r, struct llmreg_endpoint *e,
                        int64_t time_ms) LLMREG_REQUIRES(r->lock);
/* a came, went, or is on another rung: its endpoints follow.  With no lock
 * held, after its own event; wakes the bus if there is need.  reason NULL:
 * without events. */
void vouch_follow(struct llmreg_registry *r, const struct llmreg_agent *a,
                  const char *reason, const struct llmreg_now *now);

#endif
