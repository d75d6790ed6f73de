/* SPDX-License-Identifier: MIT */
/* snapshot.c - everything at one moment.
 *
 * Under the locks of all tables nothing changes that has an event, so that
 * references to all parts and the newest event's number belong together.  The
 * memory for them is taken before, with some room for those who come
 * meanwhile; the first look only says how much that is.  What can be made
 * from the parts (snapshot_models.h) is made when the locks are gone.
 */
#include <llmreg/snapshot.h>

#include <stdlib.h>

#include "common/registry/snapshot_models.h"
#include "common/registry/table.h"

#define SPARE 16

/* How many there are of each. */
struct amount {
    size_t endpoints, agents, hosts, alerts;
};

/* ---- under the locks ---- */

static void take_endpoints(struct llmreg_registry *r, struct llmreg_snapshot *s)
    LLMREG_REQUIRES(r->lock) LLMREG_REQUIRES(r->hosts.lock)
{
    bool any = shelf_count_locked(&r->hosts.shelf) > 0;
    struct llmreg_endpoint *e;

    rcu_begin();
    struct slots_walk w = slots_walk(&r->entries);
    while ((e = slots_next(&w)) != NULL) {
        struct llmreg_snapshot_item *item = &s->items[s->count++];
        part_hold(&e->spec->part);
        part_hold(&e->models->part);
        item->endpoint = llmreg_hold(e);
        item->spec = &e->spec->spec;
        item->models = &e->models->models;
        item->intent = llmreg_endpoint_intent(e);
        item->presence = llmreg_endpoint_presence(e);
        llmreg_endpoint_health(e, &item->health);
        item->host = any ? hosts_resolve(&r->hosts, e->spec->on) : NULL;
    }
    rcu_end();
    llmreg_count(r, &s->counts);
}

static void take_agents(struct llmreg_registry *r, struct llmreg_snapshot *s)
    LLMREG_REQUIRES(r->agents.lock)
{
    struct slots_walk w = shelf_walk(&r->agents.shelf);
    struct shelf_item *item;

    while ((item = slots_next(&w)) != NULL) {
        struct llmreg_snapshot_agent *a = &s->agents[s->nagents++];
        a->agent = llmreg_agent_hold(agent_of(item));
        a->spec = llmreg_agent_spec(a->agent);
        llmreg_agent_state(a->agent, &a->state);
    }
    llmreg_agent_count(r, &s->agent_counts);
}

static void take_hosts(struct llmreg_registry *r, struct llmreg_snapshot *s)
    LLMREG_REQUIRES(r->hosts.lock)
{
    struct slots_walk w = shelf_walk(&r->hosts.shelf);
    struct shelf_item *item;

    while ((item = slots_next(&w)) != NULL) {
        struct llmreg_snapshot_host *h = &s->hosts[s->nhosts++];
        h->host = llmreg_host_hold(host_of(item));
        h->spec = llmreg_host_spec(h->host);
        h->sample = llmreg_host_sample(h->host, &s->taken);
        llmreg_host_state(h->host, &s->taken, &h->state);
    }
    llmreg_host_count(r, &s->host_counts);
}

static void take_alerts(struct llmreg_registry *r, struct llmreg_snapshot *s)
    LLMREG_REQUIRES(r->alerts.lock)
{
    struct slots_walk w = shelf_walk(&r->alerts.shelf);
    struct alert_item *item;

    while ((item = slots_next(&w)) != NULL)
        s->alerts[s->nalerts++] = llmreg_alert_hold(&item->value->alert);
    llmreg_alert_count(r, &s->alert_counts);
}

