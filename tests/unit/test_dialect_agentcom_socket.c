/* SPDX-License-Identifier: MIT */
/* test_dialect_agentcom_socket.c - the messages of AgentCom's agents and of its
 * sidecar, one after another, and who may say them. */
#include "plugins/llm_listen/api/feed.h"
#include "plugins/llm_listen/api/talk.h"
#include "plugins/llm_listen/dialects/dialects.h"
#include "tests/support/desk_fleet.h"
#include "tests/support/json_find.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/agents.h>

static struct desk d;
static struct http_call *socket_call;
static char said[8192]; /* by the hub, last */

static void setup(void)
{
    desk_open_with(&d, DIALECT_BIT(AGENTCOM));
}

static void hang_up(unsigned code)
{
    if (socket_call == NULL)
        return;
    fake_socket_leave(socket_call, code);
    fake_http_end(socket_call);
    socket_call = NULL;
}

static void teardown(void)
{
    hang_up(0);
    desk_close(&d);
}

/* The desk may be asked other things meanwhile. */
static void open_as(const char *who)
{
    desk_header(&d, "Upgrade", "websocket");
    socket_call = desk_begin(&d, who, "GET /ws", NULL);
    ck_assert_msg(fake_http_status(socket_call) == 101, "%s: %u %s", who,
                  fake_http_status(socket_call), fake_http_body(socket_call));
    d.call = NULL;
}

static const char *get(const char *path)
{
    const char *value = json_find(said, path, 0);

    return value == NULL ? "" : value;
}

static void say(const char *text)
{
    const char *next;

    fake_socket_say(socket_call, text);
    next = fake_socket_next(socket_call);
    snprintf(said, sizeof said, "%s", next == NULL ? "" : next);
    ck_assert_ptr_null(fake_socket_next(socket_call));
}

static void expect(const char *text, const char *type)
{
    say(text);
    ck_assert_msg(strcmp(get("type"), type) == 0, "%s: %s", text, said);
}

static void expect_error(const char *text, const char *error)
{
    expect(text, "error");
    ck_assert_msg(strcmp(get("error"), error) == 0, "%s: %s", text, said);
}

#define IDENTIFY "{\"type\":\"identify\",\"agent_id\":\"gpu-1\""
#define PING     "{\"type\":\"ping\"}"

static const char *identify(const char *who, const char *more)
{
    static char text[1024];

    snprintf(text, sizeof text, IDENTIFY ",\"token\":\"%s\"%s}",
             desk_token(who), more);
    return text;
}

/* An agent far away, which said who it is. */
static void come_in(void)
{
    open_as("far");
    expect(identify("agent", ""), "identified");
}

static struct llmreg_agent_state state_of(const char *id)
{
    struct llmreg_agent *agent = llmreg_agent_get(d.registry, id);
    struct llmreg_agent_state s;

    ck_assert_ptr_nonnull(agent);
    llmreg_agent_state(agent, &s);
    llmreg_agent_put(agent);
    return s;
}

/* ---- the handshake ---- */

START_TEST(without_a_handshake_it_is_426)
{
    desk_ask(&d, "far", "GET /ws", NULL, 426);
    ck_assert_str_eq(desk_field(&d, "Upgrade"), "websocket");
    ck_assert_str_eq(desk_field(&d, "Sec-WebSocket-Version"), "13");
}
END_TEST

START_TEST(it_is_there_only_with_the_dialect)
{
    desk_close(&d);
    desk_open_with(&d, DIALECT_BIT(OPTIINFRA) | DIALECT_BIT(THUNDERLINE));
    desk_header(&d, "Upgrade", "websocket");
    desk_ask(&d, "far", "GET /ws", NULL, 404);
}
END_TEST

START_TEST(a_page_of_another_site_is_refused)
{
    desk_header(&d, "Upgrade", "websocket");
    desk_header(&d, "Origin", "http://evil.example");
    desk_ask(&d, "local", "GET /ws", NULL, 403);
    desk_header(&d, "Upgrade", "websocket");
    desk_header(&d, "Origin", "http://127.0.0.1:8437");
    desk_ask(&d, "local", "GET /ws", NULL, 101);
}
END_TEST

