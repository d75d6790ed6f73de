/* SPDX-License-Identifier: MIT */
/* series.h - hands the series over, spread over the interval.
 *
 * Threads:   one thread at a time (collectd runs a read callback once at a
 *            time).
 * Blocking:  never, but for what emit does.
 * Ownership: the caller's.
 */
#ifndef LLM_PROBE_SERIES_H
#define LLM_PROBE_SERIES_H

#include <llmreg/metrics.h>

struct series {
    struct llmreg_registry *registry;
    int64_t interval_ns; /* of the fleet's own series */
    int64_t last_ns;     /* of the last call */
};

/* now_ns: from here on series are due. */
void series_init(struct series *s, struct llmreg_registry *registry,
                 int64_t interval_ns, int64_t now_ns);

/* Emits the series of those endpoints whose place was passed since the last
 * call, and the fleet's once an interval.  LLMREG_ENOMEM: some are missing. */
LLMREG_MUSTCHECK int series_emit(struct series *s, const struct llmreg_now *now,
                                 llmreg_emit_fn emit, void *ctx);

#endif
