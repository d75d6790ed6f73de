/* SPDX-License-Identifier: MIT */
/* thunderline.c - the service registry of Thunderline: a service is an agent.
 *
 * Its capabilities are an object of anything, and are given back as they were
 * said.  Those that are true, a number or a text are capabilities of ours, too,
 * from the registration on. */
#include <math.h>
#include <string.h>

#include "plugins/llm_listen/api/own.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/report.h"
#include "plugins/llm_listen/dialects/dialects.h"
#include "plugins/llm_listen/dialects/thunderline.h"

#define JSON_MAX 1024 /* bytes of a member of the metadata */

/* ---- what is wrong ---- */

static const char *detail_of(unsigned status)
{
    static const struct {
        unsigned status;
        const char *detail;
    } details[] = {
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {413, "Payload Too Large"},
        {415, "Unsupported Media Type"},
        {429, "Too Many Requests"},
        {503, "Service Unavailable"},
        {507, "Insufficient Storage"},
    };

    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++)
        if (details[i].status == status)
            return details[i].detail;
    return "Bad Request";
}

/* Two forms in one: both are expected. */
static void write_error(struct llmreg_json_out *w, const struct ask *a,
                        const struct reply_error *e)
{
    (void)a;
    llmreg_json_open_object(w, NULL);
    llmreg_json_open_object(w, "errors");
    llmreg_json_string(w, "detail", detail_of(e->status));
    llmreg_json_close_object(w);
    llmreg_json_string(w, "error", e->message);
    llmreg_json_close_object(w);
}

const struct route_errors thunderline_errors = {.invalid = 400,
                                                .write = write_error};

/* ---- a service ---- */

static const char *status_of(const struct llmreg_agent_state *s)
{
    if (s->presence == LLMREG_PRESENCE_STOPPED)
        return "stopped";
    if (s->presence <= LLMREG_PRESENCE_CONNECTING)
        return "starting";
    if (s->presence >= LLMREG_PRESENCE_STALE ||
        s->health == LLMREG_HEALTH_UNHEALTHY)
        return "unhealthy";
    return strcmp(s->activity, "busy") == 0 ? "busy" : "healthy";
}

void thunderline_metadata(struct llmreg_json_out *w, const char *key,
                          const struct llmreg_agent_spec *spec)
{
    llmreg_json_open_object(w, key);
    for (size_t i = 0; i < spec->nmetadata; i++)
        if (strcmp(spec->metadata[i].name, THUNDERLINE_CAPABILITIES) != 0)
            llmreg_json_raw(w, spec->metadata[i].name, spec->metadata[i].json);
    llmreg_json_close_object(w);
}

static void write_capabilities(struct llmreg_json_out *w,
                               const struct llmreg_agent_spec *spec)
{
    for (size_t i = 0; i < spec->nmetadata; i++) {
        if (strcmp(spec->metadata[i].name, THUNDERLINE_CAPABILITIES) != 0)
            continue;
        llmreg_json_raw(w, "capabilities", spec->metadata[i].json);
        return;
    }
    llmreg_json_open_object(w, "capabilities");
    for (size_t i = 0; i < spec->ncapabilities; i++)
        if (spec->capabilities[i].value[0] == '\0')
            llmreg_json_bool(w, spec->capabilities[i].name, true);
        else
            llmreg_json_string(w, spec->capabilities[i].name,
                               spec->capabilities[i].value);
    llmreg_json_close_object(w);
}

static void write_service(struct llmreg_json_out *w, const struct ask *a,
                          const struct llmreg_agent *agent)
{
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(agent);
    struct llmreg_agent_state state;

    (void)a;
    llmreg_agent_state(agent, &state);
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "id", spec->id);
    llmreg_json_string(w, "service_id", spec->id);
    llmreg_json_string(w, "service_type", spec->type);
    llmreg_json_string(w, "name", spec->name);
    shape_place(w, spec);
    shape_text(w, "url", spec->url);
    llmreg_json_string(w, "status", status_of(&state));
    write_capabilities(w, spec);
    thunderline_metadata(w, "metadata", spec);
    shape_time(w, "last_heartbeat_at", state.beats > 0 ? state.seen_ms : 0);
    shape_time(w, "registered_at", state.registered_ms);
    shape_time(w, "updated_at", state.seen_ms);
    llmreg_json_close_object(w);
    llmreg_agent_spec_put(spec);
}

