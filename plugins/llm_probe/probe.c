/* SPDX-License-Identifier: MIT */
/* probe.c - the probe thread: one loop, one turn after the other.
 *
 *   wait -> events of the registry -> requests that are over -> what is due
 *        -> free slots get the next -> wait until the next is due
 *
 * The clock is read once a turn.  If a turn began much later than asked (the
 * process was stopped, the machine slept), nothing that was in flight or due
 * can be judged: flights end without a verdict, missed rounds are dropped,
 * and every endpoint goes on at its next place, so that there is no burst. */
#include "plugins/llm_probe/probe.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <llmreg/thread.h>

#include "plugins/llm_probe/engine.h"

#define LOST_NS         (LLMREG_NS_PER_S)
#define EVENTS_A_TURN   1024
#define LATE_RELEASE_NS (INT64_C(60) * LLMREG_NS_PER_S)

struct probe {
    struct engine engine; /* owned by the probe thread */
    pthread_t thread;
    atomic_bool stop;
};

void probe_raise_limits(void)
{
    struct rlimit limit;
    rlim_t most = PROBE_FDS;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    if (most > limit.rlim_max)
        most = limit.rlim_max;
    if (limit.rlim_cur >= most)
        return;
    limit.rlim_cur = most;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
}

/* ---- the registry's events ---- */

static void on_event(struct engine *en, const struct llmreg_event *e)
{
    switch (e->type) {
    case LLMREG_EVENT_REGISTERED:
    case LLMREG_EVENT_UPDATED:
    case LLMREG_EVENT_REMOVED:
    case LLMREG_EVENT_ADMIN:
        watch_sync(en, e->subject);
        break;
    case LLMREG_EVENT_PROBE:
        watch_hurry(en, e->subject);
        break;
    default:
        break;
    }
}

static void keep_connections(struct engine *en)
{
    loop_keep(en->loop, llmreg_table_count(en->watches), en->lines.slots);
}

static void follow(struct engine *en)
{
    const size_t before = llmreg_table_count(en->watches);

    for (int i = 0; i < EVENTS_A_TURN; i++) {
        const struct llmreg_event *e = NULL;
        int rc = llmreg_subscription_next(en->events, &e);

        if (rc == LLMREG_ENOENT)
            break;
        if (rc == LLMREG_OK) {
            on_event(en, e);
            llmreg_event_put(e);
        } else {
            watch_scan(en);
        }
    }
    if (llmreg_table_count(en->watches) != before)
        keep_connections(en);
}

/* ---- what is due ---- */

static void count_missed(struct engine *en, uint32_t rounds)
{
    if (rounds == 0)
        return;
    en->missed += rounds;
    en->missed_ns = en->now.mono_ns;
    llmreg_complain(en->setup.log, &en->late, &en->now, LLMREG_WARNING,
                    "%llu rounds missed since the start: MaxConcurrent %zu is "
                    "too small for this fleet, or Interval too short",
                    (unsigned long long)en->missed, en->lines.slots);
}

static void release_late(struct engine *en)
{
    if (en->late.open && en->now.mono_ns - en->missed_ns > LATE_RELEASE_NS)
        (void)llmreg_release(en->setup.log, &en->late,
                             "no round missed for a minute");
}

static void start_waiting(struct engine *en)
{
    struct line_item *line = NULL;

    while ((line = lines_next(&en->lines)) != NULL) {
        struct watch *w = watch_of_line(line);

        count_missed(en, schedule_start(&w->item, en->now.mono_ns));
        if (flight_begin(en, w) == LLMREG_OK)
            continue;
        llmreg_complain(en->setup.log, &en->faults, &en->now, LLMREG_ERROR,
                        "no memory to probe %s", w->spec->id);
        schedule_done(&w->item, en->now.mono_ns);
        if (schedule_put(&en->schedule, &w->item) != LLMREG_OK)
            watch_drop(en, w);
    }
}

static void start_due(struct engine *en)
{
    struct schedule_item *item = NULL;

    while ((item = schedule_take(&en->schedule, en->now.mono_ns)) != NULL)
        lines_wait(&en->lines, &watch_of_item(item)->line);
    start_waiting(en);
}

