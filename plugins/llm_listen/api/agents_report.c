/* SPDX-License-Identifier: MIT */
/* agents_report.c - agents come, beat and go. */
#include <math.h>

#include "plugins/llm_listen/api/agents.h"
#include "plugins/llm_listen/api/own.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

/* ---- registration ---- */

#define OFF(field) offsetof(struct registration, field)

const struct body_field registration_fields[] = {
    {"agent_id", BODY_TEXT, OFF(agent_id), 1, 128, false, NULL, NULL,
     "[A-Za-z0-9._:@/+-]; made if it is not said and none has this type and "
     "name"},
    {"type", BODY_TEXT, OFF(type), 1, 64, true, NULL, NULL, "[a-z0-9_-]"},
    {"name", BODY_TEXT, OFF(name), 1, 256, false, NULL, NULL,
     "unique within its type; the agent_id if it is not said"},
    {"role", BODY_TEXT, OFF(role), 0, 64, false, NULL, NULL, "worker"},
    {"domain", BODY_TEXT, OFF(domain), 0, 64, false, NULL, NULL, ""},
    {"cluster", BODY_TEXT, OFF(cluster), 0, 64, false, NULL, NULL, ""},
    {"host", BODY_TEXT, OFF(host), 0, 253, false, NULL, NULL,
     "id of the host it runs on; its address if it is not said"},
    {"url", BODY_TEXT, OFF(url), 0, LLMREG_URL_SIZE - 1, false, NULL, NULL,
     "where it is reached"},
    {"version", BODY_TEXT, OFF(version), 0, 64, false, NULL, NULL, ""},
    {"interval_seconds", BODY_NUMBER, OFF(interval_seconds), 1, 86400, false,
     NULL, NULL, "between its heartbeats; 30"},
    {"capabilities", BODY_TREE, OFF(capabilities), 0, 0, false,
     body_capabilities, "array of strings, or object", "gpu, gpu=h100"},
    {"metadata", BODY_TREE, OFF(metadata), 0, 0, false, body_metadata, "object",
     "any JSON, merged into what is there; null removes"},
    {"addresses", BODY_TREE, OFF(addresses), 0, 0, false, body_addresses,
     "array of strings", "by which others reach its host"},
    {"endpoints", BODY_TREE, OFF(endpoints), 0, 0, false, body_endpoints,
     "array of URLs or objects", "all that it announces: url, name, kind"},
    {.name = NULL},
};

const struct body_form registration_form = {
    .name = "Registration",
    .fields = registration_fields,
    .size = sizeof(struct registration),
};

static void write_endpoints(struct llmreg_json_out *w,
                            const struct announced *list)
{
    llmreg_json_open_array(w, "endpoints");
    for (size_t i = 0; i < list->count; i++) {
        const struct announced_one *one = &list->items[i];

        llmreg_json_open_object(w, NULL);
        llmreg_json_string(w, "url", one->url);
        llmreg_json_string(w, "id", one->id);
        llmreg_json_bool(w, "created", one->created);
        llmreg_json_string(w, "error", one->error);
        llmreg_json_close_object(w);
    }
    llmreg_json_close_array(w);
}

static void write_registered(struct llmreg_json_out *w,
                             const struct registered *done)
{
    char url[REPORT_URL_SIZE];

    report_heartbeat_url(url, "/api/v1/agents/", done->agent.id);
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "agent_id", done->agent.id);
    llmreg_json_bool(w, "created", done->agent.created);
    llmreg_json_time(w, "registered_at", "registered_at_ms",
                     done->registered_ms);
    llmreg_json_string(w, "heartbeat_url", url);
    llmreg_json_double(w, "heartbeat_interval_seconds",
                       (double)done->interval_ms / 1000);
    write_endpoints(w, &done->endpoints);
    llmreg_json_close_object(w);
}

int agents_run_register(struct ask *a)
{
    struct registered done;
    struct reply r;
    int rc = report_register(a, a->body, &done);

    if (rc != LLMREG_OK || done.answered)
        return rc;
    reply_begin(&r);
    write_registered(&r.json, &done);
    return reply_send_durable(a, &r, 200, done.seq);
}