/* After seq is on disk; 0: at once. */
static int send_service(struct ask *a, const char *id, unsigned status,
                        uint64_t seq)
{
    struct llmreg_agent *agent = llmreg_agent_get(a->api->registry, id);
    struct reply r;

    if (agent == NULL)
        return ask_fail(a, LLMREG_ENOENT, NULL, "service %s is not registered",
                        id);
    reply_begin(&r);
    write_service(&r.json, a, agent);
    llmreg_agent_put(agent);
    return seq == 0 ? reply_send(a, &r, status)
                    : reply_send_durable(a, &r, status, seq);
}

static const struct crowd_list services = {.name = "services",
                                           .write = write_service};

static int run_all(struct ask *a)
{
    static const struct llmreg_agent_filter all;

    return crowd_send(a, &all, &services);
}

static int run_healthy(struct ask *a)
{
    static const struct llmreg_agent_filter healthy = {.healthy = true};

    return crowd_send(a, &healthy, &services);
}

static int run_type(struct ask *a)
{
    const struct llmreg_agent_filter type = {.type = a->params[0]};

    return crowd_send(a, &type, &services);
}

/* The one of that id, or those of that type: both are asked for so. */
static int run_one_or_type(struct ask *a)
{
    struct llmreg_agent *agent =
        llmreg_agent_get(a->api->registry, a->params[0]);

    llmreg_agent_put(agent);
    return agent == NULL ? run_type(a) : send_service(a, a->params[0], 200, 0);
}

/* ---- capabilities ---- */

struct capabilities {
    struct body_capabilities list; /* what is understood of it */
    const char *json;              /* all of it, or NULL */
};

/* ".gpu", not ".gpu.name" or ".gpus[]" */
static bool is_first_level(const char *path)
{
    if (path[0] != '.')
        return false;
    for (path++; *path != '\0'; path++)
        if (*path == '\\' && path[1] != '\0')
            path++;
        else if (*path == '.' || *path == '[')
            return false;
    return true;
}

static bool is_understood(const struct capabilities *c, const char *path,
                          const struct llmreg_json_event *e)
{
    const bool simple = e->type == LLMREG_JSON_BOOL ||
                        e->type == LLMREG_JSON_NUMBER ||
                        e->type == LLMREG_JSON_STRING;

    return simple && is_first_level(path) && strlen(path) <= 64 &&
           strchr(path, '=') == NULL && e->len <= 256 &&
           c->list.count < LLMREG_CAPABILITIES_MAX;
}

static int take_capabilities(struct body_reader *b, void *member,
                             const char *path,
                             const struct llmreg_json_event *e)
{
    struct capabilities *c = member;
    int rc;

    if (path[0] == '\0' && e->type != LLMREG_JSON_OBJECT &&
        e->type != LLMREG_JSON_OBJECT_END)
        return body_refuse(b, "an object is needed");
    rc = body_raw(b, e, JSON_MAX, &c->json);
    if (rc != LLMREG_OK || !is_understood(c, path, e))
        return rc;
    return body_capabilities(b, &c->list, path, e);
}

/* The metadata that was said, and the capabilities. */
static int add_capabilities(struct ask *a, const struct capabilities *c,
                            struct body_metadata *metadata)
{
    const size_t n = metadata->count;
    struct llmreg_member *items;

    if (c->json == NULL)
        return LLMREG_OK;
    items = llmreg_arena_alloc(&a->arena, (n + 1) * sizeof *items);
    if (items == NULL)
        return LLMREG_ENOMEM;
    if (n > 0)
        memcpy(items, metadata->items, n * sizeof *items);
    items[n] = (struct llmreg_member){THUNDERLINE_CAPABILITIES, c->json};
    metadata->items = items;
    metadata->count = n + 1;
    return LLMREG_OK;
}

/* ---- registration ---- */

struct registering {
    body_given given;
    const char *id, *type, *name, *host; /* host: or NULL */
    int64_t port;
    struct capabilities capabilities;
    struct body_metadata metadata;
};

#define OFF(field) offsetof(struct registering, field)

