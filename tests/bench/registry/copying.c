/* SPDX-License-Identifier: MIT */
/* copying.c - lock, find, copy, unlock. */
#include "tests/bench/registry/copying.h"

#include <stdlib.h>
#include <string.h>

#include "tests/bench/registry/measure.h"

void copying_init(struct copying *c, size_t most)
{
    *c = (struct copying){.all = calloc(most, sizeof(struct copying_entry *))};
    must(c->all != NULL, "memory");
    pthread_mutex_init(&c->lock, NULL);
    plain_init(&c->table, most);
}

static void free_parts(struct copying_entry *e)
{
    free(e->url);
    free(e->name);
    for (size_t i = 0; i < e->nmodels; i++) {
        free(e->models[i].name);
        free(e->models[i].digest);
        free(e->models[i].family);
        free(e->models[i].parameter_size);
        free(e->models[i].quantization);
    }
    free(e->models);
}

void copying_free(struct copying_entry *e)
{
    if (e == NULL)
        return;
    free_parts(e);
    free(e);
}

void copying_fini(struct copying *c)
{
    for (size_t i = 0; i < c->count; i++)
        free_parts(c->all[i]);
    plain_fini(&c->table);
    pthread_mutex_destroy(&c->lock);
    free(c->all);
}

void copying_add(struct copying *c, const char *id,
                 const struct llmreg_models *models)
{
    struct copying_entry *e = plain_add(&c->table, id, sizeof *e);

    e->url = strdup(id);
    e->name = strdup(id);
    e->nmodels = models->count;
    e->models = calloc(models->count, sizeof *e->models);
    must(e->models != NULL, "memory");
    for (size_t i = 0; i < models->count; i++) {
        const struct llmreg_model *m = &models->items[i];
        e->models[i] = (struct copying_model){
            strdup(m->name),         strdup(m->digest),
            strdup(m->family),       strdup(m->parameter_size),
            strdup(m->quantization), m->size_bytes,
            m->context_max};
    }
    c->all[c->count++] = e;
}

static struct copying_entry *copy(const struct copying_entry *e)
{
    struct copying_entry *out = malloc(sizeof *out);

    must(out != NULL, "memory");
    *out = *e;
    out->url = strdup(e->url);
    out->name = strdup(e->name);
    out->models = calloc(e->nmodels, sizeof *e->models);
    must(out->models != NULL, "memory");
    for (size_t i = 0; i < e->nmodels; i++) {
        const struct copying_model *m = &e->models[i];
        out->models[i] = (struct copying_model){
            strdup(m->name),         strdup(m->digest),
            strdup(m->family),       strdup(m->parameter_size),
            strdup(m->quantization), m->size_bytes,
            m->context_max};
    }
    return out;
}

struct copying_entry *copying_get(struct copying *c, const char *id)
{
    pthread_mutex_lock(&c->lock);
    struct copying_entry *e = plain_find(&c->table, id);
    if (e != NULL)
        e = copy(e);
    pthread_mutex_unlock(&c->lock);
    return e;
}

static bool has(const struct copying_entry *e, const char *model)
{
    for (size_t i = 0; i < e->nmodels; i++)
        if (strcmp(e->models[i].name, model) == 0)
            return true;
    return false;
}

size_t copying_list(struct copying *c, const char *model,
                    struct copying_entry **out)
{
    size_t n = 0;

    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < c->count; i++)
        if (model == NULL || has(c->all[i], model))
            out[n++] = copy(c->all[i]);
    pthread_mutex_unlock(&c->lock);
    return n;
}

void copying_observe(struct copying *c, const char *id,
                     const struct llmreg_observation *seen,
                     const struct llmreg_now *now)
{
    const struct llmreg_health_rule rule = {1, 1};

    pthread_mutex_lock(&c->lock);
    struct copying_entry *e = plain_find(&c->table, id);
    if (e != NULL) {
        const struct llmreg_health old = e->health;
        llmreg_health_step(&old, seen, &rule, now, &e->health);
    }
    pthread_mutex_unlock(&c->lock);
}
