/* SPDX-License-Identifier: MIT */
/* ingest.c - what collectd's write_http plugin posts, taken as if it had come
 * by collectd's network plugin.
 *
 * Values name their host, one by one.  An agent's token must be bound to one
 * already, and others' are refused. */
#include <string.h>

#include <llmreg/hosts.h>

#include "plugins/host/value.h"
#include "plugins/llm_listen/api/own.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"
#include "plugins/llm_listen/observe_json.h"

#define ELEMENTS_MAX 2000

static const struct llmreg_json_limits limits = {
    .bytes = ROUTE_AGENT_BODY, .depth = 6, .values = 40000, .string = 256};

struct pass {
    struct ask *ask;
    const struct host_observer *observer;
};

static bool wants(void *ctx, const char *plugin)
{
    struct pass *p = ctx;

    return p->observer->wants(p->observer->ctx, plugin);
}

static int take(void *ctx, const struct observe_value *v,
                struct llmreg_error *err)
{
    struct pass *p = ctx;

    if (!own_is_host(p->ask, v->host)) {
        llmreg_error_set(err, "host %s is not the one of this token", v->host);
        return LLMREG_EINVAL;
    }
    p->observer->take(p->observer->ctx, v);
    return LLMREG_OK;
}

static void write_result(struct llmreg_json_out *w,
                         const struct observe_json_result *result)
{
    llmreg_json_open_object(w, NULL);
    llmreg_json_integer(w, "elements", (int64_t)result->elements);
    llmreg_json_integer(w, "taken", (int64_t)result->taken);
    llmreg_json_integer(w, "refused", (int64_t)result->refused);
    llmreg_json_string(w, "first_refusal",
                       result->refused == 0 ? NULL : result->first.text);
    llmreg_json_close_object(w);
}

static int run_ingest(struct ask *a)
{
    struct pass pass = {a, a->api->conf.observer};
    const struct observe_json conf = {.limits = limits,
                                      .elements_max = ELEMENTS_MAX,
                                      .wants = wants,
                                      .take = take,
                                      .ctx = &pass};
    struct observe_json_result result = {.elements = 0};
    struct reply r;
    int rc;

    if (!own_has_host(a))
        return LLMREG_OK;
    if (pass.observer == NULL)
        return ask_fail(a, LLMREG_ENOENT, NULL,
                        "nothing is observed: the option Observe names what");
    rc = observe_json_read(a->req->body, a->req->body_len, &conf, &result,
                           &a->err);
    if (rc != LLMREG_OK)
        return rc == LLMREG_ETOOBIG ? LLMREG_EPARSE : rc;
    reply_begin(&r);
    write_result(&r.json, &result);
    return reply_send(a, &r, 200);
}

const struct route ingest_routes[] = {
    {HTTP_POST, "/api/v1/ingest/collectd", ROUTE_AGENT, ROUTE_AGENT_BODY, NULL,
     NULL, run_ingest, "200 404", "values, as collectd's write_http sends them",
     false},
    {.path = NULL},
};
