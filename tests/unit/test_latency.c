/* SPDX-License-Identifier: MIT */
/* test_latency.c - the moving average of latencies. */
#include <llmreg/latency.h>

#include <check.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* The average after n times the same sample. */
static double after(double average, double sample, int n)
{
    while (n-- > 0)
        average = llmreg_latency_next(average, sample);
    return average;
}

START_TEST(the_first_sample_sets_it)
{
    ck_assert_double_eq(llmreg_latency_next((double)NAN, 7000), 7000);
    ck_assert_double_eq(llmreg_latency_next((double)NAN, 0), 0);
}
END_TEST

START_TEST(each_further_sample_moves_it_by_a_fifth)
{
    ck_assert_double_eq_tol(llmreg_latency_next(100, 200), 120, 1e-9);
    ck_assert_double_eq_tol(llmreg_latency_next(100, 0), 80, 1e-9);
    ck_assert_double_eq(LLMREG_LATENCY_WEIGHT, 0.2);
}
END_TEST

/* E4: in cut-off whole numbers 1 and then 1000 times 5 stayed 1, and 1000
 * times 100 ended at 96. */
START_TEST(it_converges_up)
{
    ck_assert_double_eq_tol(after(1, 5, 1000), 5, 1e-9);
    ck_assert_double_eq_tol(after(1, 100, 1000), 100, 1e-9);
    ck_assert_double_eq_tol(after(0, 1, 1000), 1, 1e-9);
}
END_TEST

START_TEST(it_converges_down)
{
    ck_assert_double_eq_tol(after(100, 1, 1000), 1, 1e-9);
    ck_assert_double_lt(after(7000, 0, 1000), 1e-9);
}
END_TEST

/* E4: 0 could not be told from "no sample": one of 7000 set the average. */
START_TEST(zero_is_a_sample_like_any_other)
{
    ck_assert_double_eq_tol(
        llmreg_latency_next(after((double)NAN, 0, 10), 7000), 1400, 1e-9);
}
END_TEST

/* E4: four times the average overflowed. */
START_TEST(the_largest_samples_are_averaged_too)
{
    double most = (double)INT64_MAX;

    ck_assert_double_eq(after((double)NAN, most, 1000), most);
    ck_assert_double_eq_tol(llmreg_latency_next(0, most) / most, 0.2, 1e-9);
    ck_assert(isfinite(after(most, 0, 3)));
}
END_TEST

START_TEST(it_stays_within_what_was_sampled)
{
    const char *given = getenv("LLMREG_SEED");
    uint64_t state =
        given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

    (void)printf("seed: LLMREG_SEED=%llu\n", (unsigned long long)state);
    for (int run = 0; run < 200; run++) {
        double low = (double)INFINITY, high = -(double)INFINITY,
               average = (double)NAN;
        for (int n = 0; n < 500; n++) {
            state = state * UINT64_C(6364136223846793005) + 1;
            double sample = (double)(state >> (state >> 58));
            low = fmin(low, sample);
            high = fmax(high, sample);
            average = llmreg_latency_next(average, sample);
            ck_assert_double_ge(average, low);
            ck_assert_double_le(average, high);
        }
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("latency");
    TCase *t = tcase_create("latency");

    tcase_add_test(t, the_first_sample_sets_it);
    tcase_add_test(t, each_further_sample_moves_it_by_a_fifth);
    tcase_add_test(t, it_converges_up);
    tcase_add_test(t, it_converges_down);
    tcase_add_test(t, zero_is_a_sample_like_any_other);
    tcase_add_test(t, the_largest_samples_are_averaged_too);
    tcase_add_test(t, it_stays_within_what_was_sampled);
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
