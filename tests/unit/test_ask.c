/* SPDX-License-Identifier: MIT */
/* test_ask.c - the checks before a route runs: who, from where, how often,
 * which path, which body; and what a failure looks like. */
#include "tests/support/desk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST     "GET /api/v1/agents"
#define REGISTER "POST /api/v1/agents/register"
#define AGENT    "{\"type\":\"worker\",\"name\":\"w1\"}"

static struct desk d;

static void setup(void)
{
    desk_open(&d);
}

static void teardown(void)
{
    desk_close(&d);
}

/* ---- tokens ---- */

static const char *const wrong_tokens[] = {
    "",
    "Basic YTpi",
    "Bearer",
    "Bearer ",
    "Bearer x",
    "Bearer lr1_adminadm_0123456789abcdefghijklmnopqrstuvwxyzABCDEF",
    "Bearer lr1_adminadm_0123456789abcdefghijklmnopqrstuvwxyzABCDEFH",
    "Bearer lr1_adminadm_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "Bearer lr1_nobody00_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
    "Bearer lr2_adminadm_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
    "Bearer  lr1_adminadm_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
};

/* Even where nobody need show one. */
START_TEST(a_token_that_is_wrong_is_refused)
{
    desk_header(&d, "Authorization", wrong_tokens[_i]);
    desk_ask(&d, "local", LIST, NULL, 401);
    ck_assert_str_eq(desk_field(&d, "WWW-Authenticate"), "Bearer");
    ck_assert_str_eq(desk_get(&d, "error.code"), "unauthorized");
}
END_TEST

START_TEST(the_scheme_is_written_as_one_likes)
{
    char text[WHO_TOKEN_SIZE + 8];

    snprintf(text, sizeof text, "bEARER %s", desk_token("reader"));
    desk_header(&d, "Authorization", text);
    desk_ask(&d, "far", LIST, NULL, 200);
}
END_TEST

START_TEST(a_token_is_good_until_it_is_revoked_or_over)
{
    struct llmreg_now later = d.now;
    uint64_t seq;

    desk_ask(&d, "reader", LIST, NULL, 200);
    later.wall_ms++;
    ck_assert_int_eq(
        llmreg_token_revoke(d.registry, "readerrd", "", &later, &seq),
        LLMREG_OK);
    desk_ask(&d, "reader", LIST, NULL, 401);
}
END_TEST

START_TEST(nobody_from_elsewhere_sees_nothing)
{
    desk_ask(&d, "far", LIST, NULL, 401);
    desk_ask(&d, "old", LIST, NULL, 401);
    desk_ask(&d, "local", LIST, NULL, 200);
}
END_TEST

START_TEST(nobody_writes_without_a_token_where_that_is_not_allowed)
{
    desk_ask(&d, "local", REGISTER, AGENT, 401);
    desk_ask(&d, "far", REGISTER, AGENT, 401);
    desk_ask(&d, "root", REGISTER, AGENT, 200);
    desk_ask(&d, "old", REGISTER, AGENT, 401);
}
END_TEST

START_TEST(wrong_tokens_are_counted_against_their_address)
{
    d.api->conf.failures = (struct bucket_rule){0.1, 3};
    for (int i = 0; i < 3; i++) {
        desk_header(&d, "Authorization", "Bearer x");
        desk_ask(&d, "far", LIST, NULL, 401);
    }
    desk_header(&d, "Authorization", "Bearer x");
    desk_ask(&d, "far", LIST, NULL, 429);
    ck_assert_str_eq(desk_field(&d, "Retry-After"), "10");
    /* Those that share the address with a right one feel nothing of it. */
    d.peer = "192.0.2.7";
    desk_ask(&d, "reader", LIST, NULL, 200);
    desk_pass(&d, 10000);
    desk_header(&d, "Authorization", "Bearer x");
    desk_ask(&d, "far", LIST, NULL, 401);
}
END_TEST

START_TEST(a_token_may_ask_so_often_from_wherever)
{
    d.api->conf.per_token = (struct bucket_rule){1, 2};
    desk_ask(&d, "reader", LIST, NULL, 200);
    d.peer = "192.0.2.77";
    desk_ask(&d, "reader", LIST, NULL, 200);
    desk_ask(&d, "reader", LIST, NULL, 429);
    ck_assert_str_eq(desk_get(&d, "error.code"), "rate_limited");
    desk_ask(&d, "operator", LIST, NULL, 200);
    desk_pass(&d, 1000);
    desk_ask(&d, "reader", LIST, NULL, 200);
}
END_TEST

