/* SPDX-License-Identifier: MIT */
/* people.h - agents in the fleet's registry, for tests of them.
 *
 * fleet_setup and fleet_teardown (fleet.h) are the fixture; time stands still
 * until people_wait.
 */
#ifndef LLMREG_TESTS_PEOPLE_H
#define LLMREG_TESTS_PEOPLE_H

#include <llmreg/agents.h>

#include "tests/unit/fleet.h"

/* A specification that is valid in all its fields: type "worker", with
 * capabilities "chat" and "gpu=h100" and metadata {"rack":7}. */
struct llmreg_agent_spec people_spec(const char *id, const char *name);
/* Registers it; its result, static until the next. */
const struct llmreg_agent_result *
people_register(const struct llmreg_agent_spec *spec);
/* That one, by id and name. */
void people_add(const char *id, const char *name);

/* Online and healthy, and nothing else. */
struct llmreg_heartbeat people_heartbeat(void);
/* Sends it: must be taken. */
void people_beat(const char *id);
int people_send(const char *id, const struct llmreg_heartbeat *beat);

/* Both clocks go on. */
void people_wait(int64_t ms);
/* All deadlines that are due. */
int64_t people_tick(void);

/* A reference; put it. */
struct llmreg_agent *people_get(const char *id);
struct llmreg_agent_state people_state(const char *id);
/* Its word, or "none" if it is not there. */
const char *people_presence(const char *id);
/* Its metadata as "name=json name=json"; static. */
const char *people_metadata(const char *id);
/* The ids that pass, sorted, separated by spaces; static. */
const char *people_with(const struct llmreg_agent_filter *filter);

/* The next event as "type subject before>after reason", "" for none; static. */
const char *people_event(void);
/* No event is left. */
void people_no_event(void);

#endif
