/* SPDX-License-Identifier: MIT */
/* test_window.c - what happened in the last ten minutes. */
#include "common/domain/window.h"

#include <check.h>
#include <stdlib.h>

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)

START_TEST(nothing_happened_at_first)
{
    const struct window w = {0};

    ck_assert_uint_eq(window_sum(&w, 0), 0);
    ck_assert_uint_eq(window_sum(&w, 1000 * MINUTE), 0);
}
END_TEST

START_TEST(what_happened_counts_for_nine_minutes_and_never_for_eleven)
{
    struct window w = {0};
    int64_t at = 1000 * MINUTE + 59 * SECOND;

    window_add(&w, at);
    ck_assert_uint_eq(window_sum(&w, at), 1);
    ck_assert_uint_eq(window_sum(&w, at + 9 * MINUTE), 1);
    ck_assert_uint_eq(window_sum(&w, at + 10 * MINUTE), 0);
    at = 2000 * MINUTE;
    window_add(&w, at);
    ck_assert_uint_eq(window_sum(&w, at + 10 * MINUTE - 1), 1);
    ck_assert_uint_eq(window_sum(&w, at + 10 * MINUTE), 0);
}
END_TEST

START_TEST(it_slides_by_minutes)
{
    struct window w = {0};

    for (int i = 0; i < 30; i++)
        window_add(&w, (500 + i) * MINUTE);
    ck_assert_uint_eq(window_sum(&w, 529 * MINUTE), 10);
    ck_assert_uint_eq(window_sum(&w, 532 * MINUTE), 7);
    ck_assert_uint_eq(window_sum(&w, 538 * MINUTE), 1);
    ck_assert_uint_eq(window_sum(&w, 539 * MINUTE), 0);
}
END_TEST

START_TEST(looking_changes_nothing)
{
    struct window w = {0};

    window_add(&w, 0);
    ck_assert_uint_eq(window_sum(&w, 60 * MINUTE), 0);
    ck_assert_uint_eq(window_sum(&w, 0), 1);
}
END_TEST

START_TEST(a_full_counter_stays_full)
{
    struct window w = {0};

    for (int i = 0; i < UINT8_MAX + 10; i++)
        window_add(&w, 0);
    ck_assert_uint_eq(window_sum(&w, 0), UINT8_MAX);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("window");
    TCase *t = tcase_create("window");

    tcase_add_test(t, nothing_happened_at_first);
    tcase_add_test(t,
                   what_happened_counts_for_nine_minutes_and_never_for_eleven);
    tcase_add_test(t, it_slides_by_minutes);
    tcase_add_test(t, looking_changes_nothing);
    tcase_add_test(t, a_full_counter_stays_full);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());

    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
