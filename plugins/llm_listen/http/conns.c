/* SPDX-License-Identifier: MIT */
/* conns.c - blocks in one piece of memory, whose pages cost nothing until they
 * are used; the one that was given back last is given out first.
 *
 * Connections of one address are counted by walking the bucket they are in:
 * it has them and, by bad luck or an enemy's work, others, but never more than
 * there are connections. */
#include "plugins/llm_listen/http/conns.h"

#include "plugins/llm_listen/counters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define ALIGN   64
#define FDS_MAX (1 << 20)

static size_t fd_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max > FDS_MAX)
        return FDS_MAX;
    return limit.rlim_max;
}

static size_t round_up(size_t n)
{
    return (n + ALIGN - 1) / ALIGN * ALIGN;
}

struct http_call *conns_at(const struct conns *t, uint32_t index)
{
    return (struct http_call *)(void *)(t->memory + index * t->stride);
}

void *conns_user(const struct http_call *c)
{
    return (char *)(uintptr_t)c + round_up(sizeof *c);
}

/* Pointers into the block, when it is used for the first time. */
static struct http_call *fresh_block_locked(struct conns *t)
    LLMREG_REQUIRES(t->lock);

static struct http_call *fresh_block_locked(struct conns *t)
{
    struct http_call *c = conns_at(t, (uint32_t)t->fresh);

    c->server = t->server;
    c->index = (uint32_t)t->fresh++;
    c->inlined = (char *)conns_user(c) + round_up(t->user_size);
    return c;
}

int conns_init(struct conns *t, struct http_server *server,
               const struct http_setup *setup)
{
    const struct http_limits *limits = &setup->limits;
    const size_t user_size = setup->handler.user_size;

    t->server = server;
    t->limits = limits;
    t->counters = setup->counters;
    t->user_size = user_size;
    t->free = CALL_NONE;
    t->size = limits->connections + CONNS_UNIX;
    t->stride = round_up(sizeof(struct http_call)) + round_up(user_size) +
                round_up(CALL_INLINE);
    t->fds = fd_limit();
    t->nbuckets = 64;
    while (t->nbuckets < t->size)
        t->nbuckets *= 2;
    t->memory = calloc(t->size, t->stride);
    t->by_fd = calloc(t->fds, sizeof *t->by_fd);
    t->buckets = malloc(t->nbuckets * sizeof *t->buckets);
    if (t->memory == NULL || t->by_fd == NULL || t->buckets == NULL)
        return LLMREG_ENOMEM;
    if (llmreg_lock_init(&t->lock) != LLMREG_OK)
        return LLMREG_ENOMEM;
    t->ready = true;
    for (size_t i = 0; i < t->nbuckets; i++)
        t->buckets[i] = CALL_NONE;
    return LLMREG_OK;
}

void conns_fini(struct conns *t)
{
    if (t->ready)
        llmreg_lock_fini(&t->lock);
    free(t->memory);
    free(t->by_fd);
    free(t->buckets);
    *t = (struct conns){0};
}

/* ---- of one address ---- */

static uint32_t *bucket_of(const struct conns *t, uint64_t key)
{
    const uint64_t mixed = key * UINT64_C(0x9e3779b97f4a7c15);

    return &t->buckets[mixed >> 32 & (t->nbuckets - 1)];
}

struct share {
    size_t connections, streams;
};

static struct share share_of_locked(const struct conns *t, uint64_t key)
    LLMREG_REQUIRES(t->lock);

static struct share share_of_locked(const struct conns *t, uint64_t key)
{
    struct share share = {0};

    for (uint32_t i = *bucket_of(t, key); i != CALL_NONE;) {
        const struct http_call *c = conns_at(t, i);

        share.connections += c->peer.key == key;
        share.streams += c->peer.key == key && c->streams;
        i = c->next;
    }
    return share;
}

static void link_block_locked(struct conns *t, struct http_call *c)
    LLMREG_REQUIRES(t->lock);

static void link_block_locked(struct conns *t, struct http_call *c)
{
    uint32_t *head = bucket_of(t, c->peer.key);

    c->other = CALL_NONE;
    c->next = *head;
    if (c->next != CALL_NONE)
        conns_at(t, c->next)->other = c->index;
    *head = c->index;
}

static void unlink_block_locked(struct conns *t, struct http_call *c)
    LLMREG_REQUIRES(t->lock);

static void unlink_block_locked(struct conns *t, struct http_call *c)
{
    if (c->next != CALL_NONE)
        conns_at(t, c->next)->other = c->other;
    if (c->other != CALL_NONE)
        conns_at(t, c->other)->next = c->next;
    else
        *bucket_of(t, c->peer.key) = c->next;
}

/* ---- coming and going ---- */

static int room_locked(const struct conns *t, const struct peer *peer)
    LLMREG_REQUIRES(t->lock);

static int room_locked(const struct conns *t, const struct peer *peer)
{
    if (peer->is_unix)
        return t->used_unix < CONNS_UNIX ? LLMREG_OK : LLMREG_EFULL;
    if (t->used - t->used_unix >= t->limits->connections)
        return LLMREG_EFULL;
    return share_of_locked(t, peer->key).connections < t->limits->per_address
               ? LLMREG_OK
               : LLMREG_EBUSY;
}

