/* SPDX-License-Identifier: MIT */
/* bytes16.h - sixteen bytes at once, as gcc and clang have for every machine.
 *
 * A comparison of them is a vector, too: all bits of each byte for which it
 * holds.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: values only.
 */
#ifndef LLMREG_BASE_BYTES16_H
#define LLMREG_BASE_BYTES16_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef unsigned char bytes16 __attribute__((vector_size(16)));

static inline bytes16 bytes16_load(const char *at)
{
    bytes16 x;

    memcpy(&x, at, sizeof x);
    return x;
}

/* Whether any bit is set. */
static inline bool bytes16_any(bytes16 x)
{
    uint64_t words[2];

    memcpy(words, &x, sizeof words);
    return (words[0] | words[1]) != 0;
}

#endif
