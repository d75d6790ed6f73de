/* SPDX-License-Identifier: MIT */
/* test_metrics_host.c - what is known of a host and its GPUs, and when. */
#include <llmreg/metrics.h>

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/names.h>

#include "tests/unit/fleet.h"
#include "tests/unit/reporter.h"

#define GIB (INT64_C(1) << 30)

static struct {
    char name[96]; /* instance/type-type_instance */
    struct llmreg_metric metric;
} seen[1024];
static size_t nseen;
static char host[LLMREG_SERIES_SIZE];

static void keep(void *ctx, const struct llmreg_metric *m)
{
    (void)ctx;
    ck_assert_uint_lt(nseen, sizeof seen / sizeof seen[0]);
    snprintf(host, sizeof host, "%s", m->host);
    snprintf(seen[nseen].name, sizeof seen[0].name, "%s/%s-%s",
             m->plugin_instance, m->type, m->type_instance);
    seen[nseen++].metric = *m;
}

static void read_metrics(const char *id, size_t gpus)
{
    struct llmreg_host *h = reporter_get(id);

    nseen = 0;
    llmreg_host_metrics(h, &fleet_now, gpus, keep, NULL);
    llmreg_host_put(h);
}

static const struct llmreg_metric *find(const char *name)
{
    for (size_t i = 0; i < nseen; i++)
        if (strcmp(seen[i].name, name) == 0)
            return &seen[i].metric;
    return NULL;
}

/* -1 if there is none. */
static double value_of(const char *name)
{
    const struct llmreg_metric *m = find(name);

    return m == NULL ? -1 : m->value;
}

static struct llmreg_gpu gpus[LLMREG_GPUS_MAX];

/* A host that knows everything of itself, with so many GPUs. */
static void setup(void)
{
    fleet_setup();
    reporter_reset();
    for (size_t i = 0; i < LLMREG_GPUS_MAX; i++)
        gpus[i] = (struct llmreg_gpu){.name = "NVIDIA H200",
                                      .uuid = "",
                                      .utilization_percent = (double)i,
                                      .memory_used_bytes = 40 * GIB,
                                      .memory_total_bytes = 141 * GIB,
                                      .temperature_celsius = 61,
                                      .power_watts = 412.5};
    reporter_resources = (struct llmreg_resources){
        .cpu_percent = 25,
        .load1 = 1.5,
        .load5 = 1.25,
        .load15 = 1,
        .ram_used_bytes = 100 * GIB,
        .ram_total_bytes = 512 * GIB,
        .vram_used_bytes = -1,
        .vram_total_bytes = -1,
        .gpus = gpus,
        .ngpus = 2,
    };
}

static void report(const char *id)
{
    int rc = reporter_says(id, "");

    ck_assert_msg(rc == LLMREG_OK, "%s", reporter_error.text);
}

START_TEST(a_fresh_sample_is_all_there)
{
    report("gpu1.example");
    reporter_wait(4);
    read_metrics("gpu1.example", 8);
    ck_assert_uint_eq(nseen, 8 + 2 * 5);
    ck_assert_double_eq(value_of("host/percent-cpu"), 25);
    ck_assert_double_eq(value_of("host/percent-gpu"), 0.5);
    ck_assert_double_eq(value_of("host/memory-used"), 100.0 * GIB);
    ck_assert_double_eq(value_of("host/memory-free"), 412.0 * GIB);
    ck_assert_double_eq(value_of("host/memory-vram_used"), 80.0 * GIB);
    ck_assert_double_eq(value_of("host/memory-vram_free"), 202.0 * GIB);
    ck_assert_double_eq(value_of("host/duration-age"), 4);
    ck_assert_double_eq(value_of("gpu1/percent-gpu_used"), 1);
    ck_assert_double_eq(value_of("gpu1/memory-used"), 40.0 * GIB);
    ck_assert_double_eq(value_of("gpu1/memory-free"), 101.0 * GIB);
    ck_assert_double_eq(value_of("gpu1/temperature-core"), 61);
    ck_assert_double_eq(value_of("gpu1/power-"), 412.5);
}
END_TEST

