/* SPDX-License-Identifier: MIT */
/* make.c - VACUUM INTO on a reader: one snapshot, compact, and the writer goes
 * on meanwhile.  SQLite is told not to sync what it writes there, which would
 * be all at once; we do (publish.h).
 */
#include "common/store/backup/make.h"

#include <string.h>
#include <unistd.h>

#include <llmreg/text.h>

#include "common/store/backup/digest.h"
#include "common/store/backup/inspect.h"
#include "common/store/backup/list.h"
#include "common/store/backup/name.h"
#include "common/store/backup/publish.h"
#include "common/store/backup/space.h"

#define PAGES                                                                  \
    "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"

static void name_parts(struct parts *p, const struct make *m, const char *hub)
{
    char suffix[LIST_SUFFIX_SIZE];

    list_part_suffix(suffix, hub);
    backup_path(p->file, m->dir, m->id, suffix);
    list_manifest_suffix(suffix, hub);
    backup_path(p->manifest, m->dir, m->id, suffix);
    backup_path(p->file_name, m->dir, m->id, ".db");
    backup_path(p->manifest_name, m->dir, m->id, ".json");
}

static int check_space(const struct make *m, struct database *db,
                       struct llmreg_error *err)
{
    struct space space;
    int64_t bytes = 0;
    int rc = database_ask_number(db, PAGES, &bytes, err);

    if (rc == LLMREG_OK)
        rc = space_of(m->dir, &space, err);
    if (rc == LLMREG_OK)
        rc = space_check(&space, m->dir, bytes, err);
    return rc;
}

static int vacuum(struct database *db, const char *to, struct llmreg_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int code =
        sqlite3_exec(db->handle, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
    int rc = LLMREG_OK;

    if (code == SQLITE_OK)
        code =
            sqlite3_prepare_v2(db->handle, "VACUUM INTO ?1", -1, &stmt, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(stmt, 1, to, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if (code != SQLITE_DONE)
        rc = database_status(db, code, "copy", err);
    sqlite3_finalize(stmt);
    return rc;
}

/* The part is made before, empty: with our mode, and never another's. */
static int copy(const struct make *m, struct parts *p, struct reader *r,
                char *hub, struct llmreg_error *err)
{
    struct database db;
    int rc = reader_open(r, m->live, &db, err);

    if (rc == LLMREG_OK)
        rc = inspect_hub(&db, hub, err);
    if (rc == LLMREG_OK)
        rc = check_space(m, &db, err);
    if (rc == LLMREG_OK) {
        name_parts(p, m, hub);
        rc = files_make_file(p->file, err);
    }
    if (rc == LLMREG_OK)
        rc = vacuum(&db, p->file, err);
    reader_close(r, &db);
    return rc;
}

static int describe(const struct make *m, const struct parts *p,
                    struct reader *r, struct llmreg_backup *out,
                    struct llmreg_error *err)
{
    struct digest digest;
    int rc = inspect_file(p->file, r, out, err);

    if (rc == LLMREG_OK)
        rc = digest_file(p->file, r, &digest, err);
    if (rc != LLMREG_OK)
        return rc;
    out->bytes = digest.bytes;
    memcpy(out->sha256, digest.sha256, sizeof out->sha256);
    out->took_ms = llmreg_clock_now(m->clock).wall_ms - out->made_ms;
    if (out->took_ms < 0)
        out->took_ms = 0;
    return LLMREG_OK;
}

int make_backup(const struct make *m, struct reader *r,
                struct llmreg_backup *out, struct llmreg_error *err)
{
    struct parts p = {.file = ""};
    char hub[sizeof out->hub] = "";
    int rc = files_make_dir(m->dir, err);

    memset(out, 0, sizeof *out);
    out->why = m->why;
    out->made_ms = llmreg_clock_now(m->clock).wall_ms;
    llmreg_copy_message(out->id, sizeof out->id, m->id);
    llmreg_copy_message(out->program, sizeof out->program, LLMREG_RELEASE);
    if (rc == LLMREG_OK)
        rc = copy(m, &p, r, hub, err);
    if (rc == LLMREG_OK)
        rc = describe(m, &p, r, out, err);
    if (rc == LLMREG_OK)
        rc = publish_backup(&p, r, out, err);
    if (rc != LLMREG_OK && p.file[0] != '\0')
        unlink(p.file);
    return rc;
}
