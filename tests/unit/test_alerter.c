/* SPDX-License-Identifier: MIT */
/* test_alerter.c - what is looked at and when; the guard in a fleet; nothing is
 * lost, and nothing stays.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/care/care.h"
#include "tests/support/watch.h"

#define FLEET    24
#define DOWN0    "endpoint_unhealthy/gpu0:11434"
#define ISOLATED "registry_isolated/endpoints"

/* ---- when ---- */

START_TEST(an_event_is_acted_on_at_once)
{
    watch_add_many("gpu", 1);
    watch_pass(1000);
    room_observe(&watch_room, "gpu0", LLMREG_REASON_BUSY);
    watch_look(); /* no step */
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_WARNING);
}
END_TEST

START_TEST(what_no_event_said_is_found_within_a_second)
{
    watch_add_many("gpu", 1);
    watch_pass(1000);
    room_observe(&watch_room, "gpu0", LLMREG_REASON_BUSY);
    room_pass(&watch_room, 999);
    (void)alerter_step(watch_alerter, &watch_room.now);
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_OKAY);
    room_pass(&watch_room, 1);
    (void)alerter_step(watch_alerter, &watch_room.now);
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_WARNING);
}
END_TEST

START_TEST(lost_events_make_it_look_at_everything)
{
    watch_add_many("gpu", 1);
    watch_pass(1000);
    room_observe(&watch_room, "gpu0", LLMREG_REASON_BUSY);
    alerter_miss(watch_alerter);
    room_pass(&watch_room, 200);
    (void)alerter_step(watch_alerter, &watch_room.now);
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_WARNING);
}
END_TEST

START_TEST(it_wakes_for_the_first_that_is_due)
{
    int64_t next;

    watch_rules[LLMREG_RULE_ENDPOINT_UNHEALTHY].after_ns =
        500 * LLMREG_NS_PER_MS;
    watch_add_many("gpu", 1);
    watch_pass(1000);
    watch_pass(1000);
    room_observe(&watch_room, "gpu0", LLMREG_REASON_BUSY);
    watch_look();
    room_pass(&watch_room, 200);
    next = alerter_step(watch_alerter, &watch_room.now);
    ck_assert_int_eq(next, watch_room.now.mono_ns + 300 * LLMREG_NS_PER_MS);
}
END_TEST

START_TEST(a_told_end_is_forgotten)
{
    watch_add_many("gpu", 1);
    room_observe(&watch_room, "gpu0", LLMREG_REASON_BUSY);
    watch_pass(1000);
    watch_tell(DOWN0);
    room_observe(&watch_room, "gpu0", LLMREG_REASON_OK);
    watch_pass(1000);
    watch_pass(1000);
    ck_assert_uint_eq(watch_count(), 1);
    watch_tell(DOWN0);
    watch_pass(1000);
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

/* B12: an acknowledged alert is not raised anew each time. */
START_TEST(an_acknowledged_alert_stays_acknowledged)
{
    static const struct llmreg_acknowledgement said = {"me", ""};
    struct llmreg_error err;

    watch_add_many("gpu", 1);
    room_observe(&watch_room, "gpu0", LLMREG_REASON_BUSY);
    watch_pass(1000);
    ck_assert_int_eq(llmreg_alert_acknowledge(watch_room.registry, DOWN0, &said,
                                              &watch_room.now, &err),
                     LLMREG_OK);
    for (int i = 0; i < 10; i++) {
        room_observe(&watch_room, "gpu0", LLMREG_REASON_BUSY);
        watch_pass(1000);
    }
    const struct llmreg_alert *a = watch_alert(DOWN0);
    ck_assert(a->s.acknowledged);
    ck_assert_uint_eq(a->times, 1);
    llmreg_alert_put(a);
}
END_TEST

/* Its end is told, but not that the endpoint is well. */
START_TEST(a_rule_that_is_off_after_the_restart_ends_its_alarm_and_says_why)
{
    watch_add_many("gpu", 1);
    watch_down("gpu0");
    watch_tell(DOWN0);
    watch_rules[LLMREG_RULE_ENDPOINT_UNHEALTHY].severity = LLMREG_SEVERITY_OKAY;
    watch_restart();
    room_add(&watch_room, "gpu0");
    watch_down("gpu0");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_OKAY);
    ck_assert_str_eq(watch_message(DOWN0),
                     "gpu0: the rule endpoint_unhealthy is off now, its alarm "
                     "is over");
}
END_TEST

/* ---- the store ---- */

