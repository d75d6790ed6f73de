/* SPDX-License-Identifier: MIT */
/* latency.h - the moving average of latencies.
 *
 * Exponentially weighted.  NAN stands for "no sample yet", so that 0 is a
 * sample like any other.
 *
 * Threads:   pure functions of their arguments.
 * Blocking:  never.
 * Ownership: values only.
 */
#ifndef LLMREG_LATENCY_H
#define LLMREG_LATENCY_H

#define LLMREG_LATENCY_WEIGHT 0.2 /* of the newest sample */

/* The average after one more sample (finite); the first one sets it.  Never
 * outside of what was sampled, and moves both up and down. */
double llmreg_latency_next(double average, double sample);

#endif
