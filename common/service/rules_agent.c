/* SPDX-License-Identifier: MIT */
/* rules_agent.c - rules about agents.
 *
 * What an agent said before the restart counts for nothing: who was offline
 * then, and has not been heard of since, is offline when it had two of its
 * intervals to show itself.  Who stopped said so, and wakes nobody.
 */
#include "common/service/rules.h"

#include <math.h>

#include <llmreg/agents.h>
#include <llmreg/text.h>

struct agent_view {
    const struct llmreg_agent_spec *spec;
    struct llmreg_agent_state state;
};

typedef void (*look_fn)(struct look *l, const struct agent_view *v);

/* On the host it says to be on, by its own id. */
static void address(struct look *l, const struct llmreg_agent_spec *spec)
{
    struct words *w = l->words;
    char host[LLMREG_SERIES_SIZE] = "";

    if (spec->host[0] != '\0')
        llmreg_series_name(spec->host, host);
    llmreg_copy_message(w->host, sizeof w->host, host);
    llmreg_series_name(spec->id, w->series);
    llmreg_copy_message(w->name, sizeof w->name, spec->name);
    llmreg_copy_message(w->url, sizeof w->url, spec->url);
}

static void look_at(struct look *l, const char *id, look_fn look)
{
    struct llmreg_agent *a = llmreg_agent_get(l->scene->registry, id);
    struct agent_view v;

    l->gone = a == NULL;
    if (l->gone)
        return;
    v.spec = llmreg_agent_spec(a);
    llmreg_agent_state(a, &v.state);
    if (l->words != NULL)
        address(l, v.spec);
    look(l, &v);
    llmreg_agent_spec_put(v.spec);
    llmreg_agent_put(a);
}

/* ---- agent_offline ---- */

/* Since the start, or since it had the time. */
static bool was_awaited(const struct scene *s, const struct agent_view *v)
{
    int64_t since_ns = s->now.mono_ns - s->started_ns;

    return v->state.seen_mono_ns != 0 ||
           since_ns >= 2 * v->spec->interval_ms * LLMREG_NS_PER_MS;
}

static void write_offline(struct look *l, const struct agent_view *v)
{
    char seen[LLMREG_TIME_SIZE];

    llmreg_time_format(seen, v->state.seen_ms);
    l->words->since_ms = v->state.since_ms;
    if (l->found.severity == LLMREG_SEVERITY_OKAY) {
        rules_reason(l, "it is %s", l->state);
        rules_say(l, "the agent %s is %s again", v->spec->name, l->state);
        return;
    }
    rules_reason(l, "no heartbeat since %.19sZ", seen);
    rules_say(l, "the agent %s (%s) is offline: %s", v->spec->name,
              v->spec->type, l->words->reason);
}

static void look_at_presence(struct look *l, const struct agent_view *v)
{
    enum llmreg_presence presence = v->state.presence;
    bool offline = presence == LLMREG_PRESENCE_OFFLINE;

    rules_find(l, offline, "offline", llmreg_presence_text(presence));
    l->found.known = offline ? was_awaited(l->scene, v)
                             : v->state.seen_mono_ns != 0 ||
                                   presence == LLMREG_PRESENCE_STOPPED;
    if (l->words != NULL)
        write_offline(l, v);
}

void rules_look_agent_offline(struct look *l)
{
    look_at(l, l->subject, look_at_presence);
}

/* ---- values over a limit ---- */

/* The finding of value, of which only a present agent has one. */
static void find_over(struct look *l, const struct agent_view *v, double value)
{
    bool present = llmreg_is_present(v->state.presence);

    l->found =
        llmreg_finding_over(present ? value : (double)NAN, rules_is_raised(l),
                            &l->scene->rules[l->rule]);
    l->state = l->found.severity == LLMREG_SEVERITY_OKAY ? "ok" : "high";
}

static void look_at_latency(struct look *l, const struct agent_view *v)
{
    double ms = v->state.latency_us < 0 ? (double)NAN
                                        : (double)v->state.latency_us / 1000;

    find_over(l, v, ms);
    if (l->words == NULL)
        return;
    rules_reason(l, "%.0f ms", ms);
    rules_say(l, "heartbeats of the agent %s take %.0f ms%s", v->spec->name, ms,
              l->found.severity == LLMREG_SEVERITY_OKAY ? " again" : "");
}

void rules_look_heartbeat_latency(struct look *l)
{
    look_at(l, l->subject, look_at_latency);
}

