/* SPDX-License-Identifier: MIT */
/* test_options_value.c - what a value of each type may be, row by row. */
#include "common/base/options_value.h"

#include <check.h>

#include <math.h>
#include <stddef.h>
#include <string.h>

struct conf {
    char guard;
    char text[8];
    int64_t number;
    double share;
    bool truth;
};

static const struct llmreg_option string_option = {
    .name = "Name",
    .type = LLMREG_OPT_STRING,
    .offset = offsetof(struct conf, text),
    .size = 8,
    .min = 1,
    .max = 5};
static const struct llmreg_option unbounded_option = {
    .name = "Name",
    .type = LLMREG_OPT_STRING,
    .offset = offsetof(struct conf, text),
    .size = 8};
static const struct llmreg_option path_option = {
    .name = "Dir",
    .type = LLMREG_OPT_PATH,
    .offset = offsetof(struct conf, text),
    .size = 8};
static const struct llmreg_option seconds_option = {
    .name = "Timeout",
    .type = LLMREG_OPT_SECONDS,
    .offset = offsetof(struct conf, number),
    .min = 0.05,
    .max = 60};
static const struct llmreg_option integer_option = {
    .name = "Count",
    .type = LLMREG_OPT_INTEGER,
    .offset = offsetof(struct conf, number),
    .min = -5,
    .max = 100};
static const struct llmreg_option wide_option = {
    .name = "Count",
    .type = LLMREG_OPT_INTEGER,
    .offset = offsetof(struct conf, number),
    .min = -1e300,
    .max = 1e300};
static const struct llmreg_option for_ever_option = {
    .name = "Age",
    .type = LLMREG_OPT_SECONDS,
    .offset = offsetof(struct conf, number),
    .min = -1e300,
    .max = 1e300};
static const struct llmreg_option number_option = {
    .name = "Share",
    .type = LLMREG_OPT_NUMBER,
    .offset = offsetof(struct conf, share),
    .min = 0.01,
    .max = 0.99};
static const struct llmreg_option bool_option = {
    .name = "Verify",
    .type = LLMREG_OPT_BOOL,
    .offset = offsetof(struct conf, truth)};

static struct llmreg_value string(const char *s)
{
    return (struct llmreg_value){.type = LLMREG_VALUE_STRING, .string = s};
}

static struct llmreg_value number(double n)
{
    return (struct llmreg_value){.type = LLMREG_VALUE_NUMBER, .number = n};
}

static struct llmreg_value truth(bool b)
{
    return (struct llmreg_value){.type = LLMREG_VALUE_BOOL, .truth = b};
}

/* Sets o; what was allowed goes to *allowed, which has 256 bytes. */
static int set(const struct llmreg_option *o, struct conf *c,
               struct llmreg_value v, char allowed[static 256])
{
    struct llmreg_text t;

    llmreg_text_init(&t, allowed, 256);
    return option_value_set(o, c, &v, &t);
}

/* o refuses v and leaves the struct as it was. */
static void check_refused(const struct llmreg_option *o, struct llmreg_value v)
{
    struct conf c = {.guard = 'g', .text = "before", .number = 47};
    struct conf before = c;
    char allowed[256];

    ck_assert_int_eq(set(o, &c, v, allowed), LLMREG_EINVAL);
    ck_assert_mem_eq(&c, &before, sizeof c);
    ck_assert_uint_gt(strlen(allowed), 0);
}

/* ---- strings ---- */

START_TEST(a_string_within_its_bounds_is_taken)
{
    static const char *const good[] = {"a", "abcde", "\xe2\x82\xac"};
    struct conf c = {0};
    char allowed[256];

    ck_assert_int_eq(set(&string_option, &c, string(good[_i]), allowed),
                     LLMREG_OK);
    ck_assert_str_eq(c.text, good[_i]);
}
END_TEST

START_TEST(a_string_out_of_its_bounds_or_unclean_is_refused)
{
    static const char *const bad[] = {"", "abcdef", "a\nb", "\xff"};

    check_refused(&string_option, string(bad[_i]));
}
END_TEST