static const struct body_field registering_fields[] = {
    {"service_id", BODY_TEXT, OFF(id), 1, 128, true, NULL, NULL,
     "[A-Za-z0-9._:@/+-]"},
    {"service_type", BODY_TEXT, OFF(type), 1, 64, true, NULL, NULL,
     "cerebros, mlflow, custom, or another [a-z0-9_-]"},
    {"name", BODY_TEXT, OFF(name), 1, 256, true, NULL, NULL,
     "unique within its type"},
    {"host", BODY_TEXT, OFF(host), 1, 253, false, NULL, NULL,
     "where it is reached; localhost"},
    {"port", BODY_INTEGER, OFF(port), 1, 65535, false, NULL, NULL, ""},
    {"capabilities", BODY_TREE, OFF(capabilities), 0, 0, false,
     take_capabilities, "object", "up to 1024 bytes"},
    {"metadata", BODY_TREE, OFF(metadata), 0, 0, false, body_metadata, "object",
     ""},
    {.name = NULL},
};

static const struct body_form registering_form = {
    .name = "ServiceRegistration",
    .fields = registering_fields,
    .size = sizeof(struct registering),
};

static int run_register(struct ask *a)
{
    const struct registering *said = a->body;
    const char *host = said->host != NULL ? said->host : "localhost";
    struct registration what = {.agent_id = said->id,
                                .type = said->type,
                                .name = said->name,
                                .capabilities = said->capabilities.list,
                                .metadata = said->metadata};
    struct registered done;
    int rc = add_capabilities(a, &said->capabilities, &what.metadata);

    if (rc == LLMREG_OK && said->port != 0)
        rc = shape_url(a, host, said->port, &what.url);
    if (rc == LLMREG_OK)
        rc = report_register(a, &what, &done);
    if (rc != LLMREG_OK || done.answered)
        return rc;
    return send_service(a, done.agent.id, 201, done.seq);
}

/* ---- heartbeats ---- */

struct beating {
    body_given given;
    const char *status; /* or NULL */
    struct capabilities capabilities;
    struct body_metadata metadata;
};

#undef OFF
#define OFF(field) offsetof(struct beating, field)

static const struct body_field beating_fields[] = {
    {"status", BODY_TEXT, OFF(status), 1, 64, false, NULL, NULL,
     "starting, healthy, unhealthy, stopped, busy"},
    {"capabilities", BODY_TREE, OFF(capabilities), 0, 0, false,
     take_capabilities, "object", "up to 1024 bytes"},
    {"metadata", BODY_TREE, OFF(metadata), 0, 0, false, body_metadata, "object",
     "merged into what is there"},
    {.name = NULL},
};

static const struct body_form beating_form = {
    .name = "ServiceHeartbeat",
    .fields = beating_fields,
    .size = sizeof(struct beating),
    .optional = true,
};

static int run_beat(struct ask *a)
{
    const struct beating *said = a->body;
    struct beat b = {.status = said->status,
                     .latency_ms = (double)NAN,
                     .metadata = said->metadata};
    struct beaten done;
    int rc = add_capabilities(a, &said->capabilities, &b.metadata);

    if (rc == LLMREG_OK)
        rc = report_beat(a, a->params[0], &b, &done);
    if (rc != LLMREG_OK || done.answered)
        return rc;
    return send_service(a, a->params[0], 200, 0);
}

/* ---- leaving ---- */

static int run_leave(struct ask *a)
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
    llmreg_json_bool(&r.json, "ok", true);
    llmreg_json_string(&r.json, "message", "Service deregistered successfully");
    llmreg_json_close_object(&r.json);
    return reply_send_durable(a, &r, 200, seq);
}

const struct route thunderline_routes[] = {
    {HTTP_POST, "/api/registry/register", ROUTE_AGENT, ROUTE_AGENT_BODY, NULL,
     &registering_form, run_register, "201 409", "register a service", true},
    {HTTP_PATCH, "/api/registry/{id}/heartbeat", ROUTE_AGENT, ROUTE_AGENT_BODY,
     NULL, &beating_form, run_beat, "200 404", "one heartbeat", true},
    {HTTP_DELETE, "/api/registry/{id}", ROUTE_AGENT, 0, NULL, NULL, run_leave,
     "200 404", "a clean leave", true},
    {HTTP_GET, "/api/registry/services", ROUTE_READER, 0, NULL, NULL, run_all,
     "200", "all services", false},
    {HTTP_GET, "/api/registry/services/healthy", ROUTE_READER, 0, NULL, NULL,
     run_healthy, "200", "those that are there and not unhealthy", false},
    {HTTP_GET, "/api/registry/services/type/{type}", ROUTE_READER, 0, NULL,
     NULL, run_type, "200", "those of a type", false},
    {HTTP_GET, "/api/registry/services/{id}", ROUTE_READER, 0, NULL, NULL,
     run_one_or_type, "200 404", "one service, or those of a type", false},
    {.path = NULL},
};
