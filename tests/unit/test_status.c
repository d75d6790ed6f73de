/* SPDX-License-Identifier: MIT */
/* test_status.c - every status has its own sentence, every reason its end. */
#include <llmreg/status.h>

#include <check.h>

#include <limits.h>
#include <string.h>

START_TEST(every_status_has_a_sentence_of_its_own)
{
    for (int a = LLMREG_OK; a >= LLMREG_EGAP; a--) {
        ck_assert_str_ne(llmreg_status_text(a), "unknown status");
        ck_assert_int_gt(strlen(llmreg_status_text(a)), 0);
        for (int b = a - 1; b >= LLMREG_EGAP; b--)
            ck_assert_str_ne(llmreg_status_text(a), llmreg_status_text(b));
    }
}
END_TEST

START_TEST(a_number_that_is_no_status_is_unknown)
{
    static const int numbers[] = {1, LLMREG_EGAP - 1, INT_MAX, INT_MIN};

    ck_assert_str_eq(llmreg_status_text(numbers[_i]), "unknown status");
}
END_TEST

START_TEST(a_reason_is_formatted)
{
    struct llmreg_error e;

    llmreg_error_set(&e, "port %d: allowed are %s", 0, "1 to 65535");
    ck_assert_str_eq(e.text, "port 0: allowed are 1 to 65535");
}
END_TEST

START_TEST(nobody_has_to_want_a_reason)
{
    llmreg_error_set(NULL, "port %d", 0);
}
END_TEST

START_TEST(a_reason_may_be_built_from_itself)
{
    struct llmreg_error e;

    llmreg_error_set(&e, "no port");
    llmreg_error_set(&e, "gpu1: %s", e.text);
    ck_assert_str_eq(e.text, "gpu1: no port");
}
END_TEST

START_TEST(a_reason_that_just_fits_is_whole)
{
    struct llmreg_error e;

    llmreg_error_set(&e, "%0511d", 7);
    ck_assert_uint_eq(strlen(e.text), 511);
    ck_assert_str_eq(e.text + 509, "07");
}
END_TEST

START_TEST(a_reason_that_is_too_long_ends_in_dots)
{
    struct llmreg_error e;

    llmreg_error_set(&e, "%0512d", 7);
    ck_assert_uint_eq(strlen(e.text), 511);
    ck_assert_str_eq(e.text + 506, "00...");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("status");
    TCase *tc = tcase_create("status");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, every_status_has_a_sentence_of_its_own);
    tcase_add_loop_test(tc, a_number_that_is_no_status_is_unknown, 0, 4);
    tcase_add_test(tc, a_reason_is_formatted);
    tcase_add_test(tc, nobody_has_to_want_a_reason);
    tcase_add_test(tc, a_reason_may_be_built_from_itself);
    tcase_add_test(tc, a_reason_that_just_fits_is_whole);
    tcase_add_test(tc, a_reason_that_is_too_long_ends_in_dots);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
