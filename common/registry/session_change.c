/* SPDX-License-Identifier: MIT */
/* session_change.c - a session is used, closed, or ends with its agents.
 *
 *   establishing, established, degraded    any into any, by who uses it
 *            |
 *            +--> closed, failed           for ever; the pair gets a new one
 */
#include "common/registry/table.h"

#include <string.h>

#define REASON_SHOWN 100
#define BATCH        512 /* sessions that end between two sections */

/* A reference, or NULL. */
static struct session_item *get(struct llmreg_registry *r, const char *id)
{
    struct shelf_item *item = shelf_get(&r->sessions.shelf, id);

    return item == NULL ? NULL : session_item_of(item);
}

/* ---- activity ---- */

static int use_once(struct llmreg_registry *r, struct session_item *s,
                    const struct llmreg_session *session,
                    const struct llmreg_now *now, struct llmreg_error *err)
{
    struct session_part *old = session_value(s), *new = NULL;
    struct llmreg_session v = old->session;
    uint64_t seq = 0;
    int rc = LLMREG_ENOENT;

    if (!shelf_alive(&s->item) || !llmreg_session_lives(v.status))
        goto done;
    v.status = session->status;
    v.weight = session->weight;
    v.latency_us = session->latency_us;
    v.bandwidth_bps = session->bandwidth_bps;
    v.active_ms = now->wall_ms;
    rc = llmreg_session_check(&v, err);
    if (rc != LLMREG_OK)
        goto done;
    new = session_part_new(&v);
    rc = LLMREG_ENOMEM;
    if (new == NULL)
        goto done;
    rc = session_replace(&r->sessions, s, old, new, &seq);
    if (rc != LLMREG_OK)
        part_put(&new->part);
done:
    part_put(&old->part);
    return rc;
}

int llmreg_session_activity(struct llmreg_registry *r, const char *id,
                            const struct llmreg_session *session,
                            const struct llmreg_now *now,
                            struct llmreg_error *err)
{
    if (!llmreg_session_lives(session->status)) {
        llmreg_error_set(err, "session %s: nobody uses it while it is %s", id,
                         llmreg_session_status_text(session->status));
        return LLMREG_EINVAL;
    }
    struct session_item *s = get(r, id);
    int rc = LLMREG_ENOENT;
    if (s != NULL)
        do {
            rc = use_once(r, s, session, now, err);
        } while (rc == LLMREG_EBUSY);
    if (rc == LLMREG_ENOENT)
        llmreg_error_set(err, "session %s: not there, or closed", id);
    if (s != NULL)
        shelf_put(&s->item);
    return rc;
}

/* ---- closing ---- */

/* new may be NULL: then s is dropped.  LLMREG_EBUSY: it has another value. */
static int close_locked(struct sessions *t, struct session_item *s,
                        struct session_part *old, struct session_part *new,
                        struct llmreg_event *event) LLMREG_REQUIRES(t->lock)
{
    if (!shelf_alive(&s->item) || s->value != old)
        return LLMREG_EBUSY;
    if (new == NULL)
        sessions_drop_locked(t, s);
    else
        sessions_close_locked(t, s, new);
    (void)sessions_tell_locked(t, s, event);
    return LLMREG_OK;
}

static int replace_by_closed(struct sessions *t, struct session_item *s,
                             struct session_part *old, struct session_part *new,
                             const struct llmreg_session *how)
{
    struct llmreg_event event = {
        .time_ms = how->closed_ms,
        .type = LLMREG_EVENT_CLOSED,
        .before = llmreg_session_status_text(old->session.status),
        .after = llmreg_session_status_text(how->status),
        .reason = how->reason,
    };

    llmreg_lock(&t->lock);
    int rc = close_locked(t, s, old, new, &event);
    llmreg_unlock(&t->lock);
    if (rc != LLMREG_OK)
        return rc;
    if (new != NULL)
        part_retire(&old->part);
    llmreg_bus_wake(t->bus);
    return LLMREG_OK;
}

static int close_once(struct sessions *t, struct session_item *s,
                      const struct llmreg_session *how, bool must)
{
    struct session_part *old = session_value(s);
    struct llmreg_session v = old->session;
    int rc = LLMREG_ENOENT;

    if (!shelf_alive(&s->item) || !llmreg_session_lives(v.status))
        goto done;
    v.status = how->status;
    v.reason = how->reason;
    v.closed_ms = how->closed_ms;
    struct session_part *new = session_part_new(&v);
    rc = LLMREG_ENOMEM;
    if (new == NULL && !must)
        goto done;
    rc = replace_by_closed(t, s, old, new, how);
    if (rc != LLMREG_OK && new != NULL)
        part_put(&new->part);
done:
    part_put(&old->part);
    return rc;
}

void session_end(struct sessions *t, struct session_item *s,
                 const struct llmreg_session *how)
{
    while (close_once(t, s, how, true) == LLMREG_EBUSY)
        continue;
}

