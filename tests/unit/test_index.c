/* SPDX-License-Identifier: MIT */
/* test_index.c - the model index: lists replaced, nodes that come and go. */
#include "common/registry/index.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/registry/models_part.h"
#include "tests/unit/fleet.h"

#define HOLDERS 3

/* Something that has models: an entry, as far as the index cares. */
struct holder {
    struct models_part *list;
    struct link *links;
};

static struct index x;
static struct holder holders[HOLDERS];

static struct models_part *make(const char *names)
{
    const struct llmreg_models list = fleet_list(names);
    struct models_part *p = NULL;

    ck_assert_int_eq(models_part_new(&p, &list), LLMREG_OK);
    return p;
}

static void setup(void)
{
    ck_assert_int_eq(rcu_start(), LLMREG_OK);
    ck_assert_int_eq(index_init(&x, 64), LLMREG_OK);
    for (int i = 0; i < HOLDERS; i++)
        holders[i].list = make("");
}

/* Gives holder i these models, in the steps that the registry makes. */
static void replace(int i, const char *names)
{
    struct holder *h = &holders[i];
    struct models_part *list = make(names);
    struct link *links = malloc((list->models.count + 1) * sizeof *links);
    const struct index_change c = {.entry = h,
                                   .before = models_part_keys(&h->list->models),
                                   .after = models_part_keys(&list->models),
                                   .old = h->links,
                                   .new = links};

    ck_assert_ptr_nonnull(links);
    ck_assert_int_eq(index_prepare(&x, &c), LLMREG_OK);
    index_join(&x, &c);
    index_leave(&x, &c);
    free(h->links);
    h->links = links;
    part_put(&h->list->part);
    h->list = list;
}

static void teardown(void)
{
    for (int i = 0; i < HOLDERS; i++) {
        replace(i, "");
        part_put(&holders[i].list->part);
        free(holders[i].links);
    }
    rcu_wait();
    index_fini(&x);
}

/* Who has the model: a bit for each holder. */
static unsigned who(const char *model)
{
    unsigned mask = 0;
    struct holder *h;

    rcu_begin();
    struct slots_walk w = index_walk(&x, model);
    while ((h = slots_next(&w)) != NULL) {
        unsigned bit = 1U << (h - holders);
        ck_assert_msg((mask & bit) == 0, "%s is there twice", model);
        mask |= bit;
    }
    rcu_end();
    return mask;
}

START_TEST(nobody_has_a_model_that_nobody_has)
{
    ck_assert_uint_eq(who("a"), 0);
    ck_assert_uint_eq(x.distinct, 0);
}
END_TEST

START_TEST(a_model_is_found_with_all_who_have_it)
{
    replace(0, "a b");
    replace(1, "b c");
    ck_assert_uint_eq(who("a"), 1);
    ck_assert_uint_eq(who("b"), 3);
    ck_assert_uint_eq(who("c"), 2);
    ck_assert_uint_eq(x.distinct, 3);
}
END_TEST

/* A node that was left behind would keep the table from being freed. */
START_TEST(a_change_that_is_cancelled_leaves_nothing)
{
    replace(0, "b");
    struct holder *h = &holders[1];
    struct models_part *list = make("a b c");
    struct link links[4];
    const struct index_change c = {
        .entry = h, .after = models_part_keys(&list->models), .new = links};

    ck_assert_int_eq(index_prepare(&x, &c), LLMREG_OK);
    index_cancel(&x, &c);
    ck_assert_uint_eq(who("a"), 0);
    ck_assert_uint_eq(who("b"), 1);
    ck_assert_uint_eq(x.distinct, 1);
    rcu_begin();
    ck_assert_ptr_null(index_walk(&x, "a").array);
    ck_assert_ptr_nonnull(index_walk(&x, "b").array);
    rcu_end();
    part_put(&list->part);
}
END_TEST

START_TEST(a_model_that_is_gone_from_the_list_is_gone_from_the_index)
{
    replace(0, "a b c");
    replace(1, "b");
    replace(0, "c d");
    ck_assert_uint_eq(who("a"), 0);
    ck_assert_uint_eq(who("b"), 2);
    ck_assert_uint_eq(who("c"), 1);
    ck_assert_uint_eq(who("d"), 1);
    ck_assert_uint_eq(x.distinct, 3);
    replace(0, "");
    replace(1, "");
    ck_assert_uint_eq(x.distinct, 0);
}
END_TEST

START_TEST(a_model_comes_back_after_its_node_was_removed)
{
    for (int n = 0; n < 100; n++) {
        replace(n % HOLDERS, "a");
        ck_assert_uint_eq(who("a"), 1U << (n % HOLDERS));
        replace(n % HOLDERS, "");
        ck_assert_uint_eq(who("a"), 0);
    }
}
END_TEST

