/* SPDX-License-Identifier: MIT */
/* engine.c - libmicrohttpd, with all that it does not do done elsewhere.
 *
 * Connections come from our own door (accept.c), and the socket that it listens
 * at leads nowhere.  It has no limits and no timeouts of its own: limits are
 * counted at the door, time by the reaper.  It is told not to decode the
 * target: a route knows what it wants decoded.
 *
 * Where the library finds that it cannot go on, it says so and then aborts the
 * process, unless it is not let: the thread stays where it is for ever.  The
 * server serves no more, but all that the process does for others goes on.
 *
 * Daemons are started on a thread that is over when they run: the workers
 * inherit from it that they take no signals. */
#include "plugins/llm_listen/http/server.h"
#include "plugins/llm_listen/http/tls.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- what the library calls ---- */

const char *http_version(void)
{
    return MHD_get_version();
}

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

static void begin_connection(struct engine *e, struct MHD_Connection *m,
                             void **place)
{
    struct http_call *c = conns_start(&e->server->conns, fd_of(m));

    *place = c;
    if (c == NULL) {
        shutdown(fd_of(m), SHUT_RDWR);
        return;
    }
    c->mhd = m;
    c->engine = e;
    c->verified = e->tls == NULL || tls_client_ca(e->tls) == NULL;
}

/* Closed with bytes unread, the socket would reset the connection. */
static bool must_linger(const struct http_call *c, int fd)
{
    int unread = 0;

    if (atomic_load(&c->shut))
        return false;
    return c->lingers || (ioctl(fd, FIONREAD, &unread) == 0 && unread > 0);
}

/* The descriptor is still open. */
static void end_connection(struct engine *e, struct http_call *c)
{
    struct http_server *s = e->server;
    struct tls_identity *identity = c->identity;

    if (must_linger(c, c->fd))
        linger_add(&s->linger, c->fd, llmreg_clock_now(s->setup.clock).mono_ns);
    c->identity = NULL;
    c->lingers = false;
    conns_close(&s->conns, c);
    tls_identity_put(identity);
}

static void on_connection(void *ctx, struct MHD_Connection *m, void **place,
                          enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        begin_connection(ctx, m, place);
    else if (*place != NULL)
        end_connection(ctx, *place);
}

