/* SPDX-License-Identifier: MIT */
/* test_host_report.c - hosts come, report, change their names and claim each
 * other's. */
#include <llmreg/hosts.h>

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"
#include "tests/unit/reporter.h"

static void setup(void)
{
    fleet_setup();
    reporter_reset();
}

/* ---- one host ---- */

START_TEST(a_first_report_registers_the_host)
{
    const struct llmreg_host_report report =
        reporter_report("GPU1.example.", "10.0.0.1 ::ffff:10.0.0.2");
    struct llmreg_host_result result;

    ck_assert_int_eq(reporter_send(&report, &result), LLMREG_OK);
    ck_assert(result.created);
    reporter_expect(LLMREG_EVENT_REGISTERED, "gpu1.example", "", "fresh");
    reporter_expect_nothing();
    ck_assert_uint_eq(result.seq, llmreg_bus_last(fleet_bus));
    struct llmreg_host *h = reporter_get("Gpu1.Example");
    ck_assert_uint_eq(llmreg_host_generation(h), result.generation);
    const struct llmreg_host_report *spec = llmreg_host_spec(h);
    ck_assert_str_eq(spec->id, "gpu1.example");
    ck_assert_str_eq(spec->name, "gpu1.example");
    ck_assert_uint_eq(spec->naddresses, 2);
    ck_assert_str_eq(spec->addresses[1], "10.0.0.2");
    ck_assert_ptr_null(spec->resources);
    llmreg_host_spec_put(spec);
    llmreg_host_put(h);
}
END_TEST

START_TEST(a_sample_is_what_was_reported)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    struct llmreg_host *h = reporter_get("gpu1");
    const struct llmreg_sample *s = llmreg_host_sample(h, &fleet_now);
    ck_assert_ptr_nonnull(s);
    ck_assert_double_eq(s->resources.cpu_percent, 50);
    ck_assert(isnan(s->resources.load1));
    ck_assert_uint_eq(s->resources.ngpus, 1);
    ck_assert_str_eq(s->resources.gpus[0].name, "NVIDIA H200");
    ck_assert_str_eq(s->resources.gpus[0].uuid, "");
    ck_assert_ptr_ne(s->resources.gpus, &reporter_gpu);
    ck_assert_int_eq(s->resources.vram_total_bytes, 4000);
    ck_assert_int_eq(s->time_ms, fleet_now.wall_ms);
    ck_assert_int_eq(s->mono_ns, fleet_now.mono_ns);
    ck_assert_int_eq(s->interval_ms, 10000);
    llmreg_sample_put(s);
    llmreg_sample_put(NULL);
    llmreg_host_put(h);
    llmreg_host_put(NULL);
}
END_TEST

/* What a reader holds stays as it is. */
START_TEST(a_sample_that_is_held_outlives_the_next_and_the_host)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    struct llmreg_host *h = reporter_get("gpu1");
    const struct llmreg_sample *s = llmreg_host_sample(h, &fleet_now);
    reporter_resources.cpu_percent = 60;
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    ck_assert_int_eq(llmreg_host_remove(fleet, "gpu1", ""), LLMREG_OK);
    ck_assert_double_eq(s->resources.cpu_percent, 50);
    ck_assert_str_eq(llmreg_host_id(h), "gpu1");
    llmreg_sample_put(s);
    llmreg_host_put(h);
}
END_TEST

START_TEST(a_sample_alone_is_no_event)
{
    struct llmreg_host_result result = {.seq = 7};

    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    fleet_skip_events();
    reporter_wait(10);
    reporter_resources.cpu_percent = 99;
    const struct llmreg_host_report report =
        reporter_report("gpu1", "10.0.0.1");
    ck_assert_int_eq(reporter_send(&report, &result), LLMREG_OK);
    ck_assert(!result.created);
    ck_assert_uint_eq(result.seq, 0);
    reporter_expect_nothing();
}
END_TEST

