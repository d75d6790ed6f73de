/* SPDX-License-Identifier: MIT */
/* agent_register.c - agents come, come again, and come back from the store.
 *
 * To register again is an update: it keeps what was observed, what is not said
 * and the standing of the source, and merges metadata.  Who brings no id gets
 * the one of its type and name, so that a restart of an agent is no new agent.
 */
#include "common/registry/agent_change.h"

#include <llmreg/names.h>

#include <stdlib.h>
#include <string.h>

#include "common/domain/check.h"
#include "common/domain/metadata.h"
#include "common/registry/uuid.h"
#include "common/registry/vouch.h"

#define LATENCY_MAX_US INT64_C(86400000000) /* a day, as in a heartbeat */

/* What a registration need not say. */
static const size_t optional[] = {
    offsetof(struct llmreg_agent_spec, role),
    offsetof(struct llmreg_agent_spec, domain),
    offsetof(struct llmreg_agent_spec, cluster),
    offsetof(struct llmreg_agent_spec, url),
    offsetof(struct llmreg_agent_spec, version),
};
static const struct llmreg_agent_spec nothing = {
    .role = "", .domain = "", .cluster = "", .url = "", .version = ""};

static const char *const *said(const struct llmreg_agent_spec *spec, size_t at)
{
    return (const void *)((const char *)spec + optional[at]);
}

/* What spec does not say is as in from. */
static void fill(struct llmreg_agent_spec *spec,
                 const struct llmreg_agent_spec *from)
{
    for (size_t i = 0; i < sizeof optional / sizeof optional[0]; i++)
        if (*said(spec, i) == NULL)
            memcpy((void *)(uintptr_t)said(spec, i), said(from, i),
                   sizeof *said(from, i));
    if (spec->capabilities == NULL) {
        spec->capabilities = from->capabilities;
        spec->ncapabilities = from->ncapabilities;
    }
}

/* Checks spec; *out is it, with its host in the one spelling. */
static int spell(const struct llmreg_agent_spec *spec,
                 char host[static LLMREG_HOST_SIZE],
                 struct llmreg_agent_spec *out, struct llmreg_error *err)
{
    struct llmreg_agent_spec filled = *spec;

    fill(&filled, &nothing);
    int rc = llmreg_agent_check(&filled, err);
    if (rc != LLMREG_OK)
        return rc;
    *out = *spec;
    if (spec->host[0] == '\0')
        return LLMREG_OK;
    out->host = host;
    return llmreg_host_key(spec->host, host);
}

struct registering {
    const struct llmreg_agent_spec *spec;
    const char *peer;
    struct llmreg_now now;
    struct llmreg_agent_result *result;
    struct llmreg_error *err;
};

/* ---- new ones ---- */

/* The parts of an agent that is not there yet. */
struct parts {
    struct agent_keys *keys;
    struct agent_part *spec;
    struct agent_note *note;
};

static void parts_free(struct parts *p)
{
    free(p->keys);
    part_put(p->spec == NULL ? NULL : &p->spec->part);
    part_put(p->note == NULL ? NULL : &p->note->part);
}

static int make(struct llmreg_agent **out, const struct llmreg_agent_spec *spec,
                const struct agent_facts *facts, struct agent_keys **keys)
{
    struct parts p = {
        .keys = agent_keys_new(spec),
        .spec = agent_part_new(spec),
        .note = agent_note_new(facts),
    };
    struct llmreg_agent *a = NULL;

    if (p.keys != NULL && p.spec != NULL && p.note != NULL)
        a = agent_new(p.spec, p.note, p.keys->count);
    if (a == NULL) {
        parts_free(&p);
        return LLMREG_ENOMEM;
    }
    *out = a;
    *keys = p.keys;
    return LLMREG_OK;
}

