/* SPDX-License-Identifier: MIT */
/* apply.h - makes the registry what a file has, while others use it.
 *
 * What the file lacks goes, what it has more comes, what is in both is made as
 * the file has it, each entity in one step and with its own event.  Nothing is
 * written here: the store's next transaction has all of it (batch.h,
 * everything), so that the live file is the old one or the new one.
 *
 * Done again, it has nothing more to do.
 *
 * Threads:   the store's thread.
 * Blocking:  on the disk, for as long as it takes to read the file.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_RESTORE_APPLY_H
#define LLMREG_STORE_RESTORE_APPLY_H

#include <llmreg/restore.h>

#include "common/store/store.h"

/* part: a file that was revived and merged.  Sets skipped in *work.  Statuses
 * as database_open, with err; *touched: some of it may be so. */
LLMREG_MUSTCHECK int apply_file(const char *part,
                                const struct store_world *world,
                                struct llmreg_restore *work, bool *touched,
                                struct llmreg_error *err);
/* Which entity a table is restored with alone; LLMREG_ENTITIES: none. */
enum llmreg_entity apply_entity(const char *table);

#endif
