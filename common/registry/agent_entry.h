/* SPDX-License-Identifier: MIT */
/* agent_entry.h - what stands in the registry for one agent: stable itself,
 * with parts that are replaced and numbers that everybody changes.
 *
 * Presence, since when, and health by the agent's own word belong together
 * and share one atomic word:
 *
 *     bit 63 ... 7  since_ms   6  doubted   5 ... 3  health   2 ... 0  presence
 *
 * A heartbeat that brings no news writes numbers only, without the lock.  So
 * that it cannot be lost to a deadline that is served at the same moment, the
 * two of them do opposite things in opposite order, and at least one sees the
 * other:
 *
 *     heartbeat   writes seen_ns, then reads the word; if it is doubted or
 *                 changed, it does it again with the lock
 *     deadline    marks the word as doubted, then reads seen_ns; if it is new
 *                 enough, it takes the mark off again
 *
 * Who speaks for it and what it does are compared by their hashes, which lie
 * beside the word; the seed is the table's, and secret.
 *
 * Threads:   the parts are read inside a section and written under the
 *            agents' lock; the rest is as said at each field.
 * Blocking:  never.
 * Ownership: counted references (shelf.h).
 */
#ifndef LLMREG_REGISTRY_AGENT_ENTRY_H
#define LLMREG_REGISTRY_AGENT_ENTRY_H

#include <llmreg/agents.h>

#include "common/base/heap.h"
#include "common/registry/agent_note.h"
#include "common/registry/agent_part.h"
#include "common/registry/agent_ring.h"
#include "common/registry/index.h"
#include "common/registry/shelf.h"

/* What a heartbeat touches lies together at the end, and there again what
 * finding an agent and asking for its presence do. */
struct llmreg_agent {
    /* fixed once it is in the table */
    const struct llmreg_clock *clock;
    uint64_t generation;
    int64_t registered_ms;
    /* guarded by the agents' lock */
    struct heap_node due;
    int64_t patient_ns; /* silence counts from here at the earliest */
    struct link *links; /* one for each key (agent_keys.h) */
    size_t nlinks;
    /* written under the agents' lock, read by everybody */
    struct agent_part *spec; /* published, never NULL, as the next */
    struct agent_note *note;
    _Atomic uint64_t activity; /* hash of that, from the note */
    _Atomic uint64_t latency;  /* average, the bits of a double: by everybody */
    _Atomic uint64_t speaker;  /* hash of hub and address, from the note */
    /* changed by everybody */
    _Atomic int64_t seen_ns, seen_ms; /* receipt, monotonic (0: none), wall */
    _Atomic uint64_t beats;
    struct agent_ring *ring; /* published with the first heartbeat */
    _Atomic uint64_t word;
    struct shelf_item item;
    /* fixed after new */
    char id[];
};

/* The word, unpacked. */
struct agent_word {
    enum llmreg_presence presence;
    enum llmreg_health_state health;
    int64_t since_ms;
};
#define AGENT_DOUBTED   (UINT64_C(1) << 6)
#define AGENT_SINCE_MAX (INT64_MAX >> 7)
uint64_t agent_word_pack(const struct agent_word *w);
struct agent_word agent_word_unpack(uint64_t word);
/* As the heartbeat and the deadline need it: in one order for all threads. */
static inline uint64_t agent_word(const struct llmreg_agent *a)
{
    return atomic_load(&a->word);
}

/* An entry that takes over one reference of each part; its links have room
 * for nlinks and are not made.  NULL: no memory, and nothing was taken. */
struct llmreg_agent *agent_new(struct agent_part *spec, struct agent_note *note,
                               size_t nlinks);
static inline struct llmreg_agent *agent_of(struct shelf_item *item)
{
    return rcu_holder(item, struct llmreg_agent, item);
}

/* It was heard of. */
void agent_see(struct llmreg_agent *a, const struct llmreg_now *now);
/* A sample for the average. */
void agent_add_latency(struct llmreg_agent *a, int64_t sample_us);
/* A place for heartbeats, made with the first.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int agent_ring_ready(struct llmreg_agent *a);
/* A heartbeat was taken: counts it, and takes over words for the ring. */
void agent_count_beat(struct llmreg_agent *a,
                      const struct llmreg_heartbeat *beat,
                      struct agent_words *words, const struct llmreg_now *now);
/* From when on its silence counts, for who has the lock. */
int64_t agent_silent_since(const struct llmreg_agent *a);

#endif
