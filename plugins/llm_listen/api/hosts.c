/* SPDX-License-Identifier: MIT */
/* hosts.c - machines: how busy they are, and who is on them. */
#include <llmreg/hosts.h>

#include <math.h>
#include <string.h>

#include "plugins/llm_listen/api/list.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/report.h"
#include "plugins/llm_listen/api/resources.h"

/* ---- lists ---- */

static const char *host_id(const void *item)
{
    return llmreg_host_id(item);
}

static void *host_hold(void *item)
{
    return llmreg_host_hold(item);
}

static void host_put(void *item)
{
    llmreg_host_put(item);
}

static void host_json(struct llmreg_json_out *w, void *item,
                      const struct ask *a)
{
    llmreg_host_json(w, NULL, item, &a->req->now);
}

static const struct list_kind hosts_kind = {"hosts", host_id, host_hold,
                                            host_put, host_json};

enum { ROW_STALE = LIST_ROWS };

static const struct query_row list_query[] = {
    LIST_QUERY,
    {"stale", QUERY_BOOL, 0, 0, NULL,
     "only those whose sample is too old; or "
     "only the others"},
    {.name = NULL},
};

static bool see_host(void *ctx, struct llmreg_host *h)
{
    struct list *l = ctx;
    const struct query_value *stale = &l->ask->query[ROW_STALE];
    struct llmreg_host_state state;

    if (stale->text != NULL) {
        llmreg_host_state(h, &l->ask->req->now, &state);
        if (state.stale != (stale->number != 0))
            return true;
    }
    return list_see(l, h);
}

static int run_list(struct ask *a)
{
    struct list l;
    int rc = list_init(&l, &hosts_kind, a);

    if (rc != LLMREG_OK)
        return rc;
    l.in_order = true;
    llmreg_each_host_after(a->api->registry, l.after, see_host, &l);
    rc = list_send(&l);
    list_fini(&l);
    return rc;
}

static int run_get(struct ask *a)
{
    struct llmreg_host *h = llmreg_host_find(a->api->registry, a->params[0]);
    struct reply r;

    if (h == NULL)
        return ask_fail(a, LLMREG_ENOENT, "host", "host %s is not known",
                        a->params[0]);
    reply_begin(&r);
    llmreg_host_json(&r.json, NULL, h, &a->req->now);
    llmreg_host_put(h);
    return reply_send_tagged(a, &r);
}

/* ---- samples ---- */

struct sample {
    body_given given;
    const char *name, *agent;
    double interval_seconds;
    struct body_addresses addresses;
    struct body_resources resources;
};

#define OFF(field) offsetof(struct sample, field)

static const struct body_field sample_fields[] = {
    {"name", BODY_TEXT, OFF(name), 0, 127, false, NULL, NULL, "for people"},
    {"agent_id", BODY_TEXT, OFF(agent), 0, 128, false, NULL, NULL,
     "who reports"},
    {"interval_seconds", BODY_NUMBER, OFF(interval_seconds), 1, 86400, false,
     NULL, NULL, "between two samples; 30"},
    {"addresses", BODY_TREE, OFF(addresses), 0, 0, false, body_addresses,
     "array of strings", "by which others reach it"},
    {.name = NULL},
};

static const struct body_form sample_form = {
    .name = "Sample",
    .fields = sample_fields,
    .size = sizeof(struct sample),
    .root = body_resources,
    .root_offset = offsetof(struct sample, resources),
};

static int run_sample(struct ask *a)
{
    const struct sample *said = a->body;
    const int64_t interval_ms =
        said->interval_seconds == 0
            ? a->api->conf.interval_ms
            : (int64_t)llround(said->interval_seconds * 1000);
    const struct sampled s = {
        .host = a->params[0],
        .agent = said->agent,
        .name = said->name,
        .interval_ms = interval_ms,
        .resources = &said->resources.r,
        .addresses = said->addresses.count == 0 ? NULL : &said->addresses,
    };
    int rc = report_sample(a, &s);
    struct reply r;

    if (rc != LLMREG_OK || a->answered)
        return rc;
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "host_id", a->params[0]);
    llmreg_json_bool(&r.json, "received", true);
    llmreg_json_double(&r.json, "next_interval_seconds",
                       (double)interval_ms / 1000);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

const struct route hosts_routes[] = {
    {HTTP_GET, "/api/v1/hosts", ROUTE_READER, 0, list_query, NULL, run_list,
     "200 304", "hosts, in the order of their ids", false},
    {HTTP_GET, "/api/v1/hosts/{id}", ROUTE_READER, 0, NULL, NULL, run_get,
     "200 304 404", "one host", false},
    {HTTP_POST, "/api/v1/hosts/{id}/resources", ROUTE_AGENT, ROUTE_AGENT_BODY,
     NULL, &sample_form, run_sample, "200 409", "how busy a host is now",
     false},
    {.path = NULL},
};
