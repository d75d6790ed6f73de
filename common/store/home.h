/* SPDX-License-Identifier: MIT */
/* home.h - where the store lives: directory, life lock, database.
 *
 * Threads:   the store's thread.
 * Blocking:  on the disk.
 * Ownership: a struct home is the caller's.
 */
#ifndef LLMREG_STORE_HOME_H
#define LLMREG_STORE_HOME_H

#include <sys/types.h>

#include <llmreg/clock.h>

#include "common/store/database.h"
#include "common/store/lifelock.h"

struct home {
    char dir[STORE_DIR_SIZE];
    char path[FILES_PATH_SIZE]; /* of the database */
    struct lifelock lock;
    struct database db;
    dev_t log_device; /* which file the write-ahead log is; 0: not seen */
    ino_t log_inode;
    unsigned set_aside; /* damaged files so far */
};

void home_init(struct home *h, const char *dir);

/* Makes what is missing, takes the lock if it is not held, opens the database
 * if it is not open.  A file that is no database of ours or is damaged is set
 * aside, and lost tells so in one sentence (else it is ""); then a new one is
 * made.  Statuses as lifelock_take and database_open, with err. */
LLMREG_MUSTCHECK int home_open(struct home *h, const struct llmreg_now *now,
                               struct llmreg_error *lost,
                               struct llmreg_error *err);
/* The open files are still those that others find by their names.
 * LLMREG_EIO with err. */
LLMREG_MUSTCHECK int home_check(struct home *h, struct llmreg_error *err);
/* Closes the database after an error, and keeps the lock. */
void home_abandon(struct home *h, const struct llmreg_now *now);
/* Closes everything in good order. */
void home_close(struct home *h);

#endif
