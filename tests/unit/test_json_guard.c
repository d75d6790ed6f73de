/* SPDX-License-Identifier: MIT */
/* test_json_guard.c - what passes the filter, byte for byte. */
#include "common/base/json_guard.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* Filters s; what passed is in out.  False at the first bad byte. */
static bool pass(const char *s, size_t longest, char *out)
{
    struct json_guard g;

    json_guard_init(&g, longest);
    for (; *s != '\0'; s++) {
        enum json_verdict verdict = json_guard_byte(&g, (unsigned char)*s);
        if (verdict == JSON_BAD)
            return false;
        if (verdict == JSON_KEEP)
            *out++ = *s;
    }
    *out = '\0';
    return json_guard_done(&g);
}

static const char *const sound[] = {
    "{\"a\":[1,2.5e7,true,null,\"b\"]}",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000\\uD83D\\uDE00\"",
    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f\"",
    "not JSON, but that is for yajl to say \xff \\",
    "",
};

START_TEST(what_is_short_passes_unchanged)
{
    char out[256];

    ck_assert(pass(sound[_i], 100, out));
    ck_assert_str_eq(out, sound[_i]);
}
END_TEST

/* longest 0 keeps 6 bytes, and finishes what it has begun. */
static const struct {
    const char *in, *out;
} thinned[] = {
    {"\"abcdef\"", "\"abcdef\""},
    {"\"abcdefg\"", "\"abcdef\""},
    {"\"abcdefg\\\"h\\\\\",\"x\"", "\"abcdef\",\"x\""},
    {"\"abcde\\u0041\\u0042\"", "\"abcde\\u0041\""},
    {"\"abcde\\ud83d\\ude00x\"", "\"abcde\\ud83d\\ude00\""},
    {"\"abcdef\\ud83d\\ude00x\"", "\"abcdef\""},
    {"\"abcde\xf0\x9f\x98\x80\xc3\xa9\"", "\"abcde\xf0\x9f\x98\x80\""},
    {"\"abcdef\xf0\x9f\x98\x80\xc3\xa9\"", "\"abcdef\""},
    {"12345678.12345678e12345678", "123456.123456e123456"},
    {"[12345678,12345678]", "[123456,123456]"},
    {"\"1\"12345678", "\"1\"123456"},
};

START_TEST(what_is_too_long_is_left_out_in_whole_units)
{
    char out[256];

    ck_assert(pass(thinned[_i].in, 0, out));
    ck_assert_str_eq(out, thinned[_i].out);
}
END_TEST

static const char *const bad[] = {
    "\"abcdefgh\n\"",     "\"abcdefgh\\x\"",      "\"abcdefgh\\ud800\"",
    "\"abcdefgh\\ud800x", "\"abcdefgh\\ud800\\n", "\"abcdefgh\\ud800\\u0041",
    "\"abcdefgh\\udc00",  "\"abcdefgh\xc0\xaf",   "\"abcdefgh\xed\xa0\x80",
    "\"abcdefgh\x80",     "\"abcdefgh",           "\"abcdefgh\\\"",
    "\"abcdefgh\\u00g0",
};

START_TEST(what_is_left_out_must_be_sound_too)
{
    char out[256];

    ck_assert(!pass(bad[_i], 0, out));
}
END_TEST

START_TEST(no_limit_is_a_limit_too)
{
    char out[256];

    ck_assert(pass("\"abcdefgh\"", SIZE_MAX, out));
    ck_assert_str_eq(out, "\"abcdefgh\"");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("json_guard");
    TCase *tc = tcase_create("json_guard");

    tcase_add_loop_test(tc, what_is_short_passes_unchanged, 0, 5);
    tcase_add_loop_test(tc, what_is_too_long_is_left_out_in_whole_units, 0, 11);
    tcase_add_loop_test(tc, what_is_left_out_must_be_sound_too, 0, 13);
    tcase_add_test(tc, no_limit_is_a_limit_too);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
