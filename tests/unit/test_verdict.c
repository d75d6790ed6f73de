/* SPDX-License-Identifier: MIT */
/* test_verdict.c - ends and statuses to reasons, and the words for people. */
#include "plugins/llm_probe/verdict.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/text.h>

static const struct {
    enum wire_end end;
    uint16_t status;
    const char *text;
    enum llmreg_reason reason;
    const char *detail;
} cases[] = {
    {WIRE_ANSWERED, 200, "", LLMREG_REASON_OK, ""},
    {WIRE_TIMEOUT, 0, "", LLMREG_REASON_TIMEOUT, "tags: no answer in time"},
    {WIRE_TIMEOUT, 200, "", LLMREG_REASON_TIMEOUT, "tags: no answer in time"},
    {WIRE_REFUSED, 0, "", LLMREG_REASON_REFUSED, "no connection"},
    {WIRE_DNS, 0, "", LLMREG_REASON_DNS, "the host's name has no address"},
    {WIRE_TLS, 0, "", LLMREG_REASON_TLS, "TLS failed"},
    {WIRE_NOT_HTTP, 0, "", LLMREG_REASON_HTTP_STATUS, "not HTTP"},
    {WIRE_BROKEN, 200, "", LLMREG_REASON_PARSE, "tags: the answer broke off"},
    {WIRE_TOO_BIG, 200, "", LLMREG_REASON_PARSE, "tags: the answer is too big"},
    {WIRE_REJECTED, 200, "", LLMREG_REASON_PARSE,
     "tags: not the expected body"},
    {WIRE_ANSWERED, 401, "", LLMREG_REASON_AUTH, "tags: HTTP 401"},
    {WIRE_ANSWERED, 403, "", LLMREG_REASON_AUTH, "tags: HTTP 403"},
    {WIRE_ANSWERED, 429, "", LLMREG_REASON_RATE_LIMITED, "tags: HTTP 429"},
    {WIRE_ANSWERED, 503, "", LLMREG_REASON_HTTP_STATUS, "tags: HTTP 503"},
    {WIRE_ANSWERED, 503, "Server BUSY", LLMREG_REASON_BUSY, "tags: HTTP 503"},
    {WIRE_ANSWERED, 503, "the maximum pending requests", LLMREG_REASON_BUSY,
     "tags: HTTP 503"},
    {WIRE_ANSWERED, 503, "Loading model", LLMREG_REASON_LOADING,
     "tags: HTTP 503"},
    {WIRE_ANSWERED, 500, "busy", LLMREG_REASON_HTTP_STATUS, "tags: HTTP 500"},
    {WIRE_ANSWERED, 204, "", LLMREG_REASON_HTTP_STATUS, "tags: HTTP 204"},
    {WIRE_ANSWERED, 302, "", LLMREG_REASON_HTTP_STATUS, "tags: HTTP 302"},
    {WIRE_ANSWERED, 404, "", LLMREG_REASON_HTTP_STATUS, "tags: HTTP 404"},
    {WIRE_ANSWERED, 999, "", LLMREG_REASON_HTTP_STATUS, "tags: HTTP 999"},
    {WIRE_BROKEN, 500, "", LLMREG_REASON_HTTP_STATUS, "tags: HTTP 500"},
    {WIRE_TOO_BIG, 401, "", LLMREG_REASON_AUTH, "tags: HTTP 401"},
    {WIRE_BROKEN, 0, "", LLMREG_REASON_PARSE, "tags: the answer broke off"},
};

START_TEST(an_end_and_a_status_have_a_reason)
{
    const struct answer a = {.end = cases[_i].end,
                             .status = cases[_i].status,
                             .text = cases[_i].text,
                             .len = strlen(cases[_i].text),
                             .problem = ""};
    char detail[LLMREG_DETAIL_SIZE];

    ck_assert_int_eq(verdict_reason(&a), cases[_i].reason);
    verdict_detail(&a, "tags", detail);
    ck_assert_str_eq(detail, cases[_i].detail);
}
END_TEST

START_TEST(the_words_of_the_wire_come_first)
{
    const struct answer a = {.end = WIRE_REFUSED,
                             .problem = "No route to host"};
    char detail[LLMREG_DETAIL_SIZE];

    verdict_detail(&a, "version", detail);
    ck_assert_str_eq(detail, "No route to host");
}
END_TEST

START_TEST(hostile_words_are_clean_and_bounded)
{
    char words[400];
    const struct answer a = {.end = WIRE_TLS, .problem = words};
    char detail[LLMREG_DETAIL_SIZE];

    memset(words, '\n', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    memcpy(words, "\033[31m", 5);
    verdict_detail(&a, "version", detail);
    ck_assert(llmreg_is_clean(detail, strlen(detail)));
    ck_assert_uint_gt(strlen(detail), 0);
}
END_TEST

START_TEST(words_of_busy_are_found_at_the_very_end_only_if_whole)
{
    struct answer a = {.end = WIRE_ANSWERED, .status = 503, .text = "busy"};

    a.len = 4;
    ck_assert_int_eq(verdict_reason(&a), LLMREG_REASON_BUSY);
    a.len = 3;
    ck_assert_int_eq(verdict_reason(&a), LLMREG_REASON_HTTP_STATUS);
    a.len = 0;
    a.text = NULL;
    ck_assert_int_eq(verdict_reason(&a), LLMREG_REASON_HTTP_STATUS);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("verdict");
    TCase *t = tcase_create("verdict");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_loop_test(t, an_end_and_a_status_have_a_reason, 0,
                        (int)(sizeof cases / sizeof cases[0]));
    tcase_add_test(t, the_words_of_the_wire_come_first);
    tcase_add_test(t, hostile_words_are_clean_and_bounded);
    tcase_add_test(t, words_of_busy_are_found_at_the_very_end_only_if_whole);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