static void publish_store(const char *after)
{
    const struct llmreg_event event = {
        .time_ms = watch_room.now.wall_ms,
        .type = LLMREG_EVENT_STORE,
        .entity = LLMREG_ENTITY_STORE,
        .subject = "store",
        .name = "",
        .before = "",
        .after = after,
        .reason = "cannot write /x: disk full",
    };

    ck_assert_int_eq(llmreg_bus_publish(watch_room.bus, &event, NULL),
                     LLMREG_OK);
    watch_look();
}

START_TEST(a_store_that_fails_and_heals_is_told)
{
    publish_store("failed");
    ck_assert_int_eq(watch_raised("store_failed/store"),
                     LLMREG_SEVERITY_FAILURE);
    ck_assert_str_eq(watch_message("store_failed/store"),
                     "the store failed, all goes on from memory: cannot write "
                     "/x: disk full");
    publish_store("ok");
    ck_assert_int_eq(watch_raised("store_failed/store"), LLMREG_SEVERITY_OKAY);
    ck_assert_str_eq(watch_message("store_failed/store"),
                     "the store works again: cannot write /x: disk full");
}
END_TEST

/* As after a gap in the bus, which nothing fills. */
START_TEST(that_the_store_failed_is_found_without_its_event)
{
    standing_set(watch_store, LLMREG_ENOSPACE, watch_room.now.wall_ms,
                 "/x: disk full");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised("store_failed/store"),
                     LLMREG_SEVERITY_FAILURE);
    ck_assert_str_eq(
        watch_message("store_failed/store"),
        "the store failed, all goes on from memory: /x: disk full");
    const struct llmreg_alert *a = watch_alert("store_failed/store");
    ck_assert_int_eq(a->since_ms, watch_room.now.wall_ms - 1000);
    llmreg_alert_put(a);
}
END_TEST

START_TEST(that_the_store_works_again_is_found_without_its_event)
{
    standing_set(watch_store, LLMREG_ENOSPACE, watch_room.now.wall_ms,
                 "/x: disk full");
    publish_store("failed");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised("store_failed/store"),
                     LLMREG_SEVERITY_FAILURE);
    standing_set(watch_store, LLMREG_OK, watch_room.now.wall_ms, "/x");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised("store_failed/store"), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(a_store_that_failed_before_the_restart_works_now)
{
    publish_store("failed");
    watch_restart();
    watch_pass(1000);
    ck_assert_int_eq(watch_raised("store_failed/store"), LLMREG_SEVERITY_OKAY);
}
END_TEST

/* ---- how the store is ---- */

#define ILL "store_unhealthy/store"

/* A disk of 100 bytes; good: hours since the last backup. */
static void measure(int64_t good, int64_t free)
{
    struct llmreg_store_health h = {.measured_ms = watch_room.now.wall_ms};

    h.disk.bytes = 100;
    h.disk.free = free;
    h.disk.inodes = h.disk.ifree = -1;
    h.backup.good_ms = watch_room.now.wall_ms - good * 3600000;
    care_note_measure(watch_care, &h);
    watch_pass(1000);
}

START_TEST(one_reason_of_the_store_is_a_warning_and_two_are_a_failure)
{
    watch_pass(600000);
    measure(49, 50);
    ck_assert_int_eq(watch_raised(ILL), LLMREG_SEVERITY_WARNING);
    ck_assert_str_eq(watch_message(ILL),
                     "the store is not as it should be: the last good backup "
                     "is 49 hours old");
    measure(49, 9);
    ck_assert_int_eq(watch_raised(ILL), LLMREG_SEVERITY_FAILURE);
    ck_assert_str_eq(watch_message(ILL),
                     "the store is unhealthy: 9.0 % of the space of its disk "
                     "is free; the last good backup is 49 hours old");
    measure(1, 50);
    ck_assert_int_eq(watch_raised(ILL), LLMREG_SEVERITY_OKAY);
    ck_assert_str_eq(watch_message(ILL), "the store is healthy again");
}
END_TEST

START_TEST(a_warning_about_the_store_waits_for_the_first_backup)
{
    measure(49, 50);
    ck_assert_int_eq(watch_raised(ILL), LLMREG_SEVERITY_OKAY);
    watch_pass(598000);
    ck_assert_int_eq(watch_raised(ILL), LLMREG_SEVERITY_OKAY);
    watch_pass(2000);
    ck_assert_int_eq(watch_raised(ILL), LLMREG_SEVERITY_WARNING);
}
END_TEST

/* With the event, not with the next pass. */
START_TEST(damage_and_a_full_disk_are_told_at_once)
{
    watch_pass(1000);
    if (_i == 0)
        care_note_check(watch_care, 1, 2, "table agent: it is missing");
    else
        care_note_failed(watch_care, false, true);
    ck_assert_int_eq(watch_raised(ILL), LLMREG_SEVERITY_OKAY);
    publish_store("failed");
    ck_assert_int_eq(watch_raised(ILL), LLMREG_SEVERITY_FAILURE);
    ck_assert_str_eq(watch_message(ILL),
                     _i == 0 ? "the store is unhealthy: table agent: it is "
                               "missing"
                             : "the store is unhealthy: its disk is full");
}
END_TEST

