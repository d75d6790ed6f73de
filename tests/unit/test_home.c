/* SPDX-License-Identifier: MIT */
/* test_home.c - moving in and out; faults are told by test_writer.c. */
#include "common/store/home.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/room.h"

static struct room room;
static struct home home;
static struct llmreg_error lost, err;

static void setup(void)
{
    room_open(&room);
    home_init(&home, room_path(&room, "store"), "");
    err.text[0] = '\0';
}

static void teardown(void)
{
    home_close(&home);
    room_close(&room);
}

static int open_home(void)
{
    return home_open(&home, &room.now, &lost, &err);
}

START_TEST(an_empty_place_becomes_a_home)
{
    ck_assert_int_eq(open_home(), LLMREG_OK);
    ck_assert_str_eq(lost.text, "");
    ck_assert(database_is_open(&home.db));
    ck_assert(lifelock_valid(&home.lock));
    ck_assert_int_eq(home_check(&home, &err), LLMREG_OK);
}
END_TEST

START_TEST(opening_an_open_one_changes_nothing)
{
    ck_assert_int_eq(open_home(), LLMREG_OK);
    sqlite3 *handle = home.db.handle;
    ck_assert_int_eq(open_home(), LLMREG_OK);
    ck_assert_ptr_eq(home.db.handle, handle);
}
END_TEST

START_TEST(the_lock_is_kept_when_the_database_is_abandoned)
{
    ck_assert_int_eq(open_home(), LLMREG_OK);
    home_abandon(&home, &room.now);
    ck_assert(!database_is_open(&home.db));
    ck_assert(lifelock_valid(&home.lock));
    ck_assert_int_eq(open_home(), LLMREG_OK);
}
END_TEST

START_TEST(the_check_names_the_file_that_is_gone)
{
    ck_assert_int_eq(open_home(), LLMREG_OK);
    ck_assert_int_eq(unlink(home.path), 0);
    ck_assert_int_eq(home_check(&home, &err), LLMREG_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "registry.db was removed"));
}
END_TEST

START_TEST(the_log_of_a_file_that_is_gone_is_set_aside)
{
    ck_assert_int_eq(open_home(), LLMREG_OK);
    ck_assert_int_eq(home_check(&home, &err), LLMREG_OK);
    ck_assert_int_eq(unlink(home.path), 0);
    home_abandon(&home, &room.now);
    ck_assert_uint_eq(room_count_files(&room, "store", "registry.db-wal"), 1);
    ck_assert_uint_eq(
        room_count_files(&room, "store", "registry.db-wal.corrupt-"), 1);
}
END_TEST

START_TEST(damage_is_kept_under_a_name_that_is_told)
{
    ck_assert_int_eq(open_home(), LLMREG_OK);
    home_close(&home);
    ck_assert_int_eq(truncate(home.path, 5000), 0);
    ck_assert_int_eq(open_home(), LLMREG_OK);
    ck_assert_ptr_nonnull(strstr(lost.text, "registry.db.corrupt-2026"));
    ck_assert_uint_ge(room_count_files(&room, "store", "registry.db.corrupt-"),
                      1);
}
END_TEST

START_TEST(a_doubted_file_is_set_aside_though_it_opens)
{
    const struct llmreg_error why = {"a write met damage"};

    ck_assert_int_eq(open_home(), LLMREG_OK);
    home_doubt(&home, &why);
    home_abandon(&home, &room.now);
    ck_assert_int_eq(open_home(), LLMREG_OK);
    ck_assert_ptr_nonnull(strstr(lost.text, "a write met damage; it is kept"));
    ck_assert_int_eq(home.recovery.from, RECOVERY_SALVAGE);
    ck_assert_int_eq(home.recovery.missing, 0);
    /* Once. */
    home_abandon(&home, &room.now);
    ck_assert_int_eq(open_home(), LLMREG_OK);
    ck_assert_str_eq(lost.text, "");
}
END_TEST

/* ---- what was set aside last ---- */

START_TEST(the_newest_that_was_set_aside_is_found)
{
    static const char *const names[] = {
        "registry.db.corrupt-20261121T071543Z",
        "registry.db.corrupt-20261121T071543Z-wal",
        "registry.db.corrupt-20261121T071543Z.9",
        "registry.db.corrupt-20261121T071543Z.10",
        "registry.db.corrupt-20261121T071543Z.10-wal",
        "registry.db.corrupt-20261120T235959Z.11",
    };
    char found[FILES_PATH_SIZE], name[100];

    ck_assert_int_eq(open_home(), LLMREG_OK);
    files_newest_aside(home.path, found);
    ck_assert_str_eq(found, "");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(name, sizeof name, "store/%s", names[i]);
        room_write_file(&room, name, "x");
    }
    files_newest_aside(home.path, found);
    ck_assert_ptr_nonnull(strstr(found, "/registry.db.corrupt-"
                                        "20261121T071543Z.10"));
    ck_assert_ptr_null(strstr(found, "-wal"));
}
END_TEST

START_TEST(a_disk_that_damages_every_file_is_not_filled)
{
    ck_assert_int_eq(open_home(), LLMREG_OK);
    for (int i = 0; i < 20; i++) {
        home_abandon(&home, &room.now);
        room_write_file(&room, "store/registry.db",
                        "something that is no database at all");
        unlink(room_path(&room, "store/registry.db-wal"));
        int rc = open_home();
        ck_assert_int_eq(rc, i < 8 ? LLMREG_OK : LLMREG_ECORRUPT);
    }
    ck_assert_uint_le(room_count_files(&room, "store", "registry.db.corrupt-"),
                      8 * 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("home");
    TCase *tc = tcase_create("home");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, an_empty_place_becomes_a_home);
    tcase_add_test(tc, opening_an_open_one_changes_nothing);
    tcase_add_test(tc, the_lock_is_kept_when_the_database_is_abandoned);
    tcase_add_test(tc, the_check_names_the_file_that_is_gone);
    tcase_add_test(tc, the_log_of_a_file_that_is_gone_is_set_aside);
    tcase_add_test(tc, damage_is_kept_under_a_name_that_is_told);
    tcase_add_test(tc, a_doubted_file_is_set_aside_though_it_opens);
    tcase_add_test(tc, the_newest_that_was_set_aside_is_found);
    tcase_add_test(tc, a_disk_that_damages_every_file_is_not_filled);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
