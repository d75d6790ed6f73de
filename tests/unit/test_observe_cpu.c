/* SPDX-License-Identifier: MIT */
/* test_observe_cpu.c - how busy, from whatever the cpu plugin says. */
#include "plugins/llm_listen/observe_cpu.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T0       INT64_C(1795887900000)
#define INTERVAL 10000

static struct observe_cpu cpu;
static int64_t now_ms;

static void setup(void)
{
    memset(&cpu, 0, sizeof cpu);
    cpu.percent = (double)NAN;
    now_ms = T0;
}

static struct observe_value value(int core, const char *state, double n,
                                  enum observe_kind kind)
{
    static char instance[16];

    snprintf(instance, sizeof instance, "%d", core);
    return (struct observe_value){
        .host = "a",
        .plugin = "cpu",
        .plugin_instance = core < 0 ? "" : instance,
        .type = kind == OBSERVE_GAUGE ? "percent" : "cpu",
        .type_instance = state,
        .nvalues = 1,
        .values = {n},
        .kinds = {kind},
        .time_ms = now_ms,
        .interval_ms = INTERVAL,
    };
}

static void say(int core, const char *state, double n, enum observe_kind kind)
{
    const struct observe_value v = value(core, state, n, kind);

    ck_assert(observe_cpu_knows(&v));
    observe_cpu_take(&cpu, &v);
}

/* A pass of two processors with jiffies: user and idle of all together. */
static void jiffies(double user, double idle)
{
    say(0, "user", floor(user / 2), OBSERVE_DERIVE);
    say(1, "user", user - floor(user / 2), OBSERVE_DERIVE);
    say(0, "idle", floor(idle / 2), OBSERVE_DERIVE);
    say(1, "idle", idle - floor(idle / 2), OBSERVE_DERIVE);
}

static void pass(void)
{
    now_ms += INTERVAL;
}

START_TEST(the_first_pass_of_jiffies_says_nothing)
{
    jiffies(1000, 5000);
    ck_assert_double_nan(cpu.percent);
}
END_TEST

START_TEST(the_growth_of_all_that_is_not_idle_is_busy)
{
    jiffies(1000, 5000);
    pass();
    jiffies(1500, 6500);
    ck_assert_double_eq_tol(cpu.percent, 25, 1e-9);
    ck_assert_int_eq(cpu.time_ms, T0 + INTERVAL);
    pass();
    jiffies(2500, 6500);
    ck_assert_double_eq_tol(cpu.percent, 100, 1e-9);
    pass();
    jiffies(2500, 7500);
    ck_assert_double_eq_tol(cpu.percent, 0, 1e-9);
}
END_TEST

START_TEST(a_pass_ends_with_its_last_value_in_whatever_order)
{
    static const int orders[][4] = {
        {0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}};
    const int *order = orders[_i];

    jiffies(1000, 5000);
    pass();
    for (int i = 0; i < 4; i++) {
        ck_assert_double_nan(cpu.percent);
        now_ms += i % 2 == 0 ? 2 : -1; /* each has its own time */
        say(order[i] % 2, order[i] < 2 ? "user" : "idle",
            order[i] < 2 ? 600 : 2900, OBSERVE_DERIVE);
    }
    ck_assert_double_eq_tol(cpu.percent, 100 * 200.0 / 1000, 1e-9);
}
END_TEST

START_TEST(a_value_that_is_lost_costs_two_passes_and_no_more)
{
    jiffies(1000, 5000);
    pass();
    say(0, "user", 600, OBSERVE_DERIVE); /* the rest is lost */
    pass();
    jiffies(1500, 6500);
    ck_assert_double_nan(cpu.percent);
    pass();
    jiffies(2000, 8000);
    ck_assert_double_eq_tol(cpu.percent, 25, 1e-9);
}
END_TEST

