/* SPDX-License-Identifier: MIT */
/* agent.c - agents between registry and file.
 *
 * A heartbeat is no event.  When an agent was seen last is therefore looked up,
 * and only now and then (the slow look): with 20,000 agents, each row written
 * every few seconds would be all that the disk does.
 */
#include <llmreg/rewind.h>

#include "common/store/dirty.h"
#include "common/store/kinds/kinds.h"
#include "common/store/load.h"
#include "common/store/rows/rows.h"

/* ---- to the file ---- */

static bool is_there(struct llmreg_registry *r, const char *id)
{
    struct llmreg_agent *a = llmreg_agent_get(r, id);

    llmreg_agent_put(a);
    return a != NULL;
}

struct walk {
    kind_id_fn fn;
    void *ctx;
    int rc;
};

static bool tell_id(void *ctx, struct llmreg_agent *a)
{
    struct walk *w = ctx;

    w->rc = w->fn(w->ctx, llmreg_agent_id(a));
    return w->rc == LLMREG_OK;
}

static int each(struct llmreg_registry *r, kind_id_fn fn, void *ctx)
{
    const struct llmreg_agent_filter everybody = {.type = NULL};
    struct walk w = {fn, ctx, LLMREG_OK};

    llmreg_each_agent(r, &everybody, tell_id, &w);
    return w.rc;
}

static int write(const struct passage *p, const char *id, unsigned parts,
                 struct llmreg_error *err)
{
    struct llmreg_agent *a = llmreg_agent_get(p->registry, id);
    int rc = LLMREG_OK;

    if (a == NULL)
        return LLMREG_ENOENT;
    if ((parts & DIRTY_AGENT) != 0)
        rc = rows_put_agent(p->db, a, err);
    if (rc == LLMREG_OK && (parts & DIRTY_PRESENCE) != 0)
        rc = rows_put_presence(p->db, a, err);
    llmreg_agent_put(a);
    return rc;
}

static bool mark_if_seen(void *ctx, struct llmreg_agent *a)
{
    const struct sweep *s = ctx;
    struct llmreg_agent_state state;

    llmreg_agent_state(a, &state);
    if (state.seen_mono_ns != 0 && state.seen_mono_ns >= s->slow.since_ns)
        s->mark(s, llmreg_agent_id(a), DIRTY_PRESENCE, false);
    return true;
}

static int sweep(const struct sweep *s, struct llmreg_error *err)
{
    const struct llmreg_agent_filter everybody = {.type = NULL};
    struct sweep copy = *s;

    (void)err;
    if (s->slow.due)
        llmreg_each_agent(s->registry, &everybody, mark_if_seen, &copy);
    return LLMREG_OK;
}

/* ---- from the file ---- */

static void announce(const struct load *l, const struct llmreg_agent_spec *spec)
{
    struct llmreg_event event = {
        .type = LLMREG_EVENT_REGISTERED,
        .entity = LLMREG_ENTITY_AGENT,
        .subject = spec->id,
        .name = spec->name,
    };

    load_announce(l, &event);
}

/* LLMREG_EEXIST: it has registered again meanwhile, under this id or another
 * one, and knows better what it is. */
static int restore(void *ctx, const char *id, const struct rows_agent *agent,
                   const char *problem)
{
    struct load *l = ctx;
    struct llmreg_error why = {{0}};
    int rc;

    if (agent == NULL)
        return load_settle(l, LLMREG_ENTITY_AGENT, id, LLMREG_EINVAL, problem);
    rc = llmreg_agent_restore(l->world->registry, agent->spec, agent->state,
                              &why);
    if (rc == LLMREG_EEXIST && l->again != NULL)
        rc = llmreg_agent_rewind(l->world->registry, agent->spec, &why);
    else if (rc == LLMREG_OK && l->late)
        announce(l, agent->spec);
    return load_settle(l, LLMREG_ENTITY_AGENT, id, rc, why.text);
}

static int load(struct load *l, struct database *db, struct llmreg_error *err)
{
    return rows_each_agent(db, restore, l, err);
}

static int forget(struct llmreg_registry *r, const char *id, const char *reason)
{
    /* Not there any more: well. */
    (void)!llmreg_agent_remove(r, id, 0, reason);
    return LLMREG_OK;
}

const struct kind kind_agent = {
    .plural = "agents",
    .ids = DB_AGENT_IDS,
    .remove = DB_AGENT_DELETE,
    .is_there = is_there,
    .each = each,
    .write = write,
    .load = load,
    .sweep = sweep,
    .forget = forget,
};
