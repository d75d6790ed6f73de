/* SPDX-License-Identifier: MIT */
/* test_lines.c - who may start: slots, look-ups, and the hung in their
 * quarter. */
#include "plugins/llm_probe/lines.h"

#include <check.h>
#include <stdlib.h>

#define MANY 300

static struct lines lines;
static struct line_item items[MANY];

static void open_lines(size_t slots)
{
    lines_init(&lines, slots);
    for (size_t i = 0; i < MANY; i++)
        items[i] = (struct line_item){.named = false};
}

static size_t start_all(void)
{
    size_t n = 0;

    while (lines_next(&lines) != NULL)
        n++;
    return n;
}

START_TEST(slots_are_not_exceeded)
{
    open_lines(8);
    for (size_t i = 0; i < 20; i++)
        lines_wait(&lines, &items[i]);
    ck_assert_uint_eq(start_all(), 8);
    lines_leave(&lines, &items[3]);
    ck_assert_ptr_eq(lines_next(&lines), &items[8]);
    ck_assert_ptr_null(lines_next(&lines));
}
END_TEST

START_TEST(plain_and_named_start_in_the_order_of_their_turns)
{
    open_lines(8);
    items[1].named = true;
    for (size_t i = 0; i < 4; i++)
        lines_wait(&lines, &items[i]);
    for (size_t i = 0; i < 4; i++)
        ck_assert_ptr_eq(lines_next(&lines), &items[i]);
}
END_TEST

START_TEST(the_slow_hold_at_most_a_quarter)
{
    open_lines(16);
    for (size_t i = 0; i < 100; i++) {
        items[i].slow = true;
        lines_wait(&lines, &items[i]);
    }
    ck_assert_uint_eq(start_all(), 4);
    for (size_t i = 100; i < 120; i++)
        lines_wait(&lines, &items[i]);
    ck_assert_uint_eq(start_all(), 12);
    ck_assert_uint_eq(lines.slow_flying, 4);
}
END_TEST

START_TEST(the_slow_get_their_quarter_however_many_others_wait)
{
    open_lines(8);
    for (size_t i = 0; i < 100; i++)
        lines_wait(&lines, &items[i]);
    items[100].slow = true;
    lines_wait(&lines, &items[100]);
    ck_assert_ptr_eq(lines_next(&lines), &items[100]);
}
END_TEST

START_TEST(with_few_slots_the_slow_come_last)
{
    open_lines(2);
    items[0].slow = true;
    for (size_t i = 0; i < 3; i++)
        lines_wait(&lines, &items[i]);
    ck_assert_ptr_eq(lines_next(&lines), &items[1]);
    ck_assert_ptr_eq(lines_next(&lines), &items[2]);
    lines_leave(&lines, &items[1]);
    ck_assert_ptr_eq(lines_next(&lines), &items[0]);
}
END_TEST

START_TEST(look_ups_are_bounded_and_do_not_stop_addresses)
{
    open_lines(256);
    for (size_t i = 0; i < 100; i++) {
        items[i].named = true;
        lines_wait(&lines, &items[i]);
    }
    for (size_t i = 100; i < 110; i++)
        lines_wait(&lines, &items[i]);
    ck_assert_uint_eq(start_all(), LINES_LOOKUPS + 10);
    lines_resolved(&lines, &items[0]);
    lines_resolved(&lines, &items[0]);
    ck_assert_uint_eq(start_all(), 1);
    lines_leave(&lines, &items[1]);
    ck_assert_uint_eq(start_all(), 1);
}
END_TEST

/* A dead name server holds each look-up until it times out. */
START_TEST(the_slow_hold_at_most_a_quarter_of_the_look_ups)
{
    open_lines(256);
    for (size_t i = 0; i < 200; i++) {
        items[i].named = true;
        items[i].slow = true;
        lines_wait(&lines, &items[i]);
    }
    ck_assert_uint_eq(start_all(), LINES_LOOKUPS / 4);
    items[200].named = true;
    lines_wait(&lines, &items[200]);
    ck_assert_ptr_eq(lines_next(&lines), &items[200]);
    lines_resolved(&lines, &items[0]);
    ck_assert_uint_eq(start_all(), 1);
    lines_leave(&lines, &items[1]);
    ck_assert_uint_eq(start_all(), 1);
}
END_TEST

START_TEST(whoever_leaves_while_waiting_does_not_start)
{
    open_lines(8);
    for (size_t i = 0; i < 3; i++)
        lines_wait(&lines, &items[i]);
    lines_leave(&lines, &items[1]);
    lines_leave(&lines, &items[1]);
    ck_assert_ptr_eq(lines_next(&lines), &items[0]);
    ck_assert_ptr_eq(lines_next(&lines), &items[2]);
    ck_assert_ptr_null(lines_next(&lines));
}
END_TEST

START_TEST(all_counts_are_zero_when_all_have_left)
{
    unsigned seed = 7;

    open_lines(16);
    for (size_t i = 0; i < MANY; i++) {
        items[i].named = rand_r(&seed) % 2 == 0;
        items[i].slow = rand_r(&seed) % 3 == 0;
    }
    for (int step = 0; step < 20000; step++) {
        struct line_item *item = &items[rand_r(&seed) % MANY];

        if (item->state == LINE_AWAY)
            lines_wait(&lines, item);
        else if (rand_r(&seed) % 2 == 0)
            lines_leave(&lines, item);
        else
            lines_resolved(&lines, item);
        (void)lines_next(&lines);
        ck_assert_uint_le(lines.flying, 16);
        ck_assert_uint_le(lines.slow_flying, 4);
    }
    for (size_t i = 0; i < MANY; i++)
        lines_leave(&lines, &items[i]);
    ck_assert_uint_eq(lines.flying + lines.slow_flying + lines.resolving +
                          lines.slow_resolving,
                      0);
    ck_assert_ptr_null(lines_next(&lines));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lines");
    TCase *t = tcase_create("lines");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_test(t, slots_are_not_exceeded);
    tcase_add_test(t, plain_and_named_start_in_the_order_of_their_turns);
    tcase_add_test(t, the_slow_hold_at_most_a_quarter);
    tcase_add_test(t, the_slow_get_their_quarter_however_many_others_wait);
    tcase_add_test(t, with_few_slots_the_slow_come_last);
    tcase_add_test(t, look_ups_are_bounded_and_do_not_stop_addresses);
    tcase_add_test(t, the_slow_hold_at_most_a_quarter_of_the_look_ups);
    tcase_add_test(t, whoever_leaves_while_waiting_does_not_start);
    tcase_add_test(t, all_counts_are_zero_when_all_have_left);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
