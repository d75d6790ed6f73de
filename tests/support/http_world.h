/* SPDX-License-Identifier: MIT */
/* http_world.h - a server with routes that do what tests of the engine need.
 *
 *   GET  /fixed     the same for all
 *   any  /echo      method, path, query and body, in lines
 *   any  /small     the same; takes 16 bytes of body
 *   any  /none      the same; takes no body
 *   any  /early     answers 401 in head
 *   GET  /hold      is held; world_release lets the oldest go on
 *   GET  /never     holds for as long as it may, whatever is released
 *   GET  /stream    what world_publish says, to each
 *   GET  /flood     a stream without end
 *   GET  /large     1 MB
 *   GET  /mute      gives no answer
 *   GET  /socket    a WebSocket: "hold" is answered when it is released,
 *                   "flood" by more than fits, "close" and "tick" as they
 *                   say, "bye" by itself and then a close, "listen" by what
 *                   world_publish says from then on ("large": 16 MB), anything
 *                   else by itself
 *   others          404
 */
#ifndef LLMREG_TEST_HTTP_WORLD_H
#define LLMREG_TEST_HTTP_WORLD_H

#include <pthread.h>
#include <stdatomic.h>

#include "plugins/llm_listen/counters.h"
#include "plugins/llm_listen/http/door.h"
#include "plugins/llm_listen/http/serve.h"

#define WORLD_DOORS   8
#define WORLD_TICKETS 8192

struct world {
    struct http_door doors[WORLD_DOORS];
    struct counters counters;
    struct http_setup setup; /* may be changed before world_start */
    struct http_server *server;
    struct http_fixed *fixed;
    struct llmreg_log log;
    uint16_t port; /* of the first door */
    char dir[64];
    atomic_uint heads, runs, ends, releases;
    atomic_uint left; /* the code of the last WebSocket that ended */
    pthread_mutex_t lock;
    char lines[16384]; /* the log */
    struct http_ticket tickets[WORLD_TICKETS];
    size_t first, ntickets;
    char said[4096];          /* by world_publish */
    unsigned says;            /* how often */
    atomic_uint news, shares; /* steps of WebSockets; texts that they sent */
    /* the sockets' thread's */
    struct http_text *text; /* what was said */
    unsigned text_of;       /* which of them */
};

/* One door: 127.0.0.1, port 0.  The limits are the defaults. */
void world_open(struct world *w);
struct http_door *world_door(struct world *w, enum door_kind kind);
void world_start(struct world *w);
void world_stop(struct world *w); /* only the server */
void world_close(struct world *w);
bool world_logged(struct world *w, const char *text);
/* Waits until so many are held (or streams wait), then lets all go on. */
void world_await_held(struct world *w, size_t count);
void world_release(struct world *w);
void world_publish(struct world *w, const char *text);
/* Waits for so many calls to have ended. */
void world_await_ends(struct world *w, unsigned count);

#endif
