/* SPDX-License-Identifier: MIT */
/* test_body.c - bodies become structs, or are refused by the name of what is
 * wrong with them. */
#include "plugins/llm_listen/api/body.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/text.h>

struct thing {
    body_given given;
    const char *name;
    double ratio;
    int64_t count;
    bool on;
    int64_t at_ms;
    unsigned events; /* that went to the tree */
    unsigned rest;   /* to the root */
};

static int count_tree(struct body_reader *b, void *member, const char *path,
                      const struct llmreg_json_event *e)
{
    unsigned *n = member;

    if (strcmp(path, ".bad") == 0)
        return body_refuse(b, "is bad");
    *n += e->type != LLMREG_JSON_OBJECT_END && e->type != LLMREG_JSON_ARRAY_END;
    return LLMREG_OK;
}

#define OFF(field) offsetof(struct thing, field)

static const struct body_field fields[] = {
    {"name", BODY_TEXT, OFF(name), 1, 8, true, NULL, NULL, ""},
    {"ratio", BODY_NUMBER, OFF(ratio), 0, 1, false, NULL, NULL, ""},
    {"count", BODY_INTEGER, OFF(count), -5, 1e9, false, NULL, NULL, ""},
    {"on", BODY_BOOL, OFF(on), 0, 0, false, NULL, NULL, ""},
    {"at", BODY_TIME, OFF(at_ms), 0, 0, false, NULL, NULL, ""},
    {"tree", BODY_TREE, OFF(events), 0, 0, false, count_tree, "", ""},
    {.name = NULL},
};
static const struct body_form strict = {.name = "Thing",
                                        .fields = fields,
                                        .size = sizeof(struct thing),
                                        .strict = true};
static const struct body_form loose = {
    .name = "Thing", .fields = fields, .size = sizeof(struct thing)};
static const struct body_form rooted = {.name = "Thing",
                                        .fields = fields,
                                        .size = sizeof(struct thing),
                                        .root = count_tree,
                                        .root_offset = OFF(rest)};
static const struct body_form optional = {.name = "Thing",
                                          .fields = fields + 1,
                                          .size = sizeof(struct thing),
                                          .strict = true,
                                          .optional = true};

static struct llmreg_arena arena;
static struct thing thing;
static struct body_problem problem;

static void teardown(void)
{
    llmreg_arena_fini(&arena);
}

static int read_bytes(const struct body_form *form, const char *json,
                      size_t len)
{
    const struct body_source from = {json, len, &arena};

    memset(&thing, 0x5a, sizeof thing); /* it is set to zero there */
    return body_read(form, &from, &problem, &thing);
}

static int read_it(const struct body_form *form, const char *json)
{
    return read_bytes(form, json, strlen(json));
}

START_TEST(every_type_is_read)
{
    ck_assert_int_eq(read_it(&strict,
                             "{\"name\":\"\\u00e4\\\"x\",\"ratio\":0.25,"
                             "\"count\":-5,\"on\":true,"
                             "\"at\":\"2026-01-31T12:00:00+01:00\","
                             "\"tree\":[1,{\"a\":[2]}]}"),
                     LLMREG_OK);
    ck_assert_str_eq(thing.name, "\xc3\xa4\"x");
    ck_assert_double_eq(thing.ratio, 0.25);
    ck_assert_int_eq(thing.count, -5);
    ck_assert(thing.on);
    ck_assert_int_eq(thing.at_ms, INT64_C(1769857200000));
    ck_assert_uint_eq(thing.events, 5);
    ck_assert_uint_eq(thing.given, 63);
    ck_assert(body_has(&strict, thing.given, "tree"));
    ck_assert(!body_has(&strict, thing.given, "trees"));
}
END_TEST

START_TEST(null_is_not_said)
{
    ck_assert_int_eq(read_it(&strict, "{\"name\":\"x\",\"ratio\":null,"
                                      "\"on\":null,\"tree\":null,\"at\":null,"
                                      "\"count\":null}"),
                     LLMREG_OK);
    ck_assert_uint_eq(thing.given, 1);
    ck_assert_double_eq(thing.ratio, 0);
    ck_assert_uint_eq(thing.events, 0);
}
END_TEST

