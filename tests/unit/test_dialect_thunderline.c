/* SPDX-License-Identifier: MIT */
/* test_dialect_thunderline.c - what Thunderline's services and pages ask:
 * services, nodes, and the graph of nodes. */
#include "plugins/llm_listen/dialects/dialects.h"
#include "tests/support/desk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REGISTER "POST /api/registry/register"
#define BEAT     "PATCH /api/registry/cerebros-1/heartbeat"
#define SERVICE                                                                \
    "{\"service_id\":\"cerebros-1\",\"service_type\":\"cerebros\","            \
    "\"name\":\"Cerebros #1\",\"host\":\"gpu1\",\"port\":8000,"                \
    "\"capabilities\":{\"gpu\":true,\"jobs\":2,\"models\":[\"a\",{\"b\":1}]}," \
    "\"metadata\":{\"version\":\"1.0\"}}"
#define MLFLOW                                                                 \
    "{\"service_id\":\"m\",\"service_type\":\"mlflow\",\"name\":\"M\"}"

static struct desk d;

static void setup(void)
{
    desk_open_with(&d, DIALECT_BIT(THUNDERLINE));
}

static void teardown(void)
{
    desk_close(&d);
}

static void expect_error(const char *detail)
{
    ck_assert_str_eq(desk_get(&d, "errors.detail"), detail);
    ck_assert_msg(strlen(desk_get(&d, "error")) > 3, "%s", desk_body(&d));
    ck_assert_str_eq(desk_field(&d, "Content-Type"),
                     "application/json; charset=utf-8");
}

/* ---- services ---- */

START_TEST(a_service_is_registered_and_given_back)
{
    static const char *const expected[][2] = {
        {"id", "cerebros-1"},
        {"service_id", "cerebros-1"},
        {"service_type", "cerebros"},
        {"name", "Cerebros #1"},
        {"host", "gpu1"},
        {"port", "8000"},
        {"url", "http://gpu1:8000"},
        {"status", "starting"},
        {"capabilities.gpu", "true"},
        {"capabilities.jobs", "2"},
        {"capabilities.models[].b", "1"},
        {"metadata.version", "1.0"},
        {"last_heartbeat_at", "null"},
    };

    desk_ask(&d, "old", REGISTER, SERVICE, 201);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        ck_assert_str_eq(desk_get(&d, expected[i][0]), expected[i][1]);
    ck_assert_uint_eq(strlen(desk_get(&d, "registered_at")), 24);
    ck_assert_uint_eq(strlen(desk_get(&d, "updated_at")), 24);
    ck_assert_ptr_null(desk_get(&d, "metadata.thunderline_capabilities.gpu"));
    ck_assert_str_eq(desk_field(&d, "Content-Type"),
                     "application/json; charset=utf-8");
}
END_TEST

START_TEST(what_is_simple_is_a_capability_of_ours)
{
    desk_ask(&d, "old", REGISTER, SERVICE, 201);
    desk_ask(&d, "reader", "GET /api/v1/agents?capability=jobs%3D2", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "agents[].id"), 1);
    desk_ask(&d, "reader", "GET /api/v1/agents/cerebros-1", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "capabilities[]"), 2);
}
END_TEST

START_TEST(registering_again_is_an_update_and_survives)
{
    desk_ask(&d, "old", REGISTER, SERVICE, 201);
    desk_ask(&d, "old", REGISTER, SERVICE, 201);
    desk_restart(&d);
    desk_ask(&d, "reader", "GET /api/registry/services", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "services[].id"), 1);
    ck_assert_str_eq(desk_get(&d, "services[].capabilities.models[]"), "a");
}
END_TEST

