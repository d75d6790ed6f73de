/* SPDX-License-Identifier: MIT */
/* feed_item.c - the text is written for the first who needs it: where nobody
 * follows, none is.  Two that come at once both write it, and one is kept. */
#include "plugins/llm_listen/api/feed_item.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/llm_listen/api/reply.h"

#define HEAD_SIZE 96

struct feed_item {
    /* fixed after new */
    const struct llmreg_event *event;
    _Atomic unsigned refs;
    _Atomic(struct feed_text *) text; /* NULL: not made yet; set once */
};

struct feed_item *feed_item_new(const struct llmreg_event *event)
{
    struct feed_item *item = calloc(1, sizeof *item);

    if (item == NULL)
        return NULL;
    item->event = event;
    atomic_init(&item->refs, 1);
    atomic_init(&item->text, NULL);
    return item;
}

void feed_item_hold(struct feed_item *item)
{
    atomic_fetch_add_explicit(&item->refs, 1, memory_order_relaxed);
}

void feed_item_put(struct feed_item *item)
{
    if (item == NULL ||
        atomic_fetch_sub_explicit(&item->refs, 1, memory_order_acq_rel) != 1)
        return;
    llmreg_event_put(item->event);
    free(atomic_load_explicit(&item->text, memory_order_relaxed));
    free(item);
}

const struct llmreg_event *feed_item_event(const struct feed_item *item)
{
    return item->event;
}

/* ---- text ---- */

static struct feed_text *join(const char *head, const struct reply_bytes *json)
{
    const size_t n = strlen(head);
    struct feed_text *t = malloc(sizeof *t + n + json->len + 2);

    if (t == NULL)
        return NULL;
    t->len = n + json->len + 2;
    memcpy(t->bytes, head, n);
    memcpy(t->bytes + n, json->data, json->len);
    memcpy(t->bytes + n + json->len, "\n\n", 2);
    return t;
}

static struct feed_text *write_text(const struct llmreg_event *e)
{
    char head[HEAD_SIZE];
    struct reply_bytes json = {.data = NULL};
    struct feed_text *t = NULL;
    struct reply r;

    snprintf(head, sizeof head, "id: %" PRIu64 "\nevent: %s\ndata: ", e->seq,
             llmreg_event_type_text(e->type));
    reply_begin(&r);
    llmreg_event_json(&r.json, NULL, e);
    if (reply_take(&r, &json) == LLMREG_OK)
        t = join(head, &json);
    free(json.data);
    return t;
}

const struct feed_text *feed_item_text(struct feed_item *item)
{
    struct feed_text *t =
        atomic_load_explicit(&item->text, memory_order_acquire);
    struct feed_text *first = NULL;

    if (t != NULL)
        return t;
    t = write_text(item->event);
    if (t == NULL ||
        atomic_compare_exchange_strong_explicit(
            &item->text, &first, t, memory_order_acq_rel, memory_order_acquire))
        return t;
    free(t);
    return first;
}
