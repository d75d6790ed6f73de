/* SPDX-License-Identifier: MIT */
/* endpoints.c - servers that run models: which there are, and one of them. */
#include "plugins/llm_listen/api/endpoints.h"

#include <stdlib.h>
#include <string.h>

#include <llmreg/snapshot.h>

#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

/* ---- lists ---- */

static const char *endpoint_id(const void *item)
{
    return llmreg_endpoint_id(item);
}

static void *endpoint_hold(void *item)
{
    return llmreg_hold(item);
}

static void endpoint_put(void *item)
{
    llmreg_put(item);
}

static void endpoint_json(struct llmreg_json_out *w, void *item,
                          const struct ask *a)
{
    struct llmreg_host *host = llmreg_host_of_endpoint(a->api->registry, item);

    llmreg_endpoint_json_short(w, NULL, item, host);
    llmreg_host_put(host);
}

const struct list_kind endpoints_kind = {
    "endpoints", endpoint_id, endpoint_hold, endpoint_put, endpoint_json};

/* Each in the order of its enum. */
static const char *const healths[] = {"unknown",   "healthy",     "degraded",
                                      "unhealthy", "unreachable", NULL};
static const char *const admins[] = {"active", "draining", "disabled",
                                     "maintenance", NULL};
const char *const endpoint_kinds[] = {
    "auto", "ollama",  "vllm",      "llamacpp", "lmstudio", "exo", "sglang",
    "tgi",  "localai", "koboldcpp", "openai",   "generic",  NULL};
static const char *const sources[] = {"static", "manual", "auto", "mdns", NULL};

enum {
    ROW_HEALTH = LIST_ROWS,
    ROW_ADMIN,
    ROW_KIND,
    ROW_SOURCE,
    ROW_MODEL,
    ROW_HOST,
    ROW_LABEL
};

static const struct query_row list_query[] = {
    LIST_QUERY,
    {"health", QUERY_WORD, 0, 0, healths, "only those that are so"},
    {"admin", QUERY_WORD, 0, 0, admins, "only those that are wanted so"},
    {"kind", QUERY_WORD, 0, 0, endpoint_kinds, "only those of the kind"},
    {"source", QUERY_WORD, 0, 0, sources, "only those that came so"},
    {"model", QUERY_TEXT, 0, 0, NULL, "only those that have the model"},
    {"host", QUERY_TEXT, 0, 0, NULL, "only those on the host"},
    {"label", QUERY_TEXT, 0, 0, NULL, "site, or site=berlin"},
    {.name = NULL},
};

struct picking {
    struct list list;
    struct llmreg_host *host; /* NULL: any */
    const struct query_value *q;
};

static bool has_word(const struct query_value *v, int64_t word)
{
    return v->text == NULL || v->number == word;
}

/* "name", or "name=value". */
static bool is_label(const struct llmreg_label *l, const char *text)
{
    const size_t len = strlen(l->name);

    return strncmp(text, l->name, len) == 0 &&
           (text[len] == '\0' ||
            (text[len] == '=' && strcmp(text + len + 1, l->value) == 0));
}

static bool has_label(const struct llmreg_spec *spec, const char *text)
{
    for (size_t i = 0; i < spec->nlabels; i++)
        if (is_label(&spec->labels[i], text))
            return true;
    return text == NULL;
}

static bool has_spec(const struct picking *p, const struct llmreg_endpoint *e)
{
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    const bool has =
        has_word(&p->q[ROW_KIND], spec->kind) &&
        has_word(&p->q[ROW_SOURCE], spec->source) &&
        (p->q[ROW_LABEL].text == NULL || has_label(spec, p->q[ROW_LABEL].text));

    llmreg_spec_put(spec);
    return has;
}

static bool is_there(const struct picking *p, const struct llmreg_endpoint *e)
{
    struct llmreg_host *host;

    if (p->host == NULL)
        return true;
    host = llmreg_host_of_endpoint(p->list.ask->api->registry, e);
    llmreg_host_put(host);
    return host == p->host;
}

static bool see(void *ctx, struct llmreg_endpoint *e)
{
    struct picking *p = ctx;

    if (has_word(&p->q[ROW_HEALTH], llmreg_endpoint_state(e)) &&
        has_word(&p->q[ROW_ADMIN], llmreg_endpoint_intent(e).admin) &&
        has_spec(p, e) && is_there(p, e))
        return list_see(&p->list, e);
    return true;
}

static int walk(struct ask *a, struct picking *p)
{
    struct llmreg_registry *r = a->api->registry;
    const char *model = p->q[ROW_MODEL].text;
    char name[LLMREG_MODEL_SIZE];

    if (p->q[ROW_HOST].text != NULL) {
        p->host = llmreg_host_find(r, p->q[ROW_HOST].text);
        if (p->host == NULL)
            return LLMREG_OK;
    }
    if (model != NULL && llmreg_model_name(model, strlen(model), name) != 0)
        return ask_fail(a, LLMREG_EINVAL, "model", "model %.64s is no name",
                        model);
    p->list.in_order = model == NULL && p->host == NULL;
    if (model != NULL)
        llmreg_each_with_model(r, name, LLMREG_ANY, see, p);
    else if (p->host != NULL)
        llmreg_each_on_host(r, p->host, see, p);
    else
        llmreg_each_after(r, p->list.after, see, p);
    llmreg_host_put(p->host);
    return LLMREG_OK;
}

