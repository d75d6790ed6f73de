/* SPDX-License-Identifier: MIT */
/* agentcom_endpoints.c - AgentCom's registry of LLM endpoints.
 *
 * It knows healthy, unhealthy and unknown; what is degraded may be used, and
 * what is wanted of an endpoint it does not know. */
#include <string.h>

#include "plugins/llm_listen/api/endpoints.h"
#include "plugins/llm_listen/dialects/agentcom.h"
#include "plugins/llm_listen/dialects/dialects.h"

/* ---- what is wrong ---- */

/* Its handler knows one mistake of a body. */
static void write_error(struct llmreg_json_out *w, const struct ask *a,
                        const struct reply_error *e)
{
    if (e->status != 400) {
        agentcom_error(w, a, e);
        return;
    }
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "error", "invalid_params");
    llmreg_json_string(w, "message", e->message);
    llmreg_json_close_object(w);
}

const struct route_errors agentcom_endpoints_errors = {.invalid = 400,
                                                       .write = write_error};

/* ---- an endpoint ---- */

static const char *status_of(enum llmreg_health_state state)
{
    static const char *const words[] = {
        [LLMREG_HEALTH_UNKNOWN] = "unknown",
        [LLMREG_HEALTH_HEALTHY] = "healthy",
        [LLMREG_HEALTH_DEGRADED] = "healthy",
        [LLMREG_HEALTH_UNHEALTHY] = "unhealthy",
        [LLMREG_HEALTH_UNREACHABLE] = "unhealthy",
    };

    return words[state];
}

static bool is_found(enum llmreg_source source)
{
    return source == LLMREG_SOURCE_AUTO || source == LLMREG_SOURCE_MDNS;
}

static void write_place(struct llmreg_json_out *w,
                        const struct llmreg_spec *spec)
{
    struct llmreg_url url;
    struct llmreg_error err;

    if (llmreg_url_parse(spec->url, 80, &url, &err) != LLMREG_OK) {
        llmreg_json_string(w, "host", spec->host);
        llmreg_json_null(w, "port");
        return;
    }
    llmreg_json_string(w, "host", url.host);
    llmreg_json_integer(w, "port", url.port);
}

static void write_item(struct llmreg_json_out *w,
                       const struct llmreg_snapshot_item *item)
{
    const struct llmreg_spec *spec = item->spec;
    const struct llmreg_health *h = &item->health;

    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "id", spec->id);
    write_place(w, spec);
    llmreg_json_string(w, "name", spec->name);
    llmreg_json_string(w, "source", is_found(spec->source) ? "auto" : "manual");
    llmreg_json_string(w, "status", status_of(h->state));
    llmreg_json_open_array(w, "models");
    for (size_t i = 0; i < item->models->count; i++)
        llmreg_json_string(w, NULL, item->models->items[i].name);
    llmreg_json_close_array(w);
    llmreg_json_integer(w, "registered_at",
                        llmreg_endpoint_registered_ms(item->endpoint));
    if (h->checked_ms > 0)
        llmreg_json_integer(w, "last_checked_at", h->checked_ms);
    else
        llmreg_json_null(w, "last_checked_at");
    llmreg_json_integer(w, "consecutive_failures", h->failures);
    llmreg_json_close_object(w);
}

static void write_endpoint(struct llmreg_json_out *w, struct llmreg_endpoint *e)
{
    struct llmreg_snapshot_item item = {
        .endpoint = e,
        .spec = llmreg_endpoint_spec(e),
        .models = llmreg_endpoint_models(e),
    };

    llmreg_endpoint_health(e, &item.health);
    write_item(w, &item);
    llmreg_spec_put(item.spec);
    llmreg_models_put(item.models);
}

static void write_endpoints(struct llmreg_json_out *w,
                            const struct llmreg_snapshot *s)
{
    llmreg_json_open_array(w, "endpoints");
    for (size_t i = 0; i < s->count; i++)
        write_item(w, &s->items[i]);
    llmreg_json_close_array(w);
}

/* ---- resources and models ---- */

static void write_percent(struct llmreg_json_out *w, double percent)
{
    llmreg_json_double(w, "cpu_percent", percent);
}

static void write_host(struct llmreg_json_out *w,
                       const struct llmreg_snapshot_host *host)
{
    const struct llmreg_resources *r = &host->sample->resources;

    llmreg_json_open_object(w, llmreg_host_id(host->host));
    write_percent(w, r->cpu_percent);
    shape_amount(w, "ram_used_bytes", r->ram_used_bytes, 1);
    shape_amount(w, "ram_total_bytes", r->ram_total_bytes, 1);
    shape_amount(w, "vram_used_bytes", r->vram_used_bytes, 1);
    shape_amount(w, "vram_total_bytes", r->vram_total_bytes, 1);
    shape_text(w, "source_agent_id", host->spec->agent);
    llmreg_json_integer(w, "reported_at", host->sample->time_ms);
    llmreg_json_close_object(w);
}

