/* SPDX-License-Identifier: MIT */
/* measure.c - slices in turn, and the median of them. */
#include "tests/bench/registry/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SLICES       9 /* odd */
#define SLICES_BRIEF 3
#define SLICE_NS     20000000
#define SLICE_BRIEF  4000000
#define PROFILED     100 /* slices */

volatile uint64_t sink;

static int64_t ns_of(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

int64_t cpu_ns(void)
{
    return ns_of(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t clock_ns(void)
{
    return ns_of(CLOCK_MONOTONIC);
}

void must(bool works, const char *what)
{
    if (works)
        return;
    fprintf(stderr, "bench: %s does not work\n", what);
    exit(EXIT_FAILURE);
}

double measure_once(const struct work *w, size_t n)
{
    int64_t start = cpu_ns();

    w->run(w->ctx, n);
    return (double)(cpu_ns() - start) / (double)n;
}

/* How many operations fill a slice; warms everything on the way. */
static size_t fill(const struct bench *b, const struct work *w, size_t most)
{
    int64_t slice = b->brief ? SLICE_BRIEF : SLICE_NS;
    size_t n = 1;

    while (measure_once(w, n) * (double)n < (double)slice &&
           (most == 0 || n < most))
        n *= 2;
    return most != 0 && n > most ? most : n;
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return values[n / 2];
}

/* Ours alone, for as long as a profiler needs. */
static void profile(const struct bench *b, const struct measure *m)
{
    double scale = m->scale > 0 ? m->scale : 1;

    if (strcmp(m->name, b->only) != 0)
        return;
    size_t n = fill(b, &m->ours, m->most);
    for (int i = 0; i < PROFILED; i++)
        figure(m->name, measure_once(&m->ours, n) / scale, m->unit);
}

#define WORKS 3

void measure(const struct bench *b, const struct measure *m)
{
    const struct work *works[WORKS] = {&m->ours, &m->plain, &m->copying};
    size_t count = m->copying.run == NULL ? WORKS - 1 : WORKS;
    size_t slices = b->brief ? SLICES_BRIEF : SLICES;
    double scale = m->scale > 0 ? m->scale : 1;
    double times[WORKS][SLICES], medians[WORKS];
    size_t n[WORKS];

    if (b->only != NULL) {
        profile(b, m);
        return;
    }
    for (size_t i = 0; i < count; i++)
        n[i] = fill(b, works[i], m->most);
    for (size_t s = 0; s < slices; s++)
        for (size_t i = 0; i < count; i++)
            times[i][s] = measure_once(works[i], n[i]);
    for (size_t i = 0; i < count; i++)
        medians[i] = median(times[i], slices);
    figure_against(m->name, medians[0] / scale, m->unit, "plain",
                   medians[0] / medians[1]);
    if (count < WORKS)
        return;
    char name[80];
    snprintf(name, sizeof name, "%s_copying", m->name);
    figure_against(name, medians[2] / scale, m->unit, "plain",
                   medians[2] / medians[1]);
}

void figure(const char *name, double value, const char *unit)
{
    printf("%s\t%.4g\t%s\t-\t-\n", name, value, unit);
    fflush(stdout);
}

void figure_against(const char *name, double value, const char *unit,
                    const char *baseline, double ratio)
{
    printf("%s\t%.4g\t%s\t%s\t%.3g\n", name, value, unit, baseline, ratio);
    fflush(stdout);
}
