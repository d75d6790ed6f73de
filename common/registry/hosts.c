/* SPDX-License-Identifier: MIT */
/* hosts.c - the table of hosts: made, searched, walked, counted. */
#include "common/registry/table.h"

#include "common/registry/count.h"

#define KEYS_EACH 2 /* of a host; more are there, and slower */

/* ---- life ---- */

int hosts_start(struct llmreg_registry *r)
{
    struct hosts *t = &r->hosts;
    int rc = shelf_init(&t->shelf, r->conf.hosts);

    if (rc == LLMREG_OK)
        rc = index_init(&t->keys, r->conf.hosts * KEYS_EACH);
    return rc;
}

void hosts_clear(struct llmreg_registry *r)
{
    struct hosts *t = &r->hosts;
    struct shelf_item *item;

    llmreg_lock(&t->lock);
    rcu_begin(); /* removing may move the set; the old one is walked on */
    struct slots_walk w = shelf_walk(&t->shelf);
    while ((item = slots_next(&w)) != NULL)
        if (shelf_alive(item))
            hosts_remove_locked(t, host_of(item));
    rcu_end();
    llmreg_unlock(&t->lock);
}

void hosts_stop(struct llmreg_registry *r)
{
    struct hosts *t = &r->hosts;

    heap_fini(&t->deadlines);
    index_fini(&t->keys);
    shelf_fini(&t->shelf);
}

/* ---- finding ---- */

/* Those that were heard of in this run are later than all others. */
static bool is_later(const struct llmreg_host *a, const struct llmreg_host *b)
{
    const struct host_heard *x = rcu_load(&a->heard), *y = rcu_load(&b->heard);

    if (x->reported_ns != y->reported_ns)
        return x->reported_ns > y->reported_ns;
    return x->reported_ns == 0 && x->reported_ms > y->reported_ms;
}

struct llmreg_host *hosts_resolve(const struct hosts *t, const char *key)
{
    struct shelf_item *item = shelf_find(&t->shelf, key);
    struct llmreg_host *h, *best = NULL;

    if (item != NULL)
        return host_of(item);
    struct slots_walk w = index_walk(&t->keys, key);
    while ((h = slots_next(&w)) != NULL)
        if (shelf_alive(&h->item) && (best == NULL || is_later(h, best)))
            best = h;
    return best;
}

struct llmreg_host *llmreg_host_get(struct llmreg_registry *r, const char *id)
{
    char key[LLMREG_HOST_SIZE];

    if (llmreg_host_key(id, key) != LLMREG_OK)
        return NULL;
    struct shelf_item *item = shelf_get(&r->hosts.shelf, key);
    return item == NULL ? NULL : host_of(item);
}

struct llmreg_host *llmreg_host_find(struct llmreg_registry *r, const char *key)
{
    char spelled[LLMREG_HOST_SIZE];

    if (llmreg_host_key(key, spelled) != LLMREG_OK)
        return NULL;
    rcu_begin();
    struct llmreg_host *h = hosts_resolve(&r->hosts, spelled);
    if (h != NULL)
        llmreg_host_hold(h);
    rcu_end();
    return h;
}

/* ---- whose key is it? ---- */

int64_t hosts_patience(const struct llmreg_registry *r, int64_t interval_ms)
{
    int64_t three = 3 * interval_ms * LLMREG_NS_PER_MS;

    return three > r->conf.stale_ns ? three : r->conf.stale_ns;
}

/* A restored one has the deadline from the restart on, if it was heard of
 * within one before. */
bool hosts_is_heard(const struct llmreg_registry *r,
                    const struct llmreg_host *h, const struct llmreg_now *now)
{
    int64_t heard_ns = rcu_load(&h->heard)->reported_ns;

    if (heard_ns == 0 && !h->owns)
        return false;
    return now->mono_ns - (heard_ns != 0 ? heard_ns : h->restored_ns) <
           hosts_patience(r, rcu_load(&h->spec)->spec.interval_ms);
}

bool hosts_contest_locked(struct llmreg_registry *r, struct hosts_claim *claim,
                          const struct llmreg_now *now)
{
    struct llmreg_host *other;

    for (size_t i = 0; i < claim->keys->nkeys; i++) {
        rcu_begin();
        struct slots_walk w = index_walk(&r->hosts.keys, claim->keys->keys[i]);
        while ((other = slots_next(&w)) != NULL)
            if (other != claim->by && hosts_is_heard(r, other, now))
                break;
        rcu_end(); /* hosts do not go while we hold the lock */
        claim->rival = other;
        claim->key = claim->keys->keys[i];
        if (other != NULL)
            return true;
    }
    return false;
}

/* ---- changing, for those who have the lock ---- */

static void count_sampling_locked(struct hosts *t, enum host_sampling sampling,
                                  size_t n) LLMREG_REQUIRES(t->lock)
{
    if (sampling == HOST_FRESH)
        count_add(&t->fresh, n);
    if (sampling == HOST_STALE)
        count_add(&t->stale, n);
}

