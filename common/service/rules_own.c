/* SPDX-License-Identifier: MIT */
/* rules_own.c - rules about ourselves: the way out, and the store.
 *
 * The guard that has decided is in the scene; so is what the store said last.
 */
#include "common/service/rules.h"

#include <string.h>

#include <llmreg/text.h>

#include "common/service/notify_text.h"

/* ---- registry_isolated ---- */

static const struct guard *find_guard(const struct look *l)
{
    for (int kind = 0; kind < CENSUS_KINDS; kind++)
        if (strcmp(census_text((enum census_kind)kind), l->subject) == 0)
            return &l->scene->guards[kind];
    return NULL;
}

void rules_look_registry_isolated(struct look *l)
{
    const struct guard *g = find_guard(l);

    l->gone = g == NULL;
    if (l->gone)
        return;
    bool raised = guard_is_raised(g);
    rules_find(l, raised, "isolated", "ok");
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
    rules_reason(l, "most of the %s are up again", l->subject);
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
