/* SPDX-License-Identifier: MIT */
/* pile.h - what is to be looked at: pairs of a rule and a subject.
 *
 * A walk of the registry must not change it, so that it piles up what is
 * found; the pile is worked off after the walk.  Without memory something is
 * left out, which the pile says, and found again by the next walk.
 *
 * Threads:   one at a time.
 * Blocking:  never.
 * Ownership: subjects are copied.
 */
#ifndef LLMREG_SERVICE_PILE_H
#define LLMREG_SERVICE_PILE_H

#include <llmreg/alert.h>

struct pile_item {
    enum llmreg_rule_id rule;
    char *subject;
};

/* All zero is empty. */
struct pile {
    struct pile_item *items;
    size_t count, room;
    bool lacks; /* something was left out */
};

void pile_add(struct pile *p, enum llmreg_rule_id rule, const char *subject);
void pile_clear(struct pile *p);

#endif
