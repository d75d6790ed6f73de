/* SPDX-License-Identifier: MIT */
/* audit.c - who did what, newest last, in a ring that never waits. */
#include <llmreg/audit.h>

#include <stdlib.h>

#include <llmreg/alert.h>

#include "common/domain/check.h"
#include "common/registry/table.h"

#define STATUS_MAX 999

int audit_start(struct llmreg_registry *r)
{
    r->audit.bus = r->bus;
    return LLMREG_OK;
}

void audit_clear(struct llmreg_registry *r)
{
    for (size_t i = 0; i < LLMREG_AUDIT_KEPT; i++) {
        if (r->audit.ring[i] != NULL)
            part_retire(&r->audit.ring[i]->part);
        r->audit.ring[i] = NULL;
    }
}

void audit_stop(struct llmreg_registry *r)
{
    (void)r; /* nothing is left */
}

/* ---- entries ---- */

static int check(const struct llmreg_audit *a, struct llmreg_error *err)
{
    int rc = check_text("who", a->who, 1, LLMREG_AUDIT_WHO_SIZE - 1, err);

    if (rc == LLMREG_OK)
        rc = check_text("from", a->from, 0, LLMREG_AUDIT_FROM_SIZE - 1, err);
    if (rc == LLMREG_OK)
        rc = check_text("what", a->what, 1, LLMREG_AUDIT_WHAT_SIZE - 1, err);
    if (rc == LLMREG_OK)
        rc =
            check_text("subject", a->subject, 0, LLMREG_ALERT_ID_SIZE - 1, err);
    if (rc == LLMREG_OK)
        rc = check_text("detail", a->detail, 0, LLMREG_AUDIT_DETAIL_SIZE - 1,
                        err);
    if (rc == LLMREG_OK)
        rc = check_range("status", a->status, 0, STATUS_MAX, err);
    return rc;
}

static struct audit_part *part_new(const struct llmreg_audit *a)
{
    struct audit_part *p = malloc(sizeof *p + part_room(a->who) +
                                  part_room(a->from) + part_room(a->what) +
                                  part_room(a->subject) + part_room(a->detail));

    if (p == NULL)
        return NULL;
    part_init(&p->part);
    char *at = p->text;
    p->entry = *a;
    p->entry.who = part_pack(&at, a->who);
    p->entry.from = part_pack(&at, a->from);
    p->entry.what = part_pack(&at, a->what);
    p->entry.subject = part_pack(&at, a->subject);
    p->entry.detail = part_pack(&at, a->detail);
    return p;
}

static struct audit_part *part_of(const struct llmreg_audit *entry)
{
    return rcu_holder(entry, struct audit_part, entry);
}

const struct llmreg_audit *llmreg_audit_hold(const struct llmreg_audit *entry)
{
    part_hold(&part_of(entry)->part);
    return entry;
}

void llmreg_audit_put(const struct llmreg_audit *entry)
{
    if (entry != NULL)
        part_put(&part_of(entry)->part);
}

/* ---- events ---- */

static struct llmreg_event event_of(const struct llmreg_audit *a)
{
    const struct llmreg_event event = {
        .time_ms = a->time_ms,
        .type = LLMREG_EVENT_AUDIT,
        .entity = LLMREG_ENTITY_AUDIT,
        .subject = a->subject,
        .name = a->who,
        .before = a->from,
        .after = a->what,
        .reason = a->detail,
        .since_ms = a->status,
    };

    return event;
}

void llmreg_audit_of_event(const struct llmreg_event *event,
                           struct llmreg_audit *out)
{
    *out = (struct llmreg_audit){
        .seq = event->seq,
        .time_ms = event->time_ms,
        .who = event->name,
        .from = event->before,
        .what = event->after,
        .subject = event->subject,
        .detail = event->reason,
        .status = (int)event->since_ms,
    };
}

/* ---- adding ---- */

