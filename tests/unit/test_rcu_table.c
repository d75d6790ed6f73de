/* SPDX-License-Identifier: MIT */
/* test_rcu_table.c - hash tables that are read without a lock. */
#include "common/registry/rcu_table.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct thing {
    struct cds_lfht_node node;
    const char *name;
};

static void setup(void)
{
    ck_assert_int_eq(rcu_start(), LLMREG_OK);
}

static int match(struct cds_lfht_node *node, const void *key)
{
    rcu_seen(node);
    return strcmp(rcu_holder(node, struct thing, node)->name, key) == 0;
}

START_TEST(a_table_finds_what_was_added_until_it_is_removed)
{
    struct rcu_table table;
    struct thing a = {.name = "a"}, b = {.name = "b"};

    ck_assert_int_eq(rcu_table_init(&table, 64), LLMREG_OK);
    rcu_table_add(&table, 7, &a.node);
    rcu_table_add(&table, 7, &b.node); /* the same hash */
    rcu_begin();
    ck_assert_ptr_eq(rcu_table_find(&table, 7, match, "a"), &a.node);
    ck_assert_ptr_eq(rcu_table_find(&table, 7, match, "b"), &b.node);
    ck_assert_ptr_null(rcu_table_find(&table, 7, match, "c"));
    ck_assert_ptr_null(rcu_table_find(&table, 8, match, "a"));
    rcu_end();
    rcu_table_remove(&table, &a.node);
    rcu_begin();
    ck_assert_ptr_null(rcu_table_find(&table, 7, match, "a"));
    rcu_end();
    rcu_table_remove(&table, &b.node);
    rcu_table_fini(&table);
    rcu_table_fini(&table);
}
END_TEST

#define MANY 5000

/* Each has a hash of its own, whose low bits choose the bucket. */
static struct thing *make_many(void)
{
    struct thing *things = calloc(MANY, sizeof *things);

    ck_assert_ptr_nonnull(things);
    for (size_t i = 0; i < MANY; i++)
        things[i].name = "many";
    return things;
}

START_TEST(a_table_grows_with_what_is_in_it_up_to_its_size)
{
    struct thing *things = make_many();
    struct rcu_table table;

    ck_assert_int_eq(rcu_table_init(&table, 2000), LLMREG_OK);
    ck_assert_uint_eq(table.max, 2048);
    for (size_t i = 0; i < MANY; i++) {
        ck_assert_uint_ge(table.buckets * 2, table.used);
        rcu_table_add(&table, i * UINT64_C(0x9e3779b97f4a7c15),
                      &things[i].node);
        if (table.used >= 2048)
            break;
    }
    ck_assert_uint_eq(table.buckets, 2048);
    for (size_t i = table.used; i < MANY; i++)
        rcu_table_add(&table, i * UINT64_C(0x9e3779b97f4a7c15),
                      &things[i].node);
    ck_assert_uint_eq(table.buckets, 2048);
    rcu_begin();
    for (size_t i = 0; i < MANY; i++)
        ck_assert_ptr_eq(rcu_table_find(&table,
                                        i * UINT64_C(0x9e3779b97f4a7c15), match,
                                        "many"),
                         &things[i].node);
    rcu_end();
    for (size_t i = 0; i < MANY; i++)
        rcu_table_remove(&table, &things[i].node);
    ck_assert_uint_eq(table.used, 0);
    rcu_table_fini(&table);
    free(things);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("rcu_table");
    TCase *t = tcase_create("rcu_table");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, a_table_finds_what_was_added_until_it_is_removed);
    tcase_add_test(t, a_table_grows_with_what_is_in_it_up_to_its_size);
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
