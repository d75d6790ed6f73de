/* SPDX-License-Identifier: MIT */
/* database.h - the one connection to the one file.
 *
 * Debian's SQLite has a fault that needs two connections which write or
 * checkpoint at the same instant.  This connection therefore does all writes
 * and all checkpoints of the file, on one thread; everybody else only reads.
 *
 * After any error the transaction is rolled back and the connection must be
 * closed: a second fsync after a failed one may lie.
 *
 * Threads:   one at a time.
 * Blocking:  on the disk.
 * Ownership: a struct database is the caller's; all zero is a closed one.
 */
#ifndef LLMREG_STORE_DATABASE_H
#define LLMREG_STORE_DATABASE_H

#include <sqlite3.h>

#include <llmreg/status.h>

#include "common/store/care/sums.h"

/* Every statement that is ever run with data in it; SQL in statements.c. */
enum db_statement {
    DB_BEGIN,
    DB_COMMIT,
    DB_META_GET,
    DB_META_PUT,
    DB_ENDPOINT_PUT,
    DB_ENDPOINT_DELETE,
    DB_ENDPOINT_IDS,
    DB_ENDPOINT_LIST,
    DB_LABEL_PUT,
    DB_LABEL_DELETE,
    DB_LABEL_LIST,
    DB_OPERATOR_LABEL_PUT,
    DB_OPERATOR_LABEL_DELETE,
    DB_OPERATOR_LABEL_LIST,
    DB_HEALTH_PUT,
    DB_MODEL_PUT,
    DB_MODEL_DELETE,
    DB_MODEL_LIST,
    DB_AGENT_PUT,
    DB_AGENT_DELETE,
    DB_AGENT_IDS,
    DB_AGENT_LIST,
    DB_PRESENCE_PUT,
    DB_HOST_PUT,
    DB_HOST_DELETE,
    DB_HOST_IDS,
    DB_HOST_LIST,
    DB_REPORT_PUT,
    DB_ADDRESS_PUT,
    DB_ADDRESS_DELETE,
    DB_ADDRESS_LIST,
    DB_SESSION_PUT,
    DB_SESSION_DELETE,
    DB_SESSION_IDS,
    DB_SESSION_LIST,
    DB_ALERT_PUT,
    DB_ALERT_DELETE,
    DB_ALERT_IDS,
    DB_ALERT_LIST,
    DB_ALERT_TOLD,
    DB_TOKEN_PUT,
    DB_TOKEN_DELETE,
    DB_TOKEN_IDS,
    DB_TOKEN_LIST,
    DB_AUDIT_PUT,
    DB_AUDIT_COUNT,
    DB_AUDIT_PRUNE,
    DB_AUDIT_NEWEST,
    DB_BEAT_PUT,
    DB_BEAT_COUNT,
    DB_BEAT_PRUNE,
    DB_BEAT_EXPIRE,
    DB_COMPACTION_PUT,
    DB_COMPACTION_PRUNE,
    DB_COMPACTION_LIST,
    DB_EVENT_PUT,
    DB_EVENT_COUNT,
    DB_EVENT_PRUNE,
    DB_STATEMENTS
};
const char *database_sql(enum db_statement which);

struct database {
    sqlite3 *handle;
    sqlite3_stmt *statement[DB_STATEMENTS];
    int wal_pages; /* in the log, not yet known to be checkpointed */
    bool full;     /* synchronous = FULL, else NORMAL */
    bool held;     /* the last checkpoint could not empty it: somebody reads */
    struct sums sums;
};

/* Opens, checks (pages, rows and sums) and if need be migrates the file, which
 * must exist (it may be empty); before it is migrated a copy is set beside it
 * (copy.h).  A struct database that is open stays where it is.  Each with
 * err, and *db closed:
 * LLMREG_ECORRUPT: not a database of ours, or damaged.  LLMREG_EVERSION: of a
 * newer llmreg; nothing in it was changed.  LLMREG_ENOSPACE, LLMREG_EIO,
 * LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int database_open(struct database *db, const char *path,
                                   struct llmreg_error *err);
/* sound: what is in the log goes into the file first.  Not after an error. */
void database_close(struct database *db, bool sound);
bool database_is_open(const struct database *db);
/* The path leads to another file by now, or to none. */
bool database_has_moved(struct database *db);

/* durable: the commit waits for fsync. */
LLMREG_MUSTCHECK int database_begin(struct database *db, bool durable,
                                    struct llmreg_error *err);
LLMREG_MUSTCHECK int database_commit(struct database *db,
                                     struct llmreg_error *err);
void database_rollback(struct database *db);
/* Moves all of the log into the file and begins the log anew, if no reader is
 * in the way for long.  keep_room: as long as it was, because what it has of a
 * full disk others would take. */
LLMREG_MUSTCHECK int database_restart_log(struct database *db, bool keep_room,
                                          struct llmreg_error *err);
/* Moves what can be moved from the log into the file, waiting for nobody. */
LLMREG_MUSTCHECK int database_checkpoint(struct database *db,
                                         struct llmreg_error *err);

/* ---- for those who open a connection of their own (reader.h) ---- */

/* Connects and no more; nothing of the file is read yet.  flags: READONLY or
 * READWRITE.  After a failure the handle is to be closed, too. */
LLMREG_MUSTCHECK int database_connect(struct database *db, const char *path,
                                      int flags, struct llmreg_error *err);
/* The first column of the first row, as text cut to size; "" for none. */
LLMREG_MUSTCHECK int database_ask(struct database *db, const char *sql,
                                  char *out, size_t size,
                                  struct llmreg_error *err);
LLMREG_MUSTCHECK int database_ask_number(struct database *db, const char *sql,
                                         int64_t *out,
                                         struct llmreg_error *err);

/* The status for SQLite's code, with its words and errno's in err. */
int database_status(struct database *db, int code, const char *doing,
                    struct llmreg_error *err);

#endif
