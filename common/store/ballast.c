/* SPDX-License-Identifier: MIT */
/* ballast.c - allocates, and believes it when the blocks are there.
 *
 * A file that was only made long takes no room.  Where the file system knows
 * no fallocate, or does not do what it says, bytes are written that no
 * compression makes small.
 */
#include "common/store/ballast.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <llmreg/text.h>

#include "common/store/backup/space.h"

#define MIB   (INT64_C(1) << 20)
#define PIECE (16 * MIB)
#define BLOCK 512 /* of st_blocks */

void ballast_init(struct ballast *b, const char *dir, int64_t size)
{
    *b = (struct ballast){.size = size, .there = -1};
    llmreg_copy_message(b->dir, sizeof b->dir, dir);
    files_path(b->path, dir, BALLAST_FILE);
}

bool ballast_is_whole(const struct ballast *b)
{
    return b->there == b->size;
}

int64_t ballast_needs(const struct ballast *b)
{
    return BALLAST_TIMES * b->size;
}

static int fail(const struct ballast *b, struct llmreg_error *err)
{
    const bool full = errno == ENOSPC || errno == EDQUOT;

    llmreg_error_set(err, "cannot make %s: %s", b->path, strerror(errno));
    return full ? LLMREG_ENOSPACE : LLMREG_EIO;
}

/* ---- what is there ---- */

static int64_t allocated(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 ? (int64_t)st.st_blocks * BLOCK : 0;
}

/* Of a run before, perhaps of another size, or not whole. */
static void look(struct ballast *b)
{
    struct stat st;

    b->there = 0;
    if (lstat(b->path, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    b->there = st.st_size;
    if ((int64_t)st.st_blocks * BLOCK < b->there)
        b->there = 0;
}

/* ---- growing ---- */

static uint64_t next(uint64_t x)
{
    x ^= x << 13;
    x ^= x >> 7;
    return x ^ x << 17;
}

static int write_piece(int fd, int64_t from, int64_t to)
{
    uint64_t words[8192], x = (uint64_t)from + 1;
    ssize_t done;

    while (from < to) {
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            words[i] = x = next(x);
        const int64_t left = to - from;
        done = pwrite(
            fd, words,
            left < (int64_t)sizeof words ? (size_t)left : sizeof words, from);
        if (done <= 0)
            return -1;
        from += done;
    }
    return 0;
}

static int add_piece(int fd, int64_t from, int64_t to)
{
    if (fallocate(fd, 0, from, to - from) == 0 && allocated(fd) >= to)
        return 0;
    if (errno == ENOSPC || errno == EDQUOT)
        return -1;
    return write_piece(fd, from, to);
}

static int check_room(const struct ballast *b, struct llmreg_error *err)
{
    const int64_t needs = ballast_needs(b) - b->there;
    struct space space;
    int rc = space_of(b->dir, &space, err);

    if (rc != LLMREG_OK || space.free_bytes >= needs)
        return rc;
    llmreg_error_set(
        err, "no room for %s: %lld MiB are free in %s, and %lld must be",
        BALLAST_FILE, (long long)(space.free_bytes / MIB), b->dir,
        (long long)((needs + MIB - 1) / MIB));
    return LLMREG_ENOSPACE;
}

static int grow(struct ballast *b, int fd, struct llmreg_error *err)
{
    const int64_t left = b->size - b->there;
    const int64_t to = b->there + (left < PIECE ? left : PIECE);
    int rc = add_piece(fd, b->there, to) == 0 ? LLMREG_OK : fail(b, err);

    if (rc == LLMREG_OK)
        b->there = to;
    return rc;
}

static int resize(struct ballast *b, struct llmreg_error *err)
{
    const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
    int fd = open(b->path, flags, 0600);
    int rc = LLMREG_OK;

    if (fd < 0)
        return fail(b, err);
    if (b->there > b->size && ftruncate(fd, b->size) != 0)
        rc = fail(b, err);
    else if (b->there > b->size)
        b->there = b->size;
    else
        rc = grow(b, fd, err);
    close(fd);
    /* Half of what was asked for is in nobody's way for long. */
    if (rc != LLMREG_OK)
        ballast_release(b);
    return rc;
}

int ballast_step(struct ballast *b, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    if (b->there < 0)
        look(b);
    if (ballast_is_whole(b))
        return LLMREG_OK;
    if (b->size == 0) {
        ballast_release(b);
        return LLMREG_OK;
    }
    if (b->there < b->size)
        rc = check_room(b, err);
    return rc == LLMREG_OK ? resize(b, err) : rc;
}

bool ballast_release(struct ballast *b)
{
    if (b->there < 0)
        look(b);
    const bool some = unlink(b->path) == 0 && b->there > 0;

    b->there = 0;
    return some;
}
