/* SPDX-License-Identifier: MIT */
/* test_dialect_agentcom_page.c - what AgentCom's page hears over its WebSocket:
 * everything at first, then events; and who may listen. */
#include "plugins/llm_listen/api/talk.h"
#include "plugins/llm_listen/dialects/dialects.h"
#include "tests/support/desk_fleet.h"
#include "tests/support/desk_socket.h"
#include "tests/support/json_find.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/agents.h>
#include <llmreg/alerts.h>

#define PATH "GET /ws/dashboard"

static struct desk d;
static struct peer page, other;

static void setup(void)
{
    desk_open_with(&d, DIALECT_BIT(AGENTCOM));
}

static void teardown(void)
{
    peer_close(&page, 1000);
    peer_close(&other, 1000);
    desk_close(&d);
}

/* Open, and it has its picture. */
static void open_page(struct peer *p)
{
    peer_open(p, &d, "reader", PATH);
    ck_assert(peer_hear(p));
    peer_expect(p, "type", "snapshot");
    ck_assert(!peer_next(p));
}

/* How many items of that type the batch has; *at: where the last one is. */
static size_t count(const char *type, size_t *at)
{
    size_t n = 0;

    for (size_t i = 0; i < json_find_count(page.said, "data[].type"); i++) {
        if (strcmp(peer_nth(&page, "data[].type", i), type) != 0)
            continue;
        *at = i;
        n++;
    }
    return n;
}

/* The next batch has one item of that type; the alerter may say its own. */
static void hear_one(const char *type)
{
    size_t at = 0;

    ck_assert_msg(peer_hear(&page), "%s is not told", type);
    peer_expect(&page, "type", "events");
    ck_assert_msg(count(type, &at) == 1, "%s: %s", type, page.said);
    ck_assert(!peer_next(&page));
}

static void hear_no(const char *type)
{
    size_t at = 0;

    ck_assert_msg(!peer_hear(&page) || count(type, &at) == 0, "%s: %s", type,
                  page.said);
}

static void add_agent(const char *id)
{
    char body[200];

    snprintf(body, sizeof body,
             "{\"agent_id\":\"%s\",\"type\":\"sidecar\",\"name\":\"n %s\","
             "\"capabilities\":[\"gpu\"]}",
             id, id);
    desk_ask(&d, "operator", "POST /api/v1/agents/register", body, 200);
}

static void beat(const char *id, const char *activity)
{
    char path[80], body[80];

    snprintf(path, sizeof path, "POST /api/v1/agents/%s/heartbeat", id);
    snprintf(body, sizeof body, "{\"activity\":\"%s\"}", activity);
    desk_ask(&d, "operator", path, body, 200);
}

static void mark(const char *id, enum llmreg_presence presence)
{
    ck_assert_int_eq(
        llmreg_agent_mark(d.registry, id, presence, "test", &d.now), LLMREG_OK);
}

/* ---- who may ---- */

static const struct {
    const char *who;
    unsigned status;
} callers[] = {
    {"reader", 101}, {"operator", 101}, {"admin", 101}, {"local", 101},
    {"agent", 403},  {"far", 401},      {"old", 401},
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
}
END_TEST

START_TEST(a_page_of_another_site_may_not_listen)
{
    desk_header(&d, "Upgrade", "websocket");
    desk_header(&d, "Origin", "http://evil.example");
    desk_ask(&d, "local", PATH, NULL, 403);
    desk_header(&d, "Upgrade", "websocket");
    desk_header(&d, "Host", "evil.example");
    desk_ask(&d, "local", PATH, NULL, 421);
}
END_TEST

START_TEST(it_is_there_only_with_the_dialect)
{
    desk_close(&d);
    desk_open_with(&d, DIALECT_BIT(NEXUS) | DIALECT_BIT(THUNDERLINE));
    desk_header(&d, "Upgrade", "websocket");
    desk_ask(&d, "reader", PATH, NULL, 404);
}
END_TEST

START_TEST(it_counts_as_a_stream)
{
    fake_http_limit(d.server, 10, 1);
    open_page(&page);
    desk_header(&d, "Upgrade", "websocket");
    desk_ask(&d, "reader", PATH, NULL, 503);
}
END_TEST

START_TEST(a_token_that_is_revoked_hears_no_more)
{
    open_page(&page);
    desk_ask(&d, "admin", "DELETE /api/v1/tokens/readerrd", NULL, 200);
    desk_add(&d, "gpu9", "");
    ck_assert(!peer_hear(&page));
    ck_assert_uint_eq(fake_socket_code(page.call), 1008);
}
END_TEST

START_TEST(it_need_not_say_who_it_is)
{
    open_page(&page);
    desk_pass(&d, 3600000);
    fake_socket_tick(page.call);
    ck_assert_uint_eq(fake_socket_code(page.call), 0);
}
END_TEST

