/* SPDX-License-Identifier: MIT */
/* latency.c - the moving average of latencies, in floating point.
 *
 * In whole numbers a step of a fifth is cut off, and an average never climbs
 * again.  A double moves until the step is below its last bit; rounding never
 * takes it past the sample, because a fifth of the way is far from its end.
 */
#include <llmreg/latency.h>

#include <math.h>

double llmreg_latency_next(double average, double sample)
{
    if (isnan(average))
        return sample;
    return average + LLMREG_LATENCY_WEIGHT * (sample - average);
}
