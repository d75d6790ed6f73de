/* SPDX-License-Identifier: MIT */
/* test_dialect_nexus_socket.c - what Nexus's page hears over its WebSocket,
 * alone on /ws and where AgentCom's agents have it, too. */
#include "plugins/llm_listen/dialects/dialects.h"
#include "tests/support/desk_fleet.h"
#include "tests/support/desk_socket.h"
#include "tests/support/json_find.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH "GET /ws"
#define BOTH (DIALECT_BIT(NEXUS) | DIALECT_BIT(AGENTCOM))
#define SAYS "update_type"

static struct desk d;
static struct peer page;

static void setup(void)
{
    desk_open_with(&d, DIALECT_BIT(NEXUS));
}

static void teardown(void)
{
    peer_close(&page, 1000);
    desk_close(&d);
}

static void again_with(unsigned dialects)
{
    desk_close(&d);
    desk_open_with(&d, dialects);
}

static void open_page(void)
{
    peer_open(&page, &d, "reader", PATH);
    ck_assert(peer_hear(&page));
    peer_expect(&page, SAYS, "BackendStatus");
    ck_assert(!peer_next(&page));
}

/* The picture after the last one's time. */
static void hear_all(void)
{
    desk_pass(&d, 1000);
    ck_assert(peer_hear(&page));
    peer_expect(&page, SAYS, "BackendStatus");
}

/* ---- who may ---- */

static const struct {
    const char *who;
    unsigned status;
} callers[] = {
    {"reader", 101}, {"admin", 101}, {"local", 101},
    {"agent", 403},  {"far", 401},
};

START_TEST(readers_may_listen)
{
    desk_header(&d, "Upgrade", "websocket");
    desk_ask(&d, callers[_i].who, PATH, NULL, callers[_i].status);
}
END_TEST

START_TEST(without_a_handshake_it_is_426)
{
    desk_ask(&d, "reader", PATH, NULL, 426);
    ck_assert_str_eq(desk_get(&d, "error.code"), "upgrade_required");
}
END_TEST

START_TEST(a_page_of_another_site_may_not_listen)
{
    desk_header(&d, "Upgrade", "websocket");
    desk_header(&d, "Origin", "http://evil.example");
    desk_ask(&d, "local", PATH, NULL, 403);
}
END_TEST

/* ---- what it hears ---- */

START_TEST(it_begins_with_every_backend)
{
    const char *keys[] = {"id",
                          "name",
                          "url",
                          "backend_type",
                          "status",
                          "last_health_check",
                          "last_error",
                          "models",
                          "priority",
                          "pending_requests",
                          "total_requests",
                          "avg_latency_ms",
                          "discovery_source",
                          "metadata",
                          "current_operation"};
    char path[60];

    desk_fleet(&d);
    open_page();
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        snprintf(path, sizeof path, "data[].%s", keys[i]);
        ck_assert_msg(json_find_count(page.said, path) == 3, "%s", path);
    }
}
END_TEST

START_TEST(a_backend_has_what_is_known_of_it)
{
    struct llmreg_model m = llmreg_model_unknown("a:latest");

    m.context_max = 8192;
    m.tools = LLMREG_YES;
    desk_add(
        &d, "gpu1",
        ",\"kind\":\"ollama\",\"priority\":7,\"labels\":{\"rack\":\"r1\"}");
    desk_give(&d, "gpu1", &m, 1);
    desk_observe(&d, "gpu1", LLMREG_REASON_OK);
    desk_ask(&d, "operator", "POST /api/v1/endpoints/gpu1:11434/requests",
             "{\"event\":\"start\"}", 200);
    desk_ask(&d, "operator", "POST /api/v1/endpoints/gpu1:11434/requests",
             "{\"event\":\"finish\",\"latency_ms\":250}", 200);
    open_page();
    peer_expect(&page, "data[].id", "gpu1:11434");
    peer_expect(&page, "data[].url", "http://gpu1:11434");
    peer_expect(&page, "data[].backend_type", "ollama");
    peer_expect(&page, "data[].status", "healthy");
    peer_expect(&page, "data[].last_error", "null");
    peer_expect(&page, "data[].priority", "7");
    peer_expect(&page, "data[].pending_requests", "0");
    peer_expect(&page, "data[].total_requests", "1");
    peer_expect(&page, "data[].avg_latency_ms", "250");
    peer_expect(&page, "data[].discovery_source", "manual");
    peer_expect(&page, "data[].metadata.rack", "r1");
    peer_expect(&page, "data[].current_operation", "null");
    peer_expect(&page, "data[].models[].id", "a:latest");
    peer_expect(&page, "data[].models[].name", "a:latest");
    peer_expect(&page, "data[].models[].context_length", "8192");
    peer_expect(&page, "data[].models[].supports_tools", "true");
    peer_expect(&page, "data[].models[].supports_vision", "false");
    peer_expect(&page, "data[].models[].supports_json_mode", "false");
    peer_expect(&page, "data[].models[].max_output_tokens", "null");
}
END_TEST

