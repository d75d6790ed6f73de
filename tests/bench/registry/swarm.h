/* SPDX-License-Identifier: MIT */
/* swarm.h - a registry with many agents, in a time of its own. */
#ifndef LLMREG_BENCH_SWARM_H
#define LLMREG_BENCH_SWARM_H

#include <llmreg/agents.h>

#include "tests/bench/registry/fleet.h"
#include "tests/bench/registry/measure.h"

#define SWARM_ID_SIZE 40
#define SWARM_METRICS 3

struct swarm {
    size_t count;
    char (*ids)[SWARM_ID_SIZE]; /* UUIDs */
    struct llmreg_bus *bus;
    struct llmreg_registry *r;
    struct llmreg_now now; /* what the registry's clock says */
    struct llmreg_clock clock;
    uint64_t random;
};

/* A registry with room for count agents, and their ids; nobody is in it. */
struct swarm *swarm_new(size_t count);
void swarm_free(struct swarm *s);
/* What agent i says of itself. */
struct swarm_spec {
    struct llmreg_agent_spec spec;
    char id[SWARM_ID_SIZE], name[32], host[32];
};
void swarm_id(size_t i, char out[static SWARM_ID_SIZE]);
void swarm_describe(size_t i, struct swarm_spec *out);
/* Agent i as after a restart. */
void swarm_restore(struct swarm *s, size_t i);
/* Agent i says that nothing changed. */
void swarm_beat(struct swarm *s, size_t i, const struct llmreg_now *now);
/* What it says then. */
struct llmreg_heartbeat swarm_heartbeat(void);

#endif
