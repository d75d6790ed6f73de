/* SPDX-License-Identifier: MIT */
/* audit.h - entries of the audit between registry and file.
 *
 * What is written is the event, which has all of an entry in it, so that no
 * entry is lost to a ring that is shorter than a burst.  Where events were lost
 * (the store was broken, or closing in a hurry) the registry's newest entries
 * are looked at instead.
 *
 * Threads:   the store's thread.
 * Blocking:  on the disk.
 * Ownership: nothing is kept.
 */
#ifndef LLMREG_STORE_AUDIT_H
#define LLMREG_STORE_AUDIT_H

#include "common/store/history.h"
#include "common/store/load.h"

/* Adds the batch's entries and drops the oldest that are too many; inside a
 * transaction.  *rows is how many there are in the file. */
LLMREG_MUSTCHECK int audit_write(const struct past *past, struct database *db,
                                 int64_t *rows, struct llmreg_error *err);
/* Puts the newest back, if nothing newer is there. */
LLMREG_MUSTCHECK int audit_load(struct load *l, struct database *db,
                                struct llmreg_error *err);

#endif
