/* SPDX-License-Identifier: MIT */
/* test_log.c - one harmless line each, and a fault that goes on gets rare. */
#include <llmreg/log.h>

#include <check.h>

#include <string.h>

#define MINUTE (60 * LLMREG_NS_PER_S)

struct sink {
    int lines;
    enum llmreg_level level;
    char last[LLMREG_LOG_LINE + 100];
};

static void keep(void *ctx, enum llmreg_level level, const char *line)
{
    struct sink *s = ctx;

    s->lines++;
    s->level = level;
    ck_assert_uint_lt(strlen(line), sizeof s->last);
    memcpy(s->last, line, strlen(line) + 1);
}

START_TEST(a_line_arrives_with_its_level)
{
    struct sink s = {0};
    const struct llmreg_log log = {.write = keep, .ctx = &s};

    llmreg_log(&log, LLMREG_WARNING, "gpu%d: %s", 1, "slow");
    ck_assert_int_eq(s.lines, 1);
    ck_assert_int_eq(s.level, LLMREG_WARNING);
    ck_assert_str_eq(s.last, "gpu1: slow");
}
END_TEST

START_TEST(a_log_without_a_sink_discards)
{
    const struct llmreg_log log = {.write = NULL};
    struct llmreg_complaint c = {0};
    const struct llmreg_now now = {.mono_ns = 1};

    llmreg_log(&log, LLMREG_ERROR, "%s", "x");
    llmreg_log(NULL, LLMREG_ERROR, "%s", "x");
    llmreg_complain(&log, &c, &now, LLMREG_ERROR, "%s", "x");
    ck_assert(c.open);
    ck_assert(llmreg_release(&log, &c, "%s", "x"));
}
END_TEST

START_TEST(a_hostile_answer_cannot_forge_a_line)
{
    struct sink s = {0};
    const struct llmreg_log log = {.write = keep, .ctx = &s};

    llmreg_log(&log, LLMREG_INFO, "said: %s", "ok\nERROR all is lost\xff");
    ck_assert_str_eq(s.last, "said: ok\\x0aERROR all is lost\\xff");
}
END_TEST

START_TEST(a_line_is_cut_at_its_bound)
{
    struct sink s = {0};
    const struct llmreg_log log = {.write = keep, .ctx = &s};
    char text[5000];

    memset(text, _i == 0 ? 'x' : '\n', sizeof text);
    text[sizeof text - 1] = '\0';
    llmreg_log(&log, LLMREG_INFO, "%s", text);
    ck_assert_uint_eq(strlen(s.last), LLMREG_LOG_LINE);
    ck_assert_str_eq(s.last + LLMREG_LOG_LINE - 3, "...");
    text[LLMREG_LOG_LINE] = '\0';
    memset(text, 'x', LLMREG_LOG_LINE);
    llmreg_log(&log, LLMREG_INFO, "%s", text);
    ck_assert_str_eq(s.last, text);
}
END_TEST

/* Complains at a minute of the monotonic clock; true if a line came out. */
static bool complain_at(struct sink *s, struct llmreg_complaint *c,
                        int64_t minute)
{
    const struct llmreg_log log = {.write = keep, .ctx = s};
    const struct llmreg_now now = {.mono_ns = 5 + minute * MINUTE};
    const int before = s->lines;

    llmreg_complain(&log, c, &now, LLMREG_ERROR, "disk full");
    return s->lines > before;
}

START_TEST(a_complaint_is_made_at_once)
{
    struct llmreg_complaint c = {0};
    struct sink s = {0};

    ck_assert(complain_at(&s, &c, 0));
    ck_assert_str_eq(s.last, "disk full");
    ck_assert_int_eq(s.level, LLMREG_ERROR);
}
END_TEST

START_TEST(a_complaint_that_goes_on_comes_at_growing_distance)
{
    static const int64_t due[] = {0, 1, 3, 7, 15, 31, 63, 123, 183, 243};
    struct llmreg_complaint c = {0};
    struct sink s = {0};
    size_t next = 0;

    for (int64_t minute = 0; minute <= 243; minute++) {
        const bool line = complain_at(&s, &c, minute);

        ck_assert_int_eq(line, minute == due[next]);
        next += line;
    }
    ck_assert_uint_eq(next, sizeof due / sizeof due[0]);
}
END_TEST

START_TEST(a_complaint_counts_what_it_held_back)
{
    struct llmreg_complaint c = {0};
    struct sink s = {0};

    for (int i = 0; i < 4; i++)
        complain_at(&s, &c, 0);
    ck_assert_int_eq(s.lines, 1);
    ck_assert(complain_at(&s, &c, 1));
    ck_assert_str_eq(s.last, "disk full (and 3 times before)");
    ck_assert(complain_at(&s, &c, 3));
    ck_assert_str_eq(s.last, "disk full");
}
END_TEST

START_TEST(the_count_survives_a_line_that_is_too_long)
{
    struct sink s = {0};
    const struct llmreg_log log = {.write = keep, .ctx = &s};
    const struct llmreg_now now = {.mono_ns = MINUTE};
    struct llmreg_complaint c = {.open = true, .held = 12};

    llmreg_complain(&log, &c, &now, LLMREG_ERROR, "%02000d", 0);
    ck_assert_uint_eq(strlen(s.last), LLMREG_LOG_LINE);
    ck_assert_ptr_nonnull(strstr(s.last, "0... (and 12 times before)"));
}
END_TEST

START_TEST(the_end_of_a_fault_is_said_once)
{
    struct llmreg_complaint c = {0};
    struct sink s = {0};
    const struct llmreg_log log = {.write = keep, .ctx = &s};

    ck_assert(!llmreg_release(&log, &c, "never"));
    ck_assert_int_eq(s.lines, 0);
    complain_at(&s, &c, 0);
    ck_assert(llmreg_release(&log, &c, "disk %s", "writable"));
    ck_assert_str_eq(s.last, "disk writable");
    ck_assert_int_eq(s.level, LLMREG_NOTICE);
    ck_assert(!llmreg_release(&log, &c, "again"));
    ck_assert_int_eq(s.lines, 2);
}
END_TEST

START_TEST(a_new_fault_after_the_end_is_said_at_once)
{
    struct llmreg_complaint c = {0};
    struct sink s = {0};
    const struct llmreg_log log = {.write = keep, .ctx = &s};

    complain_at(&s, &c, 0);
    complain_at(&s, &c, 0);
    llmreg_release(&log, &c, "over");
    ck_assert(complain_at(&s, &c, 0));
    ck_assert_str_eq(s.last, "disk full");
    ck_assert(complain_at(&s, &c, 1));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("log");
    TCase *tc = tcase_create("log");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, a_line_arrives_with_its_level);
    tcase_add_test(tc, a_log_without_a_sink_discards);
    tcase_add_test(tc, a_hostile_answer_cannot_forge_a_line);
    tcase_add_loop_test(tc, a_line_is_cut_at_its_bound, 0, 2);
    tcase_add_test(tc, a_complaint_is_made_at_once);
    tcase_add_test(tc, a_complaint_that_goes_on_comes_at_growing_distance);
    tcase_add_test(tc, a_complaint_counts_what_it_held_back);
    tcase_add_test(tc, the_count_survives_a_line_that_is_too_long);
    tcase_add_test(tc, the_end_of_a_fault_is_said_once);
    tcase_add_test(tc, a_new_fault_after_the_end_is_said_at_once);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
