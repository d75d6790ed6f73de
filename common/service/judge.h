/* SPDX-License-Identifier: MIT */
/* judge.h - one rule, one subject: is there something to raise or to clear?
 *
 * Threads:   a judge belongs to one thread.
 * Blocking:  never.
 * Ownership: the caller's; the registry and the rules in scene are lent.
 */
#ifndef LLMREG_SERVICE_JUDGE_H
#define LLMREG_SERVICE_JUDGE_H

#include "common/service/rules.h"

struct judge {
    struct scene scene;               /* its owner sets what rules look at */
    const struct llmreg_clock *clock; /* only to see what a census costs */
    size_t guard_above;               /* of struct guard_rule */
    size_t share;                     /* so many alerts a rule may have */
    size_t count[LLMREG_RULES]; /* so many it has; its owner counts anew */
    /* written by judging */
    int64_t due_ns; /* the least of llmreg_alert_due */
    bool dirty; /* a guard has moved, or there was no room: judge all again */
    bool moved[CENSUS_KINDS];              /* this guard has: judge its alert */
    int64_t count_ns[CENSUS_KINDS];        /* no census before */
    struct guard_count seen[CENSUS_KINDS]; /* by it */
    size_t refused[LLMREG_RULES];          /* for which there was no room */
    struct words words;
};

struct judge_case {
    enum llmreg_rule_id rule;
    const char *subject;
    const char *previous; /* word of the state before, or "" */
    const char *removed;  /* why the subject was removed; NULL: it was not */
};

void judge(struct judge *g, const struct judge_case *is);
/* Makes the guard's step with what there is now, unless it was made just
 * before. */
void judge_count(struct judge *g, enum census_kind kind);
/* rule/subject; "" if that is too long. */
void judge_write_id(char id[static LLMREG_ALERT_ID_SIZE],
                    enum llmreg_rule_id rule, const char *subject);

#endif
