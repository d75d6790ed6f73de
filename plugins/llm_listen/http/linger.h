/* SPDX-License-Identifier: MIT */
/* linger.h - lets a peer read the answer that came before it had said all.
 *
 * A socket that is closed with bytes unread resets its connection, and the
 * peer may lose an answer that it has not read.  So such a socket is kept a
 * while, its write side shut, and what comes is thrown away.
 *
 * Threads:   linger_add from any thread; linger_tick from one.
 * Blocking:  never.
 * Ownership: the caller owns the struct; descriptors are duplicates.
 */
#ifndef LLM_LISTEN_HTTP_LINGER_H
#define LLM_LISTEN_HTTP_LINGER_H

#include <llmreg/clock.h>
#include <llmreg/thread.h>

#define LINGER_MAX 64
#define LINGER_NS  (2 * LLMREG_NS_PER_S)

struct linger_item {
    int fd;
    int64_t until_ns;
};

struct lingering {
    struct llmreg_lock lock;
    bool ready; /* there is a lock */
    /* guarded by lock */
    struct linger_item items[LINGER_MAX];
    size_t count;
};

LLMREG_MUSTCHECK int linger_init(struct lingering *l);
void linger_fini(struct lingering *l); /* all zero is fine */
/* Keeps the connection of fd, which the caller closes.  Where there is no room
 * it is reset, as it would be without. */
void linger_add(struct lingering *l, int fd, int64_t now_ns);
void linger_tick(struct lingering *l, int64_t now_ns);

#endif
