/* SPDX-License-Identifier: MIT */
/* test_keep.c - ids of one entity are not those of another. */
#include "common/store/keep.h"

#include <check.h>
#include <stdlib.h>

static struct keep *keep;

static void setup(void)
{
    ck_assert_int_eq(keep_new(&keep), LLMREG_OK);
}

static void teardown(void)
{
    keep_free(keep);
}

START_TEST(what_was_added_is_kept_for_its_entity_alone)
{
    ck_assert_int_eq(keep_add(keep, LLMREG_ENTITY_AGENT, "a"), LLMREG_OK);
    ck_assert(keep_has(keep, LLMREG_ENTITY_AGENT, "a"));
    ck_assert(!keep_has(keep, LLMREG_ENTITY_AGENT, "b"));
    ck_assert(!keep_has(keep, LLMREG_ENTITY_SESSION, "a"));
}
END_TEST

START_TEST(adding_again_is_fine)
{
    ck_assert_int_eq(keep_add(keep, LLMREG_ENTITY_ALERT, "a"), LLMREG_OK);
    ck_assert_int_eq(keep_add(keep, LLMREG_ENTITY_ALERT, "a"), LLMREG_OK);
    ck_assert(keep_has(keep, LLMREG_ENTITY_ALERT, "a"));
}
END_TEST

START_TEST(freeing_nothing_is_fine)
{
    keep_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("keep");
    TCase *tc = tcase_create("keep");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, what_was_added_is_kept_for_its_entity_alone);
    tcase_add_test(tc, adding_again_is_fine);
    tcase_add_test(tc, freeing_nothing_is_fine);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
