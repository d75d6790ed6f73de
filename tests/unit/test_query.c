/* SPDX-License-Identifier: MIT */
/* test_query.c - what stands behind the '?' is what the table allows. */
#include "plugins/llm_listen/api/query.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[] = {"up", "down", NULL};
static const struct query_row rows[] = {
    {"name", QUERY_TEXT, 0, 0, NULL, ""},
    {"limit", QUERY_COUNT, 1, 1000, NULL, ""},
    {"force", QUERY_BOOL, 0, 0, NULL, ""},
    {"state", QUERY_WORD, 0, 0, words, ""},
    {.name = NULL},
};

static struct llmreg_arena arena;
static struct query_value values[QUERY_MAX];
static struct query_problem problem;

static void teardown(void)
{
    llmreg_arena_fini(&arena);
}

static int read_it(const char *query)
{
    return query_read(rows, query, &arena, values, &problem);
}

START_TEST(values_come_by_their_rows)
{
    ck_assert_int_eq(read_it("state=down&limit=17&name=a+b%2Bc%26&force=true"),
                     LLMREG_OK);
    ck_assert_str_eq(values[0].text, "a b+c&");
    ck_assert_int_eq(values[1].number, 17);
    ck_assert_int_eq(values[2].number, 1);
    ck_assert_int_eq(values[3].number, 1);
}
END_TEST

START_TEST(what_is_not_there_is_not_given)
{
    ck_assert_int_eq(read_it(""), LLMREG_OK);
    for (size_t i = 0; i < QUERY_MAX; i++)
        ck_assert_ptr_null(values[i].text);
    ck_assert_int_eq(read_it("&&force=false&"), LLMREG_OK);
    ck_assert_ptr_nonnull(values[2].text);
    ck_assert_int_eq(values[2].number, 0);
}
END_TEST

static const struct {
    const char *query, *says, *field;
} wrong[] = {
    {"nme=x", "name, limit, force, state", "nme"},
    {"nme", "nme", "nme"},
    {"name=x&name=y", "twice", "name"},
    {"name=", "1 to 1023", "name"},
    {"name", "1 to 1023", "name"},
    {"limit=0", "1 to 1000", "limit"},
    {"limit=1001", "1 to 1000", "limit"},
    {"limit=1x", "1 to 1000", "limit"},
    {"limit=+1", "1 to 1000", "limit"},
    {"limit=1.5", "1 to 1000", "limit"},
    {"limit=99999999999999999999", "1 to 1000", "limit"},
    {"force=yes", "true, false", "force"},
    {"force=", "true, false", "force"},
    {"state=UP", "up, down", "state"},
    {"name=%", "percent", NULL},
    {"name=%4", "percent", NULL},
    {"name=%4g", "percent", NULL},
    {"name=%00", "percent", NULL},
    {"name=a%00b", "percent", NULL},
    {"name=%0a", "percent", NULL},
    {"name=%ff", "percent", NULL},
    {"name=%c0%80", "percent", NULL},
    {"na%6=x", "percent", NULL},
    {"limit=1&name=%zz", "percent", NULL},
};

START_TEST(what_is_not_allowed_is_refused_by_name)
{
    ck_assert_int_eq(read_it(wrong[_i].query), LLMREG_EINVAL);
    ck_assert_msg(strstr(problem.err.text, wrong[_i].says) != NULL, "%s: %s",
                  wrong[_i].query, problem.err.text);
    ck_assert_pstr_eq(problem.field, wrong[_i].field);
}
END_TEST

START_TEST(without_a_table_nothing_is_allowed)
{
    ck_assert_int_eq(query_read(NULL, "", &arena, values, &problem), LLMREG_OK);
    ck_assert_int_eq(query_read(NULL, "x=1", &arena, values, &problem),
                     LLMREG_EINVAL);
    ck_assert_str_eq(problem.err.text, "parameter x: allowed is none");
}
END_TEST

START_TEST(a_name_may_be_percent_encoded_as_well)
{
    ck_assert_int_eq(read_it("n%61me=x"), LLMREG_OK);
    ck_assert_str_eq(values[0].text, "x");
}
END_TEST

START_TEST(a_long_text_is_refused_and_not_cut)
{
    char query[1100] = "name=";

    memset(query + 5, 'x', 1023);
    query[5 + 1023] = '\0';
    ck_assert_int_eq(read_it(query), LLMREG_OK);
    ck_assert_uint_eq(strlen(values[0].text), 1023);
    query[5 + 1023] = 'x';
    query[5 + 1024] = '\0';
    ck_assert_int_eq(read_it(query), LLMREG_EINVAL);
}
END_TEST

START_TEST(a_part_of_a_path_keeps_its_plus)
{
    const char *out = NULL;

    ck_assert_int_eq(query_decode("a+b%2f%C3%A4", 12, false, &arena, &out),
                     LLMREG_OK);
    ck_assert_str_eq(out, "a+b/\xc3\xa4");
    ck_assert_int_eq(query_decode("a%2", 3, false, &arena, &out),
                     LLMREG_EINVAL);
    ck_assert_int_eq(query_decode("%7f", 3, false, &arena, &out),
                     LLMREG_EINVAL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("query");
    TCase *tc = tcase_create("query");

    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_test(tc, values_come_by_their_rows);
    tcase_add_test(tc, what_is_not_there_is_not_given);
    tcase_add_loop_test(tc, what_is_not_allowed_is_refused_by_name, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(tc, without_a_table_nothing_is_allowed);
    tcase_add_test(tc, a_name_may_be_percent_encoded_as_well);
    tcase_add_test(tc, a_long_text_is_refused_and_not_cut);
    tcase_add_test(tc, a_part_of_a_path_keeps_its_plus);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
