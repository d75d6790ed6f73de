/* SPDX-License-Identifier: MIT */
/* test_json_number.c - numbers and times: as the C library writes them. */
#include <llmreg/clock.h>

#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>

#include "tests/unit/json_page.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* ---- integers ---- */

static void write_integer(int64_t n)
{
    char expected[32];

    (void)snprintf(expected, sizeof expected, "%" PRId64, n);
    begin();
    llmreg_json_integer(&w, NULL, n);
    end_as(expected);
}

START_TEST(an_integer_is_written_whole)
{
    static const int64_t edges[] = {0, INT64_MAX, INT64_MIN, INT64_MIN + 1};

    for (int i = 0; i < COUNT(edges); i++)
        write_integer(edges[i]);
    for (int64_t ten = 1; ten <= INT64_MAX / 10; ten *= 10)
        for (int64_t k = -2; k <= 2; k++) {
            write_integer(ten * 10 + k);
            write_integer(-ten * 10 + k);
        }
    for (int shift = 0; shift < 63; shift++)
        write_integer((INT64_C(1) << shift) - 1);
}
END_TEST

static int compare_integer(void *ctx, const struct llmreg_json_event *e)
{
    int64_t n = 0;

    ck_assert(llmreg_json_int(e, INT64_MIN, INT64_MAX, &n));
    ck_assert_int_eq(n, *(const int64_t *)ctx);
    return LLMREG_OK;
}

START_TEST(random_integers_read_back_the_same)
{
    draw_from("json_number", 88172645463325252u);
    for (int i = 0; i < 50000; i++) {
        int64_t n = (int64_t)draw() >> (draw() % 64);
        begin();
        llmreg_json_integer(&w, NULL, n);
        ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
        ck_assert_int_eq(llmreg_json_read(page.text, page.len, &page_limits,
                                          compare_integer, &n, NULL),
                         LLMREG_OK);
    }
}
END_TEST

/* ---- doubles ---- */

static const struct {
    double n;
    const char *json;
} doubles[] = {
    {0.0, "0"},
    {-0.0, "-0"},
    {1.0, "1"},
    {-1.5, "-1.5"},
    {0.1, "0.1"},
    {0.001, "0.001"},
    {0.0001, "0.0001"},
    {-0.0004, "-0.0004"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1.0 / 3, "0.3333333333333333"},
    {1e22, "1e+22"},
    {999999999999.999, "999999999999.999"},
    {1e12, "1000000000000"},
    {1e15, "1e+15"},
    {123456789.125, "123456789.125"},
    {DBL_MAX, "1.7976931348623157e+308"},
    {DBL_MIN, "2.2250738585072014e-308"},
    {(double)NAN, "null"},
    {(double)INFINITY, "null"},
    {-(double)INFINITY, "null"},
};

START_TEST(a_double_is_written_as_short_as_it_reads_back)
{
    begin();
    llmreg_json_double(&w, NULL, doubles[_i].n);
    end_as(doubles[_i].json);
}
END_TEST

/* The shortest of the C library's. */
static void write_double(double n)
{
    char expected[40];

    for (int digits = 1; digits <= 17; digits++) {
        (void)snprintf(expected, sizeof expected, "%.*g", digits, n);
        if (digits >= 15 && strtod(expected, NULL) == n)
            break;
    }
    begin();
    llmreg_json_double(&w, NULL, n);
    end_as(expected);
}

START_TEST(what_is_written_by_hand_is_what_the_library_writes)
{
    draw_from("json_number", 362436069362436069u);
    for (int64_t k = -12345; k <= 12345; k++)
        write_double((double)k / 1000);
    for (int i = 0; i < 50000; i++) {
        int64_t k = (int64_t)draw() >> (13 + draw() % 50);
        write_double((double)k / 1000);
        write_double((double)k / 100000);
        write_double(nextafter((double)k / 1000, 1e300));
        write_double((double)(float)k / 8);
    }
}
END_TEST

START_TEST(a_decimal_comma_of_the_locale_does_not_get_in)
{
    static const double some[] = {1.5, 0.1 + 0.2};

    if (setlocale(LC_NUMERIC, "de_DE.UTF-8") == NULL &&
        setlocale(LC_NUMERIC, "de_DE.utf8") == NULL)
        return; /* no such locale here */
    begin();
    llmreg_json_open_array(&w, NULL);
    for (int i = 0; i < COUNT(some); i++)
        llmreg_json_double(&w, NULL, some[i]);
    llmreg_json_close_array(&w);
    setlocale(LC_NUMERIC, "C");
    end_as("[1.5,0.30000000000000004]");
}
END_TEST

