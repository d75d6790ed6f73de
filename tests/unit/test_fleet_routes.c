/* SPDX-License-Identifier: MIT */
/* test_fleet_routes.c - the fleet over HTTP: models and where to run them,
 * alerts, the graph, the snapshot, targets for Prometheus. */
#include "tests/support/desk_fleet.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/json_find.h"

static struct desk d;

static void setup(void)
{
    desk_open(&d);
}

static void teardown(void)
{
    desk_close(&d);
}

/* ---- models ---- */

START_TEST(models_are_listed_with_all_that_somebody_knows)
{
    desk_fleet(&d);
    desk_ask(&d, "reader", "GET /api/v1/models", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "models[].name"), 3);
    ck_assert_str_eq(desk_get(&d, "models[].name"), "a:latest");
    ck_assert_str_eq(desk_get(&d, "models[].endpoints"), "2");
    ck_assert_str_eq(desk_get(&d, "models[].routable"), "2");
    ck_assert_str_eq(desk_get(&d, "models[].loaded"), "1");
    ck_assert_str_eq(desk_get(&d, "models[].family"), "llama");
    ck_assert_str_eq(desk_get(&d, "models[].context_max"), "8192");
    ck_assert_str_eq(desk_get(&d, "models[].size_bytes"), "77");
    ck_assert_str_eq(desk_get(&d, "models[].supports_tools"), "true");
    ck_assert_str_eq(desk_get(&d, "models[].supports_vision"), "null");
    desk_ask(&d, "reader", "GET /api/v1/models?loaded=true", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "models[].name"), 1);
    desk_ask(&d, "reader", "GET /api/v1/models?routable=false", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "models[].name"), "c:1");
    ck_assert_uint_eq(desk_count(&d, "models[].name"), 1);
}
END_TEST

START_TEST(models_come_in_pages)
{
    char call[200];
    size_t seen = 0;

    desk_fleet(&d);
    snprintf(call, sizeof call, "GET /api/v1/models?limit=1");
    for (; seen < 3; seen++) {
        desk_ask(&d, "reader", call, NULL, 200);
        ck_assert_uint_eq(desk_count(&d, "models[].name"), 1);
        snprintf(call, sizeof call, "GET /api/v1/models?limit=1&cursor=%s",
                 desk_get(&d, "next"));
    }
    ck_assert_str_eq(desk_get(&d, "models[].name"), "lib/b:7b");
    ck_assert_str_eq(desk_get(&d, "next"), "null");
}
END_TEST

START_TEST(one_model_is_found_by_any_of_its_names)
{
    desk_fleet(&d);
    desk_ask(&d, "reader", "GET /api/v1/models/a", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "name"), "a:latest");
    desk_ask(&d, "reader", "GET /api/v1/models/lib%2Fb:7b", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "endpoints"), "1");
    desk_ask(&d, "reader", "GET /api/v1/models/nothing", NULL, 404);
    desk_ask(&d, "reader", "GET /api/v1/models/nothing/endpoints", NULL, 404);
}
END_TEST

START_TEST(where_it_is_and_where_it_is_run_best)
{
    desk_fleet(&d);
    desk_ask(&d, "reader", "GET /api/v1/models/a/endpoints", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "endpoints[].id"), 2);
    ck_assert_str_eq(desk_get(&d, "endpoints[].id"), "gpu1:11434");
    desk_ask(&d, "reader", "GET /api/v1/models/a/endpoints?order=best", NULL,
             200);
    ck_assert_uint_eq(desk_count(&d, "endpoints[].id"), 2);
    ck_assert_str_eq(desk_get(&d, "endpoints[].id"), "gpu2:11434");
    ck_assert_str_ne(desk_get(&d, "endpoints[].parts.loaded.points"), "0");
    desk_ask(&d, "reader",
             "GET /api/v1/models/a/endpoints?order=best&limit=1&routable=true",
             NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "endpoints[].id"), 1);
    desk_ask(&d, "reader", "GET /api/v1/models/c:1/endpoints", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "endpoints[].id"), 1);
    desk_ask(&d, "reader", "GET /api/v1/models/c:1/endpoints?routable=true",
             NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "endpoints[].id"), 0);
    desk_ask(&d, "reader", "GET /api/v1/models/c:1/endpoints?order=best", NULL,
             200);
    ck_assert_uint_eq(desk_count(&d, "endpoints[].id"), 0);
}
END_TEST

static const char *const wrong[] = {"order=worst", "order=best&routable=false",
                                    "order=best&cursor=YQ", "degraded=true",
                                    "routable=1"};

