/* SPDX-License-Identifier: MIT */
/* fleet.c - a thousand endpoints, three times. */
#include "tests/bench/registry/fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/registry/measure.h"

#define RING 1024

const struct llmreg_health_rule fleet_rule = {1, 1};

void fleet_id(char id[static ID_SIZE], size_t i)
{
    snprintf(id, ID_SIZE, "10.%u.%u.%u:11434", (unsigned)(i >> 16) & 255,
             (unsigned)(i >> 8) & 255, (unsigned)i & 255);
}

struct llmreg_spec fleet_spec(const char *id, char url[static 64])
{
    const struct llmreg_spec spec = {
        .id = id,
        .url = url,
        .name = id,
        .host = id,
        .series = id,
        .origin = "config",
        .owner = "",
        .kind = LLMREG_KIND_OLLAMA,
        .source = LLMREG_SOURCE_STATIC,
        .priority = LLMREG_PRIORITY_DEFAULT,
        .interval_ms = 30000,
    };

    snprintf(url, 64, "http://%s", id);
    return spec;
}

void fleet_model_name(char name[static NAME_SIZE], size_t i, size_t which)
{
    snprintf(name, NAME_SIZE, "model-%zu-%zu:latest", i / FLEET_GROUP, which);
}

struct llmreg_models fleet_list(struct list *list, size_t i, unsigned edition)
{
    struct llmreg_models models = {.items = list->items, .count = FLEET_MODELS};

    for (size_t k = 0; k < FLEET_MODELS; k++) {
        struct llmreg_model *m = &list->items[k];
        fleet_model_name(list->names[k], i, k + edition * FLEET_MODELS);
        if (k == 0)
            snprintf(list->names[k], sizeof list->names[k], FLEET_ON_ALL);
        snprintf(list->digests[k], sizeof list->digests[k], "%064zx",
                 (i / FLEET_GROUP * FLEET_MODELS + k) * 7919);
        *m = llmreg_model_unknown(list->names[k]);
        m->digest = list->digests[k];
        m->family = "llama";
        m->parameter_size = "8.0B";
        m->quantization = "Q4_K_M";
        m->size_bytes = 4920753328;
        m->context_max = 131072;
        m->loaded = k == 0 ? LLMREG_YES : LLMREG_NO;
    }
    return models;
}

struct llmreg_observation fleet_observation(bool well)
{
    struct llmreg_observation seen = {.reason = LLMREG_REASON_OK,
                                      .http_status = 200,
                                      .total_us = 1500,
                                      .ttfb_us = 900,
                                      .version = "0.12.3"};

    if (well)
        return seen;
    seen.reason = LLMREG_REASON_HTTP_STATUS;
    seen.http_status = 500;
    snprintf(seen.detail, sizeof seen.detail, "GET /api/version: 500");
    return seen;
}

struct llmreg_registry *fleet_registry(struct llmreg_bus **bus,
                                       size_t endpoints, size_t agents)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();
    struct llmreg_registry *r = NULL;

    conf.endpoints = endpoints;
    conf.agents = conf.hosts = conf.sessions = agents;
    must(llmreg_bus_new(bus, RING, 1) == LLMREG_OK, "the bus");
    must(llmreg_registry_new(&r, &conf, *bus, &llmreg_clock_system) ==
             LLMREG_OK,
         "the registry");
    return r;
}

void fleet_fill(struct llmreg_registry *r, size_t i)
{
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    const struct llmreg_observation seen = fleet_observation(true);
    struct llmreg_error err = {""};
    char id[ID_SIZE], url[64];
    struct list list;

    fleet_id(id, i);
    const struct llmreg_spec spec = fleet_spec(id, url);
    const struct llmreg_models models = fleet_list(&list, i, 0);
    must(llmreg_set(r, &spec, NULL, &err) == LLMREG_OK, err.text);
    struct llmreg_endpoint *e = llmreg_get(r, id);
    must(e != NULL, "llmreg_get");
    must(llmreg_observe(r, e, &seen, &fleet_rule, &now) == LLMREG_OK,
         "llmreg_observe");
    must(llmreg_models_set(r, e, &models, &now) == LLMREG_OK,
         "llmreg_models_set");
    llmreg_put(e);
}

/* ---- the plain one ---- */

void fleet_plain_have(struct fleet *f, const char *model, size_t i)
{
    struct plain_model *m = plain_find(&f->plain_models, model);

    if (m == NULL) {
        m = plain_add(&f->plain_models, model, sizeof *m);
        m->endpoints = calloc(f->count, sizeof(struct plain_endpoint *));
        must(m->endpoints != NULL, "memory");
    }
    m->endpoints[m->count++] = f->dense[i];
}

void fleet_plain_lack(struct fleet *f, const char *model, size_t i)
{
    struct plain_model *m = plain_find(&f->plain_models, model);
    size_t at = 0;

    while (m->endpoints[at] != f->dense[i])
        at++;
    m->endpoints[at] = m->endpoints[--m->count];
}

static void plain_fill(struct fleet *f, size_t i)
{
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    const struct llmreg_observation seen = fleet_observation(true);
    const struct llmreg_health unknown = {0};
    struct list list;
    const struct llmreg_models models = fleet_list(&list, i, 0);
    struct plain_endpoint *e = plain_add(&f->plain, f->ids[i], sizeof *e);

    llmreg_health_step(&unknown, &seen, &fleet_rule, &now, &e->health);
    f->dense[i] = e;
    for (size_t k = 0; k < models.count; k++)
        fleet_plain_have(f, models.items[k].name, i);
}

static void plain_free_models(struct fleet *f)
{
    for (size_t i = 0; i <= f->plain_models.mask; i++)
        for (struct plain_node *n = f->plain_models.buckets[i]; n != NULL;
             n = n->next)
            free(((struct plain_model *)n)->endpoints);
    plain_fini(&f->plain_models);
}

/* ---- all of them ---- */

struct fleet *fleet_new(size_t count)
{
    struct fleet *f = calloc(1, sizeof *f);

    must(f != NULL, "memory");
    f->count = count;
    f->ids = calloc(count, sizeof *f->ids);
    f->held = calloc(count, sizeof(struct llmreg_endpoint *));
    f->dense = calloc(count, sizeof(struct plain_endpoint *));
    must(f->ids != NULL && f->held != NULL && f->dense != NULL, "memory");
    f->r = fleet_registry(&f->bus, count, 1);
    plain_init(&f->plain, count);
    plain_init(&f->plain_models, count);
    copying_init(&f->copying, count);
    for (size_t i = 0; i < count; i++) {
        struct list list;
        const struct llmreg_models models = fleet_list(&list, i, 0);
        fleet_id(f->ids[i], i);
        fleet_fill(f->r, i);
        f->held[i] = llmreg_get(f->r, f->ids[i]);
        plain_fill(f, i);
        copying_add(&f->copying, f->ids[i], &models);
    }
    return f;
}

void fleet_free(struct fleet *f)
{
    for (size_t i = 0; i < f->count; i++)
        llmreg_put(f->held[i]);
    llmreg_registry_free(f->r);
    llmreg_bus_free(f->bus);
    plain_fini(&f->plain);
    plain_free_models(f);
    copying_fini(&f->copying);
    free(f->ids);
    free(f->held);
    free(f->dense);
    free(f);
}