START_TEST(what_was_said_too_early_is_taken_back)
{
    jiffies(1000, 5000);
    pass();
    jiffies(1500, 6500);
    pass();
    say(0, "user", 1000, OBSERVE_DERIVE);
    say(0, "idle", 3000, OBSERVE_DERIVE); /* the other's are lost */
    pass();
    say(0, "user", 1500, OBSERVE_DERIVE);
    say(0, "idle", 3000, OBSERVE_DERIVE);
    ck_assert_double_eq_tol(cpu.percent, 100, 1e-9); /* of one of two */
    say(1, "user", 1500, OBSERVE_DERIVE);
    ck_assert_double_eq_tol(cpu.percent, 25, 1e-9);
    ck_assert_int_eq(cpu.time_ms, T0 + INTERVAL);
    say(1, "idle", 3000, OBSERVE_DERIVE);
    ck_assert_double_eq_tol(cpu.percent, 25, 1e-9);
}
END_TEST

START_TEST(without_what_was_idle_nothing_is_said)
{
    say(0, "user", 100, OBSERVE_DERIVE);
    pass();
    say(0, "user", 200, OBSERVE_DERIVE);
    ck_assert_double_nan(cpu.percent);
}
END_TEST

START_TEST(what_comes_late_belongs_to_no_later_pass)
{
    jiffies(1000, 5000);
    pass();
    jiffies(1500, 6500);
    now_ms -= INTERVAL;
    say(0, "user", 12345, OBSERVE_DERIVE);
    now_ms += 2 * INTERVAL;
    jiffies(2500, 7500);
    ck_assert_double_eq_tol(cpu.percent, 50, 1e-9);
}
END_TEST

START_TEST(a_processor_that_comes_costs_one_pass)
{
    jiffies(1000, 5000);
    pass();
    jiffies(1500, 6500);
    pass();
    jiffies(2500, 7000);
    say(2, "user", 5, OBSERVE_DERIVE);
    say(2, "idle", 5, OBSERVE_DERIVE);
    pass();
    jiffies(2500, 8000);
    say(2, "user", 505, OBSERVE_DERIVE);
    say(2, "idle", 505, OBSERVE_DERIVE);
    ck_assert_double_eq_tol(cpu.percent, 25, 1e-9);
    ck_assert_int_eq(cpu.time_ms, now_ms);
}
END_TEST

START_TEST(a_machine_that_was_restarted_says_nothing_once)
{
    jiffies(100000, 500000);
    pass();
    jiffies(10, 20);
    ck_assert_double_nan(cpu.percent);
    pass();
    jiffies(310, 720);
    ck_assert_double_eq_tol(cpu.percent, 30, 1e-9);
}
END_TEST

START_TEST(counters_of_32_bits_wrap)
{
    const double near = 4294967296.0 - 100;

    say(0, "user", 1000, OBSERVE_COUNTER);
    say(0, "idle", near, OBSERVE_COUNTER);
    pass();
    say(0, "user", 1300, OBSERVE_COUNTER);
    say(0, "idle", 600, OBSERVE_COUNTER);
    ck_assert_double_eq_tol(cpu.percent, 30, 1e-9);
}
END_TEST

START_TEST(several_counters_may_wrap_at_once)
{
    const double near = 4294967296.0 - 100;

    for (int core = 0; core < 3; core++)
        say(core, "idle", near, OBSERVE_COUNTER);
    say(0, "user", 0, OBSERVE_COUNTER);
    pass();
    for (int core = 0; core < 3; core++)
        say(core, "idle", 400, OBSERVE_COUNTER);
    say(0, "user", 500, OBSERVE_COUNTER);
    ck_assert_double_eq_tol(cpu.percent, 25, 1e-9);
}
END_TEST

START_TEST(a_restart_is_no_wrap)
{
    say(0, "user", 2000000000, OBSERVE_COUNTER);
    say(0, "idle", 2000000000, OBSERVE_COUNTER);
    pass();
    say(0, "user", 10, OBSERVE_COUNTER);
    say(0, "idle", 10, OBSERVE_COUNTER);
    ck_assert_double_nan(cpu.percent);
}
END_TEST

