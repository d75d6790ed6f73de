/* SPDX-License-Identifier: MIT */
/* ballast.h - room that is held ready for the day when the disk is full.
 *
 * A full disk takes more than what is new: a row cannot be removed, nor the
 * log be emptied, without some room to do it in.  So a file of no use lies
 * beside the store, and is given up when there is nothing else.
 *
 *   none    -> growing  there is room for it, BALLAST_TIMES its size
 *   growing -> whole    a piece at each step
 *   any     -> none     ballast_release
 *
 * Threads:   the store's thread.
 * Blocking:  on the file system; a step for one piece at most.
 * Ownership: a struct ballast is the caller's.
 */
#ifndef LLMREG_STORE_BALLAST_H
#define LLMREG_STORE_BALLAST_H

#include "common/store/files.h"

#define BALLAST_FILE  "ballast"
#define BALLAST_TIMES 4

struct ballast {
    /* fixed after init */
    char dir[STORE_DIR_SIZE];
    char path[FILES_PATH_SIZE];
    int64_t size; /* bytes; 0: none is wanted */
    /* owned by the store's thread */
    int64_t there; /* bytes that it has; -1: nobody has looked */
};

void ballast_init(struct ballast *b, const char *dir, int64_t size);
bool ballast_is_whole(const struct ballast *b);
/* Makes a piece of it, or cuts what is too long.  LLMREG_ENOSPACE: there is not
 * room enough for it; LLMREG_EIO; each with err. */
LLMREG_MUSTCHECK int ballast_step(struct ballast *b, struct llmreg_error *err);
/* True: there is more room than before. */
bool ballast_release(struct ballast *b);
/* So many bytes must be free before it is made. */
int64_t ballast_needs(const struct ballast *b);

#endif
