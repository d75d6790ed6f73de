/* SPDX-License-Identifier: MIT */
/* host_restore.c - hosts come back from the store, without their samples.
 *
 * Nobody could report while we were not there.  So only what was known to be
 * stale still is; who was fresh is awaited, for as long as a sample of it would
 * have been good.
 */
#include "common/registry/table.h"

/* The parts of a host that is not there yet. */
struct parts {
    struct host_part *spec;
    struct host_heard *heard;
};

static void parts_free(struct parts *p)
{
    part_put(p->spec == NULL ? NULL : &p->spec->part);
    part_put(p->heard == NULL ? NULL : &p->heard->part);
}

static enum host_sampling sampling_of(const struct llmreg_host_state *stored)
{
    if (!stored->sampled)
        return HOST_UNSAMPLED;
    return stored->stale ? HOST_STALE : HOST_AWAITED;
}

static struct host_heard remember(const struct llmreg_host_state *stored,
                                  int64_t good_ns, const struct llmreg_now *now)
{
    struct host_heard heard = {
        .reported_ms = stored->reported_ms,
        .fresh_ms = now->wall_ms,
        .stale_ms = now->wall_ms + good_ns / LLMREG_NS_PER_MS,
        .stale_ns = now->mono_ns + good_ns,
    };

    if (!stored->sampled) {
        heard.fresh_ms = 0;
        heard.stale_ns = INT64_MAX;
    } else if (stored->stale) {
        heard.stale_ms = stored->since_ms;
        heard.stale_ns = 0; /* before this run */
    }
    return heard;
}

static int make(struct llmreg_host **out, const struct llmreg_host_report *spec,
                const struct host_heard *heard)
{
    struct parts p = {host_part_new(spec), host_heard_new(heard)};
    struct llmreg_host *h = NULL;

    if (p.spec != NULL && p.heard != NULL)
        h = host_new(p.spec, p.heard, NULL);
    if (h == NULL) {
        parts_free(&p);
        return LLMREG_ENOMEM;
    }
    *out = h;
    return LLMREG_OK;
}

static int add_locked(struct llmreg_registry *r, struct llmreg_host *h,
                      const struct llmreg_now *now)
    LLMREG_REQUIRES(r->hosts.lock)
{
    struct hosts_claim claim = {.keys = h->spec};

    h->owns =
        h->sampling == HOST_AWAITED && !hosts_contest_locked(r, &claim, now);
    int rc = hosts_add_locked(&r->hosts, h);
    if (rc == LLMREG_OK)
        hosts_set_due_locked(r, h);
    return rc;
}

static int revive(struct llmreg_registry *r,
                  const struct llmreg_host_report *spec,
                  const struct llmreg_host_state *stored)
{
    const struct llmreg_now now = llmreg_clock_now(r->clock);
    const struct host_heard heard =
        remember(stored, hosts_patience(r, spec->interval_ms), &now);
    struct llmreg_host *h = NULL;
    int rc = make(&h, spec, &heard);

    if (rc != LLMREG_OK)
        return rc;
    h->registry = r;
    h->registered_ms = stored->registered_ms;
    h->restored_ns = now.mono_ns;
    h->sampling = sampling_of(stored);
    llmreg_lock(&r->hosts.lock);
    rc = add_locked(r, h, &now);
    llmreg_unlock(&r->hosts.lock);
    if (rc != LLMREG_OK)
        llmreg_host_put(h); /* nobody saw it */
    return rc;
}

int llmreg_host_restore(struct llmreg_registry *r,
                        const struct llmreg_host_report *spec,
                        const struct llmreg_host_state *stored,
                        struct llmreg_error *err)
{
    struct llmreg_host_report told = *spec;

    told.resources = NULL;
    int rc = llmreg_host_report_check(&told, err);
    if (rc != LLMREG_OK)
        return rc;
    rc = revive(r, &told, stored);
    if (rc != LLMREG_OK)
        llmreg_error_set(err, "host %s: %s (limit %zu)", spec->id,
                         llmreg_status_text(rc), r->conf.hosts);
    return rc;
}
