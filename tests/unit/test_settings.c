/* SPDX-License-Identifier: MIT */
/* test_settings.c - blocks merge, and a mistake is never forgotten. */
#include "common/service/settings.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct settings settings;
static struct settings_values values;
static struct llmreg_error err;

static void setup(void)
{
    memset(&settings, 0, sizeof settings);
    err.text[0] = '\0';
}

static void teardown(void)
{
}

static int add_string(const char *where, const char *key, const char *value)
{
    const struct llmreg_value v = {.type = LLMREG_VALUE_STRING,
                                   .string = value};
    const struct llmreg_item child = {.key = key, .values = &v, .nvalues = 1};
    const struct llmreg_item block = {
        .key = "Registry", .children = &child, .nchildren = 1};

    return settings_add(&settings, &block, where, &err);
}

static int add_number(const char *where, const char *key, double value)
{
    const struct llmreg_value v = {.type = LLMREG_VALUE_NUMBER,
                                   .number = value};
    const struct llmreg_item child = {.key = key, .values = &v, .nvalues = 1};
    const struct llmreg_item block = {
        .key = "Registry", .children = &child, .nchildren = 1};

    return settings_add(&settings, &block, where, &err);
}

START_TEST(without_a_block_there_are_defaults)
{
    ck_assert_int_eq(settings_get(&settings, &values, &err), LLMREG_OK);
    ck_assert_str_eq(values.data_dir, "/var/lib/collectd/llmreg");
    ck_assert_int_eq(values.flush_ns, INT64_C(5000000000));
    ck_assert_int_eq(values.keep_events, 10000);
    ck_assert_int_eq(values.keep_beats, 1000000);
    ck_assert_int_eq(values.ballast_mib, 16);
    ck_assert_int_eq(values.max_endpoints, 50000);
}
END_TEST

START_TEST(the_defaults_are_those_of_the_registry)
{
    const struct llmreg_registry_conf d = llmreg_registry_conf();

    ck_assert_int_eq(settings_get(&settings, &values, &err), LLMREG_OK);
    const struct llmreg_registry_conf conf = settings_registry(&values);
    ck_assert_uint_eq(conf.endpoints, d.endpoints);
    ck_assert_uint_eq(conf.agents, d.agents);
    ck_assert_uint_eq(conf.hosts, d.hosts);
    ck_assert_uint_eq(conf.sessions, d.sessions);
    ck_assert_uint_eq(conf.closed_kept, d.closed_kept);
    ck_assert(conf.presence.late == d.presence.late);
    ck_assert(conf.presence.stale == d.presence.stale);
    ck_assert(conf.presence.offline == d.presence.offline);
    ck_assert_int_eq(conf.presence.reap_ns, d.presence.reap_ns);
    ck_assert_int_eq(conf.host_reap_ns, d.host_reap_ns);
    ck_assert_int_eq(conf.stale_ns, d.stale_ns);
}
END_TEST

START_TEST(two_blocks_add_up)
{
    ck_assert_int_eq(add_string("one", "DataDir", "/srv//llmreg/"), LLMREG_OK);
    ck_assert_int_eq(add_number("two", "KeepEvents", 7), LLMREG_OK);
    ck_assert_int_eq(settings_get(&settings, &values, &err), LLMREG_OK);
    ck_assert_str_eq(values.data_dir, "/srv/llmreg");
    ck_assert_int_eq(values.keep_events, 7);
}
END_TEST

START_TEST(the_same_value_twice_is_no_contradiction)
{
    ck_assert_int_eq(add_string("one", "DataDir", "/srv/llmreg"), LLMREG_OK);
    ck_assert_int_eq(add_string("two", "DataDir", "/srv/./llmreg/"), LLMREG_OK);
}
END_TEST

START_TEST(another_value_is_a_mistake_that_names_both_places)
{
    ck_assert_int_eq(add_string("block one", "DataDir", "/a"), LLMREG_OK);
    ck_assert_int_eq(add_string("block two", "DataDir", "/b"), LLMREG_EEXIST);
    ck_assert_ptr_nonnull(strstr(err.text, "block one"));
    ck_assert_ptr_nonnull(strstr(err.text, "block two"));
    ck_assert_ptr_nonnull(strstr(err.text, "DataDir"));
}
END_TEST

START_TEST(the_first_mistake_stays)
{
    ck_assert_int_eq(add_number("one", "FlushInterval", 0.01), LLMREG_EINVAL);
    ck_assert_int_eq(add_string("two", "DataDri", "/a"), LLMREG_ENOENT);
    ck_assert_ptr_nonnull(strstr(err.text, "DataDri"));
    ck_assert_int_eq(settings_get(&settings, &values, &err), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "FlushInterval"));
    ck_assert_int_eq(add_number("three", "KeepEvents", 1), LLMREG_OK);
    ck_assert_int_eq(settings_get(&settings, &values, &err), LLMREG_EINVAL);
}
END_TEST