static struct http_call *take_block_locked(struct conns *t)
    LLMREG_REQUIRES(t->lock);

static struct http_call *take_block_locked(struct conns *t)
{
    struct http_call *c = NULL;

    if (t->free == CALL_NONE)
        return fresh_block_locked(t);
    c = conns_at(t, t->free);
    t->free = c->next;
    return c;
}

static void unstream_locked(struct conns *t, struct http_call *c)
    LLMREG_REQUIRES(t->lock);

static void unstream_locked(struct conns *t, struct http_call *c)
{
    if (!c->streams)
        return;
    t->streams--;
    c->streams = false;
    counters_sub(&t->counters->streams, 1);
}

static void give_back_locked(struct conns *t, struct http_call *c)
    LLMREG_REQUIRES(t->lock);

static void give_back_locked(struct conns *t, struct http_call *c)
{
    unlink_block_locked(t, c);
    t->by_fd[c->fd] = 0;
    t->used--;
    t->used_unix -= c->peer.is_unix;
    unstream_locked(t, c);
    counters_sub(&t->counters->connections, 1);
    c->used = c->started = false;
    atomic_store(&c->shut, false);
    c->fd = -1;
    c->next = t->free;
    t->free = c->index;
}

static void drop_fd_locked(struct conns *t, int fd) LLMREG_REQUIRES(t->lock);

static void drop_fd_locked(struct conns *t, int fd)
{
    if (t->by_fd[fd] != 0)
        give_back_locked(t, conns_at(t, t->by_fd[fd] - 1));
}

static int open_locked(struct conns *t, int fd, const struct peer *peer,
                       const struct http_door *door, int64_t now_ns)
    LLMREG_REQUIRES(t->lock);

static int open_locked(struct conns *t, int fd, const struct peer *peer,
                       const struct http_door *door, int64_t now_ns)
{
    struct http_call *c = NULL;
    int rc;

    drop_fd_locked(t, fd);
    rc = room_locked(t, peer);
    if (rc != LLMREG_OK)
        return rc;
    c = take_block_locked(t);
    t->used++;
    t->used_unix += peer->is_unix;
    counters_add(&t->counters->accepted, 1);
    counters_add(&t->counters->connections, 1);
    t->by_fd[fd] = c->index + 1;
    c->used = true;
    atomic_store(&c->gone, false);
    c->fd = fd;
    c->peer = *peer;
    c->door = door;
    c->tls = door->cert[0] != '\0';
    link_block_locked(t, c);
    call_phase(c, PHASE_HEADER, now_ns);
    return LLMREG_OK;
}

int conns_open(struct conns *t, int fd, const struct peer *peer,
               const struct http_door *door, int64_t now_ns)
{
    int rc;

    if (fd < 0 || (size_t)fd >= t->fds)
        return LLMREG_ETOOBIG;
    llmreg_lock(&t->lock);
    rc = open_locked(t, fd, peer, door, now_ns);
    llmreg_unlock(&t->lock);
    return rc;
}

struct http_call *conns_start(struct conns *t, int fd)
{
    struct http_call *c = NULL;

    if (fd < 0 || (size_t)fd >= t->fds)
        return NULL;
    llmreg_lock(&t->lock);
    if (t->by_fd[fd] != 0)
        c = conns_at(t, t->by_fd[fd] - 1);
    if (c != NULL)
        c->started = true;
    llmreg_unlock(&t->lock);
    return c;
}

void conns_close(struct conns *t, struct http_call *c)
{
    llmreg_lock(&t->lock);
    give_back_locked(t, c);
    llmreg_unlock(&t->lock);
}

void conns_forget(struct conns *t, int fd)
{
    llmreg_lock(&t->lock);
    drop_fd_locked(t, fd);
    llmreg_unlock(&t->lock);
}

void conns_lose_locked(struct conns *t, struct http_call *c)
{
    give_back_locked(t, c);
}

/* ---- streams ---- */

static int stream_locked(struct conns *t, struct http_call *c)
    LLMREG_REQUIRES(t->lock);

static int stream_locked(struct conns *t, struct http_call *c)
{
    if (t->streams >= t->limits->streams)
        return LLMREG_EFULL;
    if (!c->peer.is_unix && share_of_locked(t, c->peer.key).streams >=
                                t->limits->streams_per_address)
        return LLMREG_EFULL;
    t->streams++;
    c->streams = true;
    counters_add(&t->counters->streams, 1);
    return LLMREG_OK;
}

int conns_stream(struct conns *t, struct http_call *c)
{
    int rc;

    llmreg_lock(&t->lock);
    rc = stream_locked(t, c);
    llmreg_unlock(&t->lock);
    return rc;
}

void conns_unstream(struct conns *t, struct http_call *c)
{
    llmreg_lock(&t->lock);
    unstream_locked(t, c);
    llmreg_unlock(&t->lock);
}

size_t conns_used(struct conns *t)
{
    size_t used;

    llmreg_lock(&t->lock);
    used = t->used;
    llmreg_unlock(&t->lock);
    return used;
}
