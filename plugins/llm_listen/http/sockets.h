/* SPDX-License-Identifier: MIT */
/* sockets.h - all WebSockets of a server, on one thread.
 *
 *   upgrade.c  the handshake's answer; gives the connection to the thread
 *   sockets.c  the thread: who is ready, who is due
 *   pipe.c     one of them: its frames, its steps, its end
 *
 * A connection is the thread's from sockets_take until socket_end, which gives
 * it back to the worker that it came from.  Meanwhile the library has it as
 * suspended, and the reaper looks at it as at all others.
 *
 * Threads:   sockets_take, sockets_wake and sockets_ready from any thread;
 *            init, start, stop and fini from the one that starts and stops.
 * Blocking:  stop joins the thread.
 * Ownership: sockets are the thread's.
 */
#ifndef LLM_LISTEN_HTTP_SOCKETS_H
#define LLM_LISTEN_HTTP_SOCKETS_H

#include <stdatomic.h>

#include <llmreg/thread.h>

#include "plugins/llm_listen/http/call.h"

struct frames;

/* A message that came while the one before was not answered. */
struct socket_message {
    struct socket_message *next;
    size_t len;
    char text[];
};

struct socket {
    /* fixed after new */
    struct http_call *call;
    const struct http_socket *steps;
    struct MHD_UpgradeResponseHandle *urh;
    int fd;
    /* set by whoever releases its ticket; the last thing that he does */
    atomic_bool ready;
    /* owned by the thread of all sockets */
    struct socket *next;
    struct frames *frames;
    char *early; /* came with the handshake */
    size_t early_len, early_at;
    struct socket_message *first, **last;
    int64_t heard_ns, pinged_ns, closing_ns;
    uint32_t watched; /* events of epoll */
    bool held, ended;
};

struct sockets {
    /* fixed after start */
    struct http_server *server;
    int epoll, wake;
    pthread_t thread;
    bool runs;
    atomic_bool over; /* the thread has ended, or is about to */
    bool ready;       /* there is a lock */
    struct llmreg_lock lock;
    /* guarded by lock */
    struct socket *fresh; /* not seen by the thread yet */
    bool shut;            /* no more of them, and the thread ends all */
    /* owned by the thread */
    struct socket *all;
};

/* LLMREG_ENOMEM, LLMREG_EIO. */
LLMREG_MUSTCHECK int sockets_start(struct sockets *all,
                                   struct http_server *server);
/* Ends what is left.  Fine if it was never started.  A thread that stands for
 * ever in the library is left there. */
void sockets_stop(struct sockets *all);
void sockets_fini(struct sockets *all); /* all zero is fine */

/* False: it is not taken, and the caller's to end. */
bool sockets_take(struct sockets *all, struct socket *s);
/* The server stops: look at it. */
void sockets_wake(struct sockets *all);
/* A held one goes on; nothing of it may be touched after that. */
void sockets_ready(struct http_call *c);

/* ---- pipe.c: one of them, on the thread ---- */

/* early: bytes that came behind the handshake, copied.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int socket_new(struct socket **out, struct http_call *c,
                                const char *early, size_t early_len);
/* Frees it; its connection may be used no more. */
void socket_free(struct socket *s);
/* Reads and writes what there is, and takes the steps that follow. */
void socket_serve(struct socket *s, bool broken);
/* If it was released, it goes on. */
void socket_go_on(struct socket *s);
void socket_tick(struct socket *s);
/* What to wait for: EPOLLIN, EPOLLOUT. */
uint32_t socket_wants(struct socket *s);
/* Nobody will touch it any more. */
bool socket_may_end(struct socket *s);

#endif
