/* SPDX-License-Identifier: MIT */
/* order.c - a skip list: each level leaves out most of the one below.
 *
 *     level 1   ---------------> d ------------------> k --->
 *     level 0   ---> a ---> c -> d ---> f ---> g ----> k ---> m
 *
 * A step is published from the lowest level up, with its own next pointers in
 * place, and is taken out from all of them at once.  Who stands on it then
 * finds the way by them: what follows it is not freed before the section ends.
 */
#include "common/registry/order.h"

#include <stdlib.h>
#include <string.h>

#include "common/registry/keyhash.h"

void order_init(struct order *o)
{
    *o = (struct order){.draws = keyhash_seed()};
}

void order_fini(struct order *o)
{
    free(o->spare);
    o->spare = NULL;
}

/* One of four goes up a level. */
static size_t draw_levels(struct order *o)
{
    uint64_t x = keyhash_draw(o->draws += KEYHASH_STEP);
    size_t levels = 1;

    for (; levels < ORDER_LEVELS && (x & 3) == 0; x >>= 2)
        levels++;
    return levels;
}

int order_reserve(struct order *o)
{
    if (o->spare != NULL)
        return LLMREG_OK;
    o->spare_levels = draw_levels(o);
    o->spare = malloc(sizeof *o->spare +
                      o->spare_levels * sizeof(struct order_step *));
    return o->spare == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

/* Where each level's way to key ends: the pointer to its first step that is
 * not before key, with order 0, or that is behind it, with order 1. */
static void seek(struct order_step **row, const char *key, int order,
                 struct order_step **ends[static ORDER_LEVELS])
{
    struct order_step *step;

    for (size_t level = ORDER_LEVELS; level-- > 0;) {
        while ((step = rcu_load(&row[level])) != NULL &&
               strcmp(step->key, key) < order)
            row = step->next;
        ends[level] = &row[level];
    }
}

struct order_step *order_add(struct order *o, const char *key, void *item)
{
    struct order_step **ends[ORDER_LEVELS];
    struct order_step *step = o->spare;

    o->spare = NULL;
    step->key = key;
    step->item = item;
    seek(o->first, key, 0, ends);
    for (size_t i = 0; i < o->spare_levels; i++)
        step->next[i] = *ends[i];
    for (size_t i = 0; i < o->spare_levels; i++)
        rcu_publish(ends[i], step);
    return step;
}

void order_remove(struct order *o, const struct order_step *step)
{
    struct order_step **ends[ORDER_LEVELS];

    seek(o->first, step->key, 0, ends);
    for (size_t i = 0; i < ORDER_LEVELS && *ends[i] == step; i++)
        rcu_publish(ends[i], step->next[i]);
}

struct order_walk order_walk_after(struct order *o, const char *after)
{
    struct order_step **ends[ORDER_LEVELS];

    seek(o->first, after, 1, ends);
    return (struct order_walk){rcu_load(ends[0])};
}
