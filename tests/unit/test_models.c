/* SPDX-License-Identifier: MIT */
/* test_models.c - lists compared and searched. */
#include <llmreg/endpoint.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct llmreg_model known(const char *name)
{
    struct llmreg_model m = llmreg_model_unknown(name);

    m.digest = "d";
    m.family = "f";
    m.parameter_size = "3B";
    m.quantization = "Q4";
    m.loaded = LLMREG_YES;
    return m;
}

static struct llmreg_models list_of(const struct llmreg_model *items,
                                    size_t count)
{
    return (struct llmreg_models){.items = items, .count = count};
}

START_TEST(of_an_unknown_model_only_the_name_is_known)
{
    struct llmreg_model m = llmreg_model_unknown("a:latest");

    ck_assert_str_eq(m.name, "a:latest");
    ck_assert(m.digest[0] == '\0' && m.family[0] == '\0' &&
              m.parameter_size[0] == '\0' && m.quantization[0] == '\0');
    ck_assert(m.size_bytes == -1 && m.context_max == -1 &&
              m.context_effective == -1 && m.max_output_tokens == -1);
    ck_assert(m.loaded_bytes == -1 && m.vram_bytes == -1 && m.expires_ms == -1);
    ck_assert(m.loaded == LLMREG_UNKNOWN && m.vision == LLMREG_UNKNOWN &&
              m.tools == LLMREG_UNKNOWN && m.json_mode == LLMREG_UNKNOWN);
    ck_assert(!m.remote);
}
END_TEST

START_TEST(equal_lists_are_alike)
{
    struct llmreg_model a[2] = {known("a"), known("b")};
    struct llmreg_model b[2] = {known("a"), known("b")};
    struct llmreg_models x = list_of(a, 2), y = list_of(b, 2);

    ck_assert(llmreg_models_alike(&x, &y));
}
END_TEST

START_TEST(empty_lists_are_alike)
{
    struct llmreg_model a = known("a");
    struct llmreg_models x = list_of(NULL, 0), y = list_of(&a, 0);

    ck_assert(llmreg_models_alike(&x, &y));
    y.count = 1;
    ck_assert(!llmreg_models_alike(&x, &y));
}
END_TEST

/* Changes the n-th fact of m; false when there are no more. */
static bool change(struct llmreg_model *m, int n)
{
    const char **words[] = {&m->name, &m->digest, &m->family,
                            &m->parameter_size, &m->quantization};
    int64_t *numbers[] = {&m->size_bytes, &m->context_max,
                          &m->context_effective, &m->max_output_tokens};
    enum llmreg_tristate *facts[] = {&m->loaded, &m->vision, &m->tools,
                                     &m->json_mode};

    if (n < 5)
        *words[n] = "other";
    else if (n < 9)
        *numbers[n - 5] = 77;
    else if (n < 13)
        *facts[n - 9] = LLMREG_NO;
    else
        m->remote = true;
    return n < 14;
}

START_TEST(a_change_of_any_fact_makes_a_difference)
{
    struct llmreg_model a[2] = {known("a"), known("b")};
    struct llmreg_model b[2] = {known("a"), known("b")};
    struct llmreg_models x = list_of(a, 2), y = list_of(b, 2);

    ck_assert(change(&b[1], _i));
    ck_assert(!llmreg_models_alike(&x, &y));
    ck_assert(!llmreg_models_alike(&y, &x));
}
END_TEST

START_TEST(what_is_unknown_may_be_empty_or_missing)
{
    struct llmreg_model a = llmreg_model_unknown("a"), b = a;
    struct llmreg_models x = list_of(&a, 1), y = list_of(&b, 1);

    b.digest = b.family = b.parameter_size = b.quantization = NULL;
    ck_assert(llmreg_models_alike(&x, &y));
    ck_assert(llmreg_models_same(&y, &x));
    a.family = "llama";
    ck_assert(!llmreg_models_alike(&x, &y));
    ck_assert(!llmreg_models_alike(&y, &x));
    b.name = NULL; /* as nobody may hand it in */
    ck_assert(!llmreg_models_alike(&x, &y));
}
END_TEST

START_TEST(what_moves_all_the_time_makes_none)
{
    struct llmreg_model a = known("a"), b = known("a");
    struct llmreg_models x = list_of(&a, 1), y = list_of(&b, 1);

    b.expires_ms = 1;
    b.loaded_bytes = 2;
    b.vram_bytes = 3;
    ck_assert(llmreg_models_alike(&x, &y));
}
END_TEST

START_TEST(counts_of_what_was_left_out_make_a_difference)
{
    struct llmreg_models x = {.not_kept = 1}, y = {.rejected = 1}, z = {0};

    ck_assert(!llmreg_models_alike(&x, &z));
    ck_assert(!llmreg_models_alike(&y, &z));
    ck_assert(!llmreg_models_alike(&x, &y));
}
END_TEST

START_TEST(a_model_is_found_by_its_name)
{
    struct llmreg_model items[100];
    char names[100][16];
    struct llmreg_models m = list_of(items, (size_t)_i);

    for (int i = 0; i < 100; i++) {
        snprintf(names[i], sizeof names[i], "m%02d:a", i);
        items[i] = known(names[i]);
    }
    for (int i = 0; i < 100; i++)
        ck_assert_ptr_eq(llmreg_models_find(&m, names[i]),
                         i < _i ? &items[i] : NULL);
    ck_assert_ptr_null(llmreg_models_find(&m, ""));
    ck_assert_ptr_null(llmreg_models_find(&m, "m00"));
    ck_assert_ptr_null(llmreg_models_find(&m, "zzz"));
}
END_TEST

START_TEST(in_an_empty_list_is_nothing)
{
    struct llmreg_models m = {0};

    ck_assert_ptr_null(llmreg_models_find(&m, "a"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("models");
    TCase *tc = tcase_create("models");

    tcase_add_test(tc, of_an_unknown_model_only_the_name_is_known);
    tcase_add_test(tc, equal_lists_are_alike);
    tcase_add_test(tc, empty_lists_are_alike);
    tcase_add_loop_test(tc, a_change_of_any_fact_makes_a_difference, 0, 14);
    tcase_add_test(tc, what_is_unknown_may_be_empty_or_missing);
    tcase_add_test(tc, what_moves_all_the_time_makes_none);
    tcase_add_test(tc, counts_of_what_was_left_out_make_a_difference);
    tcase_add_loop_test(tc, a_model_is_found_by_its_name, 1, 101);
    tcase_add_test(tc, in_an_empty_list_is_nothing);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
