/* SPDX-License-Identifier: MIT */
/* plan.h - when the next backup is due.
 *
 * It counts from the newest good one on disk, not from the start of the
 * program: one that is restarted every day has its backups all the same.  When
 * there is none, or it is late, the first is made a minute after the start, so
 * that a program that starts again and again does not fill the disk.  After a
 * failure it is tried again in ten minutes, then in twenty, at last once an
 * hour, and never later than an interval would be.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: values only.
 */
#ifndef LLMREG_STORE_BACKUP_PLAN_H
#define LLMREG_STORE_BACKUP_PLAN_H

#include <llmreg/clock.h>

struct plan {
    int64_t interval_ns; /* 0: none is planned */
    int64_t started_ns;  /* monotonic */
    int64_t good_ms;     /* wall time of the newest good one; 0: none */
    unsigned failures;   /* in a row */
    int64_t failed_ns;   /* monotonic time of the last */
};

/* Monotonic time; INT64_MAX: never. */
int64_t plan_due_ns(const struct plan *p, const struct llmreg_now *now);

#endif
