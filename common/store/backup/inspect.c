/* SPDX-License-Identifier: MIT */
/* inspect.c - from what is cheap to what takes long. */
#include "common/store/backup/inspect.h"

#include <stdio.h>
#include <string.h>

#include <llmreg/text.h>

#include "common/store/backup/digest.h"
#include "common/store/backup/tables.h"
#include "common/store/care/check.h"
#include "common/store/schema.h"

#define HUB_LEN 32

static int damaged(struct database *db, const char *how,
                   struct llmreg_error *err)
{
    llmreg_error_set(err, "%s %s", sqlite3_db_filename(db->handle, "main"),
                     how);
    return LLMREG_ECORRUPT;
}

int inspect_hub(struct database *db,
                char out[static sizeof(((struct llmreg_backup *)0)->hub)],
                struct llmreg_error *err)
{
    int rc = database_ask(db, "SELECT value FROM meta WHERE key = 'hub_id'",
                          out, sizeof((struct llmreg_backup *)0)->hub, err);

    if (rc != LLMREG_OK)
        return rc;
    if (strlen(out) != HUB_LEN || strspn(out, "0123456789abcdef") != HUB_LEN)
        return damaged(db, "does not say whose registry it is", err);
    return LLMREG_OK;
}

static int ask_version(struct database *db, int64_t *out,
                       struct llmreg_error *err)
{
    int64_t application = 0;
    int rc =
        database_ask_number(db, "PRAGMA application_id", &application, err);

    if (rc == LLMREG_OK)
        rc = database_ask_number(db, "PRAGMA user_version", out, err);
    if (rc != LLMREG_OK)
        return rc;
    if (application != SCHEMA_APPLICATION_ID || *out < 1)
        return damaged(db, "is not a database of llmreg", err);
    if (*out <= SCHEMA_VERSION)
        return LLMREG_OK;
    (void)damaged(db, "was written by a newer llmreg", err);
    return LLMREG_EVERSION;
}

static int check_references(struct database *db, struct llmreg_error *err)
{
    char table[64], how[128];
    int rc =
        database_ask(db, "PRAGMA foreign_key_check", table, sizeof table, err);

    if (rc != LLMREG_OK || table[0] == '\0')
        return rc;
    snprintf(how, sizeof how, "is damaged: a row of %s belongs to none", table);
    return damaged(db, how, err);
}

static int count_table(struct database *db, const struct backup_table *t,
                       struct llmreg_backup *out, struct llmreg_error *err)
{
    struct llmreg_backup_rows *into = &out->tables[out->ntables];
    int64_t wrong = 0;
    char how[128];
    int rc = database_ask_number(db, t->count, &into->rows, err);

    if (rc == LLMREG_OK)
        rc = database_ask_number(db, t->wrong, &wrong, err);
    if (rc != LLMREG_OK)
        return rc;
    snprintf(into->table, sizeof into->table, "%s", t->name);
    out->ntables++;
    if (wrong == 0)
        return LLMREG_OK;
    snprintf(how, sizeof how, "is damaged: %lld rows of %s cannot be",
             (long long)wrong, t->name);
    return damaged(db, how, err);
}

static int count_tables(struct database *db, struct llmreg_backup *out,
                        struct llmreg_error *err)
{
    const struct backup_table *t;
    int rc = LLMREG_OK;

    out->ntables = 0;
    for (size_t i = 0; rc == LLMREG_OK && (t = backup_table(i)) != NULL; i++)
        if (out->schema >= t->since &&
            (t->until == 0 || out->schema <= t->until))
            rc = count_table(db, t, out, err);
    return rc;
}

static int look_at(struct database *db, struct llmreg_backup *out,
                   struct llmreg_error *err)
{
    struct check_report report;
    int rc = ask_version(db, &out->schema, err);

    if (rc == LLMREG_OK)
        rc = check_run(db->handle, CHECK_QUICK, &report, err);
    if (rc == LLMREG_OK)
        rc = check_references(db, err);
    if (rc == LLMREG_OK)
        rc = count_tables(db, out, err);
    if (rc == LLMREG_OK)
        rc = inspect_hub(db, out->hub, err);
    if (rc == LLMREG_OK)
        rc = database_ask_number(
            db, "SELECT value FROM meta WHERE key = 'synced_seq'",
            &out->synced_seq, err);
    return rc;
}

int inspect_file(const char *path, struct reader *r, struct llmreg_backup *out,
                 struct llmreg_error *err)
{
    struct database db;
    int rc = reader_open_still(r, path, &db, err);

    if (rc == LLMREG_OK)
        rc = look_at(&db, out, err);
    reader_close(r, &db);
    return rc;
}

static bool is_same(const struct llmreg_backup *a,
                    const struct llmreg_backup *b)
{
    bool same = a->schema == b->schema && a->synced_seq == b->synced_seq &&
                a->ntables == b->ntables && strcmp(a->hub, b->hub) == 0;

    for (size_t i = 0; same && i < a->ntables; i++)
        same = a->tables[i].rows == b->tables[i].rows &&
               strcmp(a->tables[i].table, b->tables[i].table) == 0;
    return same;
}

int inspect_backup(const char *path, struct reader *r,
                   const struct llmreg_backup *b, struct llmreg_error *err)
{
    struct llmreg_backup found = {.why = b->why};
    struct digest digest;
    int rc = digest_file(path, r, &digest, err);

    if (rc != LLMREG_OK)
        return rc;
    if (digest.bytes != b->bytes || strcmp(digest.sha256, b->sha256) != 0) {
        llmreg_error_set(err,
                         "%s is not what its manifest says: it has "
                         "another SHA-256",
                         path);
        return LLMREG_ECORRUPT;
    }
    rc = inspect_file(path, r, &found, err);
    if (rc != LLMREG_OK || is_same(&found, b))
        return rc;
    llmreg_error_set(err, "%s is not what its manifest says", path);
    return LLMREG_ECORRUPT;
}
