/* SPDX-License-Identifier: MIT */
/* test_json_limits.c - what is too much, and what just fits. */
#include "tests/unit/json_trace.h"

#include <stdio.h>
#include <stdlib.h>

static int read_limited(const char *s, size_t len,
                        const struct llmreg_json_limits *limits,
                        struct trace *t, struct llmreg_error *err)
{
    *t = (struct trace){0};
    return llmreg_json_read(s, len, limits, write_down, t, err);
}

START_TEST(a_document_of_exactly_the_limit_is_read)
{
    struct llmreg_json_limits l = wide;
    struct trace t;

    l.bytes = 7;
    ck_assert_int_eq(read_limited("[1,2,3]", 7, &l, &t, NULL), LLMREG_OK);
}
END_TEST

START_TEST(a_byte_over_the_limit_is_too_big)
{
    struct llmreg_json_limits l = wide;
    struct llmreg_error err;
    struct trace t;

    l.bytes = 6;
    ck_assert_int_eq(read_limited("[1,2,3]", 7, &l, &t, &err), LLMREG_ETOOBIG);
    ck_assert_str_eq(err.text, "more than 6 bytes at byte 6");
}
END_TEST

START_TEST(blanks_count_as_bytes_too)
{
    struct llmreg_json_limits l = wide;
    struct trace t;

    l.bytes = 10;
    ck_assert_int_eq(read_limited("[]         ", 11, &l, &t, NULL),
                     LLMREG_ETOOBIG);
}
END_TEST

START_TEST(nesting_up_to_the_limit_is_read)
{
    struct llmreg_json_limits l = wide;
    struct trace t;

    l.depth = 3;
    ck_assert_int_eq(read_limited("[{\"a\":[]}]", 10, &l, &t, NULL), LLMREG_OK);
    ck_assert_int_eq(read_limited("[{\"a\":[[]]}]", 12, &l, &t, NULL),
                     LLMREG_ETOOBIG);
    ck_assert_int_eq(read_limited("[[[{}]]]", 8, &l, &t, NULL), LLMREG_ETOOBIG);
}
END_TEST

START_TEST(a_megabyte_of_brackets_stops_at_the_depth)
{
    struct llmreg_error err;
    struct trace t = {0};
    size_t len = 1u << 20;
    char *s = malloc(len);

    ck_assert_ptr_nonnull(s);
    memset(s, '[', len);
    ck_assert_int_eq(llmreg_json_read(s, len, &wide, only_count, &t, &err),
                     LLMREG_ETOOBIG);
    ck_assert_uint_eq(t.events, 32);
    ck_assert_str_eq(err.text, "nested deeper than 32 at byte 33");
    free(s);
}
END_TEST

START_TEST(the_deepest_nesting_allowed_can_be_read)
{
    struct llmreg_json_limits l = wide;
    struct trace t = {0};
    char s[128];

    l.depth = 64;
    memset(s, '[', 64);
    memset(s + 64, ']', 64);
    ck_assert_int_eq(llmreg_json_read(s, 128, &l, only_count, &t, NULL),
                     LLMREG_OK);
    ck_assert_uint_eq(t.events, 128);
}
END_TEST

START_TEST(a_depth_outside_1_to_64_is_no_limit)
{
    struct llmreg_json_limits l = wide;
    struct llmreg_json *j = NULL;

    l.depth = 65;
    ck_assert_int_eq(llmreg_json_new(&j, &l, only_count, NULL), LLMREG_EINVAL);
    l.depth = 0;
    ck_assert_int_eq(llmreg_json_new(&j, &l, only_count, NULL), LLMREG_EINVAL);
    ck_assert_ptr_null(j);
}
END_TEST

