/* SPDX-License-Identifier: MIT */
/* report.h - what a full check found goes into the file, or ends its use.
 *
 * Threads:   the store's thread.
 * Blocking:  on the disk.
 * Ownership: everything is lent.
 */
#ifndef LLMREG_STORE_REPORT_H
#define LLMREG_STORE_REPORT_H

#include "common/store/care/care.h"
#include "common/store/database.h"

/* When the last check of the file ended, for care. */
LLMREG_MUSTCHECK int report_load(struct care *care, struct database *db,
                                 struct llmreg_error *err);
/* Does nothing unless a check ended since; outside a transaction.
 * LLMREG_ECORRUPT with err: it found damage. */
LLMREG_MUSTCHECK int report_step(struct care *care, struct database *db,
                                 struct llmreg_error *err);

#endif
