/* SPDX-License-Identifier: MIT */
/* census.h - counts who is up and who has begun to fail, for the guards.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  never; takes as long as a walk of the registry.
 * Ownership: the registry is lent.
 */
#ifndef LLMREG_SERVICE_CENSUS_H
#define LLMREG_SERVICE_CENSUS_H

#include <llmreg/registry.h>

#include "common/service/guard.h"

enum census_kind {
    CENSUS_ENDPOINTS,
    CENSUS_AGENTS,
    CENSUS_HOSTS,
    CENSUS_KINDS
};

/* "endpoints", "agents", "hosts". */
const char *census_text(enum census_kind kind);

/* Of the probes of e, in ns. */
int64_t census_interval(const struct llmreg_endpoint *e);
/* Whoever is asked every interval was asked by so much later. */
int64_t census_slack(int64_t interval_ns);
/* So long none is taken after one that took cost_ns: 1 % of a core, up to what
 * a guard may miss of the shortest interval; never more than a tenth. */
int64_t census_gap(int64_t cost_ns, int64_t shortest_ns);
/* conf: as the registry was made with. */
void census_take(enum census_kind kind, struct llmreg_registry *r,
                 const struct llmreg_registry_conf *conf,
                 const struct llmreg_now *now, struct guard_count *out);

#endif