void hosts_set_sampling_locked(struct hosts *t, struct llmreg_host *h,
                               enum host_sampling sampling)
{
    count_sampling_locked(t, sampling, 1);
    count_sampling_locked(t, h->sampling, (size_t)-1);
    h->sampling = sampling;
}

/* From the keys of one specification to those of the other. */
static struct index_change
change_of(struct llmreg_host *h, struct host_part *from, struct host_part *to)
{
    static const struct index_keys none;
    const struct index_change c = {
        .entry = h,
        .before = from == NULL ? none : host_part_keys(from),
        .after = to == NULL ? none : host_part_keys(to),
        .old = from == NULL ? NULL : from->links,
        .new = to == NULL ? NULL : to->links,
    };

    return c;
}

int hosts_add_locked(struct hosts *t, struct llmreg_host *h)
{
    const struct index_change c = change_of(h, NULL, h->spec);
    int rc = shelf_prepare(&t->shelf, h->id);

    if (rc == LLMREG_OK)
        rc = heap_reserve(&t->deadlines, shelf_count_locked(&t->shelf) + 1);
    if (rc == LLMREG_OK)
        rc = index_prepare(&t->keys, &c);
    if (rc != LLMREG_OK)
        return rc;
    h->generation = ++t->generation;
    shelf_add(&t->shelf, &h->item);
    index_join(&t->keys, &c);
    count_add(&t->count, 1);
    count_sampling_locked(t, h->sampling, 1);
    return LLMREG_OK;
}

void hosts_remove_locked(struct hosts *t, struct llmreg_host *h)
{
    const struct index_change c = change_of(h, h->spec, NULL);

    heap_remove(&t->deadlines, &h->due);
    count_add(&t->count, (size_t)-1);
    count_sampling_locked(t, h->sampling, (size_t)-1);
    index_leave(&t->keys, &c);
    shelf_remove(&t->shelf, &h->item); /* it may be gone from here on */
}

int hosts_set_spec_locked(struct hosts *t, struct llmreg_host *h,
                          struct host_part *spec)
{
    const struct index_change c = change_of(h, h->spec, spec);
    int rc = index_prepare(&t->keys, &c);

    if (rc != LLMREG_OK)
        return rc;
    index_join(&t->keys, &c);
    rcu_publish(&h->spec, spec);
    index_leave(&t->keys, &c);
    return LLMREG_OK;
}

uint64_t hosts_tell_locked(struct llmreg_registry *r,
                           const struct llmreg_host *h,
                           struct llmreg_event *event)
{
    uint64_t seq = 0;

    event->entity = LLMREG_ENTITY_HOST;
    event->subject = h->id;
    event->name = h->spec->spec.name;
    /* Without memory for it the subscribers see a gap and start over. */
    (void)!llmreg_bus_publish(r->bus, event, &seq);
    return seq;
}

/* ---- removing ---- */

int llmreg_host_remove(struct llmreg_registry *r, const char *id,
                       const char *reason)
{
    struct llmreg_host *h = llmreg_host_get(r, id);
    struct llmreg_event event = {
        .time_ms = llmreg_clock_now(r->clock).wall_ms,
        .type = LLMREG_EVENT_REMOVED,
        .reason = reason,
    };

    if (h == NULL)
        return LLMREG_ENOENT;
    llmreg_lock(&r->hosts.lock);
    bool there = shelf_alive(&h->item);
    if (there) {
        hosts_remove_locked(&r->hosts, h);
        (void)hosts_tell_locked(r, h, &event);
    }
    llmreg_unlock(&r->hosts.lock);
    if (there)
        llmreg_bus_wake(r->bus);
    llmreg_host_put(h);
    return there ? LLMREG_OK : LLMREG_ENOENT;
}

/* ---- all of them ---- */

void llmreg_each_host(struct llmreg_registry *r, llmreg_host_fn fn, void *ctx)
{
    struct shelf_item *item;

    rcu_begin();
    struct slots_walk w = shelf_walk(&r->hosts.shelf);
    while ((item = slots_next(&w)) != NULL)
        if (shelf_alive(item) && !fn(ctx, host_of(item)))
            break;
    rcu_end();
}

void llmreg_each_host_after(struct llmreg_registry *r, const char *after,
                            llmreg_host_fn fn, void *ctx)
{
    struct shelf_item *item;

    rcu_begin();
    struct order_walk w = shelf_walk_after(&r->hosts.shelf, after);
    while ((item = order_next(&w)) != NULL)
        if (shelf_alive(item) && !fn(ctx, host_of(item)))
            break;
    rcu_end();
}

void llmreg_host_count(struct llmreg_registry *r,
                       struct llmreg_host_counts *out)
{
    struct hosts *t = &r->hosts;

    out->hosts = atomic_load_explicit(&t->count, memory_order_relaxed);
    out->fresh = atomic_load_explicit(&t->fresh, memory_order_relaxed);
    out->stale = atomic_load_explicit(&t->stale, memory_order_relaxed);
}
