/* SPDX-License-Identifier: MIT */
/* flight.c - one probe in flight: asks what the backend wants to ask, gives
 * it the answers, and tells the registry the verdict and then the models.
 *
 * The verdict is told as soon as it stands, before what cannot change it
 * (what is loaded, details) is asked.  Times:
 *
 *   |<-------------- interval: no probe outlives its own ----------------->|
 *   |<--- Timeout: version, tags --->|<- PsTimeout: ps ->|<- what is left ->|
 *
 * A fault of our own (no memory, no descriptor) says nothing about the
 * endpoint: such a probe ends without a verdict. */
#include "plugins/llm_probe/engine.h"

#include <stdlib.h>
#include <string.h>

/* A flight has some 40 kB.  So many wait for work, which is more than are up at
 * a time where servers answer; a burst, as at the start, leaves no more. */
#define IDLE_MAX 32

struct flight {
    struct engine *engine;
    struct flight *next_idle;
    struct request *request;
    const struct backend *backend; /* of state */
    void *state;
    struct watch *watch; /* while flying */
    struct finding found;
    struct ask ask; /* in flight */
    int64_t started_ns;
    uint32_t connect_us, ttfb_us;
    bool told; /* the verdict */
};

/* ---- slots ---- */

static void free_flight(struct flight *f)
{
    if (f == NULL)
        return;
    request_free(f->request);
    if (f->backend != NULL)
        f->backend->free_state(f->state);
    free(f);
}

static int new_flight(struct engine *en, struct flight **out)
{
    struct flight *f = calloc(1, sizeof *f);
    int rc = LLMREG_ENOMEM;

    if (f == NULL)
        return rc;
    f->engine = en;
    rc = request_new(&f->request, loop_host(en->loop), f);
    if (rc == LLMREG_OK)
        *out = f;
    else
        free_flight(f);
    return rc;
}

static int take_slot(struct engine *en, struct flight **out)
{
    if (en->idle == NULL)
        return new_flight(en, out);
    *out = en->idle;
    en->idle = en->idle->next_idle;
    en->nidle--;
    return LLMREG_OK;
}

/* f must not be touched after it. */
static void give_slot(struct flight *f)
{
    struct engine *en = f->engine;

    f->watch->flight = NULL;
    f->watch = NULL;
    if (en->nidle == IDLE_MAX) {
        free_flight(f);
        return;
    }
    f->next_idle = en->idle;
    en->idle = f;
    en->nidle++;
}

void flight_free_idle(struct engine *en)
{
    while (en->idle != NULL) {
        struct flight *f = en->idle;

        en->idle = f->next_idle;
        free_flight(f);
    }
    en->nidle = 0;
}

static int use_backend(struct flight *f, const struct backend *backend)
{
    void *state = NULL;
    int rc = LLMREG_OK;

    if (f->backend == backend)
        return rc;
    rc = backend->new_state(&state, f->engine->facts);
    if (rc != LLMREG_OK)
        return rc;
    if (f->backend != NULL)
        f->backend->free_state(f->state);
    f->backend = backend;
    f->state = state;
    return rc;
}

/* ---- what the registry is told ---- */

static void tell_verdict(struct flight *f)
{
    struct engine *en = f->engine;
    struct watch *w = f->watch;
    struct llmreg_observation *seen = &f->found.seen;
    bool down = llmreg_is_down(llmreg_reason_state(seen->reason));
    int64_t total_us = (en->now.mono_ns - f->started_ns) / 1000;
    int rc;

    f->told = true;
    seen->total_us = total_us < UINT32_MAX ? (uint32_t)total_us : UINT32_MAX;
    seen->connect_us = f->connect_us;
    seen->ttfb_us = f->ttfb_us;
    rc = llmreg_observe(en->setup.registry, w->endpoint, seen, &en->setup.rule,
                        &en->now);
    if (rc == LLMREG_ENOMEM)
        f->found.status = rc;
    w->item.failures = down ? w->item.failures + 1 : 0;
}

static void tell_models(struct flight *f)
{
    struct engine *en = f->engine;
    struct llmreg_endpoint *e = f->watch->endpoint;
    const struct llmreg_models *old = llmreg_endpoint_models(e);
    bool same = llmreg_models_same(old, &f->found.models);
    int rc = LLMREG_OK;

    llmreg_models_put(old);
    if (!same)
        rc = llmreg_models_set(en->setup.registry, e, &f->found.models,
                               &en->now);
    if (rc == LLMREG_ENOMEM || rc == LLMREG_EINVAL)
        f->found.status = rc;
}

/* ---- the end ---- */

static void complain(struct flight *f)
{
    struct engine *en = f->engine;

    if (f->found.status == LLMREG_OK)
        return;
    llmreg_complain(en->setup.log, &en->faults, &en->now, LLMREG_ERROR,
                    "probe of %s ended without a verdict: %s",
                    f->watch->spec->id,
                    f->found.status == LLMREG_EIO
                        ? "no socket (see the limit of open files)"
                        : llmreg_status_text(f->found.status));
}

