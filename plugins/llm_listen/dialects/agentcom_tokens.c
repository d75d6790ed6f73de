/* SPDX-License-Identifier: MIT */
/* agentcom_tokens.c - tokens as AgentCom knows them: by the agent that they are
 * for.  An agent that has none yet gets one where it may register without
 * (AllowAgentsFrom), or for an enrolment token; the id of another one nobody
 * gets. */
#include <stdlib.h>
#include <string.h>

#include <llmreg/tokens.h>

#include "plugins/llm_listen/api/admit.h"
#include "plugins/llm_listen/api/mint.h"
#include "plugins/llm_listen/dialects/agentcom.h"
#include "plugins/llm_listen/dialects/dialects.h"

#define ORIGIN "agentcom"
#define PREFIX "lr1_" /* of what a token looks like */

#define TOKENS_EACH 64 /* that one address gets */

/* ---- bodies ---- */

struct naming_agent {
    body_given given;
    const char *agent_id;
};

static const struct body_field naming_fields[] = {
    {"agent_id", BODY_TEXT, offsetof(struct naming_agent, agent_id), 1, 128,
     true, NULL, NULL, "[A-Za-z0-9._:@/+-]"},
    {.name = NULL},
};

static const struct body_form naming_form = {
    .name = "AgentName",
    .fields = naming_fields,
    .size = sizeof(struct naming_agent),
};

/* ---- tokens of an agent ---- */

struct wallet {
    const char *agent; /* NULL: of any */
    int64_t wall_ms;
    const struct llmreg_token **items;
    size_t count, room;
    bool failed;
};

static bool make_room(struct wallet *w)
{
    const size_t room = w->room == 0 ? 16 : 2 * w->room;
    const struct llmreg_token **items;

    if (w->count < w->room)
        return true;
    items = realloc(w->items, room * sizeof *items);
    if (items == NULL)
        return false;
    w->items = items;
    w->room = room;
    return true;
}

static bool is_asked_for(const struct wallet *w, const struct llmreg_token *t)
{
    if (t->agent[0] == '\0' ||
        llmreg_token_state(t, w->wall_ms) == LLMREG_TOKEN_REVOKED)
        return false;
    return w->agent == NULL || strcmp(w->agent, t->agent) == 0;
}

static bool see(void *ctx, const struct llmreg_token *t)
{
    struct wallet *w = ctx;

    if (!is_asked_for(w, t))
        return true;
    w->failed = !make_room(w);
    if (!w->failed)
        w->items[w->count++] = llmreg_token_hold(t);
    return !w->failed;
}

/* Those that are not revoked.  wallet_fini in any case. */
static int wallet_fill(struct ask *a, const char *agent, struct wallet *out)
{
    *out = (struct wallet){.agent = agent, .wall_ms = a->req->now.wall_ms};
    llmreg_each_token(a->api->registry, see, out);
    return out->failed ? LLMREG_ENOMEM : LLMREG_OK;
}

static void wallet_fini(struct wallet *w)
{
    while (w->count > 0)
        llmreg_token_put(w->items[--w->count]);
    free(w->items);
}

/* How many; *seq grows. */
static int revoke_all(struct ask *a, const char *agent, size_t *count,
                      uint64_t *seq)
{
    struct wallet all;
    int rc = wallet_fill(a, agent, &all);

    *count = all.count;
    for (size_t i = 0; i < all.count && rc == LLMREG_OK; i++) {
        rc = llmreg_token_revoke(a->api->registry, all.items[i]->id, "",
                                 &a->req->now, seq);
        rc = rc == LLMREG_ENOENT ? LLMREG_OK : rc;
    }
    if (rc == LLMREG_OK && all.count > 0)
        ask_audit(a, agent, "revoked", 200, seq);
    wallet_fini(&all);
    return rc;
}

/* ---- making ---- */

static struct llmreg_token token_of(const struct minted *m, const char *agent,
                                    const char *host)
{
    struct llmreg_token t = {.id = m->id,
                             .name = agent,
                             .role = LLMREG_ROLE_AGENT,
                             .agent = agent,
                             .host = host,
                             .origin = ORIGIN,
                             .approved = true};

    memcpy(t.digest, m->digest, sizeof t.digest);
    /* A name is shorter than an id may be. */
    if (strlen(agent) >= LLMREG_TOKEN_NAME_SIZE)
        t.name = "";
    return t;
}

