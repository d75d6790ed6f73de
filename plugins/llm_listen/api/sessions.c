/* SPDX-License-Identifier: MIT */
/* sessions.c - connections between agents, as either side reports them. */
#include <llmreg/sessions.h>

#include <math.h>
#include <string.h>

#include <llmreg/agents.h>

#include "plugins/llm_listen/api/body_trees.h"
#include "plugins/llm_listen/api/list.h"
#include "plugins/llm_listen/api/own.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

/* ---- lists ---- */

static const char *session_id(const void *item)
{
    const struct llmreg_session *s = item;

    return s->id;
}

/* Sessions are values that never change; lists know nothing of const. */
static void *session_hold(void *item)
{
    (void)llmreg_session_hold(item);
    return item;
}

static void session_put(void *item)
{
    llmreg_session_put(item);
}

static void session_json(struct llmreg_json_out *w, void *item,
                         const struct ask *a)
{
    (void)a;
    llmreg_session_json(w, NULL, item);
}

static const struct list_kind sessions_kind = {
    "sessions", session_id, session_hold, session_put, session_json};

static const char *const statuses[] = {
    "establishing", "established", "degraded", "closed", "failed", NULL};
static const char *const types[] = {"cluster", "hotline", "service", "tocp",
                                    NULL};

enum { ROW_STATUS = LIST_ROWS, ROW_TYPE, ROW_LIVE, ROW_NODE };

#define FILTERS                                                                \
    {"status", QUERY_WORD, 0, 0, statuses, "only those that are so"},          \
        {"type", QUERY_WORD, 0, 0, types, "only those of the type"},           \
    {                                                                          \
        "live", QUERY_BOOL, 0, 0, NULL,                                        \
            "only those that live, or are over; both"                          \
    }

static const struct query_row list_query[] = {
    LIST_QUERY,
    FILTERS,
    {"node", QUERY_TEXT, 0, 0, NULL, "only those of the agent"},
    {.name = NULL},
};

static const struct query_row agent_query[] = {
    LIST_QUERY,
    FILTERS,
    {.name = NULL},
};

static bool see_session(void *ctx, const struct llmreg_session *s)
{
    struct list *l = ctx;
    const struct query_value *q = l->ask->query;

    if ((q[ROW_STATUS].text == NULL ||
         q[ROW_STATUS].number == (int64_t)s->status) &&
        (q[ROW_TYPE].text == NULL || q[ROW_TYPE].number == (int64_t)s->type))
        return list_see(l, (void *)(uintptr_t)s);
    return true;
}

/* node: NULL is any. */
static int send_list(struct ask *a, const char *node)
{
    const struct query_value *live = &a->query[ROW_LIVE];
    struct list l;
    int rc = list_init(&l, &sessions_kind, a);

    if (rc != LLMREG_OK)
        return rc;
    if (live->text == NULL || live->number != 0)
        llmreg_each_session(a->api->registry, node, true, see_session, &l);
    if (live->text == NULL || live->number == 0)
        llmreg_each_session(a->api->registry, node, false, see_session, &l);
    rc = list_send(&l);
    list_fini(&l);
    return rc;
}

static int run_list(struct ask *a)
{
    return send_list(a, a->query[ROW_NODE].text);
}

static int run_of_agent(struct ask *a)
{
    struct llmreg_agent *agent =
        llmreg_agent_get(a->api->registry, a->params[0]);

    if (agent == NULL)
        return ask_fail(a, LLMREG_ENOENT, "agent_id",
                        "agent %s is not registered", a->params[0]);
    llmreg_agent_put(agent);
    return send_list(a, a->params[0]);
}

/* ---- one ---- */

static int unknown(struct ask *a)
{
    return ask_fail(a, LLMREG_ENOENT, "session_id", "there is no session %s",
                    a->params[0]);
}

static int find(struct ask *a, const struct llmreg_session **out)
{
    *out = llmreg_session_get(a->api->registry, a->params[0]);
    return *out != NULL ? LLMREG_OK : unknown(a);
}

