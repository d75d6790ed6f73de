/* SPDX-License-Identifier: MIT */
/* test_admit.c - who knows no tokens is let in by its address: where a dialect
 * says so, once it is approved, for itself, and a few of them. */
#include "plugins/llm_listen/api/admit.h"
#include "plugins/llm_listen/dialects/dialects.h"
#include "tests/support/desk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/audit.h>

#define REGISTER "POST /api/v1/agents/register"
#define W1       "{\"agent_id\":\"w1\",\"type\":\"worker\",\"name\":\"one\"}"
#define W2       "{\"agent_id\":\"w2\",\"type\":\"worker\",\"name\":\"two\"}"

static struct desk d;

static void setup(void)
{
    desk_open_with(&d, DIALECT_BIT(OPTIINFRA));
}

static void teardown(void)
{
    desk_close(&d);
}

static void make(const char *who, const char *body)
{
    desk_ask(&d, who, REGISTER, body, 200);
}

/* The id of the only token of an address that is in that state, or NULL. */
static const char *waiting(const char *state)
{
    static char id[16];
    char what[64];
    bool found = false;

    snprintf(what, sizeof what, "GET /api/v1/tokens?state=%s", state);
    desk_ask(&d, "admin", what, NULL, 200);
    for (size_t i = 0; i < desk_count(&d, "tokens[].id"); i++) {
        if (strcmp(desk_nth(&d, "tokens[].origin", i), "address") != 0)
            continue;
        ck_assert_msg(!found, "%s", desk_body(&d));
        found = true;
        snprintf(id, sizeof id, "%s", desk_nth(&d, "tokens[].id", i));
    }
    return found ? id : NULL;
}

static void manage(const char *what, const char *id)
{
    desk_ask(&d, "admin", desk_path(what, id), NULL, 200);
}

/* ---- approval ---- */

START_TEST(an_address_waits_until_somebody_approves_it)
{
    char id[16];

    d.door.auto_approve = false;
    desk_ask(&d, "old", REGISTER, W1, 403);
    ck_assert_str_eq(desk_get(&d, "error.code"), "pending");
    snprintf(id, sizeof id, "%s", waiting("pending"));
    desk_ask(&d, "old", REGISTER, W1, 403);
    ck_assert_ptr_nonnull(strstr(desk_get(&d, "error.message"), id));
    ck_assert_str_eq(waiting("pending"), id);
    desk_ask(&d, "reader", "GET /api/v1/agents", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "agents[].id"), 0);
    manage("POST /api/v1/tokens/{}/approve", id);
    make("old", W1);
    desk_ask(&d, "old", "POST /api/v1/agents/w1/heartbeat", NULL, 200);
    desk_ask(&d, "old", "POST /api/v1/agents/w1/unregister", NULL, 200);
}
END_TEST

START_TEST(what_waits_is_of_the_address_and_survives)
{
    d.door.auto_approve = false;
    desk_ask(&d, "old", REGISTER, W1, 403);
    desk_ask(&d, "admin", "GET /api/v1/tokens?state=pending", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "tokens[].host"), "10.0.0.7");
    ck_assert_str_eq(desk_get(&d, "tokens[].role"), "agent");
    ck_assert_str_eq(desk_get(&d, "tokens[].name"), "agents of 10.0.0.7");
    manage("POST /api/v1/tokens/{}/approve", desk_get(&d, "tokens[].id"));
    desk_restart(&d);
    make("old", W1);
    d.peer = "10.0.0.8";
    desk_ask(&d, "old", REGISTER, W2, 403);
}
END_TEST

START_TEST(an_address_that_is_revoked_is_refused_at_any_door)
{
    d.door.auto_approve = false;
    desk_ask(&d, "old", REGISTER, W1, 403);
    manage("POST /api/v1/tokens/{}/approve", waiting("pending"));
    make("old", W1);
    desk_pass(&d, 1000);
    manage("DELETE /api/v1/tokens/{}", waiting("valid"));
    desk_ask(&d, "old", "POST /api/v1/agents/w1/heartbeat", NULL, 403);
    d.door.auto_approve = true;
    desk_ask(&d, "old", "POST /api/v1/agents/w1/heartbeat", NULL, 403);
    d.peer = "10.0.0.8";
    make("old", W2);
}
END_TEST

START_TEST(a_door_that_approves_itself_keeps_no_list)
{
    make("old", W1);
    ck_assert_ptr_null(waiting("valid"));
    ck_assert_ptr_null(waiting("pending"));
}
END_TEST

START_TEST(those_that_wait_are_as_few_as_new_hosts)
{
    char peer[32];

    d.door.auto_approve = false;
    d.api->conf.new_hosts = (struct bucket_rule){0.1, 3};
    d.peer = peer;
    for (int i = 0; i < 5; i++) {
        snprintf(peer, sizeof peer, "10.0.1.%d", i);
        desk_ask(&d, "old", REGISTER, W1, i < 3 ? 403 : 429);
    }
    snprintf(peer, sizeof peer, "10.0.1.0");
    desk_ask(&d, "old", REGISTER, W1, 403);
}
END_TEST

