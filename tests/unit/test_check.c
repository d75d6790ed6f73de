/* SPDX-License-Identifier: MIT */
/* test_check.c - bounds are inclusive, and a refusal names what it refuses. */
#include "common/domain/check.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct llmreg_error err;

static void setup(void)
{
    err.text[0] = '\0';
}

START_TEST(a_text_has_a_least_and_a_greatest_length)
{
    ck_assert_int_eq(check_text("f", "ab", 2, 3, &err), LLMREG_OK);
    ck_assert_int_eq(check_text("f", "abc", 2, 3, &err), LLMREG_OK);
    ck_assert_int_eq(check_text("f", "a", 2, 3, &err), LLMREG_EINVAL);
    ck_assert_str_eq(err.text, "f \"a\" has 1 bytes, allowed are 2 to 3");
    ck_assert_int_eq(check_text("f", "abcd", 2, 3, NULL), LLMREG_EINVAL);
    ck_assert_int_eq(check_text("f", NULL, 0, 3, &err), LLMREG_EINVAL);
    ck_assert_str_eq(err.text, "f is missing");
}
END_TEST

START_TEST(what_is_not_clean_is_refused_and_escaped)
{
    ck_assert_int_eq(check_text("f", "a\033", 0, 9, &err), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "f \"a\\x1b\" is not plain"));
}
END_TEST

START_TEST(only_the_beginning_of_a_long_text_is_repeated)
{
    char text[100] = "";

    memset(text, 'a', 99);
    ck_assert_int_eq(check_text("f", text, 0, 9, &err), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "aaa...\" has 99 bytes"));
    ck_assert_uint_lt(strlen(err.text), 90);
}
END_TEST

START_TEST(a_host_is_what_has_a_key)
{
    ck_assert_int_eq(check_host_key("f", "GPU1", &err), LLMREG_OK);
    ck_assert_int_eq(check_host_key("f", "::1", &err), LLMREG_OK);
    ck_assert_int_eq(check_host_key("f", "", &err), LLMREG_EINVAL);
    ck_assert_int_eq(check_host_key("f", "a/b", &err), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "f \"a/b\" is no name of a host"));
    ck_assert_int_eq(check_host_key("f", NULL, &err), LLMREG_EINVAL);
}
END_TEST

START_TEST(an_integer_is_within_its_range)
{
    ck_assert_int_eq(check_range("f", -1, -1, 5, &err), LLMREG_OK);
    ck_assert_int_eq(check_range("f", 5, -1, 5, &err), LLMREG_OK);
    ck_assert_int_eq(check_range("f", 6, -1, 5, &err), LLMREG_EINVAL);
    ck_assert_str_eq(err.text, "f 6 is not within -1 to 5");
    ck_assert_int_eq(check_range("f", INT64_MIN, -1, 5, &err), LLMREG_EINVAL);
    ck_assert_int_eq(check_range("f", INT64_MAX, -1, 5, NULL), LLMREG_EINVAL);
}
END_TEST

START_TEST(characters_are_letters_digits_and_marks)
{
    ck_assert_int_eq(check_chars("f", "aZ09_", "_", &err), LLMREG_OK);
    ck_assert_int_eq(check_chars("f", "a-b", "_", &err), LLMREG_EINVAL);
    ck_assert_str_eq(err.text,
                     "f \"a-b\" may have letters, digits and \"_\" only");
}
END_TEST

START_TEST(a_word_is_one_of_its_enumeration)
{
    ck_assert_int_eq(check_word("f", 2, 3, &err), LLMREG_OK);
    ck_assert_int_eq(check_word("f", 3, 3, &err), LLMREG_EINVAL);
    ck_assert_str_eq(err.text, "f 3 is none");
}
END_TEST

START_TEST(a_number_is_within_its_range_or_unknown)
{
    ck_assert_int_eq(check_number("f", 0, 0, 100, &err), LLMREG_OK);
    ck_assert_int_eq(check_number("f", 100, 0, 100, &err), LLMREG_OK);
    ck_assert_int_eq(check_number("f", (double)NAN, 0, 100, &err), LLMREG_OK);
    ck_assert_int_eq(check_number("f", 100.5, 0, 100, &err), LLMREG_EINVAL);
    ck_assert_str_eq(err.text, "f 100.5 is not within 0 to 100");
    ck_assert_int_eq(check_number("f", (double)INFINITY, 0, 100, &err),
                     LLMREG_EINVAL);
    ck_assert_int_eq(check_number("f", -(double)INFINITY, 0, 1, &err),
                     LLMREG_EINVAL);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("check");
    TCase *t = tcase_create("check");
    SRunner *sr = srunner_create(s);

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, a_text_has_a_least_and_a_greatest_length);
    tcase_add_test(t, what_is_not_clean_is_refused_and_escaped);
    tcase_add_test(t, only_the_beginning_of_a_long_text_is_repeated);
    tcase_add_test(t, a_host_is_what_has_a_key);
    tcase_add_test(t, an_integer_is_within_its_range);
    tcase_add_test(t, characters_are_letters_digits_and_marks);
    tcase_add_test(t, a_word_is_one_of_its_enumeration);
    tcase_add_test(t, a_number_is_within_its_range_or_unknown);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
