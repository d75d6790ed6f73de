/* SPDX-License-Identifier: MIT */
/* test_newest.c - what is kept of many, and what it says. */
#include "common/service/newest.h"

#include <check.h>
#include <stdlib.h>

static struct newest newest;

static void setup(void)
{
    newest = (struct newest){.count = 0};
}

START_TEST(nothing_says_nothing)
{
    ck_assert(!newest_went_well(&newest, 0, 1, 0.5));
}
END_TEST

START_TEST(only_what_was_made_later_counts)
{
    newest_add(&newest, 10, true);
    newest_add(&newest, 20, true);
    newest_add(&newest, 30, false);
    newest_add(&newest, 40, false);
    ck_assert(newest_went_well(&newest, 20, 2, 0));
    ck_assert(!newest_went_well(&newest, 20, 3, 0));
    ck_assert(!newest_went_well(&newest, 19, 2, 0.3));
    ck_assert(newest_went_well(&newest, 19, 2, 0.34));
}
END_TEST

START_TEST(the_share_that_may_fail_is_exact)
{
    for (int64_t i = 1; i <= 10; i++)
        newest_add(&newest, i, i <= 5);
    ck_assert(newest_went_well(&newest, 0, 10, 0.5));
    newest.seen[0].failed = true;
    ck_assert(!newest_went_well(&newest, 0, 10, 0.5));
}
END_TEST

/* Against an array that keeps all of them. */
START_TEST(the_newest_are_kept_in_whatever_order_they_come)
{
    bool failed[1000];
    int64_t order[1000];

    srandom(4711U + (unsigned)_i);
    for (int i = 0; i < 1000; i++) {
        int at = (int)(random() % (i + 1));

        order[i] = order[at];
        order[at] = i;
        failed[i] = random() % 2 == 0;
    }
    for (int i = 0; i < 1000; i++)
        newest_add(&newest, order[i] + 1, failed[order[i]]);
    ck_assert_uint_eq(newest.count, NEWEST_MAX);
    for (int i = 0; i < NEWEST_MAX; i++) {
        ck_assert_int_eq(newest.seen[i].at_ns, 1000 - i);
        ck_assert(newest.seen[i].failed == failed[999 - i]);
    }
}
END_TEST

START_TEST(those_of_one_moment_are_all_kept)
{
    for (int i = 0; i < 2 * NEWEST_MAX; i++)
        newest_add(&newest, 5, false);
    ck_assert(newest_went_well(&newest, 4, NEWEST_MAX, 0));
    ck_assert(!newest_went_well(&newest, 5, 1, 0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("newest");
    TCase *tc = tcase_create("newest");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, nothing_says_nothing);
    tcase_add_test(tc, only_what_was_made_later_counts);
    tcase_add_test(tc, the_share_that_may_fail_is_exact);
    tcase_add_loop_test(tc, the_newest_are_kept_in_whatever_order_they_come, 0,
                        10);
    tcase_add_test(tc, those_of_one_moment_are_all_kept);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
