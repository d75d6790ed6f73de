/* SPDX-License-Identifier: MIT */
/* nexus.c - what Nexus answers of its backends: the models that can be used,
 * and the statistics.  Requests are not routed here, so there is no budget, and
 * what nobody has told is null. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/snapshot.h>

#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/dialects/dialects.h"
#include "plugins/llm_listen/dialects/nexus.h"
#include "plugins/llm_listen/dialects/shape.h"

#define CONTEXT_DEFAULT 4096 /* tokens, where nobody knows */

/* ---- what is wrong ---- */

static const char *type_of(unsigned status)
{
    static const struct {
        unsigned status;
        const char *type;
    } types[] = {
        {400, "invalid_request_error"},
        {401, "authentication_error"},
        {403, "permission_error"},
        {404, "not_found"},
        {409, "conflict"},
        {429, "rate_limit_error"},
        {502, "bad_gateway"},
        {503, "service_unavailable"},
        {507, "service_unavailable"},
    };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].status == status)
            return types[i].type;
    return "invalid_request_error";
}

static void write_error(struct llmreg_json_out *w, const struct ask *a,
                        const struct reply_error *e)
{
    (void)a;
    llmreg_json_open_object(w, NULL);
    llmreg_json_open_object(w, "error");
    llmreg_json_string(w, "message", e->message);
    llmreg_json_string(w, "type", type_of(e->status));
    llmreg_json_string(w, "param", e->field);
    llmreg_json_string(w, "code",
                       e->code != NULL ? e->code : reply_code(e->status));
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
}

const struct route_errors nexus_errors = {.invalid = 400, .write = write_error};

/* ---- models ---- */

struct offer {
    const struct llmreg_model *model;
    const struct llmreg_snapshot_item *from;
};

struct offers {
    struct offer *items;
    size_t count;
};

static bool is_offered(const struct llmreg_snapshot_item *item)
{
    return llmreg_is_routable(item->health.state, item->intent.admin,
                              item->presence, false);
}

static int by_model(const void *a, const void *b)
{
    const struct offer *x = a, *y = b;
    const int order = strcmp(x->model->name, y->model->name);

    return order != 0 ? order
                      : strcmp(x->from->spec->name, y->from->spec->name);
}

static int list_offers(const struct llmreg_snapshot *s, struct offers *out)
{
    size_t n = 0;

    for (size_t i = 0; i < s->count; i++)
        n += is_offered(&s->items[i]) ? s->items[i].models->count : 0;
    *out = (struct offers){.items = malloc((n + 1) * sizeof *out->items)};
    if (out->items == NULL)
        return LLMREG_ENOMEM;
    for (size_t i = 0; i < s->count; i++)
        for (size_t m = 0;
             is_offered(&s->items[i]) && m < s->items[i].models->count; m++)
            out->items[out->count++] =
                (struct offer){&s->items[i].models->items[m], &s->items[i]};
    qsort(out->items, out->count, sizeof out->items[0], by_model);
    return LLMREG_OK;
}

/* Only Ollama has tags of its own. */
void nexus_model_name(struct llmreg_json_out *w, const char *key,
                      enum llmreg_kind kind, const struct llmreg_model *m)
{
    const char *latest = ":latest";
    const size_t len = strlen(m->name), tag = strlen(latest);
    char name[LLMREG_MODEL_SIZE];
    struct llmreg_text t;
    const bool cut = kind != LLMREG_KIND_OLLAMA && len > tag &&
                     strcmp(m->name + len - tag, latest) == 0;

    llmreg_text_init(&t, name, sizeof name);
    llmreg_text_add_bytes(&t, m->name, cut ? len - tag : len);
    llmreg_json_string(w, key, name);
}

int64_t nexus_context(const struct llmreg_model *m)
{
    if (m->context_effective > 0)
        return m->context_effective;
    return m->context_max > 0 ? m->context_max : CONTEXT_DEFAULT;
}

