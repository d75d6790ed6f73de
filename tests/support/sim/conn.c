/* SPDX-License-Identifier: MIT */
/* conn.c - one connection: reads requests, sends what its server answers.
 *
 * A request that comes whole in one read is answered from the stack's buffer
 * by one sendmsg, which is the whole cost of the usual case; only what is
 * cut, late or too long for the socket is copied.
 */
#include "tests/support/sim/sim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_MAX 16384
#define SECOND_NS   1000000000LL

static bool would_block(void)
{
    return errno == EAGAIN || errno == EINTR;
}

void conn_open(struct sim *s, int fd, size_t server)
{
    struct conn *c = NULL;

    if ((size_t)fd < s->nconns)
        c = calloc(1, sizeof *c);
    if (c == NULL || !sim_watch(s, fd, TOPIC_CONN, (uint32_t)fd, false)) {
        free(c);
        close(fd);
        return;
    }
    c->fd = fd;
    c->server = server;
    s->conns[fd] = c;
}

static void leave_due(struct sim *s, struct conn *c)
{
    struct conn **at = &s->due;

    c->due_ns = 0;
    while (*at != NULL && *at != c)
        at = &(*at)->next;
    if (*at == c)
        *at = c->next;
}

static void enter_due(struct sim *s, struct conn *c, int64_t due_ns)
{
    if (c->due_ns == 0) {
        c->next = s->due;
        s->due = c;
    }
    c->due_ns = due_ns;
}

static void conn_close(struct sim *s, struct conn *c)
{
    if (c->due_ns != 0)
        leave_due(s, c);
    s->conns[c->fd] = NULL;
    close(c->fd);
    free(c->in);
    free(c->out);
    free(c);
}

void conn_close_of(struct sim *s, size_t server)
{
    for (size_t fd = 0; fd < s->nconns; fd++) {
        if (s->conns[fd] != NULL && s->conns[fd]->server == server)
            conn_close(s, s->conns[fd]);
    }
}

void conn_close_all(struct sim *s)
{
    for (size_t fd = 0; fd < s->nconns; fd++) {
        if (s->conns[fd] != NULL)
            conn_close(s, s->conns[fd]);
    }
}

/* ---- sending ---- */

static void answer_sent(struct conn *c)
{
    free(c->out);
    c->out = NULL;
    c->busy = false;
}

/* Sends of out what goes now: false when the connection is to be closed. */
static bool send_out(struct sim *s, struct conn *c)
{
    bool drip = s->servers[c->server].mode == MODE_DRIP;
    size_t left = c->out_len - c->out_at;
    ssize_t n = send(c->fd, c->out + c->out_at, drip ? 1 : left,
                     MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n < 0 && !would_block())
        return false;
    if (n > 0)
        c->out_at += (size_t)n;
    if (c->out_at == c->out_len && c->repeats > 0) {
        c->repeats--;
        c->out_at = 0;
    }
    if (c->out_at == c->out_len) {
        answer_sent(c);
        return sim_watch(s, c->fd, TOPIC_CONN, (uint32_t)c->fd, false);
    }
    if (drip)
        enter_due(s, c, s->now_ns + SECOND_NS);
    return sim_watch(s, c->fd, TOPIC_CONN, (uint32_t)c->fd, !drip);
}

/* Keeps the answer from byte `from` on; false without memory. */
static bool keep_answer(const struct sim *s, struct conn *c,
                        const struct answer *a, size_t from)
{
    int len = asprintf(&c->out, "%s%s%s", a->head, s->date, a->tail);

    if (len < 0) {
        c->out = NULL;
        return false;
    }
    c->out_len = (size_t)len;
    c->out_at = from;
    c->repeats = 0;
    c->busy = true;
    return true;
}

