/* SPDX-License-Identifier: MIT */
/* rules_host.c - rules about hosts and their GPUs.
 *
 * A host is offline when nothing on it was heard of: no report, no agent that
 * is present, no endpoint that is healthy.  While an endpoint or an agent on
 * it is not known yet, there is no opinion; nor of a host that the store knows,
 * before it had the time to report.
 */
#include "common/service/rules.h"

#include <math.h>
#include <string.h>

#include <llmreg/hosts.h>
#include <llmreg/text.h>

typedef void (*look_fn)(struct look *l, const struct llmreg_host *h);

static void address(struct look *l, const struct llmreg_host *h)
{
    const struct llmreg_host_report *spec = llmreg_host_spec(h);

    llmreg_series_name(llmreg_host_id(h), l->words->host);
    llmreg_copy_message(l->words->name, sizeof l->words->name,
                        spec->name[0] != '\0' ? spec->name : llmreg_host_id(h));
    llmreg_host_spec_put(spec);
}

/* How long a sample is good, and a host may be silent. */
static int64_t patience(const struct scene *s, int64_t interval_ms)
{
    int64_t three_ns = 3 * interval_ms * LLMREG_NS_PER_MS;

    return three_ns > s->limits->stale_ns ? three_ns : s->limits->stale_ns;
}

/* Since the start it had the time to report. */
static bool was_awaited(const struct scene *s, int64_t interval_ms)
{
    return s->now.mono_ns - s->started_ns >= patience(s, interval_ms);
}

/* NULL: there is none.  The file may remember an alert and not its host: that
 * one may report yet. */
static struct llmreg_host *get_host(struct look *l, const char *id)
{
    struct llmreg_host *h = llmreg_host_get(l->scene->registry, id);
    bool awaited = l->before != NULL && l->before->s.remembered &&
                   !was_awaited(l->scene, 0);

    l->gone = h == NULL && !awaited;
    return h;
}

static void look_at(struct look *l, const char *id, look_fn look)
{
    struct llmreg_host *h = get_host(l, id);

    if (h == NULL)
        return;
    if (l->words != NULL)
        address(l, h);
    look(l, h);
    llmreg_host_put(h);
}

/* ---- host_stale ---- */

static void look_at_sample(struct look *l, const struct llmreg_host *h)
{
    char reported[LLMREG_TIME_SIZE];
    struct llmreg_host_state s;

    llmreg_host_state(h, &l->scene->now, &s);
    rules_find(l, s.stale, "stale", "fresh");
    l->found.known = s.sampled_mono_ns != 0 ||
                     (s.stale && was_awaited(l->scene, s.interval_ms));
    if (l->words == NULL)
        return;
    l->words->since_ms = s.since_ms;
    llmreg_time_format(reported, s.reported_ms);
    rules_reason(l, "last report at %.19sZ", reported);
    if (s.stale)
        rules_say(l, "the host %s does not report its resources any more: %s",
                  l->words->name, l->words->reason);
    else
        rules_say(l, "the host %s reports its resources again", l->words->name);
}

void rules_look_host_stale(struct look *l)
{
    look_at(l, l->subject, look_at_sample);
}

/* ---- host_offline ---- */

struct life {
    bool there;   /* something on it is heard of */
    bool unknown; /* of something we do not know yet */
};

static bool see_endpoint(void *ctx, struct llmreg_endpoint *e)
{
    struct life *life = ctx;
    enum llmreg_health_state state = llmreg_endpoint_state(e);
    bool watched = llmreg_endpoint_intent(e).admin != LLMREG_ADMIN_DISABLED;

    life->there |= watched && (state == LLMREG_HEALTH_HEALTHY ||
                               state == LLMREG_HEALTH_DEGRADED);
    life->unknown |= watched && state == LLMREG_HEALTH_UNKNOWN;
    return !life->there;
}

