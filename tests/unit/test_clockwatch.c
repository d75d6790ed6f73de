/* SPDX-License-Identifier: MIT */
/* test_clockwatch.c - steps are seen, ticking and slow correction are not. */
#include "common/service/clockwatch.h"

#include <check.h>
#include <stdlib.h>

static struct clockwatch watch;
static struct llmreg_now now;

static void setup(void)
{
    watch = (struct clockwatch){0};
    now = (struct llmreg_now){.mono_ns = 50 * LLMREG_NS_PER_S,
                              .wall_ms = INT64_C(1795000000000)};
}

static void teardown(void)
{
}

/* Both clocks tick, and the wall clock is moved by step_ms besides. */
static int64_t look_after(int64_t ms, int64_t step_ms)
{
    now.mono_ns += ms * LLMREG_NS_PER_MS;
    now.wall_ms += ms + step_ms;
    return clockwatch_look(&watch, &now);
}

START_TEST(the_first_look_finds_nothing)
{
    ck_assert_int_eq(look_after(0, 0), 0);
}
END_TEST

START_TEST(time_that_passes_is_no_step)
{
    look_after(0, 0);
    ck_assert_int_eq(look_after(1000, 0), 0);
    ck_assert_int_eq(look_after(86400000, 0), 0);
}
END_TEST

START_TEST(a_step_is_found_once_in_both_directions)
{
    look_after(0, 0);
    ck_assert_int_eq(look_after(1000, 3600000), 3600000);
    ck_assert_int_eq(look_after(1000, 0), 0);
    ck_assert_int_eq(look_after(1000, -3600000), -3600000);
    ck_assert_int_eq(look_after(1000, 0), 0);
}
END_TEST

START_TEST(two_seconds_are_let_pass)
{
    look_after(0, 0);
    ck_assert_int_eq(look_after(1000, 2000), 0);
    ck_assert_int_eq(look_after(1000, -2000), 0);
    ck_assert_int_eq(look_after(1000, 2001), 2001);
    ck_assert_int_eq(look_after(1000, -2001), -2001);
}
END_TEST

START_TEST(a_slow_correction_never_adds_up_to_a_step)
{
    look_after(0, 0);
    for (int i = 0; i < 10000; i++)
        ck_assert_int_eq(look_after(1000, 1), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("clockwatch");
    TCase *tc = tcase_create("clockwatch");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_first_look_finds_nothing);
    tcase_add_test(tc, time_that_passes_is_no_step);
    tcase_add_test(tc, a_step_is_found_once_in_both_directions);
    tcase_add_test(tc, two_seconds_are_let_pass);
    tcase_add_test(tc, a_slow_correction_never_adds_up_to_a_step);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
