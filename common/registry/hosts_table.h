/* SPDX-License-Identifier: MIT */
/* hosts_table.h - the table of hosts, from inside.
 *
 *   hosts.c         making it, finding, adding, removing, counting
 *   host_report.c   hosts come and report
 *   host_restore.c  hosts come back from the store
 *   hosts_tick.c    samples get stale, hosts are reaped
 *   host_links.c    who is on which host
 *   host_json.c     as people and programs get it
 *
 * A host is found by any of its keys.  Two hosts can have one key only after
 * the one that had it first fell silent; then the key means the one that has
 * it as its id, else the one that was heard of last.
 *
 * Threads:   as said at the fields; a function that ends in _locked is for
 *            the holder of the hosts' lock.
 * Blocking:  the lock is held for memory work only.
 * Ownership: the table owns one reference of each host in it.
 */
#ifndef LLMREG_REGISTRY_HOSTS_TABLE_H
#define LLMREG_REGISTRY_HOSTS_TABLE_H

#include <llmreg/hosts.h>
#include <llmreg/thread.h>

#include "common/registry/host_entry.h"

struct hosts {
    struct llmreg_lock lock;
    /* guarded by lock; all but the heap are walked without it */
    struct shelf shelf;
    struct index keys;
    struct heap deadlines;
    uint64_t generation; /* the newest that was given */
    /* written under lock, read by everybody */
    _Atomic size_t count, fresh, stale;
};

LLMREG_MUSTCHECK int hosts_start(struct llmreg_registry *r);
/* Empties it; then, after rcu_wait, it can be stopped. */
void hosts_clear(struct llmreg_registry *r);
void hosts_stop(struct llmreg_registry *r);

/* The host that the key means, or NULL; inside a section. */
struct llmreg_host *hosts_resolve(const struct hosts *t, const char *key);

/* Puts h into the table with the next generation.  LLMREG_EEXIST,
 * LLMREG_EFULL, LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int hosts_add_locked(struct hosts *t, struct llmreg_host *h)
    LLMREG_REQUIRES(t->lock);
void hosts_remove_locked(struct hosts *t, struct llmreg_host *h)
    LLMREG_REQUIRES(t->lock);
/* Publishes spec as h's; the old one is the caller's to retire. */
LLMREG_MUSTCHECK int hosts_set_spec_locked(struct hosts *t,
                                           struct llmreg_host *h,
                                           struct host_part *spec)
    LLMREG_REQUIRES(t->lock);
/* What is known of its sample; counts follow. */
void hosts_set_sampling_locked(struct hosts *t, struct llmreg_host *h,
                               enum host_sampling sampling)
    LLMREG_REQUIRES(t->lock);
/* Serves the deadlines; as llmreg_tick. */
int64_t hosts_tick(struct llmreg_registry *r, const struct llmreg_now *now);

/* Within its patience; inside a section or under the lock. */
bool hosts_is_heard(const struct llmreg_registry *r,
                    const struct llmreg_host *h, const struct llmreg_now *now);

#endif
