/* SPDX-License-Identifier: MIT */
/* optiinfra.c - the agent registry of OptiInfra's orchestrator.
 *
 * What it calls unreachable is late or worse here.  It has one word for an
 * agent: how the agent says to be, as long as it is there. */
#include <math.h>
#include <string.h>

#include "plugins/llm_listen/api/own.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/report.h"
#include "plugins/llm_listen/dialects/dialects.h"
#include "plugins/llm_listen/dialects/shape.h"

/* ---- what is wrong ---- */

/* To Go, a zero is not said. */
static bool is_zero(const struct body_field *f, const void *body)
{
    const char *const *text = (const void *)((const char *)body + f->offset);
    const int64_t *number = (const void *)text;

    return f->type == BODY_INTEGER ? *number == 0
                                   : *text == NULL || (*text)[0] == '\0';
}

static bool lacks(const struct ask *a, const struct body_field *f)
{
    return f->required && is_zero(f, a->body);
}

/* As Go's validator says it, a line for each. */
static void list_missing(struct llmreg_text *t, const struct ask *a)
{
    const struct body_form *form = a->route->body;

    for (const struct body_field *f = form->fields; f->name != NULL; f++) {
        const char first = (char)(f->name[0] - 'a' + 'A');

        if (lacks(a, f))
            llmreg_text_addf(t,
                             "%sKey: '%s.%c%s' Error:Field validation for "
                             "'%c%s' failed on the 'required' tag",
                             t->len == 0 ? "" : "\n", form->name, first,
                             f->name + 1, first, f->name + 1);
    }
}

/* True: answered. */
static bool refuse_missing(struct ask *a)
{
    static const struct reply_error e = {
        .status = 400, .message = "", .fault = BODY_MISSING};
    bool missing = false;

    for (const struct body_field *f = a->route->body->fields; f->name != NULL;
         f++)
        missing = missing || lacks(a, f);
    if (missing)
        reply_error(a, &e);
    return missing;
}

static const char *go_type(const struct ask *a, const char *field)
{
    for (const struct body_field *f = a->route->body->fields; f->name != NULL;
         f++)
        if (strcmp(f->name, field) == 0)
            return f->type == BODY_INTEGER ? "int" : "string";
    return "string";
}

static const char *go_value(enum llmreg_json_type type)
{
    static const char *const words[] = {
        [LLMREG_JSON_NULL] = "null",     [LLMREG_JSON_BOOL] = "bool",
        [LLMREG_JSON_NUMBER] = "number", [LLMREG_JSON_STRING] = "string",
        [LLMREG_JSON_OBJECT] = "object", [LLMREG_JSON_OBJECT_END] = "",
        [LLMREG_JSON_ARRAY] = "array",   [LLMREG_JSON_ARRAY_END] = "",
    };

    return words[type];
}

static void write_error(struct llmreg_json_out *w, const struct ask *a,
                        const struct reply_error *e)
{
    char text[800];
    struct llmreg_text t;

    llmreg_text_init(&t, text, sizeof text);
    if (e->fault == BODY_MISSING)
        list_missing(&t, a);
    else if (e->fault == BODY_WRONG_TYPE && e->field != NULL)
        llmreg_text_addf(&t,
                         "json: cannot unmarshal %s into Go struct field "
                         "%s.%s of type %s",
                         go_value(e->got), a->route->body->name, e->field,
                         go_type(a, e->field));
    else if (e->code != NULL && strcmp(e->code, "bad_json") == 0)
        llmreg_text_addf(
            &t, a->req->body_len == 0 ? "EOF" : "invalid character: %s",
            e->message);
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "error", t.len > 0 ? text : e->message);
    llmreg_json_close_object(w);
}

const struct route_errors optiinfra_errors = {
    .invalid = 400, .no_path = "404 page not found", .write = write_error};

/* ---- an agent ---- */

static const char *status_of(const struct llmreg_agent_state *s)
{
    static const char *const words[] = {
        [LLMREG_HEALTH_UNKNOWN] = "healthy",
        [LLMREG_HEALTH_HEALTHY] = "healthy",
        [LLMREG_HEALTH_DEGRADED] = "degraded",
        [LLMREG_HEALTH_UNHEALTHY] = "unhealthy",
        [LLMREG_HEALTH_UNREACHABLE] = "unreachable",
    };

    return s->presence >= LLMREG_PRESENCE_LATE ? "unreachable"
                                               : words[s->health];
}

