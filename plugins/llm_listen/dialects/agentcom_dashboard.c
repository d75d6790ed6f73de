/* SPDX-License-Identifier: MIT */
/* agentcom_dashboard.c - what AgentCom's page shows.  There are no tasks here:
 * their numbers are 0, and their lists are empty. */
#include <string.h>

#include "plugins/llm_listen/dialects/agentcom.h"
#include "plugins/llm_listen/dialects/dialects.h"

static const char *health_of(const struct llmreg_snapshot *s)
{
    if (s->alert_counts.raised[LLMREG_SEVERITY_FAILURE] > 0)
        return "critical";
    return s->alert_counts.raised[LLMREG_SEVERITY_WARNING] > 0 ? "warning"
                                                               : "ok";
}

static void write_health(struct llmreg_json_out *w,
                         const struct llmreg_snapshot *s)
{
    llmreg_json_open_object(w, "health");
    llmreg_json_string(w, "status", health_of(s));
    llmreg_json_open_array(w, "conditions");
    for (size_t i = 0; i < s->nalerts; i++)
        if (s->alerts[i]->s.severity != LLMREG_SEVERITY_OKAY)
            llmreg_json_string(w, NULL, s->alerts[i]->message);
    llmreg_json_close_array(w);
    llmreg_json_close_object(w);
}

static void write_agent(struct llmreg_json_out *w,
                        const struct llmreg_snapshot_agent *agent)
{
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "agent_id", agent->spec->id);
    llmreg_json_string(w, "name", agent->spec->name);
    llmreg_json_string(w, "fsm_state", agentcom_fsm_state(&agent->state));
    llmreg_json_null(w, "current_task_id");
    shape_capabilities(w, "capabilities", agent->spec);
    llmreg_json_integer(w, "connected_at", agent->state.since_ms);
    llmreg_json_integer(w, "last_state_change", agent->state.since_ms);
    llmreg_json_close_object(w);
}

static void write_agents(struct llmreg_json_out *w,
                         const struct llmreg_snapshot *s)
{
    llmreg_json_open_array(w, "agents");
    for (size_t i = 0; i < s->nagents; i++)
        write_agent(w, &s->agents[i]);
    llmreg_json_close_array(w);
}

/* As no task has ever been. */
static const struct {
    const char *key, *json;
} nothing[] = {
    {"queue", "{\"by_status\":{\"queued\":0,\"assigned\":0,\"completed\":0},"
              "\"by_priority\":{\"0\":0,\"1\":0,\"2\":0,\"3\":0},"
              "\"dead_letter\":0}"},
    {"dead_letter_tasks", "[]"},
    {"queued_tasks", "[]"},
    {"recent_completions", "[]"},
    {"throughput", "{\"completed_last_hour\":0,\"avg_completion_ms\":0,"
                   "\"total_tokens_hour\":0}"},
    {"dets_health", "null"},
    {"compaction_history", "[]"},
    {"validation", "{\"recent_failures\":[],\"failure_counts_by_agent\":{},"
                   "\"recent_disconnects\":[],\"total_failures_this_hour\":0}"},
    {"rate_limits", "{\"summary\":{},\"per_agent\":{}}"},
};

void agentcom_state(struct llmreg_json_out *w, const char *key,
                    const struct ask *a, const struct llmreg_snapshot *s)
{
    llmreg_json_open_object(w, key);
    llmreg_json_integer(w, "uptime_ms",
                        (a->req->now.mono_ns - a->api->started.mono_ns) /
                            LLMREG_NS_PER_MS);
    llmreg_json_integer(w, "timestamp", a->req->now.wall_ms);
    write_health(w, s);
    write_agents(w, s);
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
        llmreg_json_raw(w, nothing[i].key, nothing[i].json);
    agentcom_alerts(w, "active_alerts", s);
    llmreg_json_open_object(w, "llm_registry");
    agentcom_registry(w, a, s);
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
}

static int send_state(struct ask *a, const struct llmreg_snapshot *s)
{
    struct reply r;

    reply_begin(&r);
    agentcom_state(&r.json, NULL, a, s);
    return reply_send(a, &r, 200);
}

static int run_state(struct ask *a)
{
    return shape_snapshot(a, send_state);
}

const struct route agentcom_dashboard_routes[] = {
    {HTTP_GET, "/api/dashboard/state", ROUTE_READER, 0, NULL, NULL, run_state,
     "200", "everything that a page shows", false},
    {.path = NULL},
};
