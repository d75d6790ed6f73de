/* SPDX-License-Identifier: MIT */
/* shelf.c - a hash table, a dense set and an order that change together. */
#include "common/registry/shelf.h"

#include <stdlib.h>
#include <string.h>

#include "common/registry/keyhash.h"

static struct shelf_item *item_of(struct cds_lfht_node *node)
{
    return node == NULL ? NULL : rcu_holder(node, struct shelf_item, node);
}

static int match(struct cds_lfht_node *node, const void *key)
{
    const struct shelf_item *item = rcu_holder(node, struct shelf_item, node);

    rcu_seen(node);
    return strcmp(shelf_key(item), key) == 0;
}

static const char *key_of(const void *item)
{
    return shelf_key(item);
}

static uint64_t hash(const struct shelf *s, const char *key)
{
    return keyhash(s->seed, key, strlen(key));
}

int shelf_init(struct shelf *s, size_t max)
{
    *s =
        (struct shelf){.seed = keyhash_seed(), .max = max, .order.key = key_of};
    return rcu_table_init(&s->table, max);
}

void shelf_clear(struct shelf *s)
{
    struct shelf_item *item;

    rcu_begin(); /* removing may move the set; the old one is walked on */
    struct slots_walk w = slots_walk(&s->items);
    while ((item = slots_next(&w)) != NULL)
        if (shelf_alive(item))
            shelf_remove(s, item);
    rcu_end();
}

void shelf_fini(struct shelf *s)
{
    slots_fini(&s->items);
    order_fini(&s->order);
    rcu_table_fini(&s->table);
}

/* ---- items ---- */

void shelf_item_init(struct shelf_item *item, const struct shelf_kind *kind)
{
    item->kind = kind;
    atomic_init(&item->refs, 1 | SHELF_ALIVE);
}

void shelf_put(struct shelf_item *item)
{
    if (item == NULL)
        return;
    uint32_t refs =
        atomic_fetch_sub_explicit(&item->refs, 1, memory_order_acq_rel);
    if ((refs & ~SHELF_ALIVE) == 1)
        item->kind->release(item);
}

static void put_later(struct rcu_head *head)
{
    rcu_due(head);
    shelf_put(rcu_holder(head, struct shelf_item, rcu));
}

/* ---- finding ---- */

/* Inside a section. */
static struct shelf_item *find(const struct shelf *s, const char *key)
{
    return item_of(rcu_table_find(&s->table, hash(s, key), match, key));
}

struct shelf_item *shelf_find(const struct shelf *s, const char *key)
{
    rcu_begin();
    struct shelf_item *item = find(s, key);
    rcu_end(); /* sections nest: the caller's goes on */
    return item;
}

struct shelf_item *shelf_get(const struct shelf *s, const char *key)
{
    rcu_begin();
    struct shelf_item *item = find(s, key);
    if (item != NULL)
        shelf_hold(item);
    rcu_end();
    return item;
}

/* ---- changing ---- */

int shelf_prepare(struct shelf *s, const char *key)
{
    if (shelf_find(s, key) != NULL)
        return LLMREG_EEXIST;
    if (s->items.live >= s->max)
        return LLMREG_EFULL;
    int rc = slots_reserve(&s->items);
    return rc == LLMREG_OK ? order_reserve(&s->order, key) : rc;
}

void shelf_add(struct shelf *s, struct shelf_item *item)
{
    rcu_table_add(&s->table, hash(s, shelf_key(item)), &item->node);
    rcu_table_fit(&s->table);
    slots_add(&s->items, item, &item->place);
    order_add(&s->order, item);
}

void shelf_remove(struct shelf *s, struct shelf_item *item)
{
    atomic_fetch_and_explicit(&item->refs, ~SHELF_ALIVE, memory_order_release);
    rcu_table_remove(&s->table, &item->node);
    slots_remove(&s->items, item->place);
    order_remove(&s->order, item);
    rcu_later(&item->rcu, put_later);
}
