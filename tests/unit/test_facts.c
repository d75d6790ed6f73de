/* SPDX-License-Identifier: MIT */
/* test_facts.c - facts are kept by digest, within a bound, and fill only
 * what a model does not say itself. */
#include "plugins/llm_probe/facts.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static struct facts facts_of(int64_t context)
{
    struct facts f = facts_unknown();

    f.context_max = context;
    return f;
}

START_TEST(the_first_facts_of_a_digest_stay)
{
    struct facts_cache *c = NULL;
    struct facts f = facts_of(4096);

    ck_assert_int_eq(facts_cache_new(&c), LLMREG_OK);
    ck_assert_ptr_null(facts_get(c, "d"));
    ck_assert_int_eq(facts_add(c, "d", &f), LLMREG_OK);
    f.context_max = 1;
    ck_assert_int_eq(facts_add(c, "d", &f), LLMREG_OK);
    ck_assert_int_eq(facts_get(c, "d")->context_max, 4096);
    facts_cache_free(c);
}
END_TEST

START_TEST(a_full_cache_starts_over)
{
    struct facts_cache *c = NULL;
    const struct facts f = facts_of(1);
    char digest[32];

    ck_assert_int_eq(facts_cache_new(&c), LLMREG_OK);
    for (int i = 0; i <= FACTS_MAX; i++) {
        snprintf(digest, sizeof digest, "d%d", i);
        ck_assert_int_eq(facts_add(c, digest, &f), LLMREG_OK);
    }
    ck_assert_ptr_null(facts_get(c, "d0"));
    ck_assert_ptr_nonnull(facts_get(c, digest));
    facts_cache_free(c);
}
END_TEST

START_TEST(facts_fill_only_what_is_unknown)
{
    struct llmreg_model m = llmreg_model_unknown("m:latest");
    struct facts f = {.context_max = 10,
                      .max_output_tokens = 20,
                      .vision = LLMREG_YES,
                      .tools = LLMREG_YES,
                      .json_mode = LLMREG_NO};

    m.context_max = 99;
    m.tools = LLMREG_NO;
    facts_apply(&f, &m);
    ck_assert_int_eq(m.context_max, 99);
    ck_assert_int_eq(m.max_output_tokens, 20);
    ck_assert_int_eq(m.tools, LLMREG_NO);
    ck_assert_int_eq(m.vision, LLMREG_YES);
    ck_assert_int_eq(m.json_mode, LLMREG_NO);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("facts");
    TCase *t = tcase_create("facts");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_test(t, the_first_facts_of_a_digest_stay);
    tcase_add_test(t, a_full_cache_starts_over);
    tcase_add_test(t, facts_fill_only_what_is_unknown);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
