/* SPDX-License-Identifier: MIT */
/* fleet.c - the models of all endpoints together.
 *
 * Names are the index's, and so is what its entries are, added up (tally.h):
 * an answer costs the same for one endpoint and for all of them.
 */
#include <llmreg/fleet.h>

#include "common/registry/table.h"

/* Inside a section. */
static struct llmreg_fleet_model about(const struct index_node *node)
{
    struct llmreg_fleet_model m = tally_read(index_node_tally(node));

    m.name = index_node_key(node);
    return m;
}

void llmreg_each_fleet_model(struct llmreg_registry *r, llmreg_fleet_fn fn,
                             void *ctx)
{
    struct llmreg_fleet_model m;
    struct index_node *node;

    rcu_begin();
    struct slots_walk w = index_walk_nodes(&r->index);
    while ((node = slots_next(&w)) != NULL) {
        m = about(node);
        if (m.endpoints > 0 && !fn(ctx, &m))
            break;
    }
    rcu_end();
}

int llmreg_fleet_model(struct llmreg_registry *r, const char *name,
                       struct llmreg_fleet_model *out)
{
    struct llmreg_fleet_model m = {.endpoints = 0};

    rcu_begin();
    struct index_node *node = index_find(&r->index, name);
    if (node != NULL)
        m = about(node);
    rcu_end();
    if (m.endpoints == 0)
        return LLMREG_ENOENT;
    m.name = name;
    *out = m;
    return LLMREG_OK;
}
