/* SPDX-License-Identifier: MIT */
/* agent_change.c - look, prepare, check that it is still so, publish.
 *
 * Another presence is one event; anything else that changed is another one,
 * which names the fields.
 */
#include "common/registry/agent_change.h"

#include <stdlib.h>
#include <string.h>

void agent_change_begin(struct agent_change *c, struct llmreg_agent *a,
                        const struct llmreg_now *now)
{
    memset(c, 0, sizeof *c);
    c->now = now;
    c->agent = a;
    rcu_begin();
    c->old_spec = rcu_load(&a->spec);
    c->old_note = rcu_load(&a->note);
    part_hold(&c->old_spec->part);
    part_hold(&c->old_note->part);
    rcu_end();
    c->old_word = agent_word(a) & ~AGENT_DOUBTED;
    c->word = agent_word_unpack(c->old_word);
    c->reason = c->before = c->after = "";
    llmreg_text_init(&c->updated, c->fields, sizeof c->fields);
}

static void add_field(struct agent_change *c, const char *name)
{
    if (c->updated.len > 0)
        llmreg_text_add(&c->updated, ", ");
    llmreg_text_add(&c->updated, name);
}

int agent_change_note(struct agent_change *c, const struct agent_facts *facts)
{
    const struct agent_facts *old = &c->old_note->facts;

    c->note = agent_note_new(facts);
    if (c->note == NULL)
        return LLMREG_ENOMEM;
    if (strcmp(old->activity, facts->activity) != 0)
        add_field(c, "activity");
    if (strcmp(old->peer, facts->peer) != 0)
        add_field(c, "address");
    if (strcmp(old->hub, facts->hub) != 0)
        add_field(c, "hub");
    return LLMREG_OK;
}

int agent_change_spec(struct agent_change *c,
                      const struct llmreg_agent_spec *spec)
{
    size_t before = c->updated.len;

    c->spec = agent_part_new(spec);
    if (c->spec == NULL)
        return LLMREG_ENOMEM;
    agent_part_diff(&c->old_spec->spec, &c->spec->spec, &c->updated);
    if (c->updated.len > before)
        return LLMREG_OK;
    part_put(&c->spec->part);
    c->spec = NULL;
    return LLMREG_OK;
}

/* Offline or stopped: what counts then is for how long. */
static bool is_over(enum llmreg_presence presence)
{
    return presence == LLMREG_PRESENCE_OFFLINE ||
           presence == LLMREG_PRESENCE_STOPPED;
}

/* To another rung. */
static bool has_moved(const struct agent_change *c)
{
    return c->word.presence != agent_word_unpack(c->old_word).presence;
}

/* ---- publishing ---- */

static bool is_as_seen_locked(const struct agent_change *c)
{
    const struct llmreg_agent *a = c->agent;

    return a->spec == c->old_spec && a->note == c->old_note &&
           agent_word(a) == c->old_word;
}

/* The keys of both specifications, for the index. */
struct rekeying {
    struct agent_keys *before, *after;
    struct link *links; /* for after */
};