START_TEST(a_wrong_token_of_the_handshake_is_refused)
{
    desk_header(&d, "Upgrade", "websocket");
    desk_header(&d, "Authorization", "Bearer nonsense");
    desk_ask(&d, "far", "GET /ws", NULL, 401);
}
END_TEST

START_TEST(too_many_streams_are_503)
{
    fake_http_limit(d.server, 10, 0);
    desk_header(&d, "Upgrade", "websocket");
    desk_ask(&d, "far", "GET /ws", NULL, 503);
}
END_TEST

/* ---- identify ---- */

START_TEST(a_sidecar_registers_with_all_that_it_says)
{
    open_as("far");
    expect(identify("agent", ",\"name\":\"GPU one\",\"status\":\"warming up\","
                             "\"capabilities\":[\"gpu\"],"
                             "\"ollama_url\":\"http://localhost:11434\","
                             "\"client_type\":\"sidecar\","
                             "\"protocol_version\":1,\"pm2_info\":{\"a\":1}"),
           "identified");
    ck_assert_str_eq(get("agent_id"), "gpu-1");
    desk_ask(&d, "reader", "GET /api/v1/agents/gpu-1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "name"), "GPU one");
    ck_assert_str_eq(desk_get(&d, "type"), "sidecar");
    ck_assert_str_eq(desk_get(&d, "activity"), "warming up");
    ck_assert_str_eq(desk_get(&d, "presence"), "online");
    ck_assert_str_eq(desk_get(&d, "health"), "healthy");
    desk_ask(&d, "reader", "GET /api/admin/llm-registry/192.0.2.7:11434", NULL,
             200);
    ck_assert_str_eq(desk_get(&d, "source"), "auto");
    hang_up(1000);
    desk_restart(&d);
    desk_ask(&d, "reader", "GET /api/v1/agents/gpu-1", NULL, 200);
}
END_TEST

START_TEST(the_token_may_come_with_the_handshake)
{
    open_as("agent");
    expect(IDENTIFY "}", "identified");
}
END_TEST

START_TEST(who_is_let_in_by_its_address_needs_no_token)
{
    open_as("old");
    expect(IDENTIFY "}", "identified");
    expect(PING, "pong");
}
END_TEST

START_TEST(who_shows_nothing_is_told_to)
{
    open_as("far");
    expect_error(IDENTIFY "}", "validation_failed");
    ck_assert_str_eq(get("message_type"), "identify");
    ck_assert_str_eq(get("errors[].field"), "token");
    ck_assert_str_eq(get("errors[].error"), "required");
}
END_TEST

START_TEST(a_name_that_may_be_foreign_is_trusted_with_a_token_only)
{
    desk_header(&d, "Host", "hub.example");
    open_as("root");
    expect_error(IDENTIFY "}", "validation_failed");
    expect(identify("agent", ""), "identified");
}
END_TEST

START_TEST(a_wrong_token_is_invalid)
{
    open_as("far");
    expect_error(IDENTIFY ",\"token\":\"0123456789abcdef\"}", "invalid_token");
    expect_error(PING, "not_identified");
    expect(identify("agent", ""), "identified");
}
END_TEST

START_TEST(a_token_of_another_agent_does_not_match)
{
    char other[200];

    come_in();
    hang_up(1000);
    open_as("far");
    expect_error(identify("agent2", ""), "token_agent_mismatch");
    hang_up(1000);
    open_as("far");
    snprintf(other, sizeof other,
             "{\"type\":\"identify\",\"agent_id\":\"gpu-2\",\"token\":\"%s\"}",
             desk_token("agent"));
    expect_error(other, "token_agent_mismatch");
}
END_TEST

START_TEST(a_reader_is_no_agent)
{
    open_as("far");
    expect_error(identify("reader", ""), "forbidden");
}
END_TEST

START_TEST(two_agents_may_have_one_name)
{
    open_as("old");
    expect(IDENTIFY ",\"name\":\"same\"}", "identified");
    hang_up(0);
    open_as("old");
    expect("{\"type\":\"identify\",\"agent_id\":\"gpu-2\",\"name\":\"same\"}",
           "identified");
}
END_TEST

START_TEST(an_address_waits_for_approval)
{
    d.door.auto_approve = false;
    open_as("old");
    expect_error(IDENTIFY "}", "pending");
}
END_TEST

/* ---- what is wrong ---- */

static const struct {
    const char *text, *error;
} wrong[] = {
    {"", "invalid_json"},
    {"{", "invalid_json"},
    {"{\"type\":\"ping\"} x", "invalid_json"},
    {"[]", "unknown_message_type"},
    {"{}", "unknown_message_type"},
    {"{\"type\":5}", "unknown_message_type"},
    {"{\"type\":\"nonsense\"}", "unknown_message_type"},
    {"{\"type\":\"task_complete\"}", "unknown_message_type"},
    {PING, "not_identified"},
    {"{\"type\":\"list_agents\"}", "not_identified"},
    {"{\"type\":\"ollama_report\",\"ollama_url\":\"http://a:1\"}",
     "not_identified"},
    {"{\"type\":\"identify\"}", "validation_failed"},
    {"{\"type\":\"identify\",\"agent_id\":7}", "validation_failed"},
    {"{\"type\":\"identify\",\"agent_id\":\"a b\",\"token\":\"x\"}",
     "invalid_token"},
};

START_TEST(what_is_wrong_is_said_and_the_socket_stays)
{
    open_as("far");
    expect_error(wrong[_i].text, wrong[_i].error);
    expect(identify("agent", ""), "identified");
}
END_TEST

START_TEST(ten_faults_in_a_minute_close_it)
{
    open_as("far");
    for (int i = 0; i < 9; i++)
        expect_error("{", "invalid_json");
    desk_pass(&d, 61000);
    for (int i = 0; i < 9; i++)
        expect_error("{", "invalid_json");
    ck_assert_uint_eq(fake_socket_code(socket_call), 0);
    expect_error("{", "invalid_json");
    ck_assert_uint_eq(fake_socket_code(socket_call), 1008);
    ck_assert_str_eq(fake_socket_reason(socket_call),
                     "too many validation errors");
}
END_TEST

static void talk_nonsense(void)
{
    for (int i = 0; i < TALK_FAULTS; i++)
        expect_error("{", "invalid_json");
    ck_assert_uint_eq(fake_socket_code(socket_call), 1008);
    hang_up(1008);
}

START_TEST(an_agent_that_talked_nonsense_stays_out_for_a_while)
{
    come_in();
    talk_nonsense();
    open_as("far");
    say(identify("agent", ""));
    ck_assert_str_eq(said, "");
    ck_assert_uint_eq(fake_socket_code(socket_call), 1008);
    ck_assert_str_eq(fake_socket_reason(socket_call),
                     "cooldown active: retry in 30s");
    hang_up(1008);
    desk_pass(&d, 30000);
    come_in();
    talk_nonsense();
    desk_pass(&d, 59000);
    open_as("far");
    say(identify("agent", ""));
    ck_assert_str_eq(fake_socket_reason(socket_call),
                     "cooldown active: retry in 1s");
}
END_TEST

/* Or anybody could keep it out. */
START_TEST(nonsense_of_a_stranger_keeps_no_agent_out)
{
    open_as("far");
    expect_error(identify("reader", ""), "forbidden");
    talk_nonsense();
    come_in();
}
END_TEST

START_TEST(too_many_messages_are_limited)
{
    desk_close(&d);
    desk_make(&d);
    d.conf.dialects = DIALECT_BIT(AGENTCOM);
    d.conf.per_token = (struct bucket_rule){1, 2};
    desk_start(&d);
    come_in();
    expect(PING, "pong");
    expect(PING, "pong");
    expect(PING, "rate_limited");
    ck_assert_str_eq(get("retry_after_ms"), "1000");
    desk_pass(&d, 1000);
    expect(PING, "pong");
}
END_TEST

/* ---- the messages of one that is known ---- */

START_TEST(a_ping_is_a_heartbeat)
{
    char now[32];

    come_in();
    desk_pass(&d, 30000);
    expect(PING, "pong");
    snprintf(now, sizeof now, "%lld", (long long)d.now.wall_ms);
    ck_assert_str_eq(get("timestamp"), now);
    ck_assert_int_eq(state_of("gpu-1").seen_ms, d.now.wall_ms);
    ck_assert_uint_eq(state_of("gpu-1").beats, 2);
}
END_TEST

START_TEST(a_status_is_kept)
{
    come_in();
    expect("{\"type\":\"status\",\"status\":\"working\"}", "status_updated");
    ck_assert_str_eq(state_of("gpu-1").activity, "working");
    expect_error("{\"type\":\"status\"}", "validation_failed");
    ck_assert_str_eq(get("errors[].field"), "status");
    expect("{\"type\":\"status\",\"status\":\"idle\"}", "status_updated");
    desk_ask(&d, "reader", "GET /api/agents", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "agents[].fsm_state"), "idle");
}
END_TEST

