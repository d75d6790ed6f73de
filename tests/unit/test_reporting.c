/* SPDX-License-Identifier: MIT */
/* test_reporting.c - agents register, beat, report their hosts and leave: for
 * themselves, and durably. */
#include "tests/support/desk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/agents.h>
#include <llmreg/audit.h>
#include <llmreg/hosts.h>
#include <llmreg/sessions.h>

#define REGISTER "POST /api/v1/agents/register"
#define W1       "{\"agent_id\":\"w1\",\"type\":\"worker\",\"name\":\"one\"}"
#define W2       "{\"agent_id\":\"w2\",\"type\":\"worker\",\"name\":\"two\"}"

static struct desk d;

static void setup(void)
{
    desk_open(&d);
}

static void teardown(void)
{
    desk_close(&d);
}

static void make(const char *who, const char *body)
{
    desk_ask(&d, who, REGISTER, body, 200);
}

static const char *bound(const char *token)
{
    static char text[400];
    const struct llmreg_token *t = llmreg_token_get(d.registry, token);

    snprintf(text, sizeof text, "%s@%s", t->agent, t->host);
    llmreg_token_put(t);
    return text;
}

static enum llmreg_presence presence(const char *id)
{
    struct llmreg_agent *a = llmreg_agent_get(d.registry, id);
    enum llmreg_presence p;

    ck_assert_ptr_nonnull(a);
    p = llmreg_agent_presence(a);
    llmreg_agent_put(a);
    return p;
}

/* ---- registration ---- */

START_TEST(a_registration_says_where_to_beat_and_how_often)
{
    make("agent", "{\"agent_id\":\"w/1@x\",\"type\":\"worker\",\"name\":"
                  "\"one\",\"interval_seconds\":12.5}");
    ck_assert_str_eq(desk_get(&d, "agent_id"), "w/1@x");
    ck_assert_str_eq(desk_get(&d, "created"), "true");
    ck_assert_str_eq(desk_get(&d, "heartbeat_interval_seconds"), "12.5");
    ck_assert_str_eq(desk_get(&d, "heartbeat_url"),
                     "/api/v1/agents/w%2F1%40x/heartbeat");
    ck_assert_str_ne(desk_get(&d, "registered_at"), "null");
    desk_ask(&d, "agent", "POST /api/v1/agents/w%2F1%40x/heartbeat", NULL, 200);
    ck_assert_str_eq(desk_body(&d),
                     "{\"received\":true,\"next_interval_seconds\":12.5}");
}
END_TEST

START_TEST(all_that_it_says_is_kept)
{
    make("operator",
         "{\"agent_id\":\"w1\",\"type\":\"worker\",\"name\":\"one\",\"role\":"
         "\"edge\",\"domain\":\"d\",\"cluster\":\"c\",\"host\":\"Node7\","
         "\"url\":\"http://node7:8001/x/\",\"version\":\"1.2\","
         "\"capabilities\":[\"chat\",\"gpu=h100\"],\"metadata\":{\"rack\":"
         "[7]},\"addresses\":[\"10.1.1.7\",\"127.0.0.1\"]}");
    desk_ask(&d, "reader", "GET /api/v1/agents/w1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "role"), "edge");
    ck_assert_str_eq(desk_get(&d, "domain"), "d");
    ck_assert_str_eq(desk_get(&d, "url"), "http://node7:8001/x");
    ck_assert_str_eq(desk_get(&d, "version"), "1.2");
    ck_assert_str_eq(desk_get(&d, "metadata.rack[]"), "7");
    desk_ask(&d, "reader", "GET /api/v1/agents?capability=gpu%3Dh100", NULL,
             200);
    ck_assert_uint_eq(desk_count(&d, "agents[].id"), 1);
    desk_ask(&d, "reader", "GET /api/v1/hosts/10.1.1.7", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "id"), "node7");
    desk_ask(&d, "reader", "GET /api/v1/hosts/127.0.0.1", NULL, 404);
}
END_TEST

