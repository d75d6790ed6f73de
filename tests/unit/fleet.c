/* SPDX-License-Identifier: MIT */
/* fleet.c - a small registry for tests. */
#include "tests/unit/fleet.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE 4096

struct llmreg_bus *fleet_bus;
struct llmreg_registry *fleet;
struct llmreg_now fleet_now;
const struct llmreg_health_rule fleet_rule = {2, 1};

static struct llmreg_subscription *subscription;
static const struct llmreg_event *lent;

static void read_clock(void *ctx, struct llmreg_now *out)
{
    (void)ctx;
    *out = fleet_now;
}

const struct llmreg_clock fleet_clock = {.read = read_clock};

void fleet_setup(void)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();

    conf.endpoints = FLEET_MAX;
    conf.agents = conf.hosts = conf.sessions = FLEET_MAX;
    fleet_now = (struct llmreg_now){.mono_ns = 5000000000, .wall_ms = 1000};
    ck_assert_int_eq(llmreg_bus_new(&fleet_bus, FLEET_RING, 1), LLMREG_OK);
    ck_assert_int_eq(
        llmreg_registry_new(&fleet, &conf, fleet_bus, &fleet_clock), LLMREG_OK);
    ck_assert_int_eq(llmreg_subscribe(fleet_bus, UINT64_MAX, &subscription),
                     LLMREG_OK);
}

void fleet_teardown(void)
{
    llmreg_event_put(lent);
    lent = NULL;
    llmreg_unsubscribe(subscription);
    llmreg_registry_free(fleet);
    llmreg_bus_free(fleet_bus);
}

struct llmreg_spec fleet_spec(const char *id)
{
    static char url[LLMREG_URL_SIZE];
    static const struct llmreg_label labels[] = {{"site", "berlin"}};
    struct llmreg_spec spec = {
        .id = id,
        .url = url,
        .name = "gpu",
        .host = "gpu.example",
        .series = "gpu",
        .origin = "config",
        .kind = LLMREG_KIND_OLLAMA,
        .source = LLMREG_SOURCE_STATIC,
        .priority = LLMREG_PRIORITY_DEFAULT,
        .interval_ms = 10000,
        .labels = labels,
        .nlabels = 1,
    };

    (void)snprintf(url, sizeof url, "http://%s", id);
    return spec;
}

void fleet_add(const char *id)
{
    const struct llmreg_spec spec = fleet_spec(id);
    struct llmreg_error err = {""};

    int rc = llmreg_set(fleet, &spec, NULL, &err);
    ck_assert_msg(rc == LLMREG_OK, "set %s: %d %s", id, rc, err.text);
}

struct llmreg_endpoint *fleet_get(const char *id)
{
    struct llmreg_endpoint *e = llmreg_get(fleet, id);

    ck_assert_msg(e != NULL, "no endpoint %s", id);
    return e;
}

void fleet_observe(const char *id, enum llmreg_reason reason)
{
    const struct llmreg_observation seen = {.reason = reason, .total_us = 1500};
    struct llmreg_endpoint *e = fleet_get(id);

    ck_assert_int_eq(llmreg_observe(fleet, e, &seen, &fleet_rule, &fleet_now),
                     LLMREG_OK);
    llmreg_put(e);
}

struct llmreg_models fleet_list(const char *names)
{
    static char text[TEXT_SIZE];
    static struct llmreg_model items[64];
    struct llmreg_models models = {.items = items};
    char *rest = text;
    const char *name;

    ck_assert_int_lt(snprintf(text, sizeof text, "%s", names),
                     (int)sizeof text);
    while ((name = strsep(&rest, " ")) != NULL) {
        if (name[0] == '\0')
            continue;
        struct llmreg_model *m = &items[models.count++];
        *m = llmreg_model_unknown(name);
        char *star = strchr(name, '*');
        if (star == NULL)
            continue;
        *star = '\0';
        m->loaded = LLMREG_YES;
    }
    return models;
}

void fleet_models(const char *id, const char *names)
{
    const struct llmreg_models models = fleet_list(names);
    struct llmreg_endpoint *e = fleet_get(id);

    ck_assert_int_eq(llmreg_models_set(fleet, e, &models, &fleet_now),
                     LLMREG_OK);
    llmreg_put(e);
}

enum llmreg_health_state fleet_state(const char *id)
{
    struct llmreg_endpoint *e = fleet_get(id);
    enum llmreg_health_state state = llmreg_endpoint_state(e);

    llmreg_put(e);
    return state;
}

/* ---- lists of ids ---- */

struct ids {
    const char *id[FLEET_MAX * 2];
    size_t count;
};

static bool collect(void *ctx, struct llmreg_endpoint *e)
{
    struct ids *ids = ctx;

    ck_assert_uint_lt(ids->count, FLEET_MAX * 2);
    ids->id[ids->count++] = llmreg_endpoint_id(e);
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *join(struct ids *ids)
{
    static char text[TEXT_SIZE];
    size_t len = 0;

    qsort(ids->id, ids->count, sizeof ids->id[0], by_text);
    text[0] = '\0';
    for (size_t i = 0; i < ids->count; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
                                i == 0 ? "" : " ", ids->id[i]);
    return text;
}

const char *fleet_with(const char *model, enum llmreg_which which)
{
    struct ids ids = {.count = 0};

    llmreg_each_with_model(fleet, model, which, collect, &ids);
    return join(&ids);
}

const char *fleet_ids(void)
{
    struct ids ids = {.count = 0};

    llmreg_each(fleet, collect, &ids);
    return join(&ids);
}

/* ---- events ---- */

const struct llmreg_event *fleet_event(void)
{
    llmreg_event_put(lent);
    lent = NULL;
    int rc = llmreg_subscription_next(subscription, &lent);
    ck_assert(rc == LLMREG_OK || rc == LLMREG_ENOENT);
    return lent;
}

void fleet_skip_events(void)
{
    while (fleet_event() != NULL)
        continue;
}
