/* SPDX-License-Identifier: MIT */
/* own.c - one question, asked of agents and of hosts. */
#include "plugins/llm_listen/api/own.h"

#include <string.h>

#include <llmreg/agents.h>
#include <llmreg/hosts.h>

#include "plugins/llm_listen/api/admit.h"
#include "plugins/llm_listen/api/reply.h"

static bool forbid(struct ask *a, const char *field, const char *format,
                   const char *other)
{
    char text[256];
    struct llmreg_text t;
    const struct reply_error e = {
        .status = 403, .message = text, .field = field};

    llmreg_text_init(&t, text, sizeof text);
    llmreg_text_add(&t, format);
    llmreg_text_add(&t, other);
    reply_error(a, &e);
    return false;
}

static bool is_agents(const struct ask *a)
{
    return a->who.kind == WHO_TOKEN && a->who.token->role == LLMREG_ROLE_AGENT;
}

static bool has_address(const struct ask *a, const char *id)
{
    struct llmreg_agent *agent = llmreg_agent_get(a->api->registry, id);
    struct llmreg_agent_state state;
    bool same = true;

    if (agent == NULL)
        return true;
    llmreg_agent_state(agent, &state);
    same = state.peer[0] == '\0' || strcmp(state.peer, a->req->peer) == 0;
    llmreg_agent_put(agent);
    return same;
}

bool own_agent(struct ask *a, const char *id)
{
    if (is_agents(a) && strcmp(a->who.token->agent, id) != 0)
        return a->who.token->agent[0] == '\0'
                   ? forbid(a, "agent_id",
                            "this token has not registered an agent yet", "")
                   : forbid(a, "agent_id", "this token is bound to agent ",
                            a->who.token->agent);
    if (admit_by_address(a) && !has_address(a, id))
        return forbid(a, "agent_id",
                      "this agent was registered from another address", "");
    return true;
}

const char *own_id(const struct ask *a)
{
    return is_agents(a) ? a->who.token->agent : "";
}

/* ---- agents that are taken ---- */

struct rival {
    const struct ask *ask;
    const char *agent;
    bool found;
};

static bool see_rival(void *ctx, const struct llmreg_token *t)
{
    struct rival *r = ctx;

    r->found =
        strcmp(t->agent, r->agent) == 0 && t != r->ask->who.token &&
        llmreg_token_state(t, r->ask->req->now.wall_ms) == LLMREG_TOKEN_VALID;
    return !r->found;
}

/* Looks at all tokens: once in the life of one that is not bound yet, and with
 * each registration of who has none. */
static bool is_taken(const struct ask *a, const char *id)
{
    struct rival r = {a, id, false};

    llmreg_each_token(a->api->registry, see_rival, &r);
    return r.found;
}

bool own_registration(struct ask *a, const char *id)
{
    if (id[0] == '\0')
        return true;
    if (own_id(a)[0] != '\0' || !(is_agents(a) || admit_by_address(a)))
        return own_agent(a, id);
    if (!is_agents(a) && !own_agent(a, id))
        return false;
    return !is_taken(a, id) ||
           forbid(a, "agent_id", "another token is bound to this agent", "");
}

bool own_is_host(const struct ask *a, const char *id)
{
    const char *bound = is_agents(a) ? a->who.token->host : "";
    char key[LLMREG_HOST_SIZE];

    return bound[0] == '\0' ||
           (llmreg_host_key(id, key) == LLMREG_OK && strcmp(bound, key) == 0);
}

bool own_host(struct ask *a, const char *id)
{
    return own_is_host(a, id) ||
           forbid(a, "host", "this token is bound to host ",
                  a->who.token->host);
}

bool own_has_host(struct ask *a)
{
    return !is_agents(a) || a->who.token->host[0] != '\0' ||
           forbid(a, "host",
                  "this token is bound to no host yet: register an agent, or "
                  "have the token made for a host",
                  "");
}

bool own_session(struct ask *a, const char *from, const char *to)
{
    const char *mine = own_id(a);

    if (!is_agents(a) || strcmp(mine, from) == 0 || strcmp(mine, to) == 0)
        return true;
    return mine[0] == '\0'
               ? forbid(a, "from", "this token has not registered an agent yet",
                        "")
               : forbid(a, "from", "this token is bound to agent ", mine);
}

bool own_bind(struct ask *a, const char *agent, const char *host, uint64_t *seq)
{
    char key[LLMREG_HOST_SIZE] = "";
    const struct llmreg_binding to = {.agent = agent, .host = key};
    uint64_t mine = 0;
    int rc;

    if (!is_agents(a))
        return true;
    if (host[0] != '\0' && llmreg_host_key(host, key) != LLMREG_OK)
        key[0] = '\0';
    rc = llmreg_token_bind(a->api->registry, a->who.token->id, &to,
                           &a->req->now, &mine);
    if (mine > *seq)
        *seq = mine;
    if (rc == LLMREG_OK)
        return true;
    return forbid(a, NULL,
                  "the token cannot be bound: ", llmreg_status_text(rc));
}
