/* SPDX-License-Identifier: MIT */
/* make.h - one backup, from the live file to a name that counts.
 *
 *   VACUUM INTO part -> check it -> SHA-256 -> sync -> manifest -> its name
 *
 * Each step may fail, and then nothing of it is left.  Killed in between, it
 * leaves a part, which the next start removes (list.h): the name comes last.
 *
 * Threads:   one at a time.
 * Blocking:  on the disk, for as long as the file takes to be read and written;
 *            the log of the live file cannot begin anew during the first step.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_BACKUP_MAKE_H
#define LLMREG_STORE_BACKUP_MAKE_H

#include <llmreg/backup.h>
#include <llmreg/clock.h>

#include "common/store/reader.h"

struct make {
    const char *live; /* path of the database */
    const char *dir;  /* made if its parent is there */
    const char *id;   /* of no other */
    enum llmreg_backup_why why;
    const struct llmreg_clock *clock;
};

/* What was made in *out.  LLMREG_ENOSPACE, LLMREG_ECORRUPT (the copy, and so
 * the file), LLMREG_EIO, LLMREG_ENOMEM, each with err. */
LLMREG_MUSTCHECK int make_backup(const struct make *m, struct reader *r,
                                 struct llmreg_backup *out,
                                 struct llmreg_error *err);

#endif
