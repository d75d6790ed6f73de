/* SPDX-License-Identifier: MIT */
/* test_buckets.c - how often somebody may ask, in memory of a fixed size. */
#include "plugins/llm_listen/api/buckets.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static const struct bucket_rule two_a_second = {2, 4};

static struct buckets *buckets;
static struct llmreg_now now;

static void setup(void)
{
    ck_assert_int_eq(buckets_new(&buckets, 64), LLMREG_OK);
    now = (struct llmreg_now){.mono_ns = 1000 * LLMREG_NS_PER_S};
}

static void teardown(void)
{
    buckets_free(buckets);
}

static unsigned take(const char *key)
{
    return buckets_take(buckets, key, &two_a_second, &now);
}

START_TEST(a_burst_passes_and_then_it_is_the_rate)
{
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(take("a"), 0);
    ck_assert_uint_eq(take("a"), 1);
    now.mono_ns += LLMREG_NS_PER_S / 2;
    ck_assert_uint_eq(take("a"), 0);
    ck_assert_uint_eq(take("a"), 1);
    now.mono_ns += LLMREG_NS_PER_S;
    ck_assert_uint_eq(take("a"), 0);
    ck_assert_uint_eq(take("a"), 0);
    ck_assert_uint_eq(take("a"), 1);
}
END_TEST

START_TEST(over_a_long_time_exactly_the_rate_passes)
{
    unsigned passed = 0;

    for (int i = 0; i < 10000; i++) {
        now.mono_ns += LLMREG_NS_PER_S / 100;
        passed += take("a") == 0;
    }
    ck_assert_uint_ge(passed, 200);
    ck_assert_uint_le(passed, 204);
}
END_TEST

START_TEST(one_that_was_away_has_no_more_than_its_burst)
{
    now.mono_ns += 3600 * LLMREG_NS_PER_S;
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(take("a"), 0);
    ck_assert_uint_gt(take("a"), 0);
}
END_TEST

START_TEST(who_is_refused_waits_no_longer_for_it)
{
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(take("a"), 0);
    for (int i = 0; i < 1000; i++)
        ck_assert_uint_eq(take("a"), 1);
    now.mono_ns += LLMREG_NS_PER_S / 2;
    ck_assert_uint_eq(take("a"), 0);
}
END_TEST

START_TEST(the_wait_is_how_long_it_takes)
{
    const struct bucket_rule slow = {0.1, 1};

    ck_assert_uint_eq(buckets_take(buckets, "a", &slow, &now), 0);
    ck_assert_uint_eq(buckets_take(buckets, "a", &slow, &now), 10);
    now.mono_ns += 3 * LLMREG_NS_PER_S;
    ck_assert_uint_eq(buckets_take(buckets, "a", &slow, &now), 7);
}
END_TEST

START_TEST(others_are_not_held_up)
{
    while (take("a") == 0)
        continue;
    ck_assert_uint_eq(take("b"), 0);
}
END_TEST

START_TEST(without_a_rate_there_is_no_limit)
{
    const struct bucket_rule none = {0, 1};

    for (int i = 0; i < 1000; i++)
        ck_assert_uint_eq(buckets_take(buckets, "a", &none, &now), 0);
}
END_TEST

START_TEST(who_was_seen_longest_ago_gives_way)
{
    char key[32];
    unsigned again = 0;

    /* One that goes on asking keeps its place among very many. */
    while (take("me") == 0)
        continue;
    for (int i = 0; i < 100000; i++) {
        now.mono_ns += 1;
        snprintf(key, sizeof key, "k%d", i);
        ck_assert_uint_eq(take(key), 0);
        now.mono_ns += 1;
        again += take("me") == 0;
    }
    ck_assert_uint_eq(again, 0);
    /* One that does not is forgotten, and has a full bucket again. */
    for (int i = 0; i < 100000; i++) {
        now.mono_ns += 1;
        snprintf(key, sizeof key, "l%d", i);
        (void)take(key);
    }
    ck_assert_uint_eq(take("me"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("buckets");
    TCase *tc = tcase_create("buckets");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_burst_passes_and_then_it_is_the_rate);
    tcase_add_test(tc, over_a_long_time_exactly_the_rate_passes);
    tcase_add_test(tc, one_that_was_away_has_no_more_than_its_burst);
    tcase_add_test(tc, who_is_refused_waits_no_longer_for_it);
    tcase_add_test(tc, the_wait_is_how_long_it_takes);
    tcase_add_test(tc, others_are_not_held_up);
    tcase_add_test(tc, without_a_rate_there_is_no_limit);
    tcase_add_test(tc, who_was_seen_longest_ago_gives_way);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
