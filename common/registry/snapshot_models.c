/* SPDX-License-Identifier: MIT */
/* snapshot_models.c - a hash table from names to places in the list.
 *
 * How many names there are was counted with the index, under the same lock,
 * so that both have their size from the start.  The table is half empty, and
 * who finds a place taken looks at the next one.
 *
 * Lists of many endpoints are often alike and always sorted, so the name that
 * followed this one the last time is tried before the table is asked.
 */
#include "common/registry/snapshot_models.h"

#include <stdlib.h>
#include <string.h>

#include "common/registry/keyhash.h"

struct names {
    uint64_t seed;
    uint32_t *places; /* in models, from 1; 0: free */
    uint32_t *after;  /* which followed it, from 1; 0: none did */
    size_t mask;
    struct llmreg_fleet_model *models;
    size_t count;
};

static int names_init(struct names *n, size_t max)
{
    size_t size = 2;

    while (size < max * 2)
        size *= 2;
    *n = (struct names){.seed = keyhash_seed(), .mask = size - 1};
    n->places = calloc(size, sizeof n->places[0]);
    n->after = calloc(max + 1, sizeof n->after[0]);
    n->models = malloc((max + 1) * sizeof n->models[0]);
    if (n->places != NULL && n->after != NULL && n->models != NULL)
        return LLMREG_OK;
    free(n->places);
    free(n->after);
    free(n->models);
    return LLMREG_ENOMEM;
}

/* The place of name, from 1. */
static uint32_t names_place(struct names *n, const char *name)
{
    size_t at = keyhash(n->seed, name, strlen(name)) & n->mask;

    for (; n->places[at] != 0; at = (at + 1) & n->mask)
        if (strcmp(n->models[n->places[at] - 1].name, name) == 0)
            return n->places[at];
    n->models[n->count] = (struct llmreg_fleet_model){.name = name};
    n->places[at] = (uint32_t)++n->count;
    return n->places[at];
}

/* The same, of the one that comes after the one at place last. */
static uint32_t names_place_after(struct names *n, uint32_t last,
                                  const char *name)
{
    uint32_t guess = n->after[last];

    if (guess == 0 || strcmp(n->models[guess - 1].name, name) != 0)
        n->after[last] = guess = names_place(n, name);
    return guess;
}

static void count_item(struct names *n, const struct llmreg_snapshot_item *item)
{
    bool active = item->intent.admin == LLMREG_ADMIN_ACTIVE;
    bool healthy = item->health.state == LLMREG_HEALTH_HEALTHY;
    bool serving =
        llmreg_is_serving(item->health.state, item->intent.admin, false);
    bool routable = serving && !llmreg_is_absent(item->presence);
    uint32_t place = 0;

    for (size_t i = 0; i < item->models->count; i++) {
        const struct llmreg_model *m = &item->models->items[i];
        place = names_place_after(n, place, m->name);
        struct llmreg_fleet_model *f = &n->models[place - 1];
        f->endpoints++;
        f->healthy += healthy;
        f->serving += serving;
        f->routable += routable;
        f->active += active;
        f->unknown += active && item->health.state == LLMREG_HEALTH_UNKNOWN;
        f->loaded += m->loaded == LLMREG_YES;
    }
}

int snapshot_models_count(struct llmreg_snapshot *s)
{
    struct names n;
    int rc = names_init(&n, s->counts.models_distinct);

    if (rc != LLMREG_OK)
        return rc;
    for (size_t i = 0; i < s->count; i++)
        count_item(&n, &s->items[i]);
    free(n.places);
    free(n.after);
    s->models = n.models;
    s->nmodels = n.count;
    return LLMREG_OK;
}
