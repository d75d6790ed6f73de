/* SPDX-License-Identifier: MIT */
/* alerts.c - what is done to an alert.
 *
 * Three hands change one, and none undoes what another did: the alerter sets
 * the state, people acknowledge, the notifier notes what it told.  Each takes
 * the published value under the lock, and changes what is its own.
 */
#include <llmreg/alerts.h>

#include <string.h>

#include <llmreg/text.h>

#include "common/registry/table.h"

/* ---- the alerter ---- */

static void unacknowledge(struct llmreg_alert *a)
{
    a->s.acknowledged = false;
    a->acknowledged_by = "";
    a->note = "";
    a->acknowledged_ms = 0;
}

/* What is not the alerter's to say. */
static void inherit(struct llmreg_alert *a, const struct llmreg_alert *old)
{
    a->told = old->told;
    a->told_seq = old->told_seq;
    a->times = old->times;
    a->seq = old->seq;
    unacknowledge(a);
    if (!old->s.acknowledged || a->s.severity == LLMREG_SEVERITY_OKAY ||
        a->s.severity > old->s.severity)
        return;
    a->s.acknowledged = true;
    a->acknowledged_by = old->acknowledged_by;
    a->note = old->note;
    a->acknowledged_ms = old->acknowledged_ms;
}

/* It is over while people are being told of it: they will have to hear of the
 * end, also from the next run. */
static void believe(struct llmreg_alert *a, const struct alert_item *item)
{
    if (a->s.severity == LLMREG_SEVERITY_OKAY &&
        a->told == LLMREG_SEVERITY_OKAY)
        a->told = item->telling;
}

static int set_locked(struct alerts *a, struct alert_change *c)
    LLMREG_REQUIRES(a->lock)
{
    static const struct llmreg_alert none = {.id = ""};
    struct alert_item *item = alerts_find_locked(a, c->alert.id);
    const struct llmreg_alert *old = item == NULL ? &none : &item->value->alert;

    inherit(&c->alert, old);
    if (c->alert.s.severity != LLMREG_SEVERITY_OKAY &&
        old->s.severity == LLMREG_SEVERITY_OKAY)
        c->alert.times++;
    c->event.before = llmreg_severity_text(old->s.severity);
    if (item == NULL)
        return alerts_add_locked(a, c);
    believe(&c->alert, item);
    if (!c->tells && alert_part_alike(&c->alert, old))
        return LLMREG_OK;
    return alerts_replace_locked(a, item, c);
}

int llmreg_alert_set(struct llmreg_registry *r,
                     const struct llmreg_alert *alert,
                     enum llmreg_alert_action action,
                     const struct llmreg_now *now, uint64_t *seq)
{
    struct alert_change c = {.alert = *alert,
                             .tells = action != LLMREG_ALERT_NOTHING};
    int rc = alert_part_check(alert, NULL);

    if (rc != LLMREG_OK)
        return rc;
    c.event = (struct llmreg_event){
        .time_ms = now->wall_ms,
        .type = action == LLMREG_ALERT_CLEAR ? LLMREG_EVENT_CLEARED
                                             : LLMREG_EVENT_FIRED,
        .after = llmreg_severity_text(alert->s.severity),
        .reason = alert->reason == NULL ? "" : alert->reason,
    };
    llmreg_lock(&r->alerts.lock);
    rc = set_locked(&r->alerts, &c);
    llmreg_unlock(&r->alerts.lock);
    alerts_finish(&r->alerts, &c);
    if (rc == LLMREG_OK && seq != NULL)
        *seq = c.seq;
    return rc;
}

static int forget_locked(struct alerts *a, const char *id)
    LLMREG_REQUIRES(a->lock)
{
    struct alert_item *item = alerts_find_locked(a, id);

    if (item == NULL)
        return LLMREG_ENOENT;
    if (item->value->alert.s.severity != LLMREG_SEVERITY_OKAY ||
        item->value->alert.told != LLMREG_SEVERITY_OKAY)
        return LLMREG_EBUSY;
    shelf_remove(&a->shelf, &item->item);
    return LLMREG_OK;
}

