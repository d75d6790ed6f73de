/* SPDX-License-Identifier: MIT */
/* test_dialect_nexus.c - what Nexus' clients ask of its backends, and /health,
 * which other systems have, too. */
#include "plugins/llm_listen/dialects/dialects.h"
#include "tests/support/desk_fleet.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct desk d;

static void setup(void)
{
    desk_open_with(&d, DIALECT_BIT(NEXUS));
}

static void teardown(void)
{
    desk_close(&d);
}

static void admin(const char *host, const char *what)
{
    char path[80];

    snprintf(path, sizeof path, "POST /api/v1/endpoints/{}:11434/%s", what);
    desk_ask(&d, "operator", desk_path(path, host), NULL, 200);
}

/* ---- models ---- */

START_TEST(a_model_is_there_once_for_each_backend_that_can_be_used)
{
    desk_fleet(&d);
    desk_ask(&d, "reader", "GET /v1/models", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "object"), "list");
    ck_assert_uint_eq(desk_count(&d, "data[].id"), 3);
    ck_assert_str_eq(desk_nth(&d, "data[].owned_by", 0), "gpu1:11434");
    ck_assert_str_eq(desk_nth(&d, "data[].owned_by", 1), "gpu2:11434");
    ck_assert_str_eq(desk_nth(&d, "data[].id", 2), "lib/b:7b");
    ck_assert_str_eq(desk_get(&d, "data[].object"), "model");
    ck_assert_str_eq(desk_nth(&d, "data[].context_length", 0), "8192");
    ck_assert_str_eq(desk_nth(&d, "data[].context_length", 1), "4096");
    ck_assert_str_eq(desk_nth(&d, "data[].capabilities.tools", 0), "false");
    ck_assert_str_eq(desk_nth(&d, "data[].capabilities.tools", 1), "true");
    ck_assert_str_eq(desk_nth(&d, "data[].capabilities.vision", 1), "false");
    ck_assert_str_eq(desk_nth(&d, "data[].capabilities.json_mode", 1), "false");
    ck_assert_int_eq(atoll(desk_get(&d, "data[].created")),
                     d.now.wall_ms / 1000);
}
END_TEST

START_TEST(a_backend_that_is_drained_offers_nothing)
{
    desk_fleet(&d);
    admin("gpu1", "drain");
    desk_ask(&d, "reader", "GET /v1/models", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "data[].id"), 1);
    ck_assert_str_eq(desk_get(&d, "data[].owned_by"), "gpu2:11434");
}
END_TEST

START_TEST(only_ollama_has_tags)
{
    struct llmreg_model m = llmreg_model_unknown("q/w:latest");

    desk_add(&d, "o", ",\"kind\":\"ollama\"");
    desk_add(&d, "v", ",\"kind\":\"vllm\"");
    desk_give(&d, "o", &m, 1);
    desk_give(&d, "v", &m, 1);
    desk_observe(&d, "o", LLMREG_REASON_OK);
    desk_observe(&d, "v", LLMREG_REASON_OK);
    desk_ask(&d, "reader", "GET /v1/models", NULL, 200);
    ck_assert_str_eq(desk_nth(&d, "data[].id", 0), "q/w:latest");
    ck_assert_str_eq(desk_nth(&d, "data[].id", 1), "q/w");
}
END_TEST

START_TEST(without_models_the_list_is_empty)
{
    desk_ask(&d, "reader", "GET /v1/models", NULL, 200);
    ck_assert_str_eq(desk_body(&d), "{\"object\":\"list\",\"data\":[]}");
}
END_TEST

/* ---- statistics ---- */

START_TEST(statistics_are_of_requests_that_somebody_told)
{
    desk_fleet(&d);
    desk_ask(&d, "operator", "POST /api/v1/endpoints/gpu1:11434/requests",
             "{\"event\":\"start\"}", 200);
    desk_ask(&d, "operator", "POST /api/v1/endpoints/gpu1:11434/requests",
             "{\"event\":\"start\"}", 200);
    desk_ask(&d, "operator", "POST /api/v1/endpoints/gpu1:11434/requests",
             "{\"event\":\"finish\",\"latency_ms\":250}", 200);
    d.api->started = d.now;
    desk_pass(&d, 61000);
    desk_ask(&d, "reader", "GET /v1/stats", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "uptime_seconds"), "61");
    ck_assert_str_eq(desk_get(&d, "requests.total"), "2");
    ck_assert_str_eq(desk_get(&d, "requests.errors"), "null");
    ck_assert_uint_eq(desk_count(&d, "backends[].id"), 3);
    for (size_t i = 0; i < 3; i++) {
        const bool one =
            strcmp(desk_nth(&d, "backends[].id", i), "gpu1:11434") == 0;

        ck_assert_str_eq(desk_nth(&d, "backends[].requests", i),
                         one ? "2" : "0");
        ck_assert_str_eq(desk_nth(&d, "backends[].pending", i),
                         one ? "1" : "0");
        ck_assert_str_eq(desk_nth(&d, "backends[].average_latency_ms", i),
                         one ? "250" : "null");
    }
    ck_assert_uint_eq(desk_count(&d, "models[].name"), 3);
    ck_assert_str_eq(desk_get(&d, "models[].requests"), "null");
}
END_TEST

/* ---- errors ---- */

