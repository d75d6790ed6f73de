/* SPDX-License-Identifier: MIT */
/* seal.h - checksums of all rows and sums of all tables, computed anew.
 *
 * For rows whose checksums nobody has kept: those of a schema before they had
 * any, and those that a later step of the schema changed.
 *
 * Threads:   the connection's.
 * Blocking:  on the disk.
 * Ownership: the connection is lent.
 */
#ifndef LLMREG_STORE_SEAL_H
#define LLMREG_STORE_SEAL_H

#include <sqlite3.h>

#include "common/store/care/tables.h"

#define SEAL_VERSION 5 /* the schema that has checksums */
/* The name in the table digest under which the schema itself is. */
#define SEAL_SCHEMA  "sqlite_schema"

/* Inside a transaction, with no sums open on the connection.  SQLITE_OK or
 * SQLite's code. */
int seal_all(sqlite3 *db);
/* The checksums of that table's rows only; sums may be open, and follow. */
int seal_rows(sqlite3 *db, enum table which);

#endif
