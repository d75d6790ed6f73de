/* SPDX-License-Identifier: MIT */
/* test_notifier.c - what is told, what is not, and that nothing stays red. */
#include "common/service/notifier.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/watch.h"

#define DOWN "endpoint_unhealthy/gpu1:11434"

static struct llmreg_program host;
static struct notifier *notifier;
static char story[8192]; /* "FAILURE gpu1: message" a line */
static int told;
static void (*meanwhile)(void); /* happens while the handlers work */

static void keep(void *ctx, const struct llmreg_notification *n)
{
    static const char *const words[] = {"OKAY", "WARNING", "FAILURE"};
    size_t used = strlen(story);

    (void)ctx;
    told++;
    snprintf(story + used, sizeof story - used, "%s %s: %s\n",
             words[n->severity], n->host != NULL ? n->host : "hub", n->message);
    if (meanwhile == NULL)
        return;
    void (*happen)(void) = meanwhile;
    meanwhile = NULL;
    happen();
}

static void make_notifier(void)
{
    const struct store_world world = {watch_room.registry, watch_room.bus,
                                      &watch_room.clock, &watch_room.log};

    ck_assert_int_eq(notifier_new(&notifier, &world, &host), LLMREG_OK);
}

static void setup(void)
{
    watch_setup();
    watch_rules[LLMREG_RULE_MODEL_LOST].severity = LLMREG_SEVERITY_OKAY;
    watch_rules[LLMREG_RULE_MODEL_ON_CPU].severity = LLMREG_SEVERITY_OKAY;
    host = (struct llmreg_program){.log = watch_room.log, .notify = keep};
    story[0] = '\0';
    told = 0;
    meanwhile = NULL;
    make_notifier();
    notifier_step(notifier);
    room_add(&watch_room, "gpu1");
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
}

static void teardown(void)
{
    notifier_free(notifier);
    watch_teardown();
}

static void step(void)
{
    story[0] = '\0';
    told = 0;
    watch_look();
    notifier_step(notifier);
}

static bool says(const char *text)
{
    return strstr(story, text) != NULL;
}

/* The process is killed and started again; the store has it all. */
static void restart(void)
{
    notifier_free(notifier);
    watch_restart();
    make_notifier();
    room_add(&watch_room, "gpu1");
    watch_pass(1000);
}

static enum llmreg_severity told_of(const char *id)
{
    const struct llmreg_alert *a = watch_alert(id);
    enum llmreg_severity severity = a->told;

    llmreg_alert_put(a);
    return severity;
}

static void acknowledge(void)
{
    static const struct llmreg_acknowledgement said = {"me", "known"};
    struct llmreg_error err;

    ck_assert_int_eq(llmreg_alert_acknowledge(watch_room.registry, DOWN, &said,
                                              &watch_room.now, &err),
                     LLMREG_OK);
}

START_TEST(the_first_verdict_healthy_is_not_told)
{
    step();
    ck_assert_int_eq(told, 0);
}
END_TEST

START_TEST(down_is_told_once_with_its_reason_and_models)
{
    room_models(&watch_room, "gpu1", "a:latest");
    watch_down("gpu1");
    room_observe(&watch_room, "gpu1", LLMREG_REASON_REFUSED);
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("FAILURE gpu1: gpu1 (gpu1:11434) is unreachable since "));
    ck_assert(says(": refused: Connection refused. No other healthy endpoint "
                   "has: a:latest"));
    ck_assert_int_eq(told_of(DOWN), LLMREG_SEVERITY_FAILURE);
    step();
    ck_assert_int_eq(told, 0);
}
END_TEST

START_TEST(from_unreachable_to_unhealthy_is_no_second_alarm)
{
    watch_down("gpu1");
    step();
    ck_assert_int_eq(told, 1);
    room_observe(&watch_room, "gpu1", LLMREG_REASON_HTTP_STATUS);
    step();
    ck_assert_int_eq(told, 0);
}
END_TEST

START_TEST(up_again_is_told_with_how_long_it_was_down)
{
    watch_down("gpu1");
    step();
    room_pass(&watch_room, 60000);
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("OKAY gpu1: gpu1 (gpu1:11434) is healthy again, it was "
                   "unreachable for 1 min 30 s"));
}
END_TEST

