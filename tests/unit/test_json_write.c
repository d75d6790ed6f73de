/* SPDX-License-Identifier: MIT */
/* test_json_write.c - what is written is JSON, and reads back the same. */
#include "tests/unit/json_page.h"

/* ---- structure ---- */

START_TEST(members_and_elements_are_separated_by_commas)
{
    begin();
    llmreg_json_open_object(&w, NULL);
    llmreg_json_integer(&w, "a", 1);
    llmreg_json_open_array(&w, "b");
    llmreg_json_open_object(&w, NULL);
    llmreg_json_close_object(&w);
    llmreg_json_open_array(&w, NULL);
    llmreg_json_close_array(&w);
    llmreg_json_bool(&w, NULL, true);
    llmreg_json_bool(&w, NULL, false);
    llmreg_json_close_array(&w);
    llmreg_json_null(&w, "c");
    llmreg_json_string(&w, "d", "e");
    llmreg_json_close_object(&w);
    end_as("{\"a\":1,\"b\":[{},[],true,false],\"c\":null,\"d\":\"e\"}");
}
END_TEST

START_TEST(a_document_may_be_one_value)
{
    begin();
    llmreg_json_string(&w, NULL, "x");
    end_as("\"x\"");
}
END_TEST

START_TEST(a_second_document_is_an_error)
{
    begin();
    llmreg_json_null(&w, NULL);
    llmreg_json_null(&w, NULL);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_EINVAL);
}
END_TEST

START_TEST(a_document_left_open_is_an_error)
{
    begin();
    llmreg_json_open_array(&w, NULL);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_EINVAL);
}
END_TEST

START_TEST(closing_what_is_not_open_is_an_error)
{
    begin();
    llmreg_json_close_object(&w);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_EINVAL);
}
END_TEST

static int nest(unsigned depth)
{
    begin();
    for (unsigned i = 0; i < depth; i++)
        llmreg_json_open_array(&w, NULL);
    for (unsigned i = 0; i < depth; i++)
        llmreg_json_close_array(&w);
    return llmreg_json_out_end(&w);
}

START_TEST(nesting_deeper_than_63_is_too_big)
{
    ck_assert_int_eq(nest(63), LLMREG_OK);
    ck_assert_uint_eq(page.len, 126);
    ck_assert_int_eq(nest(64), LLMREG_ETOOBIG);
    ck_assert_int_eq(nest(100), LLMREG_ETOOBIG);
}
END_TEST

START_TEST(an_empty_key_is_a_key)
{
    begin();
    llmreg_json_open_object(&w, "");
    llmreg_json_close_object(&w);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    ck_assert_str_eq(page.text, "\"\":{}");
}
END_TEST

/* ---- the sink ---- */

START_TEST(long_output_comes_in_pieces_and_in_order)
{
    static char s[40001];

    for (size_t i = 0; i < 40000; i++)
        s[i] = (char)('a' + i % 26);
    s[40000] = '\0';
    begin();
    llmreg_json_string(&w, NULL, s);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    ck_assert_uint_le(page.longest, LLMREG_JSON_PIECE);
    ck_assert_uint_le(page.calls, 40002 / LLMREG_JSON_PIECE + 1);
    ck_assert_uint_eq(page.len, 40002);
    ck_assert_mem_eq(page.text + 1, s, 40000);
}
END_TEST

START_TEST(a_failing_sink_is_not_called_again)
{
    begin();
    page.fail_at = 2;
    llmreg_json_open_array(&w, NULL);
    for (int i = 0; i < 50000; i++)
        llmreg_json_integer(&w, NULL, 12345);
    llmreg_json_close_array(&w);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_EIO);
    ck_assert_uint_eq(page.calls, 2);
}
END_TEST

START_TEST(a_sink_that_fails_at_the_end_is_told)
{
    begin();
    page.fail_at = 1;
    llmreg_json_null(&w, NULL);
    ck_assert_uint_eq(page.calls, 0);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_EIO);
}
END_TEST

/* ---- reading back ---- */

#define VALUES 5000

static struct value {
    enum llmreg_json_type type;
    char text[40];
    int64_t integer;
} values[VALUES];

static void write_value(struct value *v)
{
    *v = (struct value){0};
    switch (draw() % 3) {
    case 0:
        v->type = LLMREG_JSON_STRING;
        (void)snprintf(v->text, sizeof v->text, "%.*s\n\xc3\xa9",
                       (int)(draw() % 30), "some text <with> all \"kinds\"");
        llmreg_json_string(&w, NULL, v->text);
        break;
    case 1:
        v->type = LLMREG_JSON_NUMBER;
        v->integer = (int64_t)(draw() >> (draw() % 64)) * (draw() % 2 ? 1 : -1);
        llmreg_json_integer(&w, NULL, v->integer);
        break;
    default:
        v->type = LLMREG_JSON_BOOL;
        v->integer = (int64_t)(draw() % 2);
        llmreg_json_bool(&w, NULL, v->integer == 1);
    }
}

static int compare_value(void *ctx, const struct llmreg_json_event *e)
{
    const struct value **next = ctx;
    int64_t n = 0;

    if (strcmp(e->path, "[]") != 0)
        return LLMREG_OK;
    const struct value *v = (*next)++;
    ck_assert_int_eq(e->type, v->type);
    if (v->type == LLMREG_JSON_STRING)
        ck_assert(llmreg_json_is(e, v->text));
    if (v->type == LLMREG_JSON_BOOL)
        ck_assert(e->truth == (v->integer == 1));
    if (v->type == LLMREG_JSON_NUMBER) {
        ck_assert(llmreg_json_int(e, INT64_MIN, INT64_MAX, &n));
        ck_assert_int_eq(n, v->integer);
    }
    return LLMREG_OK;
}

START_TEST(random_values_read_back_the_same)
{
    const struct value *next = values;

    draw_from("json_write", UINT64_C(88172645463325252) + (uint64_t)_i);
    begin();
    llmreg_json_open_array(&w, NULL);
    for (size_t i = 0; i < VALUES; i++)
        write_value(&values[i]);
    llmreg_json_close_array(&w);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    ck_assert_int_eq(llmreg_json_read(page.text, page.len, &page_limits,
                                      compare_value, &next, NULL),
                     LLMREG_OK);
    ck_assert_ptr_eq(next, values + VALUES);
}
END_TEST

static void add_structure(TCase *tc)
{
    tcase_add_test(tc, members_and_elements_are_separated_by_commas);
    tcase_add_test(tc, a_document_may_be_one_value);
    tcase_add_test(tc, an_empty_key_is_a_key);
    tcase_add_test(tc, a_second_document_is_an_error);
    tcase_add_test(tc, a_document_left_open_is_an_error);
    tcase_add_test(tc, closing_what_is_not_open_is_an_error);
    tcase_add_test(tc, nesting_deeper_than_63_is_too_big);
}

int main(void)
{
    Suite *s = suite_create("json_write");
    TCase *tc = tcase_create("json_write");

    add_structure(tc);
    tcase_add_test(tc, long_output_comes_in_pieces_and_in_order);
    tcase_add_test(tc, a_failing_sink_is_not_called_again);
    tcase_add_test(tc, a_sink_that_fails_at_the_end_is_told);
    tcase_add_loop_test(tc, random_values_read_back_the_same, 0, 5);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
