/* SPDX-License-Identifier: MIT */
/* test_text.c - a text is whole or it says that it is not. */
#include <llmreg/text.h>

#include <check.h>

#include <string.h>

START_TEST(what_is_added_is_there)
{
    char storage[16];
    struct llmreg_text t;

    llmreg_text_init(&t, storage, sizeof storage);
    llmreg_text_add(&t, "a=");
    llmreg_text_add_bytes(&t, "12345", 2);
    llmreg_text_addf(&t, "%c%03d", ';', 7);
    ck_assert_str_eq(t.data, "a=12;007");
    ck_assert_uint_eq(t.len, 8);
    ck_assert_int_eq(llmreg_text_status(&t), LLMREG_OK);
}
END_TEST

START_TEST(a_text_may_be_filled_to_the_last_byte)
{
    char storage[5];
    struct llmreg_text t;

    llmreg_text_init(&t, storage, sizeof storage);
    llmreg_text_add(&t, "ab");
    llmreg_text_addf(&t, "%s", "cd");
    ck_assert_str_eq(t.data, "abcd");
    ck_assert_int_eq(llmreg_text_status(&t), LLMREG_OK);
}
END_TEST

START_TEST(what_does_not_fit_leaves_what_was_there)
{
    char storage[5];
    struct llmreg_text t;

    llmreg_text_init(&t, storage, sizeof storage);
    llmreg_text_add(&t, "ab");
    if (_i == 0)
        llmreg_text_add(&t, "cde");
    else if (_i == 1)
        llmreg_text_addf(&t, "%s", "cde");
    else
        llmreg_text_add_escaped(&t, "c\n", 2);
    ck_assert_str_eq(t.data, "ab");
    ck_assert_uint_eq(t.len, 2);
    ck_assert_int_eq(llmreg_text_status(&t), LLMREG_ETOOBIG);
}
END_TEST

START_TEST(after_a_failure_nothing_is_added)
{
    char storage[5];
    struct llmreg_text t;

    llmreg_text_init(&t, storage, sizeof storage);
    llmreg_text_add(&t, "abcde");
    llmreg_text_add(&t, "x");
    llmreg_text_addf(&t, "y");
    llmreg_text_add_escaped(&t, "z", 1);
    ck_assert_str_eq(t.data, "");
    ck_assert_int_eq(llmreg_text_status(&t), LLMREG_ETOOBIG);
}
END_TEST

START_TEST(storage_of_one_byte_holds_the_empty_text)
{
    char storage[1] = "x";
    struct llmreg_text t;

    llmreg_text_init(&t, storage, sizeof storage);
    llmreg_text_add(&t, "");
    ck_assert_str_eq(t.data, "");
    ck_assert_int_eq(llmreg_text_status(&t), LLMREG_OK);
    llmreg_text_add(&t, "a");
    ck_assert_int_eq(llmreg_text_status(&t), LLMREG_ETOOBIG);
}
END_TEST

static const struct {
    const char *raw;
    const char *escaped;
} escapes[] = {
    {"plain ~!", "plain ~!"},
    {"a\nb\r\tc", "a\\x0ab\\x0d\\x09c"},
    {"\x1b[2J\x7f", "\\x1b[2J\\x7f"},
    {"caf\xc3\xa9 \xe2\x82\xac", "caf\xc3\xa9 \xe2\x82\xac"},
    {"\xc2\x85", "\\xc2\\x85"},          /* C1: next line */
    {"caf\xe9", "caf\\xe9"},             /* Latin-1 */
    {"\xc0\xaf", "\\xc0\\xaf"},          /* overlong slash */
    {"\xe2\x80\xa8", "\\xe2\\x80\\xa8"}, /* line separator */
    {"\xe2\x80\xae"
     "evil",
     "\\xe2\\x80\\xaeevil"},    /* right to left */
    {"\xe2\x82", "\\xe2\\x82"}, /* cut off */
};

START_TEST(what_could_forge_a_line_is_escaped)
{
    char storage[64];
    struct llmreg_text t;

    llmreg_text_init(&t, storage, sizeof storage);
    llmreg_text_add_escaped(&t, escapes[_i].raw, strlen(escapes[_i].raw));
    ck_assert_str_eq(t.data, escapes[_i].escaped);
}
END_TEST

START_TEST(a_copy_is_whole_or_empty)
{
    char out[4] = "xyz";

    ck_assert_int_eq(llmreg_copy(out, sizeof out, "abc"), LLMREG_OK);
    ck_assert_str_eq(out, "abc");
    ck_assert_int_eq(llmreg_copy(out, sizeof out, "abcd"), LLMREG_ETOOBIG);
    ck_assert_str_eq(out, "");
    ck_assert_int_eq(llmreg_copy(out, 0, "a"), LLMREG_ETOOBIG);
}
END_TEST

static const struct {
    const char *message;
    size_t size;
    const char *copy;
} messages[] = {
    {"abcdef", 7, "abcdef"},
    {"abcdef", 6, "ab..."},
    {"a\xc3\xa9"
     "def",
     6, "a..."}, /* not half an e acute */
    {"abcdef", 5, "a..."},
    {"abcdef", 4, "..."},
    {"abcdef", 3, ".."},
    {"abcdef", 1, ""},
    {"", 1, ""},
};

START_TEST(a_message_is_cut_between_characters_and_says_so)
{
    char out[8] = "#######";

    llmreg_copy_message(out, messages[_i].size, messages[_i].message);
    ck_assert_str_eq(out, messages[_i].copy);
}
END_TEST

