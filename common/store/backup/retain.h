/* SPDX-License-Identifier: MIT */
/* retain.h - which backups stay.
 *
 *   newest     so many, however close together
 *   daily      the newest of each of the last so many days that have one
 *   weekly     the newest of each of the last so many weeks that have one
 *              (UTC; weeks begin on Monday)
 * A backup stays if one of the three wants it.  Safety copies count apart: the
 * newest RETAIN_SAFETY of them stay.  The newest good one always does.  One
 * that is not good is neither counted nor dropped: somebody may want to see it.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: values only.
 */
#ifndef LLMREG_STORE_BACKUP_RETAIN_H
#define LLMREG_STORE_BACKUP_RETAIN_H

#include <llmreg/backup.h>

#define RETAIN_SAFETY 5

struct retain_conf {
    int64_t newest, daily, weekly;
};

/* drop[i]: b[i] goes.  b: the newest first; only those of hub are anybody's to
 * drop. */
void retain_choose(const struct retain_conf *conf, const char *hub,
                   const struct llmreg_backup *b, size_t count, bool *drop);

#endif
