/* SPDX-License-Identifier: MIT */
/* test_observe.c - what was seen and what is wanted, and their events. */
#include <llmreg/registry.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"

static void setup(void)
{
    fleet_setup();
    fleet_add("a:1");
    fleet_skip_events();
}

static int want(enum llmreg_admin admin, int64_t until_ms)
{
    const struct llmreg_intent intent = {admin, until_ms};

    return llmreg_admin_set(fleet, "a:1", &intent, "by hand", &fleet_now);
}

static void later(int64_t ms)
{
    fleet_now.wall_ms += ms;
    fleet_now.mono_ns += ms * LLMREG_NS_PER_MS;
}

/* Makes a:1 unreachable, for which it takes two failures. */
static void take_down(void)
{
    fleet_observe("a:1", LLMREG_REASON_REFUSED);
    later(100);
    fleet_observe("a:1", LLMREG_REASON_REFUSED);
}

static struct llmreg_health health(void)
{
    struct llmreg_endpoint *e = fleet_get("a:1");
    struct llmreg_health h;

    llmreg_endpoint_health(e, &h);
    llmreg_put(e);
    return h;
}

START_TEST(a_change_of_state_is_an_event_with_before_after_and_since)
{
    fleet_observe("a:1", LLMREG_REASON_OK);
    const struct llmreg_event *event = fleet_event();

    ck_assert_ptr_nonnull(event);
    ck_assert_int_eq(event->type, LLMREG_EVENT_HEALTH);
    ck_assert_str_eq(event->subject, "a:1");
    ck_assert_str_eq(event->name, "gpu");
    ck_assert_str_eq(event->before, "unknown");
    ck_assert_str_eq(event->after, "healthy");
    ck_assert_str_eq(event->reason, "ok");
    ck_assert_int_eq(event->since_ms, 1000);
    ck_assert_int_eq(event->time_ms, 1000);
    ck_assert_ptr_null(fleet_event());
}
END_TEST

START_TEST(an_outage_says_when_each_state_began)
{
    fleet_observe("a:1", LLMREG_REASON_OK);
    later(9000);
    fleet_skip_events();
    take_down();
    const struct llmreg_event *event = fleet_event();
    ck_assert_ptr_nonnull(event);
    ck_assert_str_eq(event->before, "healthy");
    ck_assert_str_eq(event->after, "unreachable");
    ck_assert_int_eq(event->before_ms, 1000);
    ck_assert_int_eq(event->since_ms, 10000); /* its first failure */
    ck_assert_int_eq(event->time_ms, 10100);
    fleet_observe("a:1", LLMREG_REASON_HTTP_STATUS);
    event = fleet_event();
    ck_assert_str_eq(event->after, "unhealthy");
}
END_TEST

START_TEST(the_reason_is_a_word_and_the_detail)
{
    struct llmreg_observation seen = {.reason = LLMREG_REASON_PARSE};
    struct llmreg_endpoint *e = fleet_get("a:1");

    memset(seen.detail, 'd', sizeof seen.detail - 1);
    ck_assert_int_eq(llmreg_observe(fleet, e, &seen, &fleet_rule, &fleet_now),
                     LLMREG_OK);
    const struct llmreg_event *event = fleet_event();
    ck_assert_ptr_nonnull(event);
    ck_assert_int_eq(strncmp(event->reason, "parse: ddd", 10), 0);
    ck_assert_uint_eq(strlen(event->reason), 7 + LLMREG_DETAIL_SIZE - 1);
    llmreg_put(e);
}
END_TEST

/* E6: what was seen between transitions must show. */
START_TEST(a_failure_below_the_threshold_is_no_event_but_shows)
{
    fleet_observe("a:1", LLMREG_REASON_OK);
    fleet_skip_events();
    later(50);
    fleet_observe("a:1", LLMREG_REASON_TIMEOUT);
    ck_assert_ptr_null(fleet_event());
    ck_assert_int_eq(health().state, LLMREG_HEALTH_HEALTHY);
    ck_assert_int_eq(health().reason, LLMREG_REASON_TIMEOUT);
    ck_assert_uint_eq(health().failures, 1);
    ck_assert_int_eq(health().checked_ms, 1050);
}
END_TEST

