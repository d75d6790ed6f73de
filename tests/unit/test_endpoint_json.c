/* SPDX-License-Identifier: MIT */
/* test_endpoint_json.c - an endpoint as people and programs get it. */
#include <llmreg/json.h>
#include <llmreg/snapshot.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"

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

/* The first endpoint of the fleet. */
static const char *render(void)
{
    static struct llmreg_json_out w;
    struct llmreg_snapshot *s = NULL;

    length = 0;
    ck_assert_int_eq(llmreg_snapshot_take(fleet, &s), LLMREG_OK);
    ck_assert_uint_eq(s->count, 1);
    llmreg_json_out_init(&w, sink, NULL);
    llmreg_snapshot_item_json(&w, NULL, &s->items[0], &fleet_now);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    llmreg_snapshot_free(s);
    return written;
}

static void has(const char *piece)
{
    ck_assert_msg(strstr(render(), piece) != NULL, "no %s in\n%s", piece,
                  written);
}

START_TEST(an_endpoint_that_was_never_checked_has_nulls)
{
    fleet_add("a:1");
    ck_assert_str_eq(
        render(),
        "{\"id\":\"a:1\",\"url\":\"http://a:1\",\"name\":\"gpu\","
        "\"kind\":\"ollama\",\"source\":\"static\",\"origin\":\"config\","
        "\"owner\":null,\"priority\":50,\"interval_ms\":10000,\"host\":\"gpu."
        "example\","
        "\"series\":\"gpu\",\"labels\":{\"site\":\"berlin\"},"
        "\"overridden\":[],"
        "\"registered_at\":\"1970-01-01T00:00:01.000Z\","
        "\"registered_at_ms\":1000,\"admin\":\"active\",\"until\":null,"
        "\"until_ms\":null,\"presence\":null,\"routable\":false,\"health\":"
        "\"unknown\","
        "\"reason\":null,"
        "\"detail\":null,\"http_status\":null,"
        "\"since\":null,\"since_ms\":null,\"failures\":0,\"successes\":0,"
        "\"failing_since\":null,\"failing_since_ms\":null,"
        "\"checked_at\":null,\"checked_at_ms\":null,"
        "\"checked_age_seconds\":null,\"ok_at\":null,\"ok_at_ms\":null,"
        "\"latency_ms\":null,\"connect_ms\":null,\"first_byte_ms\":null,"
        "\"version\":null,\"pending\":0,\"total\":0,"
        "\"request_latency_ms\":null,\"models\":[],\"models_not_kept\":0,"
        "\"models_rejected\":0}");
}
END_TEST

START_TEST(what_the_operator_says_is_there_and_that_he_does)
{
    const struct llmreg_patch patch = {
        .set = {.fields = LLMREG_FIELD_NAME | LLMREG_FIELD_PRIORITY,
                .name = "the first",
                .priority = 90}};

    fleet_add("a:1");
    ck_assert_int_eq(llmreg_patch(fleet, "a:1", &patch, NULL, NULL), LLMREG_OK);
    has("\"name\":\"the first\"");
    has("\"priority\":90");
    has("\"overridden\":[\"name\",\"priority\"]");
}
END_TEST

START_TEST(what_was_observed_is_there)
{
    const struct llmreg_observation seen = {
        .reason = LLMREG_REASON_HTTP_STATUS,
        .http_status = 500,
        .total_us = 1500,
        .connect_us = 250,
        .detail = "Internal Server Error",
    };
    const struct llmreg_health_rule at_once = {1, 1};

    fleet_add("a:1");
    struct llmreg_endpoint *e = fleet_get("a:1");
    ck_assert_int_eq(llmreg_observe(fleet, e, &seen, &at_once, &fleet_now),
                     LLMREG_OK);
    llmreg_put(e);
    fleet_now.mono_ns += 2500 * LLMREG_NS_PER_MS;
    has("\"health\":\"unhealthy\",\"reason\":\"http_status\","
        "\"detail\":\"Internal Server Error\",\"http_status\":500,"
        "\"since\":\"1970-01-01T00:00:01.000Z\","
        "\"since_ms\":1000,\"failures\":1");
    has("\"checked_at_ms\":1000,\"checked_age_seconds\":2.5,");
    has("\"latency_ms\":1.5,\"connect_ms\":0.25,\"first_byte_ms\":null");
}
END_TEST

START_TEST(a_model_has_what_is_known_of_it)
{
    struct llmreg_model model = llmreg_model_unknown("llama3:latest");
    const struct llmreg_models models = {
        .items = &model, .count = 1, .not_kept = 2, .rejected = 3};

    model.digest = "abc";
    model.size_bytes = 0;
    model.loaded = LLMREG_YES;
    model.vision = LLMREG_NO;
    model.expires_ms = INT64_MAX;
    fleet_add("a:1");
    struct llmreg_endpoint *e = fleet_get("a:1");
    ck_assert_int_eq(llmreg_models_set(fleet, e, &models, &fleet_now),
                     LLMREG_OK);
    llmreg_put(e);
    has("\"models\":[{\"name\":\"llama3:latest\",\"digest\":\"abc\","
        "\"size_bytes\":0,\"loaded\":true,\"family\":null,"
        "\"parameter_size\":null,\"quantization\":null,"
        "\"context_max\":null,\"context_effective\":null,"
        "\"max_output_tokens\":null,\"supports_vision\":false,"
        "\"supports_tools\":null,\"supports_json_mode\":null,"
        "\"loaded_bytes\":null,\"vram_bytes\":null,\"expires_at\":null,"
        "\"expires_at_ms\":null,\"stays_loaded\":true,\"remote\":false}],"
        "\"models_not_kept\":2,\"models_rejected\":3}");
}
END_TEST

START_TEST(a_maintenance_has_its_end)
{
    const struct llmreg_intent intent = {LLMREG_ADMIN_MAINTENANCE, 2000};

    fleet_add("a:1");
    ck_assert_int_eq(llmreg_admin_set(fleet, "a:1", &intent, "", &fleet_now),
                     LLMREG_OK);
    has("\"admin\":\"maintenance\","
        "\"until\":\"1970-01-01T00:00:02.000Z\",\"until_ms\":2000");
}
END_TEST

START_TEST(after_a_restart_the_state_before_it_is_told)
{
    const struct llmreg_memory memory = {
        .spec = fleet_spec("a:1"),
        .health = {.state = LLMREG_HEALTH_UNREACHABLE, .since_ms = 500},
    };
    struct llmreg_error err;

    ck_assert_int_eq(llmreg_restore(fleet, &memory, &err), LLMREG_OK);
    has("\"prior_health\":\"unreachable\","
        "\"prior_since\":\"1970-01-01T00:00:00.500Z\","
        "\"prior_since_ms\":500");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("endpoint_json");
    TCase *t = tcase_create("endpoint_json");

    tcase_add_checked_fixture(t, fleet_setup, fleet_teardown);
    tcase_add_test(t, an_endpoint_that_was_never_checked_has_nulls);
    tcase_add_test(t, what_the_operator_says_is_there_and_that_he_does);
    tcase_add_test(t, what_was_observed_is_there);
    tcase_add_test(t, a_model_has_what_is_known_of_it);
    tcase_add_test(t, a_maintenance_has_its_end);
    tcase_add_test(t, after_a_restart_the_state_before_it_is_told);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());

    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