static const struct {
    const char *json;
    unsigned status;
    const char *field, *says;
} wrong[] = {
    {"", 400, "", ""},
    {" ", 400, "", ""},
    {"{", 400, "", ""},
    {"{}x", 400, "", ""},
    {"{\"name\":\"x\"", 400, "", ""},
    {"{name:1}", 400, "", ""},
    {"\xef\xbb\xbf{}", 400, "", ""},
    {"{\"name\":\"\xff\"}", 400, "", ""},
    {"{\"name\":\"\xc0\x80\"}", 400, "", ""},
    {"{\"name\":\"\\ud800\"}", 400, "", ""},
    {"{\"name\":\"x\",\"ratio\":01}", 400, "", ""},
    {"{\"name\":\"x\",\"ratio\":NaN}", 400, "", ""},
    {"[]", 422, "", "must be a JSON object, not an array"},
    {"1", 422, "", "not a number"},
    {"null", 422, "", "not null"},
    {"{}", 422, "name", "is needed"},
    {"{\"name\":null}", 422, "name", "is needed"},
    {"{\"name\":1}", 422, "name", "a string is needed, not a number"},
    {"{\"name\":[]}", 422, "name", "not an array"},
    {"{\"name\":{}}", 422, "name", "not an object"},
    {"{\"name\":\"\"}", 422, "name", "1 to 8 bytes"},
    {"{\"name\":\"123456789\"}", 422, "name", "1 to 8 bytes"},
    {"{\"name\":\"a\\u0000b\"}", 422, "name", "control"},
    {"{\"name\":\"a\\nb\"}", 422, "name", "control"},
    {"{\"name\":\"a\\u0085b\"}", 422, "name", "control"},
    {"{\"name\":\"x\",\"name\":\"x\"}", 422, "name", "twice"},
    {"{\"name\":\"x\",\"on\":null,\"on\":true}", 422, "on", "twice"},
    {"{\"name\":\"x\",\"tree\":[],\"tree\":[]}", 422, "tree", "twice"},
    {"{\"name\":\"x\",\"ratio\":\"1\"}", 422, "ratio", "a number is needed"},
    {"{\"name\":\"x\",\"ratio\":1.0001}", 422, "ratio", "0 to 1"},
    {"{\"name\":\"x\",\"ratio\":-1e-9}", 422, "ratio", "0 to 1"},
    {"{\"name\":\"x\",\"ratio\":1e999}", 422, "ratio", "0 to 1"},
    {"{\"name\":\"x\",\"count\":1.5}", 422, "count", "whole numbers from -5"},
    {"{\"name\":\"x\",\"count\":1e2}", 422, "count", "whole numbers"},
    {"{\"name\":\"x\",\"count\":-6}", 422, "count", "whole numbers"},
    {"{\"name\":\"x\",\"count\":99999999999999999999}", 422, "count",
     "whole numbers"},
    {"{\"name\":\"x\",\"count\":true}", 422, "count", "a whole number"},
    {"{\"name\":\"x\",\"on\":0}", 422, "on", "true or false"},
    {"{\"name\":\"x\",\"on\":\"true\"}", 422, "on", "true or false"},
    {"{\"name\":\"x\",\"at\":1}", 422, "at", "a time"},
    {"{\"name\":\"x\",\"at\":\"2026-02-30T12:00:00Z\"}", 422, "at", "RFC 3339"},
    {"{\"name\":\"x\",\"at\":\"2026-01-31 12:00\"}", 422, "at", "RFC 3339"},
    {"{\"name\":\"x\",\"tree\":{\"bad\":1}}", 422, "tree.bad", "is bad"},
    {"{\"name\":\"x\",\"nme\":1}", 422, "nme", "name, ratio, count"},
    {"{\"name\":\"x\",\"Name\":\"x\"}", 422, "Name", "no such member"},
    {"{\"name\":\"x\",\"\":1}", 422, "?", "a name is empty"},
    {"{\"name\":\"x\",\"a\\u0000\":1}", 422, "?", "NUL"},
    {"{\"name\":\"x\",\"a\\nb\":1}", 422, "a\\x0ab", "no such member"},
};

START_TEST(what_is_wrong_is_named)
{
    ck_assert_int_eq(read_it(&strict, wrong[_i].json), LLMREG_EINVAL);
    ck_assert_msg(problem.status == wrong[_i].status, "%s: %u %s",
                  wrong[_i].json, problem.status, problem.err.text);
    ck_assert_str_eq(problem.field, wrong[_i].field);
    ck_assert_msg(strstr(problem.err.text, wrong[_i].says) != NULL, "%s: %s",
                  wrong[_i].json, problem.err.text);
    ck_assert_str_ne(problem.err.text, "");
}
END_TEST

