/* SPDX-License-Identifier: MIT */
/* test_json_text.c - strings: escaped so that they may stand anywhere, the
 * same whether they were copied in large steps or small ones. */
#include "common/base/json_out.h"
#include "common/base/utf8.h"
#include "tests/unit/json_page.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

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

/* ---- against a writer that does it byte by byte ---- */

static char *add(char *at, const char *s, size_t len)
{
    memcpy(at, s, len);
    at[len] = '\0';
    return at + len;
}

static void naive(char *out, const char *s, size_t len)
{
    static const char *const named[128] = {
        ['"'] = "\\\"", ['\\'] = "\\\\", ['\b'] = "\\b", ['\f'] = "\\f",
        ['\n'] = "\\n", ['\r'] = "\\r",  ['\t'] = "\\t"};

    *out++ = '"';
    for (size_t i = 0; i < len;) {
        uint32_t c = 0;
        size_t n = utf8_decode(s + i, len - i, &c);
        if (n == 0)
            out = add(out, "\xef\xbf\xbd", 3);
        else if (c < 128 && named[c] != NULL)
            out = add(out, named[c], strlen(named[c]));
        else if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == '<' || c == '>' ||
                 c == '&' || c == 0x2028 || c == 0x2029)
            out += snprintf(out, 7, "\\u%04x", (unsigned)c & 0xffff);
        else
            out = add(out, s + i, n);
        i += n == 0 ? 1 : n;
    }
    *out++ = '"';
    *out = '\0';
}

static void write_as_naive(const char *s)
{
    static char expected[65536 * 6 + 3];

    naive(expected, s, strlen(s));
    begin();
    llmreg_json_string(&w, NULL, s);
    end_as(expected);
}

