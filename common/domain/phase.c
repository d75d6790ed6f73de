/* SPDX-License-Identifier: MIT */
/* phase.c - the endpoint's fixed place in the interval.
 *
 * The place follows from the id alone: nothing has to be stored, endpoints
 * spread evenly, and one that comes or goes does not move the others.
 */
#include <llmreg/health.h>
#include <llmreg/table.h>

#include <string.h>

int64_t llmreg_phase(const char *id, int64_t interval_ns)
{
    if (interval_ns <= 0)
        return 0;
    return (int64_t)(llmreg_hash(id, strlen(id)) % (uint64_t)interval_ns);
}

int64_t llmreg_phase_next(int64_t phase_ns, int64_t interval_ns,
                          int64_t after_ns)
{
    int64_t since = (after_ns - phase_ns) % interval_ns;

    if (since < 0)
        since += interval_ns;
    return after_ns - since + interval_ns;
}