START_TEST(resources_are_kept_and_not_answered)
{
    come_in();
    say("{\"type\":\"resource_report\",\"agent_id\":\"gpu-1\","
        "\"protocol_version\":1,\"cpu_percent\":12.5,"
        "\"ram_used_bytes\":1024,\"ram_total_bytes\":4096,"
        "\"vram_used_bytes\":null,\"vram_total_bytes\":null,"
        "\"timestamp\":1700000000000}");
    ck_assert_str_eq(said, "");
    desk_ask(&d, "reader", "GET /api/admin/llm-registry/snapshot", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "resources.192\\.0\\.2\\.7.cpu_percent"),
                     "12.5");
    ck_assert_str_eq(desk_get(&d, "resources.192\\.0\\.2\\.7.vram_used_bytes"),
                     "null");
    expect_error("{\"type\":\"resource_report\",\"cpu_percent\":\"x\"}",
                 "validation_failed");
}
END_TEST

START_TEST(an_ollama_report_replaces_the_endpoint)
{
    come_in();
    expect("{\"type\":\"ollama_report\",\"ollama_url\":"
           "\"http://127.0.0.1:11434\"}",
           "ollama_report_ack");
    ck_assert_str_eq(get("status"), "registered");
    expect("{\"type\":\"ollama_report\",\"ollama_url\":"
           "\"http://127.0.0.1:11435\"}",
           "ollama_report_ack");
    desk_ask(&d, "reader", "GET /api/admin/llm-registry", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "endpoints[].id"), 1);
    ck_assert_str_eq(desk_get(&d, "endpoints[].id"), "192.0.2.7:11435");
    expect_error("{\"type\":\"ollama_report\",\"ollama_url\":\"ftp://a\"}",
                 "validation_failed");
    ck_assert_str_eq(get("errors[].field"), "ollama_url");
    expect_error("{\"type\":\"ollama_report\"}", "validation_failed");
}
END_TEST