/* Time was lost: begin again, without judging anybody. */
static void skip_lost(struct engine *en, int64_t lost_ns)
{
    size_t cursor = 0;
    const char *id = NULL;
    void *value = NULL;

    llmreg_log(en->setup.log, LLMREG_NOTICE,
               "stood still for %.1f s: probes go on at their next place",
               (double)lost_ns / 1e9);
    while (llmreg_table_next(en->watches, &cursor, &id, &value)) {
        struct watch *w = value;

        if (w->flight != NULL)
            flight_cancel(w->flight);
        lines_leave(&en->lines, &w->line);
        schedule_skip(&w->item, en->now.mono_ns);
        if (schedule_put(&en->schedule, &w->item) != LLMREG_OK)
            watch_drop(en, w);
    }
}

/* ---- the thread ---- */

static void turn(struct engine *en)
{
    struct loop_turn t;
    void *flight = NULL;
    int code = 0;

    loop_turn(en->loop, schedule_next(&en->schedule), &t);
    en->now = t.now;
    if (t.lost_ns > LOST_NS)
        skip_lost(en, t.lost_ns);
    if (t.readable)
        follow(en);
    while (loop_finished(en->loop, &flight, &code))
        flight_landed(flight, code);
    start_due(en);
    release_late(en);
}

static void *run(void *arg)
{
    struct probe *p = arg;
    struct engine *en = &p->engine;

    en->now = llmreg_clock_now(en->setup.clock);
    watch_scan(en);
    keep_connections(en);
    while (!atomic_load(&p->stop))
        turn(en);
    return NULL;
}

static void drop_all(struct engine *en)
{
    size_t cursor = 0;
    const char *id = NULL;
    void *w = NULL;

    if (en->watches == NULL)
        return;
    while (llmreg_table_next(en->watches, &cursor, &id, &w))
        watch_drop(en, w);
}

static void free_probe(struct probe *p)
{
    struct engine *en = &p->engine;

    drop_all(en);
    flight_free_idle(en);
    loop_free(en->loop);
    if (en->events != NULL)
        llmreg_unsubscribe(en->events);
    llmreg_table_free(en->watches);
    schedule_fini(&en->schedule);
    facts_cache_free(en->facts);
    free(p);
}

/* At most half of the sockets are for what is in flight. */
static void open_lines(struct engine *en)
{
    const size_t wanted = en->setup.max_concurrent;
    const size_t most = loop_room(en->loop) / 2;

    lines_init(&en->lines, wanted < most ? wanted : most);
    if (wanted > most)
        llmreg_log(en->setup.log, LLMREG_WARNING,
                   "MaxConcurrent %zu: the limit of open files allows %zu",
                   wanted, most);
}

static int open_engine(struct engine *en, const struct probe_setup *setup)
{
    int rc = LLMREG_OK;

    en->setup = *setup;
    rc = llmreg_table_new(&en->watches);
    if (rc == LLMREG_OK)
        rc = facts_cache_new(&en->facts);
    if (rc == LLMREG_OK)
        rc = llmreg_subscribe(setup->bus, UINT64_MAX, &en->events);
    if (rc == LLMREG_OK)
        rc = loop_new(&en->loop, setup->clock,
                      llmreg_subscription_fd(en->events));
    if (rc == LLMREG_OK)
        open_lines(en);
    return rc;
}

int probe_start(const struct probe_setup *setup, struct probe **out)
{
    struct probe *p = calloc(1, sizeof *p);
    int rc = LLMREG_ENOMEM;

    if (p == NULL)
        return rc;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
        rc = open_engine(&p->engine, setup);
    if (rc == LLMREG_OK)
        rc = llmreg_thread_start(&p->thread, run, p, "llmreg-probe");
    if (rc != LLMREG_OK) {
        free_probe(p);
        return rc;
    }
    *out = p;
    return LLMREG_OK;
}

void probe_stop(struct probe *p)
{
    if (p == NULL)
        return;
    atomic_store(&p->stop, true);
    loop_wake(p->engine.loop);
    pthread_join(p->thread, NULL);
    free_probe(p);
}
