/* SPDX-License-Identifier: MIT */
/* test_agent_signal.c - heartbeats, marks, and the end of an agent. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/people.h"

static void setup(void)
{
    fleet_setup();
    people_add("a1", "ann");
    fleet_skip_events();
}

/* ---- heartbeats ---- */

START_TEST(the_first_heartbeat_makes_it_online)
{
    people_wait(1000);
    people_beat("a1");
    const struct llmreg_agent_state s = people_state("a1");
    ck_assert_int_eq(s.presence, LLMREG_PRESENCE_ONLINE);
    ck_assert_int_eq(s.health, LLMREG_HEALTH_HEALTHY);
    ck_assert_int_eq(s.since_ms, fleet_now.wall_ms);
    ck_assert_int_eq(s.seen_ms, fleet_now.wall_ms);
    ck_assert_int_eq(s.seen_mono_ns, fleet_now.mono_ns);
    ck_assert_uint_eq(s.beats, 1);
    ck_assert_str_eq(people_event(), "updated a1 unknown>healthy health");
    ck_assert_str_eq(people_event(), "presence a1 connecting>online heartbeat");
    people_no_event();
}
END_TEST

START_TEST(D6_a_heartbeat_without_news_is_no_event)
{
    people_beat("a1");
    fleet_skip_events();
    int64_t since = people_state("a1").since_ms;
    people_wait(30000);
    people_beat("a1");
    const struct llmreg_agent_state s = people_state("a1");
    ck_assert_int_eq(s.since_ms, since);
    ck_assert_int_eq(s.seen_ms, fleet_now.wall_ms);
    ck_assert_uint_eq(s.beats, 2);
    people_no_event();
}
END_TEST

START_TEST(D2_a_heartbeat_revives)
{
    static const enum llmreg_presence down[] = {
        LLMREG_PRESENCE_STARTING, LLMREG_PRESENCE_LATE, LLMREG_PRESENCE_STALE,
        LLMREG_PRESENCE_OFFLINE, LLMREG_PRESENCE_STOPPED};

    ck_assert_int_eq(llmreg_agent_mark(fleet, "a1", down[_i], "", &fleet_now),
                     LLMREG_OK);
    people_beat("a1");
    ck_assert_str_eq(people_presence("a1"), "online");
}
END_TEST

START_TEST(it_says_that_it_starts_and_stops)
{
    struct llmreg_heartbeat beat = people_heartbeat();

    beat.presence = LLMREG_PRESENCE_STARTING;
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
    ck_assert_str_eq(people_presence("a1"), "starting");
    beat.presence = LLMREG_PRESENCE_STOPPED;
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
    ck_assert_str_eq(people_presence("a1"), "stopped");
}
END_TEST

START_TEST(C7_a_wrong_heartbeat_changes_nothing)
{
    struct llmreg_heartbeat beat = people_heartbeat();
    struct llmreg_error err = {""};

    people_beat("a1");
    fleet_skip_events();
    const struct llmreg_agent_state before = people_state("a1");
    people_wait(1000);
    beat.presence = LLMREG_PRESENCE_OFFLINE;
    ck_assert_int_eq(
        llmreg_agent_heartbeat(fleet, "a1", 0, &beat, &fleet_now, &err),
        LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "offline"));
    const struct llmreg_agent_state after = people_state("a1");
    ck_assert_int_eq(after.seen_ms, before.seen_ms);
    ck_assert_uint_eq(after.beats, before.beats);
    people_no_event();
}
END_TEST

START_TEST(C4_an_unknown_id_is_told_to_register_again)
{
    const struct llmreg_heartbeat beat = people_heartbeat();

    ck_assert_int_eq(people_send("zz", &beat), LLMREG_ENOENT);
    ck_assert_int_eq(llmreg_agent_remove(fleet, "a1", 0, ""), LLMREG_OK);
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_ENOENT);
}
END_TEST

/* It has all that it needs to come back by itself. */
START_TEST(C6_who_is_unknown_registers_and_goes_on)
{
    const struct llmreg_heartbeat beat = people_heartbeat();

    ck_assert_int_eq(llmreg_agent_remove(fleet, "a1", 0, "expired"), LLMREG_OK);
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_ENOENT);
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_ENOENT);
    people_add("a1", "ann");
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
    ck_assert_str_eq(people_presence("a1"), "online");
}
END_TEST

