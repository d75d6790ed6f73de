/* SPDX-License-Identifier: MIT */
/* test_hosts_tick.c - samples get stale in time, and nobody sees them after it,
 * however late the tick is; hosts are reaped. */
#include "common/registry/table.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"
#include "tests/unit/reporter.h"

#define DAY 86400

static void setup(void)
{
    fleet_setup();
    reporter_reset();
}

static bool has_sample(const char *id)
{
    struct llmreg_host *h = reporter_get(id);
    const struct llmreg_sample *s = llmreg_host_sample(h, &fleet_now);
    bool has = s != NULL;

    llmreg_sample_put(s);
    llmreg_host_put(h);
    return has;
}

static struct llmreg_host_counts counts(void)
{
    struct llmreg_host_counts n;

    llmreg_host_count(fleet, &n);
    return n;
}

START_TEST(nothing_is_due_where_nobody_is)
{
    ck_assert_int_eq(hosts_tick(fleet, &fleet_now), INT64_MAX);
}
END_TEST

START_TEST(a_sample_gets_stale_at_its_deadline)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    const int64_t due = fleet_now.mono_ns + 90 * REPORTER_S;
    const int64_t first_ms = fleet_now.wall_ms;
    fleet_skip_events();
    ck_assert_int_eq(hosts_tick(fleet, &fleet_now), due);
    reporter_wait(89);
    ck_assert_int_eq(hosts_tick(fleet, &fleet_now), due);
    ck_assert(has_sample("gpu1"));
    ck_assert_int_eq(reporter_state("gpu1").since_ms, first_ms);
    reporter_expect_nothing();
    reporter_wait(1);
    ck_assert_int_eq(hosts_tick(fleet, &fleet_now),
                     due + (DAY - 90) * REPORTER_S);
    reporter_expect(LLMREG_EVENT_RESOURCES, "gpu1", "fresh", "stale");
    ck_assert(!has_sample("gpu1"));
    const struct llmreg_host_state state = reporter_state("gpu1");
    ck_assert(state.stale && state.sampled);
    ck_assert_int_eq(state.since_ms, fleet_now.wall_ms);
    ck_assert_int_eq(state.reported_ms, first_ms);
    ck_assert_uint_eq(counts().stale, 1);
    ck_assert_uint_eq(counts().fresh, 0);
    (void)hosts_tick(fleet, &fleet_now);
    reporter_expect_nothing(); /* once */
}
END_TEST

/* A10: a reader is not shown what the tick did not yet come to. */
START_TEST(a_stale_sample_is_not_shown_though_the_tick_is_late)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    fleet_skip_events();
    reporter_wait(90);
    ck_assert(!has_sample("gpu1"));
    ck_assert(reporter_state("gpu1").stale);
    const int64_t since_ms = reporter_state("gpu1").since_ms;
    ck_assert_int_eq(since_ms, fleet_now.wall_ms);
    reporter_wait(60);
    (void)hosts_tick(fleet, &fleet_now);
    reporter_expect(LLMREG_EVENT_RESOURCES, "gpu1", "fresh", "stale");
    ck_assert_int_eq(reporter_state("gpu1").since_ms, since_ms);
}
END_TEST

START_TEST(a_report_after_the_deadline_tells_both)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    fleet_skip_events();
    reporter_wait(100); /* no tick came */
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    reporter_expect(LLMREG_EVENT_RESOURCES, "gpu1", "fresh", "stale");
    reporter_expect(LLMREG_EVENT_RESOURCES, "gpu1", "stale", "fresh");
    reporter_expect_nothing();
    ck_assert_int_eq(reporter_state("gpu1").since_ms, fleet_now.wall_ms);
    ck_assert(has_sample("gpu1"));
    ck_assert_uint_eq(counts().fresh, 1);
    ck_assert_uint_eq(counts().stale, 0);
}
END_TEST

START_TEST(a_host_that_reports_in_time_stays_fresh)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    const int64_t first_ms = fleet_now.wall_ms;
    fleet_skip_events();
    for (int i = 0; i < 20; i++) {
        reporter_wait(60);
        (void)hosts_tick(fleet, &fleet_now);
        ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    }
    reporter_expect_nothing();
    ck_assert_int_eq(reporter_state("gpu1").since_ms, first_ms);
}
END_TEST

START_TEST(a_slow_reporter_has_three_of_its_intervals)
{
    struct llmreg_host_report report = reporter_report("gpu1", "");

    report.interval_ms = 60000;
    ck_assert_int_eq(reporter_send(&report, NULL), LLMREG_OK);
    reporter_wait(179);
    ck_assert(has_sample("gpu1"));
    reporter_wait(1);
    ck_assert(!has_sample("gpu1"));
}
END_TEST

START_TEST(a_reporter_that_gets_faster_gets_stale_earlier)
{
    struct llmreg_host_report report = reporter_report("gpu1", "");

    report.interval_ms = 3600000;
    ck_assert_int_eq(reporter_send(&report, NULL), LLMREG_OK);
    report.interval_ms = 10000;
    ck_assert_int_eq(reporter_send(&report, NULL), LLMREG_OK);
    fleet_skip_events();
    reporter_wait(90);
    (void)hosts_tick(fleet, &fleet_now);
    reporter_expect(LLMREG_EVENT_RESOURCES, "gpu1", "fresh", "stale");
}
END_TEST

