/* SPDX-License-Identifier: MIT */
/* engine.c - libmicrohttpd, with all that it does not do done elsewhere.
 *
 * The library wants a listening socket, or it has no pool of workers; it gets
 * one that had a name for a moment, in a directory that only we can enter, and
 * has none any more.  Connections come from our own door (accept.c).  It has
 * no limits and no timeouts of its own: limits are counted at the door, time
 * by the reaper.  It is told not to decode the target: a route knows what it
 * wants decoded.
 *
 * Daemons are started on a thread that is over when they run: the workers
 * inherit from it that they take no signals. */
#include "plugins/llm_listen/http/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* For the answer, and for a node for each header line. */
#define POOL_MORE 8192

/* ---- what the library calls ---- */

static struct http_call *call_of(struct MHD_Connection *m)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(m, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

static int fd_of(struct MHD_Connection *m)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(m, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info != NULL ? info->connect_fd : -1;
}

static void on_connection(void *ctx, struct MHD_Connection *m, void **place,
                          enum MHD_ConnectionNotificationCode what)
{
    struct engine *e = ctx;
    struct http_call *c = *place;

    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (c != NULL)
            conns_close(&e->server->conns, c);
        *place = NULL;
        return;
    }
    c = conns_start(&e->server->conns, fd_of(m));
    *place = c;
    if (c != NULL)
        c->mhd = m;
    else
        shutdown(fd_of(m), SHUT_RDWR);
}

static void *on_target(void *ctx, const char *target, struct MHD_Connection *m)
{
    struct http_call *c = call_of(m);

    (void)ctx;
    if (c != NULL)
        call_begin(c, target);
    return c;
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *m,
                                  const char *url, const char *method,
                                  const char *version, const char *data,
                                  size_t *len, void **place)
{
    struct http_call *c = *place;
    const size_t had = *len;

    (void)ctx;
    (void)m;
    *len = 0;
    if (c == NULL || atomic_load(&c->server->broken))
        return MHD_NO;
    if (!c->begun)
        return call_head(c, method, version, url);
    return had > 0 ? body_add(c, data, had) : call_run(c);
}

static void on_completed(void *ctx, struct MHD_Connection *m, void **place,
                         enum MHD_RequestTerminationCode how)
{
    struct http_call *c = *place;

    (void)ctx;
    (void)m;
    (void)how;
    *place = NULL;
    if (c != NULL)
        call_end(c);
}

static size_t on_unescape(void *ctx, struct MHD_Connection *m, char *text)
{
    (void)ctx;
    (void)m;
    return text != NULL ? strlen(text) : 0;
}

static void on_message(void *ctx, const char *format, va_list args)
    LLMREG_PRINTF(2, 0);

static void on_message(void *ctx, const char *format, va_list args)
{
    static const char refused[] = "Error processing request";
    struct engine *e = ctx;

    if (strncmp(format, refused, sizeof refused - 1) == 0)
        counters_add(&e->server->setup.counters->rejected_malformed, 1);
    report_note_args(&e->server->report, REPORT_ENGINE, format, args);
}

/* ---- a socket that nobody can reach ---- */

static int bind_in(const char *dir, int fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int rc = LLMREG_EIO;

    if (snprintf(address.sun_path, sizeof address.sun_path, "%s/none", dir) >=
        (int)sizeof address.sun_path)
        return LLMREG_ETOOBIG;
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        rc = listen(fd, 1) == 0 ? LLMREG_OK : LLMREG_EIO;
        unlink(address.sun_path);
    }
    return rc;
}

static int bind_nowhere(int fd)
{
    static const char *const places[] = {"/tmp", "/run", "/var/tmp"};
    int rc = LLMREG_EIO;

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        char dir[64];

        snprintf(dir, sizeof dir, "%s/llmreg-XXXXXX", places[i]);
        if (mkdtemp(dir) == NULL)
            continue;
        rc = bind_in(dir, fd);
        rmdir(dir);
        if (rc == LLMREG_OK)
            break;
    }
    return rc;
}

static int dummy_socket(struct llmreg_error *err)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && bind_nowhere(fd) == LLMREG_OK)
        return fd;
    llmreg_error_set(err, "no private socket for the HTTP engine: %s",
                     strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* ---- life ---- */

static int start(struct engine *e, struct llmreg_error *err)
{
    const struct http_limits *limits = &e->server->setup.limits;
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC |
                           MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME;
    const struct MHD_OptionItem more[] = {
        {MHD_OPTION_END, 0, NULL},
    };

    e->dummy = dummy_socket(err);
    if (e->dummy < 0)
        return LLMREG_EIO;
    e->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, e, MHD_OPTION_EXTERNAL_LOGGER,
        on_message, e, MHD_OPTION_LISTEN_SOCKET, e->dummy,
        MHD_OPTION_THREAD_POOL_SIZE, limits->threads,
        MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)(limits->threads * (e->server->conns.size + 64)),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits->header_bytes + POOL_MORE,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, e,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, e,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, e, MHD_OPTION_UNESCAPE_CALLBACK,
        on_unescape, e, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
    if (e->daemon != NULL) {
        e->dummy = -1;
        return LLMREG_OK;
    }
    llmreg_error_set(err, "the HTTP engine does not start: %s",
                     strerror(errno));
    return LLMREG_EIO;
}

struct starting {
    struct http_server *server;
    struct llmreg_error *err;
    int rc;
};

static void *start_all(void *ctx)
{
    struct starting *s = ctx;
    struct http_server *server = s->server;

    for (size_t i = 0; i < server->nengines && s->rc == LLMREG_OK; i++)
        s->rc = start(&server->engines[i], s->err);
    return NULL;
}

/* A plain one for all, and one for each door with TLS. */
static int lay_out(struct http_server *s)
{
    s->engines = calloc(1 + s->setup.ndoors, sizeof *s->engines);
    if (s->engines == NULL)
        return LLMREG_ENOMEM;
    s->nengines = 1;
    for (size_t i = 0; i < s->setup.ndoors; i++)
        if (s->setup.doors[i].cert[0] != '\0')
            s->engines[s->nengines++].door = &s->setup.doors[i];
    for (size_t i = 0; i < s->nengines; i++) {
        s->engines[i].server = s;
        s->engines[i].dummy = -1;
    }
    return LLMREG_OK;
}

int engines_new(struct http_server *s, struct llmreg_error *err)
{
    struct starting starting = {.server = s, .err = err};
    pthread_t thread;
    int rc = lay_out(s);

    if (rc != LLMREG_OK)
        return rc;
    rc = llmreg_thread_start(&thread, start_all, &starting, "llmreg-http");
    if (rc != LLMREG_OK) {
        llmreg_error_set(err, "no thread for the HTTP engine: %s",
                         strerror(errno));
        return rc;
    }
    pthread_join(thread, NULL);
    return starting.rc;
}

void engines_free(struct http_server *s)
{
    for (size_t i = 0; i < s->nengines; i++) {
        struct engine *e = &s->engines[i];

        if (e->daemon != NULL)
            MHD_stop_daemon(e->daemon);
        if (e->dummy >= 0)
            close(e->dummy);
    }
    free(s->engines);
    s->engines = NULL;
    s->nengines = 0;
}

int engine_add(struct engine *e, int fd, const struct sockaddr_storage *address,
               socklen_t len)
{
    return MHD_add_connection(e->daemon, fd, (const struct sockaddr *)address,
                              len) == MHD_YES
               ? LLMREG_OK
               : LLMREG_ENOMEM;
}
