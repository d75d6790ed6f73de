/* SPDX-License-Identifier: MIT */
/* requests.c - one id is added and removed from many threads, while requests
 * to it are under way, for 2 seconds.
 *
 * What it holds the registry to: of all who add at once one is told so, and of
 * all who remove at once one; a request that began at an endpoint that is
 * alive keeps it where it is, but for force; what was begun and ended is
 * balanced in the end.  Prints only what is wrong; a dead-lock is ended by
 * SIGALRM.
 */
#include <llmreg/registry.h>

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/stress/flat.h"

#define SECONDS   1 /* each of two times */
#define ADDERS    3
#define REMOVERS  3
#define REQUESTS  4
#define LATENCIES 1000 /* us, at most */

static struct llmreg_bus *bus;
static struct llmreg_registry *r;
static int64_t deadline;
static _Atomic unsigned failures;
static _Atomic uint64_t added, removed, too_many;
static bool forcing; /* fixed for a run */

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            failures++;                                                        \
            (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,           \
                          #condition);                                         \
        }                                                                      \
    } while (0)

/* Whoever has the processor would go on alone with what it does. */
static bool goes_on(void)
{
    (void)sched_yield();
    return llmreg_clock_now(&llmreg_clock_system).mono_ns < deadline &&
           failures == 0;
}

/* E2: two at once were both told that they added it. */
static void *add(void *arg)
{
    const struct llmreg_spec spec = {.id = "a:1",
                                     .url = "http://a:1",
                                     .name = "n",
                                     .host = "h",
                                     .series = "s",
                                     .origin = "",
                                     .owner = "",
                                     .interval_ms = 1000};

    (void)arg;
    while (goes_on()) {
        int rc = llmreg_add(r, &spec, NULL, NULL);
        CHECK(rc == LLMREG_OK || rc == LLMREG_EEXIST);
        added += rc == LLMREG_OK;
    }
    return NULL;
}

static void *drop(void *arg)
{
    struct llmreg_removal how = {.force = forcing};
    struct llmreg_load load;

    (void)arg;
    while (goes_on()) {
        struct llmreg_endpoint *e = NULL;
        int rc = llmreg_remove(r, "a:1", &how, &e);
        CHECK(rc == LLMREG_OK || rc == LLMREG_ENOENT ||
              (rc == LLMREG_EBUSY && !forcing));
        CHECK((rc == LLMREG_OK) == (e != NULL));
        if (e == NULL)
            continue;
        removed++;
        CHECK(!llmreg_endpoint_alive(e));
        llmreg_endpoint_load(e, &load);
        CHECK(load.latency_us < LATENCIES || isnan(load.latency_us));
        llmreg_put(e);
    }
    return NULL;
}

/* It began, and it was alive after that: it cannot go. */
static void insist(struct llmreg_endpoint *e)
{
    struct llmreg_endpoint *same = llmreg_get(r, "a:1");

    CHECK(same == e);
    CHECK(llmreg_endpoint_alive(e));
    llmreg_put(same);
}

static void *request(void *arg)
{
    unsigned seed = 1;

    (void)arg;
    while (goes_on()) {
        struct llmreg_endpoint *e = llmreg_get(r, "a:1");
        if (e == NULL)
            continue;
        seed = seed * 1103515245 + 12345;
        uint32_t pending = llmreg_request_begin(e);
        CHECK(pending >= 1 && pending <= REQUESTS);
        if (!forcing && llmreg_endpoint_alive(e))
            insist(e);
        CHECK(llmreg_request_end(e, (seed >> 16) % LATENCIES));
        llmreg_put(e);
    }
    return NULL;
}

/* A program with a mistake: it ends what it did not begin.  It has an endpoint
 * of its own, so that the others stay balanced. */
static void *end_too_many(void *arg)
{
    struct llmreg_endpoint *e = llmreg_get(r, "own:1");
    struct llmreg_load load;

    (void)arg;
    while (goes_on()) {
        (void)llmreg_request_begin(e);
        for (int i = 0; i < 3; i++)
            too_many += !llmreg_request_end(e, 5);
        llmreg_endpoint_load(e, &load);
        CHECK(load.pending <= 2);
    }
    llmreg_put(e);
    return NULL;
}

static void work(void)
{
    static void *(*const kinds[])(void *) = {add, drop, request, end_too_many};
    static const unsigned counts[] = {ADDERS, REMOVERS, REQUESTS, 2};
    pthread_t threads[ADDERS + REMOVERS + REQUESTS + 2];
    size_t n = 0;

    deadline = llmreg_clock_now(&llmreg_clock_system).mono_ns +
               SECONDS * LLMREG_NS_PER_S / 2;
    for (size_t k = 0; k < 4; k++)
        for (unsigned i = 0; i < counts[k]; i++)
            CHECK(pthread_create(&threads[n++], NULL, kinds[k], NULL) == 0);
    while (n > 0)
        (void)pthread_join(threads[--n], NULL);
}

static void check_end(void)
{
    struct llmreg_endpoint *e = llmreg_get(r, "a:1");
    struct llmreg_counts n;
    struct llmreg_load load = {.pending = 0};

    llmreg_count(r, &n);
    CHECK(n.unmatched == too_many && too_many > 0);
    CHECK(added - removed == (e != NULL));
    CHECK(n.endpoints == 1 + (size_t)(e != NULL));
    if (e != NULL)
        llmreg_endpoint_load(e, &load);
    CHECK(load.pending == 0);
    llmreg_put(e);
}

static void run(void)
{
    const struct llmreg_registry_conf conf = llmreg_registry_conf();
    const struct llmreg_spec own = {.id = "own:1",
                                    .url = "http://own:1",
                                    .name = "n",
                                    .host = "h",
                                    .series = "s",
                                    .origin = "",
                                    .owner = "",
                                    .interval_ms = 1000};

    added = removed = too_many = 0;
    if (llmreg_bus_new(&bus, 256, 1) != LLMREG_OK ||
        llmreg_registry_new(&r, &conf, bus, &llmreg_clock_system) !=
            LLMREG_OK ||
        llmreg_set(r, &own, NULL, NULL) != LLMREG_OK)
        exit(EXIT_FAILURE);
    for (int part = 0; part < 2; part++) {
        forcing = part == 1;
        work();
        check_end();
    }
    CHECK(added > 10);

    llmreg_registry_free(r);
    llmreg_bus_free(bus);
}

int main(void)
{
    (void)alarm(60);
    CHECK(flat(run));
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
