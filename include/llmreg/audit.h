/* SPDX-License-Identifier: MIT */
/* audit.h - who changed what, from where, and what was answered.
 *
 * Whoever lets somebody change the registry notes it here.  The newest
 * LLMREG_AUDIT_KEPT entries are in memory; the store writes each in the same
 * commit as the change that it is about, and keeps more (KeepAudit).  An entry
 * is told on the bus as an event AUDIT about the entity audit, which has the
 * entry in its strings, but leaves the process without them
 * (llmreg_event_json): not everybody who may see changes may see who made
 * them.
 *
 * Threads:   every function may be called from any thread, with no lock held.
 * Blocking:  reads take no lock.  Writes take the audit's lock, for memory
 *            work only.
 * Ownership: an entry is an immutable counted value, which iteration lends;
 *            llmreg_audit_hold keeps it, llmreg_audit_put drops it.
 */
#ifndef LLMREG_AUDIT_H
#define LLMREG_AUDIT_H

#include <llmreg/registry.h>

#define LLMREG_AUDIT_KEPT        4096
#define LLMREG_AUDIT_WHO_SIZE    160 /* each with its NUL */
#define LLMREG_AUDIT_FROM_SIZE   64
#define LLMREG_AUDIT_WHAT_SIZE   256
#define LLMREG_AUDIT_DETAIL_SIZE 257

/* All texts are clean (text.h) and shorter than their sizes. */
struct llmreg_audit {
    uint64_t seq;        /* of its event: in the order in which they came */
    int64_t time_ms;     /* wall time */
    const char *who;     /* "token:ab12cd34 name", "anonymous", "unix:uid=0" */
    const char *from;    /* address of the peer, or "" */
    const char *what;    /* "POST /api/v1/endpoints" */
    const char *subject; /* id of what was changed, or ""; under
                            LLMREG_ALERT_ID_SIZE bytes */
    const char *detail;  /* what of it, or "" */
    int status;          /* HTTP status that was answered; 0: none, to 999 */
};

/* Adds entry, with seq and time_ms from here; after the change it is about.
 * *seq (may be NULL) is its number.  LLMREG_EINVAL with err: a text or the
 * status is out of its bounds; LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_audit_add(struct llmreg_registry *r,
                                      const struct llmreg_audit *entry,
                                      const struct llmreg_now *now,
                                      uint64_t *seq, struct llmreg_error *err);
/* What a store remembers, in order of seq; no event.  LLMREG_EEXIST: newer
 * ones are there.  LLMREG_ENOMEM; LLMREG_EINVAL with err. */
LLMREG_MUSTCHECK int llmreg_audit_restore(struct llmreg_registry *r,
                                          const struct llmreg_audit *stored,
                                          struct llmreg_error *err);

/* The entry that an event AUDIT tells of; it lends the event's strings. */
void llmreg_audit_of_event(const struct llmreg_event *event,
                           struct llmreg_audit *out);

/* Return true to go on, false to stop.  Runs inside a read section: must not
 * block or change the registry. */
typedef bool (*llmreg_audit_fn)(void *ctx, const struct llmreg_audit *entry);
/* Those in memory with a seq below before (UINT64_MAX: all), newest first. */
void llmreg_each_audit(struct llmreg_registry *r, uint64_t before,
                       llmreg_audit_fn fn, void *ctx);
const struct llmreg_audit *llmreg_audit_hold(const struct llmreg_audit *entry);
void llmreg_audit_put(const struct llmreg_audit *entry); /* NULL is fine */

struct llmreg_json_out;
/* The entry as an object, as member key or element. */
void llmreg_audit_json(struct llmreg_json_out *w, const char *key,
                       const struct llmreg_audit *entry);

#endif
