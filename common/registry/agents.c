/* SPDX-License-Identifier: MIT */
/* agents.c - the table of agents: made, searched, counted.
 *
 * An agent is found by its id (shelf), by its type and name (a table of the
 * published specifications), and by what it is and can (index).  All change
 * together under the lock; a reader uses any of them without it.
 */
#include "common/registry/table.h"

#include <string.h>

#include "common/registry/count.h"
#include "common/registry/keyhash.h"
#include "common/registry/vouch.h"

#define INDEX_KEYS 65536 /* distinct ones; more are there, and slower */

/* ---- life ---- */

static int make_tables(struct agents *t, size_t max)
{
    t->seed = keyhash_seed();
    t->draws = keyhash_seed();
    /* Asked at registrations only: two in a bucket will do. */
    int rc = rcu_table_init(&t->names, max / 2);
    if (rc == LLMREG_OK)
        rc = shelf_init(&t->shelf, max);
    if (rc == LLMREG_OK)
        rc = index_init(&t->index, INDEX_KEYS);
    return rc;
}

int agents_start(struct llmreg_registry *r)
{
    return make_tables(&r->agents, r->conf.agents);
}

void agents_clear(struct llmreg_registry *r)
{
    struct agents *t = &r->agents;
    struct shelf_item *item;

    llmreg_lock(&t->lock);
    rcu_begin(); /* removing may move the set; the old one is walked on */
    struct slots_walk w = shelf_walk(&t->shelf);
    while ((item = slots_next(&w)) != NULL)
        if (shelf_alive(item))
            agents_remove_locked(t, agent_of(item));
    rcu_end();
    llmreg_unlock(&t->lock);
}

void agents_stop(struct llmreg_registry *r)
{
    struct agents *t = &r->agents;

    heap_fini(&t->deadlines);
    index_fini(&t->index);
    shelf_fini(&t->shelf);
    rcu_table_fini(&t->names);
}

/* ---- names ---- */

struct name {
    const char *type, *name;
};

static uint64_t hash_name(const struct agents *t, const struct name *n)
{
    uint64_t seed = keyhash(t->seed, n->type, strlen(n->type));

    return keyhash(seed, n->name, strlen(n->name));
}

static int match_name(struct cds_lfht_node *node, const void *key)
{
    const struct name *n = key;

    rcu_seen(node);
    const struct agent_part *p = rcu_holder(node, struct agent_part, node);
    return strcmp(p->spec.name, n->name) == 0 &&
           strcmp(p->spec.type, n->type) == 0;
}

struct llmreg_agent *agents_named(const struct agents *t, const char *type,
                                  const char *name)
{
    const struct name n = {type, name};

    rcu_begin();
    struct cds_lfht_node *node =
        rcu_table_find(&t->names, hash_name(t, &n), match_name, &n);
    rcu_end(); /* sections nest: the caller's goes on */
    return node == NULL ? NULL
                        : rcu_holder(node, struct agent_part, node)->agent;
}

static void add_name_locked(struct agents *t, struct agent_part *spec)
    LLMREG_REQUIRES(t->lock)
{
    const struct name n = {spec->spec.type, spec->spec.name};

    rcu_table_add(&t->names, hash_name(t, &n), &spec->node);
    rcu_table_fit(&t->names);
}

/* ---- finding ---- */

struct llmreg_agent *llmreg_agent_get(struct llmreg_registry *r, const char *id)
{
    struct shelf_item *item = shelf_get(&r->agents.shelf, id);

    return item == NULL ? NULL : agent_of(item);
}

struct llmreg_agent *llmreg_agent_find(struct llmreg_registry *r,
                                       const char *type, const char *name)
{
    rcu_begin();
    struct llmreg_agent *a = agents_named(&r->agents, type, name);
    if (a != NULL)
        (void)llmreg_agent_hold(a);
    rcu_end();
    return a;
}

/* ---- changing, for those who have the lock ---- */

static size_t presence_of(const struct llmreg_agent *a)
{
    return agent_word_unpack(agent_word(a)).presence;
}

uint64_t agents_speaker(const struct agents *t, const char *hub,
                        const char *peer)
{
    return keyhash(keyhash(t->seed, hub, strlen(hub)), peer, strlen(peer));
}

uint64_t agents_activity(const struct agents *t, const char *activity)
{
    return keyhash(t->seed, activity, strlen(activity));
}

static void set_hashes(struct agents *t, struct llmreg_agent *a,
                       const struct agent_facts *facts)
{
    atomic_store_explicit(&a->speaker,
                          agents_speaker(t, facts->hub, facts->peer),
                          memory_order_release);
    atomic_store_explicit(&a->activity, agents_activity(t, facts->activity),
                          memory_order_release);
}

