/* SPDX-License-Identifier: MIT */
/* test_dirty.c - parts add up, and each id comes once. */
#include "common/store/dirty.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct dirty *dirty;

static void setup(void)
{
    ck_assert_int_eq(dirty_new(&dirty), LLMREG_OK);
}

static void teardown(void)
{
    dirty_free(dirty);
}

static unsigned parts_of(const char *wanted)
{
    size_t cursor = 0;
    const char *id;
    unsigned parts;

    while (dirty_next(dirty, &cursor, &id, &parts))
        if (strcmp(id, wanted) == 0)
            return parts;
    return 0;
}

START_TEST(parts_of_one_id_add_up)
{
    ck_assert_int_eq(dirty_mark(dirty, "a:1", DIRTY_HEALTH), LLMREG_OK);
    ck_assert_uint_eq(parts_of("a:1"), DIRTY_HEALTH);
    ck_assert_int_eq(dirty_mark(dirty, "a:1", DIRTY_MODELS), LLMREG_OK);
    ck_assert_uint_eq(parts_of("a:1"), DIRTY_HEALTH | DIRTY_MODELS);
    ck_assert_uint_eq(dirty_count(dirty), 1);
}
END_TEST

START_TEST(marking_less_than_was_marked_changes_nothing)
{
    ck_assert_int_eq(dirty_mark(dirty, "a:1", DIRTY_ALL), LLMREG_OK);
    ck_assert_int_eq(dirty_mark(dirty, "a:1", DIRTY_HEALTH), LLMREG_OK);
    ck_assert_uint_eq(parts_of("a:1"), DIRTY_ALL);
}
END_TEST

START_TEST(ids_do_not_mix)
{
    ck_assert_int_eq(dirty_mark(dirty, "a:1", DIRTY_ALL), LLMREG_OK);
    ck_assert_int_eq(dirty_mark(dirty, "b:1", DIRTY_MODELS), LLMREG_OK);
    ck_assert_uint_eq(parts_of("a:1"), DIRTY_ALL);
    ck_assert_uint_eq(parts_of("b:1"), DIRTY_MODELS);
    ck_assert_uint_eq(parts_of("c:1"), 0);
}
END_TEST

START_TEST(cleared_it_is_empty_and_can_be_used_again)
{
    char id[32];

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 1000; i++) {
            snprintf(id, sizeof id, "host%d:1", i);
            ck_assert_int_eq(dirty_mark(dirty, id, DIRTY_ALL), LLMREG_OK);
        }
        ck_assert_uint_eq(dirty_count(dirty), 1000);
        dirty_clear(dirty);
        ck_assert_uint_eq(dirty_count(dirty), 0);
        ck_assert_uint_eq(parts_of("host1:1"), 0);
    }
}
END_TEST

START_TEST(freeing_nothing_is_fine)
{
    dirty_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dirty");
    TCase *tc = tcase_create("dirty");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, parts_of_one_id_add_up);
    tcase_add_test(tc, marking_less_than_was_marked_changes_nothing);
    tcase_add_test(tc, ids_do_not_mix);
    tcase_add_test(tc, cleared_it_is_empty_and_can_be_used_again);
    tcase_add_test(tc, freeing_nothing_is_fine);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
