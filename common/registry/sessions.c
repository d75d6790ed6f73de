/* SPDX-License-Identifier: MIT */
/* sessions.c - the table of sessions: made, searched, walked, counted.
 *
 * The history is a queue: who was closed first leaves it first.
 */
#include "common/registry/table.h"

#include <stdlib.h>
#include <string.h>

#include "common/registry/count.h"

#define PAIR_SIZE (2 * LLMREG_AGENT_ID_SIZE)
#define BETWEEN   "\n" /* is in no id, and sorts before all that is */

/* ---- life ---- */

int sessions_start(struct llmreg_registry *r)
{
    struct sessions *t = &r->sessions;

    t->bus = r->bus;
    t->max_live = r->conf.sessions;
    t->max_closed = r->conf.closed_kept;
    int rc = shelf_init(&t->shelf, t->max_live + t->max_closed + 1);
    if (rc == LLMREG_OK)
        rc = index_init(&t->agents, t->max_live);
    if (rc == LLMREG_OK)
        rc = index_init(&t->pairs, t->max_live);
    return rc;
}

void sessions_stop(struct llmreg_registry *r)
{
    struct sessions *t = &r->sessions;

    index_fini(&t->pairs);
    index_fini(&t->agents);
    shelf_fini(&t->shelf);
}

/* ---- items ---- */

static void release(struct shelf_item *item)
{
    struct session_item *s = session_item_of(item);

    part_put(&s->value->part);
    free(s);
}

/* In the order of their names, whoever opened it. */
static void write_pair(char out[static PAIR_SIZE], const char *a, const char *b)
{
    bool in_order = strcmp(a, b) < 0;

    char *at = stpcpy(out, in_order ? a : b);
    at = stpcpy(at, BETWEEN);
    (void)stpcpy(at, in_order ? b : a);
}

static const struct shelf_kind kind = {
    .key = offsetof(struct session_item, text),
    .release = release,
};

struct session_item *session_item_new(struct session_part *value)
{
    const struct llmreg_session *v = &value->session;
    bool in_order = strcmp(v->from, v->to) < 0;
    char pair[PAIR_SIZE];

    write_pair(pair, v->from, v->to);
    size_t room = strlen(v->id) + 1 + part_room(v->from) + part_room(v->to) +
                  part_room(pair);
    struct session_item *s = calloc(1, sizeof *s + room);
    if (s == NULL)
        return NULL;
    char *at = s->text;
    shelf_item_init(&s->item, &kind);
    (void)part_pack(&at, v->id); /* the key */
    s->agents[0] = part_pack(&at, in_order ? v->from : v->to);
    s->agents[1] = part_pack(&at, in_order ? v->to : v->from);
    s->pair = part_pack(&at, pair);
    s->value = value;
    return s;
}

struct session_part *session_value(const struct session_item *s)
{
    rcu_begin();
    struct session_part *p = rcu_load(&s->value);
    part_hold(&p->part);
    rcu_end();
    return p;
}

/* ---- changing, for those who have the lock ---- */

static size_t load(const _Atomic size_t *count)
{
    return atomic_load_explicit(count, memory_order_relaxed);
}

static struct index_change agents_change(struct session_item *s, bool joins)
{
    const struct index_keys keys = {s->agents, sizeof s->agents[0], 2};
    static const struct index_keys none;
    const struct index_change c = {.entry = s,
                                   .before = joins ? none : keys,
                                   .after = joins ? keys : none,
                                   .old = s->by_agent,
                                   .new = s->by_agent};

    return c;
}

static struct index_change pair_change(struct session_item *s, bool joins)
{
    const struct index_keys keys = {&s->pair, sizeof s->pair, 1};
    static const struct index_keys none;
    const struct index_change c = {.entry = s,
                                   .before = joins ? none : keys,
                                   .after = joins ? keys : none,
                                   .old = &s->by_pair,
                                   .new = &s->by_pair};

    return c;
}

/* Nobody finds s any more. */
static void take_off_locked(struct sessions *t, struct session_item *s)
    LLMREG_REQUIRES(t->lock)
{
    const struct index_change agents = agents_change(s, false);

    index_leave(&t->agents, &agents);
    shelf_remove(&t->shelf, &s->item);
}

static void leave_pair_locked(struct sessions *t, struct session_item *s)
    LLMREG_REQUIRES(t->lock)
{
    const struct index_change pair = pair_change(s, false);

    index_leave(&t->pairs, &pair);
    count_add(&t->live, (size_t)-1);
}

/* The oldest leave the history until it is within its limit. */
static void trim_locked(struct sessions *t, size_t limit)
    LLMREG_REQUIRES(t->lock)
{
    while (load(&t->closed) > limit) {
        struct session_item *s = t->oldest;
        t->oldest = s->younger;
        if (t->oldest == NULL)
            t->youngest = NULL;
        take_off_locked(t, s);
        count_add(&t->closed, (size_t)-1);
    }
}

