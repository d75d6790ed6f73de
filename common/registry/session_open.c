/* SPDX-License-Identifier: MIT */
/* session_open.c - a pair of agents gets its session, or refreshes it.
 *
 * Both agents must be there, and no lock holds them while the session is made.
 * So they are looked at again when it is in the table: either we see that one
 * of them ended meanwhile and close it ourselves, or who ends the agent comes
 * after us to the sessions' lock and finds it (sessions_end).
 */
#include "common/registry/table.h"

#include <string.h>

#include "common/registry/uuid.h"

/* Who opens, and what comes of it. */
struct opening {
    const struct llmreg_session *wanted;
    const struct llmreg_now *now;
    struct llmreg_agent *from, *to; /* references */
    struct session_item *item;      /* a reference */
    struct llmreg_session_result result;
};

/* ---- the agents ---- */

static bool is_there(const struct llmreg_agent *a)
{
    enum llmreg_presence presence = llmreg_agent_presence(a);

    return llmreg_agent_alive(a) && presence != LLMREG_PRESENCE_OFFLINE &&
           presence != LLMREG_PRESENCE_STOPPED;
}

static int look(const struct llmreg_agent *a, const char *id,
                struct llmreg_error *err)
{
    if (a != NULL && is_there(a))
        return LLMREG_OK;
    if (a == NULL || !llmreg_agent_alive(a))
        llmreg_error_set(err, "agent %s is not registered", id);
    else
        llmreg_error_set(err, "agent %s is %s", id,
                         llmreg_presence_text(llmreg_agent_presence(a)));
    return LLMREG_ENOENT;
}

static int look_at_both(const struct opening *o, struct llmreg_error *err)
{
    int rc = look(o->from, o->wanted->from, err);

    return rc == LLMREG_OK ? look(o->to, o->wanted->to, err) : rc;
}

/* ---- a new one ---- */

static uint64_t generation_of(const struct opening *o, const char *agent)
{
    return llmreg_agent_generation(strcmp(agent, o->wanted->from) == 0 ? o->from
                                                                       : o->to);
}

/* With its value, not yet in the table. */
static int make(struct opening *o, const char *id)
{
    struct llmreg_session v = *o->wanted;

    v.id = id;
    v.reason = "";
    v.opened_ms = v.active_ms = o->now->wall_ms;
    v.closed_ms = 0;
    struct session_part *value = session_part_new(&v);
    if (value == NULL)
        return LLMREG_ENOMEM;
    o->item = session_item_new(value);
    if (o->item == NULL) {
        part_put(&value->part);
        return LLMREG_ENOMEM;
    }
    for (int i = 0; i < 2; i++)
        o->item->generation[i] = generation_of(o, o->item->agents[i]);
    return LLMREG_OK;
}

static int add_locked(struct sessions *t, struct opening *o)
    LLMREG_REQUIRES(t->lock)
{
    struct llmreg_event event = {
        .time_ms = o->now->wall_ms,
        .type = LLMREG_EVENT_OPENED,
        .after = llmreg_session_status_text(o->wanted->status),
        .reason = llmreg_session_type_text(o->wanted->type),
    };

    int rc = sessions_add_locked(t, o->item);
    if (rc != LLMREG_OK)
        return rc;
    shelf_hold(&o->item->item); /* ours, besides the shelf's */
    o->result.seq = sessions_tell_locked(t, o->item, &event);
    o->result.created = true;
    return LLMREG_OK;
}

static int create(struct llmreg_registry *r, struct opening *o)
{
    char uuid[UUID_SIZE];
    const char *id = o->wanted->id;

    if (id[0] == '\0') {
        int rc = uuid_make(o->now->wall_ms, uuid);
        if (rc != LLMREG_OK)
            return rc;
        id = uuid;
    }
    int rc = make(o, id);
    if (rc != LLMREG_OK)
        return rc;
    llmreg_lock(&r->sessions.lock);
    rc = add_locked(&r->sessions, o);
    llmreg_unlock(&r->sessions.lock);
    return rc;
}

/* ---- the one that lives ---- */

/* Names of the fields that are told of and differ; "" if none do. */
static void diff(struct llmreg_text *out, const struct llmreg_session *a,
                 const struct llmreg_session *b)
{
    const struct {
        const char *name;
        bool differs;
    } rows[] = {
        {"status", a->status != b->status},
        {"type", a->type != b->type},
        {"connection", strcmp(a->connection, b->connection) != 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].differs)
            continue;
        llmreg_text_add(out, out->len > 0 ? ", " : "");
        llmreg_text_add(out, rows[i].name);
    }
}

int session_replace(struct sessions *t, struct session_item *s,
                    struct session_part *old, struct session_part *new,
                    uint64_t *seq)
{
    char fields[64];
    struct llmreg_text text;
    struct llmreg_event event = {
        .time_ms = new->session.active_ms,
        .type = LLMREG_EVENT_UPDATED,
        .before = llmreg_session_status_text(old->session.status),
        .after = llmreg_session_status_text(new->session.status),
        .reason = fields,
    };

    llmreg_text_init(&text, fields, sizeof fields);
    diff(&text, &old->session, &new->session);
    llmreg_lock(&t->lock);
    bool same = shelf_alive(&s->item) && s->value == old;
    if (same)
        rcu_publish(&s->value, new);
    if (same && text.len > 0)
        *seq = sessions_tell_locked(t, s, &event);
    llmreg_unlock(&t->lock);
    if (!same)
        return LLMREG_EBUSY;
    part_retire(&old->part);
    if (text.len > 0)
        llmreg_bus_wake(t->bus);
    return LLMREG_OK;
}

