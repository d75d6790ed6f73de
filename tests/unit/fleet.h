/* SPDX-License-Identifier: MIT */
/* fleet.h - a registry with a clock that stands still, for tests of it.
 *
 * fleet_setup and fleet_teardown are a checked fixture; all else is short for
 * what many tests do, and fails the test when it does not work.
 */
#ifndef LLMREG_TESTS_FLEET_H
#define LLMREG_TESTS_FLEET_H

#include <llmreg/registry.h>

#define FLEET_MAX  8
#define FLEET_RING 64

extern struct llmreg_bus *fleet_bus;
extern struct llmreg_registry *fleet;
extern struct llmreg_now fleet_now; /* what the clock says */
extern const struct llmreg_clock fleet_clock;
extern const struct llmreg_health_rule fleet_rule; /* 2 failures, 1 OK */

void fleet_setup(void);
void fleet_teardown(void);

/* A specification of id, valid in all its fields; static until the next. */
struct llmreg_spec fleet_spec(const char *id);
void fleet_add(const char *id);
/* A reference; put it. */
struct llmreg_endpoint *fleet_get(const char *id);
void fleet_observe(const char *id, enum llmreg_reason reason);
/* names: separated by spaces; one with a '*' at its end is loaded. */
void fleet_models(const char *id, const char *names);
/* As that, for a list of one's own; static until the next. */
struct llmreg_models fleet_list(const char *names);
enum llmreg_health_state fleet_state(const char *id);

/* The ids that have the model, sorted, separated by spaces; static. */
const char *fleet_with(const char *model, enum llmreg_which which);
/* All ids, likewise. */
const char *fleet_ids(void);

/* The next event since the last call (or the set-up), or NULL.  Lent until
 * the next call. */
const struct llmreg_event *fleet_event(void);
/* Forgets the events so far. */
void fleet_skip_events(void);

#endif
