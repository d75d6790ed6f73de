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
    ck_assert_int_eq(values.max_endpoints, 50000);
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
        {"MaxEndpoints", 0, LLMREG_EINVAL},
        {"MaxEndpoints", 1000000, LLMREG_OK},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memset(&settings, 0, sizeof settings);
        ck_assert_msg(add_number("x", rows[i].key, rows[i].value) == rows[i].rc,
                      "%s %g: %s", rows[i].key, rows[i].value, err.text);
    }
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
    tcase_add_test(tc, two_blocks_add_up);
    tcase_add_test(tc, the_same_value_twice_is_no_contradiction);
    tcase_add_test(tc, another_value_is_a_mistake_that_names_both_places);
    tcase_add_test(tc, the_first_mistake_stays);
    tcase_add_test(tc, ranges_hold);
    tcase_add_test(tc, a_relative_directory_is_a_mistake);
    tcase_add_test(tc, the_block_takes_no_argument);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