START_TEST(a_store_that_only_does_not_work_has_the_other_alert)
{
    care_note_failed(watch_care, true, false);
    publish_store("failed");
    ck_assert_int_eq(watch_raised(ILL), LLMREG_SEVERITY_OKAY);
    ck_assert_int_eq(watch_raised("store_failed/store"),
                     LLMREG_SEVERITY_FAILURE);
}
END_TEST

/* ---- the guard ---- */

static void setup_fleet(void)
{
    watch_setup();
    watch_add_many("gpu", FLEET);
    watch_pass(30000);
}

/* One round of probes, spread over the interval: from is the first that is
 * well. */
static void probe_all(int from)
{
    char name[16];

    for (int i = 0; i < FLEET; i++) {
        snprintf(name, sizeof name, "gpu%d", i);
        room_observe(&watch_room, name,
                     i < from ? LLMREG_REASON_REFUSED : LLMREG_REASON_OK);
        watch_pass(30000 / FLEET);
        ck_assert_uint_le(watch_count_raised(), 1);
    }
}

static void fail_all(void)
{
    for (int round = 0; round < 2; round++)
        watch_observe_many("gpu", FLEET, LLMREG_REASON_REFUSED);
    watch_pass(1000);
}

START_TEST(when_all_fail_at_once_one_alert_is_raised)
{
    probe_all(FLEET);
    probe_all(FLEET); /* not longer than the hold */
    ck_assert_uint_eq(watch_count_raised(), 1);
    ck_assert_int_eq(watch_raised(ISOLATED), LLMREG_SEVERITY_FAILURE);
    ck_assert_ptr_nonnull(
        strstr(watch_message(ISOLATED),
               "registry isolated? 24 of 24 endpoints began to fail within"));
}
END_TEST

START_TEST(when_they_come_back_nobody_hears_of_the_single_ones)
{
    probe_all(FLEET);
    probe_all(6); /* the network is back after a quarter of the round */
    ck_assert_int_eq(watch_raised(ISOLATED), LLMREG_SEVERITY_OKAY);
    probe_all(0);
    probe_all(0);
    ck_assert_uint_eq(watch_count_raised(), 0);
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

START_TEST(when_they_stay_down_the_single_ones_follow)
{
    fail_all();
    for (int i = 0; i < 4; i++) {
        watch_observe_many("gpu", FLEET, LLMREG_REASON_REFUSED);
        watch_pass(10000);
    }
    ck_assert_int_eq(watch_raised(ISOLATED), LLMREG_SEVERITY_FAILURE);
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_FAILURE);
    ck_assert_uint_ge(watch_count_raised(), FLEET + 1);
}
END_TEST

