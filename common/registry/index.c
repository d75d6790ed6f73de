/* SPDX-License-Identifier: MIT */
/* index.c - nodes of an index, and how lists of keys are replaced in it.
 *
 * A link is fresh until its entry joined.  A link of the old list is over
 * when its node does not call back to it any more: the key stayed, and the
 * new list's link took its place.
 */
#include "common/registry/index.h"

#include <stdlib.h>
#include <string.h>

#include "common/registry/keyhash.h"

#define FRESH UINT32_MAX

struct index_node {
    struct cds_lfht_node node;
    struct rcu_head rcu;
    struct slots entries;
    uint32_t place; /* among all nodes */
    /* written under the table's lock, read by everybody */
    _Atomic uint64_t serving, having, routing; /* the tally */
    char name[];
};

static int match(struct cds_lfht_node *node, const void *key)
{
    rcu_seen(node);
    return strcmp(rcu_holder(node, struct index_node, node)->name, key) == 0;
}

static const char *key_at(const struct index_keys *keys, size_t i)
{
    const char *const *at =
        (const void *)((const char *)keys->first + i * keys->stride);

    return *at;
}

static uint64_t hash(const struct index *x, const char *name)
{
    return keyhash(x->seed, name, strlen(name));
}

static struct index_node *find(const struct index *x, uint64_t hash,
                               const char *name)
{
    struct cds_lfht_node *node = rcu_table_find(&x->table, hash, match, name);

    return node == NULL ? NULL : rcu_holder(node, struct index_node, node);
}

struct index_node *index_find(const struct index *x, const char *key)
{
    return find(x, hash(x, key), key);
}

int index_init(struct index *x, size_t keys)
{
    x->seed = keyhash_seed();
    x->nodes = (struct slots){0};
    x->distinct = 0;
    return rcu_table_init(&x->table, keys);
}

void index_fini(struct index *x)
{
    slots_fini(&x->nodes);
    rcu_table_fini(&x->table);
}

struct slots_walk index_walk(const struct index *x, const char *key)
{
    struct index_node *m = index_find(x, key);

    return m == NULL ? (struct slots_walk){0} : slots_walk(&m->entries);
}

struct slots_walk index_walk_nodes(struct index *x)
{
    return slots_walk(&x->nodes);
}

/* ---- nodes ---- */

const char *index_node_key(const struct index_node *n)
{
    return n->name;
}

struct slots_walk index_node_walk(struct index_node *n)
{
    return slots_walk(&n->entries);
}

struct tally index_node_tally(const struct index_node *n)
{
    const struct tally t = {
        atomic_load_explicit(&n->serving, memory_order_relaxed),
        atomic_load_explicit(&n->having, memory_order_relaxed),
        atomic_load_explicit(&n->routing, memory_order_relaxed),
    };

    return t;
}

void index_add(const struct link *l, struct tally by)
{
    struct index_node *n = l->node;
    /* One writer at a time: no read-modify-write is needed. */
    const struct tally old = index_node_tally(n);

    atomic_store_explicit(&n->serving, old.serving + by.serving,
                          memory_order_relaxed);
    atomic_store_explicit(&n->having, old.having + by.having,
                          memory_order_relaxed);
    atomic_store_explicit(&n->routing, old.routing + by.routing,
                          memory_order_relaxed);
}

static void free_later(struct rcu_head *head)
{
    rcu_due(head);
    struct index_node *m = rcu_holder(head, struct index_node, rcu);

    slots_fini(&m->entries);
    free(m);
}

/* Removes a node that nobody is in. */
static void forget(struct index *x, struct index_node *m)
{
    rcu_table_remove(&x->table, &m->node);
    slots_remove(&x->nodes, m->place);
    rcu_later(&m->rcu, free_later);
}

/* A node called name with room for an entry, or NULL: no memory. */
static struct index_node *make(struct index *x, uint64_t hash, const char *name)
{
    size_t room = strlen(name) + 1;

    if (slots_reserve(&x->nodes) != LLMREG_OK)
        return NULL;
    struct index_node *m = calloc(1, sizeof *m + room);
    if (m == NULL)
        return NULL;
    if (slots_reserve(&m->entries) != LLMREG_OK) {
        free(m);
        return NULL;
    }
    memcpy(m->name, name, room);
    rcu_table_add(&x->table, hash, &m->node);
    slots_add(&x->nodes, m, &m->place);
    return m;
}

/* m with room for one more entry; made if it is NULL.  NULL: no memory. */
static struct index_node *provide(struct index *x, struct index_node *m,
                                  const char *name)
{
    if (m == NULL)
        return make(x, hash(x, name), name);
    return slots_reserve(&m->entries) == LLMREG_OK ? m : NULL;
}

/* ---- replacing a list ---- */

/* Takes back the first count links of a change that did not happen. */
static void undo(struct index *x, const struct index_change *c, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (c->new[i].place == FRESH && c->new[i].node->entries.live == 0)
            forget(x, c->new[i].node);
}

/* The nodes that are left in the end lie all over the memory. */
static void fetch(const struct index_change *c)
{
    for (size_t i = 0; i < c->before.count; i++)
        __builtin_prefetch(&c->old[i].node->entries, 1);
}

/* Fills the new links with what is there; of who is not, the node is NULL. */
static void look_up(const struct index *x, const struct index_change *c)
{
    size_t k = 0; /* in the old list; both are sorted */

    for (size_t i = 0; i < c->after.count; i++) {
        const char *name = key_at(&c->after, i);
        int order = -1;
        while (k < c->before.count &&
               (order = strcmp(key_at(&c->before, k), name)) < 0)
            k++;
        if (k < c->before.count && order == 0) {
            c->new[i] = c->old[k];
            continue;
        }
        c->new[i] = (struct link){index_find(x, name), FRESH};
        if (c->new[i].node != NULL)
            slots_fetch(&c->new[i].node->entries);
    }
}

static int prepare(struct index *x, const struct index_change *c)
{
    for (size_t i = 0; i < c->after.count; i++) {
        struct link *l = &c->new[i];
        if (l->place != FRESH)
            continue;
        l->node = provide(x, l->node, key_at(&c->after, i));
        if (l->node == NULL) {
            undo(x, c, i);
            return LLMREG_ENOMEM;
        }
    }
    return LLMREG_OK;
}

int index_prepare(struct index *x, const struct index_change *c)
{
    fetch(c);
    rcu_begin(); /* one for all of them: it is most of a small look-up */
    look_up(x, c);
    rcu_end();
    int rc = prepare(x, c);
    rcu_table_fit(&x->table);
    return rc;
}

void index_cancel(struct index *x, const struct index_change *c)
{
    undo(x, c, c->after.count);
}

void index_join(struct index *x, const struct index_change *c)
{
    for (size_t i = 0; i < c->after.count; i++) {
        struct link *l = &c->new[i];
        struct slots *entries = &l->node->entries;
        if (l->place != FRESH) {
            slots_set_where(entries, l->place, &l->place);
            continue;
        }
        x->distinct += entries->live == 0;
        slots_add(entries, c->entry, &l->place);
        index_add(l, c->each);
    }
}

void index_leave(struct index *x, const struct index_change *c)
{
    const struct tally gone = tally_less((struct tally){0}, c->each);

    for (size_t i = 0; i < c->before.count; i++) {
        struct link *l = &c->old[i];
        struct slots *entries = &l->node->entries;
        if (slots_where(entries, l->place) != &l->place)
            continue; /* the key stayed */
        index_add(l, gone);
        slots_remove(entries, l->place);
        if (entries->live == 0) {
            x->distinct--;
            forget(x, l->node);
        }
    }
}