START_TEST(the_load_has_three_values)
{
    report("gpu1");
    read_metrics("gpu1", 0);
    const struct llmreg_metric *m = find("host/load-");
    ck_assert_ptr_nonnull(m);
    ck_assert_double_eq(m->value, 1.5);
    ck_assert_uint_eq(m->nmore, 2);
    ck_assert_double_eq(m->more[0], 1.25);
    ck_assert_double_eq(m->more[1], 1);
    ck_assert_uint_eq(find("host/memory-used")->nmore, 0);
}
END_TEST

START_TEST(of_the_load_the_long_ones_may_be_unknown)
{
    reporter_resources.load15 = (double)NAN;
    report("gpu1");
    read_metrics("gpu1", 0);
    ck_assert_double_nan(find("host/load-")->more[1]);
}
END_TEST

START_TEST(a_host_is_named_by_its_id_and_its_interval)
{
    report("2001:DB8::1");
    read_metrics("2001:db8::1", 1);
    ck_assert_str_eq(host, "2001:db8::1");
    for (size_t i = 0; i < nseen; i++) {
        ck_assert_int_eq(seen[i].metric.interval_ms, 10000);
        ck_assert(!seen[i].metric.derive);
    }
}
END_TEST

START_TEST(a_long_id_becomes_a_name_that_collectd_does_not_cut)
{
    char id[254] = "";

    memset(id, 'x', sizeof id - 1);
    report(id);
    read_metrics(id, 0);
    ck_assert_uint_lt(strlen(host), LLMREG_SERIES_SIZE);
    ck_assert_ptr_nonnull(strchr(host, '-'));
}
END_TEST

START_TEST(stale_only_the_age_goes_on)
{
    report("gpu1");
    reporter_wait(89);
    read_metrics("gpu1", 8);
    ck_assert_uint_gt(nseen, 1);
    reporter_wait(1);
    read_metrics("gpu1", 8);
    ck_assert_uint_eq(nseen, 1);
    ck_assert_double_eq(value_of("host/duration-age"), 90);
    reporter_wait(3600);
    read_metrics("gpu1", 8);
    ck_assert_double_eq(value_of("host/duration-age"), 3690);
}
END_TEST

START_TEST(a_host_without_a_sample_has_an_age)
{
    struct llmreg_host_report r = reporter_report("gpu1", "");

    r.resources = NULL;
    ck_assert_int_eq(reporter_send(&r, NULL), LLMREG_OK);
    reporter_wait(2);
    read_metrics("gpu1", 8);
    ck_assert_uint_eq(nseen, 1);
    ck_assert_double_eq(value_of("host/duration-age"), 2);
}
END_TEST

START_TEST(over_a_restart_the_age_goes_on)
{
    struct llmreg_host_report r = reporter_report("gpu1", "");
    const struct llmreg_host_state stored = {
        .reported_ms = fleet_now.wall_ms - 60000,
        .registered_ms = fleet_now.wall_ms - 90000,
        .since_ms = fleet_now.wall_ms - 90000,
        .sampled = true,
    };

    r.resources = NULL;
    ck_assert_int_eq(llmreg_host_restore(fleet, &r, &stored, NULL), LLMREG_OK);
    reporter_wait(5);
    read_metrics("gpu1", 8);
    ck_assert_uint_eq(nseen, 1);
    ck_assert_double_eq(value_of("host/duration-age"), 65);
}
END_TEST

START_TEST(the_age_is_never_negative)
{
    report("gpu1");
    fleet_now.mono_ns -= 5;
    read_metrics("gpu1", 0);
    ck_assert_double_eq(value_of("host/duration-age"), 0);
}
END_TEST

