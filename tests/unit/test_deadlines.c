/* SPDX-License-Identifier: MIT */
/* test_deadlines.c - compared with a naive array under random operations. */
#include "common/service/deadlines.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDS 40

static struct deadlines *deadlines;

static void setup(void)
{
    ck_assert_int_eq(deadlines_new(&deadlines), LLMREG_OK);
}

static void teardown(void)
{
    deadlines_free(deadlines);
}

static void set(const char *id, int64_t at)
{
    ck_assert_int_eq(deadlines_set(deadlines, id, at), LLMREG_OK);
}

START_TEST(nothing_is_due_before_its_time)
{
    set("a", 100);
    ck_assert_ptr_null(deadlines_due(deadlines, 99));
    ck_assert_str_eq(deadlines_due(deadlines, 100), "a");
}
END_TEST

START_TEST(the_earliest_comes_first)
{
    set("late", 300);
    set("early", 100);
    set("middle", 200);
    ck_assert_str_eq(deadlines_due(deadlines, 1000), "early");
    deadlines_clear(deadlines, "early");
    ck_assert_str_eq(deadlines_due(deadlines, 1000), "middle");
    deadlines_clear(deadlines, "middle");
    ck_assert_str_eq(deadlines_due(deadlines, 1000), "late");
}
END_TEST

START_TEST(setting_again_moves_it)
{
    set("a", 100);
    set("b", 200);
    set("a", 300);
    ck_assert_uint_eq(deadlines_count(deadlines), 2);
    ck_assert_str_eq(deadlines_due(deadlines, 1000), "b");
    set("a", 50);
    ck_assert_str_eq(deadlines_due(deadlines, 1000), "a");
}
END_TEST

START_TEST(clearing_what_is_not_there_is_fine)
{
    deadlines_clear(deadlines, "a");
    ck_assert_uint_eq(deadlines_count(deadlines), 0);
    ck_assert_ptr_null(deadlines_due(deadlines, INT64_MAX));
}
END_TEST

static int64_t model[IDS]; /* -1: not there */

static void check_against_model(void)
{
    int64_t earliest = INT64_MAX;
    size_t count = 0;

    for (int i = 0; i < IDS; i++) {
        count += model[i] >= 0;
        if (model[i] >= 0 && model[i] < earliest)
            earliest = model[i];
    }
    ck_assert_uint_eq(deadlines_count(deadlines), count);
    const char *due = deadlines_due(deadlines, INT64_MAX);
    if (count == 0) {
        ck_assert_ptr_null(due);
        return;
    }
    ck_assert_int_eq(model[strtol(due, NULL, 10)], earliest);
}

START_TEST(random_operations_agree_with_a_naive_array)
{
    char id[16];

    srandom(1);
    for (int i = 0; i < IDS; i++)
        model[i] = -1;
    for (int step = 0; step < 20000; step++) {
        int i = (int)(random() % IDS);

        snprintf(id, sizeof id, "%d", i);
        if (random() % 3 == 0) {
            deadlines_clear(deadlines, id);
            model[i] = -1;
        } else {
            model[i] = random() % 1000;
            set(id, model[i]);
        }
        check_against_model();
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("deadlines");
    TCase *tc = tcase_create("deadlines");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, nothing_is_due_before_its_time);
    tcase_add_test(tc, the_earliest_comes_first);
    tcase_add_test(tc, setting_again_moves_it);
    tcase_add_test(tc, clearing_what_is_not_there_is_fine);
    tcase_add_test(tc, random_operations_agree_with_a_naive_array);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
