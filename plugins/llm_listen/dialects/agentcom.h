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
 * wanted, "fsm_state"}, as member key or element. */
void agentcom_agent(struct llmreg_json_out *w, const char *key,
                    const struct llmreg_agent *agent, bool fsm_state);
/* What it says that it does. */
const char *agentcom_status(const struct llmreg_agent_state *s);

/* Members endpoints, resources, fleet_models of the open object. */
void agentcom_registry(struct llmreg_json_out *w, const struct ask *a,
                       const struct llmreg_snapshot *s);
/* All that a page shows, as member key or alone. */
void agentcom_state(struct llmreg_json_out *w, const char *key,
                    const struct ask *a, const struct llmreg_snapshot *s);

/* What an event is to AgentCom. */
enum agentcom_change {
    AGENTCOM_NOTHING,
    AGENTCOM_JOINED, /* an agent */
    AGENTCOM_LEFT,
    AGENTCOM_STATUS,
    AGENTCOM_REGISTRY, /* endpoints, or the resources of hosts */
    AGENTCOM_FIRED,    /* an alert */
    AGENTCOM_CLEARED,
    AGENTCOM_ACKNOWLEDGED,
    AGENTCOM_BACKED_UP, /* the store */
    AGENTCOM_BACKUP_FAILED,
    AGENTCOM_RECOVERED, /* by a restore, or after damage */
    AGENTCOM_RECOVERY_FAILED,
    AGENTCOM_COMPACTED,
    AGENTCOM_COMPACTION_FAILED
};
enum agentcom_change agentcom_change_of(const struct llmreg_event *e);
const char *agentcom_change_text(enum agentcom_change change);

/* As it names an alert. */
#define AGENTCOM_RULE_SIZE (LLMREG_ALERT_ID_SIZE + 16)
void agentcom_rule(char out[static AGENTCOM_RULE_SIZE],
                   enum llmreg_rule_id rule, const char *subject);
/* The same from the alert's id. */
void agentcom_rule_of(char out[static AGENTCOM_RULE_SIZE], const char *id);
void agentcom_alert(struct llmreg_json_out *w, const char *key,
                    const struct llmreg_alert *alert);
/* An array of those that are raised. */
void agentcom_alerts(struct llmreg_json_out *w, const char *key,
                     const struct llmreg_snapshot *s);
/* The answer to who names a table that there is not: 404. */
LLMREG_MUSTCHECK int agentcom_unknown_table(struct ask *a);
/* Members of a compaction, of an item that is open. */
void agentcom_compaction_members(struct llmreg_json_out *w, struct ask *a,
                                 const struct llmreg_event *e,
                                 enum agentcom_change change);
/* Members of what the store did else, of an item that is open. */
void agentcom_store_members(struct llmreg_json_out *w, struct ask *a,
                            const struct llmreg_event *e,
                            enum agentcom_change change);

#endif
