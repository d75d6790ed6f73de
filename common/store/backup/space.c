/* SPDX-License-Identifier: MIT */
/* space.c - one look at the file system, one comparison. */
#include "common/store/backup/space.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

#define MIB        (INT64_C(1) << 20)
#define LEFT_BYTES (64 * MIB)
#define LEFT_FILES 16

int space_of(const char *dir, struct space *out, struct llmreg_error *err)
{
    struct statvfs fs;

    if (statvfs(dir, &fs) != 0) {
        llmreg_error_set(err, "cannot ask how much is free in %s: %s", dir,
                         strerror(errno));
        return LLMREG_EIO;
    }
    out->total_bytes = (int64_t)fs.f_blocks * (int64_t)fs.f_frsize;
    out->free_bytes = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
    out->free_files = fs.f_files > 0 ? (int64_t)fs.f_favail : -1;
    return LLMREG_OK;
}

/* Rounded up, so that what is short never looks enough. */
static long long mib(int64_t bytes)
{
    return (long long)((bytes + MIB - 1) / MIB);
}

int space_check(const struct space *s, const char *dir, int64_t bytes,
                struct llmreg_error *err)
{
    const int64_t left = 2 * bytes > LEFT_BYTES ? 2 * bytes : LEFT_BYTES;

    if (s->free_bytes < bytes + left) {
        llmreg_error_set(err,
                         "no room for a copy in %s: %lld MiB are free, it "
                         "takes %lld, and %lld must be left",
                         dir, (long long)(s->free_bytes / MIB), mib(bytes),
                         mib(left));
        return LLMREG_ENOSPACE;
    }
    if (s->free_files >= 0 && s->free_files < LEFT_FILES) {
        llmreg_error_set(err,
                         "no room for a copy in %s: there may be %lld files "
                         "more, and %d must be left",
                         dir, (long long)s->free_files, LEFT_FILES);
        return LLMREG_ENOSPACE;
    }
    return LLMREG_OK;
}
