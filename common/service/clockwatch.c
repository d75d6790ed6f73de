/* SPDX-License-Identifier: MIT */
/* clockwatch.c - compares the difference of the clocks with the last one. */
#include "common/service/clockwatch.h"

int64_t clockwatch_look(struct clockwatch *w, const struct llmreg_now *now)
{
    int64_t difference = now->wall_ms - now->mono_ns / LLMREG_NS_PER_MS;
    int64_t step = w->looked ? difference - w->difference_ms : 0;

    w->looked = true;
    w->difference_ms = difference;
    if (step >= -CLOCKWATCH_STEP_MS && step <= CLOCKWATCH_STEP_MS)
        return 0;
    return step;
}
