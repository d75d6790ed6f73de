/* SPDX-License-Identifier: MIT */
/* test_dialect_agentcom.c - what AgentCom's scripts and page ask: endpoints,
 * agents, alerts, and everything at once. */
#include "plugins/llm_listen/dialects/dialects.h"
#include "tests/support/desk_fleet.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIST "GET /api/admin/llm-registry"
#define ADD  "POST /api/admin/llm-registry"
#define ONE  "/api/admin/llm-registry/gpu1:11434"

static struct desk d;

static void setup(void)
{
    desk_open_with(&d, DIALECT_BIT(AGENTCOM));
}

static void teardown(void)
{
    desk_close(&d);
}

/* ---- endpoints ---- */

START_TEST(an_endpoint_is_added_and_shown_with_all_its_members)
{
    static const char *const expected[][2] = {
        {"id", "gpu1:8000"},
        {"host", "gpu1"},
        {"port", "8000"},
        {"name", "first"},
        {"source", "manual"},
        {"status", "unknown"},
        {"last_checked_at", "null"},
        {"consecutive_failures", "0"},
    };

    desk_ask(&d, "operator", ADD,
             "{\"host\":\"gpu1\",\"port\":8000,\"name\":\"first\"}", 201);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        ck_assert_str_eq(desk_get(&d, expected[i][0]), expected[i][1]);
    ck_assert_ptr_nonnull(strstr(desk_body(&d), "\"models\":[]"));
    ck_assert_int_ge(atoll(desk_get(&d, "registered_at")), d.now.wall_ms);
    desk_restart(&d);
    desk_ask(&d, "reader", "GET /api/admin/llm-registry/gpu1:8000", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "name"), "first");
}
END_TEST

START_TEST(port_and_name_need_not_be_said)
{
    desk_ask(&d, "operator", ADD, "{\"host\":\"http://gpu1/\"}", 201);
    ck_assert_str_eq(desk_get(&d, "id"), "gpu1:11434");
    ck_assert_str_eq(desk_get(&d, "name"), "gpu1:11434");
}
END_TEST

START_TEST(adding_again_keeps_what_was_seen)
{
    desk_fleet(&d);
    desk_ask(&d, "operator", ADD, "{\"host\":\"gpu1\",\"name\":\"new\"}", 201);
    ck_assert_str_eq(desk_get(&d, "status"), "healthy");
    ck_assert_str_eq(desk_get(&d, "name"), "new");
    ck_assert_uint_eq(desk_count(&d, "models[]"), 2);
}
END_TEST

static const char *const wrong[] = {
    "{}",
    "[]",
    "{",
    "{\"host\":5}",
    "{\"host\":\"\"}",
    "{\"host\":\"a b\"}",
    "{\"host\":\"gpu1\",\"port\":\"x\"}",
    "{\"host\":\"gpu1\",\"port\":0}",
    "{\"host\":\"gpu1\",\"port\":65536}",
    "{\"host\":\"user@gpu1\"}",
};

START_TEST(what_is_wrong_is_invalid_params)
{
    desk_ask(&d, "operator", ADD, wrong[_i], 400);
    ck_assert_str_eq(desk_get(&d, "error"), "invalid_params");
    desk_ask(&d, "reader", LIST, NULL, 200);
    ck_assert_str_eq(desk_body(&d), "{\"endpoints\":[]}");
}
END_TEST

START_TEST(an_endpoint_is_found_and_removed_by_its_id)
{
    desk_fleet(&d);
    desk_ask(&d, "reader", "GET " ONE, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "status"), "healthy");
    ck_assert_str_eq(desk_get(&d, "models[]"), "a:latest");
    ck_assert_int_eq(atoll(desk_get(&d, "last_checked_at")), d.now.wall_ms);
    desk_ask(&d, "operator", "DELETE " ONE, NULL, 200);
    ck_assert_str_eq(desk_body(&d),
                     "{\"status\":\"removed\",\"id\":\"gpu1:11434\"}");
    desk_ask(&d, "operator", "DELETE " ONE, NULL, 404);
    ck_assert_str_eq(desk_body(&d), "{\"error\":\"endpoint_not_found\"}");
    desk_ask(&d, "reader", "GET " ONE, NULL, 404);
    ck_assert_str_eq(desk_body(&d), "{\"error\":\"endpoint_not_found\"}");
}
END_TEST