START_TEST(another_reason_for_the_same_state_is_no_event)
{
    take_down();
    fleet_skip_events();
    fleet_observe("a:1", LLMREG_REASON_DNS);
    ck_assert_ptr_null(fleet_event());
    ck_assert_int_eq(health().reason, LLMREG_REASON_DNS);
}
END_TEST

START_TEST(recovery_is_one_event)
{
    take_down();
    fleet_skip_events();
    fleet_observe("a:1", LLMREG_REASON_OK);
    ck_assert_str_eq(fleet_event()->after, "healthy");
    fleet_observe("a:1", LLMREG_REASON_OK);
    ck_assert_ptr_null(fleet_event());
}
END_TEST

/* A6: an answer that could not be read made it healthy, without models.  E12:
 * only a list that was read empties it (test_learn.c). */
START_TEST(an_answer_that_cannot_be_read_keeps_the_models)
{
    fleet_models("a:1", "m");
    fleet_observe("a:1", LLMREG_REASON_OK);
    fleet_observe("a:1", LLMREG_REASON_PARSE);
    ck_assert_int_eq(fleet_state("a:1"), LLMREG_HEALTH_DEGRADED);
    ck_assert_str_eq(fleet_with("m", LLMREG_ANY), "a:1");
}
END_TEST

START_TEST(an_intent_is_an_event_with_its_reason)
{
    ck_assert_int_eq(want(LLMREG_ADMIN_MAINTENANCE, 9999), LLMREG_OK);
    const struct llmreg_event *event = fleet_event();

    ck_assert_ptr_nonnull(event);
    ck_assert_int_eq(event->type, LLMREG_EVENT_ADMIN);
    ck_assert_str_eq(event->before, "active");
    ck_assert_str_eq(event->after, "maintenance");
    ck_assert_str_eq(event->reason, "by hand");
    ck_assert_int_eq(event->since_ms, 1000);
    struct llmreg_endpoint *e = fleet_get("a:1");
    ck_assert_int_eq(llmreg_endpoint_intent(e).until_ms, 9999);
    llmreg_put(e);
}
END_TEST

static int end_maintenance(void)
{
    return llmreg_maintenance_end(fleet, "a:1", "over", &fleet_now);
}

START_TEST(a_maintenance_ends_when_its_time_is_over)
{
    ck_assert_int_eq(want(LLMREG_ADMIN_MAINTENANCE, 9999), LLMREG_OK);
    fleet_skip_events();
    later(9999 - fleet_now.wall_ms - 1);
    ck_assert_int_eq(end_maintenance(), LLMREG_ESTALE);
    ck_assert_ptr_null(fleet_event());
    later(1);
    ck_assert_int_eq(end_maintenance(), LLMREG_OK);
    const struct llmreg_event *event = fleet_event();
    ck_assert_ptr_nonnull(event);
    ck_assert_str_eq(event->before, "maintenance");
    ck_assert_str_eq(event->after, "active");
    ck_assert_str_eq(event->reason, "over");
    ck_assert_int_eq(end_maintenance(), LLMREG_ESTALE);
}
END_TEST

/* Who ends maintenances looked a moment before the operator spoke. */
START_TEST(what_the_operator_said_meanwhile_is_not_ended)
{
    static const struct llmreg_intent others[] = {
        {LLMREG_ADMIN_DISABLED, 0},
        {LLMREG_ADMIN_DRAINING, 0},
        {LLMREG_ADMIN_MAINTENANCE, 0},
        {LLMREG_ADMIN_MAINTENANCE, 99999},
    };

    ck_assert_int_eq(want(LLMREG_ADMIN_MAINTENANCE, 9999), LLMREG_OK);
    later(9999);
    ck_assert_int_eq(want(others[_i].admin, others[_i].until_ms), LLMREG_OK);
    ck_assert_int_eq(end_maintenance(), LLMREG_ESTALE);
    struct llmreg_endpoint *e = fleet_get("a:1");
    ck_assert_int_eq(llmreg_endpoint_intent(e).admin, others[_i].admin);
    llmreg_put(e);
    ck_assert_int_eq(llmreg_maintenance_end(fleet, "b:1", "", &fleet_now),
                     LLMREG_ENOENT);
}
END_TEST

