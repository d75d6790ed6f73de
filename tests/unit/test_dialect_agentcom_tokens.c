/* SPDX-License-Identifier: MIT */
/* test_dialect_agentcom_tokens.c - tokens as AgentCom's scripts get them: an
 * agent gets its first one where it may, and nobody gets another's. */
#include "plugins/llm_listen/dialects/dialects.h"
#include "tests/support/desk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ONBOARD  "POST /api/onboard/register"
#define W1       "{\"agent_id\":\"w1\"}"
#define TOKENS   "/admin/tokens"
#define REGISTER "POST /api/v1/agents/register"
#define AGENT(id)                                                              \
    "{\"agent_id\":\"" id "\",\"type\":\"worker\",\"name\":\"" id "\"}"

static struct desk d;

static void setup(void)
{
    desk_open_with(&d, DIALECT_BIT(AGENTCOM));
}

static void teardown(void)
{
    desk_close(&d);
}

/* The token of the last answer, for the next call. */
static void keep_token(char out[static 80])
{
    const char *token = desk_get(&d, "token");

    ck_assert_msg(token != NULL && strlen(token) == 56, "%s", desk_body(&d));
    snprintf(out, 80, "Bearer %s", token);
}

static void show(const char *bearer)
{
    desk_header(&d, "Authorization", bearer);
}

/* ---- a first token ---- */

START_TEST(an_agent_gets_its_first_token_and_uses_it)
{
    char bearer[80];

    desk_header(&d, "Host", "10.0.0.1:4000");
    desk_ask(&d, "old", ONBOARD, W1, 201);
    ck_assert_str_eq(desk_get(&d, "agent_id"), "w1");
    ck_assert_str_eq(desk_get(&d, "hub_ws_url"), "ws://10.0.0.1:4000/ws");
    ck_assert_str_eq(desk_get(&d, "hub_api_url"), "http://10.0.0.1:4000");
    ck_assert_str_eq(desk_get(&d, "default_repo"), "null");
    keep_token(bearer);
    desk_restart(&d);
    d.peer = "10.0.0.7";
    show(bearer);
    desk_ask(&d, "far", REGISTER, AGENT("w1"), 200);
    show(bearer);
    desk_ask(&d, "far", REGISTER, AGENT("w2"), 403);
}
END_TEST

START_TEST(an_id_is_given_once)
{
    static const char taken[] = "{\"error\":\"agent_id already registered\"}";

    desk_ask(&d, "old", ONBOARD, W1, 201);
    desk_ask(&d, "old", ONBOARD, W1, 409);
    ck_assert_str_eq(desk_body(&d), taken);
    desk_ask(&d, "agent", REGISTER, AGENT("w2"), 200);
    desk_ask(&d, "old", ONBOARD, "{\"agent_id\":\"w2\"}", 409);
    ck_assert_str_eq(desk_body(&d), taken);
}
END_TEST

static const struct {
    const char *body, *field, *error;
} wrong[] = {
    {"{}", "agent_id", "required"},
    {"{\"agent_id\":null}", "agent_id", "required"},
    {"{\"agent_id\":5}", "agent_id", "wrong_type"},
    {"{\"agent_id\":\"\"}", "agent_id", "invalid_value"},
    {"{\"agent_id\":\"a b\"}", "agent_id", "invalid_value"},
    {"{\"agent_id\":\"0123456789012345678901234567890123456789012345678901234"
     "56789012345678901234567890123456789012345678901234567890123456789012345"
     "678\"}",
     "agent_id", "too_long"},
    {"[]", "message", "invalid_value"},
};

START_TEST(what_is_wrong_is_a_list_of_errors)
{
    desk_ask(&d, "old", ONBOARD, wrong[_i].body, 422);
    ck_assert_str_eq(desk_get(&d, "error"), "validation_failed");
    ck_assert_str_eq(desk_get(&d, "errors[].field"), wrong[_i].field);
    ck_assert_str_eq(desk_get(&d, "errors[].error"), wrong[_i].error);
    ck_assert_uint_gt(strlen(desk_get(&d, "errors[].detail")), 3);
}
END_TEST

START_TEST(who_may_not_gets_none)
{
    desk_ask(&d, "far", ONBOARD, W1, 401);
    desk_ask(&d, "local", ONBOARD, W1, 401);
    desk_ask(&d, "root", ONBOARD, W1, 403);
    desk_ask(&d, "agent", ONBOARD, W1, 403);
    desk_ask(&d, "reader", ONBOARD, W1, 403);
    desk_ask(&d, "operator", ONBOARD, W1, 403);
    desk_ask(&d, "admin", ONBOARD, W1, 201);
}
END_TEST

START_TEST(an_address_must_be_approved)
{
    d.door.auto_approve = false;
    desk_ask(&d, "old", ONBOARD, W1, 403);
    ck_assert_str_eq(desk_get(&d, "error"), "pending");
    desk_ask(&d, "admin", "GET /api/v1/tokens?state=pending", NULL, 200);
    desk_ask(&d, "admin",
             desk_path("POST /api/v1/tokens/{}/approve",
                       desk_get(&d, "tokens[].id")),
             NULL, 200);
    desk_ask(&d, "old", ONBOARD, W1, 201);
}
END_TEST