/* by NULL: nobody pays. */
static int add_token(struct ask *a, const struct llmreg_enrolment *e,
                     uint64_t *seq)
{
    int rc;

    if (e->by == NULL)
        rc = llmreg_token_add(a->api->registry, &e->token, &a->req->now, seq,
                              &a->err);
    else
        rc =
            llmreg_token_enrol(a->api->registry, e, &a->req->now, seq, &a->err);
    if (rc == LLMREG_EINVAL)
        a->field = "agent_id";
    if (rc == LLMREG_OK)
        ask_audit(a, e->token.id, e->token.agent, 201, seq);
    return rc;
}

static void write_made(struct llmreg_json_out *w, const struct minted *m,
                       const char *agent)
{
    llmreg_json_string(w, "agent_id", agent);
    llmreg_json_string(w, "token", m->text);
}

/* ---- for administrators ---- */

static int run_list(struct ask *a)
{
    struct wallet all;
    struct reply r;
    char prefix[LLMREG_TOKEN_ID_SIZE + 8];
    int rc = wallet_fill(a, NULL, &all);

    if (rc == LLMREG_OK) {
        reply_begin(&r);
        llmreg_json_open_object(&r.json, NULL);
        llmreg_json_open_array(&r.json, "tokens");
        for (size_t i = 0; i < all.count; i++) {
            struct llmreg_text t;

            llmreg_text_init(&t, prefix, sizeof prefix);
            llmreg_text_addf(&t, PREFIX "%s...", all.items[i]->id);
            llmreg_json_open_object(&r.json, NULL);
            llmreg_json_string(&r.json, "agent_id", all.items[i]->agent);
            llmreg_json_string(&r.json, "token_prefix", prefix);
            llmreg_json_close_object(&r.json);
        }
        llmreg_json_close_array(&r.json);
        llmreg_json_close_object(&r.json);
        rc = reply_send(a, &r, 200);
    }
    wallet_fini(&all);
    return rc;
}

/* hint: or NULL. */
static int make(struct ask *a, const char *agent, const char *hint,
                uint64_t seq)
{
    struct minted m = {.id = ""};
    struct llmreg_enrolment e;
    struct reply r;
    int rc = mint(&m);

    e = (struct llmreg_enrolment){.token = token_of(&m, agent, "")};
    if (rc == LLMREG_OK)
        rc = add_token(a, &e, &seq);
    if (rc == LLMREG_OK) {
        reply_begin(&r);
        llmreg_json_open_object(&r.json, NULL);
        write_made(&r.json, &m, agent);
        if (hint != NULL)
            llmreg_json_string(&r.json, "hint", hint);
        llmreg_json_close_object(&r.json);
        rc = reply_send_durable(a, &r, 201, seq);
    }
    mint_forget(&m);
    return rc;
}

static int run_make(struct ask *a)
{
    const struct naming_agent *said = a->body;

    return make(a, said->agent_id, NULL, 0);
}

static int run_revoke(struct ask *a)
{
    struct reply r;
    size_t count;
    uint64_t seq = 0;
    int rc = revoke_all(a, a->params[0], &count, &seq);

    if (rc != LLMREG_OK)
        return rc;
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_string(&r.json, "status", "revoked");
    llmreg_json_string(&r.json, "agent_id", a->params[0]);
    llmreg_json_close_object(&r.json);
    return reply_send_durable(a, &r, 200, seq);
}

static int run_reset(struct ask *a)
{
    size_t count;
    uint64_t seq = 0;
    int rc = revoke_all(a, a->params[0], &count, &seq);

    if (rc != LLMREG_OK)
        return rc;
    return count == 0
               ? ask_fail(a, LLMREG_ENOENT, NULL, "agent_not_found")
               : make(a, a->params[0],
                      "give it to the agent: node add-agent.js --rejoin", seq);
}

/* ---- for agents ---- */

struct survey {
    const char *agent, *host;
    bool taken;        /* a token of that agent is there */
    size_t neighbours; /* tokens that this host got here */
};

static bool look(void *ctx, const struct llmreg_token *t)
{
    struct survey *s = ctx;

    if (t->revoked_ms != 0)
        return true;
    s->taken = s->taken || strcmp(t->agent, s->agent) == 0;
    s->neighbours +=
        strcmp(t->origin, ORIGIN) == 0 && strcmp(t->host, s->host) == 0;
    return true;
}

/* True: answered. */
static bool refuse_taken(struct ask *a, const char *agent, const char *host)
{
    static const struct reply_error taken = {
        .status = 409, .code = "agent_id already registered", .message = ""};
    static const struct reply_error many = {
        .status = 429, .code = "heavy", .message = "too many", .retry = 3600};
    struct llmreg_agent *there = llmreg_agent_get(a->api->registry, agent);
    struct survey s = {.agent = agent, .host = host, .taken = there != NULL};

    llmreg_agent_put(there);
    llmreg_each_token(a->api->registry, look, &s);
    if (s.taken)
        reply_error(a, &taken);
    else if (host[0] != '\0' && s.neighbours >= TOKENS_EACH)
        reply_error(a, &many);
    else
        return false;
    return true;
}

