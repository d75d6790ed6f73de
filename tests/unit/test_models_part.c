/* SPDX-License-Identifier: MIT */
/* test_models_part.c - published lists of models: sorted, unique, compared. */
#include "common/registry/models_part.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/registry.h>

#include "tests/unit/fleet.h"

static struct models_part *make(const char *names)
{
    const struct llmreg_models list = fleet_list(names);
    struct models_part *p = NULL;

    ck_assert_int_eq(models_part_new(&p, &list), LLMREG_OK);
    return p;
}

static const char *diff(const struct models_part *a,
                        const struct models_part *b)
{
    static char storage[128];
    struct llmreg_text text;

    llmreg_text_init(&text, storage, sizeof storage);
    models_part_diff(&a->models, &b->models, &text);
    return storage;
}

START_TEST(a_list_is_sorted_by_name)
{
    struct models_part *p = make("c a b");

    ck_assert_uint_eq(p->models.count, 3);
    ck_assert_str_eq(p->models.items[0].name, "a");
    ck_assert_str_eq(p->models.items[1].name, "b");
    ck_assert_str_eq(p->models.items[2].name, "c");
    llmreg_models_put(&p->models);
    llmreg_models_put(NULL);
}
END_TEST

START_TEST(of_a_name_that_comes_twice_the_first_is_kept)
{
    struct llmreg_model items[40];
    char digests[40][8];
    const struct llmreg_models list = {.items = items, .count = 40};
    struct models_part *p = NULL;

    for (int i = 0; i < 40; i++) {
        (void)snprintf(digests[i], sizeof digests[i], "d%d", i);
        items[i] = llmreg_model_unknown(i % 2 == 0 ? "b" : "a");
        items[i].digest = digests[i];
    }
    ck_assert_int_eq(models_part_new(&p, &list), LLMREG_OK);
    ck_assert_uint_eq(p->models.count, 2);
    ck_assert_str_eq(p->models.items[0].digest, "d1");
    ck_assert_str_eq(p->models.items[1].digest, "d0");
    llmreg_models_put(&p->models);
}
END_TEST

START_TEST(strings_and_numbers_are_copied_and_the_loaded_counted)
{
    char digest[] = "abc";
    struct llmreg_model items[2] = {llmreg_model_unknown("a"),
                                    llmreg_model_unknown("b")};
    const struct llmreg_models list = {
        .items = items, .count = 2, .not_kept = 3, .rejected = 4};
    struct models_part *p = NULL;

    items[0].digest = digest;
    items[0].size_bytes = 77;
    items[1].loaded = LLMREG_YES;
    ck_assert_int_eq(models_part_new(&p, &list), LLMREG_OK);
    digest[0] = 'x';
    ck_assert_str_eq(p->models.items[0].digest, "abc");
    ck_assert_int_eq(p->models.items[0].size_bytes, 77);
    ck_assert_str_eq(p->models.items[0].family, "");
    ck_assert_uint_eq(p->loaded, 1);
    ck_assert_uint_eq(p->models.not_kept, 3);
    ck_assert_uint_eq(p->models.rejected, 4);
    llmreg_models_put(&p->models);
}
END_TEST

/* In a fleet most of them are: kept once, in the block of the list. */
START_TEST(strings_that_are_the_same_as_before_are_kept_once)
{
    char digest[] = "abc", family[] = "llama", other[] = "qwen";
    struct llmreg_model items[4];
    const struct llmreg_models list = {.items = items, .count = 4};
    struct models_part *p = NULL;

    for (int i = 0; i < 4; i++) {
        items[i] = llmreg_model_unknown(&"d\0c\0b\0a"[2 * i]); /* unsorted */
        items[i].digest = digest;
        items[i].family = i == 1 ? other : family;
    }
    items[3].digest = "";
    ck_assert_int_eq(models_part_new(&p, &list), LLMREG_OK);
    family[0] = digest[0] = other[0] = 'x';
    const struct llmreg_model *m = p->models.items;
    ck_assert_str_eq(m[0].digest, "");
    ck_assert_str_eq(m[3].digest, "abc");
    ck_assert_ptr_eq(m[1].digest, m[2].digest);
    ck_assert_str_eq(m[1].family, "llama");
    ck_assert_ptr_eq(m[0].family, m[1].family);
    ck_assert_str_eq(m[2].family, "qwen");
    ck_assert_str_eq(m[3].family, "llama");
    llmreg_models_put(&p->models);
}
END_TEST

