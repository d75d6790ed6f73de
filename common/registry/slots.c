/* SPDX-License-Identifier: MIT */
/* slots.c - append, punch holes, and now and then move house. */
#include "common/registry/slots.h"

#include <stdlib.h>

#define SLOTS_FIRST 2  /* places in the first array */
#define SLOTS_FEW   32 /* so many holes cost a walk next to nothing */

static uint32_t used_of(const struct slots_array *a)
{
    return a == NULL ? 0 : atomic_load_explicit(&a->used, memory_order_relaxed);
}

static void free_later(struct rcu_head *head)
{
    rcu_due(head);
    free(rcu_holder(head, struct slots_array, rcu));
}

static struct slots_array *array_new(uint32_t size)
{
    struct slots_array *a =
        malloc(sizeof *a + size * (sizeof(void *) + sizeof(uint32_t *)));

    if (a == NULL)
        return NULL;
    a->size = size;
    atomic_init(&a->used, 0);
    return a;
}

static void append(struct slots_array *a, void *item, uint32_t *where)
{
    uint32_t place = used_of(a);

    *where = place;
    slots_array_where(a)[place] = where;
    rcu_publish(&a->items[place], item);
    atomic_store_explicit(&a->used, place + 1, memory_order_release);
}

/* For what is there, and as much again: who comes and goes takes a new place
 * each time.  A small set that had holes, as that of a model which endpoints
 * load and drop, gets more, and so moves less often. */
static uint32_t size_next(const struct slots *s)
{
    bool busy = used_of(s->array) > s->live && s->live <= SLOTS_FEW;

    return (busy ? 4 : 2) * s->live + SLOTS_FIRST;
}

/* Publishes an array without holes. */
static int move_house(struct slots *s)
{
    struct slots_array *old = s->array;
    uint32_t used = used_of(old);
    struct slots_array *a = array_new(size_next(s));

    if (a == NULL)
        return LLMREG_ENOMEM;
    for (uint32_t i = 0; i < used; i++)
        if (old->items[i] != NULL)
            append(a, old->items[i], slots_array_where(old)[i]);
    rcu_publish(&s->array, a);
    if (old != NULL)
        rcu_later(&old->rcu, free_later);
    return LLMREG_OK;
}

int slots_reserve(struct slots *s)
{
    if (s->array != NULL && used_of(s->array) < s->array->size)
        return LLMREG_OK;
    return move_house(s);
}

void slots_add(struct slots *s, void *item, uint32_t *where)
{
    append(s->array, item, where);
    s->live++;
}

void slots_remove(struct slots *s, uint32_t place)
{
    rcu_publish(&s->array->items[place], NULL);
    s->live--;
    uint32_t used = used_of(s->array);
    /* Without memory the holes stay, which only costs time. */
    if (used > SLOTS_FEW && s->live < used / 4)
        (void)!move_house(s);
}

void slots_fini(struct slots *s)
{
    free(s->array);
    *s = (struct slots){0};
}
