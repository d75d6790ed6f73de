/* SPDX-License-Identifier: MIT */
/* test_dialect_optiinfra.c - what OptiInfra's clients ask and expect: those of
 * its orchestrator, and its agents, which call other paths. */
#include "plugins/llm_listen/dialects/dialects.h"
#include "tests/support/desk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REGISTER "POST /agents/register"
#define COST                                                                   \
    "{\"name\":\"cost-1\",\"type\":\"cost\",\"host\":\"cost-agent\","          \
    "\"port\":8001,\"capabilities\":[\"spot\"],\"version\":\"1.0.0\","         \
    "\"metadata\":{\"region\":\"eu\"}}"

static struct desk d;

static void setup(void)
{
    desk_open_with(&d, DIALECT_BIT(OPTIINFRA));
}

static void teardown(void)
{
    desk_close(&d);
}

/* Its id. */
static const char *make(const char *body)
{
    static char id[160];

    desk_ask(&d, "old", REGISTER, body, 201);
    snprintf(id, sizeof id, "%s", desk_get(&d, "agent_id"));
    return id;
}

/* ---- registration ---- */

START_TEST(a_registration_is_answered_as_its_client_expects)
{
    char id[160];

    snprintf(id, sizeof id, "%s", make(COST));
    ck_assert_uint_eq(strlen(id), 36);
    ck_assert_str_eq(desk_get(&d, "heartbeat_url"),
                     desk_path("/agents/{}/heartbeat", id));
    ck_assert_str_eq(desk_get(&d, "heartbeat_interval_seconds"), "30");
    ck_assert_uint_eq(strlen(desk_get(&d, "registered_at")), 24);
    ck_assert_str_eq(desk_field(&d, "Content-Type"),
                     "application/json; charset=utf-8");
    ck_assert_int_eq(strncmp(desk_body(&d), "{\"agent_id\":\"", 13), 0);
}
END_TEST

START_TEST(it_is_there_after_a_restart)
{
    const char *id = make(COST);

    desk_restart(&d);
    desk_ask(&d, "reader", desk_path("GET /agents/{}", id), NULL, 200);
}
END_TEST

START_TEST(the_same_name_again_is_the_same_agent)
{
    char first[160];

    snprintf(first, sizeof first, "%s", make(COST));
    ck_assert_str_eq(make(COST), first);
    desk_ask(&d, "reader", "GET /agents", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "count"), "1");
}
END_TEST

#define MISSING(name)                                                          \
    "Key: 'RegistrationRequest." name "' Error:Field validation for '" name    \
    "' failed on the 'required' tag"
#define UNMARSHAL "json: cannot unmarshal "

static const struct {
    const char *body, *error; /* NULL: whatever it says */
} wrong[] = {
    {"{}", MISSING("Name") "\n" MISSING("Type") "\n" MISSING(
               "Host") "\n" MISSING("Port")},
    {"{\"name\":\"a\",\"host\":\"h\",\"port\":1}", MISSING("Type")},
    {"{\"name\":\"a\",\"type\":\"cost\",\"host\":\"h\",\"port\":\"x\"}",
     UNMARSHAL "string into Go struct field RegistrationRequest.port of type "
               "int"},
    {"{\"name\":5,\"type\":\"cost\",\"host\":\"h\",\"port\":1}",
     UNMARSHAL "number into Go struct field RegistrationRequest.name of type "
               "string"},
    {"", "EOF"},
    {NULL, "EOF"},
    {"{\"name\":", NULL},
    {"{\"name\":\"a\",\"type\":\"cost\",\"host\":\"h\",\"port\":0}",
     MISSING("Port")},
    {"{\"name\":\"\",\"type\":\"cost\",\"host\":\"h\",\"port\":1}",
     MISSING("Name")},
    {"{\"name\":\"a\",\"type\":\"cost\",\"host\":\"h\",\"port\":-5}", NULL},
    {"{\"name\":\"a\",\"type\":\"cost\",\"host\":\"h\",\"port\":65536}", NULL},
    {"{\"name\":\"a\",\"type\":\"Up per\",\"host\":\"h\",\"port\":1}", NULL},
    {"{\"name\":\"a\",\"type\":\"cost\",\"host\":\"a b\",\"port\":1}", NULL},
    {"[]", NULL},
};