START_TEST(errors_have_a_type_and_a_code)
{
    desk_ask(&d, "far", "GET /v1/models", NULL, 401);
    ck_assert_str_eq(desk_get(&d, "error.type"), "authentication_error");
    ck_assert_str_eq(desk_get(&d, "error.code"), "unauthorized");
    ck_assert_str_eq(desk_get(&d, "error.param"), "null");
    ck_assert_ptr_nonnull(desk_get(&d, "error.message"));
    desk_ask(&d, "agent", "GET /v1/models", NULL, 403);
    ck_assert_str_eq(desk_get(&d, "error.type"), "permission_error");
    desk_ask(&d, "reader", "GET /v1/nothing", NULL, 404);
    ck_assert_str_eq(desk_get(&d, "error.type"), "not_found");
    desk_ask(&d, "reader", "GET /v1/models?x=1", NULL, 400);
    ck_assert_str_eq(desk_get(&d, "error.type"), "invalid_request_error");
}
END_TEST

static const char *const not_offered[] = {
    "GET /metrics",
    "GET /v1/history",
    "POST /v1/models/load",
    "DELETE /v1/models/a",
    "POST /v1/models/migrate",
    "GET /v1/fleet/recommendations",
    "POST /v1/chat/completions",
};

START_TEST(what_a_registry_does_not_do_is_not_there)
{
    desk_ask(&d, "admin", not_offered[_i], NULL, 404);
}
END_TEST

/* ---- health ---- */

static void expect_health(const char *status)
{
    desk_ask(&d, "far", "GET /health", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "status"), status);
}

START_TEST(health_has_what_each_client_looks_for)
{
    desk_fleet(&d);
    d.api->started = d.now;
    desk_pass(&d, 5000);
    expect_health("degraded");
    ck_assert_str_eq(desk_get(&d, "service"), "nexus");
    ck_assert_str_eq(desk_get(&d, "agents_connected"), "0");
    ck_assert_str_eq(desk_get(&d, "uptime_seconds"), "5");
    ck_assert_str_eq(desk_get(&d, "backends.total"), "3");
    ck_assert_str_eq(desk_get(&d, "backends.healthy"), "2");
    ck_assert_str_eq(desk_get(&d, "backends.unhealthy"), "1");
    ck_assert_str_eq(desk_get(&d, "models"), "3");
    ck_assert_ptr_nonnull(desk_get(&d, "version"));
    ck_assert_uint_eq(strlen(desk_get(&d, "timestamp")), 24);
    ck_assert_str_eq(desk_get(&d, "components.coordinator"), "healthy");
    ck_assert_str_eq(desk_get(&d, "components.registry"), "healthy");
    ck_assert_str_eq(desk_get(&d, "components.task_router"), "healthy");
}
END_TEST

START_TEST(health_is_that_of_the_backends)
{
    expect_health("unhealthy"); /* there is none */
    desk_add(&d, "gpu1", "");
    desk_add(&d, "gpu2", "");
    expect_health("degraded"); /* nobody knows yet */
    desk_observe(&d, "gpu1", LLMREG_REASON_OK);
    expect_health("degraded");
    desk_observe(&d, "gpu2", LLMREG_REASON_OK);
    expect_health("healthy");
    desk_observe(&d, "gpu1", LLMREG_REASON_REFUSED);
    expect_health("degraded");
    desk_observe(&d, "gpu2", LLMREG_REASON_HUNG);
    expect_health("unhealthy");
    desk_observe(&d, "gpu2", LLMREG_REASON_BUSY);
    expect_health("degraded");
}
END_TEST

START_TEST(agents_that_are_there_are_connected)
{
    desk_ask(&d, "operator", "POST /api/v1/agents/register",
             "{\"agent_id\":\"w1\",\"type\":\"worker\"}", 200);
    expect_health("unhealthy");
    ck_assert_str_eq(desk_get(&d, "agents_connected"), "0");
    desk_ask(&d, "operator", "POST /api/v1/agents/w1/heartbeat", NULL, 200);
    expect_health("unhealthy");
    ck_assert_str_eq(desk_get(&d, "agents_connected"), "1");
}
END_TEST

static const struct {
    unsigned dialects;
    const char *service, *status;
} services[] = {
    {DIALECT_BIT(NEXUS), "nexus", "unhealthy"},
    {DIALECT_BIT(OPTIINFRA), "orchestrator", "healthy"},
    {DIALECTS_ALL, "llmreg", "unhealthy"},
};

START_TEST(a_system_without_backends_may_be_well)
{
    d.conf.dialects = services[_i].dialects;
    desk_restart(&d);
    expect_health(services[_i].status);
    ck_assert_str_eq(desk_get(&d, "service"), services[_i].service);
}
END_TEST

START_TEST(without_the_dialects_there_is_nothing)
{
    d.conf.dialects = 0;
    desk_restart(&d);
    desk_ask(&d, "admin", "GET /health", NULL, 404);
    desk_ask(&d, "admin", "GET /v1/models", NULL, 404);
    desk_ask(&d, "admin", "GET /v1/stats", NULL, 404);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dialect_nexus");
    TCase *tc = tcase_create("dialect_nexus");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_model_is_there_once_for_each_backend_that_can_be_used);
    tcase_add_test(tc, a_backend_that_is_drained_offers_nothing);
    tcase_add_test(tc, only_ollama_has_tags);
    tcase_add_test(tc, without_models_the_list_is_empty);
    tcase_add_test(tc, statistics_are_of_requests_that_somebody_told);
    tcase_add_test(tc, errors_have_a_type_and_a_code);
    tcase_add_loop_test(tc, what_a_registry_does_not_do_is_not_there, 0,
                        (int)(sizeof not_offered / sizeof not_offered[0]));
    tcase_add_test(tc, health_has_what_each_client_looks_for);
    tcase_add_test(tc, health_is_that_of_the_backends);
    tcase_add_test(tc, agents_that_are_there_are_connected);
    tcase_add_loop_test(tc, a_system_without_backends_may_be_well, 0,
                        (int)(sizeof services / sizeof services[0]));
    tcase_add_test(tc, without_the_dialects_there_is_nothing);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