START_TEST(what_the_reporter_does_not_know_is_not_there)
{
    reporter_resources = llmreg_resources_unknown();
    reporter_resources.ram_used_bytes = 5;
    gpus[0] = llmreg_gpu_unknown();
    gpus[0].memory_total_bytes = 5;
    reporter_resources.gpus = gpus;
    reporter_resources.ngpus = 1;
    report("gpu1");
    read_metrics("gpu1", 8);
    ck_assert_uint_eq(nseen, 2);
    ck_assert_double_eq(value_of("host/memory-used"), 5);
    ck_assert_double_eq(value_of("host/memory-free"), -1);
    ck_assert_double_eq(value_of("gpu0/memory-free"), -1);
}
END_TEST

START_TEST(the_mean_of_the_gpus_leaves_out_who_does_not_know)
{
    reporter_resources.ngpus = 4; /* 0, 1, 2, 3 */
    gpus[0].utilization_percent = (double)NAN;
    report("gpu1");
    read_metrics("gpu1", 0);
    ck_assert_double_eq(value_of("host/percent-gpu"), 2);
}
END_TEST

static const struct {
    size_t ngpus, cap, shown;
} caps[] = {{2, 8, 2},  {8, 8, 8},  {16, 8, 8}, {64, 64, 64},
            {64, 0, 0}, {64, 1, 1}, {0, 8, 0}};

START_TEST(so_many_gpus_have_series_of_their_own)
{
    char name[32];

    reporter_resources.ngpus = caps[_i].ngpus;
    report("gpu1");
    read_metrics("gpu1", caps[_i].cap);
    size_t host_rows = caps[_i].ngpus == 0 ? 5 : 8;
    ck_assert_uint_eq(nseen, host_rows + 5 * caps[_i].shown);
    for (size_t i = 0; i < LLMREG_GPUS_MAX; i++) {
        snprintf(name, sizeof name, "gpu%zu/power-", i);
        ck_assert_int_eq(find(name) != NULL, i < caps[_i].shown);
    }
}
END_TEST

static void check_info(const struct llmreg_metric_info *info, const char *at)
{
    char name[96];

    snprintf(name, sizeof name, "%s/%s-%s", at, info->type,
             info->type_instance);
    ck_assert_msg(find(name) != NULL, "%s is not emitted", name);
    ck_assert_uint_ge(strlen(info->help), 5);
}

START_TEST(the_tables_name_what_is_emitted_within_what_is_promised)
{
    size_t hosts = 0, gpu = 0;

    reporter_resources.ngpus = 1;
    report("gpu1");
    read_metrics("gpu1", 8);
    for (; llmreg_host_metric_info(hosts) != NULL; hosts++)
        check_info(llmreg_host_metric_info(hosts), "host");
    for (; llmreg_gpu_metric_info(gpu) != NULL; gpu++)
        check_info(llmreg_gpu_metric_info(gpu), "gpu0");
    ck_assert_uint_eq(hosts + gpu, nseen);
    ck_assert_uint_le(hosts, LLMREG_HOST_SERIES_MAX);
    ck_assert_uint_le(gpu, LLMREG_GPU_SERIES_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics_host");
    TCase *tc = tcase_create("metrics_host");

    tcase_add_checked_fixture(tc, setup, fleet_teardown);
    tcase_add_test(tc, a_fresh_sample_is_all_there);
    tcase_add_test(tc, the_load_has_three_values);
    tcase_add_test(tc, of_the_load_the_long_ones_may_be_unknown);
    tcase_add_test(tc, a_host_is_named_by_its_id_and_its_interval);
    tcase_add_test(tc, a_long_id_becomes_a_name_that_collectd_does_not_cut);
    tcase_add_test(tc, stale_only_the_age_goes_on);
    tcase_add_test(tc, a_host_without_a_sample_has_an_age);
    tcase_add_test(tc, over_a_restart_the_age_goes_on);
    tcase_add_test(tc, the_age_is_never_negative);
    tcase_add_test(tc, what_the_reporter_does_not_know_is_not_there);
    tcase_add_test(tc, the_mean_of_the_gpus_leaves_out_who_does_not_know);
    tcase_add_loop_test(tc, so_many_gpus_have_series_of_their_own, 0,
                        (int)(sizeof caps / sizeof caps[0]));
    tcase_add_test(tc, the_tables_name_what_is_emitted_within_what_is_promised);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
