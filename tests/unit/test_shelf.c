/* SPDX-License-Identifier: MIT */
/* test_shelf.c - entries on a shelf: found, walked, taken off while held. */
#include "common/registry/shelf.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define MAX 3

struct book {
    struct shelf_item item;
    char title[8];
};

static struct shelf shelf;
static _Atomic int released; /* on another thread */

static void release(struct shelf_item *item)
{
    released++;
    free(rcu_holder(item, struct book, item));
}

static const struct shelf_kind kind = {
    .key = offsetof(struct book, title),
    .release = release,
};

static void setup(void)
{
    released = 0;
    ck_assert_int_eq(rcu_start(), LLMREG_OK);
    ck_assert_int_eq(shelf_init(&shelf, MAX), LLMREG_OK);
}

static void teardown(void)
{
    shelf_clear(&shelf);
    rcu_wait();
    shelf_fini(&shelf);
}

static void add(const char *title)
{
    struct book *b = calloc(1, sizeof *b);

    ck_assert_ptr_nonnull(b);
    memcpy(b->title, title, strlen(title) + 1);
    shelf_item_init(&b->item, &kind);
    ck_assert_int_eq(shelf_prepare(&shelf, title), LLMREG_OK);
    shelf_add(&shelf, &b->item);
}

static void take_off(const char *title)
{
    struct shelf_item *item = shelf_get(&shelf, title);

    ck_assert_ptr_nonnull(item);
    shelf_remove(&shelf, item);
    shelf_put(item);
}

static size_t walked(void)
{
    struct slots_walk w;
    size_t n = 0;

    rcu_begin();
    w = shelf_walk(&shelf);
    while (slots_next(&w) != NULL)
        n++;
    rcu_end();
    return n;
}

START_TEST(what_is_added_is_found_and_walked)
{
    add("a");
    add("b");
    struct shelf_item *item = shelf_get(&shelf, "a");
    ck_assert_str_eq(shelf_key(item), "a");
    ck_assert(shelf_alive(item));
    shelf_put(item);
    ck_assert_ptr_null(shelf_get(&shelf, "c"));
    ck_assert_uint_eq(walked(), 2);
}
END_TEST

START_TEST(a_key_stands_once_and_the_shelf_gets_full)
{
    add("a");
    ck_assert_int_eq(shelf_prepare(&shelf, "a"), LLMREG_EEXIST);
    add("b");
    add("c");
    ck_assert_int_eq(shelf_prepare(&shelf, "d"), LLMREG_EFULL);
    take_off("b");
    ck_assert_int_eq(shelf_prepare(&shelf, "d"), LLMREG_OK);
}
END_TEST

START_TEST(who_holds_an_item_keeps_it_after_it_was_taken_off)
{
    add("a");
    struct shelf_item *item = shelf_get(&shelf, "a");
    take_off("a");
    rcu_wait();
    ck_assert_int_eq(released, 0);
    ck_assert(!shelf_alive(item));
    ck_assert_str_eq(shelf_key(item), "a");
    ck_assert_ptr_null(shelf_get(&shelf, "a"));
    shelf_put(item);
    ck_assert_int_eq(released, 1);
}
END_TEST

START_TEST(clearing_releases_everything)
{
    add("a");
    add("b");
    shelf_clear(&shelf);
    rcu_wait();
    ck_assert_int_eq(released, 2);
    ck_assert_uint_eq(walked(), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("shelf");
    TCase *t = tcase_create("shelf");
    SRunner *sr = srunner_create(s);

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, what_is_added_is_found_and_walked);
    tcase_add_test(t, a_key_stands_once_and_the_shelf_gets_full);
    tcase_add_test(t, who_holds_an_item_keeps_it_after_it_was_taken_off);
    tcase_add_test(t, clearing_releases_everything);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
