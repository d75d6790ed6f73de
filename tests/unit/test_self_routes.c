/* SPDX-License-Identifier: MIT */
/* test_self_routes.c - how the listener is, and what can be asked of it. */
#include "plugins/llm_listen/api/statuses.h"
#include "plugins/llm_listen/dialects/dialects.h"
#include "tests/support/desk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEALTH  "GET /api/v1/health"
#define OPENAPI "GET /api/v1/openapi.json"

static struct desk d;

static void setup(void)
{
    desk_open_with(&d, DIALECTS_ALL);
}

static void teardown(void)
{
    desk_close(&d);
}

START_TEST(whoever_asks_learns_that_we_are_there)
{
    desk_ask(&d, "far", "GET /healthz", NULL, 200);
    ck_assert_str_eq(desk_body(&d), "{\"status\":\"ok\"}");
    desk_ask(&d, "far", "GET /readyz", NULL, 200);
    ck_assert_str_eq(desk_body(&d), "{\"status\":\"ok\"}");
}
END_TEST

START_TEST(readers_learn_all_of_it)
{
    desk_pass(&d, 5000);
    desk_ask(&d, "far", HEALTH, NULL, 401);
    desk_ask(&d, "reader", HEALTH, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "status"), "healthy");
    ck_assert_str_eq(desk_get(&d, "store.works"), "true");
    ck_assert_ptr_nonnull(desk_get(&d, "version"));
    ck_assert_ptr_nonnull(desk_get(&d, "events.last_seq"));
    ck_assert_str_eq(desk_get(&d, "limits.endpoints_per_agent"), "64");
    /* Itself is not answered yet; the one before is. */
    ck_assert_ptr_nonnull(desk_get(&d, "http.http_requests-4xx"));
}
END_TEST

/* Every key under paths is a row's path, and every row has its operation with
 * the statuses that it can answer. */
static void find_operation(const struct route *r)
{
    static const char *const methods[HTTP_METHODS] = {[HTTP_GET] = "get",
                                                      [HTTP_POST] = "post",
                                                      [HTTP_PUT] = "put",
                                                      [HTTP_PATCH] = "patch",
                                                      [HTTP_DELETE] = "delete"};
    char text[300];
    const char *at;
    unsigned all[STATUSES_MAX];
    struct route_match m;

    router_find(d.api->router, r->method, r->path, &m);
    if (m.route != r)
        return; /* a dialect's goes before it */
    snprintf(text, sizeof text, "\"%s\":{", r->path);
    at = strstr(desk_body(&d), text);
    ck_assert_msg(at != NULL, "%s is not there", r->path);
    snprintf(text, sizeof text, "\"%s\":{\"summary\":", methods[r->method]);
    at = strstr(at, text);
    ck_assert_msg(at != NULL, "%s %s is not there", text, r->path);
    at = strstr(at, "\"responses\":{");
    ck_assert_ptr_nonnull(at);
    for (size_t i = 0, n = statuses_of(r, all); i < n; i++) {
        snprintf(text, sizeof text, "\"%u\":{\"description\":\"", all[i]);
        ck_assert_ptr_nonnull(strstr(at, text));
    }
}

START_TEST(the_document_has_every_route)
{
    size_t n = 0;
    const struct route_table *tables = api_tables(&n);

    desk_ask(&d, "reader", OPENAPI, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "openapi"), "3.0.3");
    for (size_t t = 0; t < n; t++)
        for (const struct route *r = tables[t].rows; r->path != NULL; r++)
            find_operation(r);
}
END_TEST

START_TEST(the_document_says_how_errors_look)
{
    desk_ask(&d, "reader", OPENAPI, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "components.schemas.error.properties.error."
                                  "properties.field.type"),
                     "string");
    ck_assert_ptr_nonnull(
        strstr(desk_body(&d), "{\"$ref\":\"#/components/schemas/error\"}"));
}
END_TEST

START_TEST(a_dialect_that_is_off_is_not_in_it)
{
    desk_stop(&d);
    d.conf.dialects = 0;
    desk_start(&d);
    desk_ask(&d, "reader", OPENAPI, NULL, 200);
    ck_assert_ptr_nonnull(strstr(desk_body(&d), "\"/api/v1/agents\":{"));
    ck_assert_ptr_null(strstr(desk_body(&d), "\"nexus\""));
    ck_assert_ptr_null(strstr(desk_body(&d), "\"/health\":{"));
}
END_TEST

START_TEST(the_document_is_not_sent_twice)
{
    char tag[80];

    desk_ask(&d, "reader", OPENAPI, NULL, 200);
    snprintf(tag, sizeof tag, "%s", desk_field(&d, "ETag"));
    desk_header(&d, "If-None-Match", tag);
    desk_ask(&d, "reader", OPENAPI, NULL, 304);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("self_routes");
    TCase *tc = tcase_create("self_routes");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, whoever_asks_learns_that_we_are_there);
    tcase_add_test(tc, readers_learn_all_of_it);
    tcase_add_test(tc, the_document_has_every_route);
    tcase_add_test(tc, the_document_says_how_errors_look);
    tcase_add_test(tc, a_dialect_that_is_off_is_not_in_it);
    tcase_add_test(tc, the_document_is_not_sent_twice);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
