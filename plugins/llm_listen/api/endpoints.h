/* SPDX-License-Identifier: MIT */
/* endpoints.h - what the routes of endpoints share.
 *
 * Threads:   as an ask.
 * Blocking:  never.
 * Ownership: references, where it says so.
 */
#ifndef LLM_LISTEN_API_ENDPOINTS_H
#define LLM_LISTEN_API_ENDPOINTS_H

#include "plugins/llm_listen/api/body_trees.h"
#include "plugins/llm_listen/api/list.h"
#include "plugins/llm_listen/api/naming.h"
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

/* ---- adding and removing: endpoints_add.c ---- */

/* What an operator says of one. */
struct adding {
    body_given given; /* of the form of POST /api/v1/endpoints */
    const char *url, *host, *name, *kind, *source; /* or NULL */
    int64_t port;                                  /* 0: not said */
    int64_t priority;                              /* if it is given */
    struct body_labels labels;                     /* the same */
};
/* The bit of given for a field of that form. */
body_given endpoint_given(const char *field);
struct added {
    bool created;
    uint64_t seq; /* to wait for; 0: all that was there */
};
/* Notes it in the audit.  A reference in *out. */
LLMREG_MUSTCHECK int endpoint_add(struct ask *a, const struct adding *said,
                                  struct added *done,
                                  struct llmreg_endpoint **out);
/* Adds it under the name that its URL has been given, or says more of the one
 * that is there, which keeps what said does not say.  As llmreg_set, with the
 * ask's err; nothing is noted in the audit. */
LLMREG_MUSTCHECK int endpoint_set(struct ask *a, const struct adding *said,
                                  const struct naming *n,
                                  struct llmreg_set_result *result);
/* The one that the path names; *seq is to be waited for.  LLMREG_EBUSY:
 * requests are pending, and it is not by force; LLMREG_ENOENT. */
LLMREG_MUSTCHECK int endpoint_remove(struct ask *a,
                                     const struct llmreg_endpoint *e,
                                     bool force, uint64_t *seq);

#endif