/* Every byte at every place of every length up to three steps of sixteen. */
START_TEST(one_byte_is_found_wherever_it_is)
{
    for (size_t len = 1; len <= 48; len++)
        for (size_t at = 0; at < len; at++) {
            char s[49];
            memset(s, 'x', len);
            s[len] = '\0';
            s[at] = (char)_i;
            write_as_naive(s);
        }
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

START_TEST(a_key_may_be_of_any_length)
{
    static char key[20001], expected[20020];

    for (size_t len = 0; len <= 20000; len += len < 300 ? 1 : 4925) {
        memset(key, 'k', len);
        key[len] = '\0';
        (void)snprintf(expected, sizeof expected, "{\"%s\":1,\"b\":2}", key);
        begin();
        llmreg_json_open_object(&w, NULL);
        llmreg_json_integer(&w, key, 1);
        llmreg_json_integer(&w, "b", 2);
        llmreg_json_close_object(&w);
        end_as(expected);
    }
}
END_TEST

/* ---- where a piece ends ---- */

static const char *const at_the_end[] = {
    "plain",        "0123456789abcdef0123456789abcdef", "\n",
    "\x01\x02\x03", "\xe2\x82\xac\xf0\x9f\x98\x80",     "0123456789abcde\"",
    "\xff\xfe",
};

START_TEST(a_string_may_go_over_the_end_of_a_piece)
{
    char expected[256], all[300];

    naive(expected, at_the_end[_i], strlen(at_the_end[_i]));
    (void)snprintf(all, sizeof all, ",%s]", expected);
    for (size_t room = 0; room < 64; room++) {
        begin();
        leave_room(room);
        llmreg_json_string(&w, NULL, at_the_end[_i]);
        llmreg_json_close_array(&w);
        ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
        ck_assert_str_eq(behind(room), all);
        ck_assert_uint_le(page.longest, LLMREG_JSON_PIECE);
    }
}
END_TEST

START_TEST(long_strings_come_in_pieces_and_in_order)
{
    static char s[65536];

    draw_from("json_text", 2685821657736338717u);
    for (size_t len = 0; len < sizeof s; len = len * 2 + draw() % 50) {
        for (size_t i = 0; i < len; i++)
            s[i] = (char)(1 + draw() % (draw() % 32 == 0 ? 255 : 0x60));
        s[len] = '\0';
        write_as_naive(s);
        for (size_t i = 0; i < len; i++)
            s[i] = (char)('a' + draw() % 26);
        write_as_naive(s);
    }
}
END_TEST

/* ---- reading back ---- */

/* Any valid UTF-8, with a liking for what needs escapes. */
static void draw_text(char *out, size_t bits)
{
    static const char *const bit[] = {"a",
                                      "\"",
                                      "\\",
                                      "/",
                                      "<",
                                      "\n",
                                      "\x01",
                                      "\x7f",
                                      "\xc2\x85",
                                      "plain te",
                                      "\xe2\x80\xa8",
                                      "\xf0\x9f\x98\x80",
                                      ".",
                                      "\xef\xbf\xbf",
                                      "quite some plain text",
                                      "&"};

    out[0] = '\0';
    for (size_t n = draw() % bits; n > 0; n--) {
        const char *s = bit[draw() % 16];
        out = add(out, s, strlen(s));
    }
}

static int compare(void *ctx, const struct llmreg_json_event *e)
{
    const char *expected = ctx;

    if (e->type == LLMREG_JSON_STRING)
        ck_assert_msg(llmreg_json_is(e, expected), "%s is not %.*s", expected,
                      (int)e->len, e->text);
    return LLMREG_OK;
}

START_TEST(random_strings_read_back_the_same)
{
    char s[64 * 22];

    draw_from("json_text", 88172645463325252u);
    for (int i = 0; i < 20000; i++) {
        draw_text(s, 64);
        begin();
        llmreg_json_string(&w, NULL, s);
        ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
        ck_assert_int_eq(llmreg_json_read(page.text, page.len, &page_limits,
                                          compare, s, NULL),
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
    draw_from("json_text", 521288629521288629u);
    for (int i = 0; i < 20000; i++) {
        char s[41] = "";
        size_t n = 0;
        uint64_t bytes[5] = {draw(), draw(), draw(), draw(), draw()};
        memcpy(s, bytes, draw() % 41);
        begin();
        llmreg_json_string(&w, NULL, s);
        ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
        ck_assert_int_eq(llmreg_json_read(page.text, page.len, &page_limits,
                                          count_events, &n, NULL),
                         LLMREG_OK);
        ck_assert_uint_eq(n, 1);
    }
}
END_TEST

START_TEST(a_member_with_a_literal_key_is_as_any_other)
{
    begin();
    llmreg_json_open_object(&w, NULL);
    json_member_string(&w, JSON_KEY("a"), "<");
    json_member_integer(&w, JSON_KEY("b"), -1);
    json_member_null(&w, JSON_KEY("c"));
    json_member_bool(&w, JSON_KEY("d"), true);
    json_member_bool(&w, JSON_KEY("e"), false);
    llmreg_json_close_object(&w);
    end_as("{\"a\":\"\\u003c\",\"b\":-1,\"c\":null,\"d\":true,\"e\":false}");
}
END_TEST

/* ---- JSON from elsewhere ---- */

static const struct {
    const char *json, *written;
} raws[] = {
    {"null", "null"},
    {"{ \"a\" :\t[1,\n\"\\\"\\\\\\n\"] }",
     "{ \"a\" :\t[1,\n\"\\\"\\\\\\n\"] }"},
    {"[\"</script>&\"]", "[\"\\u003c/script\\u003e\\u0026\"]"},
    {"\"\xe2\x80\xa8\xc3\xa9\x7f\xff\"",
     "\"\\u2028\xc3\xa9\\u007f\xef\xbf\xbd\""},
    {"1.5e+300", "1.5e+300"},
};

START_TEST(raw_json_keeps_its_meaning_and_may_stand_anywhere)
{
    char expected[200];

    (void)snprintf(expected, sizeof expected, "{\"a\":%s,\"b\":1}",
                   raws[_i].written);
    begin();
    llmreg_json_open_object(&w, NULL);
    llmreg_json_raw(&w, "a", raws[_i].json);
    llmreg_json_integer(&w, "b", 1);
    llmreg_json_close_object(&w);
    end_as(expected);
}
END_TEST

START_TEST(raw_json_may_be_long)
{
    static char list[40001], expected[40020];

    for (size_t i = 0; i < 40000; i++)
        list[i] = i % 2 == 1 ? '1' : ',';
    list[0] = '[';
    list[39998] = '0';
    list[39999] = ']';
    (void)snprintf(expected, sizeof expected, "[%s,%s]", list, "2");
    begin();
    llmreg_json_open_array(&w, NULL);
    llmreg_json_raw(&w, NULL, list);
    llmreg_json_integer(&w, NULL, 2);
    llmreg_json_close_array(&w);
    end_as(expected);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("json_text");
    TCase *tc = tcase_create("json_text");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, a_string_is_escaped_so_that_it_may_stand_anywhere,
                        0, COUNT(strings));
    tcase_add_loop_test(tc, one_byte_is_found_wherever_it_is, 1, 256);
    tcase_add_test(tc, a_key_is_escaped_like_a_string);
    tcase_add_test(tc, a_key_may_be_of_any_length);
    tcase_add_loop_test(tc, a_string_may_go_over_the_end_of_a_piece, 0,
                        COUNT(at_the_end));
    tcase_add_test(tc, long_strings_come_in_pieces_and_in_order);
    tcase_add_test(tc, random_strings_read_back_the_same);
    tcase_add_test(tc, any_bytes_as_text_make_valid_json);
    tcase_add_test(tc, a_member_with_a_literal_key_is_as_any_other);
    tcase_add_loop_test(tc, raw_json_keeps_its_meaning_and_may_stand_anywhere,
                        0, COUNT(raws));
    tcase_add_test(tc, raw_json_may_be_long);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    /* Many cases that share nothing: no process for each. */
    srunner_set_fork_status(sr, CK_NOFORK);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
