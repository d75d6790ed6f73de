/* SPDX-License-Identifier: MIT */
/* reaper.c - looks at every connection several times a second, and shuts down
 * what takes too long.
 *
 * The library's own timeout only asks whether anything happened lately, which
 * a byte now and then answers.  Here time is counted from where a step began.
 * Shutting down is all that is done: the library then finds the connection
 * broken and ends it as any other.  It happens under the table's lock, so that
 * the descriptor is the one that is meant.
 *
 * A peer that takes an answer makes progress when the socket's queue moves, or
 * when the route gave more: that is only asked for when the queue had room. */
#include "plugins/llm_listen/http/server.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>

#define TICK_MS     250
#define TICK_MS_MIN 10

/* Something that changes whenever the peer takes bytes; *unsent: how many the
 * peer has not. */
static uint64_t taken_by_peer(const struct http_call *c, int *unsent)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    uint64_t moved = atomic_load_explicit(&c->bytes, memory_order_relaxed);

    *unsent = 0;
    if (ioctl(c->fd, SIOCOUTQ, unsent) != 0)
        *unsent = 0;
    if (!c->peer.is_unix &&
        getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
        moved += info.tcpi_bytes_acked;
    return moved * 3 + (uint64_t)*unsent;
}

static void see_progress(struct http_call *c, struct deadline_state *state,
                         int64_t now_ns)
{
    int unsent = 0;
    const uint64_t moved = taken_by_peer(c, &unsent);
    const bool same =
        c->progress_since == (uint64_t)state->since_ns && c->unsent == moved;

    if (!same || unsent == 0)
        c->progress_ns = now_ns;
    c->progress_since = (uint64_t)state->since_ns;
    c->unsent = moved;
    state->pending = unsent > 0;
    state->progress_ns = c->progress_ns;
}

static struct deadline_state state_of(struct http_call *c, int64_t now_ns)
{
    struct deadline_state state = {
        .phase = (enum http_phase)atomic_load_explicit(&c->phase,
                                                       memory_order_acquire),
        .since_ns = atomic_load_explicit(&c->since_ns, memory_order_relaxed),
        .bytes = atomic_load_explicit(&c->bytes, memory_order_relaxed),
    };

    if (c->started && (state.phase == PHASE_WRITE || state.phase == PHASE_WAIT))
        see_progress(c, &state, now_ns);
    return state;
}

static void look_at(struct http_server *s, struct http_call *c, int64_t now_ns)
{
    struct deadline_state state;

    if (!c->started || c->shut)
        return;
    state = state_of(c, now_ns);
    if (deadline_passed(&s->setup.limits, &state, now_ns) == NULL)
        return;
    if (state.phase != PHASE_IDLE)
        counters_add(&s->setup.counters->rejected_slow, 1);
    shutdown(c->fd, SHUT_RDWR);
    c->shut = true;
}

static void tick(struct http_server *s)
{
    const struct llmreg_now now = llmreg_clock_now(s->setup.clock);

    llmreg_lock(&s->conns.lock);
    for (uint32_t i = 0; i < s->conns.fresh; i++) {
        struct http_call *c = conns_at(&s->conns, i);

        if (c->used)
            look_at(s, c, now.mono_ns);
    }
    llmreg_unlock(&s->conns.lock);
    report_flush(&s->report, &now);
}

void reaper_sweep(struct http_server *s, bool all)
{
    llmreg_lock(&s->conns.lock);
    for (uint32_t i = 0; i < s->conns.fresh; i++) {
        struct http_call *c = conns_at(&s->conns, i);
        const unsigned phase = atomic_load(&c->phase);

        if (c->used && c->started && (all || phase == PHASE_IDLE))
            shutdown(c->fd, SHUT_RDWR);
    }
    llmreg_unlock(&s->conns.lock);
}

/* Short enough for the shortest of the limits. */
static int tick_ms(const struct http_limits *limits)
{
    const int64_t all[] = {limits->header_ns, limits->body_ns, limits->write_ns,
                           limits->idle_ns};
    int64_t ms = TICK_MS;

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i] / LLMREG_NS_PER_MS / 4 < ms)
            ms = all[i] / LLMREG_NS_PER_MS / 4;
    return ms < TICK_MS_MIN ? TICK_MS_MIN : (int)ms;
}

void *reaper_run(void *server)
{
    struct http_server *s = server;
    struct pollfd stop = {.fd = s->stop_reaper, .events = POLLIN};

    while (poll(&stop, 1, tick_ms(&s->setup.limits)) <= 0)
        tick(s);
    tick(s);
    return NULL;
}
