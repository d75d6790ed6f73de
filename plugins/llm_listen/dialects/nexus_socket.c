/* SPDX-License-Identifier: MIT */
/* nexus_socket.c - the WebSocket of Nexus's page: how backends are.
 *
 * There all of them are said at once, and again when one changes; what models
 * one has, when these change.  It begins with all. */
#include <string.h>

#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/talk.h"
#include "plugins/llm_listen/dialects/dialects.h"
#include "plugins/llm_listen/dialects/nexus.h"
#include "plugins/llm_listen/dialects/shape.h"

#include <llmreg/snapshot.h>

static void begin(struct reply *r, const char *type)
{
    llmreg_json_open_object(&r->json, NULL);
    llmreg_json_string(&r->json, "update_type", type);
}

/* ---- a backend ---- */

/* What is degraded may be used, but not while it loads its model. */
static const char *status_of(const struct llmreg_health *h,
                             enum llmreg_admin admin)
{
    static const char *const words[] = {
        [LLMREG_HEALTH_UNKNOWN] = "unknown",
        [LLMREG_HEALTH_HEALTHY] = "healthy",
        [LLMREG_HEALTH_DEGRADED] = "healthy",
        [LLMREG_HEALTH_UNHEALTHY] = "unhealthy",
        [LLMREG_HEALTH_UNREACHABLE] = "unhealthy",
    };

    if (admin == LLMREG_ADMIN_DRAINING)
        return "draining";
    return h->reason == LLMREG_REASON_LOADING ? "unhealthy" : words[h->state];
}

static void write_model(struct llmreg_json_out *w, enum llmreg_kind kind,
                        const struct llmreg_model *m)
{
    llmreg_json_open_object(w, NULL);
    nexus_model_name(w, "id", kind, m);
    nexus_model_name(w, "name", kind, m);
    llmreg_json_integer(w, "context_length", nexus_context(m));
    llmreg_json_bool(w, "supports_vision", m->vision == LLMREG_YES);
    llmreg_json_bool(w, "supports_tools", m->tools == LLMREG_YES);
    llmreg_json_bool(w, "supports_json_mode", m->json_mode == LLMREG_YES);
    shape_amount(w, "max_output_tokens", m->max_output_tokens, 1);
    llmreg_json_close_object(w);
}

static void write_models(struct llmreg_json_out *w, enum llmreg_kind kind,
                         const struct llmreg_models *models)
{
    llmreg_json_open_array(w, "models");
    for (size_t i = 0; i < models->count; i++)
        write_model(w, kind, &models->items[i]);
    llmreg_json_close_array(w);
}

static void write_labels(struct llmreg_json_out *w,
                         const struct llmreg_spec *spec)
{
    llmreg_json_open_object(w, "metadata");
    for (size_t i = 0; i < spec->nlabels; i++)
        llmreg_json_string(w, spec->labels[i].name, spec->labels[i].value);
    llmreg_json_close_object(w);
}

static void write_load(struct llmreg_json_out *w, const struct llmreg_load *l)
{
    llmreg_json_integer(w, "pending_requests", l->pending);
    llmreg_json_integer(w, "total_requests", (int64_t)l->total);
    if (l->latency_us >= 0)
        llmreg_json_integer(w, "avg_latency_ms",
                            (int64_t)(l->latency_us / 1e3));
    else
        llmreg_json_null(w, "avg_latency_ms");
}

static void write_backend(struct llmreg_json_out *w,
                          const struct llmreg_snapshot_item *item)
{
    const struct llmreg_spec *spec = item->spec;
    const bool is_known = spec->kind != LLMREG_KIND_AUTO;

    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "id", spec->id);
    llmreg_json_string(w, "name", spec->name);
    llmreg_json_string(w, "url", spec->url);
    llmreg_json_string(w, "backend_type",
                       is_known ? llmreg_kind_text(spec->kind) : "generic");
    llmreg_json_string(w, "status",
                       status_of(&item->health, item->intent.admin));
    shape_time(w, "last_health_check", item->health.checked_ms);
    shape_text(w, "last_error",
               item->health.failures > 0 ? item->health.detail : "");
    write_models(w, spec->kind, item->models);
    llmreg_json_integer(w, "priority", spec->priority);
    write_load(w, &item->load);
    llmreg_json_string(w, "discovery_source", llmreg_source_text(spec->source));
    write_labels(w, spec);
    llmreg_json_null(w, "current_operation");
    llmreg_json_close_object(w);
}

static void draw(struct ask *a, struct reply *r,
                 const struct llmreg_snapshot *s)
{
    (void)a;
    begin(r, "BackendStatus");
    llmreg_json_open_array(&r->json, "data");
    for (size_t i = 0; i < s->count; i++)
        write_backend(&r->json, &s->items[i]);
    llmreg_json_close_array(&r->json);
    llmreg_json_close_object(&r->json);
}

/* ---- events ---- */

static void say_models(struct ask *a, struct cast *c, const char *id)
{
    struct llmreg_endpoint *e = llmreg_get(a->api->registry, id);
    const struct llmreg_models *models;
    const struct llmreg_spec *spec;
    struct reply r;

    if (e == NULL)
        return;
    spec = llmreg_endpoint_spec(e);
    models = llmreg_endpoint_models(e);
    reply_begin(&r);
    begin(&r, "ModelChange");
    llmreg_json_open_object(&r.json, "data");
    llmreg_json_string(&r.json, "backend_id", id);
    write_models(&r.json, spec->kind, models);
    llmreg_json_close_object(&r.json);
    llmreg_json_close_object(&r.json);
    cast_say(c, &r, NULL);
    llmreg_models_put(models);
    llmreg_spec_put(spec);
    llmreg_put(e);
}

static void tell(struct ask *a, struct cast *c,
                 const struct cast_events *events)
{
    for (size_t i = 0; i < events->count; i++) {
        if (events->items[i]->type == LLMREG_EVENT_MODELS)
            say_models(a, c, events->items[i]->subject);
        else
            cast_say_all(c);
    }
}

#define TYPE(t) (UINT64_C(1) << LLMREG_EVENT_##t)

const struct cast_kind nexus_cast = {
    .filter = {.types = TYPE(REGISTERED) | TYPE(UPDATED) | TYPE(REMOVED) |
                        TYPE(HEALTH) | TYPE(MODELS) | TYPE(ADMIN),
               .entities = UINT64_C(1) << LLMREG_ENTITY_ENDPOINT},
    .picture = draw,
    .tell = tell,
};

/* ---- the socket ---- */

static void join(struct ask *a)
{
    talk_join(a, CAST_BACKENDS);
}

/* The page says nothing. */
static const struct route messages[] = {{.path = NULL}};

static int run_socket(struct ask *a)
{
    static const struct talk_kind kind = {.rows = messages,
                                          .errors = &nexus_errors,
                                          .opened = join,
                                          .anonymous = true};

    return talk_begin(a, &kind);
}

const struct route nexus_socket_routes[] = {
    {HTTP_GET, "/ws", ROUTE_READER, 0, NULL, NULL, run_socket, "101 426",
     "the WebSocket of a page", false},
    {.path = NULL},
};