static int run_list(struct ask *a)
{
    struct picking p = {.q = a->query};
    int rc = list_init(&p.list, &endpoints_kind, a);

    if (rc != LLMREG_OK)
        return rc;
    rc = walk(a, &p);
    if (rc == LLMREG_OK)
        rc = list_send(&p.list);
    list_fini(&p.list);
    return rc;
}

/* ---- one ---- */

int endpoint_find(struct ask *a, struct llmreg_endpoint **out)
{
    *out = llmreg_get(a->api->registry, a->params[0]);
    if (*out != NULL)
        return LLMREG_OK;
    return ask_fail(a, LLMREG_ENOENT, "endpoint_id",
                    "endpoint %s is not registered", a->params[0]);
}

/* What a person may have set; and an entry that was made anew is another. */
static void write_settings(struct llmreg_json_out *w,
                           const struct llmreg_endpoint *e)
{
    const struct llmreg_intent intent = llmreg_endpoint_intent(e);
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);

    llmreg_json_open_array(w, NULL);
    llmreg_json_integer(w, NULL, (int64_t)llmreg_endpoint_generation(e));
    llmreg_json_integer(w, NULL, intent.admin);
    llmreg_json_integer(w, NULL, intent.until_ms);
    llmreg_json_string(w, NULL, spec->url);
    llmreg_json_string(w, NULL, spec->name);
    llmreg_json_integer(w, NULL, spec->kind);
    llmreg_json_integer(w, NULL, spec->source);
    llmreg_json_integer(w, NULL, spec->priority);
    llmreg_json_integer(w, NULL, llmreg_spec_override(spec)->fields);
    for (size_t i = 0; i < spec->nlabels; i++) {
        llmreg_json_string(w, NULL, spec->labels[i].name);
        llmreg_json_string(w, NULL, spec->labels[i].value);
    }
    llmreg_json_close_array(w);
    llmreg_spec_put(spec);
}

int endpoint_revision(const struct llmreg_endpoint *e,
                      char out[static TAG_SIZE])
{
    struct reply_bytes b = {.data = NULL};
    struct reply r;
    int rc;

    reply_begin(&r);
    write_settings(&r.json, e);
    rc = reply_take(&r, &b);
    if (rc == LLMREG_OK)
        tag_make(b.data, b.len, out);
    free(b.data);
    return rc;
}

static int refuse_changed(struct ask *a)
{
    const struct reply_error e = {
        .status = 412, .message = "it was changed meanwhile: look at it again"};

    return reply_error(a, &e);
}

int endpoint_find_unchanged(struct ask *a, struct llmreg_endpoint **out)
{
    const char *match = http_header(a->call, "If-Match");
    char revision[TAG_SIZE];
    int rc = endpoint_find(a, out);

    if (rc != LLMREG_OK || match == NULL)
        return rc;
    rc = endpoint_revision(*out, revision);
    if (rc == LLMREG_OK && tag_matches_revision(match, revision))
        return rc;
    llmreg_put(*out);
    *out = NULL;
    return rc != LLMREG_OK ? rc : refuse_changed(a);
}

static int run_get(struct ask *a)
{
    struct llmreg_endpoint *e = NULL;
    char revision[TAG_SIZE];
    struct reply r;
    int rc = endpoint_find(a, &e);

    if (rc == LLMREG_OK)
        rc = endpoint_revision(e, revision);
    if (rc == LLMREG_OK) {
        reply_begin(&r);
        llmreg_endpoint_json(&r.json, NULL, e, &a->req->now);
        rc = reply_send_revised(a, &r, revision);
    }
    llmreg_put(e);
    return rc;
}

int endpoint_answer(struct ask *a, const struct llmreg_endpoint *e,
                    unsigned status, uint64_t seq)
{
    struct reply r;

    reply_begin(&r);
    llmreg_endpoint_json(&r.json, NULL, e, &a->req->now);
    return reply_send_durable(a, &r, status,
                              seq != 0 ? seq : llmreg_bus_last(a->api->bus));
}

const struct route endpoints_routes[] = {
    {HTTP_GET, "/api/v1/endpoints", ROUTE_READER, 0, list_query, NULL, run_list,
     "200 304", "endpoints, in the order of their ids", false},
    {HTTP_GET, "/api/v1/endpoints/{id}", ROUTE_READER, 0, NULL, NULL, run_get,
     "200 304 404", "one endpoint, with all that is known of it", false},
    {.path = NULL},
};
