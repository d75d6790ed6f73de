/* SPDX-License-Identifier: MIT */
/* flat.h - what a stress test took, it gave back.
 *
 * The sanitizers tell at the end of a program what nobody freed.  Without
 * them malloc's own books are asked: the same work done a second time must not
 * leave more behind than the first time.
 */
#ifndef LLMREG_STRESS_FLAT_H
#define LLMREG_STRESS_FLAT_H

#include <stdbool.h>

/* Does the work twice, which has to free all that it made; false, and a line
 * on stderr, if memory was left over. */
bool flat(void (*work)(void));

#endif
