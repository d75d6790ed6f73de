/* SPDX-License-Identifier: MIT */
/* beats.c - which heartbeats become rows.
 *
 * Nothing is remembered of an agent for it: a heartbeat is kept if it is the
 * first in its step of time, which the one before it in the agent's ring tells.
 * A row that is written twice is one row, because its key is the time of
 * receipt.  Each agent's steps begin at a time of its own, so that not all rows
 * come at once.
 */
#include "common/store/beats.h"

#include <string.h>

#include <llmreg/json.h>
#include <llmreg/text.h>

#include "common/store/rows/rows.h"

int beats_init(struct beats *b, struct llmreg_registry *r, int64_t keep)
{
    *b = (struct beats){.registry = r, .keep = keep};
    return dirty_new(&b->due);
}

void beats_fini(struct beats *b)
{
    dirty_free(b->due);
    b->due = NULL;
}

/* ---- which ---- */

int64_t beats_step(int64_t keep, size_t agents)
{
    const int64_t share = agents == 0 ? keep : keep / (int64_t)agents;

    return BEATS_DAY_NS / (share > 0 ? share : 1);
}

bool beats_keeps(const char *agent, const struct llmreg_beat *prev,
                 const struct llmreg_beat *beat, int64_t step_ns)
{
    int64_t phase;

    if (prev == NULL || prev->presence != beat->presence ||
        prev->health != beat->health)
        return true;
    phase = llmreg_phase(agent, step_ns);
    return (prev->mono_ns + phase) / step_ns !=
           (beat->mono_ns + phase) / step_ns;
}

/* ---- one ring ---- */

#define METRICS_SIZE 512
/* The time of a heartbeat is read before it is in the ring. */
#define SLACK_NS     LLMREG_NS_PER_S

/* The ring lends within a read section, where no disk is waited for. */
struct copies {
    struct copy {
        struct llmreg_beat beat;
        char activity[LLMREG_ACTIVITY_SIZE];
        char metrics[METRICS_SIZE];
    } items[LLMREG_BEATS_KEPT];
    size_t count;
};

static int add_text(void *ctx, const char *bytes, size_t len)
{
    struct llmreg_text *t = ctx;

    llmreg_text_add_bytes(t, bytes, len);
    return llmreg_text_status(t);
}

static int write_metrics(char out[static METRICS_SIZE],
                         const struct llmreg_beat *beat, size_t n)
{
    struct llmreg_json_out w;
    struct llmreg_text t;

    llmreg_text_init(&t, out, METRICS_SIZE);
    llmreg_json_out_init(&w, add_text, &t);
    llmreg_json_open_object(&w, NULL);
    for (size_t i = 0; i < n; i++)
        llmreg_json_double(&w, beat->metrics[i].name, beat->metrics[i].value);
    llmreg_json_close_object(&w);
    return llmreg_json_out_end(&w);
}

/* Metrics that are too long for a row are left out, the last ones first. */
static void copy_beat(struct copies *copies, const struct llmreg_beat *beat)
{
    struct copy *c = &copies->items[copies->count];
    size_t n = beat->nmetrics;

    if (copies->count == LLMREG_BEATS_KEPT)
        return;
    copies->count++;
    c->beat = *beat;
    llmreg_copy_message(c->activity, sizeof c->activity, beat->activity);
    while (write_metrics(c->metrics, beat, n) != LLMREG_OK && n > 0)
        n /= 2;
}

/* A walk over one agent's ring, oldest first. */
struct ring {
    const char *agent;
    int64_t step_ns;
    struct copies *copies; /* of those that are kept; NULL: only look */
    size_t seen;
    int64_t first_ns, last_ns; /* the oldest; the newest other that is kept */
    struct llmreg_beat prev;
};

static struct ring ring_of(const struct llmreg_agent *a, int64_t step_ns)
{
    const struct ring ring = {.agent = llmreg_agent_id(a),
                              .step_ns = step_ns,
                              .first_ns = INT64_MIN,
                              .last_ns = INT64_MIN};

    return ring;
}

/* What was before the oldest is known only if that is the first of all: in a
 * full ring it was not the oldest once, and was looked at then. */
static bool has_first(const struct ring *ring)
{
    return ring->seen < LLMREG_BEATS_KEPT;
}

