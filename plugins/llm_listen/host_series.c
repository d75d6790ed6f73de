/* SPDX-License-Identifier: MIT */
/* host_series.c - looks ahead once, then serves second by second.
 *
 *       planned_ns                                until_ns
 *   ------- | --- 1 --- | --- 2 --- | ... | --- n --- | ------>  monotonic
 *     0                                                          places
 *
 * Second 0 has the places since the last plan that are over already.  Second k
 * is served by the first call at or after its end.  When the last one was
 * served, it is planned anew, from until_ns on: no place is passed over and
 * none is served twice, however late a call is, and no call serves a host more
 * than once.
 */
#include "plugins/llm_listen/host_series.h"

#include <stdlib.h>

#include <llmreg/hosts.h>
#include <llmreg/service.h>
#include <llmreg/store_health.h>

void host_series_init(struct host_series *s,
                      const struct host_series_conf *conf, int64_t now_ns)
{
    *s = (struct host_series){.conf = *conf,
                              .last_ns = now_ns,
                              .planned_ns = now_ns,
                              .until_ns = now_ns,
                              .next = HOST_SERIES_AHEAD + 1};
}

void host_series_fini(struct host_series *s)
{
    for (size_t i = 0; i <= HOST_SERIES_AHEAD; i++) {
        struct host_series_second *second = &s->seconds[i];

        for (size_t k = 0; k < second->count; k++)
            llmreg_host_put(second->places[k].host);
        free(second->places);
        *second = (struct host_series_second){.count = 0};
    }
}

/* ---- looking ahead ---- */

struct plan {
    struct host_series *series;
    const struct llmreg_now *now;
    int64_t from_ns, until_ns;
    bool failed;
};

static bool add(struct host_series_second *second, struct llmreg_host *h,
                int64_t again_ns)
{
    if (second->count == second->room) {
        size_t room = second->room == 0 ? 64 : second->room * 2;
        struct host_series_place *places =
            realloc(second->places, room * sizeof *places);

        if (places == NULL)
            return false;
        second->places = places;
        second->room = room;
    }
    second->places[second->count++] = (struct host_series_place){
        .host = llmreg_host_hold(h), .again_ns = again_ns};
    return true;
}

/* A place at now is over. */
static size_t second_of(const struct plan *p, int64_t place_ns)
{
    int64_t ahead = place_ns - p->now->mono_ns;

    return ahead <= 0 ? 0 : (size_t)((ahead - 1) / LLMREG_NS_PER_S) + 1;
}

static bool plan_host(void *ctx, struct llmreg_host *h)
{
    struct plan *p = ctx;
    struct llmreg_host_state state;

    llmreg_host_state(h, p->now, &state);
    const int64_t interval_ns = state.interval_ms * LLMREG_NS_PER_MS;
    const int64_t phase_ns = llmreg_phase(llmreg_host_id(h), interval_ns);
    int64_t place = llmreg_phase_next(phase_ns, interval_ns, p->from_ns);
    while (place <= p->until_ns && !p->failed) {
        size_t second = second_of(p, place);
        /* Of those that are over one is enough. */
        int64_t again = second == 0 ? llmreg_phase_next(phase_ns, interval_ns,
                                                        p->now->mono_ns)
                                    : place + interval_ns;
        p->failed = !add(&p->series->seconds[second], h, again);
        place = again;
    }
    return !p->failed;
}

static int plan(struct host_series *s, const struct llmreg_now *now)
{
    struct plan p = {
        .series = s,
        .now = now,
        .from_ns = s->until_ns,
        .until_ns = now->mono_ns + HOST_SERIES_AHEAD * LLMREG_NS_PER_S,
    };

    llmreg_each_host(s->conf.registry, plan_host, &p);
    s->planned_ns = now->mono_ns;
    s->until_ns = p.until_ns;
    s->next = 0;
    return p.failed ? LLMREG_ENOMEM : LLMREG_OK;
}

/* ---- serving ---- */

/* One call: it serves all places up to horizon_ns. */
struct call {
    const struct llmreg_now *now;
    int64_t horizon_ns;
    llmreg_emit_fn emit;
    void *ctx;
};

static int64_t end_of(const struct host_series *s, size_t second)
{
    return s->planned_ns + (int64_t)second * LLMREG_NS_PER_S;
}

static int64_t horizon(const struct host_series *s, int64_t now_ns)
{
    if (now_ns >= s->until_ns)
        return now_ns; /* it is going to be planned anew */
    return now_ns - (now_ns - s->planned_ns) % LLMREG_NS_PER_S;
}

/* The same value twice at one time is a mistake to collectd: a host with
 * another place in the same call waits for that one. */
static void serve(struct host_series_second *second, const struct call *c,
                  size_t gpus)
{
    for (size_t i = 0; i < second->count; i++) {
        const struct host_series_place *p = &second->places[i];

        if (p->again_ns > c->horizon_ns)
            llmreg_host_metrics(p->host, c->now, gpus, c->emit, c->ctx);
        llmreg_host_put(p->host);
    }
    second->count = 0;
}

static void serve_due(struct host_series *s, const struct call *c)
{
    while (s->next <= HOST_SERIES_AHEAD &&
           end_of(s, s->next) <= c->now->mono_ns)
        serve(&s->seconds[s->next++], c, s->conf.gpus);
}

static void emit_store(struct host_series *s, const struct llmreg_now *now,
                       llmreg_emit_fn emit, void *ctx)
{
    struct llmreg_store_health health;

    if (s->conf.service == NULL)
        return;
    llmreg_service_store_health(s->conf.service, &health);
    llmreg_store_metrics(&health, now, emit, ctx);
}

static void emit_own(struct host_series *s, const struct llmreg_now *now,
                     llmreg_emit_fn emit, void *ctx)
{
    llmreg_people_metrics(s->conf.registry, emit, ctx);
    llmreg_hub_metrics(s->conf.registry, s->conf.bus, emit, ctx);
    emit_store(s, now, emit, ctx);
    counters_emit(s->conf.counters, emit, ctx);
}

int host_series_emit(struct host_series *s, const struct llmreg_now *now,
                     llmreg_emit_fn emit, void *ctx)
{
    const struct call c = {.now = now,
                           .horizon_ns = horizon(s, now->mono_ns),
                           .emit = emit,
                           .ctx = ctx};
    int rc = LLMREG_OK;

    serve_due(s, &c);
    if (s->next > HOST_SERIES_AHEAD) {
        rc = plan(s, now);
        serve_due(s, &c);
    }
    if (llmreg_phase_next(0, s->conf.interval_ns, s->last_ns) <= now->mono_ns)
        emit_own(s, now, emit, ctx);
    s->last_ns = now->mono_ns;
    return rc;
}