static bool see_agent(void *ctx, struct llmreg_agent *a)
{
    struct life *life = ctx;
    enum llmreg_presence presence = llmreg_agent_presence(a);

    life->there |= llmreg_is_present(presence);
    life->unknown |= presence == LLMREG_PRESENCE_STARTING ||
                     presence == LLMREG_PRESENCE_CONNECTING;
    return !life->there;
}

/* Its last report is not older than that. */
static bool has_reported(const struct scene *s,
                         const struct llmreg_host_state *state)
{
    return state->reported_mono_ns != 0 &&
           s->now.mono_ns - state->reported_mono_ns <
               patience(s, state->interval_ms);
}

static void look_for_life(struct look *l, const struct llmreg_host *h)
{
    struct llmreg_registry *r = l->scene->registry;
    struct llmreg_host_state s;

    llmreg_host_state(h, &l->scene->now, &s);
    struct life life = {.there = has_reported(l->scene, &s),
                        .unknown = s.reported_mono_ns == 0 &&
                                   !was_awaited(l->scene, s.interval_ms)};
    if (!life.there)
        llmreg_each_on_host(r, h, see_endpoint, &life);
    if (!life.there)
        llmreg_each_agent_on_host(r, h, see_agent, &life);
    rules_find(l, !life.there, "offline", "online");
    l->found.known = life.there || !life.unknown;
    if (l->words == NULL)
        return;
    rules_reason(l, life.there ? "something on it is heard of"
                               : "no report, no agent, no endpoint of it");
    rules_say(l, "the host %s is %s: %s", l->words->name, l->state,
              l->words->reason);
}

void rules_look_host_offline(struct look *l)
{
    look_at(l, l->subject, look_for_life);
}

/* ---- vram_high ---- */

/* "host" or "host/gpuN": the id, and N or -1. */
static int split_gpu(const char *subject, char id[static LLMREG_HOST_SIZE])
{
    const char *slash = strstr(subject, "/gpu");
    size_t len = slash != NULL ? (size_t)(slash - subject) : strlen(subject);
    int64_t n = -1;

    if (len >= LLMREG_HOST_SIZE)
        len = 0;
    memcpy(id, subject, len);
    id[len] = '\0';
    if (slash != NULL && llmreg_parse_int(slash + 4, strlen(slash + 4), 0,
                                          LLMREG_GPUS_MAX - 1, &n) != LLMREG_OK)
        id[0] = '\0'; /* no such host */
    return (int)n;
}

static double share(int64_t used, int64_t total)
{
    return used >= 0 && total > 0 ? (double)used / (double)total : (double)NAN;
}

/* What is used of its VRAM; NAN if nobody knows. */
static double used_share(const struct llmreg_resources *res, int gpu)
{
    if (gpu < 0)
        return share(res->vram_used_bytes, res->vram_total_bytes);
    if ((size_t)gpu >= res->ngpus)
        return (double)NAN;
    return share(res->gpus[gpu].memory_used_bytes,
                 res->gpus[gpu].memory_total_bytes);
}

static void write_vram(struct look *l, int gpu, double used)
{
    struct llmreg_text t;

    llmreg_text_init(&t, l->words->series, sizeof l->words->series);
    if (gpu >= 0)
        llmreg_text_addf(&t, "gpu%d", gpu);
    rules_reason(l, "%.1f %% of the VRAM is used", 100 * used);
    rules_say(l, "%s%s%s: %s%s", l->words->name, gpu >= 0 ? " " : "",
              l->words->series, l->words->reason,
              l->found.severity == LLMREG_SEVERITY_OKAY ? " again" : "");
}

