/* SPDX-License-Identifier: MIT */
/* test_session_routes.c - sessions over HTTP, opened by either side. */
#include "tests/support/desk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPEN "POST /api/v1/sessions"

static struct desk d;
static char id[160];

static void join(const char *who, const char *name)
{
    char body[120];

    snprintf(body, sizeof body,
             "{\"agent_id\":\"%s\",\"type\":\"t\",\"name\":\"%s\"}", name,
             name);
    desk_ask(&d, who, "POST /api/v1/agents/register", body, 200);
}

static void setup(void)
{
    desk_open(&d);
    join("agent", "w1");
    join("agent2", "w2");
    join("operator", "w3");
}

static void teardown(void)
{
    desk_close(&d);
}

static void open_it(const char *who, const char *body, unsigned status)
{
    desk_ask(&d, who, OPEN, body, status);
    snprintf(id, sizeof id, "%s", desk_get(&d, "id"));
}

static const char *call(const char *method, const char *behind)
{
    static char text[200];

    snprintf(text, sizeof text, "%s /api/v1/sessions/%s%s", method, id, behind);
    return text;
}

START_TEST(a_session_is_opened_refreshed_and_closed)
{
    open_it("agent",
            "{\"to\":\"w2\",\"type\":\"hotline\",\"connection\":\"websocket\","
            "\"weight\":2,\"latency_ms\":1.5,\"bandwidth_bps\":1e9}",
            201);
    ck_assert_str_eq(desk_get(&d, "from"), "w1");
    ck_assert_str_eq(desk_get(&d, "type"), "hotline");
    ck_assert_str_eq(desk_get(&d, "status"), "established");
    ck_assert_str_eq(desk_get(&d, "latency_ms"), "1.5");
    ck_assert_str_eq(desk_get(&d, "bandwidth_bps"), "1000000000");
    /* The other side means the same one. */
    desk_ask(&d, "agent2", OPEN, "{\"to\":\"w1\"}", 200);
    ck_assert_str_eq(desk_get(&d, "id"), id);
    desk_ask(&d, "agent2", call("POST", "/activity"),
             "{\"status\":\"degraded\",\"latency_ms\":9}", 200);
    ck_assert_str_eq(desk_get(&d, "status"), "degraded");
    ck_assert_str_eq(desk_get(&d, "latency_ms"), "9");
    desk_ask(&d, "agent", call("POST", "/activity"), NULL, 200);
    ck_assert_str_eq(desk_get(&d, "status"), "degraded");
    desk_ask(&d, "agent", call("DELETE", ""), NULL, 200);
    ck_assert_str_eq(desk_get(&d, "status"), "closed");
    ck_assert_str_ne(desk_get(&d, "closed_at"), "null");
    desk_ask(&d, "agent", call("DELETE", ""), NULL, 409);
    desk_ask(&d, "agent", call("POST", "/activity"), NULL, 409);
    /* A closed one is history, and stays so; the pair gets a new one. */
    desk_restart(&d);
    desk_ask(&d, "reader", call("GET", ""), NULL, 200);
    ck_assert_str_eq(desk_get(&d, "status"), "closed");
    join("agent", "w1");
    join("agent2", "w2");
    desk_ask(&d, "agent", OPEN, "{\"to\":\"w2\"}", 201);
    ck_assert_str_ne(desk_get(&d, "id"), id);
}
END_TEST

START_TEST(only_one_of_the_two_may)
{
    open_it("agent", "{\"to\":\"w2\"}", 201);
    desk_ask(&d, "agent2", OPEN, "{\"from\":\"w1\",\"to\":\"w3\"}", 403);
    desk_ask(&d, "agent", OPEN, "{\"from\":\"w2\",\"to\":\"w1\"}", 200);
    desk_ask(&d, "operator", OPEN, "{\"from\":\"w2\",\"to\":\"w3\"}", 201);
    snprintf(id, sizeof id, "%s", desk_get(&d, "id"));
    desk_ask(&d, "agent", call("POST", "/activity"), NULL, 403);
    desk_ask(&d, "agent", call("DELETE", ""), NULL, 403);
    desk_ask(&d, "agent2", call("DELETE", ""), NULL, 200);
    desk_ask(&d, "operator", OPEN, "{\"to\":\"w3\"}", 422);
}
END_TEST

