/* SPDX-License-Identifier: MIT */
/* pace.c - each thread begins at a time of its own within the period. */
#include "tests/bench/store/pace.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

_Atomic int pace_slice = PACE_NO_SLICE;

static void sleep_until(int64_t ns)
{
    const struct timespec t = {ns / 1000000000, ns % 1000000000};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0)
        ;
}

static void keep(struct pace_slice *s, double ns)
{
    const size_t at = atomic_fetch_add(&s->count, 1);

    if (at < PACE_SAMPLES)
        s->ns[at] = ns;
}

static void *run(void *arg)
{
    struct pace *p = arg;
    const size_t thread = atomic_fetch_add(&p->started, 1);
    uint64_t random = thread * 7919 + 1;
    int64_t due_ns =
        clock_ns() + p->period_ns * (int64_t)thread / (int64_t)p->threads;
    int64_t now_ns;
    int slice = atomic_load(&pace_slice);

    while (slice != PACE_END) {
        sleep_until(due_ns);
        slice = atomic_load(&pace_slice);
        p->operation(p->ctx, thread, &random);
        now_ns = clock_ns();
        if (slice >= 0)
            keep(&p->slices[slice], (double)(now_ns - due_ns));
        while (due_ns < now_ns)
            due_ns += p->period_ns;
    }
    return NULL;
}

void pace_start(struct pace *p, size_t threads, int64_t period_ns)
{
    p->threads = threads;
    p->period_ns = period_ns;
    for (size_t i = 0; i < p->threads; i++)
        must(pthread_create(&p->thread[i], NULL, run, p) == 0, "a thread");
}

void pace_end(struct pace *p)
{
    for (size_t i = 0; i < p->threads; i++)
        pthread_join(p->thread[i], NULL);
}

/* ---- figures ---- */

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double of_slice(struct pace_slice *s, size_t n)
{
    size_t count = atomic_load(&s->count);

    count = count < PACE_SAMPLES ? count : PACE_SAMPLES;
    qsort(s->ns, count, sizeof *s->ns, by_value);
    return s->ns[count * n / 1000];
}

double pace_per_mille(struct pace *p, int first_slice, size_t n)
{
    double of[PACE_SLICES];
    size_t slices = 0;

    for (int i = first_slice; i < PACE_SLICES; i += 2)
        if (atomic_load(&p->slices[i].count) > 0)
            of[slices++] = of_slice(&p->slices[i], n);
    must(slices > 0, "a slice");
    qsort(of, slices, sizeof *of, by_value);
    return of[slices / 2];
}
