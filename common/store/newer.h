/* SPDX-License-Identifier: MIT */
/* newer.h - what this program can take from the file of a newer one.
 *
 * Whoever went back to an older package stands before a hub that knows no token
 * and has forgotten what is drained.  So a file of a newer schema is read as
 * far as its tables are those that this version knows, if all its checks agree;
 * it is opened read-only, and nothing in it is changed.
 *
 * Threads:   the store's thread.
 * Blocking:  on the disk.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_NEWER_H
#define LLMREG_STORE_NEWER_H

#include "common/store/load.h"
#include "common/store/sequence.h"

struct newer {
    const char *path;
    struct load *load;
    struct sequence *sequence; /* goes on above the file's numbers */
};

/* Tells in the log what was taken and what was not. */
void newer_read(const struct newer *n, const struct llmreg_now *now);

#endif