/* ---- heartbeats ---- */

#undef OFF
#define OFF(field) offsetof(struct said_beat, field)

const struct body_field beat_fields[] = {
    {"status", BODY_TEXT, OFF(b.status), 1, 64, false, NULL, NULL,
     "healthy, degraded, busy, stopped, ..."},
    {"activity", BODY_TEXT, OFF(b.activity), 0, 64, false, NULL, NULL,
     "a free word for display"},
    {"hub", BODY_TEXT, OFF(b.hub), 0, 128, false, NULL, NULL,
     "the hub that it believes to report to"},
    {"latency_ms", BODY_NUMBER, OFF(b.latency_ms), 0, 86400000, false, NULL,
     NULL, "of its last heartbeat, as it measured"},
    {"metrics", BODY_TREE, OFF(b.metrics), 0, 0, false, body_metrics,
     "object of numbers", "up to 32"},
    {"metadata", BODY_TREE, OFF(b.metadata), 0, 0, false, body_metadata,
     "object", "merged into what is there; null removes"},
    {"resources", BODY_TREE, OFF(resources), 0, 0, false, body_resources,
     "a sample of its host", "as of POST /api/v1/hosts/{id}/resources"},
    {"peers", BODY_TREE, OFF(b.peers), 0, 0, false, body_peers,
     "array of ids or objects", "agents that it is connected to"},
    {.name = NULL},
};

const struct body_form beat_form = {
    .name = "Heartbeat",
    .fields = beat_fields,
    .size = sizeof(struct said_beat),
    .optional = true,
};

static int answer_beat(struct ask *a, int64_t interval_ms)
{
    struct reply r;

    if (interval_ms == a->api->conf.interval_ms && a->api->beaten != NULL)
        return http_answer_fixed(a->call, a->api->beaten);
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_bool(&r.json, "received", true);
    llmreg_json_double(&r.json, "next_interval_seconds",
                       (double)interval_ms / 1000);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

int agents_beat(struct ask *a, const char *id)
{
    struct said_beat *said = a->body;
    struct beaten done;
    int rc;

    if (!body_has(&beat_form, said->given, "latency_ms"))
        said->b.latency_ms = (double)NAN;
    if (body_has(&beat_form, said->given, "resources"))
        said->b.resources = &said->resources.r;
    rc = report_beat(a, id, &said->b, &done);
    return rc != LLMREG_OK || done.answered ? rc
                                            : answer_beat(a, done.interval_ms);
}

int agents_run_beat(struct ask *a)
{
    return agents_beat(a, a->params[0]);
}

/* ---- leaving ---- */

int agents_run_leave(struct ask *a)
{
    struct reply r;
    uint64_t seq = 0;
    int rc;

    if (!own_agent(a, a->params[0]))
        return LLMREG_OK;
    rc = report_leave(a, a->params[0], &seq);
    if (rc != LLMREG_OK)
        return rc;
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "agent_id", a->params[0]);
    llmreg_json_bool(&r.json, "unregistered", true);
    llmreg_json_close_object(&r.json);
    return reply_send_durable(a, &r, 200, seq);
}

const struct route agents_report_routes[] = {
    {HTTP_POST, "/api/v1/agents/register", ROUTE_AGENT, ROUTE_AGENT_BODY, NULL,
     &registration_form, agents_run_register, "200 409",
     "register an agent, or bring it up to date", false},
    {HTTP_POST, "/api/v1/agents/{id}/heartbeat", ROUTE_AGENT, ROUTE_AGENT_BODY,
     NULL, &beat_form, agents_run_beat, "200 404", "one heartbeat", false},
    {HTTP_POST, "/api/v1/agents/{id}/unregister", ROUTE_AGENT, 1024, NULL, NULL,
     agents_run_leave, "200 404", "a clean leave", false},
    {HTTP_DELETE, "/api/v1/agents/{id}", ROUTE_AGENT, 0, NULL, NULL,
     agents_run_leave, "200 404", "remove an agent", false},
    {.path = NULL},
};
