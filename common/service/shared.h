/* SPDX-License-Identifier: MIT */
/* shared.h - says that endpoints write the same series.
 *
 * The registry counts them (llmreg_counts), because it does not log.
 *
 * Threads:   a struct shared belongs to one thread.
 * Blocking:  never, but for what the log does.
 * Ownership: the caller's; all zero has seen none.
 */
#ifndef LLMREG_SERVICE_SHARED_H
#define LLMREG_SERVICE_SHARED_H

#include <llmreg/log.h>
#include <llmreg/registry.h>

struct shared {
    size_t seen;
    struct llmreg_complaint complaint;
};

/* A warning if there are more than at the last look, but rarely. */
void shared_look(struct shared *s, struct llmreg_registry *r,
                 const struct llmreg_log *log, const struct llmreg_now *now);

#endif
