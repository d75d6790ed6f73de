/* SPDX-License-Identifier: MIT */
/* acks.c - a list of who waits, and a thread that looks at it when the
 * watermark has moved.
 *
 * The list is as long as calls are held, a few thousand at the most, and most
 * of it is released at once: it is walked whole.  Released is what came out of
 * the list, after the lock. */
#include "plugins/llm_listen/api/acks.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <llmreg/thread.h>

#define TICK_MS 250 /* how exact a time that is over is seen */

struct waiting {
    uint64_t seq;
    int64_t until_ns;
    struct http_ticket ticket;
};

struct list {
    struct waiting *items;
    size_t count, room;
};

struct acks {
    /* fixed after new */
    struct llmreg_service *service;
    struct llmreg_durable_watch *watch;
    struct http_server *server;
    int wake; /* something to stop for */
    pthread_t thread;
    bool runs;
    /* guarded by lock */
    struct llmreg_lock lock;
    struct list list;
    bool works; /* as the watch said last */
    bool stops;
    /* owned by the thread */
    struct list due;
};

/* ---- the list ---- */

static int list_add(struct list *l, const struct waiting *w)
{
    if (l->count == l->room) {
        size_t room = l->room == 0 ? 64 : l->room * 2;
        struct waiting *items = realloc(l->items, room * sizeof *items);

        if (items == NULL)
            return LLMREG_ENOMEM;
        l->items = items;
        l->room = room;
    }
    l->items[l->count++] = *w;
    return LLMREG_OK;
}

static bool is_due(const struct waiting *w, uint64_t durable, int64_t now_ns)
{
    return w->seq <= durable || now_ns >= w->until_ns;
}

/* Moves who is due out of the list; without memory they stay for the next
 * look. */
static void take_due_locked(struct acks *a, uint64_t durable, int64_t now_ns)
    LLMREG_REQUIRES(a->lock)
{
    size_t kept = 0;

    for (size_t i = 0; i < a->list.count; i++) {
        const struct waiting w = a->list.items[i];
        const bool due = !a->works || is_due(&w, durable, now_ns);

        if (!due || list_add(&a->due, &w) != LLMREG_OK)
            a->list.items[kept++] = w;
    }
    a->list.count = kept;
}

/* ---- the thread ---- */

static void look(struct acks *a)
{
    bool works = true;
    const uint64_t durable = llmreg_durable_watch_read(a->watch, &works);
    const int64_t now_ns = llmreg_clock_now(&llmreg_clock_system).mono_ns;

    llmreg_lock(&a->lock);
    a->works = works;
    take_due_locked(a, durable, now_ns);
    llmreg_unlock(&a->lock);
    for (size_t i = 0; i < a->due.count; i++)
        http_release(a->server, a->due.items[i].ticket);
    a->due.count = 0;
}

/* The descriptor is idle again. */
static void calm(const struct acks *a)
{
    uint64_t n;

    while (read(a->wake, &n, sizeof n) < 0 && errno == EINTR)
        continue;
}

static bool stops(struct acks *a)
{
    bool s;

    llmreg_lock(&a->lock);
    s = a->stops;
    llmreg_unlock(&a->lock);
    return s;
}

static void *run(void *arg)
{
    struct acks *a = arg;
    struct pollfd fds[] = {
        {.fd = llmreg_durable_watch_fd(a->watch), .events = POLLIN},
        {.fd = a->wake, .events = POLLIN},
    };

    while (!stops(a)) {
        if (poll(fds, 2, acks_waiting(a) > 0 ? TICK_MS : -1) < 0 &&
            errno != EINTR)
            break;
        calm(a);
        look(a);
    }
    return NULL;
}

/* Interrupts the thread's sleep. */
static void wake(const struct acks *a)
{
    const uint64_t one = 1;

    while (write(a->wake, &one, sizeof one) < 0 && errno == EINTR)
        continue;
}

/* ---- waiting ---- */

uint64_t acks_durable(const struct acks *a)
{
    return llmreg_service_durable(a->service);
}

int acks_wait(struct acks *a, uint64_t seq, struct http_ticket ticket)
{
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    const struct waiting w = {seq, now.mono_ns + ACKS_WAIT_NS, ticket};
    bool first = false, hopeless = false;
    int rc;

    llmreg_service_want(a->service, seq);
    llmreg_lock(&a->lock);
    rc = list_add(&a->list, &w);
    first = rc == LLMREG_OK && a->list.count == 1;
    hopeless = !a->works;
    llmreg_unlock(&a->lock);
    /* The watermark may have passed while the ticket was on its way: then
     * nothing moves any more that would wake the thread. */
    if (rc == LLMREG_OK &&
        (first || hopeless || llmreg_service_durable(a->service) >= seq))
        wake(a);
    return rc;
}

size_t acks_waiting(struct acks *a)
{
    size_t n;

    llmreg_lock(&a->lock);
    n = a->list.count;
    llmreg_unlock(&a->lock);
    return n;
}

/* ---- life ---- */

int acks_new(struct acks **out, struct llmreg_service *s)
{
    struct acks *a = calloc(1, sizeof *a);
    int rc = LLMREG_ENOMEM;

    if (a == NULL)
        return rc;
    a->service = s;
    a->works = true;
    a->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    rc = a->wake < 0 ? LLMREG_EIO : llmreg_lock_init(&a->lock);
    if (rc != LLMREG_OK) {
        if (a->wake >= 0)
            close(a->wake);
        free(a);
        return rc;
    }
    rc = llmreg_durable_watch_new(s, &a->watch);
    if (rc == LLMREG_OK)
        rc = llmreg_thread_start(&a->thread, run, a, "llmreg-acks");
    a->runs = rc == LLMREG_OK;
    if (rc != LLMREG_OK)
        acks_free(a);
    else
        *out = a;
    return rc;
}

void acks_server(struct acks *a, struct http_server *server)
{
    a->server = server;
}

void acks_stop(struct acks *a)
{
    llmreg_lock(&a->lock);
    a->stops = true;
    llmreg_unlock(&a->lock);
    wake(a);
    if (a->runs)
        pthread_join(a->thread, NULL);
    a->runs = false;
}

void acks_free(struct acks *a)
{
    if (a == NULL)
        return;
    acks_stop(a);
    if (a->watch != NULL)
        llmreg_durable_watch_free(a->watch);
    llmreg_lock_fini(&a->lock);
    close(a->wake);
    free(a->list.items);
    free(a->due.items);
    free(a);
}
