/* SPDX-License-Identifier: MIT */
/* test_host.c - the narrow waist: what passes to collectd, and what not. */
#include "plugins/host/host.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <liboconfig/oconfig.h>

#include "tests/support/fake_collectd.h"

/* ---- log ---- */

static const struct {
    enum llmreg_level level;
    char letter;
} levels[] = {
    {LLMREG_ERROR, 'E'},
    {LLMREG_WARNING, 'W'},
    {LLMREG_NOTICE, 'N'},
    {LLMREG_INFO, 'I'},
};

START_TEST(a_line_has_its_level_and_the_plugins_name)
{
    const struct llmreg_program host = host_make("llm_probe");

    fake_reset();
    llmreg_log(&host.log, levels[_i].level, "100%% of %d", 3);
    ck_assert_uint_eq(
        fake_log_count(levels[_i].letter, "llm_probe plugin: 100% of 3"), 1);
}
END_TEST

/* ---- values ---- */

static struct host_pass submit(const struct llmreg_metric *m)
{
    struct host_pass pass = {
        .plugin = "llm_probe", .wall_ms = 1795230000500, .interval_ms = 30000};

    fake_reset();
    host_submit(&pass, m);
    return pass;
}

START_TEST(a_metric_becomes_a_value)
{
    const struct llmreg_metric m = {.host = "h",
                                    .plugin_instance = "gpu1",
                                    .type = "bool",
                                    .type_instance = "up",
                                    .value = 1,
                                    .interval_ms = 10000};
    struct fake_value v;

    ck_assert_uint_eq(submit(&m).submitted, 1);
    ck_assert(fake_value_find("gpu1", "bool-up", &v));
    ck_assert_str_eq(v.host, "h");
    ck_assert_str_eq(v.plugin, "llm_probe");
    ck_assert_double_eq_tol(v.time, 1795230000.5, 1e-3);
    ck_assert_double_eq_tol(v.interval, 10, 1e-6);
}
END_TEST

START_TEST(without_an_interval_it_has_the_one_of_the_pass)
{
    const struct llmreg_metric m = {.plugin_instance = "fleet",
                                    .type = "count",
                                    .type_instance = "x",
                                    .value = 0};
    struct fake_value v;

    ck_assert_uint_eq(submit(&m).submitted, 1);
    ck_assert(fake_value_find("fleet", "count-x", &v));
    ck_assert_double_eq_tol(v.interval, 30, 1e-6);
    ck_assert_str_eq(v.host, "");
}
END_TEST

START_TEST(a_count_that_grows_is_handed_over_as_a_whole_number)
{
    const struct llmreg_metric m = {.plugin_instance = "hub",
                                    .type = "operations",
                                    .type_instance = "events",
                                    .value = 9007199254740991,
                                    .derive = true};
    struct fake_value v;

    ck_assert_uint_eq(submit(&m).submitted, 1);
    ck_assert(fake_value_find("hub", "operations-events", &v));
    ck_assert_int_eq(v.derive, INT64_C(9007199254740991));
}
END_TEST

START_TEST(of_several_values_one_may_be_unknown)
{
    const struct llmreg_metric m = {.plugin_instance = "host",
                                    .type = "load",
                                    .type_instance = "",
                                    .value = 1,
                                    .more = {(double)NAN, 3},
                                    .nmore = 2};
    struct fake_value v;

    ck_assert_uint_eq(submit(&m).submitted, 1);
    ck_assert(fake_value_find("host", "load-", &v));
    ck_assert_double_eq(v.value, 1);
    ck_assert_uint_eq(v.nmore, 2);
    ck_assert_double_nan(v.more[0]);
    ck_assert_double_eq(v.more[1], 3);
}
END_TEST

START_TEST(several_values_with_one_that_cannot_be_are_refused)
{
    struct llmreg_metric m = {.plugin_instance = "host",
                              .type = "load",
                              .type_instance = "",
                              .value = 1,
                              .more = {2, (double)INFINITY},
                              .nmore = 2};

    ck_assert_uint_eq(submit(&m).refused, 1);
    m.more[1] = 3;
    m.nmore = 3;
    ck_assert_uint_eq(submit(&m).refused, 1);
}
END_TEST

static char long_name[200];

static const struct {
    const char *host, *instance, *type, *type_instance;
    double value;
} refused[] = {
    {"h", "i", "bool", "up", (double)NAN},
    {"h", "i", "bool", "up", (double)INFINITY},
    {"h/x", "i", "bool", "up", 1},
    {"h", "a/b", "bool", "up", 1},
    {"h", "i", "bool", "u\np", 1},
    {"h", "i", "bool", "u\x7f", 1},
    {"h", "i", "", "up", 1},
    {long_name, "i", "bool", "up", 1},
    {"h", long_name, "bool", "up", 1},
};

