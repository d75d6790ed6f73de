/* SPDX-License-Identifier: MIT */
/* test_order.c - in order, from anywhere, whoever comes or goes. */
#include "common/registry/order.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEMS 2000

struct item {
    char key[16];
    struct order_step *step; /* NULL: not in it */
    unsigned seen;
};

static struct order order;
static struct item items[ITEMS]; /* in the order of their keys */
static unsigned seed;

static void setup(void)
{
    order_init(&order);
    seed = 1;
    for (unsigned i = 0; i < ITEMS; i++) {
        items[i] = (struct item){.seen = 0};
        (void)snprintf(items[i].key, sizeof items[i].key, "key-%05u", 2 * i);
    }
}

static void teardown(void)
{
    for (size_t i = 0; i < ITEMS; i++)
        free(items[i].step);
    order_fini(&order);
}

static unsigned below(unsigned n)
{
    seed = seed * 1103515245 + 12345;
    return (seed >> 8) % n;
}

static void add(size_t i)
{
    ck_assert_ptr_null(items[i].step);
    ck_assert_int_eq(order_reserve(&order), LLMREG_OK);
    items[i].step = order_add(&order, items[i].key, &items[i]);
}

/* No reader is in a section when this is used. */
static void drop(size_t i)
{
    order_remove(&order, items[i].step);
    free(items[i].step);
    items[i].step = NULL;
}

/* All of them, in an order of no meaning. */
static void add_all(void)
{
    for (size_t i = 0; i < ITEMS; i++)
        add(i * 7 % ITEMS);
}

/* What is in it from the i-th on, and nothing else, comes in order. */
static void expect_from(const char *after, size_t i)
{
    struct item *item;

    rcu_begin();
    struct order_walk w = order_walk_after(&order, after);
    while ((item = order_next(&w)) != NULL) {
        while (i < ITEMS && items[i].step == NULL)
            i++;
        ck_assert_uint_lt(i, ITEMS);
        ck_assert_ptr_eq(item, &items[i]);
        i++;
    }
    while (i < ITEMS && items[i].step == NULL)
        i++;
    ck_assert_uint_eq(i, ITEMS);
    rcu_end();
}

START_TEST(an_empty_order_has_nothing_to_walk)
{
    struct order_walk w = order_walk_after(&order, "");

    ck_assert_ptr_null(order_next(&w));
    ck_assert_ptr_null(order_next(&w));
}
END_TEST

START_TEST(however_they_came_they_are_in_order)
{
    add_all();
    expect_from("", 0);
}
END_TEST

START_TEST(a_walk_begins_behind_a_key_that_is_there_or_not)
{
    char between[16];

    add_all();
    for (size_t i = 0; i < ITEMS; i += 97) {
        expect_from(items[i].key, i + 1);
        (void)snprintf(between, sizeof between, "key-%05zu", 2 * i + 1);
        expect_from(between, i + 1);
    }
    expect_from("key", 0);
    expect_from("zzz", ITEMS);
}
END_TEST

START_TEST(comings_and_goings_in_any_order_keep_it)
{
    for (size_t n = 0; n < 20000; n++) {
        size_t i = below(ITEMS);
        if (items[i].step == NULL)
            add(i);
        else
            drop(i);
        if (n % 1000 == 0)
            expect_from("", 0);
    }
    for (size_t i = 0; i < ITEMS; i++)
        if (items[i].step != NULL)
            drop(i);
    expect_from("", 0);
    for (size_t level = 0; level < ORDER_LEVELS; level++)
        ck_assert_ptr_null(order.first[level]);
}
END_TEST

START_TEST(what_stays_is_seen_once_whatever_happens_meanwhile)
{
    struct order_step *gone[ITEMS] = {NULL};
    struct item *item;

    for (size_t i = 0; i < ITEMS; i += 2)
        add(i);
    rcu_begin();
    struct order_walk w = order_walk_after(&order, "");
    for (size_t n = 0; (item = order_next(&w)) != NULL; n++) {
        item->seen++;
        size_t i = n * 4 % ITEMS; /* behind the walk, under it and before it */
        if (gone[i] == NULL) {
            order_remove(&order, items[i].step);
            gone[i] = items[i].step;
            items[i].step = NULL;
            add(i + 1);
        }
    }
    rcu_end();
    for (size_t i = 0; i < ITEMS; i++) {
        ck_assert_uint_le(items[i].seen, 1);
        if (i % 4 == 2)
            ck_assert_uint_eq(items[i].seen, 1);
        free(gone[i]);
    }
}
END_TEST

START_TEST(few_comparisons_lead_to_the_place)
{
    size_t steps = 0;

    add_all();
    for (size_t level = ORDER_LEVELS; level-- > 1;) {
        size_t n = 0;
        for (struct order_step *s = order.first[level]; s != NULL;
             s = s->next[level])
            n++;
        steps += level == 1 ? n : 0;
        ck_assert_uint_lt(n, ITEMS / 2);
    }
    ck_assert_uint_gt(steps, ITEMS / 8); /* a quarter is expected */
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("order");
    TCase *t = tcase_create("order");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, an_empty_order_has_nothing_to_walk);
    tcase_add_test(t, however_they_came_they_are_in_order);
    tcase_add_test(t, a_walk_begins_behind_a_key_that_is_there_or_not);
    tcase_add_test(t, comings_and_goings_in_any_order_keep_it);
    tcase_add_test(t, what_stays_is_seen_once_whatever_happens_meanwhile);
    tcase_add_test(t, few_comparisons_lead_to_the_place);
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
