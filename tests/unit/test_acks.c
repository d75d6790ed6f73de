/* SPDX-License-Identifier: MIT */
/* test_acks.c - a change is answered when it is on disk, and not before; who
 * cannot be answered is told soon. */
#include "tests/support/desk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALLS 200

static struct desk d;

static void teardown(void)
{
    desk_close(&d);
}

static struct http_call *begin(int n, char body[static 80])
{
    char bearer[80];
    const struct http_field fields[] = {{"Authorization", bearer}};
    const struct fake_ask ask = {.method = HTTP_POST,
                                 .target = "/api/v1/agents/register",
                                 .headers = fields,
                                 .nheaders = 1,
                                 .body = body,
                                 .peer = "192.0.2.1",
                                 .door = &d.door};

    snprintf(bearer, sizeof bearer, "Bearer %s", desk_token("operator"));
    snprintf(body, 80, "{\"type\":\"worker\",\"name\":\"w%d\"}", n);
    return fake_http_call(d.server, &ask);
}

START_TEST(many_that_wait_are_all_answered)
{
    struct http_call *calls[CALLS];
    char body[80];

    desk_open(&d);
    for (int i = 0; i < CALLS; i++)
        calls[i] = begin(i, body);
    for (int i = 0; i < CALLS; i++) {
        fake_http_finish(calls[i]);
        ck_assert_uint_eq(fake_http_status(calls[i]), 200);
        fake_http_end(calls[i]);
    }
    ck_assert_uint_eq(acks_waiting(d.api->acks), 0);
}
END_TEST

START_TEST(what_is_answered_is_on_disk)
{
    desk_open(&d);
    desk_ask(&d, "operator", "POST /api/v1/agents/register",
             "{\"type\":\"worker\",\"name\":\"w\"}", 200);
    ck_assert_uint_ge(acks_durable(d.api->acks), llmreg_bus_last(d.api->bus));
}
END_TEST

START_TEST(without_a_store_it_is_said_that_it_is_not_durable)
{
    desk_make(&d);
    d.dir = "a/registry";
    desk_start(&d);
    desk_ask(&d, "operator", "POST /api/v1/agents/register",
             "{\"agent_id\":\"w\",\"type\":\"worker\",\"name\":\"w\"}", 503);
    ck_assert_str_eq(desk_get(&d, "error.code"), "not_durable");
    ck_assert_str_eq(desk_field(&d, "Retry-After"), "5");
    /* It is known all the same, and beats. */
    desk_ask(&d, "operator", "POST /api/v1/agents/w/heartbeat", NULL, 200);
    desk_ask(&d, "reader", "GET /api/v1/agents/w", NULL, 200);
}
END_TEST

START_TEST(a_caller_that_is_gone_is_forgotten)
{
    char body[80];

    desk_open(&d);
    for (int i = 0; i < CALLS; i++)
        fake_http_end(begin(i, body));
    desk_ask(&d, "operator", "POST /api/v1/agents/register",
             "{\"type\":\"worker\",\"name\":\"w\"}", 200);
}
END_TEST

START_TEST(a_stop_releases_all_that_wait)
{
    struct http_call *calls[CALLS];
    char body[80];

    desk_open(&d);
    for (int i = 0; i < CALLS; i++)
        calls[i] = begin(i, body);
    fake_http_stop(d.server);
    for (int i = 0; i < CALLS; i++) {
        fake_http_finish(calls[i]);
        ck_assert(fake_http_status(calls[i]) == 200 ||
                  fake_http_status(calls[i]) == 503);
        fake_http_end(calls[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("acks");
    TCase *tc = tcase_create("acks");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_test(tc, many_that_wait_are_all_answered);
    tcase_add_test(tc, what_is_answered_is_on_disk);
    tcase_add_test(tc, without_a_store_it_is_said_that_it_is_not_durable);
    tcase_add_test(tc, a_caller_that_is_gone_is_forgotten);
    tcase_add_test(tc, a_stop_releases_all_that_wait);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