static const struct {
    enum llmreg_reason reason;
    const char *admin, *status;
} states[] = {
    {LLMREG_REASON_NONE, NULL, "unknown"},
    {LLMREG_REASON_OK, NULL, "healthy"},
    {LLMREG_REASON_BUSY, NULL, "healthy"},
    {LLMREG_REASON_LOADING, NULL, "unhealthy"},
    {LLMREG_REASON_HTTP_STATUS, NULL, "unhealthy"},
    {LLMREG_REASON_TIMEOUT, NULL, "unhealthy"},
    {LLMREG_REASON_OK, "drain", "draining"},
};

START_TEST(a_state_has_its_word)
{
    char path[80];

    desk_add(&d, "gpu1", "");
    if (states[_i].reason != LLMREG_REASON_NONE)
        desk_observe(&d, "gpu1", states[_i].reason);
    snprintf(path, sizeof path, "POST /api/v1/endpoints/gpu1:11434/%s",
             states[_i].admin == NULL ? "activate" : states[_i].admin);
    desk_ask(&d, "operator", path, NULL, 200);
    open_page();
    peer_expect(&page, "data[].status", states[_i].status);
    peer_expect(&page, "data[].backend_type", "generic");
    if (states[_i].reason == LLMREG_REASON_NONE)
        peer_expect(&page, "data[].last_health_check", "null");
}
END_TEST

START_TEST(what_changes_is_said_with_all)
{
    open_page();
    desk_add(&d, "gpu1", "");
    hear_all();
    peer_expect(&page, "data[].status", "unknown");
    desk_observe(&d, "gpu1", LLMREG_REASON_OK);
    hear_all();
    peer_expect(&page, "data[].status", "healthy");
    desk_ask(&d, "operator", "DELETE /api/v1/endpoints/gpu1:11434", NULL, 200);
    hear_all();
    ck_assert_uint_eq(json_find_count(page.said, "data[].id"), 0);
}
END_TEST

START_TEST(models_are_said_when_they_change_and_never_emptied_by_a_failure)
{
    struct llmreg_model m = llmreg_model_unknown("a:latest");

    desk_add(&d, "gpu1", ",\"kind\":\"ollama\"");
    desk_observe(&d, "gpu1", LLMREG_REASON_OK);
    open_page();
    desk_give(&d, "gpu1", &m, 1);
    ck_assert(peer_hear(&page));
    peer_expect(&page, SAYS, "ModelChange");
    peer_expect(&page, "data.backend_id", "gpu1:11434");
    peer_expect(&page, "data.models[].id", "a:latest");
    desk_give(&d, "gpu1", &m, 1);
    ck_assert(!peer_hear(&page));
    desk_observe(&d, "gpu1", LLMREG_REASON_TIMEOUT);
    hear_all();
    peer_expect(&page, "data[].models[].id", "a:latest");
}
END_TEST

START_TEST(many_models_that_change_are_said_with_all)
{
    struct llmreg_model m = llmreg_model_unknown("a:latest");
    char host[16];
    int changes = 0;

    for (int i = 0; i < CAST_TEXTS + 1; i++) {
        snprintf(host, sizeof host, "gpu%d", i);
        desk_add(&d, host, "");
    }
    open_page();
    for (int i = 0; i < CAST_TEXTS + 1; i++) {
        snprintf(host, sizeof host, "gpu%d", i);
        desk_give(&d, host, &m, 1);
    }
    desk_pass(&d, 1000);
    ck_assert(peer_hear(&page));
    for (; strcmp(peer_get(&page, SAYS), "ModelChange") == 0; changes++)
        ck_assert(peer_next(&page));
    ck_assert_int_eq(changes, CAST_TEXTS);
    peer_expect(&page, SAYS, "BackendStatus");
    ck_assert_uint_eq(json_find_count(page.said, "data[].models[].id"),
                      CAST_TEXTS + 1);
}
END_TEST

START_TEST(what_the_page_says_is_not_understood)
{
    open_page();
    fake_socket_say(page.call, "{\"type\":\"ping\"}");
    ck_assert(peer_next(&page));
    peer_expect(&page, "error.message", "unknown_message_type");
}
END_TEST

