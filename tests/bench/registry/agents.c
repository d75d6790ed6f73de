/* SPDX-License-Identifier: MIT */
/* agents.c - what finding an agent and hearing it cost while they get many.
 *
 * At each size the tables are loaded as after a restart and asked at once;
 * then every agent is heard of, and look-ups and heartbeats at random go on.
 * The plain table keeps the same of a heartbeat: numbers, and the last eight
 * with their metrics.
 */
#include <stdio.h>
#include <stdlib.h>

#include <urcu/urcu-bp.h>

#include "tests/bench/registry/groups.h"
#include "tests/bench/registry/swarm.h"

struct plain_agent {
    struct plain_node node;
    struct llmreg_agent_state state;
    struct plain_beat *beats[LLMREG_BEATS_KEPT];
};

struct plain_beat {
    struct llmreg_beat beat;
    struct llmreg_measure metrics[SWARM_METRICS];
};

struct tables {
    struct swarm *swarm;
    struct plain plain;
    struct llmreg_now now;
};

static void get_ours(void *ctx, size_t n)
{
    struct tables *t = ctx;
    uint64_t at = t->swarm->random;

    for (size_t i = 0; i < n; i++) {
        const char *id = t->swarm->ids[below(&at, t->swarm->count)];
        struct llmreg_agent *a = llmreg_agent_get(t->swarm->r, id);
        at += llmreg_agent_presence(a);
        llmreg_agent_put(a);
    }
    t->swarm->random = at;
}

static void get_plain(void *ctx, size_t n)
{
    struct tables *t = ctx;
    uint64_t at = t->swarm->random;

    for (size_t i = 0; i < n; i++) {
        const char *id = t->swarm->ids[below(&at, t->swarm->count)];
        struct plain_agent *a = plain_find(&t->plain, id);
        at += a->state.presence;
    }
    t->swarm->random = at;
}

static void beat_ours(void *ctx, size_t n)
{
    struct tables *t = ctx;

    for (size_t i = 0; i < n; i++)
        swarm_beat(t->swarm, below(&t->swarm->random, t->swarm->count),
                   &t->now);
    urcu_bp_barrier();
}

static void plain_heard(struct plain_agent *a,
                        const struct llmreg_heartbeat *beat,
                        const struct llmreg_now *now)
{
    struct plain_beat *kept = malloc(sizeof *kept);
    struct llmreg_agent_state *s = &a->state;

    must(kept != NULL, "memory");
    for (size_t i = 0; i < beat->nmetrics; i++)
        kept->metrics[i] = beat->metrics[i];
    kept->beat = (struct llmreg_beat){.time_ms = now->wall_ms,
                                      .mono_ns = now->mono_ns,
                                      .presence = beat->presence,
                                      .health = beat->health,
                                      .latency_us = beat->latency_us,
                                      .activity = beat->activity,
                                      .metrics = kept->metrics,
                                      .nmetrics = beat->nmetrics};
    free(a->beats[s->beats % LLMREG_BEATS_KEPT]);
    a->beats[s->beats++ % LLMREG_BEATS_KEPT] = kept;
    s->presence = beat->presence;
    s->health = beat->health;
    s->seen_ms = now->wall_ms;
    s->seen_mono_ns = now->mono_ns;
    s->latency_us += (beat->latency_us - s->latency_us) / 5;
}

static void beat_plain(void *ctx, size_t n)
{
    const struct llmreg_heartbeat beat = swarm_heartbeat();
    struct tables *t = ctx;

    for (size_t i = 0; i < n; i++) {
        size_t at = below(&t->swarm->random, t->swarm->count);
        struct plain_agent *a = plain_find(&t->plain, t->swarm->ids[at]);
        plain_heard(a, &beat, &t->now);
    }
}

/* ---- loading ---- */

static void load_ours(void *ctx, size_t n)
{
    struct tables *t = ctx;

    for (size_t i = 0; i < n; i++)
        swarm_restore(t->swarm, i);
}

static void load_plain(void *ctx, size_t n)
{
    struct tables *t = ctx;

    for (size_t i = 0; i < n; i++)
        plain_add(&t->plain, t->swarm->ids[i], sizeof(struct plain_agent));
}

/* Both have heard of every agent once. */
static void hear_all(struct tables *t)
{
    const struct llmreg_heartbeat beat = swarm_heartbeat();

    for (size_t i = 0; i < t->swarm->count; i++) {
        swarm_beat(t->swarm, i, &t->now);
        plain_heard(plain_find(&t->plain, t->swarm->ids[i]), &beat, &t->now);
    }
}

static void plain_clear(struct plain *p)
{
    for (size_t i = 0; i <= p->mask; i++)
        for (struct plain_node *n = p->buckets[i]; n != NULL; n = n->next)
            for (size_t k = 0; k < LLMREG_BEATS_KEPT; k++)
                free(((struct plain_agent *)n)->beats[k]);
    plain_fini(p);
}

/* ---- the run ---- */

static void once(const char *name, const struct work *ours,
                 const struct work *plain, size_t n)
{
    double taken = measure_once(ours, n);

    figure_against(name, taken, "ns", "plain", taken / measure_once(plain, n));
}

#define ASKED 20000 /* look-ups right after the load */

static void at_size(const struct bench *b, size_t count)
{
    struct tables t = {.swarm = swarm_new(count)};
    char load[48], after[48], get[48], beat[48];

    snprintf(load, sizeof load, "registry.agent_load_%zu", count);
    snprintf(after, sizeof after, "registry.agent_get_loaded_%zu", count);
    snprintf(get, sizeof get, "registry.agent_get_%zu", count);
    snprintf(beat, sizeof beat, "registry.agent_beat_%zu", count);
    plain_init(&t.plain, count);
    t.now = t.swarm->now;
    once(load, &(struct work){load_ours, &t}, &(struct work){load_plain, &t},
         count);
    once(after, &(struct work){get_ours, &t}, &(struct work){get_plain, &t},
         ASKED);
    hear_all(&t);
    measure(b, &(struct measure){.name = get,
                                 .ours = {get_ours, &t},
                                 .plain = {get_plain, &t},
                                 .unit = "ns"});
    measure(b, &(struct measure){.name = beat,
                                 .ours = {beat_ours, &t},
                                 .plain = {beat_plain, &t},
                                 .unit = "ns"});
    plain_clear(&t.plain);
    swarm_free(t.swarm);
}

void agents_group(const struct bench *b)
{
    size_t most = b->brief ? 100000 : 1000000;

    for (size_t count = 1000; count <= most; count *= 10)
        at_size(b, count);
}