START_TEST(what_is_wrong_is_said_as_go_says_it)
{
    const char *error;

    desk_ask(&d, "old", REGISTER, wrong[_i].body, 400);
    error = desk_get(&d, "error");
    ck_assert_msg(error != NULL && strlen(error) > 2, "%s", desk_body(&d));
    if (wrong[_i].error != NULL)
        ck_assert_str_eq(error, wrong[_i].error);
    desk_ask(&d, "reader", "GET /agents", NULL, 200);
    ck_assert_str_eq(desk_body(&d), "{\"agents\":[],\"count\":0}");
}
END_TEST

START_TEST(bad_json_is_an_invalid_character)
{
    desk_ask(&d, "old", REGISTER, "{x", 400);
    ck_assert_int_eq(strncmp(desk_get(&d, "error"), "invalid character", 17),
                     0);
}
END_TEST

/* ---- heartbeats ---- */

START_TEST(a_heartbeat_is_received)
{
    const char *id = make(COST);

    desk_ask(&d, "old", desk_path("POST /agents/{}/heartbeat", id),
             "{\"status\":\"degraded\",\"metadata\":{\"load\":3}}", 200);
    ck_assert_str_eq(desk_get(&d, "received"), "true");
    ck_assert_str_eq(desk_get(&d, "next_interval_seconds"), "30");
    ck_assert_uint_eq(strlen(desk_get(&d, "timestamp")), 24);
    desk_ask(&d, "reader", desk_path("GET /agents/{}", id), NULL, 200);
    ck_assert_str_eq(desk_get(&d, "status"), "degraded");
    ck_assert_str_eq(desk_get(&d, "metadata.load"), "3");
    ck_assert_str_eq(desk_get(&d, "metadata.region"), "eu");
}
END_TEST

START_TEST(one_of_an_unknown_agent_is_404)
{
    desk_ask(&d, "old", "POST /agents/nobody/heartbeat",
             "{\"status\":\"healthy\"}", 404);
    ck_assert_str_eq(desk_body(&d),
                     "{\"error\":\"agent not found: agent not found\"}");
}
END_TEST

START_TEST(a_heartbeat_may_name_its_agent_in_the_body)
{
    const char *id = make(COST);
    char body[240];

    snprintf(body, sizeof body, "{\"agent_id\":\"%s\",\"status\":\"degraded\"}",
             id);
    desk_ask(&d, "old", "POST /agents/heartbeat", body, 200);
    ck_assert_str_eq(desk_get(&d, "received"), "true");
    ck_assert_str_eq(desk_get(&d, "next_interval_seconds"), "30");
    desk_ask(&d, "reader", desk_path("GET /agents/{}", id), NULL, 200);
    ck_assert_str_eq(desk_get(&d, "status"), "degraded");
    desk_ask(&d, "old", "POST /agents/heartbeat", "{\"agent_id\":\"nobody\"}",
             404);
    ck_assert_str_eq(desk_body(&d),
                     "{\"error\":\"agent not found: agent not found\"}");
    desk_ask(&d, "old", "POST /agents/heartbeat", "{}", 400);
    desk_ask(&d, "old", "POST /agents/heartbeat", NULL, 400);
    ck_assert_str_eq(desk_get(&d, "error"), "EOF");
}
END_TEST

static const struct {
    const char *body, *error;
} wrong_beats[] = {
    {NULL, "EOF"},
    {"{\"status\":\"sleepy\"}", NULL},
    {"{\"status\":\"\"}", NULL},
    {"{\"status\":\"unreachable\"}", NULL},
    {"{\"status\":7}", UNMARSHAL
     "number into Go struct field HeartbeatRequest.status of type string"},
};

