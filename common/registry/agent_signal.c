/* SPDX-License-Identifier: MIT */
/* agent_signal.c - heartbeats, and what others say of an agent.
 *
 * Nearly every heartbeat says what the one before it said.  That one takes no
 * lock: it writes when the agent was seen, counts, and puts itself into the
 * ring.  How it cannot be lost to a deadline is told in agent_entry.h.
 */
#include "common/registry/agent_change.h"

#include <string.h>

#include "common/domain/check.h"
#include "common/domain/metadata.h"

struct beating {
    const char *id;
    uint64_t generation;
    const struct llmreg_heartbeat *beat;
    const struct llmreg_now *now;
    struct agent_words *words; /* NULL: none, or taken over */
    struct llmreg_error *err;
};

/* ---- no news ---- */

/* Inside a section. */
static bool has_metadata(const struct llmreg_agent *a,
                         const struct llmreg_heartbeat *beat)
{
    return beat->nmetadata == 0 ||
           metadata_has_all(&rcu_load(&a->spec)->spec, beat->metadata,
                            beat->nmetadata);
}

/* Inside a section.  An address that is not known is taken for the old one,
 * but then the note must be asked. */
static bool is_known(const struct agents *t, const struct llmreg_agent *a,
                     const struct llmreg_heartbeat *beat)
{
    const char *peer =
        beat->peer[0] != '\0' ? beat->peer : rcu_load(&a->note)->facts.peer;

    if (beat->activity[0] != '\0' &&
        atomic_load_explicit(&a->activity, memory_order_acquire) !=
            agents_activity(t, beat->activity))
        return false;
    return atomic_load_explicit(&a->speaker, memory_order_acquire) ==
               agents_speaker(t, beat->hub, peer) &&
           has_metadata(a, beat);
}

static bool says(uint64_t word, const struct llmreg_heartbeat *beat)
{
    const struct agent_word w = agent_word_unpack(word);

    return (word & AGENT_DOUBTED) == 0 && w.presence == beat->presence &&
           w.health == beat->health;
}

/* False: it brings news, or something changed at the same moment. */
static bool beat_quietly(const struct agents *t, struct llmreg_agent *a,
                         const struct beating *b)
{
    uint64_t word = agent_word(a);

    if (!says(word, b->beat) || !is_known(t, a, b->beat))
        return false;
    agent_see(a, b->now);
    return agent_word(a) == word;
}

/* ---- news ---- */

static int prepare(struct agent_change *c, const struct beating *b)
{
    struct agent_facts facts = c->old_note->facts;
    struct llmreg_agent_spec spec = c->old_spec->spec;
    struct metadata metadata;
    bool noted =
        agent_facts_claim(&facts, b->beat->hub, b->beat->peer, b->now->mono_ns);

    if (b->beat->activity[0] != '\0' &&
        strcmp(b->beat->activity, facts.activity) != 0) {
        facts.activity = b->beat->activity;
        noted = true;
    }
    c->word.presence = b->beat->presence;
    c->word.health = b->beat->health;
    c->seen = true;
    c->reason = "heartbeat";
    int rc = noted ? agent_change_note(c, &facts) : LLMREG_OK;
    if (rc != LLMREG_OK ||
        metadata_has_all(&spec, b->beat->metadata, b->beat->nmetadata))
        return rc;
    rc = metadata_merge(&spec, b->beat->metadata, b->beat->nmetadata, &metadata,
                        b->err);
    if (rc != LLMREG_OK)
        return rc;
    spec.metadata = metadata.members;
    spec.nmetadata = metadata.count;
    return agent_change_spec(c, &spec);
}

static void count(struct llmreg_agent *a, struct beating *b)
{
    agent_count_beat(a, b->beat, b->words, b->now);
    b->words = NULL;
}

/* Takes over a reference of a. */
static int beat_with_news(struct llmreg_registry *r, struct llmreg_agent *a,
                          struct beating *b)
{
    struct agent_change c;

    agent_change_begin(&c, a, b->now);
    int rc = prepare(&c, b);
    if (rc == LLMREG_OK)
        rc = agent_change_commit(r, &c);
    if (rc == LLMREG_OK)
        count(a, b);
    agent_change_end(&c);
    return rc;
}

/* ---- heartbeat ---- */

/* In a section, which it ends. */
static int beat_found(struct llmreg_registry *r, struct llmreg_agent *a,
                      struct beating *b)
{
    int rc = agent_ring_ready(a);
    bool quiet = rc == LLMREG_OK && beat_quietly(&r->agents, a, b);

