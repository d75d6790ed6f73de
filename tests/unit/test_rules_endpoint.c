/* SPDX-License-Identifier: MIT */
/* test_rules_endpoint.c - when an endpoint is worth an alert, and when not. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/watch.h"

#define DOWN   "endpoint_unhealthy/gpu1:11434"
#define ON_CPU "model_on_cpu/gpu1:11434"

static void see(enum llmreg_reason reason)
{
    room_observe(&watch_room, "gpu1", reason);
    watch_look();
}

static void setup(void)
{
    watch_setup();
    room_add(&watch_room, "gpu1");
}

static enum llmreg_severity raised(void)
{
    return watch_raised(DOWN);
}

/* ---- endpoint_unhealthy ---- */

START_TEST(the_first_verdict_healthy_is_no_alert)
{
    see(LLMREG_REASON_OK);
    watch_pass(1000);
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

/* A14: what was just restarted is not down. */
START_TEST(unknown_is_no_alert)
{
    see(LLMREG_REASON_REFUSED); /* one of two */
    watch_pass(1000);
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

START_TEST(down_is_a_failure_with_its_reason_and_models)
{
    const struct llmreg_alert *a;

    room_models(&watch_room, "gpu1", "a:latest");
    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_FAILURE);
    a = watch_alert(DOWN);
    ck_assert_str_eq(a->name, "gpu1");
    ck_assert_str_eq(a->host, "gpu1");
    ck_assert_str_eq(a->series, "11434");
    ck_assert_str_eq(a->url, "http://gpu1:11434");
    ck_assert_str_eq(a->state, "unreachable");
    ck_assert_str_eq(a->previous, "healthy");
    ck_assert_str_eq(a->reason, "refused: Connection refused");
    ck_assert_int_eq(a->since_ms, watch_room.now.wall_ms - 30000);
    ck_assert_ptr_nonnull(
        strstr(a->message, "gpu1 (gpu1:11434) is unreachable since "));
    ck_assert_ptr_nonnull(strstr(a->message, ": refused: Connection refused. "
                                             "No other healthy endpoint has: "
                                             "a:latest"));
    llmreg_alert_put(a);
}
END_TEST

START_TEST(from_unreachable_to_unhealthy_is_the_same_alert)
{
    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    const struct llmreg_alert *before = watch_alert(DOWN);
    see(LLMREG_REASON_HTTP_STATUS);
    const struct llmreg_alert *after = watch_alert(DOWN);
    ck_assert_uint_eq(before->seq, after->seq);
    ck_assert_str_eq(after->state, "unhealthy");
    ck_assert_str_eq(after->message, before->message);
    llmreg_alert_put(before);
    llmreg_alert_put(after);
}
END_TEST

START_TEST(up_again_says_how_long_it_was_down)
{
    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    watch_pass(60000);
    see(LLMREG_REASON_OK);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_OKAY);
    const struct llmreg_alert *a = watch_alert(DOWN);
    ck_assert_str_eq(a->message, "gpu1 (gpu1:11434) is healthy again, it was "
                                 "unreachable for 1 min 30 s");
    ck_assert_str_eq(a->previous, "unreachable");
    ck_assert_str_eq(a->state, "healthy");
    llmreg_alert_put(a);
}
END_TEST

START_TEST(degraded_is_a_warning)
{
    see(LLMREG_REASON_OK);
    see(LLMREG_REASON_BUSY);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_WARNING);
    ck_assert_ptr_nonnull(
        strstr(watch_message(DOWN), "gpu1 (gpu1:11434) is degraded since"));
}
END_TEST

START_TEST(from_down_to_degraded_is_a_warning_and_not_an_end)
{
    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    see(LLMREG_REASON_AUTH);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_WARNING);
    const struct llmreg_alert *a = watch_alert(DOWN);
    ck_assert_str_eq(a->previous, "unreachable");
    llmreg_alert_put(a);
}
END_TEST

