/* SPDX-License-Identifier: MIT */
/* call.h - a connection and the call on it, which are one block of memory.
 *
 * A connection has one call at a time, so the block is made once and used by
 * one connection after the other, and by one call after the other on it.  It
 * ends in the route's storage and in room for a short target and a small body,
 * as most are.
 *
 * What each file does with it:
 *
 *   conns.c   gives blocks out and takes them back
 *   engine.c  what the library calls: a connection came, a request came
 *   steps.c   head, body, run, end: in the order they happen
 *   body.c    collects the body
 *   answer.c, stream.c  what goes out
 *   upgrade.c, pipe.c   what it becomes: a WebSocket, on its own thread
 *   hold.c    tickets
 *   reaper.c  looks at all of them, several times a second
 *
 * Threads:   three blocks of fields below say whose they are.
 */
#ifndef LLM_LISTEN_HTTP_CALL_H
#define LLM_LISTEN_HTTP_CALL_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "plugins/llm_listen/http/deadline.h"
#include "plugins/llm_listen/http/door.h"
#include "plugins/llm_listen/http/gate.h"
#include "plugins/llm_listen/http/peer.h"

#define CALL_INLINE           1024 /* bytes for target and body, no malloc */
#define HTTP_HEADER_LINES_MAX 128
#define CALL_NONE             UINT32_MAX

struct engine;
struct http_server;
struct socket;
struct tls_identity;

struct http_call {
    /* fixed after new */
    struct http_server *server;
    uint32_t index;
    char *inlined; /* CALL_INLINE bytes */

    /* guarded by the lock of the table; a worker reads those of its own
     * connection without, as they do not change while it is open */
    bool used;
    bool started; /* the engine has it: the descriptor is open */
    bool streams; /* is counted as a stream, or a WebSocket */
    int fd;
    uint32_t next;    /* in the free list, or of the same bucket */
    uint32_t other;   /* the previous one of the bucket */
    atomic_bool shut; /* by the reaper, at any time */
    struct peer peer;
    const struct http_door *door;
    bool tls;
    /* the reaper's: what the socket had not sent when it last looked */
    uint64_t unsent, progress_since;
    int64_t progress_ns;

    /* changed by the worker, looked at by the reaper */
    _Atomic(unsigned) phase;
    _Atomic(int64_t) since_ns;
    _Atomic(uint64_t) bytes; /* of the body so far, or that pull gave */
    atomic_bool gone;        /* the peer is, or was too slow: end it */
    /* by whoever moves the ticket: hold.c */
    _Atomic(uint64_t) ticket;

    /* owned by the worker's thread */
    struct MHD_Connection *mhd;
    struct engine *engine;
    struct tls_identity *identity; /* a reference, while connected */
    bool verified;                 /* the client's certificate is good */
    bool lingers;                  /* it has not said all, but was answered */
    struct http_request request;
    char *target; /* path, NUL, query; inlined, or from malloc */
    size_t target_len;
    size_t room_used; /* of inlined, by the target */
    bool begun;       /* the first step was taken */
    bool entered;     /* head was called, so end will be */
    bool odd;         /* not plain, as of gate.h: close after it */
    bool plain_get;   /* GET, and HTTP/1.1 */
    bool closing;     /* the answer says close */
    bool held;        /* in run: was held before */
    bool counted;     /* among the held: whoever ends the hold changes it */
    struct gate_verdict gate;
    /* body */
    char *body; /* inlined, or from malloc */
    size_t body_len, body_room, body_max;
    unsigned body_status; /* not 0: it will not be run, but answered this */
    uint64_t discarded;
    /* answer */
    struct MHD_Response *response; /* not queued yet */
    bool owned;                    /* response is destroyed once queued */
    bool queued;
    unsigned status;
    char *sent; /* the body of the response that is going out */
    http_pull pull;
    /* WebSocket */
    const struct http_socket *steps;
    struct socket *socket; /* while it is the sockets' thread's */
    unsigned left;         /* what the peer closed it with */
};

/* ---- steps.c ---- */

/* The request line is here; NULL is no target.  False: no memory for it. */
bool call_begin(struct http_call *c, const char *target);
enum MHD_Result call_head(struct http_call *c, const char *method,
                          const char *version, const char *url);
enum MHD_Result call_run(struct http_call *c);
/* Its header's lines, up to room; returns how many there are, or room. */
size_t call_fields(struct http_call *c, struct gate_field *out, size_t room);
/* Over, however it went.  Fine if it never began. */
void call_end(struct http_call *c);
void call_phase(struct http_call *c, enum http_phase phase, int64_t now_ns);

/* ---- body.c ---- */

void body_begin(struct http_call *c);
/* MHD_NO: enough, close. */
enum MHD_Result body_add(struct http_call *c, const char *data, size_t len);
/* Terminates it and lends it to the request. */
void body_whole(struct http_call *c);
void body_free(struct http_call *c);

/* ---- answer.c ---- */

/* Answers what the engine has to say itself, and closes. */
void answer_refuse(struct http_call *c, unsigned status, const char *why);
/* Hands the answer, if there is one, to the library. */
enum MHD_Result answer_queue(struct http_call *c);
void answer_drop(struct http_call *c);
/* Fields that all answers have, unless they are among those given. */
bool answer_fields(struct MHD_Response *r, const struct http_answer *answer,
                   bool tls, bool close);

#endif
