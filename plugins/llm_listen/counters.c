/* SPDX-License-Identifier: MIT */
/* counters.c - the rows: how each number is called in collectd. */
#include "plugins/llm_listen/counters.h"

static const struct row {
    struct llmreg_metric_info info;
    size_t offset; /* of a counter in struct counters */
    bool derive;   /* only grows */
} rows[] = {
#define GROWS(field) offsetof(struct counters, field), true
#define NOW(field)   offsetof(struct counters, field), false
    {{"http_requests", "2xx", "answers that went well"}, GROWS(requests_2xx)},
    {{"http_requests", "3xx", "answers that nothing changed"},
     GROWS(requests_3xx)},
    {{"http_requests", "4xx", "answers that the request was wrong"},
     GROWS(requests_4xx)},
    {{"http_requests", "5xx", "answers that we could not"},
     GROWS(requests_5xx)},
    {{"errors", "rejected_malformed", "requests that are no HTTP"},
     GROWS(rejected_malformed)},
    {{"errors", "rejected_auth", "requests without a good token"},
     GROWS(rejected_auth)},
    {{"errors", "rejected_rate", "requests beyond the rate of their sender"},
     GROWS(rejected_rate)},
    {{"errors", "rejected_full", "requests for which there was no room"},
     GROWS(rejected_full)},
    {{"errors", "rejected_slow", "connections cut off at a deadline"},
     GROWS(rejected_slow)},
    {{"connections", "http", "connections that were accepted"},
     GROWS(accepted)},
    {{"current_connections", "http", "connections that are open"},
     NOW(connections)},
    {{"current_connections", "streams", "event streams that are open"},
     NOW(streams)},
    {{"operations", "observed_reports", "samples made of observed values"},
     GROWS(observed_reports)},
    {{"errors", "observed_refused", "observed values that no host takes"},
     GROWS(observed_refused)},
    {{"count", "hosts_observed", "hosts whose values are observed"},
     NOW(observed_hosts)},
#undef GROWS
#undef NOW
};
#define ROWS (sizeof rows / sizeof rows[0])

counter *counters_of_status(struct counters *c, unsigned status)
{
    switch (status / 100) {
    case 1: /* the protocol was changed, as asked */
    case 2:
        return &c->requests_2xx;
    case 3:
        return &c->requests_3xx;
    case 4:
        return &c->requests_4xx;
    default:
        return &c->requests_5xx;
    }
}

void counters_emit(const struct counters *c, llmreg_emit_fn emit, void *ctx)
{
    for (size_t i = 0; i < ROWS; i++) {
        const void *place = (const char *)c + rows[i].offset;
        const struct llmreg_metric m = {
            .plugin_instance = "hub",
            .type = rows[i].info.type,
            .type_instance = rows[i].info.type_instance,
            .value = (double)counters_get(place),
            .derive = rows[i].derive,
        };

        emit(ctx, &m);
    }
}

const struct llmreg_metric_info *counters_info(size_t n)
{
    return n < ROWS ? &rows[n].info : NULL;
}