START_TEST(one_success_of_two_does_not_end_it)
{
    static const struct llmreg_health_rule two = {2, 2};
    const struct llmreg_observation ok = {.reason = LLMREG_REASON_OK};
    struct llmreg_endpoint *e = room_get(&watch_room, "gpu1");

    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    ck_assert_int_eq(
        llmreg_observe(watch_room.registry, e, &ok, &two, &watch_room.now),
        LLMREG_OK);
    watch_pass(1000);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_FAILURE);
    llmreg_put(e);
}
END_TEST

START_TEST(in_maintenance_down_is_not_raised_and_after_it_is)
{
    see(LLMREG_REASON_OK);
    room_admin(&watch_room, "gpu1", LLMREG_ADMIN_MAINTENANCE, 0);
    watch_down("gpu1");
    watch_pass(1000);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_OKAY);
    room_admin(&watch_room, "gpu1", LLMREG_ADMIN_ACTIVE, 0);
    watch_look();
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(in_maintenance_good_news_are_told)
{
    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    room_admin(&watch_room, "gpu1", LLMREG_ADMIN_MAINTENANCE, 0);
    see(LLMREG_REASON_OK);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_OKAY);
}
END_TEST

/* E5: what the operator wants does not change what was seen, nor the alert. */
START_TEST(disabled_stays_as_it_is)
{
    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    room_admin(&watch_room, "gpu1", LLMREG_ADMIN_DISABLED, 0);
    see(LLMREG_REASON_OK);
    watch_pass(60000);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(enabling_raises_nothing_before_the_next_probe)
{
    see(LLMREG_REASON_OK);
    room_admin(&watch_room, "gpu1", LLMREG_ADMIN_DISABLED, 0);
    watch_down("gpu1");
    room_admin(&watch_room, "gpu1", LLMREG_ADMIN_ACTIVE, 0);
    watch_pass(1000);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_OKAY);
    room_observe(&watch_room, "gpu1", LLMREG_REASON_REFUSED);
    watch_pass(1000); /* the state stays: no event says so */
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_FAILURE);
}
END_TEST

/* Degraded counts nothing in a row. */
START_TEST(enabling_raises_nothing_of_a_degraded_one_before_the_next_probe)
{
    see(LLMREG_REASON_OK);
    room_admin(&watch_room, "gpu1", LLMREG_ADMIN_DISABLED, 0);
    room_observe(&watch_room, "gpu1", LLMREG_REASON_BUSY);
    watch_pass(60000);
    room_admin(&watch_room, "gpu1", LLMREG_ADMIN_ACTIVE, 0);
    watch_pass(1000);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_OKAY);
    room_observe(&watch_room, "gpu1", LLMREG_REASON_BUSY);
    watch_pass(1000);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_WARNING);
}
END_TEST

START_TEST(draining_is_raised)
{
    see(LLMREG_REASON_OK);
    room_admin(&watch_room, "gpu1", LLMREG_ADMIN_DRAINING, 0);
    watch_down("gpu1");
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(removing_it_ends_its_alert)
{
    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    watch_tell(DOWN);
    room_remove(&watch_room, "gpu1");
    watch_look();
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_OKAY);
    const struct llmreg_alert *a = watch_alert(DOWN);
    ck_assert_str_eq(a->message, "gpu1 (gpu1:11434) was removed from the "
                                 "registry; its alarm is over");
    ck_assert_str_eq(a->host, "gpu1");
    ck_assert_str_eq(a->state, "removed");
    ck_assert_str_eq(a->reason, "test");
    llmreg_alert_put(a);
}
END_TEST

START_TEST(made_anew_at_once_its_old_alert_ends)
{
    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    room_remove(&watch_room, "gpu1");
    room_add(&watch_room, "gpu1");
    watch_look();
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(switched_off_it_is_neither_raised_nor_stays)
{
    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    watch_rules[LLMREG_RULE_ENDPOINT_UNHEALTHY].severity = LLMREG_SEVERITY_OKAY;
    watch_pass(1000);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_OKAY);
}
END_TEST

/* B8: an option that is taken has effect. */
START_TEST(its_severity_is_the_most_that_it_tells)
{
    watch_rules[LLMREG_RULE_ENDPOINT_UNHEALTHY].severity =
        LLMREG_SEVERITY_WARNING;
    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_WARNING);
}
END_TEST

