/* SPDX-License-Identifier: MIT */
/* test_session.c - a good session passes; each wrong field is named. */
#include <llmreg/session.h>

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct llmreg_session session;

static void setup(void)
{
    session = (struct llmreg_session){.id = "s-1",
                                      .from = "agent:a@x/1+2",
                                      .to = "b",
                                      .connection = "websocket",
                                      .reason = "",
                                      .type = LLMREG_SESSION_CLUSTER,
                                      .status = LLMREG_SESSION_ESTABLISHED,
                                      .weight = 1,
                                      .latency_us = -1,
                                      .bandwidth_bps = -1,
                                      .opened_ms = 1000,
                                      .active_ms = 2000};
}

static void accepts(void)
{
    struct llmreg_error err = {""};

    ck_assert_msg(llmreg_session_check(&session, &err) == LLMREG_OK, "%s",
                  err.text);
}

static void refuses(const char *part)
{
    struct llmreg_error err = {""};

    ck_assert_int_eq(llmreg_session_check(&session, &err), LLMREG_EINVAL);
    ck_assert_msg(strstr(err.text, part) != NULL, "no %s in: %s", part,
                  err.text);
    ck_assert_int_eq(llmreg_session_check(&session, NULL), LLMREG_EINVAL);
}

START_TEST(a_good_session_passes)
{
    accepts();
    session.id = session.connection = "";
    accepts();
    session.status = LLMREG_SESSION_FAILED;
    session.reason = "timeout";
    session.closed_ms = 3000;
    accepts();
}
END_TEST

static const struct {
    const char *name, **at;
    size_t min, max;
} texts[] = {
    {"id", &session.id, 0, 128},
    {"from", &session.from, 1, 128},
    {"to", &session.to, 1, 128},
    {"connection", &session.connection, 0, 64},
    {"reason", &session.reason, 0, 256},
};

START_TEST(a_text_has_bounds)
{
    char text[300] = "";

    memset(text, 'x', texts[_i].max);
    *texts[_i].at = text;
    accepts();
    text[texts[_i].max] = 'x';
    refuses(texts[_i].name);
    *texts[_i].at = "a\nb";
    refuses(texts[_i].name);
    *texts[_i].at = NULL;
    refuses(texts[_i].name);
    *texts[_i].at = "";
    if (texts[_i].min == 0)
        accepts();
    else
        refuses(texts[_i].name);
}
END_TEST

START_TEST(ids_are_of_few_characters)
{
    session.from = "a b";
    refuses("from \"a b\" may have letters, digits and");
    setup();
    session.to = "gr\xc3\xbcn";
    refuses("to");
    setup();
    session.id = "a\"b";
    refuses("id");
}
END_TEST

START_TEST(nobody_has_a_session_with_itself)
{
    session.to = session.from;
    refuses("from and to are both \"agent:a@x/1+2\"");
}
END_TEST

static const struct {
    const char *name;
    int64_t *at, min, max;
} numbers[] = {
    {"latency_us", &session.latency_us, -1, INT64_C(86400000000)},
    {"bandwidth_bps", &session.bandwidth_bps, -1, INT64_C(1000000000000000)},
    {"opened_ms", &session.opened_ms, 0, INT64_MAX},
    {"active_ms", &session.active_ms, 0, INT64_MAX},
    {"closed_ms", &session.closed_ms, 0, INT64_MAX},
};

START_TEST(a_number_has_bounds)
{
    *numbers[_i].at = numbers[_i].min;
    accepts();
    *numbers[_i].at = numbers[_i].max;
    accepts();
    *numbers[_i].at = numbers[_i].min - 1;
    refuses(numbers[_i].name);
    if (numbers[_i].max == INT64_MAX)
        return;
    *numbers[_i].at = numbers[_i].max + 1;
    refuses(numbers[_i].name);
}
END_TEST

START_TEST(a_weight_is_0_to_a_billion)
{
    const double wrong[] = {-0.1, 1e9 + 1, (double)NAN, (double)INFINITY};

    session.weight = 0;
    accepts();
    session.weight = 1e9;
    accepts();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        session.weight = wrong[i];
        refuses("weight");
    }
}
END_TEST

START_TEST(type_and_status_are_of_their_words)
{
    session.type = LLMREG_SESSION_TYPES;
    refuses("type 4 is none");
    setup();
    session.status = LLMREG_SESSION_STATUSES;
    refuses("status 5 is none");
}
END_TEST

START_TEST(three_states_are_alive)
{
    ck_assert(llmreg_session_lives(LLMREG_SESSION_ESTABLISHING));
    ck_assert(llmreg_session_lives(LLMREG_SESSION_ESTABLISHED));
    ck_assert(llmreg_session_lives(LLMREG_SESSION_DEGRADED));
    ck_assert(!llmreg_session_lives(LLMREG_SESSION_CLOSED));
    ck_assert(!llmreg_session_lives(LLMREG_SESSION_FAILED));
    ck_assert(!llmreg_session_lives(LLMREG_SESSION_STATUSES));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("session");
    TCase *t = tcase_create("session");
    SRunner *sr = srunner_create(s);

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, a_good_session_passes);
    tcase_add_loop_test(t, a_text_has_bounds, 0,
                        sizeof texts / sizeof texts[0]);
    tcase_add_test(t, ids_are_of_few_characters);
    tcase_add_test(t, nobody_has_a_session_with_itself);
    tcase_add_loop_test(t, a_number_has_bounds, 0,
                        sizeof numbers / sizeof numbers[0]);
    tcase_add_test(t, a_weight_is_0_to_a_billion);
    tcase_add_test(t, type_and_status_are_of_their_words);
    tcase_add_test(t, three_states_are_alive);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
