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
#include "plugins/llm_listen/http/tls.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>

#define TICK_MS     250
#define TICK_MS_MIN 10
#define WAIT_TICKS  4
#define TICKETS     64

struct reaping {
    struct http_server *server;
    struct llmreg_now now; /* of this tick */
    uint32_t ticks;
    struct http_ticket tickets[TICKETS];
    size_t ntickets;
};

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

static struct deadline_state state_of(const struct http_call *c)
{
    return (struct deadline_state){
        .phase = (enum http_phase)atomic_load_explicit(&c->phase,
                                                       memory_order_acquire),
        .since_ns = atomic_load_explicit(&c->since_ns, memory_order_relaxed),
        .bytes = atomic_load_explicit(&c->bytes, memory_order_relaxed),
    };
}

/* While a call is held, the library does not look at its connection, and an end
 * that comes with the last bytes before it, it does not see.  A stream is over
 * when its peer has nothing more to say, and so is a request that is not whole;
 * but who waits for an answer may have said all. */
static bool has_left(const struct http_call *c, enum http_phase phase)
{
    const bool awaited = phase != PHASE_WAIT || c->streams;
    struct pollfd peer = {.fd = c->fd, .events = awaited ? POLLRDHUP : 0};
    int unread = 0;

    if (poll(&peer, 1, 0) != 1)
        return false;
    return phase == PHASE_WAIT ||
           (ioctl(c->fd, FIONREAD, &unread) == 0 && unread == 0);
}

static bool may_leave(enum http_phase phase)
{
    return phase != PHASE_RUN && phase != PHASE_WRITE && phase != PHASE_SOCKET;
}

/* Looked at now and then, for what the peer does not take. */
static bool is_patient(enum http_phase phase)
{
    return phase == PHASE_WAIT || phase == PHASE_SOCKET;
}

enum verdict { STAYS, LEFT, LATE };

/* Whether the peer is there is asked every few ticks only, and not of all in
 * the same one. */
static enum verdict judge(struct reaping *r, struct http_call *c,
                          struct deadline_state *state)
{
    const bool turn = c->started && (c->index + r->ticks) % WAIT_TICKS == 0;

    if (turn && may_leave(state->phase) && has_left(c, state->phase))
        return LEFT;
    if (!turn && is_patient(state->phase))
        return STAYS;
    if (state->phase == PHASE_WRITE || is_patient(state->phase))
        see_progress(c, state, r->now.mono_ns);
    return deadline_passed(&r->server->setup.limits, state, r->now.mono_ns)
               ? LATE
               : STAYS;
}

/* The ticket of a held call that must learn it, to be released with no lock
 * held. */
static struct http_ticket look_at_locked(struct reaping *r, struct conns *conns,
                                         struct http_call *c)
    LLMREG_REQUIRES(conns->lock);

static struct http_ticket look_at_locked(struct reaping *r, struct conns *conns,
                                         struct http_call *c)
{
    struct deadline_state state = state_of(c);
    enum verdict verdict = STAYS;

    if (!atomic_load(&c->shut))
        verdict = judge(r, c, &state);
    if (verdict == LATE && !c->started)
        conns_lose_locked(conns, c);
    if (verdict == STAYS || !c->started)
        return (struct http_ticket){0};
    if (verdict == LATE && state.phase != PHASE_IDLE)
        counters_add(&r->server->setup.counters->rejected_slow, 1);
    atomic_store(&c->shut, true);
    shutdown(c->fd, SHUT_RDWR);
    if (state.phase != PHASE_WAIT)
        return (struct http_ticket){0};
    atomic_store(&c->gone, true);
    return hold_ticket(c);
}

/* From a block on; stops where the tickets are full. */
static uint32_t look_at_some(struct reaping *r, uint32_t i)
{
    struct conns *conns = &r->server->conns;

    r->ntickets = 0;
    llmreg_lock(&conns->lock);
    for (; i < conns->fresh && r->ntickets < TICKETS; i++) {
        struct http_call *c = conns_at(conns, i);

        if (c->used)
            r->tickets[r->ntickets] = look_at_locked(r, conns, c);
        if (c->used && r->tickets[r->ntickets].n != 0)
            r->ntickets++;
    }
    if (i == conns->fresh)
        i = CALL_NONE;
    llmreg_unlock(&conns->lock);
    return i;
}

static void tick(struct reaping *r)
{
    struct http_server *s = r->server;

    r->now = llmreg_clock_now(s->setup.clock);
    r->ticks++;
    for (uint32_t i = 0; i != CALL_NONE;) {
        i = look_at_some(r, i);
        for (size_t t = 0; t < r->ntickets; t++)
            http_release(s, r->tickets[t]);
    }
    linger_tick(&s->linger, r->now.mono_ns);
    for (size_t e = 0; e < s->nengines; e++)
        if (s->engines[e].tls != NULL)
            tls_tick(s->engines[e].tls, r->now.mono_ns);
    report_flush(&s->report, &r->now);
}

void reaper_sweep(struct http_server *s, unsigned phases)
{
    llmreg_lock(&s->conns.lock);
    for (uint32_t i = 0; i < s->conns.fresh; i++) {
        struct http_call *c = conns_at(&s->conns, i);

        if (c->used && c->started &&
            (phases >> atomic_load(&c->phase) & 1) != 0)
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
    struct reaping r = {.server = server};
    struct pollfd stop = {.fd = r.server->stop_reaper, .events = POLLIN};

    while (poll(&stop, 1, tick_ms(&r.server->setup.limits)) <= 0)
        tick(&r);
    tick(&r);
    return NULL;
}
