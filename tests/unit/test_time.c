/* SPDX-License-Identifier: MIT */
/* test_time.c - RFC 3339 both ways, against the C library's calendar. */
#include <llmreg/clock.h>

#include <check.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#define FIRST INT64_C(-62135596800000)
#define LAST  INT64_C(253402300799999)

static const struct {
    int64_t ms;
    const char *text;
} formats[] = {
    {0, "1970-01-01T00:00:00.000Z"},
    {-1, "1969-12-31T23:59:59.999Z"},
    {-86400000, "1969-12-31T00:00:00.000Z"},
    {INT64_C(951782400000), "2000-02-29T00:00:00.000Z"},
    {INT64_C(4107542399999), "2100-02-28T23:59:59.999Z"},
    {INT64_C(4107542400000), "2100-03-01T00:00:00.000Z"},
    {INT64_C(1795245343123), "2026-11-21T07:15:43.123Z"},
    {FIRST, "0001-01-01T00:00:00.000Z"},
    {LAST, "9999-12-31T23:59:59.999Z"},
    {FIRST - 1, "0001-01-01T00:00:00.000Z"},
    {LAST + 1, "9999-12-31T23:59:59.999Z"},
    {INT64_MIN, "0001-01-01T00:00:00.000Z"},
    {INT64_MAX, "9999-12-31T23:59:59.999Z"},
};

START_TEST(a_time_is_formatted)
{
    char out[LLMREG_TIME_SIZE];

    llmreg_time_format(out, formats[_i].ms);
    ck_assert_str_eq(out, formats[_i].text);
}
END_TEST

static const struct {
    const char *text;
    int64_t ms;
} times[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01t00:00:00z", 0},
    {"1970-01-01T00:00:00.5Z", 500},
    {"1970-01-01T00:00:00.25Z", 250},
    {"1970-01-01T00:00:00.0009Z", 0},
    {"1970-01-01T00:00:00.123456789Z", 123},
    {"1970-01-01T01:00:00+01:00", 0},
    {"1969-12-31T18:30:00-05:30", 0},
    {"1970-01-01T00:00:00-00:00", 0},
    {"1970-01-01T23:59:00+23:59", 0},
    {"2000-02-29T12:00:00Z", INT64_C(951825600000)},
    {"2024-05-29T16:22:01.123456789-07:00", INT64_C(1717024921123)},
    {"0001-01-01T00:00:00Z", FIRST},
    {"9999-12-31T23:59:59.999999999Z", LAST},
};

START_TEST(a_time_is_read)
{
    int64_t ms = 4711;

    ck_assert_int_eq(
        llmreg_time_parse(times[_i].text, strlen(times[_i].text), &ms),
        LLMREG_OK);
    ck_assert_int_eq(ms, times[_i].ms);
}
END_TEST

static const char *const wrong[] = {
    "",
    "now",
    "1970-01-01",
    "1970-01-01T00:00:00", /* no zone */
    "1970-01-01 00:00:00Z",
    "1970-01-01T00:00Z",
    "1970-01-01T00:00:60Z", /* no leap seconds */
    "1970-01-01T00:60:00Z",
    "1970-01-01T24:00:00Z",
    "1970-02-30T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "2023-04-31T00:00:00Z",
    "1970-00-01T00:00:00Z",
    "1970-13-01T00:00:00Z",
    "1970-01-00T00:00:00Z",
    "1970-01-32T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+00:01", /* before the first */
    "9999-12-31T23:59:59-00:01", /* after the last */
    "1970-1-01T00:00:00Z",
    "-970-01-01T00:00:00Z",
    "1970-01--1T00:00:00Z",
    "+970-01-01T00:00:00Z",
    "19700101T000000Z",
    "1970-01-01T00:00:00.Z",
    "1970-01-01T00:00:00.1234567890Z", /* ten digits */
    "1970-01-01T00:00:00,5Z",
    "1970-01-01T00:00:00+0100",
    "1970-01-01T00:00:00+01",
    "1970-01-01T00:00:00+24:00",
    "1970-01-01T00:00:00+00:60",
    "1970-01-01T00:00:00+01:00 ",
    "1970-01-01T00:00:00ZZ",
    "1970-01-01T00:00:00B",
};

START_TEST(what_is_no_time_is_refused)
{
    int64_t ms = 4711;

    ck_assert_int_eq(llmreg_time_parse(wrong[_i], strlen(wrong[_i]), &ms),
                     LLMREG_EPARSE);
    ck_assert_int_eq(ms, 4711);
}
END_TEST

START_TEST(a_time_cut_off_anywhere_is_refused)
{
    static const char whole[] = "2024-05-29T16:22:01.123-07:00";
    int64_t ms = 4711;

    for (size_t len = 0; len < sizeof whole - 1; len++)
        ck_assert_int_eq(llmreg_time_parse(whole, len, &ms), LLMREG_EPARSE);
    ck_assert_int_eq(ms, 4711);
}
END_TEST

/* Both ways through the text that the C library's calendar gives. */
static bool agrees(int64_t ms)
{
    const time_t seconds = (time_t)(ms / 1000);
    char out[LLMREG_TIME_SIZE];
    char libc[64];
    struct tm tm;
    int64_t back = 0;

    gmtime_r(&seconds, &tm);
    snprintf(libc, sizeof libc, "%04d-%02d-%02dT00:00:00.000Z",
             tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    llmreg_time_format(out, ms);
    return strcmp(out, libc) == 0 &&
           llmreg_time_parse(out, strlen(out), &back) == LLMREG_OK &&
           back == ms;
}

START_TEST(every_eleventh_day_is_what_the_c_library_says)
{
    for (int64_t ms = FIRST; ms <= LAST; ms += 11 * INT64_C(86400000))
        if (!agrees(ms))
            ck_abort_msg("%lld ms", (long long)ms);
}
END_TEST

#define COUNT(table) (sizeof table / sizeof table[0])

int main(void)
{
    Suite *s = suite_create("time");
    TCase *tc = tcase_create("time");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_loop_test(tc, a_time_is_formatted, 0, COUNT(formats));
    tcase_add_loop_test(tc, a_time_is_read, 0, COUNT(times));
    tcase_add_loop_test(tc, what_is_no_time_is_refused, 0, COUNT(wrong));
    tcase_add_test(tc, a_time_cut_off_anywhere_is_refused);
    tcase_add_test(tc, every_eleventh_day_is_what_the_c_library_says);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
