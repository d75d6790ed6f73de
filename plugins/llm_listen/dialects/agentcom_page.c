/* SPDX-License-Identifier: MIT */
/* agentcom_page.c - the WebSocket of AgentCom's page, which may read.
 *
 * It begins with all that there is to be shown, and then events follow, those
 * of a tenth of a second together.  What the page would change it is told to
 * change by the routes, where it is known who asks. */
#include <string.h>

#include "plugins/llm_listen/api/talk.h"
#include "plugins/llm_listen/dialects/agentcom.h"
#include "plugins/llm_listen/dialects/dialects.h"

#define PATH "/ws/dashboard"

/* ---- what is wrong ---- */

static void write_error(struct llmreg_json_out *w, const struct ask *a,
                        const struct reply_error *e)
{
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "type", e->status == 429 ? "rate_limited" : "error");
    agentcom_error_members(w, a, e);
    llmreg_json_close_object(w);
}

static const struct route_errors errors = {.write = write_error};

/* ---- the picture ---- */

static void draw(struct ask *a, struct reply *r,
                 const struct llmreg_snapshot *s)
{
    llmreg_json_open_object(&r->json, NULL);
    llmreg_json_string(&r->json, "type", "snapshot");
    agentcom_state(&r->json, "data", a, s);
    agentcom_alerts(&r->json, "alerts", s);
    llmreg_json_close_object(&r->json);
}

/* ---- events ---- */

static void open_item(struct llmreg_json_out *w, enum agentcom_change change)
{
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "type", agentcom_change_text(change));
}

static void write_joined(struct llmreg_json_out *w,
                         const struct llmreg_event *e,
                         const struct llmreg_agent *agent)
{
    llmreg_json_string(w, "name", e->name);
    if (agent != NULL) {
        const struct llmreg_agent_spec *spec = llmreg_agent_spec(agent);

        shape_capabilities(w, "capabilities", spec);
        llmreg_agent_spec_put(spec);
        return;
    }
    llmreg_json_open_array(w, "capabilities");
    llmreg_json_close_array(w);
}

static void write_status(struct llmreg_json_out *w,
                         const struct llmreg_agent *agent)
{
    struct llmreg_agent_state s;

    if (agent == NULL) {
        llmreg_json_null(w, "status");
        return;
    }
    llmreg_agent_state(agent, &s);
    llmreg_json_string(w, "status", agentcom_status(&s));
}

/* It may have gone since. */
static void write_agent(struct llmreg_json_out *w, struct ask *a,
                        const struct llmreg_event *e,
                        enum agentcom_change change)
{
    struct llmreg_agent *agent = llmreg_agent_get(a->api->registry, e->subject);

    open_item(w, change);
    llmreg_json_string(w, "agent_id", e->subject);
    if (change == AGENTCOM_JOINED)
        write_joined(w, e, agent);
    else if (change == AGENTCOM_STATUS)
        write_status(w, agent);
    llmreg_json_close_object(w);
    llmreg_agent_put(agent);
}

/* One that is not raised any more is told so by its own event. */
static void write_fired(struct llmreg_json_out *w, struct ask *a,
                        const struct llmreg_event *e)
{
    const struct llmreg_alert *alert =
        llmreg_alert_get(a->api->registry, e->subject);

    if (alert != NULL && alert->s.severity != LLMREG_SEVERITY_OKAY) {
        open_item(w, AGENTCOM_FIRED);
        agentcom_alert(w, "data", alert);
        llmreg_json_close_object(w);
    }
    llmreg_alert_put(alert);
}

static void write_rule(struct llmreg_json_out *w, const struct llmreg_event *e,
                       enum agentcom_change change)
{
    char rule[AGENTCOM_RULE_SIZE];

    agentcom_rule_of(rule, e->subject);
    open_item(w, change);
    llmreg_json_string(w, "rule_id", rule);
    llmreg_json_close_object(w);
}

static void write_registry(struct llmreg_json_out *w)
{
    open_item(w, AGENTCOM_REGISTRY);
    llmreg_json_string(w, "detail", "endpoint_changed");
    llmreg_json_close_object(w);
}

