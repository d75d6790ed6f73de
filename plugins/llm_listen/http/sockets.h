/* SPDX-License-Identifier: MIT */
/* sockets.h - all WebSockets of a server, on one thread.
 *
 *   upgrade.c  the handshake's answer; gives the connection to the thread
 *   sockets.c  the thread: who is ready, who is due
 *   rounds.c   news, for those that listen
 *   pipe.c     one of them: its frames, its steps, its end
 *
 * A wake costs what those cost that are ready: epoll names them, or they are in
 * a list of those that came or were released.  All are looked at by the clock
 * only, a few times a second.
 *
 * A connection is the thread's from sockets_take until its end, which gives it
 * back to the worker that it came from.  Meanwhile the library has it as
 * suspended, and the reaper looks at it as at all others.
 *
 * Threads:   sockets_take, sockets_wake, sockets_ready and http_news from any
 *            thread; start, stop and fini from the one that starts and stops.
 * Blocking:  stop joins the thread.
 * Ownership: sockets are the thread's.
 */
#ifndef LLM_LISTEN_HTTP_SOCKETS_H
#define LLM_LISTEN_HTTP_SOCKETS_H

#include <stdatomic.h>
#include <sys/queue.h>

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
    /* guarded by the lock of all */
    struct socket *next; /* of those that came, or that were released */
    /* owned by the thread of all sockets */
    TAILQ_ENTRY(socket) among;     /* all */
    TAILQ_ENTRY(socket) listening; /* those that listen */
    struct frames *frames;
    char *early; /* came with the handshake */
    size_t early_len, early_at;
    char head[16]; /* of a frame, before its payload comes */
    size_t head_len;
    struct socket_message *first, **last;
    int64_t heard_ns, pinged_ns, closing_ns;
    uint32_t watched; /* events of epoll */
    unsigned round;   /* of news, the last one that it was in */
    bool listens;     /* to news */
    bool behind;      /* it has to hear news as soon as it can */
    bool held, ended;
};

TAILQ_HEAD(socket_list, socket);

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
    struct socket *fresh;    /* not seen by the thread yet */
    struct socket *released; /* parked ones that go on */
    bool shut;               /* no more of them, and the thread ends all */
    /* any thread's */
    atomic_bool news;      /* since the last round began */
    atomic_size_t nlisten; /* how many listen */
    /* owned by the thread */
    struct socket_list all, listening;
    struct rounds {
        unsigned number;
        bool runs;        /* some have not heard of this one */
        int64_t begun_ns; /* this one */
        int64_t spent_ns; /* in it */
        int64_t due_ns;   /* not before this */
    } rounds;
    bool hurried; /* it was seen that the server stops */
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
/* A parked one goes on; nothing of it may be touched after that. */
void sockets_ready(struct http_call *c);

/* ---- on the thread ---- */

/* After anything was done with it: it is ended if that is due, or else watched
 * for what it wants. */
void sockets_settle(struct sockets *all, struct socket *s);

/* ---- rounds.c ---- */

/* Some of a round, if there is one or one is due. */
void rounds_go_on(struct sockets *all, int64_t now_ns);
/* Milliseconds until there is something to do, up to max. */
int rounds_wait(struct sockets *all, int64_t now_ns, int max);
void rounds_leave(struct sockets *all, struct socket *s);

/* ---- pipe.c: one of them, on the thread ---- */

/* early: bytes that came behind the handshake, copied.  LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int socket_new(struct socket **out, struct http_call *c,
                                const char *early, size_t early_len);
/* Frees it; its connection may be used no more. */
void socket_free(struct socket *s);
/* Reads and writes what there is, and takes the steps that follow. */
void socket_serve(struct socket *s, bool broken);
/* The first step, and the last. */
void socket_open(struct socket *s);
void socket_close(struct socket *s);
/* It was released. */
void socket_go_on(struct socket *s);
void socket_tick(struct socket *s);
/* There may be news. */
void socket_news(struct socket *s);
/* What to wait for: EPOLLIN, EPOLLOUT. */
uint32_t socket_wants(struct socket *s);
/* Nobody will touch it any more. */
bool socket_may_end(struct socket *s);

#endif
