/* SPDX-License-Identifier: MIT */
/* hand.h - the last step of a restore: on the thread that writes.
 *
 *   nothing -> taken     a prepared file lies on the desk (desk.h)
 *   taken   -> applied   the registry is as the file; not on disk yet
 *   applied -> nothing   the transaction with all of it is on disk: done
 *   taken   -> nothing   the file cannot be used: failed, nothing changed
 * Between taken and applied nothing may be written: memory can be half of it,
 * and the live file must never be.
 *
 * Threads:   the store's thread.
 * Blocking:  hand_apply on the disk, the others never.
 * Ownership: a struct hand is the writer's; desk and world are lent.
 */
#ifndef LLMREG_STORE_RESTORE_HAND_H
#define LLMREG_STORE_RESTORE_HAND_H

#include "common/store/files.h"
#include "common/store/restore/desk.h"

struct hand {
    struct desk *desk;
    const struct store_world *world;
    char part[FILES_PATH_SIZE];
    struct llmreg_restore work;
    bool taken, applied;
    unsigned failures;
};

void hand_init(struct hand *h, struct desk *desk,
               const struct store_world *world, const char *live);
/* Before the database is opened and loaded: removes what a killed one left, and
 * does what a file wants (offline.h), with its statuses. */
LLMREG_MUSTCHECK int hand_start(const struct hand *h,
                                const struct store_config *config,
                                struct llmreg_error *err);
/* Takes what is ready, if there is something, and makes the registry like it.
 * A failure, with err, means that this is to be done again before anything is
 * written. */
LLMREG_MUSTCHECK int hand_apply(struct hand *h, struct llmreg_error *err);
/* All of the registry is to be written. */
bool hand_is_applied(const struct hand *h);
/* All of the registry was written. */
void hand_settle(struct hand *h);

#endif
