/* SPDX-License-Identifier: MIT */
/* endpoints.c - a thousand endpoints: one, some, all, and their health.
 *
 * Ids come at random.  The next one depends on what the last look-up found,
 * in every table: a request asks for one endpoint and goes on from there, so
 * nobody may overlap the cache misses of two look-ups.
 */
#include <stdlib.h>
#include <string.h>

#include <urcu/urcu-bp.h>

#include "tests/bench/registry/fleet.h"
#include "tests/bench/registry/groups.h"

/* What a walk sees of an endpoint. */
struct seen {
    uint64_t sum;
    size_t count;
    struct llmreg_endpoint *held[FLEET_ENDPOINTS];
};

/* ---- get and put ---- */

static void get_ours(void *ctx, size_t n)
{
    struct fleet *f = ctx;
    uint64_t at = 1;

    for (size_t i = 0; i < n; i++) {
        struct llmreg_endpoint *e =
            llmreg_get(f->r, f->ids[below(&at, f->count)]);
        at += llmreg_endpoint_state(e);
        llmreg_put(e);
    }
    sink += at;
}

static void get_plain(void *ctx, size_t n)
{
    struct fleet *f = ctx;
    uint64_t at = 1;

    for (size_t i = 0; i < n; i++) {
        struct plain_endpoint *e =
            plain_find(&f->plain, f->ids[below(&at, f->count)]);
        at += e->health.state;
    }
    sink += at;
}

static void get_copying(void *ctx, size_t n)
{
    struct fleet *f = ctx;
    uint64_t at = 1;

    for (size_t i = 0; i < n; i++) {
        struct copying_entry *e =
            copying_get(&f->copying, f->ids[below(&at, f->count)]);
        at += e->health.state + 1;
        copying_free(e);
    }
    sink += at;
}

/* ---- by model: each endpoint with a reference, as a router takes it ---- */

static bool take(void *ctx, struct llmreg_endpoint *e)
{
    struct seen *seen = ctx;

    seen->held[seen->count++] = llmreg_hold(e);
    return true;
}

static void take_ours(struct fleet *f, const char *model)
{
    struct seen seen;

    seen.count = 0;
    llmreg_each_with_model(f->r, model, LLMREG_HEALTHY, take, &seen);
    for (size_t i = 0; i < seen.count; i++)
        llmreg_put(seen.held[i]);
    sink += seen.count;
}

static void take_plain(struct fleet *f, const char *model)
{
    struct plain_model *m = plain_find(&f->plain_models, model);
    struct plain_endpoint *healthy[FLEET_ENDPOINTS];
    size_t count = 0;

    for (size_t i = 0; i < m->count; i++)
        if (m->endpoints[i]->health.state == LLMREG_HEALTH_HEALTHY)
            healthy[count++] = m->endpoints[i];
    sink += count + (count > 0 ? healthy[count - 1]->pending : 0);
}

static void take_copying(struct fleet *f, const char *model)
{
    struct copying_entry *copies[FLEET_ENDPOINTS];
    size_t count = copying_list(&f->copying, model, copies);

    for (size_t i = 0; i < count; i++)
        copying_free(copies[i]);
    sink += count;
}

/* One of the models that ten endpoints have. */
static void each_of_ten(struct fleet *f, size_t n,
                        void (*run)(struct fleet *f, const char *model))
{
    uint64_t at = 1;
    char name[NAME_SIZE];

    for (size_t i = 0; i < n; i++) {
        /* making the name is no part of it: a few names, many times */
        if (i % 64 == 0)
            fleet_model_name(name, below(&at, f->count),
                             1 + below(&at, FLEET_MODELS - 1));
        run(f, name);
    }
}

static void ten_ours(void *ctx, size_t n)
{
    each_of_ten(ctx, n, take_ours);
}

static void ten_plain(void *ctx, size_t n)
{
    each_of_ten(ctx, n, take_plain);
}

static void ten_copying(void *ctx, size_t n)
{
    each_of_ten(ctx, n, take_copying);
}

static void all_ours(void *ctx, size_t n)
{
    for (size_t i = 0; i < n; i++)
        take_ours(ctx, FLEET_ON_ALL);
}

static void all_plain(void *ctx, size_t n)
{
    for (size_t i = 0; i < n; i++)
        take_plain(ctx, FLEET_ON_ALL);
}

static void all_copying(void *ctx, size_t n)
{
    for (size_t i = 0; i < n; i++)
        take_copying(ctx, FLEET_ON_ALL);
}

/* ---- all of them: id and the whole health ---- */

static void look(struct seen *seen, const char *id,
                 const struct llmreg_health *health)
{
    seen->sum += (uint64_t)id[0] + health->state + health->total_us +
                 (uint64_t)health->version[0];
    seen->count++;
}

