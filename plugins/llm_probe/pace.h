/* SPDX-License-Identifier: MIT */
/* pace.h - whose series go out in this call of the read callback.
 *
 * The callback runs once a second; submitting everything every interval at
 * once would be a burst for the writers.  So each endpoint has a place in its
 * interval for this too: one second after its probe, when the answer is in.
 *
 * Threads:   pure functions.
 * Blocking:  never.
 * Ownership: values only.
 */
#ifndef LLM_PROBE_PACE_H
#define LLM_PROBE_PACE_H

#include <llmreg/status.h>

/* The place for the series of an endpoint whose probes have this phase. */
int64_t pace_place(int64_t phase_ns, int64_t interval_ns);

/* True if a place lies in (last_ns, now_ns].  Calls that follow each other
 * without a gap say true exactly once an interval; over a gap of several
 * intervals it is true once. */
bool pace_hit(int64_t place_ns, int64_t interval_ns, int64_t last_ns,
              int64_t now_ns);

#endif