START_TEST(agents_are_listed)
{
    come_in();
    expect("{\"type\":\"list_agents\"}", "agents");
    ck_assert_str_eq(get("agents[].agent_id"), "gpu-1");
    ck_assert_str_eq(get("agents[].name"), "gpu-1");
    ck_assert_str_eq(get("agents[].status"), "connected");
    ck_assert_ptr_nonnull(json_find(said, "agents[].connected_at", 0));
    ck_assert_ptr_null(json_find(said, "agents[].fsm_state", 0));
}
END_TEST

/* ---- what it is told by itself ---- */

/* What the hub pushes, as far as the registry goes. */
static bool hear(void)
{
    const char *next;

    for (int ms = 0; ms < 10000; ms++) {
        if (feed_last(d.api->feed) == llmreg_bus_last(d.api->bus))
            break;
        poll(NULL, 0, 1);
    }
    fake_socket_news(socket_call);
    next = fake_socket_next(socket_call);
    snprintf(said, sizeof said, "%s", next == NULL ? "" : next);
    return next != NULL;
}

static void hear_of(const char *type)
{
    ck_assert_msg(hear(), "%s is not told", type);
    ck_assert_msg(strcmp(get("type"), type) == 0, "%s: %s", type, said);
    ck_assert_ptr_null(fake_socket_next(socket_call));
}