START_TEST(a_heartbeat_that_makes_no_sense_is_400)
{
    const char *id = make(COST);

    desk_ask(&d, "old", desk_path("POST /agents/{}/heartbeat", id),
             wrong_beats[_i].body, 400);
    if (wrong_beats[_i].error != NULL)
        ck_assert_str_eq(desk_get(&d, "error"), wrong_beats[_i].error);
}
END_TEST

static const struct {
    const char *said, *shown;
} words[] = {
    {"healthy", "healthy"},   {"active", "healthy"},      {"busy", "healthy"},
    {"degraded", "degraded"}, {"unhealthy", "unhealthy"},
};

START_TEST(a_status_is_shown_as_one_of_four_words)
{
    const char *id = make(COST);
    char body[40];

    snprintf(body, sizeof body, "{\"status\":\"%s\"}", words[_i].said);
    desk_ask(&d, "old", desk_path("POST /agents/{}/heartbeat", id), body, 200);
    desk_ask(&d, "reader", desk_path("GET /agents/{}", id), NULL, 200);
    ck_assert_str_eq(desk_get(&d, "status"), words[_i].shown);
}
END_TEST

START_TEST(who_is_late_is_unreachable_and_comes_back)
{
    const char *id = make(COST);

    desk_ask(&d, "old", desk_path("POST /agents/{}/heartbeat", id), "{}", 200);
    desk_pass(&d, 46000);
    (void)llmreg_tick(d.registry, &d.now);
    desk_ask(&d, "reader", desk_path("GET /agents/{}", id), NULL, 200);
    ck_assert_str_eq(desk_get(&d, "status"), "unreachable");
    desk_ask(&d, "old", desk_path("POST /agents/{}/heartbeat", id), "{}", 200);
    desk_ask(&d, "reader", desk_path("GET /agents/{}", id), NULL, 200);
    ck_assert_str_eq(desk_get(&d, "status"), "healthy");
}
END_TEST

/* ---- leaving ---- */

START_TEST(a_leave_is_fine_also_of_who_is_not_there)
{
    const char *id = make(COST);

    desk_ask(&d, "old", desk_path("POST /agents/{}/unregister", id), NULL, 200);
    ck_assert_str_eq(desk_body(&d),
                     "{\"message\":\"Agent unregistered successfully\"}");
    desk_ask(&d, "old", desk_path("POST /agents/{}/unregister", id), NULL, 200);
    ck_assert_str_eq(desk_body(&d),
                     "{\"message\":\"Agent unregistered successfully\"}");
    desk_ask(&d, "reader", desk_path("GET /agents/{}", id), NULL, 404);
    desk_ask(&d, "old", desk_path("DELETE /agents/{}", make(COST)), NULL, 200);
    desk_ask(&d, "reader", "GET /agents", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "count"), "0");
}
END_TEST

START_TEST(nobody_leaves_for_another)
{
    const char *id = make(COST);

    d.peer = "10.0.0.8";
    desk_ask(&d, "old", desk_path("POST /agents/{}/unregister", id), NULL, 403);
    ck_assert_ptr_nonnull(desk_get(&d, "error"));
    desk_ask(&d, "old", desk_path("POST /agents/{}/heartbeat", id), "{}", 403);
}
END_TEST

/* ---- who is there ---- */

START_TEST(an_agent_is_shown_with_all_its_members)
{
    const char *id = make(COST);
    char expected[240];

    desk_ask(&d, "reader", desk_path("GET /agents/{}", id), NULL, 200);
    snprintf(expected, sizeof expected,
             "{\"id\":\"%s\",\"name\":\"cost-1\",\"type\":\"cost\",\"host\":"
             "\"cost-agent\",\"port\":8001,",
             id);
    ck_assert_int_eq(strncmp(desk_body(&d), expected, strlen(expected)), 0);
    ck_assert_str_eq(desk_get(&d, "capabilities[]"), "spot");
    ck_assert_str_eq(desk_get(&d, "status"), "healthy");
    ck_assert_str_eq(desk_get(&d, "version"), "1.0.0");
    ck_assert_uint_eq(strlen(desk_get(&d, "last_seen")), 24);
    ck_assert_str_eq(desk_get(&d, "metadata.region"), "eu");
}
END_TEST

