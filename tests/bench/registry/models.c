/* SPDX-License-Identifier: MIT */
/* models.c - lists of ten models are replaced.
 *
 * "replace_models" gives an endpoint ten models of which nine have other
 * names, so that the index moves nine times; the plain table does that, too.
 * "models_loaded" changes only what is loaded, "models_same" nothing at all,
 * which is what most probes find.
 */
#include <stdlib.h>
#include <string.h>

#include <urcu/urcu-bp.h>

#include "tests/bench/registry/fleet.h"
#include "tests/bench/registry/groups.h"

#define EDITIONS 2

struct lists {
    struct fleet *f;
    struct list *list;    /* of each group of endpoints, in each edition */
    unsigned char *now;   /* the edition that an endpoint has in ours */
    unsigned char *plain; /* and in the plain table */
    struct list **copies; /* the plain endpoints' own lists */
};

static struct llmreg_models models_of(const struct lists *l, size_t i,
                                      unsigned edition)
{
    size_t group = i / FLEET_GROUP;

    return (struct llmreg_models){.items =
                                      l->list[group * EDITIONS + edition].items,
                                  .count = FLEET_MODELS};
}

static void give(struct lists *l, size_t i, const struct llmreg_models *models)
{
    static const struct llmreg_now now = {.mono_ns = 1, .wall_ms = 1};

    must(llmreg_models_set(l->f->r, l->f->held[i], models, &now) == LLMREG_OK,
         "llmreg_models_set");
}

static void replace_ours(void *ctx, size_t n)
{
    struct lists *l = ctx;
    uint64_t at = 1;

    for (size_t k = 0; k < n; k++) {
        size_t i = below(&at, l->f->count);
        const struct llmreg_models models = models_of(l, i, l->now[i] ^= 1);
        give(l, i, &models);
    }
    urcu_bp_barrier();
}

static void loaded_ours(void *ctx, size_t n)
{
    struct lists *l = ctx;
    struct llmreg_model items[FLEET_MODELS];
    const struct llmreg_models models = {.items = items, .count = FLEET_MODELS};
    uint64_t at = 1;

    for (size_t k = 0; k < n; k++) {
        size_t i = below(&at, l->f->count);
        memcpy(items, models_of(l, i, l->now[i]).items, sizeof items);
        items[1].loaded = k / l->f->count % 2 == 0 ? LLMREG_YES : LLMREG_NO;
        give(l, i, &models);
    }
    urcu_bp_barrier();
}

static void same_ours(void *ctx, size_t n)
{
    struct lists *l = ctx;
    uint64_t at = 1;

    for (size_t k = 0; k < n; k++) {
        size_t i = below(&at, l->f->count);
        const struct llmreg_models models = models_of(l, i, l->now[i]);
        give(l, i, &models);
    }
}

/* ---- the plain one ---- */

/* A copy of its own, with the strings behind it. */
static struct list *plain_copy(const struct llmreg_models *models)
{
    struct list *copy = malloc(sizeof *copy);

    must(copy != NULL, "memory");
    for (size_t k = 0; k < models->count; k++) {
        copy->items[k] = models->items[k];
        memcpy(copy->names[k], models->items[k].name, NAME_SIZE);
        memcpy(copy->digests[k], models->items[k].digest, DIGEST_SIZE);
        copy->items[k].name = copy->names[k];
        copy->items[k].digest = copy->digests[k];
    }
    return copy;
}

static void copy_plain(void *ctx, size_t n)
{
    struct lists *l = ctx;
    uint64_t at = 1;

    for (size_t k = 0; k < n; k++) {
        size_t i = below(&at, l->f->count);
        const struct llmreg_models models = models_of(l, i, 0);
        struct list *new = plain_copy(&models);
        free(l->copies[i]);
        l->copies[i] = new;
    }
}

static void replace_plain(void *ctx, size_t n)
{
    struct lists *l = ctx;
    uint64_t at = 1;

    for (size_t k = 0; k < n; k++) {
        size_t i = below(&at, l->f->count);
        unsigned old = l->plain[i], new = old ^ 1;
        const struct llmreg_models before = models_of(l, i, old);
        const struct llmreg_models after = models_of(l, i, new);
        for (size_t m = 1; m < FLEET_MODELS; m++) {
            fleet_plain_lack(l->f, before.items[m].name, i);
            fleet_plain_have(l->f, after.items[m].name, i);
        }
        free(l->copies[i]);
        l->copies[i] = plain_copy(&after);
        l->plain[i] = (unsigned char)new;
    }
}

/* ---- the run ---- */

static void open_lists(struct lists *l)
{
    size_t count = l->f->count;

    l->list = calloc(count / FLEET_GROUP * EDITIONS, sizeof *l->list);
    l->now = calloc(count, 1);
    l->plain = calloc(count, 1);
    l->copies = calloc(count, sizeof(struct list *));
    must(l->list != NULL && l->now != NULL && l->plain != NULL &&
             l->copies != NULL,
         "memory");
    for (size_t g = 0; g < count / FLEET_GROUP; g++)
        for (unsigned e = 0; e < EDITIONS; e++)
            (void)fleet_list(&l->list[g * EDITIONS + e], g * FLEET_GROUP, e);
}

static void close_lists(struct lists *l)
{
    for (size_t i = 0; i < l->f->count; i++)
        free(l->copies[i]);
    free(l->copies);
    free(l->list);
    free(l->now);
    free(l->plain);
}

void models_group(const struct bench *b)
{
    struct lists l = {.f = fleet_new(FLEET_ENDPOINTS)};
    const struct measure measures[] = {
        {.name = "registry.replace_models",
         .ours = {replace_ours, &l},
         .plain = {replace_plain, &l},
         .scale = 1e3,
         .unit = "us"},
        {.name = "registry.models_loaded",
         .ours = {loaded_ours, &l},
         .plain = {copy_plain, &l},
         .scale = 1e3,
         .unit = "us"},
        {.name = "registry.models_same",
         .ours = {same_ours, &l},
         .plain = {copy_plain, &l},
         .scale = 1e3,
         .unit = "us"},
    };

    open_lists(&l);
    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++)
        measure(b, &measures[i]);
    close_lists(&l);
    fleet_free(l.f);
}