START_TEST(degraded_is_a_warning_and_down_after_it_a_failure)
{
    room_observe(&watch_room, "gpu1", LLMREG_REASON_BUSY);
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("WARNING gpu1: gpu1 (gpu1:11434) is degraded since"));
    watch_down("gpu1");
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("FAILURE gpu1"));
}
END_TEST

START_TEST(removing_an_endpoint_closes_its_alarm)
{
    watch_down("gpu1");
    step();
    room_remove(&watch_room, "gpu1");
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("OKAY gpu1: gpu1 (gpu1:11434) was removed"));
    step();
    ck_assert_int_eq(told, 0);
}
END_TEST

START_TEST(removing_a_healthy_endpoint_is_not_told)
{
    step();
    room_remove(&watch_room, "gpu1");
    step();
    ck_assert_int_eq(told, 0);
}
END_TEST

/* An alarm and its end while people were busy with others: there is nothing
 * to know any more. */
START_TEST(what_is_over_when_its_turn_comes_is_not_told)
{
    watch_down("gpu1");
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
    step();
    ck_assert_int_eq(told, 0);
}
END_TEST

static void recover(void)
{
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
    watch_look();
}

/* Handlers take long enough for the alerter to forget what is over. */
static void recover_and_pass(void)
{
    recover();
    watch_pass(1000);
    watch_pass(1000);
}

static void fall_again(void)
{
    watch_down("gpu1");
    watch_pass(1000);
}

START_TEST(what_ends_while_it_is_told_is_told_next)
{
    watch_down("gpu1");
    meanwhile = recover;
    step();
    ck_assert_int_eq(told, 2);
    ck_assert(says("FAILURE gpu1"));
    ck_assert(says("OKAY gpu1"));
    ck_assert_int_eq(told_of(DOWN), LLMREG_SEVERITY_OKAY);
}
END_TEST

/* An outage shorter than a mail left the alarm standing. */
START_TEST(what_ended_long_ago_when_it_was_told_is_told_next)
{
    watch_down("gpu1");
    meanwhile = recover_and_pass;
    step();
    ck_assert_int_eq(told, 2);
    ck_assert(says("FAILURE gpu1"));
    ck_assert(says("OKAY gpu1: gpu1 (gpu1:11434) is healthy again"));
    watch_pass(1000);
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

START_TEST(what_falls_again_while_its_end_is_told_is_told_next)
{
    watch_down("gpu1");
    step();
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
    meanwhile = fall_again;
    step();
    ck_assert_int_eq(told, 2);
    ck_assert(says("OKAY gpu1"));
    ck_assert(says("FAILURE gpu1"));
    ck_assert_int_eq(told_of(DOWN), LLMREG_SEVERITY_FAILURE);
}
END_TEST

static const struct llmreg_alert *row; /* as the store has it at the kill */

static void recover_and_be_killed(void)
{
    recover_and_pass();
    row = watch_alert(DOWN);
}

/* Killed while a handler worked, after the end was decided. */
START_TEST(the_end_of_what_may_have_been_told_is_in_the_store)
{
    watch_down("gpu1");
    meanwhile = recover_and_be_killed;
    step();
    ck_assert_int_eq(row->s.severity, LLMREG_SEVERITY_OKAY);
    ck_assert_int_eq(row->told, LLMREG_SEVERITY_FAILURE);
    llmreg_alert_put(row);
}
END_TEST

/* ---- acknowledged, B12 ---- */

START_TEST(an_acknowledged_alert_is_not_told_again_and_its_end_is)
{
    watch_down("gpu1");
    step();
    acknowledge();
    restart();
    watch_down("gpu1");
    step();
    ck_assert_int_eq(told, 0);
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("OKAY gpu1"));
}
END_TEST

START_TEST(an_alert_that_was_acknowledged_before_it_was_told_is_never_told)
{
    watch_down("gpu1");
    acknowledge();
    step();
    ck_assert_int_eq(told, 0);
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
    step();
    ck_assert_int_eq(told, 0);
}
END_TEST

START_TEST(an_acknowledged_alert_that_gets_worse_is_told)
{
    room_observe(&watch_room, "gpu1", LLMREG_REASON_BUSY);
    step();
    acknowledge();
    watch_down("gpu1");
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("FAILURE gpu1"));
}
END_TEST

