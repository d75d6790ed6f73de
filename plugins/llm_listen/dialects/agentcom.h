/* SPDX-License-Identifier: MIT */
/* agentcom.h - what the files of the dialect share.
 *
 * Threads:   as an ask.
 * Blocking:  never.
 * Ownership: returned strings are static.
 */
#ifndef LLM_LISTEN_DIALECTS_AGENTCOM_H
#define LLM_LISTEN_DIALECTS_AGENTCOM_H

#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/dialects/shape.h"

/* {"error": ...}: a word that is a code is said as it is. */
void agentcom_error(struct llmreg_json_out *w, const struct ask *a,
                    const struct reply_error *e);

/* The same, in an object that is open. */
void agentcom_error_members(struct llmreg_json_out *w, const struct ask *a,
                            const struct reply_error *e);

/* idle, assigned, working, blocked, offline. */
const char *agentcom_fsm_state(const struct llmreg_agent_state *s);
/* It is connected: not silent for long, and not gone. */
bool agentcom_is_connected(const struct ask *a,
                           const struct llmreg_agent *agent);
/* {"agent_id", "name", "status", "capabilities", "connected_at", and, if it is
 * wanted, "fsm_state"} */
void agentcom_agent(struct llmreg_json_out *w, const struct llmreg_agent *agent,
                    bool fsm_state);

/* Members endpoints, resources, fleet_models of the open object. */
void agentcom_registry(struct llmreg_json_out *w, const struct ask *a,
                       const struct llmreg_snapshot *s);
/* An array of those that are raised. */
void agentcom_alerts(struct llmreg_json_out *w, const char *key,
                     const struct llmreg_snapshot *s);

#endif
