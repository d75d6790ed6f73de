/* SPDX-License-Identifier: MIT */
/* metrics_fleet.c - one row a count over all endpoints.
 *
 * The registry keeps the counts; a row only says where its own is.
 */
#include <llmreg/metrics.h>

#define COUNT(field) offsetof(struct llmreg_counts, field)
#define STATE(state)                                                           \
    (offsetof(struct llmreg_counts, by_state) + (state) * sizeof(size_t))

static const struct {
    struct llmreg_metric_info info;
    size_t offset; /* of a size_t in struct llmreg_counts */
} rows[] = {
    {{"count", "endpoints", "endpoints in the registry"}, COUNT(endpoints)},
    {{"count", "endpoints_healthy", "of them healthy"},
     STATE(LLMREG_HEALTH_HEALTHY)},
    {{"count", "endpoints_degraded", "of them degraded"},
     STATE(LLMREG_HEALTH_DEGRADED)},
    {{"count", "endpoints_unhealthy", "of them unhealthy"},
     STATE(LLMREG_HEALTH_UNHEALTHY)},
    {{"count", "endpoints_unreachable", "of them unreachable"},
     STATE(LLMREG_HEALTH_UNREACHABLE)},
    {{"count", "endpoints_unknown", "of them with no verdict yet"},
     STATE(LLMREG_HEALTH_UNKNOWN)},
    {{"count", "models_distinct", "names of models over all endpoints"},
     COUNT(models_distinct)},
    {{"count", "models_loaded", "models in memory over all endpoints"},
     COUNT(models_loaded)},
};
#define ROWS (sizeof rows / sizeof rows[0])

void llmreg_fleet_metrics(struct llmreg_registry *r, llmreg_emit_fn emit,
                          void *ctx)
{
    struct llmreg_counts counts;

    llmreg_count(r, &counts);
    for (size_t i = 0; i < ROWS; i++) {
        const char *place = (const char *)&counts + rows[i].offset;
        const struct llmreg_metric m = {
            .plugin_instance = "fleet",
            .type = rows[i].info.type,
            .type_instance = rows[i].info.type_instance,
            .value = (double)*(const size_t *)(const void *)place,
        };

        emit(ctx, &m);
    }
}

const struct llmreg_metric_info *llmreg_fleet_metric_info(size_t n)
{
    return n < ROWS ? &rows[n].info : NULL;
}
