/* SPDX-License-Identifier: MIT */
/* pace.c - a place was passed if the next one after the last call is not
 * after this one. */
#include "plugins/llm_probe/pace.h"

#include <llmreg/health.h>

int64_t pace_place(int64_t phase_ns, int64_t interval_ns)
{
    return (phase_ns + LLMREG_NS_PER_S) % interval_ns;
}

bool pace_hit(int64_t place_ns, int64_t interval_ns, int64_t last_ns,
              int64_t now_ns)
{
    return llmreg_phase_next(place_ns, interval_ns, last_ns) <= now_ns;
}
