/* SPDX-License-Identifier: MIT */
/* agentcom.c - AgentCom's agents, and how its hub says what is wrong.
 *
 * Tasks are not ours: no agent has one, and what an agent does is the word that
 * it says itself. */
#include "plugins/llm_listen/dialects/agentcom.h"

#include <string.h>

#include "plugins/llm_listen/dialects/dialects.h"

/* ---- what is wrong ---- */

/* "endpoint_not_found", and no sentence. */
static bool is_code(const char *s)
{
    return s[0] != '\0' && s[strspn(s, "abcdefghijklmnopqrstuvwxyz_")] == '\0';
}

static void write_invalid(struct llmreg_json_out *w,
                          const struct reply_error *e)
{
    static const char *const faults[] = {
        [BODY_INVALID] = "invalid_value",
        [BODY_MISSING] = "required",
        [BODY_WRONG_TYPE] = "wrong_type",
        [BODY_TOO_LONG] = "too_long",
    };

    llmreg_json_string(w, "error", "validation_failed");
    llmreg_json_open_array(w, "errors");
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "field", e->field != NULL ? e->field : "message");
    llmreg_json_string(w, "error", faults[e->fault]);
    llmreg_json_string(w, "detail", e->message);
    llmreg_json_close_object(w);
    llmreg_json_close_array(w);
}

static void write_rate(struct llmreg_json_out *w, const struct ask *a,
                       const struct reply_error *e)
{
    const bool heavy = e->code != NULL && strcmp(e->code, "heavy") == 0;

    llmreg_json_string(w, "error", "rate_limited");
    llmreg_json_integer(w, "retry_after_ms", (int64_t)e->retry * 1000);
    llmreg_json_string(w, "tier",
                       heavy                        ? "heavy"
                       : a->req->method == HTTP_GET ? "light"
                                                    : "normal");
}

static void write_other(struct llmreg_json_out *w, const struct reply_error *e)
{
    const bool code = e->code == NULL && is_code(e->message);

    llmreg_json_string(w, "error",
                       code              ? e->message
                       : e->code != NULL ? e->code
                                         : reply_code(e->status));
    if (e->status == 401)
        llmreg_json_string(w, "hint", "provide Authorization: Bearer <token>");
    else if (!code && e->message[0] != '\0')
        llmreg_json_string(w, "message", e->message);
}

void agentcom_error_members(struct llmreg_json_out *w, const struct ask *a,
                            const struct reply_error *e)
{
    if (e->status == 422)
        write_invalid(w, e);
    else if (e->status == 429)
        write_rate(w, a, e);
    else
        write_other(w, e);
}

void agentcom_error(struct llmreg_json_out *w, const struct ask *a,
                    const struct reply_error *e)
{
    llmreg_json_open_object(w, NULL);
    agentcom_error_members(w, a, e);
    llmreg_json_close_object(w);
}

const struct route_errors agentcom_errors = {.write = agentcom_error};

/* ---- an agent ---- */

const char *agentcom_fsm_state(const struct llmreg_agent_state *s)
{
    static const char *const words[] = {"idle", "assigned", "working",
                                        "blocked"};

    if (s->presence >= LLMREG_PRESENCE_STALE)
        return "offline";
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i], s->activity) == 0)
            return words[i];
    return strcmp(s->activity, "busy") == 0 ? "working" : "idle";
}

bool agentcom_is_connected(const struct ask *a,
                           const struct llmreg_agent *agent)
{
    (void)a;
    return llmreg_agent_presence(agent) < LLMREG_PRESENCE_STALE;
}

static void write_milliseconds(struct llmreg_json_out *w, const char *key,
                               int64_t ms)
{
    if (ms > 0)
        llmreg_json_integer(w, key, ms);
    else
        llmreg_json_null(w, key);
}

const char *agentcom_status(const struct llmreg_agent_state *s)
{
    return s->activity[0] != '\0' ? s->activity : "connected";
}

void agentcom_agent(struct llmreg_json_out *w, const char *key,
                    const struct llmreg_agent *agent, bool fsm_state)
{
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(agent);
    struct llmreg_agent_state s;

    llmreg_agent_state(agent, &s);
    llmreg_json_open_object(w, key);
    llmreg_json_string(w, "agent_id", spec->id);
    llmreg_json_string(w, "name", spec->name);
    llmreg_json_string(w, "status", agentcom_status(&s));
    shape_capabilities(w, "capabilities", spec);
    write_milliseconds(w, "connected_at", s.since_ms);
    if (fsm_state)
        llmreg_json_string(w, "fsm_state", agentcom_fsm_state(&s));
    llmreg_json_close_object(w);
    llmreg_agent_spec_put(spec);
}

static void write_agent(struct llmreg_json_out *w, const struct ask *a,
                        const struct llmreg_agent *agent)
{
    (void)a;
    agentcom_agent(w, NULL, agent, true);
}

/* change: with the time of its last change. */
static void write_state(struct llmreg_json_out *w,
                        const struct llmreg_agent *agent, bool change)
{
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(agent);
    struct llmreg_agent_state s;

    llmreg_agent_state(agent, &s);
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "agent_id", spec->id);
    llmreg_json_string(w, "fsm_state", agentcom_fsm_state(&s));
    llmreg_json_null(w, "current_task_id");
    shape_capabilities(w, "capabilities", spec);
    llmreg_json_open_array(w, "flags");
    llmreg_json_close_array(w);
    write_milliseconds(w, "connected_at", s.since_ms);
    if (change)
        write_milliseconds(w, "last_state_change", s.since_ms);
    llmreg_json_string(w, "name", spec->name);
    llmreg_json_close_object(w);
    llmreg_agent_spec_put(spec);
}

static void write_short_state(struct llmreg_json_out *w, const struct ask *a,
                              const struct llmreg_agent *agent)
{
    (void)a;
    write_state(w, agent, false);
}

static int run_agents(struct ask *a)
{
    static const struct llmreg_agent_filter all;
    static const struct crowd_list agents = {.name = "agents",
                                             .write = write_agent,
                                             .wanted = agentcom_is_connected};

    return crowd_send(a, &all, &agents);
}

static int run_states(struct ask *a)
{
    static const struct llmreg_agent_filter all;
    static const struct crowd_list states = {.name = "agents",
                                             .write = write_short_state,
                                             .wanted = agentcom_is_connected};

    return crowd_send(a, &all, &states);
}

static int run_state(struct ask *a)
{
    struct llmreg_agent *agent =
        llmreg_agent_get(a->api->registry, a->params[0]);
    struct reply r;

    if (agent == NULL)
        return ask_fail(a, LLMREG_ENOENT, NULL, "agent_not_found");
    reply_begin(&r);
    write_state(&r.json, agent, true);
    llmreg_agent_put(agent);
    return reply_send(a, &r, 200);
}

static int run_interval(struct ask *a)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_integer(&r.json, "heartbeat_interval_ms",
                        a->api->conf.interval_ms);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

const struct route agentcom_routes[] = {
    {HTTP_GET, "/api/agents", ROUTE_READER, 0, NULL, NULL, run_agents, "200",
     "agents that are connected", false},
    {HTTP_GET, "/api/agents/states", ROUTE_READER, 0, NULL, NULL, run_states,
     "200", "what they do", false},
    {HTTP_GET, "/api/agents/{id}/state", ROUTE_READER, 0, NULL, NULL, run_state,
     "200 404", "what one does", false},
    {HTTP_GET, "/api/config/heartbeat-interval", ROUTE_READER, 0, NULL, NULL,
     run_interval, "200", "between heartbeats", false},
    {.path = NULL},
};