START_TEST(C2_who_beats_for_an_earlier_life_is_stale)
{
    const struct llmreg_heartbeat beat = people_heartbeat();
    struct llmreg_agent *a = people_get("a1");
    uint64_t old = llmreg_agent_generation(a);

    llmreg_agent_put(a);
    ck_assert_int_eq(
        llmreg_agent_heartbeat(fleet, "a1", old, &beat, &fleet_now, NULL),
        LLMREG_OK);
    ck_assert_int_eq(llmreg_agent_remove(fleet, "a1", old, ""), LLMREG_OK);
    people_add("a1", "ann");
    ck_assert_int_eq(
        llmreg_agent_heartbeat(fleet, "a1", old, &beat, &fleet_now, NULL),
        LLMREG_ESTALE);
    ck_assert_int_eq(llmreg_agent_remove(fleet, "a1", old, ""), LLMREG_ESTALE);
    ck_assert_str_eq(people_presence("a1"), "connecting");
}
END_TEST

START_TEST(activity_is_kept_until_another_is_said)
{
    struct llmreg_heartbeat beat = people_heartbeat();

    people_beat("a1");
    fleet_skip_events();
    beat.activity = "working";
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
    ck_assert_str_eq(people_event(), "updated a1 > activity");
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
    people_beat("a1");
    people_no_event();
    ck_assert_str_eq(people_state("a1").activity, "working");
}
END_TEST

START_TEST(health_by_its_own_word_is_an_event)
{
    struct llmreg_heartbeat beat = people_heartbeat();

    people_beat("a1");
    fleet_skip_events();
    beat.health = LLMREG_HEALTH_DEGRADED;
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
    ck_assert_str_eq(people_event(), "updated a1 healthy>degraded health");
    people_no_event();
    ck_assert_int_eq(people_state("a1").health, LLMREG_HEALTH_DEGRADED);
}
END_TEST

START_TEST(metadata_of_a_heartbeat_is_merged_and_the_same_is_no_event)
{
    static const struct llmreg_member more[] = {{"load", "3"},
                                                {"rack", "null"}};
    struct llmreg_heartbeat beat = people_heartbeat();

    people_beat("a1");
    fleet_skip_events();
    beat.metadata = more;
    beat.nmetadata = 2;
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
    ck_assert_str_eq(people_metadata("a1"), "load=3");
    ck_assert_str_eq(people_event(), "updated a1 > metadata");
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
    people_no_event();
    struct llmreg_agent *a = people_get("a1");
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(a);
    ck_assert_str_eq(spec->name, "ann");
    ck_assert_uint_eq(spec->ncapabilities, 2);
    llmreg_agent_spec_put(spec);
    llmreg_agent_put(a);
}
END_TEST

START_TEST(latency_is_an_average_that_goes_both_ways)
{
    struct llmreg_heartbeat beat = people_heartbeat();

    people_beat("a1");
    ck_assert_int_eq(people_state("a1").latency_us, -1);
    beat.latency_us = 0;
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
    ck_assert_int_eq(people_state("a1").latency_us, 0);
    beat.latency_us = 1000;
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
    ck_assert_int_eq(people_state("a1").latency_us, 200);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
    ck_assert_int_eq(people_state("a1").latency_us, 1000);
    beat.latency_us = 1;
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
    ck_assert_int_eq(people_state("a1").latency_us, 1);
}
END_TEST

/* ---- who speaks for it ---- */

static void speak(const char *hub, const char *peer)
{
    struct llmreg_heartbeat beat = people_heartbeat();

    beat.hub = hub;
    beat.peer = peer;
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
}

START_TEST(another_address_is_counted_and_both_are_known)
{
    speak("", "10.0.0.1");
    ck_assert_uint_eq(people_state("a1").address_changes, 0);
    fleet_skip_events();
    speak("", "10.0.0.2");
    ck_assert_str_eq(people_event(), "updated a1 > address");
    speak("", ""); /* unknown is no other one */
    speak("", "10.0.0.2");
    const struct llmreg_agent_state s = people_state("a1");
    ck_assert_uint_eq(s.address_changes, 1);
    ck_assert_str_eq(s.peer, "10.0.0.2");
    ck_assert_str_eq(s.other, "10.0.0.1");
    people_no_event();
}
END_TEST

