/* SPDX-License-Identifier: MIT */
/* counters.h - what llm_listen counts of itself: one field and one row each.
 *
 * A number that only grows is counted with counters_add and never goes down;
 * one of things that are there now with counters_set, or up and down.  Whoever
 * looks sees each as it was at some moment, not all of the same one.
 *
 * To add a number: a field here, a row in counters.c.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  never.
 * Ownership: the caller's; all zero is the beginning.
 */
#ifndef LLM_LISTEN_COUNTERS_H
#define LLM_LISTEN_COUNTERS_H

#include <stdatomic.h>

#include <llmreg/metrics.h>

typedef _Atomic uint64_t counter;

struct counters {
    /* requests that were answered, by the class of their status */
    counter requests_2xx, requests_3xx, requests_4xx, requests_5xx;
    /* what was turned away, by why */
    counter rejected_malformed; /* no HTTP as we take it */
    counter rejected_auth;      /* no token, or not a good one */
    counter rejected_rate;      /* too much of one sender */
    counter rejected_full;      /* no room: connections, streams, entries */
    counter rejected_slow;      /* cut off at a deadline */
    /* connections */
    counter accepted;
    counter connections; /* open now */
    counter streams;     /* of events, open now */
    /* reports of values by other collectds (observe.h) */
    counter observed_reports; /* of hosts, that were taken */
    counter observed_refused; /* values or reports of hosts that were not */
    counter observed_hosts;   /* known now */
};

static inline void counters_add(counter *c, uint64_t n)
{
    atomic_fetch_add_explicit(c, n, memory_order_relaxed);
}

/* Of things that are there now. */
static inline void counters_sub(counter *c, uint64_t n)
{
    atomic_fetch_sub_explicit(c, n, memory_order_relaxed);
}

static inline uint64_t counters_get(const counter *c)
{
    return atomic_load_explicit(c, memory_order_relaxed);
}

/* The one that counts answers of this status. */
counter *counters_of_status(struct counters *c, unsigned status);

/* All of them, as series (plugin instance "hub"). */
void counters_emit(const struct counters *c, llmreg_emit_fn emit, void *ctx);
const struct llmreg_metric_info *counters_info(size_t n);

#endif
