/* SPDX-License-Identifier: MIT */
/* alerts.c - the alerter, people and the notifier at the same few alerts, and
 * a subscriber that looks up what it is told.
 *
 * None undoes what another did: what is acknowledged is raised, and says by
 * whom.  Who has read an event finds a value that is not older.  At the end the
 * counts are what a walk finds.  A dead-lock is ended by SIGALRM.
 */
#include <llmreg/alerts.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define IDS   4
#define TURNS 20000

static struct llmreg_registry *r;
static struct llmreg_bus *bus;
static _Atomic bool over;
static _Atomic unsigned failures;
static const char *const ids[IDS] = {"vram_high/a", "vram_high/b",
                                     "vram_high/c", "vram_high/d"};

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            failures++;                                                        \
            (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,           \
                          #condition);                                         \
        }                                                                      \
    } while (0)

static unsigned below(unsigned *seed, unsigned n)
{
    *seed = *seed * 1103515245 + 12345;
    return (*seed >> 16) % n;
}

/* ---- the three hands ---- */

/* The message is the word of the severity, and reason counts. */
static void set(const char *id, enum llmreg_severity severity, unsigned turn)
{
    static const struct llmreg_now now = {1, 1};
    const struct llmreg_alert *old = llmreg_alert_get(r, id);
    enum llmreg_severity was = old == NULL ? 0 : old->s.severity;
    enum llmreg_alert_action action = LLMREG_ALERT_NOTHING;
    char reason[16];
    const struct llmreg_alert alert = {.id = id,
                                       .rule = LLMREG_RULE_VRAM_HIGH,
                                       .message =
                                           llmreg_severity_text(severity),
                                       .reason = reason,
                                       .s = {.severity = severity}};

    (void)snprintf(reason, sizeof reason, "%u", turn);
    if (severity != was)
        action = severity == LLMREG_SEVERITY_OKAY ? LLMREG_ALERT_CLEAR
                                                  : LLMREG_ALERT_FIRE;
    CHECK(llmreg_alert_set(r, &alert, action, &now, NULL) == LLMREG_OK);
    llmreg_alert_put(old);
}

static void *alerter(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    for (unsigned turn = 0; turn < TURNS; turn++) {
        const char *id = ids[below(&seed, IDS)];
        int rc = LLMREG_OK;
        if (below(&seed, 8) == 0)
            rc = llmreg_alert_forget(r, id);
        else
            set(id, (enum llmreg_severity)below(&seed, 3), turn);
        CHECK(rc == LLMREG_OK || rc == LLMREG_ENOENT || rc == LLMREG_EBUSY);
    }
    over = true;
    return NULL;
}

static void *person(void *arg)
{
    static const struct llmreg_now now = {1, 5};
    unsigned seed = *(unsigned *)arg;

    while (!over) {
        const struct llmreg_acknowledgement said = {
            "alice", below(&seed, 2) == 0 ? "" : "known"};
        int rc = llmreg_alert_acknowledge(r, ids[below(&seed, IDS)], &said,
                                          &now, NULL);
        CHECK(rc == LLMREG_OK || rc == LLMREG_ENOENT);
    }
    return NULL;
}

static void *notifier(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (!over) {
        const char *id = ids[below(&seed, IDS)];
        const struct llmreg_alert *a = llmreg_alert_get(r, id);
        if (a == NULL)
            continue;
        enum llmreg_severity severity = a->s.severity;
        llmreg_alert_put(a);
        int rc = llmreg_alert_told(r, id, severity);
        CHECK(rc == LLMREG_OK || rc == LLMREG_ENOENT);
    }
    return NULL;
}

/* ---- readers ---- */

static bool look(void *ctx, const struct llmreg_alert *a)
{
    size_t *raised = ctx;
    bool is_raised = a->s.severity != LLMREG_SEVERITY_OKAY;

    *raised += is_raised;
    CHECK(strcmp(a->message, llmreg_severity_text(a->s.severity)) == 0);
    CHECK(a->s.acknowledged == (strcmp(a->acknowledged_by, "alice") == 0));
    CHECK(a->s.acknowledged == (a->acknowledged_ms == 5));
    CHECK(is_raised || !a->s.acknowledged);
    CHECK(!is_raised || a->times > 0);
    return true;
}

static void *reader(void *arg)
{
    unsigned seed = *(unsigned *)arg;

    while (!over) {
        size_t raised = 0;
        llmreg_each_alert(r, look, &raised);
        CHECK(raised <= IDS);
        const struct llmreg_alert *a =
            llmreg_alert_get(r, ids[below(&seed, IDS)]);
        if (a != NULL)
            (void)look(&raised, a);
        llmreg_alert_put(a);
    }
    return NULL;
}

/* The reasons of one id only grow: the value is never the one from before. */
static void look_up(const struct llmreg_event *event)
{
    const struct llmreg_alert *a = llmreg_alert_get(r, event->subject);

    if (a != NULL && event->type != LLMREG_EVENT_ACKNOWLEDGED)
        CHECK(strtoul(a->reason, NULL, 10) >= strtoul(event->reason, NULL, 10));
    llmreg_alert_put(a);
}

static void *subscriber(void *arg)
{
    struct llmreg_subscription *s = NULL;

    (void)arg;
    CHECK(llmreg_subscribe(bus, UINT64_MAX, &s) == LLMREG_OK);
    while (!over) {
        const struct llmreg_event *event = NULL;
        if (llmreg_subscription_next(s, &event) == LLMREG_OK)
            look_up(event);
        llmreg_event_put(event);
    }
    llmreg_unsubscribe(s);
    return NULL;
}

/* ---- the run ---- */

static void check_counts(void)
{
    struct llmreg_alert_counts counts;
    size_t raised = 0;

    llmreg_each_alert(r, look, &raised);
    llmreg_alert_count(r, &counts);
    CHECK(counts.raised[LLMREG_SEVERITY_WARNING] +
              counts.raised[LLMREG_SEVERITY_FAILURE] ==
          raised);
    CHECK(counts.acknowledged <= raised);
}

int main(void)
{
    static void *(*const runs[])(void *) = {alerter, person, notifier,
                                            reader,  reader, subscriber};
    const size_t count = sizeof runs / sizeof runs[0];
    const struct llmreg_registry_conf conf = llmreg_registry_conf();
    pthread_t threads[sizeof runs / sizeof runs[0]];
    unsigned seeds[sizeof runs / sizeof runs[0]];

    (void)alarm(60);
    if (llmreg_bus_new(&bus, 256, 1) != LLMREG_OK ||
        llmreg_registry_new(&r, &conf, bus, &llmreg_clock_system) != LLMREG_OK)
        return EXIT_FAILURE;
    for (size_t i = 0; i < count; i++) {
        seeds[i] = (unsigned)i + 1;
        CHECK(pthread_create(&threads[i], NULL, runs[i], &seeds[i]) == 0);
    }
    for (size_t i = 0; i < count; i++)
        (void)pthread_join(threads[i], NULL);
    check_counts();
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