/* Publishes p, whose number is the newest; returns the one that fell out. */
static struct audit_part *push_locked(struct audit *a, struct audit_part *p)
    LLMREG_REQUIRES(a->lock)
{
    const uint64_t count =
        atomic_load_explicit(&a->count, memory_order_relaxed);
    struct audit_part **at = &a->ring[count % LLMREG_AUDIT_KEPT];
    struct audit_part *old = *at;

    a->newest = p->entry.seq;
    rcu_publish(at, p);
    atomic_store_explicit(&a->count, count + 1, memory_order_release);
    return old;
}

static void retire(struct audit_part *old)
{
    if (old != NULL)
        part_retire(&old->part);
}

static struct audit_part *add_locked(struct audit *a, struct audit_part *p)
    LLMREG_REQUIRES(a->lock)
{
    const struct llmreg_event event = event_of(&p->entry);
    /* Without memory for it the subscribers see a gap and start over. */
    int rc = llmreg_bus_publish(a->bus, &event, &p->entry.seq);

    (void)rc;
    return push_locked(a, p);
}

int llmreg_audit_add(struct llmreg_registry *r,
                     const struct llmreg_audit *entry,
                     const struct llmreg_now *now, uint64_t *seq,
                     struct llmreg_error *err)
{
    struct llmreg_audit timed = *entry;
    int rc = check(entry, err);

    if (rc != LLMREG_OK)
        return rc;
    timed.time_ms = now->wall_ms;
    struct audit_part *p = part_new(&timed);
    if (p == NULL) {
        llmreg_error_set(err, "audit: %s", llmreg_status_text(LLMREG_ENOMEM));
        return LLMREG_ENOMEM;
    }
    llmreg_lock(&r->audit.lock);
    struct audit_part *old = add_locked(&r->audit, p);
    const uint64_t number = r->audit.newest;
    llmreg_unlock(&r->audit.lock);
    retire(old);
    llmreg_bus_wake(r->bus);
    if (seq != NULL)
        *seq = number;
    return LLMREG_OK;
}

/* LLMREG_EEXIST, and p is still the caller's. */
static int restore_locked(struct audit *a, struct audit_part *p,
                          struct audit_part **old) LLMREG_REQUIRES(a->lock)
{
    if (p->entry.seq <= a->newest)
        return LLMREG_EEXIST;
    *old = push_locked(a, p);
    return LLMREG_OK;
}

int llmreg_audit_restore(struct llmreg_registry *r,
                         const struct llmreg_audit *stored,
                         struct llmreg_error *err)
{
    struct audit_part *old = NULL;
    int rc = check(stored, err);

    if (rc != LLMREG_OK)
        return rc;
    struct audit_part *p = part_new(stored);
    if (p == NULL)
        return LLMREG_ENOMEM;
    llmreg_lock(&r->audit.lock);
    rc = restore_locked(&r->audit, p, &old);
    llmreg_unlock(&r->audit.lock);
    retire(old);
    if (rc == LLMREG_OK)
        return rc;
    part_put(&p->part);
    llmreg_error_set(err, "audit entry %llu: newer ones are there",
                     (unsigned long long)stored->seq);
    return rc;
}

/* ---- reading ---- */

/* Inside a section: the entry that was added as number n, or NULL if it is
 * gone.  above: the number of the one that was added after it. */
static const struct llmreg_audit *look(const struct audit *a, uint64_t n,
                                       uint64_t above)
{
    const struct audit_part *p = rcu_load(&a->ring[n % LLMREG_AUDIT_KEPT]);

    return p != NULL && p->entry.seq < above ? &p->entry : NULL;
}

void llmreg_each_audit(struct llmreg_registry *r, uint64_t before,
                       llmreg_audit_fn fn, void *ctx)
{
    const struct audit *a = &r->audit;
    const struct llmreg_audit *entry;
    uint64_t n = atomic_load_explicit(&a->count, memory_order_acquire);
    const uint64_t end = n > LLMREG_AUDIT_KEPT ? n - LLMREG_AUDIT_KEPT : 0;
    uint64_t above = UINT64_MAX;

    rcu_begin();
    while (n-- > end) {
        entry = look(a, n, above);
        if (entry == NULL || (entry->seq < before && !fn(ctx, entry)))
            break;
        above = entry->seq;
    }
    rcu_end();
}