START_TEST(one_with_requests_pending_stays)
{
    desk_fleet(&d);
    desk_ask(&d, "operator", "POST /api/v1/endpoints/gpu1:11434/requests",
             "{\"event\":\"start\"}", 200);
    desk_ask(&d, "operator", "DELETE " ONE, NULL, 409);
    ck_assert_str_eq(desk_get(&d, "error"), "conflict");
}
END_TEST

static const struct {
    enum llmreg_reason reason;
    const char *status;
} verdicts[] = {
    {LLMREG_REASON_OK, "healthy"},
    {LLMREG_REASON_BUSY, "healthy"}, /* it may be used */
    {LLMREG_REASON_HUNG, "unhealthy"},
    {LLMREG_REASON_REFUSED, "unhealthy"},
};

START_TEST(three_words_are_enough)
{
    desk_add(&d, "gpu1", "");
    desk_observe(&d, "gpu1", verdicts[_i].reason);
    desk_ask(&d, "operator", "POST /api/v1/endpoints/gpu1:11434/drain", NULL,
             200);
    desk_ask(&d, "reader", "GET " ONE, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "status"), verdicts[_i].status);
}
END_TEST

START_TEST(what_agents_announce_is_auto)
{
    desk_ask(&d, "agent", "POST /api/v1/agents/register",
             "{\"agent_id\":\"w1\",\"type\":\"worker\",\"endpoints\":["
             "\"http://localhost:11434\"]}",
             200);
    desk_ask(&d, "reader", LIST, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "endpoints[].source"), "auto");
    ck_assert_str_eq(desk_get(&d, "endpoints[].host"), "192.0.2.9");
}
END_TEST

START_TEST(the_snapshot_has_resources_and_models)
{
    desk_fleet(&d);
    desk_ask(&d, "operator", "POST /api/v1/hosts/gpu1/resources",
             "{\"agent_id\":\"w1\",\"cpu_percent\":12.5,\"ram_used_bytes\":1,"
             "\"ram_total_bytes\":4}",
             200);
    desk_ask(&d, "reader", LIST "/snapshot", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "endpoints[].id"), 3);
    ck_assert_str_eq(desk_get(&d, "resources.gpu1.cpu_percent"), "12.5");
    ck_assert_str_eq(desk_get(&d, "resources.gpu1.ram_total_bytes"), "4");
    ck_assert_str_eq(desk_get(&d, "resources.gpu1.vram_used_bytes"), "null");
    ck_assert_str_eq(desk_get(&d, "resources.gpu1.source_agent_id"), "w1");
    ck_assert_int_eq(atoll(desk_get(&d, "resources.gpu1.reported_at")),
                     d.now.wall_ms);
    ck_assert_str_eq(desk_get(&d, "fleet_models.a:latest"), "2");
    ck_assert_str_eq(desk_get(&d, "fleet_models.c:1"), "1");
}
END_TEST

START_TEST(an_empty_snapshot_is_one)
{
    desk_ask(&d, "reader", LIST "/snapshot", NULL, 200);
    ck_assert_str_eq(desk_body(&d),
                     "{\"endpoints\":[],\"resources\":{},\"fleet_models\":{}}");
}
END_TEST

/* ---- agents ---- */

static void make_agents(void)
{
    desk_ask(&d, "operator", "POST /api/v1/agents/register",
             "{\"agent_id\":\"w1\",\"type\":\"worker\",\"name\":\"one\","
             "\"capabilities\":[\"code\"]}",
             200);
    desk_ask(&d, "operator", "POST /api/v1/agents/w1/heartbeat",
             "{\"status\":\"working\"}", 200);
    desk_ask(&d, "operator", "POST /api/v1/agents/register",
             "{\"agent_id\":\"w2\",\"type\":\"worker\",\"name\":\"two\"}", 200);
    desk_ask(&d, "operator", "POST /api/v1/agents/w2/heartbeat",
             "{\"status\":\"stopped\"}", 200);
}