static void write_agent(struct llmreg_json_out *w, const struct ask *a,
                        const struct llmreg_agent *agent)
{
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(agent);
    struct llmreg_agent_state state;

    (void)a;
    llmreg_agent_state(agent, &state);
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "id", spec->id);
    llmreg_json_string(w, "name", spec->name);
    llmreg_json_string(w, "type", spec->type);
    shape_place(w, spec);
    if (spec->ncapabilities > 0)
        shape_capabilities(w, "capabilities", spec);
    else
        llmreg_json_null(w, "capabilities");
    llmreg_json_string(w, "status", status_of(&state));
    llmreg_json_string(w, "version", spec->version);
    shape_time(w, "registered_at", state.registered_ms);
    shape_time(w, "last_seen", state.seen_ms);
    if (spec->nmetadata > 0)
        shape_metadata(w, "metadata", spec);
    llmreg_json_close_object(w);
    llmreg_agent_spec_put(spec);
}

static const struct crowd_list agents = {
    .name = "agents", .write = write_agent, .count = true};

static int run_list(struct ask *a)
{
    static const struct llmreg_agent_filter all;

    return crowd_send(a, &all, &agents);
}

static int run_type(struct ask *a)
{
    const struct llmreg_agent_filter type = {.type = a->params[0]};

    return crowd_send(a, &type, &agents);
}

static int run_get(struct ask *a)
{
    struct llmreg_agent *agent =
        llmreg_agent_get(a->api->registry, a->params[0]);
    struct reply r;

    if (agent == NULL)
        return ask_fail(a, LLMREG_ENOENT, NULL, "Agent not found");
    reply_begin(&r);
    write_agent(&r.json, a, agent);
    llmreg_agent_put(agent);
    return reply_send(a, &r, 200);
}

/* ---- registration ---- */

struct registering {
    body_given given;
    const char *agent_id, *name, *type, *host, *version;
    int64_t port;
    struct body_capabilities capabilities;
    struct body_metadata metadata;
};

#define OFF(field) offsetof(struct registering, field)

static const struct body_field registering_fields[] = {
    {"name", BODY_TEXT, OFF(name), 0, 256, true, NULL, NULL,
     "unique within its type"},
    {"type", BODY_TEXT, OFF(type), 0, 64, true, NULL, NULL,
     "cost, performance, resource, application, or another [a-z0-9_-]"},
    {"host", BODY_TEXT, OFF(host), 0, 253, true, NULL, NULL,
     "where it is reached"},
    {"port", BODY_INTEGER, OFF(port), 0, 65535, true, NULL, NULL, "0 is none"},
    {"capabilities", BODY_TREE, OFF(capabilities), 0, 0, false,
     body_capabilities, "array of strings", ""},
    {"version", BODY_TEXT, OFF(version), 0, 64, false, NULL, NULL, ""},
    {"metadata", BODY_TREE, OFF(metadata), 0, 0, false, body_metadata, "object",
     ""},
    {"agent_id", BODY_TEXT, OFF(agent_id), 1, 128, false, NULL, NULL,
     "[A-Za-z0-9._:@/+-]; made if it is not said"},
    {.name = NULL},
};

static const struct body_form registering_form = {
    .name = "RegistrationRequest",
    .fields = registering_fields,
    .size = sizeof(struct registering),
};

static void write_registered(struct llmreg_json_out *w,
                             const struct registered *done)
{
    char url[REPORT_URL_SIZE];

    report_heartbeat_url(url, "/agents/", done->agent.id);
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "agent_id", done->agent.id);
    shape_time(w, "registered_at", done->registered_ms);
    llmreg_json_string(w, "heartbeat_url", url);
    llmreg_json_double(w, "heartbeat_interval_seconds",
                       (double)done->interval_ms / 1000);
    llmreg_json_close_object(w);
}

static int run_register(struct ask *a)
{
    const struct registering *said = a->body;
    struct registration what = {.agent_id = said->agent_id,
                                .type = said->type,
                                .name = said->name,
                                .version = said->version,
                                .capabilities = said->capabilities,
                                .metadata = said->metadata};
    struct registered done;
    struct reply r;
    int rc;

    if (refuse_missing(a))
        return LLMREG_OK;
    rc = shape_url(a, said->host, said->port, &what.url);
    if (rc == LLMREG_OK)
        rc = report_register(a, &what, &done);
    if (rc != LLMREG_OK || done.answered)
        return rc;
    reply_begin(&r);
    write_registered(&r.json, &done);
    return reply_send_durable(a, &r, 201, done.seq);
}

/* ---- heartbeats ---- */

struct beating {
    body_given given;
    const char *agent_id, *status;
    struct body_metadata metadata;
};

#undef OFF
#define OFF(field) offsetof(struct beating, field)

