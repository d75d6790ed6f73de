/* SPDX-License-Identifier: MIT */
/* test_alert.c - every arrow of the step, and what a restart leaves. */
#include <llmreg/alert.h>

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AFTER 60
#define CLEAR 30
#define COOL  300

#define OKAY    LLMREG_SEVERITY_OKAY
#define WARNING LLMREG_SEVERITY_WARNING
#define FAILURE LLMREG_SEVERITY_FAILURE

static struct llmreg_rule_conf rule;
static struct llmreg_alert_state s;

static void setup(void)
{
    s = (struct llmreg_alert_state){.fired_ms = 0};
    rule = (struct llmreg_rule_conf){.severity = FAILURE,
                                     .after_ns = AFTER * LLMREG_NS_PER_S,
                                     .clear_ns = CLEAR * LLMREG_NS_PER_S,
                                     .cool_ns = COOL * LLMREG_NS_PER_S};
}

static void teardown(void)
{
}

static int64_t mono(int64_t second)
{
    return (1000 + second) * LLMREG_NS_PER_S;
}

static int64_t wall(int64_t second)
{
    return 1700000000000 + second * 1000;
}

static enum llmreg_alert_action step(int64_t second,
                                     struct llmreg_finding found)
{
    const struct llmreg_now now = {mono(second), wall(second)};

    return llmreg_alert_step(&s, &found, &rule, &now, &s);
}

static enum llmreg_alert_action find(int64_t second,
                                     enum llmreg_severity severity)
{
    return step(second, (struct llmreg_finding){true, true, severity});
}

/* In maintenance, or while the mass guard holds. */
static enum llmreg_alert_action find_held(int64_t second,
                                          enum llmreg_severity severity)
{
    return step(second, (struct llmreg_finding){true, false, severity});
}

static enum llmreg_alert_action find_nothing(int64_t second)
{
    return step(second, (struct llmreg_finding){false, true, OKAY});
}

/* The second at which the step would do something; -1: never. */
static int64_t due(void)
{
    int64_t at = llmreg_alert_due(&s, &rule);

    return at == INT64_MAX ? -1 : at / LLMREG_NS_PER_S - 1000;
}

