/* SPDX-License-Identifier: MIT */
/* prepare.h - everything of a restore but the last step: on the second thread.
 *
 *   revive the backup beside the live file -> merge what is kept -> compare
 *   -> (a dry run ends here) -> safety copy -> hand over to the store's thread
 *
 * Threads:   the chore runs on the caretaker's.
 * Blocking:  the chore on the disk.
 * Ownership: desk and vault are lent.
 */
#ifndef LLMREG_STORE_RESTORE_PREPARE_H
#define LLMREG_STORE_RESTORE_PREPARE_H

#include "common/store/backup/vault.h"
#include "common/store/files.h"
#include "common/store/restore/desk.h"

#define PREPARE_SUFFIX ".restore" /* of the live file's name */

struct prepare {
    struct desk *desk;
    struct vault *vault;
    const struct store_world *world;
    char live[FILES_PATH_SIZE];
};

struct chore prepare_chore(struct prepare *p);
/* Where the file is that is handed over. */
void prepare_path(char out[static FILES_PATH_SIZE], const char *live);

#endif
