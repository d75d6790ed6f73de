/* SPDX-License-Identifier: MIT */
/* test_textpool.c - strings stay where they are until the pool is cleared. */
#include "common/store/rows/textpool.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct textpool pool;

static void teardown(void)
{
    textpool_free(&pool);
}

static void setup(void)
{
    memset(&pool, 0, sizeof pool);
}

START_TEST(a_copy_is_terminated_at_its_length)
{
    ck_assert_str_eq(textpool_copy(&pool, "abcdef", 3), "abc");
    ck_assert_str_eq(textpool_copy(&pool, "", 0), "");
}
END_TEST

START_TEST(copies_do_not_disturb_each_other)
{
    char *kept[2000];
    char text[64];

    for (int i = 0; i < 2000; i++) {
        int len = snprintf(text, sizeof text, "string number %d", i);

        kept[i] = textpool_copy(&pool, text, (size_t)len);
        ck_assert_ptr_nonnull(kept[i]);
    }
    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "string number %d", i);
        ck_assert_str_eq(kept[i], text);
    }
}
END_TEST

START_TEST(a_string_longer_than_a_block_fits)
{
    char *big = calloc(1, 100001);

    memset(big, 'x', 100000);
    char *before = textpool_copy(&pool, "before", 6);
    ck_assert_str_eq(textpool_copy(&pool, big, 100000), big);
    ck_assert_str_eq(textpool_copy(&pool, "after", 5), "after");
    ck_assert_str_eq(before, "before");
    free(big);
}
END_TEST

START_TEST(a_cleared_pool_uses_its_blocks_again)
{
    char text[1000];

    memset(text, 'x', sizeof text);
    char *first = textpool_copy(&pool, text, sizeof text);
    for (int i = 0; i < 100; i++)
        ck_assert_ptr_nonnull(textpool_copy(&pool, text, sizeof text));
    textpool_clear(&pool);
    ck_assert_ptr_eq(textpool_copy(&pool, text, sizeof text), first);
    for (int i = 0; i < 100; i++)
        ck_assert_ptr_nonnull(textpool_copy(&pool, text, sizeof text));
}
END_TEST

START_TEST(after_a_long_one_short_blocks_and_long_ones_mix)
{
    char *big = calloc(1, 50001);

    memset(big, 'y', 50000);
    for (int round = 0; round < 3; round++) {
        textpool_clear(&pool);
        for (int i = 0; i < 20; i++) {
            ck_assert_str_eq(textpool_copy(&pool, "short", 5), "short");
            ck_assert_str_eq(textpool_copy(&pool, big, 50000), big);
        }
    }
    free(big);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("textpool");
    TCase *tc = tcase_create("textpool");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_copy_is_terminated_at_its_length);
    tcase_add_test(tc, copies_do_not_disturb_each_other);
    tcase_add_test(tc, a_string_longer_than_a_block_fits);
    tcase_add_test(tc, a_cleared_pool_uses_its_blocks_again);
    tcase_add_test(tc, after_a_long_one_short_blocks_and_long_ones_mix);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
