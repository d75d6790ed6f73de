/* SPDX-License-Identifier: MIT */
/* sums.h - how many rows each table has and what their checksums add up to,
 * kept in the table digest, in the same transaction as the rows.
 *
 * A row's checksum tells that the row changed; only these tell that one is
 * missing, or is an older one.  SQLite tells of each row that a connection is
 * about to add, change or drop, cascades and REPLACE included, and what it
 * adds to the sum or takes from it is counted here:
 *
 *   sums_open     what the file says
 *   each row        now moves, kept does not
 *   sums_write    before COMMIT: what moved is written
 *   sums_settle   after COMMIT: kept is what now is
 *   sums_forget   after ROLLBACK: now is what kept is
 *
 * After an error inside a transaction all of it must be rolled back: SQLite
 * does not tell of a row that a failed statement took back.  A savepoint that
 * is rolled back needs a copy of now from before.
 *
 * Threads:   the connection's.
 * Blocking:  open and write on the disk, the others never.
 * Ownership: a struct sums is the caller's and stays where it is while it
 *            is open; the connection is lent.
 */
#ifndef LLMREG_STORE_SUMS_H
#define LLMREG_STORE_SUMS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/store/care/tables.h"

/* Of one table.  The order of the rows does not matter. */
struct sum {
    int64_t rows;
    uint64_t sum; /* modulo 2^64, of rowcrc_share */
};

struct sums {
    struct sum kept[TABLES], now[TABLES];
    int column[TABLES]; /* where crc is */
    enum table last;    /* the table of the row before */
    bool expects;       /* the statement that runs writes this checksum */
    int64_t crc;
    sqlite3_stmt *put;
    int code; /* SQLite's, the first that was not OK */
};

/* SQLITE_OK or SQLite's code.  SQLITE_CORRUPT: a table, its column crc or its
 * row in digest is missing. */
int sums_open(struct sums *d, sqlite3 *db);
/* Of what was opened or of all zero. */
void sums_close(struct sums *d, sqlite3 *db);

/* The statement that runs now writes one row, with that checksum: then it need
 * not be looked up in what SQLite has made of it.  Until sums_met. */
void sums_expect(struct sums *d, int64_t crc);
void sums_met(struct sums *d);

int sums_write(struct sums *d);
void sums_settle(struct sums *d);
void sums_forget(struct sums *d);

/* ---- for who counts anew ---- */

/* Counts one row; sign is 1 or -1. */
void sums_add(struct sum *s, int64_t crc, int sign);
/* One row of the table digest, by a statement that sums_prepare made. */
int sums_prepare(sqlite3 *db, sqlite3_stmt **out);
int sums_put(sqlite3_stmt *put, const char *name, const struct sum *s);
/* What the file says of that name; SQLITE_CORRUPT: nothing, or its row is
 * damaged. */
int sums_get(sqlite3 *db, const char *name, struct sum *out);
/* Of the schema as it is now: it has no rows with checksums. */
int sums_of_schema(sqlite3 *db, struct sum *out);
/* The code of a statement that ran to its end is SQLITE_OK. */
int sums_done(int code);

#endif