static void finish(struct flight *f)
{
    struct engine *en = f->engine;
    struct watch *w = f->watch;

    if (f->found.status == LLMREG_OK && f->found.listed)
        tell_models(f);
    complain(f);
    lines_leave(&en->lines, &w->line);
    if (f->told)
        w->line.slow = f->found.seen.reason == LLMREG_REASON_TIMEOUT;
    schedule_done(&w->item, f->started_ns);
    give_slot(f);
    if (schedule_put(&en->schedule, &w->item) != LLMREG_OK) {
        watch_drop(en, w);
        return;
    }
    if (w->again)
        schedule_now(&en->schedule, &w->item, en->now.mono_ns);
    w->again = false;
}

void flight_cancel(struct flight *f)
{
    loop_remove(f->request);
    lines_leave(&f->engine->lines, &f->watch->line);
    give_slot(f);
}

/* ---- asking ---- */

static int feed(void *ctx, const void *data, size_t len)
{
    struct flight *f = ctx;

    return f->backend->feed(f->state, data, len);
}

static void resolved(void *ctx)
{
    struct flight *f = ctx;

    lines_resolved(&f->engine->lines, &f->watch->line);
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Nanoseconds that the question may take; 0 or less: there is no time. */
static int64_t budget(const struct flight *f)
{
    const struct probe_setup *setup = &f->engine->setup;
    const struct watch *w = f->watch;
    int64_t spent = f->engine->now.mono_ns - f->started_ns;
    int64_t left = w->item.interval_ns - spent;
    int64_t timeout = setup->timeout_ns;

    if (w->access != NULL && w->access->timeout_ns > 0)
        timeout = w->access->timeout_ns;
    if (f->ask.budget == ASK_VERDICT)
        return lesser(timeout, w->item.interval_ns) - spent;
    if (f->ask.budget == ASK_LOADED)
        return lesser(setup->ps_ns, left);
    return lesser(timeout, left);
}

static int64_t to_ms(int64_t ns)
{
    int64_t ms = (ns + LLMREG_NS_PER_MS - 1) / LLMREG_NS_PER_MS;

    return ms < 1 ? 1 : ms;
}

/* Those whose places are near each other share a hub. */
static size_t hub_of(const struct watch *w)
{
    return (size_t)(w->item.phase_ns /
                    ((w->item.interval_ns + LOOP_HUBS - 1) / LOOP_HUBS));
}

static int send_ask(struct flight *f, int64_t budget_ns)
{
    const struct engine *en = f->engine;
    const struct errand errand = {
        .base = f->watch->spec->url,
        .ask = &f->ask,
        .access = f->watch->access,
        .headers = &f->watch->headers,
        .connect_ms = to_ms(lesser(en->setup.connect_ns, budget_ns)),
        .total_ms = to_ms(budget_ns),
        .feed = feed,
        .resolved = resolved,
        .ctx = f,
    };
    int rc = request_prepare(f->request, &errand);

    return rc == LLMREG_OK ? loop_add(en->loop, f->request, hub_of(f->watch))
                           : rc;
}

static void take_answer(struct flight *f, const struct answer *a)
{
    f->backend->answer(f->state, a);
    if (f->found.decided && !f->told && f->found.status == LLMREG_OK)
        tell_verdict(f);
}

/* Asks the next question, or ends the probe. */
static void proceed(struct flight *f)
{
    static const struct answer no_time = {.end = WIRE_TIMEOUT, .problem = ""};

    while (f->found.status == LLMREG_OK &&
           f->backend->next(f->state, &f->ask)) {
        int64_t budget_ns = budget(f);

        if (budget_ns > 0) {
            f->found.status = send_ask(f, budget_ns);
            if (f->found.status == LLMREG_OK)
                return;
        } else {
            take_answer(f, &no_time);
        }
    }
    finish(f);
}

void flight_landed(struct flight *f, int code)
{
    struct answer a = {.problem = ""};
    int rc = request_finish(f->request, code, &a);

    if (rc != LLMREG_OK && f->found.status == LLMREG_OK)
        f->found.status = rc;
    if (f->ttfb_us == 0) {
        f->connect_us = f->request->times.connect_us;
        f->ttfb_us = f->request->times.ttfb_us;
    }
    if (f->found.status == LLMREG_OK)
        take_answer(f, &a);
    proceed(f);
}

int flight_begin(struct engine *en, struct watch *w)
{
    struct flight *f = NULL;
    int rc = request_headers_update(&w->headers, w->access, en->setup.secrets);

    if (rc == LLMREG_OK)
        rc = take_slot(en, &f);
    if (rc != LLMREG_OK)
        goto done;
    f->watch = w;
    w->flight = f;
    f->started_ns = en->now.mono_ns;
    f->told = false;
    f->connect_us = 0;
    f->ttfb_us = 0;
    rc = use_backend(f, w->backend);
    if (rc != LLMREG_OK) {
        give_slot(f);
        goto done;
    }
    f->backend->begin(f->state, &f->found, &w->memory, en->now.wall_ms);
    proceed(f);
done:
    if (rc != LLMREG_OK)
        lines_leave(&en->lines, &w->line);
    return rc;
}
