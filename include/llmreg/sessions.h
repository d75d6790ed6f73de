/* SPDX-License-Identifier: MIT */
/* sessions.h - who is connected to whom: sessions in the registry, and the
 * graph that they make.
 *
 * An unordered pair of agents has at most one live session.  Opening it again
 * refreshes it.  A session is closed by either side, by the end of one of its
 * agents (removed, offline or stopped), and stays as history: the newest closed
 * ones are kept, up to the limit (registry.h).  A closed session is never
 * opened again; the pair gets a new one.  Events: OPENED, UPDATED (status,
 * type, connection), CLOSED; their name is "FROM - TO".  A session that leaves
 * the history is no event.
 *
 * Threads:   every function may be called from any thread, with no lock held.
 * Blocking:  reads take no lock.  Writes take the sessions' lock, for memory
 *            work only.
 * Ownership: a session from llmreg_session_get is an immutable counted value,
 *            dropped with llmreg_session_put; iteration lends one.
 */
#ifndef LLMREG_SESSIONS_H
#define LLMREG_SESSIONS_H

#include <llmreg/registry.h>
#include <llmreg/session.h>

struct llmreg_session_result {
    bool created;
    uint64_t seq; /* of the event; 0 if nothing changed */
    char id[LLMREG_AGENT_ID_SIZE];
};

/* Opens the session of (from, to), or refreshes the one that lives: then the
 * id, from and to in *session are not looked at any more, the rest replaces
 * what there is, and result names it.  status must be a live one; times and
 * reason are ours.  LLMREG_ENOENT: an agent is not there, offline or stopped,
 * err names it.  LLMREG_EINVAL: not valid.  LLMREG_EEXIST: the id was used
 * before.  LLMREG_EFULL: at the limit of live ones.  LLMREG_ENOMEM.
 * LLMREG_EIO: as llmreg_agent_register, without an id.  result may be NULL. */
LLMREG_MUSTCHECK int llmreg_session_open(struct llmreg_registry *r,
                                         const struct llmreg_session *session,
                                         const struct llmreg_now *now,
                                         struct llmreg_session_result *result,
                                         struct llmreg_error *err);
/* Replaces status (a live one), weight, latency and bandwidth of a live
 * session, and its time of activity; the rest of *session is not looked at.
 * An event only if the status changes.  LLMREG_ENOENT: not there, or closed.
 * LLMREG_EINVAL: not valid.  Both with err.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int
llmreg_session_activity(struct llmreg_registry *r, const char *id,
                        const struct llmreg_session *session,
                        const struct llmreg_now *now, struct llmreg_error *err);
/* status: CLOSED or FAILED; reason may be "".  LLMREG_ENOENT: not there, or
 * closed already.  LLMREG_EINVAL: another status, or a reason of more than 256
 * bytes or that is not clean.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_session_close(struct llmreg_registry *r,
                                          const char *id,
                                          enum llmreg_session_status status,
                                          const char *reason,
                                          const struct llmreg_now *now);
/* What a store remembers, those that closed first coming first; live ones come
 * back closed, with reason "restart" at the time of their last activity.  No
 * event.  LLMREG_EEXIST and LLMREG_EINVAL, with err; LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int llmreg_session_restore(struct llmreg_registry *r,
                                            const struct llmreg_session *stored,
                                            struct llmreg_error *err);

/* A counted reference, live or closed, or NULL. */
const struct llmreg_session *llmreg_session_get(struct llmreg_registry *r,
                                                const char *id);
void llmreg_session_put(const struct llmreg_session *s); /* NULL is fine */
/* One more reference to one that is held or lent. */
const struct llmreg_session *
llmreg_session_hold(const struct llmreg_session *s);

typedef bool (*llmreg_session_fn)(void *ctx, const struct llmreg_session *s);
/* agent: one of its two; NULL: any.  The live ones, or those that closed. */
void llmreg_each_session(struct llmreg_registry *r, const char *agent,
                         bool live, llmreg_session_fn fn, void *ctx);

struct llmreg_session_counts {
    size_t live, closed; /* closed: kept as history */
};
void llmreg_session_count(struct llmreg_registry *r,
                          struct llmreg_session_counts *out);

struct llmreg_json_out;
void llmreg_session_json(struct llmreg_json_out *w, const char *key,
                         const struct llmreg_session *s);
/* {"nodes": [...], "links": [...]} as force-graph pages read it, and when it
 * was made: every agent (those that are offline or stopped only if
 * include_offline), isolated ones too; the live sessions between agents that
 * are shown.  Without memory the writer fails (LLMREG_ENOMEM). */
void llmreg_graph_json(struct llmreg_json_out *w, const char *key,
                       struct llmreg_registry *r, bool include_offline,
                       const struct llmreg_now *now);

#endif
