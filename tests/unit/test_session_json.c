/* SPDX-License-Identifier: MIT */
/* test_session_json.c - a session as people and programs get it. */
#include <llmreg/json.h>
#include <llmreg/sessions.h>

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

static const char *render(const struct llmreg_session *s)
{
    static struct llmreg_json_out w;

    length = 0;
    llmreg_json_out_init(&w, sink, NULL);
    llmreg_session_json(&w, NULL, s);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    return written;
}

START_TEST(what_is_not_known_of_a_session_is_null)
{
    const struct llmreg_session s = {.id = "s-1",
                                     .from = "a",
                                     .to = "b",
                                     .connection = "",
                                     .reason = "",
                                     .type = LLMREG_SESSION_HOTLINE,
                                     .status = LLMREG_SESSION_ESTABLISHING,
                                     .weight = 1,
                                     .latency_us = -1,
                                     .bandwidth_bps = -1,
                                     .opened_ms = 1000,
                                     .active_ms = 2000};

    ck_assert_str_eq(
        render(&s),
        "{\"id\":\"s-1\",\"from\":\"a\",\"to\":\"b\",\"type\":\"hotline\","
        "\"status\":\"establishing\",\"connection\":null,\"weight\":1,"
        "\"latency_ms\":null,\"bandwidth_bps\":null,"
        "\"opened_at\":\"1970-01-01T00:00:01.000Z\",\"opened_at_ms\":1000,"
        "\"active_at\":\"1970-01-01T00:00:02.000Z\",\"active_at_ms\":2000,"
        "\"closed_at\":null,\"closed_at_ms\":null,\"reason\":null}");
}
END_TEST

START_TEST(a_closed_session_says_why)
{
    const struct llmreg_session s = {.id = "s-1",
                                     .from = "a",
                                     .to = "b",
                                     .connection = "websocket",
                                     .reason = "timeout",
                                     .type = LLMREG_SESSION_CLUSTER,
                                     .status = LLMREG_SESSION_FAILED,
                                     .weight = 2.5,
                                     .latency_us = 0,
                                     .bandwidth_bps = 1000000,
                                     .opened_ms = 1000,
                                     .active_ms = 2000,
                                     .closed_ms = 3000};

    ck_assert_str_eq(
        render(&s),
        "{\"id\":\"s-1\",\"from\":\"a\",\"to\":\"b\",\"type\":\"cluster\","
        "\"status\":\"failed\",\"connection\":\"websocket\",\"weight\":2.5,"
        "\"latency_ms\":0,\"bandwidth_bps\":1000000,"
        "\"opened_at\":\"1970-01-01T00:00:01.000Z\",\"opened_at_ms\":1000,"
        "\"active_at\":\"1970-01-01T00:00:02.000Z\",\"active_at_ms\":2000,"
        "\"closed_at\":\"1970-01-01T00:00:03.000Z\",\"closed_at_ms\":3000,"
        "\"reason\":\"timeout\"}");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("session_json");
    TCase *t = tcase_create("session_json");
    SRunner *sr = srunner_create(s);

    tcase_add_test(t, what_is_not_known_of_a_session_is_null);
    tcase_add_test(t, a_closed_session_says_why);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
