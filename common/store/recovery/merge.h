/* SPDX-License-Identifier: MIT */
/* merge.h - what was saved of a damaged file on top of its last backup.
 *
 * A table of which all was saved is the newest that there is and takes the
 * place of the backup's.  Of a damaged one, a row that was saved wins over the
 * backup's of the same key; a row that only the backup has may have been on
 * the damaged page, or removed since.  It stays, unless an event that was
 * saved says that its thing was removed.  A token that only the backup has
 * waits for approval, unless all events since are there and none is about it:
 * one that was revoked since does not come back to life.
 *
 * Threads:   one at a time.
 * Blocking:  on the disk.
 * Ownership: the databases are lent.
 */
#ifndef LLMREG_STORE_MERGE_H
#define LLMREG_STORE_MERGE_H

#include "common/store/recovery/salvage.h"

struct merge {
    const char *saved; /* path of what was saved; NULL: no other file */
    const struct salvage *salvage; /* how much of it; NULL: nothing was saved */
    const char *hub;               /* whose it is; "": as it is */
};

/* into: a backup, or what was saved itself, which then has no doubtful tokens.
 * *doubtful: tokens that wait for approval now.  Statuses as
 * database_commit. */
LLMREG_MUSTCHECK int merge_run(const struct merge *m, struct database *into,
                               int64_t *doubtful, struct llmreg_error *err);

#endif
