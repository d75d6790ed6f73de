/* SPDX-License-Identifier: MIT */
/* digest.h - the SHA-256 of a file.
 *
 * Threads:   one at a time.
 * Blocking:  on the disk, for as long as it takes to read the file.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_BACKUP_DIGEST_H
#define LLMREG_STORE_BACKUP_DIGEST_H

#include <llmreg/backup.h>

#include "common/store/reader.h"

struct digest {
    char sha256[LLMREG_SHA256_SIZE];
    int64_t bytes;
};

/* A plain file, no link.  Never the live database: closing it here would drop
 * SQLite's locks on it.  LLMREG_EIO with err, also once the reader is
 * halted. */
LLMREG_MUSTCHECK int digest_file(const char *path, const struct reader *r,
                                 struct digest *out, struct llmreg_error *err);

#endif