START_TEST(a_service_may_say_little)
{
    desk_ask(&d, "old", REGISTER, MLFLOW, 201);
    ck_assert_str_eq(desk_get(&d, "url"), "null");
    ck_assert_str_eq(desk_get(&d, "port"), "null");
    ck_assert_ptr_nonnull(
        strstr(desk_body(&d), "\"capabilities\":{},\"metadata\":{}"));
    desk_ask(&d, "old", REGISTER,
             "{\"service_id\":\"m\",\"service_type\":\"mlflow\",\"name\":\"M\","
             "\"port\":5000}",
             201);
    ck_assert_str_eq(desk_get(&d, "url"), "http://10.0.0.7:5000");
}
END_TEST

static const char *const wrong[] = {
    NULL,
    "{",
    "[]",
    "{}",
    "{\"service_id\":\"a\",\"service_type\":\"x\"}",
    "{\"service_id\":\"a\",\"name\":\"x\"}",
    "{\"service_type\":\"x\",\"name\":\"x\"}",
    "{\"service_id\":\"a b\",\"service_type\":\"x\",\"name\":\"x\"}",
    "{\"service_id\":\"a\",\"service_type\":\"X Y\",\"name\":\"x\"}",
    "{\"service_id\":\"a\",\"service_type\":\"x\",\"name\":5}",
    "{\"service_id\":\"a\",\"service_type\":\"x\",\"name\":\"x\",\"port\":0}",
    "{\"service_id\":\"a\",\"service_type\":\"x\",\"name\":\"x\",\"port\":-5}",
    "{\"service_id\":\"a\",\"service_type\":\"x\",\"name\":\"x\","
    "\"capabilities\":[\"gpu\"]}",
    "{\"service_id\":\"a\",\"service_type\":\"x\",\"name\":\"x\","
    "\"metadata\":7}",
};

START_TEST(what_is_wrong_is_a_bad_request)
{
    desk_ask(&d, "old", REGISTER, wrong[_i], 400);
    expect_error("Bad Request");
    desk_ask(&d, "reader", "GET /api/registry/services", NULL, 200);
    ck_assert_str_eq(desk_body(&d), "{\"services\":[]}");
}
END_TEST

START_TEST(capabilities_may_be_long_up_to_a_kilobyte)
{
    char body[1400], text[1100];

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    snprintf(body, sizeof body,
             "{\"service_id\":\"a\",\"service_type\":\"x\",\"name\":\"x\","
             "\"capabilities\":{\"t\":\"%.900s\"}}",
             text);
    desk_ask(&d, "old", REGISTER, body, 201);
    ck_assert_uint_eq(strlen(desk_get(&d, "capabilities.t")), 900);
    snprintf(body, sizeof body,
             "{\"service_id\":\"a\",\"service_type\":\"x\",\"name\":\"x\","
             "\"capabilities\":{\"t\":\"%.1050s\"}}",
             text);
    desk_ask(&d, "old", REGISTER, body, 400);
}
END_TEST

static const struct {
    const char *said, *shown;
} words[] = {
    {"healthy", "healthy"},     {"busy", "busy"},
    {"unhealthy", "unhealthy"}, {"starting", "starting"},
    {"stopped", "stopped"},     {"online", "healthy"},
    {"degraded", "healthy"},
};

START_TEST(a_heartbeat_is_answered_with_the_service)
{
    char body[80];

    desk_ask(&d, "old", REGISTER, SERVICE, 201);
    snprintf(body, sizeof body, "{\"status\":\"%s\",\"metadata\":{\"n\":1}}",
             words[_i].said);
    desk_ask(&d, "old", BEAT, body, 200);
    ck_assert_str_eq(desk_get(&d, "status"), words[_i].shown);
    ck_assert_str_eq(desk_get(&d, "metadata.n"), "1");
    ck_assert_str_eq(desk_get(&d, "metadata.version"), "1.0");
    ck_assert_uint_eq(strlen(desk_get(&d, "last_heartbeat_at")), 24);
}
END_TEST

START_TEST(a_heartbeat_may_say_nothing_or_other_capabilities)
{
    desk_ask(&d, "old", REGISTER, SERVICE, 201);
    desk_ask(&d, "old", BEAT, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "status"), "healthy");
    desk_ask(&d, "old", BEAT, "{\"capabilities\":{\"gpu\":false}}", 200);
    ck_assert_str_eq(desk_get(&d, "capabilities.gpu"), "false");
    ck_assert_ptr_null(desk_get(&d, "capabilities.jobs"));
}
END_TEST

