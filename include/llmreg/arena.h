/* SPDX-License-Identifier: MIT */
/* arena.h - small pieces of memory that are freed together.
 *
 * Who takes apart an answer or a request copies a few strings and lists out of
 * it, and drops them all when it is over.  The arena gives them out of blocks
 * whose addresses do not move, and keeps its first block for the next time.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: what it gives lives until the arena is reset or finished.
 */
#ifndef LLMREG_ARENA_H
#define LLMREG_ARENA_H

#include <llmreg/status.h>

#define LLMREG_ARENA_BLOCK 4096

struct llmreg_arena_block;

struct llmreg_arena {
    struct llmreg_arena_block *blocks; /* newest first */
};

/* All zero is an empty arena. */
void llmreg_arena_reset(struct llmreg_arena *a);
void llmreg_arena_fini(struct llmreg_arena *a);

/* A copy of len bytes with a NUL after them, or NULL: no memory. */
char *llmreg_arena_copy(struct llmreg_arena *a, const char *s, size_t len);
/* size bytes that are zero, aligned for anything, or NULL: no memory. */
void *llmreg_arena_alloc(struct llmreg_arena *a, size_t size);

#endif
