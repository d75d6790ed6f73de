/* SPDX-License-Identifier: MIT */
/* test_pace.c - every series exactly once an interval, whatever the calls'
 * times. */
#include "plugins/llm_probe/pace.h"

#include <check.h>
#include <stdlib.h>

#include <llmreg/clock.h>

#define S LLMREG_NS_PER_S

START_TEST(the_place_is_one_second_after_the_probe)
{
    ck_assert_int_eq(pace_place(3 * S, 10 * S), 4 * S);
    ck_assert_int_eq(pace_place(9 * S + 5, 10 * S), 5);
    ck_assert_int_eq(pace_place(S / 2, S), S / 2);
}
END_TEST

START_TEST(a_place_is_hit_by_the_call_that_reaches_it)
{
    ck_assert(!pace_hit(4 * S, 10 * S, 12 * S, 13 * S));
    ck_assert(pace_hit(4 * S, 10 * S, 13 * S, 14 * S));
    ck_assert(!pace_hit(4 * S, 10 * S, 14 * S, 15 * S));
}
END_TEST

/* Calls about once a second, never exactly. */
START_TEST(each_place_is_hit_once_an_interval)
{
    const int64_t interval = (_i + 2) * S;
    unsigned seed = (unsigned)_i + 1;

    for (int64_t place = 0; place < interval; place += interval / 7) {
        int64_t last = 1000 * interval;
        const int64_t begin = last;
        int64_t hits = 0;

        while (last < begin + 500 * interval) {
            int64_t now = last + S - 1000000 + rand_r(&seed) % 2000000;

            hits += pace_hit(place, interval, last, now);
            last = now;
        }
        ck_assert_int_ge(hits, 499);
        ck_assert_int_le(hits, 501);
    }
}
END_TEST

START_TEST(over_a_gap_it_is_hit_once)
{
    ck_assert(pace_hit(4 * S, 10 * S, 13 * S, 913 * S));
    ck_assert(!pace_hit(4 * S, 10 * S, 913 * S, 913 * S));
}
END_TEST

START_TEST(before_time_zero_it_counts_the_same)
{
    ck_assert(pace_hit(4 * S, 10 * S, -7 * S, -6 * S));
    ck_assert(!pace_hit(4 * S, 10 * S, -6 * S, 3 * S));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pace");
    TCase *t = tcase_create("pace");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_test(t, the_place_is_one_second_after_the_probe);
    tcase_add_test(t, a_place_is_hit_by_the_call_that_reaches_it);
    tcase_add_loop_test(t, each_place_is_hit_once_an_interval, 0, 30);
    tcase_add_test(t, over_a_gap_it_is_hit_once);
    tcase_add_test(t, before_time_zero_it_counts_the_same);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