int llmreg_alert_forget(struct llmreg_registry *r, const char *id)
{
    llmreg_lock(&r->alerts.lock);
    int rc = forget_locked(&r->alerts, id);
    llmreg_unlock(&r->alerts.lock);
    return rc;
}

/* ---- people ---- */

static int check_words(const struct llmreg_acknowledgement *said,
                       struct llmreg_error *err)
{
    const char *by = said->by, *note = said->note;
    size_t who = strlen(by), why = strlen(note);

    if (who == 0 || who >= LLMREG_ALERT_BY_SIZE || !llmreg_is_clean(by, who)) {
        llmreg_error_set(err,
                         "who acknowledges: 1 to %d bytes of clean text, "
                         "has %zu",
                         LLMREG_ALERT_BY_SIZE - 1, who);
        return LLMREG_EINVAL;
    }
    if (why < LLMREG_ALERT_NOTE_SIZE && llmreg_is_clean(note, why))
        return LLMREG_OK;
    llmreg_error_set(err, "note: 0 to %d bytes of clean text, has %zu",
                     LLMREG_ALERT_NOTE_SIZE - 1, why);
    return LLMREG_EINVAL;
}

/* c has by and note in its alert, and all of its event but before. */
static int acknowledge_locked(struct alerts *a, const char *id,
                              struct alert_change *c) LLMREG_REQUIRES(a->lock)
{
    const struct llmreg_alert said = c->alert;
    struct alert_item *item = alerts_find_locked(a, id);

    if (item == NULL || item->value->alert.s.severity == LLMREG_SEVERITY_OKAY)
        return LLMREG_ENOENT;
    c->alert = item->value->alert;
    if (c->alert.s.acknowledged && strcmp(c->alert.note, said.note) == 0 &&
        strcmp(c->alert.acknowledged_by, said.acknowledged_by) == 0)
        return LLMREG_OK;
    c->alert.s.acknowledged = true;
    c->alert.acknowledged_by = said.acknowledged_by;
    c->alert.note = said.note;
    c->alert.acknowledged_ms = said.acknowledged_ms;
    c->event.before = llmreg_severity_text(c->alert.s.severity);
    return alerts_replace_locked(a, item, c);
}

int llmreg_alert_acknowledge(struct llmreg_registry *r, const char *id,
                             const struct llmreg_acknowledgement *said,
                             const struct llmreg_now *now,
                             struct llmreg_error *err)
{
    struct alert_change c = {.alert = {.acknowledged_by = said->by,
                                       .note = said->note,
                                       .acknowledged_ms = now->wall_ms},
                             .tells = true};
    char storage[LLMREG_ALERT_BY_SIZE + 2 + LLMREG_ALERT_NOTE_SIZE];
    struct llmreg_text reason;
    int rc = check_words(said, err);

    if (rc != LLMREG_OK)
        return rc;
    llmreg_text_init(&reason, storage, sizeof storage);
    llmreg_text_addf(&reason, said->note[0] == '\0' ? "%s%s" : "%s: %s",
                     said->by, said->note);
    c.event = (struct llmreg_event){.time_ms = now->wall_ms,
                                    .type = LLMREG_EVENT_ACKNOWLEDGED,
                                    .after = "acknowledged",
                                    .reason = storage};
    llmreg_lock(&r->alerts.lock);
    rc = acknowledge_locked(&r->alerts, id, &c);
    llmreg_unlock(&r->alerts.lock);
    alerts_finish(&r->alerts, &c);
    if (rc == LLMREG_ENOENT)
        llmreg_error_set(err, "alert %.128s: none like that is raised", id);
    return rc;
}

/* ---- the notifier, and the store ---- */

