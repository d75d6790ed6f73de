/* SPDX-License-Identifier: MIT */
/* tell.h - says to people and programs how the store is.
 *
 * That it failed and that it works again is said once each: in the log, as an
 * event of the store without a name, and to who asks (standing.h).  Events with
 * a name are about a piece of work.
 *
 * Threads:   the store's thread; tell_event any.
 * Blocking:  never.
 * Ownership: a struct tell is the caller's; what is in it is lent.
 */
#ifndef LLMREG_STORE_TELL_H
#define LLMREG_STORE_TELL_H

#include "common/store/standing.h"
#include "common/store/store.h"

struct tell {
    const struct store_world *world;
    struct standing *standing;
    struct llmreg_complaint complaint;
    bool failed;      /* and it was said */
    int64_t since_ms; /* wall time at which it was */
};

/* status: what kind of fault it is. */
void tell_failed(struct tell *t, const struct llmreg_now *now, int status,
                 const char *reason);
/* It works, and does without something, which is said like a fault. */
void tell_short(struct tell *t, const struct llmreg_now *now,
                const char *reason);
/* path: of the file; lost: what is not in it, or NULL. */
void tell_works(struct tell *t, const struct llmreg_now *now, const char *path,
                const char *lost);

struct tell_words {
    const char *name, *before, *after, *reason;
};
void tell_event(const struct store_world *world, int64_t wall_ms,
                const struct tell_words *words);

#endif
