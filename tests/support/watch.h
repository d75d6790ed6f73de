/* SPDX-License-Identifier: MIT */
/* watch.h - a room with an alerter in it.
 *
 * The rules are the presets without their delays, so that a test sees at once
 * what a rule finds; a test of a delay sets it.  The fixture is watch_setup
 * and watch_teardown.
 */
#ifndef LLMREG_TEST_WATCH_H
#define LLMREG_TEST_WATCH_H

#include <llmreg/agents.h>
#include <llmreg/alerts.h>
#include <llmreg/hosts.h>

#include "common/service/alerter.h"
#include "tests/support/room.h"

extern struct room watch_room;
extern struct alerter *watch_alerter;
extern struct llmreg_rule_conf watch_rules[LLMREG_RULES];
extern struct standing *watch_store; /* what the alerter asks; it works */
extern struct care *watch_care;      /* likewise; nothing is known */
extern size_t watch_share; /* of each rule, from the next start on; 0: preset */
extern size_t watch_guard_above; /* likewise */

void watch_setup(void);
void watch_teardown(void);
/* A new registry and alerter, with the hosts and alerts of the old one
 * remembered. */
void watch_restart(void);

/* Time passes, deadlines are served, the alerter takes the new events and
 * makes its step. */
void watch_pass(int64_t ms);
/* Only the new events. */
void watch_look(void);

/* The severity an alert is raised as; OKAY: it is not, or there is none. */
enum llmreg_severity watch_raised(const char *id);
/* Its message (static until the next call), or "". */
const char *watch_message(const char *id);
/* A reference; fails the test if there is none. */
const struct llmreg_alert *watch_alert(const char *id);
/* People are told of it, as the notifier does. */
void watch_tell(const char *id);
/* How many alerts there are, raised or not; how many are raised. */
size_t watch_count(void);
size_t watch_count_raised(void);

/* Endpoints NAME0 to NAME(n-1), healthy. */
void watch_add_many(const char *name, int n);
void watch_observe_many(const char *name, int n, enum llmreg_reason reason);
/* Two failures, an interval apart, and a look. */
void watch_down(const char *name);

#endif
