/* SPDX-License-Identifier: MIT */
/* test_tag.c - the same bytes have the same tag, others another. */
#include "plugins/llm_listen/api/tag.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(every_byte_and_the_length_count)
{
    char bytes[40] = "", tags[2][TAG_SIZE];

    for (size_t len = 0; len <= sizeof bytes; len++) {
        tag_make(bytes, len, tags[0]);
        tag_make(bytes, len, tags[1]);
        ck_assert_str_eq(tags[0], tags[1]);
        ck_assert(tags[0][0] == '"' && tags[0][strlen(tags[0]) - 1] == '"');
        for (size_t i = 0; i < len; i++) {
            bytes[i] ^= 1;
            tag_make(bytes, len, tags[1]);
            bytes[i] ^= 1;
            ck_assert_str_ne(tags[0], tags[1]);
        }
        if (len == 0)
            continue;
        tag_make(bytes, len - 1, tags[1]);
        ck_assert_str_ne(tags[0], tags[1]);
    }
}
END_TEST

START_TEST(words_that_change_places_are_another_page)
{
    char a[TAG_SIZE], b[TAG_SIZE];

    tag_make("aaaaaaaabbbbbbbb", 16, a);
    tag_make("bbbbbbbbaaaaaaaa", 16, b);
    ck_assert_str_ne(a, b);
}
END_TEST

static const struct {
    const char *list;
    bool matches;
} lists[] = {
    {NULL, false},
    {"", false},
    {"\"abc\"", true},
    {"\"ab\"", false},
    {"\"abcd\"", false},
    {"abc", false},
    {"W/\"abc\"", true},
    {"\"x\", \"abc\"", true},
    {"\"x\",W/\"abc\",\"y\"", true},
    {"\"x\", \"y\"", false},
    {"*", true},
    {" * ", true},
    {"\"abc\"x", false},
};

START_TEST(a_list_has_it_or_not)
{
    ck_assert_int_eq(tag_matches(lists[_i].list, "\"abc\""), lists[_i].matches);
}
END_TEST

static const struct {
    const char *list;
    bool matches;
} revisions[] = {
    {NULL, false},
    {"\"0123456789abcdef\"", true},
    {"\"0123456789abcdef-fedcba9876543210\"", true},
    {"W/\"0123456789abcdef-1\", \"x\"", true},
    {"\"x\", \"0123456789abcdef-\"", true},
    {"*", true},
    {"\"0123456789abcdee-fedcba9876543210\"", false},
    {"\"0123456789abcdef0\"", false},
    {"\"0123456789abcde\"", false},
    {"\"fedcba9876543210-0123456789abcdef\"", false},
};

START_TEST(a_revision_is_matched_whatever_else_has_moved)
{
    ck_assert_int_eq(
        tag_matches_revision(revisions[_i].list, "\"0123456789abcdef\""),
        revisions[_i].matches);
}
END_TEST

START_TEST(a_joined_tag_has_both)
{
    char a[TAG_SIZE], b[TAG_SIZE], joined[TAG_SIZE];

    tag_make("settings", 8, a);
    tag_make("all", 3, b);
    tag_join(a, b, joined);
    ck_assert_uint_eq(strlen(joined), 35);
    ck_assert(tag_matches_revision(joined, a));
    ck_assert(!tag_matches_revision(joined, b));
    ck_assert(tag_matches(joined, joined));
    ck_assert(!tag_matches(joined, a));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tag");
    TCase *tc = tcase_create("tag");

    tcase_add_test(tc, every_byte_and_the_length_count);
    tcase_add_test(tc, words_that_change_places_are_another_page);
    tcase_add_loop_test(tc, a_list_has_it_or_not, 0,
                        (int)(sizeof lists / sizeof lists[0]));
    tcase_add_loop_test(tc, a_revision_is_matched_whatever_else_has_moved, 0,
                        (int)(sizeof revisions / sizeof revisions[0]));
    tcase_add_test(tc, a_joined_tag_has_both);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
