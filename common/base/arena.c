/* SPDX-License-Identifier: MIT */
/* arena.c - blocks in a list; a piece too long for a block gets its own. */
#include <llmreg/arena.h>

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

struct llmreg_arena_block {
    struct llmreg_arena_block *older;
    size_t size, used;
    alignas(max_align_t) char bytes[];
};

static struct llmreg_arena_block *add_block(struct llmreg_arena *a,
                                            size_t least)
{
    size_t size = least > LLMREG_ARENA_BLOCK ? least : LLMREG_ARENA_BLOCK;
    struct llmreg_arena_block *b = malloc(sizeof *b + size);

    if (b == NULL)
        return NULL;
    b->size = size;
    b->used = 0;
    b->older = a->blocks;
    a->blocks = b;
    return b;
}

/* size bytes at a multiple of align. */
static char *take(struct llmreg_arena *a, size_t size, size_t align)
{
    struct llmreg_arena_block *b = a->blocks;
    size_t at = b == NULL ? 0 : (b->used + align - 1) & ~(align - 1);

    if (b == NULL || at > b->size || b->size - at < size) {
        b = add_block(a, size);
        at = 0;
    }
    if (b == NULL)
        return NULL;
    b->used = at + size;
    return b->bytes + at;
}

char *llmreg_arena_copy(struct llmreg_arena *a, const char *s, size_t len)
{
    char *copy = take(a, len + 1, 1);

    if (copy == NULL)
        return NULL;
    if (len > 0)
        memcpy(copy, s, len);
    copy[len] = '\0';
    return copy;
}

void *llmreg_arena_alloc(struct llmreg_arena *a, size_t size)
{
    char *piece = take(a, size, alignof(max_align_t));

    if (piece != NULL)
        memset(piece, 0, size);
    return piece;
}

/* Frees blocks until only the oldest is left. */
void llmreg_arena_reset(struct llmreg_arena *a)
{
    while (a->blocks != NULL && a->blocks->older != NULL) {
        struct llmreg_arena_block *b = a->blocks;

        a->blocks = b->older;
        free(b);
    }
    if (a->blocks != NULL)
        a->blocks->used = 0;
}

void llmreg_arena_fini(struct llmreg_arena *a)
{
    llmreg_arena_reset(a);
    free(a->blocks);
    a->blocks = NULL;
}
