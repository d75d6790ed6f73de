/* SPDX-License-Identifier: MIT */
/* test_rules_agent.c - agents that fall silent, are slow, come and go, or are
 * two.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/watch.h"

#define OFFLINE "agent_offline/a1"
#define LATENCY "heartbeat_latency/a1"
#define CHURN   "connection_churn/a1"
#define SPLIT   "split_brain/agent/a1"
#define NONE    "no_agents_online/fleet"

static void enrol(const char *id)
{
    const struct llmreg_agent_spec spec = {
        .id = id,
        .type = "performance",
        .name = id,
        .role = "",
        .domain = "",
        .cluster = "",
        .host = "box",
        .url = "",
        .version = "",
        .source = LLMREG_SOURCE_AUTO,
        .interval_ms = 30000,
    };
    struct llmreg_error err = {""};
    int rc = llmreg_agent_register(watch_room.registry, &spec, "10.0.0.1", NULL,
                                   &err);

    ck_assert_msg(rc == LLMREG_OK, "register %s: %d %s", id, rc, err.text);
}

static void beat_as(const char *id, enum llmreg_presence presence,
                    int64_t latency_us, const char *peer)
{
    const struct llmreg_heartbeat beat = {.presence = presence,
                                          .health = LLMREG_HEALTH_HEALTHY,
                                          .activity = "",
                                          .latency_us = latency_us,
                                          .peer = peer,
                                          .hub = ""};
    struct llmreg_error err = {""};
    int rc = llmreg_agent_heartbeat(watch_room.registry, id, 0, &beat,
                                    &watch_room.now, &err);

    ck_assert_msg(rc == LLMREG_OK, "heartbeat of %s: %d %s", id, rc, err.text);
}

static void beat(const char *id)
{
    beat_as(id, LLMREG_PRESENCE_ONLINE, 1000, "10.0.0.1");
}

static void setup(void)
{
    watch_setup();
    enrol("a1");
    beat("a1");
    watch_pass(1000);
}

/* ---- agent_offline, D2 ---- */

START_TEST(an_agent_that_falls_silent_is_offline_after_ten_intervals)
{
    watch_pass(298000);
    ck_assert_int_eq(watch_raised(OFFLINE), LLMREG_SEVERITY_OKAY);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(OFFLINE), LLMREG_SEVERITY_FAILURE);
    const struct llmreg_alert *a = watch_alert(OFFLINE);
    ck_assert_str_eq(a->host, "box");
    ck_assert_str_eq(a->series, "a1");
    ck_assert_str_eq(a->state, "offline");
    ck_assert_ptr_nonnull(strstr(
        a->message, "the agent a1 (performance) is offline: no heartbeat "
                    "since 2026-11-"));
    llmreg_alert_put(a);
    watch_tell(OFFLINE);
    beat("a1");
    watch_look();
    ck_assert_int_eq(watch_raised(OFFLINE), LLMREG_SEVERITY_OKAY);
    ck_assert_str_eq(watch_message(OFFLINE), "the agent a1 is online again");
}
END_TEST

