/* SPDX-License-Identifier: MIT */
/* timer.c - the thread that wakes when time passes or something happens.
 *
 * Each round it hands the new events to those who wait for time, and lets them
 * do what is due.  It sleeps until an event comes, the next deadline is
 * there, or a second is over, whichever is first.
 */
#include "common/service/timer.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <llmreg/text.h>
#include <llmreg/thread.h>

#include "common/service/clockwatch.h"
#include "common/service/maintenance.h"
#include "common/service/shared.h"
#include "common/service/unmatched.h"

#define TICK_NS LLMREG_NS_PER_S
/* After a round: what comes meanwhile is one round, and wakes nobody. */
#define REST_MS 5

struct timer {
    /* fixed after start */
    struct store_world world;
    struct llmreg_subscription *events;
    int stop_fd;
    pthread_t thread;
    bool started;
    atomic_bool stop;
    /* owned by the timer's thread */
    struct maintenance *maintenance;
    struct alerter *alerter;
    struct clockwatch watch;
    struct unmatched unmatched;
    struct shared shared;
};

/* ---- steps of the clock ---- */

static void tell_step(struct timer *t, const struct llmreg_now *now,
                      int64_t step_ms)
{
    const char *way = step_ms > 0 ? "forward" : "back";
    double seconds = (double)(step_ms > 0 ? step_ms : -step_ms) / 1000;
    char after[32], reason[80];
    struct llmreg_text text;
    struct llmreg_event event = {
        .time_ms = now->wall_ms,
        .type = LLMREG_EVENT_CLOCK,
        .entity = LLMREG_ENTITY_CLOCK,
        .subject = "clock",
        .name = "",
        .before = "",
        .after = after,
        .reason = reason,
    };

    llmreg_text_init(&text, after, sizeof after);
    llmreg_text_addf(&text, "%+.1f s", (double)step_ms / 1000);
    llmreg_text_init(&text, reason, sizeof reason);
    llmreg_text_addf(&text, "the wall clock was set %s by %.1f s", way,
                     seconds);
    llmreg_log(t->world.log, LLMREG_WARNING, "clock: %s", reason);
    /* With no memory the number is used: subscribers see a gap. */
    (void)!llmreg_bus_publish(t->world.bus, &event, NULL);
    llmreg_bus_wake(t->world.bus);
}

/* ---- a round ---- */

static void take_events(struct timer *t, const struct llmreg_now *now)
{
    const struct llmreg_event *event;
    int rc = LLMREG_OK;

    while (rc != LLMREG_ENOENT && !atomic_load(&t->stop)) {
        rc = llmreg_subscription_next(t->events, &event);
        if (rc == LLMREG_EGAP) {
            maintenance_miss(t->maintenance);
            alerter_miss(t->alerter);
        }
        if (rc != LLMREG_OK)
            continue;
        maintenance_take(t->maintenance, event);
        alerter_take(t->alerter, event, now);
        llmreg_event_put(event);
    }
}

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t timer_step(struct timer *t, const struct llmreg_now *now)
{
    int64_t step = clockwatch_look(&t->watch, now);
    int64_t next_ns = now->mono_ns + TICK_NS;

    if (step != 0)
        tell_step(t, now, step);
    unmatched_look(&t->unmatched, t->world.registry, t->world.log, now);
    shared_look(&t->shared, t->world.registry, t->world.log, now);
    next_ns = sooner(next_ns, llmreg_tick(t->world.registry, now));
    take_events(t, now);
    maintenance_step(t->maintenance, now);
    return sooner(next_ns, alerter_step(t->alerter, now));
}

/* ---- life ---- */

/* Rounded up: not before it is due. */
static int milliseconds(int64_t ns)
{
    if (ns <= 0)
        return 0;
    return (int)((ns + LLMREG_NS_PER_MS - 1) / LLMREG_NS_PER_MS);
}

static int rest(int64_t until_ns)
{
    const int ms = milliseconds(until_ns);

    return ms < REST_MS ? ms : REST_MS;
}

static void *run(void *arg)
{
    struct timer *t = arg;

    while (!atomic_load(&t->stop)) {
        struct pollfd fds[2] = {
            {.fd = t->stop_fd, .events = POLLIN},
            {.fd = llmreg_subscription_fd(t->events), .events = POLLIN},
        };
        struct llmreg_now now = llmreg_clock_now(t->world.clock);
        int64_t next_ns = timer_step(t, &now);

        now = llmreg_clock_now(t->world.clock);
        (void)poll(fds, 1, rest(next_ns - now.mono_ns));
        now = llmreg_clock_now(t->world.clock);
        (void)poll(fds, 2, milliseconds(next_ns - now.mono_ns));
    }
    return NULL;
}

int timer_new(struct timer **out, const struct store_world *world,
              const struct alerter_conf *alerts, uint64_t after)
{
    struct timer *t = calloc(1, sizeof *t);
    int rc = LLMREG_ENOMEM;

    if (t == NULL)
        goto done;
    t->world = *world;
    t->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    rc = t->stop_fd >= 0 ? LLMREG_OK : LLMREG_EIO;
    if (rc == LLMREG_OK)
        rc = maintenance_new(&t->maintenance, world->registry);
    if (rc == LLMREG_OK)
        rc = alerter_new(&t->alerter, world, alerts);
    if (rc == LLMREG_OK)
        rc = llmreg_subscribe(t->world.bus, after, &t->events);
    if (rc != LLMREG_OK)
        goto done;
    *out = t;
    t = NULL; /* now the caller's */
done:
    timer_free(t);
    return rc;
}

int timer_start(struct timer *t)
{
    int rc = llmreg_thread_start(&t->thread, run, t, "llmreg-timer");

    t->started = rc == LLMREG_OK;
    return rc;
}

void timer_free(struct timer *t)
{
    const uint64_t one = 1;

    if (t == NULL)
        return;
    if (t->started) {
        atomic_store(&t->stop, true);
        /* Fails never: the counter is 0.  Then it would last a tick. */
        ssize_t written = write(t->stop_fd, &one, sizeof one);

        (void)written;
        pthread_join(t->thread, NULL);
    }
    llmreg_unsubscribe(t->events);
    alerter_free(t->alerter);
    maintenance_free(t->maintenance);
    if (t->stop_fd >= 0)
        close(t->stop_fd);
    free(t);
}
