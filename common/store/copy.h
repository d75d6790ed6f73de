/* SPDX-License-Identifier: MIT */
/* copy.h - the file as it is, beside itself.
 *
 * Made before a migration, so that the way back to the program before is one
 * rename.
 *
 * Threads:   the store's thread.
 * Blocking:  on the disk, for as long as it takes to write the file anew.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_COPY_H
#define LLMREG_STORE_COPY_H

#include <sqlite3.h>

#include <llmreg/status.h>

/* Makes PATH.version-N, whole, checked and synced, over an older one of that
 * name.  LLMREG_ENOSPACE, LLMREG_EIO, LLMREG_ENOMEM, each with err; nothing
 * half done is left under that name. */
LLMREG_MUSTCHECK int copy_make(sqlite3 *handle, const char *path, long version,
                               struct llmreg_error *err);

#endif