/* A text may be at the same place as that of the model before, or a copy of it,
 * or be there in none of both, or not as long. */
START_TEST(strings_are_kept_wherever_the_model_before_has_its_own)
{
    char copy[] = "llama";
    const char *const families[] = {"llama", copy, copy, NULL, NULL,
                                    "",      copy, "ll", "ll", "llama"};
    struct llmreg_model items[10];
    const struct llmreg_models list = {.items = items, .count = 10};
    struct models_part *p = NULL;
    char names[10][4];

    for (size_t i = 0; i < 10; i++) {
        (void)snprintf(names[i], sizeof names[i], "m%zu", i);
        items[i] = llmreg_model_unknown(names[i]); /* sorted */
        items[i].family = families[i];
    }
    ck_assert_int_eq(models_part_new(&p, &list), LLMREG_OK);
    memset(copy, 'x', sizeof copy - 1);
    for (size_t i = 0; i < 10; i++) {
        const char *want = families[i] == copy   ? "llama"
                           : families[i] == NULL ? ""
                                                 : families[i];
        ck_assert_str_eq(p->models.items[i].name, names[i]);
        ck_assert_str_eq(p->models.items[i].family, want);
        ck_assert_str_eq(p->models.items[i].digest, "");
    }
    llmreg_models_put(&p->models);
}
END_TEST

START_TEST(long_lists_are_sorted_as_short_ones_are)
{
    static char names[LLMREG_MODELS_MAX][16];
    static struct llmreg_model items[LLMREG_MODELS_MAX];

    for (size_t count = 0; count <= LLMREG_MODELS_MAX;
         count = count < 40 ? count + 1 : 2 * count) {
        struct llmreg_models list = {.items = items, .count = count};
        struct models_part *p = NULL;
        for (size_t i = 0; i < count; i++) {
            (void)snprintf(names[i], sizeof names[i], "%zu",
                           i * 7919 % LLMREG_MODELS_MAX);
            items[i] = llmreg_model_unknown(names[i]);
        }
        ck_assert_int_eq(models_part_new(&p, &list), LLMREG_OK);
        ck_assert_uint_eq(p->models.count, count);
        for (size_t i = 1; i < count; i++)
            ck_assert_str_lt(p->items[i - 1].name, p->items[i].name);
        llmreg_models_put(&p->models);
    }
}
END_TEST

START_TEST(models_that_are_out_of_bounds_are_refused)
{
    static struct llmreg_model items[LLMREG_MODELS_MAX + 1];
    struct llmreg_models list = {.items = items, .count = 1};
    struct models_part *p = NULL;

    items[0] = llmreg_model_unknown("");
    ck_assert_int_eq(models_part_new(&p, &list), LLMREG_EINVAL);
    items[0].name = NULL;
    ck_assert_int_eq(models_part_new(&p, &list), LLMREG_EINVAL);
    items[0] = llmreg_model_unknown("a\nb");
    ck_assert_int_eq(models_part_new(&p, &list), LLMREG_EINVAL);
    items[0] = llmreg_model_unknown("a");
    items[0].size_bytes = -2;
    ck_assert_int_eq(models_part_new(&p, &list), LLMREG_EINVAL);
    for (size_t i = 0; i <= LLMREG_MODELS_MAX; i++)
        items[i] = llmreg_model_unknown("a");
    list.count = LLMREG_MODELS_MAX + 1;
    ck_assert_int_eq(models_part_new(&p, &list), LLMREG_EINVAL);
    ck_assert_ptr_null(p);
}
END_TEST

