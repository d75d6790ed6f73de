/* SPDX-License-Identifier: MIT */
/* metrics.h - what is measured, as one table.
 *
 * A metric is a value with the names that collectd gives it.  The table in
 * common/service/metrics.c says which there are; nothing is emitted for what
 * is not known.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  never, except what emit does.
 * Ownership: a metric is lent for the length of the call to emit.
 */
#ifndef LLMREG_METRICS_H
#define LLMREG_METRICS_H

#include <llmreg/registry.h>

struct llmreg_metric {
    const char *host; /* NULL: the host this process runs on */
    const char *plugin_instance;
    const char *type; /* from collectd's stock types.db, one value, GAUGE */
    const char *type_instance;
    double value;
    int64_t interval_ms; /* the producer's; 0: the reader's own */
};

typedef void (*llmreg_emit_fn)(void *ctx, const struct llmreg_metric *metric);

#define LLMREG_ENDPOINT_SERIES_MAX 12

/* The series of one endpoint, at most LLMREG_ENDPOINT_SERIES_MAX. */
void llmreg_endpoint_metrics(const struct llmreg_endpoint *e,
                             const struct llmreg_now *now, llmreg_emit_fn emit,
                             void *ctx);
/* The series of the whole fleet (plugin instance "fleet"). */
void llmreg_fleet_metrics(struct llmreg_registry *r, llmreg_emit_fn emit,
                          void *ctx);

/* Which series there are, for the manual and its test. */
struct llmreg_metric_info {
    const char *type, *type_instance, *help;
};
const struct llmreg_metric_info *llmreg_endpoint_metric_info(size_t n);
const struct llmreg_metric_info *llmreg_fleet_metric_info(size_t n);

#endif
