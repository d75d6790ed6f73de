/* SPDX-License-Identifier: MIT */
/* scarce.h - one allocation of ours that fails, the first, the second ...
 *
 * A test that names something here is linked with $(SCARCE_FLAGS), and then
 * malloc, calloc, realloc and strdup of our code and of the test's end up
 * here; those of the C library and of others do not.  Check allocates too:
 * between scarce_from and scarce_end there is nothing but what is tested.
 *
 * Threads: only allocations of the thread that asked for it fail.
 */
#ifndef LLMREG_TEST_SCARCE_H
#define LLMREG_TEST_SCARCE_H

#include <stdbool.h>

/* From now on one allocation fails: the n-th, counted from 0. */
void scarce_from(long n);
/* From now on all of them fail. */
void scarce_all(void);
/* There is memory again.  True if something had failed. */
bool scarce_end(void);

/* The same for what else may fail in turn: has it come to this one? */
bool scarce_fails(void);

/* So many descriptors are open: one that fails leaves none behind. */
int scarce_descriptors(void);

#endif
