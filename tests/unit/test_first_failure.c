/* SPDX-License-Identifier: MIT */
/* test_first_failure.c - endpoints that are down by their first failure: is it
 * one of them, or are we alone?
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/service/guard.h"
#include "tests/support/watch.h"

#define FLEET    24
#define DOWN0    "endpoint_unhealthy/gpu0:11434"
#define ISOLATED "registry_isolated/endpoints"

static void setup(void)
{
    watch_guard_above = 0;
    watch_setup();
    watch_room.rule.unhealthy_after = 1;
}

static void start(int fleet)
{
    watch_add_many("gpu", fleet);
    watch_pass(30000);
}

static void observe(int i, enum llmreg_reason reason)
{
    char name[16];

    snprintf(name, sizeof name, "gpu%d", i);
    room_observe(&watch_room, name, reason);
    watch_look();
}

static void refuse(int i)
{
    observe(i, LLMREG_REASON_REFUSED);
}

/* A round of probes of which the first alone fails.  Returns after how many
 * more it was told. */
static int told_after(int fleet)
{
    int told = 0;

    refuse(0);
    for (int i = 1; i < fleet; i++) {
        watch_pass(30000 / fleet);
        if (told == 0 && watch_raised(DOWN0) != LLMREG_SEVERITY_OKAY)
            told = i - 1;
        observe(i, LLMREG_REASON_OK);
    }
    watch_pass(30000 / fleet);
    return told;
}

START_TEST(a_single_one_is_told_once_ten_others_were_seen_well)
{
    const int fleet = _i == 0 ? FLEET : 100;

    start(fleet);
    int told = told_after(fleet);
    ck_assert_int_ge(told, GUARD_ABOVE);
    ck_assert_int_le(told, GUARD_ABOVE + 3); /* looked at once a second */
    refuse(0);
    watch_pass(30000);
    const struct llmreg_alert *a = watch_alert(DOWN0);
    ck_assert_uint_eq(a->times, 1);
    llmreg_alert_put(a);
    ck_assert_uint_eq(watch_count_raised(), 1);
}
END_TEST

static void set_above(size_t above)
{
    watch_guard_above = above;
    watch_restart();
}

/* So many others must be seen well; of very many, as many as are kept. */
START_TEST(how_many_others_is_what_the_mass_guard_asks_for)
{
    const size_t above = _i == 0 ? 3 : 50;
    const int others = _i == 0 ? 3 : NEWEST_MAX;

    set_above(above);
    start(100);
    int told = told_after(100);
    ck_assert_int_ge(told, others);
    ck_assert_int_le(told, others + 3);
}
END_TEST

START_TEST(where_no_more_are_watched_than_it_asks_for_it_is_told_at_once)
{
    set_above(FLEET);
    start(FLEET);
    refuse(0);
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(where_few_are_watched_it_is_told_at_once)
{
    start(GUARD_ABOVE);
    refuse(0);
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(without_the_rule_of_the_guard_it_is_told_at_once)
{
    watch_rules[LLMREG_RULE_REGISTRY_ISOLATED].severity = LLMREG_SEVERITY_OKAY;
    start(FLEET);
    refuse(0);
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_FAILURE);
}
END_TEST

/* An interval, and a quarter for the last one to be seen. */
START_TEST(where_nobody_else_is_seen_it_is_told_after_an_interval)
{
    start(FLEET);
    refuse(0);
    watch_pass(37400);
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_OKAY);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(its_second_failure_ends_the_doubt)
{
    start(FLEET);
    refuse(0);
    watch_pass(30000);
    refuse(0);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(it_is_well_again_before_it_was_told)
{
    start(FLEET);
    refuse(0);
    watch_pass(1000);
    observe(0, LLMREG_REASON_OK);
    watch_pass(40000);
    watch_pass(1000);
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

START_TEST(half_of_the_others_may_fail_and_more_are_waited_for)
{
    const int failing = _i == 0 ? 5 : 6;

    start(FLEET);
    refuse(0);
    watch_pass(1000);
    for (int i = 1; i <= 10; i++)
        observe(i, i <= failing ? LLMREG_REASON_REFUSED : LLMREG_REASON_OK);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(DOWN0) != LLMREG_SEVERITY_OKAY, _i == 0);
}
END_TEST

START_TEST(when_all_fail_one_after_another_one_alert_is_raised)
{
    start(FLEET);
    for (int i = 0; i < FLEET; i++) {
        refuse(i);
        watch_pass(30000 / FLEET);
        ck_assert_uint_le(watch_count_raised(), 1);
        ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_OKAY);
    }
    ck_assert_int_eq(watch_raised(ISOLATED), LLMREG_SEVERITY_FAILURE);
    for (int i = 0; i < FLEET; i++) { /* longer than it holds */
        refuse(i);
        watch_pass(30000 / FLEET);
    }
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_FAILURE);
    ck_assert_uint_gt(watch_count_raised(), FLEET);
}
END_TEST

START_TEST(when_they_come_back_nobody_hears_of_the_single_ones)
{
    start(FLEET);
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < FLEET; i++) {
            observe(i, round == 0 ? LLMREG_REASON_REFUSED : LLMREG_REASON_OK);
            watch_pass(30000 / FLEET);
            ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_OKAY);
        }
    ck_assert_uint_eq(watch_count_raised(), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("first_failure");
    TCase *tc = tcase_create("first_failure");

    tcase_add_checked_fixture(tc, setup, watch_teardown);
    tcase_add_loop_test(tc, a_single_one_is_told_once_ten_others_were_seen_well,
                        0, 2);
    tcase_add_loop_test(tc, how_many_others_is_what_the_mass_guard_asks_for, 0,
                        2);
    tcase_add_test(
        tc, where_no_more_are_watched_than_it_asks_for_it_is_told_at_once);
    tcase_add_test(tc, where_few_are_watched_it_is_told_at_once);
    tcase_add_test(tc, without_the_rule_of_the_guard_it_is_told_at_once);
    tcase_add_test(tc, where_nobody_else_is_seen_it_is_told_after_an_interval);
    tcase_add_test(tc, its_second_failure_ends_the_doubt);
    tcase_add_test(tc, it_is_well_again_before_it_was_told);
    tcase_add_loop_test(tc, half_of_the_others_may_fail_and_more_are_waited_for,
                        0, 2);
    tcase_add_test(tc, when_all_fail_one_after_another_one_alert_is_raised);
    tcase_add_test(tc, when_they_come_back_nobody_hears_of_the_single_ones);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