#define BEATING_FIELDS                                                         \
    {"status", BODY_TEXT, OFF(status),                                         \
     1,        64,        false,                                               \
     NULL,     NULL,      "healthy, degraded, unhealthy, active, ..."},        \
    {                                                                          \
        "metadata", BODY_TREE, OFF(metadata), 0, 0, false, body_metadata,      \
            "object", "merged into what is there"                              \
    }

static const struct body_field beating_fields[] = {
    BEATING_FIELDS,
    {.name = NULL},
};

static const struct body_form beating_form = {
    .name = "HeartbeatRequest",
    .fields = beating_fields,
    .size = sizeof(struct beating),
};

static const struct body_field named_fields[] = {
    BEATING_FIELDS,
    {"agent_id", BODY_TEXT, OFF(agent_id), 0, 128, true, NULL, NULL, ""},
    {.name = NULL},
};

static const struct body_form named_form = {
    .name = "NamedHeartbeatRequest",
    .fields = named_fields,
    .size = sizeof(struct beating),
};

static void write_beaten(struct llmreg_json_out *w, const struct ask *a,
                         const struct beaten *done)
{
    llmreg_json_open_object(w, NULL);
    llmreg_json_bool(w, "received", true);
    llmreg_json_double(w, "next_interval_seconds",
                       (double)done->interval_ms / 1000);
    shape_time(w, "timestamp", a->req->now.wall_ms);
    llmreg_json_close_object(w);
}

static int beat(struct ask *a, const char *id)
{
    const struct beating *said = a->body;
    const struct beat b = {.status = said->status,
                           .latency_ms = (double)NAN,
                           .metadata = said->metadata};
    struct beaten done;
    struct reply r;
    int rc = report_beat(a, id, &b, &done);

    if (rc == LLMREG_ENOENT)
        return ask_fail(a, rc, NULL, "agent not found: agent not found");
    if (rc != LLMREG_OK || done.answered)
        return rc;
    reply_begin(&r);
    write_beaten(&r.json, a, &done);
    return reply_send(a, &r, 200);
}

static int run_beat(struct ask *a)
{
    return beat(a, a->params[0]);
}

static int run_named_beat(struct ask *a)
{
    const struct beating *said = a->body;

    return refuse_missing(a) ? LLMREG_OK : beat(a, said->agent_id);
}

/* ---- leaving ---- */

/* One that is not there has left. */
static int run_leave(struct ask *a)
{
    struct reply r;
    uint64_t seq = 0;
    int rc;

    if (!own_agent(a, a->params[0]))
        return LLMREG_OK;
    rc = report_leave(a, a->params[0], &seq);
    if (rc != LLMREG_OK && rc != LLMREG_ENOENT)
        return rc;
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "message", "Agent unregistered successfully");
    llmreg_json_close_object(&r.json);
    return reply_send_durable(a, &r, 200, seq);
}

/* ---- elsewhere ---- */

static int run_moved(struct ask *a)
{
    static const struct http_field field = {"Location", "/agents"};
    const struct http_answer answer = {
        .status = 301, .fields = &field, .nfields = 1};

    return http_answer(a->call, &answer);
}

const struct route optiinfra_routes[] = {
    {HTTP_POST, "/agents/register", ROUTE_AGENT, ROUTE_AGENT_BODY, NULL,
     &registering_form, run_register, "201 409", "register an agent", true},
    {HTTP_POST, "/agents/heartbeat", ROUTE_AGENT, ROUTE_AGENT_BODY, NULL,
     &named_form, run_named_beat, "200 404", "one heartbeat", true},
    {HTTP_POST, "/agents/{id}/heartbeat", ROUTE_AGENT, ROUTE_AGENT_BODY, NULL,
     &beating_form, run_beat, "200 404", "one heartbeat", true},
    {HTTP_POST, "/agents/{id}/unregister", ROUTE_AGENT, 1024, NULL, NULL,
     run_leave, "200", "a clean leave", true},
    {HTTP_DELETE, "/agents/{id}", ROUTE_AGENT, 0, NULL, NULL, run_leave, "200",
     "a clean leave", true},
    {HTTP_GET, "/agents", ROUTE_READER, 0, NULL, NULL, run_list, "200",
     "all agents", false},
    {HTTP_GET, "/agents/", ROUTE_READER, 0, NULL, NULL, run_moved, "301",
     "is /agents", false},
    {HTTP_GET, "/agents/list", ROUTE_READER, 0, NULL, NULL, run_list, "200",
     "all agents", false},
    {HTTP_GET, "/agents/type/{type}", ROUTE_READER, 0, NULL, NULL, run_type,
     "200", "all agents of the type", false},
    {HTTP_GET, "/agents/{id}", ROUTE_READER, 0, NULL, NULL, run_get, "200 404",
     "one agent", false},
    {.path = NULL},
};
