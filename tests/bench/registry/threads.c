/* SPDX-License-Identifier: MIT */
/* threads.c - four threads read at once, alone and beside writers.
 *
 * Millions of operations a second of all threads together, by the clock; and
 * nanoseconds of a core for one, which a busy machine does not blur and which
 * tells whether writers make readers slower.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "tests/bench/registry/fleet.h"
#include "tests/bench/registry/groups.h"

#define THREADS 4
#define BATCH   256 /* operations between two looks at the stop sign */

struct crew;

struct worker {
    struct crew *crew;
    size_t number;
    uint64_t random;
    uint64_t done;  /* operations */
    int64_t cpu_ns; /* of its thread */
    pthread_t thread;
};

struct crew {
    struct fleet *f;
    size_t (*work)(struct worker *w); /* returns operations done */
    bool write;                       /* a writer works beside them */
    _Atomic bool over;
};

/* ---- what they do ---- */

/* Ids of its own, so that no two threads meet on an endpoint. */
static size_t get_distinct(struct worker *w)
{
    struct fleet *f = w->crew->f;
    size_t share = f->count / THREADS;

    for (size_t i = 0; i < BATCH; i++) {
        size_t at = w->number * share + below(&w->random, share);
        struct llmreg_endpoint *e = llmreg_get(f->r, f->ids[at]);
        w->random += llmreg_endpoint_state(e);
        llmreg_put(e);
    }
    return BATCH;
}

static size_t get_copying(struct worker *w)
{
    struct fleet *f = w->crew->f;
    size_t share = f->count / THREADS;

    for (size_t i = 0; i < BATCH; i++) {
        size_t at = w->number * share + below(&w->random, share);
        copying_free(copying_get(&f->copying, f->ids[at]));
    }
    return BATCH;
}

static bool look(void *ctx, struct llmreg_endpoint *e)
{
    struct worker *w = ctx;
    struct llmreg_health health;
    struct llmreg_load load;

    llmreg_endpoint_health(e, &health);
    llmreg_endpoint_load(e, &load);
    w->random += health.total_us + load.pending;
    w->done++;
    return true;
}

/* The endpoints of some model: ten in a section. */
static size_t read_in_section(struct worker *w)
{
    struct fleet *f = w->crew->f;
    char name[NAME_SIZE];

    fleet_model_name(name, below(&w->random, f->count),
                     1 + below(&w->random, FLEET_MODELS - 1));
    for (size_t i = 0; i < BATCH / FLEET_GROUP; i++)
        llmreg_each_with_model(f->r, name, LLMREG_ANY, look, w);
    return 0; /* look counted */
}

/* ---- the run ---- */

static int64_t thread_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void *reader(void *arg)
{
    struct worker *w = arg;
    int64_t start = thread_ns();

    while (!w->crew->over)
        w->done += w->crew->work(w);
    w->cpu_ns = thread_ns() - start;
    sink += w->random;
    return NULL;
}

/* Changes the health of one after the other, and counts requests. */
static void *writer(void *arg)
{
    const struct llmreg_observation seen[] = {fleet_observation(false),
                                              fleet_observation(true)};
    struct worker *w = arg;
    struct fleet *f = w->crew->f;

    while (!w->crew->over) {
        const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
        struct llmreg_endpoint *e = f->held[below(&w->random, f->count)];
        (void)llmreg_request_begin(e);
        must(llmreg_observe(f->r, e, &seen[w->random % 2], &fleet_rule, &now) ==
                 LLMREG_OK,
             "llmreg_observe");
        (void)llmreg_request_end(e, 1000);
    }
    return NULL;
}

struct result {
    double rate; /* millions a second, all together */
    double core; /* nanoseconds of a core for one */
};

static struct result run(const struct bench *b, struct crew *c)
{
    struct worker workers[THREADS], writing = {c, 0, 1, 0, 0, 0};
    const struct timespec length = {.tv_nsec = b->brief ? 50000000 : 300000000};
    int64_t start = clock_ns();
    uint64_t done = 0, cpu = 0;

    c->over = false;
    for (size_t i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.crew = c, .number = i, .random = i + 1};
        must(pthread_create(&workers[i].thread, NULL, reader, &workers[i]) == 0,
             "a thread");
    }
    if (c->write)
        must(pthread_create(&writing.thread, NULL, writer, &writing) == 0,
             "a thread");
    nanosleep(&length, NULL);
    c->over = true;
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(workers[i].thread, NULL);
        done += workers[i].done;
        cpu += (uint64_t)workers[i].cpu_ns;
    }
    int64_t end = clock_ns();
    if (c->write)
        pthread_join(writing.thread, NULL);
    return (struct result){(double)done * 1e3 / (double)(end - start),
                           (double)cpu / (double)done};
}

void threads_group(const struct bench *b)
{
    struct crew c = {.f = fleet_new(FLEET_ENDPOINTS)};
    struct result got, copied, alone, beside;

    c.work = get_distinct;
    got = run(b, &c);
    c.work = get_copying;
    copied = run(b, &c);
    c.work = read_in_section;
    alone = run(b, &c);
    c.write = true;
    beside = run(b, &c);
    figure_against("registry.threads_get", got.rate, "M/s", "copying",
                   copied.rate / got.rate);
    figure("registry.threads_get_core", got.core, "ns");
    figure("registry.threads_read", alone.rate, "M/s");
    figure("registry.threads_read_core", alone.core, "ns");
    figure_against("registry.threads_read_beside_writer", beside.core, "ns",
                   "alone", beside.core / alone.core);
    fleet_free(c.f);
}
