/* SPDX-License-Identifier: MIT */
/* own.h - an agent speaks for itself and its host, and for nobody else.
 *
 * An agent's token is bound to the first agent and host that it registers, and
 * an agent that another token is bound to is taken.  Who has no token
 * (AllowAgentsFrom) is known by its address.  Operators speak for everybody.
 * Each function answers 403 itself where it says no.
 *
 * Threads:   as an ask.
 * Blocking:  never.
 * Ownership: nothing is kept.
 */
#ifndef LLM_LISTEN_API_OWN_H
#define LLM_LISTEN_API_OWN_H

#include "plugins/llm_listen/api/ask.h"

/* The agent called id.  False: answered.  An agent that is not there is fine:
 * the route says 404. */
bool own_agent(struct ask *a, const char *id);
/* The id of the agent that the caller's token is bound to, or "". */
const char *own_id(const struct ask *a);
/* An agent that registers as id; "" is one that is new.  Of one whose token is
 * not bound yet, nobody else's token is bound to it. */
bool own_registration(struct ask *a, const char *id);
/* The host called id, which may be new. */
bool own_host(struct ask *a, const char *id);
/* The same question, without an answer where it is no: the host that an agent's
 * token is bound to, or any. */
bool own_is_host(const struct ask *a, const char *id);
/* An agent's token that is bound to no host yet is none to report values with.
 * False: answered. */
bool own_has_host(struct ask *a);
/* A session between the two agents. */
bool own_session(struct ask *a, const char *from, const char *to);
/* Binds the caller's token to what it reported, "" is nothing; *seq grows.
 * False: answered (somebody was quicker). */
bool own_bind(struct ask *a, const char *agent, const char *host,
              uint64_t *seq);

#endif