START_TEST(a_nul_in_the_bytes_is_no_json)
{
    ck_assert_int_eq(read_bytes(&strict, "{\"name\":\"x\0\"}", 13),
                     LLMREG_EINVAL);
    ck_assert_uint_eq(problem.status, 400);
    ck_assert_int_eq(read_bytes(&strict, "{\"name\":\"x\"}\0", 13),
                     LLMREG_EINVAL);
    ck_assert_uint_eq(problem.status, 400);
}
END_TEST

START_TEST(depth_values_and_lengths_are_bounded)
{
    static char storage[200000];
    struct llmreg_text t;

    llmreg_text_init(&t, storage, sizeof storage);
    llmreg_text_add(&t, "{\"name\":\"x\",\"tree\":[0");
    while (t.len < 190000)
        llmreg_text_add(&t, ",0");
    llmreg_text_add(&t, "]}");
    ck_assert_int_eq(read_bytes(&loose, t.data, t.len), LLMREG_EINVAL);
    ck_assert_uint_eq(problem.status, 400);
    /* The document itself is the first level of eight. */
    ck_assert_int_eq(
        read_it(&loose, "{\"name\":\"x\",\"tree\":[[[[[[[1]]]]]]]}"),
        LLMREG_OK);
    ck_assert_int_eq(
        read_it(&loose, "{\"name\":\"x\",\"tree\":[[[[[[[[1]]]]]]]]}"),
        LLMREG_EINVAL);
    ck_assert_uint_eq(problem.status, 400);
}
END_TEST

START_TEST(a_loose_form_passes_over_what_it_does_not_know)
{
    ck_assert_int_eq(read_it(&loose, "{\"new\":{\"a\":[1,null]},\"name\":\"x\","
                                     "\"names\":[\"y\"],\"nam\":1}"),
                     LLMREG_OK);
    ck_assert_str_eq(thing.name, "x");
    ck_assert_uint_eq(thing.given, 1);
}
END_TEST

START_TEST(a_root_gets_what_no_row_names)
{
    ck_assert_int_eq(read_it(&rooted, "{\"name\":\"x\",\"a\":1,\"b\":[2]}"),
                     LLMREG_OK);
    ck_assert_uint_eq(thing.rest, 4); /* the document, a, b, b[] */
    ck_assert_int_eq(read_it(&rooted, "{\"name\":\"x\",\"bad\":1}"),
                     LLMREG_EINVAL);
    ck_assert_str_eq(problem.field, "bad");
}
END_TEST

START_TEST(no_body_at_all_is_an_empty_one_where_that_is_allowed)
{
    ck_assert_int_eq(read_it(&optional, ""), LLMREG_OK);
    ck_assert_uint_eq(thing.given, 0);
    ck_assert_int_eq(read_it(&optional, "{}"), LLMREG_OK);
    ck_assert_int_eq(read_it(&optional, "x"), LLMREG_EINVAL);
}
END_TEST

START_TEST(a_key_with_signs_of_a_path_is_not_taken_for_one)
{
    ck_assert_int_eq(read_it(&strict, "{\"name\":\"x\",\"tree.bad\":1}"),
                     LLMREG_EINVAL);
    ck_assert_str_eq(problem.field, "tree\\.bad");
    ck_assert_int_eq(read_it(&loose, "{\"name\":\"x\",\"tree[]\":1,"
                                     "\"name.x\":2}"),
                     LLMREG_OK);
    ck_assert_uint_eq(thing.events, 0);
    ck_assert_str_eq(thing.name, "x");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("body");
    TCase *tc = tcase_create("body");

    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_test(tc, every_type_is_read);
    tcase_add_test(tc, null_is_not_said);
    tcase_add_loop_test(tc, what_is_wrong_is_named, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(tc, a_nul_in_the_bytes_is_no_json);
    tcase_add_test(tc, depth_values_and_lengths_are_bounded);
    tcase_add_test(tc, a_loose_form_passes_over_what_it_does_not_know);
    tcase_add_test(tc, a_root_gets_what_no_row_names);
    tcase_add_test(tc, no_body_at_all_is_an_empty_one_where_that_is_allowed);
    tcase_add_test(tc, a_key_with_signs_of_a_path_is_not_taken_for_one);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
