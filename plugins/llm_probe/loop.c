/* SPDX-License-Identifier: MIT */
/* loop.c - curl_multi_socket_action over epoll.
 *
 * For each descriptor we keep what epoll has (have) and what libcurl wants
 * (want).  When libcurl stops wanting one, nothing is told to epoll: mostly it
 * is an idle connection that will be wanted again.  Only if it then becomes
 * readable (the server closed it) it is taken out; libcurl finds out itself
 * when it is to be used again.  A closed socket leaves epoll by itself.
 *
 * The array is as long as descriptors can get; its pages cost nothing until
 * they are used.
 *
 * There are several multis, and a server always has the same one: whenever a
 * request ends, libcurl 7.88 walks all the connections of its multi, which at
 * 10,000 connections would be most of the thread's work (tests/bench/loops).
 * And once a second in which it works, a multi polls each of its idle
 * connections: so those whose turns are near each other share one, which then
 * works for a moment an interval and rests.  But each multi has two descriptors
 * of its own: where those are few, one multi is all there is. */
#include "plugins/llm_probe/loop.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#define EVENTS     256
#define FDS_MOST   (1 << 20)
#define FDS_OTHERS 512 /* descriptors left to the rest of the process */
#define HUBS       LOOP_HUBS

struct fd_state {
    uint8_t have, want; /* EPOLLIN, EPOLLOUT; 0: none */
    uint8_t hub;        /* whose it is */
};

struct hub {
    struct loop *loop;
    CURLM *multi;     /* NULL until it is needed */
    int64_t timer_ns; /* when libcurl wants to be called; INT64_MAX */
    bool touched;     /* libcurl worked: requests may be over */
};

struct loop {
    struct hub hubs[HUBS];
    size_t nhubs; /* in use */
    const struct llmreg_clock *clock;
    int epoll;
    int wake; /* eventfd */
    int fd;   /* the caller's */
    struct request_host host;
    struct fd_state *fds; /* host.fd_limit of them */
    size_t sockets;       /* open now */
    long keep;            /* connections */
    int64_t now_ns;       /* of this turn */
};

/* ---- what libcurl tells us ---- */

static void set_epoll(struct loop *l, int fd, uint8_t events)
{
    struct fd_state *state = &l->fds[fd];
    struct epoll_event e = {.events = events, .data.fd = fd};
    int op = state->have == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;

    if (state->have == events)
        return;
    if (events == 0)
        op = EPOLL_CTL_DEL;
    if (epoll_ctl(l->epoll, op, fd, &e) == 0)
        state->have = events;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx,
                     void *per_socket)
{
    static const uint8_t events[] = {
        [CURL_POLL_IN] = EPOLLIN,
        [CURL_POLL_OUT] = EPOLLOUT,
        [CURL_POLL_INOUT] = EPOLLIN | EPOLLOUT,
        [CURL_POLL_REMOVE] = 0,
    };
    struct hub *h = ctx;
    struct loop *l = h->loop;

    (void)easy;
    (void)per_socket;
    if (fd < 0 || fd >= l->host.fd_limit)
        return 0;
    l->fds[fd].want = events[what];
    l->fds[fd].hub = (uint8_t)(h - l->hubs);
    if (what != CURL_POLL_REMOVE)
        set_epoll(l, fd, events[what]);
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *ctx)
{
    struct hub *h = ctx;

    (void)multi;
    h->timer_ns = timeout_ms < 0
                      ? INT64_MAX
                      : h->loop->now_ns + timeout_ms * LLMREG_NS_PER_MS;
    return 0;
}

static bool on_opened(void *ctx)
{
    struct loop *l = ctx;

    if (l->sockets >= loop_room(l))
        return false;
    l->sockets++;
    return true;
}

static void on_closed(void *ctx, int fd)
{
    struct loop *l = ctx;

    l->sockets--;
    if (fd >= 0 && fd < l->host.fd_limit)
        l->fds[fd] = (struct fd_state){0};
}

/* ---- life ---- */

static int fd_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > FDS_MOST)
        return FDS_MOST;
    return (int)limit.rlim_cur;
}

