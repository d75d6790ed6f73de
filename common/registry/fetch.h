/* SPDX-License-Identifier: MIT */
/* fetch.h - memory that will be looked at soon is loaded ahead, while something
 * else is done: a list of models and its nodes lie all over the memory, and to
 * wait for each of their lines costs more than all that is done with them.
 *
 * Threads:   any; the memory may be gone, and then nothing happens.
 * Blocking:  never.
 * Ownership: the caller's.
 */
#ifndef LLMREG_REGISTRY_FETCH_H
#define LLMREG_REGISTRY_FETCH_H

#include <stddef.h>

#define FETCH_LINE 64 /* bytes; another size only makes it less useful */

static inline void fetch_ahead(const void *at, size_t size)
{
    for (size_t i = 0; i < size; i += FETCH_LINE)
        __builtin_prefetch((const char *)at + i);
}

#endif
