/* SPDX-License-Identifier: MIT */
/* registry.c - the table: made, searched, walked, counted.
 *
 * An entry is found in two ways: by its id in a hash table, and one after the
 * other in a dense set (slots.h).  Both change together under the lock; a
 * reader uses either without it.
 */
#include "common/registry/table.h"

#include <stdlib.h>
#include <string.h>

#include "common/registry/belonging.h"
#include "common/registry/count.h"
#include "common/registry/keyhash.h"
#include "common/registry/series.h"
#include "common/registry/vouch.h"

#define INDEX_KEYS  65536 /* distinct models; more are there, and slower */
#define REAP_MAX_NS (INT64_C(36500) * 86400 * LLMREG_NS_PER_S)

/* ---- life ---- */

static const char *key_of(const void *endpoint)
{
    return ((const struct llmreg_endpoint *)endpoint)->id;
}

static int endpoints_start(struct llmreg_registry *r)
{
    r->seed = keyhash_seed();
    r->order.key = key_of;
    int rc = rcu_table_init(&r->table, r->conf.endpoints);
    if (rc == LLMREG_OK)
        rc = rcu_table_init(&r->series,
                            r->conf.endpoints / 2); /* rarely asked */
    if (rc == LLMREG_OK)
        rc = index_init(&r->index, INDEX_KEYS);
    if (rc == LLMREG_OK)
        rc = index_init(&r->by_host, r->conf.endpoints);
    if (rc == LLMREG_OK)
        rc = index_init(&r->by_agent, r->conf.endpoints);
    return rc;
}

static void endpoints_clear(struct llmreg_registry *r)
{
    struct llmreg_endpoint *e;

    llmreg_lock(&r->lock);
    rcu_begin(); /* removing may move the set; the old one is walked on */
    struct slots_walk w = slots_walk(&r->entries);
    while ((e = slots_next(&w)) != NULL) {
        if (!llmreg_endpoint_alive(e))
            continue;
        table_remove_locked(r, e);
        entry_retire(e);
    }
    rcu_end();
    llmreg_unlock(&r->lock);
}

static void endpoints_stop(struct llmreg_registry *r)
{
    slots_fini(&r->entries);
    order_fini(&r->order);
    index_fini(&r->by_agent);
    index_fini(&r->by_host);
    index_fini(&r->index);
    rcu_table_fini(&r->series);
    rcu_table_fini(&r->table);
}

/* What start did not get made is all zero, which stop knows; clear empties a
 * table, and stop frees it when nobody can be in it any more. */
static const struct {
    size_t lock; /* where it is in the registry */
    int (*start)(struct llmreg_registry *r);
    void (*clear)(struct llmreg_registry *r);
    void (*stop)(struct llmreg_registry *r);
} tables[] = {
    {offsetof(struct llmreg_registry, lock), endpoints_start, endpoints_clear,
     endpoints_stop},
    {offsetof(struct llmreg_registry, agents.lock), agents_start, agents_clear,
     agents_stop},
    {offsetof(struct llmreg_registry, hosts.lock), hosts_start, hosts_clear,
     hosts_stop},
    {offsetof(struct llmreg_registry, sessions.lock), sessions_start,
     sessions_clear, sessions_stop},
    {offsetof(struct llmreg_registry, alerts.lock), alerts_start, alerts_clear,
     alerts_stop},
    {offsetof(struct llmreg_registry, tokens.lock), tokens_start, tokens_clear,
     tokens_stop},
    {offsetof(struct llmreg_registry, audit.lock), audit_start, audit_clear,
     audit_stop},
};

#define TABLES (sizeof tables / sizeof tables[0])

static struct llmreg_lock *lock_of(struct llmreg_registry *r, size_t table)
{
    return (void *)((char *)r + tables[table].lock);
}

static int locks_init(struct llmreg_registry *r)
{
    for (size_t i = 0; i < TABLES; i++) {
        int rc = llmreg_lock_init(lock_of(r, i));
        if (rc == LLMREG_OK)
            continue;
        while (i-- > 0)
            llmreg_lock_fini(lock_of(r, i));
        return rc;
    }
    return LLMREG_OK;
}

static void stop(struct llmreg_registry *r)
{
    for (size_t i = 0; i < TABLES; i++) {
        tables[i].stop(r);
        llmreg_lock_fini(lock_of(r, i));
    }
    free(r);
}

static int start(struct llmreg_registry *r)
{
    int rc = rcu_start();

    for (size_t i = 0; rc == LLMREG_OK && i < TABLES; i++)
        rc = tables[i].start(r);
    return rc;
}

static bool in(size_t n, size_t min, size_t max)
{
    return n >= min && n <= max;
}

static bool is_rule(const struct llmreg_presence_rule *rule)
{
    return rule->late >= 1 && rule->stale >= rule->late &&
           rule->offline >= rule->stale && rule->offline <= 1000 &&
           rule->reap_ns > 0 && rule->reap_ns <= REAP_MAX_NS;
}

