/* SPDX-License-Identifier: MIT */
/* agent_ring.h - the last heartbeats of an agent, without a lock.
 *
 * A beat is some numbers, and sometimes words and metrics.  The numbers lie in
 * the ring itself, so that a heartbeat which is nothing else costs no memory;
 * the rest is an immutable part of its own.
 *
 * A place has a mark: twice the number of the beat in it, odd while somebody
 * writes there.  A reader takes what it read only if the mark is even and is
 * still the same.  A writer that finds somebody else at its place, eight beats
 * late, leaves it alone: then a beat is counted, but not in the history.
 *
 * Threads:   putting and walking from any thread, inside a section.
 * Blocking:  never.
 * Ownership: the ring owns the parts in it.
 */
#ifndef LLMREG_REGISTRY_AGENT_RING_H
#define LLMREG_REGISTRY_AGENT_RING_H

#include <llmreg/agents.h>

#include "common/registry/part.h"

/* What a beat has besides numbers. */
struct agent_words {
    struct part part;
    const char *activity;
    const struct llmreg_measure *metrics;
    size_t nmetrics;
};

/* *out is a copy with one reference, or NULL if there is nothing to copy.
 * LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int agent_words_new(struct agent_words **out,
                                     const struct llmreg_heartbeat *beat);

struct agent_place {
    _Atomic uint64_t mark; /* 0: never used */
    _Atomic int64_t time_ms, mono_ns;
    _Atomic uint64_t said;     /* presence, health, latency */
    struct agent_words *words; /* published */
};

/* All zero is empty. */
struct agent_ring {
    struct agent_place places[LLMREG_BEATS_KEPT];
};

/* Takes over words, which may be NULL.  number: of the agent's beats, from
 * 1. */
void agent_ring_put(struct agent_ring *ring, uint64_t number,
                    const struct llmreg_heartbeat *beat,
                    struct agent_words *words, const struct llmreg_now *now);
/* Calls fn for those since then, oldest first. */
void agent_ring_walk(const struct agent_ring *ring, int64_t since_mono_ns,
                     llmreg_beat_fn fn, void *ctx);
/* Nobody may look at it any more; NULL is fine. */
void agent_ring_free(struct agent_ring *ring);

#endif
