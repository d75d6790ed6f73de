/* SPDX-License-Identifier: MIT */
/* heap.h - what is due when, the earliest first: a binary heap of nodes that
 * lie in the things they wake.
 *
 * A node knows its place, so that its time can be changed and it can be taken
 * out.  Room is made beforehand (heap_reserve), so that nothing else can fail.
 *
 * Threads:   one at a time.
 * Blocking:  never.
 * Ownership: nodes are the caller's, and must stay while they are in.
 */
#ifndef LLMREG_BASE_HEAP_H
#define LLMREG_BASE_HEAP_H

#include <llmreg/status.h>

/* All zero is a node that is not in. */
struct heap_node {
    int64_t at;
    uint32_t place; /* from 1; 0: not in */
};

/* All zero is an empty heap. */
struct heap {
    struct heap_node **nodes;
    size_t count, room;
};

/* Room for count nodes in all.  LLMREG_ENOMEM: as before. */
LLMREG_MUSTCHECK int heap_reserve(struct heap *h, size_t count);
/* Puts n in, or moves it: due at that time. */
void heap_set(struct heap *h, struct heap_node *n, int64_t at);
/* Takes n out; nothing if it is not in. */
void heap_remove(struct heap *h, struct heap_node *n);
/* The one that is due first, or NULL. */
static inline struct heap_node *heap_first(const struct heap *h)
{
    return h->count == 0 ? NULL : h->nodes[0];
}
void heap_fini(struct heap *h);

#endif
