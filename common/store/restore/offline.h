/* SPDX-License-Identifier: MIT */
/* offline.h - a restore that a file wants, before the store is opened.
 *
 * DataDir/restore has the id of a backup, or the path of its file, on its first
 * line; on the second may stand "force", to take one of another hub.  It is
 * looked for once, at the start.  The same checks are made as while the
 * program runs, the same is kept (merge.h), and what was before is a backup,
 * too, or is set aside where it is damaged.
 *
 *   restore -> restore.done     the store is what the backup has
 *           -> restore.failed   the store is as it was, and why is in the log
 * Killed before that, it is done again.
 *
 * Threads:   the store's thread, before the database is open; the life lock is
 *            held.
 * Blocking:  on the disk.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_RESTORE_OFFLINE_H
#define LLMREG_STORE_RESTORE_OFFLINE_H

#include "common/store/files.h"
#include "common/store/store.h"

#define OFFLINE_REQUEST "restore"

/* hub: whose store it is where the database cannot say; "" is not known.
 * LLMREG_OK also where the restore was refused: the store is to be opened as
 * it is.  LLMREG_EIO with err: the file cannot be renamed, so that it would be
 * done again and again. */
LLMREG_MUSTCHECK int offline_run(const struct store_config *config,
                                 const struct store_world *world,
                                 const char *hub, struct llmreg_error *err);

#endif