static void *on_target(void *ctx, const char *target, struct MHD_Connection *m)
{
    struct http_call *c = call_of(m);

    (void)ctx;
    return c != NULL && call_begin(c, target) ? c : NULL;
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
    if (c == NULL || engines_broken(c->server))
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

/* What the library says of a client that does not speak HTTP, or leaves, is of
 * no use to whoever is on duty. */
static bool is_of_client(const char *text)
{
    static const char *const beginnings[] = {
        "Application reported internal error",
        "Closing connection",
        "Connection socket is closed",
        "Connection was closed",
        "Error: received handshake message",
        "Error processing request",
        "Failed to parse `Content-Length'",
        "Failed to push the data",
        "Failed to send",
        "Socket has been disconnected",
        "Too large value of 'Content-Length'",
        "Too late",
    };

    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
        if (strncmp(text, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return false;
}

static void on_message(void *ctx, const char *format, va_list args)
    LLMREG_PRINTF(2, 0);

static void on_message(void *ctx, const char *format, va_list args)
{
    static const char refused[] = "Error processing request";
    struct engine *e = ctx;
    char text[256];

    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    if (strncmp(text, refused, sizeof refused - 1) == 0)
        counters_add(&e->server->setup.counters->rejected_malformed, 1);
    if (!is_of_client(text))
        report_note(&e->server->report, REPORT_ENGINE, "%s", text);
}

/* ---- TLS ---- */

/* The certificate for a handshake; it stays the connection's to its end. */
static int on_certificate(gnutls_session_t session,
                          const struct gnutls_cert_retr_st *info,
                          gnutls_pcert_st **certs, unsigned *ncerts,
                          gnutls_ocsp_data_st **ocsp, unsigned *nocsp,
                          gnutls_privkey_t *key, unsigned *flags)
{
    struct http_call *c = call_of(gnutls_session_get_ptr(session));

    (void)info;
    if (c == NULL)
        return -1;
    if (c->identity == NULL)
        c->identity = tls_identity_get(c->engine->tls);
    tls_identity_lend(c->identity, certs, ncerts, key);
    *ocsp = NULL;
    *nocsp = 0;
    *flags = 0;
    return 0;
}

const char *engine_client_fault(struct http_call *c)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);

    return info != NULL ? tls_client_fault(info->tls_session)
                        : "there is no TLS session";
}

/* ---- when it breaks ---- */

struct panic {
    const struct llmreg_log *log;
    atomic_bool happened;
};

static void on_panic(void *ctx, const char *file, unsigned line,
                     const char *reason)
{
    struct panic *panic = ctx;

    if (panic != NULL && !atomic_exchange(&panic->happened, true))
        llmreg_log(panic->log, LLMREG_ERROR,
                   "http: the engine cannot go on (%s:%u: %s); it answers "
                   "nobody until the next start",
                   file, line, reason != NULL ? reason : "no reason");
    for (;;)
        poll(NULL, 0, -1);
}

bool engines_broken(const struct http_server *s)
{
    return s->panic != NULL && atomic_load(&s->panic->happened);
}

/* ---- life ---- */

static void add_option(struct MHD_OptionItem *items, enum MHD_OPTION option,
                       const void *value)
{
    while (items->option != MHD_OPTION_END)
        items++;
    *items = (struct MHD_OptionItem){.option = option,
                                     .ptr_value = (void *)(uintptr_t)value};
}

static void add_tls_options(const struct engine *e,
                            struct MHD_OptionItem items[static 4])
{
    add_option(items, MHD_OPTION_HTTPS_PRIORITIES, tls_priorities);
    add_option(items, MHD_OPTION_HTTPS_CERT_CALLBACK2,
               (const void *)(uintptr_t)on_certificate);
    if (tls_client_ca(e->tls) != NULL)
        add_option(items, MHD_OPTION_HTTPS_MEM_TRUST, tls_client_ca(e->tls));
}

static int prepare(struct engine *e, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    if (e->door != NULL)
        rc = tls_new(&e->tls, e->door, &e->server->report, err);
    if (rc != LLMREG_OK)
        return rc;
    e->dummy = nowhere_socket(err);
    return e->dummy >= 0 ? LLMREG_OK : LLMREG_EIO;
}

static int start(struct engine *e, struct llmreg_error *err)
{
    const struct http_limits *limits = &e->server->setup.limits;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC |
                     MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME |
                     MHD_ALLOW_UPGRADE;
    struct MHD_OptionItem more[5];
    const int rc = prepare(e, err);

    if (rc != LLMREG_OK)
        return rc;
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        more[i] = (struct MHD_OptionItem){.option = MHD_OPTION_END};
    if (e->tls != NULL) {
        flags |= MHD_USE_TLS;
        add_tls_options(e, more);
    }
    e->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, e, MHD_OPTION_EXTERNAL_LOGGER,
        on_message, e, MHD_OPTION_LISTEN_SOCKET, e->dummy,
        MHD_OPTION_THREAD_POOL_SIZE, limits->threads,
        MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)(limits->threads * (e->server->conns.size + 64)),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits->header_bytes,
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
    s->panic = calloc(1, sizeof *s->panic);
    if (s->panic == NULL)
        return LLMREG_ENOMEM;
    s->panic->log = s->setup.log;
    MHD_set_panic_func(on_panic, s->panic);
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

void engines_stop(struct http_server *s)
{
    for (size_t i = 0; i < s->nengines; i++) {
        struct engine *e = &s->engines[i];

        if (e->daemon != NULL)
            MHD_stop_daemon(e->daemon);
        if (e->dummy >= 0)
            close(e->dummy);
    }
}

void engines_free(struct http_server *s)
{
    for (size_t i = 0; i < s->nengines; i++)
        tls_free(s->engines[i].tls);
    if (s->panic != NULL)
        MHD_set_panic_func(on_panic, NULL);
    free(s->panic);
    s->panic = NULL;
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
