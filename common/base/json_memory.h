/* SPDX-License-Identifier: MIT */
/* json_memory.h - memory for a library that does not check its allocations.
 *
 * yajl uses what malloc returns without looking.  These functions never
 * return NULL to it: when there is no memory they jump to failed, out of
 * yajl and over whatever it was doing.  Its state is rubbish after that; so
 * every block is on a list, from which json_memory_release() frees them all.
 *
 * failed must be set by setjmp() in a function that is still running whenever
 * one of the first two is called.
 */
#ifndef LLMREG_BASE_JSON_MEMORY_H
#define LLMREG_BASE_JSON_MEMORY_H

#include <setjmp.h>
#include <stddef.h>

struct json_block;

struct json_memory {
    struct json_block *blocks;
    jmp_buf failed;
};

/* In the form of yajl_alloc_funcs; ctx is the struct json_memory. */
void *json_memory_alloc(void *ctx, size_t size);
void *json_memory_resize(void *ctx, void *data, size_t size);
void json_memory_free(void *ctx, void *data);

void json_memory_release(struct json_memory *m);

#endif
