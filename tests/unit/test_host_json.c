/* SPDX-License-Identifier: MIT */
/* test_host_json.c - a host as people and programs get it. */
#include <llmreg/hosts.h>
#include <llmreg/json.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"
#include "tests/unit/people.h"
#include "tests/unit/reporter.h"

static char written[16384];
static size_t length;

static int sink(void *ctx, const char *bytes, size_t len)
{
    (void)ctx;
    if (len >= sizeof written - length)
        return LLMREG_ETOOBIG;
    memcpy(written + length, bytes, len);
    length += len;
    written[length] = '\0';
    return LLMREG_OK;
}

static const char *render(const char *id)
{
    static struct llmreg_json_out w;
    struct llmreg_host *h = reporter_get(id);

    length = 0;
    llmreg_json_out_init(&w, sink, NULL);
    llmreg_host_json(&w, NULL, h, &fleet_now);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    llmreg_host_put(h);
    return written;
}

static void has(const char *id, const char *piece)
{
    ck_assert_msg(strstr(render(id), piece) != NULL, "no %s in\n%s", piece,
                  written);
}

static void setup(void)
{
    fleet_setup();
    reporter_reset();
}

START_TEST(a_host_of_which_little_is_known_has_nulls)
{
    struct llmreg_host_report report = reporter_report("gpu1", "");

    report.resources = NULL;
    report.agent = "";
    ck_assert_int_eq(reporter_send(&report, NULL), LLMREG_OK);
    ck_assert_str_eq(
        render("gpu1"),
        "{\"id\":\"gpu1\",\"name\":\"gpu1\",\"agent\":null,\"addresses\":[],"
        "\"interval_ms\":10000,"
        "\"registered_at\":\"1970-01-01T00:00:01.000Z\","
        "\"registered_at_ms\":1000,"
        "\"reported_at\":\"1970-01-01T00:00:01.000Z\","
        "\"reported_at_ms\":1000,\"reported_age_seconds\":0,"
        "\"stale\":false,\"since\":null,\"since_ms\":null,\"claims\":0,"
        "\"resources\":null,\"endpoints\":[],\"agents\":[]}");
}
END_TEST

START_TEST(a_sample_is_there_with_its_age_and_gpus)
{
    reporter_gpu.uuid = "GPU-1";
    reporter_gpu.utilization_percent = 12.5;
    reporter_gpu.power_watts = 300;
    reporter_resources.load1 = 0.25;
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1 ::1"), LLMREG_OK);
    reporter_wait(12);
    has("gpu1", "\"agent\":\"agent-1\",\"addresses\":[\"10.0.0.1\",\"::1\"]");
    has("gpu1", "\"reported_age_seconds\":12,\"stale\":false,"
                "\"since\":\"1970-01-01T00:00:01.000Z\"");
    has("gpu1", "\"resources\":{\"sampled_at\":\"1970-01-01T00:00:01.000Z\","
                "\"sampled_at_ms\":1000,\"age_seconds\":12,\"cpu_percent\":50,"
                "\"load1\":0.25,\"load5\":null,\"load15\":null,"
                "\"ram_used_bytes\":null,\"ram_total_bytes\":null,"
                "\"vram_used_bytes\":1000,\"vram_total_bytes\":4000,"
                "\"gpus\":[{\"name\":\"NVIDIA H200\",\"uuid\":\"GPU-1\","
                "\"utilization_percent\":12.5,\"memory_used_bytes\":1000,"
                "\"memory_total_bytes\":4000,\"temperature_celsius\":null,"
                "\"power_watts\":300}]}");
}
END_TEST

/* A10: what is stale is not shown, with or without a tick. */
START_TEST(a_stale_sample_is_null_and_said_to_be_stale)
{
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    reporter_wait(90);
    for (int i = 0; i < 2; i++) {
        has("gpu1", "\"stale\":true,\"since\":\"1970-01-01T00:01:31.000Z\"");
        has("gpu1", "\"resources\":null");
        (void)llmreg_tick(fleet, &fleet_now);
    }
}
END_TEST

START_TEST(claims_are_counted)
{
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    ck_assert_int_eq(reporter_says("gpu2", "10.0.0.1"), LLMREG_EEXIST);
    has("gpu1", "\"claims\":1");
}
END_TEST

START_TEST(who_is_on_it_is_listed)
{
    ck_assert_int_eq(reporter_says("gpu1.example", "10.0.0.1"), LLMREG_OK);
    reporter_endpoint("10.0.0.1:1", "");
    people_add("worker-1", "one"); /* says that it is on gpu1.example */
    has("gpu1.example",
        "\"endpoints\":[\"10.0.0.1:1\"],\"agents\":[\"worker-1\"]}");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("host_json");
    TCase *t = tcase_create("host_json");
    SRunner *sr = srunner_create(s);

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_test(t, a_host_of_which_little_is_known_has_nulls);
    tcase_add_test(t, a_sample_is_there_with_its_age_and_gpus);
    tcase_add_test(t, a_stale_sample_is_null_and_said_to_be_stale);
    tcase_add_test(t, claims_are_counted);
    tcase_add_test(t, who_is_on_it_is_listed);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
