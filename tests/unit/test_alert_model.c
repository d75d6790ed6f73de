/* SPDX-License-Identifier: MIT */
/* test_alert_model.c - long random lives of an alert, against a second opinion.
 *
 * The opinion was written from the words of the rule, not from alert.c: it
 * knows no times, only for how long something was seen.  Beside it stand what
 * people are promised: nothing is told twice, nothing bad while it may not
 * be, and what is due is due.
 */
#include <llmreg/alert.h>

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/shrink.h"

#define OKAY LLMREG_SEVERITY_OKAY
#define S(n) ((n)*LLMREG_NS_PER_S)

/* ---- a step of the sequence ---- */

enum deed { FIND, LOOK_AWAY, WAIT_FOR_DUE, ACKNOWLEDGE, RESTART, NEW_RULE };

struct step {
    enum deed deed;
    int64_t wait_ns;
    enum llmreg_severity severity;
    bool may_open;
    struct llmreg_rule_conf rule; /* of NEW_RULE, which is a restart too */
};

static struct step decode(uint64_t n)
{
    static const enum deed deeds[16] = {
        FIND,         FIND,        FIND,         FIND,
        FIND,         FIND,        FIND,         FIND,
        LOOK_AWAY,    LOOK_AWAY,   WAIT_FOR_DUE, WAIT_FOR_DUE,
        WAIT_FOR_DUE, ACKNOWLEDGE, RESTART,      NEW_RULE};
    static const int64_t waits[8] = {0, 1, 5, 10, 29, 30, 60, 400};
    static const int64_t delays[4] = {0, 0, 30, 60};

    return (struct step){
        .deed = deeds[n & 15],
        .wait_ns = S(waits[n >> 4 & 7]),
        .severity = (enum llmreg_severity)((n >> 8 & 255) % 3),
        .may_open = (n >> 16 & 3) != 0,
        .rule = {.severity = (int64_t)((n >> 20 & 7) < 6 ? 2 : n >> 20 & 1),
                 .after_ns = S(delays[n >> 24 & 3]),
                 .clear_ns = S(delays[n >> 26 & 3]),
                 .cool_ns = S(5 * delays[n >> 28 & 3]),
                 .flap_ns = S(2 * delays[n >> 30 & 3])},
    };
}

static void show(uint64_t n, char *out, size_t size)
{
    static const char *const words[] = {"find",         "look away",
                                        "wait for due", "acknowledge",
                                        "restart",      "new rule"};
    const struct step s = decode(n);

    (void)snprintf(
        out, size,
        "%s: wait %" PRId64 " s, %s%s; severity %" PRId64 " after %" PRId64
        " clear %" PRId64 " cool %" PRId64 " flap %" PRId64,
        words[s.deed], s.wait_ns / S(1), llmreg_severity_text(s.severity),
        s.may_open ? "" : " (held)", s.rule.severity, s.rule.after_ns / S(1),
        s.rule.clear_ns / S(1), s.rule.cool_ns / S(1), s.rule.flap_ns / S(1));
}

/* ---- the second opinion ---- */

struct opinion {
    enum llmreg_severity told;
    bool remembered, acknowledged;
    bool was_seen;           /* at the step before */
    bool is_bad, is_good;    /* worse than told, and no longer bad */
    int64_t bad_ns, good_ns; /* seen so for so long */
    int64_t cool_ns;         /* left */
    bool flaps;
    size_t raises; /* so many are known */
    int64_t ago_ns[3];
};

static void pass_time(struct opinion *o, int64_t ns)
{
    if (o->was_seen && o->is_bad)
        o->bad_ns += ns;
    if (o->was_seen && o->is_good)
        o->good_ns += ns;
    o->cool_ns = o->cool_ns > ns ? o->cool_ns - ns : 0;
    for (int i = 0; i < 3; i++)
        o->ago_ns[i] += ns;
}

static void count_raise(struct opinion *o, const struct llmreg_rule_conf *rule)
{
    if (rule->flap_ns == 0)
        return;
    o->ago_ns[2] = o->ago_ns[1];
    o->ago_ns[1] = o->ago_ns[0];
    o->ago_ns[0] = 0;
    o->raises++;
    o->flaps = o->flaps || (o->raises > 2 && o->ago_ns[2] < S(600));
}

static bool lasts(const struct opinion *o, const struct llmreg_rule_conf *rule)
{
    return o->good_ns >= rule->clear_ns &&
           (!o->flaps || o->good_ns >= rule->flap_ns);
}

static void say(struct opinion *o, enum llmreg_severity told)
{
    if (told == OKAY || told > o->told)
        o->acknowledged = false;
    o->told = told;
    o->is_bad = o->is_good = o->remembered = false;
    o->bad_ns = o->good_ns = 0;
}