static void write_change(struct llmreg_json_out *w, struct ask *a,
                         const struct llmreg_event *e,
                         enum agentcom_change change)
{
    switch (change) {
    case AGENTCOM_JOINED:
    case AGENTCOM_LEFT:
    case AGENTCOM_STATUS:
        write_agent(w, a, e, change);
        break;
    case AGENTCOM_FIRED:
        write_fired(w, a, e);
        break;
    case AGENTCOM_CLEARED:
    case AGENTCOM_ACKNOWLEDGED:
        write_rule(w, e, change);
        break;
    case AGENTCOM_REGISTRY:
        write_registry(w);
        break;
    case AGENTCOM_BACKED_UP:
    case AGENTCOM_BACKUP_FAILED:
    case AGENTCOM_RECOVERED:
    case AGENTCOM_RECOVERY_FAILED:
        open_item(w, change);
        agentcom_store_members(w, a, e, change);
        llmreg_json_close_object(w);
        break;
    case AGENTCOM_COMPACTED:
    case AGENTCOM_COMPACTION_FAILED:
        open_item(w, change);
        agentcom_compaction_members(w, a, e, change);
        llmreg_json_close_object(w);
        break;
    case AGENTCOM_NOTHING:
        break;
    }
}

/* Of the registry it says once that something changed: the page asks for all
 * of it. */
static void tell(struct ask *a, struct cast *c,
                 const struct cast_events *events)
{
    bool any = false, registry = false;
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "type", "events");
    llmreg_json_open_array(&r.json, "data");
    for (size_t i = 0; i < events->count; i++) {
        const enum agentcom_change change =
            agentcom_change_of(events->items[i]);

        if (change != AGENTCOM_REGISTRY || !registry)
            write_change(&r.json, a, events->items[i], change);
        registry = registry || change == AGENTCOM_REGISTRY;
        any = any || change != AGENTCOM_NOTHING;
    }
    llmreg_json_close_array(&r.json);
    llmreg_json_close_object(&r.json);
    if (any)
        cast_say(c, &r, NULL);
    else
        reply_drop(&r);
}

#define ENTITY(e) (UINT64_C(1) << LLMREG_ENTITY_##e)

const struct cast_kind agentcom_dashboard_cast = {
    .filter = {.types = UINT64_MAX,
               .entities = ENTITY(ENDPOINT) | ENTITY(HOST) | ENTITY(AGENT) |
                           ENTITY(ALERT) | ENTITY(STORE)},
    .picture = draw,
    .tell = tell,
};

/* ---- messages ---- */

static int run_snapshot(struct ask *a)
{
    struct talk *t = talk_of(a);

    cast_ask(a, t->cast, &t->place);
    return LLMREG_OK;
}

static int refuse(struct ask *a, const char *type, const char *error)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "type", type);
    llmreg_json_string(&r.json, "error", error);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 403);
}

static int run_endpoint(struct ask *a)
{
    return refuse(a, "llm_endpoint_error",
                  "read_only: use /api/admin/llm-registry");
}

static int run_acknowledge(struct ask *a)
{
    return refuse(a, "error", "read_only: use /api/alerts/ID/acknowledge");
}

#define ROW(type, run, help)                                                   \
    {                                                                          \
        HTTP_GET, PATH " " type, ROUTE_READER, HTTP_MESSAGE_MAX, NULL, NULL,   \
            run, "200 403", help, false                                        \
    }

static const struct route messages[] = {
    ROW("request_snapshot", run_snapshot, "all of it again"),
    ROW("register_llm_endpoint", run_endpoint, "is not done here"),
    ROW("remove_llm_endpoint", run_endpoint, "is not done here"),
    ROW("acknowledge_alert", run_acknowledge, "is not done here"),
    {.path = NULL},
};

static void join(struct ask *a)
{
    talk_join(a, CAST_DASHBOARD);
}

static int run_socket(struct ask *a)
{
    static const struct talk_kind kind = {
        .rows = messages, .errors = &errors, .opened = join, .anonymous = true};

    return talk_begin(a, &kind);
}

const struct route agentcom_page_routes[] = {
    {HTTP_GET, PATH, ROUTE_READER, 0, NULL, NULL, run_socket, "101 426",
     "the WebSocket of a page", false},
    {.path = NULL},
};
