/* SPDX-License-Identifier: MIT */
/* test_options.c - tables of options: what is found, set, merged and said. */
#include <llmreg/options.h>

#include <check.h>

#include <string.h>

struct conf {
    char dir[64];
    char name[16];
    int64_t interval;
    int64_t count;
    bool verify;
};

#define AT(field) offsetof(struct conf, field)

static const struct llmreg_option table[] = {
    {"DataDir", LLMREG_OPT_PATH, AT(dir), 64, 0, 0, "/var/lib/x", ""},
    {"Name", LLMREG_OPT_STRING, AT(name), 16, 1, 15, NULL, ""},
    {"Interval", LLMREG_OPT_SECONDS, AT(interval), 0, 1, 3600, "30", ""},
    {"Count", LLMREG_OPT_INTEGER, AT(count), 0, 1, 100, "2", ""},
    {"Verify", LLMREG_OPT_BOOL, AT(verify), 0, 0, 0, "true", ""},
    {.name = NULL},
};

static const char where[] = "<Plugin llm_probe>";

/* An item with one value, for the length of an expression. */
#define STRING(k, s)                                                           \
    (&(struct llmreg_item){                                                    \
        .key = (k),                                                            \
        .values = &(struct llmreg_value){.type = LLMREG_VALUE_STRING,          \
                                         .string = (s)},                       \
        .nvalues = 1})
#define NUMBER(k, n)                                                           \
    (&(struct llmreg_item){                                                    \
        .key = (k),                                                            \
        .values = &(struct llmreg_value){.type = LLMREG_VALUE_NUMBER,          \
                                         .number = (n)},                       \
        .nvalues = 1})

START_TEST(presets_are_set)
{
    struct conf c = {.name = "kept"};

    ck_assert_int_eq(llmreg_options_preset(table, &c), LLMREG_OK);
    ck_assert_str_eq(c.dir, "/var/lib/x");
    ck_assert_str_eq(c.name, "kept");
    ck_assert_int_eq(c.interval, 30 * INT64_C(1000000000));
    ck_assert_int_eq(c.count, 2);
    ck_assert(c.verify);
}
END_TEST

START_TEST(a_preset_out_of_its_own_range_is_a_bug)
{
    const struct llmreg_option bad[] = {
        {"Count", LLMREG_OPT_INTEGER, AT(count), 0, 1, 100, "101", ""},
        {.name = NULL},
    };
    struct conf c;

    ck_assert_int_eq(llmreg_options_preset(bad, &c), LLMREG_EINVAL);
}
END_TEST

START_TEST(a_table_with_too_many_rows_is_a_bug)
{
    struct llmreg_option rows[LLMREG_OPTIONS_MAX + 2];
    struct conf c;

    for (size_t i = 0; i < LLMREG_OPTIONS_MAX + 1; i++)
        rows[i] = table[1];
    rows[LLMREG_OPTIONS_MAX] = table[5];
    ck_assert_int_eq(llmreg_options_preset(rows, &c), LLMREG_OK);
    rows[LLMREG_OPTIONS_MAX] = table[1];
    rows[LLMREG_OPTIONS_MAX + 1] = table[5];
    ck_assert_int_eq(llmreg_options_preset(rows, &c), LLMREG_EINVAL);
}
END_TEST

START_TEST(an_option_is_found_in_any_case)
{
    ck_assert_ptr_eq(llmreg_options_find(table, "Interval"), &table[2]);
    ck_assert_ptr_eq(llmreg_options_find(table, "iNTERVAL"), &table[2]);
    ck_assert_ptr_null(llmreg_options_find(table, "Intervals"));
    ck_assert_ptr_null(llmreg_options_find(table, ""));
}
END_TEST

START_TEST(an_option_is_set_and_marked_as_given)
{
    struct conf c = {.count = 2};
    struct llmreg_settings set = {&c, 0, where};
    struct llmreg_error err;

    ck_assert_int_eq(llmreg_options_set(table, &set, NUMBER("count", 7), &err),
                     LLMREG_OK);
    ck_assert_int_eq(c.count, 7);
    ck_assert(llmreg_options_given(table, set.given, "Count"));
    ck_assert(!llmreg_options_given(table, set.given, "Interval"));
    ck_assert(!llmreg_options_given(table, set.given, "NoSuch"));
}
END_TEST

START_TEST(the_last_of_64_options_is_marked_as_any_other)
{
    struct llmreg_option rows[LLMREG_OPTIONS_MAX + 1] = {{.name = NULL}};
    struct conf c;
    struct llmreg_settings set = {&c, 0, where};

    for (size_t i = 0; i < LLMREG_OPTIONS_MAX; i++)
        rows[i] = table[1];
    rows[LLMREG_OPTIONS_MAX - 1] = table[3];
    ck_assert_int_eq(llmreg_options_set(rows, &set, NUMBER("Count", 7), NULL),
                     LLMREG_OK);
    ck_assert_uint_eq(set.given, UINT64_C(1) << 63);
    ck_assert(llmreg_options_given(rows, set.given, "Count"));
}
END_TEST

