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
 * they are used. */
#include "plugins/llm_probe/loop.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#define EVENTS     256
#define FDS_MOST   (1 << 20)
#define FDS_OTHERS 512 /* descriptors left to the rest of the process */

struct fd_state {
    uint8_t have, want; /* EPOLLIN, EPOLLOUT; 0: none */
};

struct loop {
    CURLM *multi;
    const struct llmreg_clock *clock;
    int epoll;
    int wake; /* eventfd */
    int fd;   /* the caller's */
    struct request_host host;
    struct fd_state *fds; /* host.fd_limit of them */
    int64_t now_ns;       /* of this turn */
    int64_t timer_ns;     /* when libcurl wants to be called; INT64_MAX */
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
    struct loop *l = ctx;

    (void)easy;
    (void)per_socket;
    if (fd < 0 || fd >= l->host.fd_limit)
        return 0;
    l->fds[fd].want = events[what];
    if (what != CURL_POLL_REMOVE)
        set_epoll(l, fd, events[what]);
    return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *ctx)
{
    struct loop *l = ctx;

    (void)multi;
    l->timer_ns =
        timeout_ms < 0 ? INT64_MAX : l->now_ns + timeout_ms * LLMREG_NS_PER_MS;
    return 0;
}

static void on_closed(void *ctx, int fd)
{
    struct loop *l = ctx;

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

static int open_multi(struct loop *l)
{
    l->multi = curl_multi_init();
    if (l->multi == NULL ||
        curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, on_socket) ||
        curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l) ||
        curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, on_timer) ||
        curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l))
        return LLMREG_ENOMEM;
    return LLMREG_OK;
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
    l->now_ns = llmreg_clock_now(clock).mono_ns; /* the first wait is from it */
    l->now_ns = llmreg_clock_now(clock).mono_ns;
    l->timer_ns = INT64_MAX;
    l->host = (struct request_host){
        .closed = on_closed, .ctx = l, .fd_limit = fd_limit()};
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    l->fds = calloc((size_t)l->host.fd_limit, sizeof *l->fds);
    if (l->fds == NULL)
        goto done;
    rc = LLMREG_EIO;
    if (l->epoll < 0 || l->wake < 0 || watch(l, l->wake) != LLMREG_OK ||
        watch(l, fd) != LLMREG_OK)
        goto done;
    rc = open_multi(l);
    if (rc != LLMREG_OK)
        goto done;
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
    if (l->multi != NULL)
        curl_multi_cleanup(l->multi);
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

void loop_keep(struct loop *l, size_t connections)
{
    size_t room = (size_t)l->host.fd_limit > 2 * FDS_OTHERS
                      ? (size_t)l->host.fd_limit - FDS_OTHERS
                      : (size_t)l->host.fd_limit / 2;

    if (connections > room)
        connections = room;
    curl_multi_setopt(l->multi, CURLMOPT_MAXCONNECTS, (long)connections);
}

/* ---- turning ---- */

int loop_add(struct loop *l, struct request *r)
{
    return curl_multi_add_handle(l->multi, r->easy) == CURLM_OK ? LLMREG_OK
                                                                : LLMREG_ENOMEM;
}

void loop_remove(struct loop *l, struct request *r)
{
    curl_multi_remove_handle(l->multi, r->easy);
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
    int running = 0;
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
        curl_multi_socket_action(l->multi, fd, mask, &running);
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
    int64_t expected_ns = until_ns < l->timer_ns ? until_ns : l->timer_ns;
    int running = 0;
    int n = epoll_wait(l->epoll, events, EVENTS, wait_ms(l, expected_ns));

    out->readable = false;
    out->now = llmreg_clock_now(l->clock);
    l->now_ns = out->now.mono_ns;
    if (expected_ns < before_ns)
        expected_ns = before_ns;
    out->lost_ns = l->now_ns < expected_ns ? 0 : l->now_ns - expected_ns;
    for (int i = 0; i < n; i++)
        on_event(l, &events[i], out);
    if (l->timer_ns <= l->now_ns) {
        l->timer_ns = INT64_MAX;
        curl_multi_socket_action(l->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
}

bool loop_finished(struct loop *l, void **user, int *code)
{
    int left = 0;
    CURLMsg *msg = curl_multi_info_read(l->multi, &left);
    char *private = NULL;

    if (msg == NULL)
        return false;
    *code = (int)msg->data.result;
    curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &private);
    curl_multi_remove_handle(l->multi, msg->easy_handle);
    *user = private;
    return true;
}

void loop_wake(struct loop *l)
{
    const uint64_t one = 1;
    ssize_t put = write(l->wake, &one, sizeof one);

    (void)put;
}