static int add_locked(struct llmreg_registry *r, struct llmreg_agent *a,
                      const struct agent_keys *keys,
                      const struct llmreg_now *now)
    LLMREG_REQUIRES(r->agents.lock)
{
    int rc = agents_add_locked(&r->agents, a, keys);

    if (rc == LLMREG_OK)
        agents_set_due_locked(r, a, now);
    return rc;
}

static int
add_and_tell_locked(struct llmreg_registry *r, struct llmreg_agent *a,
                    const struct agent_keys *keys, struct registering *g)
    LLMREG_REQUIRES(r->agents.lock)
{
    struct llmreg_event event = {
        .time_ms = g->now.wall_ms,
        .type = LLMREG_EVENT_REGISTERED,
        .after = llmreg_presence_text(LLMREG_PRESENCE_CONNECTING),
        .reason = llmreg_source_text(a->spec->spec.source),
    };
    int rc = add_locked(r, a, keys, &g->now);

    if (rc != LLMREG_OK)
        return rc;
    g->result->created = true;
    g->result->generation = a->generation;
    g->result->seq = agents_tell_locked(r, a, &event);
    return LLMREG_OK;
}

static int add(struct llmreg_registry *r, const struct llmreg_agent_spec *spec,
               struct registering *g)
{
    const struct agent_word word = {.presence = LLMREG_PRESENCE_CONNECTING,
                                    .since_ms = g->now.wall_ms};
    struct agent_facts facts = {
        .activity = "", .peer = g->peer, .other = "", .hub = ""};
    struct llmreg_agent *a = NULL;
    struct agent_keys *keys = NULL;

    window_add(&facts.registrations, g->now.mono_ns);
    int rc = make(&a, spec, &facts, &keys);
    if (rc != LLMREG_OK)
        return rc;
    a->clock = r->clock;
    a->registered_ms = g->now.wall_ms;
    atomic_init(&a->word, agent_word_pack(&word));
    agent_see(a, &g->now);
    (void)!llmreg_copy(g->result->id, sizeof g->result->id, a->id);
    (void)llmreg_agent_hold(a); /* it may be removed at once */
    llmreg_lock(&r->agents.lock);
    rc = add_and_tell_locked(r, a, keys, g);
    llmreg_unlock(&r->agents.lock);
    free(keys);
    if (rc == LLMREG_OK) {
        llmreg_bus_wake(r->bus);
        vouch_follow(r, a, "registered", &g->now);
    } else {
        llmreg_agent_put(a); /* nobody saw it */
    }
    llmreg_agent_put(a);
    if (rc == LLMREG_EFULL)
        llmreg_error_set(g->err, "agent %s: there are %zu already, the limit",
                         spec->name, r->conf.agents);
    return rc == LLMREG_EEXIST ? LLMREG_EBUSY : rc;
}

static int add_new(struct llmreg_registry *r, struct registering *g)
{
    struct llmreg_agent_spec spec = *g->spec;
    struct metadata metadata;
    char id[UUID_SIZE];
    int rc = metadata_merge(&nothing, g->spec->metadata, g->spec->nmetadata,
                            &metadata, g->err);

    if (rc != LLMREG_OK)
        return rc;
    fill(&spec, &nothing);
    spec.metadata = metadata.members;
    spec.nmetadata = metadata.count;
    if (spec.id[0] != '\0')
        return add(r, &spec, g);
    rc = uuid_make(g->now.wall_ms, id);
    if (rc != LLMREG_OK)
        return rc;
    spec.id = id;
    return add(r, &spec, g);
}

/* ---- those that are there ---- */

static bool is_found(enum llmreg_source source)
{
    return source == LLMREG_SOURCE_AUTO || source == LLMREG_SOURCE_MDNS;
}

/* What spec says, but for what an update never changes. */
static int merge(const struct llmreg_agent_spec *old, struct registering *g,
                 struct metadata *metadata, struct llmreg_agent_spec *out)
{
    int rc = metadata_merge(old, g->spec->metadata, g->spec->nmetadata,
                            metadata, g->err);

