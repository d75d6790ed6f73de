/* SPDX-License-Identifier: MIT */
/* test_file_sd.c - EndpointFiles: what they mean, and what they may not say. */
#include "plugins/llm_probe/file_sd.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct targets list;
static struct llmreg_error err;

static int read_text(const char *text)
{
    list = (struct targets){0};
    err.text[0] = '\0';
    return file_sd_read(text, strlen(text), &list, &err);
}

START_TEST(an_address_becomes_an_endpoint)
{
    ck_assert_int_eq(read_text("[{\"targets\":[\"GPU1:11434\"]}]"), LLMREG_OK);
    ck_assert_uint_eq(list.count, 1);
    ck_assert_str_eq(list.items[0].id, "gpu1:11434");
    ck_assert_str_eq(list.items[0].url, "http://gpu1:11434");
    ck_assert_str_eq(list.items[0].name, "gpu1:11434");
    ck_assert_str_eq(list.items[0].host, "gpu1");
    ck_assert_str_eq(list.items[0].series, "11434");
    ck_assert_int_eq(list.items[0].kind, LLMREG_KIND_OLLAMA);
    ck_assert_int_eq(list.items[0].priority, 50);
    targets_fini(&list);
}
END_TEST

START_TEST(a_path_makes_another_series)
{
    ck_assert_int_eq(
        read_text("[{\"targets\":[\"http://h:80/a\",\"http://h:80/b\","
                  "\"https://x.example\",\"gpu2\"]}]"),
        LLMREG_OK);
    ck_assert_uint_eq(list.count, 4);
    ck_assert_str_ne(list.items[0].series, list.items[1].series);
    ck_assert_int_eq(strncmp(list.items[0].series, "80-", 3), 0);
    ck_assert_str_eq(list.items[2].series, "443");
    ck_assert_str_eq(list.items[3].id, "gpu2:11434");
    targets_fini(&list);
}
END_TEST

START_TEST(labels_go_to_all_targets_of_the_group_in_any_order)
{
    ck_assert_int_eq(
        read_text("[{\"labels\":{\"site\":\"berlin\",\"a.b\":\"\"},"
                  "\"targets\":[\"a\",\"b\"]},"
                  "{\"targets\":[\"c\"],\"labels\":{\"site\":\"x\"}},"
                  "{\"targets\":[\"d\"]}]"),
        LLMREG_OK);
    ck_assert_uint_eq(list.count, 4);
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_eq(list.items[i].nlabels, 2);
        ck_assert_str_eq(list.items[i].labels[0].name, "site");
        ck_assert_str_eq(list.items[i].labels[0].value, "berlin");
        ck_assert_str_eq(list.items[i].labels[1].name, "a.b");
    }
    ck_assert_str_eq(list.items[2].labels[0].value, "x");
    ck_assert_uint_eq(list.items[3].nlabels, 0);
    targets_fini(&list);
}
END_TEST

START_TEST(some_labels_are_what_they_say)
{
    ck_assert_int_eq(
        read_text("[{\"targets\":[\"a\"],\"labels\":{\"name\":\"GPU one\","
                  "\"kind\":\"ollama\",\"priority\":\"70\","
                  "\"__meta_x\":\"y\"}}]"),
        LLMREG_OK);
    ck_assert_str_eq(list.items[0].name, "GPU one");
    ck_assert_int_eq(list.items[0].priority, 70);
    ck_assert_uint_eq(list.items[0].nlabels, 0);
    targets_fini(&list);
}
END_TEST

START_TEST(an_empty_list_is_right)
{
    ck_assert_int_eq(read_text("[]"), LLMREG_OK);
    ck_assert_uint_eq(list.count, 0);
    ck_assert_int_eq(read_text("[{\"targets\":[]}]"), LLMREG_OK);
    ck_assert_uint_eq(list.count, 0);
    targets_fini(&list);
}
END_TEST

