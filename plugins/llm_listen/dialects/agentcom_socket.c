/* SPDX-License-Identifier: MIT */
/* agentcom_socket.c - the WebSocket of AgentCom's agents and of its sidecar.
 *
 *   identify         a registration, and a heartbeat; with the token, which
 *                    here may as well have come with the handshake
 *   ping, status     heartbeats
 *   resource_report  a heartbeat with a sample of the host; not answered
 *   ollama_report    the endpoint that the agent announces
 *   list_agents      as GET /api/agents, which here any agent may ask
 *
 * Nexus's page opens the same path and says nothing: whoever is silent for
 * PAGE_NS, and may read, is taken for it.
 *
 * An agent that closes the socket has stopped; one whose socket breaks is
 * stale, until it comes again. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/report.h"
#include "plugins/llm_listen/api/talk.h"
#include "plugins/llm_listen/dialects/agentcom.h"
#include "plugins/llm_listen/dialects/dialects.h"

#define PATH       "/ws"
#define TYPE       "agent" /* of an agent that says no client_type */
#define TOKEN_SIZE 257
#define PAGE_NS    (2 * LLMREG_NS_PER_S) /* of silence */

/* ---- what is wrong ---- */

/* Its words for what ours say otherwise. */
static const char *code_of(const struct reply_error *e)
{
    if (e->status == 401)
        return "invalid_token";
    if (e->status == 403 && e->code == NULL && e->field != NULL &&
        strcmp(e->field, "agent_id") == 0)
        return "token_agent_mismatch";
    return e->code;
}

static void write_error(struct llmreg_json_out *w, const struct ask *a,
                        const struct reply_error *e)
{
    const char *type = strchr(a->route->path, ' ');
    struct reply_error named = *e;

    named.code = code_of(e);
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "type", e->status == 429 ? "rate_limited" : "error");
    if (type != NULL)
        llmreg_json_string(w, "message_type", type + 1);
    agentcom_error_members(w, a, &named);
    llmreg_json_close_object(w);
}

static const struct route_errors errors = {.write = write_error};

static bool may(struct ask *a)
{
    static const struct reply_error unknown = {.status = 400,
                                               .message = "not_identified"};

    if (strcmp(a->route->path, PATH " identify") == 0)
        return true;
    if (talk_of(a)->agent[0] != '\0')
        return ask_may(a);
    reply_error(a, &unknown);
    return false;
}

/* ---- answers ---- */

static void begin_reply(struct reply *r, const char *type)
{
    reply_begin(r);
    llmreg_json_open_object(&r->json, NULL);
    llmreg_json_string(&r->json, "type", type);
}

static int send_reply(struct ask *a, struct reply *r)
{
    llmreg_json_close_object(&r->json);
    return reply_send(a, r, 200);
}

/* It was removed meanwhile: it has to come again. */
static int send_away(struct ask *a)
{
    ask_failed(a, LLMREG_ENOENT);
    http_socket_close(a->call, HTTP_CLOSE_POLICY,
                      "not registered any more: identify again");
    return LLMREG_OK;
}

static uint64_t beats_of(const struct llmreg_agent *agent)
{
    struct llmreg_agent_state s;

    llmreg_agent_state(agent, &s);
    return s.beats;
}

/* It has beaten: who beats after this is another. */
static void note_beat(struct ask *a)
{
    struct talk *t = talk_of(a);
    struct llmreg_agent *agent = llmreg_agent_get(a->api->registry, t->agent);

    if (agent != NULL)
        t->beats = beats_of(agent);
    llmreg_agent_put(agent);
}

/* *answered: an error was. */
static int beat(struct ask *a, const struct beat *b, bool *answered)
{
    struct beaten done;
    const int rc = report_beat(a, talk_of(a)->agent, b, &done);

    *answered = done.answered || rc == LLMREG_ENOENT;
    if (rc == LLMREG_ENOENT)
        return send_away(a);
    note_beat(a);
    return rc;
}

