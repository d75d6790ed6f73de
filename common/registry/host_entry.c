/* SPDX-License-Identifier: MIT */
/* host_entry.c - hosts: references, and the reading of their parts.
 *
 * Whether a sample is stale is asked of the reader's time, not of the last
 * tick: who is late with that must not make anybody see old numbers.
 */
#include "common/registry/table.h"

#include <stdlib.h>
#include <string.h>

static void release(struct shelf_item *item)
{
    struct llmreg_host *h = host_of(item);

    part_put(&h->spec->part);
    part_put(&h->heard->part);
    if (h->sample != NULL)
        part_put(&h->sample->part);
    free(h);
}

static const struct shelf_kind kind = {
    .key = offsetof(struct llmreg_host, id),
    .release = release,
};

struct llmreg_host *host_new(struct host_part *spec, struct host_heard *heard,
                             struct host_sample *sample)
{
    size_t room = strlen(spec->spec.id) + 1;
    struct llmreg_host *h = calloc(1, sizeof *h + room);

    if (h == NULL)
        return NULL;
    memcpy(h->id, spec->spec.id, room);
    shelf_item_init(&h->item, &kind);
    h->spec = spec;
    h->heard = heard;
    h->sample = sample;
    h->sampling = sample == NULL ? HOST_UNSAMPLED : HOST_FRESH;
    return h;
}

const char *host_sampling_text(enum host_sampling sampling)
{
    if (sampling == HOST_FRESH)
        return "fresh";
    return sampling == HOST_STALE ? "stale" : "unknown";
}

struct llmreg_host *llmreg_host_hold(struct llmreg_host *h)
{
    shelf_hold(&h->item);
    return h;
}

void llmreg_host_put(struct llmreg_host *h)
{
    if (h != NULL)
        shelf_put(&h->item);
}

const char *llmreg_host_id(const struct llmreg_host *h)
{
    return h->id;
}

uint64_t llmreg_host_generation(const struct llmreg_host *h)
{
    return h->generation;
}

const struct llmreg_host_report *llmreg_host_spec(const struct llmreg_host *h)
{
    rcu_begin();
    struct host_part *p = rcu_load(&h->spec);
    part_hold(&p->part);
    rcu_end();
    return &p->spec;
}

const struct llmreg_sample *llmreg_host_sample(const struct llmreg_host *h,
                                               const struct llmreg_now *now)
{
    rcu_begin();
    struct host_sample *s = rcu_load(&h->sample);
    if (s != NULL && now->mono_ns >= s->until_ns)
        s = NULL;
    if (s != NULL)
        part_hold(&s->part);
    rcu_end();
    return s == NULL ? NULL : &s->sample;
}

void llmreg_host_state(const struct llmreg_host *h,
                       const struct llmreg_now *now,
                       struct llmreg_host_state *out)
{
    rcu_begin();
    const struct host_heard *heard = rcu_load(&h->heard);
    const struct host_part *spec = rcu_load(&h->spec);
    bool stale = now->mono_ns >= heard->stale_ns;
    *out = (struct llmreg_host_state){
        .stale = stale,
        .sampled = heard->stale_ns != INT64_MAX,
        .since_ms = stale ? heard->stale_ms : heard->fresh_ms,
        .reported_ms = heard->reported_ms,
        .reported_mono_ns = heard->reported_ns,
        .sampled_mono_ns = heard->sampled_ns,
        .registered_ms = h->registered_ms,
        .interval_ms = spec->spec.interval_ms,
        .heard = hosts_is_heard(h->registry, h, now),
        .claims = window_sum(&heard->claims, now->mono_ns),
    };
    rcu_end();
}
