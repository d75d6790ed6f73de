/* SPDX-License-Identifier: MIT */
/* entry.c - entries: references, and the reading of their parts.
 *
 * The intent is two small numbers that belong together; they share one atomic
 * word, so that a reader never sees the one without the other:
 *
 *     bit 63 ... 3  until_ms     bit 2 ... 0  admin
 */
#include "common/registry/entry.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(LLMREG_ADMINS <= 8, "admin has three bits");
_Static_assert(
    offsetof(struct llmreg_endpoint, health.words) % REQUESTS_LINE == 0 &&
        offsetof(struct llmreg_endpoint, health.mark) % REQUESTS_LINE == 0,
    "each begins a line");

/* ---- life ---- */

/* Not inline: llmreg_put would have to save registers for it, and a store
 * before its atomic step makes that wait. */
__attribute__((noinline)) static void entry_free(struct llmreg_endpoint *e)
{
    if (e->spec != NULL)
        part_put(&e->spec->part);
    if (e->models != NULL)
        part_put(&e->models->part);
    health_box_fini(&e->health);
    free(e->links);
    free(e);
}

/* All zero, on a cache line. */
static struct llmreg_endpoint *allocate(size_t room)
{
    size_t size =
        (offsetof(struct llmreg_endpoint, id) + room + REQUESTS_LINE - 1) /
        REQUESTS_LINE * REQUESTS_LINE;
    struct llmreg_endpoint *e = aligned_alloc(REQUESTS_LINE, size);

    if (e != NULL)
        memset(e, 0, size);
    return e;
}

int entry_new(struct llmreg_endpoint **out, const struct llmreg_spec *named,
              const struct llmreg_override *override,
              const struct llmreg_health *health,
              const struct llmreg_models *models)
{
    size_t room = strlen(named->id) + 1;
    int rc = LLMREG_ENOMEM;
    struct llmreg_endpoint *e = allocate(room);

    if (e == NULL)
        return rc;
    requests_init(&e->requests);
    atomic_init(&e->refs, 1);
    atomic_init(&e->alive, true);
    memcpy(e->id, named->id, room);
    e->spec = spec_part_new(named, override);
    if (e->spec == NULL || health_box_set(&e->health, health) != LLMREG_OK)
        goto done;
    rc = models_part_new(&e->models, models);
    if (rc != LLMREG_OK)
        goto done;
    rc = LLMREG_ENOMEM;
    e->links = malloc((e->models->models.count + 1) * sizeof *e->links);
    if (e->links == NULL)
        goto done;
    rc = LLMREG_OK;
    *out = e;
    e = NULL;
done:
    if (e != NULL)
        entry_free(e);
    return rc;
}

struct llmreg_endpoint *llmreg_hold(struct llmreg_endpoint *e)
{
    atomic_fetch_add_explicit(&e->refs, 1, memory_order_relaxed);
    return e;
}

void llmreg_put(struct llmreg_endpoint *e)
{
    if (e != NULL &&
        atomic_fetch_sub_explicit(&e->refs, 1, memory_order_acq_rel) == 1)
        entry_free(e);
}

static void put_later(struct rcu_head *head)
{
    rcu_due(head);
    llmreg_put(rcu_holder(head, struct llmreg_endpoint, rcu));
}

void entry_retire(struct llmreg_endpoint *e)
{
    rcu_later(&e->rcu, put_later);
}

int entry_match(struct cds_lfht_node *node, const void *key)
{
    rcu_seen(node);
    const struct llmreg_endpoint *e =
        rcu_holder(node, struct llmreg_endpoint, node);

    return strcmp(e->id, key) == 0;
}

/* ---- what is fixed ---- */

const char *llmreg_endpoint_id(const struct llmreg_endpoint *e)
{
    return e->id;
}

uint64_t llmreg_endpoint_generation(const struct llmreg_endpoint *e)
{
    return e->generation;
}

int64_t llmreg_endpoint_registered_ms(const struct llmreg_endpoint *e)
{
    return e->registered_ms;
}

/* ---- what changes ---- */

bool llmreg_endpoint_alive(const struct llmreg_endpoint *e)
{
    return atomic_load_explicit(&e->alive, memory_order_acquire);
}

void entry_set_intent(struct llmreg_endpoint *e,
                      const struct llmreg_intent *intent)
{
    uint64_t word = (uint64_t)intent->until_ms << 3 | intent->admin;

    atomic_store_explicit(&e->intent, word, memory_order_release);
}

struct llmreg_intent llmreg_endpoint_intent(const struct llmreg_endpoint *e)
{
    uint64_t word = atomic_load_explicit(&e->intent, memory_order_acquire);
    struct llmreg_intent intent = {
        .admin = (enum llmreg_admin)(word & 7),
        .until_ms = (int64_t)(word >> 3),
    };

    return intent;
}

enum llmreg_presence llmreg_endpoint_presence(const struct llmreg_endpoint *e)
{
    return (enum llmreg_presence)atomic_load_explicit(&e->presence,
                                                      memory_order_acquire);
}

struct tally entry_tally(const struct llmreg_endpoint *e)
{
    return tally_of(llmreg_endpoint_state(e), llmreg_endpoint_intent(e).admin,
                    llmreg_endpoint_presence(e));
}

void entry_recount(const struct llmreg_endpoint *e, struct tally was)
{
    const struct tally by = tally_less(entry_tally(e), was);

    if (by.serving == 0 && by.having == 0 && by.routing == 0)
        return;
    for (size_t i = 0; i < e->models->models.count; i++)
        index_add(&e->links[i], by);
}

void llmreg_endpoint_health(const struct llmreg_endpoint *e,
                            struct llmreg_health *out)
{
    health_box_get(&e->health, out);
}

enum llmreg_health_state llmreg_endpoint_state(const struct llmreg_endpoint *e)
{
    return health_box_state(&e->health);
}

const struct llmreg_spec *llmreg_endpoint_spec(const struct llmreg_endpoint *e)
{
    rcu_begin();
    struct spec_part *p = rcu_load(&e->spec);
    part_hold(&p->part);
    rcu_end();
    return &p->spec;
}

const struct llmreg_models *
llmreg_endpoint_models(const struct llmreg_endpoint *e)
{
    rcu_begin();
    struct models_part *p = rcu_load(&e->models);
    part_hold(&p->part);
    rcu_end();
    return &p->models;
}
