/* SPDX-License-Identifier: MIT */
/* arena.h - strings of one probe, freed together.
 *
 * A probe copies a few strings per model out of a body that passes by, and
 * drops them all when it is over.  The arena gives them out of blocks whose
 * addresses do not move, and keeps its first block for the next probe.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: strings live until the arena is reset or finished.
 */
#ifndef LLM_PROBE_ARENA_H
#define LLM_PROBE_ARENA_H

#include <llmreg/status.h>

#define ARENA_BLOCK 4096

struct arena_block;

struct arena {
    struct arena_block *blocks; /* newest first */
};

/* All zero is an empty arena. */
void arena_reset(struct arena *a);
void arena_fini(struct arena *a);

/* A copy of len bytes with a NUL after them, or NULL: no memory. */
const char *arena_copy(struct arena *a, const char *s, size_t len);

#endif
