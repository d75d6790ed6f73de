/* SPDX-License-Identifier: MIT */
/* test_rules_host.c - hosts that fall silent, run full, or are two. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/watch.h"

#define STALE   "host_stale/box"
#define OFFLINE "host_offline/box"
#define VRAM    "vram_high/box"
#define GPU1    "vram_high/box/gpu1"
#define SPLIT   "split_brain/host/box"

static struct llmreg_gpu gpus[2];
static struct llmreg_resources resources;

static void setup(void)
{
    watch_setup();
    gpus[0] = gpus[1] = llmreg_gpu_unknown();
    resources = llmreg_resources_unknown();
    resources.cpu_percent = 10;
}

static int report_as(const char *id, const char *address, bool sample)
{
    const char *const addresses[] = {address};
    const struct llmreg_host_report report = {
        .id = id,
        .name = "the box",
        .agent = "",
        .addresses = addresses,
        .naddresses = 1,
        .interval_ms = 30000,
        .resources = sample ? &resources : NULL,
    };
    struct llmreg_error err;

    return llmreg_host_report(watch_room.registry, &report, &watch_room.now,
                              NULL, &err);
}

static void report(void)
{
    ck_assert_int_eq(report_as("box", "10.0.0.1", true), LLMREG_OK);
    watch_pass(1000);
}

/* ---- host_stale ---- */

START_TEST(a_host_that_reports_no_more_is_stale)
{
    report();
    watch_pass(88000);
    ck_assert_int_eq(watch_raised(STALE), LLMREG_SEVERITY_OKAY);
    watch_pass(2000);
    ck_assert_int_eq(watch_raised(STALE), LLMREG_SEVERITY_WARNING);
    const struct llmreg_alert *a = watch_alert(STALE);
    ck_assert_str_eq(a->name, "the box");
    ck_assert_str_eq(a->host, "box");
    ck_assert_str_eq(a->series, "");
    ck_assert_str_eq(a->state, "stale");
    ck_assert_ptr_nonnull(strstr(a->message, "the host the box does not report "
                                             "its resources any more: last "
                                             "report at 2026-11-"));
    llmreg_alert_put(a);
    watch_tell(STALE);
    report();
    ck_assert_int_eq(watch_raised(STALE), LLMREG_SEVERITY_OKAY);
    ck_assert_str_eq(watch_message(STALE),
                     "the host the box reports its resources again");
}
END_TEST

