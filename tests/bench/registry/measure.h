/* SPDX-License-Identifier: MIT */
/* measure.h - how long does one operation take, ours and the baseline's?
 *
 * Ours and the baselines take turns in slices of some milliseconds, so that a
 * machine that gets slower gets slower for all of them; a figure is the median
 * of its slices.  Time is the CPU time of the process: on a machine of one's
 * own it is the same as the clock's, and it counts what is freed later by
 * liburcu's thread.
 *
 * A figure is a line: name, value, unit, baseline or "-", ratio or "-", by
 * tabs.  tests/bench/registry.py takes medians over several processes.
 */
#ifndef LLMREG_BENCH_MEASURE_H
#define LLMREG_BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bench {
    bool brief;       /* fewer and shorter slices, smaller tables */
    const char *only; /* the one figure to measure, without its baselines, for
                         a profiler; NULL: all */
};

/* Does the operation n times. */
struct work {
    void (*run)(void *ctx, size_t n);
    void *ctx;
};

/* An operation, the plain table's, and that of a registry that copies. */
struct measure {
    const char *name;
    struct work ours, plain, copying; /* the last without run: none */
    size_t most;  /* operations in a slice; 0: as many as it takes */
    double scale; /* nanoseconds in the unit; 0: 1 */
    const char *unit;
};

void measure(const struct bench *b, const struct measure *m);

/* Nanoseconds of one operation, once. */
double measure_once(const struct work *w, size_t n);

void figure(const char *name, double value, const char *unit);
void figure_against(const char *name, double value, const char *unit,
                    const char *baseline, double ratio);

/* CPU time of the process, and the clock's, in nanoseconds. */
int64_t cpu_ns(void);
int64_t clock_ns(void);

/* Ends the program where the benchmark itself does not work. */
void must(bool works, const char *what);

/* What a loop computes goes here, or the compiler would drop the loop. */
extern volatile uint64_t sink;

/* The next pseudo-random number. */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* One of n. */
static inline size_t below(uint64_t *state, size_t n)
{
    return (size_t)((next_random(state) >> 32) * n >> 32);
}

#endif
