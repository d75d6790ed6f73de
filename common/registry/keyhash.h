/* SPDX-License-Identifier: MIT */
/* keyhash.h - hashes of names for the tables of this process.
 *
 * The seed is random and secret: who chooses ids and names of models must not
 * be able to choose collisions.  Never store or show such a hash.
 *
 * Threads:   pure functions, but for the random number.
 * Blocking:  never.
 * Ownership: values only.
 */
#ifndef LLMREG_REGISTRY_KEYHASH_H
#define LLMREG_REGISTRY_KEYHASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t keyhash_seed(void);
uint64_t keyhash(uint64_t seed, const char *key, size_t len);

/* The next draw at random: splitmix64 over a count that begins with a seed and
 * goes on by the step. */
#define KEYHASH_STEP UINT64_C(0x9e3779b97f4a7c15)
static inline uint64_t keyhash_draw(uint64_t count)
{
    uint64_t x = (count ^ count >> 30) * UINT64_C(0xbf58476d1ce4e5b9);

    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

#endif