static int compare_double(void *ctx, const struct llmreg_json_event *e)
{
    const double *n = ctx;
    char text[64];

    ck_assert_uint_lt(e->len, sizeof text);
    memcpy(text, e->text, e->len);
    text[e->len] = '\0';
    double back = strtod(text, NULL);
    ck_assert_mem_eq(&back, n, sizeof back);
    return LLMREG_OK;
}

START_TEST(random_doubles_read_back_to_the_bit)
{
    draw_from("json_number", 362436069362436069u);
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = draw();
        double n;
        memcpy(&n, &bits, sizeof n);
        if (!isfinite(n))
            continue;
        begin();
        llmreg_json_double(&w, NULL, n);
        ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
        ck_assert_int_eq(llmreg_json_read(page.text, page.len, &page_limits,
                                          compare_double, &n, NULL),
                         LLMREG_OK);
    }
}
END_TEST

/* ---- times ---- */

START_TEST(a_time_is_said_twice_or_is_null_twice)
{
    begin();
    llmreg_json_open_object(&w, NULL);
    llmreg_json_time(&w, "a", "a_ms", 1500);
    llmreg_json_time(&w, "b", "b_ms", 0);
    llmreg_json_time(&w, "c", "c_ms", -1);
    llmreg_json_close_object(&w);
    end_as("{\"a\":\"1970-01-01T00:00:01.500Z\",\"a_ms\":1500,"
           "\"b\":null,\"b_ms\":null,\"c\":null,\"c_ms\":null}");
}
END_TEST

#define TIMES 20000

static int64_t times[TIMES];

/* The times come one after the other, each twice. */
static int compare_time(void *ctx, const struct llmreg_json_event *e)
{
    const int64_t **next = ctx;
    char text[LLMREG_TIME_SIZE];
    int64_t n = 0;

    if (e->type == LLMREG_JSON_STRING) {
        llmreg_time_format(text, **next);
        ck_assert_msg(llmreg_json_is(e, text), "%s is not %.*s", text,
                      (int)e->len, e->text);
    }
    if (e->type == LLMREG_JSON_NUMBER) {
        ck_assert(llmreg_json_int(e, 1, INT64_MAX, &n));
        ck_assert_int_eq(n, **next);
        ++*next;
    }
    return LLMREG_OK;
}

/* In one document, so that the day it remembers is another one often. */
START_TEST(times_are_as_the_clock_writes_them)
{
    static const int64_t edges[] = {
        1,        86399999,        86400000,        951782400000,
        86400001, 253402300799999, 253402300800000, INT64_MAX};
    const int64_t *next = times;

    draw_from("json_number", 88172645463325252u);
    begin();
    llmreg_json_open_array(&w, NULL);
    for (int i = 0; i < TIMES; i++) {
        times[i] = i < COUNT(edges)
                       ? edges[i]
                       : 1 + (int64_t)(draw() >> (2 + draw() % 62));
        llmreg_json_time(&w, NULL, NULL, times[i]);
    }
    llmreg_json_close_array(&w);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    ck_assert_int_eq(llmreg_json_read(page.text, page.len, &page_limits,
                                      compare_time, &next, NULL),
                     LLMREG_OK);
    ck_assert_ptr_eq(next, times + TIMES);
}
END_TEST

/* ---- where a piece ends ---- */

START_TEST(a_number_may_go_over_the_end_of_a_piece)
{
    for (size_t room = 0; room < 400; room++) {
        begin();
        leave_room(room);
        llmreg_json_integer(&w, NULL, INT64_MIN);
        llmreg_json_double(&w, NULL, -DBL_MIN);
        llmreg_json_time(&w, NULL, NULL, 1500);
        llmreg_json_close_array(&w);
        ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
        ck_assert_str_eq(behind(room),
                         ",-9223372036854775808,-2.2250738585072014e-308,"
                         "\"1970-01-01T00:00:01.500Z\",1500]");
        ck_assert_uint_le(page.longest, LLMREG_JSON_PIECE);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("json_number");
    TCase *tc = tcase_create("json_number");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, an_integer_is_written_whole);
    tcase_add_test(tc, random_integers_read_back_the_same);
    tcase_add_loop_test(tc, a_double_is_written_as_short_as_it_reads_back, 0,
                        COUNT(doubles));
    tcase_add_test(tc, what_is_written_by_hand_is_what_the_library_writes);
    tcase_add_test(tc, a_decimal_comma_of_the_locale_does_not_get_in);
    tcase_add_test(tc, random_doubles_read_back_to_the_bit);
    tcase_add_test(tc, a_time_is_said_twice_or_is_null_twice);
    tcase_add_test(tc, times_are_as_the_clock_writes_them);
    tcase_add_test(tc, a_number_may_go_over_the_end_of_a_piece);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    /* Many cases that share nothing: no process for each. */
    srunner_set_fork_status(sr, CK_NOFORK);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
