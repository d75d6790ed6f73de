/* SPDX-License-Identifier: MIT */
/* agents_query.c - who is like this, and one of them, please.
 *
 * A query walks the set of the condition that the fewest agents meet, and
 * asks each for the others.  Choosing draws places of that set at random until
 * one passes: each that passes is as likely as any other, however the holes
 * and the others lie.  Where hardly anybody passes it walks the whole set, and
 * the n-th that passes takes the place of the one before with chance 1/n,
 * which is just as fair.
 */
#include "common/registry/table.h"

#include <llmreg/names.h>

#include <string.h>

#include "common/registry/keyhash.h"

#define DRAWS 64 /* before the whole set is walked */

struct query {
    const struct llmreg_agent_filter *filter;
    char host[LLMREG_HOST_SIZE];
    size_t capability; /* bytes of its name */
    const char *value; /* of the capability; NULL: any */
    struct slots_walk walk;
    bool narrowed; /* walk is one of a condition */
};

/* ---- narrowing ---- */

static void narrow(struct query *q, const struct agents *t,
                   enum agent_key_kind kind, const char *name)
{
    char key[AGENT_KEY_SIZE];

    if (name == NULL || name[0] == '\0')
        return;
    agent_key(key, kind, name);
    struct slots_walk w = index_walk(&t->index, key);
    if (q->narrowed && w.end >= q->walk.end)
        return;
    q->walk = w;
    q->narrowed = true;
}

static void narrow_capability(struct query *q, const struct agents *t,
                              const char *capability)
{
    char name[AGENT_KEY_SIZE];

    if (capability == NULL)
        return;
    q->capability = strcspn(capability, "=");
    q->value = capability[q->capability] == '\0'
                   ? NULL
                   : capability + q->capability + 1;
    if (q->value == NULL || q->value[0] != '\0') {
        narrow(q, t, AGENT_KEY_CAPABILITY, capability);
        return;
    }
    /* "gpu=": without a value, which has no key of its own. */
    if (q->capability >= sizeof name)
        return;
    memcpy(name, capability, q->capability);
    name[q->capability] = '\0';
    narrow(q, t, AGENT_KEY_CAPABILITY, name);
}

static void narrow_host(struct query *q, const struct agents *t,
                        const char *host)
{
    if (host == NULL || host[0] == '\0')
        return;
    if (llmreg_host_key(host, q->host) == LLMREG_OK) {
        narrow(q, t, AGENT_KEY_HOST, q->host);
        return;
    }
    q->walk = (struct slots_walk){0}; /* nobody is on what is no host */
    q->narrowed = true;
}

/* Inside a section; *q is valid to its end. */
static void prepare(struct query *q, struct agents *t,
                    const struct llmreg_agent_filter *filter)
{
    memset(q, 0, sizeof *q);
    q->filter = filter;
    narrow(q, t, AGENT_KEY_TYPE, filter->type);
    narrow(q, t, AGENT_KEY_ROLE, filter->role);
    narrow(q, t, AGENT_KEY_DOMAIN, filter->domain);
    narrow_host(q, t, filter->host);
    narrow_capability(q, t, filter->capability);
    if (!q->narrowed)
        q->walk = shelf_walk(&t->shelf);
}

/* ---- passing ---- */

static bool is(const char *wanted, const char *s)
{
    return wanted == NULL || strcmp(wanted, s) == 0;
}

static bool can(const struct llmreg_agent_spec *spec, const struct query *q)
{
    const char *wanted = q->filter->capability;

    if (wanted == NULL)
        return true;
    for (size_t i = 0; i < spec->ncapabilities; i++) {
        const struct llmreg_capability *c = &spec->capabilities[i];
        if (strncmp(c->name, wanted, q->capability) == 0 &&
            c->name[q->capability] == '\0' && is(q->value, c->value))
            return true;
    }
    return false;
}

static bool is_well(const struct agent_word *w)
{
    return llmreg_is_present(w->presence) &&
           w->health != LLMREG_HEALTH_UNHEALTHY &&
           w->health != LLMREG_HEALTH_UNREACHABLE;
}

static bool passes(const struct llmreg_agent *a, const struct query *q)
{
    const struct llmreg_agent_filter *f = q->filter;
    const struct agent_word w = agent_word_unpack(agent_word(a));

    if (!llmreg_agent_alive(a) || (f->healthy && !is_well(&w)) ||
        (f->presences != 0 && (f->presences & 1U << w.presence) == 0))
        return false;
    const struct llmreg_agent_spec *spec = &rcu_load(&a->spec)->spec;
    return is(f->type, spec->type) && is(f->role, spec->role) &&
           is(f->domain, spec->domain) &&
           (f->host == NULL || strcmp(q->host, spec->host) == 0) &&
           can(spec, q);
}

/* The next one that passes, or NULL at the end. */
static struct llmreg_agent *next(struct query *q)
{
    struct shelf_item *item;

    while ((item = slots_next(&q->walk)) != NULL)
        if (passes(agent_of(item), q))
            return agent_of(item);
    return NULL;
}

void llmreg_each_agent(struct llmreg_registry *r,
                       const struct llmreg_agent_filter *filter,
                       llmreg_agent_fn fn, void *ctx)
{
    struct llmreg_agent *a;
    struct query q;

    rcu_begin();
    prepare(&q, &r->agents, filter);
    do {
        a = next(&q);
    } while (a != NULL && fn(ctx, a));
    rcu_end();
}

void llmreg_each_agent_after(struct llmreg_registry *r,
                             const struct llmreg_agent_filter *filter,
                             const char *after, llmreg_agent_fn fn, void *ctx)
{
    struct shelf_item *item;
    struct query q;

    rcu_begin();
    prepare(&q, &r->agents, filter);
    struct order_walk w = {.order = NULL};
    if (q.walk.end > 0)
        w = shelf_walk_after(&r->agents.shelf, after);
    while ((item = order_next(&w)) != NULL)
        if (passes(agent_of(item), &q) && !fn(ctx, agent_of(item)))
            break;
    rcu_end();
}

/* ---- choosing ---- */

/* Evenly among 0 to n - 1. */
static uint32_t draw(struct agents *t, uint32_t n)
{
    uint64_t x = keyhash_draw(atomic_fetch_add_explicit(&t->draws, KEYHASH_STEP,
                                                        memory_order_relaxed));

    return (uint32_t)((x >> 32) * n >> 32);
}

static struct llmreg_agent *draw_one(struct agents *t, const struct query *q)
{
    for (int i = 0; i < DRAWS; i++) {
        struct shelf_item *item =
            rcu_load(&q->walk.array->items[draw(t, q->walk.end)]);
        if (item != NULL && passes(agent_of(item), q))
            return agent_of(item);
    }
    return NULL;
}

static struct llmreg_agent *walk_for_one(struct agents *t, struct query *q)
{
    struct llmreg_agent *a, *chosen = NULL;
    uint32_t passed = 0;

    while ((a = next(q)) != NULL)
        if (draw(t, ++passed) == 0)
            chosen = a;
    return chosen;
}

struct llmreg_agent *
llmreg_agent_choose(struct llmreg_registry *r,
                    const struct llmreg_agent_filter *filter)
{
    struct llmreg_agent *a = NULL;
    struct query q;

    rcu_begin();
    prepare(&q, &r->agents, filter);
    if (q.walk.end > 0)
        a = draw_one(&r->agents, &q);
    if (a == NULL)
        a = walk_for_one(&r->agents, &q);
    if (a != NULL)
        (void)llmreg_agent_hold(a);
    rcu_end();
    return a;
}
