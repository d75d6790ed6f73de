/* SPDX-License-Identifier: MIT */
/* test_resources.c - a good report passes; each wrong field is named. */
#include <llmreg/resources.h>

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GB (INT64_C(1) << 30)

static struct llmreg_gpu gpus[LLMREG_GPUS_MAX + 1];
static struct llmreg_resources resources;
static const char *addresses[LLMREG_ADDRESSES_MAX + 1];
static char names[LLMREG_ADDRESSES_MAX + 1][16];
static struct llmreg_host_report report;

/* Everything is known and in the middle of its range. */
static void setup(void)
{
    for (int i = 0; i <= LLMREG_GPUS_MAX; i++)
        gpus[i] = (struct llmreg_gpu){.name = "NVIDIA H200",
                                      .uuid = "GPU-1",
                                      .utilization_percent = 50,
                                      .memory_used_bytes = GB,
                                      .memory_total_bytes = 2 * GB,
                                      .temperature_celsius = 60,
                                      .power_watts = 300};
    for (int i = 0; i <= LLMREG_ADDRESSES_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "10.0.0.%d", i + 1);
        addresses[i] = names[i];
    }
    resources = (struct llmreg_resources){.cpu_percent = 50,
                                          .load1 = 1,
                                          .load5 = 2,
                                          .load15 = 3,
                                          .ram_used_bytes = GB,
                                          .ram_total_bytes = 4 * GB,
                                          .vram_used_bytes = 2 * GB,
                                          .vram_total_bytes = 4 * GB,
                                          .gpus = gpus,
                                          .ngpus = 2};
    report = (struct llmreg_host_report){.id = "gpu1.example",
                                         .name = "GPU 1",
                                         .agent = "agent-1",
                                         .addresses = addresses,
                                         .naddresses = 2,
                                         .interval_ms = 30000,
                                         .resources = &resources};
}

static void accepts(void)
{
    struct llmreg_error err = {""};

    ck_assert_msg(llmreg_host_report_check(&report, &err) == LLMREG_OK, "%s",
                  err.text);
}

static void refuses(const char *part)
{
    struct llmreg_error err = {""};

    ck_assert_int_eq(llmreg_host_report_check(&report, &err), LLMREG_EINVAL);
    ck_assert_msg(strstr(err.text, part) != NULL, "no %s in: %s", part,
                  err.text);
    ck_assert_int_eq(llmreg_host_report_check(&report, NULL), LLMREG_EINVAL);
}

START_TEST(a_good_report_passes)
{
    accepts();
    report.resources = NULL;
    report.addresses = NULL;
    report.naddresses = 0;
    report.name = report.agent = "";
    accepts();
}
END_TEST

START_TEST(a_sample_of_which_nothing_is_known_passes)
{
    struct llmreg_gpu unknown = llmreg_gpu_unknown();

    resources = llmreg_resources_unknown();
    accepts();
    resources.gpus = &unknown;
    resources.ngpus = 1;
    accepts();
    ck_assert(isnan(unknown.power_watts) && isnan(resources.cpu_percent));
    ck_assert_int_eq(resources.vram_total_bytes, -1);
}
END_TEST

/* ---- numbers ---- */

static const struct {
    const char *name;
    double *at, min, max;
} numbers[] = {
    {"cpu_percent", &resources.cpu_percent, 0, 100},
    {"load1", &resources.load1, 0, 1e6},
    {"load5", &resources.load5, 0, 1e6},
    {"load15", &resources.load15, 0, 1e6},
    {"gpu 1 utilization_percent", &gpus[1].utilization_percent, 0, 100},
    {"gpu 1 temperature_celsius", &gpus[1].temperature_celsius, -100, 1000},
    {"gpu 1 power_watts", &gpus[1].power_watts, 0, 100000},
};