/* ---- identify ---- */

struct hello {
    body_given given;
    const char *agent_id, *token, *name, *status, *ollama_url, *client_type;
    struct body_capabilities capabilities;
};

#define OFF(field) offsetof(struct hello, field)

static const struct body_field hello_fields[] = {
    {"agent_id", BODY_TEXT, OFF(agent_id), 1, 128, true, NULL, NULL,
     "[A-Za-z0-9._:@/+-]"},
    {"token", BODY_TEXT, OFF(token), 1, TOKEN_SIZE - 1, false, NULL, NULL,
     "if none came with the handshake"},
    {"name", BODY_TEXT, OFF(name), 1, 256, false, NULL, NULL, "for people"},
    {"status", BODY_TEXT, OFF(status), 0, LLMREG_ACTIVITY_SIZE - 1, false, NULL,
     NULL, "a free word"},
    {"capabilities", BODY_TREE, OFF(capabilities), 0, 0, false,
     body_capabilities, "array of strings", "gpu, gpu=h100"},
    {"ollama_url", BODY_TEXT, OFF(ollama_url), 0, LLMREG_URL_SIZE - 1, false,
     NULL, NULL, "of the LLM server beside it"},
    {"client_type", BODY_TEXT, OFF(client_type), 1, 64, false, NULL, NULL,
     "sidecar"},
    {.name = NULL},
};

static const struct body_form hello_form = {
    .name = "Identify",
    .fields = hello_fields,
    .size = sizeof(struct hello),
};

/* False: answered. */
static bool show_token(struct ask *a, const char *token)
{
    char bearer[TOKEN_SIZE + 8];

    if (token == NULL)
        return true;
    snprintf(bearer, sizeof bearer, "Bearer %s", token);
    who_fini(&a->who);
    return ask_who(a, bearer);
}

/* Nobody, or somebody whose page may be anybody's.  True: answered. */
static bool refuse_stranger(struct ask *a)
{
    static const struct reply_error none = {.status = 422,
                                            .message = "token: is needed",
                                            .field = "token",
                                            .fault = BODY_MISSING};
    const bool trusted = a->who.kind == WHO_TOKEN || talk_of(a)->at_home;

    if (trusted && who_may(&a->who, a->route) != WHO_WRONG)
        return !ask_may(a);
    reply_error(a, &none);
    return true;
}

/* It was shown out a moment ago, and is told when to come.  True: it was. */
static bool refuse_hothead(struct ask *a, const char *id)
{
    const int left = cooling_left(&a->api->cooling, id, a->req->now.mono_ns);
    char reason[64];

    if (left == 0)
        return false;
    snprintf(reason, sizeof reason, "cooldown active: retry in %ds", left);
    http_socket_close(a->call, HTTP_CLOSE_POLICY, reason);
    return true;
}

/* The first heartbeat; what it says that it does is none of a registration. */
static int greet(struct ask *a, const struct hello *said, bool *answered)
{
    const struct beat b = {.status = "online",
                           .activity = said->status,
                           .latency_ms = (double)NAN};

    return beat(a, &b, answered);
}

static int answer_identified(struct ask *a, uint64_t seq)
{
    struct reply r;

    begin_reply(&r, "identified");
    llmreg_json_string(&r.json, "agent_id", talk_of(a)->agent);
    llmreg_json_close_object(&r.json);
    return reply_send_durable(a, &r, 200, seq);
}

