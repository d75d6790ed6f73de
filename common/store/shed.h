/* SPDX-License-Identifier: MIT */
/* shed.h - what the store does without while its disk is full.
 *
 *   off -> on   a change found no room: the ballast is given up
 *   on  -> off  so much is free again that it does not begin anew at once
 *
 * While it is on, what people decide and what they are woken for is written as
 * ever; events and heartbeats, which are history, are not, and of those that
 * are in the file the older half makes room: first heartbeats, then events, and
 * half of what is left each time that there is no room again.  The audit is
 * history that nobody may lose: it stays, and is written.
 *
 * Threads:   the store's thread.
 * Blocking:  on the file system, as ballast.h.
 * Ownership: a struct shed is the caller's; the log is lent.
 */
#ifndef LLMREG_STORE_SHED_H
#define LLMREG_STORE_SHED_H

#include <llmreg/clock.h>
#include <llmreg/log.h>

#include "common/store/ballast.h"
#include "common/store/history.h"

struct shed {
    struct ballast ballast;
    struct llmreg_complaint complaint; /* that there is no ballast */
    bool on;
    int64_t since_ms; /* wall time */
    int64_t until_ns; /* monotonic time; not before */
    struct history_limits limits;
};

void shed_init(struct shed *s, const char *dir, int64_t ballast);
/* There was no room; h: what the file has.  True: there is some now, and it is
 * worth trying again at once. */
bool shed_begin(struct shed *s, const struct llmreg_now *now,
                const struct history *h);
/* The store works: it looks after the ballast.  True: it has ended, and the
 * caller tells. */
bool shed_step(struct shed *s, const struct llmreg_log *log,
               const struct llmreg_now *now);
/* Of the history, while it is on; else NULL. */
const struct history_limits *shed_limits(const struct shed *s);
/* What it does without, and until when, in words for people. */
void shed_explain(const struct shed *s, struct llmreg_error *out);
/* What was not written, in the same. */
void shed_describe(const struct shed *s, const struct history *h,
                   struct llmreg_error *out);

#endif