START_TEST(agents_that_are_connected_are_listed)
{
    make_agents();
    desk_ask(&d, "reader", "GET /api/agents", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "agents[].agent_id"), 1);
    ck_assert_str_eq(desk_get(&d, "agents[].agent_id"), "w1");
    ck_assert_str_eq(desk_get(&d, "agents[].name"), "one");
    ck_assert_str_eq(desk_get(&d, "agents[].status"), "working");
    ck_assert_str_eq(desk_get(&d, "agents[].capabilities[]"), "code");
    ck_assert_str_eq(desk_get(&d, "agents[].fsm_state"), "working");
    ck_assert_int_eq(atoll(desk_get(&d, "agents[].connected_at")),
                     d.now.wall_ms);
}
END_TEST

START_TEST(what_they_do_is_asked_of_all_or_of_one)
{
    make_agents();
    desk_ask(&d, "reader", "GET /api/agents/states", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "agents[].agent_id"), 1);
    ck_assert_str_eq(desk_get(&d, "agents[].fsm_state"), "working");
    ck_assert_str_eq(desk_get(&d, "agents[].current_task_id"), "null");
    ck_assert_ptr_nonnull(strstr(desk_body(&d), "\"flags\":[]"));
    ck_assert_ptr_null(desk_get(&d, "agents[].last_state_change"));
    desk_ask(&d, "reader", "GET /api/agents/w2/state", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "fsm_state"), "offline");
    ck_assert_str_eq(desk_get(&d, "name"), "two");
    ck_assert_int_eq(atoll(desk_get(&d, "last_state_change")), d.now.wall_ms);
    desk_ask(&d, "reader", "GET /api/agents/w3/state", NULL, 404);
    ck_assert_str_eq(desk_body(&d), "{\"error\":\"agent_not_found\"}");
}
END_TEST

static const char *const states[][2] = {
    {"idle", "idle"},       {"assigned", "assigned"}, {"blocked", "blocked"},
    {"working", "working"}, {"busy", "working"},      {"healthy", "idle"},
};

START_TEST(its_word_is_what_it_does)
{
    char body[80];

    make_agents();
    snprintf(body, sizeof body, "{\"status\":\"%s\",\"activity\":\"%s\"}",
             states[_i][0],
             strcmp(states[_i][0], "healthy") == 0 ? "thinking"
                                                   : states[_i][0]);
    desk_ask(&d, "operator", "POST /api/v1/agents/w1/heartbeat", body, 200);
    desk_ask(&d, "reader", "GET /api/agents/w1/state", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "fsm_state"), states[_i][1]);
}
END_TEST

START_TEST(the_interval_of_heartbeats_is_told)
{
    desk_ask(&d, "reader", "GET /api/config/heartbeat-interval", NULL, 200);
    ck_assert_str_eq(desk_body(&d), "{\"heartbeat_interval_ms\":30000}");
}
END_TEST

/* ---- alerts ---- */

/* The alerter looks on, and clears what is not so: each of these is so, or
 * cannot be told. */

/* A member of the alert of that id in the last answer. */
static const char *find_rule(const char *id, const char *member)
{
    char path[60];

    snprintf(path, sizeof path, "alerts[].%s", member);
    for (size_t i = 0; i < desk_count(&d, "alerts[].rule_id"); i++)
        if (strcmp(desk_nth(&d, "alerts[].rule_id", i), id) == 0)
            return desk_nth(&d, path, i);
    ck_abort_msg("no %s in %s", id, desk_body(&d));
}

START_TEST(alerts_are_those_of_rules)
{
    make_agents();
    desk_alert(&d, LLMREG_RULE_HEARTBEAT_LATENCY, "w1",
               LLMREG_SEVERITY_WARNING);
    desk_ask(&d, "reader", "GET /api/alerts", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "alerts[].rule_id"), "heartbeat_latency/w1");
    ck_assert_str_eq(desk_get(&d, "alerts[].severity"), "warning");
    ck_assert_str_eq(desk_get(&d, "alerts[].message"), "it is slow");
    ck_assert_str_eq(desk_get(&d, "alerts[].details.subject"), "w1");
    ck_assert_str_eq(desk_get(&d, "alerts[].acknowledged"), "false");
    ck_assert_int_eq(atoll(desk_get(&d, "alerts[].fired_at")), d.now.wall_ms);
    ck_assert_int_eq(atoll(desk_get(&d, "timestamp")), d.now.wall_ms);
}
END_TEST

