/* SPDX-License-Identifier: MIT */
/* list.c - the first of many, without sorting the many: a heap with the last
 * of the page on top.  What comes behind that is not even held.  Where they
 * come in order, the heap is but an array. */
#include "plugins/llm_listen/api/list.h"

#include <stdlib.h>
#include <string.h>

#include "plugins/llm_listen/api/base64.h"
#include "plugins/llm_listen/api/reply.h"

static int read_cursor(struct list *l, const char *text)
{
    char *id;
    size_t len = 0;

    l->after = "";
    if (text == NULL)
        return LLMREG_OK;
    id = llmreg_arena_alloc(&l->ask->arena, strlen(text) + 1);
    if (id == NULL)
        return LLMREG_ENOMEM;
    l->after = id;
    if (base64_read(text, id, strlen(text), &len) == LLMREG_OK)
        return LLMREG_OK;
    return ask_fail(l->ask, LLMREG_EINVAL, "cursor",
                    "cursor is not one that a page gave");
}

int list_init(struct list *l, const struct list_kind *kind, struct ask *a)
{
    const struct query_value *limit = &a->query[LIST_ROW_LIMIT];
    int rc;

    *l = (struct list){.kind = kind, .ask = a, .limit = LIST_LIMIT};
    if (limit->text != NULL)
        l->limit = (size_t)limit->number;
    rc = read_cursor(l, a->query[LIST_ROW_CURSOR].text);
    if (rc != LLMREG_OK)
        return rc;
    l->items = calloc(l->limit + 1, sizeof *l->items);
    return l->items == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

/* ---- the heap ---- */

static int order(const struct list *l, const void *a, const void *b)
{
    return strcmp(l->kind->id(a), l->kind->id(b));
}

static void sift_up(struct list *l, size_t at)
{
    void *item = l->items[at];

    while (at > 0 && order(l, l->items[(at - 1) / 2], item) < 0) {
        l->items[at] = l->items[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    l->items[at] = item;
}

/* Of the first n items, the one at the top may be too small. */
static void sift_down(struct list *l, size_t n)
{
    void *item = l->items[0];
    size_t at = 0;

    for (size_t child = 1; child < n; child = 2 * at + 1) {
        if (child + 1 < n && order(l, l->items[child], l->items[child + 1]) < 0)
            child++;
        if (order(l, l->items[child], item) <= 0)
            break;
        l->items[at] = l->items[child];
        at = child;
    }
    l->items[at] = item;
}

static bool is_of_page(const struct list *l, const void *item)
{
    return !l->failed && strcmp(l->kind->id(item), l->after) > 0 &&
           (l->count <= l->limit || order(l, item, l->items[0]) < 0);
}

/* Takes over a reference. */
static void keep(struct list *l, void *item)
{
    if (l->count > l->limit) {
        l->kind->put(l->items[0]);
        l->items[0] = item;
        sift_down(l, l->count);
        return;
    }
    l->items[l->count++] = item;
    if (!l->in_order)
        sift_up(l, l->count - 1);
}

bool list_see(struct list *l, void *item)
{
    void *held;

    if (!is_of_page(l, item))
        return !l->failed;
    held = l->kind->hold(item);
    if (held == NULL)
        l->failed = true;
    else
        keep(l, held);
    return !l->failed && !(l->in_order && l->count > l->limit);
}

/* The last one goes to the end, and so on: then the heap is in order. */
static void sort(struct list *l)
{
    for (size_t n = l->in_order ? 0 : l->count; n > 1; n--) {
        void *last = l->items[0];

        l->items[0] = l->items[n - 1];
        sift_down(l, n - 1);
        l->items[n - 1] = last;
    }
}

/* ---- the page ---- */

static void write_next(struct llmreg_json_out *w, const struct list *l)
{
    char text[BASE64_SIZE(LLMREG_ALERT_ID_SIZE)];
    const char *id;

    if (l->count <= l->limit) {
        llmreg_json_null(w, "next");
        return;
    }
    id = l->kind->id(l->items[l->limit - 1]);
    base64_write(text, id, strlen(id));
    llmreg_json_string(w, "next", text);
}

int list_send(struct list *l)
{
    struct reply r;

    if (l->failed)
        return LLMREG_ENOMEM;
    sort(l);
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_open_array(&r.json, l->kind->name);
    for (size_t i = 0; i < l->count && i < l->limit; i++)
        l->kind->json(&r.json, l->items[i], l->ask);
    llmreg_json_close_array(&r.json);
    write_next(&r.json, l);
    llmreg_json_close_object(&r.json);
    return reply_send_tagged(l->ask, &r);
}

void list_fini(struct list *l)
{
    for (size_t i = 0; i < l->count; i++)
        l->kind->put(l->items[i]);
    free(l->items);
}
