/* SPDX-License-Identifier: MIT */
/* test_alerts_model.c - long random sequences of what the alerter, people, the
 * notifier and the store do to the table of alerts, each also done to a plain
 * array; after each step all that can be seen is compared, and every event is
 * the one that is expected.  A sequence after which something differs is made
 * as short as it can be (shrink.h).
 */
#include <llmreg/alerts.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/shrink.h"

#define IDS   6
#define RUNS  40
#define STEPS 800
#define OKAY  LLMREG_SEVERITY_OKAY

/* One alert, as it must be. */
struct naive {
    bool there;
    enum llmreg_severity severity, told, telling;
    bool remembered, acknowledged;
    int state, by, note; /* which word */
    int64_t acknowledged_ms;
    uint64_t seq, told_seq;
    uint32_t times;
};

/* An event that is to come next. */
struct expected {
    enum llmreg_event_type type;
    enum llmreg_severity before, after; /* not of an acknowledgement: after */
};

static struct naive naive[IDS];
static struct expected expected;
static bool expects;  /* there is one */
static uint64_t last; /* number of the newest event */
static struct llmreg_now now;
static struct llmreg_bus *bus;
static struct llmreg_registry *r;
static struct llmreg_subscription *events;

/* What the notifier is about to tell; one thread tells. */
static struct {
    const struct llmreg_alert *alert; /* a reference, or NULL */
    int id;
    enum llmreg_severity severity;
    uint64_t seq;
} telling;

static const char *const ids[IDS] = {"endpoint_unhealthy/a:1",
                                     "endpoint_unhealthy/b:1",
                                     "model_lost/m:latest",
                                     "host_stale/h",
                                     "vram_high/h",
                                     "store_failed/store"};
static const char *const states[] = {"unreachable", "unhealthy"};
static const char *const people[] = {"ada", "bob"};
static const char *const notes[] = {"", "a fan is ordered"};

static void expect(enum llmreg_event_type type, enum llmreg_severity before,
                   enum llmreg_severity after)
{
    expects = true;
    expected = (struct expected){type, before, after};
    last++;
}

/* ---- what is done, twice each ---- */

static enum llmreg_severity some_severity(void)
{
    return (enum llmreg_severity)shrink_below(LLMREG_SEVERITIES);
}

static struct llmreg_alert alert_of(int i, enum llmreg_severity severity,
                                    int state)
{
    return (struct llmreg_alert){
        .id = ids[i],
        .rule = LLMREG_RULE_VRAM_HIGH,
        .subject = "it",
        .name = "it",
        .message = "it is so",
        .state = states[state],
        .previous = "",
        .reason = "",
        .host = "",
        .series = "",
        .url = "",
        /* What is not the alerter's, he may say what he likes. */
        .acknowledged_by = "nobody",
        .note = "nothing",
        .acknowledged_ms = 1,
        .seq = 9,
        .times = 9,
        .told = LLMREG_SEVERITY_FAILURE,
        .told_seq = 9,
        .s = {.severity = severity},
    };
}

static void naive_unacknowledge(struct naive *n)
{
    n->acknowledged = false;
    n->by = n->note = -1;
    n->acknowledged_ms = 0;
}

static void naive_set(struct naive *n, enum llmreg_severity severity)
{
    if (!n->there) {
        *n = (struct naive){.there = true};
        naive_unacknowledge(n);
    }
    if (severity != OKAY && n->severity == OKAY)
        n->times++;
    if (severity == OKAY || severity > n->severity)
        naive_unacknowledge(n);
    /* People hear of it just now: they must hear of its end. */
    if (severity == OKAY && n->told == OKAY)
        n->told = n->telling;
    n->severity = severity;
    n->remembered = false;
}

/* With an event of its own if it is told again, or if the severity moves. */
static void step_set(int i)
{
    struct naive *n = &naive[i];
    const enum llmreg_severity before = n->there ? n->severity : OKAY;
    const enum llmreg_severity severity = some_severity();
    const int state = (int)shrink_below(2);
    const struct llmreg_alert alert = alert_of(i, severity, state);
    enum llmreg_alert_action action = LLMREG_ALERT_NOTHING;
    uint64_t seq = 77;

    if (severity != before)
        action = severity == OKAY ? LLMREG_ALERT_CLEAR
                 : before == OKAY ? LLMREG_ALERT_FIRE
                                  : LLMREG_ALERT_CHANGE;
    else if (severity != OKAY && shrink_below(4) == 0)
        action = LLMREG_ALERT_FIRE;
    naive_set(n, severity);
    n->state = state;
    if (action != LLMREG_ALERT_NOTHING) {
        expect(severity == OKAY ? LLMREG_EVENT_CLEARED : LLMREG_EVENT_FIRED,
               before, severity);
        n->seq = last;
    }
    EQUAL(llmreg_alert_set(r, &alert, action, &now, &seq), LLMREG_OK);
    EQUAL(seq, action == LLMREG_ALERT_NOTHING ? 0 : last);
}

