/* SPDX-License-Identifier: MIT */
/* clock.h - the two times that llmreg knows, and where they come from.
 *
 * Ages and deadlines use the monotonic time, so that a step of the wall clock
 * expires nothing.  The wall time is for people and for what must be
 * comparable after a restart.  Both are read together, once per decision, and
 * passed down as a value: whoever decides takes "now" as a parameter.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  never.
 * Ownership: values only.
 */
#ifndef LLMREG_CLOCK_H
#define LLMREG_CLOCK_H

#include <llmreg/status.h>

struct llmreg_now {
    int64_t mono_ns; /* CLOCK_MONOTONIC, nanoseconds, > 0 */
    int64_t wall_ms; /* CLOCK_REALTIME, milliseconds since 1970 */
};

/* A source of time.  read must be callable from any thread. */
struct llmreg_clock {
    void (*read)(void *ctx, struct llmreg_now *out);
    void *ctx;
};

/* The kernel's clocks. */
extern const struct llmreg_clock llmreg_clock_system;

struct llmreg_now llmreg_clock_now(const struct llmreg_clock *clock);

#define LLMREG_NS_PER_MS INT64_C(1000000)
#define LLMREG_NS_PER_S  INT64_C(1000000000)

/* "2026-11-21T07:15:43.123Z" and its NUL. */
#define LLMREG_TIME_SIZE 25

/* RFC 3339 in UTC with milliseconds, years 1 to 9999; a time outside them is
 * written as the nearest one inside. */
void llmreg_time_format(char out[static LLMREG_TIME_SIZE], int64_t wall_ms);

/* Reads RFC 3339 with any offset and 0 to 9 digits of a fraction (more are
 * LLMREG_EPARSE).  What cannot be a time (Feb 30, no zone, second 60) is
 * LLMREG_EPARSE and *wall_ms untouched. */
LLMREG_MUSTCHECK int llmreg_time_parse(const char *text, size_t len,
                                       int64_t *wall_ms);

#endif