static int rekeying_make(struct rekeying *k, const struct agent_change *c)
{
    *k = (struct rekeying){NULL, NULL, NULL};
    if (c->spec == NULL)
        return LLMREG_OK;
    k->before = agent_keys_new(&c->old_spec->spec);
    k->after = agent_keys_new(&c->spec->spec);
    if (k->before == NULL || k->after == NULL)
        return LLMREG_ENOMEM;
    k->links = malloc(k->after->count * sizeof *k->links);
    return k->links == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

static void rekeying_free(struct rekeying *k)
{
    free(k->before);
    free(k->after);
    free(k->links);
}

/* Whose name it shall have, if that is not itself. */
static bool is_name_taken_locked(struct agents *t, const struct agent_change *c)
    LLMREG_REQUIRES(t->lock)
{
    const struct llmreg_agent_spec *spec = &c->spec->spec;
    const struct llmreg_agent *other = agents_named(t, spec->type, spec->name);

    return other != NULL && other != c->agent;
}

static int respecify_locked(struct agents *t, struct agent_change *c,
                            struct rekeying *k) LLMREG_REQUIRES(t->lock)
{
    struct llmreg_agent *a = c->agent;
    struct link *old_links = a->links;

    if (c->spec == NULL)
        return LLMREG_OK;
    if (is_name_taken_locked(t, c))
        return LLMREG_EEXIST;
    const struct index_change ic = {
        .entry = &a->item,
        .before = agent_keys_list(k->before),
        .after = agent_keys_list(k->after),
        .old = old_links,
        .new = k->links,
    };
    int rc = index_prepare(&t->index, &ic);
    if (rc != LLMREG_OK)
        return rc;
    index_join(&t->index, &ic);
    agents_respecify_locked(t, a, c->spec);
    index_leave(&t->index, &ic);
    a->links = k->links;
    a->nlinks = k->after->count;
    k->links = old_links; /* to be freed */
    return LLMREG_OK;
}

static void tell_locked(struct llmreg_registry *r, struct agent_change *c)
    LLMREG_REQUIRES(r->agents.lock)
{
    const struct agent_word old = agent_word_unpack(c->old_word);
    struct llmreg_event updated = {
        .time_ms = c->now->wall_ms,
        .type = LLMREG_EVENT_UPDATED,
        .before = c->before,
        .after = c->after,
        .reason = c->fields,
    };
    struct llmreg_event presence = {
        .time_ms = c->now->wall_ms,
        .type = LLMREG_EVENT_PRESENCE,
        .before = llmreg_presence_text(old.presence),
        .after = llmreg_presence_text(c->word.presence),
        .reason = c->reason,
    };

    if (c->updated.len > 0)
        c->seq = agents_tell_locked(r, c->agent, &updated);
    if (c->word.presence != old.presence)
        c->seq = agents_tell_locked(r, c->agent, &presence);
}

static int commit_locked(struct llmreg_registry *r, struct agent_change *c,
                         struct rekeying *k) LLMREG_REQUIRES(r->agents.lock)
{
    struct llmreg_agent *a = c->agent;

    if (!llmreg_agent_alive(a))
        return LLMREG_ENOENT;
    if (!is_as_seen_locked(c))
        return LLMREG_EBUSY;
    int rc = respecify_locked(&r->agents, c, k);
    if (rc != LLMREG_OK)
        return rc;
    if (c->note != NULL)
        agents_renote_locked(&r->agents, a, c->note);
    if (c->seen)
        agent_see(a, c->now);
    if (c->patient)
        a->patient_ns = c->now->mono_ns;
    uint64_t word = agent_word_pack(&c->word);
    if (word != c->old_word)
        agents_set_word_locked(&r->agents, a, &c->word);
    if (has_moved(c) || (c->spec != NULL && !is_over(c->word.presence)))
        agents_set_due_locked(r, a, c->now);
    tell_locked(r, c);
    return LLMREG_OK;
}

static void name_health(struct agent_change *c)
{
    const struct agent_word old = agent_word_unpack(c->old_word);

    if (old.health == c->word.health)
        return;
    add_field(c, "health");
    c->before = llmreg_health_text(old.health);
    c->after = llmreg_health_text(c->word.health);
}

/* It was published: the old parts go, and others get to know. */
static void follow(struct llmreg_registry *r, struct agent_change *c)
{
    if (c->spec != NULL)
        part_retire(&c->old_spec->part);
    if (c->note != NULL)
        part_retire(&c->old_note->part);
    c->spec = NULL; /* the agent's now */
    c->note = NULL;
    if (c->seq != 0)
        llmreg_bus_wake(r->bus);
    if (!has_moved(c))
        return;
    const struct agents_move move = {c->agent, c->reason,
                                     is_over(c->word.presence)};
    agents_follow(r, &move, c->now);
}

int agent_change_commit(struct llmreg_registry *r, struct agent_change *c)
{
    struct rekeying k;

    name_health(c);
    if (has_moved(c))
        c->word.since_ms = c->now->wall_ms;
    int rc = rekeying_make(&k, c);
    if (rc == LLMREG_OK) {
        llmreg_lock(&r->agents.lock);
        rc = commit_locked(r, c, &k);
        llmreg_unlock(&r->agents.lock);
    }
    rekeying_free(&k);
    if (rc == LLMREG_OK)
        follow(r, c);
    return rc;
}

void agent_change_end(struct agent_change *c)
{
    part_put(c->spec == NULL ? NULL : &c->spec->part);
    part_put(c->note == NULL ? NULL : &c->note->part);
    part_put(&c->old_spec->part);
    part_put(&c->old_note->part);
    llmreg_agent_put(c->agent);
}
