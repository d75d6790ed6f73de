/* SPDX-License-Identifier: MIT */
/* test_ballast.c - it takes the room that it says, and gives it back. */
#include "common/store/ballast.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "tests/support/room.h"

#define MIB (INT64_C(1) << 20)

static struct room room;
static struct ballast b;
static struct llmreg_error err;
static int64_t free_bytes; /* that the disk says it has; -1: as it is */
static int refuses;        /* what fallocate says */

int __real_statvfs(const char *path, struct statvfs *out);
int __wrap_statvfs(const char *path, struct statvfs *out);
int __real_fallocate(int fd, int mode, off_t offset, off_t size);
int __wrap_fallocate(int fd, int mode, off_t offset, off_t size);

int __wrap_statvfs(const char *path, struct statvfs *out)
{
    int rc = __real_statvfs(path, out);

    if (free_bytes >= 0)
        out->f_bavail = (fsblkcnt_t)free_bytes / out->f_frsize;
    return rc;
}

int __wrap_fallocate(int fd, int mode, off_t offset, off_t size)
{
    if (refuses == 0)
        return __real_fallocate(fd, mode, offset, size);
    errno = refuses;
    return -1;
}

static void begin(int64_t size)
{
    ballast_init(&b, room.dir, size);
}

static void setup(void)
{
    room_make(&room);
    free_bytes = -1;
    refuses = 0;
    begin(MIB);
}

static void teardown(void)
{
    room_close(&room);
}

static void step(void)
{
    ck_assert_msg(ballast_step(&b, &err) == LLMREG_OK, "%s", err.text);
}

static struct stat file(void)
{
    struct stat st = {.st_size = -1};

    (void)!lstat(room_path(&room, BALLAST_FILE), &st);
    return st;
}

static void expect_whole(int64_t size)
{
    ck_assert(ballast_is_whole(&b));
    ck_assert_int_eq(file().st_size, size);
    ck_assert_int_ge(file().st_blocks * 512, size);
    ck_assert_uint_eq(file().st_mode & 07777, 0600);
}

START_TEST(its_blocks_are_there)
{
    ck_assert(!ballast_is_whole(&b));
    step();
    expect_whole(MIB);
    step();
    expect_whole(MIB);
}
END_TEST

START_TEST(where_nothing_can_be_allocated_it_is_written)
{
    refuses = EOPNOTSUPP;
    step();
    expect_whole(MIB);
}
END_TEST

START_TEST(a_large_one_is_made_in_pieces)
{
    begin(40 * MIB);
    step();
    ck_assert(!ballast_is_whole(&b));
    ck_assert_int_eq(file().st_size, 16 * MIB);
    step();
    step();
    expect_whole(40 * MIB);
}
END_TEST

START_TEST(it_is_not_made_at_the_cost_of_others)
{
    free_bytes = 4 * MIB - 4096;
    ck_assert_int_eq(ballast_step(&b, &err), LLMREG_ENOSPACE);
    ck_assert_ptr_nonnull(strstr(err.text, "no room for ballast: 3 MiB are"));
    ck_assert_ptr_nonnull(strstr(err.text, "and 4 must be"));
    ck_assert_int_eq(file().st_size, -1);
    free_bytes = 4 * MIB;
    step();
    expect_whole(MIB);
}
END_TEST

START_TEST(half_of_it_is_not_left)
{
    refuses = ENOSPC;
    ck_assert_int_eq(ballast_step(&b, &err), LLMREG_ENOSPACE);
    ck_assert_int_eq(file().st_size, -1);
    refuses = 0;
    step();
    expect_whole(MIB);
}
END_TEST

START_TEST(it_is_released_once)
{
    ck_assert(!ballast_release(&b));
    step();
    ck_assert(ballast_release(&b));
    ck_assert_int_eq(file().st_size, -1);
    ck_assert(!ballast_release(&b));
    step();
    expect_whole(MIB);
}
END_TEST

START_TEST(that_of_a_run_before_is_released_too)
{
    step();
    begin(MIB);
    ck_assert(ballast_release(&b));
    ck_assert_int_eq(file().st_size, -1);
}
END_TEST

START_TEST(another_size_has_effect)
{
    step();
    begin(2 * MIB);
    step();
    expect_whole(2 * MIB);
    begin(MIB / 2);
    step();
    expect_whole(MIB / 2);
    begin(0);
    step();
    ck_assert_int_eq(file().st_size, -1);
}
END_TEST

START_TEST(a_file_that_is_only_long_is_none)
{
    room_write_file(&room, BALLAST_FILE, "");
    ck_assert_int_eq(truncate(room_path(&room, BALLAST_FILE), MIB), 0);
    ck_assert_int_eq(chmod(room_path(&room, BALLAST_FILE), 0600), 0);
    step();
    expect_whole(MIB);
}
END_TEST

START_TEST(a_link_is_not_followed)
{
    ck_assert_int_eq(symlink("elsewhere", room_path(&room, BALLAST_FILE)), 0);
    ck_assert_int_eq(ballast_step(&b, &err), LLMREG_EIO);
    ck_assert_int_ne(access(room_path(&room, "elsewhere"), F_OK), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ballast");
    TCase *tc = tcase_create("ballast");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, its_blocks_are_there);
    tcase_add_test(tc, where_nothing_can_be_allocated_it_is_written);
    tcase_add_test(tc, a_large_one_is_made_in_pieces);
    tcase_add_test(tc, it_is_not_made_at_the_cost_of_others);
    tcase_add_test(tc, half_of_it_is_not_left);
    tcase_add_test(tc, it_is_released_once);
    tcase_add_test(tc, that_of_a_run_before_is_released_too);
    tcase_add_test(tc, another_size_has_effect);
    tcase_add_test(tc, a_file_that_is_only_long_is_none);
    tcase_add_test(tc, a_link_is_not_followed);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
