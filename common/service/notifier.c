/* SPDX-License-Identifier: MIT */
/* notifier.c - tells each alert once, whatever happens in between.
 *
 * An alert knows what people were told last, and of which of its events.  So
 * there is nothing to remember here: a notification that was not made, because
 * the ring was too short, the handlers too slow or the process was killed, is a
 * difference in the alert, and differences are looked for at the start and
 * after every gap.
 *
 * People are slow.  Of an alert that moved on while they were busy, only the
 * newest news are told: an outage that is over when its turn comes was none.
 *
 *   what the alert says       told
 *   raised                    when it is raised, changed, or confirmed after a
 *                             restart
 *   raised, acknowledged      no more: somebody knows
 *   raised, remembered        not before it is confirmed
 *   cleared                   if people think that it is raised
 */
#include "common/service/notifier.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <llmreg/alerts.h>
#include <llmreg/thread.h>

#include "common/service/letter.h"

struct notifier {
    /* fixed after start */
    struct store_world world;
    struct llmreg_program program;
    struct llmreg_subscription *events;
    int stop_fd;
    pthread_t thread;
    bool started;
    atomic_bool stop;
    /* owned by the notifier's thread */
    bool compare; /* something may be untold whose event is lost */
    struct letter letter;
};

/* ---- telling ---- */

static void tell(struct notifier *n, const char *id)
{
    const struct llmreg_now now = llmreg_clock_now(n->world.clock);
    const struct llmreg_alert *a =
        llmreg_alert_tell_begin(n->world.registry, id);

    if (a == NULL)
        return;
    letter_alert(&n->letter, n->world.registry, a, &now);
    n->program.notify(n->program.ctx, &n->letter.n);
    /* Without memory it is told again after the next gap or start. */
    (void)!llmreg_alert_tell_end(n->world.registry, a);
}

/* ---- comparing ---- */

struct comparison {
    const struct llmreg_alert **found; /* references */
    size_t count, room;
    bool nomem;
};

/* Telling may block, which a walk must not: only collects. */
static bool collect(void *ctx, const struct llmreg_alert *a)
{
    struct comparison *c = ctx;
    const struct llmreg_alert **more;
    size_t room = c->room == 0 ? 64 : 2 * c->room;

    if (!llmreg_alert_is_news(a))
        return true;
    if (c->count == c->room) {
        more = realloc(c->found, room * sizeof(*more));
        c->nomem = more == NULL;
        if (c->nomem)
            return false;
        c->found = more;
        c->room = room;
    }
    c->found[c->count++] = llmreg_alert_hold(a);
    return true;
}

static void compare(struct notifier *n)
{
    struct comparison c = {.count = 0};

    llmreg_each_alert(n->world.registry, collect, &c);
    for (size_t i = 0; i < c.count; i++) {
        if (!atomic_load(&n->stop))
            tell(n, c.found[i]->id);
        llmreg_alert_put(c.found[i]);
    }
    free(c.found);
    n->compare = c.nomem; /* then once more, later */
}

/* ---- events ---- */

/* Says only that there may be news: they may be newer, or told already. */
static void take(struct notifier *n, const struct llmreg_event *event)
{
    if (event->type == LLMREG_EVENT_FIRED ||
        event->type == LLMREG_EVENT_CLEARED)
        tell(n, event->subject);
}

void notifier_step(struct notifier *n)
{
    const struct llmreg_event *event;
    int rc = LLMREG_OK;

    while (rc != LLMREG_ENOENT && !atomic_load(&n->stop)) {
        if (n->compare)
            compare(n);
        rc = llmreg_subscription_next(n->events, &event);
        if (rc == LLMREG_EGAP)
            n->compare = true;
        if (rc != LLMREG_OK)
            continue;
        take(n, event);
        llmreg_event_put(event);
    }
}

/* ---- life ---- */

static void *run(void *arg)
{
    struct notifier *n = arg;

    while (!atomic_load(&n->stop)) {
        struct pollfd fds[2] = {
            {.fd = n->stop_fd, .events = POLLIN},
            {.fd = llmreg_subscription_fd(n->events), .events = POLLIN},
        };

        notifier_step(n);
        (void)poll(fds, 2, n->compare ? 1000 : -1);
    }
    return NULL;
}

int notifier_new(struct notifier **out, const struct store_world *world,
                 const struct llmreg_program *program)
{
    struct notifier *n = calloc(1, sizeof *n);
    int rc = LLMREG_ENOMEM;

    if (n == NULL)
        goto done;
    n->world = *world;
    n->program = *program;
    n->compare = true;
    n->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    rc = n->stop_fd >= 0 ? LLMREG_OK : LLMREG_EIO;
    if (rc == LLMREG_OK)
        rc = llmreg_subscribe(n->world.bus, UINT64_MAX, &n->events);
    if (rc != LLMREG_OK)
        goto done;
    *out = n;
    n = NULL; /* now the caller's */
done:
    notifier_free(n);
    return rc;
}

int notifier_start(struct notifier *n)
{
    int rc = llmreg_thread_start(&n->thread, run, n, "llmreg-notify");

    n->started = rc == LLMREG_OK;
    return rc;
}

static void stop(struct notifier *n)
{
    const uint64_t one = 1;
    ssize_t written;

    atomic_store(&n->stop, true);
    written = write(n->stop_fd, &one, sizeof one); /* its counter is 0 */
    (void)written;
    pthread_join(n->thread, NULL);
}

void notifier_free(struct notifier *n)
{
    if (n == NULL)
        return;
    if (n->started)
        stop(n);
    llmreg_unsubscribe(n->events);
    if (n->stop_fd >= 0)
        close(n->stop_fd);
    free(n);
}
