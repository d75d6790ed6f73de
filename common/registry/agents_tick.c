/* SPDX-License-Identifier: MIT */
/* agents_tick.c - who fell silent goes down the ladder, a rung at a time.
 *
 * Each agent stands in a heap at the moment when it is to be looked at next.
 * A heartbeat does not move it there: when its moment comes, the agent may
 * have been heard of meanwhile, and then it is put back to the moment that
 * follows from that.  So a million agents that beat cost a look each in the
 * length of their patience, and no more.
 *
 * One look takes one step.  The next step of the same agent is a deadline of
 * its own, which may be over too: so everybody passes every rung, in the
 * order of time over all agents, however late we are.
 *
 * The lock is given up between batches, so that writers get in.
 */
#include "common/registry/table.h"

#include <sched.h>

#define BATCH 128 /* looks in one holding of the lock */

struct serving {
    const struct llmreg_now *now;
    size_t looks;
    bool told; /* there was an event */
    size_t nmoved;
    struct agents_move moved[BATCH]; /* with a reference each */
};

static void move_locked(struct serving *s, struct llmreg_agent *a,
                        const char *reason, bool ended)
{
    s->moved[s->nmoved++] =
        (struct agents_move){llmreg_agent_hold(a), reason, ended};
}

static void tell_locked(struct llmreg_registry *r, struct llmreg_agent *a,
                        struct llmreg_event *event, struct serving *s)
    LLMREG_REQUIRES(r->agents.lock)
{
    event->time_ms = s->now->wall_ms;
    (void)agents_tell_locked(r, a, event);
    s->told = true;
}

static void reap_locked(struct llmreg_registry *r, struct llmreg_agent *a,
                        struct serving *s) LLMREG_REQUIRES(r->agents.lock)
{
    struct llmreg_event event = {
        .type = LLMREG_EVENT_REMOVED,
        .before = llmreg_presence_text(llmreg_agent_presence(a)),
        .reason = "gone for too long",
    };

    move_locked(s, a, event.reason, true);
    agents_remove_locked(&r->agents, a);
    tell_locked(r, a, &event, s);
}

static void step_locked(struct llmreg_registry *r, struct llmreg_agent *a,
                        enum llmreg_presence next, struct serving *s)
    LLMREG_REQUIRES(r->agents.lock)
{
    struct agent_word w = agent_word_unpack(agent_word(a));
    struct llmreg_event event = {
        .type = LLMREG_EVENT_PRESENCE,
        .before = llmreg_presence_text(w.presence),
        .after = llmreg_presence_text(next),
        .reason = "no heartbeat",
    };

    w.presence = next;
    w.since_ms = s->now->wall_ms;
    agents_set_word_locked(&r->agents, a, &w); /* takes the doubt away */
    tell_locked(r, a, &event, s);
    move_locked(s, a, event.reason, next == LLMREG_PRESENCE_OFFLINE);
}

static void look_locked(struct llmreg_registry *r, struct llmreg_agent *a,
                        struct serving *s) LLMREG_REQUIRES(r->agents.lock)
{
    uint64_t word = atomic_fetch_or(&a->word, AGENT_DOUBTED);
    enum llmreg_presence presence = agent_word_unpack(word).presence;
    int64_t silent_ns = s->now->mono_ns - agent_silent_since(a);
    enum llmreg_presence next = llmreg_presence_step(
        presence, silent_ns, a->spec->spec.interval_ms, &r->conf.presence);

    if (next != presence)
        step_locked(r, a, next, s);
    else
        atomic_store(&a->word, word);
    agents_set_due_locked(r, a, s->now);
}

static bool has_ended(const struct llmreg_agent *a)
{
    enum llmreg_presence presence = llmreg_agent_presence(a);

    return presence == LLMREG_PRESENCE_OFFLINE ||
           presence == LLMREG_PRESENCE_STOPPED;
}

/* Serves one batch; when the first one that is left is due. */
static int64_t serve_locked(struct llmreg_registry *r, struct serving *s)
    LLMREG_REQUIRES(r->agents.lock)
{
    struct heap_node *first;

    while ((first = heap_first(&r->agents.deadlines)) != NULL) {
        struct llmreg_agent *a = rcu_holder(first, struct llmreg_agent, due);
        if (first->at > s->now->mono_ns || s->looks++ == BATCH)
            return first->at;
        if (has_ended(a))
            reap_locked(r, a, s);
        else
            look_locked(r, a, s);
    }
    return INT64_MAX;
}

static void follow(struct llmreg_registry *r, const struct serving *s)
{
    if (s->told)
        llmreg_bus_wake(r->bus);
    for (size_t i = 0; i < s->nmoved; i++) {
        agents_follow(r, &s->moved[i], s->now);
        llmreg_agent_put(s->moved[i].agent);
    }
}

int64_t agents_tick(struct llmreg_registry *r, const struct llmreg_now *now)
{
    int64_t next = now->mono_ns;

    for (;;) {
        struct serving s = {.now = now};
        llmreg_lock(&r->agents.lock);
        next = serve_locked(r, &s);
        llmreg_unlock(&r->agents.lock);
        follow(r, &s);
        if (next > now->mono_ns)
            return next;
        (void)sched_yield();
    }
}
