/* SPDX-License-Identifier: MIT */
/* test_json_read.c - every document of the tables is read whole, byte by byte
 * and cut in two at every place; all ways must tell the same.
 */
#include "tests/unit/json_trace.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int read_split(const char *s, size_t len, size_t at, struct trace *t)
{
    struct llmreg_json *j = NULL;

    *t = (struct trace){0};
    ck_assert_int_eq(llmreg_json_new(&j, &wide, write_down, t), LLMREG_OK);
    int rc = llmreg_json_feed(j, s, at);
    if (rc == LLMREG_OK)
        rc = llmreg_json_feed(j, s + at, len - at);
    if (rc == LLMREG_OK)
        rc = llmreg_json_end(j);
    ck_assert((rc == LLMREG_OK) == (llmreg_json_problem(j)[0] == '\0'));
    llmreg_json_free(j);
    return rc;
}

static int read_bytewise(const char *s, size_t len, struct trace *t)
{
    struct llmreg_json *j = NULL;
    int rc = LLMREG_OK;

    *t = (struct trace){0};
    ck_assert_int_eq(llmreg_json_new(&j, &wide, write_down, t), LLMREG_OK);
    for (size_t i = 0; i < len && rc == LLMREG_OK; i++)
        rc = llmreg_json_feed(j, s + i, 1);
    if (rc == LLMREG_OK)
        rc = llmreg_json_end(j);
    llmreg_json_free(j);
    return rc;
}

static void read_all_ways(const char *s, size_t len, int expected,
                          const char *trace)
{
    struct trace t;

    ck_assert_msg(read_bytewise(s, len, &t) == expected, "%s", s);
    if (trace != NULL)
        ck_assert_str_eq(t.text, trace);
    for (size_t at = 0; at <= len; at++) {
        int rc = read_split(s, len, at, &t);
        ck_assert_msg(rc == expected, "%s cut at %zu: %d", s, at, rc);
        if (trace != NULL)
            ck_assert_str_eq(t.text, trace);
    }
}

/* ---- what is JSON ---- */

static const struct {
    const char *json, *trace;
} good[] = {
    {"{}", "={ =} "},
    {" [ ] \r\n\t", "=[ =] "},
    {"null", "=z "},
    {"true", "=b1 "},
    {"false", "=b0 "},
    {"\"\"", "=s "},
    {"0", "=n0 "},
    {"-0", "=n-0 "},
    {"1.5e+10", "=n1.5e+10 "},
    {"123456789012345678901234567890", "=n123456789012345678901234567890 "},
    {"[1,[2,[]],{}]", "=[ []=n1 []=[ [][]=n2 [][]=[ [][]=] []=] []={ []=} =] "},
    {"{\"a\":1,\"b\":{\"c\":[true]},\"d\":null}",
     "={ a=n1 b={ b.c=[ b.c[]=b1 b.c=] b=} d=z =} "},
    {"{\"models\":[{\"name\":\"a\",\"details\":{\"family\":\"b\"}}]}",
     "={ models=[ models[]={ models[].name=sa models[].details={ "
     "models[].details.family=sb models[].details=} models[]=} models=] =} "},
    {"{\"a\":1,\"a\":2}", "={ a=n1 a=n2 =} "},
    {"{\"a.b\":1,\"c[]\":2,\"d\\\\\":3,\"e]\":4}",
     "={ a\\.b=n1 c\\[]=n2 d\\\\=n3 e]=n4 =} "},
    {"{\"na\\u006de\":1}", "={ name=n1 =} "},
    {"\"a\\u0000b\"", "=sa^b "},
    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "=s\"\\/\b\f\n\r\t "},
    {"\"\\u00e9\\u20ac\"", "=s\xc3\xa9\xe2\x82\xac "},
    {"\"\\ud83d\\ude00\"", "=s\xf0\x9f\x98\x80 "},
    {"\"\\uD83D\\uDE00?\"", "=s\xf0\x9f\x98\x80? "},
    {"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"",
     "=s\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f "},
    {"{\"\":1,\"a\":{\"\":{\"b\":2}},\"c\":3}",
     "={ ?=n1 a={ ?={ ?=n2 ?=} a=} c=n3 =} "},
    {"{\"name\\u0000x\":1,\"name\":2}", "={ ?=n1 name=n2 =} "},
    {"{\"?\":1}", "={ ?=n1 =} "},
};

START_TEST(a_document_becomes_events_with_paths)
{
    read_all_ways(good[_i].json, strlen(good[_i].json), LLMREG_OK,
                  good[_i].trace);
}
END_TEST

/* ---- what is not ---- */

#define BYTES(s) s, sizeof(s) - 1

