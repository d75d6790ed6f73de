/* SPDX-License-Identifier: MIT */
/* deadline.h - how long a connection may stay in what it does.
 *
 *   header   from accept, or from the request line on a kept connection
 *   body     in all, and after the first seconds at a least rate
 *   write    since the peer last took a byte
 *   idle     since the last answer
 *
 * A WebSocket has the deadline of a write that is under way, and its own of
 * silence (pipe.c).  A call that runs or is held has no deadline here: its
 * route has.
 *
 * Threads:   pure; any thread.
 * Blocking:  never.
 * Ownership: values only.
 */
#ifndef LLM_LISTEN_HTTP_DEADLINE_H
#define LLM_LISTEN_HTTP_DEADLINE_H

#include "plugins/llm_listen/http/serve.h"

enum http_phase {
    PHASE_HEADER,
    PHASE_BODY,
    PHASE_RUN,
    PHASE_WAIT, /* held */
    PHASE_WRITE,
    PHASE_IDLE,
    PHASE_SOCKET, /* a WebSocket, of its own thread */
    PHASES
};

#define DEADLINE_BODY_GRACE_NS (5 * LLMREG_NS_PER_S)

struct deadline_state {
    enum http_phase phase;
    int64_t since_ns;    /* when it began */
    int64_t progress_ns; /* when the peer last took a byte */
    uint64_t bytes;      /* of the body that came */
    bool pending;        /* bytes wait for the peer to take them */
};

bool deadline_passed(const struct http_limits *limits,
                     const struct deadline_state *state, int64_t now_ns);

#endif