START_TEST(a_number_is_within_its_range)
{
    double *at = numbers[_i].at;

    *at = numbers[_i].min;
    accepts();
    *at = numbers[_i].max;
    accepts();
    *at = (double)NAN;
    accepts();
    const double wrong[] = {numbers[_i].min - 0.1, numbers[_i].max + 0.1,
                            (double)INFINITY, -(double)INFINITY};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        *at = wrong[i];
        refuses(numbers[_i].name);
    }
}
END_TEST

static const struct {
    const char *name;
    int64_t *used, *total;
} pairs[] = {
    {"ram", &resources.ram_used_bytes, &resources.ram_total_bytes},
    {"vram", &resources.vram_used_bytes, &resources.vram_total_bytes},
    {"gpu 0 memory", &gpus[0].memory_used_bytes, &gpus[0].memory_total_bytes},
};

START_TEST(no_more_is_used_than_there_is)
{
    char part[96];

    if (_i == 1)
        resources.ngpus = 0; /* or what is unknown is made from them */
    *pairs[_i].used = 0;
    *pairs[_i].total = 0;
    accepts();
    *pairs[_i].used = *pairs[_i].total = LLMREG_BYTES_MAX;
    accepts();
    *pairs[_i].total = LLMREG_BYTES_MAX - 1;
    (void)snprintf(part, sizeof part,
                   "%s_used_bytes 72057594037927936 is more "
                   "than %s_total_bytes 7",
                   pairs[_i].name, pairs[_i].name);
    refuses(part);
    *pairs[_i].total = -1;
    accepts();
    *pairs[_i].used = -1;
    accepts();
    *pairs[_i].used = LLMREG_BYTES_MAX + 1;
    (void)snprintf(part, sizeof part, "%s_used_bytes", pairs[_i].name);
    refuses(part);
    *pairs[_i].used = -2;
    refuses(part);
    *pairs[_i].used = -1;
    *pairs[_i].total = INT64_MIN;
    (void)snprintf(part, sizeof part, "%s_total_bytes", pairs[_i].name);
    refuses(part);
}
END_TEST

/* ---- what is made from GPUs ---- */

START_TEST(vram_in_all_is_made_from_gpus_if_they_know)
{
    resources.vram_used_bytes = resources.vram_total_bytes = -1;
    struct llmreg_resources r = llmreg_resources_total(&resources);
    ck_assert_int_eq(r.vram_used_bytes, 2 * GB);
    ck_assert_int_eq(r.vram_total_bytes, 4 * GB);
    gpus[1].memory_used_bytes = -1;
    r = llmreg_resources_total(&resources);
    ck_assert_int_eq(r.vram_used_bytes, -1);
    ck_assert_int_eq(r.vram_total_bytes, 4 * GB);
    resources.ngpus = 0;
    r = llmreg_resources_total(&resources);
    ck_assert_int_eq(r.vram_total_bytes, -1);
}
END_TEST

START_TEST(vram_that_was_said_is_not_made)
{
    resources.vram_used_bytes = 3 * GB;
    const struct llmreg_resources r = llmreg_resources_total(&resources);
    ck_assert_int_eq(r.vram_used_bytes, 3 * GB);
    ck_assert_ptr_eq(r.gpus, gpus);
}
END_TEST

START_TEST(vram_that_is_made_is_checked_too)
{
    resources.vram_used_bytes = -1;
    resources.vram_total_bytes = GB;
    refuses("vram_used_bytes 2147483648 is more than vram_total_bytes");
}
END_TEST

START_TEST(the_largest_sum_is_a_number)
{
    resources.ngpus = LLMREG_GPUS_MAX;
    resources.vram_used_bytes = resources.vram_total_bytes = -1;
    for (int i = 0; i < LLMREG_GPUS_MAX; i++)
        gpus[i].memory_total_bytes = LLMREG_BYTES_MAX;
    accepts();
    ck_assert_int_eq(llmreg_resources_total(&resources).vram_total_bytes,
                     LLMREG_GPUS_MAX * LLMREG_BYTES_MAX);
}
END_TEST

