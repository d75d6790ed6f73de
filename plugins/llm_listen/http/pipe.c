/* SPDX-License-Identifier: MIT */
/* pipe.c - one WebSocket: from bytes to steps, and back.
 *
 *   open     reads, writes, takes steps
 *   held     a step has a ticket out: what comes meanwhile waits in a list,
 *            which is as long as what the library had read already
 *   closing  somebody said so: it writes what is left, for CLOSE_NS
 *   ended    nothing more; the thread gives it back once no ticket is out
 *
 * One that listens hears news once all that it was sent before is out: who is
 * slow hears them later and more at a time, and costs no memory meanwhile.
 *
 * A peer that is silent is asked (a ping) and, if it stays so, closed.  One
 * that does not take what it is sent is the reaper's, as everywhere. */
#include "plugins/llm_listen/http/frames.h"
#include "plugins/llm_listen/http/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define CLOSE_NS LLMREG_NS_PER_S

/* ---- bytes ---- */

/* No message is held, and none waits. */
static bool is_hungry(const struct socket *s)
{
    return !s->held && s->first == NULL;
}

static ssize_t read_early(struct socket *s, void *out, size_t size)
{
    const size_t left = s->early_len - s->early_at;
    const size_t n = left < size ? left : size;

    memcpy(out, s->early + s->early_at, n);
    s->early_at += n;
    return (ssize_t)n;
}

static ssize_t read_bytes(void *ctx, void *out, size_t size)
{
    struct socket *s = ctx;
    ssize_t got;

    if (!is_hungry(s)) {
        errno = EAGAIN;
        return -1;
    }
    if (s->early_at < s->early_len)
        return read_early(s, out, size);
    got = recv(s->fd, out, size, MSG_DONTWAIT);
    if (got > 0)
        s->heard_ns = s->call->request.now.mono_ns;
    return got;
}

