/* SPDX-License-Identifier: MIT */
/* rules_own.c - rules about ourselves: the way out, and the store.
 *
 * The guard that has decided is in the scene; so is what the store said last.
 */
#include "common/service/rules.h"

#include <string.h>

#include <llmreg/text.h>

#include "common/service/notify_text.h"

/* The first backup and the first look come after the start: what is only a
 * warning waits for them. */
#define GRACE_NS (600 * LLMREG_NS_PER_S)

/* ---- registry_isolated ---- */

/* False: the subject is no kind. */
static bool find_kind(const struct look *l, enum census_kind *kind)
{
    for (int k = 0; k < CENSUS_KINDS; k++)
        if (strcmp(census_text((enum census_kind)k), l->subject) == 0) {
            *kind = (enum census_kind)k;
            return true;
        }
    return false;
}

/* The guard that raised it is gone with the last run: it may be so still, until
 * most are seen up, or had time enough. */
static bool may_last(const struct look *l, enum census_kind kind)
{
    const struct scene *s = l->scene;
    struct guard_count seen;

    if (l->before == NULL || !l->before->s.remembered ||
        s->now.mono_ns - s->started_ns >= GUARD_HOLD_MAX_NS)
        return false;
    census_take(kind, s->registry, s->limits, &s->now, &seen);
    return 2 * seen.up < seen.total || seen.total == 0;
}

void rules_look_registry_isolated(struct look *l)
{
    struct guard_count seen;
    enum census_kind kind;

    l->gone = !find_kind(l, &kind);
    if (l->gone)
        return;
    const struct guard *g = &l->scene->guards[kind];
    bool raised = guard_is_raised(g);
    rules_find(l, raised, "isolated", "ok");
    l->found.known = raised || !may_last(l, kind);
    if (l->words == NULL)
        return;
    rules_address_fleet(l, l->subject);
    l->words->since_ms = raised ? g->began_ms : l->scene->now.wall_ms;
    if (raised) {
        rules_reason(l, "%zu of %zu %s began to fail within one interval",
                     g->failed, g->were_up, l->subject);
        rules_say(l, "registry isolated? %s; alerts about single %s wait",
                  l->words->reason, l->subject);
        return;
    }
    census_take(kind, l->scene->registry, l->scene->limits, &l->scene->now,
                &seen);
    rules_reason(l, "%zu of %zu %s are up", seen.up, seen.total, l->subject);
    rules_say(l, "the registry is not isolated: %s", l->words->reason);
}

/* ---- store_failed ---- */

void rules_look_store_failed(struct look *l)
{
    const struct scene *s = l->scene;

    rules_find(l, s->store_failed, "failed", "ok");
    if (l->words == NULL)
        return;
    rules_address_fleet(l, "store");
    l->words->since_ms = s->store_ms;
    rules_reason(l, "%s", s->store_reason);
    notify_text_store(l->words->message, s->store_failed, s->store_reason);
}

/* ---- store_unhealthy ---- */

void rules_look_store_unhealthy(struct look *l)
{
    static const char *const states[LLMREG_SEVERITIES] = {
        [LLMREG_SEVERITY_OKAY] = "healthy",
        [LLMREG_SEVERITY_WARNING] = "warning",
        [LLMREG_SEVERITY_FAILURE] = "unhealthy",
    };
    const struct scene *s = l->scene;
    const enum llmreg_severity severity = s->ill.severity;

    l->found = (struct llmreg_finding){
        .known = true,
        .may_open = severity == LLMREG_SEVERITY_FAILURE ||
                    s->now.mono_ns - s->started_ns >= GRACE_NS,
        .severity = severity};
    l->state = states[severity];
    if (l->words == NULL)
        return;
    rules_address_fleet(l, "store");
    l->words->since_ms = s->ill.since_ms;
    rules_reason(l, "%s", s->ill.reason);
    if (severity == LLMREG_SEVERITY_OKAY)
        rules_say(l, "the store is healthy again");
    else
        rules_say(l, "the store is %s: %s",
                  severity == LLMREG_SEVERITY_FAILURE ? "unhealthy"
                                                      : "not as it should be",
                  s->ill.reason);
}
