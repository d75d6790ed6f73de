/* SPDX-License-Identifier: MIT */
/* test_shrink.c - the shortest sequence that fails is found, however it
 * fails. */
#include "tests/support/shrink.h"

#include <check.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEPS 300

static uint64_t steps[STEPS];
static char why[SHRINK_WHY_SIZE];

static void setup(void)
{
    for (size_t i = 0; i < STEPS; i++)
        steps[i] = i;
}

static void teardown(void)
{
}

/* Where in the sequence, or count. */
static size_t place(const uint64_t *list, size_t count, uint64_t step)
{
    size_t i = 0;

    while (i < count && list[i] != step)
        i++;
    return i;
}

static bool has(const uint64_t *list, size_t count, uint64_t step)
{
    return place(list, count, step) < count;
}

/* 40 with 7 before it, and 299. */
static const char *three_together(const uint64_t *list, size_t count)
{
    return has(list, place(list, count, 40), 7) && has(list, count, 40) &&
                   has(list, count, 299)
               ? "40 after 7, and 299"
               : NULL;
}

static const char *one_crashes(const uint64_t *list, size_t count)
{
    if (has(list, count, 123))
        (void)raise(SIGSEGV);
    return NULL;
}

static const char *one_ends_the_process(const uint64_t *list, size_t count)
{
    if (has(list, count, 123))
        _exit(9);
    return NULL;
}

static const char *one_waits_for_ever(const uint64_t *list, size_t count)
{
    while (has(list, count, 298))
        (void)pause();
    return NULL;
}

static const char *never(const uint64_t *list, size_t count)
{
    (void)list;
    (void)count;
    return NULL;
}

static const char *always(const uint64_t *list, size_t count)
{
    (void)list;
    (void)count;
    return "always";
}

static void say(uint64_t step, char *out, size_t size)
{
    (void)snprintf(out, size, "step %u", (unsigned)step);
}

static struct shrink shrink(const char *(*play)(const uint64_t *, size_t))
{
    return (struct shrink){.name = "x", .play = play, .show = say};
}

START_TEST(nothing_is_left_but_what_fails)
{
    const struct shrink s = shrink(three_together);

    ck_assert_uint_eq(shrink_find(&s, steps, STEPS, why), 3);
    ck_assert_str_eq(why, "40 after 7, and 299");
    ck_assert_uint_eq(steps[0], 7);
    ck_assert_uint_eq(steps[1], 40);
    ck_assert_uint_eq(steps[2], 299);
}
END_TEST

START_TEST(what_fails_without_a_step_is_empty_in_the_end)
{
    const struct shrink s = shrink(always);

    ck_assert_uint_eq(shrink_find(&s, steps, STEPS, why), 0);
    ck_assert_str_eq(why, "always");
}
END_TEST

START_TEST(what_holds_is_no_failure)
{
    const struct shrink s = shrink(never);

    ck_assert_uint_eq(shrink_find(&s, steps, STEPS, why), 0);
    ck_assert_uint_eq(steps[STEPS - 1], STEPS - 1);
}
END_TEST

START_TEST(a_crash_is_a_failure)
{
    const struct shrink s = shrink(one_crashes);

    ck_assert_uint_eq(shrink_find(&s, steps, STEPS, why), 1);
    ck_assert_uint_eq(steps[0], 123);
    ck_assert_ptr_nonnull(strstr(why, "ended "));
}
END_TEST

START_TEST(an_exit_is_a_failure)
{
    const struct shrink s = shrink(one_ends_the_process);

    ck_assert_uint_eq(shrink_find(&s, steps, STEPS, why), 1);
    ck_assert_str_eq(why, "ended with status 9");
}
END_TEST

/* The last two steps only, as each try that fails takes a second. */
START_TEST(a_dead_lock_is_a_failure)
{
    struct shrink s = shrink(one_waits_for_ever);

    s.seconds = 1;
    ck_assert_uint_eq(shrink_find(&s, steps + 298, 2, why), 1);
    ck_assert_uint_eq(steps[298], 298);
    ck_assert_ptr_nonnull(strstr(why, "ended by signal"));
}
END_TEST

START_TEST(a_check_that_holds_passes)
{
    struct shrink s = shrink(never);

    s.runs = 3;
    s.steps = 10;
    shrink_check(&s);
}
END_TEST

START_TEST(a_check_that_does_not_hold_fails_the_test)
{
    struct shrink s = shrink(always);

    s.runs = 3;
    s.steps = 10;
    shrink_check(&s);
    _exit(EXIT_SUCCESS); /* which is none of a test that must fail */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shrink");
    TCase *tc = tcase_create("shrink");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, nothing_is_left_but_what_fails);
    tcase_add_test(tc, what_fails_without_a_step_is_empty_in_the_end);
    tcase_add_test(tc, what_holds_is_no_failure);
    tcase_add_test(tc, a_crash_is_a_failure);
    tcase_add_test(tc, an_exit_is_a_failure);
    tcase_add_test(tc, a_dead_lock_is_a_failure);
    tcase_add_test(tc, a_check_that_holds_passes);
    tcase_add_exit_test(tc, a_check_that_does_not_hold_fails_the_test, 1);
    suite_add_tcase(suite, tc);
    SRunner *sr = srunner_create(suite);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
