/* SPDX-License-Identifier: MIT */
/* feed.c - a ring of events, and a list of who waits.
 *
 * Places count up for ever; place p lies in slot p % FEED_RING.  A slot without
 * an item is a gap: the bus, or memory, lost events there.
 *
 * Who waits is a ticket and what it waits for, and nothing that could be gone
 * when it is released.  It may sleep through events that it does not want; but
 * not so long that they push its place out of the ring. */
#include "plugins/llm_listen/api/feed.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <llmreg/thread.h>

#include "plugins/llm_listen/api/feed_item.h"
#include "plugins/llm_listen/http/socket.h"

#define TICK_MS 1000
#define REST_MS 2
#define BATCH   256
#define SLACK   (FEED_RING / 2) /* events that one may sleep through */

struct slot {
    uint64_t seq;
    struct feed_item *item; /* NULL: a gap */
};

struct waits {
    struct feed_wait *items;
    size_t count, room;
};

struct feed {
    /* fixed after new */
    struct llmreg_bus *bus;
    struct llmreg_subscription *events;
    int stop; /* eventfd */
    pthread_t thread;
    bool runs;
    _Atomic uint64_t tokens;
    /* guarded by lock */
    struct llmreg_lock lock;
    struct http_server *server; /* NULL: nobody waits yet */
    struct slot ring[FEED_RING];
    uint64_t head;  /* place of the next event */
    uint64_t floor; /* events up to this number are not in the ring */
    struct waits waits;
    /* owned by the thread */
    struct http_ticket *due;
    size_t due_room;
};

/* What came in one batch. */
struct arrived {
    struct slot slots[BATCH];
    size_t count;
    uint64_t types, entities;
    bool wakes_all; /* a gap, or a token */
};

/* ---- the ring ---- */

static struct feed_item *push_locked(struct feed *f, const struct slot *s)
    LLMREG_REQUIRES(f->lock)
{
    struct slot *slot = &f->ring[f->head++ % FEED_RING];
    struct feed_item *old = slot->item;

    if (f->head > FEED_RING)
        f->floor = slot->seq;
    *slot = *s;
    return old;
}

static uint64_t oldest_locked(const struct feed *f) LLMREG_REQUIRES(f->lock)
{
    return f->head > FEED_RING ? f->head - FEED_RING : 0;
}

static uint64_t last_locked(const struct feed *f) LLMREG_REQUIRES(f->lock)
{
    return f->head == 0 ? f->floor : f->ring[(f->head - 1) % FEED_RING].seq;
}

