/* SPDX-License-Identifier: MIT */
/* publish.h - from a part that was checked to a name that counts.
 *
 *   written piece by piece -> manifest -> sync -> its name
 *
 * A sync of all of it at once would keep the disk busy for as long as that
 * takes, and each commit of the store would wait for it; so it waits for one
 * piece.
 *
 * Threads:   any.
 * Blocking:  on the disk.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_BACKUP_PUBLISH_H
#define LLMREG_STORE_BACKUP_PUBLISH_H

#include <llmreg/backup.h>

#include "common/store/files.h"
#include "common/store/reader.h"

/* Where a backup's files are until they have their names. */
struct parts {
    char file[FILES_PATH_SIZE], manifest[FILES_PATH_SIZE];
    char file_name[FILES_PATH_SIZE], manifest_name[FILES_PATH_SIZE];
};

/* The file is there, the manifest is made.  LLMREG_EIO with err, when the
 * program leaves, too: then neither name is there, and the file still is. */
LLMREG_MUSTCHECK int publish_backup(const struct parts *p,
                                    const struct reader *r,
                                    const struct llmreg_backup *b,
                                    struct llmreg_error *err);

#endif
