/* SPDX-License-Identifier: MIT */
/* test_notifier.c - what is told, what is not, and that nothing stays red. */
#include "common/service/notifier.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/room.h"

static struct room room;
static struct llmreg_program host;
static struct notifier *notifier;
static char story[8192]; /* "FAILURE gpu1: message" a line */
static int told;

static void keep(void *ctx, const struct llmreg_notification *n)
{
    static const char *const words[] = {"OKAY", "WARNING", "FAILURE"};
    size_t used = strlen(story);

    (void)ctx;
    told++;
    snprintf(story + used, sizeof story - used, "%s %s: %s\n",
             words[n->severity], n->host != NULL ? n->host : "hub", n->message);
}

static void make_notifier(uint64_t after)
{
    const struct store_world world = {room.registry, room.bus, &room.clock,
                                      &room.log};

    ck_assert_int_eq(notifier_new(&notifier, &world, &host, after), LLMREG_OK);
}

static void setup(void)
{
    room_open(&room);
    host = (struct llmreg_program){.log = room.log, .notify = keep};
    story[0] = '\0';
    told = 0;
    make_notifier(UINT64_MAX);
}

static void teardown(void)
{
    notifier_free(notifier);
    room_close(&room);
}

static void step(void)
{
    story[0] = '\0';
    told = 0;
    notifier_step(notifier);
}

static bool says(const char *text)
{
    return strstr(story, text) != NULL;
}

static void go_down(const char *name)
{
    room_observe(&room, name, LLMREG_REASON_REFUSED);
    room_pass(&room, 1000);
    room_observe(&room, name, LLMREG_REASON_REFUSED);
}

START_TEST(the_first_verdict_healthy_is_not_told)
{
    room_add(&room, "gpu1");
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    step();
    ck_assert_int_eq(told, 0);
}
END_TEST

START_TEST(down_is_told_once_with_its_reason_and_models)
{
    room_add(&room, "gpu1");
    room_models(&room, "gpu1", "a:latest");
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    go_down("gpu1");
    room_observe(&room, "gpu1", LLMREG_REASON_REFUSED);
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("FAILURE gpu1: gpu1 (gpu1:11434) is unreachable since "));
    ck_assert(says(": refused: Connection refused. No other healthy endpoint "
                   "has: a:latest"));
}
END_TEST

START_TEST(from_unreachable_to_unhealthy_is_no_second_alarm)
{
    room_add(&room, "gpu1");
    go_down("gpu1");
    step();
    ck_assert_int_eq(told, 1);
    room_observe(&room, "gpu1", LLMREG_REASON_HTTP_STATUS);
    step();
    ck_assert_int_eq(told, 0);
}
END_TEST

START_TEST(up_again_is_told_with_how_long_it_was_down)
{
    room_add(&room, "gpu1");
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    go_down("gpu1");
    room_pass(&room, 59000);
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    step();
    ck_assert_int_eq(told, 2);
    ck_assert(says("OKAY gpu1: gpu1 (gpu1:11434) is healthy again, it was "
                   "unreachable for 1 min"));
}
END_TEST

START_TEST(degraded_is_a_warning)
{
    room_add(&room, "gpu1");
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    room_observe(&room, "gpu1", LLMREG_REASON_BUSY);
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("WARNING gpu1: gpu1 (gpu1:11434) is degraded since"));
}
END_TEST

START_TEST(in_maintenance_down_is_not_told_and_after_it_is)
{
    room_add(&room, "gpu1");
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    room_admin(&room, "gpu1", LLMREG_ADMIN_MAINTENANCE, 0);
    go_down("gpu1");
    step();
    ck_assert_int_eq(told, 0);
    room_admin(&room, "gpu1", LLMREG_ADMIN_ACTIVE, 0);
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("FAILURE gpu1: gpu1 (gpu1:11434) is unreachable since "));
    ck_assert(says(": refused: Connection refused."));
}
END_TEST

START_TEST(removing_an_endpoint_closes_its_alarm)
{
    room_add(&room, "gpu1");
    go_down("gpu1");
    step();
    room_remove(&room, "gpu1");
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("OKAY gpu1: gpu1 (gpu1:11434) was removed"));
    step();
    ck_assert_int_eq(told, 0);
}
END_TEST

