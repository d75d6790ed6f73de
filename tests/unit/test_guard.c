/* SPDX-License-Identifier: MIT */
/* test_guard.c - when single alerts are held, and that none is for ever. */
#include "common/service/guard.h"

#include <check.h>
#include <stdlib.h>

#define INTERVAL_NS (30 * LLMREG_NS_PER_S)
#define HOLD_NS     (INTERVAL_NS + INTERVAL_NS / 4)
#define SHARE       0.5

static struct guard guard;
static const struct guard_rule rule = {GUARD_ABOVE, SHARE};
static struct llmreg_now now;

static void setup(void)
{
    guard = (struct guard){0};
    now = (struct llmreg_now){.mono_ns = LLMREG_NS_PER_S, .wall_ms = 1000};
}

static void see(size_t total, size_t up, size_t failing)
{
    const struct guard_count seen = {.total = total,
                                     .up = up,
                                     .failing = failing,
                                     .longest_ns = INTERVAL_NS};

    guard_step(&guard, &seen, &rule, &now, &guard);
}

static void pass(int64_t ns)
{
    now.mono_ns += ns;
    now.wall_ms += ns / LLMREG_NS_PER_MS;
}

START_TEST(nothing_is_held_while_all_is_well)
{
    see(24, 24, 0);
    ck_assert(!guard_holds(&guard));
    ck_assert(!guard_is_raised(&guard));
    ck_assert_int_eq(guard_due(&guard), INT64_MAX);
}
END_TEST

START_TEST(when_most_fail_at_once_it_is_raised_and_holds)
{
    see(24, 4, 20);
    ck_assert(guard_holds(&guard));
    ck_assert(guard_is_raised(&guard));
    ck_assert_int_eq(guard_due(&guard), now.mono_ns + HOLD_NS);
    ck_assert_int_eq(guard.began_ms, 1000);
    ck_assert_uint_eq(guard.were_up, 24);
}
END_TEST

/* More than ten, and more than half of those that were up. */
static const struct {
    size_t total, up, failing;
    bool holds;
} sizes[] = {
    {20, 9, 11, true},          {20, 10, 10, false},    {10, 0, 10, false},
    {11, 0, 11, true},          {22, 11, 11, false},    {23, 11, 12, true},
    {1000, 600, 400, false},    {1000, 499, 501, true}, {0, 0, 0, false},
    {1000, 4, 12, true},        {1000, 12, 12, false},  {1000, 0, 3, false},
    {20000, 9999, 10001, true},
};

START_TEST(more_than_ten_and_more_than_half_of_what_was_up_must_fail)
{
    see(sizes[_i].total, sizes[_i].up, sizes[_i].failing);
    ck_assert(guard_holds(&guard) == sizes[_i].holds);
}
END_TEST

START_TEST(at_the_start_nothing_was_up_and_nothing_is_held)
{
    see(100, 0, 0); /* no verdict yet, or down from the first one on */
    ck_assert(!guard_holds(&guard));
}
END_TEST

START_TEST(a_fleet_of_dead_endpoints_does_not_hide_the_living)
{
    see(1000, 1, 19); /* 980 are down for long */
    ck_assert(guard_holds(&guard));
}
END_TEST

START_TEST(the_share_is_an_option_that_has_effect)
{
    const struct guard_count seen = {
        .total = 100, .up = 70, .failing = 30, .longest_ns = INTERVAL_NS};
    struct guard g = {0};

    const struct guard_rule half = {GUARD_ABOVE, 0.5};
    const struct guard_rule quarter = {GUARD_ABOVE, 0.25};

    guard_step(&g, &seen, &half, &now, &g);
    ck_assert(!guard_holds(&g));
    guard_step(&g, &seen, &quarter, &now, &g);
    ck_assert(guard_holds(&g));
}
END_TEST

START_TEST(how_many_must_fail_is_an_option_that_has_effect)
{
    const struct guard_count seen = {
        .total = 6, .up = 2, .failing = 4, .longest_ns = INTERVAL_NS};
    const struct guard_rule four = {4, SHARE}, three = {3, SHARE};
    struct guard g = {0};

    guard_step(&g, &seen, &four, &now, &g);
    ck_assert(!guard_holds(&g));
    guard_step(&g, &seen, &three, &now, &g);
    ck_assert(guard_holds(&g));
}
END_TEST

START_TEST(what_is_still_so_after_one_interval_is_let_go)
{
    see(24, 0, 24);
    pass(HOLD_NS - 1);
    see(24, 0, 0); /* by now they are down, and failing for long */
    ck_assert(guard_holds(&guard));
    pass(1);
    see(24, 0, 0);
    ck_assert(!guard_holds(&guard));
    ck_assert(guard_is_raised(&guard));
    ck_assert_int_eq(guard_due(&guard), INT64_MAX);
}
END_TEST

START_TEST(when_most_are_back_it_is_cleared_but_the_rest_may_still_come)
{
    see(24, 0, 24);
    pass(INTERVAL_NS / 2);
    see(24, 12, 12);
    ck_assert(!guard_is_raised(&guard));
    ck_assert(guard_holds(&guard));
    pass(HOLD_NS);
    see(24, 24, 0);
    ck_assert(!guard_holds(&guard));
    ck_assert_int_eq(guard.phase, GUARD_QUIET);
}
END_TEST

START_TEST(fewer_than_half_back_is_not_back)
{
    see(24, 0, 24);
    pass(INTERVAL_NS / 2);
    see(24, 11, 13);
    ck_assert(guard_is_raised(&guard));
}
END_TEST

