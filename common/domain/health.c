/* SPDX-License-Identifier: MIT */
/* health.c - the one place that says how an endpoint is.
 *
 * An observation speaks for a state (reason_states below) and belongs to one
 * of three classes: ok, degraded, down.  These are all the arrows:
 *
 *   from                     observation   to
 *   unknown, healthy,        ok            healthy
 *     degraded
 *   unhealthy, unreachable   ok            healthy, at the HealthyAfter-th
 *                                          ok in a row
 *   any                      degraded      degraded, at once
 *   unknown, healthy,        down          unhealthy or unreachable, at the
 *     degraded                             UnhealthyAfter-th down in a row
 *   unhealthy, unreachable   down          unhealthy or unreachable, at once
 *
 * and everything else leaves the state as it is; only the facts of the last
 * observation and the counters show it.  "In a row" counts downs of either
 * kind, and starts anew after an ok or a degraded one.
 *
 * What a reader may assume:
 *
 *   unknown       no verdict since the start; raises no alarm.  prior tells
 *                 what was known before the restart
 *   healthy       fewer than UnhealthyAfter downs since the last ok
 *   degraded      the last probe that was not down was degraded, and fewer
 *                 than UnhealthyAfter downs since: route here last
 *   unhealthy     a wrong answer was the last bad thing seen: do not route
 *   unreachable   no answer was the last bad thing seen: do not route
 *
 * since_ms belongs to the state, except that unhealthy and unreachable are
 * one outage: it began at its first failure (failing_ms), a change between
 * the two does not restart it.  An outage, or a degraded state, that the first
 * verdict after a restart confirms goes on since prior_since_ms.
 *
 * Facts of the last observation (reason, times, detail) are written by every
 * observation, not only by those that change the state.  The operator's
 * intent is no part of this: it may hide a state from routing and from the
 * alarm, and never changes it.
 *
 * Only llmreg_health_step() and the three after it write a health.  They are
 * pure: same inputs, same answer.
 */
#include <llmreg/health.h>

#include <string.h>

static const enum llmreg_health_state reason_states[LLMREG_REASONS] = {
    [LLMREG_REASON_NONE] = LLMREG_HEALTH_UNKNOWN,
    [LLMREG_REASON_OK] = LLMREG_HEALTH_HEALTHY,
    [LLMREG_REASON_TIMEOUT] = LLMREG_HEALTH_UNREACHABLE,
    [LLMREG_REASON_REFUSED] = LLMREG_HEALTH_UNREACHABLE,
    [LLMREG_REASON_DNS] = LLMREG_HEALTH_UNREACHABLE,
    [LLMREG_REASON_TLS] = LLMREG_HEALTH_UNREACHABLE,
    [LLMREG_REASON_HTTP_STATUS] = LLMREG_HEALTH_UNHEALTHY,
    [LLMREG_REASON_HUNG] = LLMREG_HEALTH_UNHEALTHY,
    [LLMREG_REASON_PARSE] = LLMREG_HEALTH_DEGRADED,
    [LLMREG_REASON_AUTH] = LLMREG_HEALTH_DEGRADED,
    [LLMREG_REASON_RATE_LIMITED] = LLMREG_HEALTH_DEGRADED,
    [LLMREG_REASON_BUSY] = LLMREG_HEALTH_DEGRADED,
    [LLMREG_REASON_LOADING] = LLMREG_HEALTH_DEGRADED,
};

bool llmreg_is_down(enum llmreg_health_state state)
{
    return state == LLMREG_HEALTH_UNHEALTHY ||
           state == LLMREG_HEALTH_UNREACHABLE;
}

enum llmreg_health_state llmreg_reason_state(enum llmreg_reason reason)
{
    if ((unsigned)reason >= LLMREG_REASONS)
        return LLMREG_HEALTH_UNKNOWN;
    return reason_states[reason];
}

bool llmreg_is_serving(enum llmreg_health_state state, enum llmreg_admin admin,
                       bool degraded_allowed)
{
    if (admin != LLMREG_ADMIN_ACTIVE)
        return false;
    return state == LLMREG_HEALTH_HEALTHY ||
           (state == LLMREG_HEALTH_DEGRADED && degraded_allowed);
}

/* The facts of this observation, whatever follows from them. */
static void note(struct llmreg_health *h, const struct llmreg_observation *seen,
                 const struct llmreg_now *now)
{
    h->reason = seen->reason;
    h->http_status = seen->http_status;
    h->checked_ms = now->wall_ms;
    h->checked_mono_ns = now->mono_ns;
    h->total_us = seen->total_us;
    h->connect_us = seen->connect_us;
    h->ttfb_us = seen->ttfb_us;
    memcpy(h->detail, seen->detail, sizeof h->detail);
    if (seen->version[0] != '\0')
        memcpy(h->version, seen->version, sizeof h->version);
    if (seen->reason == LLMREG_REASON_OK) {
        h->ok_ms = now->wall_ms;
        h->ok_mono_ns = now->mono_ns;
    }
}