static const struct {
    const char *bytes;
    size_t len;
} bad[] = {
    {BYTES("")},
    {BYTES(" \n\t ")},
    {BYTES("nul")},
    {BYTES("nulll")},
    {BYTES("Null")},
    {BYTES("NaN")},
    {BYTES("Infinity")},
    {BYTES("-Infinity")},
    {BYTES("undefined")},
    {BYTES("01")},
    {BYTES("[01]")},
    {BYTES("-01")},
    {BYTES("+1")},
    {BYTES(".5")},
    {BYTES("5.")},
    {BYTES("[5.]")},
    {BYTES("-")},
    {BYTES("1e")},
    {BYTES("1e+")},
    {BYTES("0x10")},
    {BYTES("1_000")},
    {BYTES("[1,]")},
    {BYTES("[,1]")},
    {BYTES("[1,,2]")},
    {BYTES("[1 2]")},
    {BYTES("{\"a\":1,}")},
    {BYTES("{\"a\"}")},
    {BYTES("{\"a\":}")},
    {BYTES("{\"a\":1 \"b\":2}")},
    {BYTES("{a:1}")},
    {BYTES("{1:1}")},
    {BYTES("{null:1}")},
    {BYTES("{'a':1}")},
    {BYTES("'a'")},
    {BYTES("[1}")},
    {BYTES("{\"a\":1]")},
    {BYTES("[")},
    {BYTES("{\"a\":")},
    {BYTES("\"abc")},
    {BYTES("\"abc\\\"")},
    {BYTES("[\"abc")},
    {BYTES("]")},
    {BYTES("{} {}")},
    {BYTES("1 2")},
    {BYTES("{}x")},
    {BYTES("{}]")},
    {BYTES("{} nul")},
    {BYTES("{} -")},
    {BYTES("{} \"")},
    {BYTES("{} \"abc")},
    {BYTES("{}\0")},
    {BYTES("\0{}")},
    {BYTES("// a\n{}")},
    {BYTES("/* a */{}")},
    {BYTES("{}//")},
    {BYTES("# a\n{}")},
    {BYTES("callback({})")},
    {BYTES("data: {}\n\n")},
    {BYTES("<html></html>")},
    {BYTES("\xef\xbb\xbf{}")},
    {BYTES("\xff\xfe{\0}\0")},
    {BYTES("\xfe\xff\0{\0}")},
    {BYTES("{\0}\0")},
    {BYTES("[\xc2\xa0]")},
    {BYTES("\"a\nb\"")},
    {BYTES("\"a\tb\"")},
    {BYTES("\"a\0b\"")},
    {BYTES("\"a\x1f\"")},
    {BYTES("{\"a\nb\":1}")},
    {BYTES("\"\\x41\"")},
    {BYTES("\"\\a\"")},
    {BYTES("\"\\\0\"")},
    {BYTES("\"\\'\"")},
    {BYTES("\"\\u00g0\"")},
    {BYTES("\"\\u00\"")},
    {BYTES("\"\\u\"")},
    {BYTES("\"\\U0041\"")},
    {BYTES("\"\\ud800\"")},
    {BYTES("\"\\udbffx\"")},
    {BYTES("\"\\ud800\\n\"")},
    {BYTES("\"\\ud800\\u0041\"")},
    {BYTES("\"\\ud800\\ud800\"")},
    {BYTES("\"\\udc00\"")},
    {BYTES("\"\\udfff\\ud800\"")},
    {BYTES("{\"\\ud800\":1}")},
    {BYTES("\"\x80\"")},
    {BYTES("\"\xbf\"")},
    {BYTES("\"\xc3\"")},
    {BYTES("\"\xc3(\"")},
    {BYTES("\"\xe2\x82\"")},
    {BYTES("\"\xf0\x9f\x98\"")},
    {BYTES("\"\xc0\xaf\"")},
    {BYTES("\"\xc1\xbf\"")},
    {BYTES("\"\xe0\x80\xaf\"")},
    {BYTES("\"\xf0\x80\x80\xaf\"")},
    {BYTES("\"\xed\xa0\x80\"")},
    {BYTES("\"\xed\xbf\xbf\"")},
    {BYTES("\"\xf4\x90\x80\x80\"")},
    {BYTES("\"\xf5\x80\x80\x80\"")},
    {BYTES("\"\xf8\x88\x80\x80\x80\"")},
    {BYTES("\"\xff\"")},
    {BYTES("{\"\xc0\xaf\":1}")},
};

START_TEST(what_is_not_json_is_refused)
{
    read_all_ways(bad[_i].bytes, bad[_i].len, LLMREG_EPARSE, NULL);
}
END_TEST

/* ---- errors ---- */

START_TEST(what_the_consumer_returns_stops_the_reading)
{
    struct trace t = {.refuse = "b"};
    struct llmreg_error err;
    static const char s[] = "{\"a\":1,\"b\":2,\"c\":3}";

    ck_assert_int_eq(
        llmreg_json_read(s, strlen(s), &wide, write_down, &t, &err),
        LLMREG_EFULL);
    ck_assert_str_eq(t.text, "={ a=n1 ");
    ck_assert_str_eq(err.text, llmreg_status_text(LLMREG_EFULL));
}
END_TEST

START_TEST(an_error_is_repeated)
{
    struct llmreg_json *j = NULL;
    struct trace t = {0};

    ck_assert_int_eq(llmreg_json_new(&j, &wide, write_down, &t), LLMREG_OK);
    ck_assert_int_eq(llmreg_json_feed(j, "[x", 2), LLMREG_EPARSE);
    ck_assert_int_eq(llmreg_json_feed(j, "]", 1), LLMREG_EPARSE);
    ck_assert_int_eq(llmreg_json_end(j), LLMREG_EPARSE);
    ck_assert_uint_eq(t.events, 1);
    llmreg_json_free(j);
}
END_TEST

