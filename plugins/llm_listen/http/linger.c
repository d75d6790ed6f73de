/* SPDX-License-Identifier: MIT */
/* linger.c - a few descriptors, each read until its end or its time. */
#include "plugins/llm_listen/http/linger.h"

#include "plugins/llm_listen/http/fds.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READS 16 /* of 16 kB, each tick */

int linger_init(struct lingering *l)
{
    const int rc = llmreg_lock_init(&l->lock);

    l->ready = rc == LLMREG_OK;
    return rc;
}

void linger_fini(struct lingering *l)
{
    for (size_t i = 0; i < l->count; i++)
        close(l->items[i].fd);
    if (l->ready)
        llmreg_lock_fini(&l->lock);
    *l = (struct lingering){0};
}

static int duplicate(int fd)
{
    const int moved = fcntl(fd, F_DUPFD_CLOEXEC, FDS_HIGH);

    return moved >= 0 ? moved : fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

/* True if there is nothing more to come. */
static bool drain(int fd)
{
    char waste[16384];

    for (int i = 0; i < READS; i++) {
        const ssize_t got = recv(fd, waste, sizeof waste, MSG_DONTWAIT);

        if (got < 0)
            return errno != EAGAIN && errno != EINTR;
        if (got == 0)
            return true;
    }
    return false;
}

/* Reading is done without the lock: what is looked at is in nobody's list. */
static size_t take_all(struct lingering *l, struct linger_item out[LINGER_MAX])
{
    size_t count;

    llmreg_lock(&l->lock);
    count = l->count;
    memcpy(out, l->items, count * sizeof *out);
    l->count = 0;
    llmreg_unlock(&l->lock);
    return count;
}

static bool put(struct lingering *l, struct linger_item item)
{
    bool kept;

    llmreg_lock(&l->lock);
    kept = l->count < LINGER_MAX;
    if (kept)
        l->items[l->count++] = item;
    llmreg_unlock(&l->lock);
    return kept;
}

void linger_add(struct lingering *l, int fd, int64_t now_ns)
{
    const struct linger_item item = {.fd = duplicate(fd),
                                     .until_ns = now_ns + LINGER_NS};

    if (item.fd < 0)
        return;
    shutdown(item.fd, SHUT_WR);
    if (!put(l, item))
        close(item.fd);
}

void linger_tick(struct lingering *l, int64_t now_ns)
{
    struct linger_item items[LINGER_MAX];
    const size_t count = take_all(l, items);

    for (size_t i = 0; i < count; i++)
        if (drain(items[i].fd) || items[i].until_ns < now_ns ||
            !put(l, items[i]))
            close(items[i].fd);
}