START_TEST(same_means_also_what_moves_while_nothing_happens)
{
    struct models_part *a = make("a b"), *b = make("b a");

    ck_assert(llmreg_models_same(&a->models, &b->models));
    ck_assert(models_part_same_names(&a->models, &b->models));
    b->items[1].expires_ms = 5;
    ck_assert(llmreg_models_alike(&a->models, &b->models));
    ck_assert(!llmreg_models_same(&a->models, &b->models));
    ck_assert(models_part_same_names(&a->models, &b->models));
    b->items[1].expires_ms = -1;
    b->items[1].vram_bytes = 5;
    ck_assert(!llmreg_models_same(&a->models, &b->models));
    b->items[1].vram_bytes = -1;
    b->items[1].loaded_bytes = 5;
    ck_assert(!llmreg_models_same(&a->models, &b->models));
    llmreg_models_put(&a->models);
    llmreg_models_put(&b->models);
}
END_TEST

START_TEST(what_differs_is_said_by_name)
{
    struct models_part *a = make("a b c"), *b = make("b* d e");

    ck_assert_str_eq(diff(a, b), "added d, e; removed a, c; changed b");
    ck_assert_str_eq(diff(b, a), "added a, c; removed d, e; changed b");
    ck_assert_str_eq(diff(a, a), "");
    ck_assert(!models_part_same_names(&a->models, &b->models));
    llmreg_models_put(&a->models);
    llmreg_models_put(&b->models);
}
END_TEST

/* As much of it as there is room for, and the text says that it is cut. */
START_TEST(a_difference_that_is_too_long_is_cut_at_a_name)
{
    static char names[400][8];
    static struct llmreg_model items[400];
    const struct llmreg_models many = {.items = items, .count = 400};
    const struct llmreg_models few = {.items = items, .count = 100};
    struct models_part *none = make("removed");
    char storage[4096];
    struct llmreg_text text;

    for (size_t i = 0; i < 400; i++) {
        (void)snprintf(names[i], sizeof names[i], "m%03zu", i);
        items[i] = llmreg_model_unknown(names[i]);
    }
    llmreg_text_init(&text, storage, 24);
    models_part_diff(&none->models, &few, &text);
    ck_assert(text.failed);
    ck_assert_str_eq(storage, "added m000, m001, m002");
    llmreg_text_init(&text, storage, sizeof storage);
    models_part_diff(&none->models, &few, &text);
    ck_assert(!text.failed);
    ck_assert_ptr_nonnull(strstr(storage, ", m099; removed removed"));
    llmreg_text_init(&text, storage, sizeof storage);
    models_part_diff(&none->models, &many, &text);
    ck_assert(text.failed);
    ck_assert_ptr_null(strstr(storage, "removed"));
    llmreg_models_put(&none->models);
}
END_TEST

START_TEST(lists_without_models_can_be_compared)
{
    struct models_part *none = make(""), *one = make("a");

    ck_assert_uint_eq(none->models.count, 0);
    ck_assert_str_eq(diff(none, one), "added a");
    ck_assert_str_eq(diff(one, none), "removed a");
    ck_assert(llmreg_models_same(&none->models, &none->models));
    llmreg_models_put(&none->models);
    llmreg_models_put(&one->models);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("models_part");
    TCase *t = tcase_create("models_part");

    tcase_add_test(t, a_list_is_sorted_by_name);
    tcase_add_test(t, of_a_name_that_comes_twice_the_first_is_kept);
    tcase_add_test(t, strings_and_numbers_are_copied_and_the_loaded_counted);
    tcase_add_test(t, strings_that_are_the_same_as_before_are_kept_once);
    tcase_add_test(t, strings_are_kept_wherever_the_model_before_has_its_own);
    tcase_add_test(t, long_lists_are_sorted_as_short_ones_are);
    tcase_add_test(t, models_that_are_out_of_bounds_are_refused);
    tcase_add_test(t, same_means_also_what_moves_while_nothing_happens);
    tcase_add_test(t, what_differs_is_said_by_name);
    tcase_add_test(t, a_difference_that_is_too_long_is_cut_at_a_name);
    tcase_add_test(t, lists_without_models_can_be_compared);
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