/* ---- beside AgentCom ---- */

START_TEST(who_is_silent_for_two_seconds_is_the_page)
{
    again_with(BOTH);
    desk_fleet(&d);
    peer_open(&page, &d, "reader", PATH);
    desk_pass(&d, 2000);
    fake_socket_tick(page.call);
    ck_assert(!fake_socket_listens(page.call));
    desk_pass(&d, 1);
    fake_socket_tick(page.call);
    ck_assert(fake_socket_listens(page.call));
    ck_assert(peer_hear(&page));
    peer_expect(&page, SAYS, "BackendStatus");
    ck_assert_uint_eq(json_find_count(page.said, "data[].id"), 3);
    desk_pass(&d, 3600000);
    fake_socket_tick(page.call);
    ck_assert_uint_eq(fake_socket_code(page.call), 0);
}
END_TEST

static const char *const others[] = {"far", "agent", "old"};

START_TEST(who_may_not_read_is_silent_in_vain)
{
    again_with(BOTH);
    peer_open(&page, &d, others[_i], PATH);
    desk_pass(&d, 3000);
    fake_socket_tick(page.call);
    ck_assert(!fake_socket_listens(page.call));
    desk_pass(&d, 60000);
    fake_socket_tick(page.call);
    ck_assert_uint_eq(fake_socket_code(page.call), 1008);
}
END_TEST

START_TEST(a_host_that_may_be_foreign_reads_nothing)
{
    again_with(BOTH);
    desk_header(&d, "Host", "hub.example");
    peer_open(&page, &d, "local", PATH);
    desk_pass(&d, 3000);
    fake_socket_tick(page.call);
    ck_assert(!fake_socket_listens(page.call));
}
END_TEST

START_TEST(who_spoke_is_no_page)
{
    again_with(BOTH);
    peer_open(&page, &d, "reader", PATH);
    fake_socket_say(page.call, "{");
    desk_pass(&d, 3000);
    fake_socket_tick(page.call);
    ck_assert(!fake_socket_listens(page.call));
}
END_TEST

START_TEST(an_agent_that_is_slow_to_speak_is_an_agent)
{
    again_with(BOTH);
    peer_open(&page, &d, "root", PATH);
    desk_pass(&d, 3000);
    fake_socket_tick(page.call);
    ck_assert(peer_hear(&page));
    peer_expect(&page, SAYS, "BackendStatus");
    fake_socket_say(page.call, "{\"type\":\"identify\",\"agent_id\":\"w1\"}");
    ck_assert(peer_next(&page));
    peer_expect(&page, "type", "identified");
    desk_add(&d, "gpu1", "");
    desk_pass(&d, 2000);
    while (peer_hear(&page))
        ck_assert_str_eq(peer_get(&page, SAYS), "");
}
END_TEST

START_TEST(without_the_dialect_silence_says_nothing)
{
    again_with(DIALECT_BIT(AGENTCOM));
    peer_open(&page, &d, "reader", PATH);
    desk_pass(&d, 3000);
    fake_socket_tick(page.call);
    ck_assert(!fake_socket_listens(page.call));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("nexus socket");
    TCase *t = tcase_create("page");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, readers_may_listen, 0,
                        sizeof callers / sizeof callers[0]);
    tcase_add_test(t, without_a_handshake_it_is_426);
    tcase_add_test(t, a_page_of_another_site_may_not_listen);
    tcase_add_test(t, it_begins_with_every_backend);
    tcase_add_test(t, a_backend_has_what_is_known_of_it);
    tcase_add_loop_test(t, a_state_has_its_word, 0,
                        sizeof states / sizeof states[0]);
    tcase_add_test(t, what_changes_is_said_with_all);
    tcase_add_test(
        t, models_are_said_when_they_change_and_never_emptied_by_a_failure);
    tcase_add_test(t, many_models_that_change_are_said_with_all);
    tcase_add_test(t, what_the_page_says_is_not_understood);
    tcase_add_test(t, who_is_silent_for_two_seconds_is_the_page);
    tcase_add_loop_test(t, who_may_not_read_is_silent_in_vain, 0,
                        sizeof others / sizeof others[0]);
    tcase_add_test(t, a_host_that_may_be_foreign_reads_nothing);
    tcase_add_test(t, who_spoke_is_no_page);
    tcase_add_test(t, an_agent_that_is_slow_to_speak_is_an_agent);
    tcase_add_test(t, without_the_dialect_silence_says_nothing);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