START_TEST(values_and_keys_are_counted_together)
{
    struct llmreg_json_limits l = wide;
    struct trace t;

    l.values = 5; /* {, a, 1, b, 2 */
    ck_assert_int_eq(read_limited("{\"a\":1,\"b\":2}", 13, &l, &t, NULL),
                     LLMREG_OK);
    l.values = 4;
    ck_assert_int_eq(read_limited("{\"a\":1,\"b\":2}", 13, &l, &t, NULL),
                     LLMREG_ETOOBIG);
}
END_TEST

START_TEST(a_string_over_the_limit_is_read_and_not_kept)
{
    struct llmreg_json_limits l = wide;
    struct trace t;

    l.string = 4;
    ck_assert_int_eq(read_limited("[\"abcd\",\"abcde\",1]", 18, &l, &t, NULL),
                     LLMREG_OK);
    ck_assert_str_eq(t.text, "=[ []=sabcd []=s! []=n1 =] ");
}
END_TEST

START_TEST(the_limit_of_a_string_is_its_decoded_length)
{
    static const char s[] = "[\"\\u0041\\u0041\",\"\\u0041\\u0041\\u0041\","
                            "\"\\ud83d\\ude00\",\"\xc3\xa9\"]";
    struct llmreg_json_limits l = wide;
    struct trace t;

    l.string = 2;
    ck_assert_int_eq(read_limited(s, strlen(s), &l, &t, NULL), LLMREG_OK);
    ck_assert_str_eq(t.text, "=[ []=sAA []=s! []=s! []=s\xc3\xa9 =] ");
}
END_TEST

START_TEST(a_number_of_100000_digits_is_too_long)
{
    struct trace t = {0};
    size_t len = 100000;
    char *s = malloc(len + 2);

    ck_assert_ptr_nonnull(s);
    s[0] = '[';
    memset(s + 1, '7', len);
    s[len + 1] = ']';
    ck_assert_int_eq(llmreg_json_read(s, len + 2, &wide, write_down, &t, NULL),
                     LLMREG_OK);
    ck_assert_str_eq(t.text, "=[ []=n! =] ");
    free(s);
}
END_TEST

START_TEST(a_long_number_must_be_one_nevertheless)
{
    static const char *const tails[] = {".]", "e]", "-]", ".1.1]"};
    char s[9000] = "[1";

    memset(s + 2, '0', 8000);
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        struct trace t = {0};
        snprintf(s + 8002, sizeof s - 8002, "%s", tails[i]);
        ck_assert_int_eq(
            llmreg_json_read(s, strlen(s), &wide, write_down, &t, NULL),
            LLMREG_EPARSE);
    }
}
END_TEST

START_TEST(a_long_string_must_be_sound_to_its_end)
{
    static const char *const tails[] = {"\n\"",      "\\x\"", "\xff\"",
                                        "\\ud800\"", "",      "\\\""};
    char s[9000] = "\"";

    memset(s + 1, 'a', 8000);
    for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
        struct trace t = {0};
        snprintf(s + 8001, sizeof s - 8001, "%s", tails[i]);
        ck_assert_int_eq(
            llmreg_json_read(s, strlen(s), &wide, write_down, &t, NULL),
            LLMREG_EPARSE);
    }
}
END_TEST

/* Feeds count pieces of a string and returns the status of the whole. */
static int read_pieces(const char *piece, size_t count, struct trace *t)
{
    struct llmreg_json *j = NULL;

    ck_assert_int_eq(llmreg_json_new(&j, &wide, write_down, t), LLMREG_OK);
    int rc = llmreg_json_feed(j, "\"", 1);
    for (size_t i = 0; i < count && rc == LLMREG_OK; i++)
        rc = llmreg_json_feed(j, piece, strlen(piece));
    if (rc == LLMREG_OK)
        rc = llmreg_json_feed(j, "\"", 1);
    if (rc == LLMREG_OK)
        rc = llmreg_json_end(j);
    llmreg_json_free(j);
    return rc;
}

