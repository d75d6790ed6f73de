/* SPDX-License-Identifier: MIT */
/* textpool.c - a chain of blocks, filled one after the other.
 *
 * A string that is longer than a block gets a block of its own size.
 */
#include "common/store/rows/textpool.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 16384

struct textpool_block {
    struct textpool_block *next;
    size_t size, used;
    char bytes[];
};

/* A block with room for len bytes after the current one, and now current. */
static struct textpool_block *advance(struct textpool *a, size_t len)
{
    struct textpool_block **link =
        a->current != NULL ? &a->current->next : &a->first;
    size_t size = len > BLOCK_SIZE ? len : BLOCK_SIZE;
    struct textpool_block *block = *link;

    if (block != NULL && block->size >= len) {
        a->current = block;
        return block;
    }
    block = malloc(sizeof *block + size);
    if (block == NULL)
        return NULL;
    block->size = size;
    block->used = 0;
    block->next = *link;
    *link = block;
    a->current = block;
    return block;
}

char *textpool_copy(struct textpool *a, const char *s, size_t len)
{
    struct textpool_block *block = a->current;
    char *copy;

    if (block == NULL || block->size - block->used < len + 1)
        block = advance(a, len + 1);
    if (block == NULL)
        return NULL;
    copy = block->bytes + block->used;
    memcpy(copy, s, len);
    copy[len] = '\0';
    block->used += len + 1;
    return copy;
}

void textpool_clear(struct textpool *a)
{
    for (struct textpool_block *b = a->first; b != NULL; b = b->next)
        b->used = 0;
    a->current = a->first;
}

void textpool_free(struct textpool *a)
{
    while (a->first != NULL) {
        struct textpool_block *next = a->first->next;

        free(a->first);
        a->first = next;
    }
    a->current = NULL;
}