START_TEST(it_is_found_after_a_restart_as_soon_as_it_was_answered)
{
    make("agent", W1);
    desk_restart(&d);
    desk_ask(&d, "reader", "GET /api/v1/agents/w1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "name"), "one");
}
END_TEST

START_TEST(registering_again_is_an_update_of_the_same_one)
{
    char first[64];

    make("agent", "{\"type\":\"worker\",\"name\":\"one\"}");
    snprintf(first, sizeof first, "%s", desk_get(&d, "agent_id"));
    make("agent", "{\"type\":\"worker\",\"name\":\"one\",\"version\":\"2\"}");
    ck_assert_str_eq(desk_get(&d, "agent_id"), first);
    ck_assert_str_eq(desk_get(&d, "created"), "false");
    make("agent", "{\"agent_id\":null,\"type\":\"worker\",\"name\":\"new\"}");
    ck_assert_str_eq(desk_get(&d, "agent_id"), first); /* its token's */
}
END_TEST

START_TEST(one_without_a_name_is_called_by_its_id)
{
    make("agent", "{\"type\":\"worker\",\"agent_id\":\"w1\"}");
    desk_ask(&d, "reader", "GET /api/v1/agents/w1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "name"), "w1");
}
END_TEST

START_TEST(two_ids_of_one_name_are_a_conflict)
{
    make("operator", W1);
    desk_ask(&d, "operator", REGISTER,
             "{\"agent_id\":\"w9\",\"type\":\"worker\",\"name\":\"one\"}", 409);
}
END_TEST

static const struct {
    const char *body, *field;
} wrong[] = {
    {"{\"name\":\"x\"}", "type"},
    {"{\"type\":\"x\"}", "name"},
    {"{\"type\":\"Up per\",\"name\":\"x\"}", NULL},
    {"{\"type\":\"x\",\"name\":\"\"}", "name"},
    {"{\"type\":\"x\",\"name\":\"y\",\"agent_id\":\"a b\"}", NULL},
    {"{\"type\":\"x\",\"name\":\"y\",\"interval_seconds\":0}",
     "interval_seconds"},
    {"{\"type\":\"x\",\"name\":\"y\",\"url\":\"ftp://x\"}", "url"},
    {"{\"type\":\"x\",\"name\":\"y\",\"host\":\"a b\"}", NULL},
    {"{\"type\":\"x\",\"name\":\"y\",\"endpoints\":[{}]}", "endpoints[]"},
    {"{\"type\":\"x\",\"name\":\"y\",\"capabilities\":[\"\"]}",
     "capabilities[]"},
};

START_TEST(what_is_wrong_registers_nobody)
{
    desk_ask(&d, "operator", REGISTER, wrong[_i].body, 422);
    if (wrong[_i].field != NULL)
        ck_assert_str_eq(desk_get(&d, "error.field"), wrong[_i].field);
    desk_ask(&d, "reader", "GET /api/v1/agents", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "agents[].id"), 0);
    desk_ask(&d, "reader", "GET /api/v1/hosts", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "hosts[].id"), 0);
}
END_TEST

START_TEST(a_url_of_its_own_machine_is_put_right_for_others)
{
    make("agent", "{\"agent_id\":\"w1\",\"type\":\"worker\",\"name\":\"one\","
                  "\"url\":\"http://localhost:8001\"}");
    desk_ask(&d, "reader", "GET /api/v1/agents/w1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "url"), "http://192.0.2.9:8001");
    make("operator", "{\"agent_id\":\"w2\",\"type\":\"worker\",\"name\":"
                     "\"two\",\"url\":\"http://localhost:8001\"}");
    desk_ask(&d, "reader", "GET /api/v1/agents/w2", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "url"), "http://localhost:8001");
}
END_TEST

/* ---- for itself only ---- */

START_TEST(a_token_is_bound_to_who_registers_with_it_first)
{
    make("agent", W1);
    ck_assert_str_eq(bound("agent001"), "w1@192.0.2.9");
    desk_ask(&d, "agent", REGISTER, W2, 403);
    ck_assert_str_eq(desk_get(&d, "error.field"), "agent_id");
    make("agent2", W2);
    desk_ask(&d, "agent", "POST /api/v1/agents/w2/heartbeat", NULL, 403);
    desk_ask(&d, "agent", "POST /api/v1/agents/w2/unregister", NULL, 403);
    desk_ask(&d, "agent", "DELETE /api/v1/agents/w2", NULL, 403);
    desk_ask(&d, "agent2", "POST /api/v1/agents/w1/heartbeat", NULL, 403);
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/heartbeat", NULL, 200);
    desk_ask(&d, "operator", "POST /api/v1/agents/w1/heartbeat", NULL, 200);
}
END_TEST

