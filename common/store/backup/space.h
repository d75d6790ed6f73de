/* SPDX-License-Identifier: MIT */
/* space.h - is there room for a copy?
 *
 * What fills a disk to its end breaks more than a backup is worth: so much
 * must be left after it as the store may need itself, twice its size, and 64
 * MiB at least.
 *
 * Threads:   any.
 * Blocking:  on the file system.
 * Ownership: values only.
 */
#ifndef LLMREG_STORE_BACKUP_SPACE_H
#define LLMREG_STORE_BACKUP_SPACE_H

#include <llmreg/status.h>

struct space {
    int64_t total_bytes, free_bytes;
    int64_t free_files; /* -1: the file system does not count them */
};

/* LLMREG_EIO with err. */
LLMREG_MUSTCHECK int space_of(const char *dir, struct space *out,
                              struct llmreg_error *err);
/* For a copy of so many bytes in dir.  LLMREG_ENOSPACE with err, which names
 * what there is and what it takes. */
LLMREG_MUSTCHECK int space_check(const struct space *s, const char *dir,
                                 int64_t bytes, struct llmreg_error *err);

#endif
