/* SPDX-License-Identifier: MIT */
/* meeting.h - agents that have sessions with each other, in the fleet
 * (fleet.h).
 *
 * Everything fails the test when it does not work as expected.
 */
#ifndef LLMREG_TESTS_MEETING_H
#define LLMREG_TESTS_MEETING_H

#include <llmreg/sessions.h>

#include "tests/unit/people.h"

extern struct llmreg_session_result meeting_result; /* of the last opening */
extern struct llmreg_error meeting_error;

/* The fleet with the agents a, b, c and d, and no event left. */
void meeting_setup(void);
/* Established, of type cluster, weight 1, nothing else known. */
struct llmreg_session meeting_session(const char *from, const char *to);
int meeting_open(const struct llmreg_session *session);
/* That one, and it must work; its id, static until the next. */
const char *meeting_opens(const char *from, const char *to);
int meeting_close(const char *id);
/* A reference; put it. */
const struct llmreg_session *meeting_get(const char *id);
enum llmreg_session_status meeting_status(const char *id);
/* "a-b c-d": from and to of those, sorted; static. */
const char *meeting_list(const char *agent, bool live);
/* The next event, which is of a session, as people_event. */
const char *meeting_event(void);

#endif