static bool look_at(void *ctx, struct llmreg_endpoint *e)
{
    struct llmreg_health health;

    llmreg_endpoint_health(e, &health);
    look(ctx, llmreg_endpoint_id(e), &health);
    return true;
}

static void each_ours(void *ctx, size_t n)
{
    struct fleet *f = ctx;
    struct seen seen = {.sum = 0};

    for (size_t i = 0; i < n; i++)
        llmreg_each(f->r, look_at, &seen);
    sink += seen.sum;
}

static void each_plain(void *ctx, size_t n)
{
    struct fleet *f = ctx;
    struct seen seen = {.sum = 0};

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < f->count; k++)
            look(&seen, f->dense[k]->node.key, &f->dense[k]->health);
    sink += seen.sum;
}

static void each_copying(void *ctx, size_t n)
{
    for (size_t i = 0; i < n; i++)
        take_copying(ctx, NULL);
}

/* ---- a request begins and ends with a sample: two operations ---- */

static void request_ours(void *ctx, size_t n)
{
    struct fleet *f = ctx;
    struct llmreg_endpoint *e = f->held[0];

    for (size_t i = 0; i < n; i += 2) {
        sink += llmreg_request_begin(e);
        sink += llmreg_request_end(e, 1000 + (int64_t)(i & 255));
    }
}

static void request_plain(void *ctx, size_t n)
{
    struct fleet *f = ctx;
    struct plain_endpoint *e = f->dense[0];

    for (size_t i = 0; i < n; i += 2) {
        sink += ++e->pending;
        e->total++;
        e->pending -= e->pending > 0;
        e->latency_us += 0.2 * (1000.0 + (double)(i & 255) - e->latency_us);
    }
}

/* ---- health: every observation changes the state ---- */

static void observe_ours(void *ctx, size_t n)
{
    const struct llmreg_observation seen[] = {fleet_observation(false),
                                              fleet_observation(true)};
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    struct fleet *f = ctx;
    uint64_t at = 1;

    for (size_t i = 0; i < n; i++) {
        struct llmreg_endpoint *e = f->held[below(&at, f->count)];
        bool well = llmreg_endpoint_state(e) == LLMREG_HEALTH_HEALTHY;
        must(llmreg_observe(f->r, e, &seen[!well], &fleet_rule, &now) ==
                 LLMREG_OK,
             "llmreg_observe");
    }
    urcu_bp_barrier();
}

static void observe_plain(void *ctx, size_t n)
{
    const struct llmreg_observation seen[] = {fleet_observation(false),
                                              fleet_observation(true)};
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    struct fleet *f = ctx;
    uint64_t at = 1;

    for (size_t i = 0; i < n; i++) {
        struct plain_endpoint *e = f->dense[below(&at, f->count)];
        const struct llmreg_health old = e->health;
        bool well = old.state == LLMREG_HEALTH_HEALTHY;
        llmreg_health_step(&old, &seen[!well], &fleet_rule, &now, &e->health);
    }
}

static void observe_copying(void *ctx, size_t n)
{
    const struct llmreg_observation seen = fleet_observation(true);
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    struct fleet *f = ctx;
    uint64_t at = 1;

    for (size_t i = 0; i < n; i++)
        copying_observe(&f->copying, f->ids[below(&at, f->count)], &seen, &now);
}

void endpoints_group(const struct bench *b)
{
    struct fleet *f = fleet_new(FLEET_ENDPOINTS);
    const struct measure measures[] = {
        {.name = "registry.get",
         .ours = {get_ours, f},
         .plain = {get_plain, f},
         .copying = {get_copying, f},
         .unit = "ns"},
        {.name = "registry.by_model_10",
         .ours = {ten_ours, f},
         .plain = {ten_plain, f},
         .copying = {ten_copying, f},
         .scale = 1e3,
         .unit = "us"},
        {.name = "registry.by_model_1000",
         .ours = {all_ours, f},
         .plain = {all_plain, f},
         .copying = {all_copying, f},
         .scale = 1e3,
         .unit = "us"},
        {.name = "registry.each",
         .ours = {each_ours, f},
         .plain = {each_plain, f},
         .copying = {each_copying, f},
         .scale = 1e3,
         .unit = "us"},
        {.name = "registry.request",
         .ours = {request_ours, f},
         .plain = {request_plain, f},
         .unit = "ns"},
        {.name = "registry.health",
         .ours = {observe_ours, f},
         .plain = {observe_plain, f},
         .copying = {observe_copying, f},
         .unit = "ns"},
    };

    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++)
        measure(b, &measures[i]);
    fleet_free(f);
}
