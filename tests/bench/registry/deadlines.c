/* SPDX-License-Identifier: MIT */
/* deadlines.c - agents that are heard of every 30 seconds, and nobody is late.
 *
 * In simulated time: every 10 ms those who are due report, and the deadlines
 * are served.  What that takes of a core is CPU time by simulated time.
 */
#include <urcu/urcu-bp.h>

#include "tests/bench/registry/groups.h"
#include "tests/bench/registry/swarm.h"

#define STEP_NS (10 * LLMREG_NS_PER_MS)
#define ROUND   (LLMREG_AGENT_INTERVAL_MS * LLMREG_NS_PER_MS / STEP_NS)

struct shares {
    int64_t beats_ns, ticks_ns;
};

static void step(struct swarm *s, int64_t place, struct shares *shares)
{
    size_t first = (size_t)((int64_t)s->count * place / ROUND);
    size_t end = (size_t)((int64_t)s->count * (place + 1) / ROUND);
    int64_t start = cpu_ns();

    s->now.mono_ns += STEP_NS;
    s->now.wall_ms += STEP_NS / LLMREG_NS_PER_MS;
    for (size_t i = first; i < end; i++)
        swarm_beat(s, i, &s->now);
    int64_t middle = cpu_ns();
    (void)llmreg_tick(s->r, &s->now);
    shares->beats_ns += middle - start;
    shares->ticks_ns += cpu_ns() - middle;
}

void deadlines_group(const struct bench *b)
{
    struct swarm *s = swarm_new(b->brief ? 100000 : 1000000);
    struct shares warm = {0, 0}, shares = {0, 0};
    int64_t rounds = b->brief ? 2 : 4;

    for (size_t i = 0; i < s->count; i++)
        swarm_restore(s, i);
    for (int64_t i = 0; i < 2 * ROUND; i++)
        step(s, i % ROUND, &warm);
    uint64_t events = llmreg_bus_last(s->bus);
    for (int64_t i = 0; i < rounds * ROUND; i++)
        step(s, i % ROUND, &shares);
    urcu_bp_barrier();
    must(llmreg_bus_last(s->bus) == events, "silence while nobody is late");
    double simulated = (double)(rounds * ROUND * STEP_NS) / 100;
    figure("registry.deadlines", (double)shares.ticks_ns / simulated, "%");
    figure("registry.deadlines_and_beats",
           (double)(shares.ticks_ns + shares.beats_ns) / simulated, "%");
    swarm_free(s);
}
