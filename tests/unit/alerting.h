/* SPDX-License-Identifier: MIT */
/* alerting.h - alerts in a fleet, for tests: short for what many of them do.
 *
 * Each fails the test when it does not work.
 */
#ifndef LLMREG_TESTS_ALERTING_H
#define LLMREG_TESTS_ALERTING_H

#include <llmreg/alerts.h>

#define ALERT_ID "endpoint_unhealthy/a:1"

/* One about the endpoint a:1, valid in all its fields, not raised. */
struct llmreg_alert alerting_alert(void);
/* Sets it to severity, as the action that this is. */
void alerting_set(enum llmreg_severity severity);
void alerting_acknowledge(const char *by, const char *note);
/* A reference; put it. */
const struct llmreg_alert *alerting_get(void);
/* "severity told times by note", of what is published; static. */
const char *alerting_line(void);
/* The next event, as "type before after reason", or ""; static. */
const char *alerting_event(void);

#endif
