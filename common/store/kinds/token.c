/* SPDX-License-Identifier: MIT */
/* token.c - tokens between registry and file.
 *
 * The use of a token is no event: when it was used last is looked up now and
 * then, as with agents (the slow look).
 */
#include <llmreg/tokens.h>

#include "common/store/dirty.h"
#include "common/store/kinds/kinds.h"
#include "common/store/load.h"
#include "common/store/rows/token.h"

/* ---- to the file ---- */

static bool is_there(struct llmreg_registry *r, const char *id)
{
    const struct llmreg_token *t = llmreg_token_get(r, id);

    llmreg_token_put(t);
    return t != NULL;
}

struct walk {
    kind_id_fn fn;
    void *ctx;
    int rc;
};

static bool tell_id(void *ctx, const struct llmreg_token *t)
{
    struct walk *w = ctx;

    w->rc = w->fn(w->ctx, t->id);
    return w->rc == LLMREG_OK;
}

static int each(struct llmreg_registry *r, kind_id_fn fn, void *ctx)
{
    struct walk w = {fn, ctx, LLMREG_OK};

    llmreg_each_token(r, tell_id, &w);
    return w.rc;
}

static int write(const struct passage *p, const char *id, unsigned parts,
                 struct llmreg_error *err)
{
    const struct llmreg_token *t = llmreg_token_get(p->registry, id);
    int rc = LLMREG_ENOENT;

    (void)parts; /* one row has all of it */
    if (t != NULL)
        rc = rows_put_token(p->db, t, err);
    llmreg_token_put(t);
    return rc;
}

static bool mark_if_used(void *ctx, const struct llmreg_token *t)
{
    const struct sweep *s = ctx;

    const int64_t used_ms = llmreg_token_used(t);

    if (used_ms != 0 && used_ms >= s->slow.since_ms)
        s->mark(s, t->id, DIRTY_ALL, false);
    return true;
}

static int sweep(const struct sweep *s, struct llmreg_error *err)
{
    struct sweep copy = *s;

    (void)err;
    if (s->slow.due)
        llmreg_each_token(s->registry, mark_if_used, &copy);
    return LLMREG_OK;
}

/* ---- from the file ---- */

struct restoring {
    struct load *load;
    struct llmreg_now now;
};

static void announce(const struct load *l, const struct llmreg_token *t)
{
    struct llmreg_event event = {
        .type = LLMREG_EVENT_REGISTERED,
        .entity = LLMREG_ENTITY_TOKEN,
        .subject = t->id,
        .name = t->name,
    };

    load_announce(l, &event);
}

static int restore(void *ctx, const char *id, const struct llmreg_token *stored,
                   int64_t used_ms, const char *problem)
{
    const struct restoring *r = ctx;
    struct llmreg_registry *registry = r->load->world->registry;
    struct llmreg_error why = {{0}};
    int rc;

    if (stored == NULL)
        return load_settle(r->load, LLMREG_ENTITY_TOKEN, id, LLMREG_EINVAL,
                           problem);
    rc = llmreg_token_restore(registry, stored, used_ms, &why);
    if (rc == LLMREG_OK && r->load->late)
        announce(r->load, stored);
    if (rc == LLMREG_EEXIST)
        rc = llmreg_token_recall(registry, stored, used_ms, &r->now);
    return load_settle(r->load, LLMREG_ENTITY_TOKEN, id, rc, why.text);
}

static int load(struct load *l, struct database *db, struct llmreg_error *err)
{
    struct restoring r = {l, llmreg_clock_now(l->world->clock)};

    return rows_each_token(db, restore, &r, err);
}

const struct kind kind_token = {
    .plural = "tokens",
    .ids = DB_TOKEN_IDS,
    .remove = DB_TOKEN_DELETE,
    .is_there = is_there,
    .each = each,
    .write = write,
    .load = load,
    .sweep = sweep,
};
