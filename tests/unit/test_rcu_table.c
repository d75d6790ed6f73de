/* SPDX-License-Identifier: MIT */
/* test_rcu_table.c - hash tables that are read without a lock. */
#include "common/registry/rcu_table.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
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

#define FEW  5000
#define MANY 60000 /* so many that liburcu takes threads to grow */

/* Each has a hash of its own, whose low bits choose the bucket. */
static struct thing *make_many(void)
{
    struct thing *things = calloc(MANY, sizeof *things);

    ck_assert_ptr_nonnull(things);
    for (size_t i = 0; i < MANY; i++)
        things[i].name = "many";
    return things;
}

static uint64_t hash_of(size_t i)
{
    return i * UINT64_C(0x9e3779b97f4a7c15);
}

START_TEST(a_table_grows_with_what_is_in_it_up_to_its_size)
{
    struct thing *things = make_many();
    struct rcu_table table;

    ck_assert_int_eq(rcu_table_init(&table, 2000), LLMREG_OK);
    ck_assert_uint_eq(table.max, 2048);
    for (size_t i = 0; i < FEW; i++) {
        ck_assert_uint_ge(table.buckets * 2, table.used);
        rcu_table_add(&table, hash_of(i), &things[i].node);
        rcu_table_fit(&table);
        if (table.used >= 2048)
            break;
    }
    ck_assert_uint_eq(table.buckets, 2048);
    for (size_t i = table.used; i < FEW; i++) {
        rcu_table_add(&table, hash_of(i), &things[i].node);
        rcu_table_fit(&table);
    }
    ck_assert_uint_eq(table.buckets, 2048);
    rcu_begin();
    for (size_t i = 0; i < FEW; i++)
        ck_assert_ptr_eq(rcu_table_find(&table, hash_of(i), match, "many"),
                         &things[i].node);
    rcu_end();
    for (size_t i = 0; i < FEW; i++)
        rcu_table_remove(&table, &things[i].node);
    ck_assert_uint_eq(table.used, 0);
    rcu_table_fini(&table);
    free(things);
}
END_TEST

/* liburcu forbids it, and a large step would hold up all that is freed. */
START_TEST(a_table_does_not_grow_inside_a_section)
{
    struct thing *things = make_many();
    struct rcu_table table;

    ck_assert_int_eq(rcu_table_init(&table, MANY), LLMREG_OK);
    rcu_begin();
    for (size_t i = 0; i < FEW; i++) {
        rcu_table_add(&table, hash_of(i), &things[i].node);
        rcu_table_fit(&table);
    }
    ck_assert_uint_eq(table.buckets, 256);
    rcu_end();
    ck_assert_uint_eq(table.buckets, 256);
    rcu_table_fit(&table); /* all that was put off, in one step */
    ck_assert_uint_eq(table.buckets, 8192);
    rcu_begin();
    for (size_t i = 0; i < FEW; i++)
        ck_assert_ptr_eq(rcu_table_find(&table, hash_of(i), match, "many"),
                         &things[i].node);
    rcu_end();
    for (size_t i = 0; i < FEW; i++)
        rcu_table_remove(&table, &things[i].node);
    rcu_table_fini(&table);
    free(things);
}
END_TEST

/* ---- under its readers ---- */

struct reading {
    struct rcu_table *table;
    struct thing *things;
    _Atomic size_t added, missed;
    _Atomic bool over;
};

/* Whatever was added before it looks must be found. */
static void *read_all(void *ctx)
{
    struct reading *r = ctx;
    uint64_t at = 1;

    while (!atomic_load(&r->over)) {
        const size_t n = atomic_load(&r->added);
        const size_t i = n == 0 ? 0 : (at = at * 6364136223846793005U + 1) % n;

        rcu_begin();
        r->missed += n > 0 && rcu_table_find(r->table, hash_of(i), match,
                                             "many") != &r->things[i].node;
        rcu_end();
    }
    return NULL;
}

START_TEST(what_is_there_is_found_while_it_grows)
{
    struct thing *things = make_many();
    struct rcu_table table;
    struct reading r = {.table = &table, .things = things};
    pthread_t readers[2];

    ck_assert_int_eq(rcu_table_init(&table, MANY), LLMREG_OK);
    for (size_t i = 0; i < 2; i++)
        ck_assert_int_eq(pthread_create(&readers[i], NULL, read_all, &r), 0);
    for (size_t i = 0; i < MANY; i++) {
        rcu_table_add(&table, hash_of(i), &things[i].node);
        rcu_table_fit(&table);
        atomic_store(&r.added, i + 1);
    }
    atomic_store(&r.over, true);
    for (size_t i = 0; i < 2; i++)
        (void)pthread_join(readers[i], NULL);
    ck_assert_uint_eq(atomic_load(&r.missed), 0);
    for (size_t i = 0; i < MANY; i++)
        rcu_table_remove(&table, &things[i].node);
    rcu_table_fini(&table);
    free(things);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("rcu_table");
    TCase *t = tcase_create("rcu_table");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_table_finds_what_was_added_until_it_is_removed);
    tcase_add_test(t, a_table_grows_with_what_is_in_it_up_to_its_size);
    tcase_add_test(t, a_table_does_not_grow_inside_a_section);
    tcase_add_test(t, what_is_there_is_found_while_it_grows);
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
