/* SPDX-License-Identifier: MIT */
/* count.h - a number that one writer at a time changes and everybody reads.
 *
 * Threads:   for the holder of the lock that guards what is counted.
 * Blocking:  never.
 * Ownership: the caller's.
 */
#ifndef LLMREG_REGISTRY_COUNT_H
#define LLMREG_REGISTRY_COUNT_H

#include <stdatomic.h>
#include <stddef.h>

/* n: so many more; (size_t)-1 is one less.  With one writer at a time no
 * read-modify-write is needed. */
static inline void count_add(_Atomic size_t *count, size_t n)
{
    size_t old = atomic_load_explicit(count, memory_order_relaxed);

    atomic_store_explicit(count, old + n, memory_order_relaxed);
}

#endif