START_TEST(an_enrolment_token_pays_for_so_many)
{
    char bearer[80];

    desk_ask(&d, "admin", "POST /api/v1/tokens",
             "{\"role\":\"agent\",\"uses\":2}", 201);
    snprintf(bearer, sizeof bearer, "Bearer %s", desk_get(&d, "secret"));
    show(bearer);
    desk_ask(&d, "far", ONBOARD, W1, 201);
    show(bearer);
    desk_ask(&d, "far", ONBOARD, W1, 409); /* and pays nothing */
    show(bearer);
    desk_ask(&d, "far", ONBOARD, "{\"agent_id\":\"w2\"}", 201);
    show(bearer);
    desk_ask(&d, "far", ONBOARD, "{\"agent_id\":\"w3\"}", 401);
}
END_TEST

START_TEST(first_tokens_come_only_so_often)
{
    char body[40];

    for (int i = 0; i <= 10; i++) {
        snprintf(body, sizeof body, "{\"agent_id\":\"w%d\"}", i);
        desk_ask(&d, "old", ONBOARD, body, i < 10 ? 201 : 429);
    }
    ck_assert_str_eq(desk_get(&d, "tier"), "heavy");
    ck_assert_ptr_nonnull(desk_field(&d, "Retry-After"));
    d.peer = "10.0.0.8";
    desk_ask(&d, "old", ONBOARD, body, 201);
}
END_TEST

START_TEST(an_address_gets_a_few)
{
    char body[40];

    for (int i = 0; i <= 64; i++) {
        snprintf(body, sizeof body, "{\"agent_id\":\"w%d\"}", i);
        desk_ask(&d, "old", ONBOARD, body, i < 64 ? 201 : 429);
        desk_pass(&d, 60000);
    }
}
END_TEST

/* ---- for administrators ---- */

START_TEST(an_administrator_makes_lists_and_revokes_them)
{
    char bearer[80], prefix[20];

    desk_ask(&d, "admin", "POST " TOKENS, W1, 201);
    ck_assert_str_eq(desk_get(&d, "agent_id"), "w1");
    keep_token(bearer);
    snprintf(prefix, sizeof prefix, "%.12s...", bearer + 7);
    desk_ask(&d, "admin", "GET " TOKENS, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "tokens[].agent_id"), "w1");
    ck_assert_str_eq(desk_get(&d, "tokens[].token_prefix"), prefix);
    ck_assert_uint_eq(desk_count(&d, "tokens[].agent_id"), 1);
    ck_assert_ptr_null(strstr(desk_body(&d), bearer + 7));
    desk_pass(&d, 1000);
    desk_ask(&d, "admin", "DELETE " TOKENS "/w1", NULL, 200);
    ck_assert_str_eq(desk_body(&d),
                     "{\"status\":\"revoked\",\"agent_id\":\"w1\"}");
    show(bearer);
    desk_ask(&d, "far", REGISTER, AGENT("w1"), 401);
    desk_ask(&d, "admin", "GET " TOKENS, NULL, 200);
    ck_assert_str_eq(desk_body(&d), "{\"tokens\":[]}");
    desk_ask(&d, "admin", "DELETE " TOKENS "/w1", NULL, 200);
}
END_TEST

START_TEST(a_token_is_reset)
{
    char first[80], second[80];

    desk_ask(&d, "admin", "POST " TOKENS, W1, 201);
    keep_token(first);
    desk_pass(&d, 1000);
    desk_ask(&d, "admin", "POST /api/admin/agents/w1/reset-token", NULL, 201);
    ck_assert_str_eq(desk_get(&d, "agent_id"), "w1");
    ck_assert_ptr_nonnull(desk_get(&d, "hint"));
    keep_token(second);
    show(first);
    desk_ask(&d, "far", REGISTER, AGENT("w1"), 401);
    show(second);
    desk_ask(&d, "far", REGISTER, AGENT("w1"), 200);
    desk_ask(&d, "admin", "POST /api/admin/agents/w9/reset-token", NULL, 404);
    ck_assert_str_eq(desk_body(&d), "{\"error\":\"agent_not_found\"}");
}
END_TEST

START_TEST(only_an_administrator_does_so)
{
    desk_ask(&d, "operator", "POST " TOKENS, W1, 403);
    desk_ask(&d, "reader", "GET " TOKENS, NULL, 403);
    desk_ask(&d, "root", "DELETE " TOKENS "/w1", NULL, 401);
    desk_ask(&d, "operator", "POST /api/admin/agents/w1/reset-token", NULL,
             403);
}
END_TEST

START_TEST(it_is_noted_and_no_secret_with_it)
{
    char bearer[80];

    desk_ask(&d, "old", ONBOARD, W1, 201);
    keep_token(bearer);
    desk_ask(&d, "admin", "GET /api/v1/audit", NULL, 200);
    ck_assert_ptr_nonnull(strstr(desk_body(&d), "/api/onboard/register"));
    ck_assert_ptr_null(strstr(desk_body(&d), bearer + 7 + 13));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dialect_agentcom_tokens");
    TCase *tc = tcase_create("dialect_agentcom_tokens");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, an_agent_gets_its_first_token_and_uses_it);
    tcase_add_test(tc, an_id_is_given_once);
    tcase_add_loop_test(tc, what_is_wrong_is_a_list_of_errors, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(tc, who_may_not_gets_none);
    tcase_add_test(tc, an_address_must_be_approved);
    tcase_add_test(tc, an_enrolment_token_pays_for_so_many);
    tcase_add_test(tc, first_tokens_come_only_so_often);
    tcase_add_test(tc, an_address_gets_a_few);
    tcase_add_test(tc, an_administrator_makes_lists_and_revokes_them);
    tcase_add_test(tc, a_token_is_reset);
    tcase_add_test(tc, only_an_administrator_does_so);
    tcase_add_test(tc, it_is_noted_and_no_secret_with_it);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