static uint32_t one_more(uint32_t n)
{
    return n == UINT32_MAX ? n : n + 1;
}

static void count(struct llmreg_health *h, enum llmreg_health_state seen,
                  int64_t wall_ms)
{
    if (llmreg_is_down(seen)) {
        if (h->failures == 0)
            h->failing_ms = wall_ms;
        h->failures = one_more(h->failures);
        h->successes = 0;
        return;
    }
    h->failures = 0;
    h->failing_ms = 0;
    h->successes = seen == LLMREG_HEALTH_HEALTHY ? one_more(h->successes) : 0;
}

/* The arrows.  The counters include this observation already. */
static enum llmreg_health_state next(const struct llmreg_health *h,
                                     enum llmreg_health_state seen,
                                     const struct llmreg_health_rule *rule)
{
    if (seen == LLMREG_HEALTH_HEALTHY && llmreg_is_down(h->state))
        return h->successes >= rule->healthy_after ? seen : h->state;
    if (llmreg_is_down(seen) && !llmreg_is_down(h->state))
        return h->failures >= rule->unhealthy_after ? seen : h->state;
    return seen;
}

/* When the state after began; h is still in the state before. */
static int64_t since(const struct llmreg_health *h,
                     enum llmreg_health_state after, int64_t wall_ms)
{
    if (after == LLMREG_HEALTH_DEGRADED && h->prior == after)
        return h->prior_since_ms;
    if (!llmreg_is_down(after))
        return wall_ms;
    if (llmreg_is_down(h->state))
        return h->since_ms;
    if (llmreg_is_down(h->prior))
        return h->prior_since_ms;
    return h->failing_ms;
}

void llmreg_health_step(const struct llmreg_health *old,
                        const struct llmreg_observation *seen,
                        const struct llmreg_health_rule *rule,
                        const struct llmreg_now *now, struct llmreg_health *out)
{
    struct llmreg_health h = *old;
    enum llmreg_health_state speaks_for = llmreg_reason_state(seen->reason);

    if (speaks_for != LLMREG_HEALTH_UNKNOWN) {
        note(&h, seen, now);
        count(&h, speaks_for, now->wall_ms);
        enum llmreg_health_state after = next(&h, speaks_for, rule);
        if (after != h.state) {
            h.since_ms = since(&h, after, now->wall_ms);
            h.state = after;
            h.prior = LLMREG_HEALTH_UNKNOWN;
            h.prior_since_ms = 0;
        }
    }
    *out = h;
}

/* What the last observation said stays, with the wall time it was made at.
 * Its durations do not: a graph shows a gap, not what was true once.  since_ms
 * is 0, because nobody said when "now" is. */
void llmreg_health_restart(const struct llmreg_health *stored,
                           struct llmreg_health *out)
{
    struct llmreg_health h = *stored;

    if (stored->state != LLMREG_HEALTH_UNKNOWN) {
        h.prior = stored->state;
        h.prior_since_ms = stored->since_ms;
    }
    h.state = LLMREG_HEALTH_UNKNOWN;
    h.since_ms = 0;
    h.failures = 0;
    h.successes = 0;
    h.failing_ms = 0;
    h.checked_mono_ns = 0;
    h.ok_mono_ns = 0;
    h.total_us = 0;
    h.connect_us = 0;
    h.ttfb_us = 0;
    *out = h;
}

void llmreg_health_resume(const struct llmreg_health *old,
                          struct llmreg_health *out)
{
    struct llmreg_health h = *old;

    h.failures = 0;
    h.successes = 0;
    h.failing_ms = 0;
    h.checked_mono_ns = 0;
    *out = h;
}

void llmreg_health_recall(const struct llmreg_health *old,
                          const struct llmreg_health *stored,
                          struct llmreg_health *out)
{
    struct llmreg_health h = *old, past;

    llmreg_health_restart(stored, &past);
    if (h.ok_ms == 0)
        h.ok_ms = past.ok_ms;
    if (h.state == LLMREG_HEALTH_UNKNOWN && h.prior == LLMREG_HEALTH_UNKNOWN) {
        h.prior = past.prior;
        h.prior_since_ms = past.prior_since_ms;
    }
    if (llmreg_is_down(h.state) && llmreg_is_down(past.prior) &&
        past.prior_since_ms < h.since_ms)
        h.since_ms = past.prior_since_ms;
    *out = h;
}
