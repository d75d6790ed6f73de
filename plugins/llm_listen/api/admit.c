/* SPDX-License-Identifier: MIT */
/* admit.c - the token of an address has an id that is made of the address: it
 * is looked up with every heartbeat, and not searched for.  Ids are short, so
 * two addresses can have the same one; then the second takes its next. */
#include "plugins/llm_listen/api/admit.h"

#include <stdio.h>
#include <string.h>

#include "plugins/llm_listen/api/mint.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/http/door.h"

#define ORIGIN "address"
#define IDS    4 /* that an address can have */

bool admit_by_address(const struct ask *a)
{
    return a->who.kind == WHO_TOKENLESS ||
           (a->who.kind == WHO_LOCAL && a->who.let_in && !a->who.may_write);
}

static bool refuse(struct ask *a, const struct reply_error *e)
{
    reply_error(a, e);
    return false;
}

/* ---- the token of an address ---- */

struct mark {
    char host[LLMREG_HOST_SIZE]; /* the address as a key */
    char id[LLMREG_TOKEN_ID_SIZE];
    enum llmreg_token_state state; /* of the token, if there is one */
    bool known;
};

static bool is_of(const struct llmreg_token *t, const char *host)
{
    return strcmp(t->origin, ORIGIN) == 0 && strcmp(t->host, host) == 0;
}

/* The token of the address, or an id that it can have.  False: it has none
 * that is free. */
static bool find_mark(const struct ask *a, struct mark *m)
{
    m->known = false;
    if (llmreg_host_key(a->req->peer, m->host) != LLMREG_OK)
        return false;
    for (unsigned n = 0; n < IDS && who_mark(m->host, n, m->id); n++) {
        const struct llmreg_token *t =
            llmreg_token_get(a->api->registry, m->id);

        m->known = t != NULL && is_of(t, m->host);
        if (m->known)
            m->state = llmreg_token_state(t, a->req->now.wall_ms);
        llmreg_token_put(t);
        if (m->known || t == NULL)
            return true;
    }
    return false;
}

/* Nobody gets to know its secret. */
static int add_mark(struct ask *a, const struct mark *m)
{
    char name[LLMREG_TOKEN_NAME_SIZE];
    struct llmreg_token t = {.id = m->id,
                             .name = name,
                             .role = LLMREG_ROLE_AGENT,
                             .agent = "",
                             .host = m->host,
                             .origin = ORIGIN};
    struct minted secret;
    uint64_t seq = 0;
    int rc = mint(&secret);

    if (rc != LLMREG_OK)
        return rc;
    snprintf(name, sizeof name, "agents of %.64s", a->req->peer);
    memcpy(t.digest, secret.digest, sizeof t.digest);
    mint_forget(&secret);
    rc = llmreg_token_add(a->api->registry, &t, &a->req->now, &seq, &a->err);
    if (rc == LLMREG_OK)
        ask_audit(a, m->id, "waits for approval", 403, &seq);
    return rc;
}

/* ---- who waits ---- */

static bool refuse_pending(struct ask *a, const struct mark *m)
{
    char text[160];
    const struct reply_error e = {
        .status = 403, .code = "pending", .message = text};

    snprintf(text, sizeof text,
             "agents of %.64s wait for approval: POST "
             "/api/v1/tokens/%s/approve",
             a->req->peer, m->id);
    return refuse(a, &e);
}

static bool refuse_more(struct ask *a, unsigned seconds)
{
    const struct reply_error e = {.status = 429,
                                  .message = "too many new addresses: NewHosts",
                                  .retry = seconds};

    return refuse(a, &e);
}

static bool begin_waiting(struct ask *a, const struct mark *m)
{
    struct llmreg_token_counts counts;
    unsigned wait;

    llmreg_token_count(a->api->registry, &counts);
    if (counts.pending >= ADMIT_PENDING_MAX)
        return refuse_more(a, 60);
    wait = buckets_take(a->api->buckets, "new hosts", &a->api->conf.new_hosts,
                        &a->req->now);
    if (wait > 0)
        return refuse_more(a, wait);
    return add_mark(a, m) == LLMREG_OK ? refuse_pending(a, m)
                                       : refuse_more(a, 60);
}

bool admit(struct ask *a)
{
    static const struct reply_error shut = {
        .status = 403, .message = "agents of this address are not let in"};
    struct mark m;

    if (!a->route->tokenless || !admit_by_address(a))
        return true;
    if (!find_mark(a, &m))
        return refuse(a, &shut);
    if (m.known && m.state != LLMREG_TOKEN_PENDING)
        return m.state == LLMREG_TOKEN_VALID || refuse(a, &shut);
    if (a->req->door->auto_approve)
        return true;
    return m.known ? refuse_pending(a, &m) : begin_waiting(a, &m);
}