START_TEST(a_heartbeat_of_nobody_is_404_and_a_wrong_one_400)
{
    desk_ask(&d, "old", BEAT, "{}", 404);
    expect_error("Not Found");
    desk_ask(&d, "old", REGISTER, SERVICE, 201);
    desk_ask(&d, "old", BEAT, "{\"status\":\"sleepy\"}", 400);
    expect_error("Bad Request");
    desk_ask(&d, "old", BEAT, "{\"capabilities\":1}", 400);
}
END_TEST

START_TEST(a_service_that_is_silent_is_unhealthy)
{
    desk_ask(&d, "old", REGISTER, SERVICE, 201);
    desk_ask(&d, "old", BEAT, "{\"status\":\"healthy\"}", 200);
    desk_pass(&d, 46000);
    (void)llmreg_tick(d.registry, &d.now);
    desk_ask(&d, "reader", "GET /api/registry/services/cerebros-1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "status"), "healthy"); /* late */
    desk_pass(&d, 45000);
    (void)llmreg_tick(d.registry, &d.now);
    desk_ask(&d, "reader", "GET /api/registry/services/cerebros-1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "status"), "unhealthy");
    desk_ask(&d, "old", BEAT, "{\"status\":\"healthy\"}", 200);
    ck_assert_str_eq(desk_get(&d, "status"), "healthy");
}
END_TEST

START_TEST(services_are_listed_by_type_and_health)
{
    desk_ask(&d, "old", REGISTER, SERVICE, 201);
    desk_ask(&d, "old", REGISTER, MLFLOW, 201);
    desk_ask(&d, "old", BEAT, "{\"status\":\"healthy\"}", 200);
    desk_ask(&d, "reader", "GET /api/registry/services", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "services[].id"), 2);
    desk_ask(&d, "reader", "GET /api/registry/services/healthy", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "services[].id"), 1);
    ck_assert_str_eq(desk_get(&d, "services[].id"), "cerebros-1");
    desk_ask(&d, "reader", "GET /api/registry/services/type/mlflow", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "services[].id"), "m");
    desk_ask(&d, "reader", "GET /api/registry/services/mlflow", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "services[].id"), "m");
    desk_ask(&d, "reader", "GET /api/registry/services/m", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "service_id"), "m");
    desk_ask(&d, "reader", "GET /api/registry/services/nothing", NULL, 200);
    ck_assert_str_eq(desk_body(&d), "{\"services\":[]}");
}
END_TEST

START_TEST(a_service_leaves_once)
{
    desk_ask(&d, "old", REGISTER, SERVICE, 201);
    desk_ask(&d, "old", "DELETE /api/registry/cerebros-1", NULL, 200);
    ck_assert_str_eq(
        desk_body(&d),
        "{\"ok\":true,\"message\":\"Service deregistered successfully\"}");
    desk_ask(&d, "old", "DELETE /api/registry/cerebros-1", NULL, 404);
    expect_error("Not Found");
}
END_TEST

START_TEST(nobody_beats_or_leaves_for_another)
{
    desk_ask(&d, "old", REGISTER, SERVICE, 201);
    d.peer = "10.0.0.8";
    desk_ask(&d, "old", BEAT, "{}", 403);
    expect_error("Forbidden");
    desk_ask(&d, "old", "DELETE /api/registry/cerebros-1", NULL, 403);
    desk_ask(&d, "old", REGISTER, SERVICE, 403);
    d.peer = NULL;
    desk_ask(&d, "far", REGISTER, SERVICE, 401);
    expect_error("Unauthorized");
    desk_ask(&d, "old", "GET /api/registry/services", NULL, 401);
}
END_TEST

