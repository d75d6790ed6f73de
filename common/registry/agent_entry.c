/* SPDX-License-Identifier: MIT */
/* agent_entry.c - entries of agents: their life, and the reading of them. */
#include "common/registry/agent_entry.h"

#include <llmreg/latency.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(LLMREG_PRESENCES <= 8 && LLMREG_HEALTH_STATES <= 8,
               "three bits each");

uint64_t agent_word_pack(const struct agent_word *w)
{
    int64_t since = w->since_ms < 0                 ? 0
                    : w->since_ms > AGENT_SINCE_MAX ? AGENT_SINCE_MAX
                                                    : w->since_ms;

    return (uint64_t)since << 7 | (uint64_t)w->health << 3 | w->presence;
}

struct agent_word agent_word_unpack(uint64_t word)
{
    const struct agent_word w = {
        .presence = (enum llmreg_presence)(word & 7),
        .health = (enum llmreg_health_state)(word >> 3 & 7),
        .since_ms = (int64_t)(word >> 7),
    };

    return w;
}

/* ---- life ---- */

static void release(struct shelf_item *item)
{
    struct llmreg_agent *a = agent_of(item);

    part_put(&a->spec->part);
    part_put(&a->note->part);
    agent_ring_free(a->ring);
    free(a->links);
    free(a);
}

static uint64_t bits_of(double d)
{
    uint64_t bits;

    memcpy(&bits, &d, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double d;

    memcpy(&d, &bits, sizeof d);
    return d;
}

static const struct shelf_kind kind = {
    .key =
        offsetof(struct llmreg_agent, id) - offsetof(struct llmreg_agent, item),
    .release = release,
};

struct llmreg_agent *agent_new(struct agent_part *spec, struct agent_note *note,
                               size_t nlinks)
{
    size_t room = strlen(spec->spec.id) + 1;
    struct link *links = malloc(nlinks * sizeof *links);
    struct llmreg_agent *a = calloc(1, sizeof *a + room);

    if (a == NULL || links == NULL) {
        free(a);
        free(links);
        return NULL;
    }
    memcpy(a->id, spec->spec.id, room);
    shelf_item_init(&a->item, &kind);
    atomic_init(&a->latency, bits_of((double)NAN));
    a->links = links;
    a->nlinks = nlinks;
    a->note = note;
    a->spec = spec;
    spec->agent = a;
    return a;
}

struct llmreg_agent *llmreg_agent_hold(struct llmreg_agent *a)
{
    shelf_hold(&a->item);
    return a;
}

void llmreg_agent_put(struct llmreg_agent *a)
{
    if (a != NULL)
        shelf_put(&a->item);
}

/* ---- numbers ---- */

void agent_see(struct llmreg_agent *a, const struct llmreg_now *now)
{
    int64_t seen = atomic_load_explicit(&a->seen_ns, memory_order_relaxed);

    atomic_store_explicit(&a->seen_ms, now->wall_ms, memory_order_relaxed);
    /* Somebody slow must not put an older time over a newer one. */
    while (seen < now->mono_ns &&
           !atomic_compare_exchange_weak(&a->seen_ns, &seen, now->mono_ns))
        continue;
}

void agent_add_latency(struct llmreg_agent *a, int64_t sample_us)
{
    uint64_t old = atomic_load_explicit(&a->latency, memory_order_relaxed);
    double average;

    do {
        average = llmreg_latency_next(double_of(old), (double)sample_us);
    } while (!atomic_compare_exchange_weak_explicit(
        &a->latency, &old, bits_of(average), memory_order_relaxed,
        memory_order_relaxed));
}

int agent_ring_ready(struct llmreg_agent *a)
{
    struct agent_ring *none = NULL;

    if (rcu_load(&a->ring) != NULL)
        return LLMREG_OK;
    struct agent_ring *ring = calloc(1, sizeof *ring);
    if (ring == NULL)
        return LLMREG_ENOMEM;
    if (!__atomic_compare_exchange_n(&a->ring, &none, ring, false,
                                     __ATOMIC_RELEASE, __ATOMIC_ACQUIRE))
        free(ring); /* somebody else was faster */
    return LLMREG_OK;
}

void agent_count_beat(struct llmreg_agent *a,
                      const struct llmreg_heartbeat *beat,
                      struct agent_words *words, const struct llmreg_now *now)
{
    uint64_t number =
        atomic_fetch_add_explicit(&a->beats, 1, memory_order_relaxed) + 1;

    if (beat->latency_us >= 0)
        agent_add_latency(a, beat->latency_us);
    agent_ring_put(rcu_load(&a->ring), number, beat, words, now);
}

int64_t agent_silent_since(const struct llmreg_agent *a)
{
    int64_t seen = atomic_load(&a->seen_ns);

    return seen > a->patient_ns ? seen : a->patient_ns;
}

/* ---- reading ---- */

const char *llmreg_agent_id(const struct llmreg_agent *a)
{
    return a->id;
}

uint64_t llmreg_agent_generation(const struct llmreg_agent *a)
{
    return a->generation;
}

bool llmreg_agent_alive(const struct llmreg_agent *a)
{
    return shelf_alive(&a->item);
}

enum llmreg_presence llmreg_agent_presence(const struct llmreg_agent *a)
{
    return agent_word_unpack(agent_word(a)).presence;
}

static void copy_text(char *out, size_t size, const char *s)
{
    if (llmreg_copy(out, size, s) != LLMREG_OK)
        out[0] = '\0'; /* cannot be: all were checked */
}

/* Inside a section. */
static void read_note(const struct llmreg_agent *a,
                      struct llmreg_agent_state *out)
{
    const struct agent_facts *facts = &rcu_load(&a->note)->facts;
    int64_t mono_ns = llmreg_clock_now(a->clock).mono_ns;

    out->registrations = window_sum(&facts->registrations, mono_ns);
    out->address_changes = window_sum(&facts->changes, mono_ns);
    copy_text(out->activity, sizeof out->activity, facts->activity);
    copy_text(out->peer, sizeof out->peer, facts->peer);
    copy_text(out->other, sizeof out->other, facts->other);
}

void llmreg_agent_state(const struct llmreg_agent *a,
                        struct llmreg_agent_state *out)
{
    const struct agent_word w = agent_word_unpack(agent_word(a));
    double latency =
        double_of(atomic_load_explicit(&a->latency, memory_order_relaxed));

    out->presence = w.presence;
    out->health = w.health;
    out->since_ms = w.since_ms;
    out->seen_ms = atomic_load_explicit(&a->seen_ms, memory_order_relaxed);
    out->seen_mono_ns = atomic_load(&a->seen_ns);
    out->registered_ms = a->registered_ms;
    out->beats = atomic_load_explicit(&a->beats, memory_order_relaxed);
    out->latency_us = isnan(latency) ? -1 : (int64_t)(latency + 0.5);
    rcu_begin();
    read_note(a, out);
    rcu_end();
}

const struct llmreg_agent_spec *llmreg_agent_spec(const struct llmreg_agent *a)
{
    rcu_begin();
    struct agent_part *p = rcu_load(&a->spec);
    part_hold(&p->part);
    rcu_end();
    return &p->spec;
}

void llmreg_agent_beats(const struct llmreg_agent *a, int64_t since_mono_ns,
                        llmreg_beat_fn fn, void *ctx)
{
    rcu_begin();
    const struct agent_ring *ring = rcu_load(&a->ring);
    if (ring != NULL)
        agent_ring_walk(ring, since_mono_ns, fn, ctx);
    rcu_end();
}
