/* SPDX-License-Identifier: MIT */
/* slots.h - a set of pointers that is walked without a lock.
 *
 * A dense array that only grows at its end: what is removed leaves a hole,
 * and no hole is filled again.  When the array is full, or mostly holes, what
 * is left moves into a new array, which is published; walkers of the old one
 * finish there.  A walk looks at the places that were used when it began, and
 * so sees what stays exactly once, and everything else at most once.
 *
 * Whoever is in the set is told its place by a pointer that it hands in, and
 * is told again when it moves.
 *
 * Threads:   walks from any thread inside a section; all else is for one
 *            writer at a time.
 * Blocking:  never.
 * Ownership: the items are the caller's, and must stay for a grace period
 *            after they were removed.
 */
#ifndef LLMREG_REGISTRY_SLOTS_H
#define LLMREG_REGISTRY_SLOTS_H

#include <stdatomic.h>

#include "common/registry/fetch.h"
#include "common/registry/rcu.h"

#define SLOTS_FETCHED (3 * FETCH_LINE)

struct slots_array {
    struct rcu_head rcu;
    uint32_t size;
    _Atomic uint32_t used;
    void *items[]; /* published; NULL is a hole */
};

/* Who is told when an item moves: the writer's, behind the items. */
static inline uint32_t **slots_array_where(struct slots_array *a)
{
    return (uint32_t **)(a->items + a->size);
}

/* All zero is an empty set. */
struct slots {
    struct slots_array *array; /* published; NULL while never used */
    uint32_t live;             /* the writer's: items without the holes */
};

/* Room for one more, so that the next slots_add cannot fail. */
LLMREG_MUSTCHECK int slots_reserve(struct slots *s);
/* Loads ahead what slots_reserve and slots_add look at in a small set. */
static inline void slots_fetch(const struct slots *s)
{
    fetch_ahead(s->array, SLOTS_FETCHED);
}
void slots_add(struct slots *s, void *item, uint32_t *where);
void slots_remove(struct slots *s, uint32_t place);
/* Who is told when the item at place moves. */
static inline uint32_t *slots_where(const struct slots *s, uint32_t place)
{
    return slots_array_where(s->array)[place];
}

static inline void slots_set_where(struct slots *s, uint32_t place,
                                   uint32_t *where)
{
    slots_array_where(s->array)[place] = where;
}

/* Frees the array at once: no walker may be left. */
void slots_fini(struct slots *s);

struct slots_walk {
    const struct slots_array *array;
    uint32_t next, end;
};

static inline struct slots_walk slots_walk(struct slots *s)
{
    struct slots_walk w = {.array = rcu_load(&s->array)};

    if (w.array != NULL)
        w.end = atomic_load_explicit(&w.array->used, memory_order_acquire);
    return w;
}

/* The next item, or NULL at the end. */
static inline void *slots_next(struct slots_walk *w)
{
    while (w->next < w->end) {
        void *item = rcu_load(&w->array->items[w->next++]);
        if (item != NULL)
            return item;
    }
    return NULL;
}

#endif