START_TEST(an_agent_that_said_that_it_stops_wakes_nobody)
{
    beat_as("a1", LLMREG_PRESENCE_STOPPED, -1, "");
    watch_pass(3600000);
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

START_TEST(an_agent_that_is_removed_ends_its_alert)
{
    watch_pass(300000);
    watch_tell(OFFLINE);
    ck_assert_int_eq(llmreg_agent_remove(watch_room.registry, "a1", 0, "test"),
                     LLMREG_OK);
    watch_look();
    ck_assert_int_eq(watch_raised(OFFLINE), LLMREG_SEVERITY_OKAY);
    ck_assert_ptr_nonnull(strstr(watch_message(OFFLINE), "was removed"));
}
END_TEST

/* A14 */
START_TEST(after_a_restart_an_agent_has_two_intervals_to_show_itself)
{
    static const struct llmreg_agent_state stored = {
        .presence = LLMREG_PRESENCE_OFFLINE,
        .since_ms = 1,
        .seen_ms = 1,
        .registered_ms = 1,
        .latency_us = -1};
    const struct llmreg_agent_spec spec = {.id = "a1",
                                           .type = "performance",
                                           .name = "a1",
                                           .role = "",
                                           .domain = "",
                                           .cluster = "",
                                           .host = "",
                                           .url = "",
                                           .version = "",
                                           .interval_ms = 30000};
    struct llmreg_error err;

    watch_restart();
    ck_assert_int_eq(
        llmreg_agent_restore(watch_room.registry, &spec, &stored, &err),
        LLMREG_OK);
    watch_pass(59000);
    ck_assert_int_eq(watch_raised(OFFLINE), LLMREG_SEVERITY_OKAY);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(OFFLINE), LLMREG_SEVERITY_FAILURE);
}
END_TEST

/* ---- heartbeat_latency ---- */

START_TEST(slow_heartbeats_are_told_and_end_below_the_margin)
{
    for (int i = 0; i < 50; i++)
        beat_as("a1", LLMREG_PRESENCE_ONLINE, 1500000, "10.0.0.1");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(LATENCY), LLMREG_SEVERITY_WARNING);
    ck_assert_str_eq(watch_message(LATENCY),
                     "heartbeats of the agent a1 take 1500 ms");
    for (int i = 0; i < 50; i++)
        beat_as("a1", LLMREG_PRESENCE_ONLINE, 900000, "10.0.0.1");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(LATENCY), LLMREG_SEVERITY_WARNING);
    for (int i = 0; i < 50; i++)
        beat_as("a1", LLMREG_PRESENCE_ONLINE, 700000, "10.0.0.1");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(LATENCY), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(the_limit_of_latency_has_effect)
{
    beat_as("a1", LLMREG_PRESENCE_ONLINE, 5000, "10.0.0.1");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(LATENCY), LLMREG_SEVERITY_OKAY);
    watch_rules[LLMREG_RULE_HEARTBEAT_LATENCY].threshold = 1;
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(LATENCY), LLMREG_SEVERITY_WARNING);
}
END_TEST

/* ---- connection_churn, C5 ---- */

START_TEST(an_agent_that_registers_all_the_time_is_told)
{
    for (int i = 0; i < 11; i++) {
        beat("a1");
        watch_pass(5000);
        enrol("a1");
    }
    beat("a1");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(CHURN), LLMREG_SEVERITY_WARNING);
    ck_assert_str_eq(watch_message(CHURN), "the agent a1 comes and goes: 11 "
                                           "registrations in 10 minutes");
    for (int i = 0; i < 30; i++) {
        beat("a1");
        watch_pass(30000);
    }
    ck_assert_int_eq(watch_raised(CHURN), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(the_limit_of_churn_has_effect)
{
    watch_rules[LLMREG_RULE_CONNECTION_CHURN].threshold = 2;
    enrol("a1");
    enrol("a1");
    beat("a1");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(CHURN), LLMREG_SEVERITY_WARNING);
}
END_TEST

/* ---- split_brain ---- */

