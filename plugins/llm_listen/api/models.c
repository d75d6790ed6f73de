/* SPDX-License-Identifier: MIT */
/* models.c - the models of the whole fleet: who has them, what they can do,
 * and where one is run best.
 *
 * What a model can do is put together from a few of the endpoints that have
 * it: each knows a part, and of thousands that have the same one the first few
 * know all that there is to know. */
#include <stdlib.h>
#include <string.h>

#include <llmreg/fleet.h>
#include <llmreg/snapshot.h>

#include "plugins/llm_listen/api/endpoints.h"
#include "plugins/llm_listen/api/list.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

#define ASKED 16 /* endpoints that are looked at for what it can do */

/* ---- what a model can do ---- */

struct learning {
    const char *name;
    struct llmreg_model m;
    const struct llmreg_models *from[ASKED]; /* lend m its strings */
    size_t count;
};

static const char *longer(const char *a, const char *b)
{
    return a[0] != '\0' ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* YES if one knows that it can. */
static enum llmreg_tristate either(enum llmreg_tristate a,
                                   enum llmreg_tristate b)
{
    return a > b ? a : b;
}

static bool learn(void *ctx, struct llmreg_endpoint *e)
{
    struct learning *l = ctx;
    const struct llmreg_models *models = llmreg_endpoint_models(e);
    const struct llmreg_model *m = llmreg_models_find(models, l->name);

    l->from[l->count++] = models;
    if (m != NULL) {
        l->m.family = longer(l->m.family, m->family);
        l->m.parameter_size = longer(l->m.parameter_size, m->parameter_size);
        l->m.quantization = longer(l->m.quantization, m->quantization);
        l->m.size_bytes = larger(l->m.size_bytes, m->size_bytes);
        l->m.context_max = larger(l->m.context_max, m->context_max);
        l->m.max_output_tokens =
            larger(l->m.max_output_tokens, m->max_output_tokens);
        l->m.vision = either(l->m.vision, m->vision);
        l->m.tools = either(l->m.tools, m->tools);
        l->m.json_mode = either(l->m.json_mode, m->json_mode);
    }
    return l->count < ASKED;
}

static void text(struct llmreg_json_out *w, const char *key, const char *s)
{
    llmreg_json_string(w, key, s[0] == '\0' ? NULL : s);
}

static void number(struct llmreg_json_out *w, const char *key, int64_t n)
{
    if (n < 0)
        llmreg_json_null(w, key);
    else
        llmreg_json_integer(w, key, n);
}

static void truth(struct llmreg_json_out *w, const char *key,
                  enum llmreg_tristate t)
{
    if (t == LLMREG_UNKNOWN)
        llmreg_json_null(w, key);
    else
        llmreg_json_bool(w, key, t == LLMREG_YES);
}

static void write_learnt(struct llmreg_json_out *w,
                         const struct llmreg_model *m)
{
    text(w, "family", m->family);
    text(w, "parameter_size", m->parameter_size);
    text(w, "quantization", m->quantization);
    number(w, "size_bytes", m->size_bytes);
    number(w, "context_max", m->context_max);
    number(w, "max_output_tokens", m->max_output_tokens);
    truth(w, "supports_vision", m->vision);
    truth(w, "supports_tools", m->tools);
    truth(w, "supports_json_mode", m->json_mode);
}

static void write_model(struct llmreg_json_out *w,
                        const struct llmreg_fleet_model *m, const struct ask *a)
{
    struct learning l = {.name = m->name, .m = llmreg_model_unknown(m->name)};

    llmreg_each_with_model(a->api->registry, m->name, LLMREG_ANY, learn, &l);
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "name", m->name);
    llmreg_json_integer(w, "endpoints", (int64_t)m->endpoints);
    llmreg_json_integer(w, "healthy", (int64_t)m->healthy);
    llmreg_json_integer(w, "routable", (int64_t)m->routable);
    llmreg_json_integer(w, "loaded", (int64_t)m->loaded);
    write_learnt(w, &l.m);
    llmreg_json_close_object(w);
    while (l.count > 0)
        llmreg_models_put(l.from[--l.count]);
}

/* ---- lists ---- */

static const char *model_name(const void *item)
{
    const struct llmreg_fleet_model *m = item;

    return m->name;
}

/* The name lies behind the numbers. */
static void *model_hold(void *item)
{
    const struct llmreg_fleet_model *m = item;
    const size_t len = strlen(m->name) + 1;
    struct llmreg_fleet_model *copy = malloc(sizeof *copy + len);

    if (copy == NULL)
        return NULL;
    *copy = *m;
    copy->name = memcpy(copy + 1, m->name, len);
    return copy;
}

static void model_json(struct llmreg_json_out *w, void *item,
                       const struct ask *a)
{
    write_model(w, item, a);
}

static const struct list_kind models_kind = {"models", model_name, model_hold,
                                             free, model_json};

enum { ROW_LOADED = LIST_ROWS, ROW_ROUTABLE };

static const struct query_row list_query[] = {
    LIST_QUERY,
    {"loaded", QUERY_BOOL, 0, 0, NULL, "only those that are, or are not"},
    {"routable", QUERY_BOOL, 0, 0, NULL,
     "only those that can be run somewhere, or nowhere"},
    {.name = NULL},
};

static bool is_wanted(const struct query_value *v, size_t count)
{
    return v->text == NULL || (count > 0) == (v->number != 0);
}

