/* SPDX-License-Identifier: MIT */
/* host.c - hosts between registry and file.
 *
 * A report is no event.  When a host was heard of last is looked up now and
 * then, as with agents (the slow look).
 */
#include <llmreg/hosts.h>

#include "common/store/dirty.h"
#include "common/store/kinds/kinds.h"
#include "common/store/load.h"
#include "common/store/rows/rows.h"

/* ---- to the file ---- */

static bool is_there(struct llmreg_registry *r, const char *id)
{
    struct llmreg_host *h = llmreg_host_get(r, id);

    llmreg_host_put(h);
    return h != NULL;
}

struct walk {
    kind_id_fn fn;
    void *ctx;
    int rc;
};

static bool tell_id(void *ctx, struct llmreg_host *h)
{
    struct walk *w = ctx;

    w->rc = w->fn(w->ctx, llmreg_host_id(h));
    return w->rc == LLMREG_OK;
}

static int each(struct llmreg_registry *r, kind_id_fn fn, void *ctx)
{
    struct walk w = {fn, ctx, LLMREG_OK};

    llmreg_each_host(r, tell_id, &w);
    return w.rc;
}

static int write(const struct passage *p, const char *id, unsigned parts,
                 struct llmreg_error *err)
{
    struct llmreg_host *h = llmreg_host_get(p->registry, id);
    int rc = LLMREG_OK;

    if (h == NULL)
        return LLMREG_ENOENT;
    if (parts == DIRTY_ALL)
        rc = rows_put_host(p->db, h, &p->now, err);
    if (rc == LLMREG_OK && (parts & DIRTY_REPORT) != 0)
        rc = rows_put_report(p->db, h, &p->now, err);
    llmreg_host_put(h);
    return rc;
}

/* Only what does not depend on the time is asked for. */
static bool mark_if_heard(void *ctx, struct llmreg_host *h)
{
    static const struct llmreg_now any;
    const struct sweep *s = ctx;
    struct llmreg_host_state state;

    llmreg_host_state(h, &any, &state);
    if (state.reported_mono_ns != 0 &&
        state.reported_mono_ns >= s->slow.since_ns)
        s->mark(s, llmreg_host_id(h), DIRTY_REPORT, false);
    return true;
}

static int sweep(const struct sweep *s, struct llmreg_error *err)
{
    struct sweep copy = *s;

    (void)err;
    if (s->slow.due)
        llmreg_each_host(s->registry, mark_if_heard, &copy);
    return LLMREG_OK;
}

/* ---- from the file ---- */

static void announce(const struct load *l,
                     const struct llmreg_host_report *spec)
{
    struct llmreg_event event = {
        .type = LLMREG_EVENT_REGISTERED,
        .entity = LLMREG_ENTITY_HOST,
        .subject = spec->id,
        .name = spec->name,
    };

    load_announce(l, &event);
}

/* LLMREG_EEXIST: it has reported meanwhile, and knows better what it is. */
static int restore(void *ctx, const char *id, const struct rows_host *host,
                   const char *problem)
{
    struct load *l = ctx;
    struct llmreg_error why = {{0}};
    int rc;

    if (host == NULL)
        return load_settle(l, LLMREG_ENTITY_HOST, id, LLMREG_EINVAL, problem);
    rc = llmreg_host_restore(l->world->registry, host->spec, host->state, &why);
    if (rc == LLMREG_OK && l->late)
        announce(l, host->spec);
    return load_settle(l, LLMREG_ENTITY_HOST, id, rc, why.text);
}

static int load(struct load *l, struct database *db, struct llmreg_error *err)
{
    return rows_each_host(db, restore, l, err);
}

static int forget(struct llmreg_registry *r, const char *id, const char *reason)
{
    /* Not there any more: well. */
    (void)!llmreg_host_remove(r, id, reason);
    return LLMREG_OK;
}

const struct kind kind_host = {
    .plural = "hosts",
    .ids = DB_HOST_IDS,
    .remove = DB_HOST_DELETE,
    .is_there = is_there,
    .each = each,
    .write = write,
    .load = load,
    .sweep = sweep,
    .forget = forget,
};
