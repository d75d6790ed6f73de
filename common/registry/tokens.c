/* SPDX-License-Identifier: MIT */
/* tokens.c - what is done to a token.
 *
 * Each change takes the published value under the lock, makes a new one of it
 * and publishes that; what would change nothing is no change and no event.
 */
#include <llmreg/tokens.h>

#include <string.h>

#include <llmreg/names.h>

#include "common/registry/table.h"

/* A change at now; before and after are words of the token's state. */
static struct token_change change_of(const struct llmreg_now *now,
                                     enum llmreg_event_type type,
                                     const char *reason)
{
    const struct token_change c = {
        .event = {.time_ms = now->wall_ms,
                  .type = type,
                  .before = "",
                  .after = "",
                  .reason = reason},
    };

    return c;
}

static const char *state_of(const struct llmreg_token *t, int64_t wall_ms)
{
    return llmreg_token_state_text(llmreg_token_state(t, wall_ms));
}

/* ---- one token after another of the same id ---- */

/* c->token is what item's is to be. */
static int replace_locked(struct tokens *t, struct token_item *item,
                          struct token_change *c) LLMREG_REQUIRES(t->lock)
{
    const struct llmreg_token *old = &item->value->token;
    int rc;

    if (token_part_alike(old, &c->token))
        return LLMREG_OK;
    c->event.before = state_of(old, c->event.time_ms);
    c->event.after = state_of(&c->token, c->event.time_ms);
    rc = tokens_prepare_locked(t, item, c);
    if (rc == LLMREG_OK)
        tokens_publish_locked(t, c);
    return rc;
}

/* What is done to one token: *c->token is the published one, to be changed. */
typedef int (*edit_fn)(struct token_change *c, const void *arg);

static int edit_locked(struct tokens *t, const char *id, edit_fn edit,
                       struct token_change *c, const void *arg)
    LLMREG_REQUIRES(t->lock)
{
    struct token_item *item = tokens_find_locked(t, id);
    int rc;

    if (item == NULL)
        return LLMREG_ENOENT;
    c->token = item->value->token;
    rc = edit(c, arg);
    return rc == LLMREG_OK ? replace_locked(t, item, c) : rc;
}

static int edit_token(struct llmreg_registry *r, const char *id, edit_fn edit,
                      struct token_change *c, const void *arg)
{
    llmreg_lock(&r->tokens.lock);
    int rc = edit_locked(&r->tokens, id, edit, c, arg);
    llmreg_unlock(&r->tokens.lock);
    tokens_finish(&r->tokens, c);
    return rc;
}

static int tell(int rc, const struct token_change *c, uint64_t *seq)
{
    if (rc == LLMREG_OK && seq != NULL)
        *seq = c->seq;
    return rc;
}

static bool is_valid(const struct token_change *c)
{
    return llmreg_token_state(&c->token, c->event.time_ms) ==
           LLMREG_TOKEN_VALID;
}

/* ---- made ---- */

/* Checks token; *out is it as it is added at now. */
static int spell(const struct llmreg_token *token, const struct llmreg_now *now,
                 char host[static LLMREG_HOST_SIZE], struct llmreg_token *out,
                 struct llmreg_error *err)
{
    int rc;

    *out = *token;
    out->created_ms = now->wall_ms;
    out->revoked_ms = 0;
    out->uses_left = out->uses;
    rc = llmreg_token_check(out, err);
    if (rc != LLMREG_OK || out->host[0] == '\0')
        return rc;
    out->host = host;
    return llmreg_host_key(token->host, host);
}

/* err names what is in the way. */
static int explain(int rc, const char *id, struct llmreg_error *err)
{
    if (rc == LLMREG_EFULL)
        llmreg_error_set(err, "token %s: there are %d already, the limit", id,
                         LLMREG_TOKENS_MAX);
    else if (rc == LLMREG_EEXIST)
        llmreg_error_set(err, "token %s: there is, or was, one already", id);
    else if (rc != LLMREG_OK)
        llmreg_error_set(err, "token %s: %s", id, llmreg_status_text(rc));
    return rc;
}