START_TEST(once_let_go_it_is_cleared_when_most_are_back)
{
    see(24, 0, 24);
    pass(HOLD_NS);
    see(24, 0, 0);
    pass(100 * INTERVAL_NS);
    see(24, 0, 0);
    ck_assert(guard_is_raised(&guard));
    see(24, 13, 0);
    ck_assert(!guard_is_raised(&guard));
    ck_assert(!guard_holds(&guard));
}
END_TEST

START_TEST(what_is_removed_meanwhile_need_not_come_back)
{
    see(24, 0, 24);
    pass(HOLD_NS);
    see(24, 0, 0);
    see(4, 2, 0);
    ck_assert(!guard_is_raised(&guard));
}
END_TEST

START_TEST(failing_again_while_it_settles_holds_on)
{
    see(24, 0, 24);
    pass(INTERVAL_NS / 2);
    see(24, 20, 4);
    pass(INTERVAL_NS / 2);
    see(24, 2, 22);
    ck_assert(guard_is_raised(&guard));
    ck_assert(guard_holds(&guard));
}
END_TEST

/* A network that comes and goes for ever: what died alone meanwhile is told
 * after three holds. */
START_TEST(nothing_is_held_for_longer_than_three_holds)
{
    int64_t began = now.mono_ns;

    see(24, 0, 24);
    for (int i = 0; guard_holds(&guard); i++) {
        pass(INTERVAL_NS / 3);
        ck_assert_int_le(now.mono_ns - began, 3 * HOLD_NS + INTERVAL_NS / 3);
        see(24, i % 2 == 0 ? 24 : 0, i % 2 == 0 ? 0 : 24);
    }
    ck_assert_int_ge(now.mono_ns - began, HOLD_NS);
}
END_TEST

START_TEST(the_longest_interval_of_those_that_fail_counts_up_to_five_minutes)
{
    struct guard_count seen = {.total = 24, .failing = 24};

    seen.longest_ns = 80 * LLMREG_NS_PER_S;
    guard_step(&guard, &seen, &rule, &now, &guard);
    ck_assert_int_eq(guard.hold_ns, 100 * LLMREG_NS_PER_S);
    setup();
    seen.longest_ns = 3600 * LLMREG_NS_PER_S;
    guard_step(&guard, &seen, &rule, &now, &guard);
    ck_assert_int_eq(guard.hold_ns, GUARD_HOLD_MAX_NS);
}
END_TEST

START_TEST(it_tells_how_many_failed_at_most)
{
    see(24, 10, 14);
    see(24, 2, 22);
    see(24, 2, 15);
    ck_assert_uint_eq(guard.failed, 22);
}
END_TEST

START_TEST(the_wall_clock_changes_nothing)
{
    see(24, 0, 24);
    now.wall_ms += 3600000;
    see(24, 0, 24);
    ck_assert(guard_holds(&guard));
    now.wall_ms -= 7200000;
    pass(HOLD_NS);
    see(24, 0, 0);
    ck_assert(!guard_holds(&guard));
}
END_TEST

/* Any sequence of counts: it holds for three holds at most, and when all are
 * up for long it is quiet. */
START_TEST(random_counts_never_hold_for_ever)
{
    const char *given = getenv("LLMREG_SEED");
    unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10)
                                  : 4711U + (unsigned)_i;
    int64_t held_since = 0;

    srandom(seed);
    for (int i = 0; i < 5000; i++) {
        size_t up = (size_t)random() % 50, failing = (size_t)random() % 50;

        see(up + failing + (size_t)random() % 20, up, failing);
        if (guard.phase == GUARD_HOLDING && held_since == 0)
            held_since = guard.began_ns;
        if (!guard_holds(&guard))
            held_since = 0;
        ck_assert_msg(held_since == 0 ||
                          now.mono_ns < guard.began_ns + 3 * HOLD_NS,
                      "seed %u, step %d", seed, i);
        pass(random() % INTERVAL_NS);
    }
    for (int i = 0; i < 3; i++) {
        pass(2 * HOLD_NS);
        see(50, 50, 0);
    }
    ck_assert_msg(guard.phase == GUARD_QUIET, "seed %u", seed);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("guard");
    TCase *tc = tcase_create("guard");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, nothing_is_held_while_all_is_well);
    tcase_add_test(tc, when_most_fail_at_once_it_is_raised_and_holds);
    tcase_add_loop_test(
        tc, more_than_ten_and_more_than_half_of_what_was_up_must_fail, 0,
        sizeof sizes / sizeof sizes[0]);
    tcase_add_test(tc, at_the_start_nothing_was_up_and_nothing_is_held);
    tcase_add_test(tc, a_fleet_of_dead_endpoints_does_not_hide_the_living);
    tcase_add_test(tc, the_share_is_an_option_that_has_effect);
    tcase_add_test(tc, how_many_must_fail_is_an_option_that_has_effect);
    tcase_add_test(tc, what_is_still_so_after_one_interval_is_let_go);
    tcase_add_test(
        tc, when_most_are_back_it_is_cleared_but_the_rest_may_still_come);
    tcase_add_test(tc, fewer_than_half_back_is_not_back);
    tcase_add_test(tc, once_let_go_it_is_cleared_when_most_are_back);
    tcase_add_test(tc, what_is_removed_meanwhile_need_not_come_back);
    tcase_add_test(tc, failing_again_while_it_settles_holds_on);
    tcase_add_test(tc, nothing_is_held_for_longer_than_three_holds);
    tcase_add_test(
        tc, the_longest_interval_of_those_that_fail_counts_up_to_five_minutes);
    tcase_add_test(tc, it_tells_how_many_failed_at_most);
    tcase_add_test(tc, the_wall_clock_changes_nothing);
    tcase_add_loop_test(tc, random_counts_never_hold_for_ever, 0, 10);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
