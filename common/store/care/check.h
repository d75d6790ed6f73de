/* SPDX-License-Identifier: MIT */
/* check.h - is what the file holds what was written into it?
 *
 * SQLite's own checks see pages and their order.  These see the rows: the
 * checksum of each, and the number and the sum of all that a table has.  A
 * file of a schema before checksums (seal.h) has only SQLite's.
 *
 * Threads:   the connection's.
 * Blocking:  on the disk, for as long as reading all of it takes.
 * Ownership: the connection is lent; it may be a read-only one.  Each table
 *            is read in a transaction of its own, unless there is one.
 */
#ifndef LLMREG_STORE_CHECK_H
#define LLMREG_STORE_CHECK_H

#include <sqlite3.h>

#include <llmreg/status.h>

#include "common/store/care/sums.h"

enum check_depth {
    CHECK_ROWS,  /* rows and sums only */
    CHECK_QUICK, /* quick_check before it */
    CHECK_FULL   /* integrity_check before it */
};

struct check_report {
    struct check_table {
        int64_t rows; /* that could be read */
        int64_t bad;  /* whose checksum is wrong */
        bool damaged; /* or not all there, or not readable to its end */
    } table[TABLES];
    size_t damaged; /* tables */
    int64_t bad;    /* rows */
    bool pages;     /* SQLite's check, or the schema's sum, was not content */
    char what[256]; /* the first that was found, in words; "" */
};

/* Looks at everything, however much is damaged.  LLMREG_ECORRUPT: it is
 * damaged, and err says how; LLMREG_ENOMEM, LLMREG_EIO: that cannot be said,
 * and a transaction may be left open. */
LLMREG_MUSTCHECK int check_run(sqlite3 *db, enum check_depth depth,
                               struct check_report *out,
                               struct llmreg_error *err);

/* ---- the same in pieces ---- */

/* Each adds to *out what it finds.  SQLITE_OK, however much is damaged, or
 * the code of what kept it from looking. */
int check_pages(sqlite3 *db, enum check_depth depth, struct check_report *out);
int check_schema(sqlite3 *db, struct check_report *out);
int check_table(sqlite3 *db, enum table which, struct check_report *out);
bool check_is_sound(const struct check_report *report);

#endif