void agentcom_registry(struct llmreg_json_out *w, const struct ask *a,
                       const struct llmreg_snapshot *s)
{
    (void)a;
    write_endpoints(w, s);
    llmreg_json_open_object(w, "resources");
    for (size_t i = 0; i < s->nhosts; i++)
        if (s->hosts[i].sample != NULL)
            write_host(w, &s->hosts[i]);
    llmreg_json_close_object(w);
    llmreg_json_open_object(w, "fleet_models");
    for (size_t i = 0; i < s->nmodels; i++)
        llmreg_json_integer(w, s->models[i].name,
                            (int64_t)s->models[i].endpoints);
    llmreg_json_close_object(w);
}

/* ---- asking ---- */

static int send_list(struct ask *a, const struct llmreg_snapshot *s)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    write_endpoints(&r.json, s);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

static int send_snapshot(struct ask *a, const struct llmreg_snapshot *s)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    agentcom_registry(&r.json, a, s);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

static int run_list(struct ask *a)
{
    return shape_snapshot(a, send_list);
}

static int run_snapshot(struct ask *a)
{
    return shape_snapshot(a, send_snapshot);
}

static int find(struct ask *a, struct llmreg_endpoint **out)
{
    *out = llmreg_get(a->api->registry, a->params[0]);
    return *out != NULL
               ? LLMREG_OK
               : ask_fail(a, LLMREG_ENOENT, NULL, "endpoint_not_found");
}

static int run_get(struct ask *a)
{
    struct llmreg_endpoint *e = NULL;
    struct reply r;
    int rc = find(a, &e);

    if (rc != LLMREG_OK)
        return rc;
    reply_begin(&r);
    write_endpoint(&r.json, e);
    llmreg_put(e);
    return reply_send(a, &r, 200);
}

/* ---- changing ---- */

struct saying {
    body_given given;
    const char *host, *name; /* name: or NULL */
    int64_t port;
};

#define OFF(field) offsetof(struct saying, field)

static const struct body_field saying_fields[] = {
    {"host", BODY_TEXT, OFF(host), 1, 253, true, NULL, NULL,
     "a name or an address"},
    {"port", BODY_INTEGER, OFF(port), 1, 65535, false, NULL, NULL, "11434"},
    {"name", BODY_TEXT, OFF(name), 1, 127, false, NULL, NULL, "for people"},
    {.name = NULL},
};

static const struct body_form saying_form = {
    .name = "LlmEndpoint",
    .fields = saying_fields,
    .size = sizeof(struct saying),
};

/* "http://gpu1/" is gpu1, as there. */
static int clean_host(struct ask *a, const char *said, const char **out)
{
    const char *http = "http://";
    size_t len;

    if (strncmp(said, http, strlen(http)) == 0)
        said += strlen(http);
    len = strlen(said);
    while (len > 0 && said[len - 1] == '/')
        len--;
    *out = llmreg_arena_copy(&a->arena, said, len);
    return *out == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

static int run_add(struct ask *a)
{
    const struct saying *said = a->body;
    struct adding what = {.name = said->name, .port = said->port};
    struct llmreg_endpoint *e = NULL;
    struct added done;
    struct reply r;
    int rc = clean_host(a, said->host, &what.host);

    if (rc == LLMREG_OK)
        rc = endpoint_add(a, &what, &done, &e);
    if (rc != LLMREG_OK)
        return rc;
    reply_begin(&r);
    write_endpoint(&r.json, e);
    llmreg_put(e);
    return reply_send_durable(
        a, &r, 201, done.seq != 0 ? done.seq : llmreg_bus_last(a->api->bus));
}

static int answer_removed(struct ask *a, uint64_t seq)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "status", "removed");
    llmreg_json_string(&r.json, "id", a->params[0]);
    llmreg_json_close_object(&r.json);
    return reply_send_durable(a, &r, 200, seq);
}

static int run_remove(struct ask *a)
{
    struct llmreg_endpoint *e = NULL;
    uint64_t seq = 0;
    int rc = find(a, &e);

    if (rc == LLMREG_OK)
        rc = endpoint_remove(a, e, false, &seq);
    llmreg_put(e);
    return rc == LLMREG_OK ? answer_removed(a, seq) : rc;
}

const struct route agentcom_endpoints_routes[] = {
    {HTTP_GET, "/api/admin/llm-registry", ROUTE_READER, 0, NULL, NULL, run_list,
     "200", "all endpoints", false},
    {HTTP_GET, "/api/admin/llm-registry/snapshot", ROUTE_READER, 0, NULL, NULL,
     run_snapshot, "200", "endpoints, resources and models", false},
    {HTTP_GET, "/api/admin/llm-registry/{id}", ROUTE_READER, 0, NULL, NULL,
     run_get, "200 404", "one endpoint", false},
    {HTTP_POST, "/api/admin/llm-registry", ROUTE_OPERATOR, 4096, NULL,
     &saying_form, run_add, "201", "add an endpoint", false},
    {HTTP_DELETE, "/api/admin/llm-registry/{id}", ROUTE_OPERATOR, 0, NULL, NULL,
     run_remove, "200 404 409", "remove an endpoint", false},
    {.path = NULL},
};
