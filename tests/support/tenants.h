/* SPDX-License-Identifier: MIT */
/* tenants.h - agents, hosts, sessions, alerts, tokens and the audit in a room,
 * each with a value in every field.
 */
#ifndef LLMREG_TEST_TENANTS_H
#define LLMREG_TEST_TENANTS_H

#include <llmreg/agents.h>
#include <llmreg/alerts.h>
#include <llmreg/audit.h>
#include <llmreg/hosts.h>
#include <llmreg/sessions.h>
#include <llmreg/tokens.h>

#include "tests/support/room.h"

/* What tenant_add registers; static until the next. */
struct llmreg_agent_spec tenant_spec(const char *name);
/* Registers the agent NAME with the id agent-NAME. */
void tenant_add(struct room *r, const char *name);
void tenant_remove(struct room *r, const char *name);
/* A reference, or NULL. */
struct llmreg_agent *tenant_get(struct room *r, const char *name);
void tenant_beat(struct room *r, const char *name,
                 enum llmreg_presence presence);
/* As that, in one word of health. */
void tenant_beat_health(struct room *r, const char *name,
                        enum llmreg_health_state health);

/* The host ID reports, with a sample, every 30 s. */
void host_report(struct room *r, const char *id);
/* A reference, or NULL. */
struct llmreg_host *host_get(struct room *r, const char *id);

/* A session with the id ID from agent-FROM to agent-TO. */
struct llmreg_session session_of(const char *id, const char *from,
                                 const char *to);
void session_open(struct room *r, const char *id, const char *from,
                  const char *to);
void session_close(struct room *r, const char *id);

/* An alert endpoint_unhealthy/SUBJECT that is raised with that severity, or
 * cleared if it is OKAY. */
struct llmreg_alert alert_of(const struct room *r, const char *subject,
                             enum llmreg_severity severity);
void alert_set(struct room *r, const char *subject,
               enum llmreg_severity severity);
void alert_tell(struct room *r, const char *subject,
                enum llmreg_severity severity);
void alert_acknowledge(struct room *r, const char *subject, const char *by);
/* A reference, or NULL. */
const struct llmreg_alert *alert_get(struct room *r, const char *subject);

/* A token for enrolment, good for 9 registrations. */
struct llmreg_token token_of(const char *id);
void token_add(struct room *r, const char *id);
void token_revoke(struct room *r, const char *id);
/* Its state's word, or "none". */
const char *token_state(struct room *r, const char *id);

/* An entry of the audit; its number. */
uint64_t audit_note(struct room *r, const char *detail);
/* How many are in memory. */
size_t audit_count(struct room *r);

#endif