START_TEST(what_is_not_there_is_said_in_its_form)
{
    desk_ask(&d, "reader", "GET /api/registry/nothing", NULL, 405);
    expect_error("Method Not Allowed");
    desk_ask(&d, "reader", "GET /api/registry", NULL, 404);
    expect_error("Not Found");
    d.conf.dialects = 0;
    desk_restart(&d);
    desk_ask(&d, "operator", REGISTER, SERVICE, 404);
    desk_ask(&d, "reader", "GET /api/nodes", NULL, 404);
    desk_ask(&d, "reader", "GET /api/thunderlink/graph", NULL, 404);
}
END_TEST

/* ---- nodes ---- */

static void make_nodes(void)
{
    desk_ask(&d, "operator", "POST /api/v1/agents/register",
             "{\"agent_id\":\"n1\",\"type\":\"node\",\"name\":\"worker-1\","
             "\"role\":\"worker\",\"domain\":\"thunderlink\",\"cluster\":"
             "\"in_cluster\",\"capabilities\":[\"ml=torch\"],\"metadata\":{"
             "\"did\":\"did:web:x\",\"zone\":\"a\"}}",
             200);
    desk_ask(&d, "operator", "POST /api/v1/agents/n1/heartbeat",
             "{\"status\":\"online\",\"latency_ms\":23,\"metrics\":{"
             "\"cpu_load\":0.45,\"disk\":7}}",
             200);
    desk_ask(&d, "operator", "POST /api/v1/agents/register",
             "{\"agent_id\":\"n2\",\"type\":\"node\",\"name\":\"edge-1\","
             "\"role\":\"edge\",\"cluster\":\"out_of_cluster\"}",
             200);
    desk_ask(&d, "operator", "POST /api/v1/agents/n2/heartbeat",
             "{\"status\":\"degraded\",\"peers\":[{\"id\":\"n1\",\"type\":"
             "\"hotline\",\"latency_ms\":15,\"connection\":\"websocket\"}]}",
             200);
    desk_ask(&d, "operator", "POST /api/v1/agents/register",
             "{\"agent_id\":\"n3\",\"type\":\"node\",\"name\":\"gone\"}", 200);
    desk_ask(&d, "operator", "POST /api/v1/agents/n3/heartbeat",
             "{\"status\":\"stopped\"}", 200);
}

START_TEST(a_node_has_all_its_members)
{
    static const char *const expected[][2] = {
        {"node.id", "n1"},
        {"node.name", "worker-1"},
        {"node.role", "worker"},
        {"node.domain", "thunderlink"},
        {"node.status", "online"},
        {"node.cluster_type", "in_cluster"},
        {"node.hotline_peer_id", "null"},
        {"node.did", "did:web:x"},
        {"node.meta.zone", "a"},
    };
    static const char *const times[] = {"node.last_seen_at",
                                        "node.last_heartbeat_at",
                                        "node.inserted_at", "node.updated_at"};

    make_nodes();
    desk_ask(&d, "reader", "GET /api/thunderlink/nodes/n1", NULL, 200);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        ck_assert_str_eq(desk_get(&d, expected[i][0]), expected[i][1]);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        ck_assert_uint_eq(strlen(desk_get(&d, times[i])), 24);
    ck_assert_ptr_null(desk_get(&d, "node.heartbeats"));
    ck_assert_ptr_null(desk_get(&d, "node.capabilities"));
}
END_TEST

START_TEST(more_of_a_node_is_loaded_on_request)
{
    make_nodes();
    desk_ask(&d, "reader", "GET /api/nodes/n1?load=heartbeats,%20capabilities",
             NULL, 200);
    ck_assert_str_eq(desk_get(&d, "node.heartbeats[].node_id"), "n1");
    ck_assert_str_eq(desk_get(&d, "node.heartbeats[].status"), "online");
    ck_assert_str_eq(desk_get(&d, "node.heartbeats[].cpu_load"), "0.45");
    ck_assert_str_eq(desk_get(&d, "node.heartbeats[].mem_used_mb"), "null");
    ck_assert_str_eq(desk_get(&d, "node.heartbeats[].latency_ms"), "23");
    ck_assert_str_eq(desk_get(&d, "node.heartbeats[].meta.disk"), "7");
    ck_assert_str_eq(desk_get(&d, "node.capabilities[].capability_key"), "ml");
    ck_assert_str_eq(desk_get(&d, "node.capabilities[].capability_value"),
                     "torch");
    desk_ask(&d, "reader", "GET /api/nodes/n1?load=", NULL, 200);
    desk_ask(&d, "reader", "GET /api/nodes/n1?load=heartbeats,x", NULL, 400);
    expect_error("Bad Request");
}
END_TEST