int llmreg_session_close(struct llmreg_registry *r, const char *id,
                         enum llmreg_session_status status, const char *reason,
                         const struct llmreg_now *now)
{
    const struct llmreg_session how = {
        .status = status,
        .reason = reason,
        .closed_ms = now->wall_ms,
    };
    size_t len = strlen(reason);

    if ((status != LLMREG_SESSION_CLOSED && status != LLMREG_SESSION_FAILED) ||
        len > LLMREG_SESSION_REASON_MAX || !llmreg_is_clean(reason, len))
        return LLMREG_EINVAL;
    struct session_item *s = get(r, id);
    if (s == NULL)
        return LLMREG_ENOENT;
    int rc;
    do {
        rc = close_once(&r->sessions, s, &how, false);
    } while (rc == LLMREG_EBUSY);
    shelf_put(&s->item);
    return rc;
}

/* ---- an agent ends ---- */

static bool is_of(const struct session_item *s, const char *agent,
                  uint64_t generation)
{
    for (int i = 0; i < 2; i++)
        if (s->generation[i] == generation && strcmp(s->agents[i], agent) == 0)
            return true;
    return false;
}

/* "agent a-1 ended: REASON", cut where it gets long. */
static void explain(char out[static LLMREG_SESSION_REASON_MAX + 1],
                    const char *agent, const char *reason)
{
    char escaped[4 * REASON_SHOWN + 1];
    struct llmreg_text text;

    llmreg_text_init(&text, escaped, sizeof escaped);
    llmreg_text_add_escaped(&text, reason, strnlen(reason, REASON_SHOWN));
    llmreg_text_init(&text, out, LLMREG_SESSION_REASON_MAX + 1);
    llmreg_text_addf(&text, "agent %s ended: ", agent);
    llmreg_copy_message(out + text.len, text.size - text.len, escaped);
}

/* References to sessions that live and are of the agent, up to BATCH. */
static size_t collect(struct sessions *t, const char *agent,
                      uint64_t generation,
                      struct session_item *found[static BATCH])
{
    struct session_item *s;
    size_t n = 0;

    rcu_begin();
    struct slots_walk w = index_walk(&t->agents, agent);
    while (n < BATCH && (s = slots_next(&w)) != NULL) {
        const struct session_part *p = rcu_load(&s->value);
        if (!llmreg_session_lives(p->session.status) ||
            !shelf_alive(&s->item) || !is_of(s, agent, generation))
            continue;
        shelf_hold(&s->item);
        found[n++] = s;
    }
    rcu_end();
    return n;
}

void sessions_end(struct llmreg_registry *r, const char *agent,
                  uint64_t generation, const char *reason,
                  const struct llmreg_now *now)
{
    char why[LLMREG_SESSION_REASON_MAX + 1];
    const struct llmreg_session how = {
        .status = LLMREG_SESSION_CLOSED,
        .reason = why,
        .closed_ms = now->wall_ms,
    };
    struct session_item *found[BATCH];
    size_t n;

    explain(why, agent, reason);
    /* Who opened one before we came sees the agent's end after this, or is
     * seen by us (session_open.c). */
    llmreg_lock(&r->sessions.lock);
    llmreg_unlock(&r->sessions.lock);
    do {
        n = collect(&r->sessions, agent, generation, found);
        for (size_t i = 0; i < n; i++) {
            session_end(&r->sessions, found[i], &how);
            shelf_put(&found[i]->item);
        }
    } while (n == BATCH); /* they live no more and are not found again */
}

/* ---- what a store remembers ---- */

int llmreg_session_restore(struct llmreg_registry *r,
                           const struct llmreg_session *stored,
                           struct llmreg_error *err)
{
    struct llmreg_session v = *stored;
    int rc = llmreg_session_check(stored, err);

    if (rc != LLMREG_OK)
        return rc;
    if (stored->id[0] == '\0') {
        llmreg_error_set(err, "a session without an id cannot come back");
        return LLMREG_EINVAL;
    }
    if (llmreg_session_lives(v.status)) {
        v.status = LLMREG_SESSION_CLOSED;
        v.reason = "restart";
        v.closed_ms = v.active_ms;
    }
    struct session_part *value = session_part_new(&v);
    if (value == NULL)
        return LLMREG_ENOMEM;
    struct session_item *s = session_item_new(value);
    if (s == NULL) {
        part_put(&value->part);
        return LLMREG_ENOMEM;
    }
    llmreg_lock(&r->sessions.lock);
    rc = sessions_remember_locked(&r->sessions, s);
    llmreg_unlock(&r->sessions.lock);
    if (rc == LLMREG_EEXIST)
        llmreg_error_set(err, "session %s: there is one already", stored->id);
    if (rc != LLMREG_OK)
        shelf_put(&s->item);
    return rc;
}
