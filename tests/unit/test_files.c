/* SPDX-License-Identifier: MIT */
/* test_files.c - modes, and what is never overwritten. */
#include "common/store/files.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/room.h"

#define NOON INT64_C(1795262400000) /* 2026-11-21T12:00:00Z */

static struct room room;
static struct llmreg_error err;

static void setup(void)
{
    room_open(&room);
    err.text[0] = '\0';
}

static void teardown(void)
{
    room_close(&room);
}

static mode_t mode_of(const char *name)
{
    struct stat st;

    ck_assert_int_eq(stat(room_path(&room, name), &st), 0);
    return st.st_mode & 07777;
}

START_TEST(a_missing_directory_is_made_for_the_owner_alone)
{
    umask(0);
    ck_assert_int_eq(files_make_dir(room_path(&room, "store"), &err),
                     LLMREG_OK);
    ck_assert_uint_eq(mode_of("store"), 0700);
}
END_TEST

START_TEST(a_directory_that_is_there_is_used_as_it_is)
{
    ck_assert_int_eq(mkdir(room_path(&room, "store"), 0750), 0);
    ck_assert_int_eq(files_make_dir(room_path(&room, "store"), &err),
                     LLMREG_OK);
    ck_assert_uint_eq(mode_of("store"), 0750);
}
END_TEST

START_TEST(no_tree_is_built)
{
    ck_assert_int_eq(files_make_dir(room_path(&room, "a/b"), &err), LLMREG_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "a/b: No such file"));
    ck_assert_int_ne(access(room_path(&room, "a"), F_OK), 0);
}
END_TEST

START_TEST(a_file_is_no_directory)
{
    room_write_file(&room, "store", "");
    ck_assert_int_eq(files_make_dir(room_path(&room, "store"), &err),
                     LLMREG_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "store is not a directory"));
}
END_TEST

START_TEST(a_file_is_made_for_the_owner_alone_whatever_the_umask)
{
    umask(0);
    ck_assert_int_eq(files_make_file(room_path(&room, "db"), &err), LLMREG_OK);
    ck_assert_uint_eq(mode_of("db"), 0600);
}
END_TEST

START_TEST(a_file_that_is_there_is_not_touched)
{
    struct stat st;

    room_write_file(&room, "db", "content");
    ck_assert_int_eq(files_make_file(room_path(&room, "db"), &err), LLMREG_OK);
    ck_assert_int_eq(stat(room_path(&room, "db"), &st), 0);
    ck_assert_int_eq(st.st_size, 7);
}
END_TEST

START_TEST(a_symbolic_link_is_refused)
{
    ck_assert_int_eq(symlink("/etc/hostname", room_path(&room, "db")), 0);
    ck_assert_int_eq(files_make_file(room_path(&room, "db"), &err), LLMREG_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "is not a plain file"));
}
END_TEST

START_TEST(setting_aside_takes_the_log_along)
{
    char path[FILES_PATH_SIZE], aside[FILES_PATH_SIZE];

    files_path(path, room.dir, "db");
    room_write_file(&room, "db", "1");
    room_write_file(&room, "db-wal", "2");
    room_write_file(&room, "db-shm", "3");
    ck_assert_int_eq(files_set_aside(path, NOON, aside, &err), LLMREG_OK);
    ck_assert_str_eq(strrchr(aside, '/'), "/db.corrupt-20261121T120000Z");
    ck_assert_uint_eq(
        room_count_files(&room, "", "db.corrupt-20261121T120000Z"), 3);
    ck_assert_uint_eq(room_count_files(&room, "", "db"), 3);
}
END_TEST

START_TEST(setting_aside_twice_in_a_second_keeps_both)
{
    char path[FILES_PATH_SIZE], aside[FILES_PATH_SIZE];

    files_path(path, room.dir, "db");
    for (int i = 0; i < 3; i++) {
        room_write_file(&room, "db", "x");
        ck_assert_int_eq(files_set_aside(path, NOON, aside, &err), LLMREG_OK);
    }
    ck_assert_str_eq(strrchr(aside, '/'), "/db.corrupt-20261121T120000Z.2");
    ck_assert_uint_eq(room_count_files(&room, "", "db.corrupt-"), 3);
}
END_TEST

START_TEST(setting_aside_what_is_not_there_says_so)
{
    char path[FILES_PATH_SIZE], aside[FILES_PATH_SIZE];

    files_path(path, room.dir, "db");
    ck_assert_int_eq(files_set_aside(path, NOON, aside, &err), LLMREG_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("files");
    TCase *tc = tcase_create("files");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_missing_directory_is_made_for_the_owner_alone);
    tcase_add_test(tc, a_directory_that_is_there_is_used_as_it_is);
    tcase_add_test(tc, no_tree_is_built);
    tcase_add_test(tc, a_file_is_no_directory);
    tcase_add_test(tc, a_file_is_made_for_the_owner_alone_whatever_the_umask);
    tcase_add_test(tc, a_file_that_is_there_is_not_touched);
    tcase_add_test(tc, a_symbolic_link_is_refused);
    tcase_add_test(tc, setting_aside_takes_the_log_along);
    tcase_add_test(tc, setting_aside_twice_in_a_second_keeps_both);
    tcase_add_test(tc, setting_aside_what_is_not_there_says_so);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
