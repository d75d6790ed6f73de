/* SPDX-License-Identifier: MIT */
/* test_revive.c - a database out of a backup, or nothing at all. */
#include "common/store/backup/revive.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/backup/inspect.h"
#include "common/store/backup/make.h"
#include "common/store/files.h"
#include "common/store/schema.h"
#include "tests/support/scarce.h"
#include "tests/support/scarce_sqlite.h"
#include "tests/support/writing.h"

#define ID "20261118T140640Z-00000001"

static struct writing w;
static struct reader reader;
static struct llmreg_backup made, found;
static struct llmreg_error err;
static char from[FILES_PATH_SIZE], to[FILES_PATH_SIZE];

static void back_up(void)
{
    char live[FILES_PATH_SIZE], dir[FILES_PATH_SIZE];
    const struct make make = {live, dir, ID, LLMREG_BACKUP_REQUEST,
                              &w.room.clock};

    files_path(live, w.config.dir, STORE_FILE);
    files_path(dir, w.config.dir, "backups");
    ck_assert_msg(make_backup(&make, &reader, &made, &err) == LLMREG_OK, "%s",
                  err.text);
    files_path(from, dir, ID ".db");
    files_path(to, w.config.dir, "revived");
}

static void setup(void)
{
    scarce_sqlite_hook();
    writing_make(&w);
    w.room.small = true;
    room_start(&w.room);
    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_add(&w.room, "gpu2");
    writing_sync(&w);
    ck_assert_int_eq(reader_init(&reader), LLMREG_OK);
    back_up();
}

static void teardown(void)
{
    (void)scarce_end();
    (void)scarce_sqlite_end();
    reader_fini(&reader);
    writing_close(&w);
}

static int revive(const char *hub, const struct llmreg_backup *manifest)
{
    const struct revive v = {from, manifest, hub, to};

    return revive_file(&v, &reader, &found, &err);
}

static size_t files(void)
{
    return room_count_files(&w.room, "registry", "revived");
}

static int64_t ask(const char *sql)
{
    struct database db;
    int64_t n = -1;

    ck_assert_int_eq(reader_open_still(&reader, to, &db, &err), LLMREG_OK);
    ck_assert_int_eq(database_ask_number(&db, sql, &n, &err), LLMREG_OK);
    reader_close(&reader, &db);
    return n;
}

static void refuse(int rc, const char *why)
{
    ck_assert_ptr_nonnull(strstr(err.text, why));
    ck_assert_uint_eq(files(), 0);
    ck_assert_int_ne(rc, LLMREG_OK);
}

/* ---- one that is good ---- */

START_TEST(what_was_in_the_backup_can_be_used)
{
    struct stat st;

    ck_assert_int_eq(revive(made.hub, &made), LLMREG_OK);
    ck_assert_uint_eq(files(), 1);
    ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), 2);
    ck_assert_int_eq(found.synced_seq, made.synced_seq);
    ck_assert_int_eq(stat(to, &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0600);
}
END_TEST

START_TEST(the_backup_stays_as_it_is)
{
    ck_assert_int_eq(revive(NULL, &made), LLMREG_OK);
    ck_assert_int_eq(inspect_backup(from, &reader, &made, &err), LLMREG_OK);
}
END_TEST

START_TEST(one_that_was_left_there_is_replaced)
{
    room_write_file(&w.room, "registry/revived", "half of one");
    room_write_file(&w.room, "registry/revived-wal", "of another");
    ck_assert_int_eq(revive("", &made), LLMREG_OK);
    ck_assert_uint_eq(files(), 1);
    ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), 2);
}
END_TEST

START_TEST(without_a_manifest_the_file_speaks_for_itself)
{
    ck_assert_int_eq(revive(made.hub, NULL), LLMREG_OK);
    ck_assert_str_eq(found.sha256, made.sha256);
    ck_assert_int_eq(found.bytes, made.bytes);
    ck_assert_str_eq(found.hub, made.hub);
}
END_TEST

