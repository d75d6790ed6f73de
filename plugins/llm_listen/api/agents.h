/* SPDX-License-Identifier: MIT */
/* agents.h - the routes by which agents report, for dialects that have the same
 * ones at other places, or more of them.
 *
 * Threads:   as an ask.
 * Blocking:  never.
 * Ownership: as an ask.
 */
#ifndef LLM_LISTEN_API_AGENTS_H
#define LLM_LISTEN_API_AGENTS_H

#include "plugins/llm_listen/api/report.h"

/* The ask's body begins with a struct registration. */
int agents_run_register(struct ask *a);

struct said_beat {
    body_given given; /* of beat_form */
    struct beat b;
    struct body_resources resources;
};
extern const struct body_field beat_fields[];
extern const struct body_form beat_form;
/* The ask's body begins with a struct said_beat; the agent is the one in the
 * path, or id. */
int agents_run_beat(struct ask *a);
int agents_beat(struct ask *a, const char *id);
/* The agent is the one in the path. */
int agents_run_leave(struct ask *a);

#endif