#define OTHER                                                                  \
    "{\"agent_id\":\"w2\",\"type\":\"agent\",\"name\":\"two\","                \
    "\"capabilities\":[\"x\"]}"

START_TEST(others_that_come_and_go_are_told)
{
    come_in();
    desk_ask(&d, "operator", "POST /api/v1/agents/register", OTHER, 200);
    hear_of("agent_joined");
    ck_assert_str_eq(get("agent.agent_id"), "w2");
    ck_assert_str_eq(get("agent.name"), "two");
    ck_assert_str_eq(get("agent.status"), "connected");
    ck_assert_str_eq(get("agent.capabilities[]"), "x");
    ck_assert_ptr_nonnull(json_find(said, "agent.connected_at", 0));
    ck_assert_ptr_null(json_find(said, "agent.fsm_state", 0));
    desk_ask(&d, "operator", "POST /api/v1/agents/w2/heartbeat",
             "{\"activity\":\"working\"}", 200);
    hear_of("status_changed");
    ck_assert_str_eq(get("agent.agent_id"), "w2");
    ck_assert_str_eq(get("agent.status"), "working");
    desk_ask(&d, "operator", "DELETE /api/v1/agents/w2", NULL, 200);
    hear_of("agent_left");
    ck_assert_str_eq(get("agent_id"), "w2");
}
END_TEST

START_TEST(its_own_coming_is_not_told_to_itself)
{
    come_in();
    ck_assert_msg(!hear(), "%s", said);
    expect("{\"type\":\"status\",\"status\":\"working\"}", "status_updated");
    hear_of("status_changed"); /* as there */
}
END_TEST

START_TEST(of_a_crowd_some_are_told)
{
    char body[100];
    int told = 0;

    come_in();
    for (int i = 0; i < 100; i++) {
        snprintf(body, sizeof body,
                 "{\"agent_id\":\"c%d\",\"type\":\"agent\",\"name\":\"c%d\"}",
                 i, i);
        desk_ask(&d, "operator", "POST /api/v1/agents/register", body, 200);
    }
    for (bool more = hear(); more; told++)
        more = fake_socket_next(socket_call) != NULL;
    ck_assert_int_eq(told, CAST_TEXTS);
    ck_assert(!hear());
}
END_TEST

START_TEST(who_did_not_say_who_it_is_is_told_nothing)
{
    open_as("far");
    ck_assert(!fake_socket_listens(socket_call));
}
END_TEST

/* ---- its end ---- */

START_TEST(who_closes_has_stopped_and_comes_again)
{
    come_in();
    hang_up(1000);
    ck_assert_int_eq(state_of("gpu-1").presence, LLMREG_PRESENCE_STOPPED);
    come_in();
    ck_assert_int_eq(state_of("gpu-1").presence, LLMREG_PRESENCE_ONLINE);
}
END_TEST

START_TEST(whose_socket_breaks_is_stale)
{
    come_in();
    hang_up(0);
    ck_assert_int_eq(state_of("gpu-1").presence, LLMREG_PRESENCE_STALE);
}
END_TEST