START_TEST(ranges_hold)
{
    static const struct {
        const char *key;
        double value;
        int rc;
    } rows[] = {
        {"FlushInterval", 0.1, LLMREG_OK},
        {"FlushInterval", 3601, LLMREG_EINVAL},
        {"KeepEvents", 0, LLMREG_OK},
        {"KeepEvents", 1000000, LLMREG_OK},
        {"KeepEvents", 1000001, LLMREG_EINVAL},
        {"KeepEvents", 1.5, LLMREG_EINVAL},
        {"BackupInterval", 0, LLMREG_OK},
        {"BackupInterval", 60, LLMREG_OK},
        {"BackupInterval", 2678401, LLMREG_EINVAL},
        {"KeepBackups", 0, LLMREG_EINVAL},
        {"KeepBackups", 1001, LLMREG_EINVAL},
        {"KeepDaily", 0, LLMREG_OK},
        {"KeepDaily", 367, LLMREG_EINVAL},
        {"KeepWeekly", 0, LLMREG_OK},
        {"KeepWeekly", 521, LLMREG_EINVAL},
        {"KeepHeartbeats", 0, LLMREG_OK},
        {"KeepHeartbeats", 100000000, LLMREG_OK},
        {"KeepHeartbeats", 100000001, LLMREG_EINVAL},
        {"BallastSize", 0, LLMREG_OK},
        {"BallastSize", 1024, LLMREG_OK},
        {"BallastSize", 1025, LLMREG_EINVAL},
        {"MaxEndpoints", 0, LLMREG_EINVAL},
        {"MaxEndpoints", 1000000, LLMREG_OK},
        {"MaxAgents", 0, LLMREG_EINVAL},
        {"MaxAgents", 1000001, LLMREG_EINVAL},
        {"MaxHosts", 0, LLMREG_EINVAL},
        {"MaxSessions", 0, LLMREG_EINVAL},
        {"LateAfter", 0.99, LLMREG_EINVAL},
        {"LateAfter", 2.25, LLMREG_OK},
        {"StaleAfter", 1000.5, LLMREG_EINVAL},
        {"OfflineAfter", 1001, LLMREG_EINVAL},
        {"ReapAfter", 59, LLMREG_EINVAL},
        {"ReapAfter", 31536001, LLMREG_EINVAL},
        {"HostStaleAfter", 0.5, LLMREG_EINVAL},
        {"HostStaleAfter", 86401, LLMREG_EINVAL},
        {"MassGuardAbove", 0, LLMREG_EINVAL},
        {"MassGuardAbove", 1, LLMREG_OK},
        {"MassGuardAbove", 1000000, LLMREG_OK},
        {"MassGuardAbove", 1000001, LLMREG_EINVAL},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memset(&settings, 0, sizeof settings);
        ck_assert_msg(add_number("x", rows[i].key, rows[i].value) == rows[i].rc,
                      "%s %g: %s", rows[i].key, rows[i].value, err.text);
    }
}
END_TEST

START_TEST(a_ladder_that_does_not_go_down_is_a_mistake)
{
    ck_assert_int_eq(add_number("one", "LateAfter", 4), LLMREG_OK);
    ck_assert_int_eq(settings_get(&settings, &values, &err), LLMREG_EINVAL);
    ck_assert_str_eq(err.text, "LateAfter 4, StaleAfter 3, OfflineAfter 10: "
                               "each must be at least the one before");
    ck_assert_int_eq(add_number("two", "StaleAfter", 11), LLMREG_OK);
    ck_assert_int_eq(settings_get(&settings, &values, &err), LLMREG_EINVAL);
    ck_assert_int_eq(add_number("three", "OfflineAfter", 11), LLMREG_OK);
    ck_assert_int_eq(settings_get(&settings, &values, &err), LLMREG_OK);
}
END_TEST

/* Or the mass guard could not hold the alerts of the first. */
START_TEST(who_is_offline_was_late_for_an_interval)
{
    ck_assert_int_eq(add_number("one", "StaleAfter", 2), LLMREG_OK);
    ck_assert_int_eq(add_number("two", "OfflineAfter", 2.25), LLMREG_OK);
    ck_assert_int_eq(settings_get(&settings, &values, &err), LLMREG_EINVAL);
    ck_assert_str_eq(err.text,
                     "LateAfter 1.5, OfflineAfter 2.25: there must be an "
                     "interval between them, or the first agents are offline "
                     "before it shows that all are silent");
    ck_assert_int_eq(add_number("three", "LateAfter", 1.25), LLMREG_OK);
    ck_assert_int_eq(settings_get(&settings, &values, &err), LLMREG_OK);
}
END_TEST

START_TEST(a_backup_every_second_is_a_mistake)
{
    ck_assert_int_eq(add_number("one", "BackupInterval", 59), LLMREG_OK);
    ck_assert_int_eq(settings_get(&settings, &values, &err), LLMREG_EINVAL);
    ck_assert_str_eq(err.text, "BackupInterval 59: must be 0, or 60 at least");
}
END_TEST

START_TEST(a_relative_directory_is_a_mistake)
{
    ck_assert_int_eq(add_string("one", "DataDir", "llmreg"), LLMREG_EINVAL);
}
END_TEST

START_TEST(the_block_takes_no_argument)
{
    const struct llmreg_value v = {.type = LLMREG_VALUE_STRING,
                                   .string = "main"};
    const struct llmreg_item block = {
        .key = "Registry", .values = &v, .nvalues = 1};

    ck_assert_int_eq(settings_add(&settings, &block, "here", &err),
                     LLMREG_EINVAL);
    ck_assert_str_eq(err.text, "here: the block takes no argument");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("settings");
    TCase *tc = tcase_create("settings");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, without_a_block_there_are_defaults);
    tcase_add_test(tc, the_defaults_are_those_of_the_registry);
    tcase_add_test(tc, a_ladder_that_does_not_go_down_is_a_mistake);
    tcase_add_test(tc, two_blocks_add_up);
    tcase_add_test(tc, the_same_value_twice_is_no_contradiction);
    tcase_add_test(tc, another_value_is_a_mistake_that_names_both_places);
    tcase_add_test(tc, the_first_mistake_stays);
    tcase_add_test(tc, ranges_hold);
    tcase_add_test(tc, who_is_offline_was_late_for_an_interval);
    tcase_add_test(tc, a_backup_every_second_is_a_mistake);
    tcase_add_test(tc, a_relative_directory_is_a_mistake);
    tcase_add_test(tc, the_block_takes_no_argument);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