START_TEST(what_stays_down_alone_is_told_after_the_hold)
{
    fail_all();
    for (int i = 0; i < 100; i++) {
        for (int k = 1; k < FLEET; k++) {
            char name[16];

            snprintf(name, sizeof name, "gpu%d", k);
            room_observe(&watch_room, name, LLMREG_REASON_OK);
        }
        room_observe(&watch_room, "gpu0", LLMREG_REASON_REFUSED);
        watch_pass(1000);
    }
    ck_assert_uint_eq(watch_count_raised(), 1);
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(a_few_that_fail_are_told_singly)
{
    for (int i = 0; i < 2; i++) {
        watch_observe_many("gpu", 10, LLMREG_REASON_REFUSED);
        watch_pass(30000);
    }
    ck_assert_uint_eq(watch_count_raised(), 10);
    ck_assert_int_eq(watch_raised(ISOLATED), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(everything_down_at_the_start_is_told_singly)
{
    watch_add_many("other", 0);
    watch_restart();
    for (int i = 0; i < FLEET; i++) {
        char name[16];

        snprintf(name, sizeof name, "gpu%d", i);
        room_add(&watch_room, name);
    }
    for (int i = 0; i < 2; i++) {
        watch_observe_many("gpu", FLEET, LLMREG_REASON_REFUSED);
        watch_pass(30000);
    }
    ck_assert_int_eq(watch_raised(ISOLATED), LLMREG_SEVERITY_OKAY);
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(without_its_rule_nothing_is_held)
{
    watch_rules[LLMREG_RULE_REGISTRY_ISOLATED].severity = LLMREG_SEVERITY_OKAY;
    fail_all();
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(a_hub_that_was_isolated_is_told_when_it_is_not_any_more)
{
    fail_all();
    watch_tell(ISOLATED);
    watch_observe_many("gpu", FLEET, LLMREG_REASON_OK);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(ISOLATED), LLMREG_SEVERITY_OKAY);
    ck_assert_str_eq(watch_message(ISOLATED),
                     "the registry is not isolated: 24 of 24 endpoints are up");
}
END_TEST

/* What is dead stays so, and is taken out by somebody. */
START_TEST(a_guard_ends_when_the_dead_are_disabled)
{
    char name[16];

    fail_all();
    watch_pass(120000);
    for (int i = 0; i < FLEET; i++) {
        snprintf(name, sizeof name, "gpu%d", i);
        if (i < 16)
            room_admin(&watch_room, name, LLMREG_ADMIN_DISABLED, 0);
        else
            room_observe(&watch_room, name, LLMREG_REASON_OK);
    }
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(ISOLATED), LLMREG_SEVERITY_OKAY);
}
END_TEST

static void restart_isolated(void)
{
    char name[16];

    fail_all();
    watch_tell(ISOLATED);
    watch_restart();
    for (int i = 0; i < FLEET; i++) {
        snprintf(name, sizeof name, "gpu%d", i);
        room_add(&watch_room, name);
    }
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(ISOLATED), LLMREG_SEVERITY_FAILURE);
}

START_TEST(isolated_before_a_restart_is_so_until_most_are_seen_up)
{
    restart_isolated();
    watch_observe_many("gpu", 11, LLMREG_REASON_OK);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(ISOLATED), LLMREG_SEVERITY_FAILURE);
    watch_observe_many("gpu", 12, LLMREG_REASON_OK);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(ISOLATED), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(isolated_before_a_restart_is_not_so_for_ever)
{
    restart_isolated();
    watch_pass(298000);
    ck_assert_int_eq(watch_raised(ISOLATED), LLMREG_SEVERITY_FAILURE);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(ISOLATED), LLMREG_SEVERITY_OKAY);
    ck_assert_ptr_nonnull(strstr(watch_message(ISOLATED), "0 of 24"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alerter");
    TCase *tc = tcase_create("alerter");
    TCase *guard = tcase_create("guard");

    tcase_add_checked_fixture(tc, watch_setup, watch_teardown);
    tcase_add_test(tc, an_event_is_acted_on_at_once);
    tcase_add_test(tc, what_no_event_said_is_found_within_a_second);
    tcase_add_test(tc, lost_events_make_it_look_at_everything);
    tcase_add_test(tc, it_wakes_for_the_first_that_is_due);
    tcase_add_test(tc, a_told_end_is_forgotten);
    tcase_add_test(tc, an_acknowledged_alert_stays_acknowledged);
    tcase_add_test(
        tc, a_rule_that_is_off_after_the_restart_ends_its_alarm_and_says_why);
    tcase_add_test(tc, a_store_that_fails_and_heals_is_told);
    tcase_add_test(tc, that_the_store_failed_is_found_without_its_event);
    tcase_add_test(tc,
                   one_reason_of_the_store_is_a_warning_and_two_are_a_failure);
    tcase_add_test(tc, a_warning_about_the_store_waits_for_the_first_backup);
    tcase_add_loop_test(tc, damage_and_a_full_disk_are_told_at_once, 0, 2);
    tcase_add_test(tc, a_store_that_only_does_not_work_has_the_other_alert);
    tcase_add_test(tc, that_the_store_works_again_is_found_without_its_event);
    tcase_add_test(tc, a_store_that_failed_before_the_restart_works_now);
    tcase_add_checked_fixture(guard, setup_fleet, watch_teardown);
    tcase_add_test(guard, when_all_fail_at_once_one_alert_is_raised);
    tcase_add_test(guard, when_they_come_back_nobody_hears_of_the_single_ones);
    tcase_add_test(guard, when_they_stay_down_the_single_ones_follow);
    tcase_add_test(guard, what_stays_down_alone_is_told_after_the_hold);
    tcase_add_test(guard, a_few_that_fail_are_told_singly);
    tcase_add_test(guard, everything_down_at_the_start_is_told_singly);
    tcase_add_test(guard, without_its_rule_nothing_is_held);
    tcase_add_test(guard,
                   a_hub_that_was_isolated_is_told_when_it_is_not_any_more);
    tcase_add_test(guard, a_guard_ends_when_the_dead_are_disabled);
    tcase_add_test(guard,
                   isolated_before_a_restart_is_so_until_most_are_seen_up);
    tcase_add_test(guard, isolated_before_a_restart_is_not_so_for_ever);
    suite_add_tcase(suite, tc);
    suite_add_tcase(suite, guard);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