static int run_get(struct ask *a)
{
    const struct llmreg_session *s = NULL;
    struct reply r;
    int rc = find(a, &s);

    if (rc != LLMREG_OK)
        return rc;
    reply_begin(&r);
    llmreg_session_json(&r.json, NULL, s);
    llmreg_session_put(s);
    return reply_send_tagged(a, &r);
}

/* As it is now, after seq is on disk; 0: at once. */
static int answer(struct ask *a, const char *id, unsigned status, uint64_t seq)
{
    const struct llmreg_session *s = llmreg_session_get(a->api->registry, id);
    struct reply r;

    if (s == NULL)
        return unknown(a);
    reply_begin(&r);
    llmreg_session_json(&r.json, NULL, s);
    llmreg_session_put(s);
    return seq == 0 ? reply_send(a, &r, status)
                    : reply_send_durable(a, &r, status, seq);
}

/* ---- what is said of one ---- */

struct saying {
    body_given given;
    const char *id, *from, *to, *type, *status, *connection; /* or NULL */
    double weight, latency_ms, bandwidth_bps;
};

#define OFF(field) offsetof(struct saying, field)

/* The same of a new one and of one that goes on. */
#define COMMON_FIELDS                                                          \
    {"status", BODY_TEXT, OFF(status),                                         \
     1,        32,        false,                                               \
     NULL,     NULL,      "establishing, established, degraded"},              \
        {"weight", BODY_NUMBER, OFF(weight),     0, 1e9, false,                \
         NULL,     NULL,        "for drawing; 1"},                             \
        {"latency_ms", BODY_NUMBER, OFF(latency_ms),     0, 86400000, false,   \
         NULL,         NULL,        "as it was measured"},                     \
    {                                                                          \
        "bandwidth_bps", BODY_NUMBER, OFF(bandwidth_bps), 0, 1e15, false,      \
            NULL, NULL, "bits per second"                                      \
    }

static const struct body_field opening_fields[] = {
    COMMON_FIELDS,
    {"session_id", BODY_TEXT, OFF(id), 1, 128, false, NULL, NULL,
     "[A-Za-z0-9._:@/+-]; made if it is not said"},
    {"from", BODY_TEXT, OFF(from), 1, 128, false, NULL, NULL,
     "id of an agent; the caller's own"},
    {"to", BODY_TEXT, OFF(to), 1, 128, true, NULL, NULL, "id of an agent"},
    {"type", BODY_TEXT, OFF(type), 1, 32, false, NULL, NULL,
     "cluster, hotline, service, tocp"},
    {"connection", BODY_TEXT, OFF(connection), 0, 64, false, NULL, NULL,
     "a free word: websocket"},
    {.name = NULL},
};

static const struct body_form opening_form = {
    .name = "NewSession",
    .fields = opening_fields,
    .size = sizeof(struct saying),
};

static const struct body_field activity_fields[] = {
    COMMON_FIELDS,
    {.name = NULL},
};

static const struct body_form activity_form = {
    .name = "SessionActivity",
    .fields = activity_fields,
    .size = sizeof(struct saying),
    .optional = true,
};

/* What is said replaces what there is. */
static int say(struct ask *a, const struct saying *said,
               struct llmreg_session *out)
{
    const struct body_form *form = a->route->body;

    if (said->status != NULL &&
        (llmreg_session_status_parse(said->status, &out->status) != LLMREG_OK ||
         !llmreg_session_lives(out->status)))
        return ask_fail(a, LLMREG_EINVAL, "status",
                        "status %s: allowed are establishing, established, "
                        "degraded",
                        said->status);
    if (said->type != NULL &&
        llmreg_session_type_parse(said->type, &out->type) != LLMREG_OK)
        return ask_fail(a, LLMREG_EINVAL, "type",
                        "type %s: allowed are cluster, hotline, service, tocp",
                        said->type);
    if (said->connection != NULL)
        out->connection = said->connection;
    if (body_has(form, said->given, "weight"))
        out->weight = said->weight;
    if (body_has(form, said->given, "latency_ms"))
        out->latency_us = llround(said->latency_ms * 1000);
    if (body_has(form, said->given, "bandwidth_bps"))
        out->bandwidth_bps = llround(said->bandwidth_bps);
    return LLMREG_OK;
}

/* ---- opening ---- */

