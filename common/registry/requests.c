/* SPDX-License-Identifier: MIT */
/* requests.c - requests begin and end, on a reference that is held.
 *
 * What is pending is the difference of two counters, which cannot be read at
 * once.  A reader that is kept from running between the two would take all
 * that came and went meanwhile for pending, so it looks whether the first has
 * changed; and where it always has, it says rather too little than too much.
 */
#include "common/registry/requests.h"

#include <math.h>
#include <string.h>

#include <llmreg/latency.h>

#include "common/registry/entry.h"

/* To read both counters at one moment, while others change them. */
#define TRIES 4

static uint64_t begun_of(const struct requests *q)
{
    return atomic_load_explicit(&q->begun, memory_order_acquire) &
           ~REQUESTS_CLOSED;
}

static uint64_t ended_of(const struct requests *q)
{
    return atomic_load_explicit(&q->ended, memory_order_acquire);
}

static uint32_t narrow(uint64_t n)
{
    return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static uint64_t bits_of(double n)
{
    uint64_t bits;

    memcpy(&bits, &n, sizeof bits);
    return bits;
}

static double double_of(uint64_t bits)
{
    double n;

    memcpy(&n, &bits, sizeof n);
    return n;
}

void requests_init(struct requests *q)
{
    atomic_init(&q->begun, 0);
    atomic_init(&q->ended, 0);
    atomic_init(&q->latency, bits_of((double)NAN));
    atomic_init(&q->unmatched, 0);
    q->everywhere = NULL;
}

bool requests_close(struct requests *q, bool force)
{
    uint64_t ended = ended_of(q);

    if (!force)
        return atomic_compare_exchange_strong(&q->begun, &ended,
                                              ended | REQUESTS_CLOSED);
    atomic_fetch_or(&q->begun, REQUESTS_CLOSED);
    return true;
}

uint32_t llmreg_request_begin(struct llmreg_endpoint *e)
{
    struct requests *q = &e->requests;
    uint64_t begun = atomic_fetch_add(&q->begun, 1) + 1;
    uint64_t ended = ended_of(q);

    /* Who closed it may not have come so far yet. */
    if ((begun & REQUESTS_CLOSED) != 0)
        atomic_store_explicit(&e->alive, false, memory_order_release);
    begun &= ~REQUESTS_CLOSED;
    /* Those that began after us may have ended. */
    return begun > ended ? narrow(begun - ended) : 1;
}

/* False: nothing is pending. */
static bool take_one(struct requests *q)
{
    uint64_t ended = ended_of(q);

    do {
        if (ended >= begun_of(q))
            return false;
    } while (!atomic_compare_exchange_weak_explicit(
        &q->ended, &ended, ended + 1, memory_order_acq_rel,
        memory_order_acquire));
    return true;
}

static void add_sample(struct requests *q, double us)
{
    uint64_t old = atomic_load_explicit(&q->latency, memory_order_relaxed);
    uint64_t new;

    do {
        new = bits_of(llmreg_latency_next(double_of(old), us));
    } while (!atomic_compare_exchange_weak_explicit(
        &q->latency, &old, new, memory_order_relaxed, memory_order_relaxed));
}

bool llmreg_request_end(struct llmreg_endpoint *e, int64_t latency_us)
{
    struct requests *q = &e->requests;

    if (!take_one(q)) {
        atomic_fetch_add_explicit(&q->unmatched, 1, memory_order_relaxed);
        if (q->everywhere != NULL)
            atomic_fetch_add_explicit(q->everywhere, 1, memory_order_relaxed);
        return false;
    }
    if (latency_us >= 0)
        add_sample(q, (double)latency_us);
    return true;
}

/* Never more than there were at the moment in which begun was read. */
static uint64_t pending_of(const struct requests *q, uint64_t *begun)
{
    uint64_t ended = ended_of(q);

    for (int tries = 0; tries < TRIES; tries++) {
        uint64_t before = ended;

        *begun = begun_of(q);
        ended = ended_of(q);
        if (ended == before)
            break;
    }
    return *begun > ended ? *begun - ended : 0;
}

void llmreg_endpoint_load(const struct llmreg_endpoint *e,
                          struct llmreg_load *out)
{
    const struct requests *q = &e->requests;
    uint64_t begun;
    uint64_t pending = pending_of(q, &begun);

    out->pending = narrow(pending);
    out->unmatched = atomic_load_explicit(&q->unmatched, memory_order_relaxed);
    out->total = begun;
    out->latency_us =
        double_of(atomic_load_explicit(&q->latency, memory_order_relaxed));
}
