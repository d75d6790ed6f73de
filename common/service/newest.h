/* SPDX-License-Identifier: MIT */
/* newest.h - the newest observations of a fleet: did they go well?
 *
 * One failure alone says nothing about whose fault it is; what was observed
 * after it, of others, does.  Only the newest are kept, so that asking costs
 * nothing.
 *
 * Threads:   values have no thread.
 * Blocking:  never.
 * Ownership: values only; all zero is none.
 */
#ifndef LLMREG_SERVICE_NEWEST_H
#define LLMREG_SERVICE_NEWEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEWEST_MAX 32

struct newest {
    size_t count;
    struct newest_one {
        int64_t at_ns; /* monotonic */
        bool failed;
    } seen[NEWEST_MAX]; /* the newest first */
};

void newest_add(struct newest *n, int64_t at_ns, bool failed);
/* At least min (up to NEWEST_MAX) were made after at_ns, and at most share of
 * those failed. */
bool newest_went_well(const struct newest *n, int64_t at_ns, size_t min,
                      double share);

#endif
