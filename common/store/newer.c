/* SPDX-License-Identifier: MIT */
/* newer.c - each kind for itself: one whose tables were changed does not cost
 * the others.
 *
 * A checksum of a row is of all its columns, also of those that are not known
 * here (care/rowcrc.h), so that damage is found in this file, too.
 */
#include "common/store/newer.h"

#include <string.h>

#include "common/store/audit.h"
#include "common/store/care/check.h"
#include "common/store/kinds/kinds.h"

/* What cannot be prepared lacks something, and is not asked (cursor.h). */
static int open_it(struct database *db, const char *path,
                   struct llmreg_error *err)
{
    struct check_report report;

    memset(db, 0, sizeof *db);
    int rc = database_connect(db, path, SQLITE_OPEN_READONLY, err);
    if (rc == LLMREG_OK)
        rc = check_run(db->handle, CHECK_QUICK, &report, err);
    for (int i = 0; i < DB_STATEMENTS && rc == LLMREG_OK; i++)
        if (sqlite3_prepare_v2(db->handle, database_sql(i), -1,
                               &db->statement[i], NULL) == SQLITE_NOMEM)
            rc = LLMREG_ENOMEM;
    return rc;
}

static void tell(const struct newer *n, const char *what, int rc,
                 const struct llmreg_error *err)
{
    if (rc != LLMREG_OK)
        llmreg_log(n->load->world->log, LLMREG_WARNING,
                   "store: %s of a newer llmreg cannot be read: %s", what,
                   err->text);
}

static int read_kinds(const struct newer *n, struct database *db)
{
    struct llmreg_error err = {{0}};
    int rc = LLMREG_OK;

    for (int i = 0; i < LLMREG_ENTITIES && rc != LLMREG_ENOMEM; i++) {
        if (kind_of(i) == NULL)
            continue;
        rc = load_kind(n->load, kind_of(i), db, &err);
        tell(n, kind_of(i)->plural, rc, &err);
    }
    return rc == LLMREG_ENOMEM ? rc : LLMREG_OK;
}

static int read_all(const struct newer *n, struct database *db,
                    const struct llmreg_now *now, struct llmreg_error *err)
{
    int rc = sequence_take_over(n->sequence, db, n->load->world->bus, now, err);

    tell(n, "the numbers of events", rc, err);
    rc = read_kinds(n, db);
    if (rc != LLMREG_OK) {
        llmreg_error_set(err, "%s", llmreg_status_text(rc));
        return rc;
    }
    rc = audit_load(n->load, db, err);
    tell(n, "the audit", rc, err);
    return LLMREG_OK;
}

void newer_read(const struct newer *n, const struct llmreg_now *now)
{
    struct llmreg_error err = {{0}};
    struct database db;
    int rc = open_it(&db, n->path, &err);

    if (rc == LLMREG_OK)
        rc = read_all(n, &db, now, &err);
    tell(n, "all", rc, &err);
    database_close(&db, false);
}