static bool see_model(void *ctx, const struct llmreg_fleet_model *m)
{
    struct list *l = ctx;
    struct llmreg_fleet_model seen = *m;

    if (is_wanted(&l->ask->query[ROW_LOADED], m->loaded) &&
        is_wanted(&l->ask->query[ROW_ROUTABLE], m->routable))
        return list_see(l, &seen);
    return true;
}

static int run_list(struct ask *a)
{
    struct list l;
    int rc = list_init(&l, &models_kind, a);

    if (rc != LLMREG_OK)
        return rc;
    llmreg_each_fleet_model(a->api->registry, see_model, &l);
    rc = list_send(&l);
    list_fini(&l);
    return rc;
}

/* ---- one ---- */

static int find_model(struct ask *a, char name[static LLMREG_MODEL_SIZE],
                      struct llmreg_fleet_model *out)
{
    int rc = llmreg_model_name(a->params[0], strlen(a->params[0]), name);

    if (rc == LLMREG_OK)
        rc = llmreg_fleet_model(a->api->registry, name, out);
    return rc == LLMREG_OK
               ? rc
               : ask_fail(a, LLMREG_ENOENT, "model",
                          "no endpoint has the model %.256s", a->params[0]);
}

static int run_get(struct ask *a)
{
    struct llmreg_fleet_model m;
    char name[LLMREG_MODEL_SIZE];
    struct reply r;
    int rc = find_model(a, name, &m);

    if (rc != LLMREG_OK)
        return rc;
    m.name = name;
    reply_begin(&r);
    write_model(&r.json, &m, a);
    return reply_send_tagged(a, &r);
}

/* ---- where ---- */

static const char *const orders[] = {"id", "best", NULL};
enum { ORDER_ID, ORDER_BEST };
enum { WHERE_ROUTABLE = LIST_ROWS, WHERE_ORDER, WHERE_DEGRADED };

static const struct query_row where_query[] = {
    LIST_QUERY,
    {"routable", QUERY_BOOL, 0, 0, NULL, "only where it can be run now"},
    {"order", QUERY_WORD, 0, 0, orders,
     "best: routable ones, best first, with what spoke for each"},
    {"degraded", QUERY_BOOL, 0, 0, NULL,
     "degraded endpoints are good enough; of order=best"},
    {.name = NULL},
};

static int send_best(struct ask *a, const char *name)
{
    const struct query_value *limit = &a->query[LIST_ROW_LIMIT];
    const struct llmreg_rank_query query = {
        .model = name,
        .degraded = a->query[WHERE_DEGRADED].number != 0,
        .max = limit->text == NULL ? LIST_LIMIT : (size_t)limit->number,
    };
    struct llmreg_candidates *found = NULL;
    struct reply r;
    int rc = llmreg_rank(a->api->registry, &query, &a->req->now, &found);

    if (rc != LLMREG_OK)
        return rc;
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "model", name);
    llmreg_candidates_json(&r.json, "endpoints", found);
    llmreg_json_null(&r.json, "next");
    llmreg_json_close_object(&r.json);
    llmreg_candidates_free(found);
    return reply_send(a, &r, 200);
}

static bool see_endpoint(void *ctx, struct llmreg_endpoint *e)
{
    return list_see(ctx, e);
}

static int send_all(struct ask *a, const char *name)
{
    const bool routable = a->query[WHERE_ROUTABLE].number != 0;
    struct list l;
    int rc = list_init(&l, &endpoints_kind, a);

    if (rc != LLMREG_OK)
        return rc;
    llmreg_each_with_model(a->api->registry, name,
                           routable ? LLMREG_ROUTABLE : LLMREG_ANY,
                           see_endpoint, &l);
    rc = list_send(&l);
    list_fini(&l);
    return rc;
}

static int check_best(struct ask *a)
{
    const struct query_value *q = a->query;

    if (q[LIST_ROW_CURSOR].text != NULL)
        return ask_fail(a, LLMREG_EINVAL, "cursor",
                        "order=best has no pages: ask for more by limit");
    if (q[WHERE_ROUTABLE].text != NULL && q[WHERE_ROUTABLE].number == 0)
        return ask_fail(a, LLMREG_EINVAL, "routable",
                        "order=best is of routable endpoints");
    return LLMREG_OK;
}

static int run_where(struct ask *a)
{
    const bool best = a->query[WHERE_ORDER].number == ORDER_BEST;
    struct llmreg_fleet_model m;
    char name[LLMREG_MODEL_SIZE];
    int rc = best ? check_best(a) : LLMREG_OK;

    if (rc == LLMREG_OK && !best && a->query[WHERE_DEGRADED].text != NULL)
        rc = ask_fail(a, LLMREG_EINVAL, "degraded",
                      "degraded goes with order=best");
    if (rc == LLMREG_OK)
        rc = find_model(a, name, &m);
    if (rc != LLMREG_OK)
        return rc;
    return best ? send_best(a, name) : send_all(a, name);
}

const struct route models_routes[] = {
    {HTTP_GET, "/api/v1/models", ROUTE_READER, 0, list_query, NULL, run_list,
     "200 304", "models of the fleet, in the order of their names", false},
    {HTTP_GET, "/api/v1/models/{name}", ROUTE_READER, 0, NULL, NULL, run_get,
     "200 304 404", "one model", false},
    {HTTP_GET, "/api/v1/models/{name}/endpoints", ROUTE_READER, 0, where_query,
     NULL, run_where, "200 304 404", "where it is, or where it is run best",
     false},
    {.path = NULL},
};
