/* SPDX-License-Identifier: MIT */
/* agents.c - who is there. */
#include <llmreg/agents.h>
#include <llmreg/sessions.h>

#include "plugins/llm_listen/api/list.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

/* ---- lists ---- */

static const char *agent_id(const void *item)
{
    return llmreg_agent_id(item);
}

static void *agent_hold(void *item)
{
    return llmreg_agent_hold(item);
}

static void agent_put(void *item)
{
    llmreg_agent_put(item);
}

static void agent_json(struct llmreg_json_out *w, void *item,
                       const struct ask *a)
{
    llmreg_agent_json(w, NULL, item, &a->req->now);
}

static const struct list_kind agents_kind = {"agents", agent_id, agent_hold,
                                             agent_put, agent_json};

static const char *const presences[] = {"starting", "connecting", "online",
                                        "late",     "stale",      "offline",
                                        "stopped",  NULL};

enum {
    ROW_TYPE = LIST_ROWS,
    ROW_ROLE,
    ROW_DOMAIN,
    ROW_HOST,
    ROW_PRESENCE,
    ROW_CAPABILITY,
    ROW_HEALTHY
};

static const struct query_row list_query[] = {
    LIST_QUERY,
    {"type", QUERY_TEXT, 0, 0, NULL, "only those of the type"},
    {"role", QUERY_TEXT, 0, 0, NULL, "only those of the role"},
    {"domain", QUERY_TEXT, 0, 0, NULL, "only those of the domain"},
    {"host", QUERY_TEXT, 0, 0, NULL, "only those on the host"},
    {"presence", QUERY_WORD, 0, 0, presences, "only those that are so"},
    {"capability", QUERY_TEXT, 0, 0, NULL, "gpu, or gpu=h100"},
    {"healthy", QUERY_BOOL, 0, 0, NULL,
     "only those that are present and not unhealthy by their own word"},
    {.name = NULL},
};

static bool see_agent(void *ctx, struct llmreg_agent *agent)
{
    return list_see(ctx, agent);
}

/* Where a condition has few, they are cheaper to find than to meet. */
static void walk(struct list *l, const struct llmreg_agent_filter *f)
{
    struct llmreg_registry *r = l->ask->api->registry;

    l->in_order = f->type == NULL && f->role == NULL && f->domain == NULL &&
                  f->host == NULL && f->capability == NULL;
    if (l->in_order)
        llmreg_each_agent_after(r, f, l->after, see_agent, l);
    else
        llmreg_each_agent(r, f, see_agent, l);
}

static int run_list(struct ask *a)
{
    const struct query_value *q = a->query;
    const struct llmreg_agent_filter filter = {
        .type = q[ROW_TYPE].text,
        .role = q[ROW_ROLE].text,
        .domain = q[ROW_DOMAIN].text,
        .host = q[ROW_HOST].text,
        .capability = q[ROW_CAPABILITY].text,
        .presences =
            q[ROW_PRESENCE].text == NULL ? 0 : 1u << q[ROW_PRESENCE].number,
        .healthy = q[ROW_HEALTHY].number != 0,
    };
    struct list l;
    int rc = list_init(&l, &agents_kind, a);

    if (rc != LLMREG_OK)
        return rc;
    walk(&l, &filter);
    rc = list_send(&l);
    list_fini(&l);
    return rc;
}

/* ---- one ---- */

static int send_agent(struct ask *a, struct llmreg_agent *agent)
{
    struct reply r;

    reply_begin(&r);
    llmreg_agent_json(&r.json, NULL, agent, &a->req->now);
    llmreg_agent_put(agent);
    return reply_send_tagged(a, &r);
}

static int run_get(struct ask *a)
{
    struct llmreg_agent *agent =
        llmreg_agent_get(a->api->registry, a->params[0]);

    if (agent == NULL)
        return ask_fail(a, LLMREG_ENOENT, "agent_id",
                        "agent %s is not registered", a->params[0]);
    return send_agent(a, agent);
}

/* ---- its heartbeats ---- */

#define MINUTES_MAX 1440

static const struct query_row beats_query[] = {
    {"minutes", QUERY_COUNT, 1, MINUTES_MAX, NULL,
     "of those that are kept only those of the last minutes; all of them"},
    {.name = NULL},
};

/* In a read section, and into memory: it waits for nothing. */
static bool write_beat(void *ctx, const struct llmreg_beat *beat)
{
    llmreg_beat_json(ctx, NULL, beat);
    return true;
}

static int run_heartbeats(struct ask *a)
{
    struct llmreg_agent *agent =
        llmreg_agent_get(a->api->registry, a->params[0]);
    const int64_t back_ns = a->query[0].number * 60 * LLMREG_NS_PER_S;
    struct reply r;

    if (agent == NULL)
        return ask_fail(a, LLMREG_ENOENT, "agent_id",
                        "agent %s is not registered", a->params[0]);
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_integer(&r.json, "kept", LLMREG_BEATS_KEPT);
    llmreg_json_open_array(&r.json, "heartbeats");
    llmreg_agent_beats(agent,
                       back_ns == 0 ? INT64_MIN : a->req->now.mono_ns - back_ns,
                       write_beat, &r.json);
    llmreg_json_close_array(&r.json);
    llmreg_json_close_object(&r.json);
    llmreg_agent_put(agent);
    return reply_send_tagged(a, &r);
}

/* ---- any ---- */

enum { CHOOSE_TYPE, CHOOSE_CAPABILITY, CHOOSE_ROLE, CHOOSE_DOMAIN };

static const struct query_row choose_query[] = {
    {"type", QUERY_TEXT, 0, 0, NULL, "one of the type"},
    {"capability", QUERY_TEXT, 0, 0, NULL, "gpu, or gpu=h100"},
    {"role", QUERY_TEXT, 0, 0, NULL, "one of the role"},
    {"domain", QUERY_TEXT, 0, 0, NULL, "one of the domain"},
    {.name = NULL},
};

static int run_choose(struct ask *a)
{
    const struct llmreg_agent_filter filter = {
        .type = a->query[CHOOSE_TYPE].text,
        .capability = a->query[CHOOSE_CAPABILITY].text,
        .role = a->query[CHOOSE_ROLE].text,
        .domain = a->query[CHOOSE_DOMAIN].text,
        .healthy = true,
    };
    struct llmreg_agent *agent = llmreg_agent_choose(a->api->registry, &filter);

    if (agent == NULL)
        return ask_fail(a, LLMREG_ENOENT, NULL,
                        "no healthy agent is like that");
    return send_agent(a, agent);
}

const struct route agents_routes[] = {
    {HTTP_GET, "/api/v1/agents", ROUTE_READER, 0, list_query, NULL, run_list,
     "200 304", "agents, in the order of their ids", false},
    {HTTP_GET, "/api/v1/agents/choose", ROUTE_READER, 0, choose_query, NULL,
     run_choose, "200 304 404",
     "one healthy agent, each as likely as any other", false},
    {HTTP_GET, "/api/v1/agents/{id}", ROUTE_READER, 0, NULL, NULL, run_get,
     "200 304 404", "one agent", false},
    {HTTP_GET, "/api/v1/agents/{id}/heartbeats", ROUTE_READER, 0, beats_query,
     NULL, run_heartbeats, "200 304 404",
     "its newest heartbeats, oldest first: at most as many as kept says, "
     "whatever minutes says",
     false},
    {.path = NULL},
};