START_TEST(what_a_host_says_of_itself_is_updated)
{
    struct llmreg_host_result result;

    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    fleet_skip_events();
    struct llmreg_host_report report =
        reporter_report("gpu1", "10.0.0.9 10.0.0.1");
    report.name = "GPU 1";
    report.agent = "agent-2";
    report.interval_ms = 20000;
    ck_assert_int_eq(reporter_send(&report, &result), LLMREG_OK);
    const struct llmreg_event *e = fleet_event();
    ck_assert_int_eq(e->type, LLMREG_EVENT_UPDATED);
    ck_assert_str_eq(e->reason, "name, agent, addresses, interval");
    ck_assert_str_eq(e->name, "GPU 1");
    ck_assert_uint_eq(result.seq, e->seq);
    reporter_expect_nothing();
    ck_assert_str_eq(reporter_find("10.0.0.9"), "gpu1");
    ck_assert_int_eq(reporter_state("gpu1").interval_ms, 20000);
}
END_TEST

START_TEST(an_address_that_is_gone_finds_nobody)
{
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1 gpu1.lan"), LLMREG_OK);
    ck_assert_str_eq(reporter_find("10.0.0.1"), "gpu1");
    ck_assert_str_eq(reporter_find("GPU1.LAN."), "gpu1");
    ck_assert_str_eq(reporter_find("gpu1"), "gpu1");
    ck_assert_int_eq(reporter_says("gpu1", "gpu1.lan"), LLMREG_OK);
    ck_assert_str_eq(reporter_find("10.0.0.1"), "");
    ck_assert_str_eq(reporter_find("gpu1.lan"), "gpu1");
    ck_assert_str_eq(reporter_find("no such"), "");
    ck_assert_ptr_null(llmreg_host_get(fleet, "gpu1.lan"));
    ck_assert_ptr_null(llmreg_host_get(fleet, "no such"));
}
END_TEST

START_TEST(an_id_among_the_addresses_is_one_key)
{
    ck_assert_int_eq(reporter_says("10.0.0.1", "10.0.0.1"), LLMREG_OK);
    ck_assert_int_eq(reporter_says("10.0.0.1", "::ffff:10.0.0.1"), LLMREG_OK);
    ck_assert_str_eq(reporter_find("10.0.0.1"), "10.0.0.1");
    ck_assert_str_eq(reporter_hosts(), "10.0.0.1");
}
END_TEST

/* ---- without a sample ---- */

START_TEST(a_host_without_a_sample_is_neither_fresh_nor_stale)
{
    struct llmreg_host_report report = reporter_report("gpu1", "");
    struct llmreg_host_counts n;

    report.resources = NULL;
    ck_assert_int_eq(reporter_send(&report, NULL), LLMREG_OK);
    reporter_expect(LLMREG_EVENT_REGISTERED, "gpu1", "", "unknown");
    const struct llmreg_host_state state = reporter_state("gpu1");
    ck_assert(!state.stale && !state.sampled);
    ck_assert_int_eq(state.since_ms, 0);
    ck_assert_int_eq(state.reported_ms, fleet_now.wall_ms);
    llmreg_host_count(fleet, &n);
    ck_assert_uint_eq(n.hosts, 1);
    ck_assert_uint_eq(n.fresh + n.stale, 0);
    struct llmreg_host *h = reporter_get("gpu1");
    ck_assert_ptr_null(llmreg_host_sample(h, &fleet_now));
    llmreg_host_put(h);
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    reporter_expect(LLMREG_EVENT_RESOURCES, "gpu1", "unknown", "fresh");
}
END_TEST

START_TEST(a_report_without_a_sample_keeps_the_one_there_is)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    const int64_t sampled_ns = fleet_now.mono_ns;
    reporter_wait(60);
    struct llmreg_host_report report = reporter_report("gpu1", "");
    report.resources = NULL;
    ck_assert_int_eq(reporter_send(&report, NULL), LLMREG_OK);
    struct llmreg_host *h = reporter_get("gpu1");
    const struct llmreg_sample *s = llmreg_host_sample(h, &fleet_now);
    ck_assert_ptr_nonnull(s);
    ck_assert_int_eq(s->mono_ns, sampled_ns);
    llmreg_sample_put(s);
    reporter_wait(30); /* and its age goes on */
    ck_assert_ptr_null(llmreg_host_sample(h, &fleet_now));
    ck_assert(reporter_state("gpu1").stale);
    llmreg_host_put(h);
}
END_TEST

/* ---- refused ---- */

