/* SPDX-License-Identifier: MIT */
/* list.h - what is in the directory of backups.
 *
 * Only names of ours are looked at, and only those are ever removed.  Here a
 * file is compared with its manifest by its size; what is in it is checked
 * when it was made, and before it is used (inspect.h).
 *
 * Threads:   one at a time; a list any (llmreg/backup.h).
 * Blocking:  on the disk.
 * Ownership: a list is a reference.
 */
#ifndef LLMREG_STORE_BACKUP_LIST_H
#define LLMREG_STORE_BACKUP_LIST_H

#include <stdatomic.h>

#include "common/store/backup/retain.h"

struct llmreg_backups {
    _Atomic unsigned refs;
    size_t count;
    struct llmreg_backup at[]; /* the newest first */
};

/* No directory is an empty list.  LLMREG_EIO, LLMREG_ENOMEM, with err. */
LLMREG_MUSTCHECK int list_read(const char *dir, struct llmreg_backups **out,
                               struct llmreg_error *err);
struct llmreg_backups *list_hold(struct llmreg_backups *l);
/* The newest good one of that hub, safety copies not counted; NULL: none. */
const struct llmreg_backup *list_newest(const struct llmreg_backups *l,
                                        const char *hub);

/* Removes what a backup of that hub left behind that was never finished.  No
 * other may be making one. */
void list_clean(const char *dir, const char *hub);
/* Removes those that need not stay (retain.h); how many.  What cannot be
 * removed is there the next time. */
size_t list_prune(const char *dir, const char *hub,
                  const struct retain_conf *conf,
                  const struct llmreg_backups *l);

/* What a backup that is being made is called; the suffix of its files. */
#define LIST_SUFFIX_SIZE 48
void list_part_suffix(char out[static LIST_SUFFIX_SIZE], const char *hub);
void list_manifest_suffix(char out[static LIST_SUFFIX_SIZE], const char *hub);

#endif
