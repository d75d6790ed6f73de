/* SPDX-License-Identifier: MIT */
/* test_order.c - in order, from anywhere, whoever comes or goes. */
#include "common/registry/order.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/scarce.h"

#define ITEMS 2000

struct item {
    char key[16];
    bool in;
    unsigned seen;
};

static struct order order;
static struct item items[ITEMS]; /* in the order of their keys */
static unsigned seed;

static const char *key_of(const void *item)
{
    return ((const struct item *)item)->key;
}

static void setup(void)
{
    order = (struct order){.key = key_of};
    seed = 1;
    for (unsigned i = 0; i < ITEMS; i++) {
        items[i] = (struct item){.seen = 0};
        (void)snprintf(items[i].key, sizeof items[i].key, "key-%05u", 2 * i);
    }
}

static void teardown(void)
{
    rcu_wait();
    order_fini(&order);
}

static unsigned below(unsigned n)
{
    seed = seed * 1103515245 + 12345;
    return (seed >> 8) % n;
}

static void add(size_t i)
{
    ck_assert(!items[i].in);
    ck_assert_int_eq(order_reserve(&order, items[i].key), LLMREG_OK);
    order_add(&order, &items[i]);
    items[i].in = true;
}

static void drop(size_t i)
{
    order_remove(&order, &items[i]);
    items[i].in = false;
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
        while (i < ITEMS && !items[i].in)
            i++;
        ck_assert_uint_lt(i, ITEMS);
        ck_assert_ptr_eq(item, &items[i]);
        i++;
    }
    while (i < ITEMS && !items[i].in)
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
        if (!items[i].in)
            add(i);
        else
            drop(i);
        if (n % 1000 == 0)
            expect_from("", 0);
    }
    for (size_t i = 0; i < ITEMS; i++)
        if (items[i].in)
            drop(i);
    expect_from("", 0);
    ck_assert_uint_eq(order.rows->count, 0);
}
END_TEST

START_TEST(what_stays_is_seen_once_whatever_happens_meanwhile)
{
    bool gone[ITEMS] = {false};
    struct item *item;

    for (size_t i = 0; i < ITEMS; i += 2)
        add(i);
    rcu_begin();
    struct order_walk w = order_walk_after(&order, "");
    for (size_t n = 0; (item = order_next(&w)) != NULL; n++) {
        item->seen++;
        size_t i = n * 4 % ITEMS; /* behind the walk, under it and before it */
        if (!gone[i]) {
            gone[i] = true;
            drop(i);
            add(i + 1);
        }
    }
    rcu_end();
    for (size_t i = 0; i < ITEMS; i++) {
        ck_assert_uint_le(items[i].seen, 1);
        if (i % 4 == 2)
            ck_assert_uint_eq(items[i].seen, 1);
    }
}
END_TEST

START_TEST(who_left_and_came_back_further_on_is_not_seen_again)
{
    add(0);
    add(2);
    rcu_begin();
    struct order_walk w = order_walk_after(&order, "");
    ck_assert_ptr_eq(order_next(&w), &items[0]);
    ck_assert_ptr_eq(order_next(&w), &items[2]);
    drop(2);
    add(1); /* takes its place */
    add(2);
    ck_assert_ptr_null(order_next(&w));
    rcu_end();
}
END_TEST

/* The rows, and that none is empty nor too long. */
static size_t rows(void)
{
    for (size_t i = 0; i < order.rows->count; i++) {
        const struct order_row *row = order.rows->at[i];
        ck_assert_ptr_nonnull(row);
        ck_assert_uint_ge(row->count, 1);
        ck_assert_uint_le(row->count, ORDER_ROW);
    }
    return order.rows->count;
}

START_TEST(rows_are_filled_and_joined)
{
    for (size_t i = 0; i < ITEMS; i++)
        add(i);
    ck_assert_uint_eq(rows(), (ITEMS + ORDER_ROW - 1) / ORDER_ROW);
    for (size_t i = 0; i < ITEMS; i++)
        if (i % 16 != 0)
            drop(i);
    ck_assert_uint_le(rows(), ITEMS / 16 / (ORDER_ROW / 4) + 1);
    expect_from("", 0);
}
END_TEST

/* One of the next allocations fails, if there are so many. */
static void add_with_little(size_t i, long fails)
{
    scarce_from(fails);
    int rc = order_reserve(&order, items[i].key);
    if (rc == LLMREG_OK) {
        order_add(&order, &items[i]);
        items[i].in = true;
    }
    bool failed = scarce_end();
    ck_assert_int_eq(rc, failed ? LLMREG_ENOMEM : LLMREG_OK);
}

static void drop_with_little(size_t i, long fails)
{
    scarce_from(fails);
    drop(i);
    (void)scarce_end();
}

START_TEST(without_memory_everybody_can_still_go)
{
    for (size_t n = 0; n < 20000; n++) {
        size_t i = below(ITEMS);
        if (items[i].in)
            drop_with_little(i, below(3));
        else
            add_with_little(i, below(4));
        if (n % 1000 == 0)
            expect_from("", 0);
    }
    expect_from(items[ITEMS / 2].key, ITEMS / 2 + 1);
    scarce_all();
    for (size_t i = 0; i < ITEMS; i++)
        if (items[i].in)
            drop(i);
    (void)scarce_end();
    expect_from("", 0);
    add_all();
    expect_from("", 0);
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
    tcase_add_test(t, who_left_and_came_back_further_on_is_not_seen_again);
    tcase_add_test(t, rows_are_filled_and_joined);
    tcase_add_test(t, without_memory_everybody_can_still_go);
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
