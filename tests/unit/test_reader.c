/* SPDX-License-Identifier: MIT */
/* test_reader.c - reads while others write, changes nothing, can be halted. */
#include "common/store/reader.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/writing.h"

static struct writing w;
static struct reader reader;
static struct database db;
static struct llmreg_error err;
static int64_t answer;

static void setup(void)
{
    writing_open(&w);
    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_sync(&w);
    ck_assert_int_eq(reader_init(&reader), LLMREG_OK);
}

static void teardown(void)
{
    reader_close(&reader, &db);
    reader_fini(&reader);
    writing_close(&w);
}

static int open_file(const char *name)
{
    return reader_open(&reader, room_path(&w.room, name), &db, &err);
}

static int ask(const char *sql)
{
    return database_ask_number(&db, sql, &answer, &err);
}

START_TEST(a_reader_sees_what_is_in_the_log)
{
    ck_assert_int_eq(open_file("registry/registry.db"), LLMREG_OK);
    ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), LLMREG_OK);
    ck_assert_int_eq(answer, 1);
}
END_TEST

START_TEST(a_reader_is_in_nobodys_way)
{
    ck_assert_int_eq(open_file("registry/registry.db"), LLMREG_OK);
    ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), LLMREG_OK);
    room_add(&w.room, "gpu2");
    writing_sync(&w);
    ck_assert(writer_works(w.writer));
    ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), LLMREG_OK);
    ck_assert_int_eq(answer, 2);
}
END_TEST

START_TEST(a_reader_changes_nothing)
{
    ck_assert_int_eq(open_file("registry/registry.db"), LLMREG_OK);
    ck_assert_int_ne(ask("DELETE FROM endpoint"), LLMREG_OK);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 1);
}
END_TEST

START_TEST(the_last_one_who_closes_leaves_the_log)
{
    struct stat st;

    ck_assert_int_eq(open_file("registry/registry.db"), LLMREG_OK);
    ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), LLMREG_OK);
    writing_hide(&w); /* a fault, after which the writer closes */
    room_pass(&w.room, 60000);
    writing_step(&w);
    ck_assert(!writer_works(w.writer));
    writing_show(&w);
    reader_close(&reader, &db);
    ck_assert_int_eq(stat(room_path(&w.room, "registry/registry.db-wal"), &st),
                     0);
    ck_assert_int_gt(st.st_size, 0);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_not_made)
{
    struct stat st;

    ck_assert_int_eq(open_file("other.db"), LLMREG_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "cannot open"));
    ck_assert_int_ne(stat(room_path(&w.room, "other.db"), &st), 0);
}
END_TEST

START_TEST(no_database_at_all_says_so)
{
    room_write_file(&w.room, "other.db",
                    "this is a text, and rather a long "
                    "one for a header of a database, so "
                    "that SQLite reads all of its 100");
    ck_assert_int_eq(open_file("other.db"), LLMREG_ECORRUPT);
    ck_assert(!database_is_open(&db));
}
END_TEST

START_TEST(a_halted_reader_ends_what_runs)
{
    ck_assert_int_eq(open_file("registry/registry.db"), LLMREG_OK);
    ck_assert(!reader_is_halted(&reader));
    ck_assert_int_eq(reader_goes_on(&reader, &err), LLMREG_OK);
    reader_halt(&reader);
    ck_assert(reader_is_halted(&reader));
    ck_assert_int_eq(ask("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL"
                         " SELECT i + 1 FROM n) SELECT count(*) FROM n"),
                     LLMREG_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "interrupted"));
}
END_TEST

START_TEST(a_halted_reader_opens_nothing)
{
    reader_halt(&reader);
    ck_assert_int_eq(open_file("registry/registry.db"), LLMREG_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "leaving"));
    ck_assert(!database_is_open(&db));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reader");
    TCase *tc = tcase_create("reader");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_reader_sees_what_is_in_the_log);
    tcase_add_test(tc, a_reader_is_in_nobodys_way);
    tcase_add_test(tc, a_reader_changes_nothing);
    tcase_add_test(tc, the_last_one_who_closes_leaves_the_log);
    tcase_add_test(tc, a_file_that_is_not_there_is_not_made);
    tcase_add_test(tc, no_database_at_all_says_so);
    tcase_add_test(tc, a_halted_reader_ends_what_runs);
    tcase_add_test(tc, a_halted_reader_opens_nothing);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