START_TEST(an_address_without_a_token_may_ask_so_often)
{
    d.api->conf.per_address = (struct bucket_rule){1, 2};
    desk_ask(&d, "far", "GET /nothing", NULL, 404);
    desk_ask(&d, "far", "GET /nothing", NULL, 404);
    desk_ask(&d, "far", "GET /nothing", NULL, 429);
    desk_ask(&d, "local", LIST, NULL, 200);
}
END_TEST

/* ---- from where ---- */

START_TEST(without_a_token_the_host_must_be_ours)
{
    desk_header(&d, "Host", "evil.example");
    desk_ask(&d, "local", LIST, NULL, 421);
    desk_header(&d, "Host", "evil.example");
    desk_ask(&d, "reader", LIST, NULL, 200);
    desk_header(&d, "Host", "[::1]:8437");
    desk_ask(&d, "local", LIST, NULL, 200);
}
END_TEST

START_TEST(without_a_token_a_page_of_another_site_changes_nothing)
{
    desk_header(&d, "Origin", "http://evil.example");
    desk_ask(&d, "root", REGISTER, AGENT, 403);
    desk_header(&d, "Origin", "http://127.0.0.1:8437");
    desk_ask(&d, "root", REGISTER, AGENT, 200);
    desk_header(&d, "Origin", "http://evil.example");
    desk_ask(&d, "root", LIST, NULL, 200);
    desk_header(&d, "Origin", "http://evil.example");
    desk_ask(&d, "operator", REGISTER, AGENT, 200);
}
END_TEST

/* ---- paths ---- */

START_TEST(a_path_that_there_is_not_is_404_and_a_method_405)
{
    desk_ask(&d, "admin", "GET /api/v1/nothing", NULL, 404);
    desk_ask(&d, "admin", "GET /api/v1/agents/", NULL, 404);
    desk_ask(&d, "admin", "PUT /api/v1/agents", NULL, 405);
    ck_assert_str_eq(desk_field(&d, "Allow"), "GET");
    desk_ask(&d, "admin", "PATCH /api/v1/agents/a", NULL, 405);
    ck_assert_str_eq(desk_field(&d, "Allow"), "GET, DELETE");
}
END_TEST

static const char *const bad_paths[] = {
    "GET /api/v1/agents/%", "GET /api/v1/agents/%zz", "GET /api/v1/agents/%00",
    "GET /api/v1/agents/a%0ab", "GET /api/v1/agents/%ff"};

START_TEST(a_path_that_is_not_encoded_well_is_400)
{
    desk_ask(&d, "reader", bad_paths[_i], NULL, 400);
}
END_TEST

START_TEST(a_query_is_checked_everywhere)
{
    desk_ask(&d, "reader", "GET /api/v1/agents?typ=x", NULL, 400);
    ck_assert_ptr_nonnull(strstr(desk_get(&d, "error.message"), "type"));
    desk_ask(&d, "reader", "GET /api/v1/agents/a?x=1", NULL, 400);
    desk_ask(&d, "operator", REGISTER "?x=1", AGENT, 400);
}
END_TEST

/* ---- bodies ---- */

START_TEST(a_body_must_be_taken_fit_and_be_json)
{
    static char big[ROUTE_AGENT_BODY + 2];

    desk_ask(&d, "reader", LIST, "{}", 413);
    memset(big, ' ', sizeof big - 1);
    memcpy(big, AGENT, strlen(AGENT));
    desk_ask(&d, "operator", REGISTER, big, 413);
    big[ROUTE_AGENT_BODY] = '\0';
    desk_ask(&d, "operator", REGISTER, big, 200);
    desk_header(&d, "Content-Type", "text/plain");
    desk_ask(&d, "operator", REGISTER, AGENT, 415);
    desk_header(&d, "Content-Type", "application/jsonx");
    desk_ask(&d, "operator", REGISTER, AGENT, 415);
    desk_header(&d, "Content-Type", "Application/JSON; charset=utf-8");
    desk_ask(&d, "operator", REGISTER, AGENT, 200);
}
END_TEST

