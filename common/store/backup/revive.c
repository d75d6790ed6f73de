/* SPDX-License-Identifier: MIT */
/* revive.c - between the check of a file and its use somebody may put another
 * one in its place: what counts is that the copy is alike what was checked.
 */
#include "common/store/backup/revive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/backup/digest.h"
#include "common/store/backup/inspect.h"
#include "common/store/files.h"
#include "common/store/schema.h"

#define PIECE 16384

/* ---- what is beside it ---- */

static void remove_beside(const char *to, const char *suffix)
{
    char path[FILES_PATH_SIZE + 32];

    snprintf(path, sizeof path, "%s%s", to, suffix);
    unlink(path);
}

void revive_drop(const char *to)
{
    char copy[32];

    remove_beside(to, "");
    remove_beside(to, "-journal");
    remove_beside(to, "-wal");
    remove_beside(to, "-shm");
    for (int version = 1; version < SCHEMA_VERSION; version++) {
        snprintf(copy, sizeof copy, ".version-%d", version);
        remove_beside(to, copy);
    }
}

/* ---- copying ---- */

static int fail(const char *doing, const char *path, struct llmreg_error *err)
{
    const int system = errno;

    llmreg_error_set(err, "cannot %s %s: %s", doing, path, strerror(system));
    return system == ENOSPC || system == EDQUOT ? LLMREG_ENOSPACE : LLMREG_EIO;
}

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        const ssize_t written = write(fd, bytes, len);

        if (written < 0)
            return -1;
        bytes += written;
        len -= (size_t)written;
    }
    return 0;
}

static int pour(const struct revive *v, const int fds[2], struct reader *r,
                struct llmreg_error *err)
{
    char piece[PIECE];
    ssize_t got = 1;
    int rc = LLMREG_OK;

    while (rc == LLMREG_OK && got > 0) {
        got = read(fds[0], piece, sizeof piece);
        if (got < 0)
            return fail("read", v->from, err);
        if (write_all(fds[1], piece, (size_t)got) != 0)
            return fail("write", v->to, err);
        rc = reader_goes_on(r, err);
    }
    return rc;
}

static int copy(const struct revive *v, struct reader *r,
                struct llmreg_error *err)
{
    const int flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    int fds[2] = {open(v->from, O_RDONLY | flags), -1};
    int rc;

    if (fds[0] < 0)
        return fail("read", v->from, err);
    fds[1] = open(v->to, O_WRONLY | O_CREAT | O_EXCL | flags, 0600);
    rc = fds[1] < 0 ? fail("make", v->to, err) : pour(v, fds, r, err);
    close(fds[0]);
    if (fds[1] >= 0 && close(fds[1]) != 0 && rc == LLMREG_OK)
        rc = fail("write", v->to, err);
    return rc;
}

/* ---- checking ---- */

static int inspect(const struct revive *v, struct reader *r,
                   struct llmreg_backup *found, struct llmreg_error *err)
{
    struct digest digest;
    int rc;

    if (v->backup != NULL) {
        *found = *v->backup;
        return inspect_backup(v->from, r, v->backup, err);
    }
    memset(found, 0, sizeof *found);
    rc = inspect_file(v->from, r, found, err);
    if (rc == LLMREG_OK)
        rc = digest_file(v->from, r, &digest, err);
    if (rc != LLMREG_OK)
        return rc;
    found->bytes = digest.bytes;
    memcpy(found->sha256, digest.sha256, sizeof found->sha256);
    return LLMREG_OK;
}

static int check_hub(const struct revive *v, const struct llmreg_backup *found,
                     struct llmreg_error *err)
{
    if (v->hub == NULL || v->hub[0] == '\0' || strcmp(v->hub, found->hub) == 0)
        return LLMREG_OK;
    llmreg_error_set(err,
                     "%s is of another hub (%s, this one is %s); it is taken "
                     "only by force",
                     v->from, found->hub, v->hub);
    return LLMREG_EEXIST;
}

static int compare(const struct revive *v, struct reader *r,
                   const struct llmreg_backup *found, struct llmreg_error *err)
{
    struct digest digest;
    int rc = digest_file(v->to, r, &digest, err);

    if (rc != LLMREG_OK || strcmp(digest.sha256, found->sha256) == 0)
        return rc;
    llmreg_error_set(err, "%s has changed while it was read", v->from);
    return LLMREG_EIO;
}

/* ---- using ---- */

/* The log must have gone into the file, or the file alone is not all of it. */
static int check_alone(const char *to, struct llmreg_error *err)
{
    char log[FILES_PATH_SIZE + 8];
    struct stat st;

    snprintf(log, sizeof log, "%s-wal", to);
    if (lstat(log, &st) != 0 || st.st_size == 0)
        return LLMREG_OK;
    llmreg_error_set(err, "%s cannot be moved into its database", log);
    return LLMREG_EIO;
}

static int migrate(const struct revive *v, struct reader *r, int64_t schema,
                   struct llmreg_error *err)
{
    struct llmreg_backup again = {.schema = 0};
    struct database db;
    int rc = database_open(&db, v->to, err);

    if (rc != LLMREG_OK)
        return rc;
    database_close(&db, true);
    rc = check_alone(v->to, err);
    if (rc == LLMREG_OK && schema < SCHEMA_VERSION)
        rc = inspect_file(v->to, r, &again, err);
    return rc;
}

/* The copy that a migration makes is of a copy. */
static void tidy(const struct revive *v, int64_t schema)
{
    char suffix[32];

    snprintf(suffix, sizeof suffix, ".version-%lld", (long long)schema);
    remove_beside(v->to, suffix);
    remove_beside(v->to, "-wal");
    remove_beside(v->to, "-shm");
}

int revive_file(const struct revive *v, struct reader *r,
                struct llmreg_backup *found, struct llmreg_error *err)
{
    int rc = inspect(v, r, found, err);

    if (rc == LLMREG_OK)
        rc = check_hub(v, found, err);
    if (rc != LLMREG_OK)
        return rc;
    revive_drop(v->to);
    rc = copy(v, r, err);
    if (rc == LLMREG_OK)
        rc = compare(v, r, found, err);
    if (rc == LLMREG_OK)
        rc = migrate(v, r, found->schema, err);
    if (rc == LLMREG_OK)
        tidy(v, found->schema);
    else
        revive_drop(v->to);
    return rc;
}
