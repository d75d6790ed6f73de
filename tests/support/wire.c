/* SPDX-License-Identifier: MIT */
/* wire.c - poll() over listeners and connections; writes may be partial. */
#include "tests/support/wire.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORTS   400
#define CONNS   800
#define HEAD    8192
#define DRIP_MS 20

struct port {
    int fd;
    wire_script script;
    void *ctx;
};

struct conn {
    int fd;
    const struct port *port;
    char head[HEAD];
    size_t head_len;
    char *out; /* what is still to be written */
    size_t out_len, out_at;
    int mode; /* WIRE_*, or a status: goes on with the next request */
};

struct wire {
    struct port ports[PORTS];
    size_t nports;
    struct conn *conns[CONNS];
    size_t nconns;
    int stop[2]; /* a pipe */
    pthread_t thread;
    bool running;
    atomic_uint connections, requests;
};

struct wire *wire_open(void)
{
    struct wire *w = calloc(1, sizeof *w);

    ck_assert_ptr_nonnull(w);
    ck_assert_int_eq(pipe(w->stop), 0);
    return w;
}

uint16_t wire_listen(struct wire *w, wire_script script, void *ctx)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    ck_assert_uint_lt(w->nports, PORTS);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(listen(fd, 64), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    w->ports[w->nports++] =
        (struct port){.fd = fd, .script = script, .ctx = ctx};
    return ntohs(address.sin_port);
}

/* ---- connections ---- */

static void drop_conn(struct wire *w, size_t n)
{
    close(w->conns[n]->fd);
    free(w->conns[n]->out);
    free(w->conns[n]);
    w->conns[n] = w->conns[--w->nconns];
}

