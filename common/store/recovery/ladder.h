/* SPDX-License-Identifier: MIT */
/* ladder.h - out of a damaged file, its backups, or nothing, a file to use.
 *
 *   all rows saved                -> those
 *   a good backup                 -> that, with the rows that were saved
 *   no good backup, rows saved    -> those
 *   nothing                       -> an empty one; agents register again
 *
 * What is built is called registry.db.part until it is whole, checked and on
 * disk; then it gets its name.  Killed before that, it is built anew.
 *
 * Threads:   the store's thread.
 * Blocking:  on the disk, for as long as it takes to read file and backup some
 *            times.
 * Ownership: values only; what is in struct ladder is lent.
 */
#ifndef LLMREG_STORE_LADDER_H
#define LLMREG_STORE_LADDER_H

#include <llmreg/backup.h>

#include "common/store/files.h"

enum recovery_from {
    RECOVERY_NONE,
    RECOVERY_SALVAGE, /* all that could be read, or all there was */
    RECOVERY_BACKUP,
    RECOVERY_BOTH,
    RECOVERY_EMPTY,
    RECOVERY_WAYS
};
const char *recovery_from_text(enum recovery_from from);

#define RECOVERY_STEPS 12

struct recovery {
    int64_t at_ms; /* wall time; 0: there was none */
    enum recovery_from from;
    struct llmreg_error why;
    char aside[80];                     /* name of the damaged file; "" */
    char backup[LLMREG_BACKUP_ID_SIZE]; /* ""; of these both */
    int64_t restored;                   /* rows of the backup */
    int64_t saved;                      /* rows of the damaged file */
    int64_t missing;  /* rows that it says it had; -1: that is not known */
    int64_t doubtful; /* tokens that wait for approval now */
    size_t nsteps;
    struct recovery_step {
        char name[16];
        struct llmreg_error text;
    } steps[RECOVERY_STEPS];
};

/* One that does not fit any more is not remembered. */
void recovery_note(struct recovery *r, const char *name, const char *format,
                   ...) LLMREG_PRINTF(3, 4);
/* A line of the log, and an event of the store called "recovery", a step. */
void recovery_tell(const struct recovery *r, const struct store_world *world);

struct ladder {
    const char *path;    /* of the database, which is not there */
    const char *damaged; /* path of the file set aside; "": none */
    const char *backups; /* directory */
    const char *hub;     /* whose it is; "": not known */
};

/* Adds to *out.  LLMREG_ENOSPACE, LLMREG_EIO, LLMREG_ENOMEM, with err: there
 * is nothing at path yet, and it may be tried again. */
LLMREG_MUSTCHECK int ladder_run(const struct ladder *l, struct recovery *out,
                                struct llmreg_error *err);

#endif