START_TEST(wide_counters_and_derives_do_not_wrap_at_32_bits)
{
    const enum observe_kind kinds[] = {OBSERVE_COUNTER, OBSERVE_DERIVE};
    const double from[] = {4294967296.0 + 100, 4294967296.0 - 100};

    say(0, "user", 1000, kinds[_i]);
    say(0, "idle", from[_i], kinds[_i]);
    pass();
    say(0, "user", 1300, kinds[_i]);
    say(0, "idle", 600, kinds[_i]);
    ck_assert_double_nan(cpu.percent);
}
END_TEST

START_TEST(more_than_processors_can_work_says_nothing)
{
    jiffies(0, 0);
    pass();
    jiffies(1e9, 1e9);
    ck_assert_double_nan(cpu.percent);
}
END_TEST

START_TEST(rates_need_no_pass_before)
{
    say(0, "user", 9.5, OBSERVE_DERIVE);
    say(0, "idle", 90.25, OBSERVE_DERIVE);
    say(1, "user", 50, OBSERVE_DERIVE);
    say(1, "idle", 50, OBSERVE_DERIVE);
    pass();
    say(0, "user", 0, OBSERVE_DERIVE); /* ends the one before */
    ck_assert_double_eq_tol(cpu.percent, 100 * 59.5 / 199.75, 1e-9);
    ck_assert_int_eq(cpu.time_ms, T0);
    say(0, "idle", 99.5, OBSERVE_DERIVE);
    say(1, "user", 0, OBSERVE_DERIVE);
    say(1, "idle", 100, OBSERVE_DERIVE);
    ck_assert_double_eq_tol(cpu.percent, 0, 1e-9);
}
END_TEST

START_TEST(rates_are_no_base_for_jiffies)
{
    say(0, "user", 9.5, OBSERVE_DERIVE);
    say(0, "idle", 90.25, OBSERVE_DERIVE);
    pass();
    say(0, "user", 300, OBSERVE_DERIVE);
    say(0, "idle", 700, OBSERVE_DERIVE);
    ck_assert_double_eq_tol(cpu.percent, 100 * 9.5 / 99.75, 1e-9);
    pass();
    say(0, "user", 600, OBSERVE_DERIVE);
    say(0, "idle", 1000, OBSERVE_DERIVE);
    ck_assert_double_eq_tol(cpu.percent, 50, 1e-9);
}
END_TEST

START_TEST(percents_are_averaged_over_processors)
{
    for (int i = 0; i < 2; i++) {
        say(0, "idle", 80, OBSERVE_GAUGE);
        say(1, "idle", 40, OBSERVE_GAUGE);
        if (i == 0)
            pass();
    }
    ck_assert_double_eq_tol(cpu.percent, 40, 1e-9);
    ck_assert_int_eq(cpu.time_ms, now_ms);
}
END_TEST

START_TEST(all_of_the_machine_in_one_value_is_enough)
{
    say(-1, "active", 89.25, OBSERVE_GAUGE);
    pass();
    say(-1, "active", 12.5, OBSERVE_GAUGE);
    ck_assert_double_eq_tol(cpu.percent, 12.5, 1e-9);
    pass();
    say(-1, "active", 100.00001, OBSERVE_GAUGE);
    ck_assert_double_eq(cpu.percent, 100);
}
END_TEST

START_TEST(a_clock_that_was_set_back_costs_a_pass)
{
    jiffies(1000, 5000);
    pass();
    jiffies(1500, 6500);
    now_ms -= 3600000;
    jiffies(2000, 7000);
    pass();
    jiffies(2900, 7100);
    ck_assert_double_eq_tol(cpu.percent, 90, 1e-9);
}
END_TEST