START_TEST(a_string_without_a_bound_has_that_of_its_field)
{
    struct conf c = {0};
    char allowed[256];

    ck_assert_int_eq(set(&unbounded_option, &c, string(""), allowed),
                     LLMREG_OK);
    ck_assert_int_eq(set(&unbounded_option, &c, string("1234567"), allowed),
                     LLMREG_OK);
    ck_assert_str_eq(c.text, "1234567");
    check_refused(&unbounded_option, string("12345678"));
}
END_TEST

START_TEST(a_number_is_no_string)
{
    check_refused(&string_option, number(5));
    check_refused(&string_option, truth(true));
    check_refused(&path_option, number(5));
}
END_TEST

/* ---- paths ---- */

START_TEST(a_path_is_resolved)
{
    static const struct {
        const char *given, *resolved;
    } paths[] = {{"/", "/"},          {"//", "/"},
                 {"/a", "/a"},        {"/a/", "/a"},
                 {"//a///b", "/a/b"}, {"/./a/.", "/a"},
                 {"/a/../b", "/b"},   {"/..", "/"},
                 {"/../../a", "/a"},  {"/a/b/../../..", "/"},
                 {"/...", "/..."},    {"/a/..b", "/a/..b"},
                 {"/.a", "/.a"},      {"/abcdefgh/..//abcdef", "/abcdef"}};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct conf c = {0};
        char allowed[256];

        ck_assert_int_eq(set(&path_option, &c, string(paths[i].given), allowed),
                         LLMREG_OK);
        ck_assert_str_eq(c.text, paths[i].resolved);
    }
}
END_TEST

START_TEST(a_path_that_is_not_absolute_or_too_long_is_refused)
{
    static const char *const bad[] = {"",  "a",        "./a",  "~/a",
                                      ".", "/abcdefg", "/a\nb"};

    check_refused(&path_option, string(bad[_i]));
}
END_TEST