START_TEST(what_cannot_be_asked_together_is_refused)
{
    char call[120];

    desk_fleet(&d);
    snprintf(call, sizeof call, "GET /api/v1/models/a/endpoints?%s", wrong[_i]);
    desk_ask(&d, "reader", call, NULL, 400);
}
END_TEST

START_TEST(degraded_endpoints_are_good_enough_if_one_says_so)
{
    desk_fleet(&d);
    desk_observe(&d, "gpu1", LLMREG_REASON_BUSY);
    desk_ask(&d, "reader", "GET /api/v1/models/a/endpoints?order=best", NULL,
             200);
    ck_assert_uint_eq(desk_count(&d, "endpoints[].id"), 1);
    desk_ask(&d, "reader",
             "GET /api/v1/models/a/endpoints?order=best&degraded=true", NULL,
             200);
    ck_assert_uint_eq(desk_count(&d, "endpoints[].id"), 2);
}
END_TEST

/* ---- alerts ---- */

/* About an agent that is there and has no latency: that cannot be told, and the
 * alerter leaves it alone. */
static void raise_alert(const char *subject, enum llmreg_severity severity)
{
    char body[80];

    snprintf(body, sizeof body, "{\"agent_id\":\"%s\",\"type\":\"worker\"}",
             subject);
    desk_ask(&d, "operator", "POST /api/v1/agents/register", body, 200);
    desk_alert(&d, LLMREG_RULE_HEARTBEAT_LATENCY, subject, severity);
}

#define ACKNOWLEDGE "POST /api/v1/alerts/heartbeat_latency%2Fw1/acknowledge"

START_TEST(alerts_are_listed_and_acknowledged)
{
    raise_alert("w1", LLMREG_SEVERITY_FAILURE);
    raise_alert("w2", LLMREG_SEVERITY_WARNING);
    desk_ask(&d, "reader", "GET /api/v1/alerts?rule=heartbeat_latency", NULL,
             200);
    ck_assert_uint_eq(desk_count(&d, "alerts[].id"), 2);
    desk_ask(&d, "reader",
             "GET /api/v1/alerts?severity=failure&rule=heartbeat_latency", NULL,
             200);
    ck_assert_uint_eq(desk_count(&d, "alerts[].id"), 1);
    desk_ask(&d, "operator", ACKNOWLEDGE, "{\"note\":\"fan ordered\"}", 200);
    ck_assert_str_eq(desk_get(&d, "acknowledged"), "true");
    ck_assert_str_eq(desk_get(&d, "acknowledged_by"),
                     "token:operator operator");
    ck_assert_str_eq(desk_get(&d, "note"), "fan ordered");
    desk_ask(&d, "reader", "GET /api/v1/alerts?acknowledged=true&raised=true",
             NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "alerts[].id"), 1);
    desk_ask(&d, "root", ACKNOWLEDGE, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "acknowledged_by"), "anonymous");
}
END_TEST

START_TEST(an_alert_that_there_is_not_is_404)
{
    desk_ask(&d, "operator", ACKNOWLEDGE, NULL, 404);
    desk_ask(&d, "operator", ACKNOWLEDGE, "{\"nte\":\"x\"}", 422);
    desk_ask(&d, "reader", "GET /api/v1/alerts?rule=nothing", NULL, 400);
    desk_ask(&d, "reader", "GET /api/v1/alerts?severity=bad", NULL, 400);
}
END_TEST

/* ---- heartbeats ---- */

static void beat(const char *body)
{
    desk_ask(&d, "operator", "POST /api/v1/agents/w1/heartbeat", body, 200);
    desk_pass(&d, 60000);
}

START_TEST(the_newest_heartbeats_are_told_oldest_first)
{
    desk_ask(&d, "operator", "POST /api/v1/agents/register",
             "{\"agent_id\":\"w1\",\"type\":\"t\",\"name\":\"1\"}", 200);
    desk_ask(&d, "reader", "GET /api/v1/agents/w1/heartbeats", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "heartbeats[].health"), 0);
    beat("{\"status\":\"healthy\",\"metrics\":{\"queue\":3}}");
    beat("{\"status\":\"degraded\",\"metrics\":{\"queue\":4}}");
    desk_ask(&d, "reader", "GET /api/v1/agents/w1/heartbeats", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "kept"), "8");
    ck_assert_uint_eq(desk_count(&d, "heartbeats[].health"), 2);
    ck_assert_str_eq(desk_get(&d, "heartbeats[].health"), "healthy");
    ck_assert_str_eq(desk_get(&d, "heartbeats[].metrics.queue"), "3");
    ck_assert_str_eq(desk_get(&d, "heartbeats[].latency_ms"), "null");
    desk_ask(&d, "reader", "GET /api/v1/agents/w1/heartbeats?minutes=1", NULL,
             200);
    ck_assert_uint_eq(desk_count(&d, "heartbeats[].health"), 1);
    ck_assert_str_eq(desk_get(&d, "heartbeats[].health"), "degraded");
    for (int i = 0; i < 10; i++)
        beat("{\"status\":\"healthy\"}");
    desk_ask(&d, "reader", "GET /api/v1/agents/w1/heartbeats?minutes=1440",
             NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "heartbeats[].health"), 8);
}
END_TEST

