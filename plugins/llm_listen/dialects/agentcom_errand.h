/* SPDX-License-Identifier: MIT */
/* agentcom_errand.h - a piece of work of the store whose end is the answer.
 *
 * No worker waits for it.  The call is held until the next event is on disk,
 * as each such work ends with one, and then it is looked at again.
 *
 * Threads:   the worker that has the call.
 * Blocking:  never.
 * Ownership: an errand is the ask's.
 */
#ifndef LLMREG_LISTEN_AGENTCOM_ERRAND_H
#define LLMREG_LISTEN_AGENTCOM_ERRAND_H

#include "plugins/llm_listen/api/ask.h"

struct errand {
    char id[LLMREG_BACKUP_ID_SIZE];
    int64_t last_ms; /* when the last compaction before it began */
    int64_t until_ns;
};

/* Becomes a->state; NULL: no memory. */
struct errand *errand_begin(struct ask *a);
/* Holds the call.  LLMREG_ETIME: it has taken too long; LLMREG_EIO.  seen: the
 * last event before it was looked whether the work is over. */
LLMREG_MUSTCHECK int errand_wait(struct ask *a, const struct errand *errand,
                                 uint64_t seen);

#endif
