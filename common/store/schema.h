/* SPDX-License-Identifier: MIT */
/* schema.h - what the tables are, and how an older file gets them.
 *
 * Threads:   the store's thread.
 * Blocking:  on the disk.
 * Ownership: the handle is lent.
 */
#ifndef LLMREG_STORE_SCHEMA_H
#define LLMREG_STORE_SCHEMA_H

#include <sqlite3.h>

#include <llmreg/status.h>

#define SCHEMA_APPLICATION_ID 0x4C4C4D52 /* "LLMR" */
#define SCHEMA_VERSION        5          /* PRAGMA user_version */

/* The step from version - 1 to version (1 to SCHEMA_VERSION), as SQL. */
const char *schema_step(int version);

#endif
