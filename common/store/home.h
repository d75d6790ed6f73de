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
#include "common/store/recovery/ladder.h"

struct home {
    char dir[STORE_DIR_SIZE], backups[FILES_PATH_SIZE];
    char path[FILES_PATH_SIZE]; /* of the database */
    struct lifelock lock;
    struct database db;
    dev_t log_device; /* which file the write-ahead log is; 0: not seen */
    ino_t log_inode;
    char hub[sizeof((struct llmreg_backup *)0)->hub]; /* "": not known yet */
    unsigned set_aside;                               /* damaged files so far */
    struct llmreg_error doubt; /* why the file must not be used; "" */
    struct recovery recovery;  /* the last; at_ms 0: none since the start */
};

/* backups: directory; "": the usual one in dir. */
void home_init(struct home *h, const char *dir, const char *backups);

/* Makes the directory, and takes the lock if it is not held.  Statuses as
 * lifelock_take, with err. */
LLMREG_MUSTCHECK int home_lock(struct home *h, const struct llmreg_now *now,
                               struct llmreg_error *err);
/* Makes what is missing, takes the lock if it is not held, opens the database
 * if it is not open.  A file that is no database of ours, is damaged or doubted
 * is set aside, one that was there before may be missing; then another is
 * built (recovery/ladder.h), recovery says how, and lost in one sentence (else
 * it is "").  Statuses as lifelock_take, database_open and ladder_run, with
 * err. */
LLMREG_MUSTCHECK int home_open(struct home *h, const struct llmreg_now *now,
                               struct llmreg_error *lost,
                               struct llmreg_error *err);
/* The file that is open is damaged all the same.  Of none it does nothing. */
void home_doubt(struct home *h, const struct llmreg_error *why);
/* The open files are still those that others find by their names.
 * LLMREG_EIO with err. */
LLMREG_MUSTCHECK int home_check(struct home *h, struct llmreg_error *err);
/* Closes the database after an error, and keeps the lock. */
void home_abandon(struct home *h, const struct llmreg_now *now);
/* Closes everything in good order. */
void home_close(struct home *h);

#endif