START_TEST(rules_are_called_as_there)
{
    desk_add(&d, "gpu1", ",\"kind\":\"ollama\"");
    desk_observe(&d, "gpu1", LLMREG_REASON_REFUSED);
    desk_alert(&d, LLMREG_RULE_KIND_DOWN, "ollama", LLMREG_SEVERITY_FAILURE);
    desk_ask(&d, "reader", "GET /api/alerts", NULL, 200);
    ck_assert_str_eq(find_rule("tier_down/ollama", "severity"), "critical");
    desk_ask(&d, "operator", "POST /api/alerts/tier_down/acknowledge", NULL,
             200);
    ck_assert_str_eq(desk_body(&d),
                     "{\"status\":\"acknowledged\",\"rule_id\":\"tier_down\"}");
    desk_ask(&d, "reader", "GET /api/alerts", NULL, 200);
    ck_assert_str_eq(find_rule("tier_down/ollama", "acknowledged"), "true");
}
END_TEST

START_TEST(what_is_about_all_has_the_name_of_its_rule)
{
    desk_ask(&d, "operator", "POST /api/v1/agents/register",
             "{\"agent_id\":\"w1\",\"type\":\"worker\"}", 200);
    desk_alert(&d, LLMREG_RULE_NO_AGENTS_ONLINE, "fleet",
               LLMREG_SEVERITY_FAILURE);
    desk_ask(&d, "reader", "GET /api/alerts", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "alerts[].rule_id"), "no_agents_online");
}
END_TEST

START_TEST(one_or_all_of_a_rule_are_acknowledged)
{
    make_agents();
    desk_alert(&d, LLMREG_RULE_HEARTBEAT_LATENCY, "w1",
               LLMREG_SEVERITY_WARNING);
    desk_alert(&d, LLMREG_RULE_HEARTBEAT_LATENCY, "w2",
               LLMREG_SEVERITY_WARNING);
    desk_ask(&d, "operator",
             "POST /api/alerts/heartbeat_latency%2Fw1/acknowledge", NULL, 200);
    desk_ask(&d, "reader", "GET /api/v1/alerts?acknowledged=true", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "alerts[].id"), 1);
    desk_ask(&d, "operator", "POST /api/alerts/heartbeat_latency/acknowledge",
             NULL, 200);
    desk_ask(&d, "reader", "GET /api/v1/alerts?acknowledged=true", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "alerts[].id"), 2);
    desk_ask(&d, "operator", "POST /api/alerts/stuck_tasks/acknowledge", NULL,
             404);
    ck_assert_str_eq(desk_body(&d), "{\"error\":\"alert_not_found\"}");
}
END_TEST

START_TEST(thresholds_are_those_of_the_configuration)
{
    desk_ask(&d, "reader", "GET /api/config/alert-thresholds", NULL, 200);
    ck_assert_ptr_nonnull(desk_get(&d, "vram_high"));
    ck_assert_ptr_nonnull(desk_get(&d, "cooldowns.tier_down"));
    ck_assert_ptr_null(desk_get(&d, "endpoint_unhealthy"));
    ck_assert_ptr_nonnull(desk_get(&d, "cooldowns.endpoint_unhealthy"));
}
END_TEST

/* ---- everything ---- */

