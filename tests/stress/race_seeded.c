/* SPDX-License-Identifier: MIT */
/* race_seeded.c - mistakes that the thread sanitizer must find.
 *
 * The annotations in common/registry/rcu.h tell the sanitizer what liburcu
 * guarantees.  Were they too generous, it would find nothing any more.  So
 * here a writer makes, on the registry's own structures, one mistake for each
 * table: "race_seeded wrong NAME" has to end in a report, "right NAME" must
 * not, and "list" prints the names.  check_seeded runs them all.  Without the
 * sanitizer nothing is run: the behaviour would be undefined.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/registry/table.h"
#include "tests/stress/race.h"

#define ROUNDS  5000 /* at least, of the writer */
#define READS   500  /* at least, of the reader */
#define WRONG_S 20   /* so long a mistake is made again, until it is found */
#define SKIPPED 77

_Atomic size_t race_sink;

static _Atomic bool over;
static _Atomic size_t reads;
static struct llmreg_bus *bus;

static const struct race *const races[] = {
    races_of_endpoints, races_of_tables, races_of_agents, races_of_hosts,
    races_of_sessions,  races_of_alerts, races_of_tokens,
};

#define RACES (sizeof races / sizeof races[0])

void race_must(bool works)
{
    if (works)
        return;
    (void)fprintf(stderr, "no memory\n");
    exit(EXIT_FAILURE);
}

struct llmreg_registry *race_registry(void)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();
    struct llmreg_registry *r = NULL;

    conf.endpoints = conf.agents = conf.hosts = conf.sessions = 64;
    race_must(llmreg_bus_new(&bus, 64, 1) == LLMREG_OK);
    race_must(llmreg_registry_new(&r, &conf, bus, &llmreg_clock_system) ==
              LLMREG_OK);
    return r;
}

void race_registry_free(struct llmreg_registry *r)
{
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
}

static void *reader(void *arg)
{
    const struct race *race = arg;

    while (!over) {
        race->read();
        atomic_fetch_add_explicit(&reads, 1, memory_order_relaxed);
    }
    return NULL;
}

/* Relaxed: the count must not be what orders the two threads. */
static bool read_enough(void)
{
    return atomic_load_explicit(&reads, memory_order_relaxed) >= READS;
}

static bool goes_on(size_t round, bool wrong, time_t start)
{
    if (wrong)
        return time(NULL) - start < WRONG_S;
    return round < ROUNDS || !read_enough();
}

static void run(const struct race *race, bool wrong)
{
    time_t start = time(NULL);
    pthread_t thread;

    race->open();
    race_must(pthread_create(&thread, NULL, reader, (void *)(uintptr_t)race) ==
              0);
    for (size_t i = 0; goes_on(i, wrong, start); i++)
        race->write(wrong);
    over = true;
    (void)pthread_join(thread, NULL);
    race->close();
    rcu_wait();
}

static const struct race *find(const char *name)
{
    for (size_t i = 0; i < RACES; i++)
        for (const struct race *race = races[i]; race->name != NULL; race++)
            if (strcmp(name, race->name) == 0)
                return race;
    return NULL;
}

static void list(void)
{
    for (size_t i = 0; i < RACES; i++)
        for (const struct race *race = races[i]; race->name != NULL; race++)
            printf("%s\n", race->name);
}

int main(int argc, char **argv)
{
#ifndef RCU_TSAN
    (void)fprintf(stderr, "not built with the thread sanitizer\n");
    return SKIPPED;
#endif
    const struct race *race = argc == 3 ? find(argv[2]) : NULL;
    bool wrong = argc > 1 && strcmp(argv[1], "wrong") == 0;

    if (argc == 2 && strcmp(argv[1], "list") == 0) {
        list();
        return EXIT_SUCCESS;
    }
    if (race == NULL || rcu_start() != LLMREG_OK)
        return EXIT_FAILURE;
    run(race, wrong);
    return EXIT_SUCCESS;
}
