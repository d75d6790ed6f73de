/* SPDX-License-Identifier: MIT */
/* notifier.c - remembers what people were told, so that nothing stays red.
 *
 * For each endpoint whose alarm is open out there, the notifier holds the
 * entry: when the endpoint is removed, its host and series are still known
 * and the alarm can be closed.
 *
 * People are slow and the ring is finite.  After a gap the alarms that the
 * registry has are compared with those that were told, the difference is
 * told, and the events up to that moment are passed over.  At the start, what
 * was open before the restart is taken over silently; at the end, what is not
 * told yet stays open for the next start.
 */
#include "common/service/notifier.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <llmreg/table.h>
#include <llmreg/text.h>
#include <llmreg/thread.h>

#include "common/service/letter.h"

/* An alarm that is open at the people who get notifications. */
struct told {
    struct llmreg_endpoint *endpoint;
    enum llmreg_alarm alarm;
};

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
    struct llmreg_table *told; /* id -> struct told */
    bool compare;              /* something was missed */
    uint64_t passed;           /* endpoints' events up to here are told */
    struct letter letter;
};

/* ---- what was told ---- */

static void forget(struct notifier *n, const char *id)
{
    struct told *t = llmreg_table_remove(n->told, id);

    if (t == NULL)
        return;
    llmreg_put(t->endpoint);
    free(t);
}

static void remember(struct notifier *n, struct llmreg_endpoint *e,
                     enum llmreg_alarm alarm)
{
    struct told *t = llmreg_table_get(n->told, llmreg_endpoint_id(e));

    if (t != NULL) {
        llmreg_put(t->endpoint); /* it may have been made anew */
        *t = (struct told){llmreg_hold(e), alarm};
        return;
    }
    t = malloc(sizeof *t);
    if (t == NULL)
        return; /* its removal would not be told; all else will */
    *t = (struct told){llmreg_hold(e), alarm};
    if (llmreg_table_add(n->told, llmreg_endpoint_id(e), t) == LLMREG_OK)
        return;
    llmreg_put(t->endpoint);
    free(t);
}

/* ---- telling ---- */

static void tell(struct notifier *n, struct llmreg_endpoint *e,
                 const struct letter_news *news)
{
    letter_endpoint(&n->letter, n->world.registry, e, news);
    n->program.notify(n->program.ctx, &n->letter.n);
    if (news->action == LLMREG_ALARM_OKAY)
        forget(n, n->letter.id);
    else
        remember(n, e,
                 news->action == LLMREG_ALARM_FAIL ? LLMREG_ALARM_FAILURE
                                                   : LLMREG_ALARM_WARNING);
}

static void tell_removed(struct notifier *n, const char *id, uint64_t seq,
                         const char *reason)
{
    const struct told *t = llmreg_table_get(n->told, id);
    struct llmreg_now now = llmreg_clock_now(n->world.clock);
    const struct letter_news news = {
        .action = LLMREG_ALARM_OKAY,
        .seq = seq,
        .time_ms = now.wall_ms,
        .state = "removed",
        .previous = "",
        .reason = reason,
        .since_ms = now.wall_ms,
        .removed = true,
    };

    if (t != NULL)
        tell(n, t->endpoint, &news);
}

/* "refused: Connection refused", as in an event. */
static void reason_of(const struct llmreg_health *h, char *out, size_t size)
{
    struct llmreg_text t;

    llmreg_text_init(&t, out, size);
    llmreg_text_add(&t, llmreg_reason_text(h->reason));
    if (h->detail[0] != '\0')
        llmreg_text_addf(&t, ": %s", h->detail);
}

/* Tells how e is, with no event that says it. */
static void tell_health(struct notifier *n, struct llmreg_endpoint *e,
                        enum llmreg_alarm_action action, uint64_t seq)
{
    char reason[LLMREG_DETAIL_SIZE + 32];
    struct llmreg_health h;
    struct letter_news news = {
        .action = action, .seq = seq, .previous = "", .lasted_ms = -1};

    llmreg_endpoint_health(e, &h);
    reason_of(&h, reason, sizeof reason);
    news.time_ms = llmreg_clock_now(n->world.clock).wall_ms;
    news.state = llmreg_health_text(h.state);
    news.reason = reason;
    news.since_ms = h.since_ms;
    tell(n, e, &news);
}

/* ---- comparing ---- */

struct comparison {
    struct notifier *notifier;
    struct llmreg_endpoint **found; /* references */
    size_t count, room;
    bool nomem;
};

static enum llmreg_alarm alarm_of(const struct llmreg_endpoint *e)
{
    struct llmreg_health h;

    llmreg_endpoint_health(e, &h);
    return h.alarm;
}

static enum llmreg_alarm told_of(const struct notifier *n, const char *id)
{
    const struct told *t = llmreg_table_get(n->told, id);

    return t != NULL ? t->alarm : LLMREG_ALARM_NONE;
}

/* Telling may block, which a walk must not: only collects. */
static bool collect(void *ctx, struct llmreg_endpoint *e)
{
    struct comparison *c = ctx;
    struct llmreg_endpoint **more;
    size_t room = c->room == 0 ? 64 : 2 * c->room;

    if (alarm_of(e) == told_of(c->notifier, llmreg_endpoint_id(e)))
        return true;
    if (c->count == c->room) {
        more = realloc(c->found, room * sizeof(*more));
        c->nomem = more == NULL;
        if (c->nomem)
            return false;
        c->found = more;
        c->room = room;
    }
    c->found[c->count++] = llmreg_hold(e);
    return true;
}