/* ---- words ---- */

START_TEST(there_are_at_most_64_gpus)
{
    resources.ngpus = LLMREG_GPUS_MAX;
    accepts();
    resources.ngpus = LLMREG_GPUS_MAX + 1;
    refuses("65 gpus, allowed are 64");
}
END_TEST

START_TEST(there_are_at_most_16_addresses)
{
    report.naddresses = LLMREG_ADDRESSES_MAX;
    accepts();
    report.naddresses = LLMREG_ADDRESSES_MAX + 1;
    refuses("17 addresses, allowed are 16");
}
END_TEST

START_TEST(an_address_is_given_once_in_any_spelling)
{
    addresses[1] = "::ffff:10.0.0.1";
    refuses("address \"::ffff:10.0.0.1\" is given twice");
    addresses[1] = "http://gpu1";
    refuses("address \"http://gpu1\" is no name of a host");
    addresses[1] = NULL;
    refuses("address is missing");
    report.addresses = NULL;
    refuses("addresses are missing");
    report.naddresses = 0;
    accepts();
}
END_TEST

START_TEST(texts_have_bounds)
{
    char text[300];
    const struct {
        const char *name, **at;
        size_t max;
        bool optional;
    } texts[] = {
        {"name", &report.name, 127, true},
        {"agent", &report.agent, 128, true},
        {"gpu 1 name", &gpus[1].name, 128, false},
        {"gpu 1 uuid", &gpus[1].uuid, 64, false},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *old = *texts[i].at;
        memset(text, 'a', sizeof text);
        text[texts[i].max] = '\0';
        *texts[i].at = text;
        accepts();
        text[texts[i].max] = 'a';
        text[texts[i].max + 1] = '\0';
        refuses(texts[i].name);
        *texts[i].at = "a\nb";
        refuses(texts[i].name);
        *texts[i].at = NULL;
        if (texts[i].optional)
            accepts();
        else
            refuses(texts[i].name);
        *texts[i].at = old;
    }
}
END_TEST

START_TEST(an_id_is_the_name_of_a_host)
{
    static const char *const bad[] = {"", "..", "a/b", "a b", "[::1]"};

    report.id = "GPU1.Example";
    accepts();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        report.id = bad[i];
        refuses("is no name of a host");
    }
    report.id = NULL;
    refuses("id is missing");
}
END_TEST

START_TEST(an_interval_is_a_second_to_a_day)
{
    report.interval_ms = 1000;
    accepts();
    report.interval_ms = 86400000;
    accepts();
    report.interval_ms = 999;
    refuses("interval_ms 999 is not within 1000 to 86400000");
    report.interval_ms = 86400001;
    refuses("interval_ms");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("resources");
    TCase *t = tcase_create("resources");
    SRunner *sr = srunner_create(s);

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, a_good_report_passes);
    tcase_add_test(t, a_sample_of_which_nothing_is_known_passes);
    tcase_add_loop_test(t, a_number_is_within_its_range, 0,
                        sizeof numbers / sizeof numbers[0]);
    tcase_add_loop_test(t, no_more_is_used_than_there_is, 0,
                        sizeof pairs / sizeof pairs[0]);
    tcase_add_test(t, vram_in_all_is_made_from_gpus_if_they_know);
    tcase_add_test(t, vram_that_was_said_is_not_made);
    tcase_add_test(t, vram_that_is_made_is_checked_too);
    tcase_add_test(t, the_largest_sum_is_a_number);
    tcase_add_test(t, there_are_at_most_64_gpus);
    tcase_add_test(t, there_are_at_most_16_addresses);
    tcase_add_test(t, an_address_is_given_once_in_any_spelling);
    tcase_add_test(t, texts_have_bounds);
    tcase_add_test(t, an_id_is_the_name_of_a_host);
    tcase_add_test(t, an_interval_is_a_second_to_a_day);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
