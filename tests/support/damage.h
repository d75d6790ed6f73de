/* SPDX-License-Identifier: MIT */
/* damage.h - single bits of a database that flip, and what can be read of it.
 */
#ifndef LLMREG_TEST_DAMAGE_H
#define LLMREG_TEST_DAMAGE_H

#include <stdint.h>
#include <sys/types.h>

/* How many flips a test tries: LLMREG_TEST_FLIPS, or preset. */
int damage_flips(int preset);
/* Any one, of srand and rand. */
off_t damage_choose_bit(const char *path);
void damage_flip(const char *path, off_t bit);
/* Everything that can be read from the file, as one number. */
uint64_t damage_read(const char *path);

#endif
