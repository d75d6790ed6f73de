/* SPDX-License-Identifier: MIT */
/* test_utf8.c - the edges of every form, and everything just beside them. */
#include "common/base/utf8.h"

#include <check.h>

#include <string.h>

static const struct {
    const char *bytes;
    uint32_t character;
} valid[] = {
    {"\x01", 0x01},
    {"\x7f", 0x7f},
    {"\xc2\x80", 0x80},
    {"\xdf\xbf", 0x7ff},
    {"\xe0\xa0\x80", 0x800},
    {"\xed\x9f\xbf", 0xd7ff},
    {"\xee\x80\x80", 0xe000},
    {"\xef\xbf\xbf", 0xffff},
    {"\xf0\x90\x80\x80", 0x10000},
    {"\xf4\x8f\xbf\xbf", 0x10ffff},
};

START_TEST(a_valid_sequence_is_decoded)
{
    const size_t len = strlen(valid[_i].bytes);
    uint32_t c = 0;

    ck_assert_uint_eq(utf8_decode(valid[_i].bytes, len, &c), len);
    ck_assert_uint_eq(c, valid[_i].character);
}
END_TEST

START_TEST(what_follows_a_sequence_is_not_read)
{
    uint32_t c = 0;

    ck_assert_uint_eq(utf8_decode("\xc3\xa9\xff", 3, &c), 2);
    ck_assert_uint_eq(c, 0xe9);
}
END_TEST

START_TEST(a_sequence_cut_off_is_none)
{
    const size_t len = strlen(valid[_i].bytes);
    uint32_t c = 4711;

    for (size_t cut = 0; cut < len; cut++)
        ck_assert_uint_eq(utf8_decode(valid[_i].bytes, cut, &c), 0);
    ck_assert_uint_eq(c, 4711);
}
END_TEST

static const char *const invalid[] = {
    "\x80", /* a continuation without a beginning */
    "\xbf",
    "\xc0\x80", /* overlong NUL */
    "\xc1\xbf",
    "\xe0\x9f\xbf",     /* overlong */
    "\xf0\x8f\xbf\xbf", /* overlong */
    "\xed\xa0\x80",     /* surrogates */
    "\xed\xbf\xbf",
    "\xf4\x90\x80\x80", /* over U+10FFFF */
    "\xf8\x88\x80\x80", /* five bytes, once */
    "\xfe",
    "\xff",
    "\xc3(", /* no continuation */
    "\xe2\x82(",
    "\xe2(\xac",
    "\xf0\x9f\x98(",
};

START_TEST(an_invalid_sequence_is_none)
{
    uint32_t c = 4711;

    ck_assert_uint_eq(utf8_decode(invalid[_i], strlen(invalid[_i]), &c), 0);
    ck_assert_uint_eq(c, 4711);
}
END_TEST

START_TEST(a_nul_is_a_character_within_len)
{
    uint32_t c = 4711;

    ck_assert_uint_eq(utf8_decode("", 1, &c), 1);
    ck_assert_uint_eq(c, 0);
}
END_TEST

START_TEST(a_boundary_never_tears_a_sequence)
{
    static const char s[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";
    static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};

    ck_assert_uint_eq(utf8_boundary(s, (size_t)_i), expected[_i]);
}
END_TEST

START_TEST(a_boundary_in_bytes_that_are_not_utf8_stays)
{
    ck_assert_uint_eq(utf8_boundary("\x80\x80\x80\x80\x80\x80", 5), 5);
    ck_assert_uint_eq(utf8_boundary("\x80\x80\x80", 1), 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("utf8");
    TCase *tc = tcase_create("utf8");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_loop_test(tc, a_valid_sequence_is_decoded, 0,
                        sizeof valid / sizeof valid[0]);
    tcase_add_test(tc, what_follows_a_sequence_is_not_read);
    tcase_add_loop_test(tc, a_sequence_cut_off_is_none, 0,
                        sizeof valid / sizeof valid[0]);
    tcase_add_loop_test(tc, an_invalid_sequence_is_none, 0,
                        sizeof invalid / sizeof invalid[0]);
    tcase_add_test(tc, a_nul_is_a_character_within_len);
    tcase_add_loop_test(tc, a_boundary_never_tears_a_sequence, 0, 11);
    tcase_add_test(tc, a_boundary_in_bytes_that_are_not_utf8_stays);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
