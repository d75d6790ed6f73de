/* SPDX-License-Identifier: MIT */
/* vouch.c - an endpoint that an agent announced is there on the agent's word.
 *
 *   agent     late -> stale            stale -> online        removed
 *   endpoint  not routable any more    routable again         not routable
 *
 * The endpoint keeps the presence of its agent, so that who asks for what is
 * routable need not look for the agent, and the nodes of its models count it.
 * Nothing else of it changes: its health is what our probes see, and it is
 * lost only when somebody removes it.
 *
 * Nobody holds both locks.  Who changes an endpoint asks, under the lock of
 * endpoints, what its agent is; who changed an agent goes through its endpoints
 * afterwards, under that lock, and asks the same.  So the last to have the
 * lock has the newest answer, in whatever order they come.
 */
#include "common/registry/vouch.h"

#include <string.h>

const char *llmreg_spec_agent(const struct llmreg_spec *spec)
{
    const size_t len = strlen(LLMREG_ORIGIN_AGENT);

    if (spec->source != LLMREG_SOURCE_AUTO || spec->origin == NULL ||
        strncmp(spec->origin, LLMREG_ORIGIN_AGENT, len) != 0)
        return NULL;
    return spec->origin + len;
}

void llmreg_each_of_agent(struct llmreg_registry *r, const char *agent,
                          llmreg_each_fn fn, void *ctx)
{
    struct llmreg_endpoint *e;

    rcu_begin();
    struct slots_walk w = index_walk(&r->by_agent, agent);
    while ((e = slots_next(&w)) != NULL)
        if (llmreg_endpoint_alive(e) && !fn(ctx, e))
            break;
    rcu_end();
}

static enum llmreg_presence presence_of(struct llmreg_registry *r,
                                        const struct spec_part *spec)
{
    enum llmreg_presence presence = LLMREG_PRESENCE_OFFLINE;

    if (spec->agent == NULL)
        return LLMREG_PRESENCE_ONLINE;
    rcu_begin();
    struct shelf_item *item = shelf_find(&r->agents.shelf, spec->agent);
    if (item != NULL)
        presence = llmreg_agent_presence(agent_of(item));
    rcu_end();
    return presence;
}

static void set(struct llmreg_endpoint *e, enum llmreg_presence presence)
{
    atomic_store_explicit(&e->presence, (uint8_t)presence,
                          memory_order_release);
}

void vouch_begin_locked(struct llmreg_registry *r, struct llmreg_endpoint *e)
{
    set(e, presence_of(r, e->spec));
}

struct following {
    const char *reason; /* NULL: nothing is told */
    int64_t time_ms;
    bool told;
};

static void follow_locked(struct llmreg_registry *r, struct llmreg_endpoint *e,
                          struct following *f) LLMREG_REQUIRES(r->lock)
{
    const enum llmreg_presence before = llmreg_endpoint_presence(e);
    const enum llmreg_presence after = presence_of(r, e->spec);
    const struct tally was = entry_tally(e);
    struct llmreg_event event = {
        .time_ms = f->time_ms,
        .type = LLMREG_EVENT_PRESENCE,
        .before = llmreg_presence_text(before),
        .after = llmreg_presence_text(after),
        .reason = f->reason,
    };

    set(e, after);
    entry_recount(e, was);
    if (f->reason == NULL ||
        llmreg_is_absent(before) == llmreg_is_absent(after))
        return;
    (void)table_tell_locked(r, e, &event);
    f->told = true;
}

void vouch_again_locked(struct llmreg_registry *r, struct llmreg_endpoint *e,
                        int64_t time_ms)
{
    struct following f = {.reason = "announced", .time_ms = time_ms};

    follow_locked(r, e, &f);
}

/* As many as one agent announces: the lock is not given up between them. */
static void follow_all_locked(struct llmreg_registry *r, const char *agent,
                              struct following *f) LLMREG_REQUIRES(r->lock)
{
    struct llmreg_endpoint *e;

    rcu_begin();
    struct slots_walk w = index_walk(&r->by_agent, agent);
    while ((e = slots_next(&w)) != NULL)
        if (llmreg_endpoint_alive(e))
            follow_locked(r, e, f);
    rcu_end();
}

void vouch_follow(struct llmreg_registry *r, const struct llmreg_agent *a,
                  const char *reason, const struct llmreg_now *now)
{
    struct following f = {.reason = reason, .time_ms = now->wall_ms};

    llmreg_lock(&r->lock);
    follow_all_locked(r, a->id, &f);
    llmreg_unlock(&r->lock);
    if (f.told)
        llmreg_bus_wake(r->bus);
}
