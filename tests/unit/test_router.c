/* SPDX-License-Identifier: MIT */
/* test_router.c - which route a path leads to, and what its braces hold. */
#include "plugins/llm_listen/api/route.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static int nothing(struct ask *a)
{
    (void)a;
    return LLMREG_OK;
}

#define ROW(method, text)                                                      \
    {                                                                          \
        method, text, ROUTE_OPEN, 0, NULL, NULL, nothing, "200", "", false     \
    }

static const struct route first[] = {
    ROW(HTTP_GET, "/"),
    ROW(HTTP_GET, "/a"),
    ROW(HTTP_GET, "/a/choose"),
    ROW(HTTP_GET, "/a/{id}"),
    ROW(HTTP_DELETE, "/a/{id}"),
    ROW(HTTP_POST, "/a/{id}/beat"),
    ROW(HTTP_GET, "/a/choose/last"),
    ROW(HTTP_GET, "/m/{name}/e/{id}"),
    {.path = NULL},
};
static const struct route second[] = {
    ROW(HTTP_GET, "/a"),
    ROW(HTTP_PUT, "/a"),
    {.path = NULL},
};
static const struct route other[] = {
    ROW(HTTP_GET, "/a"),
    ROW(HTTP_GET, "/a/{id}/beat"),
    ROW(HTTP_GET, "/z/y"),
    {.path = NULL},
};

enum { OTHER = 2, ANY = 4 };

static const struct route_table tables[] = {
    {"", first, 0, NULL},
    {"old", second, ANY | OTHER, NULL},
    {"other", other, OTHER, NULL},
};
#define TABLES (sizeof tables / sizeof tables[0])

static struct router *router;
static struct route_match match;

static void setup(void)
{
    struct llmreg_error err;

    ck_assert_int_eq(router_new(&router, tables, TABLES, ANY, &err), LLMREG_OK);
}

static void teardown(void)
{
    router_free(router);
}

static const char *find(enum http_method method, const char *path)
{
    router_find(router, method, path, &match);
    return match.route == NULL ? "none" : match.route->path;
}

static const struct {
    enum http_method method;
    const char *path, *route;
} table[] = {
    {HTTP_GET, "/", "/"},
    {HTTP_GET, "/a", "/a"},
    {HTTP_GET, "/a/", "none"},
    {HTTP_GET, "//a", "none"},
    {HTTP_GET, "/a/choose", "/a/choose"},
    {HTTP_GET, "/a/choose2", "/a/{id}"},
    {HTTP_GET, "/a/choos", "/a/{id}"},
    {HTTP_POST, "/a/choose/beat", "/a/{id}/beat"},
    {HTTP_GET, "/a/choose/last", "/a/choose/last"},
    {HTTP_DELETE, "/a/choose", "/a/{id}"},
    {HTTP_GET, "/a/x/beat", "none"},
    {HTTP_GET, "/a/x/y/z", "none"},
    {HTTP_GET, "/A", "none"},
    {HTTP_GET, "", "none"},
    {HTTP_GET, "a", "none"},
    {HTTP_GET, "/m/x/e/y", "/m/{name}/e/{id}"},
    {HTTP_GET, "/m//e/y", "none"},
    {HTTP_GET, "/{id}", "none"},
    {HTTP_PUT, "/a", "/a"},
};

START_TEST(a_path_leads_to_its_route)
{
    ck_assert_str_eq(find(table[_i].method, table[_i].path), table[_i].route);
}
END_TEST

START_TEST(what_stands_in_braces_is_handed_over_as_it_came)
{
    find(HTTP_GET, "/m/a%2Fb/e/y");
    ck_assert_uint_eq(match.params[0].len, 5);
    ck_assert_int_eq(strncmp(match.params[0].at, "a%2Fb", 5), 0);
    ck_assert_uint_eq(match.params[1].len, 1);
    ck_assert_str_eq(match.params[1].at, "y");
    find(HTTP_GET, "/a/choose");
    ck_assert_ptr_null(match.params[0].at);
}
END_TEST

START_TEST(a_way_back_leaves_no_value_behind)
{
    find(HTTP_POST, "/a/choose/beat");
    ck_assert_uint_eq(match.params[0].len, 6);
    ck_assert_ptr_null(match.params[1].at);
}
END_TEST

