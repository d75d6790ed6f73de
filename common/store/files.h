/* SPDX-License-Identifier: MIT */
/* files.h - the store's directory and the names in it.
 *
 * Nothing here opens the database while SQLite has it: closing it again would
 * drop SQLite's POSIX locks.
 *
 * Threads:   the store's thread.
 * Blocking:  on the file system.
 * Ownership: paths are the caller's.
 */
#ifndef LLMREG_STORE_FILES_H
#define LLMREG_STORE_FILES_H

#include <llmreg/status.h>

#include "common/store/store.h"

#define FILES_PATH_SIZE (STORE_DIR_SIZE + 80)

/* dir/name in out; both are bounded, so that it always fits. */
void files_path(char out[static FILES_PATH_SIZE], const char *dir,
                const char *name);

/* Makes dir with mode 0700 if it is missing.  One level only: a typing error
 * builds no tree, and a file system that is not mounted is not written under
 * its mount point.  LLMREG_ENOSPACE, LLMREG_EIO, with err. */
LLMREG_MUSTCHECK int files_make_dir(const char *dir, struct llmreg_error *err);

/* Makes an empty file with mode 0600 if there is none.  LLMREG_ENOSPACE;
 * LLMREG_EIO, also if it is something else than a plain file; with err. */
LLMREG_MUSTCHECK int files_make_file(const char *path,
                                     struct llmreg_error *err);

/* A file that is whole and on disk gets its name, over any that had it, and
 * the name is on disk when it returns.  LLMREG_EIO with err. */
LLMREG_MUSTCHECK int files_settle(const char *from, const char *to,
                                  struct llmreg_error *err);

/* The same, but never over another. */
LLMREG_MUSTCHECK int files_settle_new(const char *from, const char *to,
                                      struct llmreg_error *err);

/* Renames a database and what belongs to it to path.corrupt-TIME, never over
 * something that exists; the new name in out.  LLMREG_EIO with err. */
LLMREG_MUSTCHECK int files_set_aside(const char *path, int64_t wall_ms,
                                     char out[static FILES_PATH_SIZE],
                                     struct llmreg_error *err);
/* The newest of those; "": there is none. */
void files_newest_aside(const char *path, char out[static FILES_PATH_SIZE]);

#endif