static int run_open(struct ask *a)
{
    const struct saying *said = a->body;
    struct llmreg_session s = {
        .id = said->id == NULL ? "" : said->id,
        .from = said->from == NULL ? own_id(a) : said->from,
        .to = said->to,
        .connection = "",
        .reason = "",
        .status = LLMREG_SESSION_ESTABLISHED,
        .weight = 1,
        .latency_us = -1,
        .bandwidth_bps = -1,
    };
    struct llmreg_session_result result = {.created = false};
    unsigned status = 200;
    int rc;

    if (s.from[0] == '\0')
        return ask_fail(a, LLMREG_EINVAL, "from", "from is needed");
    if (!own_session(a, s.from, s.to))
        return LLMREG_OK;
    rc = say(a, said, &s);
    if (rc == LLMREG_OK)
        rc = llmreg_session_open(a->api->registry, &s, &a->req->now, &result,
                                 &a->err);
    if (rc != LLMREG_OK)
        return rc;
    if (result.created) {
        status = 201;
        ask_audit(a, result.id, "opened", status, &result.seq);
    }
    return answer(a, result.id, status, result.created ? result.seq : 0);
}

/* ---- going on ---- */

static int refresh(struct ask *a, const struct llmreg_session *old)
{
    struct llmreg_session s = *old;
    int rc = say(a, a->body, &s);

    if (rc == LLMREG_OK && !llmreg_session_lives(old->status))
        rc = LLMREG_ENOENT;
    if (rc == LLMREG_OK)
        rc = llmreg_session_activity(a->api->registry, old->id, &s,
                                     &a->req->now, &a->err);
    if (rc == LLMREG_ENOENT)
        return ask_fail(a, LLMREG_EBUSY, NULL, "session %s is over", old->id);
    return rc != LLMREG_OK ? rc : answer(a, old->id, 200, 0);
}

static int run_activity(struct ask *a)
{
    const struct llmreg_session *s = NULL;
    int rc = find(a, &s);

    if (rc == LLMREG_OK && own_session(a, s->from, s->to))
        rc = refresh(a, s);
    llmreg_session_put(s);
    return rc;
}

/* ---- closing ---- */

static int finish(struct ask *a, const struct llmreg_session *s)
{
    uint64_t seq = 0;
    int rc =
        llmreg_session_close(a->api->registry, s->id, LLMREG_SESSION_CLOSED,
                             "closed on request", &a->req->now);

    if (rc == LLMREG_ENOENT)
        return ask_fail(a, LLMREG_EBUSY, NULL, "session %s is over", s->id);
    if (rc != LLMREG_OK)
        return rc;
    ask_audit(a, s->id, "closed", 200, &seq);
    return answer(a, s->id, 200, seq);
}

static int run_close(struct ask *a)
{
    const struct llmreg_session *s = NULL;
    int rc = find(a, &s);

    if (rc == LLMREG_OK && own_session(a, s->from, s->to))
        rc = finish(a, s);
    llmreg_session_put(s);
    return rc;
}

const struct route sessions_routes[] = {
    {HTTP_GET, "/api/v1/sessions", ROUTE_READER, 0, list_query, NULL, run_list,
     "200 304", "sessions, in the order of their ids", false},
    {HTTP_POST, "/api/v1/sessions", ROUTE_AGENT, 4096, NULL, &opening_form,
     run_open, "200 201 404 409",
     "open a session, or refresh the one of the two", false},
    {HTTP_GET, "/api/v1/sessions/{id}", ROUTE_READER, 0, NULL, NULL, run_get,
     "200 304 404", "one session", false},
    {HTTP_POST, "/api/v1/sessions/{id}/activity", ROUTE_AGENT, 4096, NULL,
     &activity_form, run_activity, "200 404 409", "a session goes on", false},
    {HTTP_DELETE, "/api/v1/sessions/{id}", ROUTE_AGENT, 0, NULL, NULL,
     run_close, "200 404 409", "close a session", false},
    {HTTP_GET, "/api/v1/agents/{id}/sessions", ROUTE_READER, 0, agent_query,
     NULL, run_of_agent, "200 304 404", "sessions of an agent", false},
    {.path = NULL},
};
