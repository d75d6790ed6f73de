/* SPDX-License-Identifier: MIT */
/* salvage.h - all rows of a damaged file that are what was written.
 *
 * The file is taken page by page, whatever its header, its schema and its
 * trees say, and each record that has the checksum of a row of some table is
 * put into a new database.  That is all of the table if number and sum are
 * those that the damaged file itself has for it (sums.h).
 *
 * Only a file of the present version of the schema has all columns.
 *
 * Threads:   one at a time.
 * Blocking:  on the disk, for as long as it takes to read the file twice.
 * Ownership: the database is lent.
 */
#ifndef LLMREG_STORE_SALVAGE_H
#define LLMREG_STORE_SALVAGE_H

#include "common/store/database.h"

struct salvage {
    bool whole[TABLES]; /* nothing of it is missing, and nothing too many */
    bool all;           /* that is so of every table */
    int64_t rows;       /* that were saved */
    int64_t missing;    /* by what the file says itself; -1: that is lost */
    bool meta;          /* whose registry it is was among them */
};

/* into: new, and its own rows of meta go.  LLMREG_EIO, LLMREG_ENOSPACE,
 * LLMREG_ENOMEM, LLMREG_ECORRUPT (of into), with err. */
LLMREG_MUSTCHECK int salvage_run(const char *from, struct database *into,
                                 struct salvage *out, struct llmreg_error *err);

#endif
