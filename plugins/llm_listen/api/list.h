/* SPDX-License-Identifier: MIT */
/* list.h - a page of things, in the order of their ids.
 *
 *     GET /api/v1/agents?limit=100&cursor=...
 *     {"agents": [...], "next": "..." or null}
 *
 * A walk shows everything to list_see; of it the page keeps the first ones
 * behind the cursor, so that a page costs memory for itself only, and one that
 * goes from page to page sees what stays there all the while exactly once.  A
 * walk in the order of ids (in_order) begins behind the cursor, and ends with
 * the page.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: a list holds a reference to each item until list_fini.
 */
#ifndef LLM_LISTEN_API_LIST_H
#define LLM_LISTEN_API_LIST_H

#include "plugins/llm_listen/api/ask.h"

#define LIST_LIMIT     100
#define LIST_LIMIT_MAX 1000
/* The first two rows of the query of every list. */
#define LIST_QUERY                                                             \
    {"limit", QUERY_COUNT, 1, LIST_LIMIT_MAX, NULL, "items of a page; 100"},   \
    {                                                                          \
        "cursor", QUERY_TEXT, 0, 0, NULL, "next of the page before"            \
    }
enum { LIST_ROW_LIMIT, LIST_ROW_CURSOR, LIST_ROWS };

struct list_kind {
    const char *name; /* of the member */
    const char *(*id)(const void *item);
    void *(*hold)(void *item); /* inside the walk; NULL: no memory */
    void (*put)(void *item);
    void (*json)(struct llmreg_json_out *w, void *item, const struct ask *a);
};

struct list {
    const struct list_kind *kind;
    struct ask *ask;
    const char *after; /* id; "" from the first */
    size_t limit;
    size_t count;  /* up to limit + 1: is there more? */
    bool in_order; /* for the walk to say: what comes is behind what came */
    bool failed;   /* one could not be held */
    void **items;  /* while it grows out of order: a heap, the last id first */
};

/* Reads limit and cursor from the ask's query.  LLMREG_EINVAL, LLMREG_ENOMEM,
 * with the ask's err. */
LLMREG_MUSTCHECK int list_init(struct list *l, const struct list_kind *kind,
                               struct ask *a);
/* For the callback of a walk: the item is lent.  Whether to go on. */
bool list_see(struct list *l, void *item);
/* Answers with the page, and its ETag. */
LLMREG_MUSTCHECK int list_send(struct list *l);
void list_fini(struct list *l);

#endif
