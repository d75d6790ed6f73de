/* SPDX-License-Identifier: MIT */
/* merge.h - what a restore must not take back, put into the file that will be
 * restored.
 *
 *   token      those of now win; one that was revoked and forgotten since comes
 *              back revoked
 *   audit, event, heartbeat, session   what is in either file
 *   alert      those of now: people were told of them
 *   meta       the hub is this one; event numbers go on above both files'
 *
 * Threads:   one at a time.
 * Blocking:  on the disk.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_RESTORE_MERGE_H
#define LLMREG_STORE_RESTORE_MERGE_H

#include <llmreg/clock.h>
#include <llmreg/status.h>

/* Changes part, in one transaction, and reads live; both of the present
 * version, part with no log beside it, before and after.  LLMREG_ENOSPACE,
 * LLMREG_EIO, LLMREG_ENOMEM, LLMREG_ECORRUPT, with err; part is as before or
 * to be dropped then. */
LLMREG_MUSTCHECK int merge_files(const char *live, const char *part,
                                 const struct llmreg_now *now,
                                 struct llmreg_error *err);
/* The same where there is no live file, or none that can be read: numbers go
 * on at the clock, as without any file (sequence.h). */
LLMREG_MUSTCHECK int merge_alone(const char *part, const struct llmreg_now *now,
                                 struct llmreg_error *err);

#endif
