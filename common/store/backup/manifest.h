/* SPDX-License-Identifier: MIT */
/* manifest.h - what a backup is, as a file of JSON beside it.
 *
 * Threads:   one at a time.
 * Blocking:  on the disk.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_BACKUP_MANIFEST_H
#define LLMREG_STORE_BACKUP_MANIFEST_H

#include <llmreg/backup.h>

/* Writes part and makes it name, synced, never over another.  LLMREG_EIO with
 * err, and neither is there. */
LLMREG_MUSTCHECK int manifest_write(const struct llmreg_backup *b,
                                    const char *part, const char *name,
                                    struct llmreg_error *err);
/* LLMREG_EPARSE: it makes no sense, or not of id; LLMREG_EIO; LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int manifest_read(const char *name, const char *id,
                                   struct llmreg_backup *out,
                                   struct llmreg_error *err);

#endif