void rules_look_vram_high(struct look *l)
{
    char id[LLMREG_HOST_SIZE];
    int gpu = split_gpu(l->subject, id);
    struct llmreg_host *h = get_host(l, id);

    if (h == NULL)
        return;
    const struct llmreg_sample *sample = llmreg_host_sample(h, &l->scene->now);
    double used =
        sample != NULL ? used_share(&sample->resources, gpu) : (double)NAN;
    l->gone = sample != NULL && gpu >= (int)sample->resources.ngpus;
    l->found = llmreg_finding_over(used, rules_is_raised(l),
                                   &l->scene->rules[l->rule]);
    l->state = l->found.severity == LLMREG_SEVERITY_OKAY ? "ok" : "high";
    if (l->words != NULL) {
        address(l, h);
        write_vram(l, gpu, used);
    }
    llmreg_sample_put(sample);
    llmreg_host_put(h);
}

/* ---- split_brain ---- */

static void look_at_claims(struct look *l, const struct llmreg_host *h)
{
    struct llmreg_host_state s;

    llmreg_host_state(h, &l->scene->now, &s);
    l->found = llmreg_finding_over(s.claims, rules_is_raised(l),
                                   &l->scene->rules[l->rule]);
    l->state = l->found.severity == LLMREG_SEVERITY_OKAY ? "ok" : "split";
    if (l->words == NULL)
        return;
    rules_reason(l, "%u claims on its addresses in 10 minutes",
                 (unsigned)s.claims);
    if (l->found.severity != LLMREG_SEVERITY_OKAY)
        rules_say(l, "another host claims to be %s: %s", l->words->name,
                  l->words->reason);
    else
        rules_say(l, "nobody else claims to be the host %s any more",
                  l->words->name);
}

void rules_look_host_claims(struct look *l, const char *id)
{
    look_at(l, id, look_at_claims);
}

/* ---- all of them ---- */

static void offer(const struct rules_scan *scan, enum llmreg_rule_id rule,
                  const char *prefix, const char *id)
{
    char subject[LLMREG_HOST_SIZE + 16];
    struct llmreg_text t;

    llmreg_text_init(&t, subject, sizeof subject);
    llmreg_text_addf(&t, "%s%s", prefix, id);
    if (!t.failed)
        scan->offer(scan->ctx, rule, subject);
}

static void scan_gpus(const struct rules_scan *scan, const char *id,
                      const struct llmreg_resources *res)
{
    double limit = scan->scene->rules[LLMREG_RULE_VRAM_HIGH].threshold;
    char subject[LLMREG_HOST_SIZE + 16];
    struct llmreg_text t;
    bool told = false;

    for (size_t i = 0; i < res->ngpus; i++) {
        double used = used_share(res, (int)i);

        told |= !isnan(used);
        llmreg_text_init(&t, subject, sizeof subject);
        llmreg_text_addf(&t, "%s/gpu%zu", id, i);
        if (used > limit && !t.failed)
            scan->offer(scan->ctx, LLMREG_RULE_VRAM_HIGH, subject);
    }
    if (!told && used_share(res, -1) > limit)
        scan->offer(scan->ctx, LLMREG_RULE_VRAM_HIGH, id);
}

static bool scan_one(void *ctx, struct llmreg_host *h)
{
    const struct rules_scan *scan = ctx;
    const struct scene *scene = scan->scene;
    const struct llmreg_sample *sample = llmreg_host_sample(h, &scene->now);
    const char *id = llmreg_host_id(h);
    struct llmreg_host_state s;

    llmreg_host_state(h, &scene->now, &s);
    if (s.sampled && s.stale)
        offer(scan, LLMREG_RULE_HOST_STALE, "", id);
    if (!has_reported(scene, &s))
        offer(scan, LLMREG_RULE_HOST_OFFLINE, "", id);
    if (s.claims > scene->rules[LLMREG_RULE_SPLIT_BRAIN].threshold)
        offer(scan, LLMREG_RULE_SPLIT_BRAIN, "host/", id);
    if (sample != NULL)
        scan_gpus(scan, id, &sample->resources);
    llmreg_sample_put(sample);
    return true;
}

void rules_scan_hosts(const struct rules_scan *scan)
{
    struct rules_scan copy = *scan;
    llmreg_each_host(scan->scene->registry, scan_one, &copy);
}