/* Under the lock: its event is out, and its number in it. */
static const struct llmreg_alert *begin_locked(struct alerts *a, const char *id)
    LLMREG_REQUIRES(a->lock)
{
    struct alert_item *item = alerts_find_locked(a, id);

    if (item == NULL || !llmreg_alert_is_news(&item->value->alert))
        return NULL;
    item->telling = item->value->alert.s.severity;
    return llmreg_alert_hold(&item->value->alert);
}

const struct llmreg_alert *llmreg_alert_tell_begin(struct llmreg_registry *r,
                                                   const char *id)
{
    llmreg_lock(&r->alerts.lock);
    const struct llmreg_alert *alert = begin_locked(&r->alerts, id);
    llmreg_unlock(&r->alerts.lock);
    return alert;
}

static int told_locked(struct alerts *a, struct alert_item *item,
                       struct alert_change *c) LLMREG_REQUIRES(a->lock)
{
    const enum llmreg_severity told = c->alert.told;
    const uint64_t seq = c->alert.told_seq;

    c->alert = item->value->alert;
    if (c->alert.told == told && c->alert.told_seq == seq)
        return LLMREG_OK;
    c->alert.told = told;
    c->alert.told_seq = seq;
    return alerts_replace_locked(a, item, c);
}

static int end_locked(struct alerts *a, const char *id, struct alert_change *c)
    LLMREG_REQUIRES(a->lock)
{
    struct alert_item *item = alerts_find_locked(a, id);
    int rc = LLMREG_ENOENT;

    if (item != NULL)
        rc = told_locked(a, item, c);
    if (rc == LLMREG_OK)
        item->telling = LLMREG_SEVERITY_OKAY;
    return rc;
}

int llmreg_alert_tell_end(struct llmreg_registry *r,
                          const struct llmreg_alert *a)
{
    struct alert_change c = {
        .alert = {.told = a->s.severity, .told_seq = a->seq}};

    llmreg_lock(&r->alerts.lock);
    int rc = end_locked(&r->alerts, a->id, &c);
    llmreg_unlock(&r->alerts.lock);
    alerts_finish(&r->alerts, &c);
    llmreg_alert_put(a);
    return rc;
}

static int remind_locked(struct alerts *a, const char *id,
                         struct alert_change *c) LLMREG_REQUIRES(a->lock)
{
    struct alert_item *item = alerts_find_locked(a, id);

    if (item == NULL)
        return LLMREG_ENOENT;
    c->alert.told_seq = item->value->alert.told_seq;
    return told_locked(a, item, c);
}

int llmreg_alert_told(struct llmreg_registry *r, const char *id,
                      enum llmreg_severity severity)
{
    struct alert_change c = {.alert = {.told = severity}};

    if ((unsigned)severity >= LLMREG_SEVERITIES)
        return LLMREG_EINVAL;
    llmreg_lock(&r->alerts.lock);
    int rc = remind_locked(&r->alerts, id, &c);
    llmreg_unlock(&r->alerts.lock);
    alerts_finish(&r->alerts, &c);
    return rc;
}

int llmreg_alert_restore(struct llmreg_registry *r,
                         const struct llmreg_alert *stored,
                         struct llmreg_error *err)
{
    struct alert_change c = {.alert = *stored};
    int rc = alert_part_check(stored, err);

    if (rc != LLMREG_OK)
        return rc;
    llmreg_alert_restart(&stored->s, &c.alert.s);
    if (!c.alert.s.acknowledged)
        unacknowledge(&c.alert);
    c.alert.told_seq = 0;
    if (c.alert.told < c.alert.s.severity) /* the row may be older */
        c.alert.told = c.alert.s.severity;
    llmreg_lock(&r->alerts.lock);
    rc = alerts_add_locked(&r->alerts, &c);
    llmreg_unlock(&r->alerts.lock);
    if (rc != LLMREG_OK)
        llmreg_error_set(err, "alert %.128s: %s", stored->id,
                         llmreg_status_text(rc));
    return rc;
}
