/* SPDX-License-Identifier: MIT */
/* sessions_table.h - the table of sessions, from inside.
 *
 *   sessions.c        making it, finding, adding, ending, counting
 *   session_open.c    a pair gets its session, or refreshes it
 *   session_change.c  activity, closing, agents that end, the store's memory
 *   session_part.c    one session as an immutable value
 *   session_json.c    as people and programs get it
 *   graph.c           agents and their sessions, to be drawn
 *
 * A session stands on the shelf by its id from its opening until it leaves the
 * history, and so long in the index of its two agents.  In the index of pairs
 * it is while it lives.  Ending takes no memory but for the new value: leaving
 * an index never fails.
 *
 * Threads:   as said at the fields; a function that ends in _locked is for
 *            the holder of the sessions' lock.
 * Blocking:  the lock is held for memory work only.
 * Ownership: the table owns one reference of each item in it.
 */
#ifndef LLMREG_REGISTRY_SESSIONS_TABLE_H
#define LLMREG_REGISTRY_SESSIONS_TABLE_H

#include <llmreg/sessions.h>
#include <llmreg/thread.h>

#include "common/registry/index.h"
#include "common/registry/session_part.h"
#include "common/registry/shelf.h"

struct session_item {
    struct shelf_item item; /* first; its key is the id */
    /* fixed after new */
    const char *agents[2];  /* sorted */
    uint64_t generation[2]; /* of those agents; 0: from the store */
    const char *pair;       /* key of both */
    /* guarded by the sessions' lock */
    struct link by_agent[2];
    struct link by_pair;
    struct session_item *younger; /* the next in the history */
    /* published, never NULL */
    struct session_part *value;
    char text[];
};

struct sessions {
    struct llmreg_lock lock;
    /* fixed after start */
    struct llmreg_bus *bus;
    size_t max_live, max_closed;
    /* guarded by lock; all but the history are walked without it */
    struct shelf shelf;
    struct index agents, pairs;
    struct session_item *oldest, *youngest; /* of the history */
    /* written under lock, read by everybody */
    _Atomic size_t live, closed;
};

LLMREG_MUSTCHECK int sessions_start(struct llmreg_registry *r);
/* Empties it; then, after rcu_wait, it can be stopped. */
void sessions_clear(struct llmreg_registry *r);
void sessions_stop(struct llmreg_registry *r);

/* An item that takes over the reference of value, or NULL: no memory, and
 * nothing was taken. */
struct session_item *session_item_new(struct session_part *value);
static inline struct session_item *session_item_of(struct shelf_item *item)
{
    return (struct session_item *)item;
}
/* The value as it is now, a reference. */
struct session_part *session_value(const struct session_item *s);
/* The one of the pair that lives, a reference, or NULL. */
struct session_item *sessions_of_pair(struct llmreg_registry *r, const char *a,
                                      const char *b);

/* Puts s, which lives, into the table.  LLMREG_EBUSY: the pair has one that
 * lives; LLMREG_EEXIST, LLMREG_EFULL, LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int sessions_add_locked(struct sessions *t,
                                         struct session_item *s)
    LLMREG_REQUIRES(t->lock);
/* Puts s, which is closed, into the history.  LLMREG_EEXIST, LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int sessions_remember_locked(struct sessions *t,
                                              struct session_item *s)
    LLMREG_REQUIRES(t->lock);
/* Publishes value, a closed one, as that of s, which lives, and moves s to the
 * history.  The old value is the caller's to retire. */
void sessions_close_locked(struct sessions *t, struct session_item *s,
                           struct session_part *value) LLMREG_REQUIRES(t->lock);
/* s, which lives, goes without a trace. */
void sessions_drop_locked(struct sessions *t, struct session_item *s)
    LLMREG_REQUIRES(t->lock);
/* Publishes an event about s; returns its number. */
uint64_t sessions_tell_locked(struct sessions *t, const struct session_item *s,
                              struct llmreg_event *event)
    LLMREG_REQUIRES(t->lock);

/* Publishes new, which lives, in the place of old as the value of s, and tells
 * what differs; *seq is the event's number, or stays.  LLMREG_EBUSY: s has
 * another value meanwhile, and new is still the caller's. */
LLMREG_MUSTCHECK int session_replace(struct sessions *t, struct session_item *s,
                                     struct session_part *old,
                                     struct session_part *new, uint64_t *seq);
/* Closes s, if it lives; how says status, reason and closed_ms.  Without memory
 * it goes without a trace. */
void session_end(struct sessions *t, struct session_item *s,
                 const struct llmreg_session *how);
/* This agent, of that generation, went offline, stopped or was removed: its
 * sessions are closed.  With no lock held. */
void sessions_end(struct llmreg_registry *r, const char *agent,
                  uint64_t generation, const char *reason,
                  const struct llmreg_now *now);

#endif