START_TEST(without_the_method_those_that_there_are_are_told)
{
    ck_assert_str_eq(find(HTTP_PATCH, "/a/x"), "none");
    ck_assert_uint_eq(match.methods, 1u << HTTP_GET | 1u << HTTP_DELETE);
    find(HTTP_PATCH, "/b");
    ck_assert_uint_eq(match.methods, 0);
    /* A literal node, and the one in braces beside it. */
    find(HTTP_PATCH, "/a/choose");
    ck_assert_uint_eq(match.methods, 1u << HTTP_GET | 1u << HTTP_DELETE);
}
END_TEST

START_TEST(of_two_tables_the_first_wins)
{
    find(HTTP_GET, "/a");
    ck_assert_ptr_eq(match.route, &first[1]);
    ck_assert_uint_eq(match.methods, 1u << HTTP_GET | 1u << HTTP_PUT);
}
END_TEST

static void start_with(unsigned dialects)
{
    struct llmreg_error err;

    router_free(router);
    ck_assert_int_eq(router_new(&router, tables, TABLES, dialects, &err),
                     LLMREG_OK);
}

START_TEST(a_table_of_a_dialect_is_there_only_with_it)
{
    ck_assert_str_eq(find(HTTP_GET, "/z/y"), "none");
    ck_assert_str_eq(find(HTTP_GET, "/a/x/beat"), "none");
    start_with(OTHER);
    ck_assert_str_eq(find(HTTP_GET, "/z/y"), "/z/y");
    ck_assert_str_eq(find(HTTP_GET, "/a/x/beat"), "/a/{id}/beat");
    find(HTTP_GET, "/a");
    ck_assert_ptr_eq(match.route, &first[1]);
    start_with(0);
    ck_assert_str_eq(find(HTTP_PUT, "/a"), "none");
}
END_TEST

/* Where it leads to nothing, whoever has the most of it. */
static const struct {
    enum http_method method;
    const char *path, *table;
} owners[] = {
    {HTTP_GET, "/a", ""},
    {HTTP_PUT, "/a", "old"},
    {HTTP_GET, "/z/y", "other"},
    {HTTP_PUT, "/z/y", "other"},
    {HTTP_GET, "/z/n", "other"},
    {HTTP_GET, "/z", "other"},
    {HTTP_GET, "/a/x/n", ""},
    {HTTP_GET, "/n", NULL},
    {HTTP_GET, "/a/x/beat", "other"},
};

START_TEST(a_path_belongs_to_a_table_as_far_as_it_goes)
{
    start_with(OTHER);
    find(owners[_i].method, owners[_i].path);
    if (owners[_i].table == NULL)
        ck_assert_ptr_null(match.table);
    else
        ck_assert_str_eq(match.table->name, owners[_i].table);
}
END_TEST

START_TEST(a_row_that_is_there_twice_is_a_mistake)
{
    static const struct route twice[] = {
        ROW(HTTP_GET, "/x/{a}"),
        ROW(HTTP_POST, "/x/{a}"),
        ROW(HTTP_GET, "/x/{a}"),
        {.path = NULL},
    };
    const struct route_table one = {"", twice, 0, NULL};
    struct router *r = NULL;
    struct llmreg_error err;

    ck_assert_int_eq(router_new(&r, &one, 1, 0, &err), LLMREG_EEXIST);
    ck_assert_ptr_null(r);
    ck_assert_ptr_nonnull(strstr(err.text, "GET /x/{a}"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("router");
    TCase *tc = tcase_create("router");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, a_path_leads_to_its_route, 0,
                        (int)(sizeof table / sizeof table[0]));
    tcase_add_test(tc, what_stands_in_braces_is_handed_over_as_it_came);
    tcase_add_test(tc, a_way_back_leaves_no_value_behind);
    tcase_add_test(tc, without_the_method_those_that_there_are_are_told);
    tcase_add_test(tc, of_two_tables_the_first_wins);
    tcase_add_test(tc, a_table_of_a_dialect_is_there_only_with_it);
    tcase_add_loop_test(tc, a_path_belongs_to_a_table_as_far_as_it_goes, 0,
                        (int)(sizeof owners / sizeof owners[0]));
    tcase_add_test(tc, a_row_that_is_there_twice_is_a_mistake);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