/* E3: a list that was replaced by removing and adding lost it in between. */
START_TEST(a_model_that_stays_is_never_missing_between_the_steps)
{
    struct models_part *list = make("b c");
    struct link links[2], *old;

    replace(0, "a b");
    const struct index_change c = {
        .entry = &holders[0],
        .before = models_part_keys(&holders[0].list->models),
        .after = models_part_keys(&list->models),
        .old = holders[0].links,
        .new = links};
    ck_assert_int_eq(index_prepare(&x, &c), LLMREG_OK);
    ck_assert_uint_eq(who("b"), 1);
    ck_assert_uint_eq(who("c"), 0);
    index_join(&x, &c);
    ck_assert_uint_eq(who("a"), 1);
    ck_assert_uint_eq(who("b"), 1);
    ck_assert_uint_eq(who("c"), 1);
    index_leave(&x, &c);
    ck_assert_uint_eq(who("a"), 0);
    ck_assert_uint_eq(who("b"), 1);
    old = holders[0].links;
    const struct index_change back = {
        .entry = &holders[0],
        .before = models_part_keys(&list->models),
        .after = models_part_keys(&holders[0].list->models),
        .old = links,
        .new = old};
    ck_assert_int_eq(index_prepare(&x, &back), LLMREG_OK);
    index_join(&x, &back);
    index_leave(&x, &back);
    part_put(&list->part);
}
END_TEST

static uint64_t count_in(const char *model)
{
    rcu_begin();
    struct index_node *n = index_find(&x, model);
    const struct tally t = n == NULL ? (struct tally){0} : index_node_tally(n);
    rcu_end();
    ck_assert_uint_eq(t.having * 5, t.serving * 7);
    ck_assert_uint_eq(t.routing * 5, t.serving * 9);
    return t.serving;
}

/* As what it counted for a model that stays, it would count twice for the
 * time of the change if it left and joined. */
START_TEST(a_model_that_stays_is_counted_once_between_the_steps)
{
    struct models_part *list = make("b c");
    struct link links[2], *old;
    const struct tally each = {5, 7, 9};

    replace(0, "a b");
    old = holders[0].links;
    index_add(&old[0], each);
    index_add(&old[1], each);
    const struct index_change c = {
        .entry = &holders[0],
        .each = each,
        .before = models_part_keys(&holders[0].list->models),
        .after = models_part_keys(&list->models),
        .old = old,
        .new = links};
    ck_assert_int_eq(index_prepare(&x, &c), LLMREG_OK);
    ck_assert_uint_eq(count_in("c"), 0);
    index_join(&x, &c);
    ck_assert_uint_eq(count_in("a"), 5);
    ck_assert_uint_eq(count_in("b"), 5);
    ck_assert_uint_eq(count_in("c"), 5);
    index_leave(&x, &c);
    ck_assert_uint_eq(count_in("a"), 0);
    ck_assert_uint_eq(count_in("b"), 5);
    const struct index_change back = {
        .entry = &holders[0],
        .each = each,
        .before = models_part_keys(&list->models),
        .after = models_part_keys(&holders[0].list->models),
        .old = links,
        .new = old};
    ck_assert_int_eq(index_prepare(&x, &back), LLMREG_OK);
    index_join(&x, &back);
    index_leave(&x, &back);
    ck_assert_uint_eq(count_in("a"), 5);
    ck_assert_uint_eq(count_in("c"), 0);
    part_put(&list->part);
}
END_TEST

#define KEYS 600 /* more than a table begins with */

/* It does not inside a section, so none is open when it is asked to. */
START_TEST(the_table_grows_with_the_keys)
{
    static char text[KEYS][8];
    static const char *keys[KEYS];
    struct index big;

    for (int i = 0; i < KEYS; i++) {
        (void)snprintf(text[i], sizeof text[i], "m%03d", i);
        keys[i] = text[i];
    }
    struct link *links = calloc(KEYS, sizeof *links);
    ck_assert_ptr_nonnull(links);
    ck_assert_int_eq(index_init(&big, 4 * KEYS), LLMREG_OK);
    const struct index_change c = {.entry = &holders[0],
                                   .after = {keys, sizeof keys[0], KEYS},
                                   .new = links};
    const struct index_change back = {
        .entry = &holders[0], .before = c.after, .old = links};
    ck_assert_int_eq(index_prepare(&big, &c), LLMREG_OK);
    ck_assert_uint_ge(big.table.buckets, KEYS);
    index_join(&big, &c);
    index_leave(&big, &back);
    rcu_wait();
    index_fini(&big);
    free(links);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("index");
    TCase *t = tcase_create("index");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_change_that_is_cancelled_leaves_nothing);
    tcase_add_test(t, nobody_has_a_model_that_nobody_has);
    tcase_add_test(t, a_model_is_found_with_all_who_have_it);
    tcase_add_test(t,
                   a_model_that_is_gone_from_the_list_is_gone_from_the_index);
    tcase_add_test(t, a_model_comes_back_after_its_node_was_removed);
    tcase_add_test(t, a_model_that_stays_is_never_missing_between_the_steps);
    tcase_add_test(t, a_model_that_stays_is_counted_once_between_the_steps);
    tcase_add_test(t, the_table_grows_with_the_keys);
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
