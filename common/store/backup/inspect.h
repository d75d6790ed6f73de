/* SPDX-License-Identifier: MIT */
/* inspect.h - is a copy what it should be, and what is in it?
 *
 * Threads:   one at a time.
 * Blocking:  on the disk, for as long as it takes to read the file some times.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_BACKUP_INSPECT_H
#define LLMREG_STORE_BACKUP_INSPECT_H

#include <llmreg/backup.h>

#include "common/store/reader.h"

/* Whose registry an open database is.  LLMREG_ECORRUPT: of nobody. */
LLMREG_MUSTCHECK int
inspect_hub(struct database *db,
            char out[static sizeof(((struct llmreg_backup *)0)->hub)],
            struct llmreg_error *err);
/* Reads a file that nobody writes to, and says of *out what it found: hub,
 * schema, synced_seq, tables.  LLMREG_ECORRUPT: damaged, or not of llmreg.
 * LLMREG_EVERSION: of a newer one.  Others as check_run. */
LLMREG_MUSTCHECK int inspect_file(const char *path, struct reader *r,
                                  struct llmreg_backup *out,
                                  struct llmreg_error *err);
/* The same, and it must be the file that the manifest b is of: LLMREG_ECORRUPT
 * if its SHA-256, its rows or anything else is not what b says. */
LLMREG_MUSTCHECK int inspect_backup(const char *path, struct reader *r,
                                    const struct llmreg_backup *b,
                                    struct llmreg_error *err);

#endif