static const struct {
    const char *body;
    unsigned status;
    const char *field;
} wrong[] = {
    {"{}", 422, "to"},
    {"{\"to\":\"nobody\"}", 404, NULL},
    {"{\"to\":\"w1\"}", 422, NULL},
    {"{\"to\":\"w2\",\"status\":\"closed\"}", 422, "status"},
    {"{\"to\":\"w2\",\"status\":\"sleepy\"}", 422, "status"},
    {"{\"to\":\"w2\",\"type\":\"x\"}", 422, "type"},
    {"{\"to\":\"w2\",\"weight\":-1}", 422, "weight"},
    {"{\"to\":\"w2\",\"latency_ms\":\"1\"}", 422, "latency_ms"},
    {"{\"to\":\"w2\",\"session_id\":\"a b\"}", 422, NULL},
};

START_TEST(what_is_wrong_opens_nothing)
{
    desk_ask(&d, "agent", OPEN, wrong[_i].body, wrong[_i].status);
    if (wrong[_i].field != NULL)
        ck_assert_str_eq(desk_get(&d, "error.field"), wrong[_i].field);
    desk_ask(&d, "reader", "GET /api/v1/sessions", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "sessions[].id"), 0);
}
END_TEST

START_TEST(a_name_of_its_own_is_taken_once)
{
    open_it("agent", "{\"to\":\"w2\",\"session_id\":\"s1\"}", 201);
    ck_assert_str_eq(id, "s1");
    desk_ask(&d, "operator", OPEN,
             "{\"from\":\"w1\",\"to\":\"w3\",\"session_id\":\"s1\"}", 409);
}
END_TEST

START_TEST(sessions_are_listed)
{
    open_it("agent", "{\"to\":\"w2\",\"type\":\"service\"}", 201);
    open_it("agent", "{\"to\":\"w3\"}", 201);
    desk_ask(&d, "agent", call("DELETE", ""), NULL, 200);
    desk_ask(&d, "reader", "GET /api/v1/sessions", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "sessions[].id"), 2);
    desk_ask(&d, "reader", "GET /api/v1/sessions?live=true", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "sessions[].to"), "w2");
    ck_assert_uint_eq(desk_count(&d, "sessions[].id"), 1);
    desk_ask(&d, "reader", "GET /api/v1/sessions?status=closed", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "sessions[].to"), "w3");
    desk_ask(&d, "reader", "GET /api/v1/sessions?type=service", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "sessions[].id"), 1);
    desk_ask(&d, "reader", "GET /api/v1/sessions?node=w3", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "sessions[].id"), 1);
    desk_ask(&d, "reader", "GET /api/v1/agents/w1/sessions", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "sessions[].id"), 2);
    desk_ask(&d, "reader", "GET /api/v1/agents/w2/sessions?live=false", NULL,
             200);
    ck_assert_uint_eq(desk_count(&d, "sessions[].id"), 0);
    desk_ask(&d, "reader", "GET /api/v1/agents/nobody/sessions", NULL, 404);
    desk_ask(&d, "reader", "GET /api/v1/sessions?status=x", NULL, 400);
    desk_ask(&d, "reader", "GET /api/v1/sessions/nothing", NULL, 404);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("session_routes");
    TCase *tc = tcase_create("session_routes");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_session_is_opened_refreshed_and_closed);
    tcase_add_test(tc, only_one_of_the_two_may);
    tcase_add_loop_test(tc, what_is_wrong_opens_nothing, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(tc, a_name_of_its_own_is_taken_once);
    tcase_add_test(tc, sessions_are_listed);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
