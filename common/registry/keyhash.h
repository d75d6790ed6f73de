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

#endif