/* ---- the picture ---- */

START_TEST(it_begins_with_all_that_there_is)
{
    desk_add(&d, "gpu1", "");
    desk_add(&d, "gpu2", "");
    add_agent("w1");
    desk_alert(&d, LLMREG_RULE_HEARTBEAT_LATENCY, "w1",
               LLMREG_SEVERITY_WARNING);
    open_page(&page);
    ck_assert_uint_eq(
        json_find_count(page.said, "data.llm_registry.endpoints[].id"), 2);
    peer_expect(&page, "data.agents[].agent_id", "w1");
    peer_expect(&page, "data.health.status", "warning");
    peer_expect(&page, "alerts[].rule_id", "heartbeat_latency/w1");
    peer_expect(&page, "data.queue.dead_letter", "0");
}
END_TEST

START_TEST(a_picture_is_made_once_for_all_that_come)
{
    const char *stamp = "data.timestamp";
    char first[32];

    desk_fleet(&d);
    open_page(&page);
    snprintf(first, sizeof first, "%s", peer_get(&page, stamp));
    desk_pass(&d, 900);
    open_page(&other);
    peer_expect(&other, stamp, first);
    peer_close(&other, 1000);
    desk_pass(&d, 200);
    open_page(&other);
    ck_assert_str_ne(peer_get(&other, stamp), first);
}
END_TEST

START_TEST(what_happened_after_an_older_picture_follows_it)
{
    open_page(&page);
    desk_add(&d, "gpu1", "");
    desk_pass(&d, 500);
    open_page(&other);
    ck_assert_uint_eq(
        json_find_count(other.said, "data.llm_registry.endpoints[].id"), 0);
    ck_assert(peer_hear(&other));
    peer_expect(&other, "data[].type", "llm_registry_update");
}
END_TEST

START_TEST(who_asks_gets_a_picture_with_all_that_it_was_told)
{
    open_page(&page);
    desk_add(&d, "gpu1", "");
    hear_one("llm_registry_update");
    fake_socket_say(page.call, "{\"type\":\"request_snapshot\"}");
    ck_assert(fake_socket_again(page.call));
    ck_assert(!peer_hear(&page)); /* the last one is of just now */
    ck_assert(fake_socket_again(page.call));
    desk_pass(&d, 1000);
    ck_assert(peer_hear(&page));
    peer_expect(&page, "type", "snapshot");
    peer_expect(&page, "data.llm_registry.endpoints[].id", "gpu1:11434");
    ck_assert(!fake_socket_again(page.call));
    ck_assert(!peer_hear(&page));
}
END_TEST

/* ---- events ---- */

START_TEST(endpoints_are_said_to_have_changed_once_a_batch)
{
    open_page(&page);
    desk_add(&d, "gpu1", "");
    desk_add(&d, "gpu2", "");
    hear_one("llm_registry_update");
    peer_expect(&page, "data[].detail", "endpoint_changed");
    desk_observe(&d, "gpu1", LLMREG_REASON_OK);
    hear_one("llm_registry_update");
    desk_ask(&d, "operator", "DELETE /api/v1/endpoints/gpu1:11434", NULL, 200);
    hear_one("llm_registry_update");
}
END_TEST

START_TEST(a_probe_that_is_wanted_is_no_news)
{
    desk_add(&d, "gpu1", "");
    open_page(&page);
    desk_ask(&d, "operator", "POST /api/v1/endpoints/gpu1:11434/probe", NULL,
             202);
    ck_assert(!peer_hear(&page));
}
END_TEST

START_TEST(agents_join_and_leave)
{
    open_page(&page);
    add_agent("w1");
    hear_one("agent_joined");
    peer_expect(&page, "data[].agent_id", "w1");
    peer_expect(&page, "data[].name", "n w1");
    peer_expect(&page, "data[].capabilities[]", "gpu");
    beat("w1", "");
    hear_no("agent_joined"); /* connecting, online: there all the time */
    mark("w1", LLMREG_PRESENCE_LATE);
    hear_no("agent_left");
    mark("w1", LLMREG_PRESENCE_STALE);
    hear_one("agent_left");
    mark("w1", LLMREG_PRESENCE_OFFLINE);
    hear_no("agent_left");
    beat("w1", "");
    hear_one("agent_joined");
    desk_ask(&d, "operator", "DELETE /api/v1/agents/w1", NULL, 200);
    hear_one("agent_left");
}
END_TEST

