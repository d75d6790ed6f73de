/* SPDX-License-Identifier: MIT */
/* memory.c - bytes for each thing that is registered, tables included.
 *
 * What counts is what the kernel gives us (resident pages), from before the
 * registry is made to after it is full.  And what is freed later must not pile
 * up: a writer that never pauses is held against its first moments.
 */
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#include <urcu/urcu-bp.h>

#include "tests/bench/registry/groups.h"
#include "tests/bench/registry/swarm.h"

static double resident(void)
{
    FILE *in = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;

    must(in != NULL && fscanf(in, "%*u %lu", &pages) == 1, "statm");
    fclose(in);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* Resident, without what malloc only keeps for later. */
static double resident_used(void)
{
    urcu_bp_barrier();
    malloc_trim(0);
    return resident();
}

static void endpoints(const struct bench *b)
{
    size_t count = b->brief ? 5000 : 50000;
    double before = resident_used();
    struct llmreg_bus *bus = NULL;
    struct llmreg_registry *r = fleet_registry(&bus, count, 1);

    for (size_t i = 0; i < count; i++)
        fleet_fill(r, i);
    figure("registry.memory_endpoint",
           (resident_used() - before) / (double)count, "bytes");
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
}

/* Those who were never heard of have no history; the rest keep eight beats. */
static void agents(const struct bench *b)
{
    size_t count = b->brief ? 20000 : 1000000;
    double before = resident_used();
    struct swarm *s = swarm_new(count);

    for (size_t i = 0; i < count; i++)
        swarm_restore(s, i);
    figure("registry.memory_agent",
           (resident_used() - before) / (double)count - SWARM_ID_SIZE, "bytes");
    for (size_t i = 0; i < LLMREG_BEATS_KEPT * count; i++)
        swarm_beat(s, i % count, &s->now);
    figure("registry.memory_agent_and_history",
           (resident_used() - before) / (double)count - SWARM_ID_SIZE, "bytes");
    swarm_free(s);
}

/* One endpoint whose health changes as fast as one thread can. */
static void updates(struct llmreg_registry *r, size_t n)
{
    const struct llmreg_observation seen[] = {fleet_observation(false),
                                              fleet_observation(true)};
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    char id[ID_SIZE];

    fleet_id(id, 0);
    struct llmreg_endpoint *e = llmreg_get(r, id);
    for (size_t i = 0; i < n; i++)
        must(llmreg_observe(r, e, &seen[i % 2], &fleet_rule, &now) == LLMREG_OK,
             "llmreg_observe");
    llmreg_put(e);
}

static void backlog(const struct bench *b)
{
    size_t n = b->brief ? 100000 : 1000000;
    struct llmreg_bus *bus = NULL;
    struct llmreg_registry *r = fleet_registry(&bus, 1, 1);

    fleet_fill(r, 0);
    updates(r, 10000);
    double before = resident_used();
    updates(r, n);
    figure("registry.health_backlog", (resident() - before) / 1e6, "MB");
    figure("registry.health_growth", (resident_used() - before) / 1e3, "kB");
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
}

void memory_group(const struct bench *b)
{
    backlog(b);
    endpoints(b);
    agents(b);
}
