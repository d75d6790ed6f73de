/* SPDX-License-Identifier: MIT */
/* test_sessions_end.c - an agent that ends takes its sessions along. */
#include "tests/unit/meeting.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/registry/table.h"

static void mark(const char *id, enum llmreg_presence presence)
{
    ck_assert_int_eq(
        llmreg_agent_mark(fleet, id, presence, "broken pipe", &fleet_now),
        LLMREG_OK);
}

/* a has two sessions, and there is another. */
static void setup(void)
{
    meeting_setup();
    (void)meeting_opens("a", "b");
    (void)meeting_opens("c", "a");
    (void)meeting_opens("c", "d");
    fleet_skip_events();
}

/* Two sessions closed, and what was told of them came after the agent. */
static void check_ended(const char *agent_event)
{
    ck_assert_str_eq(meeting_list(NULL, true), "c-d");
    ck_assert_str_eq(meeting_list("a", false), "a-b c-a");
    const struct llmreg_event *e = fleet_event();
    ck_assert_str_eq(llmreg_event_type_text(e->type), agent_event);
    for (int i = 0; i < 2; i++) {
        e = fleet_event();
        ck_assert_ptr_nonnull(e);
        ck_assert_int_eq(e->type, LLMREG_EVENT_CLOSED);
        ck_assert_str_eq(e->after, "closed");
        ck_assert_ptr_nonnull(strstr(e->reason, "agent a ended: "));
    }
    people_no_event();
}

START_TEST(an_agent_that_is_removed_takes_its_sessions_along)
{
    ck_assert_int_eq(llmreg_agent_remove(fleet, "a", 0, "by hand"), LLMREG_OK);
    check_ended("removed");
}
END_TEST

START_TEST(an_agent_that_goes_offline_takes_its_sessions_along)
{
    mark("a", LLMREG_PRESENCE_OFFLINE);
    check_ended("presence");
}
END_TEST

START_TEST(an_agent_that_stops_takes_its_sessions_along)
{
    struct llmreg_heartbeat beat = people_heartbeat();

    people_beat("a");
    fleet_skip_events();
    beat.presence = LLMREG_PRESENCE_STOPPED;
    ck_assert_int_eq(people_send("a", &beat), LLMREG_OK);
    check_ended("presence");
}
END_TEST

START_TEST(an_agent_that_is_only_stale_keeps_its_sessions)
{
    mark("a", LLMREG_PRESENCE_LATE);
    mark("a", LLMREG_PRESENCE_STALE);
    ck_assert_str_eq(meeting_list("a", true), "a-b c-a");
}
END_TEST

START_TEST(an_agent_that_comes_back_opens_new_sessions)
{
    mark("a", LLMREG_PRESENCE_OFFLINE);
    people_beat("a");
    ck_assert_str_eq(meeting_list("a", true), "");
    (void)meeting_opens("a", "b");
    ck_assert(meeting_result.created);
    ck_assert_str_eq(meeting_list("a", true), "a-b");
}
END_TEST

/* Who is late to end an agent must not end the next one of that name. */
START_TEST(a_late_end_spares_the_sessions_of_the_successor)
{
    struct llmreg_agent *old = people_get("a");
    const uint64_t generation = llmreg_agent_generation(old);

    llmreg_agent_put(old);
    ck_assert_int_eq(llmreg_agent_remove(fleet, "a", 0, ""), LLMREG_OK);
    people_add("a", "agent a");
    (void)meeting_opens("a", "b");
    sessions_end(fleet, "a", generation, "late", &fleet_now);
    ck_assert_str_eq(meeting_list("a", true), "a-b");
}
END_TEST

/* The agent came again before the end of the one before was told on. */
START_TEST(a_successor_gets_a_session_of_its_own)
{
    struct llmreg_agent *old = people_get("a");

    llmreg_lock(&fleet->agents.lock);
    agents_remove_locked(&fleet->agents, old);
    llmreg_unlock(&fleet->agents.lock);
    people_add("a", "agent a");
    (void)meeting_opens("a", "b");
    ck_assert(meeting_result.created);
    const struct agents_move move = {old, "late", true};
    agents_follow(fleet, &move, &fleet_now);
    ck_assert_str_eq(meeting_list("a", true), "a-b");
    ck_assert_str_eq(meeting_list("a", false), "a-b c-a");
    llmreg_agent_put(old);
}
END_TEST

START_TEST(a_long_reason_is_cut_and_clean)
{
    char reason[400] = "";

    memset(reason, '\n', 399);
    ck_assert_int_eq(llmreg_agent_remove(fleet, "a", 0, reason), LLMREG_OK);
    fleet_skip_events();
    const struct llmreg_session *v = meeting_get(meeting_opens("c", "d"));
    llmreg_session_put(v);
    ck_assert_str_eq(meeting_list("a", false), "a-b c-a");
}
END_TEST

#define MANY 1200 /* more than are ended at once */

START_TEST(a_hub_with_many_sessions_ends_them_all)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();
    struct llmreg_session_counts n;
    char id[16], name[16];

    conf.agents = conf.sessions = 2 * MANY;
    conf.endpoints = conf.hosts = FLEET_MAX;
    llmreg_registry_free(fleet);
    ck_assert_int_eq(
        llmreg_registry_new(&fleet, &conf, fleet_bus, &fleet_clock), LLMREG_OK);
    people_add("hub", "hub");
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(id, sizeof id, "a%d", i);
        (void)snprintf(name, sizeof name, "n%d", i);
        people_add(id, name);
        (void)meeting_opens(i % 2 == 0 ? "hub" : id, i % 2 == 0 ? id : "hub");
    }
    llmreg_session_count(fleet, &n);
    ck_assert_uint_eq(n.live, MANY);
    ck_assert_int_eq(llmreg_agent_remove(fleet, "hub", 0, ""), LLMREG_OK);
    llmreg_session_count(fleet, &n);
    ck_assert_uint_eq(n.live, 0);
    ck_assert_uint_eq(n.closed, MANY);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sessions_end");
    TCase *t = tcase_create("sessions_end");
    SRunner *sr = srunner_create(s);

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_test(t, an_agent_that_is_removed_takes_its_sessions_along);
    tcase_add_test(t, an_agent_that_goes_offline_takes_its_sessions_along);
    tcase_add_test(t, an_agent_that_stops_takes_its_sessions_along);
    tcase_add_test(t, an_agent_that_is_only_stale_keeps_its_sessions);
    tcase_add_test(t, an_agent_that_comes_back_opens_new_sessions);
    tcase_add_test(t, a_late_end_spares_the_sessions_of_the_successor);
    tcase_add_test(t, a_successor_gets_a_session_of_its_own);
    tcase_add_test(t, a_long_reason_is_cut_and_clean);
    tcase_add_test(t, a_hub_with_many_sessions_ends_them_all);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
