/* SPDX-License-Identifier: MIT */
/* sockets.c - the thread of all WebSockets: waits until one has something to
 * read or to write, was released, or is due.
 *
 * A socket that is parked can be ended only by whoever takes its ticket back.
 * If it has just been released, it is in the list of those, or about to be: so
 * it waits until it is taken from there (socket_may_end). */
#include "plugins/llm_listen/http/sockets.h"

#include "plugins/llm_listen/http/frames.h"
#include "plugins/llm_listen/http/server.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define TICK_MS   250
#define BROKEN_MS 1000 /* until the thread must have seen it */
#define AT_ONCE   64   /* events */

/* ---- from other threads ---- */

void sockets_wake(struct sockets *all)
{
    const uint64_t one = 1;

    while (write(all->wake, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

bool sockets_take(struct sockets *all, struct socket *s)
{
    bool taken, first = false;

    llmreg_lock(&all->lock);
    taken = !all->shut;
    if (taken) {
        first = all->fresh == NULL;
        s->next = all->fresh;
        all->fresh = s;
    }
    llmreg_unlock(&all->lock);
    if (first)
        sockets_wake(all);
    return taken;
}

void sockets_ready(struct http_call *c)
{
    struct sockets *all = &c->server->sockets;
    struct socket *s = c->socket;
    bool first;

    llmreg_lock(&all->lock);
    first = all->released == NULL;
    s->next = all->released;
    all->released = s;
    llmreg_unlock(&all->lock);
    if (first)
        sockets_wake(all);
}

/* ---- the thread ---- */

static void calm(const struct sockets *all)
{
    uint64_t n;

    while (read(all->wake, &n, sizeof n) < 0 && errno == EINTR)
        continue;
}

/* The connection is its worker's again; its bytes may be on their way. */
static void give_back(struct socket *s)
{
    struct http_call *c = s->call;
    struct MHD_UpgradeResponseHandle *urh = s->urh;

    socket_close(s);
    c->left = frames_left(s->frames);
    c->lingers = c->left == 0;
    c->socket = NULL;
    socket_free(s);
    if (!engines_broken(c->server))
        MHD_upgrade_action(urh, MHD_UPGRADE_ACTION_CLOSE);
}

static void end(struct sockets *all, struct socket *s)
{
    if (s->watched != 0)
        epoll_ctl(all->epoll, EPOLL_CTL_DEL, s->fd, NULL);
    rounds_leave(all, s);
    TAILQ_REMOVE(&all->all, s, among);
    give_back(s);
}

/* Bit 31 says that it is among the watched at all. */
#define KNOWN EPOLLET

static void watch(struct sockets *all, struct socket *s)
{
    const uint32_t wants = socket_wants(s) | KNOWN;
    struct epoll_event e = {.events = wants & ~KNOWN, .data = {.ptr = s}};

    if (s->ended || wants == s->watched)
        return;
    if (epoll_ctl(all->epoll, s->watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD,
                  s->fd, &e) == 0)
        s->watched = wants;
    else
        s->ended = true;
}

void sockets_settle(struct sockets *all, struct socket *s)
{
    watch(all, s);
    if (s->ended && socket_may_end(s))
        end(all, s);
}

static struct socket *take_list(struct sockets *all, struct socket **list)
{
    struct socket *s;

    llmreg_lock(&all->lock);
    s = *list;
    *list = NULL;
    llmreg_unlock(&all->lock);
    return s;
}

/* The first look at each, for what came with its handshake. */
static void welcome(struct sockets *all)
{
    struct socket *next;

    for (struct socket *s = take_list(all, &all->fresh); s != NULL; s = next) {
        next = s->next;
        TAILQ_INSERT_TAIL(&all->all, s, among);
        socket_open(s);
        sockets_settle(all, s);
    }
}

static void serve_released(struct sockets *all)
{
    struct socket *next;

    for (struct socket *s = take_list(all, &all->released); s != NULL;
         s = next) {
        next = s->next;
        socket_go_on(s);
        sockets_settle(all, s);
    }
}

static void serve_ready(struct sockets *all, const struct epoll_event *events,
                        int n)
{
    for (int i = 0; i < n; i++) {
        struct socket *s = events[i].data.ptr;

        if (s == NULL) {
            calm(all);
            continue;
        }
        socket_serve(s, (events[i].events & (EPOLLHUP | EPOLLERR)) != 0);
        sockets_settle(all, s);
    }
}

static void end_all(struct sockets *all)
{
    struct socket *next;

    for (struct socket *s = TAILQ_FIRST(&all->all); s != NULL; s = next) {
        next = TAILQ_NEXT(s, among);
        s->ended = true;
        sockets_settle(all, s);
    }
}

/* Told to stop, and all have ended. */
static bool is_done(struct sockets *all)
{
    bool shut, fresh;

    llmreg_lock(&all->lock);
    shut = all->shut;
    fresh = all->fresh != NULL;
    llmreg_unlock(&all->lock);
    if (!shut)
        return false;
    end_all(all);
    return !fresh && TAILQ_EMPTY(&all->all);
}

static int64_t now_ns(const struct sockets *all)
{
    return llmreg_clock_now(all->server->setup.clock).mono_ns;
}

/* A server that stops is told to all at once, and then as often as always. */
static bool is_hurried(struct sockets *all)
{
    if (all->hurried || !atomic_load(&all->server->stopping))
        return false;
    all->hurried = true;
    return true;
}

static void tick(struct sockets *all, int64_t *due_ns)
{
    const bool hurry = is_hurried(all);
    const int64_t now = now_ns(all);
    struct socket *next;

    if (now < *due_ns && !hurry)
        return;
    *due_ns = now + TICK_MS * LLMREG_NS_PER_MS;
    for (struct socket *s = TAILQ_FIRST(&all->all); s != NULL; s = next) {
        next = TAILQ_NEXT(s, among);
        socket_tick(s);
        sockets_settle(all, s);
    }
}

/* Milliseconds; -1: until somebody comes. */
static int patience(struct sockets *all, int64_t due_ns)
{
    const int64_t now = now_ns(all);
    const int64_t left = (due_ns - now) / LLMREG_NS_PER_MS + 1;

    if (TAILQ_EMPTY(&all->all))
        return -1;
    return rounds_wait(all, now, left < 0 ? 0 : (int)left);
}

static void *run(void *ctx)
{
    struct sockets *all = ctx;
    struct epoll_event events[AT_ONCE];
    int64_t due_ns = 0;

    while (!is_done(all)) {
        const int n =
            epoll_wait(all->epoll, events, AT_ONCE, patience(all, due_ns));

        serve_ready(all, events, n);
        welcome(all);
        serve_released(all);
        rounds_go_on(all, now_ns(all));
        tick(all, &due_ns);
    }
    atomic_store(&all->over, true);
    return NULL;
}

/* ---- life ---- */

static int open_descriptors(struct sockets *all)
{
    struct epoll_event e = {.events = EPOLLIN, .data = {.ptr = NULL}};

    all->epoll = epoll_create1(EPOLL_CLOEXEC);
    all->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return all->epoll >= 0 && all->wake >= 0 &&
                   epoll_ctl(all->epoll, EPOLL_CTL_ADD, all->wake, &e) == 0
               ? LLMREG_OK
               : LLMREG_EIO;
}

int sockets_start(struct sockets *all, struct http_server *server)
{
    int rc = llmreg_lock_init(&all->lock);

    if (rc != LLMREG_OK)
        return rc;
    all->ready = true;
    all->server = server;
    all->epoll = all->wake = -1;
    TAILQ_INIT(&all->all);
    TAILQ_INIT(&all->listening);
    rc = open_descriptors(all);
    if (rc == LLMREG_OK)
        rc = llmreg_thread_start(&all->thread, run, all, "llmreg-sockets");
    all->runs = rc == LLMREG_OK;
    return rc;
}

/* The thread calls the library, too, and may be where it broke. */
static bool comes_back(struct sockets *all)
{
    if (!engines_broken(all->server))
        return true;
    for (int ms = 0; ms < BROKEN_MS && !atomic_load(&all->over); ms++)
        poll(NULL, 0, 1);
    return atomic_load(&all->over);
}

void sockets_stop(struct sockets *all)
{
    if (!all->runs)
        return;
    llmreg_lock(&all->lock);
    all->shut = true;
    llmreg_unlock(&all->lock);
    sockets_wake(all);
    if (comes_back(all))
        pthread_join(all->thread, NULL);
    all->runs = false;
}

void sockets_fini(struct sockets *all)
{
    if (!all->ready)
        return;
    if (all->epoll >= 0)
        close(all->epoll);
    if (all->wake >= 0)
        close(all->wake);
    llmreg_lock_fini(&all->lock);
    *all = (struct sockets){.server = NULL};
}
