/* SPDX-License-Identifier: MIT */
/* race_tables.c - mistakes with what all tables are made of: the shelf, the
 * index, the array of a set, the order of keys. */
#include <stdlib.h>
#include <string.h>

#include "common/registry/index.h"
#include "common/registry/shelf.h"
#include "tests/stress/race.h"

#define KEY "key"

struct thing {
    struct shelf_item item; /* first */
    struct rcu_head rcu;
    struct link link;
    uint32_t place;
    size_t value;
    char key[sizeof KEY];
};

static struct shelf shelf;
static struct index words;
static struct slots set;

static void release(struct shelf_item *item)
{
    free(rcu_holder(item, struct thing, item));
}

static const struct shelf_kind kind = {
    .key = offsetof(struct thing, key),
    .release = release,
};

static struct thing *make(void)
{
    struct thing *t = calloc(1, sizeof *t);

    race_must(t != NULL);
    memcpy(t->key, KEY, sizeof t->key);
    shelf_item_init(&t->item, &kind);
    t->value = 1;
    return t;
}

static void free_later(struct rcu_head *head)
{
    rcu_due(head);
    free(rcu_holder(head, struct thing, rcu));
}

static void drop(struct thing *t, bool wrong)
{
    if (wrong)
        free(t);
    else
        rcu_later(&t->rcu, free_later);
}

/* ---- shelf ---- */

static void open_shelf(void)
{
    race_must(shelf_init(&shelf, 64) == LLMREG_OK);
}

static void close_shelf(void)
{
    shelf_clear(&shelf);
    rcu_wait();
    shelf_fini(&shelf);
}

static void read_shelf(void)
{
    rcu_begin();
    struct shelf_item *item = shelf_find(&shelf, KEY);
    if (item != NULL)
        race_sink += rcu_holder(item, struct thing, item)->value;
    rcu_end();
}

static void write_shelf(bool wrong)
{
    struct thing *t = make();

    race_must(shelf_prepare(&shelf, KEY) == LLMREG_OK);
    shelf_add(&shelf, &t->item);
    if (!wrong) {
        shelf_remove(&shelf, &t->item);
        return;
    }
    rcu_table_remove(&shelf.table, &t->item.node);
    slots_remove(&shelf.items, t->item.place);
    order_remove(&shelf.order, &t->item);
    shelf_put(&t->item);
}

/* ---- index ---- */

static void open_index(void)
{
    race_must(index_init(&words, 64) == LLMREG_OK);
}

static void close_index(void)
{
    rcu_wait();
    index_fini(&words);
}

static void read_index(void)
{
    struct thing *t;

    rcu_begin();
    struct slots_walk w = index_walk(&words, KEY);
    while ((t = slots_next(&w)) != NULL)
        race_sink += t->value;
    rcu_end();
}

static void write_index(bool wrong)
{
    static const char *const keys[] = {KEY};
    const struct index_keys one = {keys, sizeof keys[0], 1};
    struct thing *t = make();
    const struct index_change joins = {
        .entry = t, .after = one, .new = &t->link};
    const struct index_change leaves = {
        .entry = t, .before = one, .old = &t->link};

    race_must(index_prepare(&words, &joins) == LLMREG_OK);
    index_join(&words, &joins);
    index_leave(&words, &leaves);
    drop(t, wrong);
}

/* ---- the array of a set: moved, and the old one freed ---- */

static struct thing *resident;

static void open_slots(void)
{
    resident = make();
    race_must(slots_reserve(&set) == LLMREG_OK);
    slots_add(&set, resident, &resident->place);
}

static void close_slots(void)
{
    rcu_wait();
    slots_fini(&set);
    free(resident);
}

static void read_slots(void)
{
    struct thing *t;

    rcu_begin();
    struct slots_walk w = slots_walk(&set);
    while ((t = slots_next(&w)) != NULL)
        race_sink += t->value;
    rcu_end();
}

static void free_array_later(struct rcu_head *head)
{
    rcu_due(head);
    free(rcu_holder(head, struct slots_array, rcu));
}

static void write_slots(bool wrong)
{
    struct slots_array *old = set.array;
    size_t room =
        sizeof *old + old->size * (sizeof(void *) + sizeof(uint32_t *));
    struct slots_array *new = malloc(room);

    race_must(new != NULL);
    memcpy(new, old, room);
    rcu_publish(&set.array, new);
    if (wrong)
        free(old);
    else
        rcu_later(&old->rcu, free_array_later);
}

/* ---- the order of keys ---- */

static struct order order;

static const char *key_of(const void *thing)
{
    return ((const struct thing *)thing)->key;
}

static void open_order(void)
{
    order = (struct order){.key = key_of};
}

static void close_order(void)
{
    rcu_wait();
    order_fini(&order);
}

static void read_order(void)
{
    const struct thing *t;

    rcu_begin();
    struct order_walk w = order_walk_after(&order, "");
    while ((t = order_next(&w)) != NULL)
        race_sink += t->value;
    rcu_end();
}

static void write_order(bool wrong)
{
    struct thing *t = make();

    race_must(order_reserve(&order, t->key) == LLMREG_OK);
    order_add(&order, t);
    order_remove(&order, t);
    drop(t, wrong);
}

const struct race races_of_tables[] = {
    {"shelf", open_shelf, read_shelf, write_shelf, close_shelf},
    {"index", open_index, read_index, write_index, close_index},
    {"slots", open_slots, read_slots, write_slots, close_slots},
    {"order", open_order, read_order, write_order, close_order},
    {NULL, NULL, NULL, NULL, NULL},
};
