/* SPDX-License-Identifier: MIT */
/* optiinfra_agents.c - what OptiInfra's agents call, which is not what its
 * orchestrator has: the paths of our own routes, with a few other names.
 *
 * The host that they say is where they are reached, not the one that they run
 * on; each of them says it in another way. */
#include <string.h>

#include "plugins/llm_listen/api/agents.h"
#include "plugins/llm_listen/dialects/dialects.h"
#include "plugins/llm_listen/dialects/shape.h"

/* ---- registration ---- */

struct registering {
    struct registration r;
    double port; /* 0: not said */
};

static const struct body_alias names[] = {
    {"agent_type", "type"},
    {"agent_name", "name"},
    {"endpoint", "url"},
    {.said = NULL},
};

static int take_port(struct body_reader *b, void *member, const char *path,
                     const struct llmreg_json_event *e)
{
    double *port = member;

    if (strcmp(path, ".port") != 0 || e->type == LLMREG_JSON_NULL)
        return LLMREG_OK;
    if (*port != 0)
        return body_refuse(b, "is there twice");
    return body_number(b, e, 1, 65535, port);
}

static const struct body_form registering_form = {
    .name = "AgentRegistration",
    .fields = registration_fields,
    .aliases = names,
    .size = sizeof(struct registering),
    .root = take_port,
    .root_offset = offsetof(struct registering, port),
};

static int run_register(struct ask *a)
{
    struct registering *said = a->body;
    int rc = LLMREG_OK;

    if (said->port != 0 && said->r.host != NULL && said->r.url == NULL)
        rc = shape_url(a, said->r.host, (int64_t)said->port, &said->r.url);
    if (said->port != 0)
        said->r.host = NULL;
    return rc == LLMREG_OK ? agents_run_register(a) : rc;
}

/* ---- heartbeats ---- */

struct beating {
    struct said_beat said;
    const char *agent_id;
};

static int take_id(struct body_reader *b, void *member, const char *path,
                   const struct llmreg_json_event *e)
{
    const char **id = member;

    if (strcmp(path, ".agent_id") != 0)
        return LLMREG_OK;
    if (*id != NULL)
        return body_refuse(b, "is there twice");
    return body_text(b, e, 1, LLMREG_AGENT_ID_SIZE - 1, id);
}

static const struct body_form beating_form = {
    .name = "AgentHeartbeat",
    .fields = beat_fields,
    .size = sizeof(struct beating),
    .root = take_id,
    .root_offset = offsetof(struct beating, agent_id),
};

static int run_beat(struct ask *a)
{
    const struct beating *b = a->body;

    if (b->agent_id == NULL)
        return ask_fail(a, LLMREG_EINVAL, "agent_id", "agent_id: is needed");
    return agents_beat(a, b->agent_id);
}

const struct route optiinfra_agents_routes[] = {
    {HTTP_POST, "/api/v1/agents/register", ROUTE_AGENT, ROUTE_AGENT_BODY, NULL,
     &registering_form, run_register, "200 409",
     "register an agent, or bring it up to date", true},
    {HTTP_POST, "/api/v1/agents/heartbeat", ROUTE_AGENT, ROUTE_AGENT_BODY, NULL,
     &beating_form, run_beat, "200 404", "one heartbeat", true},
    {HTTP_POST, "/api/v1/agents/{id}/heartbeat", ROUTE_AGENT, ROUTE_AGENT_BODY,
     NULL, &beat_form, agents_run_beat, "200 404", "one heartbeat", true},
    {HTTP_POST, "/api/v1/agents/{id}/unregister", ROUTE_AGENT, 1024, NULL, NULL,
     agents_run_leave, "200 404", "a clean leave", true},
    {HTTP_DELETE, "/api/v1/agents/{id}", ROUTE_AGENT, 0, NULL, NULL,
     agents_run_leave, "200 404", "a clean leave", true},
    {.path = NULL},
};