START_TEST(a_string_in_600000_pieces_costs_little)
{
    static const char *const pieces[] = {
        "abcd", "\\u0041", "\\ud83d\\ude00", "\xc3\xa9", "\\n", "\"", "\xc3"};
    static const int expected[] = {LLMREG_OK,    LLMREG_OK, LLMREG_OK,
                                   LLMREG_OK,    LLMREG_OK, LLMREG_EPARSE,
                                   LLMREG_EPARSE};
    struct trace t = {0};

    ck_assert_int_eq(read_pieces(pieces[_i], 600000, &t), expected[_i]);
    if (expected[_i] == LLMREG_OK)
        ck_assert_str_eq(t.text, "=s! ");
}
END_TEST

START_TEST(a_key_over_the_limit_does_not_pass_for_a_short_one)
{
    struct llmreg_json_limits l = wide;
    char s[128] = "{\"";
    struct trace t;

    l.string = 4;
    memset(s + 2, 'a', 100);
    snprintf(s + 102, sizeof s - 102, "%s", "\":1,\"aaaa\":2}");
    ck_assert_int_eq(read_limited(s, strlen(s), &l, &t, NULL), LLMREG_OK);
    ck_assert_str_eq(t.text, "={ ?=n1 aaaa=n2 =} ");
}
END_TEST

/* {"kkk...":[{"b":1}],"c":2} with a first key of len bytes. */
static void read_long_key(size_t len, struct trace *t)
{
    char s[512];
    int n =
        snprintf(s, sizeof s, "{\"%0*d\":[{\"b\":1}],\"c\":2}", (int)len, 0);

    *t = (struct trace){0};
    ck_assert_int_eq(llmreg_json_read(s, (size_t)n, &wide, write_down, t, NULL),
                     LLMREG_OK);
}

START_TEST(a_path_that_just_fits_is_written_out)
{
    struct trace t;

    read_long_key(251, &t); /* and "[].b" are 255 */
    ck_assert_ptr_nonnull(strstr(t.text, "0[].b=n1 "));
    ck_assert_ptr_nonnull(strstr(t.text, " c=n2 =} "));
    ck_assert_ptr_null(strstr(t.text, "?"));
}
END_TEST

START_TEST(a_path_that_does_not_fit_is_a_question_mark)
{
    struct trace t;

    read_long_key(252, &t);
    ck_assert_ptr_nonnull(strstr(t.text, "0[]={ ?=n1 0"));
    ck_assert_ptr_nonnull(strstr(t.text, " c=n2 =} "));
    read_long_key(256, &t);
    ck_assert_str_eq(t.text, "={ ?=[ ?={ ?=n1 ?=} ?=] c=n2 =} ");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("json_limits");
    TCase *tc = tcase_create("json_limits");

    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_document_of_exactly_the_limit_is_read);
    tcase_add_test(tc, a_byte_over_the_limit_is_too_big);
    tcase_add_test(tc, blanks_count_as_bytes_too);
    tcase_add_test(tc, nesting_up_to_the_limit_is_read);
    tcase_add_test(tc, a_megabyte_of_brackets_stops_at_the_depth);
    tcase_add_test(tc, the_deepest_nesting_allowed_can_be_read);
    tcase_add_test(tc, a_depth_outside_1_to_64_is_no_limit);
    tcase_add_test(tc, values_and_keys_are_counted_together);
    tcase_add_test(tc, a_string_over_the_limit_is_read_and_not_kept);
    tcase_add_test(tc, the_limit_of_a_string_is_its_decoded_length);
    tcase_add_test(tc, a_number_of_100000_digits_is_too_long);
    tcase_add_test(tc, a_long_number_must_be_one_nevertheless);
    tcase_add_test(tc, a_long_string_must_be_sound_to_its_end);
    tcase_add_loop_test(tc, a_string_in_600000_pieces_costs_little, 0, 7);
    tcase_add_test(tc, a_key_over_the_limit_does_not_pass_for_a_short_one);
    tcase_add_test(tc, a_path_that_just_fits_is_written_out);
    tcase_add_test(tc, a_path_that_does_not_fit_is_a_question_mark);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