START_TEST(heartbeats_are_those_of_the_last_minutes)
{
    make_nodes();
    desk_ask(&d, "reader", "GET /api/nodes/n1/heartbeats", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "heartbeats[].node_id"), 1);
    desk_pass(&d, 120000);
    desk_ask(&d, "reader", "GET /api/nodes/n1/heartbeats?minutes=1", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "heartbeats[].node_id"), 0);
    desk_ask(&d, "reader", "GET /api/nodes/n1/heartbeats?minutes=0", NULL, 400);
    desk_ask(&d, "reader", "GET /api/nodes/x/heartbeats", NULL, 404);
}
END_TEST

START_TEST(a_node_that_is_not_there_is_404_in_both_forms)
{
    desk_ask(&d, "reader", "GET /api/thunderlink/nodes/x", NULL, 404);
    ck_assert_str_eq(desk_get(&d, "error"), "Node not found");
    ck_assert_str_eq(desk_get(&d, "errors.detail"), "Not Found");
}
END_TEST

START_TEST(an_id_that_cannot_be_one_is_400)
{
    desk_ask(&d, "reader", "GET /api/thunderlink/nodes/%zz", NULL, 400);
    expect_error("Bad Request");
    desk_ask(&d, "reader", "GET /api/thunderlink/nodes/a%00b", NULL, 400);
    desk_ask(&d, "reader", "GET /api/registry/services/%ff", NULL, 400);
}
END_TEST

static const struct {
    const char *query, *ids;
} filters[] = {
    {"", "n1 n2 n3"},
    {"?status=", "n1 n2 n3"},
    {"?status=online", "n1"},
    {"?status=degraded", "n2"},
    {"?status=offline", "n3"},
    {"?status=disconnected", ""},
    {"?role=edge&domain=", "n2"},
    {"?domain=thunderlink", "n1"},
    {"?cluster_type=in_cluster", "n1"},
    {"?cluster_type=beam", "n1"},
    {"?cluster_type=edge", "n2"},
    {"?cluster_type=edge&status=online", ""},
    {"?role=none", ""},
};

START_TEST(nodes_are_filtered_and_empty_values_ignored)
{
    char what[120], ids[80] = "";

    make_nodes();
    for (int alias = 0; alias < 2; alias++) {
        snprintf(what, sizeof what, "GET /api/%snodes%s",
                 alias == 0 ? "thunderlink/" : "", filters[_i].query);
        desk_ask(&d, "reader", what, NULL, 200);
        ids[0] = '\0';
        for (size_t i = 0; i < desk_count(&d, "nodes[].id"); i++) {
            const size_t len = strlen(ids);

            snprintf(ids + len, sizeof ids - len, "%s%s", i == 0 ? "" : " ",
                     desk_nth(&d, "nodes[].id", i));
        }
        ck_assert_str_eq(ids, filters[_i].ids);
    }
}
END_TEST

START_TEST(a_filter_that_there_is_not_is_said)
{
    desk_ask(&d, "reader", "GET /api/thunderlink/nodes?status=sleepy", NULL,
             400);
    desk_ask(&d, "reader", "GET /api/thunderlink/nodes?colour=red", NULL, 400);
    expect_error("Bad Request");
}
END_TEST

/* ---- the graph ---- */