static void append_locked(struct sessions *t, struct session_item *s)
    LLMREG_REQUIRES(t->lock)
{
    s->younger = NULL;
    if (t->youngest == NULL)
        t->oldest = s;
    else
        t->youngest->younger = s;
    t->youngest = s;
    count_add(&t->closed, 1);
    trim_locked(t, t->max_closed);
}

static bool has_live_locked(struct sessions *t, const char *pair)
    LLMREG_REQUIRES(t->lock)
{
    rcu_begin();
    struct slots_walk w = index_walk(&t->pairs, pair);
    bool has = slots_next(&w) != NULL;
    rcu_end();
    return has;
}

int sessions_add_locked(struct sessions *t, struct session_item *s)
{
    const struct index_change agents = agents_change(s, true);
    const struct index_change pair = pair_change(s, true);

    if (has_live_locked(t, s->pair))
        return LLMREG_EBUSY;
    int rc = shelf_prepare(&t->shelf, shelf_key(&s->item));
    if (rc == LLMREG_OK && load(&t->live) >= t->max_live)
        rc = LLMREG_EFULL;
    if (rc == LLMREG_OK)
        rc = index_prepare(&t->agents, &agents);
    if (rc != LLMREG_OK)
        return rc;
    rc = index_prepare(&t->pairs, &pair);
    if (rc != LLMREG_OK) {
        index_cancel(&t->agents, &agents);
        return rc;
    }
    shelf_add(&t->shelf, &s->item);
    index_join(&t->agents, &agents);
    index_join(&t->pairs, &pair);
    count_add(&t->live, 1);
    return LLMREG_OK;
}

int sessions_remember_locked(struct sessions *t, struct session_item *s)
{
    const struct index_change agents = agents_change(s, true);
    int rc = shelf_prepare(&t->shelf, shelf_key(&s->item));

    if (rc == LLMREG_OK)
        rc = index_prepare(&t->agents, &agents);
    if (rc != LLMREG_OK)
        return rc;
    shelf_add(&t->shelf, &s->item);
    index_join(&t->agents, &agents);
    append_locked(t, s);
    return LLMREG_OK;
}

void sessions_close_locked(struct sessions *t, struct session_item *s,
                           struct session_part *value)
{
    rcu_publish(&s->value, value);
    leave_pair_locked(t, s);
    append_locked(t, s);
}

void sessions_drop_locked(struct sessions *t, struct session_item *s)
{
    leave_pair_locked(t, s);
    take_off_locked(t, s);
}

uint64_t sessions_tell_locked(struct sessions *t, const struct session_item *s,
                              struct llmreg_event *event)
{
    uint64_t seq = 0;

    event->entity = LLMREG_ENTITY_SESSION;
    event->subject = shelf_key(&s->item);
    event->name = s->value->name;
    /* Without memory for it the subscribers see a gap and start over. */
    (void)!llmreg_bus_publish(t->bus, event, &seq);
    return seq;
}

void sessions_clear(struct llmreg_registry *r)
{
    struct sessions *t = &r->sessions;
    struct shelf_item *item;

    llmreg_lock(&t->lock);
    trim_locked(t, 0);
    rcu_begin(); /* removing may move the set; the old one is walked on */
    struct slots_walk w = shelf_walk(&t->shelf);
    while ((item = slots_next(&w)) != NULL)
        if (shelf_alive(item))
            sessions_drop_locked(t, session_item_of(item));
    rcu_end();
    llmreg_unlock(&t->lock);
}

/* ---- finding ---- */

struct session_item *sessions_of_pair(struct llmreg_registry *r, const char *a,
                                      const char *b)
{
    char pair[PAIR_SIZE];

    write_pair(pair, a, b);
    rcu_begin();
    struct slots_walk w = index_walk(&r->sessions.pairs, pair);
    struct session_item *s = slots_next(&w);
    if (s != NULL)
        shelf_hold(&s->item);
    rcu_end();
    return s;
}

const struct llmreg_session *llmreg_session_get(struct llmreg_registry *r,
                                                const char *id)
{
    const struct llmreg_session *value = NULL;

    rcu_begin();
    struct shelf_item *item = shelf_find(&r->sessions.shelf, id);
    if (item != NULL)
        value = &session_value(session_item_of(item))->session;
    rcu_end();
    return value;
}

void llmreg_each_session(struct llmreg_registry *r, const char *agent,
                         bool live, llmreg_session_fn fn, void *ctx)
{
    struct sessions *t = &r->sessions;
    struct session_item *s;

    rcu_begin();
    struct slots_walk w =
        agent == NULL ? shelf_walk(&t->shelf) : index_walk(&t->agents, agent);
    while ((s = slots_next(&w)) != NULL) {
        const struct session_part *p = rcu_load(&s->value);
        if (shelf_alive(&s->item) &&
            llmreg_session_lives(p->session.status) == live &&
            !fn(ctx, &p->session))
            break;
    }
    rcu_end();
}

void llmreg_session_count(struct llmreg_registry *r,
                          struct llmreg_session_counts *out)
{
    out->live = load(&r->sessions.live);
    out->closed = load(&r->sessions.closed);
}