static bool set_multi(struct hub *h)
{
    return !curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket) &&
           !curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h) &&
           !curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_timer) &&
           !curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h) &&
           !curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, h->loop->keep);
}

static int open_multi(struct hub *h)
{
    if (h->multi != NULL)
        return LLMREG_OK;
    h->multi = curl_multi_init();
    if (h->multi != NULL && set_multi(h))
        return LLMREG_OK;
    curl_multi_cleanup(h->multi);
    h->multi = NULL;
    return LLMREG_ENOMEM;
}

static int watch(struct loop *l, int fd)
{
    struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};

    return epoll_ctl(l->epoll, EPOLL_CTL_ADD, fd, &e) == 0 ? LLMREG_OK
                                                           : LLMREG_EIO;
}

int loop_new(struct loop **out, const struct llmreg_clock *clock, int fd)
{
    struct loop *l = calloc(1, sizeof *l);
    int rc = LLMREG_ENOMEM;

    if (l == NULL)
        return rc;
    l->clock = clock;
    l->fd = fd;
    l->now_ns = llmreg_clock_now(clock).mono_ns;
    for (size_t i = 0; i < HUBS; i++)
        l->hubs[i] = (struct hub){.loop = l, .timer_ns = INT64_MAX};
    l->host = (struct request_host){
        .opened = on_opened,
        .closed = on_closed,
        .ctx = l,
        .fd_limit = fd_limit(),
    };
    l->nhubs = l->host.fd_limit < 2 * FDS_OTHERS ? 1 : HUBS;
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    l->fds = calloc((size_t)l->host.fd_limit, sizeof *l->fds);
    if (l->fds == NULL)
        goto done;
    rc = LLMREG_EIO;
    if (l->epoll < 0 || l->wake < 0 || watch(l, l->wake) != LLMREG_OK ||
        watch(l, fd) != LLMREG_OK)
        goto done;
    rc = LLMREG_OK;
    *out = l;
    l = NULL;
done:
    loop_free(l);
    return rc;
}

void loop_free(struct loop *l)
{
    if (l == NULL)
        return;
    for (size_t i = 0; i < HUBS; i++)
        if (l->hubs[i].multi != NULL)
            curl_multi_cleanup(l->hubs[i].multi);
    if (l->epoll >= 0)
        close(l->epoll);
    if (l->wake >= 0)
        close(l->wake);
    free(l->fds);
    free(l);
}

const struct request_host *loop_host(struct loop *l)
{
    return &l->host;
}

size_t loop_room(const struct loop *l)
{
    return (size_t)l->host.fd_limit > 2 * FDS_OTHERS
               ? (size_t)l->host.fd_limit - FDS_OTHERS
               : (size_t)l->host.fd_limit / 2;
}

void loop_keep(struct loop *l, size_t servers, size_t slots)
{
    const size_t room = loop_room(l);
    size_t keep = servers + slots;

    /* As many as there are, in any one; if that is too many, its share of
     * what is not in flight.  To libcurl, none would mean any number. */
    if (keep > room)
        keep = room > slots ? (room - slots) / l->nhubs : 0;
    l->keep = keep > 0 ? (long)keep : 1;
    for (size_t i = 0; i < HUBS; i++)
        if (l->hubs[i].multi != NULL)
            curl_multi_setopt(l->hubs[i].multi, CURLMOPT_MAXCONNECTS, l->keep);
}

/* ---- turning ---- */

int loop_add(struct loop *l, struct request *r, size_t hub)
{
    struct hub *h = &l->hubs[hub % l->nhubs];
    int rc = open_multi(h);

    if (rc != LLMREG_OK)
        return rc;
    if (curl_multi_add_handle(h->multi, r->easy) != CURLM_OK)
        return LLMREG_ENOMEM;
    r->multi = h->multi;
    return LLMREG_OK;
}

void loop_remove(struct request *r)
{
    if (r->multi != NULL)
        curl_multi_remove_handle(r->multi, r->easy);
    r->multi = NULL;
}