static void step_forget(int i)
{
    struct naive *n = &naive[i];
    const bool over = n->severity == OKAY && n->told == OKAY;

    EQUAL(llmreg_alert_forget(r, ids[i]), !n->there ? LLMREG_ENOENT
                                          : !over   ? LLMREG_EBUSY
                                                    : LLMREG_OK);
    if (n->there && over)
        *n = (struct naive){.there = false};
}

static void step_acknowledge(int i)
{
    struct naive *n = &naive[i];
    const int by = (int)shrink_below(2), note = (int)shrink_below(2);
    const struct llmreg_acknowledgement said = {people[by], notes[note]};
    const bool raised = n->there && n->severity != OKAY;

    if (raised && !(n->acknowledged && n->by == by && n->note == note)) {
        expect(LLMREG_EVENT_ACKNOWLEDGED, n->severity, OKAY);
        n->acknowledged = true;
        n->by = by;
        n->note = note;
        n->acknowledged_ms = now.wall_ms;
        n->seq = last;
    }
    EQUAL(llmreg_alert_acknowledge(r, ids[i], &said, &now, NULL),
          raised ? LLMREG_OK : LLMREG_ENOENT);
}

static bool is_news(const struct naive *n)
{
    if (!n->there || (n->severity == OKAY && n->told == OKAY))
        return false;
    if (n->severity == OKAY)
        return true;
    return !n->acknowledged && !n->remembered &&
           (n->told != n->severity || n->told_seq != n->seq);
}

static void step_tell_begin(int i)
{
    struct naive *n = &naive[i];

    if (telling.alert != NULL)
        return;
    telling.alert = llmreg_alert_tell_begin(r, ids[i]);
    EQUAL(telling.alert != NULL, is_news(n));
    if (telling.alert == NULL)
        return;
    EQUAL(telling.alert->s.severity, n->severity);
    EQUAL(telling.alert->seq, n->seq);
    telling.id = i;
    telling.severity = n->severity;
    telling.seq = n->seq;
    n->telling = n->severity;
}

static void step_tell_end(int ignored)
{
    struct naive *n = &naive[telling.id];

    (void)ignored;
    if (telling.alert == NULL)
        return;
    EQUAL(llmreg_alert_tell_end(r, telling.alert),
          n->there ? LLMREG_OK : LLMREG_ENOENT);
    telling.alert = NULL;
    if (!n->there)
        return;
    n->told = telling.severity;
    n->told_seq = telling.seq;
    n->telling = OKAY;
}

static void step_told(int i)
{
    struct naive *n = &naive[i];
    const enum llmreg_severity severity = some_severity();

    EQUAL(llmreg_alert_told(r, ids[i], severity),
          n->there ? LLMREG_OK : LLMREG_ENOENT);
    if (n->there)
        n->told = severity;
}

static void step_restore(int i)
{
    struct naive *n = &naive[i];
    const enum llmreg_severity severity = some_severity();
    const int state = (int)shrink_below(2);
    struct llmreg_alert stored = alert_of(i, severity, state);

    stored.told = some_severity();
    stored.s.acknowledged = shrink_below(2) == 0;
    stored.acknowledged_by = people[0];
    stored.note = notes[1];
    stored.acknowledged_ms = 5;
    EQUAL(llmreg_alert_restore(r, &stored, NULL),
          n->there ? LLMREG_EEXIST : LLMREG_OK);
    if (n->there)
        return;
    *n = (struct naive){
        .there = true,
        .severity = severity,
        .told = stored.told > severity ? stored.told : severity,
        .remembered = severity != OKAY,
        .state = state,
        .seq = stored.seq,
        .times = stored.times,
    };
    naive_unacknowledge(n);
    if (severity == OKAY || !stored.s.acknowledged)
        return;
    n->acknowledged = true;
    n->by = 0;
    n->note = 1;
    n->acknowledged_ms = 5;
}

/* ---- is it the same? ---- */

static const char *word(const char *const *words, int which)
{
    return which < 0 ? "" : words[which];
}

static void check_one(const struct naive *n, const struct llmreg_alert *a)
{
    EQUAL(a->s.severity, n->severity);
    EQUAL(a->s.remembered, n->remembered);
    EQUAL(a->s.acknowledged, n->acknowledged);
    EQUAL(a->told, n->told);
    EQUAL(a->told_seq, n->told_seq);
    EQUAL(a->seq, n->seq);
    EQUAL(a->times, n->times);
    EQUAL(a->acknowledged_ms, n->acknowledged_ms);
    HOLDS(strcmp(a->state, states[n->state]) == 0);
    HOLDS(strcmp(a->acknowledged_by, word(people, n->by)) == 0);
    HOLDS(strcmp(a->note, word(notes, n->note)) == 0);
    EQUAL(llmreg_alert_is_news(a), is_news(n));
}

static bool mark(void *ctx, const struct llmreg_alert *a)
{
    unsigned *seen = ctx;

    for (int i = 0; i < IDS; i++)
        if (strcmp(a->id, ids[i]) == 0)
            seen[i]++;
    return true;
}

