/* SPDX-License-Identifier: MIT */
/* test_alert_json.c - an alert as people and programs get it. */
#include <llmreg/json.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/alerting.h"
#include "tests/unit/fleet.h"

static char written[8192];
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

static const char *render(void)
{
    static struct llmreg_json_out w;
    const struct llmreg_alert *a = alerting_get();

    length = 0;
    llmreg_json_out_init(&w, sink, NULL);
    llmreg_alert_json(&w, NULL, a);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    llmreg_alert_put(a);
    return written;
}

START_TEST(what_is_raised_is_written_whole)
{
    alerting_set(LLMREG_SEVERITY_FAILURE);
    alerting_acknowledge("alice", "known \"it\"");
    ck_assert_str_eq(
        render(),
        "{\"id\":\"endpoint_unhealthy/a:1\",\"rule\":\"endpoint_unhealthy\","
        "\"about\":\"endpoint\",\"subject\":\"a:1\",\"name\":\"gpu\","
        "\"host\":\"gpu.example\",\"series\":\"gpu\",\"url\":\"http://a:1\","
        "\"severity\":\"failure\",\"told\":\"okay\",\"remembered\":false,"
        "\"message\":\"gpu is unreachable\",\"state\":\"unreachable\","
        "\"previous\":\"healthy\",\"reason\":\"refused\","
        "\"since\":\"1970-01-01T00:00:00.900Z\",\"since_ms\":900,"
        "\"fired_at\":null,\"fired_at_ms\":null,"
        "\"cleared_at\":null,\"cleared_at_ms\":null,"
        "\"acknowledged\":true,\"acknowledged_by\":\"alice\","
        "\"acknowledged_at\":\"1970-01-01T00:00:01.000Z\","
        "\"acknowledged_at_ms\":1000,"
        "\"note\":\"known \\\"it\\\"\",\"times\":1,\"seq\":2}");
}
END_TEST

START_TEST(what_is_not_known_is_null)
{
    const struct llmreg_alert bare = {.id = ALERT_ID,
                                      .rule = LLMREG_RULE_STORE_FAILED,
                                      .subject = "store",
                                      .s = {.cleared_ms = 1}};

    ck_assert_int_eq(
        llmreg_alert_set(fleet, &bare, LLMREG_ALERT_NOTHING, &fleet_now, NULL),
        LLMREG_OK);
    const char *json = render();
    static const char *const nulls[] = {
        "\"name\":null",    "\"host\":null",  "\"series\":null",
        "\"url\":null",     "\"state\":null", "\"previous\":null",
        "\"reason\":null",  "\"since\":null", "\"acknowledged_by\":null",
        "\"message\":null", "\"note\":null",  "\"acknowledged_at\":null",
    };
    for (size_t i = 0; i < sizeof nulls / sizeof nulls[0]; i++)
        ck_assert_msg(strstr(json, nulls[i]) != NULL, "%s", nulls[i]);
    ck_assert_ptr_nonnull(strstr(json, "\"rule\":\"store_failed\","
                                       "\"about\":\"store\""));
    ck_assert_ptr_nonnull(strstr(json, "\"cleared_at_ms\":1,"));
    ck_assert_ptr_nonnull(strstr(json, "\"acknowledged\":false"));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("alert_json");
    TCase *tc = tcase_create("alert_json");

    tcase_add_checked_fixture(tc, fleet_setup, fleet_teardown);
    tcase_add_test(tc, what_is_raised_is_written_whole);
    tcase_add_test(tc, what_is_not_known_is_null);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
