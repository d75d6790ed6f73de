/* SPDX-License-Identifier: MIT */
/* test_metadata.c - what is kept without being understood is harmless. */
#include "common/domain/metadata.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_one(const char *name, const char *json,
                     struct llmreg_error *err)
{
    const struct llmreg_member m = {name, json};

    return metadata_check(&m, 1, err);
}

static const char *const good[] = {
    "null",
    "true",
    "-1.5e3",
    "\"\"",
    "\"a b\\\"\\n c\"",
    "[]",
    "[1,2]",
    "{}",
    "{\"a\":1}",
    "\"\\\\\"",
    "[[[[[[[[]]]]]]]]",
    "\"\xc3\xa9\"",
};

START_TEST(any_compact_json_passes)
{
    struct llmreg_error err = {""};

    ck_assert_msg(check_one("m", good[_i], &err) == LLMREG_OK, "%s: %s",
                  good[_i], err.text);
}
END_TEST

static const struct {
    const char *json, *why;
} bad[] = {
    {"", "allowed are 1 to 1024"},
    {"tru", "not JSON"},
    {"1 2", "not JSON"},
    {"{\"a\":1", "not JSON"},
    {"\"a\nb\"", "control"},
    {"[1, 2]", "blanks"},
    {" 1", "blanks"},
    {"[1,\"a b\", 2]", "blanks"},
    {"[[[[[[[[[]]]]]]]]]", "8 levels"},
    {"\"\xff\"", "UTF-8"},
    {NULL, "missing"},
};

START_TEST(what_is_no_compact_json_is_refused_and_shown)
{
    struct llmreg_error err = {""};

    ck_assert_int_eq(check_one("m", bad[_i].json, &err), LLMREG_EINVAL);
    ck_assert_msg(strstr(err.text, bad[_i].why) != NULL, "%s", err.text);
    ck_assert_int_eq(check_one("m", bad[_i].json, NULL), LLMREG_EINVAL);
}
END_TEST

START_TEST(names_and_values_have_bounds)
{
    char text[1100];

    memset(text, '1', sizeof text);
    text[64] = '\0';
    ck_assert_int_eq(check_one(text, "1", NULL), LLMREG_OK);
    text[64] = '1';
    text[65] = '\0';
    ck_assert_int_eq(check_one(text, "1", NULL), LLMREG_EINVAL);
    ck_assert_int_eq(check_one("", "1", NULL), LLMREG_EINVAL);
    ck_assert_int_eq(check_one(NULL, "1", NULL), LLMREG_EINVAL);
    text[65] = '1';
    text[1024] = '\0';
    ck_assert_int_eq(check_one("m", text, NULL), LLMREG_OK);
    text[1024] = '1';
    text[1025] = '\0';
    ck_assert_int_eq(check_one("m", text, NULL), LLMREG_EINVAL);
}
END_TEST

START_TEST(all_together_has_a_bound_too)
{
    static char names[LLMREG_METADATA_MAX + 1][8], value[1001];
    struct llmreg_member m[LLMREG_METADATA_MAX + 1];
    struct llmreg_error err = {""};

    memset(value, '1', 1000);
    for (int i = 0; i <= LLMREG_METADATA_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "n%d", i);
        m[i] = (struct llmreg_member){names[i], "1"};
    }
    ck_assert_int_eq(metadata_check(m, LLMREG_METADATA_MAX, &err), LLMREG_OK);
    ck_assert_int_eq(metadata_check(m, LLMREG_METADATA_MAX + 1, &err),
                     LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "65 is not within 0 to 64"));
    for (int i = 0; i < 9; i++)
        m[i].json = value;
    ck_assert_int_eq(metadata_check(m, 8, &err), LLMREG_OK);
    ck_assert_int_eq(metadata_check(m, 9, &err), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "within 0 to 8192"));
}
END_TEST

START_TEST(a_name_given_twice_is_refused)
{
    const struct llmreg_member m[] = {{"a", "1"}, {"b", "1"}, {"a", "2"}};
    struct llmreg_error err = {""};

    ck_assert_int_eq(metadata_check(m, 3, &err), LLMREG_EINVAL);
    ck_assert_str_eq(err.text, "metadata \"a\" is given twice");
}
END_TEST

/* ---- merging ---- */

static const struct llmreg_member two[] = {{"b", "1"}, {"d", "2"}};
static const struct llmreg_agent_spec old = {.metadata = two, .nmetadata = 2};

START_TEST(an_update_replaces_adds_and_removes_in_order)
{
    const struct llmreg_member update[] = {
        {"e", "5"}, {"d", "null"}, {"a", "0"}, {"b", "[]"}, {"z", "null"}};
    struct metadata out;

    ck_assert_int_eq(metadata_merge(&old, update, 5, &out, NULL), LLMREG_OK);
    ck_assert_uint_eq(out.count, 3);
    ck_assert_str_eq(out.members[0].name, "a");
    ck_assert_str_eq(out.members[1].json, "[]");
    ck_assert_str_eq(out.members[2].name, "e");
}
END_TEST

START_TEST(it_is_known_beforehand_whether_anything_would_change)
{
    static const struct {
        struct llmreg_member m;
        bool same;
    } cases[] = {{{"b", "1"}, true},    {{"b", "2"}, false},
                 {{"a", "null"}, true}, {{"b", "null"}, false},
                 {{"z", "null"}, true}, {{"c", "1"}, false},
                 {{"d", "2"}, true}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        ck_assert(metadata_has_all(&old, &cases[i].m, 1) == cases[i].same);
    ck_assert(metadata_has_all(&old, two, 2));
    ck_assert(metadata_has_all(&old, NULL, 0));
}
END_TEST

START_TEST(merging_stays_within_the_bounds)
{
    static char names[LLMREG_METADATA_MAX][8];
    struct llmreg_member update[LLMREG_METADATA_MAX];
    struct metadata out = {.count = 77};

    for (int i = 0; i < LLMREG_METADATA_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "n%d", i);
        update[i] = (struct llmreg_member){names[i], "1"};
    }
    ck_assert_int_eq(
        metadata_merge(&old, update, LLMREG_METADATA_MAX - 1, &out, NULL),
        LLMREG_EINVAL);
    ck_assert_uint_eq(out.count, 77);
    ck_assert_int_eq(
        metadata_merge(&old, update, LLMREG_METADATA_MAX - 2, &out, NULL),
        LLMREG_OK);
    ck_assert_uint_eq(out.count, LLMREG_METADATA_MAX);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("metadata");
    TCase *t = tcase_create("metadata");

    tcase_add_loop_test(t, any_compact_json_passes, 0,
                        sizeof good / sizeof good[0]);
    tcase_add_loop_test(t, what_is_no_compact_json_is_refused_and_shown, 0,
                        sizeof bad / sizeof bad[0]);
    tcase_add_test(t, names_and_values_have_bounds);
    tcase_add_test(t, all_together_has_a_bound_too);
    tcase_add_test(t, a_name_given_twice_is_refused);
    tcase_add_test(t, an_update_replaces_adds_and_removes_in_order);
    tcase_add_test(t, it_is_known_beforehand_whether_anything_would_change);
    tcase_add_test(t, merging_stays_within_the_bounds);
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
