/* SPDX-License-Identifier: MIT */
/* swarm.c - agents as they are: a UUID, two capabilities, three metrics. */
#include "tests/bench/registry/swarm.h"

#include <stdio.h>
#include <stdlib.h>

static void read_clock(void *ctx, struct llmreg_now *out)
{
    *out = ((const struct swarm *)ctx)->now;
}

void swarm_id(size_t i, char out[static SWARM_ID_SIZE])
{
    snprintf(out, SWARM_ID_SIZE, "%08x-5b1c-4e02-9d3a-%012x",
             (unsigned)(i * 2654435761u), (unsigned)i);
}

struct swarm *swarm_new(size_t count)
{
    struct swarm *s = calloc(1, sizeof *s);
    struct llmreg_registry_conf conf = llmreg_registry_conf();

    must(s != NULL, "memory");
    s->count = count;
    s->random = 1;
    s->now = (struct llmreg_now){.mono_ns = LLMREG_NS_PER_S,
                                 .wall_ms = 1790000000000};
    s->ids = calloc(count, sizeof *s->ids);
    must(s->ids != NULL, "memory");
    for (size_t i = 0; i < count; i++)
        swarm_id(i, s->ids[i]);
    conf.agents = count;
    conf.endpoints = conf.hosts = conf.sessions = 1;
    must(llmreg_bus_new(&s->bus, 1024, 1) == LLMREG_OK, "the bus");
    s->clock = (struct llmreg_clock){.read = read_clock, .ctx = s};
    must(llmreg_registry_new(&s->r, &conf, s->bus, &s->clock) == LLMREG_OK,
         "the registry");
    return s;
}

void swarm_free(struct swarm *s)
{
    llmreg_registry_free(s->r);
    llmreg_bus_free(s->bus);
    free(s->ids);
    free(s);
}

void swarm_describe(size_t i, struct swarm_spec *out)
{
    static const struct llmreg_capability can[] = {{"chat", ""},
                                                   {"gpu", "h100"}};

    swarm_id(i, out->id);
    snprintf(out->name, sizeof out->name, "worker-%u", (unsigned)i);
    snprintf(out->host, sizeof out->host, "host-%u", (unsigned)(i / 8));
    out->spec =
        (struct llmreg_agent_spec){.id = out->id,
                                   .type = "worker",
                                   .name = out->name,
                                   .role = "inference",
                                   .domain = "lab",
                                   .cluster = "",
                                   .host = out->host,
                                   .url = "",
                                   .version = "1.2.0",
                                   .source = LLMREG_SOURCE_AUTO,
                                   .interval_ms = LLMREG_AGENT_INTERVAL_MS,
                                   .capabilities = can,
                                   .ncapabilities = sizeof can / sizeof can[0]};
}

void swarm_restore(struct swarm *s, size_t i)
{
    const struct llmreg_agent_state stored = {.presence =
                                                  LLMREG_PRESENCE_ONLINE,
                                              .health = LLMREG_HEALTH_HEALTHY,
                                              .registered_ms = s->now.wall_ms,
                                              .latency_us = -1,
                                              .activity = "idle",
                                              .peer = "10.0.0.1"};
    struct llmreg_error err = {""};
    struct swarm_spec agent;

    swarm_describe(i, &agent);
    must(llmreg_agent_restore(s->r, &agent.spec, &stored, &err) == LLMREG_OK,
         err.text);
}

struct llmreg_heartbeat swarm_heartbeat(void)
{
    static const struct llmreg_measure metrics[SWARM_METRICS] = {
        {"cpu_percent", 12.5}, {"memory_mb", 512}, {"requests", 17}};
    const struct llmreg_heartbeat beat = {.presence = LLMREG_PRESENCE_ONLINE,
                                          .health = LLMREG_HEALTH_HEALTHY,
                                          .activity = "idle",
                                          .latency_us = 1500,
                                          .peer = "10.0.0.1",
                                          .hub = "",
                                          .metrics = metrics,
                                          .nmetrics = SWARM_METRICS};

    return beat;
}

void swarm_beat(struct swarm *s, size_t i, const struct llmreg_now *now)
{
    const struct llmreg_heartbeat beat = swarm_heartbeat();
    struct llmreg_error err = {""};

    must(llmreg_agent_heartbeat(s->r, s->ids[i], 0, &beat, now, &err) ==
             LLMREG_OK,
         err.text);
}
