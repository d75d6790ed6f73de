/* SPDX-License-Identifier: MIT */
/* test_json_path.c - entering, leaving and naming places. */
#include "common/base/json_path.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct json_path p;

static void key(const char *s)
{
    json_path_key(&p, s, strlen(s));
}

static void is(const char *expected)
{
    ck_assert_str_eq(json_path_text(&p), expected);
}

START_TEST(the_document_has_no_path)
{
    json_path_init(&p);
    is("");
}
END_TEST

START_TEST(members_are_joined_by_dots)
{
    json_path_init(&p);
    json_path_enter(&p, false);
    is("");
    key("a");
    is("a");
    json_path_enter(&p, false);
    key("b");
    is("a.b");
    key("longer");
    is("a.longer");
    json_path_leave(&p);
    is("a");
    key("c");
    is("c");
    json_path_leave(&p);
    is("");
}
END_TEST

START_TEST(elements_are_marked_by_brackets)
{
    json_path_init(&p);
    json_path_enter(&p, true);
    is("[]");
    json_path_enter(&p, true);
    is("[][]");
    json_path_enter(&p, false);
    key("a");
    is("[][].a");
    json_path_leave(&p);
    is("[][]");
    json_path_leave(&p);
    is("[]");
    json_path_leave(&p);
    is("");
}
END_TEST

START_TEST(what_means_something_is_escaped)
{
    json_path_init(&p);
    json_path_enter(&p, false);
    key("a.b[]\\");
    is("a\\.b\\[]\\\\");
}
END_TEST

START_TEST(a_member_without_a_name_is_lost_with_all_that_is_in_it)
{
    json_path_init(&p);
    json_path_enter(&p, false);
    json_path_no_key(&p);
    is("?");
    json_path_enter(&p, false);
    key("a");
    is("?");
    json_path_leave(&p);
    is("?");
    key("b");
    is("b");
}
END_TEST

START_TEST(a_path_may_fill_the_array)
{
    char name[LLMREG_JSON_PATH] = "";

    memset(name, 'a', sizeof name - 1);
    json_path_init(&p);
    json_path_enter(&p, false);
    key(name);
    is(name);
    json_path_enter(&p, true);
    is("?");
    json_path_leave(&p);
    is(name);
}
END_TEST

START_TEST(a_path_that_is_lost_comes_back_above)
{
    char name[LLMREG_JSON_PATH + 1] = "";

    memset(name, 'a', sizeof name - 1);
    json_path_init(&p);
    json_path_enter(&p, false);
    key("x");
    json_path_enter(&p, false);
    key(name);
    is("?");
    json_path_leave(&p);
    is("x");
}
END_TEST

START_TEST(an_escape_that_does_not_fit_loses_the_path)
{
    char name[LLMREG_JSON_PATH] = "";

    memset(name, 'a', sizeof name - 2);
    name[sizeof name - 2] = '.';
    json_path_init(&p);
    json_path_enter(&p, false);
    key(name);
    is("?");
}
END_TEST

START_TEST(there_is_room_for_the_deepest_nesting)
{
    json_path_init(&p);
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        json_path_enter(&p, true);
    ck_assert_uint_eq(strlen(json_path_text(&p)), 2 * JSON_DEPTH_MAX);
    for (int i = 0; i < JSON_DEPTH_MAX; i++)
        json_path_leave(&p);
    is("");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("json_path");
    TCase *tc = tcase_create("json_path");

    tcase_add_test(tc, the_document_has_no_path);
    tcase_add_test(tc, members_are_joined_by_dots);
    tcase_add_test(tc, elements_are_marked_by_brackets);
    tcase_add_test(tc, what_means_something_is_escaped);
    tcase_add_test(tc, a_member_without_a_name_is_lost_with_all_that_is_in_it);
    tcase_add_test(tc, a_path_may_fill_the_array);
    tcase_add_test(tc, a_path_that_is_lost_comes_back_above);
    tcase_add_test(tc, an_escape_that_does_not_fit_loses_the_path);
    tcase_add_test(tc, there_is_room_for_the_deepest_nesting);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