START_TEST(an_invalid_report_changes_nothing)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    fleet_skip_events();
    reporter_resources.cpu_percent = 101;
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(reporter_error.text, "cpu_percent 101"));
    ck_assert_int_eq(reporter_says("gpu2", ""), LLMREG_EINVAL);
    ck_assert_str_eq(reporter_find("10.0.0.1"), "");
    ck_assert_str_eq(reporter_hosts(), "gpu1");
    reporter_expect_nothing();
}
END_TEST

/* A10: who may report chooses the ids, so there is a limit. */
START_TEST(there_are_no_more_hosts_than_the_limit)
{
    char id[] = "gpu0";

    for (int i = 0; i < FLEET_MAX; i++, id[3]++)
        ck_assert_int_eq(reporter_says(id, ""), LLMREG_OK);
    ck_assert_int_eq(reporter_says(id, ""), LLMREG_EFULL);
    ck_assert_str_eq(reporter_error.text,
                     "host gpu8: there are 8 already, the limit");
    ck_assert_int_eq(reporter_says("gpu0", "10.0.0.1"), LLMREG_OK);
    ck_assert_int_eq(llmreg_host_remove(fleet, "gpu1", ""), LLMREG_OK);
    ck_assert_int_eq(reporter_says(id, ""), LLMREG_OK);
}
END_TEST

/* ---- split brain ---- */

START_TEST(an_address_of_another_is_a_claim_and_refused)
{
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    fleet_skip_events();
    ck_assert_int_eq(reporter_says("gpu2", "10.0.0.2 10.0.0.1"), LLMREG_EEXIST);
    ck_assert_str_eq(reporter_error.text,
                     "host gpu2: host gpu1 has 10.0.0.1 already, and lives");
    ck_assert_int_eq(reporter_says("gpu2", "gpu1"), LLMREG_EEXIST);
    ck_assert_int_eq(reporter_says("10.0.0.1", ""), LLMREG_EEXIST);
    ck_assert_uint_eq(reporter_state("gpu1").claims, 3);
    ck_assert_str_eq(reporter_hosts(), "gpu1");
    ck_assert_str_eq(reporter_find("10.0.0.2"), "");
    reporter_expect_nothing();
}
END_TEST

START_TEST(a_host_that_is_there_keeps_what_it_had_when_it_is_refused)
{
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    ck_assert_int_eq(reporter_says("gpu2", "10.0.0.2"), LLMREG_OK);
    fleet_skip_events();
    reporter_wait(10);
    reporter_resources.cpu_percent = 99;
    ck_assert_int_eq(reporter_says("gpu2", "10.0.0.1"), LLMREG_EEXIST);
    ck_assert_str_eq(reporter_find("10.0.0.2"), "gpu2");
    ck_assert_int_eq(reporter_state("gpu2").reported_ms,
                     fleet_now.wall_ms - 10000);
    reporter_expect_nothing();
}
END_TEST

START_TEST(claims_are_forgotten_after_ten_minutes)
{
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    for (int i = 0; i < 12; i++) {
        ck_assert_int_eq(reporter_says("gpu2", "10.0.0.1"), LLMREG_EEXIST);
        reporter_wait(60);
        ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    }
    ck_assert_uint_eq(reporter_state("gpu1").claims, 9);
    reporter_wait(600);
    ck_assert_uint_eq(reporter_state("gpu1").claims, 0);
}
END_TEST

/* A machine that was set up anew under another name gets its address back. */
START_TEST(an_address_of_a_silent_host_may_be_taken)
{
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    reporter_wait(89);
    ck_assert_int_eq(reporter_says("gpu2", "10.0.0.1"), LLMREG_EEXIST);
    reporter_wait(1);
    ck_assert_int_eq(reporter_says("gpu2", "10.0.0.1"), LLMREG_OK);
    ck_assert_str_eq(reporter_find("10.0.0.1"), "gpu2");
    ck_assert_str_eq(reporter_find("gpu1"), "gpu1");
    /* and now it is the other one that claims it */
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_EEXIST);
    ck_assert_uint_eq(reporter_state("gpu2").claims, 1);
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.11"), LLMREG_OK);
    ck_assert_str_eq(reporter_find("10.0.0.1"), "gpu2");
}
END_TEST

