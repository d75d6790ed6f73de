/* SPDX-License-Identifier: MIT */
/* snapshot.c - everything at one moment.
 *
 * That moment is while the locks of all tables are held: nothing changes then
 * that has an event, so that all parts and the newest event's number belong
 * together.  But a hundred thousand references take longer than writers should
 * wait.  So everything is collected before, without a lock, and under the
 * locks only those are taken again that events say have changed since.
 *
 *   collect, no lock       all that is there, as a walk sees it
 *   take again, locks      who has changed since, alerts, counts, the number
 *   drop, no lock          what was collected of those who changed
 *
 * When events were lost, or a restart brought somebody in without an event, all
 * is collected under the locks.  The memory is taken before, with some room for
 * those who come meanwhile.  What can be made from the parts
 * (snapshot_models.h) is made when the locks are gone.
 */
#include <llmreg/snapshot.h>

#include <stdlib.h>

#include "common/registry/snapshot_collect.h"
#include "common/registry/snapshot_models.h"

#define SPARE 16

/* ---- room ---- */

static int resize(void **items, size_t *room, size_t wanted, size_t size)
{
    void *more = *items;

    if (wanted > *room || more == NULL)
        more = realloc(*items, wanted * size);
    if (more == NULL)
        return LLMREG_ENOMEM;
    *room = wanted > *room ? wanted : *room;
    *items = more;
    return LLMREG_OK;
}

/* For so many at least, and some more. */
static int make_room(struct snapshot_taking *t, const struct snapshot_amount *n)
{
    struct llmreg_snapshot *s = t->s;
    void *items = s->items, *agents = s->agents, *hosts = s->hosts,
         *alerts = s->alerts;
    int rc = resize(&items, &t->room.endpoints, n->endpoints + SPARE,
                    sizeof s->items[0]);

    if (rc == LLMREG_OK)
        rc = resize(&agents, &t->room.agents, n->agents + SPARE,
                    sizeof s->agents[0]);
    if (rc == LLMREG_OK)
        rc = resize(&hosts, &t->room.hosts, n->hosts + SPARE,
                    sizeof s->hosts[0]);
    if (rc == LLMREG_OK)
        rc = resize(&alerts, &t->room.alerts, n->alerts + SPARE,
                    sizeof s->alerts[0]);
    s->items = items;
    s->agents = agents;
    s->hosts = hosts;
    s->alerts = alerts;
    return rc;
}

/* An empty one, with room for all that is there and for those who come while
 * they are collected. */
static int renew(struct snapshot_taking *t)
{
    struct llmreg_counts endpoints;
    struct llmreg_agent_counts agents;
    struct llmreg_host_counts hosts;

    llmreg_count(t->r, &endpoints);
    llmreg_agent_count(t->r, &agents);
    llmreg_host_count(t->r, &hosts);
    const struct snapshot_amount n = {
        .endpoints = endpoints.endpoints + endpoints.endpoints / 16,
        .agents = agents.agents + agents.agents / 16,
        .hosts = hosts.hosts + hosts.hosts / 16,
        .alerts = t->alerts,
    };
    if (t->s == NULL)
        t->s = calloc(1, sizeof *t->s);
    if (t->s == NULL)
        return LLMREG_ENOMEM;
    snapshot_put_all(t->s);
    t->s->taken = llmreg_clock_now(t->r->clock);
    return make_room(t, &n);
}

/* ---- under the locks ---- */

/* All locks in their order (lock_order.h), but that of the sessions, which
 * are in no snapshot. */
static void lock_all(struct llmreg_registry *r) LLMREG_ACQUIRES(r->lock)
    LLMREG_ACQUIRES(r->agents.lock) LLMREG_ACQUIRES(r->hosts.lock)
        LLMREG_ACQUIRES(r->alerts.lock)
{
    llmreg_lock(&r->lock);
    llmreg_lock(&r->agents.lock);
    llmreg_lock(&r->hosts.lock);
    llmreg_lock(&r->alerts.lock);
}

static void unlock_all(struct llmreg_registry *r) LLMREG_RELEASES(r->lock)
    LLMREG_RELEASES(r->agents.lock) LLMREG_RELEASES(r->hosts.lock)
        LLMREG_RELEASES(r->alerts.lock)
{
    llmreg_unlock(&r->alerts.lock);
    llmreg_unlock(&r->hosts.lock);
    llmreg_unlock(&r->agents.lock);
    llmreg_unlock(&r->lock);
}

/* The alerts and all counts, of one moment with what was collected. */
static void seal_locked(struct llmreg_registry *r, struct llmreg_snapshot *s)
    LLMREG_REQUIRES(r->alerts.lock)
{
    struct slots_walk w = shelf_walk(&r->alerts.shelf);
    struct alert_item *item;

    while ((item = slots_next(&w)) != NULL)
        s->alerts[s->nalerts++] = llmreg_alert_hold(&item->value->alert);
    llmreg_count(r, &s->counts);
    llmreg_agent_count(r, &s->agent_counts);
    llmreg_host_count(r, &s->host_counts);
    llmreg_alert_count(r, &s->alert_counts);
    s->seq = llmreg_bus_last(r->bus);
}

