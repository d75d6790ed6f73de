/* SPDX-License-Identifier: MIT */
/* events.h - a stream of events to one caller.
 *
 * Threads:   as an ask.
 * Blocking:  never.
 * Ownership: the stream is the ask's, until its end.
 */
#ifndef LLM_LISTEN_API_EVENTS_H
#define LLM_LISTEN_API_EVENTS_H

#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/api/feed.h"

#define EVENTS_TYPE    "text/event-stream"
#define EVENTS_KEEP_NS (15 * LLMREG_NS_PER_S) /* at least something so often */
#define EVENTS_LIFE_NS (3600 * LLMREG_NS_PER_S) /* then it is to come again */

/* Answers with the events that fit, behind number after; UINT64_MAX: from now
 * on.  The filter's subject is copied. */
LLMREG_MUSTCHECK int
events_stream(struct ask *a, const struct feed_filter *filter, uint64_t after);

#endif
