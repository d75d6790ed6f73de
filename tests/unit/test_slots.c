/* SPDX-License-Identifier: MIT */
/* test_slots.c - dense sets: places, holes, moves, and walks meanwhile. */
#include "common/registry/slots.h"

#include <check.h>
#include <stdlib.h>

#define ITEMS 1000

struct item {
    uint32_t place;
    unsigned seen;
};

static struct slots set;
static struct item items[ITEMS];

static void setup(void)
{
    ck_assert_int_eq(rcu_start(), LLMREG_OK);
    set = (struct slots){0};
    for (size_t i = 0; i < ITEMS; i++)
        items[i] = (struct item){0};
}

static void teardown(void)
{
    rcu_wait();
    slots_fini(&set);
}

static void add(size_t i)
{
    ck_assert_int_eq(slots_reserve(&set), LLMREG_OK);
    slots_add(&set, &items[i], &items[i].place);
}

static void add_all(size_t count)
{
    for (size_t i = 0; i < count; i++)
        add(i);
}

/* Counts in each item how often the rest of the walk sees it. */
static void walk_on(struct slots_walk *w)
{
    struct item *item;

    while ((item = slots_next(w)) != NULL)
        item->seen++;
}

START_TEST(an_empty_set_has_nothing_to_walk)
{
    rcu_begin();
    struct slots_walk w = slots_walk(&set);
    ck_assert_ptr_null(slots_next(&w));
    ck_assert_ptr_null(slots_next(&w));
    rcu_end();
}
END_TEST

START_TEST(a_walk_sees_each_item_once)
{
    add_all(ITEMS);
    rcu_begin();
    struct slots_walk w = slots_walk(&set);
    walk_on(&w);
    rcu_end();
    for (size_t i = 0; i < ITEMS; i++)
        ck_assert_uint_eq(items[i].seen, 1);
    ck_assert_uint_eq(set.live, ITEMS);
}
END_TEST

START_TEST(each_item_is_told_its_place_also_when_it_moves)
{
    add_all(ITEMS);
    for (size_t i = 0; i < ITEMS; i += 2)
        slots_remove(&set, items[i].place);
    add_all(1); /* may move */
    for (size_t i = 1; i < ITEMS; i += 2) {
        ck_assert_ptr_eq(set.array->items[items[i].place], &items[i]);
        ck_assert_ptr_eq(slots_where(&set, items[i].place), &items[i].place);
    }
}
END_TEST

START_TEST(what_stays_is_seen_once_while_others_go_and_the_set_moves)
{
    struct item *item;

    add_all(ITEMS);
    rcu_begin();
    struct slots_walk w = slots_walk(&set);
    for (size_t i = 0; i < 10 && (item = slots_next(&w)) != NULL; i++)
        item->seen++;
    for (size_t i = 0; i < ITEMS; i++)
        if (i % 8 != 0)
            slots_remove(&set, items[i].place); /* moves more than once */
    walk_on(&w);
    rcu_end();
    for (size_t i = 0; i < ITEMS; i += 8)
        ck_assert_uint_eq(items[i].seen, 1);
}
END_TEST

START_TEST(what_goes_and_comes_back_during_a_walk_is_seen_at_most_once)
{
    add_all(100);
    rcu_begin();
    struct slots_walk w = slots_walk(&set);
    struct item *first = slots_next(&w);
    ck_assert_ptr_nonnull(first);
    first->seen++;
    for (size_t i = 0; i < 100; i++) {
        slots_remove(&set, items[i].place);
        add(i);
    }
    walk_on(&w);
    rcu_end();
    for (size_t i = 0; i < 100; i++)
        ck_assert_uint_le(items[i].seen, 1);
}
END_TEST

START_TEST(holes_do_not_pile_up)
{
    add_all(ITEMS);
    for (size_t i = 10; i < ITEMS; i++)
        slots_remove(&set, items[i].place);
    ck_assert_uint_eq(set.live, 10);
    ck_assert_uint_le(set.array->used, 40);
    for (size_t n = 0; n < 10 * ITEMS; n++) {
        slots_remove(&set, items[n % 10].place);
        add(n % 10);
    }
    ck_assert_uint_le(set.array->size, 40);
}
END_TEST

/* Every removal and return takes a place.  How often does the set move? */
static size_t moves_of(size_t live, size_t turns)
{
    const struct slots_array *before = set.array;
    size_t moves = 0;

    for (size_t n = 0; n < turns; n++) {
        slots_remove(&set, items[n % live].place);
        add(n % live);
        moves += set.array != before;
        before = set.array;
    }
    return moves;
}

START_TEST(a_small_set_that_is_busy_gets_more_room)
{
    add_all(5);
    ck_assert_uint_le(moves_of(5, 1000), 1000 / 12);
    ck_assert_uint_le(set.array->size, 5 * 4 + 2);
}
END_TEST

START_TEST(a_large_set_gets_no_more_than_double)
{
    add_all(ITEMS);
    ck_assert_uint_ge(moves_of(ITEMS, 5 * ITEMS), 1);
    ck_assert_uint_le(set.array->size, 2 * ITEMS + 2);
}
END_TEST

START_TEST(the_place_can_be_told_to_somebody_else)
{
    uint32_t other = 0;

    add_all(3);
    slots_set_where(&set, items[1].place, &other);
    other = items[1].place;
    for (size_t i = 3; i < 20; i++)
        add(i);
    slots_remove(&set, items[0].place);
    add_all(1);
    ck_assert_ptr_eq(set.array->items[other], &items[1]);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("slots");
    TCase *t = tcase_create("slots");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, an_empty_set_has_nothing_to_walk);
    tcase_add_test(t, a_walk_sees_each_item_once);
    tcase_add_test(t, each_item_is_told_its_place_also_when_it_moves);
    tcase_add_test(t,
                   what_stays_is_seen_once_while_others_go_and_the_set_moves);
    tcase_add_test(t,
                   what_goes_and_comes_back_during_a_walk_is_seen_at_most_once);
    tcase_add_test(t, holes_do_not_pile_up);
    tcase_add_test(t, a_small_set_that_is_busy_gets_more_room);
    tcase_add_test(t, a_large_set_gets_no_more_than_double);
    tcase_add_test(t, the_place_can_be_told_to_somebody_else);
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
