/* SPDX-License-Identifier: MIT */
/* json_memory.c - blocks on a doubly linked list, and a jump when there are
 * no more.
 */
#include "common/base/json_memory.h"

#include <stdint.h>
#include <stdlib.h>

struct json_block {
    struct json_block *next, *prev;
    _Alignas(max_align_t) char data[];
};

static struct json_block *block_of(void *data)
{
    return (struct json_block *)((char *)data -
                                 offsetof(struct json_block, data));
}

static void add(struct json_memory *m, struct json_block *b)
{
    b->prev = NULL;
    b->next = m->blocks;
    if (b->next != NULL)
        b->next->prev = b;
    m->blocks = b;
}

static void take(struct json_memory *m, struct json_block *b)
{
    if (b->next != NULL)
        b->next->prev = b->prev;
    if (b->prev != NULL)
        b->prev->next = b->next;
    else
        m->blocks = b->next;
}

/* Adds to the list what realloc makes of b (NULL: a new block), or jumps and
 * leaves b on the list. */
static void *grow(struct json_memory *m, struct json_block *b, size_t size)
{
    struct json_block *bigger = NULL;

    if (b != NULL)
        take(m, b);
    if (size <= SIZE_MAX - sizeof *b)
        bigger = realloc(b, sizeof *b + size);
    if (bigger == NULL) {
        if (b != NULL)
            add(m, b);
        longjmp(m->failed, 1);
    }
    add(m, bigger);
    return bigger->data;
}

void *json_memory_alloc(void *ctx, size_t size)
{
    return grow(ctx, NULL, size);
}

void *json_memory_resize(void *ctx, void *data, size_t size)
{
    return grow(ctx, data == NULL ? NULL : block_of(data), size);
}

void json_memory_free(void *ctx, void *data)
{
    if (data == NULL)
        return;
    take(ctx, block_of(data));
    free(block_of(data));
}

void json_memory_release(struct json_memory *m)
{
    while (m->blocks != NULL)
        json_memory_free(m, m->blocks->data);
}