static void look_at_churn(struct look *l, const struct agent_view *v)
{
    find_over(l, v, v->state.registrations);
    if (l->words == NULL)
        return;
    rules_reason(l, "%u registrations in 10 minutes",
                 (unsigned)v->state.registrations);
    if (l->found.severity != LLMREG_SEVERITY_OKAY)
        rules_say(l, "the agent %s comes and goes: %s", v->spec->name,
                  l->words->reason);
    else
        rules_say(l, "the agent %s does not come and go any more",
                  v->spec->name);
}

void rules_look_connection_churn(struct look *l)
{
    look_at(l, l->subject, look_at_churn);
}

static void look_at_claims(struct look *l, const struct agent_view *v)
{
    l->found = llmreg_finding_over(v->state.address_changes, rules_is_raised(l),
                                   &l->scene->rules[l->rule]);
    l->state = l->found.severity == LLMREG_SEVERITY_OKAY ? "ok" : "split";
    if (l->words == NULL)
        return;
    rules_reason(l, "%u changes in 10 minutes between %s and %s",
                 (unsigned)v->state.address_changes,
                 v->state.peer[0] != '\0' ? v->state.peer : "?",
                 v->state.other[0] != '\0' ? v->state.other : "?");
    if (l->found.severity != LLMREG_SEVERITY_OKAY)
        rules_say(l, "two claim to be the agent %s: %s", v->spec->name,
                  l->words->reason);
    else
        rules_say(l, "only one claims to be the agent %s again", v->spec->name);
}

void rules_look_agent_claims(struct look *l, const char *id)
{
    look_at(l, id, look_at_claims);
}

/* ---- no_agents_online ---- */

struct presences {
    size_t present, coming, silent;
};

static void count_presences(struct llmreg_registry *r, struct presences *out)
{
    struct llmreg_agent_counts n;
    const size_t *by = n.by_presence;

    llmreg_agent_count(r, &n);
    out->present = by[LLMREG_PRESENCE_ONLINE] + by[LLMREG_PRESENCE_LATE];
    out->coming = by[LLMREG_PRESENCE_STARTING] + by[LLMREG_PRESENCE_CONNECTING];
    out->silent = by[LLMREG_PRESENCE_STALE] + by[LLMREG_PRESENCE_OFFLINE];
}

void rules_look_no_agents_online(struct look *l)
{
    struct presences n;

    count_presences(l->scene->registry, &n);
    rules_find(l, n.present == 0 && n.silent > 0, "none", "ok");
    l->found.known = n.present > 0 || n.coming == 0;
    if (l->words == NULL)
        return;
    rules_address_fleet(l, "agents");
    rules_reason(l, "%zu online, %zu not heard of", n.present, n.silent);
    if (l->found.severity != LLMREG_SEVERITY_OKAY)
        rules_say(l, "no agent is online, %zu are not heard of", n.silent);
    else
        rules_say(l, "agents are online again: %s", l->words->reason);
}

/* ---- all of them ---- */

static bool scan_one(void *ctx, struct llmreg_agent *a)
{
    const struct rules_scan *scan = ctx;
    const struct scene *scene = scan->scene;
    const char *id = llmreg_agent_id(a);
    struct llmreg_agent_state s;

    llmreg_agent_state(a, &s);
    if (s.presence == LLMREG_PRESENCE_OFFLINE)
        scan->offer(scan->ctx, LLMREG_RULE_AGENT_OFFLINE, id);
    if ((double)s.latency_us / 1000 >
        scene->rules[LLMREG_RULE_HEARTBEAT_LATENCY].threshold)
        scan->offer(scan->ctx, LLMREG_RULE_HEARTBEAT_LATENCY, id);
    if (s.registrations > scene->rules[LLMREG_RULE_CONNECTION_CHURN].threshold)
        scan->offer(scan->ctx, LLMREG_RULE_CONNECTION_CHURN, id);
    if (s.address_changes > scene->rules[LLMREG_RULE_SPLIT_BRAIN].threshold)
        rules_touch(scan, LLMREG_ENTITY_AGENT, id);
    return true;
}

void rules_scan_agents(const struct rules_scan *scan)
{
    struct rules_scan copy = *scan;
    static const struct llmreg_agent_filter everybody;
    struct presences n;

    llmreg_each_agent(scan->scene->registry, &everybody, scan_one, &copy);
    count_presences(scan->scene->registry, &n);
    if (n.present == 0 && n.silent > 0)
        scan->offer(scan->ctx, LLMREG_RULE_NO_AGENTS_ONLINE, RULES_FLEET);
}
