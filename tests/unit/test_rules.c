/* SPDX-License-Identifier: MIT */
/* test_rules.c - the table of rules is whole, and its presets make sense. */
#include <llmreg/alert.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[LLMREG_RULES] = {
    "endpoint_unhealthy", "model_lost",        "kind_down",
    "agent_offline",      "host_offline",      "no_agents_online",
    "host_stale",         "vram_high",         "model_on_cpu",
    "version_drift",      "split_brain",       "heartbeat_latency",
    "connection_churn",   "registry_isolated", "store_failed",
    "store_unhealthy",
};

START_TEST(every_rule_has_its_name_and_is_found_by_it)
{
    enum llmreg_rule_id back = LLMREG_RULES;

    ck_assert_str_eq(llmreg_rule_info(_i)->name, names[_i]);
    ck_assert_int_eq(llmreg_rule_parse(names[_i], &back), LLMREG_OK);
    ck_assert_int_eq(back, _i);
}
END_TEST

START_TEST(another_name_is_no_rule)
{
    static const char *const strangers[] = {"", "Model_lost", "model_lost ",
                                            "model", "disk_full"};

    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        enum llmreg_rule_id rule = LLMREG_RULES;
        ck_assert_int_eq(llmreg_rule_parse(strangers[i], &rule), LLMREG_ENOENT);
        ck_assert_int_eq(rule, LLMREG_RULES);
    }
    ck_assert_ptr_null(llmreg_rule_info(LLMREG_RULES));
    ck_assert_ptr_null(llmreg_rule_info((enum llmreg_rule_id) - 1));
}
END_TEST

START_TEST(every_rule_is_on_and_explained)
{
    const struct llmreg_rule_info *info = llmreg_rule_info(_i);

    ck_assert_int_gt(info->preset.severity, LLMREG_SEVERITY_OKAY);
    ck_assert_int_lt(info->preset.severity, LLMREG_SEVERITIES);
    ck_assert_int_lt(info->about, LLMREG_ENTITIES);
    ck_assert_uint_gt(strlen(info->help), 20);
    ck_assert_int_ge(info->preset.after_ns, 0);
    ck_assert_int_ge(info->preset.clear_ns, 0);
    ck_assert_int_ge(info->preset.cool_ns, 0);
    ck_assert_int_ge(info->preset.flap_ns, 0);
}
END_TEST

/* B12: a margin over the threshold would never clear. */
START_TEST(a_threshold_is_in_its_range_and_its_margin_below_it)
{
    const struct llmreg_rule_info *info = llmreg_rule_info(_i);
    const struct llmreg_rule_conf *preset = &info->preset;

    if (info->unit == NULL) {
        ck_assert(preset->threshold == 0 && preset->margin == 0);
        ck_assert(info->threshold_max == 0 && !info->has_margin);
        return;
    }
    ck_assert(preset->threshold >= info->threshold_min);
    ck_assert(preset->threshold <= info->threshold_max);
    ck_assert(preset->margin >= 0 && preset->margin <= preset->threshold);
    ck_assert(info->has_margin == (preset->margin > 0));
}
END_TEST

/* What is raised of all the fleet when our own network fails is guarded, and
 * what tells of that failure must not be. */
START_TEST(the_guard_is_not_guarded_by_itself)
{
    ck_assert(!llmreg_rule_info(LLMREG_RULE_REGISTRY_ISOLATED)->guarded);
    ck_assert(!llmreg_rule_info(LLMREG_RULE_STORE_FAILED)->guarded);
    ck_assert(llmreg_rule_info(LLMREG_RULE_ENDPOINT_UNHEALTHY)->guarded);
    ck_assert(llmreg_rule_info(LLMREG_RULE_AGENT_OFFLINE)->guarded);
    ck_assert(llmreg_rule_info(LLMREG_RULE_HOST_STALE)->guarded);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rules");
    TCase *tc = tcase_create("rules");

    tcase_add_loop_test(tc, every_rule_has_its_name_and_is_found_by_it, 0,
                        LLMREG_RULES);
    tcase_add_test(tc, another_name_is_no_rule);
    tcase_add_loop_test(tc, every_rule_is_on_and_explained, 0, LLMREG_RULES);
    tcase_add_loop_test(tc, a_threshold_is_in_its_range_and_its_margin_below_it,
                        0, LLMREG_RULES);
    tcase_add_test(tc, the_guard_is_not_guarded_by_itself);
    suite_add_tcase(suite, tc);
    SRunner *sr = srunner_create(suite);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