int agents_add_locked(struct agents *t, struct llmreg_agent *a,
                      const struct agent_keys *keys)
{
    const struct index_change c = {
        .entry = &a->item, .after = agent_keys_list(keys), .new = a->links};
    const struct llmreg_agent_spec *spec = &a->spec->spec;

    if (agents_named(t, spec->type, spec->name) != NULL)
        return LLMREG_EEXIST;
    int rc = shelf_prepare(&t->shelf, a->id);
    if (rc == LLMREG_OK)
        rc = heap_reserve(&t->deadlines, shelf_count_locked(&t->shelf) + 1);
    if (rc == LLMREG_OK)
        rc = index_prepare(&t->index, &c);
    if (rc != LLMREG_OK)
        return rc;
    a->generation = ++t->generation;
    set_hashes(t, a, &a->note->facts);
    add_name_locked(t, a->spec);
    shelf_add(&t->shelf, &a->item);
    index_join(&t->index, &c);
    count_add(&t->count, 1);
    count_add(&t->by_presence[presence_of(a)], 1);
    return LLMREG_OK;
}

void agents_remove_locked(struct agents *t, struct llmreg_agent *a)
{
    const struct index_change c = {
        .entry = &a->item, .before = {.count = a->nlinks}, .old = a->links};

    heap_remove(&t->deadlines, &a->due);
    index_leave(&t->index, &c);
    rcu_table_remove(&t->names, &a->spec->node);
    count_add(&t->count, (size_t)-1);
    count_add(&t->by_presence[presence_of(a)], (size_t)-1);
    shelf_remove(&t->shelf, &a->item);
}

void agents_respecify_locked(struct agents *t, struct llmreg_agent *a,
                             struct agent_part *spec)
{
    struct agent_part *old = a->spec;

    spec->agent = a;
    add_name_locked(t, spec);
    rcu_publish(&a->spec, spec);
    rcu_table_remove(&t->names, &old->node);
}

void agents_renote_locked(struct agents *t, struct llmreg_agent *a,
                          struct agent_note *note)
{
    rcu_publish(&a->note, note);
    set_hashes(t, a, &note->facts);
}

void agents_set_word_locked(struct agents *t, struct llmreg_agent *a,
                            const struct agent_word *w)
{
    size_t before = presence_of(a);

    atomic_store(&a->word, agent_word_pack(w));
    count_add(&t->by_presence[w->presence], 1);
    count_add(&t->by_presence[before], (size_t)-1);
}

void agents_set_due_locked(struct llmreg_registry *r, struct llmreg_agent *a,
                           const struct llmreg_now *now)
{
    const struct llmreg_agent_spec *spec = &a->spec->spec;
    enum llmreg_presence presence = presence_of(a);
    int64_t after =
        llmreg_presence_after(presence, spec->interval_ms, &r->conf.presence);

    if (after != INT64_MAX)
        heap_set(&r->agents.deadlines, &a->due, agent_silent_since(a) + after);
    else if (spec->source == LLMREG_SOURCE_AUTO)
        heap_set(&r->agents.deadlines, &a->due,
                 now->mono_ns + r->conf.presence.reap_ns);
    else
        heap_remove(&r->agents.deadlines, &a->due);
}

uint64_t agents_tell_locked(struct llmreg_registry *r,
                            const struct llmreg_agent *a,
                            struct llmreg_event *event)
{
    uint64_t seq = 0;

    event->entity = LLMREG_ENTITY_AGENT;
    event->subject = a->id;
    event->name = a->spec->spec.name;
    /* Without memory for it the subscribers see a gap and start over. */
    int rc = llmreg_bus_publish(r->bus, event, &seq);
    (void)rc;
    return seq;
}

/* ---- counting ---- */

void llmreg_agent_count(struct llmreg_registry *r,
                        struct llmreg_agent_counts *out)
{
    const struct agents *t = &r->agents;

    out->agents = atomic_load_explicit(&t->count, memory_order_relaxed);
    for (int i = 0; i < LLMREG_PRESENCES; i++)
        out->by_presence[i] =
            atomic_load_explicit(&t->by_presence[i], memory_order_relaxed);
}

void agents_follow(struct llmreg_registry *r, const struct agents_move *m,
                   const struct llmreg_now *now)
{
    vouch_follow(r, m->agent, m->reason, now);
    if (m->ended)
        sessions_end(r, m->agent->id, m->agent->generation, m->reason, now);
}
