/* SPDX-License-Identifier: MIT */
/* pace.c - counting whole intervals: a place was passed if their number
 * since then grew. */
#include "plugins/llm_probe/pace.h"

#include <llmreg/clock.h>

int64_t pace_place(int64_t phase_ns, int64_t interval_ns)
{
    return (phase_ns + LLMREG_NS_PER_S) % interval_ns;
}

/* Whole intervals from the place to t, rounded down also below zero. */
static int64_t rounds(int64_t t, int64_t place_ns, int64_t interval_ns)
{
    int64_t n = (t - place_ns) / interval_ns;

    return (t - place_ns) % interval_ns < 0 ? n - 1 : n;
}

bool pace_hit(int64_t place_ns, int64_t interval_ns, int64_t last_ns,
              int64_t now_ns)
{
    return rounds(now_ns, place_ns, interval_ns) >
           rounds(last_ns, place_ns, interval_ns);
}