START_TEST(who_joined_and_has_gone_is_told_without_capabilities)
{
    open_page(&page);
    add_agent("w1");
    desk_ask(&d, "operator", "DELETE /api/v1/agents/w1", NULL, 200);
    ck_assert(peer_hear(&page));
    peer_expect(&page, "data[].type", "agent_joined");
    peer_expect(&page, "data[].name", "n w1");
    ck_assert_uint_eq(json_find_count(page.said, "data[].capabilities[]"), 0);
    ck_assert_str_eq(peer_nth(&page, "data[].type", 1), "agent_left");
}
END_TEST

START_TEST(what_an_agent_does_is_told)
{
    add_agent("w1");
    beat("w1", "idle");
    open_page(&page);
    beat("w1", "idle");
    ck_assert(!peer_hear(&page));
    beat("w1", "working");
    hear_one("status_changed");
    peer_expect(&page, "data[].agent_id", "w1");
    peer_expect(&page, "data[].status", "working");
}
END_TEST

START_TEST(alerts_are_told_by_their_rule)
{
    add_agent("w1");
    open_page(&page);
    desk_alert(&d, LLMREG_RULE_HEARTBEAT_LATENCY, "w1",
               LLMREG_SEVERITY_WARNING);
    hear_one("alert_fired");
    peer_expect(&page, "data[].data.rule_id", "heartbeat_latency/w1");
    peer_expect(&page, "data[].data.severity", "warning");
    peer_expect(&page, "data[].data.message", "it is slow");
    peer_expect(&page, "data[].data.acknowledged", "false");
    peer_expect(&page, "data[].data.details.subject", "w1");
    desk_ask(&d, "operator",
             "POST /api/alerts/heartbeat_latency%2Fw1/acknowledge", NULL, 200);
    hear_one("alert_acknowledged");
    peer_expect(&page, "data[].rule_id", "heartbeat_latency/w1");
}
END_TEST

START_TEST(an_alert_that_ends_is_told)
{
    const struct llmreg_event cleared = {.type = LLMREG_EVENT_CLEARED,
                                         .entity = LLMREG_ENTITY_ALERT,
                                         .subject = "kind_down/ollama",
                                         .name = "",
                                         .before = "",
                                         .after = "",
                                         .reason = ""};

    open_page(&page);
    ck_assert_int_eq(llmreg_bus_publish(d.api->bus, &cleared, NULL), LLMREG_OK);
    llmreg_bus_wake(d.api->bus);
    hear_one("alert_cleared");
    peer_expect(&page, "data[].rule_id", "tier_down/ollama");
}
END_TEST

START_TEST(all_pages_are_told_the_same)
{
    open_page(&page);
    open_page(&other);
    add_agent("w1");
    hear_one("agent_joined");
    ck_assert(peer_hear(&other));
    ck_assert_str_eq(other.said, page.said);
}
END_TEST

/* One text for all, whenever each has come. */
START_TEST(pages_that_keep_up_share_what_they_are_told)
{
    open_page(&page);
    add_agent("w1");
    ck_assert(peer_hear(&page));
    desk_pass(&d, 2000);
    add_agent("w2");
    open_page(&other);
    ck_assert_uint_ne(fake_socket_shared(other.call),
                      fake_socket_shared(page.call));
    ck_assert(peer_hear(&page));
    (void)peer_hear(&other);
    add_agent("w3");
    ck_assert(peer_hear(&page));
    ck_assert(peer_hear(&other));
    ck_assert_uint_eq(fake_socket_shared(other.call),
                      fake_socket_shared(page.call));
}
END_TEST

START_TEST(the_feed_says_that_there_is_news)
{
    const unsigned before = fake_http_news(d.server);

    add_agent("w1");
    for (int ms = 0; fake_http_news(d.server) == before && ms < 10000; ms++)
        poll(NULL, 0, 1);
    ck_assert_uint_gt(fake_http_news(d.server), before);
}
END_TEST

START_TEST(one_that_was_too_slow_gets_a_new_picture)
{
    add_agent("w1");
    open_page(&page);
    for (int i = 0; i < FEED_RING + 100; i++)
        beat("w1", i % 2 == 0 ? "working" : "idle");
    ck_assert(!peer_hear(&page));
    desk_pass(&d, 1000);
    ck_assert(peer_hear(&page));
    peer_expect(&page, "type", "snapshot");
    ck_assert(!peer_hear(&page));
}
END_TEST

START_TEST(many_events_are_told_in_pieces)
{
    add_agent("w1");
    beat("w1", "idle");
    open_page(&page);
    for (int i = 0; i < CAST_EVENTS + 10; i++)
        beat("w1", i % 2 == 0 ? "working" : "idle");
    ck_assert(peer_hear(&page));
    ck_assert_uint_eq(json_find_count(page.said, "data[].type"), CAST_EVENTS);
    ck_assert(fake_socket_again(page.call));
    ck_assert(peer_hear(&page));
    ck_assert_uint_eq(json_find_count(page.said, "data[].type"), 10);
    ck_assert(!fake_socket_again(page.call));
}
END_TEST

