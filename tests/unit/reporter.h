/* SPDX-License-Identifier: MIT */
/* reporter.h - hosts that report to the fleet (fleet.h), in few words.
 *
 * Everything fails the test when it does not work as expected.
 */
#ifndef LLMREG_TESTS_REPORTER_H
#define LLMREG_TESTS_REPORTER_H

#include <llmreg/hosts.h>

#define REPORTER_S LLMREG_NS_PER_S

/* What the next report says; starts as reporter_reset() leaves it. */
extern struct llmreg_resources reporter_resources;
extern struct llmreg_gpu reporter_gpu;
extern struct llmreg_error reporter_error;

/* cpu 50 %, one GPU, interval 10 s. */
void reporter_reset(void);
/* A report of id; addresses: separated by spaces.  Static until the next. */
struct llmreg_host_report reporter_report(const char *id,
                                          const char *addresses);
/* Reports that, now; the status. */
int reporter_send(const struct llmreg_host_report *report,
                  struct llmreg_host_result *result);
/* The same, in one step and with a sample. */
int reporter_says(const char *id, const char *addresses);
/* Moves the clock of the fleet on. */
void reporter_wait(int64_t seconds);
/* A reference; put it. */
struct llmreg_host *reporter_get(const char *id);
struct llmreg_host_state reporter_state(const char *id);
/* The id of the host that the key means, or "" ; static. */
const char *reporter_find(const char *key);
/* All ids, sorted, separated by spaces; static. */
const char *reporter_hosts(void);
/* Ids of the endpoints on the host, likewise. */
const char *reporter_endpoints(const char *id);
/* An endpoint of the fleet with that owner. */
void reporter_endpoint(const char *id, const char *owner);
/* The next event must be this one: type, subject, before, after. */
void reporter_expect(enum llmreg_event_type type, const char *subject,
                     const char *before, const char *after);
void reporter_expect_nothing(void);

#endif
