/* SPDX-License-Identifier: MIT */
/* timer.c - looks once a second.
 *
 * Ends of maintenance are wall times, because a person named them; they are
 * compared with the wall clock anew each second, so that a step of it is
 * obeyed and not slept through.  The heap only says what to look at: what
 * counts is the intent that the registry has at that moment.
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
#include "common/service/deadlines.h"
#include "common/service/unmatched.h"

#define TICK_MS 1000

struct timer {
    /* fixed after start */
    struct store_world world;
    struct llmreg_subscription *events;
    int stop_fd;
    pthread_t thread;
    bool started;
    atomic_bool stop;
    /* owned by the timer's thread */
    struct deadlines *ends; /* of maintenances, wall milliseconds */
    struct clockwatch watch;
    struct unmatched unmatched;
    bool rescan; /* something was missed */
};

/* ---- ends of maintenance ---- */

/* The intent of e may have changed. */
static void note(struct timer *t, const struct llmreg_endpoint *e)
{
    struct llmreg_intent intent = llmreg_endpoint_intent(e);
    const char *id = llmreg_endpoint_id(e);

    if (intent.admin != LLMREG_ADMIN_MAINTENANCE || intent.until_ms == 0)
        deadlines_clear(t->ends, id);
    else if (deadlines_set(t->ends, id, intent.until_ms) != LLMREG_OK)
        t->rescan = true;
}

static bool note_each(void *ctx, struct llmreg_endpoint *e)
{
    note(ctx, e);
    return true;
}

static void note_id(struct timer *t, const char *id)
{
    struct llmreg_endpoint *e = llmreg_get(t->world.registry, id);

    if (e == NULL) {
        deadlines_clear(t->ends, id);
        return;
    }
    note(t, e);
    llmreg_put(e);
}

static void take_events(struct timer *t)
{
    const struct llmreg_event *event;
    int rc = LLMREG_OK;

    while (rc != LLMREG_ENOENT) {
        rc = llmreg_subscription_next(t->events, &event);
        if (rc == LLMREG_EGAP)
            t->rescan = true;
        if (rc != LLMREG_OK)
            continue;
        if (event->type == LLMREG_EVENT_ADMIN ||
            event->type == LLMREG_EVENT_REGISTERED ||
            event->type == LLMREG_EVENT_REMOVED)
            note_id(t, event->subject);
        llmreg_event_put(event);
    }
    if (t->rescan) {
        t->rescan = false;
        llmreg_each(t->world.registry, note_each, t);
    }
}

static bool is_over(const struct timer *t, const char *id,
                    const struct llmreg_now *now)
{
    struct llmreg_endpoint *e = llmreg_get(t->world.registry, id);
    struct llmreg_intent intent;

    if (e == NULL)
        return false;
    intent = llmreg_endpoint_intent(e);
    llmreg_put(e);
    return intent.admin == LLMREG_ADMIN_MAINTENANCE && intent.until_ms != 0 &&
           intent.until_ms <= now->wall_ms;
}

static void end_maintenances(struct timer *t, const struct llmreg_now *now)
{
    const struct llmreg_intent active = {.admin = LLMREG_ADMIN_ACTIVE};
    const char *id;

    while ((id = deadlines_due(t->ends, now->wall_ms)) != NULL) {
        int rc = LLMREG_OK;

        if (is_over(t, id, now))
            rc = llmreg_admin_set(t->world.registry, id, &active,
                                  "the maintenance is over", now);
        if (rc == LLMREG_ENOMEM)
            return; /* in a second, again */
        deadlines_clear(t->ends, id);
    }
}

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
    if (llmreg_bus_publish(t->world.bus, &event, NULL) == LLMREG_OK)
        llmreg_bus_wake(t->world.bus);
}

void timer_step(struct timer *t, const struct llmreg_now *now)
{
    int64_t step = clockwatch_look(&t->watch, now);

    if (step != 0)
        tell_step(t, now, step);
    unmatched_look(&t->unmatched, t->world.registry, t->world.log, now);
    take_events(t);
    end_maintenances(t, now);
}

/* ---- life ---- */

static void *run(void *arg)
{
    struct timer *t = arg;

    while (!atomic_load(&t->stop)) {
        struct pollfd stop = {.fd = t->stop_fd, .events = POLLIN};
        struct llmreg_now now = llmreg_clock_now(t->world.clock);

        timer_step(t, &now);
        (void)poll(&stop, 1, TICK_MS);
    }
    return NULL;
}

int timer_new(struct timer **out, const struct store_world *world)
{
    struct timer *t = calloc(1, sizeof *t);
    int rc = LLMREG_ENOMEM;

    if (t == NULL)
        goto done;
    t->world = *world;
    t->rescan = true;
    t->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    rc = t->stop_fd >= 0 ? LLMREG_OK : LLMREG_EIO;
    if (rc == LLMREG_OK)
        rc = deadlines_new(&t->ends);
    if (rc == LLMREG_OK)
        rc = llmreg_subscribe(t->world.bus, UINT64_MAX, &t->events);
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
    deadlines_free(t->ends);
    if (t->stop_fd >= 0)
        close(t->stop_fd);
    free(t);
}
