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

#include <llmreg/hosts.h>
#include <llmreg/registry.h>

/* Of types with several values (load has three) the rest stands in more, and
 * what is not known there is NAN. */
struct llmreg_metric {
    const char *host; /* NULL: the host this process runs on */
    const char *plugin_instance;
    const char *type;          /* from collectd's stock types.db */
    const char *type_instance; /* "" is none */
    double value;
    double more[2];
    size_t nmore;        /* 0 for a type with one value */
    bool derive;         /* a count that only grows, type DERIVE; else GAUGE */
    int64_t interval_ms; /* the producer's; 0: the reader's own */
};

typedef void (*llmreg_emit_fn)(void *ctx, const struct llmreg_metric *metric);

#define LLMREG_ENDPOINT_SERIES_MAX 12
#define LLMREG_HOST_SERIES_MAX     10
#define LLMREG_GPU_SERIES_MAX      6

/* The series of one endpoint, at most LLMREG_ENDPOINT_SERIES_MAX. */
void llmreg_endpoint_metrics(const struct llmreg_endpoint *e,
                             const struct llmreg_now *now, llmreg_emit_fn emit,
                             void *ctx);
/* The series of one host, at most LLMREG_HOST_SERIES_MAX, and of each of its
 * first gpus GPUs, at most LLMREG_GPU_SERIES_MAX; gpus 0: of none. */
void llmreg_host_metrics(const struct llmreg_host *h,
                         const struct llmreg_now *now, size_t gpus,
                         llmreg_emit_fn emit, void *ctx);
/* The series of the whole fleet (plugin instance "fleet"): of its endpoints,
 * and of the agents, hosts and sessions.  The latter walks over all agents. */
void llmreg_fleet_metrics(struct llmreg_registry *r, llmreg_emit_fn emit,
                          void *ctx);
void llmreg_people_metrics(struct llmreg_registry *r, llmreg_emit_fn emit,
                           void *ctx);
/* What the registry does itself (plugin instance "hub"). */
void llmreg_hub_metrics(struct llmreg_registry *r, struct llmreg_bus *bus,
                        llmreg_emit_fn emit, void *ctx);
struct llmreg_store_health;
/* How the store is (plugin instance "store"); nothing before it was measured.
 */
void llmreg_store_metrics(const struct llmreg_store_health *h,
                          const struct llmreg_now *now, llmreg_emit_fn emit,
                          void *ctx);

/* Which series there are, for the manual and its test. */
struct llmreg_metric_info {
    const char *type, *type_instance, *help;
};
const struct llmreg_metric_info *llmreg_endpoint_metric_info(size_t n);
const struct llmreg_metric_info *llmreg_host_metric_info(size_t n);
const struct llmreg_metric_info *llmreg_gpu_metric_info(size_t n);
const struct llmreg_metric_info *llmreg_fleet_metric_info(size_t n);
const struct llmreg_metric_info *llmreg_people_metric_info(size_t n);
const struct llmreg_metric_info *llmreg_hub_metric_info(size_t n);
const struct llmreg_metric_info *llmreg_store_metric_info(size_t n);

#endif