START_TEST(capabilities_that_nobody_said_are_null)
{
    const char *id = make("{\"name\":\"a\",\"type\":\"cost\",\"host\":"
                          "\"localhost\",\"port\":8001}");

    desk_ask(&d, "reader", desk_path("GET /agents/{}", id), NULL, 200);
    ck_assert_str_eq(desk_get(&d, "capabilities"), "null");
    ck_assert_ptr_null(desk_get(&d, "metadata"));
    ck_assert_str_eq(desk_get(&d, "host"), "10.0.0.7"); /* for others */
}
END_TEST

START_TEST(an_agent_that_is_not_there_is_404)
{
    desk_ask(&d, "reader", "GET /agents/nobody", NULL, 404);
    ck_assert_str_eq(desk_body(&d), "{\"error\":\"Agent not found\"}");
}
END_TEST

START_TEST(lists_are_of_all_or_of_a_type)
{
    make(COST);
    make("{\"name\":\"p\",\"type\":\"performance\",\"host\":\"h\","
         "\"port\":8002}");
    desk_ask(&d, "reader", "GET /agents", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "count"), "2");
    ck_assert_uint_eq(desk_count(&d, "agents[].id"), 2);
    desk_ask(&d, "reader", "GET /agents/list", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "count"), "2");
    desk_ask(&d, "reader", "GET /agents/type/cost", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "count"), "1");
    ck_assert_str_eq(desk_get(&d, "agents[].name"), "cost-1");
    desk_ask(&d, "reader", "GET /agents/type/banana", NULL, 200);
    ck_assert_str_eq(desk_body(&d), "{\"agents\":[],\"count\":0}");
}
END_TEST

START_TEST(what_is_not_there_is_a_text)
{
    static const char *const paths[] = {"GET /agents/a/b/c", "PUT /agents",
                                        "GET /agents/register/x"};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        desk_ask(&d, "reader", paths[i], NULL, 404);
        ck_assert_str_eq(desk_body(&d), "404 page not found");
        ck_assert_str_eq(desk_field(&d, "Content-Type"), "text/plain");
    }
    desk_ask(&d, "reader", "GET /agents/", NULL, 301);
    ck_assert_str_eq(desk_field(&d, "Location"), "/agents");
}
END_TEST

/* Planned there, and called by nobody. */
static const char *const not_offered[] = {
    "GET /health/agents", "GET /health/system", "GET /health/a",
    "GET /discovery/agents", "GET /discovery/endpoints"};

START_TEST(what_is_not_offered_is_not_there)
{
    desk_ask(&d, "admin", not_offered[_i], NULL, 404);
}
END_TEST

START_TEST(who_may_not_is_told_in_its_form)
{
    desk_ask(&d, "far", "GET /agents", NULL, 401);
    ck_assert_ptr_nonnull(desk_get(&d, "error"));
    ck_assert_ptr_null(desk_get(&d, "error.code"));
    desk_ask(&d, "far", REGISTER, COST, 401);
    d.door.auto_approve = false;
    desk_ask(&d, "old", REGISTER, COST, 403);
    ck_assert_ptr_nonnull(strstr(desk_get(&d, "error"), "approve"));
}
END_TEST

START_TEST(without_the_dialect_there_is_nothing_of_it)
{
    d.conf.dialects = 0;
    desk_restart(&d);
    desk_ask(&d, "reader", "GET /agents", NULL, 404);
    ck_assert_str_eq(desk_get(&d, "error.code"), "not_found");
    desk_ask(&d, "operator", REGISTER, COST, 404);
    desk_ask(&d, "operator", "POST /api/v1/agents/heartbeat", "{}", 405);
}
END_TEST

/* ---- its agents ---- */

#define V1 "POST /api/v1/agents/register"