START_TEST(a_second_socket_takes_over)
{
    struct http_call *first;

    come_in();
    first = socket_call;
    desk_pass(&d, 10);
    come_in();
    fake_http_end(first);
    ck_assert_int_eq(state_of("gpu-1").presence, LLMREG_PRESENCE_ONLINE);
}
END_TEST

START_TEST(who_does_not_say_who_it_is_must_go)
{
    open_as("far");
    desk_pass(&d, 59000);
    fake_socket_tick(socket_call);
    ck_assert_uint_eq(fake_socket_code(socket_call), 0);
    desk_pass(&d, 2000);
    fake_socket_tick(socket_call);
    ck_assert_uint_eq(fake_socket_code(socket_call), 1008);
}
END_TEST

START_TEST(who_is_removed_is_told_to_come_again)
{
    come_in();
    desk_ask(&d, "operator", "DELETE /api/v1/agents/gpu-1", NULL, 200);
    expect_error(PING, "not_found");
    ck_assert_uint_eq(fake_socket_code(socket_call), 1008);
}
END_TEST

START_TEST(a_token_that_is_revoked_closes_it)
{
    come_in();
    desk_ask(&d, "admin", "DELETE /api/v1/tokens/agent001", NULL, 200);
    fake_socket_say(socket_call, PING);
    ck_assert_ptr_null(fake_socket_next(socket_call));
    ck_assert_uint_eq(fake_socket_code(socket_call), 1008);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("agentcom socket");
    TCase *t = tcase_create("socket");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, without_a_handshake_it_is_426);
    tcase_add_test(t, it_is_there_only_with_the_dialect);
    tcase_add_test(t, a_page_of_another_site_is_refused);
    tcase_add_test(t, a_wrong_token_of_the_handshake_is_refused);
    tcase_add_test(t, too_many_streams_are_503);
    tcase_add_test(t, a_sidecar_registers_with_all_that_it_says);
    tcase_add_test(t, the_token_may_come_with_the_handshake);
    tcase_add_test(t, who_is_let_in_by_its_address_needs_no_token);
    tcase_add_test(t, who_shows_nothing_is_told_to);
    tcase_add_test(t, a_name_that_may_be_foreign_is_trusted_with_a_token_only);
    tcase_add_test(t, a_wrong_token_is_invalid);
    tcase_add_test(t, a_token_of_another_agent_does_not_match);
    tcase_add_test(t, a_reader_is_no_agent);
    tcase_add_test(t, two_agents_may_have_one_name);
    tcase_add_test(t, an_address_waits_for_approval);
    tcase_add_loop_test(t, what_is_wrong_is_said_and_the_socket_stays, 0,
                        sizeof wrong / sizeof wrong[0]);
    tcase_add_test(t, ten_faults_in_a_minute_close_it);
    tcase_add_test(t, an_agent_that_talked_nonsense_stays_out_for_a_while);
    tcase_add_test(t, nonsense_of_a_stranger_keeps_no_agent_out);
    tcase_add_test(t, too_many_messages_are_limited);
    tcase_add_test(t, a_ping_is_a_heartbeat);
    tcase_add_test(t, a_status_is_kept);
    tcase_add_test(t, resources_are_kept_and_not_answered);
    tcase_add_test(t, an_ollama_report_replaces_the_endpoint);
    tcase_add_test(t, agents_are_listed);
    tcase_add_test(t, others_that_come_and_go_are_told);
    tcase_add_test(t, its_own_coming_is_not_told_to_itself);
    tcase_add_test(t, of_a_crowd_some_are_told);
    tcase_add_test(t, who_did_not_say_who_it_is_is_told_nothing);
    tcase_add_test(t, who_closes_has_stopped_and_comes_again);
    tcase_add_test(t, whose_socket_breaks_is_stale);
    tcase_add_test(t, a_second_socket_takes_over);
    tcase_add_test(t, who_does_not_say_who_it_is_must_go);
    tcase_add_test(t, who_is_removed_is_told_to_come_again);
    tcase_add_test(t, a_token_that_is_revoked_closes_it);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