static int add_locked(struct tokens *t, struct token_change *c)
    LLMREG_REQUIRES(t->lock)
{
    int rc;

    c->event.after = state_of(&c->token, c->event.time_ms);
    rc = tokens_prepare_locked(t, NULL, c);
    if (rc == LLMREG_OK)
        tokens_publish_locked(t, c);
    return rc;
}

int llmreg_token_add(struct llmreg_registry *r,
                     const struct llmreg_token *token,
                     const struct llmreg_now *now, uint64_t *seq,
                     struct llmreg_error *err)
{
    struct token_change c =
        change_of(now, LLMREG_EVENT_REGISTERED, token->origin);
    char host[LLMREG_HOST_SIZE];
    int rc = spell(token, now, host, &c.token, err);

    if (rc != LLMREG_OK)
        return rc;
    llmreg_lock(&r->tokens.lock);
    rc = add_locked(&r->tokens, &c);
    llmreg_unlock(&r->tokens.lock);
    tokens_finish(&r->tokens, &c);
    return tell(explain(rc, token->id, err), &c, seq);
}

static void inherit_binding(struct llmreg_token *t,
                            const struct llmreg_token *old)
{
    if (t->role != LLMREG_ROLE_AGENT || t->uses != 0)
        return;
    if (t->agent[0] == '\0')
        t->agent = old->agent;
    if (t->host[0] == '\0')
        t->host = old->host;
}

/* The line's word counts, but for what was learned meanwhile. */
static void inherit(struct llmreg_token *line, const struct llmreg_token *old)
{
    line->created_ms = old->created_ms;
    if (line->uses == old->uses)
        line->uses_left = old->uses_left;
    inherit_binding(line, old);
}

static int seed_locked(struct tokens *t, struct token_change *c)
    LLMREG_REQUIRES(t->lock)
{
    struct token_item *item = tokens_find_locked(t, c->token.id);

    if (item == NULL)
        return add_locked(t, c);
    const struct llmreg_token *old = &item->value->token;
    if (old->revoked_ms != 0 || strcmp(old->origin, c->token.origin) != 0)
        return LLMREG_EEXIST;
    inherit(&c->token, old);
    c->event.type = LLMREG_EVENT_UPDATED;
    return replace_locked(t, item, c);
}

int llmreg_token_seed(struct llmreg_registry *r,
                      const struct llmreg_token *token,
                      const struct llmreg_now *now, uint64_t *seq,
                      struct llmreg_error *err)
{
    struct token_change c =
        change_of(now, LLMREG_EVENT_REGISTERED, token->origin);
    char host[LLMREG_HOST_SIZE];
    int rc = spell(token, now, host, &c.token, err);

    if (rc != LLMREG_OK)
        return rc;
    llmreg_lock(&r->tokens.lock);
    rc = seed_locked(&r->tokens, &c);
    llmreg_unlock(&r->tokens.lock);
    tokens_finish(&r->tokens, &c);
    return tell(explain(rc, token->id, err), &c, seq);
}

/* ---- enrolment ---- */

static int pay(struct token_change *c, const void *arg)
{
    (void)arg;
    if (!is_valid(c) || c->token.uses == 0)
        return LLMREG_ESTALE;
    c->token.uses_left--;
    return LLMREG_OK;
}

int llmreg_token_spend(struct llmreg_registry *r, const char *id,
                       const struct llmreg_now *now, uint64_t *seq)
{
    struct token_change c = change_of(now, LLMREG_EVENT_UPDATED, "used");

    return tell(edit_token(r, id, pay, &c, NULL), &c, seq);
}

