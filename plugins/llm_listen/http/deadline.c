/* SPDX-License-Identifier: MIT */
/* deadline.c - the arithmetic of the reaper. */
#include "plugins/llm_listen/http/deadline.h"

static bool too_slow(const struct http_limits *limits, uint64_t bytes,
                     int64_t age_ns)
{
    const int64_t grace_ns = limits->body_ns < DEADLINE_BODY_GRACE_NS
                                 ? limits->body_ns
                                 : DEADLINE_BODY_GRACE_NS;

    /* Whole milliseconds, so that nothing overflows. */
    return age_ns > grace_ns && bytes < (uint64_t)(age_ns / LLMREG_NS_PER_MS) *
                                            (uint64_t)limits->body_rate / 1000;
}

bool deadline_passed(const struct http_limits *limits,
                     const struct deadline_state *state, int64_t now_ns)
{
    const int64_t age_ns = now_ns - state->since_ns;
    const int64_t stall_ns = now_ns - state->progress_ns;

    switch (state->phase) {
    case PHASE_HEADER:
        return age_ns > limits->header_ns;
    case PHASE_BODY:
        return age_ns > limits->body_ns ||
               too_slow(limits, state->bytes, age_ns);
    case PHASE_WAIT:
    case PHASE_SOCKET:
        return state->pending && stall_ns > limits->write_ns;
    case PHASE_WRITE:
        return stall_ns > limits->write_ns;
    case PHASE_IDLE:
        return age_ns > limits->idle_ns;
    case PHASE_RUN:
    case PHASES:
        break;
    }
    return false;
}
