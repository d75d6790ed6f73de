/* SPDX-License-Identifier: MIT */
/* tokens.h - the tokens in the registry.
 *
 * A token that is revoked stays, as a tombstone: a token file that is read at
 * the next start must not bring it back.  Every change is an event about the
 * entity token: REGISTERED, UPDATED, and REMOVED when it is revoked or
 * forgotten, so that open streams know when to end.  The time of the last use
 * is no event, and kept apart.
 *
 * Where a function has *seq (may be NULL), it is the number of the change's
 * event, 0 if nothing changed; the change is on disk when
 * llmreg_service_durable has reached it.
 *
 * Threads:   every function may be called from any thread, with no lock held.
 * Blocking:  reads take no lock.  Writes take the tokens' lock, for memory
 *            work only.
 * Ownership: a token from llmreg_token_get is an immutable counted value,
 *            dropped with llmreg_token_put; iteration lends one.
 */
#ifndef LLMREG_TOKENS_H
#define LLMREG_TOKENS_H

#include <llmreg/registry.h>
#include <llmreg/token.h>

#define LLMREG_TOKENS_MAX 100000 /* revoked ones, too */

/* ---- changes ---- */

/* A new one.  created_ms is now, whatever the token says, and it is not
 * revoked.  LLMREG_EEXIST: there is, or was, one of that id; LLMREG_EFULL:
 * LLMREG_TOKENS_MAX are there; LLMREG_EINVAL: as llmreg_token_check;
 * LLMREG_ENOMEM.  Each with err. */
LLMREG_MUSTCHECK int llmreg_token_add(struct llmreg_registry *r,
                                      const struct llmreg_token *token,
                                      const struct llmreg_now *now,
                                      uint64_t *seq, struct llmreg_error *err);
/* The same for a line of a token file: one that is there already, of the same
 * origin and not revoked, gets digest, name, role, expiry and approval of the
 * line; what it is bound to stays.  LLMREG_EEXIST: it was revoked, or is of
 * another origin, and stays as it is. */
LLMREG_MUSTCHECK int llmreg_token_seed(struct llmreg_registry *r,
                                       const struct llmreg_token *token,
                                       const struct llmreg_now *now,
                                       uint64_t *seq, struct llmreg_error *err);
/* An agent's token that another token pays for with one of its uses, both or
 * none.  As llmreg_token_add, and LLMREG_ENOENT: there is no token by;
 * LLMREG_ESTALE: it is not valid, or not for enrolment.  *seq is of the last
 * event. */
struct llmreg_enrolment {
    const char *by; /* id of the token that pays */
    struct llmreg_token token;
};
LLMREG_MUSTCHECK int llmreg_token_enrol(struct llmreg_registry *r,
                                        const struct llmreg_enrolment *e,
                                        const struct llmreg_now *now,
                                        uint64_t *seq,
                                        struct llmreg_error *err);
/* Takes one use of an enrolment token, for who registers without a token of
 * its own.  LLMREG_ENOENT; LLMREG_ESTALE: it is not valid, or not for
 * enrolment; LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_token_spend(struct llmreg_registry *r,
                                        const char *id,
                                        const struct llmreg_now *now,
                                        uint64_t *seq);

/* Binds an agent's token, at its first use, to what it is not bound to yet; ""
 * binds nothing.  The same again changes nothing.  LLMREG_EEXIST: it is bound
 * to another agent, or host.  LLMREG_ENOENT; LLMREG_ESTALE: it is not valid;
 * LLMREG_EINVAL: its role is not agent, or it is for enrolment, or an id is
 * not one; LLMREG_ENOMEM. */
struct llmreg_binding {
    const char *agent, *host; /* ids, or "" */
};
LLMREG_MUSTCHECK int llmreg_token_bind(struct llmreg_registry *r,
                                       const char *id,
                                       const struct llmreg_binding *to,
                                       const struct llmreg_now *now,
                                       uint64_t *seq);
/* A pending one is valid from now on.  LLMREG_ENOENT; LLMREG_ESTALE: it is
 * revoked; LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_token_approve(struct llmreg_registry *r,
                                          const char *id,
                                          const struct llmreg_now *now,
                                          uint64_t *seq);
/* reason is for people, may be "".  Again changes nothing.  LLMREG_ENOENT,
 * LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_token_revoke(struct llmreg_registry *r,
                                         const char *id, const char *reason,
                                         const struct llmreg_now *now,
                                         uint64_t *seq);
/* Removes a tombstone: the id could be used again.  LLMREG_ENOENT;
 * LLMREG_EBUSY: it is not revoked. */
LLMREG_MUSTCHECK int llmreg_token_forget(struct llmreg_registry *r,
                                         const char *id,
                                         const struct llmreg_now *now,
                                         uint64_t *seq);
/* What a store remembers; no event.  used_ms: 0 is never.  LLMREG_EEXIST,
 * LLMREG_EFULL, LLMREG_ENOMEM; LLMREG_EINVAL with err. */
LLMREG_MUSTCHECK int llmreg_token_restore(struct llmreg_registry *r,
                                          const struct llmreg_token *stored,
                                          int64_t used_ms,
                                          struct llmreg_error *err);

/* The same for one that is there already, and may have been made anew: what was
 * revoked is, what was spent is, and it is bound where it is not yet.  An event
 * if that changes anything.  LLMREG_ENOENT, LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_token_recall(struct llmreg_registry *r,
                                         const struct llmreg_token *stored,
                                         int64_t used_ms,
                                         const struct llmreg_now *now);

/* ---- reading ---- */

/* A counted reference, revoked or not, or NULL.  The value never changes: get
 * it again. */
const struct llmreg_token *llmreg_token_get(struct llmreg_registry *r,
                                            const char *id);
const struct llmreg_token *llmreg_token_hold(const struct llmreg_token *t);
void llmreg_token_put(const struct llmreg_token *t); /* NULL is fine */

/* It was used at that wall time.  Of a token that is held or lent. */
void llmreg_token_use(const struct llmreg_token *t, int64_t wall_ms);
/* Wall time of the last use, exact to a second; 0: never. */
int64_t llmreg_token_used(const struct llmreg_token *t);

/* Return true to go on, false to stop.  Runs inside a read section: must not
 * block or change the registry.  llmreg_token_hold keeps what is lent. */
typedef bool (*llmreg_token_fn)(void *ctx, const struct llmreg_token *t);
void llmreg_each_token(struct llmreg_registry *r, llmreg_token_fn fn,
                       void *ctx);

struct llmreg_token_counts {
    size_t by_role[LLMREG_ROLES]; /* not revoked */
    size_t pending;               /* of them, not approved */
    size_t revoked;
};
void llmreg_token_count(struct llmreg_registry *r,
                        struct llmreg_token_counts *out);

struct llmreg_json_out;
/* The token as an object, as member key or element; never its digest. */
void llmreg_token_json(struct llmreg_json_out *w, const char *key,
                       const struct llmreg_token *t,
                       const struct llmreg_now *now);

#endif
