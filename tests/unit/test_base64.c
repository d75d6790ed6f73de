/* SPDX-License-Identifier: MIT */
/* test_base64.c - bytes as text, and only the text that they are back. */
#include "plugins/llm_listen/api/base64.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *bytes, *text;
} pairs[] = {
    {"", ""},
    {"f", "Zg"},
    {"fo", "Zm8"},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg"},
    {"fooba", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy"},
    {"\xfb\xff\xfe", "-__-"},
};

START_TEST(known_pairs_both_ways)
{
    char text[32], bytes[32];
    size_t len = 99;

    base64_write(text, pairs[_i].bytes, strlen(pairs[_i].bytes));
    ck_assert_str_eq(text, pairs[_i].text);
    ck_assert_int_eq(base64_read(text, bytes, sizeof bytes, &len), LLMREG_OK);
    ck_assert_uint_eq(len, strlen(pairs[_i].bytes));
    ck_assert_mem_eq(bytes, pairs[_i].bytes, len);
}
END_TEST

START_TEST(any_bytes_come_back_and_fill_their_room_exactly)
{
    unsigned char in[64], out[64];
    char text[BASE64_SIZE(64)];
    unsigned seed = 3;

    for (size_t n = 0; n <= 64; n++) {
        size_t len;

        for (size_t i = 0; i < n; i++)
            in[i] = (unsigned char)rand_r(&seed);
        base64_write(text, in, n);
        ck_assert_uint_eq(strlen(text) + 1, BASE64_SIZE(n));
        ck_assert_int_eq(base64_read(text, out, n, &len), LLMREG_OK);
        ck_assert_uint_eq(len, n);
        ck_assert_mem_eq(in, out, n);
        if (n > 0)
            ck_assert_int_eq(base64_read(text, out, n - 1, &len),
                             LLMREG_ETOOBIG);
    }
}
END_TEST

static const char *const wrong[] = {"Zg==", "Z",  "Zm9vY", "Zm9+",    "Zm9/",
                                    "Zm 9", "Zh", "Zm9",   "\xc3\xa4"};

START_TEST(what_no_bytes_are_is_refused)
{
    char out[16];
    size_t len;

    ck_assert_int_eq(base64_read(wrong[_i], out, sizeof out, &len),
                     LLMREG_EPARSE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base64");
    TCase *tc = tcase_create("base64");

    tcase_add_loop_test(tc, known_pairs_both_ways, 0,
                        (int)(sizeof pairs / sizeof pairs[0]));
    tcase_add_test(tc, any_bytes_come_back_and_fill_their_room_exactly);
    tcase_add_loop_test(tc, what_no_bytes_are_is_refused, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