START_TEST(a_message_for_no_room_writes_nothing)
{
    char out[2] = "x";

    llmreg_copy_message(out, 0, "abc");
    ck_assert_str_eq(out, "x");
}
END_TEST

static const struct {
    const char *s;
    size_t len;
    bool clean;
} cleanliness[] = {
    {"", 0, true},
    {"llama3:8b", 9, true},
    {"caf\xc3\xa9", 5, true},
    {"\xf0\x9f\x98\x80", 4, true},
    {"a\0b", 3, false},
    {"a\n", 2, false},
    {"\x1f", 1, false},
    {"\x7f", 1, false},
    {"\xc2\x80", 2, false},
    {"\xc2\x9f", 2, false},
    {"\xc2\xa0", 2, true},
    {"\xed\xa0\x80", 3, false},
    {"caf\xe9", 4, false},
};

START_TEST(clean_is_utf8_without_controls)
{
    ck_assert_int_eq(llmreg_is_clean(cleanliness[_i].s, cleanliness[_i].len),
                     cleanliness[_i].clean);
}
END_TEST

/* Wherever it stands: most are looked at four, eight or sixteen at once. */
START_TEST(each_byte_but_printable_ASCII_makes_a_text_unclean)
{
    static const char fox[] = "the quick brown fox jumps over the dog";
    const size_t length = (size_t)_i;

    for (int byte = 0; byte < 256; byte++)
        for (size_t at = 0; at < length; at++) {
            char s[sizeof fox];

            memcpy(s, fox, sizeof fox);
            s[at] = (char)byte;
            ck_assert_int_eq(llmreg_is_clean(s, length),
                             byte >= 0x20 && byte < 0x7f);
        }
}
END_TEST

static const struct {
    const char *s;
    int64_t min, max;
    int rc;
    int64_t n;
} numbers[] = {
    {"0", 0, 9, LLMREG_OK, 0},
    {"007", 0, 9, LLMREG_OK, 7},
    {"-0", -9, 9, LLMREG_OK, 0},
    {"9223372036854775807", INT64_MIN, INT64_MAX, LLMREG_OK, INT64_MAX},
    {"-9223372036854775808", INT64_MIN, INT64_MAX, LLMREG_OK, INT64_MIN},
    {"9223372036854775808", INT64_MIN, INT64_MAX, LLMREG_EINVAL, 0},
    {"-9223372036854775809", INT64_MIN, INT64_MAX, LLMREG_EINVAL, 0},
    {"99999999999999999999", INT64_MIN, INT64_MAX, LLMREG_EINVAL, 0},
    {"10", 0, 9, LLMREG_EINVAL, 0},
    {"-1", 0, 9, LLMREG_EINVAL, 0},
    {"", 0, 9, LLMREG_EPARSE, 0},
    {"-", -9, 9, LLMREG_EPARSE, 0},
    {"--1", -9, 9, LLMREG_EPARSE, 0},
    {"+1", 0, 9, LLMREG_EPARSE, 0},
    {" 1", 0, 9, LLMREG_EPARSE, 0},
    {"1 ", 0, 9, LLMREG_EPARSE, 0},
    {"1.0", 0, 9, LLMREG_EPARSE, 0},
    {"1e1", 0, 99, LLMREG_EPARSE, 0},
    {"0x1", 0, 9, LLMREG_EPARSE, 0},
};

START_TEST(a_whole_number_is_digits_in_range)
{
    int64_t n = 4711;

    ck_assert_int_eq(llmreg_parse_int(numbers[_i].s, strlen(numbers[_i].s),
                                      numbers[_i].min, numbers[_i].max, &n),
                     numbers[_i].rc);
    ck_assert_int_eq(n, numbers[_i].rc == LLMREG_OK ? numbers[_i].n : 4711);
}
END_TEST

START_TEST(a_number_ends_at_its_length)
{
    int64_t n = 0;

    ck_assert_int_eq(llmreg_parse_int("123", 2, 0, 99, &n), LLMREG_OK);
    ck_assert_int_eq(n, 12);
}
END_TEST

#define COUNT(table) (sizeof table / sizeof table[0])

int main(void)
{
    Suite *s = suite_create("text");
    TCase *tc = tcase_create("text");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, what_is_added_is_there);
    tcase_add_test(tc, a_text_may_be_filled_to_the_last_byte);
    tcase_add_loop_test(tc, what_does_not_fit_leaves_what_was_there, 0, 3);
    tcase_add_test(tc, after_a_failure_nothing_is_added);
    tcase_add_test(tc, storage_of_one_byte_holds_the_empty_text);
    tcase_add_loop_test(tc, what_could_forge_a_line_is_escaped, 0,
                        COUNT(escapes));
    tcase_add_test(tc, a_copy_is_whole_or_empty);
    tcase_add_loop_test(tc, a_message_is_cut_between_characters_and_says_so, 0,
                        COUNT(messages));
    tcase_add_test(tc, a_message_for_no_room_writes_nothing);
    tcase_add_loop_test(tc, each_byte_but_printable_ASCII_makes_a_text_unclean,
                        1, 39);
    tcase_add_loop_test(tc, clean_is_utf8_without_controls, 0,
                        COUNT(cleanliness));
    tcase_add_loop_test(tc, a_whole_number_is_digits_in_range, 0,
                        COUNT(numbers));
    tcase_add_test(tc, a_number_ends_at_its_length);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
