/* SPDX-License-Identifier: MIT */
/* turns.h - which faults of a long row have their turn in this run.
 *
 * A test that lets the same thing go wrong at a thousand places, one after the
 * other, does so in full without a sanitizer.  With one, where each try takes
 * several times as long, one in TURNS has its turn, in each run others;
 * LLMREG_SEED repeats a run.
 *
 * Threads: any. */
#ifndef LLMREG_TEST_TURNS_H
#define LLMREG_TEST_TURNS_H

#ifdef LLMREG_SANITIZED
#define TURNS 8
#else
#define TURNS 1
#endif

/* Of a row of which one in `every` would be tried: the first to be tried,
 * counted from 0, and how many further the next one is. */
long turns_first(long every);
long turns_step(long every);

#endif