START_TEST(a_document_ends_once)
{
    struct llmreg_json *j = NULL;
    struct trace t = {0};

    ck_assert_int_eq(llmreg_json_new(&j, &wide, write_down, &t), LLMREG_OK);
    ck_assert_int_eq(llmreg_json_feed(j, "12", 2), LLMREG_OK);
    ck_assert_uint_eq(t.events, 0);
    ck_assert_int_eq(llmreg_json_end(j), LLMREG_OK);
    ck_assert_str_eq(t.text, "=n12 ");
    ck_assert_int_eq(llmreg_json_end(j), LLMREG_OK);
    ck_assert_int_eq(llmreg_json_feed(j, "3", 1), LLMREG_EINVAL);
    llmreg_json_free(j);
}
END_TEST

static const struct {
    const char *json, *problem;
} problems[] = {
    {"", "not JSON: parse error: premature EOF at byte 1"},
    {"[1,]", "at byte 4"},
    {"[nope]",
     "not JSON: lexical error: invalid string in json text at byte 2"},
    {"{} x", "at byte 4"},
    {"[\"a\nb\"]",
     "not sound in a string: control character, escape or UTF-8 at byte 3"},
    {"[\"abc", "ends inside a string at byte 5"},
};

START_TEST(a_problem_is_told_with_its_place)
{
    struct llmreg_error err = {{0}};
    struct trace t = {0};
    const char *s = problems[_i].json;

    ck_assert_int_eq(
        llmreg_json_read(s, strlen(s), &wide, write_down, &t, &err),
        LLMREG_EPARSE);
    ck_assert_msg(strstr(err.text, problems[_i].problem) != NULL, "%s",
                  err.text);
}
END_TEST

START_TEST(no_reader_can_be_freed)
{
    llmreg_json_free(NULL);
}
END_TEST

/* ---- small questions ---- */

START_TEST(text_is_compared_whole)
{
    struct llmreg_json_event e = {
        .type = LLMREG_JSON_STRING, .text = "ab\0c", .len = 4};

    ck_assert(!llmreg_json_is(&e, "ab"));
    e.len = 2;
    ck_assert(llmreg_json_is(&e, "ab"));
    ck_assert(!llmreg_json_is(&e, "a"));
    ck_assert(!llmreg_json_is(&e, "abc"));
    e.text = NULL;
    e.len = 0;
    ck_assert(!llmreg_json_is(&e, ""));
}
END_TEST

static const struct {
    const char *text;
    bool ok;
    int64_t n;
} integers[] = {
    {"0", true, 0},    {"-5", true, -5}, {"100", true, 100},
    {"101", false, 0}, {"-6", false, 0}, {"1.0", false, 0},
    {"1e1", false, 0}, {"-0", true, 0},  {"9223372036854775808", false, 0},
};

START_TEST(an_integer_is_a_plain_whole_number_in_range)
{
    struct llmreg_json_event e = {.type = LLMREG_JSON_NUMBER,
                                  .text = integers[_i].text,
                                  .len = strlen(integers[_i].text)};
    int64_t n = 77;

    ck_assert(llmreg_json_int(&e, -5, 100, &n) == integers[_i].ok);
    ck_assert_int_eq(n, integers[_i].ok ? integers[_i].n : 77);
}
END_TEST

START_TEST(a_string_of_digits_is_no_integer)
{
    struct llmreg_json_event e = {
        .type = LLMREG_JSON_STRING, .text = "1", .len = 1};
    int64_t n = 77;

    ck_assert(!llmreg_json_int(&e, 0, 10, &n));
    e = (struct llmreg_json_event){.type = LLMREG_JSON_NUMBER,
                                   .too_long = true};
    ck_assert(!llmreg_json_int(&e, 0, 10, &n));
}
END_TEST

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static void add_errors(TCase *tc)
{
    tcase_add_test(tc, what_the_consumer_returns_stops_the_reading);
    tcase_add_test(tc, an_error_is_repeated);
    tcase_add_test(tc, a_document_ends_once);
    tcase_add_loop_test(tc, a_problem_is_told_with_its_place, 0,
                        COUNT(problems));
    tcase_add_test(tc, no_reader_can_be_freed);
}

int main(void)
{
    Suite *s = suite_create("json_read");
    TCase *tc = tcase_create("json_read");

    tcase_add_loop_test(tc, a_document_becomes_events_with_paths, 0,
                        COUNT(good));
    tcase_add_loop_test(tc, what_is_not_json_is_refused, 0, COUNT(bad));
    add_errors(tc);
    tcase_add_test(tc, text_is_compared_whole);
    tcase_add_loop_test(tc, an_integer_is_a_plain_whole_number_in_range, 0,
                        COUNT(integers));
    tcase_add_test(tc, a_string_of_digits_is_no_integer);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