START_TEST(an_id_that_another_token_has_is_not_taken_over)
{
    make("agent", W1);
    desk_ask(&d, "agent2", REGISTER, W1, 403);
    /* Nor by its name. */
    desk_ask(&d, "agent2", REGISTER,
             "{\"type\":\"worker\",\"name\":\"one\",\"version\":\"evil\"}",
             403);
    desk_ask(&d, "reader", "GET /api/v1/agents/w1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "version"), "null");
    ck_assert_str_eq(bound("agent002"), "@");
}
END_TEST

START_TEST(a_token_that_registered_nobody_speaks_for_nobody)
{
    make("operator", W1);
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/heartbeat", NULL, 403);
    desk_ask(&d, "agent", "POST /api/v1/agents/nobody/heartbeat", NULL, 403);
}
END_TEST

START_TEST(a_token_speaks_for_its_host_only)
{
    make("agent", "{\"agent_id\":\"w1\",\"type\":\"worker\",\"name\":\"one\","
                  "\"host\":\"node1\"}");
    ck_assert_str_eq(bound("agent001"), "w1@node1");
    desk_ask(&d, "agent", "POST /api/v1/hosts/node1/resources",
             "{\"cpu_percent\":5}", 200);
    desk_ask(&d, "agent", "POST /api/v1/hosts/NODE1/resources",
             "{\"cpu_percent\":5}", 200);
    desk_ask(&d, "agent", "POST /api/v1/hosts/node2/resources",
             "{\"cpu_percent\":5}", 403);
    desk_ask(&d, "agent", REGISTER,
             "{\"agent_id\":\"w1\",\"type\":\"worker\",\"name\":\"one\","
             "\"host\":\"node2\"}",
             403);
    desk_ask(&d, "reader", "GET /api/v1/hosts/node2", NULL, 404);
}
END_TEST

/* ---- heartbeats ---- */

START_TEST(a_heartbeat_lifts_and_says_how_it_is)
{
    make("agent", W1);
    ck_assert_int_eq(presence("w1"), LLMREG_PRESENCE_CONNECTING);
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/heartbeat",
             "{\"status\":\"busy\",\"latency_ms\":3.5,\"metrics\":{\"q\":2},"
             "\"metadata\":{\"a\":1}}",
             200);
    ck_assert_int_eq(presence("w1"), LLMREG_PRESENCE_ONLINE);
    ck_assert_str_eq(desk_body(&d),
                     "{\"received\":true,\"next_interval_seconds\":30}");
    desk_ask(&d, "reader", "GET /api/v1/agents/w1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "activity"), "busy");
    ck_assert_str_eq(desk_get(&d, "metadata.a"), "1");
    ck_assert_str_eq(desk_get(&d, "health"), "healthy");
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/heartbeat",
             "{\"status\":\"degraded\"}", 200);
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/heartbeat", "{}", 200);
    desk_ask(&d, "reader", "GET /api/v1/agents/w1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "health"), "degraded");
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/heartbeat",
             "{\"status\":\"stopped\"}", 200);
    ck_assert_int_eq(presence("w1"), LLMREG_PRESENCE_STOPPED);
}
END_TEST

START_TEST(one_that_is_not_there_is_told_to_register_again)
{
    desk_ask(&d, "operator", "POST /api/v1/agents/w1/heartbeat", NULL, 404);
    ck_assert_ptr_nonnull(
        strstr(desk_get(&d, "error.message"), "register it again"));
    make("agent", W1);
    desk_ask(&d, "operator", "DELETE /api/v1/agents/w1", NULL, 200);
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/heartbeat", NULL, 404);
    make("agent", W1);
    ck_assert_str_eq(desk_get(&d, "created"), "true");
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/heartbeat", NULL, 200);
}
END_TEST

static const struct {
    const char *body, *field;
} wrong_beats[] = {
    {"{\"status\":\"sleepy\"}", "status"},
    {"{\"status\":\"offline\"}", "status"},
    {"{\"status\":\"\"}", "status"},
    {"{\"latency_ms\":-1}", "latency_ms"},
    {"{\"metrics\":{\"a\":\"b\"}}", "metrics.a"},
    {"{\"resources\":{\"cpu_percent\":200}}", "resources.cpu_percent"},
    {"{\"resources\":{\"ram_used_bytes\":2,\"ram_total_bytes\":1}}", NULL},
    {"{\"peers\":[{\"id\":\"w2\",\"status\":\"sleepy\"}]}", "peers"},
    {"{\"peers\":[{\"id\":\"w2\",\"status\":\"closed\"}]}", NULL},
    {"{\"peers\":[{\"id\":\"w2\",\"type\":\"x\"}]}", "peers"},
    {"{\"peers\":[\"w1\"]}", NULL},
};

START_TEST(a_heartbeat_that_makes_no_sense_is_refused)
{
    make("agent", W1);
    make("operator", W2);
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/heartbeat",
             wrong_beats[_i].body, 422);
    if (wrong_beats[_i].field != NULL)
        ck_assert_str_eq(desk_get(&d, "error.field"), wrong_beats[_i].field);
}
END_TEST

