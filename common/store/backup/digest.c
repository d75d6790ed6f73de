/* SPDX-License-Identifier: MIT */
/* digest.c - the only file that knows nettle. */
#include "common/store/backup/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nettle/sha2.h>

#define PIECE 16384

static int refuse(const char *path, struct llmreg_error *err)
{
    llmreg_error_set(err, "cannot read %s: %s", path, strerror(errno));
    return LLMREG_EIO;
}

static void write_hex(char out[static LLMREG_SHA256_SIZE],
                      const uint8_t bytes[static SHA256_DIGEST_SIZE])
{
    for (size_t i = 0; i < SHA256_DIGEST_SIZE; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static int read_all(int fd, const char *path, const struct reader *r,
                    struct digest *out, struct llmreg_error *err)
{
    struct sha256_ctx sha;
    uint8_t piece[PIECE];
    ssize_t got = 1;
    int rc = LLMREG_OK;

    sha256_init(&sha);
    out->bytes = 0;
    while (rc == LLMREG_OK && got > 0) {
        got = read(fd, piece, sizeof piece);
        if (got < 0)
            return refuse(path, err);
        sha256_update(&sha, (size_t)got, piece);
        out->bytes += got;
        rc = reader_goes_on(r, err);
    }
    sha256_digest(&sha, SHA256_DIGEST_SIZE, piece);
    write_hex(out->sha256, piece);
    return rc;
}

int digest_file(const char *path, const struct reader *r, struct digest *out,
                struct llmreg_error *err)
{
    /* Not to wait for a pipe that has a backup's name. */
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat st;
    int rc;

    if (fd < 0)
        return refuse(path, err);
    if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) {
        llmreg_error_set(err, "%s is not a plain file", path);
        close(fd);
        return LLMREG_EIO;
    }
    rc = read_all(fd, path, r, out, err);
    close(fd);
    return rc;
}