static void raise_at_60(enum llmreg_severity severity)
{
    ck_assert_int_eq(find(0, severity), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(find(AFTER, severity), LLMREG_ALERT_FIRE);
}

static void restart(void)
{
    const struct llmreg_alert_state stored = s;

    llmreg_alert_restart(&stored, &s);
}

/* ---- raising ---- */

START_TEST(what_is_bad_for_long_enough_is_raised)
{
    ck_assert_int_eq(find(0, WARNING), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(s.pending, WARNING);
    ck_assert_int_eq(due(), 60);
    ck_assert_int_eq(find(59, WARNING), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(s.severity, OKAY);
    ck_assert_int_eq(find(60, WARNING), LLMREG_ALERT_FIRE);
    ck_assert_int_eq(s.severity, WARNING);
    ck_assert_int_eq(s.fired_ms, wall(60));
    ck_assert_int_eq(s.pending, OKAY);
    ck_assert_int_eq(due(), -1);
}
END_TEST

START_TEST(a_short_trouble_is_never_told)
{
    (void)find(0, FAILURE);
    ck_assert_int_eq(find(59, OKAY), LLMREG_ALERT_NOTHING);
    ck_assert(llmreg_alert_is_idle(&s));
    ck_assert_int_eq(find(60, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(due(), 120);
}
END_TEST

START_TEST(without_a_delay_the_first_finding_raises)
{
    rule.after_ns = 0;
    ck_assert_int_eq(find(0, FAILURE), LLMREG_ALERT_FIRE);
    ck_assert_int_eq(s.pending_mono_ns, 0);
}
END_TEST

START_TEST(trouble_that_gets_worse_while_it_waits_does_not_wait_anew)
{
    (void)find(0, WARNING);
    (void)find(59, FAILURE);
    ck_assert_int_eq(find(60, FAILURE), LLMREG_ALERT_FIRE);
    ck_assert_int_eq(s.severity, FAILURE);
}
END_TEST

START_TEST(the_severity_of_the_rule_is_the_most_it_tells)
{
    rule.severity = WARNING;
    raise_at_60(FAILURE);
    ck_assert_int_eq(s.severity, WARNING);
}
END_TEST

START_TEST(a_delay_for_ever_is_for_ever)
{
    rule.after_ns = INT64_MAX;
    (void)find(0, FAILURE);
    ck_assert_int_eq(due(), -1);
    ck_assert_int_eq(find(1000000000, FAILURE), LLMREG_ALERT_NOTHING);
}
END_TEST

/* ---- while it is raised ---- */

START_TEST(what_stays_bad_is_told_once) /* B12 */
{
    raise_at_60(FAILURE);
    for (int64_t t = 61; t < 10000; t += 30)
        ck_assert_int_eq(find(t, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(s.fired_ms, wall(60));
}
END_TEST

START_TEST(worse_is_told_after_the_delay_better_at_once)
{
    raise_at_60(WARNING);
    ck_assert_int_eq(find(100, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(s.severity, WARNING);
    ck_assert_int_eq(due(), 160);
    ck_assert_int_eq(find(160, FAILURE), LLMREG_ALERT_CHANGE);
    ck_assert_int_eq(s.severity, FAILURE);
    ck_assert_int_eq(find(161, WARNING), LLMREG_ALERT_CHANGE);
    ck_assert_int_eq(s.severity, WARNING);
    ck_assert_int_eq(s.fired_ms, wall(60));
}
END_TEST

START_TEST(worse_ends_an_acknowledgement_better_does_not)
{
    rule.after_ns = 0;
    (void)find(0, FAILURE);
    s.acknowledged = true;
    ck_assert_int_eq(find(1, WARNING), LLMREG_ALERT_CHANGE);
    ck_assert(s.acknowledged);
    ck_assert_int_eq(find(2, WARNING), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(find(3, FAILURE), LLMREG_ALERT_CHANGE);
    ck_assert(!s.acknowledged);
}
END_TEST

START_TEST(worse_for_a_moment_is_not_told)
{
    raise_at_60(WARNING);
    (void)find(100, FAILURE);
    ck_assert_int_eq(find(110, WARNING), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(s.pending_mono_ns, 0);
    ck_assert_int_eq(find(160, WARNING), LLMREG_ALERT_NOTHING);
}
END_TEST

/* ---- clearing ---- */

START_TEST(what_is_good_for_long_enough_is_cleared)
{
    raise_at_60(FAILURE);
    s.acknowledged = true;
    ck_assert_int_eq(find(100, OKAY), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(s.severity, FAILURE);
    ck_assert_int_eq(due(), 130);
    ck_assert_int_eq(find(129, OKAY), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(find(130, OKAY), LLMREG_ALERT_CLEAR);
    ck_assert_int_eq(s.severity, OKAY);
    ck_assert(!s.acknowledged);
    ck_assert_int_eq(s.fired_ms, wall(60));
    ck_assert_int_eq(s.cleared_ms, wall(130));
}
END_TEST

START_TEST(good_for_a_moment_is_not_told)
{
    raise_at_60(FAILURE);
    (void)find(100, OKAY);
    ck_assert_int_eq(find(129, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(s.good_mono_ns, 0);
    (void)find(130, OKAY);
    ck_assert_int_eq(due(), 160);
}
END_TEST

START_TEST(a_rule_that_is_switched_off_clears_at_once)
{
    raise_at_60(FAILURE);
    rule.severity = OKAY;
    ck_assert_int_eq(find(61, FAILURE), LLMREG_ALERT_CLEAR);
    ck_assert(llmreg_alert_is_idle(&s));
    ck_assert_int_eq(find(62, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert(llmreg_alert_is_idle(&s));
}
END_TEST

START_TEST(a_rule_that_is_switched_off_needs_no_finding_to_clear)
{
    raise_at_60(FAILURE);
    restart();
    rule.severity = OKAY;
    ck_assert_int_eq(find_nothing(61), LLMREG_ALERT_CLEAR);
}
END_TEST

/* ---- the cool-down ---- */

START_TEST(what_is_cooling_down_is_raised_when_that_is_over)
{
    raise_at_60(FAILURE);
    (void)find(100, OKAY);
    ck_assert_int_eq(find(130, OKAY), LLMREG_ALERT_CLEAR);
    ck_assert_int_eq(find(140, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(find(429, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(due(), 430);
    ck_assert_int_eq(find(430, FAILURE), LLMREG_ALERT_FIRE);
    ck_assert_int_eq(s.fired_ms, wall(430));
}
END_TEST

START_TEST(what_is_new_at_the_end_of_the_cool_down_waits_as_ever)
{
    raise_at_60(FAILURE);
    (void)find(100, OKAY);
    (void)find(130, OKAY);
    (void)find(400, FAILURE);
    ck_assert_int_eq(find(430, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(due(), 460);
    ck_assert_int_eq(find(460, FAILURE), LLMREG_ALERT_FIRE);
}
END_TEST

START_TEST(a_cool_down_ends_whatever_is_found)
{
    raise_at_60(FAILURE);
    (void)find(100, OKAY);
    (void)find(130, OKAY);
    ck_assert(!llmreg_alert_is_idle(&s));
    ck_assert_int_eq(due(), 430);
    ck_assert_int_eq(find_nothing(430), LLMREG_ALERT_NOTHING);
    ck_assert(llmreg_alert_is_idle(&s));
    ck_assert_int_eq(due(), -1);
}
END_TEST

/* ---- not known ---- */

START_TEST(what_is_not_known_moves_nothing) /* A14 */
{
    ck_assert_int_eq(find_nothing(0), LLMREG_ALERT_NOTHING);
    ck_assert(llmreg_alert_is_idle(&s));
    raise_at_60(FAILURE);
    ck_assert_int_eq(find_nothing(100), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(find_nothing(100000), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(s.severity, FAILURE);
}
END_TEST

START_TEST(what_is_pending_does_not_ripen_unseen)
{
    (void)find(0, FAILURE);
    (void)find(20, FAILURE);
    ck_assert_int_eq(find_nothing(20), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(s.pending, FAILURE);
    ck_assert_int_eq(due(), -1);
    ck_assert_int_eq(find_nothing(500), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(find(1000, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(due(), 1040);
    ck_assert_int_eq(find(1040, FAILURE), LLMREG_ALERT_FIRE);
}
END_TEST

START_TEST(nor_is_it_good_unseen)
{
    raise_at_60(FAILURE);
    (void)find(100, OKAY);
    (void)find_nothing(110);
    ck_assert_int_eq(due(), -1);
    ck_assert_int_eq(find(200, OKAY), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(due(), 220);
    ck_assert_int_eq(find(220, OKAY), LLMREG_ALERT_CLEAR);
}
END_TEST

/* ---- it may not open ---- */

START_TEST(what_is_held_is_raised_when_it_may_be)
{
    ck_assert_int_eq(find_held(0, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(find_held(500, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(due(), -1);
    ck_assert_int_eq(find(501, FAILURE), LLMREG_ALERT_FIRE);
}
END_TEST

START_TEST(what_is_over_before_it_may_open_is_never_told)
{
    (void)find_held(0, FAILURE);
    ck_assert_int_eq(find_held(500, OKAY), LLMREG_ALERT_NOTHING);
    ck_assert(llmreg_alert_is_idle(&s));
    ck_assert(!s.held);
    ck_assert_int_eq(find(501, OKAY), LLMREG_ALERT_NOTHING);
}
END_TEST

START_TEST(nothing_gets_worse_while_held_but_better)
{
    raise_at_60(WARNING);
    ck_assert_int_eq(find_held(100, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(find_held(500, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(find(501, FAILURE), LLMREG_ALERT_CHANGE);
    ck_assert_int_eq(find_held(502, WARNING), LLMREG_ALERT_CHANGE);
    (void)find_held(503, OKAY);
    ck_assert_int_eq(due(), 533);
    ck_assert_int_eq(find_held(533, OKAY), LLMREG_ALERT_CLEAR);
}
END_TEST

/* ---- a restart ---- */

START_TEST(what_was_raised_is_told_again_with_its_old_time)
{
    raise_at_60(FAILURE);
    restart();
    ck_assert(s.remembered);
    ck_assert_int_eq(due(), -1);
    ck_assert_int_eq(find_nothing(70), LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(find(80, FAILURE), LLMREG_ALERT_FIRE);
    ck_assert(!s.remembered);
    ck_assert_int_eq(s.fired_ms, wall(60));
    ck_assert_int_eq(find(81, FAILURE), LLMREG_ALERT_NOTHING);
}
END_TEST

START_TEST(what_is_acknowledged_is_not_told_again) /* B12 */
{
    raise_at_60(FAILURE);
    s.acknowledged = true;
    restart();
    ck_assert(s.acknowledged);
    ck_assert_int_eq(find(80, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert(s.acknowledged && !s.remembered);
    ck_assert_int_eq(s.severity, FAILURE);
}
END_TEST

START_TEST(what_is_over_after_a_restart_is_cleared_at_once)
{
    raise_at_60(FAILURE);
    s.acknowledged = true;
    restart();
    ck_assert_int_eq(find_held(80, OKAY), LLMREG_ALERT_CLEAR);
    ck_assert(!s.remembered && !s.acknowledged);
    ck_assert_int_eq(s.cleared_ms, wall(80));
}
END_TEST

START_TEST(what_is_held_after_a_restart_stays_remembered)
{
    raise_at_60(FAILURE);
    restart();
    ck_assert_int_eq(find_held(80, FAILURE), LLMREG_ALERT_NOTHING);
    ck_assert(s.remembered);
    ck_assert_int_eq(find(90, FAILURE), LLMREG_ALERT_FIRE);
}
END_TEST

START_TEST(what_got_better_meanwhile_is_told_as_what_it_is)
{
    raise_at_60(FAILURE);
    restart();
    ck_assert_int_eq(find(80, WARNING), LLMREG_ALERT_FIRE);
    ck_assert_int_eq(s.severity, WARNING);
    s.severity = FAILURE;
    s.acknowledged = true;
    restart();
    ck_assert_int_eq(find(90, WARNING), LLMREG_ALERT_CHANGE);
    ck_assert(s.acknowledged);
}
END_TEST

START_TEST(what_got_worse_meanwhile_ends_the_acknowledgement)
{
    rule.after_ns = 0;
    (void)find(0, WARNING);
    s.acknowledged = true;
    restart();
    ck_assert_int_eq(find(80, FAILURE), LLMREG_ALERT_FIRE);
    ck_assert_int_eq(s.severity, FAILURE);
    ck_assert(!s.acknowledged);
}
END_TEST

START_TEST(what_is_worse_waits_after_a_restart_too)
{
    raise_at_60(WARNING);
    restart();
    ck_assert_int_eq(find(100, FAILURE), LLMREG_ALERT_FIRE);
    ck_assert_int_eq(s.severity, WARNING);
    ck_assert_int_eq(find(160, FAILURE), LLMREG_ALERT_CHANGE);
    ck_assert_int_eq(s.severity, FAILURE);
}
END_TEST

START_TEST(a_restart_forgets_what_was_only_pending_or_cooling)
{
    (void)find(0, FAILURE);
    restart();
    ck_assert(llmreg_alert_is_idle(&s));
    raise_at_60(FAILURE);
    (void)find(100, OKAY);
    (void)find(130, OKAY);
    restart();
    ck_assert(llmreg_alert_is_idle(&s));
    ck_assert(!s.remembered);
    ck_assert_int_eq(s.cleared_ms, wall(130));
}
END_TEST

/* ---- a value and its limit ---- */

START_TEST(a_value_is_bad_over_the_threshold_and_good_below_the_margin)
{
    static const struct {
        double value;
        bool raised;
        enum llmreg_severity severity;
    } rows[] = {
        {0.95, false, OKAY}, {0.951, false, FAILURE}, {0.94, true, FAILURE},
        {0.89, true, OKAY},  {0.91, true, FAILURE},   {0.0, true, OKAY},
    };
    const struct llmreg_rule_conf vram = {.threshold = 0.95, .margin = 0.05};

    struct llmreg_finding f =
        llmreg_finding_over(rows[_i].value, rows[_i].raised, &vram);
    ck_assert(f.known && f.may_open);
    ck_assert_int_eq(f.severity, rows[_i].severity);
}
END_TEST

START_TEST(no_value_is_no_opinion)
{
    ck_assert(!llmreg_finding_over((double)NAN, true, &rule).known);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alert");
    TCase *tc = tcase_create("alert");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, what_is_bad_for_long_enough_is_raised);
    tcase_add_test(tc, a_short_trouble_is_never_told);
    tcase_add_test(tc, without_a_delay_the_first_finding_raises);
    tcase_add_test(tc,
                   trouble_that_gets_worse_while_it_waits_does_not_wait_anew);
    tcase_add_test(tc, the_severity_of_the_rule_is_the_most_it_tells);
    tcase_add_test(tc, a_delay_for_ever_is_for_ever);
    tcase_add_test(tc, what_stays_bad_is_told_once);
    tcase_add_test(tc, worse_is_told_after_the_delay_better_at_once);
    tcase_add_test(tc, worse_ends_an_acknowledgement_better_does_not);
    tcase_add_test(tc, worse_for_a_moment_is_not_told);
    tcase_add_test(tc, what_is_good_for_long_enough_is_cleared);
    tcase_add_test(tc, good_for_a_moment_is_not_told);
    tcase_add_test(tc, a_rule_that_is_switched_off_clears_at_once);
    tcase_add_test(tc, a_rule_that_is_switched_off_needs_no_finding_to_clear);
    tcase_add_test(tc, what_is_cooling_down_is_raised_when_that_is_over);
    tcase_add_test(tc, what_is_new_at_the_end_of_the_cool_down_waits_as_ever);
    tcase_add_test(tc, a_cool_down_ends_whatever_is_found);
    tcase_add_test(tc, what_is_not_known_moves_nothing);
    tcase_add_test(tc, what_is_pending_does_not_ripen_unseen);
    tcase_add_test(tc, nor_is_it_good_unseen);
    tcase_add_test(tc, what_is_held_is_raised_when_it_may_be);
    tcase_add_test(tc, what_is_over_before_it_may_open_is_never_told);
    tcase_add_test(tc, nothing_gets_worse_while_held_but_better);
    tcase_add_test(tc, what_was_raised_is_told_again_with_its_old_time);
    tcase_add_test(tc, what_is_acknowledged_is_not_told_again);
    tcase_add_test(tc, what_is_over_after_a_restart_is_cleared_at_once);
    tcase_add_test(tc, what_is_held_after_a_restart_stays_remembered);
    tcase_add_test(tc, what_got_better_meanwhile_is_told_as_what_it_is);
    tcase_add_test(tc, what_got_worse_meanwhile_ends_the_acknowledgement);
    tcase_add_test(tc, what_is_worse_waits_after_a_restart_too);
    tcase_add_test(tc, a_restart_forgets_what_was_only_pending_or_cooling);
    tcase_add_loop_test(
        tc, a_value_is_bad_over_the_threshold_and_good_below_the_margin, 0, 6);
    tcase_add_test(tc, no_value_is_no_opinion);
    suite_add_tcase(suite, tc);
    SRunner *sr = srunner_create(suite);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
