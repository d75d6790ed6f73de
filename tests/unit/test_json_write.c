/* SPDX-License-Identifier: MIT */
/* test_json_write.c - what is written is JSON, and reads back the same. */
#include <llmreg/json.h>

#include <check.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* ---- a sink that keeps everything ---- */

struct page {
    char text[400000];
    size_t len;
    size_t calls;
    size_t fail_at; /* the call that fails, from 1; 0: none */
};

static struct page page;
static struct llmreg_json_out w;

static int keep(void *ctx, const char *bytes, size_t len)
{
    struct page *p = ctx;

    p->calls++;
    if (p->calls == p->fail_at)
        return LLMREG_EIO;
    ck_assert_uint_lt(p->len + len, sizeof p->text);
    memcpy(p->text + p->len, bytes, len);
    p->len += len;
    p->text[p->len] = '\0';
    return LLMREG_OK;
}

static void begin(void)
{
    page.len = 0;
    page.calls = 0;
    page.fail_at = 0;
    page.text[0] = '\0';
    llmreg_json_out_init(&w, keep, &page);
}

static void end_as(const char *expected)
{
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    ck_assert_str_eq(page.text, expected);
}

/* ---- structure ---- */

START_TEST(a_time_is_said_twice_or_is_null_twice)
{
    begin();
    llmreg_json_open_object(&w, NULL);
    llmreg_json_time(&w, "a", "a_ms", 1500);
    llmreg_json_time(&w, "b", "b_ms", 0);
    llmreg_json_close_object(&w);
    end_as("{\"a\":\"1970-01-01T00:00:01.500Z\",\"a_ms\":1500,"
           "\"b\":null,\"b_ms\":null}");
}
END_TEST

START_TEST(members_and_elements_are_separated_by_commas)
{
    begin();
    llmreg_json_open_object(&w, NULL);
    llmreg_json_integer(&w, "a", 1);
    llmreg_json_open_array(&w, "b");
    llmreg_json_open_object(&w, NULL);
    llmreg_json_close_object(&w);
    llmreg_json_open_array(&w, NULL);
    llmreg_json_close_array(&w);
    llmreg_json_bool(&w, NULL, true);
    llmreg_json_bool(&w, NULL, false);
    llmreg_json_close_array(&w);
    llmreg_json_null(&w, "c");
    llmreg_json_string(&w, "d", "e");
    llmreg_json_close_object(&w);
    end_as("{\"a\":1,\"b\":[{},[],true,false],\"c\":null,\"d\":\"e\"}");
}
END_TEST

START_TEST(a_document_may_be_one_value)
{
    begin();
    llmreg_json_string(&w, NULL, "x");
    end_as("\"x\"");
}
END_TEST

START_TEST(a_second_document_is_an_error)
{
    begin();
    llmreg_json_null(&w, NULL);
    llmreg_json_null(&w, NULL);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_EINVAL);
}
END_TEST

START_TEST(a_document_left_open_is_an_error)
{
    begin();
    llmreg_json_open_array(&w, NULL);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_EINVAL);
}
END_TEST

START_TEST(closing_what_is_not_open_is_an_error)
{
    begin();
    llmreg_json_close_object(&w);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_EINVAL);
}
END_TEST

static int nest(unsigned depth)
{
    begin();
    for (unsigned i = 0; i < depth; i++)
        llmreg_json_open_array(&w, NULL);
    for (unsigned i = 0; i < depth; i++)
        llmreg_json_close_array(&w);
    return llmreg_json_out_end(&w);
}

START_TEST(nesting_deeper_than_63_is_too_big)
{
    ck_assert_int_eq(nest(63), LLMREG_OK);
    ck_assert_uint_eq(page.len, 126);
    ck_assert_int_eq(nest(64), LLMREG_ETOOBIG);
    ck_assert_int_eq(nest(100), LLMREG_ETOOBIG);
}
END_TEST

/* ---- values ---- */