START_TEST(resources_in_a_heartbeat_are_a_sample_of_its_host)
{
    make("agent", "{\"agent_id\":\"w1\",\"type\":\"worker\",\"name\":\"one\","
                  "\"host\":\"node1\"}");
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/heartbeat",
             "{\"resources\":{\"cpu_percent\":42,\"gpus\":["
             "{\"memory_used_bytes\":1,\"memory_total_bytes\":4},"
             "{\"memory_used_bytes\":2,\"memory_total_bytes\":4}]}}",
             200);
    desk_ask(&d, "reader", "GET /api/v1/hosts/node1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "resources.cpu_percent"), "42");
    ck_assert_str_eq(desk_get(&d, "resources.vram_used_bytes"), "3");
    ck_assert_str_eq(desk_get(&d, "resources.vram_total_bytes"), "8");
    ck_assert_str_eq(desk_get(&d, "resources.load1"), "null");
}
END_TEST

START_TEST(peers_in_a_heartbeat_are_sessions)
{
    struct llmreg_session_counts n;

    make("agent", W1);
    make("operator", W2);
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/heartbeat",
             "{\"peers\":[{\"id\":\"w2\",\"type\":\"hotline\","
             "\"latency_ms\":2},\"nobody\"]}",
             200);
    llmreg_session_count(d.registry, &n);
    ck_assert_uint_eq(n.live, 1);
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/heartbeat",
             "{\"peers\":[\"w2\"]}", 200);
    llmreg_session_count(d.registry, &n);
    ck_assert_uint_eq(n.live, 1);
}
END_TEST

/* ---- leaving ---- */

START_TEST(a_clean_leave_is_durable_and_noted)
{
    make("agent", W1);
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/unregister", NULL, 200);
    ck_assert_str_eq(desk_body(&d),
                     "{\"agent_id\":\"w1\",\"unregistered\":true}");
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/unregister", NULL, 404);
    desk_restart(&d);
    desk_ask(&d, "reader", "GET /api/v1/agents/w1", NULL, 404);
}
END_TEST

static bool see_audit(void *ctx, const struct llmreg_audit *e)
{
    struct llmreg_text *t = ctx;

    llmreg_text_addf(t, "%s %s %s %s %s %d\n", e->who, e->from, e->what,
                     e->subject, e->detail, e->status);
    return true;
}

START_TEST(changes_are_noted_and_heartbeats_are_not)
{
    char story[2048];
    struct llmreg_text t;

    make("agent", W1);
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/heartbeat", NULL, 200);
    make("agent", W1);
    desk_ask(&d, "root", "DELETE /api/v1/agents/w1", NULL, 200);
    llmreg_text_init(&t, story, sizeof story);
    llmreg_each_audit(d.registry, UINT64_MAX, see_audit, &t);
    ck_assert_str_eq(
        story,
        "anonymous 127.0.0.1 DELETE /api/v1/agents/{id} w1 unregistered 200\n"
        "token:agent001 agent 192.0.2.9 POST /api/v1/agents/register w1 "
        "registered 200\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reporting");
    TCase *tc = tcase_create("reporting");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_registration_says_where_to_beat_and_how_often);
    tcase_add_test(tc, all_that_it_says_is_kept);
    tcase_add_test(tc, it_is_found_after_a_restart_as_soon_as_it_was_answered);
    tcase_add_test(tc, registering_again_is_an_update_of_the_same_one);
    tcase_add_test(tc, one_without_a_name_is_called_by_its_id);
    tcase_add_test(tc, two_ids_of_one_name_are_a_conflict);
    tcase_add_loop_test(tc, what_is_wrong_registers_nobody, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(tc, a_url_of_its_own_machine_is_put_right_for_others);
    tcase_add_test(tc, a_token_is_bound_to_who_registers_with_it_first);
    tcase_add_test(tc, an_id_that_another_token_has_is_not_taken_over);
    tcase_add_test(tc, a_token_that_registered_nobody_speaks_for_nobody);
    tcase_add_test(tc, a_token_speaks_for_its_host_only);
    tcase_add_test(tc, a_heartbeat_lifts_and_says_how_it_is);
    tcase_add_test(tc, one_that_is_not_there_is_told_to_register_again);
    tcase_add_loop_test(tc, a_heartbeat_that_makes_no_sense_is_refused, 0,
                        (int)(sizeof wrong_beats / sizeof wrong_beats[0]));
    tcase_add_test(tc, resources_in_a_heartbeat_are_a_sample_of_its_host);
    tcase_add_test(tc, peers_in_a_heartbeat_are_sessions);
    tcase_add_test(tc, a_clean_leave_is_durable_and_noted);
    tcase_add_test(tc, changes_are_noted_and_heartbeats_are_not);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