/* ---- what the page says ---- */

static const struct {
    const char *text, *type, *error;
} said[] = {
    {"{\"type\":\"register_llm_endpoint\",\"host\":\"a\"}",
     "llm_endpoint_error", "read_only: use /api/admin/llm-registry"},
    {"{\"type\":\"remove_llm_endpoint\",\"id\":\"a:11434\"}",
     "llm_endpoint_error", "read_only: use /api/admin/llm-registry"},
    {"{\"type\":\"acknowledge_alert\",\"rule_id\":\"a\"}", "error",
     "read_only: use /api/alerts/ID/acknowledge"},
    {"{\"type\":\"retry_task\",\"task_id\":\"t\"}", "error",
     "unknown_message_type"},
    {"{", "error", "invalid_json"},
};

START_TEST(it_changes_nothing)
{
    open_page(&page);
    fake_socket_say(page.call, said[_i].text);
    ck_assert(peer_next(&page));
    peer_expect(&page, "type", said[_i].type);
    peer_expect(&page, "error", said[_i].error);
    desk_ask(&d, "reader", "GET /api/admin/llm-registry", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "endpoints[].id"), 0);
    ck_assert_uint_eq(fake_socket_code(page.call), 0);
}
END_TEST

/* ---- the store ---- */

static const struct {
    const char *name, *after, *type, *member;
} of_store[] = {
    {"backup", "complete", "backup_complete", "tables_backed_up"},
    {"backup", "failed", "backup_failed", "reason"},
    {"restore", "complete", "recovery_complete", "backup_used"},
    {"restore", "failed", "recovery_failed", "reason"},
    {"compaction", "complete", "compaction_complete", "results"},
    {"compaction", "failed", "compaction_failed", "failures"},
};

START_TEST(what_the_store_did_is_told)
{
    const struct llmreg_event event = {
        .time_ms = d.now.wall_ms,
        .type = LLMREG_EVENT_STORE,
        .entity = LLMREG_ENTITY_STORE,
        .subject = "store",
        .name = of_store[_i].name,
        .before = "running",
        .after = of_store[_i].after,
        .reason = "20261121T071543Z-1ed00001",
    };
    char quoted[64];

    open_page(&page);
    ck_assert_int_eq(
        llmreg_bus_publish(llmreg_service_bus(d.service), &event, NULL),
        LLMREG_OK);
    hear_one(of_store[_i].type);
    snprintf(quoted, sizeof quoted, "\"%s\":", of_store[_i].member);
    ck_assert_ptr_nonnull(strstr(page.said, quoted));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("agentcom page");
    TCase *t = tcase_create("page");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, readers_may_listen, 0,
                        sizeof callers / sizeof callers[0]);
    tcase_add_test(t, without_a_handshake_it_is_426);
    tcase_add_test(t, a_page_of_another_site_may_not_listen);
    tcase_add_test(t, it_is_there_only_with_the_dialect);
    tcase_add_test(t, it_counts_as_a_stream);
    tcase_add_test(t, a_token_that_is_revoked_hears_no_more);
    tcase_add_test(t, it_need_not_say_who_it_is);
    tcase_add_test(t, it_begins_with_all_that_there_is);
    tcase_add_test(t, a_picture_is_made_once_for_all_that_come);
    tcase_add_test(t, what_happened_after_an_older_picture_follows_it);
    tcase_add_test(t, who_asks_gets_a_picture_with_all_that_it_was_told);
    tcase_add_test(t, endpoints_are_said_to_have_changed_once_a_batch);
    tcase_add_test(t, a_probe_that_is_wanted_is_no_news);
    tcase_add_test(t, agents_join_and_leave);
    tcase_add_test(t, who_joined_and_has_gone_is_told_without_capabilities);
    tcase_add_test(t, what_an_agent_does_is_told);
    tcase_add_test(t, alerts_are_told_by_their_rule);
    tcase_add_test(t, an_alert_that_ends_is_told);
    tcase_add_test(t, all_pages_are_told_the_same);
    tcase_add_test(t, pages_that_keep_up_share_what_they_are_told);
    tcase_add_test(t, the_feed_says_that_there_is_news);
    tcase_add_test(t, one_that_was_too_slow_gets_a_new_picture);
    tcase_add_test(t, many_events_are_told_in_pieces);
    tcase_add_loop_test(t, what_the_store_did_is_told, 0,
                        sizeof of_store / sizeof of_store[0]);
    tcase_add_loop_test(t, it_changes_nothing, 0, sizeof said / sizeof said[0]);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