START_TEST(a_path_longer_than_any_is_refused)
{
    char path[5000];

    memset(path, 'p', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    check_refused(&path_option, string(path));
}
END_TEST

/* ---- numbers ---- */

START_TEST(seconds_become_nanoseconds)
{
    static const struct {
        const char *text;
        double number;
        int64_t ns;
    } rows[] = {{"0.05", 0.05, 50000000},
                {"60", 60, INT64_C(60000000000)},
                {"60.000", 60, INT64_C(60000000000)},
                {"2.5", 2.5, INT64_C(2500000000)},
                {"0.123456789", 0.123456789, 123456789},
                {"0.1", 0.1, 100000000},
                {"0059.9", 59.9, INT64_C(59900000000)}};
    struct conf c = {0};
    char allowed[256];

    ck_assert_int_eq(set(&seconds_option, &c, number(rows[_i].number), allowed),
                     LLMREG_OK);
    ck_assert_int_eq(c.number, rows[_i].ns);
    c.number = 0;
    ck_assert_int_eq(set(&seconds_option, &c, string(rows[_i].text), allowed),
                     LLMREG_OK);
    ck_assert_int_eq(c.number, rows[_i].ns);
}
END_TEST

START_TEST(a_number_out_of_range_or_not_finite_is_refused)
{
    static const double bad[] = {
        0,           0.0499,           60.001,           -1,
        (double)NAN, (double)INFINITY, (double)-INFINITY};

    check_refused(&seconds_option, number(bad[_i]));
    check_refused(&for_ever_option, number((double)NAN));
    check_refused(&for_ever_option, number((double)INFINITY));
}
END_TEST

START_TEST(seconds_beyond_64_bits_are_refused)
{
    struct conf c = {0};
    char allowed[256];

    check_refused(&for_ever_option, number(1e10));
    check_refused(&for_ever_option, number(-1e10));
    ck_assert_int_eq(set(&for_ever_option, &c, number(9e9), allowed),
                     LLMREG_OK);
    ck_assert_int_eq(c.number, INT64_C(9000000000000000000));
}
END_TEST

START_TEST(a_string_that_is_not_exactly_a_number_is_refused)
{
    static const char *const bad[] = {"",
                                      " 5",
                                      "5 ",
                                      "5s",
                                      "+5",
                                      "5.",
                                      ".5",
                                      "1e1",
                                      "0x10",
                                      "nan",
                                      "inf",
                                      "1,5",
                                      "--5",
                                      "5.5.",
                                      "5.5.5",
                                      "-",
                                      ".",
                                      "-.5",
                                      "5\n",
                                      "1_0",
                                      "five",
                                      "5-",
                                      "1000000000000000000"};

    check_refused(&seconds_option, string(bad[_i]));
    check_refused(&integer_option, string(bad[_i]));
    check_refused(&for_ever_option, string(bad[_i]));
}
END_TEST

START_TEST(an_integer_is_taken_as_number_or_string)
{
    static const struct {
        const char *text;
        double number;
        int64_t n;
    } rows[] = {{"-5", -5, -5},
                {"100", 100, 100},
                {"7.0", 7, 7},
                {"007", 7, 7},
                {"-0", -0.0, 0}};
    struct conf c = {.number = 4711};
    char allowed[256];

    ck_assert_int_eq(set(&integer_option, &c, number(rows[_i].number), allowed),
                     LLMREG_OK);
    ck_assert_int_eq(c.number, rows[_i].n);
    c.number = 4711;
    ck_assert_int_eq(set(&integer_option, &c, string(rows[_i].text), allowed),
                     LLMREG_OK);
    ck_assert_int_eq(c.number, rows[_i].n);
}
END_TEST

START_TEST(an_integer_has_no_fraction_and_a_range)
{
    static const double bad[] = {1.5, 99.999, -6, 101, 1e300, (double)NAN};

    check_refused(&integer_option, number(bad[_i]));
    check_refused(&integer_option, string("1.5"));
}
END_TEST

START_TEST(an_integer_that_a_double_cannot_hold_is_refused)
{
    struct conf c = {0};
    char allowed[256];

    ck_assert_int_eq(set(&wide_option, &c, number(9007199254740992.0), allowed),
                     LLMREG_OK);
    ck_assert_int_eq(c.number, INT64_C(9007199254740992));
    check_refused(&wide_option, number(9007199254740994.0));
    check_refused(&wide_option, number(-1e19));
}
END_TEST

START_TEST(a_number_with_a_fraction_is_taken_as_it_is)
{
    static const double good[] = {0.01, 0.95, 0.99};
    struct conf c = {0};
    char allowed[256];

    ck_assert_int_eq(set(&number_option, &c, number(good[_i]), allowed),
                     LLMREG_OK);
    ck_assert(c.share == good[_i]);
    ck_assert_int_eq(set(&number_option, &c, string("0.5"), allowed),
                     LLMREG_OK);
    ck_assert(c.share == 0.5);
}
END_TEST

START_TEST(a_number_out_of_its_range_is_refused)
{
    static const double bad[] = {0.009, 1, -0.5, 1e300, (double)NAN};

    check_refused(&number_option, number(bad[_i]));
    check_refused(&number_option, string("0.5 "));
}
END_TEST

START_TEST(a_truth_is_no_number)
{
    check_refused(&number_option, truth(true));
    check_refused(&integer_option, truth(true));
    check_refused(&seconds_option, truth(true));
}
END_TEST

/* ---- truths ---- */

START_TEST(a_truth_is_taken_as_people_write_it)
{
    static const struct {
        const char *word;
        bool truth;
    } words[] = {{"true", true},   {"yes", true}, {"on", true},
                 {"false", false}, {"no", false}, {"off", false},
                 {"YES", true},    {"Off", false}};
    struct conf c = {.truth = !words[_i].truth};
    char allowed[256];

    ck_assert_int_eq(set(&bool_option, &c, string(words[_i].word), allowed),
                     LLMREG_OK);
    ck_assert_int_eq(c.truth, words[_i].truth);
    ck_assert_int_eq(set(&bool_option, &c, truth(!words[_i].truth), allowed),
                     LLMREG_OK);
    ck_assert_int_eq(c.truth, !words[_i].truth);
}
END_TEST

START_TEST(anything_else_is_no_truth)
{
    static const char *const bad[] = {"", "1", "0", "y", "tru", "true "};

    check_refused(&bool_option, string(bad[_i]));
    check_refused(&bool_option, number(1));
}
END_TEST

/* ---- sentences ---- */

START_TEST(what_is_allowed_is_said)
{
    const struct {
        const struct llmreg_option *o;
        const char *text;
    } rows[] = {
        {&string_option, "allowed is a string of 1 to 5 bytes of UTF-8 "
                         "without control characters"},
        {&path_option, "allowed is an absolute path of at most 7 bytes of "
                       "UTF-8 without control characters"},
        {&seconds_option, "allowed are 0.05 to 60 seconds"},
        {&integer_option, "allowed are whole numbers from -5 to 100"},
        {&bool_option, "allowed are true and false"},
        {&number_option, "allowed are numbers from 0.01 to 0.99"},
    };
    struct conf c = {0};
    char allowed[256];

    ck_assert_int_eq(set(rows[_i].o, &c, string("\n"), allowed), LLMREG_EINVAL);
    ck_assert_str_eq(allowed, rows[_i].text);
}
END_TEST

START_TEST(a_value_is_shown_as_it_was_written)
{
    const struct {
        struct llmreg_value v;
        const char *text;
    } rows[] = {{string("a \"b\"\n"), "\"a \"b\"\\x0a\""},
                {number(0.05), "0.05"},
                {number(123456789), "123456789"},
                {truth(true), "true"},
                {truth(false), "false"}};
    char storage[64];
    struct llmreg_text t;

    llmreg_text_init(&t, storage, sizeof storage);
    option_value_show(&rows[_i].v, &t);
    ck_assert_str_eq(t.data, rows[_i].text);
}
END_TEST

START_TEST(a_long_value_is_shown_by_its_beginning)
{
    char value[1000];
    char storage[512];
    struct llmreg_value v;
    struct llmreg_text t;

    memset(value, '\n', sizeof value);
    value[sizeof value - 1] = '\0';
    v = string(value);
    llmreg_text_init(&t, storage, sizeof storage);
    option_value_show(&v, &t);
    ck_assert_int_eq(llmreg_text_status(&t), LLMREG_OK);
    ck_assert_str_eq(t.data + t.len - 4, "...\"");
}
END_TEST

#define ADD(test, n) tcase_add_loop_test(tc, test, 0, n)

int main(void)
{
    Suite *s = suite_create("options_value");
    TCase *tc = tcase_create("options_value");
    SRunner *sr = srunner_create(s);
    int failed;

    ADD(a_string_within_its_bounds_is_taken, 3);
    ADD(a_string_out_of_its_bounds_or_unclean_is_refused, 4);
    ADD(a_string_without_a_bound_has_that_of_its_field, 1);
    ADD(a_number_is_no_string, 1);
    ADD(a_path_is_resolved, 1);
    ADD(a_path_that_is_not_absolute_or_too_long_is_refused, 7);
    ADD(a_path_longer_than_any_is_refused, 1);
    ADD(seconds_become_nanoseconds, 7);
    ADD(a_number_out_of_range_or_not_finite_is_refused, 7);
    ADD(seconds_beyond_64_bits_are_refused, 1);
    ADD(a_string_that_is_not_exactly_a_number_is_refused, 23);
    ADD(an_integer_is_taken_as_number_or_string, 5);
    ADD(an_integer_has_no_fraction_and_a_range, 6);
    ADD(an_integer_that_a_double_cannot_hold_is_refused, 1);
    ADD(a_number_with_a_fraction_is_taken_as_it_is, 3);
    ADD(a_number_out_of_its_range_is_refused, 5);
    ADD(a_truth_is_no_number, 1);
    ADD(a_truth_is_taken_as_people_write_it, 8);
    ADD(anything_else_is_no_truth, 6);
    ADD(what_is_allowed_is_said, 6);
    ADD(a_value_is_shown_as_it_was_written, 5);
    ADD(a_long_value_is_shown_by_its_beginning, 1);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
