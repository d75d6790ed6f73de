/* SPDX-License-Identifier: MIT */
/* hosts_tick.c - what the time does to hosts.
 *
 *   fresh    -- no sample for its deadline -->  stale     the sample goes
 *   awaited  -- no sample for its deadline -->  stale     from the restart on
 *   any      -- no report for host_reap_ns -->  removed   from the restart on,
 *                                                         if none since
 *
 * A report only moves a host's deadline if it gets earlier; when the old one
 * comes, the host is put back to the new one.  So most reports leave the heap
 * alone.
 */
#include "common/registry/table.h"

#define BATCH 64 /* hosts that are served under the lock at once */

static int64_t reap_at(const struct llmreg_registry *r,
                       const struct llmreg_host *h)
{
    int64_t heard_ns = h->heard->reported_ns;

    return (heard_ns != 0 ? heard_ns : h->restored_ns) + r->conf.host_reap_ns;
}

static bool may_get_stale(const struct llmreg_host *h)
{
    return h->sampling == HOST_FRESH || h->sampling == HOST_AWAITED;
}

static int64_t due_at(const struct llmreg_registry *r,
                      const struct llmreg_host *h)
{
    int64_t stale = h->heard->stale_ns, reap = reap_at(r, h);

    return may_get_stale(h) && stale < reap ? stale : reap;
}

void hosts_set_due_locked(struct llmreg_registry *r, struct llmreg_host *h)
{
    int64_t at = due_at(r, h);

    if (h->due.place == 0 || at < h->due.at)
        heap_set(&r->hosts.deadlines, &h->due, at);
}

struct host_sample *hosts_expire_locked(struct llmreg_registry *r,
                                        struct llmreg_host *h,
                                        const struct llmreg_now *now,
                                        uint64_t *seq)
{
    struct host_sample *sample = h->sample;
    struct llmreg_event event = {
        .time_ms = now->wall_ms,
        .type = LLMREG_EVENT_RESOURCES,
        .before = host_sampling_text(h->sampling),
        .after = "stale",
        .reason = "no sample within its deadline",
    };

    if (!may_get_stale(h) || now->mono_ns < h->heard->stale_ns)
        return NULL;
    rcu_publish(&h->sample, NULL);
    hosts_set_sampling_locked(&r->hosts, h, HOST_STALE);
    *seq = hosts_tell_locked(r, h, &event);
    return sample;
}

static void reap_locked(struct llmreg_registry *r, struct llmreg_host *h,
                        const struct llmreg_now *now, uint64_t *seq)
    LLMREG_REQUIRES(r->hosts.lock)
{
    struct llmreg_event event = {
        .time_ms = now->wall_ms,
        .type = LLMREG_EVENT_REMOVED,
        .reason = "nobody reported it any more",
    };

    *seq = hosts_tell_locked(r, h, &event); /* while it is surely there */
    hosts_remove_locked(&r->hosts, h);
}

/* What one round did. */
struct round {
    struct host_sample *expired[BATCH];
    size_t count;
    uint64_t seq; /* of its last event; 0: none */
};

static void serve_locked(struct llmreg_registry *r, struct llmreg_host *h,
                         const struct llmreg_now *now, struct round *round)
    LLMREG_REQUIRES(r->hosts.lock)
{
    struct host_sample *old = hosts_expire_locked(r, h, now, &round->seq);

    if (old != NULL)
        round->expired[round->count++] = old;
    if (now->mono_ns >= reap_at(r, h))
        reap_locked(r, h, now, &round->seq);
    else
        heap_set(&r->hosts.deadlines, &h->due, due_at(r, h));
}

/* Serves some of those that are due; when the next one is. */
static int64_t serve_some_locked(struct llmreg_registry *r,
                                 const struct llmreg_now *now,
                                 struct round *round)
    LLMREG_REQUIRES(r->hosts.lock)
{
    const struct heap_node *first = heap_first(&r->hosts.deadlines);

    for (int i = 0; i < BATCH && first != NULL && first->at <= now->mono_ns;
         i++) {
        serve_locked(r, rcu_holder(first, struct llmreg_host, due), now, round);
        first = heap_first(&r->hosts.deadlines);
    }
    return first == NULL ? INT64_MAX : first->at;
}

int64_t hosts_tick(struct llmreg_registry *r, const struct llmreg_now *now)
{
    int64_t next;

    do {
        struct round round = {.count = 0};
        llmreg_lock(&r->hosts.lock);
        next = serve_some_locked(r, now, &round);
        llmreg_unlock(&r->hosts.lock);
        for (size_t i = 0; i < round.count; i++)
            part_retire(&round.expired[i]->part);
        if (round.seq != 0)
            llmreg_bus_wake(r->bus);
    } while (next <= now->mono_ns);
    return next;
}