START_TEST(the_graph_has_nodes_and_links)
{
    static const char *const expected[][2] = {
        {"links[].source", "n2"},
        {"links[].target", "n1"},
        {"links[].node_id", "n2"},
        {"links[].peer_node_id", "n1"},
        {"links[].value", "1"},
        {"links[].connection_type", "websocket"},
        {"links[].session_type", "hotline"},
        {"links[].latency_ms", "15"},
        {"links[].bandwidth_mbps", "null"},
        {"links[].status", "established"},
        {"nodes[].id", "n1"},
        {"nodes[].status", "online"},
        {"nodes[].val", "10"},
        {"nodes[].cluster_type", "in_cluster"},
        {"nodes[].meta.zone", "a"},
    };

    make_nodes();
    desk_ask(&d, "reader", "GET /api/thunderlink/graph", NULL, 200);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        ck_assert_str_eq(desk_get(&d, expected[i][0]), expected[i][1]);
    ck_assert_uint_eq(strlen(desk_get(&d, "links[].established_at")), 24);
    ck_assert_uint_eq(desk_count(&d, "nodes[].id"), 2);
    desk_ask(&d, "reader", "GET /api/graph?include_offline=true", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "nodes[].id"), 3);
    ck_assert_str_eq(desk_nth(&d, "nodes[].val", 2), "5");
}
END_TEST

START_TEST(no_link_leads_to_a_node_that_is_not_shown)
{
    make_nodes();
    desk_ask(&d, "operator", "POST /api/v1/agents/n1/heartbeat",
             "{\"status\":\"stopped\"}", 200);
    desk_ask(&d, "reader", "GET /api/graph", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "nodes[].id"), 1);
    ck_assert_uint_eq(desk_count(&d, "links[].source"), 0);
}
END_TEST

START_TEST(an_empty_graph_is_one)
{
    desk_ask(&d, "reader", "GET /api/graph", NULL, 200);
    ck_assert_str_eq(desk_body(&d), "{\"nodes\":[],\"links\":[]}");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("dialect_thunderline");
    TCase *tc = tcase_create("dialect_thunderline");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_service_is_registered_and_given_back);
    tcase_add_test(tc, what_is_simple_is_a_capability_of_ours);
    tcase_add_test(tc, registering_again_is_an_update_and_survives);
    tcase_add_test(tc, a_service_may_say_little);
    tcase_add_loop_test(tc, what_is_wrong_is_a_bad_request, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(tc, capabilities_may_be_long_up_to_a_kilobyte);
    tcase_add_loop_test(tc, a_heartbeat_is_answered_with_the_service, 0,
                        (int)(sizeof words / sizeof words[0]));
    tcase_add_test(tc, a_heartbeat_may_say_nothing_or_other_capabilities);
    tcase_add_test(tc, a_heartbeat_of_nobody_is_404_and_a_wrong_one_400);
    tcase_add_test(tc, a_service_that_is_silent_is_unhealthy);
    tcase_add_test(tc, services_are_listed_by_type_and_health);
    tcase_add_test(tc, a_service_leaves_once);
    tcase_add_test(tc, nobody_beats_or_leaves_for_another);
    tcase_add_test(tc, what_is_not_there_is_said_in_its_form);
    tcase_add_test(tc, a_node_has_all_its_members);
    tcase_add_test(tc, more_of_a_node_is_loaded_on_request);
    tcase_add_test(tc, heartbeats_are_those_of_the_last_minutes);
    tcase_add_test(tc, a_node_that_is_not_there_is_404_in_both_forms);
    tcase_add_test(tc, an_id_that_cannot_be_one_is_400);
    tcase_add_loop_test(tc, nodes_are_filtered_and_empty_values_ignored, 0,
                        (int)(sizeof filters / sizeof filters[0]));
    tcase_add_test(tc, a_filter_that_there_is_not_is_said);
    tcase_add_test(tc, the_graph_has_nodes_and_links);
    tcase_add_test(tc, no_link_leads_to_a_node_that_is_not_shown);
    tcase_add_test(tc, an_empty_graph_is_one);
    suite_add_tcase(suite, tc);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(make_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