static void tell_difference(struct notifier *n, struct llmreg_endpoint *e)
{
    static const enum llmreg_alarm_action actions[LLMREG_ALARMS] = {
        [LLMREG_ALARM_NONE] = LLMREG_ALARM_OKAY,
        [LLMREG_ALARM_WARNING] = LLMREG_ALARM_WARN,
        [LLMREG_ALARM_FAILURE] = LLMREG_ALARM_FAIL,
        [LLMREG_ALARM_REMEMBERED] = LLMREG_ALARM_SILENT,
    };
    enum llmreg_alarm alarm = alarm_of(e);

    if (alarm == LLMREG_ALARM_REMEMBERED)
        remember(n, e, alarm);
    else if (alarm != told_of(n, llmreg_endpoint_id(e)))
        tell_health(n, e, actions[alarm], n->passed);
}

static void tell_gone(struct notifier *n)
{
    size_t cursor = 0;
    const char *id;
    void *value;

    while (llmreg_table_next(n->told, &cursor, &id, &value) &&
           !atomic_load(&n->stop)) {
        const struct told *t = value;

        if (!llmreg_endpoint_alive(t->endpoint))
            tell_removed(n, id, n->passed, "");
    }
}

static void compare(struct notifier *n)
{
    struct comparison c = {.notifier = n};

    n->passed = llmreg_bus_last(n->world.bus);
    tell_gone(n); /* first: an id may have been made anew, and be down again */
    llmreg_each(n->world.registry, collect, &c);
    for (size_t i = 0; i < c.count; i++) {
        if (!atomic_load(&n->stop))
            tell_difference(n, c.found[i]);
        llmreg_put(c.found[i]);
    }
    free(c.found);
    n->compare = c.nomem; /* then once more, later */
}

/* ---- events ---- */

static void take_endpoint(struct notifier *n, const struct llmreg_event *event,
                          struct llmreg_endpoint *e)
{
    struct letter_news news = {
        .action = event->action,
        .seq = event->seq,
        .time_ms = event->time_ms,
        .previous = event->before,
        .reason = event->reason,
        .since_ms = event->since_ms,
        .lasted_ms = -1,
    };
    const bool was_known =
        event->before_ms > 0 && strcmp(event->before, "unknown") != 0;

    if (event->type == LLMREG_EVENT_ADMIN) {
        tell_health(n, e, event->action, event->seq);
        return;
    }
    news.state = event->after;
    if (was_known && event->since_ms >= event->before_ms)
        news.lasted_ms = event->since_ms - event->before_ms;
    tell(n, e, &news);
}

/* It, or its past, came back with the file of a store that was broken. */
static void take_recalled(struct notifier *n, struct llmreg_endpoint *e)
{
    if (alarm_of(e) == LLMREG_ALARM_REMEMBERED)
        remember(n, e, LLMREG_ALARM_REMEMBERED);
}

static void take_store(struct notifier *n, const struct llmreg_event *event)
{
    letter_store(&n->letter, event);
    n->program.notify(n->program.ctx, &n->letter.n);
}

static void take(struct notifier *n, const struct llmreg_event *event)
{
    struct llmreg_endpoint *e;

    if (event->type == LLMREG_EVENT_STORE)
        take_store(n, event);
    if (event->seq <= n->passed)
        return;
    if (event->type == LLMREG_EVENT_REMOVED) {
        tell_removed(n, event->subject, event->seq, event->reason);
        return;
    }
    e = llmreg_get(n->world.registry, event->subject);
    if (e == NULL)
        return;
    if (event->action != LLMREG_ALARM_SILENT)
        take_endpoint(n, event, e);
    else
        take_recalled(n, e);
    llmreg_put(e);
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

/* What is open when we start was told by whoever was there before. */
static bool take_over(void *ctx, struct llmreg_endpoint *e)
{
    if (alarm_of(e) != LLMREG_ALARM_NONE)
        remember(ctx, e, alarm_of(e));
    return true;
}

int notifier_new(struct notifier **out, const struct store_world *world,
                 const struct llmreg_program *program, uint64_t after)
{
    struct notifier *n = calloc(1, sizeof *n);
    int rc = LLMREG_ENOMEM;

    if (n == NULL)
        goto done;
    n->world = *world;
    n->program = *program;
    n->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    rc = n->stop_fd >= 0 ? LLMREG_OK : LLMREG_EIO;
    if (rc == LLMREG_OK)
        rc = llmreg_table_new(&n->told);
    if (rc == LLMREG_OK)
        rc = llmreg_subscribe(n->world.bus, after, &n->events);
    if (rc != LLMREG_OK)
        goto done;
    n->passed = llmreg_bus_last(n->world.bus);
    llmreg_each(n->world.registry, take_over, n);
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

/* An end that was not told any more is for the next run to tell, which must
 * find the alarm open. */
static void keep_open(struct notifier *n)
{
    const struct llmreg_now now = llmreg_clock_now(n->world.clock);
    size_t cursor = 0;
    const char *id;
    void *value;

    while (llmreg_table_next(n->told, &cursor, &id, &value)) {
        const struct told *t = value;
        const struct llmreg_health stored = {.alarm = t->alarm};

        if (alarm_of(t->endpoint) != LLMREG_ALARM_NONE)
            continue;
        /* LLMREG_ENOENT: it was removed.  Without memory it stays red. */
        (void)!llmreg_recall(n->world.registry, id, &stored, &now);
    }
}

void notifier_free(struct notifier *n)
{
    size_t cursor = 0;
    const char *id;
    void *value;

    if (n == NULL)
        return;
    if (n->started)
        stop(n);
    if (n->told != NULL)
        keep_open(n);
    while (n->told != NULL && llmreg_table_next(n->told, &cursor, &id, &value))
        forget(n, id);
    llmreg_table_free(n->told);
    llmreg_unsubscribe(n->events);
    if (n->stop_fd >= 0)
        close(n->stop_fd);
    free(n);
}
