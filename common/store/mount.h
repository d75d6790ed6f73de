/* SPDX-License-Identifier: MIT */
/* mount.h - is the store on a file system that it can trust?
 *
 * SQLite's log needs memory that all who have the file open share, and a sync
 * that means what it says.  File systems over a network and those of a program
 * promise neither; others forget everything when they are unmounted.  None is
 * refused: who has no other must be able to start.
 *
 * Threads:   any.
 * Blocking:  on the file system, which may be far away.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_MOUNT_H
#define LLMREG_STORE_MOUNT_H

#include <llmreg/log.h>

/* Warns of the file system that dir is on, if there is something to say. */
void mount_look(const char *dir, const struct llmreg_log *log);

#endif
