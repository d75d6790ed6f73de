/* SPDX-License-Identifier: MIT */
/* observe.c - what was seen, and what the operator wants: the two hands that
 * move health.
 *
 * What was disabled was not looked at: when it is enabled, what is counted in
 * a row begins anew, so that the next probe is the first that speaks.
 */
#include "common/registry/table.h"

#include <string.h>

/* "refused: Connection refused", or the word alone. */
#define REASON_SIZE (LLMREG_DETAIL_SIZE + 32)

static void reason_text(char out[static REASON_SIZE],
                        const struct llmreg_observation *seen)
{
    struct llmreg_text text;

    llmreg_text_init(&text, out, REASON_SIZE);
    llmreg_text_add(&text, llmreg_reason_text(seen->reason));
    if (seen->detail[0] == '\0')
        return;
    llmreg_text_add(&text, ": ");
    llmreg_text_add_bytes(&text, seen->detail,
                          strnlen(seen->detail, LLMREG_DETAIL_SIZE));
}

/* Publishes health as e's.  LLMREG_ENOMEM. */
static int publish_locked(struct llmreg_registry *r, struct llmreg_endpoint *e,
                          const struct llmreg_health *health)
    LLMREG_REQUIRES(r->lock)
{
    enum llmreg_health_state before = llmreg_endpoint_state(e);
    const struct tally was = entry_tally(e);
    int rc = health_box_set(&e->health, health);

    if (rc != LLMREG_OK || health->state == before)
        return rc;
    table_count_state_locked(r, before, health->state);
    entry_recount(e, was);
    return LLMREG_OK;
}

/* ---- observations ---- */

struct observing {
    const struct llmreg_observation *seen;
    const struct llmreg_health_rule *rule;
    const struct llmreg_now *now;
    char reason[REASON_SIZE];
    bool told; /* an event was published */
};

static int observe_locked(struct llmreg_registry *r, struct llmreg_endpoint *e,
                          struct observing *o) LLMREG_REQUIRES(r->lock)
{
    struct llmreg_health before, after;

    if (!llmreg_endpoint_alive(e))
        return LLMREG_ESTALE;
    llmreg_endpoint_health(e, &before);
    llmreg_health_step(&before, o->seen, o->rule, o->now, &after);
    o->told = after.state != before.state;
    int rc = publish_locked(r, e, &after);
    if (rc != LLMREG_OK || !o->told)
        return rc;
    struct llmreg_event event = {
        .time_ms = o->now->wall_ms,
        .type = LLMREG_EVENT_HEALTH,
        .before = llmreg_health_text(before.state),
        .after = llmreg_health_text(after.state),
        .reason = o->reason,
        .since_ms = after.since_ms,
        .before_ms = before.since_ms,
    };
    (void)table_tell_locked(r, e, &event);
    return LLMREG_OK;
}

int llmreg_observe(struct llmreg_registry *r, struct llmreg_endpoint *e,
                   const struct llmreg_observation *seen,
                   const struct llmreg_health_rule *rule,
                   const struct llmreg_now *now)
{
    struct observing o = {.seen = seen, .rule = rule, .now = now};

    reason_text(o.reason, seen);
    llmreg_lock(&r->lock);
    int rc = observe_locked(r, e, &o);
    llmreg_unlock(&r->lock);
    if (rc != LLMREG_OK)
        return rc;
    if (o.told)
        llmreg_bus_wake(r->bus);
    return LLMREG_OK;
}

/* ---- the past ---- */

struct recalling {
    const struct llmreg_health *stored;
    const struct llmreg_now *now;
    bool told; /* an event was published */
};

static int recall_locked(struct llmreg_registry *r, const char *id,
                         struct recalling *c) LLMREG_REQUIRES(r->lock)
{
    struct llmreg_endpoint *e = table_find_locked(r, id);
    struct llmreg_health before, after;

    if (e == NULL)
        return LLMREG_ENOENT;
    llmreg_endpoint_health(e, &before);
    llmreg_health_recall(&before, c->stored, &after);
    if (after.since_ms == before.since_ms && after.prior == before.prior &&
        after.ok_ms == before.ok_ms)
        return LLMREG_OK;
    int rc = publish_locked(r, e, &after);
    if (rc != LLMREG_OK)
        return rc;
    struct llmreg_event event = {
        .time_ms = c->now->wall_ms,
        .type = LLMREG_EVENT_HEALTH,
        .before = llmreg_health_text(after.state),
        .after = llmreg_health_text(after.state),
        .reason = "its past was recalled",
        .since_ms = after.since_ms,
    };
    (void)table_tell_locked(r, e, &event);
    c->told = true;
    return LLMREG_OK;
}

int llmreg_recall(struct llmreg_registry *r, const char *id,
                  const struct llmreg_health *stored,
                  const struct llmreg_now *now)
{
    struct recalling c = {.stored = stored, .now = now};

    llmreg_lock(&r->lock);
    int rc = recall_locked(r, id, &c);
    llmreg_unlock(&r->lock);
    if (c.told)
        llmreg_bus_wake(r->bus);
    return rc;
}

