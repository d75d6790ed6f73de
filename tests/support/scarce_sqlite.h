/* SPDX-License-Identifier: MIT */
/* scarce_sqlite.h - as scarce.h, of SQLite's allocations; and a disk that
 * nothing waits for, as it is not what is tested.
 *
 * Threads: one.
 */
#ifndef LLMREG_TEST_SCARCE_SQLITE_H
#define LLMREG_TEST_SCARCE_SQLITE_H

#include <stdbool.h>

/* Before anything is opened. */
void scarce_sqlite_hook(void);
void scarce_sqlite_from(long n);
bool scarce_sqlite_end(void);
/* So many were asked for since scarce_sqlite_from. */
long scarce_sqlite_asked(void);

#endif