START_TEST(the_same_intent_again_is_no_event_but_another_end_is)
{
    ck_assert_int_eq(want(LLMREG_ADMIN_ACTIVE, 0), LLMREG_OK);
    ck_assert_ptr_null(fleet_event());
    ck_assert_int_eq(want(LLMREG_ADMIN_MAINTENANCE, 9999), LLMREG_OK);
    fleet_skip_events();
    ck_assert_int_eq(want(LLMREG_ADMIN_MAINTENANCE, 9999), LLMREG_OK);
    ck_assert_ptr_null(fleet_event());
    ck_assert_int_eq(want(LLMREG_ADMIN_MAINTENANCE, 0), LLMREG_OK);
    ck_assert_ptr_nonnull(fleet_event());
}
END_TEST

START_TEST(an_intent_that_makes_no_sense_is_refused)
{
    const struct llmreg_intent active = {LLMREG_ADMIN_ACTIVE, 0};

    ck_assert_int_eq(want(LLMREG_ADMIN_DRAINING, 9999), LLMREG_EINVAL);
    ck_assert_int_eq(want(LLMREG_ADMIN_MAINTENANCE, 1000), LLMREG_EINVAL);
    ck_assert_int_eq(want(LLMREG_ADMIN_MAINTENANCE, -1), LLMREG_EINVAL);
    ck_assert_int_eq(want(LLMREG_ADMIN_MAINTENANCE, INT64_MAX), LLMREG_EINVAL);
    ck_assert_int_eq(want(LLMREG_ADMINS, 0), LLMREG_EINVAL);
    ck_assert_int_eq(llmreg_admin_set(fleet, "b:1", &active, "", &fleet_now),
                     LLMREG_ENOENT);
    ck_assert_ptr_null(fleet_event());
}
END_TEST

START_TEST(a_probe_that_is_wanted_is_an_event_and_changes_nothing)
{
    uint64_t seq = 0;

    ck_assert_int_eq(
        llmreg_probe_now(fleet, "a:1", "by hand", &fleet_now, &seq), LLMREG_OK);
    const struct llmreg_event *event = fleet_event();
    ck_assert_int_eq(event->type, LLMREG_EVENT_PROBE);
    ck_assert_str_eq(event->subject, "a:1");
    ck_assert_str_eq(event->reason, "by hand");
    ck_assert_uint_eq(event->seq, seq);
    ck_assert_int_eq(fleet_state("a:1"), LLMREG_HEALTH_UNKNOWN);
    ck_assert_int_eq(llmreg_probe_now(fleet, "b:1", "", &fleet_now, NULL),
                     LLMREG_ENOENT);
    ck_assert_int_eq(want(LLMREG_ADMIN_DISABLED, 0), LLMREG_OK);
    fleet_skip_events();
    ck_assert_int_eq(llmreg_probe_now(fleet, "a:1", "", &fleet_now, &seq),
                     LLMREG_EBUSY);
    ck_assert_ptr_null(fleet_event());
}
END_TEST

START_TEST(a_maintenance_hides_nothing_and_its_end_is_one_event)
{
    ck_assert_int_eq(want(LLMREG_ADMIN_MAINTENANCE, 0), LLMREG_OK);
    fleet_skip_events();
    take_down();
    ck_assert_str_eq(fleet_event()->after, "unreachable");
    ck_assert_int_eq(want(LLMREG_ADMIN_ACTIVE, 0), LLMREG_OK);
    const struct llmreg_event *event = fleet_event();
    ck_assert_ptr_nonnull(event);
    ck_assert_int_eq(event->type, LLMREG_EVENT_ADMIN);
    ck_assert_int_eq(health().state, LLMREG_HEALTH_UNREACHABLE);
    ck_assert_ptr_null(fleet_event());
}
END_TEST

START_TEST(enabling_counts_anew_and_a_probe_that_confirms_is_no_event)
{
    take_down();
    ck_assert_int_eq(want(LLMREG_ADMIN_DISABLED, 0), LLMREG_OK);
    later(7 * INT64_C(86400000));
    fleet_skip_events();
    ck_assert_int_eq(want(LLMREG_ADMIN_ACTIVE, 0), LLMREG_OK);
    ck_assert_int_eq(fleet_event()->type, LLMREG_EVENT_ADMIN);
    ck_assert_uint_eq(health().failures, 0);
    fleet_observe("a:1", LLMREG_REASON_REFUSED);
    ck_assert_uint_eq(health().failures, 1);
    ck_assert_ptr_null(fleet_event());
}
END_TEST

