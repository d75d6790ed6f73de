/* SPDX-License-Identifier: MIT */
/* alerts_table.h - the alerts inside the registry.
 *
 *   alerts.c         what the alerter, people, the notifier and the store do
 *   alerts_table.c   the shelf, one change, finding, walking, counting
 *   alert_part.c     one alert as an immutable value
 *   alert_json.c     as people and programs get it
 *
 * Threads:   as said at the fields.
 * Blocking:  the lock is held for memory work only.
 * Ownership: the shelf owns one reference of each item on it.
 */
#ifndef LLMREG_REGISTRY_ALERTS_TABLE_H
#define LLMREG_REGISTRY_ALERTS_TABLE_H

#include <llmreg/alerts.h>
#include <llmreg/thread.h>

#include "common/registry/alert_part.h"
#include "common/registry/shelf.h"

struct alert_item {
    struct shelf_item item; /* its key is id */
    /* written under the alerts' lock, read by everybody */
    struct alert_part *value; /* published, never NULL */
    /* guarded by the alerts' lock */
    enum llmreg_severity telling; /* people are being told this; OKAY: no */
    /* fixed after new */
    char id[];
};

struct alerts {
    struct llmreg_lock lock;
    /* fixed after start */
    struct llmreg_bus *bus;
    /* guarded by lock; read and walked without it */
    struct shelf shelf;
    /* written under lock, read by everybody */
    _Atomic size_t raised[LLMREG_SEVERITIES], acknowledged;
};

struct alert_change {
    struct llmreg_alert alert; /* as it will be; strings are lent */
    struct llmreg_event event;
    bool tells; /* event is to be published */
    uint64_t seq;
    struct alert_part *value, *numbered; /* new; the second with its seq */
    struct alert_part *old;              /* to be retired, as value if told */
};

/* The item, or NULL. */
struct alert_item *alerts_find_locked(struct alerts *a, const char *id)
    LLMREG_REQUIRES(a->lock);
/* Both want alert, tells, and event without entity, subject and name.
 * LLMREG_ENOMEM; adding LLMREG_EEXIST, LLMREG_EFULL. */
LLMREG_MUSTCHECK int alerts_replace_locked(struct alerts *a,
                                           struct alert_item *item,
                                           struct alert_change *c)
    LLMREG_REQUIRES(a->lock);
LLMREG_MUSTCHECK int alerts_add_locked(struct alerts *a, struct alert_change *c)
    LLMREG_REQUIRES(a->lock);
/* After the lock is gone, whatever became of it. */
void alerts_finish(struct alerts *a, struct alert_change *c);

/* As every table (registry.c). */
struct llmreg_registry;
LLMREG_MUSTCHECK int alerts_start(struct llmreg_registry *r);
void alerts_clear(struct llmreg_registry *r);
void alerts_stop(struct llmreg_registry *r);

#endif