START_TEST(two_that_beat_as_one_agent_are_told)
{
    for (int i = 0; i < 4; i++)
        beat_as("a1", LLMREG_PRESENCE_ONLINE, -1,
                i % 2 == 0 ? "10.0.0.2" : "10.0.0.1");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(SPLIT), LLMREG_SEVERITY_FAILURE);
    ck_assert_str_eq(watch_message(SPLIT),
                     "two claim to be the agent a1: 4 changes in 10 minutes "
                     "between 10.0.0.1 and 10.0.0.2");
    for (int i = 0; i < 30; i++) {
        beat("a1");
        watch_pass(30000);
    }
    ck_assert_int_eq(watch_raised(SPLIT), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(an_agent_that_moves_once_is_not_two)
{
    beat_as("a1", LLMREG_PRESENCE_ONLINE, -1, "10.0.0.2");
    watch_pass(1000);
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

/* ---- no_agents_online ---- */

START_TEST(when_none_is_online_it_is_told)
{
    watch_rules[LLMREG_RULE_AGENT_OFFLINE].severity = LLMREG_SEVERITY_OKAY;
    watch_pass(88000);
    ck_assert_int_eq(watch_raised(NONE), LLMREG_SEVERITY_OKAY);
    watch_pass(2000); /* stale */
    ck_assert_int_eq(watch_raised(NONE), LLMREG_SEVERITY_FAILURE);
    ck_assert_str_eq(watch_message(NONE),
                     "no agent is online, 1 are not heard of");
    watch_tell(NONE);
    beat("a1");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(NONE), LLMREG_SEVERITY_OKAY);
    ck_assert_str_eq(watch_message(NONE), "agents are online again: 1 online, "
                                          "0 not heard of");
}
END_TEST

START_TEST(those_that_stopped_do_not_count)
{
    beat_as("a1", LLMREG_PRESENCE_STOPPED, -1, "");
    watch_pass(100000);
    ck_assert_int_eq(watch_raised(NONE), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(without_any_agent_nobody_is_missed)
{
    ck_assert_int_eq(llmreg_agent_remove(watch_room.registry, "a1", 0, "test"),
                     LLMREG_OK);
    watch_pass(100000);
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

START_TEST(while_one_is_coming_there_is_no_opinion)
{
    watch_pass(80000);
    enrol("a2");
    watch_pass(20000);
    ck_assert_int_eq(watch_raised(NONE), LLMREG_SEVERITY_OKAY);
}
END_TEST

/* ---- the guard ---- */

START_TEST(when_all_agents_fall_silent_one_alert_is_raised)
{
    char id[16];

    watch_rules[LLMREG_RULE_NO_AGENTS_ONLINE].severity = LLMREG_SEVERITY_OKAY;
    for (int i = 1; i <= 12; i++) {
        snprintf(id, sizeof id, "a%d", i);
        enrol(id);
        beat(id);
        watch_pass(2000);
    }
    for (int i = 0; i < 28; i++)
        watch_pass(10000);
    ck_assert_int_eq(watch_raised("registry_isolated/agents"),
                     LLMREG_SEVERITY_FAILURE);
    ck_assert_uint_eq(watch_count_raised(), 1);
    watch_pass(40000);
    watch_pass(1000);
    ck_assert_uint_eq(watch_count_raised(), 13);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rules_agent");
    TCase *tc = tcase_create("rules_agent");

    tcase_add_checked_fixture(tc, setup, watch_teardown);
    tcase_add_test(tc,
                   an_agent_that_falls_silent_is_offline_after_ten_intervals);
    tcase_add_test(tc, an_agent_that_said_that_it_stops_wakes_nobody);
    tcase_add_test(tc, an_agent_that_is_removed_ends_its_alert);
    tcase_add_test(tc,
                   after_a_restart_an_agent_has_two_intervals_to_show_itself);
    tcase_add_test(tc, slow_heartbeats_are_told_and_end_below_the_margin);
    tcase_add_test(tc, the_limit_of_latency_has_effect);
    tcase_add_test(tc, an_agent_that_registers_all_the_time_is_told);
    tcase_add_test(tc, the_limit_of_churn_has_effect);
    tcase_add_test(tc, two_that_beat_as_one_agent_are_told);
    tcase_add_test(tc, an_agent_that_moves_once_is_not_two);
    tcase_add_test(tc, when_none_is_online_it_is_told);
    tcase_add_test(tc, those_that_stopped_do_not_count);
    tcase_add_test(tc, without_any_agent_nobody_is_missed);
    tcase_add_test(tc, while_one_is_coming_there_is_no_opinion);
    tcase_add_test(tc, when_all_agents_fall_silent_one_alert_is_raised);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
