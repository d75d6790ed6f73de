/* SPDX-License-Identifier: MIT */
/* name.h - names of backups, and of their files.
 *
 *     20261121T071543Z-1ed00001
 *     the second       the millisecond in it, and a counter
 *
 * So ids are in the order of time, and two within a second are two.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: values only.
 */
#ifndef LLMREG_STORE_BACKUP_NAME_H
#define LLMREG_STORE_BACKUP_NAME_H

#include <llmreg/backup.h>

#include "common/store/files.h"

/* count: differs from the one before; what is over 22 bits is not used. */
void backup_name(char out[static LLMREG_BACKUP_ID_SIZE], int64_t wall_ms,
                 unsigned count);
/* Exactly an id: nothing else names a file. */
bool backup_name_is(const char *text, size_t len);
/* name is an id and then exactly that suffix; then the id is in out. */
bool backup_name_of(char out[static LLMREG_BACKUP_ID_SIZE], const char *name,
                    const char *suffix);
/* dir/ID and the suffix. */
void backup_path(char out[static FILES_PATH_SIZE], const char *dir,
                 const char *id, const char *suffix);

#endif