static enum llmreg_alert_action all_good(struct opinion *o,
                                         const struct llmreg_rule_conf *rule)
{
    o->is_bad = false;
    o->bad_ns = 0;
    if (o->told == OKAY)
        return LLMREG_ALERT_NOTHING;
    o->is_good = true;
    if (!o->remembered && !lasts(o, rule))
        return LLMREG_ALERT_NOTHING;
    say(o, OKAY);
    o->flaps = false;
    o->cool_ns = rule->cool_ns;
    return LLMREG_ALERT_CLEAR;
}

static enum llmreg_alert_action worse(struct opinion *o,
                                      enum llmreg_severity is, bool may_open,
                                      const struct llmreg_rule_conf *rule)
{
    bool new = o->told == OKAY;

    o->is_bad = true;
    if (!may_open || o->bad_ns < rule->after_ns || o->cool_ns > 0)
        return LLMREG_ALERT_NOTHING;
    say(o, is);
    count_raise(o, rule);
    return new ? LLMREG_ALERT_FIRE : LLMREG_ALERT_CHANGE;
}

/* Not so bad any more: at once, or for long enough where it flaps. */
static enum llmreg_alert_action less(struct opinion *o, enum llmreg_severity is,
                                     const struct llmreg_rule_conf *rule)
{
    o->is_bad = false;
    o->bad_ns = 0;
    o->is_good = o->flaps;
    if (o->flaps && !lasts(o, rule))
        return LLMREG_ALERT_NOTHING;
    o->flaps = false;
    say(o, is);
    return LLMREG_ALERT_CHANGE;
}

static enum llmreg_alert_action bad(struct opinion *o, enum llmreg_severity is,
                                    bool may_open,
                                    const struct llmreg_rule_conf *rule)
{
    bool again = o->remembered;
    enum llmreg_alert_action action = LLMREG_ALERT_NOTHING;

    if (again && !may_open)
        return action;
    o->remembered = false;
    if (is < o->told) {
        action = less(o, is, rule);
        return again && !o->acknowledged ? LLMREG_ALERT_FIRE : action;
    }
    o->is_good = false;
    o->good_ns = 0;
    if (is > o->told)
        action = worse(o, is, may_open, rule);
    else
        say(o, is);
    return again && !o->acknowledged ? LLMREG_ALERT_FIRE : action;
}

static enum llmreg_alert_action judge(struct opinion *o,
                                      const struct llmreg_finding *found,
                                      const struct llmreg_rule_conf *rule)
{
    enum llmreg_severity is = found->severity;

    if (rule->severity == OKAY) {
        bool was = o->told != OKAY;
        say(o, OKAY);
        o->cool_ns = 0;
        o->flaps = false;
        return was ? LLMREG_ALERT_CLEAR : LLMREG_ALERT_NOTHING;
    }
    if (!found->known)
        return LLMREG_ALERT_NOTHING;
    if (is > rule->severity)
        is = (enum llmreg_severity)rule->severity;
    return is == OKAY ? all_good(o, rule) : bad(o, is, found->may_open, rule);
}

/* ---- what is promised ---- */

struct life {
    struct llmreg_alert_state state;
    struct llmreg_rule_conf rule;
    struct llmreg_finding found; /* the last one */
    struct llmreg_now now;
    struct opinion opinion;
};

static bool same(const struct llmreg_alert_state *a,
                 const struct llmreg_alert_state *b)
{
    return a->severity == b->severity && a->pending == b->pending &&
           a->held == b->held && a->remembered == b->remembered &&
           a->flapping == b->flapping &&
           memcmp(a->raised_mono_ns, b->raised_mono_ns,
                  sizeof a->raised_mono_ns) == 0 &&
           a->acknowledged == b->acknowledged &&
           a->pending_mono_ns == b->pending_mono_ns &&
           a->good_mono_ns == b->good_mono_ns &&
           a->unseen_mono_ns == b->unseen_mono_ns &&
           a->cool_mono_ns == b->cool_mono_ns && a->fired_ms == b->fired_ms &&
           a->cleared_ms == b->cleared_ms;
}

/* Whether the step, at that time with the last finding, does something. */
static bool does_something(const struct life *l, int64_t mono_ns)
{
    const struct llmreg_now then = {mono_ns, l->now.wall_ms};
    struct llmreg_alert_state after;

    return llmreg_alert_step(&l->state, &l->found, &l->rule, &then, &after) !=
               LLMREG_ALERT_NOTHING ||
           !same(&after, &l->state);
}

static const char *check_due(const struct life *l)
{
    int64_t due = llmreg_alert_due(&l->state, &l->rule);

    if (due <= l->now.mono_ns)
        return "what is due is over already";
    if (does_something(l, l->now.mono_ns))
        return "the same finding at the same time does something";
    if (due == INT64_MAX)
        return does_something(l, l->now.mono_ns + S(1000000))
                   ? "something is done that was never due"
                   : NULL;
    if (does_something(l, due - 1))
        return "something is done before it is due";
    return does_something(l, due) ? NULL : "what is due does nothing";
}

