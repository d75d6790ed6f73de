/* SPDX-License-Identifier: MIT */
/* test_pairs.c - lists in lines: what was put together is taken apart again. */
#include "common/store/rows/pairs.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char lines[512];

static const char *add(char between, const char *name, const char *value)
{
    struct llmreg_text t = {lines, sizeof lines, strlen(lines), false};
    const struct pair p = {name, value};

    pairs_add(&t, between, &p);
    ck_assert(!t.failed);
    return lines;
}

/* As "name:value name:value". */
static const char *apart(const char *text, char between)
{
    static char out[512];
    char copy[sizeof lines], *at = copy;
    size_t len = 0;
    struct pair p;

    (void)snprintf(copy, sizeof copy, "%s", text);
    out[0] = '\0';
    while (pairs_next(&at, between, &p))
        len += (size_t)snprintf(out + len, sizeof out - len, "%s%s:%s",
                                len == 0 ? "" : " ", p.name, p.value);
    return out;
}

START_TEST(a_name_without_a_value_is_a_line_of_its_own)
{
    ck_assert_str_eq(add(PAIRS_EQUALS, "chat", ""), "chat\n");
    ck_assert_str_eq(add(PAIRS_EQUALS, "gpu", "h100"), "chat\ngpu=h100\n");
    ck_assert_str_eq(apart(lines, PAIRS_EQUALS), "chat: gpu:h100");
}
END_TEST

START_TEST(only_the_first_mark_is_between)
{
    add(PAIRS_EQUALS, "a", "=b=");
    ck_assert_str_eq(apart(lines, PAIRS_EQUALS), "a:=b=");
    ck_assert_str_eq(apart("a=b\t{\"c\":1}\n", PAIRS_TAB), "a=b:{\"c\":1}");
}
END_TEST

START_TEST(nothing_is_no_line)
{
    ck_assert_str_eq(apart("", PAIRS_TAB), "");
}
END_TEST

START_TEST(what_somebody_has_edited_is_taken_as_it_is)
{
    ck_assert_str_eq(apart("a=1\nb", PAIRS_EQUALS), "a:1 b:");
    ck_assert_str_eq(apart("\n\n", PAIRS_EQUALS), ": :");
    ck_assert_str_eq(apart("=1\n", PAIRS_EQUALS), ":1");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pairs");
    TCase *tc = tcase_create("pairs");

    tcase_add_test(tc, a_name_without_a_value_is_a_line_of_its_own);
    tcase_add_test(tc, only_the_first_mark_is_between);
    tcase_add_test(tc, nothing_is_no_line);
    tcase_add_test(tc, what_somebody_has_edited_is_taken_as_it_is);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
