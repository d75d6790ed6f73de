/* SPDX-License-Identifier: MIT */
/* pace.h - threads that each do an operation so many times a second, in two
 * conditions by turns, and how long it took in each.
 *
 * The time is from when the operation was due, not from when it began: to find
 * no processor is slow, too.  What became due before the one before has ended
 * is left out, as by somebody who waits for an answer.  A figure is the median
 * over the slices of one condition, so that what else the machine did in one of
 * them does not matter.
 *
 * Threads:   start and end belong to one; the rest is theirs.
 * Blocking:  end, until each has done its last.
 * Ownership: a struct pace is the caller's.
 */
#ifndef LLMREG_BENCH_PACE_H
#define LLMREG_BENCH_PACE_H

#include <pthread.h>

#include "tests/bench/registry/measure.h"

#define PACE_THREADS 8
#define PACE_SLICES  24
#define PACE_SAMPLES 8192 /* in a slice */

/* Everybody's: the slice that is, from 0; those of one condition are even, of
 * the other odd. */
enum { PACE_NO_SLICE = -1, PACE_END = -2 };
extern _Atomic int pace_slice;

struct pace {
    void (*operation)(void *ctx, size_t thread, uint64_t *random);
    void *ctx;
    /* pace.c's */
    size_t threads;
    int64_t period_ns;
    pthread_t thread[PACE_THREADS];
    _Atomic size_t started;
    struct pace_slice {
        _Atomic size_t count;
        double ns[PACE_SAMPLES];
    } slices[PACE_SLICES];
};

/* The rest of it is all zero. */
void pace_start(struct pace *p, size_t threads, int64_t period_ns);
void pace_end(struct pace *p);
/* After the end: so many of a thousand took no longer,
 * in nanoseconds. */
double pace_per_mille(struct pace *p, int first_slice, size_t n);

#endif
