/* SPDX-License-Identifier: MIT */
/* reader.c - one connection, and a flag that it looks at.
 *
 * The flag alone would do for rows, but not for a check of pages, which is one
 * long instruction: that one is ended by sqlite3_interrupt, which in turn
 * knows nothing of a statement that is yet to begin.  Hence both.
 */
#include "common/store/reader.h"

#include <string.h>

#include <llmreg/text.h>

#include "common/store/files.h"

/* Instructions of SQLite between two looks at the flag: some microseconds. */
#define OFTEN 1000

int reader_init(struct reader *r)
{
    memset(r, 0, sizeof *r);
    return llmreg_lock_init(&r->lock);
}

void reader_fini(struct reader *r)
{
    llmreg_lock_fini(&r->lock);
}

static int look_at_flag(void *ctx)
{
    return reader_is_halted(ctx);
}

static void set_running(struct reader *r, sqlite3 *handle)
{
    llmreg_lock(&r->lock);
    r->running = handle;
    llmreg_unlock(&r->lock);
}

static int set_modes(struct database *db, struct llmreg_error *err)
{
    static const char modes[] = "PRAGMA trusted_schema = OFF;"
                                "PRAGMA cell_size_check = ON;"
                                "PRAGMA temp_store = MEMORY;"
                                "PRAGMA mmap_size = 0;"
                                "PRAGMA cache_size = -8192;";
    int code = sqlite3_exec(db->handle, modes, NULL, NULL, NULL);

    return code == SQLITE_OK ? LLMREG_OK
                             : database_status(db, code, "read", err);
}

static int open_for(struct reader *r, const char *name, int flags,
                    struct database *db, struct llmreg_error *err)
{
    int rc;

    memset(db, 0, sizeof *db);
    rc = database_connect(db, name, SQLITE_OPEN_READONLY | flags, err);
    if (rc == LLMREG_OK)
        rc = set_modes(db, err);
    if (rc == LLMREG_OK)
        rc = reader_goes_on(r, err);
    if (rc != LLMREG_OK) {
        database_close(db, false);
        return rc;
    }
    sqlite3_progress_handler(db->handle, OFTEN, look_at_flag, r);
    set_running(r, db->handle);
    return LLMREG_OK;
}

int reader_open(struct reader *r, const char *path, struct database *db,
                struct llmreg_error *err)
{
    return open_for(r, path, 0, db, err);
}

/* As a URI, in which some characters mean something. */
static void write_uri(char *out, size_t size, const char *path)
{
    struct llmreg_text t;

    llmreg_text_init(&t, out, size);
    llmreg_text_add(&t, "file:");
    for (const char *p = path; *p != '\0'; p++)
        llmreg_text_addf(&t, strchr("%?#", *p) != NULL ? "%%%02X" : "%c", *p);
    llmreg_text_add(&t, "?immutable=1");
}

int reader_open_still(struct reader *r, const char *path, struct database *db,
                      struct llmreg_error *err)
{
    char uri[3 * FILES_PATH_SIZE + 32];

    write_uri(uri, sizeof uri, path);
    return open_for(r, uri, SQLITE_OPEN_URI, db, err);
}

void reader_close(struct reader *r, struct database *db)
{
    set_running(r, NULL);
    database_close(db, false);
}

void reader_halt(struct reader *r)
{
    atomic_store(&r->halted, true);
    llmreg_lock(&r->lock);
    if (r->running != NULL)
        sqlite3_interrupt(r->running);
    llmreg_unlock(&r->lock);
}

bool reader_is_halted(const struct reader *r)
{
    return atomic_load(&r->halted);
}

int reader_goes_on(const struct reader *r, struct llmreg_error *err)
{
    if (!reader_is_halted(r))
        return LLMREG_OK;
    llmreg_error_set(err, "the program is leaving");
    return LLMREG_EIO;
}
