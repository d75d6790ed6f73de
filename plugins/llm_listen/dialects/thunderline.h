/* SPDX-License-Identifier: MIT */
/* thunderline.h - what the files of the dialect share.
 *
 * Threads:   as an ask.
 * Blocking:  never.
 * Ownership: returned strings are static.
 */
#ifndef LLM_LISTEN_DIALECTS_THUNDERLINE_H
#define LLM_LISTEN_DIALECTS_THUNDERLINE_H

#include "plugins/llm_listen/dialects/shape.h"

/* The capabilities of a service are any JSON object, which is kept as a member
 * of the metadata beside what is understood of it. */
#define THUNDERLINE_CAPABILITIES "thunderline_capabilities"

/* connecting, online, degraded, disconnected, offline. */
const char *thunderline_status(enum llmreg_presence presence,
                               enum llmreg_health_state health);
/* The metadata without what is ours. */
void thunderline_metadata(struct llmreg_json_out *w, const char *key,
                          const struct llmreg_agent_spec *spec);

#endif