    if (quiet)
        count(a, b);
    else
        (void)llmreg_agent_hold(a);
    rcu_end();
    if (quiet)
        return LLMREG_OK;
    if (rc == LLMREG_OK)
        return beat_with_news(r, a, b);
    llmreg_agent_put(a);
    return rc;
}

/* LLMREG_EBUSY: it changed at the same moment, do it again. */
static int beat_once(struct llmreg_registry *r, struct beating *b)
{
    rcu_begin();
    struct shelf_item *item = shelf_find(&r->agents.shelf, b->id);
    struct llmreg_agent *a = item == NULL ? NULL : agent_of(item);
    if (a != NULL && (b->generation == 0 || b->generation == a->generation))
        return beat_found(r, a, b);
    rcu_end();
    return a == NULL ? LLMREG_ENOENT : LLMREG_ESTALE;
}

int llmreg_agent_heartbeat(struct llmreg_registry *r, const char *id,
                           uint64_t generation,
                           const struct llmreg_heartbeat *beat,
                           const struct llmreg_now *now,
                           struct llmreg_error *err)
{
    struct beating b = {.id = id,
                        .generation = generation,
                        .beat = beat,
                        .now = now,
                        .err = err};
    int rc = llmreg_heartbeat_check(beat, err);

    if (rc != LLMREG_OK)
        return rc;
    rc = agent_words_new(&b.words, beat);
    if (rc != LLMREG_OK)
        return rc;
    do {
        rc = beat_once(r, &b);
    } while (rc == LLMREG_EBUSY);
    part_put(b.words == NULL ? NULL : &b.words->part);
    return rc;
}

/* ---- mark ---- */

static int mark_once(struct llmreg_registry *r, struct llmreg_agent *a,
                     enum llmreg_presence presence, const char *reason,
                     const struct llmreg_now *now)
{
    struct agent_change c;

    agent_change_begin(&c, a, now);
    c.patient = presence < LLMREG_PRESENCE_LATE;
    c.word.presence = presence;
    c.reason = reason == NULL ? "" : reason;
    int rc = agent_change_commit(r, &c);
    agent_change_end(&c);
    return rc;
}

int llmreg_agent_mark(struct llmreg_registry *r, const char *id,
                      enum llmreg_presence presence, const char *reason,
                      const struct llmreg_now *now)
{
    int rc = check_word("presence", presence, LLMREG_PRESENCES, NULL);

    if (rc != LLMREG_OK)
        return rc;
    do {
        struct llmreg_agent *a = llmreg_agent_get(r, id);
        rc = a == NULL ? LLMREG_ENOENT : mark_once(r, a, presence, reason, now);
    } while (rc == LLMREG_EBUSY);
    return rc;
}

/* ---- remove ---- */

static int remove_locked(struct llmreg_registry *r, struct llmreg_agent *a,
                         struct llmreg_event *event)
    LLMREG_REQUIRES(r->agents.lock)
{
    if (!llmreg_agent_alive(a))
        return LLMREG_ENOENT;
    event->before = llmreg_presence_text(llmreg_agent_presence(a));
    agents_remove_locked(&r->agents, a);
    (void)agents_tell_locked(r, a, event);
    return LLMREG_OK;
}

static int remove_held(struct llmreg_registry *r, struct llmreg_agent *a,
                       const char *reason)
{
    const struct llmreg_now now = llmreg_clock_now(r->clock);
    struct llmreg_event event = {
        .time_ms = now.wall_ms,
        .type = LLMREG_EVENT_REMOVED,
        .reason = reason == NULL ? "" : reason,
    };

    llmreg_lock(&r->agents.lock);
    int rc = remove_locked(r, a, &event);
    llmreg_unlock(&r->agents.lock);
    if (rc != LLMREG_OK)
        return rc;
    llmreg_bus_wake(r->bus);
    const struct agents_move move = {a, event.reason, true};
    agents_follow(r, &move, &now);
    return LLMREG_OK;
}

int llmreg_agent_remove(struct llmreg_registry *r, const char *id,
                        uint64_t generation, const char *reason)
{
    struct llmreg_agent *a = llmreg_agent_get(r, id);
    int rc = LLMREG_ENOENT;

    if (a != NULL)
        rc = generation == 0 || generation == a->generation
                 ? remove_held(r, a, reason)
                 : LLMREG_ESTALE;
    llmreg_agent_put(a);
    return rc;
}