START_TEST(heartbeats_of_nobody_are_404_and_minutes_have_bounds)
{
    desk_ask(&d, "reader", "GET /api/v1/agents/w1/heartbeats", NULL, 404);
    desk_ask(&d, "reader", "GET /api/v1/agents/w1/heartbeats?minutes=0", NULL,
             400);
    desk_ask(&d, "reader", "GET /api/v1/agents/w1/heartbeats?minutes=1441",
             NULL, 400);
}
END_TEST

/* ---- the graph ---- */

START_TEST(the_graph_has_agents_and_their_sessions)
{
    desk_ask(&d, "operator", "POST /api/v1/agents/register",
             "{\"agent_id\":\"w1\",\"type\":\"t\",\"name\":\"1\"}", 200);
    desk_ask(&d, "operator", "POST /api/v1/agents/register",
             "{\"agent_id\":\"w2\",\"type\":\"t\",\"name\":\"2\"}", 200);
    desk_ask(&d, "operator", "POST /api/v1/agents/w1/heartbeat",
             "{\"peers\":[\"w2\"]}", 200);
    desk_ask(&d, "reader", "GET /api/v1/graph", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "nodes[]"), 2);
    ck_assert_uint_eq(desk_count(&d, "links[]"), 1);
    desk_ask(&d, "operator", "POST /api/v1/agents/w2/heartbeat",
             "{\"status\":\"stopped\"}", 200);
    desk_ask(&d, "reader", "GET /api/v1/graph", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "nodes[]"), 1);
    desk_ask(&d, "reader", "GET /api/v1/graph?include_offline=true", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "nodes[]"), 2);
}
END_TEST

/* ---- the snapshot ---- */

START_TEST(a_small_snapshot_is_one_answer_and_not_sent_twice)
{
    char tag[64];

    desk_add(&d, "gpu1", ""); /* nothing that the alerter speaks up for */
    desk_add(&d, "gpu2", "");
    desk_ask(&d, "reader", "GET /api/v1/snapshot", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "endpoints[].id"), 2);
    ck_assert_str_eq(desk_get(&d, "counts.endpoints.total"), "2");
    snprintf(tag, sizeof tag, "%s", desk_field(&d, "ETag"));
    ck_assert_int_eq(strncmp(tag, "W/\"", 3), 0);
    desk_pass(&d, 1000);
    desk_header(&d, "If-None-Match", tag);
    desk_ask(&d, "reader", "GET /api/v1/snapshot", NULL, 304);
    struct llmreg_endpoint *e = desk_endpoint(&d, "gpu1");
    llmreg_request_begin(e); /* is no event */
    llmreg_put(e);
    desk_header(&d, "If-None-Match", tag);
    desk_ask(&d, "reader", "GET /api/v1/snapshot", NULL, 200);
}
END_TEST

/* So many that they are no 1 MB. */
static void make_crowd(void)
{
    char id[40], url[60];

    for (int i = 0; i < 3000; i++) {
        const struct llmreg_spec spec = {.id = id,
                                         .url = url,
                                         .name = id,
                                         .host = "h",
                                         .series = "s",
                                         .priority = 50,
                                         .interval_ms = 30000};

        snprintf(id, sizeof id, "gpu%d:11434", i);
        snprintf(url, sizeof url, "http://%s", id);
        ck_assert_int_eq(llmreg_set(d.registry, &spec, NULL, NULL), LLMREG_OK);
    }
}

