/* SPDX-License-Identifier: MIT */
/* arena.c - blocks in a list; a string too long for a block gets its own. */
#include "plugins/llm_probe/arena.h"

#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *older;
    size_t size, used;
    char bytes[];
};

static struct arena_block *add_block(struct arena *a, size_t least)
{
    size_t size = least > ARENA_BLOCK ? least : ARENA_BLOCK;
    struct arena_block *b = malloc(sizeof *b + size);

    if (b == NULL)
        return NULL;
    b->size = size;
    b->used = 0;
    b->older = a->blocks;
    a->blocks = b;
    return b;
}

const char *arena_copy(struct arena *a, const char *s, size_t len)
{
    struct arena_block *b = a->blocks;
    char *copy = NULL;

    if (b == NULL || b->size - b->used < len + 1)
        b = add_block(a, len + 1);
    if (b == NULL)
        return NULL;
    copy = b->bytes + b->used;
    if (len > 0)
        memcpy(copy, s, len);
    copy[len] = '\0';
    b->used += len + 1;
    return copy;
}

/* Frees blocks until only the oldest is left. */
void arena_reset(struct arena *a)
{
    while (a->blocks != NULL && a->blocks->older != NULL) {
        struct arena_block *b = a->blocks;

        a->blocks = b->older;
        free(b);
    }
    if (a->blocks != NULL)
        a->blocks->used = 0;
}

void arena_fini(struct arena *a)
{
    arena_reset(a);
    free(a->blocks);
    a->blocks = NULL;
}
