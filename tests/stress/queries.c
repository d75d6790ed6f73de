/* SPDX-License-Identifier: MIT */
/* queries.c - 10,000 gets and queries by model, from 64 threads, while lists
 * of models are replaced: all answered within 5 seconds.
 *
 * E1: a registry that locked the index and then the endpoint, and elsewhere
 * the other way round, stood still after a hundred of them.  SIGALRM ends this
 * program if ours does; its own test had no updates.
 *
 * E3: what stays in the list is found by every query.
 *
 * All begin at the same moment, and the teachers go on for at least a thousand
 * lists, so that a fast thread is not over before the others began.
 */
#include <llmreg/fleet.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/stress/flat.h"

#define THREADS   64
#define TEACHERS  2
#define ENDPOINTS 4
#define QUERIES   10000
#define LISTS     1000 /* at least */
#define WATCHDOG  5    /* seconds */
#define STAYS     "stays:latest"

static struct llmreg_bus *bus;
static struct llmreg_registry *r;
static char ids[ENDPOINTS][16];
static _Atomic unsigned failures;
static _Atomic int left;
static _Atomic unsigned taught;
static pthread_barrier_t begin;

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            failures++;                                                        \
            (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,           \
                          #condition);                                         \
        }                                                                      \
    } while (0)

static void teach(const char *id, unsigned round)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    struct llmreg_model items[3] = {
        llmreg_model_unknown(names[round % 5]),
        llmreg_model_unknown(STAYS),
        llmreg_model_unknown(names[(round + 1) % 5]),
    };
    const struct llmreg_models list = {.items = items, .count = 3};
    struct llmreg_endpoint *e = llmreg_get(r, id);

    items[1].loaded = round % 2 == 0 ? LLMREG_YES : LLMREG_NO;
    CHECK(llmreg_models_set(r, e, &list, &now) == LLMREG_OK);
    llmreg_put(e);
    taught++;
}

static void *teacher(void *arg)
{
    unsigned round = 0;

    (void)arg;
    (void)pthread_barrier_wait(&begin);
    while ((left > 0 || taught < LISTS) && failures == 0) {
        teach(ids[round % ENDPOINTS], round);
        round++;
    }
    return NULL;
}

static bool count_one(void *ctx, struct llmreg_endpoint *e)
{
    const struct llmreg_models *list = llmreg_endpoint_models(e);

    /* A list that is seen is found in the index, and the other way round
     * only until the entry has left it. */
    CHECK(llmreg_models_find(list, STAYS) != NULL);
    llmreg_models_put(list);
    ++*(size_t *)ctx;
    return true;
}

static void choose(void)
{
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    struct llmreg_candidates *c = NULL;

    CHECK(llmreg_rank(r, &(struct llmreg_rank_query){STAYS, true, 2}, &now,
                      &c) == LLMREG_OK);
    CHECK(c->count == 2);
    llmreg_candidates_free(c);
}

static void ask(int n)
{
    struct llmreg_fleet_model m = {.endpoints = 0};
    struct llmreg_endpoint *e = NULL;
    size_t count = 0;

    switch (n % 4) {
    case 0:
        e = llmreg_get(r, ids[n / 4 % ENDPOINTS]);
        CHECK(e != NULL);
        llmreg_put(e);
        break;
    case 1:
        llmreg_each_with_model(r, STAYS, LLMREG_ANY, count_one, &count);
        CHECK(count == ENDPOINTS);
        break;
    case 2:
        CHECK(llmreg_fleet_model(r, STAYS, &m) == LLMREG_OK);
        CHECK(m.endpoints == ENDPOINTS && m.loaded <= ENDPOINTS);
        break;
    default:
        choose();
    }
}

static void *asker(void *arg)
{
    int n;

    (void)arg;
    (void)pthread_barrier_wait(&begin);
    while ((n = atomic_fetch_sub(&left, 1)) > 0)
        ask(n);
    return NULL;
}

static void work(void)
{
    pthread_t threads[THREADS + TEACHERS];

    left = QUERIES;
    taught = 0;
    CHECK(pthread_barrier_init(&begin, NULL, THREADS + TEACHERS) == 0);
    for (int i = 0; i < TEACHERS; i++)
        CHECK(pthread_create(&threads[THREADS + i], NULL, teacher, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, asker, NULL) == 0);
    for (int i = 0; i < THREADS + TEACHERS; i++)
        (void)pthread_join(threads[i], NULL);
    (void)pthread_barrier_destroy(&begin);
}

static void add(const char *id)
{
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    const struct llmreg_observation ok = {.reason = LLMREG_REASON_OK};
    const struct llmreg_health_rule rule = {2, 1};
    char url[80];
    const struct llmreg_spec spec = {.id = id,
                                     .url = url,
                                     .name = "n",
                                     .host = "h",
                                     .series = "s",
                                     .origin = "",
                                     .owner = "",
                                     .interval_ms = 1000};

    (void)snprintf(url, sizeof url, "http://%s", id);
    CHECK(llmreg_set(r, &spec, NULL, NULL) == LLMREG_OK);
    struct llmreg_endpoint *e = llmreg_get(r, id);
    CHECK(llmreg_observe(r, e, &ok, &rule, &now) == LLMREG_OK);
    llmreg_put(e);
    teach(id, 0);
}

static void run(void)
{
    const struct llmreg_registry_conf conf = llmreg_registry_conf();

    if (llmreg_bus_new(&bus, 256, 1) != LLMREG_OK ||
        llmreg_registry_new(&r, &conf, bus, &llmreg_clock_system) != LLMREG_OK)
        exit(EXIT_FAILURE);
    for (unsigned i = 0; i < ENDPOINTS; i++) {
        (void)snprintf(ids[i], sizeof ids[i], "host%u:1", i);
        add(ids[i]);
    }
    (void)alarm(WATCHDOG);
    work();
    (void)alarm(0);
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
}

int main(void)
{
    CHECK(flat(run));
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