static void check_counts(void)
{
    struct llmreg_alert_counts n;
    size_t raised[LLMREG_SEVERITIES] = {0}, acknowledged = 0;

    for (int i = 0; i < IDS; i++) {
        if (!naive[i].there || naive[i].severity == OKAY)
            continue;
        raised[naive[i].severity]++;
        acknowledged += naive[i].acknowledged;
    }
    llmreg_alert_count(r, &n);
    EQUAL(n.raised[LLMREG_SEVERITY_WARNING], raised[LLMREG_SEVERITY_WARNING]);
    EQUAL(n.raised[LLMREG_SEVERITY_FAILURE], raised[LLMREG_SEVERITY_FAILURE]);
    EQUAL(n.acknowledged, acknowledged);
}

/* Exactly the event that was expected, or none. */
static void check_event(int i)
{
    const struct llmreg_event *event = NULL;

    EQUAL(llmreg_bus_last(bus), last);
    const int rc = llmreg_subscription_next(events, &event);
    EQUAL(rc, expects ? LLMREG_OK : LLMREG_ENOENT);
    if (rc == LLMREG_OK && expects) {
        EQUAL(event->type, expected.type);
        EQUAL(event->entity, LLMREG_ENTITY_ALERT);
        EQUAL(event->seq, last);
        HOLDS(strcmp(event->subject, ids[i]) == 0);
        HOLDS(strcmp(event->before, llmreg_severity_text(expected.before)) ==
              0);
        HOLDS(expected.type == LLMREG_EVENT_ACKNOWLEDGED ||
              strcmp(event->after, llmreg_severity_text(expected.after)) == 0);
    }
    llmreg_event_put(event);
    expects = false;
}

static void check_all(int i)
{
    unsigned seen[IDS] = {0};

    llmreg_each_alert(r, mark, seen);
    for (int k = 0; k < IDS; k++) {
        const struct llmreg_alert *a = llmreg_alert_get(r, ids[k]);
        EQUAL(a != NULL, naive[k].there);
        EQUAL(seen[k], naive[k].there);
        if (a != NULL && naive[k].there)
            check_one(&naive[k], a);
        llmreg_alert_put(a);
    }
    check_counts();
    check_event(i);
}

/* ---- playing ---- */

static const struct {
    const char *name;
    void (*run)(int i);
} table[] = {
    {"set", step_set},
    {"set", step_set},
    {"set", step_set},
    {"forget", step_forget},
    {"acknowledge", step_acknowledge},
    {"tell begin", step_tell_begin},
    {"tell begin", step_tell_begin},
    {"tell end", step_tell_end},
    {"told", step_told},
    {"restore", step_restore},
};

#define TABLE (sizeof table / sizeof table[0])

static void begin_with(uint64_t step, unsigned *which, int *i)
{
    shrink_draw_from(step);
    *which = shrink_below(TABLE);
    *i = (int)shrink_below(IDS);
}

static void show(uint64_t step, char *out, size_t size)
{
    unsigned which;
    int i;

    begin_with(step, &which, &i);
    (void)snprintf(out, size, "%s %s (step %llu)", table[which].name, ids[i],
                   (unsigned long long)step);
}

static void read_clock(void *ctx, struct llmreg_now *out)
{
    (void)ctx;
    *out = now;
}

static void open_all(void)
{
    static const struct llmreg_clock clock = {.read = read_clock};
    struct llmreg_registry_conf conf = llmreg_registry_conf();

    conf.endpoints = conf.agents = conf.hosts = conf.sessions = 1;
    now = (struct llmreg_now){LLMREG_NS_PER_S, 1000};
    EQUAL(llmreg_bus_new(&bus, 2, 1), LLMREG_OK);
    EQUAL(llmreg_registry_new(&r, &conf, bus, &clock), LLMREG_OK);
    EQUAL(llmreg_subscribe(bus, UINT64_MAX, &events), LLMREG_OK);
}

static void close_all(void)
{
    llmreg_alert_put(telling.alert);
    llmreg_unsubscribe(events);
    llmreg_registry_free(r);
    llmreg_bus_free(bus);
}

static const char *play(const uint64_t *steps, size_t count)
{
    unsigned which;
    int i;

    open_all();
    for (size_t n = 0; n < count && shrink_wrong == NULL; n++) {
        begin_with(steps[n], &which, &i);
        now.wall_ms++;
        now.mono_ns += LLMREG_NS_PER_MS;
        table[which].run(i);
        check_all(i);
    }
    close_all();
    return shrink_wrong;
}

START_TEST(whatever_is_done_alerts_are_as_an_array_would_have_them)
{
    const struct shrink s = {.name = "alerts",
                             .runs = RUNS,
                             .steps = STEPS,
                             .play = play,
                             .show = show};

    shrink_check(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alerts_model");
    TCase *tc = tcase_create("alerts_model");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, whatever_is_done_alerts_are_as_an_array_would_have_them);
    suite_add_tcase(suite, tc);
    SRunner *sr = srunner_create(suite);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
