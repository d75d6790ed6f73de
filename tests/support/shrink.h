/* SPDX-License-Identifier: MIT */
/* shrink.h - long random sequences of steps, and the shortest one that fails.
 *
 * A step is a number, and what it means is the test's.  The test plays a
 * sequence from the beginning, on something new, and says what does not hold.
 * Each is played in a process of its own: a crash, a report of a sanitizer or
 * a dead-lock is a failure like any other.  A sequence that fails is made
 * shorter for as long as it still fails, and printed.
 *
 * No ck_assert while playing: it would speak for the wrong process.
 */
#ifndef LLMREG_TEST_SHRINK_H
#define LLMREG_TEST_SHRINK_H

#include <stddef.h>
#include <stdint.h>

#define SHRINK_WHY_SIZE 256

struct shrink {
    const char *name;
    size_t runs, steps; /* so many sequences, so long each */
    unsigned seconds;   /* that one may take; 0: 20 */
    /* NULL: all of it holds.  Else what does not. */
    const char *(*play)(const uint64_t *steps, size_t count);
    /* A step in words, for people. */
    void (*show)(uint64_t step, char *out, size_t size);
};

/* Plays them all; the test fails with the first that does.  The seed is
 * printed; LLMREG_SEED=N begins with that one. */
void shrink_check(const struct shrink *s);

/* Makes a sequence shorter in its place, for as long as it still fails: no
 * step can be left out of the result.  Its length, and in why what does not
 * hold; 0 if the sequence does not fail. */
size_t shrink_find(const struct shrink *s, uint64_t *steps, size_t count,
                   char why[static SHRINK_WHY_SIZE]);

/* ---- while playing ---- */

/* The first thing that does not hold; play returns it. */
extern const char *shrink_wrong;

#define SHRINK_TEXT_OF(line) #line
#define SHRINK_PLACE(line)   "line " SHRINK_TEXT_OF(line) ": "
#define HOLDS(condition)                                                       \
    do {                                                                       \
        if (!(condition) && shrink_wrong == NULL)                              \
            shrink_wrong = SHRINK_PLACE(__LINE__) #condition;                  \
    } while (0)
#define EQUAL(left, right) HOLDS((left) == (right))

/* The numbers that a step draws follow from it, so that it does the same
 * whatever went before. */
void shrink_draw_from(uint64_t step);
unsigned shrink_below(unsigned n);

#endif
