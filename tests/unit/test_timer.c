/* SPDX-License-Identifier: MIT */
/* test_timer.c - maintenance ends, and a step of the clock is told. */
#include "common/service/timer.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/alerts.h>

#include "tests/support/room.h"

static struct room room;
static struct timer *timer;
static struct llmreg_rule_conf rules[LLMREG_RULES];
static struct llmreg_registry_conf limits;

static void make_timer(void)
{
    const struct store_world world = {room.registry, room.bus, &room.clock,
                                      &room.log};

    const struct alerter_conf alerts = {.rules = rules, .limits = &limits};

    limits = llmreg_registry_conf();
    for (int i = 0; i < LLMREG_RULES; i++)
        rules[i] = llmreg_rule_info((enum llmreg_rule_id)i)->preset;
    ck_assert_int_eq(timer_new(&timer, &world, &alerts, UINT64_MAX), LLMREG_OK);
}

static void setup(void)
{
    room_open(&room);
    make_timer();
}

static void teardown(void)
{
    timer_free(timer);
    room_close(&room);
}

static void pass(int64_t ms)
{
    room_pass(&room, ms);
    timer_step(timer, &room.now);
}

static enum llmreg_admin admin_of(const char *name)
{
    struct llmreg_endpoint *e = room_get(&room, name);
    enum llmreg_admin admin = llmreg_endpoint_intent(e).admin;

    llmreg_put(e);
    return admin;
}

static void maintain(const char *name, int64_t for_ms)
{
    room_admin(&room, name, LLMREG_ADMIN_MAINTENANCE,
               room.now.wall_ms + for_ms);
}

START_TEST(a_maintenance_ends_at_its_time)
{
    room_add(&room, "gpu1");
    maintain("gpu1", 60000);
    pass(59000);
    ck_assert_int_eq(admin_of("gpu1"), LLMREG_ADMIN_MAINTENANCE);
    pass(1000);
    ck_assert_int_eq(admin_of("gpu1"), LLMREG_ADMIN_ACTIVE);
}
END_TEST

START_TEST(one_without_an_end_goes_on)
{
    room_add(&room, "gpu1");
    room_admin(&room, "gpu1", LLMREG_ADMIN_MAINTENANCE, 0);
    pass(INT64_C(86400000) * 365);
    ck_assert_int_eq(admin_of("gpu1"), LLMREG_ADMIN_MAINTENANCE);
}
END_TEST

START_TEST(one_that_is_made_longer_ends_later)
{
    room_add(&room, "gpu1");
    maintain("gpu1", 60000);
    pass(1000);
    maintain("gpu1", 120000);
    pass(60000);
    ck_assert_int_eq(admin_of("gpu1"), LLMREG_ADMIN_MAINTENANCE);
    pass(60000);
    ck_assert_int_eq(admin_of("gpu1"), LLMREG_ADMIN_ACTIVE);
}
END_TEST

START_TEST(another_intent_meanwhile_is_not_touched)
{
    room_add(&room, "gpu1");
    maintain("gpu1", 60000);
    pass(1000);
    room_admin(&room, "gpu1", LLMREG_ADMIN_DRAINING, 0);
    pass(60000);
    ck_assert_int_eq(admin_of("gpu1"), LLMREG_ADMIN_DRAINING);
}
END_TEST

START_TEST(each_of_several_ends_at_its_own_time)
{
    room_add(&room, "gpu1");
    room_add(&room, "gpu2");
    maintain("gpu1", 60000);
    maintain("gpu2", 30000);
    pass(30000);
    ck_assert_int_eq(admin_of("gpu1"), LLMREG_ADMIN_MAINTENANCE);
    ck_assert_int_eq(admin_of("gpu2"), LLMREG_ADMIN_ACTIVE);
    pass(30000);
    ck_assert_int_eq(admin_of("gpu1"), LLMREG_ADMIN_ACTIVE);
}
END_TEST

START_TEST(a_removed_endpoint_is_no_trouble)
{
    room_add(&room, "gpu1");
    maintain("gpu1", 60000);
    pass(1000);
    room_remove(&room, "gpu1");
    pass(120000);
    ck_assert_ptr_null(room_get(&room, "gpu1"));
}
END_TEST

