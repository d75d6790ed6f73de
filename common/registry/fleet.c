/* SPDX-License-Identifier: MIT */
/* fleet.c - the models of all endpoints together.
 *
 * Names and how often each is loaded are kept in the index; health and intent
 * are not, because they change far more often than somebody asks.  So an
 * answer walks the endpoints that have the model, and reads one word of each.
 */
#include <llmreg/fleet.h>

#include "common/registry/table.h"

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Inside a section. */
static void count(struct index_node *node, struct llmreg_fleet_model *m)
{
    struct slots_walk w = index_node_walk(node);
    const struct llmreg_endpoint *e;

    *m = (struct llmreg_fleet_model){.name = index_node_key(node)};
    while ((e = slots_next(&w)) != NULL) {
        if (!llmreg_endpoint_alive(e))
            continue;
        enum llmreg_health_state state = llmreg_endpoint_state(e);
        m->endpoints++;
        if (state != LLMREG_HEALTH_HEALTHY)
            continue;
        m->healthy++;
        m->routable +=
            llmreg_is_routable(state, llmreg_endpoint_intent(e).admin, false);
    }
    m->loaded = least(index_node_marked(node), m->endpoints);
}

void llmreg_each_fleet_model(struct llmreg_registry *r, llmreg_fleet_fn fn,
                             void *ctx)
{
    struct llmreg_fleet_model m;
    struct index_node *node;

    rcu_begin();
    struct slots_walk w = index_walk_nodes(&r->index);
    while ((node = slots_next(&w)) != NULL) {
        count(node, &m);
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
        count(node, &m);
    rcu_end();
    if (m.endpoints == 0)
        return LLMREG_ENOENT;
    m.name = name;
    *out = m;
    return LLMREG_OK;
}