static bool look(void *ctx, const struct llmreg_beat *beat)
{
    struct ring *ring = ctx;
    const bool first = ring->seen++ == 0;
    const struct llmreg_beat prev = ring->prev;

    ring->prev = *beat;
    if (first)
        ring->first_ns = beat->mono_ns;
    else if (!beats_keeps(ring->agent, &prev, beat, ring->step_ns))
        return true;
    else
        ring->last_ns = beat->mono_ns;
    if (ring->copies != NULL)
        copy_beat(ring->copies, beat);
    return true;
}

/* ---- who has news ---- */

struct search {
    struct beats *beats;
    int rc;
};

static bool mark_if_due(void *ctx, struct llmreg_agent *a)
{
    struct search *s = ctx;
    const int64_t since_ns = s->beats->swept_ns;
    struct ring ring = ring_of(a, s->beats->step_ns);

    llmreg_agent_beats(a, INT64_MIN, look, &ring);
    if (ring.last_ns >= since_ns ||
        (has_first(&ring) && ring.first_ns >= since_ns))
        s->rc = dirty_mark(s->beats->due, ring.agent, DIRTY_ALL);
    return s->rc == LLMREG_OK;
}

void beats_sweep(struct beats *b, const struct llmreg_now *now)
{
    const struct llmreg_agent_filter everybody = {.type = NULL};
    struct llmreg_agent_counts n;
    struct search s = {b, LLMREG_OK};

    if (b->keep == 0)
        return;
    llmreg_agent_count(b->registry, &n);
    b->step_ns = beats_step(b->keep, n.agents);
    llmreg_each_agent(b->registry, &everybody, mark_if_due, &s);
    if (s.rc == LLMREG_OK)
        b->swept_ns = now->mono_ns - SLACK_NS;
}

bool beats_is_empty(const struct beats *b)
{
    return dirty_count(b->due) == 0;
}

void beats_clear(struct beats *b)
{
    dirty_clear(b->due);
}

/* ---- rows ---- */

static int write_agent(const struct beats *b, struct database *db,
                       const char *id, int64_t *rows, struct llmreg_error *err)
{
    struct llmreg_agent *a = llmreg_agent_get(b->registry, id);
    struct copies copies = {.count = 0};
    int rc = LLMREG_OK;
    struct ring ring;

    if (a == NULL)
        return LLMREG_OK;
    ring = ring_of(a, b->step_ns);
    ring.copies = &copies;
    llmreg_agent_beats(a, INT64_MIN, look, &ring);
    llmreg_agent_put(a);
    for (size_t i = !has_first(&ring); i < copies.count && rc == LLMREG_OK;
         i++) {
        const struct copy *c = &copies.items[i];
        const struct rows_beat row = {
            c->beat.time_ms,    id,          c->beat.presence, c->beat.health,
            c->beat.latency_us, c->activity, c->metrics};
        int64_t added = 0;

        rc = rows_put_beat(db, &row, &added, err);
        *rows += added;
    }
    return rc;
}

static int drop(const struct beats *b, struct database *db, int64_t before_ms,
                int64_t *rows, struct llmreg_error *err)
{
    int64_t dropped = 0;
    int rc = rows_drop_beats(db, DB_BEAT_EXPIRE, before_ms, &dropped, err);

    *rows -= dropped;
    if (rc != LLMREG_OK || *rows <= b->keep)
        return rc;
    rc = rows_drop_beats(db, DB_BEAT_PRUNE, *rows - b->keep, &dropped, err);
    *rows -= dropped;
    return rc;
}

int beats_write(const struct beats *b, struct database *db,
                const struct llmreg_now *now, int64_t *rows,
                struct llmreg_error *err)
{
    const int64_t day_ms = BEATS_DAY_NS / LLMREG_NS_PER_MS;
    size_t cursor = 0;
    const char *id;
    unsigned parts;
    int rc = LLMREG_OK;

    while (rc == LLMREG_OK && dirty_next(b->due, &cursor, &id, &parts))
        rc = write_agent(b, db, id, rows, err);
    if (rc != LLMREG_OK)
        return rc;
    return drop(b, db, now->wall_ms - day_ms, rows, err);
}
