/* SPDX-License-Identifier: MIT */
/* plan.c - two clocks: the age of a file is wall time, the rest is not.
 *
 * A backup of the future (the wall clock was wrong, then or now) counts as one
 * of this moment.
 */
#include "common/store/backup/plan.h"

#define MINUTE_NS (60 * LLMREG_NS_PER_S)
#define RETRY_NS  (10 * MINUTE_NS)
#define HOUR_NS   (60 * MINUTE_NS)

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* What is left of the interval. */
static int64_t left_ns(const struct plan *p, const struct llmreg_now *now)
{
    const int64_t interval_ms = p->interval_ns / LLMREG_NS_PER_MS;
    const int64_t age_ms = later(0, now->wall_ms - p->good_ms);

    if (p->good_ms <= 0 || age_ms >= interval_ms)
        return 0;
    return (interval_ms - age_ms) * LLMREG_NS_PER_MS;
}

static int64_t retry_ns(const struct plan *p)
{
    int64_t pause = RETRY_NS;

    for (unsigned i = 1; i < p->failures && pause < HOUR_NS; i++)
        pause *= 2;
    return p->failed_ns + sooner(sooner(pause, HOUR_NS), p->interval_ns);
}

int64_t plan_due_ns(const struct plan *p, const struct llmreg_now *now)
{
    int64_t due;

    if (p->interval_ns <= 0)
        return INT64_MAX;
    due = later(now->mono_ns + left_ns(p, now), p->started_ns + MINUTE_NS);
    return p->failures > 0 ? later(due, retry_ns(p)) : due;
}