START_TEST(a_host_that_nobody_reports_is_reaped)
{
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    ck_assert_int_eq(reporter_says("gpu2", ""), LLMREG_OK);
    reporter_wait(DAY - 1);
    ck_assert_int_eq(reporter_says("gpu2", ""), LLMREG_OK);
    (void)hosts_tick(fleet, &fleet_now);
    ck_assert_str_eq(reporter_hosts(), "gpu1 gpu2");
    fleet_skip_events();
    reporter_wait(1);
    (void)hosts_tick(fleet, &fleet_now);
    reporter_expect(LLMREG_EVENT_REMOVED, "gpu1", "", "");
    reporter_expect_nothing();
    ck_assert_str_eq(reporter_hosts(), "gpu2");
    ck_assert_str_eq(reporter_find("10.0.0.1"), "");
}
END_TEST

START_TEST(a_very_late_tick_tells_every_step)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    fleet_skip_events();
    reporter_wait(7 * DAY);
    ck_assert_int_eq(hosts_tick(fleet, &fleet_now), INT64_MAX);
    reporter_expect(LLMREG_EVENT_RESOURCES, "gpu1", "fresh", "stale");
    reporter_expect(LLMREG_EVENT_REMOVED, "gpu1", "", "");
}
END_TEST

START_TEST(a_host_without_a_sample_is_reaped_too)
{
    struct llmreg_host_report report = reporter_report("gpu1", "");

    report.resources = NULL;
    ck_assert_int_eq(reporter_send(&report, NULL), LLMREG_OK);
    fleet_skip_events();
    ck_assert_int_eq(hosts_tick(fleet, &fleet_now),
                     fleet_now.mono_ns + DAY * REPORTER_S);
    reporter_wait(DAY);
    (void)hosts_tick(fleet, &fleet_now);
    reporter_expect(LLMREG_EVENT_REMOVED, "gpu1", "", "");
}
END_TEST

START_TEST(a_host_that_was_removed_is_not_due_any_more)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    ck_assert_int_eq(llmreg_host_remove(fleet, "gpu1", ""), LLMREG_OK);
    ck_assert_int_eq(hosts_tick(fleet, &fleet_now), INT64_MAX);
}
END_TEST

/* A10: only the monotonic time makes anything old. */
START_TEST(a_step_of_the_wall_clock_expires_nothing)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    fleet_skip_events();
    for (int64_t hour = -3600000; hour <= 3600000; hour += 7200000) {
        fleet_now.wall_ms += hour;
        (void)hosts_tick(fleet, &fleet_now);
        ck_assert(has_sample("gpu1"));
        ck_assert(!reporter_state("gpu1").stale);
    }
    reporter_expect_nothing();
}
END_TEST

/* More than are served under the lock at once. */
START_TEST(many_get_stale_in_one_tick)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();
    struct llmreg_registry *few = fleet;
    struct llmreg_host_counts n;
    char id[16];

    conf.hosts = 500;
    ck_assert_int_eq(
        llmreg_registry_new(&fleet, &conf, fleet_bus, &fleet_clock), LLMREG_OK);
    for (int i = 0; i < 500; i++) {
        (void)snprintf(id, sizeof id, "gpu%d", i);
        ck_assert_int_eq(reporter_says(id, ""), LLMREG_OK);
    }
    const uint64_t before = llmreg_bus_last(fleet_bus);
    reporter_wait(90);
    (void)hosts_tick(fleet, &fleet_now);
    llmreg_host_count(fleet, &n);
    ck_assert_uint_eq(n.stale, 500);
    ck_assert_uint_eq(llmreg_bus_last(fleet_bus), before + 500);
    reporter_wait(DAY);
    ck_assert_int_eq(hosts_tick(fleet, &fleet_now), INT64_MAX);
    llmreg_host_count(fleet, &n);
    ck_assert_uint_eq(n.hosts + n.stale, 0);
    llmreg_registry_free(fleet);
    fleet = few;
}
END_TEST

int main(void)
{
    Suite *s = suite_create("hosts_tick");
    TCase *t = tcase_create("hosts_tick");
    SRunner *sr = srunner_create(s);

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_test(t, nothing_is_due_where_nobody_is);
    tcase_add_test(t, a_sample_gets_stale_at_its_deadline);
    tcase_add_test(t, a_stale_sample_is_not_shown_though_the_tick_is_late);
    tcase_add_test(t, a_report_after_the_deadline_tells_both);
    tcase_add_test(t, a_host_that_reports_in_time_stays_fresh);
    tcase_add_test(t, a_slow_reporter_has_three_of_its_intervals);
    tcase_add_test(t, a_reporter_that_gets_faster_gets_stale_earlier);
    tcase_add_test(t, a_host_that_nobody_reports_is_reaped);
    tcase_add_test(t, a_very_late_tick_tells_every_step);
    tcase_add_test(t, a_host_without_a_sample_is_reaped_too);
    tcase_add_test(t, a_host_that_was_removed_is_not_due_any_more);
    tcase_add_test(t, a_step_of_the_wall_clock_expires_nothing);
    tcase_add_test(t, many_get_stale_in_one_tick);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
