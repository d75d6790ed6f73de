/* SPDX-License-Identifier: MIT */
/* health.c - /health, which three systems have: one answer with what each of
 * their clients looks for.
 *
 * Load balancers ask without a token, so it says how many there are of
 * everything, and no names.  What was not probed yet is not down. */
#include <string.h>

#include <llmreg/agents.h>

#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/dialects/dialects.h"
#include "plugins/llm_listen/dialects/shape.h"

/* Nexus without a backend is not healthy; the others may well have none. */
static const char *status_of(const struct ask *a, const struct llmreg_counts *n)
{
    const size_t healthy = n->by_state[LLMREG_HEALTH_HEALTHY];
    const size_t down = n->by_state[LLMREG_HEALTH_UNHEALTHY] +
                        n->by_state[LLMREG_HEALTH_UNREACHABLE];

    if (n->endpoints == 0 && (a->api->conf.dialects & DIALECT_BIT(NEXUS)) != 0)
        return "unhealthy";
    if (healthy == n->endpoints)
        return "healthy";
    return healthy == 0 && down == n->endpoints ? "unhealthy" : "degraded";
}

/* The name that the clients of the only dialect know. */
static const char *service_of(const struct ask *a)
{
    static const struct {
        unsigned dialects;
        const char *service;
    } services[] = {
        {DIALECT_BIT(OPTIINFRA), "orchestrator"},
        {DIALECT_BIT(NEXUS), "nexus"},
        {DIALECT_BIT(AGENTCOM), "agent_com"},
    };

    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        if (services[i].dialects == a->api->conf.dialects)
            return services[i].service;
    return "llmreg";
}

static void write_counts(struct llmreg_json_out *w, const struct ask *a,
                         const struct llmreg_counts *n)
{
    struct llmreg_agent_counts agents;
    size_t present = 0;

    llmreg_agent_count(a->api->registry, &agents);
    for (unsigned p = 0; p < LLMREG_PRESENCES; p++)
        present += llmreg_is_present(p) ? agents.by_presence[p] : 0;
    llmreg_json_integer(w, "agents_connected", (int64_t)present);
    llmreg_json_open_object(w, "backends");
    llmreg_json_integer(w, "total", (int64_t)n->endpoints);
    llmreg_json_integer(w, "healthy",
                        (int64_t)n->by_state[LLMREG_HEALTH_HEALTHY]);
    llmreg_json_integer(w, "unhealthy",
                        (int64_t)(n->by_state[LLMREG_HEALTH_UNHEALTHY] +
                                  n->by_state[LLMREG_HEALTH_UNREACHABLE]));
    llmreg_json_close_object(w);
    llmreg_json_integer(w, "models", (int64_t)n->models_distinct);
}

/* The coordinator is whoever answers. */
static void write_components(struct llmreg_json_out *w, const struct ask *a)
{
    const bool works = llmreg_service_store_works(a->api->service);

    llmreg_json_open_object(w, "components");
    llmreg_json_string(w, "coordinator", "healthy");
    llmreg_json_string(w, "registry", works ? "healthy" : "degraded");
    llmreg_json_string(w, "task_router", "healthy");
    llmreg_json_close_object(w);
}

static int run_health(struct ask *a)
{
    const struct llmreg_now *now = &a->req->now;
    struct llmreg_counts n;
    struct reply r;

    llmreg_count(a->api->registry, &n);
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "status", status_of(a, &n));
    llmreg_json_string(&r.json, "service", service_of(a));
    llmreg_json_string(&r.json, "version", LLMREG_VERSION);
    llmreg_json_integer(&r.json, "uptime_seconds", shape_uptime(a));
    write_counts(&r.json, a, &n);
    write_components(&r.json, a);
    shape_time(&r.json, "timestamp", now->wall_ms);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

const struct route health_routes[] = {
    {HTTP_GET, "/health", ROUTE_OPEN, 0, NULL, NULL, run_health, "200",
     "how it is, in numbers", false},
    {.path = NULL},
};
