/* SPDX-License-Identifier: MIT */
/* statements.h - the SQL of a recovery.
 *
 * main is the database that is built, saved the attached one with the rows of
 * the damaged file.  ?1: every change up to that event is in main; ?2: 1 if
 * every event since is in saved.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: everything is static.
 */
#ifndef LLMREG_STORE_RECOVERY_STATEMENTS_H
#define LLMREG_STORE_RECOVERY_STATEMENTS_H

#include <stddef.h>

#include "common/store/care/tables.h"

struct recovery_sql {
    const char *put;   /* one row, all columns as the table has them */
    const char *clear; /* main's rows */
    const char *merge; /* saved's rows into main, over those of their keys */
    /* Main's rows of what was removed since, and not registered again; NULL:
     * no event tells of it. */
    const char *drop_removed;
    /* Main's rows whose parent is not there; NULL: it has none. */
    const char *drop_orphans;
};
const struct recovery_sql *recovery_sql(enum table which);

/* Tokens of main that may have been revoked since wait for approval: of those
 * that are not in saved, and of all, when there is no saved. */
extern const char recovery_doubt_some[], recovery_doubt_all[];

#endif
