/* SPDX-License-Identifier: MIT */
/* guard.h - is everything down, or only our way to it?
 *
 * One guard for each kind of thing that falls silent: endpoints, agents,
 * hosts.  It gets a count of them and decides two things: whether "registry
 * isolated?" is raised, and until when the alerts about single ones are held.
 * The drawing is at the top of guard.c.
 *
 * Threads:   pure functions of their arguments.
 * Blocking:  never.
 * Ownership: values only; all zero is a guard that saw nothing.
 */
#ifndef LLMREG_SERVICE_GUARD_H
#define LLMREG_SERVICE_GUARD_H

#include <llmreg/clock.h>

#include "common/service/newest.h"

#define GUARD_ABOVE       10 /* preset of struct guard_rule */
#define GUARD_HOLD_MAX_NS (300 * LLMREG_NS_PER_S)

/* What there is, at one moment.  Neither up nor failing: down for long, or
 * never seen. */
struct guard_count {
    size_t total;         /* that are watched */
    size_t up;            /* nothing is wrong with them */
    size_t failing;       /* were up, and have begun to fail within about one of
                           their intervals */
    int64_t longest_ns;   /* interval of those that fail */
    int64_t shortest_ns;  /* interval of those that are watched; 0: none */
    struct newest newest; /* observations of endpoints that are watched */
};

/* More than so many must fail, and more than so much of those that were up. */
struct guard_rule {
    size_t above;
    double share; /* 0 to 1 */
};

enum guard_phase {
    GUARD_QUIET,
    GUARD_HOLDING,  /* raised; single alerts wait */
    GUARD_SETTLING, /* most are back; single alerts still wait */
    GUARD_CONFIRMED /* raised; single alerts are let go */
};

struct guard {
    enum guard_phase phase;
    size_t were_up;   /* when it began, of total */
    size_t total;     /* then */
    size_t failed;    /* the most that were seen to fail */
    int64_t began_ms; /* wall time */
    int64_t began_ns;
    int64_t hold_ns;
    int64_t until_ns; /* held so long */
};

void guard_step(const struct guard *old, const struct guard_count *seen,
                const struct guard_rule *rule, const struct llmreg_now *now,
                struct guard *out);
/* Single alerts wait. */
bool guard_holds(const struct guard *g);
/* "registry isolated?" is raised. */
bool guard_is_raised(const struct guard *g);
/* Monotonic time of the next step that may do something though nothing is
 * seen to change; INT64_MAX: none. */
int64_t guard_due(const struct guard *g);

#endif
