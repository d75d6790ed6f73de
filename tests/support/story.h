/* SPDX-License-Identifier: MIT */
/* story.h - a script of durable changes, and the words for what is there.
 *
 * For tests in which the store meets a fault somewhere: what is there after
 * it is one of the moments of the story, and which it may be depends on how
 * far the story was told to be on disk.
 */
#ifndef LLMREG_TEST_STORY_H
#define LLMREG_TEST_STORY_H

#include "tests/support/room.h"

#define STORY_STEPS 12
#define STORY_TEXT  512

/* The change number step, 0 to STORY_STEPS - 1, each after those before. */
void story_step(struct room *r, int step);
/* Everything that the story is about, in one line. */
void story_describe(struct room *r, char out[static STORY_TEXT]);

#endif