START_TEST(what_is_wrong_in_a_body_is_named)
{
    desk_ask(&d, "operator", REGISTER, "{", 400);
    ck_assert_str_eq(desk_get(&d, "error.code"), "bad_json");
    desk_wrong(&d, REGISTER, "{\"type\":1}", 422, "type");
    desk_wrong(&d, REGISTER, "{\"type\":\"worker\"}", 422, "name");
    ck_assert_str_eq(desk_get(&d, "error.code"), "invalid");
}
END_TEST

START_TEST(what_is_wrong_in_a_query_is_named)
{
    desk_wrong(&d, LIST "?nme=x", NULL, 400, "nme");
    desk_wrong(&d, LIST "?limit=0", NULL, 400, "limit");
    desk_wrong(&d, LIST "?limit=1&limit=2", NULL, 400, "limit");
    desk_wrong(&d, LIST "?cursor=!", NULL, 400, "cursor");
    ck_assert_str_eq(desk_get(&d, "error.code"), "bad_request");
    desk_ask(&d, "operator", LIST "?limit=%zz", NULL, 400);
    ck_assert_ptr_null(desk_get(&d, "error.field"));
}
END_TEST

/* ---- when it does not work ---- */

START_TEST(without_memory_for_the_answer_the_engine_has_the_last_word)
{
    fake_http_starve(d.server, 1);
    desk_begin(&d, "reader", LIST, NULL);
    ck_assert_uint_eq(fake_http_status(d.call), 503);
}
END_TEST

START_TEST(with_too_many_calls_held_it_says_so_and_the_change_is_made)
{
    fake_http_limit(d.server, 0, 0);
    desk_begin(&d, "operator", REGISTER, AGENT);
    ck_assert_uint_eq(fake_http_status(d.call), 503);
    fake_http_limit(d.server, 100, 100);
    desk_ask(&d, "operator", REGISTER, AGENT, 200);
    ck_assert_str_eq(desk_get(&d, "created"), "false");
}
END_TEST

START_TEST(a_refusal_of_the_engine_has_our_form)
{
    char *text = ask_refuse(d.api, 431, "the header is \"too\" long");

    ck_assert_str_eq(text, "{\"error\":{\"code\":\"header_too_large\","
                           "\"message\":\"the header is \\\"too\\\" long\"}}");
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ask");
    TCase *tc = tcase_create("ask");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, a_token_that_is_wrong_is_refused, 0,
                        (int)(sizeof wrong_tokens / sizeof wrong_tokens[0]));
    tcase_add_test(tc, the_scheme_is_written_as_one_likes);
    tcase_add_test(tc, a_token_is_good_until_it_is_revoked_or_over);
    tcase_add_test(tc, nobody_from_elsewhere_sees_nothing);
    tcase_add_test(tc, nobody_writes_without_a_token_where_that_is_not_allowed);
    tcase_add_test(tc, wrong_tokens_are_counted_against_their_address);
    tcase_add_test(tc, a_token_may_ask_so_often_from_wherever);
    tcase_add_test(tc, an_address_without_a_token_may_ask_so_often);
    tcase_add_test(tc, without_a_token_the_host_must_be_ours);
    tcase_add_test(tc, without_a_token_a_page_of_another_site_changes_nothing);
    tcase_add_test(tc, a_path_that_there_is_not_is_404_and_a_method_405);
    tcase_add_loop_test(tc, a_path_that_is_not_encoded_well_is_400, 0,
                        (int)(sizeof bad_paths / sizeof bad_paths[0]));
    tcase_add_test(tc, a_query_is_checked_everywhere);
    tcase_add_test(tc, a_body_must_be_taken_fit_and_be_json);
    tcase_add_test(tc, what_is_wrong_in_a_body_is_named);
    tcase_add_test(tc, what_is_wrong_in_a_query_is_named);
    tcase_add_test(tc,
                   without_memory_for_the_answer_the_engine_has_the_last_word);
    tcase_add_test(tc,
                   with_too_many_calls_held_it_says_so_and_the_change_is_made);
    tcase_add_test(tc, a_refusal_of_the_engine_has_our_form);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
