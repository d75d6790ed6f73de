/* SPDX-License-Identifier: MIT */
/* snapshot.c - everything at one moment.
 *
 * Under the table's lock nothing changes, so that references to all parts and
 * the newest event's number belong together.  The memory for it is taken
 * before, with some room for those who come meanwhile.
 */
#include <llmreg/snapshot.h>

#include "common/registry/table.h"

#include <stdlib.h>

#define SPARE 16

/* The table's lock is held: no part can be replaced meanwhile. */
static void take_item(struct llmreg_snapshot_item *item,
                      struct llmreg_endpoint *e)
{
    part_hold(&e->spec->part);
    part_hold(&e->models->part);
    item->endpoint = llmreg_hold(e);
    item->spec = &e->spec->spec;
    item->models = &e->models->models;
    item->intent = llmreg_endpoint_intent(e);
    health_part_get(e->health, &item->health);
}

static bool take_locked(struct llmreg_registry *r, struct llmreg_snapshot *s,
                        size_t room) LLMREG_REQUIRES(r->lock)
{
    struct slots_walk w = slots_walk(&r->entries);
    struct llmreg_endpoint *e;

    if (r->entries.live > room)
        return false;
    s->count = 0;
    while ((e = slots_next(&w)) != NULL)
        take_item(&s->items[s->count++], e);
    s->seq = llmreg_bus_last(r->bus);
    return true;
}

static struct llmreg_snapshot *new (size_t room)
{
    struct llmreg_snapshot *s = calloc(1, sizeof *s);

    if (s == NULL)
        return NULL;
    s->items = malloc(room * sizeof s->items[0]);
    if (s->items != NULL)
        return s;
    free(s);
    return NULL;
}

int llmreg_snapshot_take(struct llmreg_registry *r,
                         struct llmreg_snapshot **out)
{
    bool taken = false;
    struct llmreg_snapshot *s = NULL;

    while (!taken) {
        size_t room =
            SPARE + atomic_load_explicit(&r->endpoints, memory_order_relaxed);
        llmreg_snapshot_free(s);
        s = new (room);
        if (s == NULL)
            return LLMREG_ENOMEM;
        llmreg_lock(&r->lock);
        taken = take_locked(r, s, room);
        llmreg_unlock(&r->lock);
    }
    *out = s;
    return LLMREG_OK;
}

void llmreg_snapshot_free(struct llmreg_snapshot *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++) {
        llmreg_spec_put(s->items[i].spec);
        llmreg_models_put(s->items[i].models);
        llmreg_put(s->items[i].endpoint);
    }
    free(s->items);
    free(s);
}
