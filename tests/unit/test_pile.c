/* SPDX-License-Identifier: MIT */
/* test_pile.c - what is piled up is there, and is copied. */
#include "common/service/pile.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/scarce.h"

START_TEST(it_keeps_copies_in_their_order)
{
    struct pile pile = {.items = NULL};
    char subject[16];

    for (int i = 0; i < 1000; i++) {
        snprintf(subject, sizeof subject, "gpu%d", i);
        pile_add(&pile, LLMREG_RULE_MODEL_LOST, subject);
    }
    ck_assert_uint_eq(pile.count, 1000);
    ck_assert_str_eq(pile.items[0].subject, "gpu0");
    ck_assert_str_eq(pile.items[999].subject, "gpu999");
    ck_assert_int_eq(pile.items[999].rule, LLMREG_RULE_MODEL_LOST);
    pile_clear(&pile);
    ck_assert_uint_eq(pile.count, 0);
}
END_TEST

START_TEST(an_empty_one_can_be_cleared_and_used_again)
{
    struct pile pile = {.items = NULL};

    pile_clear(&pile);
    pile_add(&pile, LLMREG_RULE_KIND_DOWN, "ollama");
    ck_assert_uint_eq(pile.count, 1);
    pile_clear(&pile);
}
END_TEST

START_TEST(without_memory_one_is_left_out_and_the_pile_says_so)
{
    char subject[16];
    bool failed = true;
    long n;

    for (n = 0; failed; n++) {
        struct pile pile = {.items = NULL};
        scarce_from(n);
        for (int i = 0; i < 200; i++) {
            snprintf(subject, sizeof subject, "gpu%d", i);
            pile_add(&pile, LLMREG_RULE_MODEL_LOST, subject);
        }
        failed = scarce_end();
        ck_assert(pile.lacks == failed);
        ck_assert_uint_eq(pile.count, failed ? 199 : 200);
        ck_assert_str_eq(pile.items[pile.count - 1].subject,
                         n == 202 ? "gpu198" : "gpu199");
        pile_clear(&pile);
        ck_assert(!pile.lacks);
    }
    ck_assert_int_eq(n, 204); /* 200 copies, an array that grows twice */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pile");
    TCase *tc = tcase_create("pile");

    tcase_add_test(tc, it_keeps_copies_in_their_order);
    tcase_add_test(tc, an_empty_one_can_be_cleared_and_used_again);
    tcase_add_test(tc, without_memory_one_is_left_out_and_the_pile_says_so);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
