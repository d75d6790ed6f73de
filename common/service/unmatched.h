/* SPDX-License-Identifier: MIT */
/* unmatched.h - says that somebody ends requests that never began.
 *
 * The registry stops at zero and counts (llmreg_request_end), because it does
 * not log.  Who is in charge of a log looks now and then.
 *
 * Threads:   a struct unmatched belongs to one thread.
 * Blocking:  never, but for what the log does.
 * Ownership: the caller's; all zero has seen none.
 */
#ifndef LLMREG_SERVICE_UNMATCHED_H
#define LLMREG_SERVICE_UNMATCHED_H

#include <llmreg/log.h>
#include <llmreg/registry.h>

struct unmatched {
    uint64_t seen;
    struct llmreg_complaint complaint;
};

/* A warning if there are more than at the last look, but rarely. */
void unmatched_look(struct unmatched *u, struct llmreg_registry *r,
                    const struct llmreg_log *log, const struct llmreg_now *now);

#endif
