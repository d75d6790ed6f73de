/* SPDX-License-Identifier: MIT */
/* vault.h - backups: when one is due, what became of it, which are there.
 *
 *   idle    -> wanted   somebody asks, or it is time
 *   wanted  -> running  the caretaker's thread has come to it
 *   running -> idle     it is made or it failed; both are an event of the
 *                       store called "backup", and a line in the log
 * Old ones go after a good one was made, and never otherwise.
 *
 * Threads:   the chore runs on the caretaker's; the rest any.
 * Blocking:  the chore on the disk, the rest never.
 * Ownership: the world is lent; a list is a reference.
 */
#ifndef LLMREG_STORE_BACKUP_VAULT_H
#define LLMREG_STORE_BACKUP_VAULT_H

#include <llmreg/backup.h>

#include "common/store/caretaker.h"
#include "common/store/files.h"
#include "common/store/store.h"

struct vault;

/* live: path of the database.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int vault_new(struct vault **out,
                               const struct store_config *config,
                               const char *live,
                               const struct store_world *world);
void vault_free(struct vault *v); /* NULL is fine */
struct chore vault_chore(struct vault *v);

/* Wants one now; its id in out.  Who asks wakes the caretaker.  LLMREG_EBUSY:
 * one is wanted or running; out is the id of that. */
LLMREG_MUSTCHECK int vault_request(struct vault *v, enum llmreg_backup_why why,
                                   char out[static LLMREG_BACKUP_ID_SIZE]);
void vault_work(struct vault *v, struct llmreg_backup_work *out);
struct llmreg_backups *vault_list(struct vault *v);
/* Where the file of that id is. */
void vault_path(struct vault *v, const char *id,
                char out[static FILES_PATH_SIZE]);

/* On the caretaker's thread: one now, before a restore.  Statuses as
 * make_backup. */
LLMREG_MUSTCHECK int vault_make_safety(struct vault *v, struct reader *r,
                                       char id[static LLMREG_BACKUP_ID_SIZE],
                                       struct llmreg_error *err);

#endif
