/* SPDX-License-Identifier: MIT */
/* alerts_table.c - the shelf of alerts, and how one value replaces another.
 *
 * A change with an event is published twice: before the event, so that nobody
 * who reads it finds the old value, and again with the event's number.
 */
#include "common/registry/alerts_table.h"

#include <stdlib.h>
#include <string.h>

#include "common/registry/count.h"
#include "common/registry/table.h"

/* Chains get longer above it, and nothing else. */
#define BUCKETS 16384

int alerts_start(struct llmreg_registry *r)
{
    struct alerts *a = &r->alerts;
    int rc = shelf_init(&a->shelf, BUCKETS);

    a->shelf.max = LLMREG_ALERTS_MAX;
    a->bus = r->bus;
    return rc;
}

void alerts_clear(struct llmreg_registry *r)
{
    llmreg_lock(&r->alerts.lock);
    shelf_clear(&r->alerts.shelf);
    llmreg_unlock(&r->alerts.lock);
}

void alerts_stop(struct llmreg_registry *r)
{
    shelf_fini(&r->alerts.shelf);
}

static struct alert_item *item_of(struct shelf_item *item)
{
    return item == NULL ? NULL : rcu_holder(item, struct alert_item, item);
}

static void release(struct shelf_item *shelf_item)
{
    struct alert_item *item = item_of(shelf_item);

    part_put(&item->value->part);
    free(item);
}

static const struct shelf_kind kind = {
    .key = offsetof(struct alert_item, id),
    .release = release,
};

/* Without a value, and not on the shelf. */
static struct alert_item *item_new(const char *id)
{
    size_t room = strlen(id) + 1;
    struct alert_item *item = calloc(1, sizeof *item + room);

    if (item == NULL)
        return NULL;
    memcpy(item->id, id, room);
    shelf_item_init(&item->item, &kind);
    return item;
}

/* ---- one change ---- */

static int prepare(struct alert_change *c)
{
    c->value = alert_part_new(&c->alert);
    if (c->value != NULL && c->tells)
        c->numbered = alert_part_new(&c->alert);
    if (c->value != NULL && (c->numbered != NULL || !c->tells))
        return LLMREG_OK;
    free(c->value);
    c->value = NULL;
    return LLMREG_ENOMEM;
}

/* n: one more, or (size_t)-1. */
static void count_locked(struct alerts *a, const struct llmreg_alert *alert,
                         size_t n) LLMREG_REQUIRES(a->lock)
{
    if (alert->s.severity == LLMREG_SEVERITY_OKAY)
        return;
    count_add(&a->raised[alert->s.severity], n);
    if (alert->s.acknowledged)
        count_add(&a->acknowledged, n);
}

/* Of a change that is prepared; cannot fail. */
static void publish_locked(struct alerts *a, struct alert_item *item,
                           struct alert_change *c) LLMREG_REQUIRES(a->lock)
{
    c->old = item->value;
    if (c->old != NULL)
        count_locked(a, &c->old->alert, (size_t)-1);
    count_locked(a, &c->value->alert, 1);
    rcu_publish(&item->value, c->value);
    if (c->old == NULL)
        shelf_add(&a->shelf, &item->item);
    if (!c->tells)
        return;
    c->event.entity = LLMREG_ENTITY_ALERT;
    c->event.subject = item->id;
    c->event.name = c->value->alert.name;
    /* Without memory for it the subscribers see a gap and start over. */
    int rc = llmreg_bus_publish(a->bus, &c->event, &c->seq);
    (void)rc;
    c->numbered->alert.seq = c->seq;
    rcu_publish(&item->value, c->numbered);
}

void alerts_finish(struct alerts *a, struct alert_change *c)
{
    if (c->old != NULL)
        part_retire(&c->old->part);
    if (c->numbered == NULL)
        return;
    part_retire(&c->value->part);
    llmreg_bus_wake(a->bus);
}

struct alert_item *alerts_find_locked(struct alerts *a, const char *id)
{
    return item_of(shelf_find(&a->shelf, id));
}

int alerts_replace_locked(struct alerts *a, struct alert_item *item,
                          struct alert_change *c)
{
    int rc = prepare(c);

    if (rc == LLMREG_OK)
        publish_locked(a, item, c);
    return rc;
}

int alerts_add_locked(struct alerts *a, struct alert_change *c)
{
    int rc = shelf_prepare(&a->shelf, c->alert.id);

    if (rc != LLMREG_OK)
        return rc;
    struct alert_item *item = item_new(c->alert.id);
    if (item == NULL)
        return LLMREG_ENOMEM;
    rc = alerts_replace_locked(a, item, c);
    if (rc != LLMREG_OK)
        free(item);
    return rc;
}

/* ---- reading ---- */

const struct llmreg_alert *llmreg_alert_hold(const struct llmreg_alert *a)
{
    part_hold(&alert_part_of(a)->part);
    return a;
}

const struct llmreg_alert *llmreg_alert_get(struct llmreg_registry *r,
                                            const char *id)
{
    const struct llmreg_alert *a = NULL;

    rcu_begin();
    const struct alert_item *item = item_of(shelf_find(&r->alerts.shelf, id));
    if (item != NULL)
        a = llmreg_alert_hold(&rcu_load(&item->value)->alert);
    rcu_end();
    return a;
}

void llmreg_alert_put(const struct llmreg_alert *a)
{
    if (a != NULL)
        part_put(&alert_part_of(a)->part);
}

void llmreg_each_alert(struct llmreg_registry *r, llmreg_alert_fn fn, void *ctx)
{
    struct shelf_item *item;

    rcu_begin();
    struct slots_walk w = shelf_walk(&r->alerts.shelf);
    while ((item = slots_next(&w)) != NULL)
        if (shelf_alive(item) &&
            !fn(ctx, &rcu_load(&item_of(item)->value)->alert))
            break;
    rcu_end();
}

void llmreg_alert_count(struct llmreg_registry *r,
                        struct llmreg_alert_counts *out)
{
    for (int i = 0; i < LLMREG_SEVERITIES; i++)
        out->raised[i] =
            atomic_load_explicit(&r->alerts.raised[i], memory_order_relaxed);
    out->acknowledged =
        atomic_load_explicit(&r->alerts.acknowledged, memory_order_relaxed);
}