START_TEST(that_somebody_waits_is_noted)
{
    d.door.auto_approve = false;
    desk_ask(&d, "old", REGISTER, W1, 403);
    desk_ask(&d, "admin", "GET /api/v1/audit", NULL, 200);
    ck_assert_ptr_nonnull(strstr(desk_body(&d), "waits for approval"));
}
END_TEST

START_TEST(who_shows_a_token_needs_no_approval)
{
    d.door.auto_approve = false;
    d.peer = "10.0.0.9";
    desk_ask(&d, "agent", REGISTER, W1, 200);
}
END_TEST

/* ---- where ---- */

START_TEST(from_elsewhere_or_without_a_dialect_a_token_is_needed)
{
    desk_ask(&d, "far", REGISTER, W1, 401);
    desk_ask(&d, "old", "GET /api/v1/agents", NULL, 401);
    desk_ask(&d, "old", "POST /api/v1/hosts/h/resources", "{}", 401);
    desk_ask(&d, "old", "POST /api/v1/sessions", "{\"to\":\"x\"}", 401);
    d.conf.dialects = 0;
    desk_restart(&d);
    desk_ask(&d, "old", REGISTER, W1, 401);
    desk_ask(&d, "old", "POST /api/v1/agents/w1/heartbeat", NULL, 401);
    desk_ask(&d, "old", "DELETE /api/v1/agents/w1", NULL, 401);
}
END_TEST

/* ---- for itself ---- */

START_TEST(who_has_no_token_is_known_by_its_address)
{
    make("old", W1);
    desk_ask(&d, "old", "POST /api/v1/agents/w1/heartbeat", NULL, 200);
    d.peer = "10.0.0.8";
    desk_ask(&d, "old", "POST /api/v1/agents/w1/heartbeat", NULL, 403);
    desk_ask(&d, "old", "POST /api/v1/agents/w1/unregister", NULL, 403);
    desk_ask(&d, "old", REGISTER, W1, 403);
    d.peer = NULL;
    desk_restart(&d);
    d.peer = "10.0.0.8";
    desk_ask(&d, "old", "POST /api/v1/agents/w1/heartbeat", NULL, 403);
    d.peer = NULL;
    desk_ask(&d, "old", "POST /api/v1/agents/w1/unregister", NULL, 200);
}
END_TEST

START_TEST(nobody_without_a_token_takes_over_by_a_name)
{
    make("agent", W1);
    desk_ask(&d, "old", REGISTER,
             "{\"type\":\"worker\",\"name\":\"one\",\"version\":\"evil\"}",
             403);
    desk_ask(&d, "reader", "GET /api/v1/agents/w1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "version"), "null");
}
END_TEST

START_TEST(nor_what_a_token_of_the_same_address_is_bound_to)
{
    d.peer = "10.0.0.7";
    make("agent", W1);
    desk_ask(&d, "old", REGISTER,
             "{\"agent_id\":\"w1\",\"type\":\"worker\",\"name\":\"one\","
             "\"version\":\"evil\"}",
             403);
}
END_TEST

/* Or it could claim the addresses and endpoints of another one. */
START_TEST(its_host_is_that_of_its_address)
{
    make("agent", "{\"agent_id\":\"w1\",\"type\":\"worker\",\"name\":\"one\","
                  "\"host\":\"gpu1\"}");
    make("old", "{\"agent_id\":\"w2\",\"type\":\"worker\",\"name\":\"two\","
                "\"host\":\"gpu1\"}");
    desk_ask(&d, "reader", "GET /api/v1/agents/w2", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "host"), "10.0.0.7");
    desk_ask(&d, "reader", "GET /api/v1/hosts/gpu1", NULL, 200);
    ck_assert_ptr_null(strstr(desk_body(&d), "10.0.0.7"));
}
END_TEST

START_TEST(an_address_has_a_few_agents)
{
    char body[96];

    for (int i = 0; i <= 64; i++) {
        snprintf(body, sizeof body, "{\"type\":\"worker\",\"name\":\"w%d\"}",
                 i);
        desk_ask(&d, "old", REGISTER, body, i < 64 ? 200 : 429);
    }
    desk_ask(&d, "old", REGISTER, "{\"type\":\"worker\",\"name\":\"w7\"}", 200);
    d.peer = "10.0.0.8";
    desk_ask(&d, "old", REGISTER, body, 200);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("admit");
    TCase *tc = tcase_create("admit");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, an_address_waits_until_somebody_approves_it);
    tcase_add_test(tc, what_waits_is_of_the_address_and_survives);
    tcase_add_test(tc, an_address_that_is_revoked_is_refused_at_any_door);
    tcase_add_test(tc, a_door_that_approves_itself_keeps_no_list);
    tcase_add_test(tc, those_that_wait_are_as_few_as_new_hosts);
    tcase_add_test(tc, that_somebody_waits_is_noted);
    tcase_add_test(tc, who_shows_a_token_needs_no_approval);
    tcase_add_test(tc, from_elsewhere_or_without_a_dialect_a_token_is_needed);
    tcase_add_test(tc, who_has_no_token_is_known_by_its_address);
    tcase_add_test(tc, nobody_without_a_token_takes_over_by_a_name);
    tcase_add_test(tc, nor_what_a_token_of_the_same_address_is_bound_to);
    tcase_add_test(tc, its_host_is_that_of_its_address);
    tcase_add_test(tc, an_address_has_a_few_agents);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
