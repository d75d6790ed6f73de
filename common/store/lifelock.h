/* SPDX-License-Identifier: MIT */
/* lifelock.h - one process for one store, for as long as it lives.
 *
 * The lock is on the open file description (F_OFD_SETLK), so that it does not
 * vanish when something else in this process closes the same file, and goes
 * by itself when the process dies.  The file says who holds it: the process
 * id on the first line, the program and since when on the second.  (On a full
 * disk it may say nothing; the lock holds all the same.)
 *
 * Threads:   one at a time.
 * Blocking:  on the file system, never for the lock.
 * Ownership: a struct lifelock is the caller's; fd is -1 when not held.
 */
#ifndef LLMREG_STORE_LIFELOCK_H
#define LLMREG_STORE_LIFELOCK_H

#include "common/store/files.h"

struct lifelock {
    int fd;
    char path[FILES_PATH_SIZE];
};

void lifelock_init(struct lifelock *lock, const char *path);
/* Nothing to do if it is held.  LLMREG_ELOCKED: err names the holder.
 * LLMREG_EIO with err. */
LLMREG_MUSTCHECK int lifelock_take(struct lifelock *lock, int64_t wall_ms,
                                   struct llmreg_error *err);
/* Held, and still the file that others would try to lock. */
bool lifelock_valid(const struct lifelock *lock);
void lifelock_release(struct lifelock *lock);

#endif
