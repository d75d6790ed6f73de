/* SPDX-License-Identifier: MIT */
/* heap.c - four children a node: half as deep as with two, and all four lie
 * in one or two cache lines of pointers.
 *
 * Invariant: nodes[i]->place == i + 1, and no node is due before its parent
 * nodes[(i - 1) / 4].
 */
#include "common/base/heap.h"

#include <stdlib.h>

#define CHILDREN 4

static void put(struct heap *h, size_t i, struct heap_node *n)
{
    h->nodes[i] = n;
    n->place = (uint32_t)i + 1;
}

static void move_up(struct heap *h, struct heap_node *n)
{
    size_t i = n->place - 1;

    while (i > 0 && n->at < h->nodes[(i - 1) / CHILDREN]->at) {
        put(h, i, h->nodes[(i - 1) / CHILDREN]);
        i = (i - 1) / CHILDREN;
    }
    put(h, i, n);
}

/* The child of i that is due first, or count if it has none. */
static size_t first_child(const struct heap *h, size_t i)
{
    size_t first = CHILDREN * i + 1;
    size_t end = first + CHILDREN < h->count ? first + CHILDREN : h->count;

    if (first >= h->count)
        return h->count;
    for (size_t c = first + 1; c < end; c++)
        if (h->nodes[c]->at < h->nodes[first]->at)
            first = c;
    return first;
}

static void move_down(struct heap *h, struct heap_node *n)
{
    size_t i = n->place - 1;

    for (size_t c = first_child(h, i); c < h->count; c = first_child(h, i)) {
        if (n->at <= h->nodes[c]->at)
            break;
        put(h, i, h->nodes[c]);
        i = c;
    }
    put(h, i, n);
}

int heap_reserve(struct heap *h, size_t count)
{
    size_t room = h->room == 0 ? 16 : h->room;

    while (room < count)
        room *= 2;
    if (room == h->room)
        return LLMREG_OK;
    struct heap_node **nodes = realloc(h->nodes, room * sizeof(*nodes));
    if (nodes == NULL)
        return LLMREG_ENOMEM;
    h->nodes = nodes;
    h->room = room;
    return LLMREG_OK;
}

void heap_set(struct heap *h, struct heap_node *n, int64_t at)
{
    n->at = at;
    if (n->place == 0)
        put(h, h->count++, n);
    move_up(h, n);
    move_down(h, n);
}

void heap_remove(struct heap *h, struct heap_node *n)
{
    if (n->place == 0)
        return;
    struct heap_node *last = h->nodes[--h->count];

    if (last != n) {
        put(h, n->place - 1, last);
        move_up(h, last);
        move_down(h, last);
    }
    n->place = 0;
}

void heap_fini(struct heap *h)
{
    free(h->nodes);
    *h = (struct heap){0};
}
