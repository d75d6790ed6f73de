/* SPDX-License-Identifier: MIT */
/* reader.h - a look at a database that another thread can end.
 *
 * A copy or a check of a large file takes minutes, and the program must not
 * wait for it when it leaves.  Who looks opens a connection here and closes it
 * soon: as long as it reads, the log of the file cannot begin anew.
 *
 *   reads  -> halted  reader_halt, from any thread; there is no way back
 * After that an open fails, and what runs ends with LLMREG_EIO in a moment.
 *
 * Threads:   reader_halt and reader_is_halted any; the rest belong to one.
 * Blocking:  what is done with the connection, on the disk; reader_halt never.
 * Ownership: a struct reader is the caller's, and so is the database.
 */
#ifndef LLMREG_STORE_READER_H
#define LLMREG_STORE_READER_H

#include <stdatomic.h>

#include <llmreg/thread.h>

#include "common/store/database.h"

struct reader {
    struct llmreg_lock lock;
    sqlite3 *running; /* guarded by lock; NULL: none is open */
    /* written by reader_halt, read by everybody */
    atomic_bool halted;
};

/* LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int reader_init(struct reader *r);
/* Nothing is open. */
void reader_fini(struct reader *r);

/* Opens the file to read it, one at a time; it must exist.  Nobody has looked
 * yet whether it is ours.  Has no prepared statement.  Statuses as
 * database_open, with err. */
LLMREG_MUSTCHECK int reader_open(struct reader *r, const char *path,
                                 struct database *db, struct llmreg_error *err);
/* The same of a file that nobody writes to: no lock is taken, and nothing is
 * made or looked for beside it. */
LLMREG_MUSTCHECK int reader_open_still(struct reader *r, const char *path,
                                       struct database *db,
                                       struct llmreg_error *err);
/* A database that could not be opened is fine. */
void reader_close(struct reader *r, struct database *db);

/* May be called again, for one that began between two statements. */
void reader_halt(struct reader *r);
bool reader_is_halted(const struct reader *r);
/* LLMREG_EIO with err once it is halted: for loops of ours. */
LLMREG_MUSTCHECK int reader_goes_on(const struct reader *r,
                                    struct llmreg_error *err);

#endif
