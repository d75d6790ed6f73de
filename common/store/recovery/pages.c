/* SPDX-License-Identifier: MIT */
/* pages.c - which version of a page counts, and which pages are in use.
 *
 * A frame of the log counts if its salt is the log's, its checksum, which is
 * of all frames before it, too, is right, and a commit comes at it or behind.
 *
 * Files that can shrink have pages that say of the others what they are: page
 * 2, and then one for every 819 pages.  Rows on a free page are of the past.
 */
#include "common/store/recovery/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/files.h"

#define LOG_HEADER   32
#define FRAME_HEADER 24
#define LOG_MAGIC    0x377f0682U /* the lowest bit: words are big-endian */
#define MAP_ENTRY    5
#define MAP_PAGES    (PAGES_SIZE / MAP_ENTRY + 1)

enum { MAP_FREE = 2, MAP_OVERFLOW_1, MAP_OVERFLOW_2 };

uint32_t pages_u32(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
           (uint32_t)at[2] << 8 | at[3];
}

uint16_t pages_u16(const unsigned char *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

/* ---- the log ---- */

struct check {
    uint32_t a, b;
    bool big; /* words are big-endian */
};

static uint32_t word(const struct check *c, const unsigned char *at)
{
    if (c->big)
        return pages_u32(at);
    return (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 |
           (uint32_t)at[1] << 8 | at[0];
}

static void check_add(struct check *c, const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i + 8 <= len; i += 8) {
        c->a += word(c, bytes + i) + c->b;
        c->b += word(c, bytes + i + 4) + c->a;
    }
}

static bool check_is(const struct check *c, const unsigned char *at)
{
    return c->a == pages_u32(at) && c->b == pages_u32(at + 4);
}

struct frame {
    unsigned char header[FRAME_HEADER];
    unsigned char page[PAGES_SIZE];
};

static bool read_all(int fd, void *out, size_t len, off_t at)
{
    return pread(fd, out, len, at) == (ssize_t)len;
}

/* A page that the log has and that is not yet committed. */
static int note(struct pages *p, uint32_t number, off_t at)
{
    if (number >= p->logged) {
        const uint32_t room = number + 1024;
        off_t *grown = realloc(p->newest, room * sizeof *grown);

        if (grown == NULL)
            return LLMREG_ENOMEM;
        memset(grown + p->logged, 0, (room - p->logged) * sizeof *grown);
        p->newest = grown;
        p->logged = room;
    }
    p->newest[number] = at;
    return LLMREG_OK;
}

static bool read_frame(const struct pages *p, struct check *c,
                       const unsigned char salt[static 8], off_t at,
                       struct frame *out)
{
    if (!read_all(p->log, out->header, FRAME_HEADER, at) ||
        !read_all(p->log, out->page, PAGES_SIZE, at + FRAME_HEADER) ||
        memcmp(out->header + 8, salt, 8) != 0)
        return false;
    check_add(c, out->header, 8);
    check_add(c, out->page, PAGES_SIZE);
    return check_is(c, out->header + 16) && pages_u32(out->header) != 0;
}

/* Looks for the end of the last commit, or notes what is before that end. */
static int walk_log(struct pages *p, off_t *end, bool noting)
{
    unsigned char header[LOG_HEADER];
    struct check c = {.a = 0};
    off_t at = LOG_HEADER, committed = 0;
    struct frame frame;
    int rc = LLMREG_OK;

    if (!read_all(p->log, header, sizeof header, 0) ||
        (pages_u32(header) & ~1U) != LOG_MAGIC ||
        pages_u32(header + 8) != PAGES_SIZE)
        return LLMREG_OK;
    c.big = (pages_u32(header) & 1U) != 0;
    check_add(&c, header, 24);
    if (!check_is(&c, header + 24))
        return LLMREG_OK;
    while (rc == LLMREG_OK && (!noting || at < *end) &&
           read_frame(p, &c, header + 16, at, &frame)) {
        if (noting)
            rc = note(p, pages_u32(frame.header), at + FRAME_HEADER);
        at += FRAME_HEADER + PAGES_SIZE;
        if (pages_u32(frame.header + 4) != 0) {
            committed = at;
            p->count = pages_u32(frame.header + 4);
        }
    }
    if (!noting)
        *end = committed;
    return rc;
}

static int open_log(struct pages *p, const char *path)
{
    char log[FILES_PATH_SIZE + 8];
    off_t end = 0;
    int rc;

    snprintf(log, sizeof log, "%s-wal", path);
    p->log = open(log, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (p->log < 0)
        return LLMREG_OK;
    rc = walk_log(p, &end, false);
    return rc == LLMREG_OK && end > 0 ? walk_log(p, &end, true) : rc;
}

/* ---- pages ---- */

int pages_open(struct pages *p, const char *path, struct llmreg_error *err)
{
    struct stat st;
    int rc = LLMREG_OK;

    *p = (struct pages){.log = -1};
    p->file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (p->file < 0 || fstat(p->file, &st) != 0) {
        llmreg_error_set(err, "cannot read %s: %s", path, strerror(errno));
        rc = LLMREG_EIO;
    }
    if (rc == LLMREG_OK) {
        p->count = (uint32_t)(st.st_size / PAGES_SIZE);
        rc = open_log(p, path);
    }
    if (rc == LLMREG_ENOMEM)
        llmreg_error_set(err, "no memory to read the log of %s", path);
    if (rc != LLMREG_OK)
        pages_close(p);
    return rc;
}

void pages_close(struct pages *p)
{
    if (p->file >= 0)
        close(p->file);
    if (p->log >= 0)
        close(p->log);
    free(p->newest);
    *p = (struct pages){.file = -1, .log = -1};
}

bool pages_read(const struct pages *p, uint32_t number,
                unsigned char out[static PAGES_SIZE])
{
    if (number == 0 || number > p->count)
        return false;
    if (number < p->logged && p->newest[number] != 0)
        return read_all(p->log, out, PAGES_SIZE, p->newest[number]);
    return read_all(p->file, out, PAGES_SIZE, (off_t)(number - 1) * PAGES_SIZE);
}

bool pages_is_spare(const struct pages *p, uint32_t number)
{
    unsigned char map[PAGES_SIZE];
    uint32_t at;

    if (number < 3)
        return true;
    at = (number - 2) / MAP_PAGES * MAP_PAGES + 2;
    if (at == number)
        return true;
    if (!pages_read(p, at, map))
        return false;
    const unsigned char what = map[MAP_ENTRY * (number - at - 1)];
    return what >= MAP_FREE && what <= MAP_OVERFLOW_2;
}
