/* SPDX-License-Identifier: MIT */
/* tokens.c - who may: tokens are made, approved and revoked.  A secret is
 * shown once, in the answer to who asked for it, and is in no log. */
#include <llmreg/audit.h>

#include <string.h>

#include "plugins/llm_listen/api/body_trees.h"
#include "plugins/llm_listen/api/list.h"
#include "plugins/llm_listen/api/mint.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

/* ---- lists ---- */

static const char *token_id(const void *item)
{
    const struct llmreg_token *t = item;

    return t->id;
}

/* Tokens are values that never change; lists know nothing of const. */
static void *token_hold(void *item)
{
    (void)llmreg_token_hold(item);
    return item;
}

static void token_put(void *item)
{
    llmreg_token_put(item);
}

static void token_json(struct llmreg_json_out *w, void *item,
                       const struct ask *a)
{
    llmreg_token_json(w, NULL, item, &a->req->now);
}

static const struct list_kind tokens_kind = {"tokens", token_id, token_hold,
                                             token_put, token_json};

static const char *const roles[] = {"agent", "reader", "operator", "admin",
                                    NULL};
static const char *const states[] = {"valid",   "pending", "spent",
                                     "expired", "revoked", NULL};

enum { ROW_ROLE = LIST_ROWS, ROW_STATE };

static const struct query_row list_query[] = {
    LIST_QUERY,
    {"role", QUERY_WORD, 0, 0, roles, "only those of the role"},
    {"state", QUERY_WORD, 0, 0, states, "only those that are so"},
    {.name = NULL},
};

static bool see_token(void *ctx, const struct llmreg_token *t)
{
    struct list *l = ctx;
    const struct query_value *q = l->ask->query;
    const int64_t state = llmreg_token_state(t, l->ask->req->now.wall_ms);

    if ((q[ROW_ROLE].text == NULL || q[ROW_ROLE].number == (int64_t)t->role) &&
        (q[ROW_STATE].text == NULL || q[ROW_STATE].number == state))
        return list_see(l, (void *)(uintptr_t)t);
    return true;
}

static int run_list(struct ask *a)
{
    struct list l;
    int rc = list_init(&l, &tokens_kind, a);

    if (rc != LLMREG_OK)
        return rc;
    llmreg_each_token(a->api->registry, see_token, &l);
    rc = list_send(&l);
    list_fini(&l);
    return rc;
}

/* ---- new ones ---- */

struct making {
    body_given given;
    const char *role, *name, *agent, *host; /* or NULL, but role */
    int64_t expires_ms, uses;
};

#define OFF(field) offsetof(struct making, field)

static const struct body_field making_fields[] = {
    {"role", BODY_TEXT, OFF(role), 1, 16, true, NULL, NULL,
     "agent, reader, operator, admin"},
    {"name", BODY_TEXT, OFF(name), 0, LLMREG_TOKEN_NAME_SIZE - 1, false, NULL,
     NULL, "for people"},
    {"expires", BODY_TIME, OFF(expires_ms), 0, 0, false, NULL, NULL,
     "after that it is worth nothing"},
    {"agent_id", BODY_TEXT, OFF(agent), 1, 128, false, NULL, NULL,
     "of an agent's: it is this one; else the first that registers with it"},
    {"host", BODY_TEXT, OFF(host), 1, 253, false, NULL, NULL,
     "of an agent's: it is on this host; else on the first that it reports"},
    {"uses", BODY_INTEGER, OFF(uses), 1, LLMREG_TOKEN_USES_MAX, false, NULL,
     NULL, "of an agent's: so many agents get a token of their own by it"},
    {.name = NULL},
};

static const struct body_form making_form = {
    .name = "NewToken",
    .fields = making_fields,
    .size = sizeof(struct making),
    .strict = true,
};

static int read_role(struct ask *a, const struct making *said,
                     enum llmreg_role *out)
{
    if (llmreg_role_parse(said->role, out) != LLMREG_OK)
        return ask_fail(a, LLMREG_EINVAL, "role",
                        "role %s: allowed are agent, reader, operator, admin",
                        said->role);
    if (said->expires_ms != 0 && said->expires_ms <= a->req->now.wall_ms)
        return ask_fail(a, LLMREG_EINVAL, "expires",
                        "expires is not in the future");
    return LLMREG_OK;
}

static int add_token(struct ask *a, const struct making *said,
                     const struct minted *m, uint64_t *seq)
{
    struct llmreg_token t = {
        .id = m->id,
        .name = said->name == NULL ? "" : said->name,
        .agent = said->agent == NULL ? "" : said->agent,
        .host = "",
        .origin = "api",
        .expires_ms = said->expires_ms,
        .approved = true,
        .uses = (uint32_t)said->uses,
        .uses_left = (uint32_t)said->uses,
    };
    char host[LLMREG_HOST_SIZE];
    int rc = read_role(a, said, &t.role);

    if (rc != LLMREG_OK)
        return rc;
    if (said->host != NULL && llmreg_host_key(said->host, host) != LLMREG_OK)
        return ask_fail(a, LLMREG_EINVAL, "host", "host %s is no name of one",
                        said->host);
    if (said->host != NULL)
        t.host = host;
    memcpy(t.digest, m->digest, sizeof t.digest);
    return llmreg_token_add(a->api->registry, &t, &a->req->now, seq, &a->err);
}

