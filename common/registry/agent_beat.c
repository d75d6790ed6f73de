/* SPDX-License-Identifier: MIT */
/* agent_beat.c - a ring of eight beats. */
#include "common/registry/agent_beat.h"

#include <stdlib.h>

static size_t room(const struct llmreg_heartbeat *beat)
{
    size_t n =
        part_room(beat->activity) + beat->nmetrics * sizeof *beat->metrics;

    for (size_t i = 0; i < beat->nmetrics; i++)
        n += part_room(beat->metrics[i].name);
    return n;
}

struct agent_beat *agent_beat_new(const struct llmreg_heartbeat *beat,
                                  const struct llmreg_now *now)
{
    struct agent_beat *b = malloc(sizeof *b + room(beat));

    if (b == NULL)
        return NULL;
    struct llmreg_measure *metrics = (void *)(b + 1);
    char *at = (char *)(metrics + beat->nmetrics);
    part_init(&b->part);
    b->number = 0;
    b->beat = (struct llmreg_beat){
        .time_ms = now->wall_ms,
        .mono_ns = now->mono_ns,
        .presence = beat->presence,
        .health = beat->health,
        .latency_us = beat->latency_us,
        .activity = part_pack(&at, beat->activity),
        .metrics = metrics,
        .nmetrics = beat->nmetrics,
    };
    for (size_t i = 0; i < beat->nmetrics; i++) {
        metrics[i].name = part_pack(&at, beat->metrics[i].name);
        metrics[i].value = beat->metrics[i].value;
    }
    return b;
}

void agent_ring_put(struct agent_ring *ring, struct agent_beat *beat,
                    uint64_t number)
{
    beat->number = number;
    struct agent_beat *old = __atomic_exchange_n(
        &ring->places[number % LLMREG_BEATS_KEPT], beat, __ATOMIC_ACQ_REL);
    if (old != NULL)
        part_retire(&old->part);
}

void agent_ring_walk(const struct agent_ring *ring, int64_t since_mono_ns,
                     llmreg_beat_fn fn, void *ctx)
{
    const struct agent_beat *sorted[LLMREG_BEATS_KEPT];
    size_t count = 0;

    for (size_t i = 0; i < LLMREG_BEATS_KEPT; i++) {
        const struct agent_beat *b = rcu_load(&ring->places[i]);
        if (b == NULL || b->beat.mono_ns < since_mono_ns)
            continue;
        size_t k = count++;
        for (; k > 0 && sorted[k - 1]->number > b->number; k--)
            sorted[k] = sorted[k - 1];
        sorted[k] = b;
    }
    for (size_t i = 0; i < count; i++)
        if (!fn(ctx, &sorted[i]->beat))
            break;
}

void agent_ring_fini(struct agent_ring *ring)
{
    for (size_t i = 0; i < LLMREG_BEATS_KEPT; i++)
        if (ring->places[i] != NULL)
            part_put(&ring->places[i]->part);
}