START_TEST(a_large_snapshot_is_streamed_in_bounded_memory)
{
    static char whole[8 << 20];
    struct http_call *c;
    size_t len = 0;
    unsigned seed = 5;
    int64_t n;

    make_crowd();
    c = desk_begin(&d, "reader", "GET /api/v1/snapshot", NULL);
    ck_assert(fake_http_is_stream(c));
    /* What is changed meanwhile is not in it. */
    ck_assert_int_eq(llmreg_remove(d.registry, "gpu7:11434", NULL, NULL),
                     LLMREG_OK);
    while ((n = fake_http_pull(c, whole + len,
                               1 + (size_t)rand_r(&seed) % 9000)) > 0)
        len += (size_t)n;
    whole[len] = '\0';
    ck_assert_uint_gt(len, 1 << 20);
    ck_assert_uint_eq(json_find_count(whole, "endpoints[].id"), 3000);
    ck_assert_str_eq(json_find(whole, "counts.endpoints.total", 0), "3000");
    ck_assert_int_eq(fake_http_pull(c, whole, 1), -1);
}
END_TEST

START_TEST(who_leaves_in_the_middle_of_it_leaves_nothing_behind)
{
    char some[4096];
    struct http_call *c;

    make_crowd();
    c = desk_begin(&d, "reader", "GET /api/v1/snapshot", NULL);
    ck_assert_int_gt(fake_http_pull(c, some, sizeof some), 0);
}
END_TEST

START_TEST(with_too_many_streams_a_large_one_is_not_now)
{
    make_crowd();
    fake_http_limit(d.server, 10, 0);
    desk_ask(&d, "reader", "GET /api/v1/snapshot", NULL, 503);
    ck_assert_str_eq(desk_field(&d, "Retry-After"), "5");
}
END_TEST

/* ---- Prometheus ---- */

START_TEST(prometheus_finds_endpoints_as_targets)
{
    desk_add(&d, "gpu1",
             ",\"kind\":\"vllm\",\"labels\":{\"site\":\"berlin\","
             "\"a-b\":\"1\",\"a.b\":\"2\",\"\xc3\xa4\":\"3\"}");
    desk_ask(&d, "operator", "POST /api/v1/endpoints",
             "{\"url\":\"https://gpu2:8000/x\"}", 201);
    desk_ask(&d, "reader", "GET /api/v1/sd/prometheus?kind=vllm", NULL, 200);
    ck_assert_str_eq(
        desk_body(&d),
        "[{\"targets\":[\"gpu1:11434\"],\"labels\":{\"__scheme__\":\"http\","
        "\"__meta_llmreg_id\":\"gpu1:11434\",\"__meta_llmreg_name\":"
        "\"gpu1:11434\",\"__meta_llmreg_kind\":\"vllm\","
        "\"__meta_llmreg_source\":\"manual\",\"__meta_llmreg_admin\":"
        "\"active\",\"__meta_llmreg_health\":\"unknown\","
        "\"__meta_llmreg_label_site\":\"berlin\","
        "\"__meta_llmreg_label_a_b\":\"1\",\"__meta_llmreg_label___\":\"3\"}}"
        "]");
    desk_ask(&d, "reader", "GET /api/v1/sd/prometheus", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "[].targets[]"), 2);
    desk_ask(&d, "reader", "GET /api/v1/sd/prometheus?kind=auto", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "[].targets[]"), "gpu2:8000");
    ck_assert_str_eq(desk_get(&d, "[].labels.__scheme__"), "https");
    desk_ask(&d, "reader", "GET /api/v1/sd/prometheus?kind=x", NULL, 400);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fleet_routes");
    TCase *tc = tcase_create("fleet_routes");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, models_are_listed_with_all_that_somebody_knows);
    tcase_add_test(tc, models_come_in_pages);
    tcase_add_test(tc, one_model_is_found_by_any_of_its_names);
    tcase_add_test(tc, where_it_is_and_where_it_is_run_best);
    tcase_add_loop_test(tc, what_cannot_be_asked_together_is_refused, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(tc, degraded_endpoints_are_good_enough_if_one_says_so);
    tcase_add_test(tc, alerts_are_listed_and_acknowledged);
    tcase_add_test(tc, an_alert_that_there_is_not_is_404);
    tcase_add_test(tc, the_graph_has_agents_and_their_sessions);
    tcase_add_test(tc, a_small_snapshot_is_one_answer_and_not_sent_twice);
    tcase_add_test(tc, the_newest_heartbeats_are_told_oldest_first);
    tcase_add_test(tc, heartbeats_of_nobody_are_404_and_minutes_have_bounds);
    tcase_add_test(tc, a_large_snapshot_is_streamed_in_bounded_memory);
    tcase_add_test(tc, who_leaves_in_the_middle_of_it_leaves_nothing_behind);
    tcase_add_test(tc, with_too_many_streams_a_large_one_is_not_now);
    tcase_add_test(tc, prometheus_finds_endpoints_as_targets);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
