/* SPDX-License-Identifier: MIT */
/* serve.h - the HTTP server: doors, limits, and who handles calls.
 *
 * Threads:   the steps of a handler run on workers, several at a time.
 * Blocking:  http_server_new starts threads; http_server_free waits for
 *            answers under way, up to 10 s.
 * Ownership: what setup points to is lent until http_server_free.
 */
#ifndef LLM_LISTEN_HTTP_SERVE_H
#define LLM_LISTEN_HTTP_SERVE_H

#include "plugins/llm_listen/http/http.h"

struct counters; /* counters.h */

struct http_handler {
    /* The server is made, and no call has come yet.  NULL: nothing to do. */
    void (*ready)(void *ctx, struct http_server *s);
    /* *body_max is 0 when called: no body.  Whoever answers here is not run. */
    void (*head)(void *ctx, struct http_call *c, size_t *body_max);
    void (*run)(void *ctx, struct http_call *c);
    void (*end)(void *ctx, struct http_call *c);
    /* A body for an answer that the engine gives by itself: the gate (400),
     * a limit (408, 411, 413, 414, 429, 431, 503).  From malloc; NULL: none. */
    char *(*refuse)(void *ctx, unsigned status, const char *why);
    void *ctx;
    /* Every call has ended, and none will come: after this the server is no
     * more, and no ticket may be released.  NULL: nothing to do. */
    void (*gone)(void *ctx);
    size_t user_size; /* up to 4096 */
};

struct http_limits {
    size_t connections, per_address;     /* 4096, 64; v6 addresses by /64 */
    size_t streams, streams_per_address; /* with WebSockets; 256, 8 */
    size_t held;                         /* calls, streams not counted; 4096 */
    size_t header_bytes; /* 16384, with what is kept about it: 14 kB on the
                          * wire for sure */
    size_t uri_bytes, header_lines;                /* 2048, 64 */
    int64_t header_ns, body_ns, write_ns, idle_ns; /* 10, 20, 30, 30 s */
    int64_t socket_idle_ns; /* of a WebSocket's peer; 60 s */
    int64_t body_rate;      /* bytes per second, 5 s after its begin; 1024 */
    unsigned threads;       /* workers for each engine; 2 */
};
struct http_limits http_limits(void); /* the defaults */

struct http_setup {
    const struct http_door *doors;
    size_t ndoors;
    struct http_limits limits;
    struct http_handler handler;
    const struct llmreg_clock *clock;
    const struct llmreg_log *log;
    struct counters *counters;
};

/* Opens the doors and serves.  What setup points to is lent until free.
 * LLMREG_EIO, LLMREG_EINVAL, LLMREG_ENOMEM: err says which door and why, and
 * nothing is open. */
LLMREG_MUSTCHECK int http_server_new(struct http_server **out,
                                     const struct http_setup *setup,
                                     struct llmreg_error *err);
/* The TCP port of a door, as the kernel chose it where the door has port 0;
 * 0 if it has none. */
uint16_t http_server_port(const struct http_server *s, size_t door);
/* Closes the doors, releases every held call (http_stopping), ends streams,
 * and waits up to 10 s for answers under way.  NULL is fine. */
void http_server_free(struct http_server *s);

#endif