    if (rc != LLMREG_OK)
        return rc;
    *out = *g->spec;
    fill(out, old);
    out->id = old->id;
    out->metadata = metadata->members;
    out->nmetadata = metadata->count;
    if (!is_found(old->source) && is_found(out->source))
        out->source = old->source;
    return LLMREG_OK;
}

static int prepare(struct agent_change *c, struct registering *g)
{
    struct agent_facts facts = c->old_note->facts;
    struct llmreg_agent_spec spec;
    struct metadata metadata;
    int rc = merge(&c->old_spec->spec, g, &metadata, &spec);

    if (rc == LLMREG_OK)
        rc = agent_change_spec(c, &spec);
    if (rc != LLMREG_OK)
        return rc;
    window_add(&facts.registrations, g->now.mono_ns);
    (void)agent_facts_claim(&facts, "", g->peer, g->now.mono_ns);
    if (c->word.presence >= LLMREG_PRESENCE_LATE)
        c->word.presence = LLMREG_PRESENCE_CONNECTING;
    c->seen = true;
    c->reason = "registered";
    return agent_change_note(c, &facts);
}

static int update(struct llmreg_registry *r, struct llmreg_agent *a,
                  struct registering *g)
{
    struct agent_change c;

    agent_change_begin(&c, a, &g->now);
    int rc = prepare(&c, g);
    if (rc == LLMREG_OK)
        rc = agent_change_commit(r, &c);
    if (rc == LLMREG_OK) {
        g->result->generation = a->generation;
        g->result->seq = c.seq;
        (void)!llmreg_copy(g->result->id, sizeof g->result->id, a->id);
    }
    agent_change_end(&c);
    /* Removed, or its new name was taken, a moment ago: look again. */
    return rc == LLMREG_ENOENT || rc == LLMREG_EEXIST ? LLMREG_EBUSY : rc;
}

/* ---- register ---- */

/* LLMREG_EEXIST: the name is another agent's than the one that is meant. */
static int find(struct llmreg_registry *r, const struct registering *g,
                struct llmreg_agent **out)
{
    const struct llmreg_agent_spec *spec = g->spec;
    struct llmreg_agent *named = llmreg_agent_find(r, spec->type, spec->name);

    *out = named;
    if (spec->id[0] == '\0')
        return LLMREG_OK;
    if (named == NULL) {
        *out = llmreg_agent_get(r, spec->id);
        return LLMREG_OK;
    }
    if (strcmp(named->id, spec->id) == 0)
        return LLMREG_OK;
    llmreg_error_set(g->err, "agent %s: %s \"%.200s\" is agent %s already",
                     spec->id, spec->type, spec->name, named->id);
    llmreg_agent_put(named);
    return LLMREG_EEXIST;
}

/* LLMREG_EBUSY: somebody else was faster, look again. */
static int register_once(struct llmreg_registry *r, struct registering *g)
{
    struct llmreg_agent *a = NULL;
    int rc = find(r, g, &a);

    memset(g->result, 0, sizeof *g->result);
    if (rc != LLMREG_OK)
        return rc;
    return a == NULL ? add_new(r, g) : update(r, a, g);
}

int llmreg_agent_register(struct llmreg_registry *r,
                          const struct llmreg_agent_spec *spec,
                          const char *peer, struct llmreg_agent_result *result,
                          struct llmreg_error *err)
{
    struct llmreg_agent_result made;
    struct llmreg_agent_spec spelled;
    char host[LLMREG_HOST_SIZE];
    struct registering g = {
        .spec = &spelled, .peer = peer, .result = &made, .err = err};
    int rc = spell(spec, host, &spelled, err);

