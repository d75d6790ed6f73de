/* SPDX-License-Identifier: MIT */
/* slurp.c - opened without blocking and without passing it to children. */
#include "plugins/llm_probe/slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int file_stamp_get(const char *path, struct file_stamp *out)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return LLMREG_EIO;
    *out = (struct file_stamp){
        .device = (uint64_t)st.st_dev,
        .inode = (uint64_t)st.st_ino,
        .size = (uint64_t)st.st_size,
        .mtime_ns =
            st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec,
        .ctime_ns =
            st.st_ctim.tv_sec * INT64_C(1000000000) + st.st_ctim.tv_nsec,
    };
    return LLMREG_OK;
}

bool file_stamp_same(const struct file_stamp *a, const struct file_stamp *b)
{
    return a->device == b->device && a->inode == b->inode &&
           a->size == b->size && a->mtime_ns == b->mtime_ns &&
           a->ctime_ns == b->ctime_ns;
}

static int say(struct llmreg_error *err, const char *path, int number)
{
    char words[96];

    llmreg_error_set(err, "%s: %s", path,
                     strerror_r(number, words, sizeof words));
    return LLMREG_EIO;
}

/* How long the file is, if it is one that can be read at once. */
static int measure(int fd, const char *path, size_t max, size_t *size,
                   struct llmreg_error *err)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return say(err, path, errno);
    if (!S_ISREG(st.st_mode)) {
        llmreg_error_set(err, "%s: is not a regular file", path);
        return LLMREG_EINVAL;
    }
    if (st.st_size > (off_t)max) {
        llmreg_error_set(err, "%s: %lld bytes: allowed are %zu", path,
                         (long long)st.st_size, max);
        return LLMREG_ETOOBIG;
    }
    *size = (size_t)st.st_size;
    return LLMREG_OK;
}

static int read_all(int fd, const char *path, struct slurp *s, size_t size,
                    struct llmreg_error *err)
{
    while (s->len < size) {
        ssize_t got = read(fd, s->bytes + s->len, size - s->len);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return say(err, path, errno);
        if (got == 0)
            break;
        s->len += (size_t)got;
    }
    return LLMREG_OK;
}

int slurp_read(const char *path, size_t max, struct slurp *out,
               struct llmreg_error *err)
{
    struct slurp s = {0};
    size_t size = 0;
    int rc = LLMREG_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0)
        return say(err, path, errno);
    rc = measure(fd, path, max, &size, err);
    if (rc != LLMREG_OK)
        goto done;
    s.bytes = malloc(size + 1);
    if (s.bytes == NULL) {
        llmreg_error_set(err, "%s: %s", path,
                         llmreg_status_text(LLMREG_ENOMEM));
        rc = LLMREG_ENOMEM;
        goto done;
    }
    rc = read_all(fd, path, &s, size, err);
    if (rc != LLMREG_OK)
        goto done;
    *out = s;
    s = (struct slurp){0};
done:
    close(fd);
    slurp_free(&s);
    return rc;
}

void slurp_free(struct slurp *s)
{
    if (s->bytes != NULL)
        explicit_bzero(s->bytes, s->len);
    free(s->bytes);
    *s = (struct slurp){0};
}
