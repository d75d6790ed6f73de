/* SPDX-License-Identifier: MIT */
/* keyhash.c - eight bytes at a time: multiply, and fold the two halves.
 *
 * The last eight bytes are read once more instead of bytewise, so a key of n
 * bytes costs n / 8 + 1 multiplications.
 */
#include "common/registry/keyhash.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

#define ODD_A UINT64_C(0x9e3779b97f4a7c15)
#define ODD_B UINT64_C(0xd6e8feb86659fd93)

__extension__ typedef unsigned __int128 wide;

static uint64_t fold(uint64_t a, uint64_t b)
{
    wide product = (wide)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t eight(const char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof word);
    return word;
}

/* Up to seven bytes and their number. */
static uint64_t few(const char *at, size_t len)
{
    uint64_t word = len;

    for (size_t i = 0; i < len; i++)
        word = word << 8 | (unsigned char)at[i];
    return word;
}

uint64_t keyhash(uint64_t seed, const char *key, size_t len)
{
    uint64_t h = seed ^ (len * ODD_A);

    if (len < 8)
        return fold(fold(h ^ few(key, len), ODD_B) ^ seed, ODD_A);
    for (size_t i = 0; i + 8 < len; i += 8)
        h = fold(h ^ eight(key + i), ODD_B) + seed;
    return fold(fold(h ^ eight(key + len - 8), ODD_B) ^ seed, ODD_A);
}

uint64_t keyhash_seed(void)
{
    uint64_t seed = 0;
    struct timespec t;

    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) == (ssize_t)sizeof seed)
        return seed;
    /* An early boot without entropy: better than nothing. */
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return fold((uint64_t)t.tv_nsec ^ (uintptr_t)&seed, ODD_A);
}