START_TEST(an_unknown_option_is_told_what_there_is)
{
    struct conf c;
    struct llmreg_settings set = {&c, 0, where};
    struct llmreg_error err;

    ck_assert_int_eq(llmreg_options_set(table, &set, NUMBER("Foo", 1), &err),
                     LLMREG_ENOENT);
    ck_assert_str_eq(err.text,
                     "<Plugin llm_probe>: unknown option Foo: allowed are "
                     "DataDir, Name, Interval, Count, Verify");
}
END_TEST

START_TEST(a_value_out_of_range_is_told_the_range)
{
    struct conf c = {.interval = 5};
    struct llmreg_settings set = {&c, 0, where};
    struct llmreg_error err;

    ck_assert_int_eq(
        llmreg_options_set(table, &set, NUMBER("interval", 0), &err),
        LLMREG_EINVAL);
    ck_assert_str_eq(err.text, "<Plugin llm_probe>: Interval 0: allowed are 1 "
                               "to 3600 seconds");
    ck_assert_int_eq(c.interval, 5);
    ck_assert_uint_eq(set.given, 0);
}
END_TEST

START_TEST(a_value_of_another_type_is_shown_as_it_was_written)
{
    struct conf c;
    struct llmreg_settings set = {&c, 0, where};
    struct llmreg_error err;

    ck_assert_int_eq(
        llmreg_options_set(table, &set, STRING("Count", "m\nany"), &err),
        LLMREG_EINVAL);
    ck_assert_str_eq(err.text, "<Plugin llm_probe>: Count \"m\\x0aany\": "
                               "allowed are whole numbers from 1 to 100");
}
END_TEST

START_TEST(an_option_has_exactly_one_value)
{
    const struct llmreg_value values[2] = {
        {.type = LLMREG_VALUE_NUMBER, .number = 1},
        {.type = LLMREG_VALUE_NUMBER, .number = 2}};
    const struct llmreg_item item = {
        .key = "Count", .values = values, .nvalues = _i == 0 ? 0 : 2};
    struct conf c = {.count = 9};
    struct llmreg_settings set = {&c, 0, where};
    struct llmreg_error err;

    ck_assert_int_eq(llmreg_options_set(table, &set, &item, &err),
                     LLMREG_EINVAL);
    ck_assert_str_eq(err.text, _i == 0
                                   ? "<Plugin llm_probe>: Count has 0 values: "
                                     "allowed is one"
                                   : "<Plugin llm_probe>: Count has 2 values: "
                                     "allowed is one");
    ck_assert_int_eq(c.count, 9);
}
END_TEST

START_TEST(an_option_is_no_block)
{
    struct llmreg_item item = *NUMBER("Count", 1);
    struct conf c;
    struct llmreg_settings set = {&c, 0, where};
    struct llmreg_error err;

    item.children = NUMBER("Count", 1);
    item.nchildren = 1;
    ck_assert_int_eq(llmreg_options_set(table, &set, &item, &err),
                     LLMREG_EINVAL);
    ck_assert_str_eq(err.text,
                     "<Plugin llm_probe>: Count is an option, not a block");
}
END_TEST

START_TEST(an_option_given_twice_keeps_the_first_value)
{
    struct conf c;
    struct llmreg_settings set = {&c, 0, where};
    struct llmreg_error err;

    ck_assert_int_eq(llmreg_options_set(table, &set, NUMBER("Count", 7), &err),
                     LLMREG_OK);
    ck_assert_int_eq(llmreg_options_set(table, &set, NUMBER("COUNT", 8), &err),
                     LLMREG_EEXIST);
    ck_assert_str_eq(err.text, "<Plugin llm_probe>: Count is given twice");
    ck_assert_int_eq(c.count, 7);
}
END_TEST

/* ---- merging two blocks ---- */

struct block {
    struct conf conf;
    llmreg_given given;
};

static struct block block_with(const struct llmreg_item *item)
{
    struct block b = {.given = 0};
    struct llmreg_settings set = {&b.conf, 0, where};

    ck_assert_int_eq(llmreg_options_preset(table, &b.conf), LLMREG_OK);
    ck_assert_int_eq(llmreg_options_set(table, &set, item, NULL), LLMREG_OK);
    b.given = set.given;
    return b;
}

