/* SPDX-License-Identifier: MIT */
/* gather.h - what a walk saw, to be worked on after it.
 *
 * Inside a section nothing may wait, and writing JSON may.  So who writes what
 * a walk sees takes references first, and writes them when it is over.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: the array is its own; what is in it is the caller's.
 */
#ifndef LLMREG_REGISTRY_GATHER_H
#define LLMREG_REGISTRY_GATHER_H

#include <stdbool.h>
#include <stddef.h>

/* All zero is an empty one. */
struct gather {
    void **items;
    size_t count, room;
    bool failed; /* there was no memory for one; it is not complete */
};

/* False: no memory, and the walk may end. */
bool gather_add(struct gather *g, void *item);
void gather_fini(struct gather *g);

#endif
