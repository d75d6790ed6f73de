/* SPDX-License-Identifier: MIT */
/* test_phase.c - places are fixed, in range and evenly spread. */
#include <llmreg/health.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define IDS     10000
#define BUCKETS 100

static const int64_t interval = 30 * LLMREG_NS_PER_S;

START_TEST(a_place_is_always_the_same)
{
    ck_assert_int_eq(llmreg_phase("gpu1.example:11434", interval),
                     llmreg_phase("gpu1.example:11434", interval));
    ck_assert_int_ne(llmreg_phase("gpu1.example:11434", interval),
                     llmreg_phase("gpu2.example:11434", interval));
}
END_TEST

static const int64_t intervals[] = {1, 2, 3, 1000, 30000000000, INT64_MAX};

START_TEST(a_place_lies_in_the_interval)
{
    for (int i = 0; i < 1000; i++) {
        char id[32];
        snprintf(id, sizeof id, "host%d:80", i);
        int64_t place = llmreg_phase(id, intervals[_i]);
        ck_assert(place >= 0 && place < intervals[_i]);
    }
}
END_TEST

START_TEST(no_interval_has_the_place_0)
{
    ck_assert_int_eq(llmreg_phase("a:1", 0), 0);
    ck_assert_int_eq(llmreg_phase("a:1", -5), 0);
}
END_TEST

/* Ids as real fleets have them: alike in all but a few digits. */
static void make_id(char out[static 64], int pattern, int i)
{
    int a = i / 100, b = i % 100;

    if (pattern == 0)
        snprintf(out, 64, "10.0.%d.%d:11434", a, b);
    else if (pattern == 1)
        snprintf(out, 64, "gpu%05d.example:8000", i);
    else if (pattern == 2)
        snprintf(out, 64, "127.%d.0.%d:11434/v1", a, b);
    else
        snprintf(out, 64, "[2001:db8::%x:%x]:80", a, b);
}

/* Chi square with 99 degrees of freedom: over 149 once in 1,000 fair draws. */
START_TEST(places_are_evenly_spread)
{
    int count[BUCKETS] = {0};
    double chi = 0, expected = (double)IDS / BUCKETS;

    for (int i = 0; i < IDS; i++) {
        char id[64];
        make_id(id, _i, i);
        count[llmreg_phase(id, interval) / (interval / BUCKETS)]++;
    }
    for (int i = 0; i < BUCKETS; i++)
        chi += (count[i] - expected) * (count[i] - expected) / expected;
    ck_assert_msg(chi < 149, "chi square %.1f", chi);
}
END_TEST

START_TEST(the_next_place_is_after_a_time_and_not_at_it)
{
    ck_assert_int_eq(llmreg_phase_next(3, 10, 0), 3);
    ck_assert_int_eq(llmreg_phase_next(3, 10, 2), 3);
    ck_assert_int_eq(llmreg_phase_next(3, 10, 3), 13);
    ck_assert_int_eq(llmreg_phase_next(3, 10, 100), 103);
    ck_assert_int_eq(llmreg_phase_next(3, 10, -8), -7);
    ck_assert_int_eq(llmreg_phase_next(3, 10, -7), 3);
    ck_assert_int_eq(llmreg_phase_next(0, 1, 5), 6);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("phase");
    TCase *tc = tcase_create("phase");

    tcase_add_test(tc, a_place_is_always_the_same);
    tcase_add_loop_test(tc, a_place_lies_in_the_interval, 0, 6);
    tcase_add_test(tc, no_interval_has_the_place_0);
    tcase_add_loop_test(tc, places_are_evenly_spread, 0, 4);
    tcase_add_test(tc, the_next_place_is_after_a_time_and_not_at_it);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
