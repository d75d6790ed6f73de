/* SPDX-License-Identifier: MIT */
/* snapshot_collect.c - references to all, and again to some. */
#include "common/registry/snapshot_collect.h"

/* ---- one of each; inside a section, or under its lock ---- */

/* That the endpoint is on, as it is said to be. */
static const struct llmreg_host *resolve(struct snapshot_taking *t,
                                         const struct llmreg_spec *spec)
{
    struct hosts *hosts = &t->r->hosts;

    if (atomic_load_explicit(&hosts->count, memory_order_relaxed) == 0)
        return NULL;
    return hosts_resolve(hosts, spec_part_of(spec)->on);
}

static void take_endpoint(struct snapshot_taking *t, struct llmreg_endpoint *e)
{
    struct llmreg_snapshot_item *item = &t->s->items[t->s->count++];

    item->endpoint = llmreg_hold(e);
    item->spec = llmreg_endpoint_spec(e);
    item->models = llmreg_endpoint_models(e);
    item->intent = llmreg_endpoint_intent(e);
    item->presence = llmreg_endpoint_presence(e);
    llmreg_endpoint_health(e, &item->health);
    item->host = resolve(t, item->spec);
}

static void take_agent(struct snapshot_taking *t, struct llmreg_agent *agent)
{
    struct llmreg_snapshot_agent *a = &t->s->agents[t->s->nagents++];

    a->agent = llmreg_agent_hold(agent);
    a->spec = llmreg_agent_spec(agent);
    llmreg_agent_state(agent, &a->state);
}

static void take_host(struct snapshot_taking *t, struct llmreg_host *host)
{
    struct llmreg_snapshot_host *h = &t->s->hosts[t->s->nhosts++];

    h->host = llmreg_host_hold(host);
    h->spec = llmreg_host_spec(host);
    h->sample = llmreg_host_sample(host, &t->s->taken);
    llmreg_host_state(host, &t->s->taken, &h->state);
}

/* ---- all of them ---- */

static bool collect_endpoints(struct snapshot_taking *t)
{
    struct slots_walk w = slots_walk(&t->r->entries);
    struct llmreg_endpoint *e;

    while ((e = slots_next(&w)) != NULL) {
        if (t->s->count == t->room.endpoints)
            return false;
        if (llmreg_endpoint_alive(e))
            take_endpoint(t, e);
    }
    return true;
}

static bool collect_agents(struct snapshot_taking *t)
{
    struct slots_walk w = shelf_walk(&t->r->agents.shelf);
    struct shelf_item *item;

    while ((item = slots_next(&w)) != NULL) {
        if (t->s->nagents == t->room.agents)
            return false;
        if (shelf_alive(item))
            take_agent(t, agent_of(item));
    }
    return true;
}

static bool collect_hosts(struct snapshot_taking *t)
{
    struct slots_walk w = shelf_walk(&t->r->hosts.shelf);
    struct shelf_item *item;

    while ((item = slots_next(&w)) != NULL) {
        if (t->s->nhosts == t->room.hosts)
            return false;
        if (shelf_alive(item))
            take_host(t, host_of(item));
    }
    return true;
}

/* Endpoints first: the host that one is on is then among those that follow.
 * In sections of their own, as somebody may wait for their end. */
bool snapshot_collect(struct snapshot_taking *t)
{
    rcu_begin();
    bool all = collect_endpoints(t);
    rcu_end();
    rcu_begin();
    all = all && collect_agents(t);
    rcu_end();
    rcu_begin();
    all = all && collect_hosts(t);
    rcu_end();
    return all;
}

/* ---- again, those who have changed ---- */

static void endpoint_again(struct snapshot_taking *t, const char *id)
{
    struct llmreg_endpoint *e = llmreg_get(t->r, id);

    if (e != NULL)
        take_endpoint(t, e);
    llmreg_put(e);
}

static void agent_again(struct snapshot_taking *t, const char *id)
{
    struct llmreg_agent *a = llmreg_agent_get(t->r, id);

    if (a != NULL)
        take_agent(t, a);
    llmreg_agent_put(a);
}

