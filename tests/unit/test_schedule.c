/* SPDX-License-Identifier: MIT */
/* test_schedule.c - places on the grid, no drift, no burst; and the heap
 * against a naive search. */
#include "plugins/llm_probe/schedule.h"

#include <check.h>
#include <stdlib.h>

#include <llmreg/clock.h>

#define S  LLMREG_NS_PER_S
#define MS LLMREG_NS_PER_MS

static struct schedule_item item_of(int64_t interval_ns, int64_t phase_ns)
{
    return (struct schedule_item){.interval_ns = interval_ns,
                                  .phase_ns = phase_ns};
}

static bool on_grid(const struct schedule_item *i)
{
    return i->due_ns % i->interval_ns == i->phase_ns;
}

START_TEST(a_place_is_the_next_one_of_the_phase)
{
    const struct schedule_item i = item_of(10 * S, 3 * S);

    ck_assert_int_eq(schedule_place(&i, 0), 3 * S);
    ck_assert_int_eq(schedule_place(&i, 3 * S - 1), 3 * S);
    ck_assert_int_eq(schedule_place(&i, 3 * S), 13 * S);
    ck_assert_int_eq(schedule_place(&i, 100 * S), 103 * S);
}
END_TEST

/* A7: the first check came up to 30 s late. */
START_TEST(new_items_are_due_at_once_and_1_ms_apart)
{
    struct schedule s = {0};
    struct schedule_item a = item_of(S, 0);
    struct schedule_item b = item_of(S, 0);
    struct schedule_item c = item_of(S, 0);

    schedule_first(&s, &a, 5 * S);
    schedule_first(&s, &b, 5 * S);
    ck_assert_int_eq(a.due_ns, 5 * S);
    ck_assert_int_eq(b.due_ns, 5 * S + MS);
    schedule_first(&s, &c, 9 * S);
    ck_assert_int_eq(c.due_ns, 9 * S);
}
END_TEST

START_TEST(the_second_probe_is_at_a_place_half_an_interval_away)
{
    for (int64_t start = 100 * S; start < 110 * S; start += 137 * MS) {
        struct schedule s = {0};
        struct schedule_item i = item_of(10 * S, 3 * S);

        schedule_first(&s, &i, start);
        ck_assert_uint_eq(schedule_start(&i, start), 0);
        schedule_done(&i, start);
        ck_assert(on_grid(&i));
        ck_assert_int_ge(i.due_ns - start, 5 * S);
        ck_assert_int_lt(i.due_ns - start, 15 * S);
    }
}
END_TEST

START_TEST(one_that_somebody_wants_now_is_due_and_then_back_in_its_place)
{
    struct schedule s = {0};
    struct schedule_item i = item_of(10 * S, 3 * S);
    struct schedule_item other = item_of(10 * S, 5 * S);

    i.due_ns = other.due_ns = 113 * S;
    i.started = true;
    i.failures = 3;
    schedule_now(&s, &i, 105 * S); /* not in: nothing */
    ck_assert_int_eq(i.due_ns, 113 * S);
    ck_assert_int_eq(schedule_put(&s, &other), LLMREG_OK);
    ck_assert_int_eq(schedule_put(&s, &i), LLMREG_OK);
    schedule_now(&s, &i, 105 * S);
    ck_assert_ptr_eq(schedule_take(&s, 105 * S), &i);
    ck_assert_uint_eq(schedule_start(&i, 105 * S), 0);
    schedule_done(&i, 105 * S);
    ck_assert_int_eq(i.due_ns, 113 * S);
    ck_assert_uint_eq(i.failures, 3);
    ck_assert_int_eq(schedule_put(&s, &i), LLMREG_OK);
    schedule_now(&s, &i, 110 * S);
    schedule_now(&s, &i, 111 * S); /* it is due already */
    ck_assert_ptr_eq(schedule_take(&s, 110 * S), &i);
    ck_assert_uint_eq(schedule_start(&i, 110 * S), 0);
    schedule_done(&i, 110 * S);
    ck_assert_int_eq(i.due_ns, 123 * S); /* not 3 s later again */
    schedule_fini(&s);
}
END_TEST

START_TEST(rounds_do_not_drift_however_long_a_probe_takes)
{
    struct schedule_item i = item_of(10 * S, 3 * S);

    i.started = true;
    i.due_ns = 103 * S;
    for (int n = 1; n <= 1000; n++) {
        ck_assert_uint_eq(schedule_start(&i, i.due_ns + 7 * MS), 0);
        schedule_done(&i, i.due_ns + 7 * MS);
        ck_assert_int_eq(i.due_ns, (103 + 10 * n) * S);
    }
}
END_TEST

START_TEST(a_round_that_starts_late_keeps_its_place)
{
    struct schedule_item i = item_of(10 * S, 3 * S);

    i.started = true;
    i.due_ns = 103 * S;
    ck_assert_uint_eq(schedule_start(&i, 112 * S), 0);
    schedule_done(&i, 112 * S);
    ck_assert_int_eq(i.due_ns, 113 * S);
}
END_TEST

START_TEST(rounds_that_could_not_start_are_counted)
{
    struct schedule_item i = item_of(10 * S, 3 * S);

    i.started = true;
    i.due_ns = 103 * S;
    ck_assert_uint_eq(schedule_start(&i, 138 * S), 3);
    ck_assert_int_eq(i.due_ns, 133 * S);
    schedule_done(&i, 138 * S);
    ck_assert_int_eq(i.due_ns, 143 * S);
}
END_TEST

