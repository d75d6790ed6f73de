/* SPDX-License-Identifier: MIT */
/* rank.c - the best endpoints for a model.
 *
 * One walk over those that have it.  Until as many are found as were asked
 * for, they are only collected; then they are a heap with the worst of them on
 * top, which the next one replaces if it is better.  So the best 3 of 10,000
 * cost a score for each, and a sort of 3.
 *
 * All is read in one section; those that are left are held at its end.
 */
#include <llmreg/fleet.h>
#include <llmreg/hosts.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/registry/table.h"

#define ROOM_FIRST 16

struct ranking {
    struct llmreg_registry *r;
    const struct llmreg_rank_query *query;
    const struct llmreg_now *now;
    size_t max;
    struct llmreg_candidates *list;
    size_t room;
};

/* ---- facts ---- */

/* The memory that it takes; what runs elsewhere takes none. */
static int64_t bytes_of(const struct llmreg_model *m)
{
    if (m->remote)
        return 0;
    return m->loaded_bytes >= 0 ? m->loaded_bytes : m->size_bytes;
}

/* Of requests, else of the last probe. */
static double latency_of(const struct llmreg_endpoint *e)
{
    struct llmreg_load load;
    struct llmreg_health health;

    llmreg_endpoint_load(e, &load);
    if (!isnan(load.latency_us))
        return load.latency_us;
    llmreg_endpoint_health(e, &health);
    return health.total_us > 0 ? health.total_us : (double)NAN;
}

static int64_t free_of(const struct llmreg_resources *r)
{
    if (r->vram_used_bytes < 0 || r->vram_total_bytes < r->vram_used_bytes)
        return -1;
    return r->vram_total_bytes - r->vram_used_bytes;
}

/* Of the host that it is on, if there is a fresh sample; -1 is unknown. */
static int64_t vram_of(const struct ranking *k, const struct llmreg_endpoint *e)
{
    struct llmreg_host *host = llmreg_host_of_endpoint(k->r, e);
    int64_t bytes = -1;

    if (host == NULL)
        return bytes;
    const struct llmreg_sample *sample = llmreg_host_sample(host, k->now);
    if (sample != NULL)
        bytes = free_of(&sample->resources);
    llmreg_sample_put(sample);
    llmreg_host_put(host);
    return bytes;
}

/* False: it has the model no more. */
static bool read_facts(const struct ranking *k, const struct llmreg_endpoint *e,
                       struct llmreg_score_facts *out)
{
    const struct models_part *models = rcu_load(&e->models);
    const struct spec_part *spec = rcu_load(&e->spec);
    const struct llmreg_model *m =
        llmreg_models_find(&models->models, k->query->model);
    struct llmreg_load load;

    if (m == NULL)
        return false;
    llmreg_endpoint_load(e, &load);
    *out = (struct llmreg_score_facts){
        .loaded = m->loaded,
        .model_bytes = bytes_of(m),
        .vram_free_bytes = vram_of(k, e),
        .pending = load.pending,
        .latency_us = latency_of(e),
        .priority = spec->spec.priority,
    };
    return true;
}

/* ---- the best so far ---- */

static bool is_before(const struct llmreg_candidate *a,
                      const struct llmreg_candidate *b)
{
    if (a->score.total > b->score.total)
        return true;
    if (a->score.total < b->score.total)
        return false;
    return strcmp(llmreg_endpoint_id(a->endpoint),
                  llmreg_endpoint_id(b->endpoint)) < 0;
}

static int by_rank(const void *left, const void *right)
{
    return is_before(left, right) ? -1 : is_before(right, left);
}

/* Puts c where it belongs in the heap below place, which is free. */
static void sift(struct llmreg_candidates *list, size_t place,
                 const struct llmreg_candidate *c)
{
    struct llmreg_candidate *items = list->items;
    size_t child;

    for (; (child = 2 * place + 1) < list->count; place = child) {
        if (child + 1 < list->count &&
            is_before(&items[child], &items[child + 1]))
            child++;
        if (!is_before(c, &items[child]))
            break;
        items[place] = items[child];
    }
    items[place] = *c;
}

static void make_heap(struct llmreg_candidates *list)
{
    for (size_t i = list->count / 2; i-- > 0;) {
        const struct llmreg_candidate c = list->items[i];
        sift(list, i, &c);
    }
}

static int grow(struct ranking *k)
{
    size_t room = k->room == 0 ? ROOM_FIRST : 2 * k->room;
    struct llmreg_candidates *list =
        realloc(k->list, sizeof *list + room * sizeof list->items[0]);

    if (list == NULL)
        return LLMREG_ENOMEM;
    if (k->list == NULL)
        list->count = 0;
    k->list = list;
    k->room = room;
    return LLMREG_OK;
}

static int add(struct ranking *k, const struct llmreg_candidate *c)
{
    if (k->list->count == k->max) {
        if (is_before(c, &k->list->items[0]))
            sift(k->list, 0, c);
        return LLMREG_OK;
    }
    if (k->list->count == k->room && grow(k) != LLMREG_OK)
        return LLMREG_ENOMEM;
    k->list->items[k->list->count++] = *c;
    if (k->list->count == k->max)
        make_heap(k->list);
    return LLMREG_OK;
}

/* ---- the walk ---- */

static int consider(struct ranking *k, struct llmreg_endpoint *e)
{
    enum llmreg_health_state state = llmreg_endpoint_state(e);
    struct llmreg_candidate c = {.endpoint = e};

    if (!llmreg_endpoint_alive(e) ||
        !llmreg_is_routable(state, llmreg_endpoint_intent(e).admin,
                            llmreg_endpoint_presence(e), k->query->degraded) ||
        !read_facts(k, e, &c.facts))
        return LLMREG_OK;
    c.facts.degraded = state == LLMREG_HEALTH_DEGRADED;
    llmreg_score(&c.facts, &c.score);
    return add(k, &c);
}

static int collect(struct ranking *k)
{
    struct llmreg_endpoint *e;
    int rc = LLMREG_OK;

    rcu_begin();
    struct slots_walk w = index_walk(&k->r->index, k->query->model);
    while (rc == LLMREG_OK && (e = slots_next(&w)) != NULL)
        rc = consider(k, e);
    for (size_t i = 0; rc == LLMREG_OK && i < k->list->count; i++)
        llmreg_hold(k->list->items[i].endpoint);
    rcu_end();
    return rc;
}

int llmreg_rank(struct llmreg_registry *r,
                const struct llmreg_rank_query *query,
                const struct llmreg_now *now, struct llmreg_candidates **out)
{
    struct ranking k = {
        .r = r,
        .query = query,
        .now = now,
        .max = query->max == 0 ? SIZE_MAX : query->max,
    };
    int rc = grow(&k);

    if (rc == LLMREG_OK)
        rc = collect(&k);
    if (rc != LLMREG_OK) {
        free(k.list); /* nothing is held yet */
        return rc;
    }
    qsort(k.list->items, k.list->count, sizeof k.list->items[0], by_rank);
    *out = k.list;
    return LLMREG_OK;
}

void llmreg_candidates_free(struct llmreg_candidates *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->count; i++)
        llmreg_put(c->items[i].endpoint);
    free(c);
}
