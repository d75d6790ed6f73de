/* SPDX-License-Identifier: MIT */
/* series.c - first collects who is due (inside the registry's walk nothing
 * may wait), then emits (collectd's queue may). */
#include "plugins/llm_probe/series.h"

#include <stdlib.h>

#include "plugins/llm_probe/pace.h"

struct due {
    const struct series *series;
    int64_t now_ns;
    struct llmreg_endpoint **items;
    size_t count, room;
    bool failed;
};

void series_init(struct series *s, struct llmreg_registry *registry,
                 int64_t interval_ns, int64_t now_ns)
{
    *s = (struct series){
        .registry = registry, .interval_ns = interval_ns, .last_ns = now_ns};
}

static bool is_due(const struct due *d, const struct llmreg_endpoint *e)
{
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    const int64_t interval_ns = spec->interval_ms * LLMREG_NS_PER_MS;

    llmreg_spec_put(spec);
    return pace_hit(pace_place(llmreg_phase(llmreg_endpoint_id(e), interval_ns),
                               interval_ns),
                    interval_ns, d->series->last_ns, d->now_ns);
}

static bool collect(void *ctx, struct llmreg_endpoint *e)
{
    struct due *d = ctx;

    if (!is_due(d, e))
        return true;
    if (d->count == d->room) {
        size_t room = d->room == 0 ? 64 : d->room * 2;
        struct llmreg_endpoint **items =
            realloc(d->items, room * sizeof(struct llmreg_endpoint *));

        d->failed = items == NULL;
        if (d->failed)
            return false;
        d->items = items;
        d->room = room;
    }
    d->items[d->count++] = llmreg_hold(e);
    return true;
}

int series_emit(struct series *s, const struct llmreg_now *now,
                llmreg_emit_fn emit, void *ctx)
{
    struct due d = {.series = s, .now_ns = now->mono_ns};

    llmreg_each(s->registry, collect, &d);
    for (size_t i = 0; i < d.count; i++) {
        llmreg_endpoint_metrics(d.items[i], now, emit, ctx);
        llmreg_put(d.items[i]);
    }
    free(d.items);
    if (pace_hit(0, s->interval_ns, s->last_ns, now->mono_ns))
        llmreg_fleet_metrics(s->registry, emit, ctx);
    s->last_ns = now->mono_ns;
    return d.failed ? LLMREG_ENOMEM : LLMREG_OK;
}