START_TEST(the_page_gets_everything_at_once)
{
    static const char *const members[] = {
        "uptime_ms",
        "timestamp",
        "health.status",
        "agents[].agent_id",
        "agents[].fsm_state",
        "agents[].current_task_id",
        "agents[].connected_at",
        "agents[].last_state_change",
        "queue.by_status.queued",
        "queue.by_priority.3",
        "queue.dead_letter",
        "dead_letter_tasks",
        "queued_tasks",
        "recent_completions",
        "throughput.completed_last_hour",
        "dets_health",
        "compaction_history",
        "validation.total_failures_this_hour",
        "active_alerts[].rule_id",
        "rate_limits.summary",
        "llm_registry.endpoints[].id",
        "llm_registry.fleet_models.c:1",
        "llm_registry.resources",
    };

    desk_fleet(&d);
    make_agents();
    desk_alert(&d, LLMREG_RULE_HEARTBEAT_LATENCY, "w1",
               LLMREG_SEVERITY_WARNING);
    desk_ask(&d, "reader", "GET /api/dashboard/state", NULL, 200);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        ck_assert_msg(desk_get(&d, members[i]) != NULL, "%s", members[i]);
    ck_assert_ptr_nonnull(strstr(desk_body(&d), "\"it is slow\""));
}
END_TEST

START_TEST(its_health_is_the_worst_alert)
{
    make_agents();
    desk_ask(&d, "reader", "GET /api/dashboard/state", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "health.status"), "ok");
    desk_alert(&d, LLMREG_RULE_HEARTBEAT_LATENCY, "w1",
               LLMREG_SEVERITY_WARNING);
    desk_ask(&d, "reader", "GET /api/dashboard/state", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "health.status"), "warning");
    desk_alert(&d, LLMREG_RULE_HEARTBEAT_LATENCY, "w2",
               LLMREG_SEVERITY_FAILURE);
    desk_ask(&d, "reader", "GET /api/dashboard/state", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "health.status"), "critical");
}
END_TEST

START_TEST(health_is_of_agentcom)
{
    make_agents();
    desk_ask(&d, "far", "GET /health", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "service"), "agent_com");
    ck_assert_str_eq(desk_get(&d, "agents_connected"), "1");
    ck_assert_str_eq(desk_get(&d, "status"), "healthy");
}
END_TEST

/* ---- errors ---- */

START_TEST(errors_are_codes)
{
    desk_ask(&d, "far", LIST, NULL, 401);
    ck_assert_str_eq(desk_get(&d, "error"), "unauthorized");
    ck_assert_str_eq(desk_get(&d, "hint"),
                     "provide Authorization: Bearer <token>");
    desk_ask(&d, "agent", LIST, NULL, 403);
    ck_assert_str_eq(desk_get(&d, "error"), "forbidden");
    desk_ask(&d, "reader", ADD, "{\"host\":\"a\"}", 403);
    desk_ask(&d, "admin", "GET /api/admin/nothing", NULL, 404);
    ck_assert_str_eq(desk_get(&d, "error"), "not_found");
    desk_ask(&d, "admin", "PUT /api/admin/llm-registry", NULL, 405);
    ck_assert_str_eq(desk_get(&d, "error"), "method_not_allowed");
}
END_TEST

START_TEST(who_asks_too_often_is_told_when)
{
    d.api->conf.per_token = (struct bucket_rule){1, 1};
    desk_ask(&d, "reader", LIST, NULL, 200);
    desk_ask(&d, "reader", LIST, NULL, 429);
    ck_assert_str_eq(desk_body(&d),
                     "{\"error\":\"rate_limited\",\"retry_after_ms\":1000,"
                     "\"tier\":\"light\"}");
    ck_assert_str_eq(desk_field(&d, "Retry-After"), "1");
    desk_ask(&d, "operator", LIST, NULL, 200);
    desk_ask(&d, "operator", ADD, "{}", 429);
    ck_assert_str_eq(desk_get(&d, "tier"), "normal");
}
END_TEST

static const char *const not_offered[] = {
    "GET /api/metrics",         "GET /api/schemas", "GET /api/tasks",
    "PUT /api/admin/log-level", "POST /api/tasks",  "GET /api/channels",
    "POST /api/message",        "GET /dashboard",
};

START_TEST(what_is_not_offered_is_not_there)
{
    desk_ask(&d, "admin", not_offered[_i], NULL, 404);
}
END_TEST

