/* SPDX-License-Identifier: MIT */
/* desk_fleet.h - endpoints for tests of what can be asked of them (desk.h).
 *
 * An endpoint is called by its host; its port is 11434.
 */
#ifndef LLMREG_TEST_DESK_FLEET_H
#define LLMREG_TEST_DESK_FLEET_H

#include <llmreg/alert.h>

#include "tests/support/desk.h"

/* gpu1 has a and lib/b:7b, gpu2 has a, loaded; gpu3 is down and has c:1. */
void desk_fleet(struct desk *d);

/* Registers one; more: further members, ",\"name\":\"x\"". */
void desk_add(struct desk *d, const char *host, const char *more);
/* A reference. */
struct llmreg_endpoint *desk_endpoint(struct desk *d, const char *host);
/* As a probe sees it; one failure is enough. */
void desk_observe(struct desk *d, const char *host, enum llmreg_reason reason);
void desk_give(struct desk *d, const char *host,
               const struct llmreg_model *items, size_t n);
/* Raises the alert RULE/subject, "it is slow". */
void desk_alert(struct desk *d, enum llmreg_rule_id rule, const char *subject,
                enum llmreg_severity severity);

#endif