START_TEST(failures_from_before_it_was_disabled_do_not_count)
{
    fleet_observe("a:1", LLMREG_REASON_OK);
    fleet_observe("a:1", LLMREG_REASON_REFUSED);
    ck_assert_int_eq(want(LLMREG_ADMIN_DISABLED, 0), LLMREG_OK);
    later(7 * INT64_C(86400000));
    ck_assert_int_eq(want(LLMREG_ADMIN_ACTIVE, 0), LLMREG_OK);
    int64_t began = fleet_now.wall_ms;
    fleet_observe("a:1", LLMREG_REASON_REFUSED);
    ck_assert_int_eq(health().state, LLMREG_HEALTH_HEALTHY);
    later(1000);
    fleet_observe("a:1", LLMREG_REASON_REFUSED);
    ck_assert_int_eq(health().state, LLMREG_HEALTH_UNREACHABLE);
    ck_assert_int_eq(health().since_ms, began);
}
END_TEST

static void recall(enum llmreg_health_state state)
{
    const struct llmreg_health stored = {
        .state = state,
        .since_ms = 7,
    };

    ck_assert_int_eq(llmreg_recall(fleet, "a:1", &stored, &fleet_now),
                     LLMREG_OK);
    ck_assert_int_eq(llmreg_recall(fleet, "b:1", &stored, &fleet_now),
                     LLMREG_ENOENT);
}

START_TEST(a_recalled_outage_has_its_true_beginning)
{
    take_down();
    fleet_skip_events();
    recall(LLMREG_HEALTH_UNHEALTHY);
    ck_assert_int_eq(fleet_event()->since_ms, 7);
    recall(LLMREG_HEALTH_UNHEALTHY);
    ck_assert_ptr_null(fleet_event()); /* nothing new */
}
END_TEST

START_TEST(what_is_recalled_before_a_verdict_waits_for_it)
{
    recall(LLMREG_HEALTH_UNREACHABLE);
    ck_assert_int_eq(health().prior, LLMREG_HEALTH_UNREACHABLE);
    fleet_skip_events();
    take_down();
    const struct llmreg_event *event = fleet_event();
    ck_assert_int_eq(event->since_ms, 7);
}
END_TEST

/* E5: draining was overwritten by the next failures. */
START_TEST(checks_do_not_touch_the_intent)
{
    ck_assert_int_eq(want(LLMREG_ADMIN_DRAINING, 0), LLMREG_OK);
    take_down();
    fleet_observe("a:1", LLMREG_REASON_OK);
    struct llmreg_endpoint *e = fleet_get("a:1");
    ck_assert_int_eq(llmreg_endpoint_intent(e).admin, LLMREG_ADMIN_DRAINING);
    llmreg_put(e);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("observe");
    TCase *t = tcase_create("observe");

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_test(t,
                   a_change_of_state_is_an_event_with_before_after_and_since);
    tcase_add_test(t, an_outage_says_when_each_state_began);
    tcase_add_test(t, the_reason_is_a_word_and_the_detail);
    tcase_add_test(t, a_failure_below_the_threshold_is_no_event_but_shows);
    tcase_add_test(t, another_reason_for_the_same_state_is_no_event);
    tcase_add_test(t, recovery_is_one_event);
    tcase_add_test(t, an_answer_that_cannot_be_read_keeps_the_models);
    tcase_add_test(t, an_intent_is_an_event_with_its_reason);
    tcase_add_test(t, the_same_intent_again_is_no_event_but_another_end_is);
    tcase_add_test(t, an_intent_that_makes_no_sense_is_refused);
    tcase_add_test(t, a_probe_that_is_wanted_is_an_event_and_changes_nothing);
    tcase_add_test(t, a_maintenance_hides_nothing_and_its_end_is_one_event);
    tcase_add_test(t,
                   enabling_counts_anew_and_a_probe_that_confirms_is_no_event);
    tcase_add_test(t, a_maintenance_ends_when_its_time_is_over);
    tcase_add_loop_test(t, what_the_operator_said_meanwhile_is_not_ended, 0, 4);
    tcase_add_test(t, failures_from_before_it_was_disabled_do_not_count);
    tcase_add_test(t, a_recalled_outage_has_its_true_beginning);
    tcase_add_test(t, what_is_recalled_before_a_verdict_waits_for_it);
    tcase_add_test(t, checks_do_not_touch_the_intent);
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