START_TEST(removing_a_healthy_endpoint_is_not_told)
{
    room_add(&room, "gpu1");
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    step();
    room_remove(&room, "gpu1");
    step();
    ck_assert_int_eq(told, 0);
}
END_TEST

/* The same endpoint in the registry of a new process. */
static void remember_down(void)
{
    static const struct llmreg_spec spec = {
        .id = "gpu1:11434",
        .url = "http://gpu1:11434",
        .name = "gpu1",
        .host = "gpu1",
        .series = "11434",
        .origin = "config",
        .interval_ms = 30000,
    };
    const struct llmreg_memory memory = {
        .spec = spec,
        .health = {.state = LLMREG_HEALTH_UNREACHABLE,
                   .alarm = LLMREG_ALARM_FAILURE,
                   .reason = LLMREG_REASON_REFUSED,
                   .since_ms = INT64_C(1794000000000)},
        .registered_ms = 1,
    };
    struct llmreg_error err;

    notifier_free(notifier);
    ck_assert_int_eq(llmreg_restore(room.registry, &memory, &err), LLMREG_OK);
    make_notifier(UINT64_MAX);
}

START_TEST(an_alarm_of_before_the_restart_is_not_told_before_a_verdict)
{
    remember_down();
    step();
    ck_assert_int_eq(told, 0);
}
END_TEST

START_TEST(an_alarm_that_is_confirmed_after_the_restart_is_told_again)
{
    remember_down();
    go_down("gpu1");
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("is unreachable since 2026-11-06T"));
}
END_TEST

START_TEST(an_alarm_that_is_not_confirmed_after_the_restart_is_closed)
{
    remember_down();
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("OKAY gpu1: gpu1 (gpu1:11434) is healthy again"));
}
END_TEST

START_TEST(removing_what_was_red_before_the_restart_closes_it)
{
    remember_down();
    step();
    room_remove(&room, "gpu1");
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("was removed"));
}
END_TEST

/* More events than the ring holds, about something else. */
static void make_gap(void)
{
    room_add(&room, "noise");
    for (int i = 0; i < 2000; i++)
        room_admin(&room, "noise",
                   i % 2 == 0 ? LLMREG_ADMIN_DRAINING : LLMREG_ADMIN_ACTIVE, 0);
    room_remove(&room, "noise");
}

START_TEST(an_alarm_that_fell_out_of_the_ring_is_told)
{
    room_add(&room, "gpu1");
    step();
    go_down("gpu1");
    make_gap();
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("FAILURE gpu1: gpu1 (gpu1:11434) is unreachable"));
}
END_TEST

START_TEST(an_end_that_fell_out_of_the_ring_is_told)
{
    room_add(&room, "gpu1");
    go_down("gpu1");
    step();
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    make_gap();
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("OKAY gpu1: gpu1 (gpu1:11434) is healthy again"));
}
END_TEST

START_TEST(a_removal_that_fell_out_of_the_ring_is_told)
{
    room_add(&room, "gpu1");
    go_down("gpu1");
    step();
    room_remove(&room, "gpu1");
    room_add(&room, "gpu1");
    make_gap();
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("OKAY gpu1: gpu1 (gpu1:11434) was removed"));
}
END_TEST

START_TEST(down_again_after_a_removal_in_the_gap_is_told)
{
    room_add(&room, "gpu1");
    go_down("gpu1");
    step();
    room_remove(&room, "gpu1");
    room_add(&room, "gpu1");
    go_down("gpu1");
    make_gap();
    step();
    ck_assert_int_eq(told, 2);
    ck_assert(says("OKAY gpu1: gpu1 (gpu1:11434) was removed"));
    ck_assert(says("FAILURE gpu1: gpu1 (gpu1:11434) is unreachable"));
}
END_TEST

START_TEST(an_end_that_was_not_told_stays_open_for_the_next_start)
{
    room_add(&room, "gpu1");
    go_down("gpu1");
    step();
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    notifier_free(notifier); /* before its step */
    ck_assert_int_eq(room_health(&room, "gpu1").alarm, LLMREG_ALARM_REMEMBERED);
    make_notifier(UINT64_MAX);
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("OKAY gpu1: gpu1 (gpu1:11434) is healthy again"));
}
END_TEST

