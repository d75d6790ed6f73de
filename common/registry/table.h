/* SPDX-License-Identifier: MIT */
/* table.h - the registry from inside: the table of entries and its lock.
 *
 *   registry.c       making it, finding and walking entries, counting
 *   change.c         endpoints come, change and go
 *   patch.c          what an operator says otherwise
 *   requests.c       requests begin and end, without the table
 *   observe.c        health and the operator's intent
 *   learn.c          lists of models
 *   vouch.h          agents vouch for what they announced
 *   fleet.c          the models of all endpoints together
 *   rank.c           the best endpoints for a model
 *   snapshot.c       a consistent picture of all of it
 *   belonging.h      its host, its agent; series.h: its series
 *   agents_table.h, hosts_table.h, sessions_table.h, alerts_table.h,
 *   tokens_table.h, audit_table.h
 *                    the other tables, each with a lock of its own
 *   tick.c           the deadlines of all tables
 *
 * A writer prepares what it can before it takes the lock, checks under it
 * that nothing it relied on has changed (else LLMREG_EBUSY: do it again),
 * publishes, and puts the event on the bus; it wakes the subscribers and
 * drops what was replaced after the lock is gone.
 *
 * Threads:   as said at the fields; a function that ends in _locked is for
 *            the holder of the lock.
 * Blocking:  the lock is held for memory work only.
 * Ownership: the table owns one reference of each entry in it.
 */
#ifndef LLMREG_REGISTRY_TABLE_H
#define LLMREG_REGISTRY_TABLE_H

#include <stdatomic.h>

#include <llmreg/registry.h>
#include <llmreg/thread.h>

#include "common/registry/agents_table.h"
#include "common/registry/alerts_table.h"
#include "common/registry/audit_table.h"
#include "common/registry/entry.h"
#include "common/registry/hosts_table.h"
#include "common/registry/index.h"
#include "common/registry/order.h"
#include "common/registry/sessions_table.h"
#include "common/registry/tokens_table.h"

struct llmreg_registry {
    struct llmreg_lock lock;
    /* fixed after new */
    struct llmreg_bus *bus;
    const struct llmreg_clock *clock;
    struct llmreg_registry_conf conf;
    uint64_t seed;
    struct rcu_table table, series; /* by id; and series.h */
    /* guarded by lock; the sets are walked without it */
    struct slots entries;
    struct order order;
    /* by model, key of its host, id of the agent that announced it */
    struct index index, by_host, by_agent;
    uint64_t generation; /* the newest that was given */
    /* written under lock, read by everybody */
    _Atomic size_t by_state[LLMREG_HEALTH_STATES];
    _Atomic size_t endpoints, models_distinct, models_loaded, series_shared;
    /* counted by who ends a request that never began */
    _Atomic uint64_t unmatched;
    /* each with its own lock */
    struct agents agents;
    struct hosts hosts;
    struct sessions sessions;
    struct alerts alerts;
    struct tokens tokens;
    struct audit audit;
};

/* The entry, or NULL. */
struct llmreg_endpoint *table_find_locked(struct llmreg_registry *r,
                                          const char *id)
    LLMREG_REQUIRES(r->lock);

/* Puts e, which has its parts, into the table and the index, with the next
 * generation.  LLMREG_EEXIST, LLMREG_EFULL, LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int table_add_locked(struct llmreg_registry *r,
                                      struct llmreg_endpoint *e)
    LLMREG_REQUIRES(r->lock);
/* Takes it out again; the caller retires it. */
void table_remove_locked(struct llmreg_registry *r, struct llmreg_endpoint *e)
    LLMREG_REQUIRES(r->lock);
/* Publishes another specification; its host's key may be another one.  The old
 * part is the caller's to retire.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int table_set_spec_locked(struct llmreg_registry *r,
                                           struct llmreg_endpoint *e,
                                           struct spec_part *new)
    LLMREG_REQUIRES(r->lock);
/* The state of one entry changed; both counts follow. */
void table_count_state_locked(struct llmreg_registry *r,
                              enum llmreg_health_state from,
                              enum llmreg_health_state to)
    LLMREG_REQUIRES(r->lock);
/* The list of one entry changed. */
void table_count_models_locked(struct llmreg_registry *r, size_t loaded_before,
                               size_t loaded_after) LLMREG_REQUIRES(r->lock);
/* Publishes an event about e; returns its number. */
uint64_t table_tell_locked(struct llmreg_registry *r,
                           const struct llmreg_endpoint *e,
                           struct llmreg_event *event) LLMREG_REQUIRES(r->lock);

/* ---- agents ---- */

/* When a is to be looked at again, from its presence and silence. */
void agents_set_due_locked(struct llmreg_registry *r, struct llmreg_agent *a,
                           const struct llmreg_now *now)
    LLMREG_REQUIRES(r->agents.lock);
/* Publishes an event about a; returns its number. */
uint64_t agents_tell_locked(struct llmreg_registry *r,
                            const struct llmreg_agent *a,
                            struct llmreg_event *event)
    LLMREG_REQUIRES(r->agents.lock);

/* ---- hosts ---- */

/* A sample, and a claim on keys, is good for so long. */
int64_t hosts_patience(const struct llmreg_registry *r, int64_t interval_ms);
struct hosts_claim {
    const struct host_part *keys;
    const struct llmreg_host *by; /* NULL: nobody that is there */
    /* out */
    struct llmreg_host *rival; /* has one of them, and was heard of; lent */
    const char *key;
};
/* True: another host has one of the keys. */
bool hosts_contest_locked(struct llmreg_registry *r, struct hosts_claim *claim,
                          const struct llmreg_now *now)
    LLMREG_REQUIRES(r->hosts.lock);
/* When h is to be looked at again. */
void hosts_set_due_locked(struct llmreg_registry *r, struct llmreg_host *h)
    LLMREG_REQUIRES(r->hosts.lock);
/* If h is told to be fresh and is not any more: takes its sample away, which is
 * the caller's to retire, and tells.  Else NULL. */
struct host_sample *
hosts_expire_locked(struct llmreg_registry *r, struct llmreg_host *h,
                    const struct llmreg_now *now, uint64_t *seq)
    LLMREG_REQUIRES(r->hosts.lock);
/* Publishes an event about h; returns its number. */
uint64_t hosts_tell_locked(struct llmreg_registry *r,
                           const struct llmreg_host *h,
                           struct llmreg_event *event)
    LLMREG_REQUIRES(r->hosts.lock);

#endif
