/* SPDX-License-Identifier: MIT */
/* hold.c - tickets: a call waits, and somebody else says that it may go on.
 *
 * A call's ticket word is a number that grows with each hold, and a state:
 *
 *   none -> holding     http_hold, in a step            by the worker
 *   holding -> released http_release, before the step   by anybody
 *                       has returned
 *   holding -> parked   the step returned: suspended    by the worker
 *   parked -> none      http_release: resumed           by anybody
 *   any but parked      the call went on or is over     by the worker
 *     -> none
 *
 * A ticket is the call's index and its number.  Whoever releases it with an
 * old number changes nothing.  Only the one who turns parked into none resumes
 * the connection, and a parked connection is not freed by anybody: so there is
 * always one to resume.  The library is told to suspend before the word says
 * parked, because then it can be resumed at once.  A WebSocket is parked for
 * its own thread, which may take the parked word back itself when it ends.
 *
 * A server that stops looks at all the words after it has said that it stops,
 * and a worker looks whether it stops after it has parked: one of them sees
 * the other. */
#include "plugins/llm_listen/http/server.h"

#define NUMBER_SHIFT 2
#define STATE_MASK   UINT64_C(3)
#define INDEX_BITS   20
#define NUMBER_MAX   (UINT64_C(1) << (64 - INDEX_BITS))

enum state { NONE, HOLDING, RELEASED, PARKED };

_Static_assert(CONNS_MAX <= 1 << INDEX_BITS, "a ticket has the index");

static bool move(struct http_call *c, uint64_t number, enum state from,
                 enum state to)
{
    uint64_t expected = number << NUMBER_SHIFT | from;

    return atomic_compare_exchange_strong(&c->ticket, &expected,
                                          number << NUMBER_SHIFT | to);
}

static void set(struct http_call *c, uint64_t number, enum state to)
{
    atomic_store(&c->ticket, number << NUMBER_SHIFT | to);
}

static uint64_t number_of(const struct http_call *c)
{
    return atomic_load(&c->ticket) >> NUMBER_SHIFT;
}

static enum state state_of(const struct http_call *c)
{
    return (enum state)(atomic_load(&c->ticket) & STATE_MASK);
}

/* ---- the worker's side ---- */

/* Streams and WebSockets have a limit of their own. */
static bool may_hold(struct http_server *s, struct http_call *c)
{
    if (c->pull != NULL || c->socket != NULL)
        return true;
    c->counted = atomic_fetch_add(&s->held, 1) < s->setup.limits.held;
    if (!c->counted)
        atomic_fetch_sub(&s->held, 1);
    return c->counted;
}

/* By whoever made it none. */
static void leave(struct http_call *c)
{
    if (c->counted)
        atomic_fetch_sub(&c->server->held, 1);
    c->counted = false;
}

struct http_ticket http_hold(struct http_call *c)
{
    const uint64_t number = (number_of(c) + 1) % NUMBER_MAX;

    if (state_of(c) != NONE)
        return (struct http_ticket){number_of(c) << INDEX_BITS | c->index};
    if (!may_hold(c->server, c))
        return (struct http_ticket){0};
    set(c, number == 0 ? 1 : number, HOLDING);
    return (struct http_ticket){number_of(c) << INDEX_BITS | c->index};
}

void hold_drop(struct http_call *c)
{
    if (state_of(c) == NONE)
        return;
    set(c, number_of(c), NONE);
    leave(c);
}

/* A thread that stands for ever in the library may hold its lock. */
static void resume(struct http_call *c)
{
    leave(c);
    if (c->socket != NULL)
        sockets_ready(c);
    else if (!engines_broken(c->server))
        MHD_resume_connection(c->mhd);
}

static void park(struct http_call *c, uint64_t number)
{
    if (c->socket == NULL)
        MHD_suspend_connection(c->mhd);
    if (!move(c, number, HOLDING, PARKED)) {
        set(c, number, NONE);
        resume(c);
        return;
    }
    if (atomic_load(&c->server->stopping) && move(c, number, PARKED, NONE))
        resume(c);
}

enum hold_result hold_park(struct http_call *c)
{
    const uint64_t number = number_of(c);

    if (state_of(c) == NONE)
        return HOLD_NONE;
    c->held = true;
    if (move(c, number, RELEASED, NONE)) {
        leave(c);
        return HOLD_RELEASED;
    }
    if (c->socket == NULL)
        call_phase(c, PHASE_WAIT, c->request.now.mono_ns);
    park(c, number);
    return HOLD_PARKED;
}

bool hold_abandon(struct http_call *c)
{
    if (!move(c, number_of(c), PARKED, NONE))
        return false;
    leave(c);
    return true;
}

/* ---- anybody's side ---- */

static void release(struct http_call *c, uint64_t number)
{
    if (!move(c, number, HOLDING, RELEASED) && move(c, number, PARKED, NONE))
        resume(c);
}

void http_release(struct http_server *s, struct http_ticket ticket)
{
    const uint32_t index = ticket.n & ((1 << INDEX_BITS) - 1);

    if (ticket.n != 0 && index < s->conns.size)
        release(conns_at(&s->conns, index), ticket.n >> INDEX_BITS);
}

struct http_ticket hold_ticket(const struct http_call *c)
{
    const uint64_t word = atomic_load(&c->ticket);

    if ((word & STATE_MASK) == NONE)
        return (struct http_ticket){0};
    return (struct http_ticket){word >> NUMBER_SHIFT << INDEX_BITS | c->index};
}

bool http_held(const struct http_call *c)
{
    return c->held;
}

bool http_stopping(const struct http_call *c)
{
    return atomic_load(&c->server->stopping);
}