/* False: there is more than *room, which is what is needed then. */
static bool take_locked(struct llmreg_registry *r, struct llmreg_snapshot *s,
                        struct amount *room) LLMREG_REQUIRES(r->lock)
    LLMREG_REQUIRES(r->agents.lock) LLMREG_REQUIRES(r->hosts.lock)
        LLMREG_REQUIRES(r->alerts.lock)
{
    const struct amount had = *room;

    room->endpoints = r->entries.live;
    room->agents = shelf_count_locked(&r->agents.shelf);
    room->hosts = shelf_count_locked(&r->hosts.shelf);
    room->alerts = shelf_count_locked(&r->alerts.shelf);
    if (room->endpoints > had.endpoints || room->agents > had.agents ||
        room->hosts > had.hosts || room->alerts > had.alerts)
        return false;
    take_endpoints(r, s);
    take_agents(r, s);
    take_hosts(r, s);
    take_alerts(r, s);
    s->seq = llmreg_bus_last(r->bus);
    return true;
}

/* All locks in their order (lock_order.h), but that of the sessions, which
 * are in no snapshot. */
static bool take(struct llmreg_registry *r, struct llmreg_snapshot *s,
                 struct amount *room)
{
    llmreg_lock(&r->lock);
    llmreg_lock(&r->agents.lock);
    llmreg_lock(&r->hosts.lock);
    llmreg_lock(&r->alerts.lock);
    bool taken = take_locked(r, s, room);
    llmreg_unlock(&r->alerts.lock);
    llmreg_unlock(&r->hosts.lock);
    llmreg_unlock(&r->agents.lock);
    llmreg_unlock(&r->lock);
    return taken;
}

/* ---- life ---- */

static struct llmreg_snapshot *new (struct amount *room)
{
    struct llmreg_snapshot *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    room->endpoints += SPARE;
    room->agents += SPARE;
    room->hosts += SPARE;
    room->alerts += SPARE;
    s->items = malloc(room->endpoints * sizeof s->items[0]);
    s->agents = malloc(room->agents * sizeof s->agents[0]);
    s->hosts = malloc(room->hosts * sizeof s->hosts[0]);
    s->alerts = malloc(room->alerts * sizeof s->alerts[0]);
    if (s->items != NULL && s->agents != NULL && s->hosts != NULL &&
        s->alerts != NULL)
        return s;
    llmreg_snapshot_free(s);
    return NULL;
}

int llmreg_snapshot_take(struct llmreg_registry *r,
                         struct llmreg_snapshot **out)
{
    struct amount room = {0};
    struct llmreg_snapshot *s = NULL;

    do {
        llmreg_snapshot_free(s);
        s = new (&room);
        if (s == NULL)
            return LLMREG_ENOMEM;
        s->taken = llmreg_clock_now(r->clock);
    } while (!take(r, s, &room));
    for (size_t i = 0; i < s->count; i++)
        llmreg_endpoint_load(s->items[i].endpoint, &s->items[i].load);
    int rc = snapshot_models_count(s);
    if (rc != LLMREG_OK) {
        llmreg_snapshot_free(s);
        return rc;
    }
    *out = s;
    return LLMREG_OK;
}

static void put_all(struct llmreg_snapshot *s)
{
    for (size_t i = 0; i < s->count; i++) {
        llmreg_spec_put(s->items[i].spec);
        llmreg_models_put(s->items[i].models);
        llmreg_put(s->items[i].endpoint);
    }
    for (size_t i = 0; i < s->nagents; i++) {
        llmreg_agent_spec_put(s->agents[i].spec);
        llmreg_agent_put(s->agents[i].agent);
    }
    for (size_t i = 0; i < s->nhosts; i++) {
        llmreg_host_spec_put(s->hosts[i].spec);
        llmreg_sample_put(s->hosts[i].sample);
        llmreg_host_put(s->hosts[i].host);
    }
    for (size_t i = 0; i < s->nalerts; i++)
        llmreg_alert_put(s->alerts[i]);
}

void llmreg_snapshot_free(struct llmreg_snapshot *s)
{
    if (s == NULL)
        return;
    put_all(s);
    free(s->items);
    free(s->models);
    free(s->agents);
    free(s->hosts);
    free(s->alerts);
    free(s);
}
