/* SPDX-License-Identifier: MIT */
/* alerts.h - the alerts in the registry.
 *
 * One alert for each (rule, subject) that was ever raised and is not forgotten:
 * it stays while it is raised, while people were not told of its end, and
 * while it cools down.  The alerter of the service writes them; people
 * acknowledge them; the notifier says what it has told, which is stored, so
 * that neither an alarm nor its end is lost with the process.
 *
 * Threads:   every function may be called from any thread, with no lock held.
 * Blocking:  reads take no lock.  Writes take the alerts' lock, for memory
 *            work only.
 * Ownership: an alert from llmreg_alert_get is an immutable counted value,
 *            dropped with llmreg_alert_put; iteration lends one.
 */
#ifndef LLMREG_ALERTS_H
#define LLMREG_ALERTS_H

#include <llmreg/alert.h>
#include <llmreg/registry.h>

/* Of each rule; the default limits of endpoints, agents and hosts fit. */
#define LLMREG_ALERTS_PER_RULE 100000
#define LLMREG_ALERTS_MAX      (LLMREG_RULES * LLMREG_ALERTS_PER_RULE)

/* Publishes alert, and with an action other than NOTHING its event (FIRED or
 * CLEARED).  alert->s comes from a step on the published one; there is one who
 * sets.  What belongs to others is taken from the published one: acknowledged,
 * by whom and why, which ends when the alert is cleared or gets worse; told;
 * seq and times, which are counted here.  With NOTHING, and nothing that
 * differs, nothing is done.  LLMREG_ENOMEM; LLMREG_EFULL: LLMREG_ALERTS_MAX are
 * there; LLMREG_EINVAL: id is empty, a string or a value is out of its bounds.
 * *seq (may be NULL): of the event, 0 if none. */
LLMREG_MUSTCHECK int llmreg_alert_set(struct llmreg_registry *r,
                                      const struct llmreg_alert *alert,
                                      enum llmreg_alert_action action,
                                      const struct llmreg_now *now,
                                      uint64_t *seq);
/* Drops one that is not raised and was told so; no event.  LLMREG_ENOENT,
 * LLMREG_EBUSY: not yet. */
LLMREG_MUSTCHECK int llmreg_alert_forget(struct llmreg_registry *r,
                                         const char *id);
struct llmreg_acknowledgement {
    const char *by;   /* who: 1 to 128 bytes, clean (text.h) */
    const char *note; /* why: 0 to 256 bytes, clean */
};
/* LLMREG_ENOENT: no such alert, or it is not raised.  Again: replaces both;
 * the same again changes nothing.  LLMREG_EINVAL, LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int
llmreg_alert_acknowledge(struct llmreg_registry *r, const char *id,
                         const struct llmreg_acknowledgement *said,
                         const struct llmreg_now *now,
                         struct llmreg_error *err);
/* What is to be told of it now, or NULL if that is no news.  A reference, for
 * llmreg_alert_tell_end.  From here on people may believe it: if it is cleared
 * before they were told, they are told that, too.  One thread tells. */
const struct llmreg_alert *llmreg_alert_tell_begin(struct llmreg_registry *r,
                                                   const char *id);
/* People were told what a says; drops the reference.  No event: who keeps it
 * compares.  LLMREG_ENOMEM: it stays news.  LLMREG_ENOENT. */
LLMREG_MUSTCHECK int llmreg_alert_tell_end(struct llmreg_registry *r,
                                           const struct llmreg_alert *a);
/* Another run has told people that it is severity.  No event.  LLMREG_ENOENT,
 * LLMREG_ENOMEM; LLMREG_EINVAL: it is none. */
LLMREG_MUSTCHECK int llmreg_alert_told(struct llmreg_registry *r,
                                       const char *id,
                                       enum llmreg_severity severity);
/* What a store remembers, as llmreg_alert_restart makes it; no event.  Of what
 * was raised people may have been told.
 * LLMREG_EEXIST, LLMREG_EFULL, LLMREG_ENOMEM; LLMREG_EINVAL with err. */
LLMREG_MUSTCHECK int llmreg_alert_restore(struct llmreg_registry *r,
                                          const struct llmreg_alert *stored,
                                          struct llmreg_error *err);

/* A counted reference, or NULL.  The value never changes: get it again. */
const struct llmreg_alert *llmreg_alert_get(struct llmreg_registry *r,
                                            const char *id);
void llmreg_alert_put(const struct llmreg_alert *a); /* NULL is fine */

/* Return true to go on, false to stop.  Runs inside a read section: must not
 * block or change the registry.  llmreg_alert_hold keeps what is lent. */
const struct llmreg_alert *llmreg_alert_hold(const struct llmreg_alert *a);
typedef bool (*llmreg_alert_fn)(void *ctx, const struct llmreg_alert *a);
void llmreg_each_alert(struct llmreg_registry *r, llmreg_alert_fn fn,
                       void *ctx);

struct llmreg_alert_counts {
    size_t raised[LLMREG_SEVERITIES]; /* WARNING and FAILURE */
    size_t acknowledged;              /* of them */
};
void llmreg_alert_count(struct llmreg_registry *r,
                        struct llmreg_alert_counts *out);

struct llmreg_json_out;
/* The alert as an object, as member key or element. */
void llmreg_alert_json(struct llmreg_json_out *w, const char *key,
                       const struct llmreg_alert *a);

#endif
