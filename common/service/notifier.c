/* SPDX-License-Identifier: MIT */
/* notifier.c - tells each alert once, whatever happens in between.
 *
 * An alert knows what people were told last, and of which of its events.  So
 * there is nothing to remember here: a notification that was not made, because
 * the ring was too short, the handlers too slow or the process was killed, is a
 * difference in the alert, and differences are looked for at the start and
 * after every gap.
 *
 * What was told is noted in the alert.  If there is no memory for that,
 * it is tried again each second, and nothing else is told until then: what is
 * told and not noted would be told twice.
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
#include <llmreg/text.h>
#include <llmreg/thread.h>

#include "common/service/letter.h"

#define REST_MS 5

struct notifier {
    /* fixed after start */
    struct store_world world;
    struct llmreg_program program;
    struct llmreg_subscription *events;
    int stop_fd;
    pthread_t thread;
    bool started;
    int ended_fd; /* readable when the thread is about to end */
    atomic_bool stop;
    /* guarded by lock */
    struct llmreg_lock lock;
    char telling[LLMREG_ALERT_ID_SIZE]; /* the handlers have this; "": none */
    int64_t telling_ns;                 /* since then */
    /* owned by the notifier's thread */
    bool compare; /* something may be untold whose event is lost */
    const struct llmreg_alert *owed; /* told, not noted; a reference, or NULL */
    struct letter letter;
};

/* ---- telling ---- */

static void say_telling(struct notifier *n, const char *id, int64_t now_ns)
{
    llmreg_lock(&n->lock);
    llmreg_copy_message(n->telling, sizeof n->telling, id);
    n->telling_ns = now_ns;
    llmreg_unlock(&n->lock);
}

/* Notes that people were told what a says; takes the reference. */
static void note(struct notifier *n, const struct llmreg_alert *a)
{
    n->owed = llmreg_alert_hold(a);
    if (llmreg_alert_tell_end(n->world.registry, a) == LLMREG_ENOMEM)
        return;
    llmreg_alert_put(n->owed);
    n->owed = NULL;
}

/* Not while something is owed. */
static void tell(struct notifier *n, const char *id)
{
    const struct llmreg_now now = llmreg_clock_now(n->world.clock);
    const struct llmreg_alert *a =
        llmreg_alert_tell_begin(n->world.registry, id);

    if (a == NULL)
        return;
    letter_alert(&n->letter, n->world.registry, a, &now);
    say_telling(n, id, now.mono_ns);
    n->program.notify(n->program.ctx, &n->letter.n);
    say_telling(n, "", 0);
    note(n, a);
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
        if (!atomic_load(&n->stop) && n->owed == NULL)
            tell(n, c.found[i]->id);
        llmreg_alert_put(c.found[i]);
    }
    free(c.found);
    n->compare = c.nomem || n->owed != NULL; /* then once more, later */
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

    if (n->owed != NULL)
        note(n, n->owed);
    while (rc != LLMREG_ENOENT && n->owed == NULL && !atomic_load(&n->stop)) {
        if (n->compare)
            compare(n);
        if (n->owed != NULL)
            break;
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

static void ring(int fd)
{
    const uint64_t one = 1;
    ssize_t written = write(fd, &one, sizeof one); /* its counter is 0 */

    (void)written;
}

static void *run(void *arg)
{
    struct notifier *n = arg;

    while (!atomic_load(&n->stop)) {
        struct pollfd fds[2] = {
            {.fd = n->stop_fd, .events = POLLIN},
            {.fd = llmreg_subscription_fd(n->events), .events = POLLIN},
        };

        notifier_step(n);
        /* What comes meanwhile wakes it once. */
        (void)poll(fds, 1, REST_MS);
        /* While it owes, it takes no events, which would keep it awake. */
        (void)poll(fds, n->owed != NULL ? 1 : 2,
                   n->compare || n->owed != NULL ? 1000 : -1);
    }
    ring(n->ended_fd);
    return NULL;
}

int notifier_new(struct notifier **out, const struct store_world *world,
                 const struct llmreg_program *program)
{
    struct notifier *n = calloc(1, sizeof *n);
    int rc = LLMREG_ENOMEM;

    if (n == NULL)
        return rc;
    rc = llmreg_lock_init(&n->lock);
    if (rc != LLMREG_OK) {
        free(n);
        return rc;
    }
    n->world = *world;
    n->program = *program;
    n->compare = true;
    n->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    n->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    rc = n->stop_fd >= 0 && n->ended_fd >= 0 ? LLMREG_OK : LLMREG_EIO;
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

/* The handlers are not ours, and many: all that we know is what they have. */
static void complain(struct notifier *n, struct llmreg_complaint *c)
{
    const struct llmreg_now now = llmreg_clock_now(n->world.clock);
    char telling[LLMREG_ALERT_ID_SIZE];

    llmreg_lock(&n->lock);
    llmreg_copy_message(telling, sizeof telling, n->telling);
    const int64_t since_ns = n->telling_ns;
    llmreg_unlock(&n->lock);
    if (telling[0] == '\0')
        return;
    llmreg_complain(n->world.log, c, &now, LLMREG_WARNING,
                    "notifier: the stop waits for a notification handler, "
                    "which got the alert %s %lld s ago and did not return",
                    telling,
                    (long long)((now.mono_ns - since_ns) / LLMREG_NS_PER_S));
}

void notifier_stop(struct notifier *n, int patience_ms)
{
    struct pollfd ended = {.fd = n->ended_fd, .events = POLLIN};
    struct llmreg_complaint c = {.open = false};

    if (!n->started)
        return;
    atomic_store(&n->stop, true);
    ring(n->stop_fd);
    while (poll(&ended, 1, patience_ms) <= 0)
        complain(n, &c);
    (void)llmreg_release(n->world.log, &c, "notifier: the handler returned");
    pthread_join(n->thread, NULL);
    n->started = false;
}

void notifier_free(struct notifier *n)
{
    if (n == NULL)
        return;
    notifier_stop(n, NOTIFIER_PATIENCE_MS);
    llmreg_alert_put(n->owed); /* the next run tells it again */
    llmreg_unsubscribe(n->events);
    if (n->stop_fd >= 0)
        close(n->stop_fd);
    if (n->ended_fd >= 0)
        close(n->ended_fd);
    llmreg_lock_fini(&n->lock);
    free(n);
}