START_TEST(after_lost_time_the_next_place_is_next)
{
    struct schedule_item due = item_of(10 * S, 3 * S);
    struct schedule_item later = item_of(10 * S, 3 * S);

    due.due_ns = 103 * S;
    later.due_ns = 903 * S;
    schedule_skip(&due, 800 * S);
    schedule_skip(&later, 800 * S);
    ck_assert_int_eq(due.due_ns, 803 * S);
    ck_assert_int_eq(later.due_ns, 903 * S);
}
END_TEST

/* ---- back-off ---- */

START_TEST(up_to_ten_failures_every_round_is_probed)
{
    struct schedule_item i = item_of(10 * S, 3 * S);

    for (i.failures = 0; i.failures < SCHEDULE_PATIENCE; i.failures++)
        ck_assert_int_eq(schedule_rounds(&i), 1);
}
END_TEST

START_TEST(after_ten_failures_probes_get_rarer_up_to_five_minutes)
{
    static const int64_t most[] = {2, 4, 8, 16, 30, 30, 30};

    for (int64_t phase = 0; phase < 10 * S; phase += 331 * MS) {
        struct schedule_item i = item_of(10 * S, phase);

        for (size_t n = 0; n < sizeof most / sizeof most[0]; n++) {
            i.failures = SCHEDULE_PATIENCE + (uint32_t)n;
            ck_assert_int_le(schedule_rounds(&i), most[n]);
            ck_assert_int_ge(schedule_rounds(&i), most[n] * 3 / 4);
        }
    }
}
END_TEST

START_TEST(a_pause_is_never_shorter_than_the_interval)
{
    struct schedule_item i = item_of(3600 * S, 0);

    for (i.failures = 0; i.failures < 100; i.failures++)
        ck_assert_int_eq(schedule_rounds(&i), 1);
    i.failures = UINT32_MAX;
    ck_assert_int_eq(schedule_rounds(&i), 1);
}
END_TEST

START_TEST(a_pause_ends_on_the_grid)
{
    struct schedule_item i = item_of(10 * S, 3 * S);

    i.started = true;
    i.due_ns = 103 * S;
    i.failures = 14;
    schedule_done(&i, 103 * S);
    ck_assert(on_grid(&i));
    ck_assert_int_gt(i.due_ns, 113 * S);
}
END_TEST

/* ---- the heap ---- */

#define ITEMS 200

static struct schedule_item *naive_first(struct schedule_item *items)
{
    struct schedule_item *first = NULL;

    for (size_t n = 0; n < ITEMS; n++)
        if (items[n].at != 0 &&
            (first == NULL || items[n].due_ns < first->due_ns))
            first = &items[n];
    return first;
}

START_TEST(the_heap_agrees_with_a_naive_search)
{
    struct schedule s = {0};
    struct schedule_item items[ITEMS] = {{.interval_ns = S}};
    unsigned seed = 42;

    for (int step = 0; step < 20000; step++) {
        struct schedule_item *i = &items[rand_r(&seed) % ITEMS];
        struct schedule_item *first = NULL;

        if (rand_r(&seed) % 3 == 0) {
            schedule_remove(&s, i);
        } else {
            i->due_ns = rand_r(&seed) % 1000;
            ck_assert_int_eq(schedule_put(&s, i), LLMREG_OK);
        }
        first = naive_first(items);
        ck_assert_int_eq(schedule_next(&s),
                         first == NULL ? INT64_MAX : first->due_ns);
    }
    schedule_fini(&s);
}
END_TEST

START_TEST(items_come_out_in_order_and_not_before_their_time)
{
    struct schedule s = {0};
    struct schedule_item items[3] = {
        {.due_ns = 30}, {.due_ns = 10}, {.due_ns = 20}};

    for (int n = 0; n < 3; n++)
        ck_assert_int_eq(schedule_put(&s, &items[n]), LLMREG_OK);
    ck_assert_ptr_null(schedule_take(&s, 9));
    ck_assert_ptr_eq(schedule_take(&s, 25), &items[1]);
    ck_assert_ptr_eq(schedule_take(&s, 25), &items[2]);
    ck_assert_ptr_null(schedule_take(&s, 25));
    schedule_remove(&s, &items[1]);
    ck_assert_int_eq(schedule_next(&s), 30);
    schedule_fini(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("schedule");
    TCase *t = tcase_create("schedule");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_test(t, a_place_is_the_next_one_of_the_phase);
    tcase_add_test(t, new_items_are_due_at_once_and_1_ms_apart);
    tcase_add_test(t, the_second_probe_is_at_a_place_half_an_interval_away);
    tcase_add_test(
        t, one_that_somebody_wants_now_is_due_and_then_back_in_its_place);
    tcase_add_test(t, rounds_do_not_drift_however_long_a_probe_takes);
    tcase_add_test(t, a_round_that_starts_late_keeps_its_place);
    tcase_add_test(t, rounds_that_could_not_start_are_counted);
    tcase_add_test(t, after_lost_time_the_next_place_is_next);
    tcase_add_test(t, up_to_ten_failures_every_round_is_probed);
    tcase_add_test(t, after_ten_failures_probes_get_rarer_up_to_five_minutes);
    tcase_add_test(t, a_pause_is_never_shorter_than_the_interval);
    tcase_add_test(t, a_pause_ends_on_the_grid);
    tcase_add_test(t, the_heap_agrees_with_a_naive_search);
    tcase_add_test(t, items_come_out_in_order_and_not_before_their_time);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
