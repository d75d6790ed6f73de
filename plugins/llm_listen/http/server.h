/* SPDX-License-Identifier: MIT */
/* server.h - what the parts of the engine share.
 *
 *   accept.c    the door: one thread that accepts for all sockets
 *   engine.c    the library: a daemon with its workers for all plain doors,
 *               and one for each door with TLS
 *   reaper.c    one thread that ends what takes too long
 *   sockets.c   one thread for all WebSockets
 *   listen*.c   opens and closes sockets
 */
#ifndef LLM_LISTEN_HTTP_SERVER_H
#define LLM_LISTEN_HTTP_SERVER_H

#include "plugins/llm_listen/counters.h"
#include "plugins/llm_listen/http/conns.h"
#include "plugins/llm_listen/http/hold.h"
#include "plugins/llm_listen/http/linger.h"
#include "plugins/llm_listen/http/listen.h"
#include "plugins/llm_listen/http/report.h"
#include "plugins/llm_listen/http/sockets.h"

struct panic;
struct tls;

struct engine {
    struct http_server *server;
    const struct http_door *door; /* of TLS; NULL: all that are plain */
    struct tls *tls;              /* NULL: plain */
    struct MHD_Daemon *daemon;
    int dummy; /* a socket that nobody can reach, until the daemon has it */
};

struct http_server {
    /* fixed after new */
    struct http_setup setup;
    struct conns conns;
    struct listeners listeners;
    struct engine *engines;
    size_t nengines;
    struct report report;
    struct lingering linger;
    struct panic *panic;
    struct sockets sockets;
    pthread_t door, reaper;
    bool door_runs, reaper_runs;
    bool known; /* to the handler: it will want to know when it is gone */
    int stop_door, stop_reaper; /* eventfds */
    int spare;                  /* a descriptor for when there are none */

    atomic_bool stopping; /* answers are the last of their connections */
    atomic_bool cutting;  /* streams end, whether they want or not */
    atomic_size_t held;
};

/* ---- engine.c ---- */

LLMREG_MUSTCHECK int engines_new(struct http_server *s,
                                 struct llmreg_error *err);
/* Waits for the workers; with no call held. */
void engines_stop(struct http_server *s);
/* Once they are stopped, and the reaper, which looks at them, too. */
void engines_free(struct http_server *s);
/* The descriptor is given away, also if it fails. */
LLMREG_MUSTCHECK int engine_add(struct engine *e, int fd,
                                const struct sockaddr_storage *address,
                                socklen_t len);

/* nowhere.c: -1, and err says why. */
int nowhere_socket(struct llmreg_error *err);
/* Why a client's certificate is not good, or NULL. */
const char *engine_client_fault(struct http_call *c);
/* True once the library has said that it cannot go on. */
bool engines_broken(const struct http_server *s);

/* ---- accept.c, reaper.c ---- */

/* server is a struct http_server. */
void *door_run(void *server);
void *reaper_run(void *server);
/* Ends connections in the phases that are set as bits. */
void reaper_sweep(struct http_server *s, unsigned phases);

#endif
