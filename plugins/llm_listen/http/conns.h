/* SPDX-License-Identifier: MIT */
/* conns.h - the connections: so many, so many of an address, found by their
 * descriptor.
 *
 * A connection is in the table from accept until the library is about to close
 * its descriptor.  So whoever holds the lock and finds it there, and started,
 * has an open descriptor: the reaper shuts it down under the lock and never
 * touches one that has become another's.
 *
 * A connection that the library took and dropped before it began (no memory)
 * is nowhere reported.  Its block is taken back when its descriptor comes
 * again, or when it has not begun for as long as a header may take.
 *
 * Threads:   every function from any thread.
 * Blocking:  never.
 * Ownership: blocks stay the table's.
 */
#ifndef LLM_LISTEN_HTTP_CONNS_H
#define LLM_LISTEN_HTTP_CONNS_H

#include <llmreg/thread.h>

#include "plugins/llm_listen/http/call.h"

#define CONNS_MAX  (1 << 20)
#define CONNS_UNIX 64 /* beside all others: unix sockets stay usable */

struct conns {
    /* fixed after new */
    size_t size;   /* network and unix */
    size_t stride; /* bytes of a block */
    char *memory;
    uint32_t *by_fd; /* index + 1; 0: none */
    size_t fds;
    uint32_t *buckets;
    size_t nbuckets; /* a power of two */
    const struct http_limits *limits;
    struct http_server *server;
    size_t user_size;
    struct counters *counters;
    bool ready; /* there is a lock */
    struct llmreg_lock lock;
    /* guarded by lock */
    uint32_t free;
    size_t fresh; /* blocks before this one were used */
    size_t used, used_unix, streams;
};

/* What setup points to is lent. */
LLMREG_MUSTCHECK int conns_init(struct conns *t, struct http_server *server,
                                const struct http_setup *setup);
void conns_fini(struct conns *t); /* all zero is fine */

struct http_call *conns_at(const struct conns *t, uint32_t index);
void *conns_user(const struct http_call *c);

/* LLMREG_EFULL: too many in all.  LLMREG_EBUSY: too many of this address.
 * LLMREG_ETOOBIG: no descriptor may be that large. */
LLMREG_MUSTCHECK int conns_open(struct conns *t, int fd,
                                const struct peer *peer,
                                const struct http_door *door, int64_t now_ns);
/* The library has it.  NULL: nobody knows the descriptor. */
struct http_call *conns_start(struct conns *t, int fd);
/* The descriptor is about to be closed. */
void conns_close(struct conns *t, struct http_call *c);
/* It was not given to the library after all, or not taken. */
void conns_forget(struct conns *t, int fd);
/* The library has not begun it for so long that it will not. */
void conns_lose_locked(struct conns *t, struct http_call *c)
    LLMREG_REQUIRES(t->lock);

/* LLMREG_EFULL: too many streams, in all or of this address. */
LLMREG_MUSTCHECK int conns_stream(struct conns *t, struct http_call *c);
void conns_unstream(struct conns *t, struct http_call *c);

size_t conns_used(struct conns *t);

#endif
