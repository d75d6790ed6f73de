/* SPDX-License-Identifier: MIT */
/* compare.h - what a restore would change, file against file.
 *
 * Threads:   one at a time; a difference any (llmreg/restore.h).
 * Blocking:  on the disk.
 * Ownership: a difference is a counted value.
 */
#ifndef LLMREG_STORE_RESTORE_COMPARE_H
#define LLMREG_STORE_RESTORE_COMPARE_H

#include <llmreg/restore.h>

#include "common/store/reader.h"

/* Both of the present version; part has been merged (merge.h).  LLMREG_EIO,
 * LLMREG_ENOMEM, with err. */
LLMREG_MUSTCHECK int compare_files(const char *live, const char *part,
                                   struct reader *r,
                                   struct llmreg_difference **out,
                                   struct llmreg_error *err);
/* Whether that table of part fits what live has in the others.  LLMREG_EEXIST
 * with err: it does not.  Others as above. */
LLMREG_MUSTCHECK int compare_fit(const char *live, const char *part,
                                 const char *table, struct reader *r,
                                 struct llmreg_error *err);
struct llmreg_difference *compare_hold(struct llmreg_difference *d);

#endif
