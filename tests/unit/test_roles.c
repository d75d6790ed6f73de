/* SPDX-License-Identifier: MIT */
/* test_roles.c - every route, asked by everybody: who may is the column of its
 * row, and who may not is told so before anything else. */
#include "plugins/llm_listen/dialects/dialects.h"
#include "tests/support/desk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct desk d;

static void setup(void)
{
    desk_open_with(&d, DIALECTS_ALL);
}

static void teardown(void)
{
    desk_close(&d);
}

enum { FINE, NEEDS, FORBIDDEN }; /* through, 401, 403 */

/* By hand, from the contract: what becomes of who asks. */
static const struct {
    const char *who;
    int by_role[6]; /* OPEN, AGENT, READER, OPERATOR, ADMIN, SOCKET */
} matrix[] = {
    {"far", {FINE, NEEDS, NEEDS, NEEDS, NEEDS, FINE}},
    {"old", {FINE, NEEDS, NEEDS, NEEDS, NEEDS, FINE}},
    {"local", {FINE, NEEDS, FINE, NEEDS, NEEDS, FINE}},
    {"root", {FINE, FINE, FINE, FINE, NEEDS, FINE}},
    {"agent", {FINE, FINE, FORBIDDEN, FORBIDDEN, FORBIDDEN, FINE}},
    {"reader", {FINE, FORBIDDEN, FINE, FORBIDDEN, FORBIDDEN, FINE}},
    {"operator", {FINE, FINE, FINE, FINE, FORBIDDEN, FINE}},
    {"admin", {FINE, FINE, FINE, FINE, FINE, FINE}},
};
#define PEOPLE (sizeof matrix / sizeof matrix[0])

/* "GET /api/v1/agents/x": braces filled with something that there is not. */
static void write_call(const struct route *r, char *out, size_t size)
{
    struct llmreg_text t;
    bool inside = false;

    llmreg_text_init(&t, out, size);
    llmreg_text_addf(&t, "%s ", http_method_text(r->method));
    for (const char *p = r->path; *p != '\0'; p++) {
        inside = inside || *p == '{';
        if (!inside)
            llmreg_text_add_bytes(&t, p, 1);
        if (*p == '}') {
            llmreg_text_add(&t, "nobody");
            inside = false;
        }
    }
}

/* Where a dialect has the path as well, the first row counts. */
static const struct route *first_row(const struct route *r)
{
    struct route_match m;

    router_find(d.api->router, r->method, r->path, &m);
    return m.route;
}

/* A body that no form takes and that nothing is done with: whoever gets to it
 * is through. */
static void ask_one(const struct route *r, const char *who, int expected)
{
    /* Nobody is this agent: it may, but only for itself. */
    const bool is_own = r->role == ROUTE_AGENT && strcmp(who, "agent") == 0;
    char call[256];
    unsigned status;

    write_call(r, call, sizeof call);
    if (r->tokenless && strcmp(who, "old") == 0)
        expected = FINE;
    status = desk_try(&d, who, call, r->body != NULL ? "[]" : NULL);
    if (expected == NEEDS)
        ck_assert_msg(status == 401, "%s as %s: %u", call, who, status);
    else if (expected == FORBIDDEN)
        ck_assert_msg(status == 403, "%s as %s: %u", call, who, status);
    else
        ck_assert_msg(status != 401 && (status != 403 || is_own),
                      "%s as %s: %u %s", call, who, status, desk_body(&d));
}

START_TEST(every_route_is_for_those_that_its_row_says)
{
    size_t n = 0;
    const struct route_table *tables = api_tables(&n);

    ck_assert_uint_gt(n, 2);
    for (size_t t = 0; t < n; t++)
        for (const struct route *r = tables[t].rows; r->path != NULL; r++)
            ask_one(first_row(r), matrix[_i].who,
                    matrix[_i].by_role[first_row(r)->role]);
}
END_TEST

START_TEST(every_row_is_whole)
{
    size_t n = 0;
    const struct route_table *tables = api_tables(&n);

    for (size_t t = 0; t < n; t++) {
        for (const struct route *r = tables[t].rows; r->path != NULL; r++) {
            ck_assert_msg(r->help[0] != '\0', "%s", r->path);
            ck_assert_msg(strchr("23", r->answers[0]) != NULL ||
                              strncmp(r->answers, "101 ", 4) == 0,
                          "%s", r->path);
            ck_assert(r->run != NULL);
            /* Who reads a body takes one, and only who changes something. */
            ck_assert(r->body == NULL || r->body_max > 0);
            ck_assert(r->body_max == 0 || r->method != HTTP_GET);
            /* Existing clients are agents. */
            ck_assert(!r->tokenless || r->role == ROUTE_AGENT);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("roles");
    TCase *tc = tcase_create("roles");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, every_route_is_for_those_that_its_row_says, 0,
                        (int)(sizeof matrix / sizeof matrix[0]));
    tcase_add_test(tc, every_row_is_whole);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
