/* SPDX-License-Identifier: MIT */
/* hash.c - FNV-1a, and the finaliser of MurmurHash3 over it.
 *
 * FNV-1a alone is weak in its high bits for short keys; the finaliser lets
 * every bit of the input reach every bit of the result, so that tables may
 * take the low bits and schedules a remainder.  Not for keys that an attacker
 * chooses to collide.  The values are on disk, in file names: they never
 * change.
 */
#include <llmreg/table.h>

static uint64_t mix(uint64_t h)
{
    h ^= h >> 33;
    h *= UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 33;
    h *= UINT64_C(0xc4ceb9fe1a85ec53);
    h ^= h >> 33;
    return h;
}

uint64_t llmreg_hash(const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < len; i++) {
        h ^= at[i];
        h *= UINT64_C(0x100000001b3);
    }
    return mix(h);
}