static void accept_all(struct wire *w, const struct port *port)
{
    while (w->nconns < CONNS) {
        int fd = accept4(port->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        struct conn *c = fd < 0 ? NULL : calloc(1, sizeof *c);

        if (c == NULL)
            return;
        c->fd = fd;
        c->port = port;
        c->mode = 200;
        w->conns[w->nconns++] = c;
        atomic_fetch_add(&w->connections, 1);
    }
}

static void queue(struct conn *c, const char *bytes, size_t len)
{
    c->out = realloc(c->out, c->out_len + len);
    if (len > 0)
        memcpy(c->out + c->out_len, bytes, len);
    c->out_len += len;
}

static void queue_reply(struct conn *c, const struct reply *r)
{
    char head[512];
    int len = 0;

    c->mode = r->status;
    if (r->status == WIRE_RAW)
        queue(c, r->body.bytes, r->body.len);
    if (r->status > 0)
        len =
            snprintf(head, sizeof head,
                     "HTTP/1.1 %d X\r\nContent-Type: %s\r\n%s"
                     "Content-Length: %zu\r\n\r\n",
                     r->status, r->type,
                     r->gzip ? "Content-Encoding: gzip\r\n" : "", r->body.len);
    if (r->status == WIRE_DRIP || r->status == WIRE_FLOOD)
        len = snprintf(head, sizeof head, "HTTP/1.1 200 X\r\n\r\n");
    queue(c, head, (size_t)len);
    if (r->status > 0)
        queue(c, r->body.bytes, r->body.len);
}

/* The body of a POST is no longer than what fits with its head. */
static size_t request_len(const struct conn *c)
{
    const char *end = memmem(c->head, c->head_len, "\r\n\r\n", 4);
    const char *length = strcasestr(c->head, "\r\nContent-Length:");
    size_t len = 0;

    if (end == NULL)
        return 0;
    len = (size_t)(end - c->head) + 4;
    if (length != NULL && length < end)
        len += (size_t)strtol(length + 17, NULL, 10);
    return len <= c->head_len ? len : 0;
}

static void answer_one(struct wire *w, struct conn *c)
{
    char path[256] = "";
    size_t len = request_len(c);
    struct reply r;

    if (len == 0)
        return;
    sscanf(c->head, "%*15s %255s", path);
    atomic_fetch_add(&w->requests, 1);
    r = c->port->script(c->port->ctx, path, c->head);
    queue_reply(c, &r);
    free(r.body.bytes);
    memmove(c->head, c->head + len, c->head_len - len);
    c->head_len -= len;
    c->head[c->head_len] = '\0';
}

/* False: the connection is over. */
static bool read_some(struct wire *w, struct conn *c)
{
    ssize_t got =
        read(c->fd, c->head + c->head_len, sizeof c->head - 1 - c->head_len);

    if (got == 0 || (got < 0 && errno != EAGAIN))
        return false;
    if (got < 0)
        return true;
    c->head_len += (size_t)got;
    c->head[c->head_len] = '\0';
    answer_one(w, c);
    return c->mode != WIRE_CLOSE;
}

static bool write_some(struct conn *c)
{
    static const char flood[65536] = "[";
    ssize_t put = 0;

    if (c->mode == WIRE_FLOOD && c->out_at == c->out_len)
        return write(c->fd, flood, sizeof flood) > 0 || errno == EAGAIN;
    if (c->mode == WIRE_DRIP && c->out_at == c->out_len)
        queue(c, " ", 1);
    put = send(c->fd, c->out + c->out_at, c->out_len - c->out_at, MSG_NOSIGNAL);
    if (put < 0)
        return errno == EAGAIN;
    c->out_at += (size_t)put;
    return !(c->mode == WIRE_RAW && c->out_at == c->out_len);
}

static short wanted(const struct conn *c)
{
    bool more = c->out_at < c->out_len || c->mode == WIRE_FLOOD;

    return more ? POLLIN | POLLOUT : POLLIN;
}

static bool serve(struct wire *w, struct conn *c, short events)
{
    if ((events & (POLLERR | POLLNVAL)) != 0)
        return false;
    if ((events & (POLLIN | POLLHUP)) != 0 && !read_some(w, c))
        return false;
    if ((events & POLLOUT) != 0 || c->mode == WIRE_DRIP)
        return write_some(c);
    return true;
}

/* ---- the thread ---- */

static size_t fill(const struct wire *w, struct pollfd *fds)
{
    size_t n = 0;

    fds[n++] = (struct pollfd){.fd = w->stop[0], .events = POLLIN};
    for (size_t i = 0; i < w->nports; i++)
        fds[n++] = (struct pollfd){.fd = w->ports[i].fd, .events = POLLIN};
    for (size_t i = 0; i < w->nconns; i++)
        fds[n++] = (struct pollfd){.fd = w->conns[i]->fd,
                                   .events = wanted(w->conns[i])};
    return n;
}

static void *run(void *arg)
{
    struct wire *w = arg;
    struct pollfd fds[1 + PORTS + CONNS];

    for (;;) {
        size_t conns = w->nconns;

        poll(fds, fill(w, fds), DRIP_MS);
        if (fds[0].revents != 0)
            return NULL;
        for (size_t i = conns; i-- > 0;)
            if (!serve(w, w->conns[i], fds[1 + w->nports + i].revents))
                drop_conn(w, i);
        for (size_t i = 0; i < w->nports; i++)
            if (fds[1 + i].revents != 0)
                accept_all(w, &w->ports[i]);
    }
}

void wire_start(struct wire *w)
{
    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(pthread_create(&w->thread, NULL, run, w), 0);
    w->running = true;
}

void wire_close(struct wire *w)
{
    ck_assert_int_eq(write(w->stop[1], "x", 1), 1);
    if (w->running)
        pthread_join(w->thread, NULL);
    while (w->nconns > 0)
        drop_conn(w, 0);
    for (size_t i = 0; i < w->nports; i++)
        close(w->ports[i].fd);
    close(w->stop[0]);
    close(w->stop[1]);
    free(w);
}

unsigned wire_connections(struct wire *w)
{
    return atomic_load(&w->connections);
}

unsigned wire_requests(struct wire *w)
{
    return atomic_load(&w->requests);
}
