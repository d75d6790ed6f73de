/* SPDX-License-Identifier: MIT */
/* host_report.c - a host comes, or reports again.
 *
 * All memory is taken before the lock, but for nodes of new keys in the index.
 * A key belongs to the host that has it and was heard of within its deadline.
 * Whoever else reports it is refused and counted there: two hosts that believe
 * to be one are a mistake that somebody has to see.
 */
#include "common/registry/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_SIZE 64
#define REASON_SIZE (LLMREG_AGENT_ID_SIZE + 16)

/* One report on its way in.  What was published is NULL here, or is what was
 * published before, to be retired. */
struct reporting {
    const struct llmreg_host_report *report;
    const struct llmreg_now *now;
    struct host_part *spec;
    struct host_heard *heard;
    struct host_sample *sample, *expired;
    bool used;                 /* the parts are old ones */
    struct llmreg_host *rival; /* a reference: has one of the keys */
    char key[LLMREG_HOST_SIZE];
    struct llmreg_host_result result;
};

/* ---- before and after the lock ---- */

/* What the report says, and what it leaves as it is in old, NULL if there is
 * none. */
static struct llmreg_host_report merge(const struct llmreg_host_report *report,
                                       const struct llmreg_host_report *old)
{
    static const struct llmreg_host_report nothing = {.name = "", .agent = ""};
    struct llmreg_host_report merged = *report;

    if (old == NULL)
        old = &nothing;
    if (merged.name == NULL)
        merged.name = old->name;
    if (merged.agent == NULL)
        merged.agent = old->agent;
    if (merged.addresses == NULL) {
        merged.addresses = old->addresses;
        merged.naddresses = old->naddresses;
    }
    return merged;
}

