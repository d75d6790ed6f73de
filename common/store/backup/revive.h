/* SPDX-License-Identifier: MIT */
/* revive.h - out of a backup a database that can be used.
 *
 *   check it -> copy it -> compare the copies -> migrate -> look once more
 *
 * The backup itself is only read.  What comes out is one file, of the present
 * version, with no log beside it, which counts for nothing yet: it is neither
 * synced nor anybody's store.
 *
 * Threads:   one at a time.
 * Blocking:  on the disk, for as long as it takes to read the file some times.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_BACKUP_REVIVE_H
#define LLMREG_STORE_BACKUP_REVIVE_H

#include <llmreg/backup.h>

#include "common/store/reader.h"

struct revive {
    const char *from;                   /* path of the backup's file */
    const struct llmreg_backup *backup; /* its manifest; NULL: it has none */
    const char *hub; /* whose it must be; NULL or "": anybody's */
    const char *to;  /* its path then, over an older one */
};

/* *found: what was in the backup.  LLMREG_ECORRUPT: as inspect_backup, or
 * without a manifest as inspect_file.  LLMREG_EVERSION: of a newer llmreg.
 * LLMREG_EEXIST: of another hub.  LLMREG_ENOSPACE, LLMREG_EIO, LLMREG_ENOMEM.
 * Each with err, and then nothing is there. */
LLMREG_MUSTCHECK int revive_file(const struct revive *v, struct reader *r,
                                 struct llmreg_backup *found,
                                 struct llmreg_error *err);
/* Removes what is called so, and what may be beside it. */
void revive_drop(const char *to);

#endif