static void write_offer(struct llmreg_json_out *w, const struct offer *o)
{
    const struct llmreg_model *m = o->model;

    llmreg_json_open_object(w, NULL);
    nexus_model_name(w, "id", o->from->spec->kind, m);
    llmreg_json_string(w, "object", "model");
    llmreg_json_integer(
        w, "created", llmreg_endpoint_registered_ms(o->from->endpoint) / 1000);
    llmreg_json_string(w, "owned_by", o->from->spec->name);
    llmreg_json_integer(w, "context_length", nexus_context(m));
    llmreg_json_open_object(w, "capabilities");
    llmreg_json_bool(w, "vision", m->vision == LLMREG_YES);
    llmreg_json_bool(w, "tools", m->tools == LLMREG_YES);
    llmreg_json_bool(w, "json_mode", m->json_mode == LLMREG_YES);
    llmreg_json_close_object(w);
    llmreg_json_close_object(w);
}

static int send_models(struct ask *a, const struct llmreg_snapshot *s)
{
    struct offers all;
    struct reply r;
    int rc = list_offers(s, &all);

    if (rc != LLMREG_OK)
        return rc;
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "object", "list");
    llmreg_json_open_array(&r.json, "data");
    for (size_t i = 0; i < all.count; i++)
        write_offer(&r.json, &all.items[i]);
    llmreg_json_close_array(&r.json);
    llmreg_json_close_object(&r.json);
    free(all.items);
    return reply_send(a, &r, 200);
}

/* ---- statistics ---- */

static uint64_t requests_of(const struct llmreg_snapshot *s)
{
    uint64_t n = 0;

    for (size_t i = 0; i < s->count; i++)
        n += s->items[i].load.total;
    return n;
}

static void write_backend(struct llmreg_json_out *w,
                          const struct llmreg_snapshot_item *item)
{
    const struct llmreg_load *load = &item->load;

    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "id", item->spec->id);
    llmreg_json_string(w, "name", item->spec->name);
    llmreg_json_integer(w, "requests", (int64_t)load->total);
    llmreg_json_double(w, "average_latency_ms", load->latency_us / 1000);
    llmreg_json_integer(w, "pending", load->pending);
    llmreg_json_close_object(w);
}

static void write_model(struct llmreg_json_out *w,
                        const struct llmreg_fleet_model *m)
{
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "name", m->name);
    llmreg_json_null(w, "requests");
    llmreg_json_null(w, "average_duration_ms");
    llmreg_json_close_object(w);
}

static int send_stats(struct ask *a, const struct llmreg_snapshot *s)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_integer(&r.json, "uptime_seconds", shape_uptime(a));
    llmreg_json_open_object(&r.json, "requests");
    llmreg_json_integer(&r.json, "total", (int64_t)requests_of(s));
    llmreg_json_null(&r.json, "success");
    llmreg_json_null(&r.json, "errors");
    llmreg_json_close_object(&r.json);
    llmreg_json_open_array(&r.json, "backends");
    for (size_t i = 0; i < s->count; i++)
        write_backend(&r.json, &s->items[i]);
    llmreg_json_close_array(&r.json);
    llmreg_json_open_array(&r.json, "models");
    for (size_t i = 0; i < s->nmodels; i++)
        write_model(&r.json, &s->models[i]);
    llmreg_json_close_array(&r.json);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

/* ---- routes ---- */

static int run_models(struct ask *a)
{
    return shape_snapshot(a, send_models);
}

static int run_stats(struct ask *a)
{
    return shape_snapshot(a, send_stats);
}

const struct route nexus_routes[] = {
    {HTTP_GET, "/v1/models", ROUTE_READER, 0, NULL, NULL, run_models, "200",
     "each model of each backend that can be used", false},
    {HTTP_GET, "/v1/stats", ROUTE_READER, 0, NULL, NULL, run_stats, "200",
     "requests of backends", false},
    {.path = NULL},
};
