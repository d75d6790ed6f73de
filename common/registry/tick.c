/* SPDX-License-Identifier: MIT */
/* tick.c - the deadlines of all tables, one table after the other. */
#include "common/registry/table.h"

int64_t llmreg_tick(struct llmreg_registry *r, const struct llmreg_now *now)
{
    int64_t agents = agents_tick(r, now);
    int64_t hosts = hosts_tick(r, now);

    return agents < hosts ? agents : hosts;
}