/* Both are prepared before the first is published. */
static int enrol_locked(struct tokens *t, const char *by,
                        struct token_change *payer, struct token_change *made)
    LLMREG_REQUIRES(t->lock)
{
    int rc;

    made->event.after = state_of(&made->token, made->event.time_ms);
    rc = tokens_prepare_locked(t, NULL, made);
    if (rc == LLMREG_OK)
        rc = edit_locked(t, by, pay, payer, NULL);
    if (rc == LLMREG_OK)
        tokens_publish_locked(t, made);
    return rc;
}

static int explain_payer(int rc, const char *by, struct llmreg_error *err)
{
    if (rc == LLMREG_ENOENT)
        llmreg_error_set(err, "token %.8s: there is none", by);
    else if (rc == LLMREG_ESTALE)
        llmreg_error_set(err, "token %.8s: no more registrations are left", by);
    return rc;
}

int llmreg_token_enrol(struct llmreg_registry *r,
                       const struct llmreg_enrolment *e,
                       const struct llmreg_now *now, uint64_t *seq,
                       struct llmreg_error *err)
{
    struct token_change payer = change_of(now, LLMREG_EVENT_UPDATED, "used");
    struct token_change made =
        change_of(now, LLMREG_EVENT_REGISTERED, e->token.origin);
    char host[LLMREG_HOST_SIZE];
    int rc = spell(&e->token, now, host, &made.token, err);

    if (rc != LLMREG_OK)
        return rc;
    llmreg_lock(&r->tokens.lock);
    rc = enrol_locked(&r->tokens, e->by, &payer, &made);
    llmreg_unlock(&r->tokens.lock);
    tokens_finish(&r->tokens, &payer);
    tokens_finish(&r->tokens, &made);
    rc = explain_payer(explain(rc, e->token.id, err), e->by, err);
    return tell(rc, &made, seq);
}

/* ---- bound, approved, revoked ---- */

static int bind_one(const char **at, const char *to)
{
    if (to[0] == '\0' || strcmp(*at, to) == 0)
        return LLMREG_OK;
    if ((*at)[0] != '\0')
        return LLMREG_EEXIST;
    *at = to;
    return LLMREG_OK;
}

static int bind_token(struct token_change *c, const void *arg)
{
    const struct llmreg_binding *to = arg;
    int rc;

    if (c->token.role != LLMREG_ROLE_AGENT || c->token.uses != 0)
        return LLMREG_EINVAL;
    if (!is_valid(c))
        return LLMREG_ESTALE;
    rc = bind_one(&c->token.agent, to->agent);
    if (rc == LLMREG_OK)
        rc = bind_one(&c->token.host, to->host);
    if (rc == LLMREG_OK)
        rc = llmreg_token_check(&c->token, NULL);
    return rc;
}

int llmreg_token_bind(struct llmreg_registry *r, const char *id,
                      const struct llmreg_binding *to,
                      const struct llmreg_now *now, uint64_t *seq)
{
    struct token_change c = change_of(now, LLMREG_EVENT_UPDATED, "bound");
    char host[LLMREG_HOST_SIZE];
    struct llmreg_binding spelled = *to;

    if (to->host[0] != '\0') {
        spelled.host = host;
        if (llmreg_host_key(to->host, host) != LLMREG_OK)
            return LLMREG_EINVAL;
    }
    return tell(edit_token(r, id, bind_token, &c, &spelled), &c, seq);
}

static int approve_token(struct token_change *c, const void *arg)
{
    (void)arg;
    if (c->token.revoked_ms != 0)
        return LLMREG_ESTALE;
    c->token.approved = true;
    return LLMREG_OK;
}

int llmreg_token_approve(struct llmreg_registry *r, const char *id,
                         const struct llmreg_now *now, uint64_t *seq)
{
    struct token_change c = change_of(now, LLMREG_EVENT_UPDATED, "approved");

    return tell(edit_token(r, id, approve_token, &c, NULL), &c, seq);
}