START_TEST(its_delay_is_waited_for)
{
    watch_rules[LLMREG_RULE_ENDPOINT_UNHEALTHY].after_ns = 90 * LLMREG_NS_PER_S;
    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    watch_pass(89000);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_OKAY);
    watch_pass(1000);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_FAILURE);
}
END_TEST

/* ---- over a restart ---- */

static void restart_down(void)
{
    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    watch_restart();
    room_add(&watch_room, "gpu1");
    watch_pass(1000);
}

START_TEST(after_a_restart_it_stays_until_a_verdict)
{
    restart_down();
    const struct llmreg_alert *a = watch_alert(DOWN);
    ck_assert_int_eq(a->s.severity, LLMREG_SEVERITY_FAILURE);
    ck_assert(a->s.remembered);
    llmreg_alert_put(a);
}
END_TEST

START_TEST(after_a_restart_a_confirmed_one_is_raised_again)
{
    restart_down();
    watch_down("gpu1");
    const struct llmreg_alert *a = watch_alert(DOWN);
    ck_assert(!a->s.remembered);
    ck_assert_uint_ne(a->seq, 0);
    llmreg_alert_put(a);
}
END_TEST

START_TEST(after_a_restart_one_that_is_not_confirmed_ends)
{
    restart_down();
    see(LLMREG_REASON_OK);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_OKAY);
    ck_assert_ptr_nonnull(strstr(watch_message(DOWN), "is healthy again"));
}
END_TEST

START_TEST(after_a_restart_one_without_its_endpoint_ends)
{
    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    watch_restart();
    watch_pass(1000);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_OKAY);
    ck_assert_ptr_nonnull(strstr(watch_message(DOWN), "was removed"));
}
END_TEST

/* However many failures a verdict takes. */
static void fail_for_two_intervals(void)
{
    const size_t before = watch_count_raised();

    watch_room.rule.unhealthy_after = 100;
    room_add(&watch_room, "gpu1");
    for (int i = 0; i < 2; i++) {
        see(LLMREG_REASON_REFUSED);
        watch_pass(29000);
        ck_assert_uint_eq(watch_count_raised(), before);
        watch_pass(1000);
    }
}

START_TEST(after_a_restart_two_intervals_of_failures_confirm_it)
{
    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    watch_restart();
    fail_for_two_intervals();
    const struct llmreg_alert *a = watch_alert(DOWN);
    ck_assert(!a->s.remembered);
    ck_assert_str_eq(a->state, "unreachable");
    ck_assert_str_eq(a->reason, "refused: Connection refused");
    llmreg_alert_put(a);
}
END_TEST

START_TEST(what_only_fails_is_told_after_two_intervals)
{
    room_remove(&watch_room, "gpu1");
    int64_t began_ms = watch_room.now.wall_ms;
    fail_for_two_intervals();
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_FAILURE);
    const struct llmreg_alert *a = watch_alert(DOWN);
    ck_assert_str_eq(a->state, "unreachable");
    ck_assert_int_eq(a->since_ms, began_ms);
    llmreg_alert_put(a);
    see(LLMREG_REASON_OK);
    ck_assert_int_eq(raised(), LLMREG_SEVERITY_OKAY);
    ck_assert_ptr_nonnull(strstr(
        watch_message(DOWN), "is healthy again, it was unreachable for 1 min"));
}
END_TEST