static int refresh(struct llmreg_registry *r, struct opening *o)
{
    struct session_part *old = session_value(o->item);
    struct llmreg_session v = *o->wanted;
    int rc = LLMREG_EBUSY; /* closed meanwhile: the pair gets a new one */

    if (!llmreg_session_lives(old->session.status))
        goto done;
    v.id = old->session.id;
    v.from = old->session.from;
    v.to = old->session.to;
    v.reason = "";
    v.opened_ms = old->session.opened_ms;
    v.active_ms = o->now->wall_ms;
    v.closed_ms = 0;
    struct session_part *new = session_part_new(&v);
    rc = LLMREG_ENOMEM;
    if (new == NULL)
        goto done;
    rc = session_replace(&r->sessions, o->item, old, new, &o->result.seq);
    if (rc != LLMREG_OK)
        part_put(&new->part);
done:
    part_put(&old->part);
    return rc;
}

/* ---- both ---- */

static void let_go(struct opening *o)
{
    if (o->item != NULL)
        shelf_put(&o->item->item);
    o->item = NULL;
}

/* The session that lives is of other agents with these ids: of earlier ones,
 * whose end is about to take it along, or ours are gone. */
static int outlive(struct llmreg_registry *r, struct opening *o)
{
    const struct llmreg_session how = {
        .status = LLMREG_SESSION_CLOSED,
        .reason = "an agent came again",
        .closed_ms = o->now->wall_ms,
    };

    for (int i = 0; i < 2; i++)
        if (o->item->generation[i] > generation_of(o, o->item->agents[i]))
            return LLMREG_ENOENT;
    session_end(&r->sessions, o->item, &how);
    return LLMREG_EBUSY;
}

static bool is_between(const struct opening *o, const struct session_item *s)
{
    return s->generation[0] == generation_of(o, s->agents[0]) &&
           s->generation[1] == generation_of(o, s->agents[1]);
}

static int open_once(struct llmreg_registry *r, struct opening *o)
{
    let_go(o);
    o->result = (struct llmreg_session_result){0};
    o->item = sessions_of_pair(r, o->wanted->from, o->wanted->to);
    if (o->item == NULL)
        return create(r, o);
    return is_between(o, o->item) ? refresh(r, o) : outlive(r, o);
}

/* An agent that ended meanwhile takes its session along. */
static int look_again(struct llmreg_registry *r, struct opening *o,
                      struct llmreg_error *err)
{
    const struct llmreg_session how = {
        .status = LLMREG_SESSION_CLOSED,
        .reason = "an agent ended while it was opened",
        .closed_ms = o->now->wall_ms,
    };
    int rc = look_at_both(o, err);

    if (rc != LLMREG_OK)
        session_end(&r->sessions, o->item, &how);
    return rc;
}

static int open_between(struct llmreg_registry *r, struct opening *o,
                        struct llmreg_error *err)
{
    int rc = look_at_both(o, err);

    if (rc != LLMREG_OK)
        return rc;
    do {
        rc = open_once(r, o);
    } while (rc == LLMREG_EBUSY);
    if (rc == LLMREG_EEXIST)
        llmreg_error_set(err, "session %s: this id was used before",
                         o->wanted->id);
    if (rc == LLMREG_EFULL)
        llmreg_error_set(err, "there are %zu sessions already, the limit",
                         r->conf.sessions);
    if (rc == LLMREG_ENOENT)
        (void)look_at_both(o, err); /* says which one is gone */
    if (rc != LLMREG_OK)
        return rc;
    if (o->result.created)
        llmreg_bus_wake(r->bus);
    (void)stpcpy(o->result.id, shelf_key(&o->item->item));
    return look_again(r, o, err);
}

int llmreg_session_open(struct llmreg_registry *r,
                        const struct llmreg_session *session,
                        const struct llmreg_now *now,
                        struct llmreg_session_result *result,
                        struct llmreg_error *err)
{
    struct opening o = {.wanted = session, .now = now};
    int rc = llmreg_session_check(session, err);

    if (rc != LLMREG_OK)
        return rc;
    if (!llmreg_session_lives(session->status)) {
        llmreg_error_set(err, "a session cannot be opened as %s",
                         llmreg_session_status_text(session->status));
        return LLMREG_EINVAL;
    }
    o.from = llmreg_agent_get(r, session->from);
    o.to = llmreg_agent_get(r, session->to);
    rc = open_between(r, &o, err);
    if (rc == LLMREG_OK && result != NULL)
        *result = o.result;
    let_go(&o);
    llmreg_agent_put(o.from);
    llmreg_agent_put(o.to);
    return rc;
}