static bool alerts_fit_locked(struct llmreg_registry *r,
                              struct snapshot_taking *t)
    LLMREG_REQUIRES(r->alerts.lock)
{
    t->alerts = shelf_count_locked(&r->alerts.shelf);
    return t->alerts <= t->room.alerts;
}

/* What is needed for those who have changed, beside the collected. */
static struct snapshot_amount needed(const struct snapshot_taking *t)
{
    const struct snapshot_changes *c = &t->changes;

    return (struct snapshot_amount){
        .endpoints = t->s->count + changes_count(c, CHANGED_ENDPOINTS),
        .agents = t->s->nagents + changes_count(c, CHANGED_AGENTS),
        .hosts = t->s->nhosts + changes_count(c, CHANGED_HOSTS),
        .alerts = t->alerts,
    };
}

/* LLMREG_EBUSY: there is no room for all of them, and nothing was done. */
static int finish_locked(struct llmreg_registry *r, struct snapshot_taking *t)
    LLMREG_REQUIRES(r->lock) LLMREG_REQUIRES(r->agents.lock)
        LLMREG_REQUIRES(r->hosts.lock) LLMREG_REQUIRES(r->alerts.lock)
{
    int rc = changes_read(&t->changes, r->bus);
    const struct snapshot_amount n = needed(t);

    if (rc != LLMREG_OK)
        return rc;
    if (!alerts_fit_locked(r, t) || n.endpoints > t->room.endpoints ||
        n.agents > t->room.agents || n.hosts > t->room.hosts)
        return LLMREG_EBUSY;
    snapshot_take_again(t);
    seal_locked(r, t->s);
    return LLMREG_OK;
}

/* ---- both ways ---- */

static int finish(struct llmreg_registry *r, struct snapshot_taking *t)
{
    int rc = changes_read(&t->changes, r->bus);
    const struct snapshot_amount n = needed(t);

    if (rc == LLMREG_OK)
        rc = make_room(t, &n);
    if (rc != LLMREG_OK)
        return rc;
    lock_all(r);
    rc = finish_locked(r, t);
    unlock_all(r);
    return rc;
}

/* Nobody came or went but by an event. */
static bool is_whole(const struct llmreg_snapshot *s)
{
    return s->count == s->counts.endpoints &&
           s->nagents == s->agent_counts.agents &&
           s->nhosts == s->host_counts.hosts;
}

/* LLMREG_EGAP: it cannot be done like this. */
static int take_quickly(struct llmreg_registry *r, struct snapshot_taking *t)
{
    int rc;

    do {
        rc = renew(t);
        if (rc != LLMREG_OK)
            return rc;
        changes_end(&t->changes);
        changes_begin(&t->changes, r->bus);
    } while (!snapshot_collect(t));
    const struct snapshot_amount first = {.endpoints = t->s->count,
                                          .agents = t->s->nagents,
                                          .hosts = t->s->nhosts};
    do {
        rc = finish(r, t);
    } while (rc == LLMREG_EBUSY);
    if (rc != LLMREG_OK)
        return rc;
    snapshot_drop_changed(t, &first);
    return is_whole(t->s) ? LLMREG_OK : LLMREG_EGAP;
}

static int take_slowly(struct llmreg_registry *r, struct snapshot_taking *t)
{
    bool taken = false;

    while (!taken) {
        int rc = renew(t);
        if (rc != LLMREG_OK)
            return rc;
        lock_all(r);
        taken = alerts_fit_locked(r, t) && snapshot_collect(t);
        if (taken)
            seal_locked(r, t->s);
        unlock_all(r);
    }
    return LLMREG_OK;
}

int llmreg_snapshot_take(struct llmreg_registry *r,
                         struct llmreg_snapshot **out)
{
    struct snapshot_taking t = {.r = r};
    int rc = take_quickly(r, &t);

    if (rc == LLMREG_EGAP)
        rc = take_slowly(r, &t);
    changes_end(&t.changes);
    for (size_t i = 0; rc == LLMREG_OK && i < t.s->count; i++)
        llmreg_endpoint_load(t.s->items[i].endpoint, &t.s->items[i].load);
    if (rc == LLMREG_OK)
        rc = snapshot_models_count(t.s);
    if (rc == LLMREG_OK)
        *out = t.s;
    else
        llmreg_snapshot_free(t.s);
    return rc;
}

void llmreg_snapshot_free(struct llmreg_snapshot *s)
{
    if (s == NULL)
        return;
    snapshot_put_all(s);
    free(s->items);
    free(s->models);
    free(s->agents);
    free(s->hosts);
    free(s->alerts);
    free(s);
}
