/* SPDX-License-Identifier: MIT */
/* shelf.h - entries of one kind: found by their key in a hash table, walked in
 * a dense set or in the order of their keys, counted by references.
 *
 * What stands on a shelf begins with a struct shelf_item.  A reader that finds
 * an item inside a section may always take a reference: the shelf's own is
 * dropped a grace period after the item left it.
 *
 * Threads:   shelf_find and shelf_walk inside a section from any thread,
 *            shelf_get, _hold and _put from any; the rest is for the holder of
 *            the lock that guards the shelf.
 * Blocking:  shelf_add where the table grows (rcu_table.h).
 * Ownership: counted references; the last one calls the item's release.
 */
#ifndef LLMREG_REGISTRY_SHELF_H
#define LLMREG_REGISTRY_SHELF_H

#include <stdatomic.h>

#include "common/registry/order.h"
#include "common/registry/rcu_table.h"
#include "common/registry/slots.h"

struct shelf_item;

/* What all items of a shelf have in common. */
struct shelf_kind {
    size_t key; /* bytes from the item to its key, which is fixed */
    void (*release)(struct shelf_item *item); /* frees it */
};

#define SHELF_ALIVE (UINT32_C(1) << 31)

struct shelf_item {
    struct rcu_head rcu;
    const struct shelf_kind *kind;
    struct cds_lfht_node node;
    uint32_t place;        /* among all (slots.h) */
    _Atomic uint32_t refs; /* and SHELF_ALIVE until it is taken off */
};

struct shelf {
    /* fixed after init */
    struct rcu_table table;
    uint64_t seed;
    size_t max;
    /* guarded by the shelf's lock; walked without it */
    struct slots items;
    struct order order;
};

/* With memory for the table of max items; it is used as the table grows.
 * LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int shelf_init(struct shelf *s, size_t max);
/* Takes off what is left.  No reader may be inside. */
void shelf_clear(struct shelf *s);
/* After shelf_clear and rcu_wait; all zero is fine. */
void shelf_fini(struct shelf *s);

/* One reference. */
void shelf_item_init(struct shelf_item *item, const struct shelf_kind *kind);
static inline const char *shelf_key(const struct shelf_item *item)
{
    return (const char *)item + item->kind->key;
}
static inline bool shelf_alive(const struct shelf_item *item)
{
    return atomic_load_explicit(&item->refs, memory_order_acquire) &
           SHELF_ALIVE;
}
static inline void shelf_hold(struct shelf_item *item)
{
    atomic_fetch_add_explicit(&item->refs, 1, memory_order_relaxed);
}
void shelf_put(struct shelf_item *item); /* NULL is fine */

/* The item, or NULL; valid to the end of the section, or while the shelf's
 * lock is held. */
struct shelf_item *shelf_find(const struct shelf *s, const char *key);
/* A reference, or NULL. */
struct shelf_item *shelf_get(const struct shelf *s, const char *key);
/* Live and dying ones: ask shelf_alive. */
static inline struct slots_walk shelf_walk(struct shelf *s)
{
    return slots_walk(&s->items);
}

/* In the order of their keys, of those behind after. */
static inline struct order_walk shelf_walk_after(struct shelf *s,
                                                 const char *after)
{
    return order_walk_after(&s->order, after);
}

/* LLMREG_EEXIST, LLMREG_EFULL, LLMREG_ENOMEM: what shelf_add would meet.
 * After LLMREG_OK it cannot fail if it is the shelf's next change. */
LLMREG_MUSTCHECK int shelf_prepare(struct shelf *s, const char *key);
/* Takes over one reference.  Not inside a section, or the table does not
 * grow. */
void shelf_add(struct shelf *s, struct shelf_item *item);
/* The shelf's reference is dropped after a grace period: who has no other one
 * and is in no section must not touch the item after this. */
void shelf_remove(struct shelf *s, struct shelf_item *item);
static inline size_t shelf_count_locked(const struct shelf *s)
{
    return s->items.live;
}

#endif