    if (rc == LLMREG_OK)
        rc = check_text("peer", peer, 0, LLMREG_PEER_SIZE - 1, err);
    if (rc != LLMREG_OK)
        return rc;
    g.now = llmreg_clock_now(r->clock);
    do {
        rc = register_once(r, &g);
    } while (rc == LLMREG_EBUSY);
    if (rc == LLMREG_OK && result != NULL)
        *result = made;
    return rc;
}

/* ---- restore ---- */

/* What the specification's own check does not know. */
static int check_state(const struct llmreg_agent_spec *spec,
                       const struct llmreg_agent_state *s,
                       struct llmreg_error *err)
{
    int rc = check_text("id", spec->id, 1, LLMREG_AGENT_ID_SIZE - 1, err);

    if (rc == LLMREG_OK)
        rc = check_word("presence", s->presence, LLMREG_PRESENCES, err);
    if (rc == LLMREG_OK)
        rc = check_word("health", s->health, LLMREG_HEALTH_STATES, err);
    if (rc == LLMREG_OK)
        rc = check_range("latency_us", s->latency_us, -1, LATENCY_MAX_US, err);
    if (rc != LLMREG_OK)
        return rc;
    if (memchr(s->activity, '\0', sizeof s->activity) != NULL &&
        memchr(s->peer, '\0', sizeof s->peer) != NULL &&
        memchr(s->other, '\0', sizeof s->other) != NULL)
        return LLMREG_OK;
    llmreg_error_set(err, "agent %s: a text of its state has no end", spec->id);
    return LLMREG_EINVAL;
}

static bool has_ended(enum llmreg_presence presence)
{
    return presence == LLMREG_PRESENCE_OFFLINE ||
           presence == LLMREG_PRESENCE_STOPPED;
}

static int revive(struct llmreg_registry *r,
                  const struct llmreg_agent_spec *spec,
                  const struct llmreg_agent_state *s,
                  const struct llmreg_now *now)
{
    const struct agent_facts facts = {
        .activity = s->activity, .peer = s->peer, .other = s->other, .hub = ""};
    const struct agent_word word = {
        .presence =
            has_ended(s->presence) ? s->presence : LLMREG_PRESENCE_CONNECTING,
        .health = s->health,
        .since_ms = has_ended(s->presence) ? s->since_ms : now->wall_ms,
    };
    struct llmreg_agent *a = NULL;
    struct agent_keys *keys = NULL;

    int rc = make(&a, spec, &facts, &keys);
    if (rc != LLMREG_OK)
        return rc;
    a->clock = r->clock;
    a->registered_ms = s->registered_ms;
    a->patient_ns = now->mono_ns;
    atomic_init(&a->word, agent_word_pack(&word));
    atomic_init(&a->seen_ms, s->seen_ms);
    if (s->latency_us >= 0)
        agent_add_latency(a, s->latency_us);
    (void)llmreg_agent_hold(a);
    llmreg_lock(&r->agents.lock);
    rc = add_locked(r, a, keys, now);
    llmreg_unlock(&r->agents.lock);
    free(keys);
    if (rc == LLMREG_OK)
        vouch_follow(r, a, NULL, now);
    else
        llmreg_agent_put(a); /* nobody saw it */
    llmreg_agent_put(a);
    return rc;
}

int llmreg_agent_restore(struct llmreg_registry *r,
                         const struct llmreg_agent_spec *spec,
                         const struct llmreg_agent_state *stored,
                         struct llmreg_error *err)
{
    struct llmreg_agent_spec spelled;
    char host[LLMREG_HOST_SIZE];
    int rc = spell(spec, host, &spelled, err);

    if (rc == LLMREG_OK)
        rc = check_state(spec, stored, err);
    if (rc != LLMREG_OK)
        return rc;
    const struct llmreg_now now = llmreg_clock_now(r->clock);
    rc = revive(r, &spelled, stored, &now);
    if (rc != LLMREG_OK)
        llmreg_error_set(err, "agent %s: %s (limit %zu)", spec->id,
                         llmreg_status_text(rc), r->conf.agents);
    return rc;
}