START_TEST(what_collectd_would_change_is_refused)
{
    const struct llmreg_metric m = {.host = refused[_i].host,
                                    .plugin_instance = refused[_i].instance,
                                    .type = refused[_i].type,
                                    .type_instance = refused[_i].type_instance,
                                    .value = refused[_i].value};

    memset(long_name, 'x', sizeof long_name - 1);
    ck_assert_uint_eq(submit(&m).refused, 1);
    ck_assert_uint_eq(fake_value_count(), 0);
}
END_TEST

/* ---- notifications ---- */

static char plugin_name[] = "llm_probe";

START_TEST(a_notification_keeps_all_it_says)
{
    const struct llmreg_notification n = {
        .severity = LLMREG_SEVERITY_FAILURE,
        .time_ms = 1795230000000,
        .host = "h",
        .plugin_instance = "gpu1",
        .type = "bool",
        .type_instance = "up",
        .message = "gpu1 is down",
        .meta = {{"endpoint", "h:1"}, {"reason", "timeout"}},
        .nmeta = 2};
    struct fake_notification f;

    fake_reset();
    host_notify(plugin_name, &n);
    ck_assert(fake_notification_at(0, &f));
    ck_assert_int_eq(f.severity, 1);
    ck_assert_str_eq(f.host, "h");
    ck_assert_str_eq(f.plugin, "llm_probe");
    ck_assert_str_eq(f.plugin_instance, "gpu1");
    ck_assert_str_eq(f.message, "gpu1 is down");
    ck_assert_str_eq(f.meta, "endpoint=h:1\nreason=timeout\n");
}
END_TEST

START_TEST(severities_are_collectds)
{
    static const int severities[] = {4, 2, 1};
    const struct llmreg_notification n = {.severity = (enum llmreg_severity)_i,
                                          .plugin_instance = "",
                                          .type = "bool",
                                          .type_instance = "store"};
    struct fake_notification f;

    fake_reset();
    host_notify(plugin_name, &n);
    ck_assert(fake_notification_at(0, &f));
    ck_assert_int_eq(f.severity, severities[_i]);
    ck_assert_str_eq(f.host, "hub");
}
END_TEST

/* ---- configuration ---- */

START_TEST(a_tree_is_copied_whole)
{
    char key[] = "Plugin";
    char child_key[] = "Label";
    char text[] = "site";
    oconfig_value_t values[] = {
        {.value.string = text, .type = OCONFIG_TYPE_STRING},
        {.value.number = 1.5, .type = OCONFIG_TYPE_NUMBER},
        {.value.boolean = 1, .type = OCONFIG_TYPE_BOOLEAN}};
    oconfig_item_t child = {
        .key = child_key, .values = values, .values_num = 3};
    oconfig_item_t ci = {.key = key, .children = &child, .children_num = 1};
    struct llmreg_item *item = NULL;

    ck_assert_int_eq(host_items_new(&item, &ci), LLMREG_OK);
    memset(text, 'x', 4);
    memset(child_key, 'x', 5);
    ck_assert_str_eq(item->key, "Plugin");
    ck_assert_uint_eq(item->nchildren, 1);
    ck_assert_str_eq(item->children[0].key, "Label");
    ck_assert_uint_eq(item->children[0].nvalues, 3);
    ck_assert_str_eq(item->children[0].values[0].string, "site");
    ck_assert_double_eq(item->children[0].values[1].number, 1.5);
    ck_assert(item->children[0].values[2].truth);
    host_items_free(item);
    host_items_free(NULL);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("host");
    TCase *t = tcase_create("host");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_loop_test(t, a_line_has_its_level_and_the_plugins_name, 0,
                        (int)(sizeof levels / sizeof levels[0]));
    tcase_add_test(t, a_metric_becomes_a_value);
    tcase_add_test(t, without_an_interval_it_has_the_one_of_the_pass);
    tcase_add_test(t, a_count_that_grows_is_handed_over_as_a_whole_number);
    tcase_add_test(t, of_several_values_one_may_be_unknown);
    tcase_add_test(t, several_values_with_one_that_cannot_be_are_refused);
    tcase_add_loop_test(t, what_collectd_would_change_is_refused, 0,
                        (int)(sizeof refused / sizeof refused[0]));
    tcase_add_test(t, a_notification_keeps_all_it_says);
    tcase_add_loop_test(t, severities_are_collectds, 0, 3);
    tcase_add_test(t, a_tree_is_copied_whole);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