START_TEST(three_intervals_of_ones_own_are_a_longer_deadline)
{
    struct llmreg_host_report report = reporter_report("gpu1", "10.0.0.1");

    report.interval_ms = 60000;
    ck_assert_int_eq(reporter_send(&report, NULL), LLMREG_OK);
    reporter_wait(179);
    ck_assert_int_eq(reporter_says("gpu2", "10.0.0.1"), LLMREG_EEXIST);
    reporter_wait(1);
    ck_assert_int_eq(reporter_says("gpu2", "10.0.0.1"), LLMREG_OK);
}
END_TEST

/* The name of a host is its own, whoever had it as an address before. */
START_TEST(an_id_means_the_host_that_has_it)
{
    ck_assert_int_eq(reporter_says("gpu1", "gpu2"), LLMREG_OK);
    reporter_wait(90);
    ck_assert_int_eq(reporter_says("gpu2", ""), LLMREG_OK);
    reporter_wait(90);
    ck_assert_int_eq(reporter_says("gpu1", "gpu2"), LLMREG_OK);
    ck_assert_str_eq(reporter_find("gpu2"), "gpu2");
}
END_TEST

/* ---- removed ---- */

START_TEST(a_host_is_removed)
{
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    fleet_skip_events();
    struct llmreg_host *h = reporter_get("gpu1");
    ck_assert_int_eq(llmreg_host_remove(fleet, "GPU1", "by hand"), LLMREG_OK);
    reporter_expect(LLMREG_EVENT_REMOVED, "gpu1", "", "");
    ck_assert_ptr_null(llmreg_host_get(fleet, "gpu1"));
    ck_assert_str_eq(reporter_find("10.0.0.1"), "");
    ck_assert_str_eq(reporter_hosts(), "");
    ck_assert_int_eq(llmreg_host_remove(fleet, "gpu1", ""), LLMREG_ENOENT);
    ck_assert_int_eq(llmreg_host_remove(fleet, "a b", ""), LLMREG_ENOENT);
    reporter_expect_nothing();
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    struct llmreg_host *again = reporter_get("gpu1");
    ck_assert_uint_gt(llmreg_host_generation(again), llmreg_host_generation(h));
    llmreg_host_put(again);
    llmreg_host_put(h);
}
END_TEST

START_TEST(a_walk_can_be_left)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    ck_assert_int_eq(reporter_says("gpu2", ""), LLMREG_OK);
    ck_assert_str_eq(reporter_hosts(), "gpu1 gpu2");
    struct llmreg_host *h = llmreg_host_hold(reporter_get("gpu1"));
    llmreg_host_put(h);
    ck_assert_str_eq(llmreg_host_id(h), "gpu1");
    llmreg_host_put(h);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("host_report");
    TCase *t = tcase_create("host_report");
    SRunner *sr = srunner_create(s);

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_test(t, a_first_report_registers_the_host);
    tcase_add_test(t, a_sample_is_what_was_reported);
    tcase_add_test(t, a_sample_that_is_held_outlives_the_next_and_the_host);
    tcase_add_test(t, a_sample_alone_is_no_event);
    tcase_add_test(t, what_a_host_says_of_itself_is_updated);
    tcase_add_test(t, an_address_that_is_gone_finds_nobody);
    tcase_add_test(t, an_id_among_the_addresses_is_one_key);
    tcase_add_test(t, a_host_without_a_sample_is_neither_fresh_nor_stale);
    tcase_add_test(t, a_report_without_a_sample_keeps_the_one_there_is);
    tcase_add_test(t, an_invalid_report_changes_nothing);
    tcase_add_test(t, there_are_no_more_hosts_than_the_limit);
    tcase_add_test(t, an_address_of_another_is_a_claim_and_refused);
    tcase_add_test(t,
                   a_host_that_is_there_keeps_what_it_had_when_it_is_refused);
    tcase_add_test(t, claims_are_forgotten_after_ten_minutes);
    tcase_add_test(t, an_address_of_a_silent_host_may_be_taken);
    tcase_add_test(t, three_intervals_of_ones_own_are_a_longer_deadline);
    tcase_add_test(t, an_id_means_the_host_that_has_it);
    tcase_add_test(t, a_host_is_removed);
    tcase_add_test(t, a_walk_can_be_left);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
