/* SPDX-License-Identifier: MIT */
/* test_host_restore.c - hosts come back from the store: what was stale is so,
 * what was fresh is awaited, and whose its addresses are meanwhile. */
#include "common/registry/table.h"

#include <check.h>
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

static void teardown(void)
{
    fleet_teardown();
}

static const struct llmreg_host_state was_fresh = {
    .sampled = true, .since_ms = 100, .reported_ms = 900, .registered_ms = 50};
static const struct llmreg_host_state was_stale = {.sampled = true,
                                                   .stale = true,
                                                   .since_ms = 200,
                                                   .reported_ms = 110,
                                                   .registered_ms = 50};
static const struct llmreg_host_state was_unsampled = {.reported_ms = 900,
                                                       .registered_ms = 50};

static int restore(const char *id, const char *addresses,
                   const struct llmreg_host_state *stored)
{
    const struct llmreg_host_report report = reporter_report(id, addresses);

    return llmreg_host_restore(fleet, &report, stored, &reporter_error);
}

static struct llmreg_host_counts counts(void)
{
    struct llmreg_host_counts n;

    llmreg_host_count(fleet, &n);
    return n;
}

static bool has_sample(const char *id)
{
    struct llmreg_host *h = reporter_get(id);
    const struct llmreg_sample *s = llmreg_host_sample(h, &fleet_now);

    llmreg_sample_put(s);
    llmreg_host_put(h);
    return s != NULL;
}

START_TEST(it_is_no_event_and_brings_no_sample)
{
    ck_assert_int_eq(restore("GPU1", "10.0.0.1", &was_fresh), LLMREG_OK);
    reporter_expect_nothing();
    ck_assert_str_eq(reporter_hosts(), "gpu1");
    ck_assert_str_eq(reporter_find("10.0.0.1"), "gpu1");
    ck_assert(!has_sample("gpu1"));
    const struct llmreg_host_state s = reporter_state("gpu1");
    ck_assert(s.sampled && !s.stale);
    ck_assert_int_eq(s.reported_ms, 900);
    ck_assert_int_eq(s.reported_mono_ns, 0);
    ck_assert_int_eq(s.sampled_mono_ns, 0);
    ck_assert_int_eq(s.registered_ms, 50);
    ck_assert_int_eq(s.interval_ms, 10000);
    ck_assert_uint_eq(counts().hosts, 1);
    ck_assert_uint_eq(counts().fresh + counts().stale, 0);
}
END_TEST

START_TEST(what_was_stale_is_stale_since_then)
{
    ck_assert_int_eq(restore("gpu1", "", &was_stale), LLMREG_OK);
    ck_assert(reporter_state("gpu1").stale);
    ck_assert_int_eq(reporter_state("gpu1").since_ms, 200);
    ck_assert_uint_eq(counts().stale, 1);
    reporter_wait(100);
    (void)hosts_tick(fleet, &fleet_now);
    reporter_expect_nothing();
    ck_assert_int_eq(reporter_state("gpu1").since_ms, 200);
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    reporter_expect(LLMREG_EVENT_RESOURCES, "gpu1", "stale", "fresh");
    ck_assert_int_eq(reporter_state("gpu1").since_ms, fleet_now.wall_ms);
}
END_TEST

START_TEST(what_was_fresh_gets_stale_by_a_deadline_from_now_on)
{
    ck_assert_int_eq(restore("gpu1", "", &was_fresh), LLMREG_OK);
    ck_assert_int_eq(reporter_state("gpu1").since_ms, fleet_now.wall_ms);
    reporter_wait(89);
    (void)hosts_tick(fleet, &fleet_now);
    ck_assert(!reporter_state("gpu1").stale);
    reporter_expect_nothing();
    reporter_wait(1);
    (void)hosts_tick(fleet, &fleet_now);
    reporter_expect(LLMREG_EVENT_RESOURCES, "gpu1", "unknown", "stale");
    ck_assert_int_eq(reporter_state("gpu1").since_ms, fleet_now.wall_ms);
    ck_assert_uint_eq(counts().stale, 1);
}
END_TEST

START_TEST(a_report_in_time_is_fresh)
{
    ck_assert_int_eq(restore("gpu1", "", &was_fresh), LLMREG_OK);
    reporter_wait(10);
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    reporter_expect(LLMREG_EVENT_RESOURCES, "gpu1", "unknown", "fresh");
    reporter_expect_nothing();
    ck_assert_uint_eq(counts().fresh, 1);
    ck_assert_int_eq(reporter_state("gpu1").registered_ms, 50);
    ck_assert_int_eq(reporter_state("gpu1").sampled_mono_ns, fleet_now.mono_ns);
    ck_assert(has_sample("gpu1"));
}
END_TEST

START_TEST(a_report_without_a_sample_leaves_the_deadline)
{
    struct llmreg_host_report report = reporter_report("gpu1", "");

    report.resources = NULL;
    ck_assert_int_eq(restore("gpu1", "", &was_fresh), LLMREG_OK);
    reporter_wait(80);
    ck_assert_int_eq(reporter_send(&report, NULL), LLMREG_OK);
    reporter_wait(10);
    (void)hosts_tick(fleet, &fleet_now);
    reporter_expect(LLMREG_EVENT_RESOURCES, "gpu1", "unknown", "stale");
}
END_TEST

START_TEST(one_that_never_had_a_sample_does_not_get_stale)
{
    ck_assert_int_eq(restore("gpu1", "", &was_unsampled), LLMREG_OK);
    reporter_wait(1000);
    (void)hosts_tick(fleet, &fleet_now);
    reporter_expect_nothing();
    const struct llmreg_host_state s = reporter_state("gpu1");
    ck_assert(!s.sampled && !s.stale);
    ck_assert_int_eq(s.since_ms, 0);
}
END_TEST

