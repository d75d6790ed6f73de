/* SPDX-License-Identifier: MIT */
/* publish.c - sync_file_range, each piece waited for, before the sync.
 *
 * An error of writing is told once: to us, and then not to the sync that
 * follows.  So it must not be lost here.
 */
#include "common/store/backup/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/backup/manifest.h"

#define PIECE (512 * 1024)

static int refuse(const char *path, struct llmreg_error *err)
{
    llmreg_error_set(err, "cannot write %s: %s", path, strerror(errno));
    return LLMREG_EIO;
}

/* Not every file system can do it; then the sync does all. */
static int write_piece(int fd, const char *path, off_t at,
                       struct llmreg_error *err)
{
    const unsigned flags = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
                           SYNC_FILE_RANGE_WAIT_AFTER;

    if (sync_file_range(fd, at, PIECE, flags) == 0 || errno == ENOSYS ||
        errno == EINVAL || errno == ESPIPE)
        return LLMREG_OK;
    return refuse(path, err);
}

static int write_pieces(int fd, const char *path, const struct reader *r,
                        struct llmreg_error *err)
{
    struct stat st;
    int rc = fstat(fd, &st) == 0 ? LLMREG_OK : refuse(path, err);

    for (off_t at = 0; rc == LLMREG_OK && at < st.st_size; at += PIECE) {
        rc = write_piece(fd, path, at, err);
        if (rc == LLMREG_OK)
            rc = reader_goes_on(r, err);
    }
    return rc;
}

static int write_out(const char *path, const struct reader *r,
                     struct llmreg_error *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc;

    if (fd < 0)
        return refuse(path, err);
    rc = write_pieces(fd, path, r, err);
    close(fd);
    return rc;
}

int publish_backup(const struct parts *p, const struct reader *r,
                   const struct llmreg_backup *b, struct llmreg_error *err)
{
    int rc = write_out(p->file, r, err);

    if (rc == LLMREG_OK)
        rc = manifest_write(b, p->manifest, p->manifest_name, err);
    if (rc != LLMREG_OK)
        return rc;
    rc = files_settle_new(p->file, p->file_name, err);
    if (rc != LLMREG_OK)
        unlink(p->manifest_name);
    return rc;
}
