/* SPDX-License-Identifier: MIT */
/* newest.c - a short list in the order of time: most of a fleet is older than
 * its last one, and costs one comparison.
 */
#include "common/service/newest.h"

void newest_add(struct newest *n, int64_t at_ns, bool failed)
{
    size_t i = n->count;

    if (i == NEWEST_MAX && at_ns <= n->seen[i - 1].at_ns)
        return;
    if (i < NEWEST_MAX)
        n->count++;
    else
        i--;
    for (; i > 0 && n->seen[i - 1].at_ns < at_ns; i--)
        n->seen[i] = n->seen[i - 1];
    n->seen[i] = (struct newest_one){at_ns, failed};
}

bool newest_went_well(const struct newest *n, int64_t at_ns, size_t min,
                      double share)
{
    size_t made = 0, failed = 0;

    for (; made < n->count && n->seen[made].at_ns > at_ns; made++)
        failed += n->seen[made].failed;
    return made >= min && (double)failed <= share * (double)made;
}