static int merge(struct block *to, struct block *from, struct llmreg_error *err)
{
    struct llmreg_settings a = {&to->conf, to->given, "file a"};
    const struct llmreg_settings b = {&from->conf, from->given, "file b"};
    int rc = llmreg_options_merge(table, &a, &b, err);

    to->given = a.given;
    return rc;
}

START_TEST(merging_takes_what_was_given_and_no_presets)
{
    struct block a = block_with(NUMBER("Count", 7));
    struct block b = block_with(NUMBER("Interval", 5));

    ck_assert_int_eq(merge(&a, &b, NULL), LLMREG_OK);
    ck_assert_int_eq(a.conf.count, 7);
    ck_assert_int_eq(a.conf.interval, 5 * INT64_C(1000000000));
    ck_assert(llmreg_options_given(table, a.given, "Count"));
    ck_assert(llmreg_options_given(table, a.given, "Interval"));
}
END_TEST

START_TEST(merging_the_same_value_twice_is_fine)
{
    struct block a = block_with(STRING("DataDir", "/srv/x"));
    struct block b = block_with(STRING("DataDir", "/srv/./y/..//x/"));

    ck_assert_int_eq(merge(&a, &b, NULL), LLMREG_OK);
    ck_assert_str_eq(a.conf.dir, "/srv/x");
}
END_TEST

START_TEST(a_value_as_the_preset_differs_from_another_if_given)
{
    struct block a = block_with(NUMBER("Count", 7));
    struct block b = block_with(NUMBER("Count", 2));

    ck_assert_int_eq(merge(&a, &b, NULL), LLMREG_EEXIST);
}
END_TEST

static const struct {
    const char *key, *ours, *theirs, *text;
} conflicts[] = {
    {"DataDir", "/a", "/b",
     "file b: DataDir \"/b\" differs from \"/a\" in file a"},
    {"Name", "a", "ab", "file b: Name \"ab\" differs from \"a\" in file a"},
    {"Interval", "1.5", "2", "file b: Interval 2 differs from 1.5 in file a"},
    {"Count", "1", "2", "file b: Count 2 differs from 1 in file a"},
    {"Verify", "yes", "no", "file b: Verify false differs from true in file a"},
};

START_TEST(merging_different_values_names_both_places)
{
    struct block a = block_with(STRING(conflicts[_i].key, conflicts[_i].ours));
    struct block b =
        block_with(STRING(conflicts[_i].key, conflicts[_i].theirs));
    struct block before = a;
    struct llmreg_error err;

    ck_assert_int_eq(merge(&a, &b, &err), LLMREG_EEXIST);
    ck_assert_str_eq(err.text, conflicts[_i].text);
    ck_assert_mem_eq(&a, &before, sizeof a);
}
END_TEST

START_TEST(a_conflict_in_the_last_option_leaves_the_first_untouched)
{
    struct block a = block_with(STRING("Verify", "no"));
    struct block b = block_with(STRING("Verify", "yes"));

    struct llmreg_settings set = {&b.conf, b.given, where};

    ck_assert_int_eq(
        llmreg_options_set(table, &set, STRING("DataDir", "/b"), NULL),
        LLMREG_OK);
    b.given = set.given;
    ck_assert_int_eq(merge(&a, &b, NULL), LLMREG_EEXIST);
    ck_assert_str_eq(a.conf.dir, "/var/lib/x");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("options");
    TCase *tc = tcase_create("options");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, presets_are_set);
    tcase_add_test(tc, a_preset_out_of_its_own_range_is_a_bug);
    tcase_add_test(tc, a_table_with_too_many_rows_is_a_bug);
    tcase_add_test(tc, an_option_is_found_in_any_case);
    tcase_add_test(tc, an_option_is_set_and_marked_as_given);
    tcase_add_test(tc, the_last_of_64_options_is_marked_as_any_other);
    tcase_add_test(tc, an_unknown_option_is_told_what_there_is);
    tcase_add_test(tc, a_value_out_of_range_is_told_the_range);
    tcase_add_test(tc, a_value_of_another_type_is_shown_as_it_was_written);
    tcase_add_loop_test(tc, an_option_has_exactly_one_value, 0, 2);
    tcase_add_test(tc, an_option_is_no_block);
    tcase_add_test(tc, an_option_given_twice_keeps_the_first_value);
    tcase_add_test(tc, merging_takes_what_was_given_and_no_presets);
    tcase_add_test(tc, merging_the_same_value_twice_is_fine);
    tcase_add_test(tc, a_value_as_the_preset_differs_from_another_if_given);
    tcase_add_loop_test(tc, merging_different_values_names_both_places, 0,
                        sizeof conflicts / sizeof conflicts[0]);
    tcase_add_test(tc,
                   a_conflict_in_the_last_option_leaves_the_first_untouched);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