START_TEST(the_reaper_waits_from_now_on)
{
    ck_assert_int_eq(restore("gpu1", "", &was_stale), LLMREG_OK);
    ck_assert_int_eq(hosts_tick(fleet, &fleet_now),
                     fleet_now.mono_ns + DAY * REPORTER_S);
    reporter_wait(DAY);
    (void)hosts_tick(fleet, &fleet_now);
    reporter_expect(LLMREG_EVENT_REMOVED, "gpu1", "", "");
    ck_assert_str_eq(reporter_hosts(), "");
}
END_TEST

/* ---- whose are the addresses? ---- */

/* Else who reports first after a restart would have them. */
START_TEST(while_it_is_awaited_its_addresses_are_its_own)
{
    ck_assert_int_eq(restore("gpu1", "10.0.0.1", &was_fresh), LLMREG_OK);
    ck_assert_int_eq(reporter_says("other", "10.0.0.1"), LLMREG_EEXIST);
    ck_assert_uint_eq(reporter_state("gpu1").claims, 1);
    reporter_wait(90);
    ck_assert_int_eq(reporter_says("other", "10.0.0.1"), LLMREG_OK);
    ck_assert_str_eq(reporter_find("10.0.0.1"), "other");
}
END_TEST

START_TEST(one_that_was_silent_claims_nothing)
{
    ck_assert_int_eq(restore("gpu1", "10.0.0.1", &was_stale), LLMREG_OK);
    ck_assert_int_eq(restore("gpu2", "10.0.0.2", &was_unsampled), LLMREG_OK);
    ck_assert_int_eq(reporter_says("other", "10.0.0.1 10.0.0.2"), LLMREG_OK);
    ck_assert_str_eq(reporter_find("10.0.0.1"), "other");
    ck_assert_str_eq(reporter_find("10.0.0.2"), "other");
}
END_TEST

/* The file was not usable before. */
START_TEST(one_that_comes_late_claims_nothing_that_is_in_use)
{
    ck_assert_int_eq(reporter_says("other", "10.0.0.1"), LLMREG_OK);
    ck_assert_int_eq(restore("gpu1", "10.0.0.1", &was_fresh), LLMREG_OK);
    ck_assert_int_eq(reporter_says("other", "10.0.0.1"), LLMREG_OK);
    ck_assert_str_eq(reporter_find("10.0.0.1"), "other");
}
END_TEST

START_TEST(of_two_that_had_it_the_key_means_the_later_one)
{
    struct llmreg_host_state later = was_stale;

    later.reported_ms = 150;
    ck_assert_int_eq(restore("gpu1", "10.0.0.1", &was_stale), LLMREG_OK);
    ck_assert_int_eq(restore("gpu2", "10.0.0.1", &later), LLMREG_OK);
    ck_assert_int_eq(restore("gpu3", "10.0.0.1", &was_stale), LLMREG_OK);
    ck_assert_str_eq(reporter_find("10.0.0.1"), "gpu2");
    ck_assert_int_eq(reporter_says("gpu3", "10.0.0.1"), LLMREG_OK);
    ck_assert_str_eq(reporter_find("10.0.0.1"), "gpu3");
}
END_TEST

/* ---- what is refused ---- */

START_TEST(one_that_is_there_is_not_touched)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    ck_assert_int_eq(restore("gpu1", "10.0.0.1", &was_stale), LLMREG_EEXIST);
    ck_assert_ptr_nonnull(strstr(reporter_error.text, "host gpu1"));
    ck_assert(has_sample("gpu1"));
    ck_assert_str_eq(reporter_find("10.0.0.1"), "");
}
END_TEST

START_TEST(what_no_host_can_say_is_not_valid)
{
    struct llmreg_host_report report = reporter_report("gpu1", "");

    report.interval_ms = 1;
    ck_assert_int_eq(
        llmreg_host_restore(fleet, &report, &was_fresh, &reporter_error),
        LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(reporter_error.text, "interval"));
}
END_TEST

START_TEST(there_are_no_more_than_the_limit)
{
    char id[16] = "gpu?";
    int rc = LLMREG_OK;

    for (int i = 0; i <= FLEET_MAX && rc == LLMREG_OK; i++) {
        id[3] = (char)('A' + i);
        rc = restore(id, "", &was_fresh);
    }
    ck_assert_int_eq(rc, LLMREG_EFULL);
    ck_assert_ptr_nonnull(strstr(reporter_error.text, "limit"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("host_restore");
    TCase *tc = tcase_create("host_restore");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, it_is_no_event_and_brings_no_sample);
    tcase_add_test(tc, what_was_stale_is_stale_since_then);
    tcase_add_test(tc, what_was_fresh_gets_stale_by_a_deadline_from_now_on);
    tcase_add_test(tc, a_report_in_time_is_fresh);
    tcase_add_test(tc, a_report_without_a_sample_leaves_the_deadline);
    tcase_add_test(tc, one_that_never_had_a_sample_does_not_get_stale);
    tcase_add_test(tc, the_reaper_waits_from_now_on);
    tcase_add_test(tc, while_it_is_awaited_its_addresses_are_its_own);
    tcase_add_test(tc, one_that_was_silent_claims_nothing);
    tcase_add_test(tc, one_that_comes_late_claims_nothing_that_is_in_use);
    tcase_add_test(tc, of_two_that_had_it_the_key_means_the_later_one);
    tcase_add_test(tc, one_that_is_there_is_not_touched);
    tcase_add_test(tc, what_no_host_can_say_is_not_valid);
    tcase_add_test(tc, there_are_no_more_than_the_limit);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