/* ---- over a restart ---- */

START_TEST(an_alarm_of_before_the_restart_is_not_told_before_a_verdict)
{
    watch_down("gpu1");
    step();
    restart();
    step();
    ck_assert_int_eq(told, 0);
}
END_TEST

START_TEST(an_alarm_that_is_confirmed_after_the_restart_is_told_again)
{
    watch_down("gpu1");
    step();
    restart();
    watch_down("gpu1");
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("is unreachable since 2026-11-"));
}
END_TEST

START_TEST(an_alarm_that_is_not_confirmed_after_the_restart_is_closed)
{
    watch_down("gpu1");
    step();
    restart();
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("OKAY gpu1: gpu1 (gpu1:11434) is healthy again"));
}
END_TEST

/* Killed while a handler blocked, before it was told. */
START_TEST(an_alarm_that_was_not_told_is_told_when_it_is_confirmed)
{
    watch_down("gpu1");
    watch_look();
    restart();
    step();
    ck_assert_int_eq(told, 0);
    watch_down("gpu1");
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("FAILURE gpu1"));
}
END_TEST

/* It may have been told just before the kill, and not written yet. */
START_TEST(the_end_of_an_alarm_of_before_the_restart_is_always_told)
{
    watch_down("gpu1");
    watch_look();
    restart();
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("OKAY gpu1"));
}
END_TEST

START_TEST(an_end_that_was_not_told_is_told_by_the_next_run)
{
    watch_down("gpu1");
    step();
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
    watch_look();
    notifier_free(notifier); /* before its step */
    watch_restart();
    make_notifier();
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("OKAY gpu1: gpu1 (gpu1:11434) is healthy again"));
}
END_TEST

START_TEST(what_was_raised_before_the_notifier_began_is_told)
{
    notifier_free(notifier);
    watch_down("gpu1");
    make_notifier();
    step();
    ck_assert_int_eq(told, 1);
}
END_TEST

/* ---- gaps ---- */

/* More events than the ring holds, about something else. */
static void make_gap(void)
{
    room_add(&watch_room, "noise");
    for (int i = 0; i < 2000; i++)
        room_admin(&watch_room, "noise",
                   i % 2 == 0 ? LLMREG_ADMIN_DRAINING : LLMREG_ADMIN_ACTIVE, 0);
    room_remove(&watch_room, "noise");
}

START_TEST(an_alarm_that_fell_out_of_the_ring_is_told)
{
    step();
    watch_down("gpu1");
    make_gap();
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("FAILURE gpu1: gpu1 (gpu1:11434) is unreachable"));
}
END_TEST

START_TEST(an_end_that_fell_out_of_the_ring_is_told)
{
    watch_down("gpu1");
    step();
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
    watch_look();
    make_gap();
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("OKAY gpu1: gpu1 (gpu1:11434) is healthy again"));
}
END_TEST

START_TEST(after_a_gap_the_events_that_are_left_are_not_told_twice)
{
    step();
    make_gap();
    watch_down("gpu1"); /* still in the ring */
    step();
    ck_assert_int_eq(told, 1);
}
END_TEST

START_TEST(an_alarm_whose_confirmation_fell_out_of_the_ring_is_told_again)
{
    watch_down("gpu1");
    step();
    restart();
    step();
    watch_down("gpu1");
    watch_look();
    make_gap();
    step();
    ck_assert_int_eq(told, 1);
    ck_assert(says("FAILURE gpu1"));
}
END_TEST

/* ---- its thread ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;
static int entered, allowed;

/* A handler that blocks until it is let go. */
static void block(void *ctx, const struct llmreg_notification *n)
{
    (void)ctx;
    (void)n;
    pthread_mutex_lock(&lock);
    entered++;
    pthread_cond_broadcast(&moved);
    while (allowed < entered)
        pthread_cond_wait(&moved, &lock);
    pthread_mutex_unlock(&lock);
}

static void wait_entered(int n)
{
    pthread_mutex_lock(&lock);
    while (entered < n)
        pthread_cond_wait(&moved, &lock);
    pthread_mutex_unlock(&lock);
}