START_TEST(two_hubs_that_claim_one_id_are_counted)
{
    for (int i = 0; i < 5; i++) {
        speak("", "10.0.0.1");
        speak("hub-2", "10.0.0.1");
    }
    const struct llmreg_agent_state s = people_state("a1");
    ck_assert_uint_eq(s.address_changes, 9);
    ck_assert_str_eq(s.peer, "10.0.0.1");
    ck_assert_str_eq(s.other, "");
}
END_TEST

/* ---- history ---- */

struct beats {
    struct llmreg_beat beat[LLMREG_BEATS_KEPT + 1];
    char activity[LLMREG_BEATS_KEPT + 1][8];
    double metric[LLMREG_BEATS_KEPT + 1];
    size_t count, stop;
};

static bool keep(void *ctx, const struct llmreg_beat *beat)
{
    struct beats *b = ctx;

    ck_assert_uint_lt(b->count, LLMREG_BEATS_KEPT);
    b->beat[b->count] = *beat;
    (void)snprintf(b->activity[b->count], 8, "%s", beat->activity);
    b->metric[b->count] = beat->nmetrics == 0 ? -1 : beat->metrics[0].value;
    return ++b->count != b->stop;
}

static struct beats beats_since(int64_t mono_ns, size_t stop)
{
    struct beats b = {.stop = stop};
    struct llmreg_agent *a = people_get("a1");

    llmreg_agent_beats(a, mono_ns, keep, &b);
    llmreg_agent_put(a);
    return b;
}

START_TEST(D7_the_newest_eight_beats_are_kept_oldest_first)
{
    struct llmreg_heartbeat beat = people_heartbeat();
    struct llmreg_measure load = {"load", 0};
    char word[8];

    ck_assert_uint_eq(beats_since(0, 0).count, 0);
    for (int i = 1; i <= 20; i++) {
        people_wait(1000);
        (void)snprintf(word, sizeof word, "w%d", i);
        load.value = i;
        beat.activity = word;
        beat.latency_us = i;
        beat.metrics = &load;
        beat.nmetrics = 1;
        ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
        struct beats b = beats_since(0, 0);
        ck_assert_uint_eq(b.count, i < 8 ? i : 8);
        ck_assert_int_eq(b.beat[b.count - 1].latency_us, i);
    }
    struct beats b = beats_since(0, 0);
    for (int i = 0; i < 8; i++) {
        ck_assert_int_eq(b.beat[i].latency_us, 13 + i);
        ck_assert_int_eq(b.beat[i].time_ms, 1000 + (13 + i) * 1000);
        ck_assert_int_eq(b.beat[i].presence, LLMREG_PRESENCE_ONLINE);
        ck_assert_int_eq(b.beat[i].health, LLMREG_HEALTH_HEALTHY);
        (void)snprintf(word, sizeof word, "w%d", 13 + i);
        ck_assert_str_eq(b.activity[i], word);
        ck_assert(b.metric[i] == 13 + i);
    }
}
END_TEST

START_TEST(beats_are_asked_for_by_age_and_until_enough)
{
    for (int i = 0; i < 5; i++) {
        people_wait(1000);
        people_beat("a1");
    }
    int64_t since = fleet_now.mono_ns - 2 * LLMREG_NS_PER_S;
    struct beats b = beats_since(since, 0);
    ck_assert_uint_eq(b.count, 3);
    ck_assert_int_eq(b.beat[0].mono_ns, since);
    ck_assert_int_eq(b.beat[0].latency_us, -1);
    ck_assert_str_eq(b.activity[0], "");
    ck_assert(b.metric[0] == -1);
    ck_assert_uint_eq(beats_since(0, 2).count, 2);
    ck_assert_uint_eq(beats_since(INT64_MAX, 0).count, 0);
}
END_TEST

/* ---- marks ---- */

START_TEST(a_mark_is_told_with_its_reason)
{
    ck_assert_int_eq(llmreg_agent_mark(fleet, "a1", LLMREG_PRESENCE_STALE,
                                       "connection lost", &fleet_now),
                     LLMREG_OK);
    ck_assert_str_eq(people_event(),
                     "presence a1 connecting>stale connection lost");
    ck_assert_int_eq(llmreg_agent_mark(fleet, "a1", LLMREG_PRESENCE_STALE,
                                       "again", &fleet_now),
                     LLMREG_OK);
    people_no_event();
    ck_assert_int_eq(llmreg_agent_mark(fleet, "a1", LLMREG_PRESENCE_ONLINE,
                                       NULL, &fleet_now),
                     LLMREG_OK);
    ck_assert_str_eq(people_event(), "presence a1 stale>online ");
    ck_assert_uint_eq(people_state("a1").beats, 0);
}
END_TEST