/* What is left of the head goes with the bytes behind it. */
static ssize_t send_both(struct socket *s, const void *bytes, size_t len)
{
    struct iovec parts[] = {
        {.iov_base = s->head, .iov_len = s->head_len},
        {.iov_base = (void *)(uintptr_t)bytes, .iov_len = len}};
    const struct msghdr m = {.msg_iov = parts, .msg_iovlen = 2};

    return sendmsg(s->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static ssize_t write_bytes(void *ctx, const void *bytes, size_t len, bool more)
{
    struct socket *s = ctx;
    size_t of_head;
    ssize_t sent;

    if (more && len <= sizeof s->head - s->head_len) {
        memcpy(s->head + s->head_len, bytes, len);
        s->head_len += len;
        return (ssize_t)len;
    }
    sent = send_both(s, bytes, len);
    if (sent <= 0)
        return sent;
    atomic_fetch_add_explicit(&s->call->bytes, (uint64_t)sent,
                              memory_order_relaxed);
    of_head = (size_t)sent < s->head_len ? (size_t)sent : s->head_len;
    s->head_len -= of_head;
    memmove(s->head, s->head + of_head, s->head_len);
    if ((size_t)sent > of_head)
        return sent - (ssize_t)of_head;
    errno = EAGAIN;
    return -1;
}

/* ---- steps ---- */

static void read_clock(struct socket *s)
{
    s->call->request.now = llmreg_clock_now(s->call->server->setup.clock);
}

static bool is_closing(struct socket *s)
{
    return s->ended || frames_closing(s->frames);
}

/* After a step: what it held for may be there already. */
static void settle(struct socket *s)
{
    while (!s->held) {
        switch (hold_park(s->call)) {
        case HOLD_NONE:
            return;
        case HOLD_PARKED:
            s->held = true;
            return;
        case HOLD_RELEASED:
            s->steps->released(s->call);
            break;
        }
    }
}

static void keep(struct socket *s, const char *text, size_t len)
{
    struct socket_message *m = malloc(sizeof *m + len);

    if (m == NULL) {
        s->ended = true;
        return;
    }
    m->next = NULL;
    m->len = len;
    memcpy(m->text, text, len);
    *s->last = m;
    s->last = &m->next;
}

static void on_message(void *ctx, const char *text, size_t len)
{
    struct socket *s = ctx;

    if (is_closing(s) || atomic_load(&s->call->server->stopping))
        return;
    if (!is_hungry(s)) {
        keep(s, text, len);
        return;
    }
    s->steps->message(s->call, text, len);
    settle(s);
}

static struct socket_message *take_waiting(struct socket *s)
{
    struct socket_message *m = s->first;

    if (m == NULL)
        return NULL;
    s->first = m->next;
    if (s->first == NULL)
        s->last = &s->first;
    return m;
}

static struct socket_message *next_waiting(struct socket *s)
{
    return s->held || is_closing(s) ? NULL : take_waiting(s);
}

/* Those that waited, until one is held again. */
static void catch_up(struct socket *s)
{
    for (struct socket_message *m = next_waiting(s); m != NULL;
         m = next_waiting(s)) {
        s->steps->message(s->call, m->text, m->len);
        free(m);
        settle(s);
    }
}

/* ---- what the thread calls ---- */

uint32_t socket_wants(struct socket *s)
{
    const bool in = is_hungry(s) && frames_may_read(s->frames);

    return (in ? (uint32_t)EPOLLIN : 0) |
           (frames_want_write(s->frames) ? (uint32_t)EPOLLOUT : 0);
}

static void flush(struct socket *s)
{
    if (!s->ended && !frames_write(s->frames))
        s->ended = true;
    if (!s->ended && frames_over(s->frames))
        s->ended = true;
}

/* It has taken what it was sent: nobody's news pile up. */
static bool may_hear(struct socket *s)
{
    return s->listens && !s->held && !is_closing(s) &&
           !frames_want_write(s->frames) &&
           !atomic_load(&s->call->server->stopping);
}

static void hear(struct socket *s)
{
    s->behind = false;
    s->steps->news(s->call);
    settle(s);
    flush(s);
}

static void catch_up_on_news(struct socket *s)
{
    if (s->behind && may_hear(s))
        hear(s);
}

void socket_serve(struct socket *s, bool broken)
{
    read_clock(s);
    if ((socket_wants(s) & EPOLLIN) != 0)
        s->ended = !frames_read(s->frames) || s->ended;
    else
        s->ended = s->ended || broken;
    flush(s);
    catch_up_on_news(s);
}

void socket_open(struct socket *s)
{
    read_clock(s);
    if (s->steps->opened != NULL) {
        s->steps->opened(s->call);
        settle(s);
    }
    socket_serve(s, false);
}

void socket_close(struct socket *s)
{
    read_clock(s);
    if (s->steps->closed != NULL)
        s->steps->closed(s->call);
}

void socket_news(struct socket *s)
{
    s->behind = true;
    read_clock(s);
    catch_up_on_news(s);
}

void socket_go_on(struct socket *s)
{
    s->held = false;
    if (s->ended)
        return;
    read_clock(s);
    s->steps->released(s->call);
    settle(s);
    catch_up(s);
    /* What the library read before is not announced again. */
    socket_serve(s, false);
}

static void begin_closing(struct socket *s, unsigned code, const char *reason)
{
    frames_close(s->frames, code, reason);
    s->closing_ns = s->call->request.now.mono_ns;
}

static void look_at_time(struct socket *s)
{
    const int64_t now_ns = s->call->request.now.mono_ns;
    const int64_t idle_ns = s->call->server->setup.limits.socket_idle_ns;

    if (is_closing(s)) {
        if (s->closing_ns == 0)
            s->closing_ns = now_ns;
        s->ended = s->ended || now_ns - s->closing_ns > CLOSE_NS;
    } else if (atomic_load(&s->call->server->stopping)) {
        begin_closing(s, HTTP_CLOSE_GOING, "the server stops");
    } else if (now_ns - s->heard_ns > idle_ns) {
        begin_closing(s, HTTP_CLOSE_GOING, "idle");
    } else if (now_ns - s->heard_ns > idle_ns / 2 &&
               s->pinged_ns < s->heard_ns) {
        s->pinged_ns = now_ns;
        frames_ping(s->frames);
    }
}

void socket_tick(struct socket *s)
{
    if (s->ended)
        return;
    read_clock(s);
    look_at_time(s);
    if (!s->held && !is_closing(s) && s->steps->tick != NULL) {
        s->steps->tick(s->call);
        settle(s);
    }
    /* Nothing announces what came early. */
    if (s->early_at < s->early_len)
        socket_serve(s, false);
    flush(s);
    catch_up_on_news(s);
}

/* One that was released is in a list, or about to be: then it is to be waited
 * for. */
bool socket_may_end(struct socket *s)
{
    return !s->held || hold_abandon(s->call);
}

/* ---- life ---- */

static bool keep_early(struct socket *s, const char *early, size_t len)
{
    if (len == 0)
        return true;
    s->early = malloc(len);
    if (s->early == NULL)
        return false;
    memcpy(s->early, early, len);
    s->early_len = len;
    return true;
}

int socket_new(struct socket **out, struct http_call *c, const char *early,
               size_t early_len)
{
    struct socket *s = calloc(1, sizeof *s);
    struct frames_io io = {.read = read_bytes,
                           .write = write_bytes,
                           .message = on_message,
                           .ctx = s};

    if (s == NULL)
        return LLMREG_ENOMEM;
    s->call = c;
    s->steps = c->steps;
    s->last = &s->first;
    s->heard_ns = llmreg_clock_now(c->server->setup.clock).mono_ns;
    if (!keep_early(s, early, early_len) ||
        frames_new(&s->frames, &io) != LLMREG_OK) {
        socket_free(s);
        return LLMREG_ENOMEM;
    }
    *out = s;
    return LLMREG_OK;
}

void socket_free(struct socket *s)
{
    struct socket_message *m;

    while ((m = take_waiting(s)) != NULL)
        free(m);
    frames_free(s->frames);
    free(s->early);
    free(s);
}

/* ---- what the routes call ---- */

void http_socket_send(struct http_call *c, const char *text, size_t len)
{
    struct socket *s = c->socket;

    if (!s->ended && frames_send(s->frames, text, len) == LLMREG_EFULL)
        s->ended = true;
}

void http_socket_share(struct http_call *c, struct http_text *text)
{
    struct socket *s = c->socket;

    if (!s->ended && frames_share(s->frames, text) == LLMREG_ENOMEM)
        s->ended = true;
}

void http_socket_again(struct http_call *c)
{
    c->socket->behind = true;
}

void http_socket_close(struct http_call *c, enum http_close_code code,
                       const char *reason)
{
    struct socket *s = c->socket;

    if (!is_closing(s))
        begin_closing(s, code, reason);
}

unsigned http_socket_left(const struct http_call *c)
{
    return c->left;
}
