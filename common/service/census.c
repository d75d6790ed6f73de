/* SPDX-License-Identifier: MIT */
/* census.c - one walk for each kind, one question for each thing.
 *
 * What fails has its own patience (failures in a row, missed heartbeats), and
 * the first alert comes when the first one runs out of it.  At that moment
 * those with the same trouble are all within one interval of theirs, because
 * phases are spread over it.  So the question is: would it be told within one
 * interval, or was it within the last half?
 *
 * All ages are monotonic, counted from what was received.  The age of a row
 * of failures is made from their number, because its beginning is known on
 * the wall clock only.
 *
 * Who was not looked at in time is not up: a prober that waits for a thousand
 * timeouts sees few failures, but no successes either.
 */
#include "common/service/census.h"

#include <llmreg/agents.h>
#include <llmreg/hosts.h>

#define SLACK_NS   (5 * LLMREG_NS_PER_S)
#define GAP_MIN_NS (200 * LLMREG_NS_PER_MS)
#define GAP_MAX_NS (5 * LLMREG_NS_PER_S)

struct census {
    const struct llmreg_registry_conf *conf;
    const struct llmreg_now *now;
    struct guard_count *count;
};

static int64_t longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t census_gap(int64_t cost_ns, int64_t shortest_ns)
{
    int64_t limit_ns = GAP_MAX_NS;

    if (shortest_ns > 0)
        limit_ns = sooner(limit_ns, shortest_ns / 4);
    limit_ns = longer(limit_ns, 10 * cost_ns);
    return longer(GAP_MIN_NS, sooner(100 * cost_ns, limit_ns));
}

/* It is watched. */
static void count_one(struct census *c, int64_t interval_ns)
{
    int64_t *shortest_ns = &c->count->shortest_ns;

    c->count->total++;
    if (interval_ns > 0 && (*shortest_ns == 0 || interval_ns < *shortest_ns))
        *shortest_ns = interval_ns;
}

static void count_failing(struct census *c, int64_t interval_ns)
{
    c->count->failing++;
    if (interval_ns > c->count->longest_ns)
        c->count->longest_ns = interval_ns;
}

/* ---- endpoints ---- */

/* Its failures may be told. */
static bool is_watched(const struct llmreg_endpoint *e)
{
    enum llmreg_admin admin = llmreg_endpoint_intent(e).admin;

    return admin == LLMREG_ADMIN_ACTIVE || admin == LLMREG_ADMIN_DRAINING;
}

int64_t census_interval(const struct llmreg_endpoint *e)
{
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    int64_t interval_ns = spec->interval_ms * LLMREG_NS_PER_MS;

    llmreg_spec_put(spec);
    return interval_ns;
}

int64_t census_slack(int64_t interval_ns)
{
    return longer(interval_ns / 4, SLACK_NS);
}

static bool is_up(const struct llmreg_health *h, int64_t interval_ns,
                  int64_t unseen_ns)
{
    return h->state != LLMREG_HEALTH_UNKNOWN && !llmreg_is_down(h->state) &&
           h->failures == 0 &&
           unseen_ns < interval_ns + census_slack(interval_ns);
}

static bool has_begun_to_fail(const struct llmreg_health *h,
                              int64_t interval_ns, int64_t unseen_ns)
{
    if (h->failures == 0 || h->state == LLMREG_HEALTH_UNKNOWN)
        return false;
    if (!llmreg_is_down(h->state))
        return true;
    return h->ok_mono_ns != 0 && h->failures <= 2 &&
           (h->failures - 1) * interval_ns + unseen_ns <
               interval_ns + interval_ns / 2;
}

static bool count_endpoint(void *ctx, struct llmreg_endpoint *e)
{
    struct census *c = ctx;
    struct llmreg_health h;

    if (!is_watched(e))
        return true;
    int64_t interval_ns = census_interval(e);
    count_one(c, interval_ns);
    llmreg_endpoint_health(e, &h);
    if (h.checked_mono_ns == 0)
        return true;
    newest_add(&c->count->newest, h.checked_mono_ns, h.failures > 0);
    int64_t unseen_ns = c->now->mono_ns - h.checked_mono_ns;
    if (is_up(&h, interval_ns, unseen_ns))
        c->count->up++;
    else if (has_begun_to_fail(&h, interval_ns, unseen_ns))
        count_failing(c, interval_ns);
    return true;
}

static void count_endpoints(struct census *c, struct llmreg_registry *r)
{
    llmreg_each(r, count_endpoint, c);
}

/* ---- agents ---- */

/* So many intervals silent, it is offline within one; but who is not even late
 * has not begun to fail. */
static double begins_to_fail(const struct llmreg_presence_rule *rule)
{
    double last = rule->offline - 1;

    return last > rule->late ? last : rule->late;
}

static bool count_agent(void *ctx, struct llmreg_agent *a)
{
    struct census *c = ctx;
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(a);
    int64_t interval_ns = spec->interval_ms * LLMREG_NS_PER_MS;
    struct llmreg_agent_state s;

    llmreg_agent_spec_put(spec);
    llmreg_agent_state(a, &s);
    if (s.presence == LLMREG_PRESENCE_STOPPED)
        return true;
    count_one(c, interval_ns);
    if (s.seen_mono_ns == 0)
        return true;
    double silent =
        (double)(c->now->mono_ns - s.seen_mono_ns) / (double)interval_ns;
    const struct llmreg_presence_rule *rule = &c->conf->presence;
    if (silent >= begins_to_fail(rule) && silent < rule->offline + 0.5)
        count_failing(c, interval_ns);
    else if (llmreg_is_present(s.presence))
        c->count->up++;
    return true;
}

static void count_agents(struct census *c, struct llmreg_registry *r)
{
    static const struct llmreg_agent_filter everybody;

    llmreg_each_agent(r, &everybody, count_agent, c);
}

/* ---- hosts ---- */

static bool count_host(void *ctx, struct llmreg_host *h)
{
    struct census *c = ctx;
    struct llmreg_host_state s;

    llmreg_host_state(h, c->now, &s);
    int64_t interval_ns = s.interval_ms * LLMREG_NS_PER_MS;
    count_one(c, interval_ns);
    if (!s.sampled || s.reported_mono_ns == 0)
        return true;
    int64_t limit_ns = longer(3 * interval_ns, c->conf->stale_ns);
    int64_t age_ns = c->now->mono_ns - s.reported_mono_ns;
    if (age_ns < limit_ns - interval_ns)
        c->count->up++;
    else if (age_ns < limit_ns + interval_ns / 2)
        count_failing(c, interval_ns);
    return true;
}

static void count_hosts(struct census *c, struct llmreg_registry *r)
{
    llmreg_each_host(r, count_host, c);
}

/* ---- all kinds ---- */

static const struct {
    const char *name;
    void (*count)(struct census *c, struct llmreg_registry *r);
} kinds[CENSUS_KINDS] = {
    [CENSUS_ENDPOINTS] = {"endpoints", count_endpoints},
    [CENSUS_AGENTS] = {"agents", count_agents},
    [CENSUS_HOSTS] = {"hosts", count_hosts},
};

const char *census_text(enum census_kind kind)
{
    return kinds[kind].name;
}

void census_take(enum census_kind kind, struct llmreg_registry *r,
                 const struct llmreg_registry_conf *conf,
                 const struct llmreg_now *now, struct guard_count *out)
{
    struct census c = {.conf = conf, .now = now, .count = out};

    *out = (struct guard_count){0};
    kinds[kind].count(&c, r);
}