START_TEST(a_mark_of_nobody_or_of_no_word_is_refused)
{
    ck_assert_int_eq(
        llmreg_agent_mark(fleet, "zz", LLMREG_PRESENCE_STALE, "", &fleet_now),
        LLMREG_ENOENT);
    ck_assert_int_eq(
        llmreg_agent_mark(fleet, "a1", LLMREG_PRESENCES, "", &fleet_now),
        LLMREG_EINVAL);
}
END_TEST

/* ---- the end ---- */

START_TEST(C7_removing_is_told_and_an_unknown_id_is_no_success)
{
    people_beat("a1");
    fleet_skip_events();
    struct llmreg_agent *a = people_get("a1");
    ck_assert_int_eq(llmreg_agent_remove(fleet, "a1", 0, "unregistered"),
                     LLMREG_OK);
    ck_assert_str_eq(people_event(), "removed a1 online> unregistered");
    ck_assert_str_eq(people_presence("a1"), "none");
    ck_assert(!llmreg_agent_alive(a));
    ck_assert_str_eq(llmreg_agent_id(a), "a1");
    llmreg_agent_put(a);
    ck_assert_int_eq(llmreg_agent_remove(fleet, "a1", 0, NULL), LLMREG_ENOENT);
    ck_assert_int_eq(llmreg_agent_remove(fleet, "zz", 0, NULL), LLMREG_ENOENT);
    people_no_event();
}
END_TEST

START_TEST(counts_follow_every_change)
{
    struct llmreg_agent_counts n;

    people_add("b1", "bob");
    people_beat("a1");
    llmreg_agent_count(fleet, &n);
    ck_assert_uint_eq(n.agents, 2);
    ck_assert_uint_eq(n.by_presence[LLMREG_PRESENCE_ONLINE], 1);
    ck_assert_uint_eq(n.by_presence[LLMREG_PRESENCE_CONNECTING], 1);
    ck_assert_int_eq(llmreg_agent_remove(fleet, "a1", 0, NULL), LLMREG_OK);
    llmreg_agent_count(fleet, &n);
    ck_assert_uint_eq(n.agents, 1);
    ck_assert_uint_eq(n.by_presence[LLMREG_PRESENCE_ONLINE], 0);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("agent_signal");
    TCase *t = tcase_create("agent_signal");

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_test(t, the_first_heartbeat_makes_it_online);
    tcase_add_test(t, D6_a_heartbeat_without_news_is_no_event);
    tcase_add_loop_test(t, D2_a_heartbeat_revives, 0, 5);
    tcase_add_test(t, it_says_that_it_starts_and_stops);
    tcase_add_test(t, C7_a_wrong_heartbeat_changes_nothing);
    tcase_add_test(t, C4_an_unknown_id_is_told_to_register_again);
    tcase_add_test(t, C6_who_is_unknown_registers_and_goes_on);
    tcase_add_test(t, C2_who_beats_for_an_earlier_life_is_stale);
    tcase_add_test(t, activity_is_kept_until_another_is_said);
    tcase_add_test(t, health_by_its_own_word_is_an_event);
    tcase_add_test(t,
                   metadata_of_a_heartbeat_is_merged_and_the_same_is_no_event);
    tcase_add_test(t, latency_is_an_average_that_goes_both_ways);
    tcase_add_test(t, another_address_is_counted_and_both_are_known);
    tcase_add_test(t, two_hubs_that_claim_one_id_are_counted);
    tcase_add_test(t, D7_the_newest_eight_beats_are_kept_oldest_first);
    tcase_add_test(t, beats_are_asked_for_by_age_and_until_enough);
    tcase_add_test(t, a_mark_is_told_with_its_reason);
    tcase_add_test(t, a_mark_of_nobody_or_of_no_word_is_refused);
    tcase_add_test(t, C7_removing_is_told_and_an_unknown_id_is_no_success);
    tcase_add_test(t, counts_follow_every_change);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());

    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