static void host_again(struct snapshot_taking *t, const char *id)
{
    struct shelf_item *item = shelf_get(&t->r->hosts.shelf, id);

    if (item == NULL)
        return;
    take_host(t, host_of(item));
    llmreg_host_put(host_of(item));
}

void snapshot_take_again(struct snapshot_taking *t)
{
    static void (*const again[CHANGED_KINDS])(struct snapshot_taking * t,
                                              const char *id) = {
        [CHANGED_ENDPOINTS] = endpoint_again,
        [CHANGED_AGENTS] = agent_again,
        [CHANGED_HOSTS] = host_again,
    };

    for (int kind = 0; kind < CHANGED_KINDS; kind++) {
        size_t cursor = 0;
        const char *id;
        void *value;
        while (t->changes.ids[kind] != NULL &&
               llmreg_table_next(t->changes.ids[kind], &cursor, &id, &value))
            again[kind](t, id);
    }
    if (!t->changes.hosts_moved)
        return;
    rcu_begin();
    for (size_t i = 0; i < t->s->count; i++)
        t->s->items[i].host = resolve(t, t->s->items[i].spec);
    rcu_end();
}

/* ---- giving back what was collected ---- */

static void put_item(struct llmreg_snapshot_item *item)
{
    llmreg_spec_put(item->spec);
    llmreg_models_put(item->models);
    llmreg_put(item->endpoint);
}

static void put_agent(struct llmreg_snapshot_agent *a)
{
    llmreg_agent_spec_put(a->spec);
    llmreg_agent_put(a->agent);
}

static void put_host(struct llmreg_snapshot_host *h)
{
    llmreg_host_spec_put(h->spec);
    llmreg_sample_put(h->sample);
    llmreg_host_put(h->host);
}

void snapshot_put_all(struct llmreg_snapshot *s)
{
    for (size_t i = 0; i < s->count; i++)
        put_item(&s->items[i]);
    for (size_t i = 0; i < s->nagents; i++)
        put_agent(&s->agents[i]);
    for (size_t i = 0; i < s->nhosts; i++)
        put_host(&s->hosts[i]);
    for (size_t i = 0; i < s->nalerts; i++)
        llmreg_alert_put(s->alerts[i]);
    s->count = s->nagents = s->nhosts = s->nalerts = 0;
}

/* Each: of the first so many, those who have changed; the others move up. */

static void drop_items(struct snapshot_taking *t, size_t first)
{
    struct llmreg_snapshot *s = t->s;
    size_t kept = 0;

    if (changes_count(&t->changes, CHANGED_ENDPOINTS) == 0)
        return;
    for (size_t i = 0; i < s->count; i++)
        if (i < first && changes_have(&t->changes, CHANGED_ENDPOINTS,
                                      llmreg_endpoint_id(s->items[i].endpoint)))
            put_item(&s->items[i]);
        else
            s->items[kept++] = s->items[i];
    s->count = kept;
}

static void drop_agents(struct snapshot_taking *t, size_t first)
{
    struct llmreg_snapshot *s = t->s;
    size_t kept = 0;

    if (changes_count(&t->changes, CHANGED_AGENTS) == 0)
        return;
    for (size_t i = 0; i < s->nagents; i++)
        if (i < first && changes_have(&t->changes, CHANGED_AGENTS,
                                      llmreg_agent_id(s->agents[i].agent)))
            put_agent(&s->agents[i]);
        else
            s->agents[kept++] = s->agents[i];
    s->nagents = kept;
}

static void drop_hosts(struct snapshot_taking *t, size_t first)
{
    struct llmreg_snapshot *s = t->s;
    size_t kept = 0;

    if (changes_count(&t->changes, CHANGED_HOSTS) == 0)
        return;
    for (size_t i = 0; i < s->nhosts; i++)
        if (i < first && changes_have(&t->changes, CHANGED_HOSTS,
                                      llmreg_host_id(s->hosts[i].host)))
            put_host(&s->hosts[i]);
        else
            s->hosts[kept++] = s->hosts[i];
    s->nhosts = kept;
}

void snapshot_drop_changed(struct snapshot_taking *t,
                           const struct snapshot_amount *first)
{
    drop_items(t, first->endpoints);
    drop_agents(t, first->agents);
    drop_hosts(t, first->hosts);
}
