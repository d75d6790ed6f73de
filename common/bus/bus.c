/* SPDX-License-Identifier: MIT */
/* bus.c - a ring of events and places in it.
 *
 * Places in the ring count up from 0 for ever; place p lies in slot
 * p & mask, and only the newest size places are there.  Sequence numbers grow
 * with the places but may jump (llmreg_bus_raise), so both are kept.  A slot
 * whose event could not be allocated holds its number and no event: whoever
 * comes by is told that there is a gap.
 *
 * A subscription is idle or pending:
 *
 *   idle    -> pending  llmreg_bus_wake, which then writes to its eventfd
 *   pending -> idle     llmreg_subscription_next, after it emptied the
 *                       eventfd and looked at the ring once more; what it
 *                       finds there makes the eventfd readable again
 *
 * so a busy subscriber costs the publisher no system call.  The write happens
 * outside the lock; waking keeps the subscription alive until it is done.
 */
#include <llmreg/bus.h>

#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <llmreg/thread.h>

#include "common/bus/event.h"
#include "common/bus/recent.h"

struct slot {
    uint64_t seq;
    struct llmreg_event *event; /* NULL: lost, no memory */
};

struct llmreg_subscription {
    /* fixed after subscribe */
    struct llmreg_bus *bus;
    int fd;
    /* guarded by the bus's lock */
    struct llmreg_subscription *next, **link; /* in the list of the bus */
    struct llmreg_subscription *wake_next;    /* in the list of one waker */
    uint64_t place;                           /* of the next event */
    bool gap;                                 /* tell it first */
    bool idle;
    bool waking, again; /* a waker has it; has to write once more */
    bool gone;          /* unsubscribed: the waker destroys it */
};

struct llmreg_bus {
    struct llmreg_lock lock;
    /* fixed after new */
    uint64_t mask;
    /* guarded by lock */
    struct llmreg_subscription *subscriptions;
    uint64_t head;  /* place of the next event */
    uint64_t last;  /* newest number given away */
    uint64_t floor; /* events up to this number are not in the ring */
    struct slot ring[];
};

int llmreg_bus_new(struct llmreg_bus **out, size_t ring, uint64_t first)
{
    if (ring < 2 || (ring & (ring - 1)) != 0 || first == 0 ||
        ring > SIZE_MAX / 2 / sizeof(struct slot))
        return LLMREG_EINVAL;
    struct llmreg_bus *bus =
        calloc(1, sizeof *bus + ring * sizeof(struct slot));
    if (bus == NULL)
        return LLMREG_ENOMEM;
    int rc = llmreg_lock_init(&bus->lock);
    if (rc != LLMREG_OK) {
        free(bus);
        return rc;
    }
    bus->mask = ring - 1;
    bus->last = bus->floor = first - 1;
    *out = bus;
    return LLMREG_OK;
}

void llmreg_bus_free(struct llmreg_bus *bus)
{
    if (bus == NULL)
        return;
    for (uint64_t i = 0; i <= bus->mask; i++)
        llmreg_event_put(bus->ring[i].event);
    llmreg_lock_fini(&bus->lock);
    free(bus);
}

/* ---- publishing ---- */

/* Puts event (may be NULL) into the ring; returns the one that fell out. */
static struct llmreg_event *push_locked(struct llmreg_bus *bus,
                                        struct llmreg_event *event)
    LLMREG_REQUIRES(bus->lock)
{
    struct slot *slot = &bus->ring[bus->head & bus->mask];
    struct llmreg_event *old = slot->event;

    if (bus->head > bus->mask && slot->seq > bus->floor)
        bus->floor = slot->seq;
    bus->last++;
    bus->head++;
    slot->seq = bus->last;
    slot->event = event;
    if (event != NULL)
        event->seq = bus->last;
    return old;
}

