/* SPDX-License-Identifier: MIT */
/* host_links.c - who is on which host, found by keys at the moment of asking.
 *
 * Nothing is remembered about a link, so nothing can be out of date: a host
 * that comes after its endpoints, or goes and comes back with another address,
 * is linked right by the next question.  Both directions ask the same: which
 * host does this key mean?
 */
#include "common/registry/table.h"

#include <string.h>

struct llmreg_host *llmreg_host_of_endpoint(struct llmreg_registry *r,
                                            const struct llmreg_endpoint *e)
{
    rcu_begin();
    const struct spec_part *spec = rcu_load(&e->spec);
    struct llmreg_host *h = hosts_resolve(&r->hosts, spec->on);
    if (h != NULL)
        llmreg_host_hold(h);
    rcu_end();
    return h;
}

/* Inside a section. */
static bool walk_key(struct llmreg_registry *r, const char *key,
                     llmreg_each_fn fn, void *ctx)
{
    struct slots_walk w = index_walk(&r->by_host, key);
    struct llmreg_endpoint *e;

    while ((e = slots_next(&w)) != NULL)
        if (llmreg_endpoint_alive(e) &&
            strcmp(rcu_load(&e->spec)->on, key) == 0 && !fn(ctx, e))
            return false;
    return true;
}

void llmreg_each_on_host(struct llmreg_registry *r, const struct llmreg_host *h,
                         llmreg_each_fn fn, void *ctx)
{
    rcu_begin();
    const struct host_part *spec = rcu_load(&h->spec);
    for (size_t i = 0; i < spec->nkeys; i++)
        if (hosts_resolve(&r->hosts, spec->keys[i]) == h &&
            !walk_key(r, spec->keys[i], fn, ctx))
            break;
    rcu_end();
}

/* ---- agents ---- */

struct llmreg_host *llmreg_host_of_agent(struct llmreg_registry *r,
                                         const struct llmreg_agent *a)
{
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(a);
    struct llmreg_host *h = llmreg_host_find(r, spec->host);

    llmreg_agent_spec_put(spec);
    return h;
}

/* One walk over the agents of several keys. */
struct agents_walk {
    llmreg_agent_fn fn;
    void *ctx;
    bool left; /* fn wants no more */
};

static bool pass_on(void *ctx, struct llmreg_agent *a)
{
    struct agents_walk *w = ctx;

    w->left = !w->fn(w->ctx, a);
    return !w->left;
}

void llmreg_each_agent_on_host(struct llmreg_registry *r,
                               const struct llmreg_host *h, llmreg_agent_fn fn,
                               void *ctx)
{
    struct agents_walk w = {.fn = fn, .ctx = ctx};

    rcu_begin();
    const struct host_part *spec = rcu_load(&h->spec);
    for (size_t i = 0; i < spec->nkeys && !w.left; i++) {
        const struct llmreg_agent_filter on = {.host = spec->keys[i]};
        if (hosts_resolve(&r->hosts, spec->keys[i]) == h)
            llmreg_each_agent(r, &on, pass_on, &w);
    }
    rcu_end();
}
