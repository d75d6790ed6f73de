/* SPDX-License-Identifier: MIT */
/* statuses.h - which statuses an answer of a route can have: those that its
 * row names, and those that follow from the rest of the row.
 *
 * Threads:   pure functions of their arguments.
 * Blocking:  never.
 * Ownership: returned strings are static.
 */
#ifndef LLM_LISTEN_API_STATUSES_H
#define LLM_LISTEN_API_STATUSES_H

#include "plugins/llm_listen/api/route.h"

#define STATUSES_MAX 32

/* All of them, ascending; how many. */
size_t statuses_of(const struct route *r, unsigned out[static STATUSES_MAX]);
bool statuses_has(const struct route *r, unsigned status);
/* One sentence on when it is answered; NULL: it never is. */
const char *statuses_help(unsigned status);

#endif