static bool send_answer(struct sim *s, struct conn *c, const struct answer *a)
{
    size_t head_len = strlen(a->head);
    struct iovec parts[] = {{(void *)(uintptr_t)a->head, head_len},
                            {s->date, s->date_len},
                            {a->tail, a->tail_len}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
    ssize_t n = sendmsg(c->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n < 0 && !would_block())
        return false;
    if (n < 0)
        n = 0;
    if ((size_t)n == head_len + s->date_len + a->tail_len)
        return true;
    return keep_answer(s, c, a, (size_t)n) &&
           sim_watch(s, c->fd, TOPIC_CONN, (uint32_t)c->fd, true);
}

static bool answer_late(struct sim *s, struct conn *c, const struct answer *a,
                        unsigned ms)
{
    if (!keep_answer(s, c, a, 0))
        return false;
    enter_due(s, c, s->now_ns + ms * 1000000LL);
    return true;
}

static bool answer_oddly(struct sim *s, struct conn *c, enum mode mode)
{
    if (!odd_answer(mode, &c->out, &c->out_len, &c->repeats))
        return false;
    c->out_at = 0;
    c->busy = true;
    return send_out(s, c);
}

static bool answer(struct sim *s, struct conn *c, enum route route)
{
    const struct server *server = &s->servers[c->server];
    const struct answer *a = server_answer(s, c->server, route);

    if (server->mode == MODE_HANG) {
        c->mute = true;
        return true;
    }
    if (server->mode != MODE_UP)
        return answer_oddly(s, c, server->mode);
    if (server->slow_ms > 0)
        return answer_late(s, c, a, server->slow_ms);
    return send_answer(s, c, a);
}

/* ---- reading ---- */

static enum route route_of(const char *request)
{
    static const struct {
        const char *start;
        enum route route;
    } known[] = {{"GET /api/version ", ROUTE_VERSION},
                 {"GET /api/tags ", ROUTE_TAGS},
                 {"GET /api/ps ", ROUTE_PS},
                 {"POST /api/show ", ROUTE_SHOW}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strncmp(request, known[i].start, strlen(known[i].start)) == 0)
            return known[i].route;
    }
    return ROUTE_OTHER;
}

/* Bytes of the first request in text, 0 when it has not come whole. */
static size_t request_size(const char *text, size_t len)
{
    const char *end = strstr(text, "\r\n\r\n");
    const char *field;
    size_t head;
    size_t body = 0;

    if (end == NULL)
        return 0;
    head = (size_t)(end - text) + 4;
    field = strcasestr(text, "\r\nContent-Length:");
    if (field != NULL && field < end)
        body = strtoul(field + strlen("\r\nContent-Length:"), NULL, 10);
    return body <= len - head ? head + body : 0;
}

/* Answers what came whole and keeps the rest; text ends with a NUL. */
static bool take_requests(struct sim *s, struct conn *c, const char *text,
                          size_t len)
{
    char *rest = NULL;

    while (len > 0 && !c->busy && !c->mute) {
        size_t size = request_size(text, len);
        enum route route = route_of(text);

        if (size == 0)
            break;
        reqlog_add(&s->log, sim_clock(), c->server, route_text(route));
        if (!answer(s, c, route))
            return false;
        text += size;
        len -= size;
    }
    if (len > 0) {
        rest = malloc(len + 1);
        if (rest == NULL)
            return false;
        memcpy(rest, text, len);
        rest[len] = '\0';
    }
    free(c->in);
    c->in = rest;
    c->in_len = len;
    return true;
}

/* False when the connection is to be closed. */
static bool read_some(struct sim *s, struct conn *c)
{
    char buffer[REQUEST_MAX + 1];
    size_t had = c->in_len;
    ssize_t n;

    if (had == REQUEST_MAX)
        return false;
    if (had > 0)
        memcpy(buffer, c->in, had);
    n = recv(c->fd, buffer + had, REQUEST_MAX - had, MSG_DONTWAIT);
    if (n < 0)
        return would_block();
    if (n == 0)
        return false;
    buffer[had + (size_t)n] = '\0';
    return take_requests(s, c, buffer, had + (size_t)n);
}

/* After an answer is out: the request that had to wait, if any. */
static bool go_on(struct sim *s, struct conn *c)
{
    if (c->busy || c->in == NULL)
        return true;
    return take_requests(s, c, c->in, c->in_len);
}

void conn_run_due(struct sim *s)
{
    struct conn *next = NULL;

    for (struct conn *c = s->due; c != NULL; c = next) {
        next = c->next;
        if (c->due_ns > s->now_ns)
            continue;
        leave_due(s, c);
        if (!send_out(s, c) || !go_on(s, c))
            conn_close(s, c);
    }
}

void conn_ready(struct sim *s, uint32_t fd, bool readable, bool writable)
{
    struct conn *c = fd < s->nconns ? s->conns[fd] : NULL;
    bool alive = true;

    if (c == NULL)
        return;
    if (writable && c->busy && c->due_ns == 0)
        alive = send_out(s, c) && go_on(s, c);
    if (alive && readable)
        alive = read_some(s, c);
    if (!alive)
        conn_close(s, c);
}