static const struct {
    const char *s, *json;
} strings[] = {
    {"", "\"\""},
    {"plain text", "\"plain text\""},
    {"\"\\/", "\"\\\"\\\\/\""},
    {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
    {"\x01\x0b\x1f\x7f", "\"\\u0001\\u000b\\u001f\\u007f\""},
    {"\xc2\x80\xc2\x9f\xc2\xa0", "\"\\u0080\\u009f\xc2\xa0\""},
    {"</script><!--&", "\"\\u003c/script\\u003e\\u003c!--\\u0026\""},
    {"a\xe2\x80\xa8"
     "b\xe2\x80\xa9",
     "\"a\\u2028b\\u2029\""},
    {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
     "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
    {"a\xff"
     "b",
     "\"a\xef\xbf\xbd"
     "b\""},
    {"\xc3", "\"\xef\xbf\xbd\""},
    {"\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
    {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    {"\xe2\x82(", "\"\xef\xbf\xbd\xef\xbf\xbd(\""},
    {NULL, "null"},
};

START_TEST(a_string_is_escaped_so_that_it_may_stand_anywhere)
{
    begin();
    llmreg_json_string(&w, NULL, strings[_i].s);
    end_as(strings[_i].json);
}
END_TEST

START_TEST(a_key_is_escaped_like_a_string)
{
    begin();
    llmreg_json_open_object(&w, NULL);
    llmreg_json_null(&w, "a\"<\n\xff");
    llmreg_json_close_object(&w);
    end_as("{\"a\\\"\\u003c\\n\xef\xbf\xbd\":null}");
}
END_TEST

START_TEST(an_empty_key_is_a_key)
{
    begin();
    llmreg_json_open_object(&w, "");
    llmreg_json_close_object(&w);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    ck_assert_str_eq(page.text, "\"\":{}");
}
END_TEST

static const struct {
    int64_t n;
    const char *json;
} integers[] = {
    {0, "0"},
    {-1, "-1"},
    {INT64_MAX, "9223372036854775807"},
    {INT64_MIN, "-9223372036854775808"},
};

START_TEST(an_integer_is_written_whole)
{
    begin();
    llmreg_json_integer(&w, NULL, integers[_i].n);
    end_as(integers[_i].json);
}
END_TEST

static const struct {
    double n;
    const char *json;
} doubles[] = {
    {0.0, "0"},
    {-0.0, "-0"},
    {1.0, "1"},
    {0.1, "0.1"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1.0 / 3, "0.3333333333333333"},
    {1e22, "1e+22"},
    {123456789.125, "123456789.125"},
    {DBL_MAX, "1.7976931348623157e+308"},
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

START_TEST(a_decimal_comma_of_the_locale_does_not_get_in)
{
    if (setlocale(LC_NUMERIC, "de_DE.UTF-8") == NULL &&
        setlocale(LC_NUMERIC, "de_DE.utf8") == NULL)
        return; /* no such locale here */
    begin();
    llmreg_json_double(&w, NULL, 1.5);
    setlocale(LC_NUMERIC, "C");
    end_as("1.5");
}
END_TEST

/* ---- the sink ---- */

START_TEST(long_output_comes_in_pieces_and_in_order)
{
    char s[10001];

    for (size_t i = 0; i < 10000; i++)
        s[i] = (char)('a' + i % 26);
    s[10000] = '\0';
    begin();
    llmreg_json_string(&w, NULL, s);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    ck_assert_uint_eq(page.calls, 3);
    ck_assert_uint_eq(page.len, 10002);
    ck_assert_mem_eq(page.text + 1, s, 10000);
}
END_TEST

START_TEST(a_failing_sink_is_not_called_again)
{
    begin();
    page.fail_at = 2;
    llmreg_json_open_array(&w, NULL);
    for (int i = 0; i < 5000; i++)
        llmreg_json_integer(&w, NULL, 12345);
    llmreg_json_close_array(&w);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_EIO);
    ck_assert_uint_eq(page.calls, 2);
}
END_TEST

START_TEST(a_sink_that_fails_at_the_end_is_told)
{
    begin();
    page.fail_at = 1;
    llmreg_json_null(&w, NULL);
    ck_assert_uint_eq(page.calls, 0);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_EIO);
}
END_TEST

/* ---- reading back ---- */

static uint64_t seed;

static uint64_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * UINT64_C(2685821657736338717);
}

/* Any valid UTF-8, with a liking for what needs escapes. */
static void draw_text(char *out)
{
    static const char *const bits[] = {"a",
                                       "\"",
                                       "\\",
                                       "/",
                                       "<",
                                       "\n",
                                       "\x01",
                                       "\x7f",
                                       "\xc2\x85",
                                       "\xe2\x80\xa8",
                                       "\xf0\x9f\x98\x80",
                                       "\xef\xbf\xbf",
                                       ".",
                                       "[",
                                       "\xc3\xa9",
                                       "&"};
    size_t n = draw() % 8;

    out[0] = '\0';
    for (size_t i = 0, at = 0; i < n; i++) {
        const char *bit = bits[draw() % 16];
        snprintf(out + at, 5, "%s", bit);
        at += strlen(bit);
    }
}

#define VALUES 5000

static struct value {
    enum llmreg_json_type type;
    char text[40];
    int64_t integer;
} values[VALUES];

static void write_value(struct value *v)
{
    *v = (struct value){0};
    switch (draw() % 3) {
    case 0:
        v->type = LLMREG_JSON_STRING;
        draw_text(v->text);
        llmreg_json_string(&w, NULL, v->text);
        break;
    case 1:
        v->type = LLMREG_JSON_NUMBER;
        v->integer = (int64_t)(draw() >> (draw() % 64)) * (draw() % 2 ? 1 : -1);
        llmreg_json_integer(&w, NULL, v->integer);
        break;
    default:
        v->type = LLMREG_JSON_BOOL;
        v->integer = (int64_t)(draw() % 2);
        llmreg_json_bool(&w, NULL, v->integer == 1);
    }
}

static int compare_value(void *ctx, const struct llmreg_json_event *e)
{
    const struct value **next = ctx;
    int64_t n = 0;

    if (strcmp(e->path, "[]") != 0)
        return LLMREG_OK;
    const struct value *v = (*next)++;
    ck_assert_int_eq(e->type, v->type);
    if (v->type == LLMREG_JSON_STRING)
        ck_assert(llmreg_json_is(e, v->text));
    if (v->type == LLMREG_JSON_BOOL)
        ck_assert(e->truth == (v->integer == 1));
    if (v->type == LLMREG_JSON_NUMBER) {
        ck_assert(llmreg_json_int(e, INT64_MIN, INT64_MAX, &n));
        ck_assert_int_eq(n, v->integer);
    }
    return LLMREG_OK;
}

static const struct llmreg_json_limits limits = {
    .bytes = sizeof page.text, .depth = 8, .values = 10000, .string = 1000};

START_TEST(random_values_read_back_the_same)
{
    const struct value *next = values;

    seed = UINT64_C(88172645463325252) + (uint64_t)_i;
    printf("json_write: seed %llu\n", (unsigned long long)seed);
    begin();
    llmreg_json_open_array(&w, NULL);
    for (size_t i = 0; i < VALUES; i++)
        write_value(&values[i]);
    llmreg_json_close_array(&w);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    ck_assert_int_eq(llmreg_json_read(page.text, page.len, &limits,
                                      compare_value, &next, NULL),
                     LLMREG_OK);
    ck_assert_ptr_eq(next, values + VALUES);
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
    seed = UINT64_C(362436069362436069);
    printf("json_write: seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 5000; i++) {
        uint64_t bits = draw();
        double n;
        memcpy(&n, &bits, sizeof n);
        if (!isfinite(n))
            continue;
        begin();
        llmreg_json_double(&w, NULL, n);
        ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
        ck_assert_int_eq(llmreg_json_read(page.text, page.len, &limits,
                                          compare_double, &n, NULL),
                         LLMREG_OK);
    }
}
END_TEST

static int count_events(void *ctx, const struct llmreg_json_event *e)
{
    (void)e;
    ++*(size_t *)ctx;
    return LLMREG_OK;
}

START_TEST(any_bytes_as_text_make_valid_json)
{
    seed = UINT64_C(521288629521288629);
    printf("json_write: seed %llu\n", (unsigned long long)seed);
    for (int i = 0; i < 5000; i++) {
        char s[17] = "";
        size_t n = 0;
        uint64_t bytes[2] = {draw(), draw()};
        memcpy(s, bytes, 16);
        begin();
        llmreg_json_string(&w, NULL, s);
        ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
        ck_assert_int_eq(llmreg_json_read(page.text, page.len, &limits,
                                          count_events, &n, NULL),
                         LLMREG_OK);
        ck_assert_uint_eq(n, 1);
    }
}
END_TEST

static void add_structure(TCase *tc)
{
    tcase_add_test(tc, a_time_is_said_twice_or_is_null_twice);
    tcase_add_test(tc, members_and_elements_are_separated_by_commas);
    tcase_add_test(tc, a_document_may_be_one_value);
    tcase_add_test(tc, a_second_document_is_an_error);
    tcase_add_test(tc, a_document_left_open_is_an_error);
    tcase_add_test(tc, closing_what_is_not_open_is_an_error);
    tcase_add_test(tc, nesting_deeper_than_63_is_too_big);
}

static void add_values(TCase *tc)
{
    tcase_add_loop_test(tc, a_string_is_escaped_so_that_it_may_stand_anywhere,
                        0, COUNT(strings));
    tcase_add_test(tc, a_key_is_escaped_like_a_string);
    tcase_add_test(tc, an_empty_key_is_a_key);
    tcase_add_loop_test(tc, an_integer_is_written_whole, 0, COUNT(integers));
    tcase_add_loop_test(tc, a_double_is_written_as_short_as_it_reads_back, 0,
                        COUNT(doubles));
    tcase_add_test(tc, a_decimal_comma_of_the_locale_does_not_get_in);
}

int main(void)
{
    Suite *s = suite_create("json_write");
    TCase *tc = tcase_create("json_write");

    add_structure(tc);
    add_values(tc);
    tcase_add_test(tc, long_output_comes_in_pieces_and_in_order);
    tcase_add_test(tc, a_failing_sink_is_not_called_again);
    tcase_add_test(tc, a_sink_that_fails_at_the_end_is_told);
    tcase_add_loop_test(tc, random_values_read_back_the_same, 0, 5);
    tcase_add_test(tc, random_doubles_read_back_to_the_bit);
    tcase_add_test(tc, any_bytes_as_text_make_valid_json);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
