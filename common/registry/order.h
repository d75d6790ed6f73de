/* SPDX-License-Identifier: MIT */
/* order.h - items in the order of their keys, walked from any key on without a
 * lock.
 *
 * A page of a list begins behind the last id of the page before.  Finding the
 * place takes a few comparisons, whatever the number of items; and an item
 * costs little more than a pointer.
 *
 * A walk sees what stays exactly once, and everything else at most once.
 *
 * Threads:   walks from any thread inside a section; all else is for one
 *            writer at a time.
 * Blocking:  never.
 * Ownership: the items and their keys are the caller's, and must stay for a
 *            grace period after they were removed.
 */
#ifndef LLMREG_REGISTRY_ORDER_H
#define LLMREG_REGISTRY_ORDER_H

#include <stdatomic.h>

#include "common/registry/rcu.h"

#define ORDER_ROW 64 /* places in a row of items */

/* Some neighbours, or all rows of neighbours. */
struct order_row {
    struct rcu_head rcu;
    struct order *owner;
    uint32_t count; /* places */
    /* the writer's */
    uint32_t live;   /* without the holes */
    uint32_t behind; /* the place behind the item that came last */
    void *at[];      /* published; NULL is a hole */
};

/* All zero but key is empty. */
struct order {
    const char *(*key)(const void *item); /* fixed */
    struct order_row *rows;               /* published; NULL: never used */
    /* the writer's, for the next order_add */
    struct order_row *spare_rows, *spare[2];
    struct order_row *pool; /* rows to be used again */
    /* by who frees what nobody can be in any more */
    _Atomic(struct order_row *) returned;
    _Atomic uint32_t waiting; /* in both of these */
};

/* No reader may be inside, and nothing be due later (rcu_wait). */
void order_fini(struct order *o);

/* Room for an item with this key, so that order_add cannot fail if it is the
 * next change.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int order_reserve(struct order *o, const char *key);
/* No other item may have its key. */
void order_add(struct order *o, void *item);
void order_remove(struct order *o, const void *item);

struct order_walk {
    const struct order *order;
    const struct order_row *rows, *row;
    uint32_t next_row, next;
    const char *last; /* key of the last item, or what it began behind */
};

/* From the first item whose key is greater than after, which stays the
 * caller's; "" for all. */
struct order_walk order_walk_after(const struct order *o, const char *after);

/* The next item, or NULL at the end. */
void *order_next(struct order_walk *w);

#endif
