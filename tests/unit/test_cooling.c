/* SPDX-License-Identifier: MIT */
/* test_cooling.c - who stays out, and for how long. */
#include "plugins/llm_listen/api/cooling.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define S LLMREG_NS_PER_S

static struct cooling c;

static void setup(void)
{
    c = (struct cooling){.items = {{.times = 0}}};
}

START_TEST(each_time_is_longer_up_to_five_minutes)
{
    int64_t now = 1000 * S;
    const int left[] = {30, 60, 300, 300};

    ck_assert_int_eq(cooling_left(&c, "a", now), 0);
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        cooling_add(&c, "a", now);
        ck_assert_int_eq(cooling_left(&c, "a", now), left[i]);
        ck_assert_int_eq(cooling_left(&c, "a", now + left[i] * S - 1), 1);
        ck_assert_int_eq(cooling_left(&c, "a", now + left[i] * S), 0);
        ck_assert_int_eq(cooling_left(&c, "b", now), 0);
        now += left[i] * S;
    }
}
END_TEST

START_TEST(after_ten_minutes_it_is_forgotten)
{
    cooling_add(&c, "a", S);
    cooling_add(&c, "a", S);
    cooling_add(&c, "a", S + COOLING_MEMORY_NS);
    ck_assert_int_eq(cooling_left(&c, "a", S + COOLING_MEMORY_NS), 30);
}
END_TEST

START_TEST(of_too_many_the_oldest_are_forgotten)
{
    char id[16];

    for (int i = 0; i < COOLING_MAX + 1; i++) {
        snprintf(id, sizeof id, "%d", i);
        cooling_add(&c, id, i);
    }
    ck_assert_int_eq(cooling_left(&c, "0", COOLING_MAX), 0);
    ck_assert_int_eq(cooling_left(&c, "1", COOLING_MAX), 30);
    ck_assert_int_eq(cooling_left(&c, "64", COOLING_MAX), 30);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("cooling");
    TCase *t = tcase_create("cooling");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, each_time_is_longer_up_to_five_minutes);
    tcase_add_test(t, after_ten_minutes_it_is_forgotten);
    tcase_add_test(t, of_too_many_the_oldest_are_forgotten);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