static int answer_made(struct ask *a, const struct minted *m, uint64_t seq)
{
    const struct llmreg_token *t = llmreg_token_get(a->api->registry, m->id);
    struct reply r;

    if (t == NULL)
        return LLMREG_ESTALE;
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_token_json(&r.json, "token", t, &a->req->now);
    llmreg_json_string(&r.json, "secret", m->text);
    llmreg_json_close_object(&r.json);
    llmreg_token_put(t);
    return reply_send_durable(a, &r, 201, seq);
}

static int run_make(struct ask *a)
{
    const struct making *said = a->body;
    struct minted m;
    uint64_t seq = 0;
    int rc = mint(&m);

    if (rc == LLMREG_OK)
        rc = add_token(a, said, &m, &seq);
    if (rc == LLMREG_OK) {
        ask_audit(a, m.id, said->role, 201, &seq);
        rc = answer_made(a, &m, seq);
    }
    mint_forget(&m);
    return rc;
}

/* ---- those that are there ---- */

static int unknown(struct ask *a)
{
    return ask_fail(a, LLMREG_ENOENT, "token_id", "there is no token %s",
                    a->params[0]);
}

static int answer_token(struct ask *a, const char *detail, uint64_t seq)
{
    const struct llmreg_token *t =
        llmreg_token_get(a->api->registry, a->params[0]);
    struct reply r;

    if (t == NULL)
        return unknown(a);
    if (seq != 0)
        ask_audit(a, a->params[0], detail, 200, &seq);
    reply_begin(&r);
    llmreg_token_json(&r.json, NULL, t, &a->req->now);
    llmreg_token_put(t);
    return reply_send_durable(a, &r, 200,
                              seq != 0 ? seq : llmreg_bus_last(a->api->bus));
}

static int run_get(struct ask *a)
{
    const struct llmreg_token *t =
        llmreg_token_get(a->api->registry, a->params[0]);
    struct reply r;

    if (t == NULL)
        return unknown(a);
    reply_begin(&r);
    llmreg_token_json(&r.json, NULL, t, &a->req->now);
    llmreg_token_put(t);
    return reply_send_tagged(a, &r);
}

static int run_approve(struct ask *a)
{
    uint64_t seq = 0;
    int rc = llmreg_token_approve(a->api->registry, a->params[0], &a->req->now,
                                  &seq);

    if (rc == LLMREG_ENOENT)
        return unknown(a);
    if (rc == LLMREG_ESTALE)
        return ask_fail(a, rc, NULL, "token %s is revoked", a->params[0]);
    return rc != LLMREG_OK ? rc : answer_token(a, "approved", seq);
}

enum { REVOKE_REASON };

static const struct query_row revoke_query[] = {
    {"reason", QUERY_TEXT, 0, 0, NULL, "why; up to 256 bytes"},
    {.name = NULL},
};

static int run_revoke(struct ask *a)
{
    const char *reason = a->query[REVOKE_REASON].text;
    uint64_t seq = 0;
    int rc;

    if (reason != NULL && strlen(reason) > LLMREG_AUDIT_DETAIL_SIZE - 1)
        return ask_fail(a, LLMREG_EINVAL, "reason",
                        "reason: up to %d bytes are allowed",
                        LLMREG_AUDIT_DETAIL_SIZE - 1);
    rc = llmreg_token_revoke(a->api->registry, a->params[0],
                             reason == NULL ? "" : reason, &a->req->now, &seq);
    if (rc == LLMREG_ENOENT)
        return unknown(a);
    return rc != LLMREG_OK
               ? rc
               : answer_token(a, reason == NULL ? "revoked" : reason, seq);
}

const struct route tokens_routes[] = {
    {HTTP_GET, "/api/v1/tokens", ROUTE_ADMIN, 0, list_query, NULL, run_list,
     "200 304", "tokens, in the order of their ids; never a secret", false},
    {HTTP_POST, "/api/v1/tokens", ROUTE_ADMIN, 4096, NULL, &making_form,
     run_make, "201 409", "a new token, whose secret is shown this once",
     false},
    {HTTP_GET, "/api/v1/tokens/{id}", ROUTE_ADMIN, 0, NULL, NULL, run_get,
     "200 304 404", "one token", false},
    {HTTP_POST, "/api/v1/tokens/{id}/approve", ROUTE_ADMIN, 0, NULL, NULL,
     run_approve, "200 404 409", "a pending token is valid from now on", false},
    {HTTP_DELETE, "/api/v1/tokens/{id}", ROUTE_ADMIN, 0, revoke_query, NULL,
     run_revoke, "200 404", "revoke a token, for good", false},
    {.path = NULL},
};
