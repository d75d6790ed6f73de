/* SPDX-License-Identifier: MIT */
/* test_rcu.c - sections, what waits for them, and tables of fixed size. */
#include "common/registry/rcu.h"

#include <check.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct thing {
    struct cds_lfht_node node;
    struct rcu_head rcu;
    _Atomic bool due;
    const char *name;
};

static void setup(void)
{
    ck_assert_int_eq(rcu_start(), LLMREG_OK);
}

static void mark(struct rcu_head *head)
{
    rcu_due(head);
    rcu_holder(head, struct thing, rcu)->due = true;
}

static int match(struct cds_lfht_node *node, const void *key)
{
    rcu_seen(node);
    return strcmp(rcu_holder(node, struct thing, node)->name, key) == 0;
}

START_TEST(starting_twice_is_harmless)
{
    ck_assert_int_eq(rcu_start(), LLMREG_OK);
    ck_assert_int_eq(rcu_start(), LLMREG_OK);
}
END_TEST

START_TEST(starting_leaves_the_signal_mask_as_it_was)
{
    sigset_t now;

    ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, &now), 0);
    ck_assert_int_eq(sigismember(&now, SIGTERM), 0);
}
END_TEST

START_TEST(later_has_happened_when_waiting_is_over)
{
    struct thing t = {.due = false};

    rcu_later(&t.rcu, mark);
    rcu_wait();
    ck_assert(t.due);
}
END_TEST

START_TEST(a_table_finds_what_was_added_until_it_is_removed)
{
    struct cds_lfht *table = rcu_table_new(64);
    struct thing a = {.name = "a"}, b = {.name = "b"};

    ck_assert_ptr_nonnull(table);
    rcu_table_add(table, 7, &a.node);
    rcu_table_add(table, 7, &b.node); /* the same hash */
    rcu_begin();
    ck_assert_ptr_eq(rcu_table_find(table, 7, match, "a"), &a.node);
    ck_assert_ptr_eq(rcu_table_find(table, 7, match, "b"), &b.node);
    ck_assert_ptr_null(rcu_table_find(table, 7, match, "c"));
    ck_assert_ptr_null(rcu_table_find(table, 8, match, "a"));
    rcu_end();
    rcu_table_remove(table, &a.node);
    rcu_begin();
    ck_assert_ptr_null(rcu_table_find(table, 7, match, "a"));
    rcu_end();
    rcu_table_remove(table, &b.node);
    rcu_table_free(table);
    rcu_table_free(NULL);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("rcu");
    TCase *t = tcase_create("rcu");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, starting_twice_is_harmless);
    tcase_add_test(t, starting_leaves_the_signal_mask_as_it_was);
    tcase_add_test(t, later_has_happened_when_waiting_is_over);
    tcase_add_test(t, a_table_finds_what_was_added_until_it_is_removed);
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
