/* SPDX-License-Identifier: MIT */
/* copy.c - VACUUM INTO, which sees what is still in the log, too.
 *
 * A copy with cp of an open database is neither whole nor consistent, and a
 * copy that nobody has looked at is none: it gets its name when it was read
 * and found to be well.
 */
#include "common/store/copy.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/store/care/check.h"
#include "common/store/database.h"
#include "common/store/files.h"

static int write_copy(sqlite3 *handle, const char *to, struct llmreg_error *err)
{
    struct database db = {.handle = handle};
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(handle, "VACUUM INTO ?1", -1, &stmt, NULL);
    int rc = LLMREG_OK;

    if (code == SQLITE_OK)
        code = sqlite3_bind_text(stmt, 1, to, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if (code != SQLITE_DONE)
        rc = database_status(&db, code, "copy", err);
    sqlite3_finalize(stmt);
    return rc;
}

/* Of the copy, not of the file: that stays where it is. */
static int check_copy(const char *path, struct llmreg_error *err)
{
    struct database db = {.handle = NULL};
    int code = sqlite3_open_v2(path, &db.handle, SQLITE_OPEN_READONLY, NULL);
    struct check_report report;
    int rc = code == SQLITE_OK ? check_run(db.handle, CHECK_QUICK, &report, err)
                               : database_status(&db, code, "read", err);

    sqlite3_close(db.handle);
    return rc == LLMREG_ECORRUPT ? LLMREG_EIO : rc;
}

int copy_make(sqlite3 *handle, const char *path, long version,
              struct llmreg_error *err)
{
    char name[FILES_PATH_SIZE + 32], part[FILES_PATH_SIZE + 40];
    int rc;

    snprintf(name, sizeof name, "%s.version-%ld", path, version);
    snprintf(part, sizeof part, "%s.part", name);
    unlink(part);
    rc = files_make_file(part, err); /* an empty one is written into */
    if (rc == LLMREG_OK)
        rc = write_copy(handle, part, err);
    if (rc == LLMREG_OK)
        rc = check_copy(part, err);
    if (rc == LLMREG_OK)
        rc = files_settle(part, name, err);
    if (rc != LLMREG_OK)
        unlink(part);
    return rc;
}