START_TEST(what_was_there_before_the_timer_is_known)
{
    timer_free(timer);
    room_add(&room, "gpu1");
    maintain("gpu1", 60000);
    make_timer();
    pass(60000);
    ck_assert_int_eq(admin_of("gpu1"), LLMREG_ADMIN_ACTIVE);
}
END_TEST

START_TEST(after_a_gap_nothing_is_forgotten)
{
    room_add(&room, "gpu1");
    maintain("gpu1", 60000);
    room_add(&room, "other");
    for (int i = 0; i < 2000; i++) /* more than the ring holds */
        room_admin(&room, "other",
                   i % 2 == 0 ? LLMREG_ADMIN_DRAINING : LLMREG_ADMIN_ACTIVE, 0);
    pass(60000);
    ck_assert_int_eq(admin_of("gpu1"), LLMREG_ADMIN_ACTIVE);
}
END_TEST

START_TEST(a_clock_that_is_set_forward_ends_it_at_once)
{
    room_add(&room, "gpu1");
    maintain("gpu1", 3600000);
    pass(1000);
    room.now.wall_ms += 3600000;
    pass(1000);
    ck_assert_int_eq(admin_of("gpu1"), LLMREG_ADMIN_ACTIVE);
}
END_TEST

START_TEST(a_request_that_ends_too_often_is_said)
{
    room_add(&room, "gpu1");
    struct llmreg_endpoint *e = room_get(&room, "gpu1");

    ck_assert(!llmreg_request_end(e, 1));
    pass(1000);
    ck_assert(room_logged(&room, "1 requests ended that never began"));
    llmreg_put(e);
}
END_TEST

START_TEST(a_step_of_the_clock_is_one_event_and_one_line)
{
    struct llmreg_subscription *sub = NULL;
    const struct llmreg_event *event = NULL;

    ck_assert_int_eq(llmreg_subscribe(room.bus, UINT64_MAX, &sub), LLMREG_OK);
    pass(1000);
    room.now.wall_ms -= 3600000;
    pass(1000);
    pass(1000);
    ck_assert_int_eq(llmreg_subscription_next(sub, &event), LLMREG_OK);
    ck_assert_int_eq(event->type, LLMREG_EVENT_CLOCK);
    ck_assert_str_eq(event->subject, "clock");
    ck_assert_str_eq(event->after, "-3600.0 s");
    ck_assert_str_eq(event->reason, "the wall clock was set back by 3600.0 s");
    llmreg_event_put(event);
    ck_assert_int_eq(llmreg_subscription_next(sub, &event), LLMREG_ENOENT);
    ck_assert(room_logged(&room, "the wall clock was set back"));
    llmreg_unsubscribe(sub);
}
END_TEST

START_TEST(its_step_raises_an_alert_and_says_when_it_looks_next)
{
    room_add(&room, "gpu1");
    room_observe(&room, "gpu1", LLMREG_REASON_BUSY);
    ck_assert_int_le(timer_step(timer, &room.now),
                     room.now.mono_ns + LLMREG_NS_PER_S);
    const struct llmreg_alert *a =
        llmreg_alert_get(room.registry, "endpoint_unhealthy/gpu1:11434");
    ck_assert_ptr_nonnull(a);
    llmreg_alert_put(a);
}
END_TEST

START_TEST(its_thread_starts_and_ends)
{
    ck_assert_int_eq(timer_start(timer), LLMREG_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("timer");
    TCase *tc = tcase_create("timer");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_maintenance_ends_at_its_time);
    tcase_add_test(tc, one_without_an_end_goes_on);
    tcase_add_test(tc, one_that_is_made_longer_ends_later);
    tcase_add_test(tc, another_intent_meanwhile_is_not_touched);
    tcase_add_test(tc, each_of_several_ends_at_its_own_time);
    tcase_add_test(tc, a_removed_endpoint_is_no_trouble);
    tcase_add_test(tc, what_was_there_before_the_timer_is_known);
    tcase_add_test(tc, after_a_gap_nothing_is_forgotten);
    tcase_add_test(tc, a_clock_that_is_set_forward_ends_it_at_once);
    tcase_add_test(tc, a_request_that_ends_too_often_is_said);
    tcase_add_test(tc, a_step_of_the_clock_is_one_event_and_one_line);
    tcase_add_test(tc, its_step_raises_an_alert_and_says_when_it_looks_next);
    tcase_add_test(tc, its_thread_starts_and_ends);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
