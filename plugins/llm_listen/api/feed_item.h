/* SPDX-License-Identifier: MIT */
/* feed_item.h - an event in the feed: counted, with its text once it is made.
 *
 * Threads:   any; the text is made by whoever comes first.
 * Blocking:  never.
 * Ownership: references are counted.
 */
#ifndef LLM_LISTEN_API_FEED_ITEM_H
#define LLM_LISTEN_API_FEED_ITEM_H

#include "plugins/llm_listen/api/feed.h"

/* Takes the reference to the event, or is NULL: no memory, and it is still the
 * caller's. */
struct feed_item *feed_item_new(const struct llmreg_event *event);
void feed_item_hold(struct feed_item *item);

#endif
