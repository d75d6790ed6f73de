/* SPDX-License-Identifier: MIT */
/* test_metrics_store.c - each number of the store is a series, if it is known.
 */
#include <llmreg/metrics.h>

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/store_health.h>

#define HOUR_MS INT64_C(3600000)

static const struct llmreg_now now = {.mono_ns = 1, .wall_ms = 100 * HOUR_MS};
static struct llmreg_store_health h;
static const char *wanted;
static double found;
static size_t count;

static void find(void *ctx, const struct llmreg_metric *m)
{
    char name[64];

    (void)ctx;
    ck_assert_ptr_null(m->host);
    ck_assert_str_eq(m->plugin_instance, "store");
    ck_assert(!m->derive);
    ck_assert(!isnan(m->value));
    snprintf(name, sizeof name, "%s-%s", m->type, m->type_instance);
    count++;
    if (strcmp(name, wanted) == 0)
        found = m->value;
}

/* -1: there is none. */
static double value(const char *name)
{
    wanted = name;
    found = -1;
    count = 0;
    llmreg_store_metrics(&h, &now, find, NULL);
    return found;
}

static void setup(void)
{
    h = (struct llmreg_store_health){
        .measured_ms = now.wall_ms,
        .bytes = 1000,
        .free_bytes = 250,
        .fragmentation = 0.25,
        .log_bytes = 77,
        .reader_ms = 1500,
        .verdict = LLMREG_STORE_UNHEALTHY,
        .disk = {.bytes = 400, .free = 100, .inodes = 50, .ifree = 10},
        .backup = {.good_ms = now.wall_ms - HOUR_MS},
        .check = {.ended_ms = now.wall_ms - 2 * HOUR_MS, .bad = 3},
        .ntables = 2,
        .tables = {{.name = "endpoint", .rows = 5},
                   {.name = "event", .rows = 9}},
    };
    h.disk.days_to_full = 2;
}

static const struct {
    const char *name;
    double value;
} series[] = {
    {"bytes-file", 1000},
    {"bytes-free_pages", 250},
    {"bytes-log", 77},
    {"percent-free_pages", 25},
    {"bytes-disk_free", 100},
    {"percent-disk_free", 25},
    {"percent-inodes_free", 20},
    {"timeleft-disk_full", 172800},
    {"duration-backup_age", 3600},
    {"duration-check_age", 7200},
    {"duration-reader", 1.5},
    {"count-errors", 3},
    {"gauge-verdict", 2},
    {"count-rows_endpoint", 5},
    {"count-rows_event", 9},
};
#define SERIES (sizeof series / sizeof series[0])

START_TEST(each_number_is_a_series)
{
    ck_assert_double_eq_tol(value(series[_i].name), series[_i].value, 1e-9);
    ck_assert_uint_eq(count, SERIES);
}
END_TEST

START_TEST(what_is_not_known_is_left_out)
{
    h.disk.free = h.disk.inodes = h.disk.ifree = -1;
    h.disk.days_to_full = (double)NAN;
    h.backup.good_ms = h.check.ended_ms = 0;
    h.ntables = 0;
    ck_assert_double_eq(value("bytes-file"), 1000);
    ck_assert_uint_eq(count, SERIES - 2 - 6);
    h.measured_ms = 0;
    ck_assert_double_eq(value("bytes-file"), -1);
    ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(a_time_in_the_future_is_of_now)
{
    h.backup.good_ms = now.wall_ms + HOUR_MS;
    ck_assert_double_eq(value("duration-backup_age"), 0);
}
END_TEST

START_TEST(the_list_of_series_has_all_of_them)
{
    size_t n = 0;

    for (; llmreg_store_metric_info(n) != NULL; n++)
        ck_assert_uint_gt(strlen(llmreg_store_metric_info(n)->help), 5);
    ck_assert_uint_eq(n, SERIES - 1); /* tables are one row */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics_store");
    TCase *tc = tcase_create("metrics_store");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_loop_test(tc, each_number_is_a_series, 0, SERIES);
    tcase_add_test(tc, what_is_not_known_is_left_out);
    tcase_add_test(tc, a_time_in_the_future_is_of_now);
    tcase_add_test(tc, the_list_of_series_has_all_of_them);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
