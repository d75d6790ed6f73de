/* SPDX-License-Identifier: MIT */
/* rounds.c - news, for very many who listen.
 *
 * Whoever has news says so once, whatever the number of those that listen.  In
 * a round each of them takes the step once.  Rounds begin HTTP_NEWS_MS after
 * each other at the earliest, so that many pieces of news are one, and later if
 * one took long: at most half of the thread's time goes into them.  Between
 * SLICE of them others have their turn. */
#include "plugins/llm_listen/http/server.h"
#include "plugins/llm_listen/http/socket.h"

#define SLICE 128 /* sockets */
#define SHARE 2   /* a round's time, and as much again, before the next one */

/* ---- any thread ---- */

void http_news(struct http_server *s)
{
    struct sockets *all = &s->sockets;

    if (atomic_load(&all->nlisten) > 0 && !atomic_exchange(&all->news, true))
        sockets_wake(all);
}

/* ---- the thread ---- */

void http_socket_listen(struct http_call *c)
{
    struct socket *s = c->socket;
    struct sockets *all = &c->server->sockets;

    if (s->listens)
        return;
    s->listens = s->behind = true;
    s->round = all->rounds.number;
    TAILQ_INSERT_TAIL(&all->listening, s, listening);
    atomic_fetch_add(&all->nlisten, 1);
}

void rounds_leave(struct sockets *all, struct socket *s)
{
    if (!s->listens)
        return;
    s->listens = false;
    TAILQ_REMOVE(&all->listening, s, listening);
    atomic_fetch_sub(&all->nlisten, 1);
}

static bool is_due(struct sockets *all, int64_t now_ns)
{
    return now_ns >= all->rounds.due_ns && atomic_load(&all->news);
}

static void begin(struct sockets *all, int64_t now_ns)
{
    atomic_store(&all->news, false);
    all->rounds.number++;
    all->rounds.runs = true;
    all->rounds.begun_ns = now_ns;
    all->rounds.spent_ns = 0;
}

static void finish(struct rounds *r)
{
    const int64_t least_ns = HTTP_NEWS_MS * LLMREG_NS_PER_MS;
    const int64_t pause_ns = SHARE * r->spent_ns;

    r->runs = false;
    r->due_ns = r->begun_ns + (pause_ns > least_ns ? pause_ns : least_ns);
}

/* False: all have heard. */
static bool tell_next(struct sockets *all)
{
    struct socket *s = TAILQ_FIRST(&all->listening);

    if (s == NULL || s->round == all->rounds.number)
        return false;
    s->round = all->rounds.number;
    TAILQ_REMOVE(&all->listening, s, listening);
    TAILQ_INSERT_TAIL(&all->listening, s, listening);
    socket_news(s);
    sockets_settle(all, s);
    return true;
}

void rounds_go_on(struct sockets *all, int64_t now_ns)
{
    struct rounds *r = &all->rounds;
    bool more = true;

    if (!r->runs && is_due(all, now_ns))
        begin(all, now_ns);
    if (!r->runs)
        return;
    for (int i = 0; i < SLICE && more; i++)
        more = tell_next(all);
    r->spent_ns += llmreg_clock_now(all->server->setup.clock).mono_ns - now_ns;
    if (!more)
        finish(r);
}

int rounds_wait(struct sockets *all, int64_t now_ns, int max)
{
    const struct rounds *r = &all->rounds;
    int64_t ms;

    if (r->runs)
        return 0;
    if (TAILQ_EMPTY(&all->listening) || !atomic_load(&all->news))
        return max;
    ms = (r->due_ns - now_ns + LLMREG_NS_PER_MS - 1) / LLMREG_NS_PER_MS;
    if (ms < 0)
        return 0;
    return ms < max ? (int)ms : max;
}