/* The place of the first event with a number above after. */
static uint64_t place_locked(const struct feed *f, uint64_t after)
    LLMREG_REQUIRES(f->lock)
{
    uint64_t low = oldest_locked(f), high = f->head;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (f->ring[middle % FEED_RING].seq > after)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static bool fits(const struct feed_item *item, const struct feed_filter *filter)
{
    const struct llmreg_event *e = feed_item_event(item);

    return (filter->types >> e->type & 1) != 0 &&
           (filter->entities >> e->entity & 1) != 0 &&
           (filter->subject == NULL ||
            strcmp(filter->subject, e->subject) == 0);
}

/* ---- following ---- */

/* What the bus has, and the thread has not, is behind the newest: whoever comes
 * with a number from there waits for what comes after it. */
struct feed_cursor feed_after(struct feed *f, uint64_t after)
{
    const uint64_t last = llmreg_bus_last(f->bus);
    struct feed_cursor c = {.after = after < last ? after : last};

    llmreg_lock(&f->lock);
    c.lost = after != UINT64_MAX && (after < f->floor || after > last);
    c.place = place_locked(f, c.after);
    llmreg_unlock(&f->lock);
    return c;
}

struct feed_cursor feed_oldest(struct feed *f)
{
    const struct feed_filter none = {.types = 0};

    return feed_newest(f, &none, 1);
}

struct feed_cursor feed_newest(struct feed *f, const struct feed_filter *filter,
                               size_t n)
{
    struct feed_cursor c = {.lost = false};
    uint64_t oldest;

    llmreg_lock(&f->lock);
    oldest = oldest_locked(f);
    for (c.place = f->head; c.place > oldest && n > 0; c.place--) {
        const struct slot *s = &f->ring[(c.place - 1) % FEED_RING];

        /* What is before a gap does not belong to what is after it. */
        if (s->item == NULL)
            break;
        n -= fits(s->item, filter);
    }
    llmreg_unlock(&f->lock);
    return c;
}

/* Numbers grow: behind the end all are above it, and those that have come that
 * far are alike, wherever they began. */
static void forget_after_locked(struct feed *f, struct feed_cursor *c)
    LLMREG_REQUIRES(f->lock)
{
    if (c->after <= last_locked(f))
        c->after = 0;
}

static int next_locked(struct feed *f, struct feed_cursor *c,
                       const struct feed_filter *filter, struct feed_item **out)
    LLMREG_REQUIRES(f->lock)
{
    c->lost = c->lost || c->place < oldest_locked(f);
    while (!c->lost && c->place < f->head) {
        struct feed_item *item = f->ring[c->place++ % FEED_RING].item;

        c->lost = item == NULL;
        if (item == NULL || feed_item_event(item)->seq <= c->after ||
            !fits(item, filter))
            continue;
        feed_item_hold(item);
        *out = item;
        return LLMREG_OK;
    }
    if (!c->lost) {
        forget_after_locked(f, c);
        return LLMREG_ENOENT;
    }
    *c = (struct feed_cursor){.place = f->head};
    return LLMREG_EGAP;
}

int feed_next(struct feed *f, struct feed_cursor *c,
              const struct feed_filter *filter, struct feed_item **out)
{
    int rc;

    llmreg_lock(&f->lock);
    rc = next_locked(f, c, filter, out);
    llmreg_unlock(&f->lock);
    return rc;
}

bool feed_is_at_end(struct feed *f, const struct feed_cursor *c)
{
    bool yes;

    llmreg_lock(&f->lock);
    yes = !c->lost && c->place == f->head;
    llmreg_unlock(&f->lock);
    return yes;
}

uint64_t feed_last(struct feed *f)
{
    uint64_t last;

    llmreg_lock(&f->lock);
    last = last_locked(f);
    llmreg_unlock(&f->lock);
    return last;
}

uint64_t feed_tokens(const struct feed *f)
{
    return atomic_load_explicit(&f->tokens, memory_order_acquire);
}

/* ---- waiting ---- */

static int wait_locked(struct feed *f, const struct feed_wait *w)
    LLMREG_REQUIRES(f->lock)
{
    struct waits *l = &f->waits;

    if (w->cursor.lost || w->cursor.place < f->head)
        return LLMREG_EBUSY;
    if (l->count == l->room) {
        size_t room = l->room == 0 ? 64 : l->room * 2;
        struct feed_wait *items = realloc(l->items, room * sizeof *items);

        if (items == NULL)
            return LLMREG_ENOMEM;
        l->items = items;
        l->room = room;
    }
    l->items[l->count++] = *w;
    return LLMREG_OK;
}

int feed_wait(struct feed *f, const struct feed_wait *w)
{
    int rc;

    llmreg_lock(&f->lock);
    rc = wait_locked(f, w);
    llmreg_unlock(&f->lock);
    return rc;
}

size_t feed_waiting(struct feed *f)
{
    size_t n;

    llmreg_lock(&f->lock);
    n = f->waits.count;
    llmreg_unlock(&f->lock);
    return n;
}

/* ---- the thread: what came ---- */

static void note(struct arrived *a, const struct llmreg_event *e, uint64_t seq)
{
    struct slot *s = &a->slots[a->count++];

    s->seq = seq;
    s->item = e == NULL ? NULL : feed_item_new(e);
    if (s->item == NULL) {
        if (e != NULL)
            llmreg_event_put(e);
        a->wakes_all = true;
        return;
    }
    a->types |= UINT64_C(1) << e->type;
    a->entities |= UINT64_C(1) << e->entity;
    a->wakes_all = a->wakes_all || e->entity == LLMREG_ENTITY_TOKEN;
}

/* Up to a batch; false: nothing came. */
static bool collect(struct feed *f, uint64_t last, struct arrived *a)
{
    *a = (struct arrived){.count = 0};
    while (a->count < BATCH) {
        const struct llmreg_event *e = NULL;
        int rc = llmreg_subscription_next(f->events, &e);

        if (rc == LLMREG_ENOENT)
            break;
        /* At least one number is gone with a gap. */
        last = rc == LLMREG_OK ? e->seq : last + 1;
        note(a, e, last);
    }
    return a->count > 0;
}

static void publish(struct feed *f, struct arrived *a)
{
    struct http_server *server;
    size_t n = 0;

    llmreg_lock(&f->lock);
    server = f->server;
    for (size_t i = 0; i < a->count; i++) {
        struct feed_item *old = push_locked(f, &a->slots[i]);

        if (old != NULL)
            a->slots[n++].item = old;
    }
    llmreg_unlock(&f->lock);
    while (n > 0)
        feed_item_put(a->slots[--n].item);
    if (server != NULL)
        http_news(server);
}

/* ---- the thread: who is woken ---- */

static bool is_due(const struct feed_wait *w, const struct arrived *a,
                   uint64_t head, int64_t now_ns)
{
    return a->wakes_all || now_ns >= w->due_ns ||
           ((w->types & a->types) != 0 && (w->entities & a->entities) != 0) ||
           head - w->cursor.place > SLACK;
}

/* Without memory they stay until the next time. */
static bool make_room(struct feed *f, size_t n)
{
    struct http_ticket *due;

    if (n <= f->due_room)
        return true;
    due = realloc(f->due, n * sizeof *due);
    if (due == NULL)
        return false;
    f->due = due;
    f->due_room = n;
    return true;
}

static size_t take_due_locked(struct feed *f, const struct arrived *a,
                              int64_t now_ns) LLMREG_REQUIRES(f->lock)
{
    size_t kept = 0, n = 0;

    for (size_t i = 0; i < f->waits.count; i++) {
        const struct feed_wait *w = &f->waits.items[i];

        if (n < f->due_room && is_due(w, a, f->head, now_ns))
            f->due[n++] = w->ticket;
        else
            f->waits.items[kept++] = *w;
    }
    f->waits.count = kept;
    return n;
}

static void wake(struct feed *f, const struct arrived *a)
{
    const int64_t now_ns = llmreg_clock_now(&llmreg_clock_system).mono_ns;
    size_t n;

    if (!make_room(f, feed_waiting(f)))
        return;
    llmreg_lock(&f->lock);
    n = take_due_locked(f, a, now_ns);
    llmreg_unlock(&f->lock);
    for (size_t i = 0; i < n; i++)
        http_release(f->server, f->due[i]);
}

/* ---- the thread ---- */

static void follow(struct feed *f)
{
    struct arrived a;
    bool more = collect(f, feed_last(f), &a);

    if (!more) {
        wake(f, &a); /* whose time it is */
        return;
    }
    while (more) {
        if (a.wakes_all)
            atomic_fetch_add_explicit(&f->tokens, 1, memory_order_release);
        publish(f, &a);
        wake(f, &a);
        more = collect(f, feed_last(f), &a);
    }
}

static void *run(void *arg)
{
    struct feed *f = arg;
    struct pollfd fds[] = {
        {.fd = f->stop, .events = POLLIN},
        {.fd = llmreg_subscription_fd(f->events), .events = POLLIN},
    };

    while ((fds[0].revents & POLLIN) == 0) {
        follow(f);
        /* What comes meanwhile wakes it once. */
        (void)poll(fds, 1, REST_MS);
        (void)poll(fds, 2, TICK_MS);
    }
    return NULL;
}

/* ---- life ---- */

static int start(struct feed *f, struct llmreg_bus *bus)
{
    int rc;

    f->bus = bus;
    f->floor = llmreg_bus_last(bus);
    rc = llmreg_subscribe(bus, f->floor, &f->events);
    if (rc == LLMREG_OK)
        rc = llmreg_thread_start(&f->thread, run, f, "llmreg-feed");
    f->runs = rc == LLMREG_OK;
    return rc;
}

int feed_new(struct feed **out, struct llmreg_bus *bus)
{
    struct feed *f = calloc(1, sizeof *f);
    int rc = LLMREG_ENOMEM;

    if (f == NULL)
        return rc;
    f->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    rc = f->stop < 0 ? LLMREG_EIO : llmreg_lock_init(&f->lock);
    if (rc != LLMREG_OK) {
        if (f->stop >= 0)
            close(f->stop);
        free(f);
        return rc;
    }
    rc = start(f, bus);
    if (rc == LLMREG_OK)
        *out = f;
    else
        feed_free(f);
    return rc;
}

void feed_server(struct feed *f, struct http_server *server)
{
    llmreg_lock(&f->lock);
    f->server = server;
    llmreg_unlock(&f->lock);
}

void feed_stop(struct feed *f)
{
    const uint64_t one = 1;

    if (!f->runs)
        return;
    while (write(f->stop, &one, sizeof one) < 0)
        ;
    pthread_join(f->thread, NULL);
    f->runs = false;
}

void feed_free(struct feed *f)
{
    if (f == NULL)
        return;
    feed_stop(f);
    llmreg_unsubscribe(f->events);
    for (size_t i = 0; i < FEED_RING; i++)
        feed_item_put(f->ring[i].item);
    llmreg_lock_fini(&f->lock);
    close(f->stop);
    free(f->waits.items);
    free(f->due);
    free(f);
}
