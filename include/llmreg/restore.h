/* SPDX-License-Identifier: MIT */
/* restore.h - putting the registry back to what a backup has.
 *
 *   wanted  -> running  the store's second thread has come to it
 *   running -> done     it is over: all is on disk, or it was only tried
 *   running -> failed   nothing was changed, and why
 * One at a time; the last one is remembered until the next, or the end of the
 * program.
 *
 * Endpoints, agents and hosts become what they were: those of the backup come
 * back, those that it lacks go.  What is observed, what the configuration names
 * and what was noted since (events, audit, alerts) stays as it is now.  Tokens
 * and sessions are only added to; what was revoked since stays revoked.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  never.
 * Ownership: a difference is a counted value, dropped with
 *            llmreg_difference_put.
 */
#ifndef LLMREG_RESTORE_H
#define LLMREG_RESTORE_H

#include <llmreg/backup.h>

enum llmreg_restore_step {
    LLMREG_RESTORE_NONE, /* nobody wanted one yet */
    LLMREG_RESTORE_WANTED,
    LLMREG_RESTORE_RUNNING,
    LLMREG_RESTORE_DONE,
    LLMREG_RESTORE_FAILED,
    LLMREG_RESTORE_STEPS
};
const char *llmreg_restore_step_text(enum llmreg_restore_step step);

struct llmreg_restore_wish {
    char id[LLMREG_BACKUP_ID_SIZE];
    char table[24]; /* only what that table has; "": all */
    bool dry_run;   /* only say what it would change */
    bool force;     /* also one of another hub */
};

struct llmreg_restore {
    enum llmreg_restore_step step;
    struct llmreg_restore_wish wish;
    int64_t since_ms, ended_ms;         /* wall time; ended 0: not yet */
    char safety[LLMREG_BACKUP_ID_SIZE]; /* what was before; "": none made */
    int64_t records;                    /* the backup has of what was wanted */
    int64_t skipped;            /* of them, those that could not be put back */
    int status;                 /* of a failure, likewise: LLMREG_EEXIST where
                                   it does not fit what is here */
    struct llmreg_error reason; /* of a failure */
};

/* ---- what it changes ---- */

struct llmreg_difference;

enum llmreg_change {
    LLMREG_WOULD_APPEAR,
    LLMREG_WOULD_CHANGE,
    LLMREG_WOULD_VANISH,
    LLMREG_CHANGES
};
const char *llmreg_change_text(enum llmreg_change change);

#define LLMREG_DIFFERENCE_IDS 20 /* of each, the first in order */

/* The table in place i: "endpoint" ...; NULL after the last. */
const char *llmreg_difference_table(size_t i);
/* How many, and the ids of some. */
int64_t llmreg_difference_count(const struct llmreg_difference *d, size_t i,
                                enum llmreg_change change);
/* NULL after the last. */
const char *llmreg_difference_id(const struct llmreg_difference *d, size_t i,
                                 enum llmreg_change change, size_t n);
void llmreg_difference_put(struct llmreg_difference *d); /* NULL is fine */

#endif