START_TEST(after_a_long_silence_the_average_of_it_is_not_told)
{
    jiffies(1000, 5000);
    now_ms += 11 * INTERVAL;
    jiffies(1500, 6500);
    ck_assert_double_nan(cpu.percent);
}
END_TEST

static const struct {
    const char *type, *state;
    enum observe_kind kind;
    size_t nvalues;
    double n;
} unknown[] = {
    {"percent", "user", OBSERVE_GAUGE, 1, 5},
    {"percent", "", OBSERVE_GAUGE, 1, 5},
    {"percent", "idle", OBSERVE_DERIVE, 1, 5},
    {"count", "", OBSERVE_GAUGE, 1, 5},
    {"cpu", "", OBSERVE_DERIVE, 1, 5},
    {"cpu", "user", OBSERVE_DERIVE, 2, 5},
    {"cpu", "user", OBSERVE_DERIVE, 1, -1},
    {"cpu", "user", OBSERVE_DERIVE, 1, (double)NAN},
    {"cpu", "user", OBSERVE_DERIVE, 1, (double)INFINITY},
};

START_TEST(nothing_else_is_known)
{
    struct observe_value v =
        value(0, unknown[_i].state, unknown[_i].n, unknown[_i].kind);

    v.type = unknown[_i].type;
    v.nvalues = unknown[_i].nvalues;
    ck_assert(!observe_cpu_knows(&v));
}
END_TEST

/* Sums of hashes of many small names must tell pairs apart. */
START_TEST(pairs_that_were_swapped_are_another_set)
{
    say(0, "user", 100, OBSERVE_DERIVE);
    say(1, "idle", 100, OBSERVE_DERIVE);
    pass();
    say(1, "user", 200, OBSERVE_DERIVE);
    say(0, "idle", 200, OBSERVE_DERIVE);
    ck_assert_double_nan(cpu.percent);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, the_first_pass_of_jiffies_says_nothing);
    tcase_add_test(tc, the_growth_of_all_that_is_not_idle_is_busy);
    tcase_add_loop_test(tc, a_pass_ends_with_its_last_value_in_whatever_order,
                        0, 4);
    tcase_add_test(tc, a_value_that_is_lost_costs_two_passes_and_no_more);
    tcase_add_test(tc, what_was_said_too_early_is_taken_back);
    tcase_add_test(tc, without_what_was_idle_nothing_is_said);
    tcase_add_test(tc, what_comes_late_belongs_to_no_later_pass);
    tcase_add_test(tc, a_processor_that_comes_costs_one_pass);
    tcase_add_test(tc, a_machine_that_was_restarted_says_nothing_once);
    tcase_add_test(tc, counters_of_32_bits_wrap);
    tcase_add_test(tc, several_counters_may_wrap_at_once);
    tcase_add_test(tc, a_restart_is_no_wrap);
    tcase_add_loop_test(tc, wide_counters_and_derives_do_not_wrap_at_32_bits, 0,
                        2);
    tcase_add_test(tc, more_than_processors_can_work_says_nothing);
    tcase_add_test(tc, rates_need_no_pass_before);
    tcase_add_test(tc, rates_are_no_base_for_jiffies);
    tcase_add_test(tc, percents_are_averaged_over_processors);
    tcase_add_test(tc, all_of_the_machine_in_one_value_is_enough);
    tcase_add_test(tc, a_clock_that_was_set_back_costs_a_pass);
    tcase_add_test(tc, after_a_long_silence_the_average_of_it_is_not_told);
    tcase_add_loop_test(tc, nothing_else_is_known, 0,
                        (int)(sizeof unknown / sizeof unknown[0]));
    tcase_add_test(tc, pairs_that_were_swapped_are_another_set);
}

int main(void)
{
    Suite *suite = suite_create("observe_cpu");
    TCase *tc = tcase_create("observe_cpu");

    tcase_add_checked_fixture(tc, setup, NULL);
    add_tests(tc);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
