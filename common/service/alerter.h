/* SPDX-License-Identifier: MIT */
/* alerter.h - keeps the alerts in the registry as the rules want them.
 *
 * Level-triggered: an event only makes it look sooner.  What no event has
 * reached, in the registry or of the store, is found by the next pass over
 * everything, within a second, or, when there is so much that a pass takes
 * longer than 10 ms, at 1 % of a core.
 *
 * Each rule has room for so many alerts, so that none takes that of another.
 * What has no room is tried again, and the log complains.
 *
 * Threads:   an alerter belongs to one thread.
 * Blocking:  never; a step takes as long as a walk of the registry.
 * Ownership: what is in world and conf is lent and must outlive it.
 */
#ifndef LLMREG_SERVICE_ALERTER_H
#define LLMREG_SERVICE_ALERTER_H

#include <llmreg/alert.h>

#include "common/store/store.h"

struct alerter;

struct alerter_conf {
    const struct llmreg_rule_conf *rules;      /* LLMREG_RULES of them */
    const struct llmreg_registry_conf *limits; /* of the registry */
    struct standing *store; /* asked at each pass; NULL: there is none */
    struct care *care;      /* likewise */
    size_t share;           /* alerts of each rule; 0: LLMREG_ALERTS_PER_RULE */
    size_t guard_above;     /* of struct guard_rule; 0: GUARD_ABOVE */
};

/* LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int alerter_new(struct alerter **out,
                                 const struct store_world *world,
                                 const struct alerter_conf *conf);
void alerter_free(struct alerter *a); /* NULL is fine */

/* Looks at what the event is about. */
void alerter_take(struct alerter *a, const struct llmreg_event *event,
                  const struct llmreg_now *now);
/* Events were lost: the next step looks at everything. */
void alerter_miss(struct alerter *a);
/* Does what is due at now.  Returns the monotonic time of the next step. */
int64_t alerter_step(struct alerter *a, const struct llmreg_now *now);

#endif