/* What is of the configuration is changed there. */
START_TEST(what_is_configured_is_only_read)
{
    desk_ask(&d, "admin", "PUT /api/config/heartbeat-interval",
             "{\"heartbeat_interval_ms\":1000}", 405);
    ck_assert_str_eq(desk_field(&d, "Allow"), "GET");
    desk_ask(&d, "admin", "PUT /api/config/alert-thresholds", "{}", 405);
    ck_assert_str_eq(desk_field(&d, "Allow"), "GET");
}
END_TEST

/* There they need no token; here they do, but on this machine. */
static const char *const open_there[] = {"GET /api/agents", "GET /api/alerts",
                                         "GET /api/dashboard/state"};

START_TEST(who_reads_from_elsewhere_shows_a_token)
{
    desk_ask(&d, "far", open_there[_i], NULL, 401);
    desk_ask(&d, "local", open_there[_i], NULL, 200);
    desk_ask(&d, "reader", open_there[_i], NULL, 200);
}
END_TEST

START_TEST(without_the_dialect_there_is_nothing_of_it)
{
    d.conf.dialects = 0;
    desk_restart(&d);
    desk_ask(&d, "admin", LIST, NULL, 404);
    ck_assert_str_eq(desk_get(&d, "error.code"), "not_found");
    desk_ask(&d, "admin", "GET /api/agents", NULL, 404);
    desk_ask(&d, "admin", "GET /api/alerts", NULL, 404);
    desk_ask(&d, "admin", "GET /admin/tokens", NULL, 404);
    desk_ask(&d, "admin", "GET /api/dashboard/state", NULL, 404);
}
END_TEST

static TCase *make_endpoints(void)
{
    TCase *tc = tcase_create("endpoints");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, an_endpoint_is_added_and_shown_with_all_its_members);
    tcase_add_test(tc, port_and_name_need_not_be_said);
    tcase_add_test(tc, adding_again_keeps_what_was_seen);
    tcase_add_loop_test(tc, what_is_wrong_is_invalid_params, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(tc, an_endpoint_is_found_and_removed_by_its_id);
    tcase_add_test(tc, one_with_requests_pending_stays);
    tcase_add_loop_test(tc, three_words_are_enough, 0,
                        (int)(sizeof verdicts / sizeof verdicts[0]));
    tcase_add_test(tc, what_agents_announce_is_auto);
    tcase_add_test(tc, the_snapshot_has_resources_and_models);
    tcase_add_test(tc, an_empty_snapshot_is_one);
    return tc;
}

static TCase *make_others(void)
{
    TCase *tc = tcase_create("others");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, agents_that_are_connected_are_listed);
    tcase_add_test(tc, what_they_do_is_asked_of_all_or_of_one);
    tcase_add_loop_test(tc, its_word_is_what_it_does, 0,
                        (int)(sizeof states / sizeof states[0]));
    tcase_add_test(tc, the_interval_of_heartbeats_is_told);
    tcase_add_test(tc, alerts_are_those_of_rules);
    tcase_add_test(tc, rules_are_called_as_there);
    tcase_add_test(tc, what_is_about_all_has_the_name_of_its_rule);
    tcase_add_test(tc, one_or_all_of_a_rule_are_acknowledged);
    tcase_add_test(tc, thresholds_are_those_of_the_configuration);
    tcase_add_test(tc, the_page_gets_everything_at_once);
    tcase_add_test(tc, its_health_is_the_worst_alert);
    tcase_add_test(tc, health_is_of_agentcom);
    tcase_add_test(tc, errors_are_codes);
    tcase_add_test(tc, who_asks_too_often_is_told_when);
    tcase_add_loop_test(tc, what_is_not_offered_is_not_there, 0,
                        (int)(sizeof not_offered / sizeof not_offered[0]));
    tcase_add_test(tc, what_is_configured_is_only_read);
    tcase_add_loop_test(tc, who_reads_from_elsewhere_shows_a_token, 0,
                        (int)(sizeof open_there / sizeof open_there[0]));
    tcase_add_test(tc, without_the_dialect_there_is_nothing_of_it);
    return tc;
}

int main(void)
{
    Suite *suite = suite_create("dialect_agentcom");

    suite_add_tcase(suite, make_endpoints());
    suite_add_tcase(suite, make_others());
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