static bool is_valid(const struct llmreg_registry_conf *conf)
{
    return in(conf->endpoints, 1, LLMREG_LIMIT) &&
           in(conf->agents, 1, LLMREG_LIMIT) &&
           in(conf->hosts, 1, LLMREG_LIMIT) &&
           in(conf->sessions, 1, LLMREG_LIMIT) &&
           in(conf->closed_kept, 0, 100000) &&
           conf->stale_ns >= LLMREG_NS_PER_S &&
           conf->stale_ns <= 86400 * LLMREG_NS_PER_S &&
           conf->host_reap_ns > 0 && conf->host_reap_ns <= REAP_MAX_NS &&
           is_rule(&conf->presence);
}

struct llmreg_registry_conf llmreg_registry_conf(void)
{
    const struct llmreg_registry_conf conf = {
        .endpoints = 50000,
        .agents = 100000,
        .hosts = 100000,
        .sessions = 100000,
        .closed_kept = 4096,
        .presence = llmreg_presence_rule_default,
        .stale_ns = 90 * LLMREG_NS_PER_S,
        .host_reap_ns = 24 * 3600 * LLMREG_NS_PER_S,
    };

    return conf;
}

int llmreg_registry_new(struct llmreg_registry **out,
                        const struct llmreg_registry_conf *conf,
                        struct llmreg_bus *bus,
                        const struct llmreg_clock *clock)
{
    if (!is_valid(conf) || bus == NULL || clock == NULL)
        return LLMREG_EINVAL;
    struct llmreg_registry *r = calloc(1, sizeof *r);
    if (r == NULL)
        return LLMREG_ENOMEM;
    r->bus = bus;
    r->clock = clock;
    r->conf = *conf;
    int rc = locks_init(r);
    if (rc != LLMREG_OK) {
        free(r);
        return rc;
    }
    rc = start(r);
    if (rc != LLMREG_OK) {
        stop(r);
        return rc;
    }
    *out = r;
    return LLMREG_OK;
}

/* ---- finding ---- */

/* Inside a section. */
static struct llmreg_endpoint *find(struct llmreg_registry *r, const char *id)
{
    uint64_t hash = keyhash(r->seed, id, strlen(id));
    struct cds_lfht_node *node =
        rcu_table_find(&r->table, hash, entry_match, id);

    return node == NULL ? NULL : rcu_holder(node, struct llmreg_endpoint, node);
}

struct llmreg_endpoint *table_find_locked(struct llmreg_registry *r,
                                          const char *id)
{
    rcu_begin();
    struct llmreg_endpoint *e = find(r, id);
    rcu_end(); /* entries do not go while we hold the lock */
    return e;
}

struct llmreg_endpoint *llmreg_get(struct llmreg_registry *r, const char *id)
{
    rcu_begin();
    struct llmreg_endpoint *e = find(r, id);
    if (e != NULL)
        llmreg_hold(e);
    rcu_end();
    return e;
}

/* ---- changing, for those who have the lock ---- */

void table_count_state_locked(struct llmreg_registry *r,
                              enum llmreg_health_state from,
                              enum llmreg_health_state to)
{
    count_add(&r->by_state[to], 1);
    count_add(&r->by_state[from], (size_t)-1);
}

void table_count_models_locked(struct llmreg_registry *r, size_t loaded_before,
                               size_t loaded_after)
{
    count_add(&r->models_loaded, loaded_after - loaded_before);
    atomic_store_explicit(&r->models_distinct, r->index.distinct,
                          memory_order_relaxed);
}

/* Room in all that e will join. */
static int prepare_locked(struct llmreg_registry *r,
                          const struct llmreg_endpoint *e,
                          const struct index_change *models,
                          const struct belonging *b) LLMREG_REQUIRES(r->lock)
{
    int rc = slots_reserve(&r->entries);

    if (rc == LLMREG_OK)
        rc = order_reserve(&r->order, e->id);
    if (rc == LLMREG_OK)
        rc = belonging_prepare_locked(r, b);
    if (rc != LLMREG_OK)
        return rc;
    rc = index_prepare(&r->index, models);
    if (rc != LLMREG_OK)
        belonging_cancel_locked(r, b);
    return rc;
}

int table_add_locked(struct llmreg_registry *r, struct llmreg_endpoint *e)
{
    vouch_begin_locked(r, e);
    const struct belonging b = belonging_change(e, NULL, e->spec);
    const struct index_change c = {.entry = e,
                                   .each = entry_tally(e),
                                   .after =
                                       models_part_keys(&e->models->models),
                                   .new = e->links};

    if (table_find_locked(r, e->id) != NULL)
        return LLMREG_EEXIST;
    if (r->entries.live >= r->conf.endpoints)
        return LLMREG_EFULL;
    int rc = prepare_locked(r, e, &c, &b);
    if (rc != LLMREG_OK)
        return rc;
    e->generation = ++r->generation;
    e->requests.everywhere = &r->unmatched;
    rcu_table_add(&r->table, keyhash(r->seed, e->id, strlen(e->id)), &e->node);
    rcu_table_fit(&r->table);
    slots_add(&r->entries, e, &e->place);
    order_add(&r->order, e);
    index_join(&r->index, &c);
    belonging_join_locked(r, &b);
    belonging_leave_locked(r, e, &b);
    series_join_locked(r, e->spec);
    models_part_mark(e->models, e->links, tally_loaded());
    count_add(&r->endpoints, 1);
    count_add(&r->by_state[llmreg_endpoint_state(e)], 1);
    table_count_models_locked(r, 0, e->models->loaded);
    return LLMREG_OK;
}

