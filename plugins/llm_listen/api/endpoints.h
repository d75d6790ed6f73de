/* SPDX-License-Identifier: MIT */
/* endpoints.h - what the routes of endpoints share.
 *
 * Threads:   as an ask.
 * Blocking:  never.
 * Ownership: references, where it says so.
 */
#ifndef LLM_LISTEN_API_ENDPOINTS_H
#define LLM_LISTEN_API_ENDPOINTS_H

#include "plugins/llm_listen/api/list.h"
#include "plugins/llm_listen/api/tag.h"

/* Lists of endpoints, each short. */
extern const struct list_kind endpoints_kind;
/* The words of enum llmreg_kind, in its order, and NULL. */
extern const char *const endpoint_kinds[];

/* The one that the path names: a reference in *out.  LLMREG_ENOENT. */
LLMREG_MUSTCHECK int endpoint_find(struct ask *a, struct llmreg_endpoint **out);
/* The same for a change: with If-Match, only if what people change is as they
 * saw it.  *out NULL: answered. */
LLMREG_MUSTCHECK int endpoint_find_unchanged(struct ask *a,
                                             struct llmreg_endpoint **out);
/* The tag of what people change of it, and of its life. */
LLMREG_MUSTCHECK int endpoint_revision(const struct llmreg_endpoint *e,
                                       char out[static TAG_SIZE]);
/* Answers with it after seq is on disk; 0: after all that was there. */
LLMREG_MUSTCHECK int endpoint_answer(struct ask *a,
                                     const struct llmreg_endpoint *e,
                                     unsigned status, uint64_t seq);

#endif
