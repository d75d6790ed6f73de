/* SPDX-License-Identifier: MIT */
/* test_secrets.c - what is a token, and when it counts as another one. */
#include "plugins/llm_probe/secrets.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *bytes, *token; /* NULL: none */
} cases[] = {
    {"sesame", "sesame"},
    {"sesame\n", "sesame"},
    {"  sesame \t\r\nsecond line\n", "sesame"},
    {"a+/=~!b", "a+/=~!b"},
    {"", NULL},
    {"\n", NULL},
    {"   \nsesame\n", NULL},
    {"two words\n", NULL},
    {"bell\a\n", NULL},
    {"caf\xc3\xa9\n", NULL},
};

START_TEST(a_token_is_the_first_line_trimmed)
{
    const char *bytes = cases[_i].bytes;
    const char *token = NULL;
    size_t len = 0;
    int rc = secrets_token(bytes, strlen(bytes), &token, &len);

    ck_assert_int_eq(rc, cases[_i].token ? LLMREG_OK : LLMREG_EINVAL);
    if (cases[_i].token == NULL)
        return;
    ck_assert_uint_eq(len, strlen(cases[_i].token));
    ck_assert_int_eq(strncmp(token, cases[_i].token, len), 0);
}
END_TEST

START_TEST(a_token_has_at_most_4096_bytes)
{
    char bytes[SECRET_MAX + 1];
    const char *token = NULL;
    size_t len = 0;

    memset(bytes, 'x', sizeof bytes);
    ck_assert_int_eq(secrets_token(bytes, SECRET_MAX, &token, &len), LLMREG_OK);
    ck_assert_int_eq(secrets_token(bytes, SECRET_MAX + 1, &token, &len),
                     LLMREG_EINVAL);
}
END_TEST

START_TEST(a_path_has_one_place)
{
    struct secrets *s = NULL;
    size_t a = 9;
    size_t b = 9;
    size_t c = 9;

    ck_assert_int_eq(secrets_new(&s), LLMREG_OK);
    ck_assert_int_eq(secrets_add(s, "/a", &a), LLMREG_OK);
    ck_assert_int_eq(secrets_add(s, "/b", &b), LLMREG_OK);
    ck_assert_int_eq(secrets_add(s, "/a", &c), LLMREG_OK);
    ck_assert_uint_eq(a, c);
    ck_assert_uint_ne(a, b);
    ck_assert_uint_eq(secrets_count(s), 2);
    ck_assert_str_eq(secrets_path(s, b), "/b");
    secrets_free(s);
}
END_TEST

START_TEST(a_token_is_given_once_until_it_changes)
{
    struct secrets *s = NULL;
    char out[SECRET_MAX + 1];
    uint64_t version = 0;
    size_t place = 0;

    ck_assert_int_eq(secrets_new(&s), LLMREG_OK);
    ck_assert_int_eq(secrets_add(s, "/a", &place), LLMREG_OK);
    ck_assert(!secrets_get(s, place, &version, out));
    ck_assert_int_eq(secrets_set(s, place, "one", 3), LLMREG_OK);
    ck_assert(secrets_get(s, place, &version, out));
    ck_assert_str_eq(out, "one");
    ck_assert(!secrets_get(s, place, &version, out));
    ck_assert_int_eq(secrets_set(s, place, "one", 3), LLMREG_OK);
    ck_assert(!secrets_get(s, place, &version, out));
    ck_assert_int_eq(secrets_set(s, place, "two", 3), LLMREG_OK);
    ck_assert(secrets_get(s, place, &version, out));
    ck_assert_str_eq(out, "two");
    secrets_free(s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("secrets");
    TCase *t = tcase_create("secrets");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_loop_test(t, a_token_is_the_first_line_trimmed, 0,
                        (int)(sizeof cases / sizeof cases[0]));
    tcase_add_test(t, a_token_has_at_most_4096_bytes);
    tcase_add_test(t, a_path_has_one_place);
    tcase_add_test(t, a_token_is_given_once_until_it_changes);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
