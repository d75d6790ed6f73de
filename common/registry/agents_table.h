/* SPDX-License-Identifier: MIT */
/* agents_table.h - the table of agents, from inside.
 *
 *   agents.c          making it, finding, adding, removing, counting
 *   agent_change.c    the one door through which an agent changes
 *   agent_register.c  they come, come again, and come back from the store
 *   agent_signal.c    heartbeats, and what others say of an agent
 *   agents_tick.c     deadlines
 *   agents_query.c    who is like this?
 *
 * Threads:   as said at the fields; a function that ends in _locked is for
 *            the holder of the agents' lock.
 * Blocking:  the lock is held for memory work only.
 * Ownership: the table owns one reference of each agent in it.
 */
#ifndef LLMREG_REGISTRY_AGENTS_TABLE_H
#define LLMREG_REGISTRY_AGENTS_TABLE_H

#include <llmreg/agents.h>
#include <llmreg/thread.h>

#include "common/registry/agent_entry.h"
#include "common/registry/agent_keys.h"

struct agents {
    struct llmreg_lock lock;
    /* fixed after start */
    struct rcu_table names; /* parts by (type, name) */
    uint64_t seed;
    /* guarded by lock; all but the heap are walked without it */
    struct shelf shelf;
    struct index index;
    struct heap deadlines;
    uint64_t generation; /* the newest that was given */
    /* written under lock, read by everybody */
    _Atomic size_t by_presence[LLMREG_PRESENCES];
    _Atomic size_t count;
    /* changed by everybody */
    _Atomic uint64_t draws; /* of a place at random */
};

/* As every table (registry.c). */
LLMREG_MUSTCHECK int agents_start(struct llmreg_registry *r);
void agents_clear(struct llmreg_registry *r);
void agents_stop(struct llmreg_registry *r);

/* The agent called name among those of its type, or NULL; inside a section or
 * under the lock. */
struct llmreg_agent *agents_named(const struct agents *t, const char *type,
                                  const char *name);

/* Puts a, which has its parts and its word, into the table and the index with
 * the next generation.  LLMREG_EEXIST: its id or its name is there;
 * LLMREG_EFULL, LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int agents_add_locked(struct agents *t, struct llmreg_agent *a,
                                       const struct agent_keys *keys)
    LLMREG_REQUIRES(t->lock);
void agents_remove_locked(struct agents *t, struct llmreg_agent *a)
    LLMREG_REQUIRES(t->lock);
/* Publishes spec as a's; the old part is the caller's to retire. */
void agents_respecify_locked(struct agents *t, struct llmreg_agent *a,
                             struct agent_part *spec) LLMREG_REQUIRES(t->lock);
/* Who speaks for an agent, and what it does, as numbers. */
uint64_t agents_speaker(const struct agents *t, const char *hub,
                        const char *peer);
uint64_t agents_activity(const struct agents *t, const char *activity);
/* Publishes note as a's; the old part is the caller's to retire. */
void agents_renote_locked(struct agents *t, struct llmreg_agent *a,
                          struct agent_note *note) LLMREG_REQUIRES(t->lock);
/* The new word of a; counts follow. */
void agents_set_word_locked(struct agents *t, struct llmreg_agent *a,
                            const struct agent_word *w)
    LLMREG_REQUIRES(t->lock);
/* Serves the deadlines; as llmreg_tick. */
int64_t agents_tick(struct llmreg_registry *r, const struct llmreg_now *now);

/* An agent is on another rung, or was removed. */
struct agents_move {
    struct llmreg_agent *agent;
    const char *reason;
    bool ended; /* offline, stopped or removed */
};
/* Its endpoints follow, and when it ended so do its sessions.  With no lock
 * held, after its event. */
void agents_follow(struct llmreg_registry *r, const struct agents_move *m,
                   const struct llmreg_now *now);

#endif