START_TEST(a_host_that_never_had_a_sample_is_not_stale)
{
    ck_assert_int_eq(report_as("box", "10.0.0.1", false), LLMREG_OK);
    watch_pass(200000);
    ck_assert_int_eq(watch_raised(STALE), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(a_stale_host_that_is_removed_is_told)
{
    report();
    watch_pass(90000);
    watch_tell(STALE);
    ck_assert_int_eq(llmreg_host_remove(watch_room.registry, "box", "test"),
                     LLMREG_OK);
    watch_look();
    ck_assert_int_eq(watch_raised(STALE), LLMREG_SEVERITY_OKAY);
    ck_assert_ptr_nonnull(strstr(watch_message(STALE), "was removed"));
}
END_TEST

START_TEST(steps_of_the_wall_clock_make_nothing_stale)
{
    report();
    watch_room.now.wall_ms += 3600000;
    watch_pass(1000);
    watch_room.now.wall_ms -= 7200000;
    watch_pass(1000);
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

/* ---- host_offline ---- */

START_TEST(a_host_with_nothing_on_it_is_offline)
{
    report();
    watch_pass(91000);
    ck_assert_int_eq(watch_raised(OFFLINE), LLMREG_SEVERITY_FAILURE);
    watch_tell(OFFLINE);
    report();
    ck_assert_int_eq(watch_raised(OFFLINE), LLMREG_SEVERITY_OKAY);
    ck_assert_str_eq(watch_message(OFFLINE), "the host the box is online: "
                                             "something on it is heard of");
}
END_TEST

START_TEST(a_host_that_was_stale_before_the_restart_is_told_again_if_it_is)
{
    report();
    watch_pass(91000);
    watch_tell(STALE);
    const struct llmreg_alert *a = watch_alert(STALE);
    const int64_t since = a->since_ms;
    llmreg_alert_put(a);
    watch_restart();
    watch_pass(89000);
    a = watch_alert(STALE);
    ck_assert(a->s.remembered);
    llmreg_alert_put(a);
    watch_pass(1000);
    a = watch_alert(STALE);
    ck_assert(!a->s.remembered && llmreg_alert_is_news(a));
    ck_assert_int_eq(a->since_ms, since);
    llmreg_alert_put(a);
}
END_TEST

START_TEST(one_that_reports_after_the_restart_ends_its_alert_at_once)
{
    report();
    watch_pass(91000);
    watch_tell(STALE);
    watch_restart();
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(STALE), LLMREG_SEVERITY_WARNING);
    report();
    ck_assert_int_eq(watch_raised(STALE), LLMREG_SEVERITY_OKAY);
}
END_TEST

/* Design 5.3: nothing is said before it had the time to show itself. */
START_TEST(a_host_that_was_well_has_its_time_after_a_restart)
{
    report();
    watch_restart();
    watch_pass(89000);
    ck_assert_uint_eq(watch_count(), 0);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(STALE), LLMREG_SEVERITY_WARNING);
    ck_assert_int_eq(watch_raised(OFFLINE), LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(a_report_without_a_sample_ends_no_alert_about_samples)
{
    report();
    watch_pass(91000);
    watch_tell(STALE);
    watch_restart();
    ck_assert_int_eq(report_as("box", "10.0.0.1", false), LLMREG_OK);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(STALE), LLMREG_SEVERITY_WARNING);
}
END_TEST

/* Its row could not be read, or was written by a version without hosts. */
START_TEST(an_alert_whose_host_is_forgotten_ends_when_it_had_its_time)
{
    report();
    watch_pass(91000);
    watch_tell(STALE);
    ck_assert_int_eq(llmreg_host_remove(watch_room.registry, "box", "test"),
                     LLMREG_OK);
    watch_restart();
    watch_pass(89000);
    ck_assert_int_eq(watch_raised(STALE), LLMREG_SEVERITY_WARNING);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(STALE), LLMREG_SEVERITY_OKAY);
    ck_assert_ptr_nonnull(strstr(watch_message(STALE), "was removed"));
}
END_TEST

START_TEST(a_host_that_was_offline_before_the_restart_is_so_until_it_reports)
{
    report();
    watch_pass(91000);
    watch_tell(OFFLINE);
    watch_restart();
    watch_pass(3600000);
    ck_assert_int_eq(watch_raised(OFFLINE), LLMREG_SEVERITY_FAILURE);
    report();
    ck_assert_int_eq(watch_raised(OFFLINE), LLMREG_SEVERITY_OKAY);
    ck_assert_str_eq(watch_message(OFFLINE), "the host the box is online: "
                                             "something on it is heard of");
}
END_TEST

START_TEST(a_host_that_does_not_report_after_the_restart_is_removed_in_time)
{
    report();
    watch_pass(91000);
    watch_tell(OFFLINE);
    watch_restart();
    watch_pass(86400000);
    ck_assert_int_eq(watch_raised(OFFLINE), LLMREG_SEVERITY_OKAY);
    ck_assert_ptr_nonnull(strstr(watch_message(OFFLINE), "was removed"));
}
END_TEST

/* room_add says that endpoints are on node7.
 * A4: a host, its endpoints and its agents are one thing. */
START_TEST(a_host_with_a_healthy_endpoint_is_not_offline)
{
    ck_assert_int_eq(report_as("node7", "10.0.0.1", true), LLMREG_OK);
    room_add(&watch_room, "gpu1");
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
    watch_pass(200000);
    ck_assert_int_eq(watch_raised("host_offline/node7"), LLMREG_SEVERITY_OKAY);
    watch_down("gpu1");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised("host_offline/node7"),
                     LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(a_host_with_an_unknown_endpoint_is_not_judged)
{
    ck_assert_int_eq(report_as("node7", "10.0.0.1", true), LLMREG_OK);
    room_add(&watch_room, "gpu1");
    watch_pass(200000);
    ck_assert_int_eq(watch_raised("host_offline/node7"), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(it_waits_five_minutes_by_default)
{
    watch_rules[LLMREG_RULE_HOST_OFFLINE].after_ns =
        llmreg_rule_info(LLMREG_RULE_HOST_OFFLINE)->preset.after_ns;
    report();
    watch_pass(91000);
    watch_pass(299000);
    ck_assert_int_eq(watch_raised(OFFLINE), LLMREG_SEVERITY_OKAY);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(OFFLINE), LLMREG_SEVERITY_FAILURE);
}
END_TEST

/* ---- vram_high ---- */

static void use_vram(int64_t used)
{
    resources.vram_total_bytes = 1000;
    resources.vram_used_bytes = used;
    report();
}

START_TEST(vram_over_its_limit_is_told_and_ends_below_the_margin)
{
    use_vram(950);
    ck_assert_int_eq(watch_raised(VRAM), LLMREG_SEVERITY_OKAY);
    use_vram(960);
    ck_assert_int_eq(watch_raised(VRAM), LLMREG_SEVERITY_WARNING);
    ck_assert_str_eq(watch_message(VRAM),
                     "the box: 96.0 % of the VRAM is used");
    use_vram(910);
    ck_assert_int_eq(watch_raised(VRAM), LLMREG_SEVERITY_WARNING);
    use_vram(890);
    ck_assert_int_eq(watch_raised(VRAM), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(its_limit_is_an_option_that_has_effect)
{
    watch_rules[LLMREG_RULE_VRAM_HIGH].threshold = 0.5;
    use_vram(600);
    ck_assert_int_eq(watch_raised(VRAM), LLMREG_SEVERITY_WARNING);
    watch_rules[LLMREG_RULE_VRAM_HIGH].margin = 0.3;
    use_vram(300);
    ck_assert_int_eq(watch_raised(VRAM), LLMREG_SEVERITY_WARNING);
}
END_TEST

static void fill_second_gpu(void)
{
    resources.gpus = gpus;
    resources.ngpus = 2;
    gpus[0].memory_total_bytes = gpus[1].memory_total_bytes = 1000;
    gpus[0].memory_used_bytes = 100;
    gpus[1].memory_used_bytes = 990;
    report();
}

START_TEST(each_gpu_has_its_own)
{
    fill_second_gpu();
    ck_assert_int_eq(watch_raised(GPU1), LLMREG_SEVERITY_WARNING);
    ck_assert_uint_eq(watch_count_raised(), 1);
    const struct llmreg_alert *a = watch_alert(GPU1);
    ck_assert_str_eq(a->series, "gpu1");
    ck_assert_str_eq(a->message, "the box gpu1: 99.0 % of the VRAM is used");
    llmreg_alert_put(a);
}
END_TEST

START_TEST(a_gpu_that_is_taken_out_ends_its_alert)
{
    fill_second_gpu();
    resources.ngpus = 1;
    report();
    ck_assert_int_eq(watch_raised(GPU1), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(a_stale_sample_is_no_opinion_about_vram)
{
    use_vram(960);
    resources.vram_used_bytes = 100;
    watch_pass(200000);
    ck_assert_int_eq(watch_raised(VRAM), LLMREG_SEVERITY_WARNING);
    report();
    ck_assert_int_eq(watch_raised(VRAM), LLMREG_SEVERITY_OKAY);
}
END_TEST

/* ---- split_brain ---- */

START_TEST(two_that_claim_one_address_are_told)
{
    report();
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(report_as("other", "10.0.0.1", true), LLMREG_EEXIST);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(SPLIT), LLMREG_SEVERITY_FAILURE);
    ck_assert_str_eq(watch_message(SPLIT),
                     "another host claims to be the box: 4 claims on its "
                     "addresses in 10 minutes");
    for (int i = 0; i < 30; i++) {
        watch_pass(30000);
        report();
    }
    ck_assert_int_eq(watch_raised(SPLIT), LLMREG_SEVERITY_OKAY);
}
END_TEST

START_TEST(as_many_claims_as_the_threshold_are_not_told)
{
    watch_rules[LLMREG_RULE_SPLIT_BRAIN].threshold = 4;
    report();
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(report_as("other", "10.0.0.1", true), LLMREG_EEXIST);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised(SPLIT), LLMREG_SEVERITY_OKAY);
}
END_TEST

/* ---- model_on_cpu, by what the host says ---- */

START_TEST(a_model_on_the_cpu_of_a_host_with_vram_is_told)
{
    struct llmreg_model model = llmreg_model_unknown("a:latest");
    const struct llmreg_models models = {.items = &model, .count = 1};

    room_add(&watch_room, "gpu1");
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
    model.loaded = LLMREG_YES;
    model.loaded_bytes = 100;
    model.vram_bytes = 0;
    struct llmreg_endpoint *e = room_get(&watch_room, "gpu1");
    ck_assert_int_eq(
        llmreg_models_set(watch_room.registry, e, &models, &watch_room.now),
        LLMREG_OK);
    llmreg_put(e);
    watch_pass(1000);
    ck_assert_uint_eq(watch_count_raised(), 0);
    resources.vram_total_bytes = 1000;
    resources.vram_used_bytes = 0;
    ck_assert_int_eq(report_as("node7", "10.0.0.1", true), LLMREG_OK);
    watch_pass(1000);
    ck_assert_int_eq(watch_raised("model_on_cpu/gpu1:11434"),
                     LLMREG_SEVERITY_WARNING);
}
END_TEST

/* ---- the guard ---- */

START_TEST(when_all_hosts_fall_silent_one_alert_is_raised)
{
    char id[16], address[16];

    watch_rules[LLMREG_RULE_HOST_OFFLINE].severity = LLMREG_SEVERITY_OKAY;
    for (int i = 0; i < 12; i++) {
        snprintf(id, sizeof id, "box%d", i);
        snprintf(address, sizeof address, "10.0.0.%d", i + 1);
        ck_assert_int_eq(report_as(id, address, true), LLMREG_OK);
        watch_pass(2000);
    }
    watch_pass(70000);
    ck_assert_int_eq(watch_raised("registry_isolated/hosts"),
                     LLMREG_SEVERITY_FAILURE);
    ck_assert_uint_eq(watch_count_raised(), 1);
    watch_pass(37500);
    watch_pass(1000);
    ck_assert_uint_eq(watch_count_raised(), 13);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rules_host");
    TCase *tc = tcase_create("rules_host");

    tcase_add_checked_fixture(tc, setup, watch_teardown);
    tcase_add_test(tc, a_host_that_reports_no_more_is_stale);
    tcase_add_test(tc, a_host_that_never_had_a_sample_is_not_stale);
    tcase_add_test(tc, a_stale_host_that_is_removed_is_told);
    tcase_add_test(tc, steps_of_the_wall_clock_make_nothing_stale);
    tcase_add_test(
        tc, a_host_that_was_stale_before_the_restart_is_told_again_if_it_is);
    tcase_add_test(tc,
                   one_that_reports_after_the_restart_ends_its_alert_at_once);
    tcase_add_test(tc, a_host_that_was_well_has_its_time_after_a_restart);
    tcase_add_test(tc, a_report_without_a_sample_ends_no_alert_about_samples);
    tcase_add_test(tc,
                   an_alert_whose_host_is_forgotten_ends_when_it_had_its_time);
    tcase_add_test(tc, a_host_with_nothing_on_it_is_offline);
    tcase_add_test(
        tc, a_host_that_was_offline_before_the_restart_is_so_until_it_reports);
    tcase_add_test(
        tc, a_host_that_does_not_report_after_the_restart_is_removed_in_time);
    tcase_add_test(tc, a_host_with_a_healthy_endpoint_is_not_offline);
    tcase_add_test(tc, a_host_with_an_unknown_endpoint_is_not_judged);
    tcase_add_test(tc, it_waits_five_minutes_by_default);
    tcase_add_test(tc, vram_over_its_limit_is_told_and_ends_below_the_margin);
    tcase_add_test(tc, its_limit_is_an_option_that_has_effect);
    tcase_add_test(tc, each_gpu_has_its_own);
    tcase_add_test(tc, a_gpu_that_is_taken_out_ends_its_alert);
    tcase_add_test(tc, a_stale_sample_is_no_opinion_about_vram);
    tcase_add_test(tc, two_that_claim_one_address_are_told);
    tcase_add_test(tc, as_many_claims_as_the_threshold_are_not_told);
    tcase_add_test(tc, a_model_on_the_cpu_of_a_host_with_vram_is_told);
    tcase_add_test(tc, when_all_hosts_fall_silent_one_alert_is_raised);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
