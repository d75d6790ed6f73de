/* SPDX-License-Identifier: MIT */
/* cooling.h - who was shown out for nonsense, and for how long it stays out: 30
 * s, then 60 s, then 5 minutes each time.
 *
 * COOLING_MAX are remembered, for COOLING_MEMORY_NS after the last time; of
 * more, those are forgotten that have been out for longest.
 *
 * Threads:   one at a time; on the sockets' thread.
 * Blocking:  never.
 * Ownership: the caller owns the struct.
 */
#ifndef LLM_LISTEN_API_COOLING_H
#define LLM_LISTEN_API_COOLING_H

#include <llmreg/agent.h>
#include <llmreg/clock.h>

#define COOLING_MAX       64
#define COOLING_MEMORY_NS (600 * LLMREG_NS_PER_S)

struct cooling_one {
    char id[LLMREG_AGENT_ID_SIZE]; /* "": free */
    unsigned times;
    int64_t since_ns; /* monotonic, the last time */
};

struct cooling {
    struct cooling_one items[COOLING_MAX];
};

/* It is out from now on. */
void cooling_add(struct cooling *c, const char *id, int64_t now_ns);
/* Seconds that it stays out, rounded up; 0: it may come. */
int cooling_left(const struct cooling *c, const char *id, int64_t now_ns);

#endif