START_TEST(what_was_up_since_the_start_has_all_its_failures)
{
    watch_room.rule.unhealthy_after = 100;
    see(LLMREG_REASON_OK);
    for (int i = 0; i < 20; i++) {
        see(LLMREG_REASON_REFUSED);
        watch_pass(30000);
    }
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

/* ---- model_on_cpu ---- */

static void load(int64_t vram_bytes)
{
    struct llmreg_model items[2] = {llmreg_model_unknown("big:latest"),
                                    llmreg_model_unknown("small:latest")};
    const struct llmreg_models models = {.items = items, .count = 2};
    struct llmreg_endpoint *e = room_get(&watch_room, "gpu1");

    items[0].loaded = LLMREG_YES;
    items[0].loaded_bytes = 1000;
    items[0].vram_bytes = vram_bytes;
    ck_assert_int_eq(
        llmreg_models_set(watch_room.registry, e, &models, &watch_room.now),
        LLMREG_OK);
    llmreg_put(e);
    watch_pass(1000);
}

START_TEST(a_model_that_is_partly_in_vram_is_told_by_name)
{
    see(LLMREG_REASON_OK);
    load(400);
    ck_assert_int_eq(watch_raised(ON_CPU), LLMREG_SEVERITY_WARNING);
    ck_assert_str_eq(watch_message(ON_CPU),
                     "gpu1 has VRAM, but runs on the CPU in part: big:latest");
}
END_TEST

START_TEST(a_model_that_is_wholly_in_vram_is_no_alert)
{
    see(LLMREG_REASON_OK);
    load(1000);
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

START_TEST(where_there_is_no_vram_the_cpu_is_right)
{
    see(LLMREG_REASON_OK);
    load(0);
    load(-1);
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

START_TEST(back_in_vram_it_ends)
{
    see(LLMREG_REASON_OK);
    load(400);
    load(1000);
    ck_assert_int_eq(watch_raised(ON_CPU), LLMREG_SEVERITY_OKAY);
    ck_assert_str_eq(watch_message(ON_CPU),
                     "gpu1: every loaded model is wholly in VRAM again");
}
END_TEST

START_TEST(nothing_is_known_of_the_models_of_a_server_that_is_down)
{
    see(LLMREG_REASON_OK);
    watch_down("gpu1");
    load(400);
    ck_assert_int_eq(watch_raised(ON_CPU), LLMREG_SEVERITY_OKAY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rules_endpoint");
    TCase *tc = tcase_create("rules_endpoint");

    tcase_add_checked_fixture(tc, setup, watch_teardown);
    tcase_add_test(tc, the_first_verdict_healthy_is_no_alert);
    tcase_add_test(tc, unknown_is_no_alert);
    tcase_add_test(tc, down_is_a_failure_with_its_reason_and_models);
    tcase_add_test(tc, from_unreachable_to_unhealthy_is_the_same_alert);
    tcase_add_test(tc, up_again_says_how_long_it_was_down);
    tcase_add_test(tc, degraded_is_a_warning);
    tcase_add_test(tc, from_down_to_degraded_is_a_warning_and_not_an_end);
    tcase_add_test(tc, one_success_of_two_does_not_end_it);
    tcase_add_test(tc, in_maintenance_down_is_not_raised_and_after_it_is);
    tcase_add_test(tc, in_maintenance_good_news_are_told);
    tcase_add_test(tc, disabled_stays_as_it_is);
    tcase_add_test(tc, enabling_raises_nothing_before_the_next_probe);
    tcase_add_test(
        tc, enabling_raises_nothing_of_a_degraded_one_before_the_next_probe);
    tcase_add_test(tc, draining_is_raised);
    tcase_add_test(tc, removing_it_ends_its_alert);
    tcase_add_test(tc, made_anew_at_once_its_old_alert_ends);
    tcase_add_test(tc, switched_off_it_is_neither_raised_nor_stays);
    tcase_add_test(tc, its_severity_is_the_most_that_it_tells);
    tcase_add_test(tc, its_delay_is_waited_for);
    tcase_add_test(tc, after_a_restart_it_stays_until_a_verdict);
    tcase_add_test(tc, after_a_restart_a_confirmed_one_is_raised_again);
    tcase_add_test(tc, after_a_restart_one_that_is_not_confirmed_ends);
    tcase_add_test(tc, after_a_restart_one_without_its_endpoint_ends);
    tcase_add_test(tc, after_a_restart_two_intervals_of_failures_confirm_it);
    tcase_add_test(tc, what_only_fails_is_told_after_two_intervals);
    tcase_add_test(tc, what_was_up_since_the_start_has_all_its_failures);
    tcase_add_test(tc, a_model_that_is_partly_in_vram_is_told_by_name);
    tcase_add_test(tc, a_model_that_is_wholly_in_vram_is_no_alert);
    tcase_add_test(tc, where_there_is_no_vram_the_cpu_is_right);
    tcase_add_test(tc, back_in_vram_it_ends);
    tcase_add_test(tc, nothing_is_known_of_the_models_of_a_server_that_is_down);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