static void write_old(int version, const char *sql)
{
    sqlite3 *db;

    ck_assert_int_eq(unlink(from), 0);
    ck_assert_int_eq(sqlite3_open(from, &db), SQLITE_OK);
    for (int v = 1; v <= version; v++)
        ck_assert_int_eq(sqlite3_exec(db, schema_step(v), NULL, NULL, NULL),
                         SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

START_TEST(one_of_an_older_version_is_migrated)
{
    write_old(_i, "UPDATE meta SET value = 77 WHERE key = 'seq_reserved'");
    ck_assert_msg(revive(NULL, NULL) == LLMREG_OK, "%s", err.text);
    ck_assert_int_eq(found.schema, _i);
    ck_assert_int_eq(ask("PRAGMA user_version"), SCHEMA_VERSION);
    ck_assert_int_eq(ask("SELECT value FROM meta WHERE key = 'seq_reserved'"),
                     77);
    ck_assert_uint_eq(files(), 1);
}
END_TEST

/* ---- those that are refused ---- */

START_TEST(one_of_a_newer_version_is_refused)
{
    write_old(1, "PRAGMA user_version = 4711");
    refuse(revive(NULL, NULL), "newer llmreg");
}
END_TEST

START_TEST(one_of_another_hub_is_refused)
{
    const int rc = revive("00000000000000000000000000000000", &made);

    ck_assert_int_eq(rc, LLMREG_EEXIST);
    refuse(rc, "of another hub");
}
END_TEST

START_TEST(one_that_was_cut_is_refused)
{
    ck_assert_int_eq(truncate(from, made.bytes - 4096), 0);
    refuse(revive(NULL, &made), "another SHA-256");
    refuse(revive(NULL, NULL), "");
}
END_TEST

START_TEST(every_flipped_byte_is_refused)
{
    for (int64_t at = 0; at < made.bytes; at += 4999) {
        int fd = open(from, O_RDWR);
        unsigned char byte;

        ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
        byte ^= 16;
        ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
        refuse(revive(NULL, &made), "another SHA-256");
        byte ^= 16;
        ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
        close(fd);
    }
    ck_assert_int_eq(revive(NULL, &made), LLMREG_OK);
}
END_TEST

START_TEST(what_is_no_plain_file_is_refused)
{
    ck_assert_int_eq(unlink(from), 0);
    refuse(revive(NULL, NULL), "cannot");
    ck_assert_int_eq(symlink("/etc/passwd", from), 0);
    refuse(revive(NULL, &made), "cannot read");
    ck_assert_int_eq(unlink(from), 0);
    ck_assert_int_eq(mkfifo(from, 0600), 0);
    refuse(revive(NULL, &made), "not a plain file");
}
END_TEST

START_TEST(a_leaving_program_leaves_nothing)
{
    reader_halt(&reader);
    refuse(revive(NULL, &made), "leaving");
}
END_TEST

/* ---- memory ---- */

START_TEST(each_allocation_of_ours_may_fail)
{
    bool failed = true;

    for (long n = 0; failed; n++) {
        int rc;

        scarce_from(n);
        rc = revive(NULL, &made);
        failed = scarce_end();
        ck_assert_uint_eq(files(), rc == LLMREG_OK ? 1 : 0);
        revive_drop(to);
    }
}
END_TEST

/* One in STRIDE, as there are thousands. */
START_TEST(allocations_of_sqlite_may_fail)
{
    const long stride = 41;
    bool failed = true;
    int rc = LLMREG_OK;

    for (long n = 0; failed; n += stride) {
        scarce_sqlite_from(n);
        rc = revive(NULL, &made);
        failed = scarce_sqlite_end();
        ck_assert_uint_eq(files(), rc == LLMREG_OK ? 1 : 0);
        revive_drop(to);
    }
    ck_assert_int_eq(rc, LLMREG_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("revive");
    TCase *tc = tcase_create("revive");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, what_was_in_the_backup_can_be_used);
    tcase_add_test(tc, the_backup_stays_as_it_is);
    tcase_add_test(tc, one_that_was_left_there_is_replaced);
    tcase_add_test(tc, without_a_manifest_the_file_speaks_for_itself);
    tcase_add_loop_test(tc, one_of_an_older_version_is_migrated, 1,
                        SCHEMA_VERSION);
    tcase_add_test(tc, one_of_a_newer_version_is_refused);
    tcase_add_test(tc, one_of_another_hub_is_refused);
    tcase_add_test(tc, one_that_was_cut_is_refused);
    tcase_add_test(tc, every_flipped_byte_is_refused);
    tcase_add_test(tc, what_is_no_plain_file_is_refused);
    tcase_add_test(tc, a_leaving_program_leaves_nothing);
    tcase_add_test(tc, each_allocation_of_ours_may_fail);
    tcase_add_test(tc, allocations_of_sqlite_may_fail);
    tcase_set_timeout(tc, 120);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