/* ---- intent ---- */

struct wanting {
    const char *id;
    struct llmreg_intent intent;
    const char *reason;
    const struct llmreg_now *now;
    bool if_over; /* only if it is in a maintenance whose time is over */
    bool told;
};

static bool is_over(const struct llmreg_intent *i, const struct llmreg_now *now)
{
    return i->admin == LLMREG_ADMIN_MAINTENANCE && i->until_ms != 0 &&
           i->until_ms <= now->wall_ms;
}

/* Nobody looked while it was disabled. */
static int resume_locked(struct llmreg_registry *r, struct llmreg_endpoint *e)
    LLMREG_REQUIRES(r->lock)
{
    struct llmreg_health before, after;

    if (llmreg_endpoint_intent(e).admin != LLMREG_ADMIN_DISABLED)
        return LLMREG_OK;
    llmreg_endpoint_health(e, &before);
    llmreg_health_resume(&before, &after);
    if (after.failures == before.failures &&
        after.successes == before.successes &&
        after.checked_mono_ns == before.checked_mono_ns)
        return LLMREG_OK;
    return publish_locked(r, e, &after);
}

static int admin_locked(struct llmreg_registry *r, struct wanting *w)
    LLMREG_REQUIRES(r->lock)
{
    struct llmreg_endpoint *e = table_find_locked(r, w->id);

    if (e == NULL)
        return LLMREG_ENOENT;
    struct llmreg_intent before = llmreg_endpoint_intent(e);
    if (w->if_over && !is_over(&before, w->now))
        return LLMREG_ESTALE;
    if (before.admin == w->intent.admin &&
        before.until_ms == w->intent.until_ms)
        return LLMREG_OK;
    int rc = resume_locked(r, e);
    if (rc != LLMREG_OK)
        return rc;
    const struct tally was = entry_tally(e);
    entry_set_intent(e, &w->intent);
    entry_recount(e, was);
    struct llmreg_event event = {
        .time_ms = w->now->wall_ms,
        .type = LLMREG_EVENT_ADMIN,
        .before = llmreg_admin_text(before.admin),
        .after = llmreg_admin_text(w->intent.admin),
        .reason = w->reason,
        .since_ms = w->now->wall_ms,
    };
    (void)table_tell_locked(r, e, &event);
    w->told = true;
    return LLMREG_OK;
}

static int want(struct llmreg_registry *r, struct wanting *w)
{
    llmreg_lock(&r->lock);
    int rc = admin_locked(r, w);
    llmreg_unlock(&r->lock);
    if (w->told)
        llmreg_bus_wake(r->bus);
    return rc;
}

static bool is_valid(const struct llmreg_intent *intent,
                     const struct llmreg_now *now)
{
    if ((unsigned)intent->admin >= LLMREG_ADMINS)
        return false;
    if (intent->until_ms == 0)
        return true;
    return intent->admin == LLMREG_ADMIN_MAINTENANCE &&
           intent->until_ms > now->wall_ms &&
           intent->until_ms <= ENTRY_UNTIL_MAX;
}

int llmreg_admin_set(struct llmreg_registry *r, const char *id,
                     const struct llmreg_intent *intent, const char *reason,
                     const struct llmreg_now *now)
{
    struct wanting w = {
        .id = id, .intent = *intent, .reason = reason, .now = now};

    return is_valid(intent, now) ? want(r, &w) : LLMREG_EINVAL;
}

int llmreg_maintenance_end(struct llmreg_registry *r, const char *id,
                           const char *reason, const struct llmreg_now *now)
{
    struct wanting w = {.id = id,
                        .intent = {.admin = LLMREG_ADMIN_ACTIVE},
                        .reason = reason,
                        .now = now,
                        .if_over = true};

    return want(r, &w);
}

/* ---- a probe, now ---- */

static int probe_locked(struct llmreg_registry *r, const char *id,
                        struct llmreg_event *event) LLMREG_REQUIRES(r->lock)
{
    struct llmreg_endpoint *e = table_find_locked(r, id);

    if (e == NULL)
        return LLMREG_ENOENT;
    if (llmreg_endpoint_intent(e).admin == LLMREG_ADMIN_DISABLED)
        return LLMREG_EBUSY;
    event->seq = table_tell_locked(r, e, event);
    return LLMREG_OK;
}

int llmreg_probe_now(struct llmreg_registry *r, const char *id,
                     const char *reason, const struct llmreg_now *now,
                     uint64_t *seq)
{
    struct llmreg_event event = {
        .time_ms = now->wall_ms, .type = LLMREG_EVENT_PROBE, .reason = reason};

    llmreg_lock(&r->lock);
    int rc = probe_locked(r, id, &event);
    llmreg_unlock(&r->lock);
    if (rc != LLMREG_OK)
        return rc;
    if (seq != NULL)
        *seq = event.seq;
    llmreg_bus_wake(r->bus);
    return LLMREG_OK;
}
