/* SPDX-License-Identifier: MIT */
/* order.h - items in the order of their keys, walked from any key on without a
 * lock: a skip list.
 *
 * A page of a list begins behind the last id of the page before.  Finding the
 * place takes a few comparisons, whatever the number of items.
 *
 * A walk sees what stays exactly once, and everything else at most once.
 *
 * Threads:   walks from any thread inside a section; all else is for one
 *            writer at a time.
 * Blocking:  never.
 * Ownership: keys and items are the caller's, and must stay for a grace period
 *            after they were removed; so must the step, which the caller frees
 *            then, with free().
 */
#ifndef LLMREG_REGISTRY_ORDER_H
#define LLMREG_REGISTRY_ORDER_H

#include "common/registry/rcu.h"

#define ORDER_LEVELS 10 /* a quarter goes up each time: for a million */

/* An item's place. */
struct order_step {
    const char *key;
    void *item;
    struct order_step *next[]; /* published; of each level that it is on */
};

struct order {
    struct order_step *first[ORDER_LEVELS]; /* published */
    struct order_step *spare;               /* the writer's: for the next add */
    size_t spare_levels;
    uint64_t draws; /* begins in secret: nobody can choose keys for it */
};

void order_init(struct order *o);
/* Frees the spare step; the others belong to their items. */
void order_fini(struct order *o);

/* Room for one more, so that the next order_add cannot fail. */
LLMREG_MUSTCHECK int order_reserve(struct order *o);
/* No other item may have the key. */
struct order_step *order_add(struct order *o, const char *key, void *item);
void order_remove(struct order *o, const struct order_step *step);

struct order_walk {
    struct order_step *next;
};

/* From the first item whose key is greater than after; "" for all. */
struct order_walk order_walk_after(struct order *o, const char *after);

/* The next item, or NULL at the end. */
static inline void *order_next(struct order_walk *w)
{
    const struct order_step *step = w->next;

    if (step == NULL)
        return NULL;
    w->next = rcu_load(&step->next[0]);
    return step->item;
}

#endif
