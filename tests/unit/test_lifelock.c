/* SPDX-License-Identifier: MIT */
/* test_lifelock.c - one holder, and the others learn who it is. */
#include "common/store/lifelock.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/room.h"

static struct room room;
static struct lifelock first, second;
static struct llmreg_error err;

static void setup(void)
{
    room_open(&room);
    lifelock_init(&first, room_path(&room, "lock"));
    lifelock_init(&second, room_path(&room, "lock"));
    err.text[0] = '\0';
}

static void teardown(void)
{
    lifelock_release(&first);
    lifelock_release(&second);
    room_close(&room);
}

static int take(struct lifelock *lock)
{
    return lifelock_take(lock, room.now.wall_ms, &err);
}

START_TEST(the_second_one_is_refused)
{
    ck_assert_int_eq(take(&first), LLMREG_OK);
    ck_assert_int_eq(take(&second), LLMREG_ELOCKED);
    ck_assert(lifelock_valid(&first));
    ck_assert(!lifelock_valid(&second));
}
END_TEST

START_TEST(taking_what_is_held_changes_nothing)
{
    ck_assert_int_eq(take(&first), LLMREG_OK);
    ck_assert_int_eq(take(&first), LLMREG_OK);
    ck_assert(lifelock_valid(&first));
}
END_TEST

START_TEST(the_refusal_names_process_program_and_time)
{
    char pid[32];

    ck_assert_int_eq(take(&first), LLMREG_OK);
    ck_assert_int_eq(take(&second), LLMREG_ELOCKED);
    snprintf(pid, sizeof pid, "process %ld (", (long)getpid());
    ck_assert_ptr_nonnull(strstr(err.text, pid));
    ck_assert_ptr_nonnull(strstr(err.text, "test_lifelock"));
    ck_assert_ptr_nonnull(strstr(err.text, "since 2026-11-18T"));
}
END_TEST

START_TEST(the_file_says_who_holds_it)
{
    char line[100] = "";
    FILE *f;

    ck_assert_int_eq(take(&first), LLMREG_OK);
    f = fopen(first.path, "re");
    ck_assert_ptr_nonnull(fgets(line, sizeof line, f));
    ck_assert_int_eq(strtol(line, NULL, 10), getpid());
    ck_assert_ptr_nonnull(fgets(line, sizeof line, f));
    ck_assert_ptr_nonnull(strstr(line, "test_lifelock since 2026-"));
    fclose(f);
}
END_TEST

START_TEST(a_file_that_says_nothing_still_refuses)
{
    ck_assert_int_eq(take(&first), LLMREG_OK);
    ck_assert_int_eq(truncate(first.path, 0), 0);
    ck_assert_int_eq(take(&second), LLMREG_ELOCKED);
    ck_assert_ptr_nonnull(strstr(err.text, "process ? (?)"));
}
END_TEST

START_TEST(released_it_is_free)
{
    ck_assert_int_eq(take(&first), LLMREG_OK);
    lifelock_release(&first);
    ck_assert_int_eq(take(&second), LLMREG_OK);
    lifelock_release(&first); /* twice is fine */
}
END_TEST

START_TEST(a_dead_holder_holds_nothing)
{
    pid_t child = fork();

    if (child == 0)
        _exit(take(&first) == LLMREG_OK ? 0 : 1);
    int status = 1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_int_eq(take(&second), LLMREG_OK);
}
END_TEST

START_TEST(closing_the_same_file_elsewhere_does_not_release_it)
{
    ck_assert_int_eq(take(&first), LLMREG_OK);
    FILE *f = fopen(first.path, "r+e");
    fclose(f);
    ck_assert_int_eq(take(&second), LLMREG_ELOCKED);
}
END_TEST

START_TEST(a_removed_file_is_not_valid_any_more)
{
    ck_assert_int_eq(take(&first), LLMREG_OK);
    ck_assert_int_eq(unlink(first.path), 0);
    ck_assert(!lifelock_valid(&first));
    ck_assert_int_eq(take(&second), LLMREG_OK); /* why it matters */
    ck_assert(!lifelock_valid(&first));
}
END_TEST

START_TEST(a_symbolic_link_is_refused)
{
    ck_assert_int_eq(symlink(room_path(&room, "x"), first.path), 0);
    ck_assert_int_eq(take(&first), LLMREG_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "cannot open"));
}
END_TEST

START_TEST(the_file_is_for_the_owner_alone)
{
    struct stat st;

    umask(0);
    ck_assert_int_eq(take(&first), LLMREG_OK);
    ck_assert_int_eq(stat(first.path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lifelock");
    TCase *tc = tcase_create("lifelock");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_second_one_is_refused);
    tcase_add_test(tc, taking_what_is_held_changes_nothing);
    tcase_add_test(tc, the_refusal_names_process_program_and_time);
    tcase_add_test(tc, the_file_says_who_holds_it);
    tcase_add_test(tc, a_file_that_says_nothing_still_refuses);
    tcase_add_test(tc, released_it_is_free);
    tcase_add_test(tc, a_dead_holder_holds_nothing);
    tcase_add_test(tc, closing_the_same_file_elsewhere_does_not_release_it);
    tcase_add_test(tc, a_removed_file_is_not_valid_any_more);
    tcase_add_test(tc, a_symbolic_link_is_refused);
    tcase_add_test(tc, the_file_is_for_the_owner_alone);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