static int specify(struct reporting *g, const struct llmreg_host_report *old)
{
    const struct llmreg_host_report merged = merge(g->report, old);

    part_put(g->spec == NULL ? NULL : &g->spec->part);
    g->spec = host_part_new(&merged);
    return g->spec == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

static int begin(struct llmreg_registry *r, struct reporting *g)
{
    const struct llmreg_resources *resources = g->report->resources;
    const int64_t good_ns = hosts_patience(r, g->report->interval_ms);
    const struct host_heard first = {
        .reported_ms = g->now->wall_ms,
        .reported_ns = g->now->mono_ns,
        .stale_ns = INT64_MAX,
    };

    g->heard = host_heard_new(&first);
    if (g->heard == NULL)
        return LLMREG_ENOMEM;
    if (resources == NULL)
        return LLMREG_OK;
    g->sample = host_sample_new(resources);
    if (g->sample == NULL)
        return LLMREG_ENOMEM;
    g->sample->sample.time_ms = g->now->wall_ms;
    g->sample->sample.mono_ns = g->now->mono_ns;
    g->sample->sample.interval_ms = g->report->interval_ms;
    g->sample->until_ns = g->now->mono_ns + good_ns;
    g->heard->sampled_ns = g->now->mono_ns;
    g->heard->fresh_ms = g->now->wall_ms;
    g->heard->stale_ms = g->now->wall_ms + good_ns / LLMREG_NS_PER_MS;
    g->heard->stale_ns = g->sample->until_ns;
    return LLMREG_OK;
}

static void drop(const struct reporting *g, struct part *p)
{
    if (g->used)
        part_retire(p);
    else
        part_put(p); /* nobody saw it */
}

static void end(struct reporting *g)
{
    if (g->spec != NULL)
        drop(g, &g->spec->part);
    if (g->heard != NULL)
        drop(g, &g->heard->part);
    if (g->sample != NULL)
        drop(g, &g->sample->part);
    if (g->expired != NULL)
        part_retire(&g->expired->part);
    llmreg_host_put(g->rival);
}

/* ---- whose key is it? ---- */

/* LLMREG_EEXIST: another host than h has one of the keys. */
static int check_keys_locked(struct llmreg_registry *r, struct reporting *g,
                             const struct llmreg_host *h)
    LLMREG_REQUIRES(r->hosts.lock)
{
    struct hosts_claim claim = {.keys = g->spec, .by = h};

    if (!hosts_contest_locked(r, &claim, g->now))
        return LLMREG_OK;
    g->rival = llmreg_host_hold(claim.rival);
    memcpy(g->key, claim.key, strlen(claim.key) + 1);
    return LLMREG_EEXIST;
}

/* Without memory the claim is not counted; the next one may be. */
static void count_claim(struct llmreg_registry *r, struct llmreg_host *h,
                        const struct llmreg_now *now)
{
    struct host_heard *new = host_heard_new(&(struct host_heard){0});

    if (new == NULL)
        return;
    llmreg_lock(&r->hosts.lock);
    struct host_heard *old = h->heard;
    struct part part = new->part;
    *new = *old;
    new->part = part;
    window_add(&new->claims, now->mono_ns);
    rcu_publish(&h->heard, new);
    llmreg_unlock(&r->hosts.lock);
    part_retire(&old->part);
}

/* ---- a host that is there ---- */

static void tell_sampling_locked(struct llmreg_registry *r,
                                 struct llmreg_host *h, struct reporting *g)
    LLMREG_REQUIRES(r->hosts.lock)
{
    struct llmreg_event event = {
        .time_ms = g->now->wall_ms,
        .type = LLMREG_EVENT_RESOURCES,
        .before = host_sampling_text(h->sampling),
        .after = "fresh",
        .reason = "reported",
    };

    if (h->sampling == HOST_FRESH)
        return;
    hosts_set_sampling_locked(&r->hosts, h, HOST_FRESH);
    g->result.seq = hosts_tell_locked(r, h, &event);
}

/* What was heard before, as far as this report says nothing about it. */
static void keep_heard(struct host_heard *new, const struct host_heard *old,
                       const struct llmreg_host *h, bool sampled)
{
    new->claims = old->claims;
    if (sampled) {
        if (h->sampling == HOST_FRESH)
            new->fresh_ms = old->fresh_ms;
        return;
    }
    new->sampled_ns = old->sampled_ns;
    new->fresh_ms = old->fresh_ms;
    new->stale_ms = old->stale_ms;
    new->stale_ns = old->stale_ns;
}

static void publish_locked(struct llmreg_registry *r, struct llmreg_host *h,
                           struct reporting *g) LLMREG_REQUIRES(r->hosts.lock)
{
    struct host_heard *heard = h->heard;

    g->expired = hosts_expire_locked(r, h, g->now, &g->result.seq);
    keep_heard(g->heard, heard, h, g->sample != NULL);
    rcu_publish(&h->heard, g->heard);
    g->heard = heard;
    if (g->sample != NULL) {
        struct host_sample *sample = h->sample;
        rcu_publish(&h->sample, g->sample);
        g->sample = sample;
        tell_sampling_locked(r, h, g);
    }
    hosts_set_due_locked(r, h);
    g->used = true;
}

/* fields: of the specification that differ from old. */
static int update_locked(struct llmreg_registry *r, struct llmreg_host *h,
                         struct reporting *g, struct host_part *old,
                         const char *fields) LLMREG_REQUIRES(r->hosts.lock)
{
    struct llmreg_event event = {
        .time_ms = g->now->wall_ms,
        .type = LLMREG_EVENT_UPDATED,
        .reason = fields,
    };

    if (!shelf_alive(&h->item) || h->spec != old)
        return LLMREG_EBUSY;
    int rc = check_keys_locked(r, g, h);
    if (rc != LLMREG_OK)
        return rc;
    if (fields[0] != '\0') {
        rc = hosts_set_spec_locked(&r->hosts, h, g->spec);
        if (rc != LLMREG_OK)
            return rc;
        g->spec = old;
        g->result.seq = hosts_tell_locked(r, h, &event);
    }
    publish_locked(r, h, g);
    return LLMREG_OK;
}

static int update(struct llmreg_registry *r, struct llmreg_host *h,
                  struct reporting *g)
{
    const struct llmreg_host_report *old = llmreg_host_spec(h);
    char fields[FIELDS_SIZE];
    struct llmreg_text text;

    int rc = specify(g, old);

    if (rc == LLMREG_OK) {
        llmreg_text_init(&text, fields, sizeof fields);
        host_part_diff(old, &g->spec->spec, &text);
        g->result.generation = h->generation;
        llmreg_lock(&r->hosts.lock);
        rc = update_locked(r, h, g, host_part_of(old), fields);
        llmreg_unlock(&r->hosts.lock);
    }
    llmreg_host_spec_put(old);
    return rc;
}

/* ---- a new one ---- */

static int add_locked(struct llmreg_registry *r, struct llmreg_host *h,
                      struct reporting *g, const char *reason)
    LLMREG_REQUIRES(r->hosts.lock)
{
    struct llmreg_event event = {
        .time_ms = g->now->wall_ms,
        .type = LLMREG_EVENT_REGISTERED,
        .after = host_sampling_text(h->sampling),
        .reason = reason,
    };

    if (shelf_find(&r->hosts.shelf, h->id) != NULL)
        return LLMREG_EBUSY;
    int rc = check_keys_locked(r, g, h);
    if (rc == LLMREG_OK)
        rc = hosts_add_locked(&r->hosts, h);
    if (rc != LLMREG_OK)
        return rc;
    hosts_set_due_locked(r, h);
    g->result.created = true;
    g->result.generation = h->generation;
    g->result.seq = hosts_tell_locked(r, h, &event);
    return LLMREG_OK;
}

static int add(struct llmreg_registry *r, struct reporting *g)
{
    char reason[REASON_SIZE];
    int rc = specify(g, NULL);

    if (rc != LLMREG_OK)
        return rc;
    struct llmreg_host *h = host_new(g->spec, g->heard, g->sample);
    if (h == NULL)
        return LLMREG_ENOMEM;
    h->registry = r;
    h->registered_ms = g->now->wall_ms;
    (void)snprintf(reason, sizeof reason, "reported by %s",
                   g->spec->spec.agent[0] == '\0' ? "itself"
                                                  : g->spec->spec.agent);
    llmreg_lock(&r->hosts.lock);
    rc = add_locked(r, h, g, reason);
    llmreg_unlock(&r->hosts.lock);
    if (rc == LLMREG_OK) {
        g->spec = NULL;
        g->heard = NULL;
        g->sample = NULL;
        return rc;
    }
    free(h); /* its parts are still ours */
    return rc;
}

/* ---- both ---- */

/* LLMREG_EBUSY: it changed meanwhile, look again. */
static int report_once(struct llmreg_registry *r, struct reporting *g)
{
    struct llmreg_host *h = llmreg_host_get(r, g->report->id);

    llmreg_host_put(g->rival);
    g->rival = NULL;
    int rc = h == NULL ? add(r, g) : update(r, h, g);
    llmreg_host_put(h);
    return rc;
}

static void explain(struct llmreg_registry *r, struct reporting *g, int rc,
                    struct llmreg_error *err)
{
    if (rc == LLMREG_EFULL)
        llmreg_error_set(err, "host %s: there are %zu already, the limit",
                         g->report->id, r->conf.hosts);
    if (rc != LLMREG_EEXIST)
        return;
    llmreg_error_set(err, "host %s: host %s has %s already, and lives",
                     g->report->id, g->rival->id, g->key);
    count_claim(r, g->rival, g->now);
}

int llmreg_host_report(struct llmreg_registry *r,
                       const struct llmreg_host_report *report,
                       const struct llmreg_now *now,
                       struct llmreg_host_result *result,
                       struct llmreg_error *err)
{
    struct reporting g = {.report = report, .now = now};
    int rc = llmreg_host_report_check(report, err);

    if (rc != LLMREG_OK)
        return rc;
    rc = begin(r, &g);
    if (rc == LLMREG_OK)
        do {
            rc = report_once(r, &g);
        } while (rc == LLMREG_EBUSY);
    if (rc == LLMREG_OK && result != NULL)
        *result = g.result;
    if (rc == LLMREG_OK && g.result.seq != 0)
        llmreg_bus_wake(r->bus);
    explain(r, &g, rc, err);
    end(&g);
    return rc;
}