int llmreg_bus_publish(struct llmreg_bus *bus, const struct llmreg_event *event,
                       uint64_t *seq)
{
    struct llmreg_event *copy = event_copy(event);

    llmreg_lock(&bus->lock);
    struct llmreg_event *old = push_locked(bus, copy);
    uint64_t number = bus->last;
    llmreg_unlock(&bus->lock);
    llmreg_event_put(old);
    if (seq != NULL)
        *seq = number;
    return copy == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

uint64_t llmreg_bus_last(struct llmreg_bus *bus)
{
    llmreg_lock(&bus->lock);
    uint64_t last = bus->last;
    llmreg_unlock(&bus->lock);
    return last;
}

/* What fell out of the ring waits no more. */
static size_t waiting_locked(const struct llmreg_bus *bus)
    LLMREG_REQUIRES(bus->lock)
{
    uint64_t most = 0;

    for (const struct llmreg_subscription *s = bus->subscriptions; s != NULL;
         s = s->next)
        if (bus->head - s->place > most)
            most = bus->head - s->place;
    return most > bus->mask ? bus->mask + 1 : most;
}

void llmreg_bus_count(struct llmreg_bus *bus, struct llmreg_bus_counts *out)
{
    llmreg_lock(&bus->lock);
    out->published = bus->head;
    out->waiting = waiting_locked(bus);
    llmreg_unlock(&bus->lock);
}

void llmreg_bus_raise(struct llmreg_bus *bus, uint64_t upto)
{
    llmreg_lock(&bus->lock);
    if (upto > bus->last)
        bus->last = bus->floor = upto;
    llmreg_unlock(&bus->lock);
}

/* ---- waking ---- */

/* Takes the idle subscriptions that have something to read as a list. */
static struct llmreg_subscription *take_idle_locked(struct llmreg_bus *bus)
    LLMREG_REQUIRES(bus->lock)
{
    struct llmreg_subscription *list = NULL;

    for (struct llmreg_subscription *s = bus->subscriptions; s != NULL;
         s = s->next) {
        if (!s->idle || (s->place == bus->head && !s->gap))
            continue;
        s->idle = false;
        s->again = s->waking;
        if (s->waking)
            continue; /* it stays in that waker's list */
        s->waking = true;
        s->wake_next = list;
        list = s;
    }
    return list;
}

static void destroy(struct llmreg_subscription *s)
{
    close(s->fd);
    free(s);
}

static void make_readable(const struct llmreg_subscription *s)
{
    const uint64_t one = 1;
    /* Fails only when the counter is full: then it is readable. */
    ssize_t written = write(s->fd, &one, sizeof one);

    (void)written;
}

/* Makes s readable, as often as somebody asked meanwhile. */
static void wake(struct llmreg_bus *bus, struct llmreg_subscription *s)
{
    bool again = true, gone = false;

    while (again) {
        make_readable(s);
        llmreg_lock(&bus->lock);
        again = s->again;
        s->again = false;
        s->waking = again;
        gone = s->gone;
        llmreg_unlock(&bus->lock);
    }
    if (gone)
        destroy(s);
}

void llmreg_bus_wake(struct llmreg_bus *bus)
{
    llmreg_lock(&bus->lock);
    struct llmreg_subscription *list = take_idle_locked(bus);
    llmreg_unlock(&bus->lock);
    while (list != NULL) {
        struct llmreg_subscription *s = list;
        list = s->wake_next;
        wake(bus, s);
    }
}

/* ---- subscribing ---- */

/* The place of the first event with a number above after. */
static uint64_t place_after_locked(const struct llmreg_bus *bus, uint64_t after)
    LLMREG_REQUIRES(bus->lock)
{
    uint64_t size = bus->mask + 1;
    uint64_t low = bus->head > size ? bus->head - size : 0;
    uint64_t high = bus->head;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (bus->ring[middle & bus->mask].seq > after)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void join_locked(struct llmreg_bus *bus, uint64_t after,
                        struct llmreg_subscription *s)
    LLMREG_REQUIRES(bus->lock)
{
    if (after == UINT64_MAX)
        after = bus->last;
    /* A number from before the ring, or one that was never given. */
    s->gap = after < bus->floor || after > bus->last;
    s->place = place_after_locked(bus, s->gap ? 0 : after);
    s->idle = true;
    s->next = bus->subscriptions;
    s->link = &bus->subscriptions;
    if (s->next != NULL)
        s->next->link = &s->next;
    bus->subscriptions = s;
}

int llmreg_subscribe(struct llmreg_bus *bus, uint64_t after,
                     struct llmreg_subscription **out)
{
    struct llmreg_subscription *s = calloc(1, sizeof *s);

    if (s == NULL)
        return LLMREG_ENOMEM;
    s->bus = bus;
    s->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->fd == -1) {
        free(s);
        return LLMREG_EIO;
    }
    llmreg_lock(&bus->lock);
    join_locked(bus, after, s);
    llmreg_unlock(&bus->lock);
    llmreg_bus_wake(bus); /* what waits already makes it readable */
    *out = s;
    return LLMREG_OK;
}

void llmreg_unsubscribe(struct llmreg_subscription *s)
{
    if (s == NULL)
        return;
    struct llmreg_bus *bus = s->bus;
    llmreg_lock(&bus->lock);
    *s->link = s->next;
    if (s->next != NULL)
        s->next->link = s->link;
    s->gone = true;
    bool waking = s->waking;
    llmreg_unlock(&bus->lock);
    if (!waking)
        destroy(s);
}

int llmreg_subscription_fd(const struct llmreg_subscription *s)
{
    return s->fd;
}

/* ---- reading ---- */

/* LLMREG_EGAP and the oldest place that is left, if s fell behind. */
static int catch_up_locked(struct llmreg_bus *bus,
                           struct llmreg_subscription *s)
    LLMREG_REQUIRES(bus->lock)
{
    uint64_t size = bus->mask + 1;
    bool lost = s->gap;

    s->gap = false;
    if (bus->head - s->place > size) {
        s->place = bus->head - size;
        lost = true;
    }
    /* A slot that never got its event is a gap, too; several are one. */
    while (s->place != bus->head &&
           bus->ring[s->place & bus->mask].event == NULL) {
        s->place++;
        lost = true;
    }
    return lost ? LLMREG_EGAP : LLMREG_OK;
}

static int next_locked(struct llmreg_bus *bus, struct llmreg_subscription *s,
                       const struct llmreg_event **out)
    LLMREG_REQUIRES(bus->lock)
{
    int rc = catch_up_locked(bus, s);

    if (rc != LLMREG_OK)
        return rc;
    if (s->place == bus->head)
        return LLMREG_ENOENT;
    *out = bus->ring[s->place & bus->mask].event;
    event_hold(*out);
    s->place++;
    return LLMREG_OK;
}

int llmreg_subscription_next(struct llmreg_subscription *s,
                             const struct llmreg_event **out)
{
    struct llmreg_bus *bus = s->bus;
    uint64_t count;

    llmreg_lock(&bus->lock);
    int rc = next_locked(bus, s, out);
    llmreg_unlock(&bus->lock);
    if (rc != LLMREG_ENOENT)
        return rc;
    /* Empty the eventfd before idle is set, look again after: a publisher in
     * between is seen here, a later one finds idle and wakes. */
    ssize_t got = read(s->fd, &count, sizeof count);
    (void)got;
    llmreg_lock(&bus->lock);
    rc = next_locked(bus, s, out);
    s->idle = rc == LLMREG_ENOENT;
    llmreg_unlock(&bus->lock);
    /* It is pending; who takes only a few events polls before the rest. */
    if (rc != LLMREG_ENOENT)
        make_readable(s);
    return rc;
}

/* ---- without a subscription ---- */

uint64_t recent_begin(struct llmreg_bus *bus)
{
    llmreg_lock(&bus->lock);
    const uint64_t place = bus->head;
    llmreg_unlock(&bus->lock);
    return place;
}

static int recent_locked(struct llmreg_bus *bus, uint64_t *place,
                         const struct llmreg_event **out)
    LLMREG_REQUIRES(bus->lock)
{
    const struct slot *slot = &bus->ring[*place & bus->mask];

    if (*place == bus->head)
        return LLMREG_ENOENT;
    if (bus->head - *place > bus->mask + 1 || slot->event == NULL)
        return LLMREG_EGAP;
    event_hold(slot->event);
    *out = slot->event;
    ++*place;
    return LLMREG_OK;
}

int recent_next(struct llmreg_bus *bus, uint64_t *place,
                const struct llmreg_event **out)
{
    llmreg_lock(&bus->lock);
    int rc = recent_locked(bus, place, out);
    llmreg_unlock(&bus->lock);
    return rc;
}