START_TEST(an_alarm_that_is_recalled_late_is_closed_by_a_removal)
{
    const struct llmreg_health stored = {.alarm = LLMREG_ALARM_FAILURE};

    room_add(&room, "gpu1");
    ck_assert_int_eq(
        llmreg_recall(room.registry, "gpu1:11434", &stored, &room.now),
        LLMREG_OK);
    step();
    ck_assert_int_eq(told, 0);
    room_remove(&room, "gpu1");
    room_add(&room, "gpu1");
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("OKAY gpu1: gpu1 (gpu1:11434) was removed"));
}
END_TEST

START_TEST(after_a_gap_the_events_that_are_left_are_not_told_twice)
{
    room_add(&room, "gpu1");
    step();
    make_gap();
    go_down("gpu1"); /* still in the ring */
    step();
    ck_assert_int_eq(told, 1);
}
END_TEST

static void publish_store(const char *before, const char *after)
{
    const struct llmreg_event event = {
        .type = LLMREG_EVENT_STORE,
        .subject = "store",
        .before = before,
        .after = after,
        .reason = "cannot write /x: disk full",
    };

    ck_assert_int_eq(llmreg_bus_publish(room.bus, &event, NULL), LLMREG_OK);
}

START_TEST(a_store_that_fails_and_heals_is_told)
{
    publish_store("ok", "failed");
    step();
    ck_assert(says("FAILURE hub: the store failed"));
    publish_store("failed", "ok");
    step();
    ck_assert(says("OKAY hub: the store works again"));
}
END_TEST

START_TEST(a_store_that_failed_before_the_notifier_is_told)
{
    notifier_free(notifier);
    llmreg_bus_raise(room.bus, 1000000); /* as the store does */
    publish_store("ok", "failed");
    make_notifier(0);
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("FAILURE hub: the store failed"));
}
END_TEST

START_TEST(its_thread_starts_and_ends)
{
    ck_assert_int_eq(notifier_start(notifier), LLMREG_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("notifier");
    TCase *tc = tcase_create("notifier");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_first_verdict_healthy_is_not_told);
    tcase_add_test(tc, down_is_told_once_with_its_reason_and_models);
    tcase_add_test(tc, from_unreachable_to_unhealthy_is_no_second_alarm);
    tcase_add_test(tc, up_again_is_told_with_how_long_it_was_down);
    tcase_add_test(tc, degraded_is_a_warning);
    tcase_add_test(tc, in_maintenance_down_is_not_told_and_after_it_is);
    tcase_add_test(tc, removing_an_endpoint_closes_its_alarm);
    tcase_add_test(tc, removing_a_healthy_endpoint_is_not_told);
    tcase_add_test(tc,
                   an_alarm_of_before_the_restart_is_not_told_before_a_verdict);
    tcase_add_test(tc,
                   an_alarm_that_is_confirmed_after_the_restart_is_told_again);
    tcase_add_test(tc,
                   an_alarm_that_is_not_confirmed_after_the_restart_is_closed);
    tcase_add_test(tc, removing_what_was_red_before_the_restart_closes_it);
    tcase_add_test(tc, an_alarm_that_fell_out_of_the_ring_is_told);
    tcase_add_test(tc, an_end_that_fell_out_of_the_ring_is_told);
    tcase_add_test(tc, a_removal_that_fell_out_of_the_ring_is_told);
    tcase_add_test(tc, down_again_after_a_removal_in_the_gap_is_told);
    tcase_add_test(tc, an_end_that_was_not_told_stays_open_for_the_next_start);
    tcase_add_test(tc, an_alarm_that_is_recalled_late_is_closed_by_a_removal);
    tcase_add_test(tc, after_a_gap_the_events_that_are_left_are_not_told_twice);
    tcase_add_test(tc, a_store_that_fails_and_heals_is_told);
    tcase_add_test(tc, a_store_that_failed_before_the_notifier_is_told);
    tcase_add_test(tc, its_thread_starts_and_ends);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
