/* SPDX-License-Identifier: MIT */
/* who.c - a token is looked up by its public part; of the secret only a digest
 * is known, and it is compared in a time that does not tell how much of it was
 * right.  An unknown id costs what a wrong secret costs. */
#include "plugins/llm_listen/api/who.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <gnutls/crypto.h>

#include "plugins/llm_listen/http/door.h"

#define PREFIX "lr1_"

/* ---- the text of a token ---- */

void who_write(char out[static WHO_TOKEN_SIZE], const char *id,
               const char *secret)
{
    snprintf(out, WHO_TOKEN_SIZE, PREFIX "%s_%s", id, secret);
}

static bool is_id(const char *s)
{
    for (size_t i = 0; i < LLMREG_TOKEN_ID_SIZE - 1; i++)
        if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= '0' && s[i] <= '9')))
            return false;
    return true;
}

bool who_parse(const char *text, size_t len,
               char id[static LLMREG_TOKEN_ID_SIZE],
               uint8_t digest[static LLMREG_DIGEST_SIZE])
{
    const size_t head = strlen(PREFIX);

    if (len != WHO_TOKEN_SIZE - 1 || memcmp(text, PREFIX, head) != 0 ||
        !is_id(text + head) || text[head + LLMREG_TOKEN_ID_SIZE - 1] != '_')
        return false;
    memcpy(id, text + head, LLMREG_TOKEN_ID_SIZE - 1);
    id[LLMREG_TOKEN_ID_SIZE - 1] = '\0';
    return gnutls_hash_fast(GNUTLS_DIG_SHA256, text + len - WHO_SECRET_SIZE,
                            WHO_SECRET_SIZE, digest) == 0;
}

/* ---- finding ---- */

/* A reference to the valid token, or NULL. */
static const struct llmreg_token *find_token(struct llmreg_registry *r,
                                             const char *text, int64_t wall_ms)
{
    static const uint8_t none[LLMREG_DIGEST_SIZE] = {0};
    char id[LLMREG_TOKEN_ID_SIZE];
    uint8_t digest[LLMREG_DIGEST_SIZE];
    const struct llmreg_token *t;
    bool same;

    if (!who_parse(text, strlen(text), id, digest))
        return NULL;
    t = llmreg_token_get(r, id);
    same =
        gnutls_memcmp(digest, t == NULL ? none : t->digest, sizeof digest) == 0;
    if (t != NULL && same &&
        llmreg_token_state(t, wall_ms) == LLMREG_TOKEN_VALID)
        return t;
    llmreg_token_put(t);
    return NULL;
}

static bool is_let_in(const struct http_request *req)
{
    for (size_t i = 0; i < req->door->nagents_from; i++)
        if (cidr_has(&req->door->agents_from[i], req->peer))
            return true;
    return false;
}

static void find_anonymous(const struct http_request *req, struct who *out)
{
    out->let_in = is_let_in(req);
    if (out->let_in)
        out->kind = WHO_TOKENLESS;
    if (req->local) {
        out->kind = WHO_LOCAL;
        out->may_write = req->door->allow_anonymous_write;
    }
}

enum who_verdict who_find(struct llmreg_registry *r, const char *authorization,
                          const struct http_request *req, struct who *out)
{
    *out = (struct who){.kind = WHO_NOBODY};
    if (authorization == NULL) {
        find_anonymous(req, out);
        return WHO_FINE;
    }
    if (strncasecmp(authorization, "Bearer ", 7) != 0)
        return WHO_WRONG;
    out->token = find_token(r, authorization + 7, req->now.wall_ms);
    if (out->token == NULL)
        return WHO_WRONG;
    out->kind = WHO_TOKEN;
    llmreg_token_use(out->token, req->now.wall_ms);
    return WHO_FINE;
}

void who_fini(struct who *w)
{
    llmreg_token_put(w->token);
    w->token = NULL;
}

bool who_renew(struct llmreg_registry *r, struct who *w, int64_t wall_ms)
{
    const struct llmreg_token *t;
    bool good;

    if (w->kind != WHO_TOKEN)
        return true;
    t = llmreg_token_get(r, w->token->id);
    good = t != NULL && t->role == w->token->role &&
           llmreg_token_state(t, wall_ms) == LLMREG_TOKEN_VALID;
    if (good) {
        llmreg_token_put(w->token);
        w->token = t;
    } else {
        llmreg_token_put(t);
    }
    return good;
}

/* ---- may it? ---- */

static enum llmreg_role needed(enum route_role role)
{
    static const enum llmreg_role roles[] = {
        [ROUTE_OPEN] = LLMREG_ROLE_AGENT,
        [ROUTE_AGENT] = LLMREG_ROLE_AGENT,
        [ROUTE_READER] = LLMREG_ROLE_READER,
        [ROUTE_OPERATOR] = LLMREG_ROLE_OPERATOR,
        [ROUTE_ADMIN] = LLMREG_ROLE_ADMIN,
        [ROUTE_SOCKET] = LLMREG_ROLE_AGENT,
    };

    return roles[role];
}

/* An operator, without a token, does what agents do, too. */
static enum who_verdict local_may(const struct who *w, enum route_role role)
{
    if (role == ROUTE_READER)
        return WHO_FINE;
    if (role == ROUTE_ADMIN || !w->may_write)
        return WHO_WRONG;
    return WHO_FINE;
}

enum who_verdict who_may(const struct who *w, const struct route *route)
{
    if (route->role == ROUTE_OPEN || route->role == ROUTE_SOCKET)
        return WHO_FINE;
    switch (w->kind) {
    case WHO_TOKEN:
        return llmreg_role_may(w->token->role, needed(route->role))
                   ? WHO_FINE
                   : WHO_FORBIDDEN;
    case WHO_LOCAL:
        return route->tokenless && w->let_in ? WHO_FINE
                                             : local_may(w, route->role);
    case WHO_TOKENLESS:
        return route->tokenless ? WHO_FINE : WHO_WRONG;
    case WHO_NOBODY:
    default:
        return WHO_WRONG;
    }
}

bool who_mark(const char *address, unsigned n,
              char id[static LLMREG_TOKEN_ID_SIZE])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    char text[LLMREG_PEER_SIZE + 16];
    uint8_t digest[LLMREG_DIGEST_SIZE];

    snprintf(text, sizeof text, "%u %s", n, address);
    if (gnutls_hash_fast(GNUTLS_DIG_SHA256, text, strlen(text), digest) != 0)
        return false;
    for (size_t i = 0; i < LLMREG_TOKEN_ID_SIZE - 1; i++)
        id[i] = letters[digest[i] % (sizeof letters - 1)];
    id[LLMREG_TOKEN_ID_SIZE - 1] = '\0';
    return true;
}

void who_text(const struct who *w, const struct http_request *req, char *out,
              size_t size)
{
    if (w->kind == WHO_TOKEN)
        snprintf(out, size, "token:%s%s%s", w->token->id,
                 w->token->name[0] == '\0' ? "" : " ", w->token->name);
    else if (req->unix_uid >= 0)
        snprintf(out, size, "unix:uid=%lld", (long long)req->unix_uid);
    else
        snprintf(out, size, "anonymous");
}