START_TEST(the_application_agent_comes_beats_and_goes)
{
    desk_ask(&d, "old", V1,
             "{\"agent_id\":\"app-1\",\"agent_name\":\"Application\","
             "\"agent_type\":\"application\",\"version\":\"1.0\",\"host\":"
             "\"0.0.0.0\",\"port\":8004,\"capabilities\":[\"quality\"],"
             "\"status\":\"active\"}",
             200);
    ck_assert_str_eq(desk_get(&d, "agent_id"), "app-1");
    ck_assert_str_eq(desk_get(&d, "heartbeat_interval_seconds"), "30");
    ck_assert_str_eq(desk_get(&d, "heartbeat_url"),
                     "/api/v1/agents/app-1/heartbeat");
    desk_ask(&d, "old", "POST /api/v1/agents/app-1/heartbeat",
             "{\"status\":\"active\"}", 200);
    desk_ask(&d, "reader", "GET /agents/app-1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "name"), "Application");
    ck_assert_str_eq(desk_get(&d, "type"), "application");
    ck_assert_str_eq(desk_get(&d, "host"), "10.0.0.7");
    ck_assert_str_eq(desk_get(&d, "port"), "8004");
    ck_assert_str_eq(desk_get(&d, "status"), "healthy");
    desk_ask(&d, "old", "DELETE /api/v1/agents/app-1", NULL, 200);
    desk_ask(&d, "old", "POST /api/v1/agents/app-1/heartbeat", "{}", 404);
}
END_TEST

START_TEST(the_performance_agent_says_its_endpoint_and_beats_by_its_id)
{
    desk_ask(&d, "old", V1,
             "{\"agent_id\":\"perf-1\",\"agent_type\":\"performance\","
             "\"capabilities\":[\"kv\"],\"endpoint\":\"http://"
             "localhost:8002\",\"health_check_endpoint\":\"/api/v1/health\","
             "\"version\":\"1.0\",\"metadata\":{\"a\":1}}",
             200);
    desk_ask(&d, "old", "POST /api/v1/agents/heartbeat",
             "{\"agent_id\":\"perf-1\",\"timestamp\":\"2026-01-01T00:00:00\","
             "\"status\":\"healthy\"}",
             200);
    desk_ask(&d, "reader", "GET /agents/perf-1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "name"), "perf-1");
    ck_assert_str_eq(desk_get(&d, "host"), "10.0.0.7");
    ck_assert_str_eq(desk_get(&d, "port"), "8002");
}
END_TEST

START_TEST(the_resource_agent_sends_metrics)
{
    desk_ask(&d, "old", V1,
             "{\"agent_id\":\"res-1\",\"agent_type\":\"resource\","
             "\"capabilities\":[],\"endpoint\":\"http://res:8003\","
             "\"health_check_endpoint\":\"http://res:8003/health\","
             "\"version\":\"1.0\",\"status\":\"active\",\"metadata\":{}}",
             200);
    desk_ask(&d, "old", "POST /api/v1/agents/heartbeat",
             "{\"agent_id\":\"res-1\",\"status\":\"active\",\"timestamp\":"
             "\"x\",\"metrics\":{\"requests_processed\":7,"
             "\"avg_response_time_ms\":1.5}}",
             200);
    desk_ask(&d, "old", "DELETE /api/v1/agents/res-1", NULL, 200);
}
END_TEST

static const struct {
    const char *what, *body;
    unsigned status;
    const char *field;
} wrong_agents[] = {
    {V1, "{\"agent_type\":\"cost\"}", 422, "name"},
    {V1, "{\"agent_id\":\"a\"}", 422, "type"},
    {V1, "{\"agent_id\":\"a\",\"agent_type\":\"x\",\"type\":\"x\"}", 422,
     "type"},
    {V1, "{\"agent_id\":\"a\",\"agent_type\":\"x\",\"port\":0}", 422, "port"},
    {V1, "{\"agent_id\":\"a\",\"agent_type\":\"x\",\"port\":1,\"port\":2}", 422,
     "port"},
    {"POST /api/v1/agents/heartbeat", "{\"status\":\"healthy\"}", 422,
     "agent_id"},
    {"POST /api/v1/agents/heartbeat", "{\"agent_id\":\"a\",\"agent_id\":\"b\"}",
     422, "agent_id"},
    {"POST /api/v1/agents/heartbeat", "{\"agent_id\":\"nobody\"}", 404,
     "agent_id"},
};

START_TEST(what_is_wrong_in_ours_is_said_as_we_say_it)
{
    desk_wrong(&d, wrong_agents[_i].what, wrong_agents[_i].body,
               wrong_agents[_i].status, wrong_agents[_i].field);
}
END_TEST

/* Ours means the host that it runs on, and takes all that ours takes. */
START_TEST(our_own_clients_do_not_notice)
{
    desk_ask(&d, "agent", V1,
             "{\"agent_id\":\"w1\",\"type\":\"worker\",\"name\":\"one\","
             "\"host\":\"node7\",\"endpoints\":[\"http://127.0.0.1:11434\"]}",
             200);
    ck_assert_str_eq(desk_get(&d, "created"), "true");
    ck_assert_str_eq(desk_get(&d, "endpoints[].id"), "192.0.2.9:11434");
    desk_ask(&d, "reader", "GET /api/v1/agents/w1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "host"), "node7");
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/heartbeat",
             "{\"resources\":{\"cpu_percent\":5},\"latency_ms\":2}", 200);
    ck_assert_str_eq(desk_body(&d),
                     "{\"received\":true,\"next_interval_seconds\":30}");
    desk_ask(&d, "reader", "GET /api/v1/hosts/node7", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "resources.cpu_percent"), "5");
    desk_wrong(&d, V1, "{\"type\":1}", 422, "type");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dialect_optiinfra");
    TCase *tc = tcase_create("dialect_optiinfra");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_registration_is_answered_as_its_client_expects);
    tcase_add_test(tc, it_is_there_after_a_restart);
    tcase_add_test(tc, the_same_name_again_is_the_same_agent);
    tcase_add_loop_test(tc, what_is_wrong_is_said_as_go_says_it, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(tc, bad_json_is_an_invalid_character);
    tcase_add_test(tc, a_heartbeat_is_received);
    tcase_add_test(tc, one_of_an_unknown_agent_is_404);
    tcase_add_test(tc, a_heartbeat_may_name_its_agent_in_the_body);
    tcase_add_loop_test(tc, a_heartbeat_that_makes_no_sense_is_400, 0,
                        (int)(sizeof wrong_beats / sizeof wrong_beats[0]));
    tcase_add_loop_test(tc, a_status_is_shown_as_one_of_four_words, 0,
                        (int)(sizeof words / sizeof words[0]));
    tcase_add_test(tc, who_is_late_is_unreachable_and_comes_back);
    tcase_add_test(tc, a_leave_is_fine_also_of_who_is_not_there);
    tcase_add_test(tc, nobody_leaves_for_another);
    tcase_add_test(tc, an_agent_is_shown_with_all_its_members);
    tcase_add_test(tc, capabilities_that_nobody_said_are_null);
    tcase_add_test(tc, an_agent_that_is_not_there_is_404);
    tcase_add_test(tc, lists_are_of_all_or_of_a_type);
    tcase_add_test(tc, what_is_not_there_is_a_text);
    tcase_add_loop_test(tc, what_is_not_offered_is_not_there, 0,
                        (int)(sizeof not_offered / sizeof not_offered[0]));
    tcase_add_test(tc, who_may_not_is_told_in_its_form);
    tcase_add_test(tc, without_the_dialect_there_is_nothing_of_it);
    tcase_add_test(tc, the_application_agent_comes_beats_and_goes);
    tcase_add_test(tc,
                   the_performance_agent_says_its_endpoint_and_beats_by_its_id);
    tcase_add_test(tc, the_resource_agent_sends_metrics);
    tcase_add_loop_test(tc, what_is_wrong_in_ours_is_said_as_we_say_it, 0,
                        (int)(sizeof wrong_agents / sizeof wrong_agents[0]));
    tcase_add_test(tc, our_own_clients_do_not_notice);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