static const struct {
    const char *text, *word;
} mistakes[] = {
    {"", ""},
    {"{}", "list of groups"},
    {"[1]", "list of groups"},
    {"null", "list of groups"},
    {"[{}]", "\"targets\""},
    {"[{\"targets\":\"a\"}]", "wrong type"},
    {"[{\"targets\":[1]}]", "host:port"},
    {"[{\"targets\":[[\"a\"]]}]", "host:port"},
    {"[{\"targets\":[\"a\"],\"targets\":[\"b\"]}]", "twice"},
    {"[{\"targets\":[\"a:0\"]}]", "a:0"},
    {"[{\"targets\":[\"ftp://a\"]}]", "ftp://a"},
    {"[{\"targets\":[\"http://u:p@a\"]}]", "group 1"},
    {"[{\"targets\":[\"a\\u0000b\"]}]", "host:port"},
    {"[{\"targets\":[\"a\",\"A:11434\"]}]", "twice"},
    {"[{\"targets\":[\"a\"]},{\"targets\":[\"a\"]}]", "group 2"},
    {"[{\"targets\":[\"a\"],\"labels\":[]}]", "wrong type"},
    {"[{\"targets\":[\"a\"],\"labels\":{\"x\":1}}]", "\"x\""},
    {"[{\"targets\":[\"a\"],\"labels\":{\"x\":{\"y\":\"z\"}}}]", "\"x\""},
    {"[{\"targets\":[\"a\"],\"labels\":{\"x\":\"1\",\"x\":\"2\"}}]", "twice"},
    {"[{\"targets\":[\"a\"],\"labels\":{\"kind\":\"vllm\"}}]", "ollama"},
    {"[{\"targets\":[\"a\"],\"labels\":{\"priority\":\"1001\"}}]", "1000"},
    {"[{\"targets\":[\"a\"],\"labels\":{\"name\":\"\"}}]", "127"},
    {"[{\"targets\":[\"a\"],\"lables\":{}}]", "targets and labels"},
    {"[{\"targets\":[\"a\"]}] x", ""},
    {"[{\"targets\":[\"a\"]", ""},
};

START_TEST(a_mistake_is_named_and_nothing_comes_of_the_file)
{
    ck_assert_int_ne(read_text(mistakes[_i].text), LLMREG_OK);
    ck_assert_uint_gt(strlen(err.text), 0);
    ck_assert_msg(strstr(err.text, mistakes[_i].word) != NULL,
                  "\"%s\" does not say %s", err.text, mistakes[_i].word);
    ck_assert_uint_eq(list.count, 0);
    ck_assert_ptr_null(list.items);
}
END_TEST

START_TEST(more_than_the_limit_of_targets_is_refused)
{
    size_t room = (FILE_SD_TARGETS + 1) * 16 + 64;
    char *text = malloc(room);
    size_t len = 0;

    ck_assert_ptr_nonnull(text);
    len = (size_t)snprintf(text, room, "[{\"targets\":[");
    for (int i = 0; i <= FILE_SD_TARGETS; i++)
        len += (size_t)snprintf(text + len, room - len, "%s\"h%d\"",
                                i == 0 ? "" : ",", i);
    snprintf(text + len, room - len, "]}]");
    ck_assert_int_eq(read_text(text), LLMREG_ETOOBIG);
    ck_assert_ptr_nonnull(strstr(err.text, "100000"));
    free(text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("file_sd");
    TCase *t = tcase_create("file_sd");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_set_timeout(t, 60);
    tcase_add_test(t, an_address_becomes_an_endpoint);
    tcase_add_test(t, a_path_makes_another_series);
    tcase_add_test(t, labels_go_to_all_targets_of_the_group_in_any_order);
    tcase_add_test(t, some_labels_are_what_they_say);
    tcase_add_test(t, an_empty_list_is_right);
    tcase_add_loop_test(t, a_mistake_is_named_and_nothing_comes_of_the_file, 0,
                        (int)(sizeof mistakes / sizeof mistakes[0]));
    tcase_add_test(t, more_than_the_limit_of_targets_is_refused);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
