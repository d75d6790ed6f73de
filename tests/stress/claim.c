/* SPDX-License-Identifier: MIT */
/* claim.c - many want to be the one who adds an id, and the one who removes.
 *
 * Whoever looks whether an id is there and then adds it, in two steps, tells
 * two threads that each of them was first, and has the endpoint twice (E2).
 * First in rounds, all at the same moment; then all without any order, where
 * the books must balance.  A model that the newest one has finds it once or
 * not at all: what an old one leaves behind is never found.
 */
#include <llmreg/registry.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/stress/flat.h"

#define THREADS 8
#define ROUNDS  500
#define TURNS   3000 /* each, without order */
#define ID      "host:1"
#define MODEL   "m:latest"

static struct llmreg_registry *r;
static pthread_barrier_t barrier;
static _Atomic unsigned failures;
static _Atomic int added, removed;

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            failures++;                                                        \
            (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,           \
                          #condition);                                         \
        }                                                                      \
    } while (0)

/* ---- adding and removing ---- */

static void teach(uint64_t generation)
{
    static const struct llmreg_now now = {.mono_ns = 1, .wall_ms = 1};
    const struct llmreg_model model = llmreg_model_unknown(MODEL);
    const struct llmreg_models list = {.items = &model, .count = 1};
    struct llmreg_endpoint *e = llmreg_get(r, ID);

    if (e != NULL && llmreg_endpoint_generation(e) == generation) {
        int rc = llmreg_models_set(r, e, &list, &now);
        CHECK(rc == LLMREG_OK || rc == LLMREG_ESTALE);
    }
    llmreg_put(e);
}

static void try_to_add(void)
{
    static const struct llmreg_spec spec = {.id = ID,
                                            .url = "http://" ID,
                                            .name = "n",
                                            .host = "h",
                                            .series = "s",
                                            .origin = "",
                                            .owner = "",
                                            .interval_ms = 1000};
    struct llmreg_set_result result = {false, 0, 0};
    struct llmreg_error err = {""};

    int rc = llmreg_add(r, &spec, &result, &err);
    CHECK(rc == LLMREG_OK || rc == LLMREG_EEXIST);
    if (rc == LLMREG_EEXIST) {
        CHECK(strstr(err.text, ID) != NULL);
        return;
    }
    CHECK(result.created && result.generation > 0 && result.seq > 0);
    added++;
    teach(result.generation);
}

static void try_to_remove(void)
{
    struct llmreg_endpoint *e = NULL;

    int rc = llmreg_remove(r, ID, NULL, &e);
    CHECK(rc == LLMREG_OK || rc == LLMREG_ENOENT);
    CHECK((rc == LLMREG_OK) == (e != NULL));
    if (rc != LLMREG_OK)
        return;
    CHECK(!llmreg_endpoint_alive(e));
    removed++;
    llmreg_put(e);
}

static bool count_one(void *ctx, struct llmreg_endpoint *e)
{
    (void)e;
    ++*(int *)ctx;
    return true;
}

/* How many there are, which every way of asking agrees on. */
static void check_there(int expected)
{
    struct llmreg_counts n;
    int all = 0, with = 0;
    struct llmreg_endpoint *e = llmreg_get(r, ID);

    llmreg_each(r, count_one, &all);
    llmreg_each_with_model(r, MODEL, LLMREG_ANY, count_one, &with);
    llmreg_count(r, &n);
    CHECK((e != NULL) == (expected == 1));
    CHECK(all == expected);
    CHECK(with == expected);
    CHECK(n.endpoints == (size_t)expected);
    CHECK(n.models_distinct == (size_t)expected);
    llmreg_put(e);
}

/* ---- in rounds: all at once, and exactly one succeeds ---- */

/* True for the one thread that looks what came of it. */
static bool meet(void)
{
    return pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
}

static void one_round(void)
{
    (void)meet();
    try_to_add();
    if (meet()) {
        CHECK(added == 1);
        check_there(1);
    }
    (void)meet();
    try_to_remove();
    if (meet()) {
        CHECK(removed == 1);
        check_there(0);
        added = removed = 0;
    }
}

static void *in_rounds(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < ROUNDS; i++)
        one_round();
    return NULL;
}

/* ---- without order ---- */

static void *in_turns(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    for (unsigned i = 0; i < TURNS; i++) {
        int with = 0;
        seed = seed * 1103515245 + 12345;
        if ((seed >> 16) % 2 == 0)
            try_to_add();
        else
            try_to_remove();
        llmreg_each_with_model(r, MODEL, LLMREG_ANY, count_one, &with);
        CHECK(with <= 1);
    }
    return NULL;
}

/* ---- the run ---- */

static void all(void *(*run)(void *arg))
{
    pthread_t threads[THREADS];
    unsigned seeds[THREADS];

    for (unsigned i = 0; i < THREADS; i++) {
        seeds[i] = i + 1;
        CHECK(pthread_create(&threads[i], NULL, run, &seeds[i]) == 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
}

static void claim(void)
{
    const struct llmreg_registry_conf conf = llmreg_registry_conf();
    struct llmreg_bus *bus = NULL;

    if (llmreg_bus_new(&bus, 256, 1) != LLMREG_OK ||
        llmreg_registry_new(&r, &conf, bus, &llmreg_clock_system) != LLMREG_OK)
        exit(EXIT_FAILURE);
    CHECK(pthread_barrier_init(&barrier, NULL, THREADS) == 0);
    all(in_rounds);
    all(in_turns);
    CHECK(added - removed == 0 || added - removed == 1);
    check_there(added - removed);
    added = removed = 0;
    (void)pthread_barrier_destroy(&barrier);
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
}

int main(void)
{
    (void)alarm(60);
    CHECK(flat(claim));
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