/* True: answered.  10 a minute of one address, as there. */
static bool refuse_pace(struct ask *a)
{
    static const struct bucket_rule rule = {10.0 / 60, 10};
    struct reply_error e = {
        .status = 429, .code = "heavy", .message = "too many registrations"};
    char key[LLMREG_PEER_SIZE + 8];
    struct llmreg_text t;

    llmreg_text_init(&t, key, sizeof key);
    llmreg_text_addf(&t, "o:%s", a->req->peer);
    e.retry = buckets_take(a->api->buckets, key, &rule, &a->req->now);
    if (e.retry > 0)
        reply_error(a, &e);
    return e.retry > 0;
}

/* ws://HOST/ws, http://HOST */
static void write_hub(struct llmreg_json_out *w, const struct ask *a)
{
    const char *host = http_header(a->call, "Host");
    const char *s = a->req->tls ? "s" : "";
    char url[LLMREG_URL_SIZE];
    struct llmreg_text t;

    if (host == NULL || strlen(host) > LLMREG_HOST_SIZE)
        host = a->api->conf.hostname;
    llmreg_text_init(&t, url, sizeof url);
    llmreg_text_addf(&t, "ws%s://%s/ws", s, host);
    llmreg_json_string(w, "hub_ws_url", url);
    llmreg_text_init(&t, url, sizeof url);
    llmreg_text_addf(&t, "http%s://%s", s, host);
    llmreg_json_string(w, "hub_api_url", url);
}

/* host: that its token is bound to, or "". */
static int onboard(struct ask *a, const char *agent, const char *by,
                   const char *host)
{
    struct minted m = {.id = ""};
    struct llmreg_enrolment e;
    struct reply r;
    uint64_t seq = 0;
    int rc = mint(&m);

    e = (struct llmreg_enrolment){.by = by, .token = token_of(&m, agent, host)};
    if (rc == LLMREG_OK)
        rc = add_token(a, &e, &seq);
    if (rc == LLMREG_OK) {
        reply_begin(&r);
        llmreg_json_open_object(&r.json, NULL);
        write_made(&r.json, &m, agent);
        write_hub(&r.json, a);
        llmreg_json_null(&r.json, "default_repo");
        llmreg_json_close_object(&r.json);
        rc = reply_send_durable(a, &r, 201, seq);
    }
    mint_forget(&m);
    return rc;
}

/* A token that is for one agent makes none for another. */
static int refuse_token(struct ask *a)
{
    static const struct reply_error e = {
        .status = 403,
        .message = "an enrolment token is needed, or one of an administrator"};

    return reply_error(a, &e);
}

static int run_onboard(struct ask *a)
{
    const struct naming_agent *said = a->body;
    const struct llmreg_token *shown = a->who.token; /* or NULL */
    const bool enrols = shown != NULL && shown->uses > 0;
    char host[LLMREG_HOST_SIZE] = "";

    if (refuse_pace(a))
        return LLMREG_OK;
    if (!enrols && !admit_by_address(a) &&
        (shown == NULL || shown->role != LLMREG_ROLE_ADMIN))
        return refuse_token(a);
    if (admit_by_address(a) && llmreg_host_key(a->req->peer, host) != LLMREG_OK)
        return refuse_token(a);
    return refuse_taken(a, said->agent_id, host)
               ? LLMREG_OK
               : onboard(a, said->agent_id, enrols ? shown->id : NULL, host);
}

const struct route agentcom_tokens_routes[] = {
    {HTTP_POST, "/api/onboard/register", ROUTE_AGENT, 4096, NULL, &naming_form,
     run_onboard, "201 409", "a first token for an agent", true},
    {HTTP_POST, "/admin/tokens", ROUTE_ADMIN, 4096, NULL, &naming_form,
     run_make, "201", "a token for an agent", false},
    {HTTP_GET, "/admin/tokens", ROUTE_ADMIN, 0, NULL, NULL, run_list, "200",
     "tokens of agents", false},
    {HTTP_DELETE, "/admin/tokens/{id}", ROUTE_ADMIN, 0, NULL, NULL, run_revoke,
     "200", "revoke all tokens of an agent", false},
    {HTTP_POST, "/api/admin/agents/{id}/reset-token", ROUTE_ADMIN, 1024, NULL,
     NULL, run_reset, "201 404", "another token instead of those it has",
     false},
    {.path = NULL},
};