static int run_identify(struct ask *a)
{
    const struct hello *said = a->body;
    struct body_endpoint one = {.url = said->ollama_url};
    const bool has_url = one.url != NULL && one.url[0] != '\0';
    struct registration r = {
        .agent_id = said->agent_id,
        .type = said->client_type != NULL ? said->client_type : TYPE,
        .name = said->name,
        .capabilities = said->capabilities,
        .endpoints = {.items = &one, .count = has_url},
        .endpoints_said = has_url,
    };
    struct registered done;
    bool answered = false;
    int rc = LLMREG_OK;

    if (!show_token(a, said->token) || refuse_stranger(a) ||
        refuse_hothead(a, said->agent_id))
        return LLMREG_OK;
    rc = report_register(a, &r, &done);
    /* There a name is for people, and two may have the same one. */
    if (rc == LLMREG_EEXIST && r.name != NULL) {
        r.name = NULL;
        rc = report_register(a, &r, &done);
    }
    if (rc != LLMREG_OK || done.answered)
        return rc;
    memcpy(talk_of(a)->agent, done.agent.id, sizeof done.agent.id);
    /* Its token is bound to it by now. */
    if (!who_renew(a->api->registry, &a->who, a->req->now.wall_ms))
        return LLMREG_ESTALE;
    rc = greet(a, said, &answered);
    if (rc != LLMREG_OK || answered)
        return rc;
    rc = answer_identified(a, done.seq);
    if (rc == LLMREG_OK)
        talk_join(a, CAST_PRESENCE);
    return rc;
}

/* ---- heartbeats ---- */

static int run_ping(struct ask *a)
{
    const struct beat b = {.latency_ms = (double)NAN};
    bool answered;
    struct reply r;
    const int rc = beat(a, &b, &answered);

    if (rc != LLMREG_OK || answered)
        return rc;
    begin_reply(&r, "pong");
    llmreg_json_integer(&r.json, "timestamp", a->req->now.wall_ms);
    return send_reply(a, &r);
}

struct doing {
    body_given given;
    const char *status;
};

static const struct body_field doing_fields[] = {
    {"status", BODY_TEXT, offsetof(struct doing, status), 1,
     LLMREG_ACTIVITY_SIZE - 1, true, NULL, NULL, "a free word"},
    {.name = NULL},
};

static const struct body_form doing_form = {
    .name = "AgentStatus",
    .fields = doing_fields,
    .size = sizeof(struct doing),
};

static int run_status(struct ask *a)
{
    const struct doing *said = a->body;
    const struct beat b = {.activity = said->status, .latency_ms = (double)NAN};
    bool answered;
    struct reply r;
    const int rc = beat(a, &b, &answered);

    if (rc != LLMREG_OK || answered)
        return rc;
    begin_reply(&r, "status_updated");
    return send_reply(a, &r);
}

struct resource_report {
    body_given given;
    struct body_resources resources;
};

static const struct body_field no_fields[] = {{.name = NULL}};

static const struct body_form resource_form = {
    .name = "ResourceReport",
    .fields = no_fields,
    .size = sizeof(struct resource_report),
    .root = body_resources,
    .root_offset = offsetof(struct resource_report, resources),
};

static int run_resources(struct ask *a)
{
    const struct resource_report *said = a->body;
    const struct beat b = {.latency_ms = (double)NAN,
                           .resources = &said->resources.r};
    bool answered;

    return beat(a, &b, &answered);
}

/* ---- its endpoint ---- */

struct ollama_report {
    body_given given;
    const char *url;
};

static const struct body_field ollama_fields[] = {
    {"ollama_url", BODY_TEXT, offsetof(struct ollama_report, url), 1,
     LLMREG_URL_SIZE - 1, true, NULL, NULL, "of the LLM server beside it"},
    {.name = NULL},
};

static const struct body_form ollama_form = {
    .name = "OllamaReport",
    .fields = ollama_fields,
    .size = sizeof(struct ollama_report),
};