void table_remove_locked(struct llmreg_registry *r, struct llmreg_endpoint *e)
{
    const struct belonging b = belonging_change(e, e->spec, NULL);
    const struct index_change c = {.entry = e,
                                   .each = entry_tally(e),
                                   .before =
                                       models_part_keys(&e->models->models),
                                   .old = e->links};

    atomic_store_explicit(&e->alive, false, memory_order_release);
    rcu_table_remove(&r->table, &e->node);
    slots_remove(&r->entries, e->place);
    order_remove(&r->order, e);
    models_part_mark(e->models, e->links,
                     tally_less((struct tally){0}, tally_loaded()));
    index_leave(&r->index, &c);
    belonging_leave_locked(r, e, &b);
    series_leave_locked(r, e->spec);
    count_add(&r->endpoints, (size_t)-1);
    count_add(&r->by_state[llmreg_endpoint_state(e)], (size_t)-1);
    table_count_models_locked(r, e->models->loaded, 0);
}

int table_set_spec_locked(struct llmreg_registry *r, struct llmreg_endpoint *e,
                          struct spec_part *new)
{
    const struct belonging b = belonging_change(e, e->spec, new);
    int rc = belonging_prepare_locked(r, &b);

    if (rc != LLMREG_OK)
        return rc;
    belonging_join_locked(r, &b);
    series_leave_locked(r, e->spec);
    series_join_locked(r, new);
    rcu_publish(&e->spec, new);
    belonging_leave_locked(r, e, &b);
    return LLMREG_OK;
}

uint64_t table_tell_locked(struct llmreg_registry *r,
                           const struct llmreg_endpoint *e,
                           struct llmreg_event *event)
{
    uint64_t seq = 0;

    event->subject = e->id;
    event->name = e->spec->spec.name;
    /* Without memory for it the subscribers see a gap and start over. */
    int rc = llmreg_bus_publish(r->bus, event, &seq);
    (void)rc;
    return seq;
}

/* ---- the end ---- */

void llmreg_registry_free(struct llmreg_registry *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < TABLES; i++)
        tables[i].clear(r);
    rcu_wait();
    stop(r);
}

/* ---- walking ---- */

void llmreg_each(struct llmreg_registry *r, llmreg_each_fn fn, void *ctx)
{
    struct llmreg_endpoint *e;

    rcu_begin();
    struct slots_walk w = slots_walk(&r->entries);
    while ((e = slots_next(&w)) != NULL)
        if (llmreg_endpoint_alive(e) && !fn(ctx, e))
            break;
    rcu_end();
}

void llmreg_each_after(struct llmreg_registry *r, const char *after,
                       llmreg_each_fn fn, void *ctx)
{
    struct llmreg_endpoint *e;

    rcu_begin();
    struct order_walk w = order_walk_after(&r->order, after);
    while ((e = order_next(&w)) != NULL)
        if (llmreg_endpoint_alive(e) && !fn(ctx, e))
            break;
    rcu_end();
}

static bool is_which(const struct llmreg_endpoint *e, enum llmreg_which which)
{
    if (!llmreg_endpoint_alive(e))
        return false;
    if (which == LLMREG_ANY)
        return true;
    enum llmreg_health_state state = llmreg_endpoint_state(e);
    if (which == LLMREG_HEALTHY)
        return state == LLMREG_HEALTH_HEALTHY;
    return llmreg_is_routable(state, llmreg_endpoint_intent(e).admin,
                              llmreg_endpoint_presence(e), false);
}

void llmreg_each_with_model(struct llmreg_registry *r, const char *model,
                            enum llmreg_which which, llmreg_each_fn fn,
                            void *ctx)
{
    struct llmreg_endpoint *e;

    rcu_begin();
    struct slots_walk w = index_walk(&r->index, model);
    while ((e = slots_next(&w)) != NULL)
        if (is_which(e, which) && !fn(ctx, e))
            break;
    rcu_end();
}

void llmreg_count(struct llmreg_registry *r, struct llmreg_counts *out)
{
    out->endpoints = atomic_load_explicit(&r->endpoints, memory_order_relaxed);
    for (int i = 0; i < LLMREG_HEALTH_STATES; i++)
        out->by_state[i] =
            atomic_load_explicit(&r->by_state[i], memory_order_relaxed);
    out->models_distinct =
        atomic_load_explicit(&r->models_distinct, memory_order_relaxed);
    out->models_loaded =
        atomic_load_explicit(&r->models_loaded, memory_order_relaxed);
    out->series_shared =
        atomic_load_explicit(&r->series_shared, memory_order_relaxed);
    out->unmatched = atomic_load_explicit(&r->unmatched, memory_order_relaxed);
}