static const char *check_action(const struct llmreg_alert_state *before,
                                const struct llmreg_alert_state *after,
                                const struct llmreg_finding *found,
                                enum llmreg_alert_action action)
{
    bool worse = after->severity > before->severity;
    bool told = action == LLMREG_ALERT_FIRE || action == LLMREG_ALERT_CHANGE;

    if (told && !before->remembered && after->severity == before->severity)
        return "the same is told twice";
    if ((worse || action == LLMREG_ALERT_FIRE) &&
        (!found->known || !found->may_open))
        return "it opens though it may not";
    if (action == LLMREG_ALERT_FIRE && before->severity != OKAY &&
        !before->remembered)
        return "raised twice without an end";
    if (action == LLMREG_ALERT_CLEAR && before->severity == OKAY)
        return "the end of what never was";
    if (action == LLMREG_ALERT_FIRE && after->acknowledged)
        return "what is acknowledged is raised again";
    if (after->acknowledged && !before->acknowledged)
        return "nobody acknowledged it";
    if (before->remembered && after->severity == before->severity &&
        after->fired_ms != before->fired_ms)
        return "its old time is lost";
    return NULL;
}

static const char *compare(const struct life *l,
                           enum llmreg_alert_action action,
                           enum llmreg_alert_action expected)
{
    static char why[SHRINK_WHY_SIZE];
    const struct opinion *o = &l->opinion;

    if (action == expected && l->state.severity == o->told &&
        l->state.remembered == o->remembered &&
        l->state.acknowledged == o->acknowledged)
        return NULL;
    (void)snprintf(why, sizeof why,
                   "action %d severity %d remembered %d acknowledged %d, but "
                   "should be %d %d %d %d",
                   (int)action, (int)l->state.severity, l->state.remembered,
                   l->state.acknowledged, (int)expected, (int)o->told,
                   o->remembered, o->acknowledged);
    return why;
}

/* ---- a life ---- */

static const char *look(struct life *l)
{
    const struct llmreg_alert_state before = l->state;

    enum llmreg_alert_action action =
        llmreg_alert_step(&before, &l->found, &l->rule, &l->now, &l->state);
    enum llmreg_alert_action expected = judge(&l->opinion, &l->found, &l->rule);
    l->opinion.was_seen = l->found.known;
    const char *why = compare(l, action, expected);
    if (why == NULL)
        why = check_action(&before, &l->state, &l->found, action);
    return why != NULL ? why : check_due(l);
}

static void go_on(struct life *l, int64_t ns)
{
    l->now.mono_ns += ns;
    l->now.wall_ms += ns / LLMREG_NS_PER_MS;
    pass_time(&l->opinion, ns);
}

/* Monotonic time may begin anew; what was only in memory is forgotten. */
static void restart(struct life *l, int64_t ns)
{
    const struct llmreg_alert_state stored = l->state;
    struct opinion *o = &l->opinion;

    llmreg_alert_restart(&stored, &l->state);
    l->now.mono_ns = S(1) + ns;
    l->now.wall_ms += ns / LLMREG_NS_PER_MS;
    *o = (struct opinion){.told = o->told,
                          .remembered = o->told != OKAY,
                          .acknowledged = o->acknowledged};
}

static const char *act(struct life *l, const struct step *s)
{
    int64_t due = llmreg_alert_due(&l->state, &l->rule);

    switch (s->deed) {
    case FIND:
        l->found = (struct llmreg_finding){true, s->may_open, s->severity};
        go_on(l, s->wait_ns);
        return look(l);
    case LOOK_AWAY:
        l->found.known = false;
        go_on(l, s->wait_ns);
        return look(l);
    case WAIT_FOR_DUE:
        if (due != INT64_MAX && due > l->now.mono_ns)
            go_on(l, due - l->now.mono_ns);
        return look(l);
    case ACKNOWLEDGE:
        l->state.acknowledged = l->state.severity != OKAY;
        l->opinion.acknowledged = l->opinion.told != OKAY;
        return NULL;
    case NEW_RULE:
        l->rule = s->rule;
        restart(l, s->wait_ns);
        return NULL;
    case RESTART:
        restart(l, s->wait_ns);
        return NULL;
    }
    return NULL;
}

static const char *play(const uint64_t *steps, size_t count)
{
    struct life l = {.rule = {.severity = LLMREG_SEVERITY_FAILURE,
                              .after_ns = S(60),
                              .clear_ns = S(30),
                              .cool_ns = S(300)},
                     .now = {S(1), 1000000}};
    const char *why = NULL;

    for (size_t i = 0; i < count && why == NULL; i++) {
        const struct step s = decode(steps[i]);
        why = act(&l, &s);
    }
    return why;
}

START_TEST(every_life_is_as_the_second_opinion_says)
{
    const struct shrink s = {.name = "alert",
                             .runs = 200,
                             .steps = 1000,
                             .play = play,
                             .show = show};

    shrink_check(&s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alert_model");
    TCase *tc = tcase_create("alert_model");

    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, every_life_is_as_the_second_opinion_says);
    suite_add_tcase(suite, tc);
    SRunner *sr = srunner_create(suite);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
