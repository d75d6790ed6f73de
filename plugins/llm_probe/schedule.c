/* SPDX-License-Identifier: MIT */
/* schedule.c - places in time, and a binary heap of who is next.
 *
 *       |phase|                                       interval = |-----|
 *   ----+-----o-----------o-----------o-----------o--------->  monotonic
 *
 * A new endpoint is probed at once, 1 ms after the new one before it (a
 * thousand a second), then at its first place that is at least half an
 * interval away, then at every place.  An endpoint that is down for more than
 * SCHEDULE_PATIENCE probes skips places: 2, 4, 8 ... intervals, at most five
 * minutes, with up to a quarter less by a jitter that depends only on phase
 * and failures, so that a dead rack does not come back in step.
 *
 * A round that begins late (no free slot) keeps its place; one that could not
 * begin before the next place is missed, and counted. */
#include "plugins/llm_probe/schedule.h"

#include <stdlib.h>

#include <llmreg/clock.h>
#include <llmreg/health.h>
#include <llmreg/table.h>

/* ---- places ---- */

int64_t schedule_place(const struct schedule_item *item, int64_t after_ns)
{
    return llmreg_phase_next(item->phase_ns, item->interval_ns, after_ns);
}

void schedule_first(struct schedule *s, struct schedule_item *item,
                    int64_t now_ns)
{
    if (s->first_ns < now_ns)
        s->first_ns = now_ns;
    item->due_ns = s->first_ns;
    item->started = false;
    item->failures = 0;
    s->first_ns += LLMREG_NS_PER_MS;
}

uint32_t schedule_start(struct schedule_item *item, int64_t now_ns)
{
    int64_t late = (now_ns - item->due_ns) / item->interval_ns;

    if (!item->started || late <= 0)
        return 0;
    item->due_ns += late * item->interval_ns;
    return late < UINT32_MAX ? (uint32_t)late : UINT32_MAX;
}

int64_t schedule_rounds(const struct schedule_item *item)
{
    int64_t most = SCHEDULE_PAUSE_NS / item->interval_ns;
    const uint64_t seed[2] = {(uint64_t)item->phase_ns, item->failures};
    int64_t rounds = 1;

    if (item->failures < SCHEDULE_PATIENCE)
        return 1;
    for (uint32_t n = SCHEDULE_PATIENCE; n <= item->failures; n++) {
        rounds *= 2;
        if (rounds >= most)
            break;
    }
    if (rounds > most)
        rounds = most;
    rounds -=
        (int64_t)(llmreg_hash(seed, sizeof seed) % (uint64_t)(rounds / 4 + 1));
    return rounds < 1 ? 1 : rounds;
}

void schedule_done(struct schedule_item *item, int64_t started_ns)
{
    if (!item->started) {
        item->started = true;
        item->due_ns =
            schedule_place(item, started_ns + item->interval_ns / 2 - 1);
        return;
    }
    item->due_ns += schedule_rounds(item) * item->interval_ns;
}

void schedule_skip(struct schedule_item *item, int64_t now_ns)
{
    if (item->due_ns > now_ns)
        return;
    item->due_ns = schedule_place(item, now_ns);
    item->started = true;
}

/* ---- heap: heap[n] is not later than heap[2n + 1] and heap[2n + 2] ---- */

static void set_at(struct schedule *s, size_t n, struct schedule_item *item)
{
    s->heap[n] = item;
    item->at = n + 1;
}

static void sift_up(struct schedule *s, size_t n)
{
    struct schedule_item *item = s->heap[n];

    while (n > 0 && s->heap[(n - 1) / 2]->due_ns > item->due_ns) {
        set_at(s, n, s->heap[(n - 1) / 2]);
        n = (n - 1) / 2;
    }
    set_at(s, n, item);
}

static void sift_down(struct schedule *s, size_t n)
{
    struct schedule_item *item = s->heap[n];

    for (;;) {
        size_t child = 2 * n + 1;

        if (child + 1 < s->count &&
            s->heap[child + 1]->due_ns < s->heap[child]->due_ns)
            child++;
        if (child >= s->count || s->heap[child]->due_ns >= item->due_ns)
            break;
        set_at(s, n, s->heap[child]);
        n = child;
    }
    set_at(s, n, item);
}

static int grow(struct schedule *s)
{
    size_t room = s->room == 0 ? 64 : s->room * 2;
    struct schedule_item **heap = NULL;

    if (s->count < s->room)
        return LLMREG_OK;
    heap = realloc(s->heap, room * sizeof(struct schedule_item *));
    if (heap == NULL)
        return LLMREG_ENOMEM;
    s->heap = heap;
    s->room = room;
    return LLMREG_OK;
}

int schedule_put(struct schedule *s, struct schedule_item *item)
{
    int rc = LLMREG_OK;

    if (item->at == 0) {
        rc = grow(s);
        if (rc != LLMREG_OK)
            return rc;
        set_at(s, s->count++, item);
    }
    sift_up(s, item->at - 1);
    sift_down(s, item->at - 1);
    return LLMREG_OK;
}

void schedule_remove(struct schedule *s, struct schedule_item *item)
{
    size_t n = item->at - 1;
    struct schedule_item *last = NULL;

    if (item->at == 0)
        return;
    item->at = 0;
    last = s->heap[--s->count];
    if (last == item)
        return;
    set_at(s, n, last);
    sift_up(s, n);
    sift_down(s, last->at - 1);
}

struct schedule_item *schedule_take(struct schedule *s, int64_t now_ns)
{
    struct schedule_item *item = NULL;

    if (schedule_next(s) > now_ns)
        return NULL;
    item = s->heap[0];
    schedule_remove(s, item);
    return item;
}

int64_t schedule_next(const struct schedule *s)
{
    return s->count == 0 ? INT64_MAX : s->heap[0]->due_ns;
}

void schedule_now(struct schedule *s, struct schedule_item *item,
                  int64_t now_ns)
{
    if (item->at == 0 || item->due_ns <= now_ns)
        return;
    item->due_ns = now_ns;
    item->started = false;
    sift_up(s, item->at - 1);
}

void schedule_fini(struct schedule *s)
{
    free(s->heap);
    *s = (struct schedule){0};
}
