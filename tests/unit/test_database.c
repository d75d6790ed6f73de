/* SPDX-License-Identifier: MIT */
/* test_database.c - what is opened, what is refused, and that a refused file
 * is left as it was.
 */
#include "common/store/database.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/files.h"
#include "common/store/rows/rows.h"
#include "common/store/schema.h"
#include "tests/support/room.h"

static struct room room;
static struct database db;
static struct llmreg_error err;
static char path[256];

static void setup(void)
{
    room_open(&room);
    snprintf(path, sizeof path, "%s/db", room.dir);
    err.text[0] = '\0';
}

static void teardown(void)
{
    database_close(&db, true);
    room_close(&room);
}

static int open_it(void)
{
    ck_assert_int_eq(files_make_file(path, &err), LLMREG_OK);
    return database_open(&db, path, &err);
}

static int64_t ask(const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int64_t n = -1;

    ck_assert_int_eq(sqlite3_prepare_v2(db.handle, sql, -1, &stmt, NULL),
                     SQLITE_OK);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

static void change_file(const char *sql)
{
    sqlite3 *other = NULL;

    ck_assert_int_eq(sqlite3_open(path, &other), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(other, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
}

static void damage(long offset, int byte, size_t n)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(pwrite(fd, &byte, 1, offset + (long)i), 1);
    close(fd);
}

static off_t size_of_file(void)
{
    struct stat st;

    ck_assert_int_eq(stat(path, &st), 0);
    return st.st_size;
}

static void put_answer(void)
{
    ck_assert_int_eq(database_begin(&db, true, &err), LLMREG_OK);
    ck_assert_int_eq(rows_put_number(&db, "answer", 42, &err), LLMREG_OK);
    ck_assert_int_eq(database_commit(&db, &err), LLMREG_OK);
}

START_TEST(a_new_file_gets_its_modes)
{
    static const struct {
        const char *sql;
        int64_t value;
    } modes[] = {
        {"PRAGMA application_id", SCHEMA_APPLICATION_ID},
        {"PRAGMA user_version", SCHEMA_VERSION},
        {"PRAGMA auto_vacuum", 2},
        {"PRAGMA synchronous", 2},
        {"PRAGMA wal_autocheckpoint", 0},
        {"PRAGMA foreign_keys", 1},
        {"PRAGMA trusted_schema", 0},
        {"PRAGMA cell_size_check", 1},
        {"PRAGMA secure_delete", 2},
        {"PRAGMA temp_store", 2},
        {"PRAGMA mmap_size", 0},
        {"PRAGMA journal_size_limit", 67108864},
    };

    ck_assert_int_eq(open_it(), LLMREG_OK);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        ck_assert_msg(ask(modes[i].sql) == modes[i].value, "%s", modes[i].sql);
    ck_assert_int_eq(
        ask("SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
}
END_TEST

START_TEST(a_file_is_opened_again_with_what_is_in_it)
{
    int64_t n = 0;

    ck_assert_int_eq(open_it(), LLMREG_OK);
    put_answer();
    database_close(&db, true);
    ck_assert_int_eq(open_it(), LLMREG_OK);
    ck_assert_int_eq(rows_get_number(&db, "answer", &n, &err), LLMREG_OK);
    ck_assert_int_eq(n, 42);
    ck_assert_int_eq(ask("PRAGMA auto_vacuum"), 2);
}
END_TEST

START_TEST(a_store_has_an_id_of_its_own)
{
    ck_assert_int_eq(open_it(), LLMREG_OK);
    ck_assert_int_eq(ask("SELECT length(value) FROM meta WHERE key = 'hub_id'"),
                     32);
}
END_TEST

START_TEST(what_died_before_its_first_table_is_finished)
{
    change_file("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL");
    ck_assert_int_gt(size_of_file(), 0);
    ck_assert_int_eq(open_it(), LLMREG_OK);
    ck_assert_int_eq(ask("PRAGMA auto_vacuum"), 2);
    ck_assert_int_eq(ask("PRAGMA user_version"), SCHEMA_VERSION);
}
END_TEST

START_TEST(text_is_not_a_database)
{
    room_write_file(&room, "db", "a shopping list, long enough to be read");
    ck_assert_int_eq(open_it(), LLMREG_ECORRUPT);
    ck_assert_ptr_nonnull(strstr(err.text, "not a database"));
    ck_assert(!database_is_open(&db));
    ck_assert_int_eq(size_of_file(), 39);
}
END_TEST

START_TEST(the_database_of_another_program_is_refused)
{
    change_file("CREATE TABLE recipes (x)");
    ck_assert_int_eq(open_it(), LLMREG_ECORRUPT);
    ck_assert_ptr_nonnull(strstr(err.text, "not one of llmreg"));
}
END_TEST

START_TEST(a_newer_schema_is_refused_and_not_touched)
{
    ck_assert_int_eq(open_it(), LLMREG_OK);
    database_close(&db, true);
    change_file("PRAGMA user_version = 99; PRAGMA journal_mode = DELETE");
    off_t size = size_of_file();
    ck_assert_int_eq(open_it(), LLMREG_EVERSION);
    ck_assert_ptr_nonnull(strstr(err.text, "version 99, this one knows up to"));
    ck_assert_int_eq(size_of_file(), size);
    char wal[300];
    snprintf(wal, sizeof wal, "%s-wal", path);
    ck_assert_int_ne(access(wal, F_OK), 0);
}
END_TEST

START_TEST(a_damaged_page_is_found_when_opening)
{
    ck_assert_int_eq(open_it(), LLMREG_OK);
    database_close(&db, true);
    damage(3 * 4096, 0xff, 4096);
    ck_assert_int_eq(open_it(), LLMREG_ECORRUPT);
    ck_assert(!database_is_open(&db));
}
END_TEST

START_TEST(a_file_cut_short_is_found_when_opening)
{
    ck_assert_int_eq(open_it(), LLMREG_OK);
    database_close(&db, true);
    ck_assert_int_eq(truncate(path, 5 * 1024), 0);
    ck_assert_int_eq(open_it(), LLMREG_ECORRUPT);
}
END_TEST

START_TEST(a_missing_table_is_found_when_opening)
{
    ck_assert_int_eq(open_it(), LLMREG_OK);
    database_close(&db, true);
    change_file("DROP TABLE model");
    ck_assert_int_eq(open_it(), LLMREG_ECORRUPT);
    ck_assert_ptr_nonnull(strstr(err.text, "model"));
}
END_TEST

START_TEST(durable_and_lazy_differ_in_synchronous_alone)
{
    ck_assert_int_eq(open_it(), LLMREG_OK);
    ck_assert_int_eq(database_begin(&db, false, &err), LLMREG_OK);
    ck_assert_int_eq(ask("PRAGMA synchronous"), 1);
    ck_assert_int_eq(database_commit(&db, &err), LLMREG_OK);
    ck_assert_int_eq(database_begin(&db, true, &err), LLMREG_OK);
    ck_assert_int_eq(ask("PRAGMA synchronous"), 2);
    ck_assert_int_eq(database_commit(&db, &err), LLMREG_OK);
}
END_TEST

START_TEST(a_full_file_is_no_space_and_can_be_rolled_back)
{
    int rc = LLMREG_OK;
    char key[32];

    ck_assert_int_eq(open_it(), LLMREG_OK);
    (void)ask("PRAGMA max_page_count = 12");
    ck_assert_int_eq(database_begin(&db, true, &err), LLMREG_OK);
    for (int i = 0; i < 10000 && rc == LLMREG_OK; i++) {
        snprintf(key, sizeof key, "filler %d", i);
        rc = rows_put_number(&db, key, i, &err);
    }
    ck_assert_int_eq(rc, LLMREG_ENOSPACE);
    ck_assert_ptr_nonnull(strstr(err.text, "full"));
    ck_assert_ptr_nonnull(strstr(err.text, path));
    database_rollback(&db);
    ck_assert_int_eq(ask("SELECT count(*) FROM meta"), 3);
}
END_TEST

START_TEST(an_unlinked_file_has_moved)
{
    ck_assert_int_eq(open_it(), LLMREG_OK);
    ck_assert(!database_has_moved(&db));
    ck_assert_int_eq(unlink(path), 0);
    ck_assert(database_has_moved(&db));
}
END_TEST

START_TEST(the_length_of_the_log_is_known_and_a_checkpoint_empties_it)
{
    ck_assert_int_eq(open_it(), LLMREG_OK);
    put_answer();
    ck_assert_int_gt(db.wal_pages, 0);
    ck_assert_int_eq(database_checkpoint(&db, &err), LLMREG_OK);
    ck_assert_int_eq(db.wal_pages, 0);
    off_t size = size_of_file();
    ck_assert_int_gt(size, 4096);
}
END_TEST

START_TEST(a_reader_of_others_does_not_stop_a_checkpoint)
{
    sqlite3 *reader = NULL;

    ck_assert_int_eq(open_it(), LLMREG_OK);
    ck_assert_int_eq(sqlite3_open(path, &reader), SQLITE_OK);
    ck_assert_int_eq(
        sqlite3_exec(reader, "BEGIN; SELECT * FROM meta", NULL, NULL, NULL),
        SQLITE_OK);
    put_answer();
    ck_assert_int_eq(database_checkpoint(&db, &err), LLMREG_OK);
    sqlite3_close(reader);
}
END_TEST

START_TEST(closing_unsound_leaves_the_log_to_the_next_one)
{
    char wal[300];
    int64_t n = 0;

    ck_assert_int_eq(open_it(), LLMREG_OK);
    put_answer();
    database_close(&db, false);
    snprintf(wal, sizeof wal, "%s-wal", path);
    ck_assert_int_eq(access(wal, F_OK), 0);
    ck_assert_int_eq(open_it(), LLMREG_OK);
    ck_assert_int_eq(rows_get_number(&db, "answer", &n, &err), LLMREG_OK);
    ck_assert_int_eq(n, 42);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("database");
    TCase *tc = tcase_create("database");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_new_file_gets_its_modes);
    tcase_add_test(tc, a_file_is_opened_again_with_what_is_in_it);
    tcase_add_test(tc, a_store_has_an_id_of_its_own);
    tcase_add_test(tc, what_died_before_its_first_table_is_finished);
    tcase_add_test(tc, text_is_not_a_database);
    tcase_add_test(tc, the_database_of_another_program_is_refused);
    tcase_add_test(tc, a_newer_schema_is_refused_and_not_touched);
    tcase_add_test(tc, a_damaged_page_is_found_when_opening);
    tcase_add_test(tc, a_file_cut_short_is_found_when_opening);
    tcase_add_test(tc, a_missing_table_is_found_when_opening);
    tcase_add_test(tc, durable_and_lazy_differ_in_synchronous_alone);
    tcase_add_test(tc, a_full_file_is_no_space_and_can_be_rolled_back);
    tcase_add_test(tc, an_unlinked_file_has_moved);
    tcase_add_test(tc,
                   the_length_of_the_log_is_known_and_a_checkpoint_empties_it);
    tcase_add_test(tc, a_reader_of_others_does_not_stop_a_checkpoint);
    tcase_add_test(tc, closing_unsound_leaves_the_log_to_the_next_one);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
