/* SPDX-License-Identifier: MIT */
/* test_event_json.c - the form in which events leave. */
#include <llmreg/bus.h>
#include <llmreg/json.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

static char written[4096];
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

static const char *render(const struct llmreg_event *event)
{
    static struct llmreg_json_out w;

    length = 0;
    llmreg_json_out_init(&w, sink, NULL);
    llmreg_event_json(&w, NULL, event);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    return written;
}

START_TEST(a_health_event_says_before_after_and_since)
{
    const struct llmreg_event event = {
        .seq = 7,
        .time_ms = 1500,
        .type = LLMREG_EVENT_HEALTH,
        .subject = "gpu1:11434",
        .name = "gpu1",
        .before = "healthy",
        .after = "unreachable",
        .reason = "refused: Connection refused",
        .since_ms = 1000,
        .before_ms = 0,
    };

    ck_assert_str_eq(
        render(&event),
        "{\"seq\":7,\"time\":\"1970-01-01T00:00:01.500Z\",\"time_ms\":1500,"
        "\"type\":\"health\",\"entity\":\"endpoint\",\"subject\":\"gpu1:"
        "11434\",\"name\":\"gpu1\","
        "\"before\":\"healthy\",\"after\":\"unreachable\","
        "\"reason\":\"refused: Connection refused\","
        "\"since\":\"1970-01-01T00:00:01.000Z\",\"since_ms\":1000,"
        "\"before_since\":null,\"before_since_ms\":null}");
}
END_TEST

START_TEST(other_events_have_no_since_and_empty_is_null)
{
    const struct llmreg_event event = {
        .seq = 1,
        .time_ms = 1,
        .type = LLMREG_EVENT_STORE,
        .entity = LLMREG_ENTITY_STORE,
        .subject = "store",
        .name = "",
        .before = "",
        .after = "failed",
        .reason = "",
    };

    ck_assert_str_eq(
        render(&event),
        "{\"seq\":1,\"time\":\"1970-01-01T00:00:00.001Z\",\"time_ms\":1,"
        "\"type\":\"store\",\"entity\":\"store\",\"subject\":\"store\","
        "\"name\":null,"
        "\"before\":null,\"after\":\"failed\",\"reason\":null}");
}
END_TEST

START_TEST(an_event_of_the_audit_says_only_that_there_was_one)
{
    const struct llmreg_event event = {
        .seq = 7,
        .time_ms = 1500,
        .type = LLMREG_EVENT_AUDIT,
        .entity = LLMREG_ENTITY_AUDIT,
        .subject = "gpu1:11434",
        .name = "token:ab12cd34",
        .before = "10.0.0.7",
        .after = "DELETE /api/v1/endpoints/gpu1:11434",
        .reason = "removed",
        .since_ms = 204,
    };

    ck_assert_str_eq(
        render(&event),
        "{\"seq\":7,\"time\":\"1970-01-01T00:00:01.500Z\",\"time_ms\":1500,"
        "\"type\":\"audit\",\"entity\":\"audit\",\"subject\":\"audit\","
        "\"name\":null,\"before\":null,\"after\":null,\"reason\":null}");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("event_json");
    TCase *t = tcase_create("event_json");

    tcase_add_test(t, a_health_event_says_before_after_and_since);
    tcase_add_test(t, other_events_have_no_since_and_empty_is_null);
    tcase_add_test(t, an_event_of_the_audit_says_only_that_there_was_one);
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