static int revoke_token(struct token_change *c, const void *arg)
{
    const int64_t *wall_ms = arg;

    if (c->token.revoked_ms == 0)
        c->token.revoked_ms = *wall_ms > 0 ? *wall_ms : 1;
    return LLMREG_OK;
}

int llmreg_token_revoke(struct llmreg_registry *r, const char *id,
                        const char *reason, const struct llmreg_now *now,
                        uint64_t *seq)
{
    struct token_change c = change_of(now, LLMREG_EVENT_REMOVED, reason);

    return tell(edit_token(r, id, revoke_token, &c, &now->wall_ms), &c, seq);
}

static int forget_locked(struct tokens *t, const char *id,
                         struct token_change *c) LLMREG_REQUIRES(t->lock)
{
    struct token_item *item = tokens_find_locked(t, id);

    if (item == NULL)
        return LLMREG_ENOENT;
    if (item->value->token.revoked_ms == 0)
        return LLMREG_EBUSY;
    c->event.before = llmreg_token_state_text(LLMREG_TOKEN_REVOKED);
    tokens_remove_locked(t, item, c);
    return LLMREG_OK;
}

int llmreg_token_forget(struct llmreg_registry *r, const char *id,
                        const struct llmreg_now *now, uint64_t *seq)
{
    struct token_change c = change_of(now, LLMREG_EVENT_REMOVED, "forgotten");

    llmreg_lock(&r->tokens.lock);
    int rc = forget_locked(&r->tokens, id, &c);
    llmreg_unlock(&r->tokens.lock);
    tokens_finish(&r->tokens, &c);
    return tell(rc, &c, seq);
}

/* ---- remembered ---- */

static int recall_token(struct token_change *c, const void *arg)
{
    const struct llmreg_token *stored = arg;

    if (c->token.revoked_ms == 0 && stored->revoked_ms != 0) {
        c->token.revoked_ms = stored->revoked_ms;
        c->event.type = LLMREG_EVENT_REMOVED;
    }
    if (stored->created_ms < c->token.created_ms)
        c->token.created_ms = stored->created_ms;
    if (stored->uses == c->token.uses && stored->uses_left < c->token.uses_left)
        c->token.uses_left = stored->uses_left;
    inherit_binding(&c->token, stored);
    return LLMREG_OK;
}

static void recall_use(struct llmreg_registry *r, const char *id,
                       int64_t used_ms)
{
    const struct llmreg_token *t = llmreg_token_get(r, id);

    if (t != NULL && llmreg_token_used(t) < used_ms)
        llmreg_token_use(t, used_ms);
    llmreg_token_put(t);
}

int llmreg_token_recall(struct llmreg_registry *r,
                        const struct llmreg_token *stored, int64_t used_ms,
                        const struct llmreg_now *now)
{
    struct token_change c = change_of(now, LLMREG_EVENT_UPDATED, "remembered");

    recall_use(r, stored->id, used_ms);
    return edit_token(r, stored->id, recall_token, &c, stored);
}

static int restore_locked(struct tokens *t, struct token_change *c,
                          int64_t used_ms) LLMREG_REQUIRES(t->lock)
{
    int rc = tokens_prepare_locked(t, NULL, c);

    if (rc != LLMREG_OK)
        return rc;
    atomic_init(&c->value->used_ms, used_ms);
    tokens_publish_locked(t, c);
    return LLMREG_OK;
}

int llmreg_token_restore(struct llmreg_registry *r,
                         const struct llmreg_token *stored, int64_t used_ms,
                         struct llmreg_error *err)
{
    struct token_change c = {.token = *stored,
                             .event = {.type = LLMREG_EVENT_TYPES}};
    int rc = llmreg_token_check(stored, err);

    if (rc != LLMREG_OK)
        return rc;
    llmreg_lock(&r->tokens.lock);
    rc = restore_locked(&r->tokens, &c, used_ms);
    llmreg_unlock(&r->tokens.lock);
    tokens_finish(&r->tokens, &c);
    return explain(rc, stored->id, err);
}
