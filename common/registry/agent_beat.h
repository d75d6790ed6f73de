/* SPDX-License-Identifier: MIT */
/* agent_beat.h - the last heartbeats of an agent, each an immutable value.
 *
 * Whoever received one puts it into the ring with one exchange and retires
 * what was in its place; there is no lock.  Two that come at once may be kept
 * in either order.
 *
 * Threads:   putting from any thread; looking inside a section.
 * Blocking:  never.
 * Ownership: the ring owns the beats in it.
 */
#ifndef LLMREG_REGISTRY_AGENT_BEAT_H
#define LLMREG_REGISTRY_AGENT_BEAT_H

#include <llmreg/agents.h>

#include "common/registry/part.h"

struct agent_beat {
    struct part part;
    uint64_t number; /* of the agent's beats, from 0 */
    struct llmreg_beat beat;
};

struct agent_ring {
    struct agent_beat *places[LLMREG_BEATS_KEPT]; /* published */
};

/* A copy of what is kept of a heartbeat, with one reference; NULL: no memory */
struct agent_beat *agent_beat_new(const struct llmreg_heartbeat *beat,
                                  const struct llmreg_now *now);
/* Takes beat over as that number. */
void agent_ring_put(struct agent_ring *ring, struct agent_beat *beat,
                    uint64_t number);
/* Calls fn for those since then, oldest first. */
void agent_ring_walk(const struct agent_ring *ring, int64_t since_mono_ns,
                     llmreg_beat_fn fn, void *ctx);
/* Nobody may look at it any more. */
void agent_ring_fini(struct agent_ring *ring);

#endif