static void act(struct hub *h, int fd, int events)
{
    int running = 0;

    h->touched = true;
    curl_multi_socket_action(h->multi, fd, events, &running);
}

static void drain(int fd)
{
    uint64_t count = 0;
    ssize_t got = read(fd, &count, sizeof count);

    (void)got;
}

static void on_event(struct loop *l, const struct epoll_event *e,
                     struct loop_turn *out)
{
    const int fd = e->data.fd;
    int mask = 0;

    if (fd == l->wake) {
        drain(fd);
    } else if (fd == l->fd) {
        out->readable = true;
    } else if (l->fds[fd].want == 0) {
        set_epoll(l, fd, 0);
    } else {
        mask |= (e->events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0;
        mask |= (e->events & EPOLLOUT) != 0 ? CURL_CSELECT_OUT : 0;
        mask |= (e->events & (EPOLLERR | EPOLLHUP)) != 0 ? CURL_CSELECT_ERR : 0;
        act(&l->hubs[l->fds[fd].hub], fd, mask);
    }
}

/* When the first of the multis wants to be called. */
static int64_t first_timer(const struct loop *l)
{
    int64_t first_ns = INT64_MAX;

    for (size_t i = 0; i < HUBS; i++)
        if (l->hubs[i].timer_ns < first_ns)
            first_ns = l->hubs[i].timer_ns;
    return first_ns;
}

static void run_timers(struct loop *l)
{
    for (size_t i = 0; i < HUBS; i++) {
        if (l->hubs[i].timer_ns > l->now_ns)
            continue;
        l->hubs[i].timer_ns = INT64_MAX;
        act(&l->hubs[i], CURL_SOCKET_TIMEOUT, 0);
    }
}

/* Milliseconds from now on, rounded up: too early is a turn for nothing. */
static int wait_ms(const struct loop *l, int64_t until_ns)
{
    int64_t left = until_ns - llmreg_clock_now(l->clock).mono_ns;

    if (left <= 0)
        return 0;
    if (left > 3600 * LLMREG_NS_PER_S)
        return 3600 * 1000;
    return (int)((left + LLMREG_NS_PER_MS - 1) / LLMREG_NS_PER_MS);
}

void loop_turn(struct loop *l, int64_t until_ns, struct loop_turn *out)
{
    struct epoll_event events[EVENTS];
    const int64_t before_ns = l->now_ns; /* the turn before this */
    const int64_t timer_ns = first_timer(l);
    int64_t expected_ns = until_ns < timer_ns ? until_ns : timer_ns;
    int n = epoll_wait(l->epoll, events, EVENTS, wait_ms(l, expected_ns));

    out->readable = false;
    out->now = llmreg_clock_now(l->clock);
    l->now_ns = out->now.mono_ns;
    if (expected_ns < before_ns)
        expected_ns = before_ns;
    out->lost_ns = l->now_ns < expected_ns ? 0 : l->now_ns - expected_ns;
    for (int i = 0; i < n; i++)
        on_event(l, &events[i], out);
    run_timers(l);
}

/* The next message that a request is over, and whose it is. */
static CURLMsg *next_message(struct loop *l, struct hub **out)
{
    CURLMsg *message = NULL;
    int left = 0;

    for (size_t i = 0; i < HUBS && message == NULL; i++) {
        if (!l->hubs[i].touched)
            continue;
        message = curl_multi_info_read(l->hubs[i].multi, &left);
        l->hubs[i].touched = message != NULL;
        *out = &l->hubs[i];
    }
    return message;
}

bool loop_finished(struct loop *l, void **user, int *code)
{
    struct hub *h = NULL;
    CURLMsg *msg = next_message(l, &h);
    char *private = NULL;

    if (msg == NULL)
        return false;
    *code = (int)msg->data.result;
    curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &private);
    curl_multi_remove_handle(h->multi, msg->easy_handle);
    *user = private;
    return true;
}

void loop_wake(struct loop *l)
{
    const uint64_t one = 1;
    ssize_t put = write(l->wake, &one, sizeof one);

    (void)put;
}
