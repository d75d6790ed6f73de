/* SPDX-License-Identifier: MIT */
/* gather.c - an array that doubles. */
#include "common/registry/gather.h"

#include <stdlib.h>

#define ROOM_FIRST 16

static bool grow(struct gather *g)
{
    size_t room = g->room == 0 ? ROOM_FIRST : g->room * 2;
    void **items = malloc(room * sizeof *items);

    if (items == NULL)
        return false;
    for (size_t i = 0; i < g->count; i++)
        items[i] = g->items[i];
    free(g->items);
    g->items = items;
    g->room = room;
    return true;
}

bool gather_add(struct gather *g, void *item)
{
    if (g->count == g->room && !grow(g)) {
        g->failed = true;
        return false;
    }
    g->items[g->count++] = item;
    return true;
}

void gather_fini(struct gather *g)
{
    free(g->items);
    *g = (struct gather){0};
}