static void allow(int n)
{
    pthread_mutex_lock(&lock);
    allowed = n;
    pthread_cond_broadcast(&moved);
    pthread_mutex_unlock(&lock);
}

START_TEST(a_handler_that_blocks_holds_up_nobody_and_loses_nothing)
{
    notifier_free(notifier);
    host.notify = block;
    make_notifier();
    ck_assert_int_eq(notifier_start(notifier), LLMREG_OK);
    watch_down("gpu1");
    wait_entered(1);
    ck_assert_int_eq(told_of(DOWN), LLMREG_SEVERITY_OKAY); /* not yet */
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
    watch_look();
    ck_assert_int_eq(watch_raised(DOWN), LLMREG_SEVERITY_OKAY);
    allow(1);
    wait_entered(2); /* its end */
    allow(2);
}
END_TEST

static char waited[512]; /* what the log says of it */

/* Whoever reads that the stop waits for him, lets it go on. */
static void listen(void *ctx, enum llmreg_level level, const char *line)
{
    (void)ctx;
    (void)level;
    if (strstr(line, "the stop waits") == NULL)
        return;
    snprintf(waited, sizeof waited, "%s", line);
    allow(1);
}

START_TEST(a_stop_that_waits_for_a_handler_says_so_and_for_what)
{
    notifier_free(notifier);
    host.notify = block;
    watch_room.log = (struct llmreg_log){.write = listen};
    make_notifier();
    ck_assert_int_eq(notifier_start(notifier), LLMREG_OK);
    watch_down("gpu1");
    wait_entered(1);
    notifier_stop(notifier, 1);
    ck_assert_ptr_nonnull(strstr(waited, DOWN));
    ck_assert_int_eq(told_of(DOWN), LLMREG_SEVERITY_FAILURE); /* it was */
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
    tcase_add_test(tc, degraded_is_a_warning_and_down_after_it_a_failure);
    tcase_add_test(tc, removing_an_endpoint_closes_its_alarm);
    tcase_add_test(tc, removing_a_healthy_endpoint_is_not_told);
    tcase_add_test(tc, what_is_over_when_its_turn_comes_is_not_told);
    tcase_add_test(tc, what_ends_while_it_is_told_is_told_next);
    tcase_add_test(tc, what_ended_long_ago_when_it_was_told_is_told_next);
    tcase_add_test(tc, what_falls_again_while_its_end_is_told_is_told_next);
    tcase_add_test(tc, the_end_of_what_may_have_been_told_is_in_the_store);
    tcase_add_test(
        tc, an_alarm_whose_confirmation_fell_out_of_the_ring_is_told_again);
    tcase_add_test(tc, an_acknowledged_alert_is_not_told_again_and_its_end_is);
    tcase_add_test(
        tc, an_alert_that_was_acknowledged_before_it_was_told_is_never_told);
    tcase_add_test(tc, an_acknowledged_alert_that_gets_worse_is_told);
    tcase_add_test(tc,
                   an_alarm_of_before_the_restart_is_not_told_before_a_verdict);
    tcase_add_test(tc,
                   an_alarm_that_is_confirmed_after_the_restart_is_told_again);
    tcase_add_test(tc,
                   an_alarm_that_is_not_confirmed_after_the_restart_is_closed);
    tcase_add_test(tc, an_alarm_that_was_not_told_is_told_when_it_is_confirmed);
    tcase_add_test(tc,
                   the_end_of_an_alarm_of_before_the_restart_is_always_told);
    tcase_add_test(tc, an_end_that_was_not_told_is_told_by_the_next_run);
    tcase_add_test(tc, what_was_raised_before_the_notifier_began_is_told);
    tcase_add_test(tc, an_alarm_that_fell_out_of_the_ring_is_told);
    tcase_add_test(tc, an_end_that_fell_out_of_the_ring_is_told);
    tcase_add_test(tc, after_a_gap_the_events_that_are_left_are_not_told_twice);
    tcase_add_test(tc, a_handler_that_blocks_holds_up_nobody_and_loses_nothing);
    tcase_add_test(tc, a_stop_that_waits_for_a_handler_says_so_and_for_what);
    tcase_add_test(tc, its_thread_starts_and_ends);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
