/* SPDX-License-Identifier: MIT */
/* test_slurp.c - files as bytes: bounds, kinds of files, and changes. */
#include "plugins/llm_probe/slurp.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[32];
static char path[64];

static void open_dir(void)
{
    snprintf(dir, sizeof dir, "/tmp/llmreg-slurp-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/f", dir);
}

static void close_dir(void)
{
    unlink(path);
    rmdir(dir);
}

static void put(const char *text)
{
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

START_TEST(a_file_is_read_whole)
{
    struct slurp s = {0};

    open_dir();
    put("hello");
    ck_assert_int_eq(slurp_read(path, 5, &s, NULL), LLMREG_OK);
    ck_assert_uint_eq(s.len, 5);
    ck_assert_int_eq(memcmp(s.bytes, "hello", 5), 0);
    slurp_free(&s);
    ck_assert_ptr_null(s.bytes);
    close_dir();
}
END_TEST

START_TEST(an_empty_file_has_no_bytes)
{
    struct slurp s = {0};

    open_dir();
    put("");
    ck_assert_int_eq(slurp_read(path, 5, &s, NULL), LLMREG_OK);
    ck_assert_uint_eq(s.len, 0);
    slurp_free(&s);
    close_dir();
}
END_TEST

START_TEST(a_file_over_the_bound_is_refused)
{
    struct slurp s = {0};
    struct llmreg_error err;

    open_dir();
    put("hello!");
    ck_assert_int_eq(slurp_read(path, 5, &s, &err), LLMREG_ETOOBIG);
    ck_assert_ptr_nonnull(strstr(err.text, path));
    ck_assert_ptr_null(s.bytes);
    close_dir();
}
END_TEST

START_TEST(what_is_no_file_is_not_waited_for)
{
    struct slurp s = {0};
    struct llmreg_error err;

    open_dir();
    ck_assert_int_eq(slurp_read(path, 5, &s, &err), LLMREG_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(slurp_read(path, 5, &s, &err), LLMREG_EINVAL);
    ck_assert_int_eq(slurp_read(dir, 5, &s, &err), LLMREG_EINVAL);
    close_dir();
}
END_TEST

START_TEST(a_stamp_tells_versions_apart)
{
    struct file_stamp a;
    struct file_stamp b;

    open_dir();
    ck_assert_int_eq(file_stamp_get(path, &a), LLMREG_EIO);
    put("one");
    ck_assert_int_eq(file_stamp_get(path, &a), LLMREG_OK);
    ck_assert_int_eq(file_stamp_get(path, &b), LLMREG_OK);
    ck_assert(file_stamp_same(&a, &b));
    put("three");
    ck_assert_int_eq(file_stamp_get(path, &b), LLMREG_OK);
    ck_assert(!file_stamp_same(&a, &b));
    close_dir();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("slurp");
    TCase *t = tcase_create("slurp");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_test(t, a_file_is_read_whole);
    tcase_add_test(t, an_empty_file_has_no_bytes);
    tcase_add_test(t, a_file_over_the_bound_is_refused);
    tcase_add_test(t, what_is_no_file_is_not_waited_for);
    tcase_add_test(t, a_stamp_tells_versions_apart);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
