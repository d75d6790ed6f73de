/* SPDX-License-Identifier: MIT */
/* tables.h - what a file of each version has in it, and what holds of that.
 *
 * A file can be whole for SQLite and wrong for us.  Each table has a row here
 * with a question whose answer is how many of its rows cannot be; a test
 * compares the rows with the schema.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: static strings.
 */
#ifndef LLMREG_STORE_BACKUP_TABLES_H
#define LLMREG_STORE_BACKUP_TABLES_H

#include <stddef.h>

struct backup_table {
    const char *name;
    int since, until;  /* versions of the schema; until 0: still */
    const char *count; /* its rows */
    const char *wrong; /* those that cannot be */
};

/* NULL after the last. */
const struct backup_table *backup_table(size_t i);

#endif