static int run_ollama(struct ask *a)
{
    const struct ollama_report *said = a->body;
    struct body_endpoint one = {.url = said->url};
    const struct body_endpoints list = {.items = &one, .count = 1};
    struct registered done;
    struct reply r;
    const int rc = report_endpoints(a, talk_of(a)->agent, &list, &done);

    if (rc == LLMREG_ENOENT)
        return send_away(a);
    if (rc != LLMREG_OK || done.answered)
        return rc;
    if (done.endpoints.items[0].error != NULL)
        return ask_fail(a, LLMREG_EINVAL, "ollama_url", "%s",
                        done.endpoints.items[0].error);
    begin_reply(&r, "ollama_report_ack");
    llmreg_json_string(&r.json, "status", "registered");
    llmreg_json_close_object(&r.json);
    return reply_send_durable(a, &r, 200, done.seq);
}

/* ---- the others ---- */

static void write_agent(struct llmreg_json_out *w, const struct ask *a,
                        const struct llmreg_agent *agent)
{
    (void)a;
    agentcom_agent(w, NULL, agent, false);
}

static int run_list(struct ask *a)
{
    static const struct llmreg_agent_filter all;
    static const struct crowd_list agents = {.type = "agents",
                                             .name = "agents",
                                             .write = write_agent,
                                             .wanted = agentcom_is_connected};

    return crowd_send(a, &all, &agents);
}

/* ---- the socket ---- */

static void leave(struct ask *a)
{
    const struct talk *t = talk_of(a);
    const unsigned code = http_socket_left(a->call);
    const bool goodbye = code == HTTP_CLOSE_NORMAL || code == HTTP_CLOSE_GOING;
    struct llmreg_agent *agent = NULL;

    if (t->agent[0] == '\0' || http_stopping(a->call))
        return;
    agent = llmreg_agent_get(a->api->registry, t->agent);
    /* Another socket of the same agent may have taken over. */
    if (agent != NULL && beats_of(agent) == t->beats &&
        llmreg_agent_mark(a->api->registry, t->agent,
                          goodbye ? LLMREG_PRESENCE_STOPPED
                                  : LLMREG_PRESENCE_STALE,
                          goodbye ? "it closed its socket" : "its socket broke",
                          &a->req->now) == LLMREG_ENOMEM)
        llmreg_log(a->api->log, LLMREG_ERROR,
                   "agent %s has gone, and there is no memory to note it",
                   t->agent);
    llmreg_agent_put(agent);
}

static bool may_be_page(const struct ask *a, const struct talk *t)
{
    static const struct route page = {.role = ROUTE_READER};

    return !t->spoke && t->cast == NULL && t->at_home &&
           a->api->casts[CAST_BACKENDS] != NULL &&
           a->req->now.mono_ns - t->begun_ns > PAGE_NS &&
           who_may(&a->who, &page) == WHO_FINE;
}

static void look(struct ask *a)
{
    if (may_be_page(a, talk_of(a)))
        talk_join(a, CAST_BACKENDS);
}

#define ROW(type, form, run, help)                                             \
    {                                                                          \
        HTTP_GET, PATH " " type, ROUTE_AGENT, HTTP_MESSAGE_MAX, NULL, form,    \
            run, "200", help, true                                             \
    }

static const struct route messages[] = {
    ROW("identify", &hello_form, run_identify, "who it is"),
    ROW("ping", NULL, run_ping, "it is there"),
    ROW("status", &doing_form, run_status, "what it does"),
    ROW("resource_report", &resource_form, run_resources, "how busy it is"),
    ROW("ollama_report", &ollama_form, run_ollama, "where its server is"),
    ROW("list_agents", NULL, run_list, "who else is there"),
    {.path = NULL},
};

static int run_socket(struct ask *a)
{
    static const struct talk_kind kind = {.rows = messages,
                                          .errors = &errors,
                                          .may = may,
                                          .tick = look,
                                          .end = leave};

    return talk_begin(a, &kind);
}

const struct route agentcom_socket_routes[] = {
    {HTTP_GET, PATH, ROUTE_SOCKET, 0, NULL, NULL, run_socket, "101 426",
     "the WebSocket of agents", false},
    {.path = NULL},
};
