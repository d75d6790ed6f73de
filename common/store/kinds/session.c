/* SPDX-License-Identifier: MIT */
/* session.c - sessions between registry and file.
 *
 * Activity is no event, nor is it one that the registry drops the oldest of
 * the closed ones.  Both are looked up now and then (the slow look).
 */
#include <llmreg/sessions.h>

#include "common/store/dirty.h"
#include "common/store/kinds/kinds.h"
#include "common/store/load.h"
#include "common/store/rows/rows.h"

/* ---- to the file ---- */

static bool is_there(struct llmreg_registry *r, const char *id)
{
    const struct llmreg_session *s = llmreg_session_get(r, id);

    llmreg_session_put(s);
    return s != NULL;
}

struct walk {
    kind_id_fn fn;
    void *ctx;
    int rc;
};

static bool tell_id(void *ctx, const struct llmreg_session *s)
{
    struct walk *w = ctx;

    w->rc = w->fn(w->ctx, s->id);
    return w->rc == LLMREG_OK;
}

static int each(struct llmreg_registry *r, kind_id_fn fn, void *ctx)
{
    struct walk w = {fn, ctx, LLMREG_OK};

    llmreg_each_session(r, NULL, true, tell_id, &w);
    if (w.rc == LLMREG_OK)
        llmreg_each_session(r, NULL, false, tell_id, &w);
    return w.rc;
}

static int write(const struct passage *p, const char *id, unsigned parts,
                 struct llmreg_error *err)
{
    const struct llmreg_session *s = llmreg_session_get(p->registry, id);
    int rc;

    (void)parts; /* it has but one */
    if (s == NULL)
        return LLMREG_ENOENT;
    rc = rows_put_session(p->db, s, err);
    llmreg_session_put(s);
    return rc;
}

static bool mark_if_active(void *ctx, const struct llmreg_session *session)
{
    const struct sweep *s = ctx;

    if (session->active_ms >= s->slow.since_ms)
        s->mark(s, session->id, DIRTY_ALL, false);
    return true;
}

static int mark_if_dropped(void *ctx, const char *id)
{
    const struct sweep *s = ctx;

    if (!is_there(s->registry, id) &&
        !keep_has(s->keep, LLMREG_ENTITY_SESSION, id))
        s->mark(s, id, DIRTY_ALL, false);
    return LLMREG_OK;
}

static int sweep(const struct sweep *s, struct llmreg_error *err)
{
    struct sweep copy = *s;

    if (!s->slow.due)
        return LLMREG_OK;
    llmreg_each_session(s->registry, NULL, true, mark_if_active, &copy);
    return rows_each_id(s->db, DB_SESSION_IDS, mark_if_dropped, &copy, err);
}

/* ---- from the file ---- */

/* Late, too, it is history, of which there is nothing to announce. */
static int restore(void *ctx, const char *id, const struct llmreg_session *s,
                   const char *problem)
{
    struct load *l = ctx;
    struct llmreg_error why = {{0}};
    int rc;

    if (s == NULL)
        return load_settle(l, LLMREG_ENTITY_SESSION, id, LLMREG_EINVAL,
                           problem);
    rc = llmreg_session_restore(l->world->registry, s, &why);
    return load_settle(l, LLMREG_ENTITY_SESSION, id, rc, why.text);
}

static int load(struct load *l, struct database *db, struct llmreg_error *err)
{
    return rows_each_session(db, restore, l, err);
}

const struct kind kind_session = {
    .plural = "sessions",
    .ids = DB_SESSION_IDS,
    .remove = DB_SESSION_DELETE,
    .is_there = is_there,
    .each = each,
    .write = write,
    .load = load,
    .sweep = sweep,
};
