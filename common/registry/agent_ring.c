/* SPDX-License-Identifier: MIT */
/* agent_ring.c - eight places, each under a mark.
 *
 *     said:   bit 63 ... 6  latency_us + 1   5 ... 3  health   2 ... 0 presence
 *
 * The order that the marks need is made by the accesses themselves: the
 * numbers are stored with release after the odd mark, and loaded with acquire
 * before the mark is read again.
 */
#include "common/registry/agent_ring.h"

#include <stdlib.h>

#define WRITING 1 /* in a mark */

/* ---- words ---- */

int agent_words_new(struct agent_words **out,
                    const struct llmreg_heartbeat *beat)
{
    size_t room =
        part_room(beat->activity) + beat->nmetrics * sizeof *beat->metrics;

    *out = NULL;
    if (room == 0)
        return LLMREG_OK;
    for (size_t i = 0; i < beat->nmetrics; i++)
        room += part_room(beat->metrics[i].name);
    struct agent_words *w = malloc(sizeof *w + room);
    if (w == NULL)
        return LLMREG_ENOMEM;
    struct llmreg_measure *metrics = (void *)(w + 1);
    char *at = (char *)(metrics + beat->nmetrics);
    part_init(&w->part);
    w->activity = part_pack(&at, beat->activity);
    w->metrics = metrics;
    w->nmetrics = beat->nmetrics;
    for (size_t i = 0; i < beat->nmetrics; i++) {
        metrics[i].name = part_pack(&at, beat->metrics[i].name);
        metrics[i].value = beat->metrics[i].value;
    }
    *out = w;
    return LLMREG_OK;
}

/* ---- putting ---- */

/* Is the place now ours to write?  *before is what it was. */
static bool claim(struct agent_place *p, uint64_t number)
{
    uint64_t mark = atomic_load_explicit(&p->mark, memory_order_relaxed);

    return (mark & WRITING) == 0 && mark < 2 * number &&
           atomic_compare_exchange_strong_explicit(
               &p->mark, &mark, mark | WRITING, memory_order_acquire,
               memory_order_relaxed);
}

void agent_ring_put(struct agent_ring *ring, uint64_t number,
                    const struct llmreg_heartbeat *beat,
                    struct agent_words *words, const struct llmreg_now *now)
{
    struct agent_place *p = &ring->places[number % LLMREG_BEATS_KEPT];
    uint64_t said = (uint64_t)(beat->latency_us + 1) << 6 |
                    (uint64_t)beat->health << 3 | beat->presence;

    if (!claim(p, number)) {
        part_put(words == NULL ? NULL : &words->part);
        return;
    }
    struct agent_words *old = p->words;
    atomic_store_explicit(&p->time_ms, now->wall_ms, memory_order_release);
    atomic_store_explicit(&p->mono_ns, now->mono_ns, memory_order_release);
    atomic_store_explicit(&p->said, said, memory_order_release);
    rcu_publish(&p->words, words);
    atomic_store_explicit(&p->mark, 2 * number, memory_order_release);
    if (old != NULL)
        part_retire(&old->part);
}

/* ---- walking ---- */

struct found {
    uint64_t mark;
    struct llmreg_beat beat;
};

static bool look(const struct agent_place *p, struct found *out)
{
    out->mark = atomic_load_explicit(&p->mark, memory_order_acquire);
    if (out->mark == 0 || (out->mark & WRITING) != 0)
        return false;
    out->beat.time_ms = atomic_load_explicit(&p->time_ms, memory_order_acquire);
    out->beat.mono_ns = atomic_load_explicit(&p->mono_ns, memory_order_acquire);
    uint64_t said = atomic_load_explicit(&p->said, memory_order_acquire);
    const struct agent_words *words = rcu_load(&p->words);
    if (atomic_load_explicit(&p->mark, memory_order_relaxed) != out->mark)
        return false;
    out->beat.presence = (enum llmreg_presence)(said & 7);
    out->beat.health = (enum llmreg_health_state)(said >> 3 & 7);
    out->beat.latency_us = (int64_t)(said >> 6) - 1;
    out->beat.activity = words == NULL ? "" : words->activity;
    out->beat.metrics = words == NULL ? NULL : words->metrics;
    out->beat.nmetrics = words == NULL ? 0 : words->nmetrics;
    return true;
}

void agent_ring_walk(const struct agent_ring *ring, int64_t since_mono_ns,
                     llmreg_beat_fn fn, void *ctx)
{
    struct found sorted[LLMREG_BEATS_KEPT];
    size_t count = 0;

    for (size_t i = 0; i < LLMREG_BEATS_KEPT; i++) {
        struct found f;
        if (!look(&ring->places[i], &f) || f.beat.mono_ns < since_mono_ns)
            continue;
        size_t k = count++;
        for (; k > 0 && sorted[k - 1].mark > f.mark; k--)
            sorted[k] = sorted[k - 1];
        sorted[k] = f;
    }
    for (size_t i = 0; i < count; i++)
        if (!fn(ctx, &sorted[i].beat))
            break;
}

void agent_ring_free(struct agent_ring *ring)
{
    if (ring == NULL)
        return;
    for (size_t i = 0; i < LLMREG_BEATS_KEPT; i++)
        if (ring->places[i].words != NULL)
            part_put(&ring->places[i].words->part);
    free(ring);
}
