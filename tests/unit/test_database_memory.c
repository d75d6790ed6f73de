/* SPDX-License-Identifier: MIT */
/* test_database_memory.c - SQLite's allocations while a file is opened, failed
 * in turn: it is said that there is no memory and never that the file is
 * damaged, for which it would be set aside; and it is as it was.
 *
 * A new file takes 13,000 of them, each a whole opening here.  So what most of
 * them are for is tested by itself: each statement is prepared without each of
 * its own.  Of making and migrating the tables one in EVERY fails, in each run
 * others (turns.h).
 */
#include "common/store/database.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/store/files.h"
#include "common/store/schema.h"
#include "tests/support/room.h"
#include "tests/support/scarce_sqlite.h"
#include "tests/support/turns.h"

#define EVERY 256

static struct room room;
static struct database db;
static struct llmreg_error err;
static char path[256];

static void setup(void)
{
    scarce_sqlite_hook();
    room_make(&room);
    snprintf(path, sizeof path, "%s/db", room.dir);
    ck_assert_int_eq(files_make_file(path, &err), LLMREG_OK);
}

static void teardown(void)
{
    database_close(&db, false);
    room_close(&room);
}

static void change(const char *sql)
{
    sqlite3 *other = NULL;

    ck_assert_int_eq(sqlite3_open(path, &other), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(other, sql, NULL, NULL, NULL) == SQLITE_OK, "%s",
                  sqlite3_errmsg(other));
    sqlite3_close(other);
}

static void open_well(void)
{
    ck_assert_msg(database_open(&db, path, &err) == LLMREG_OK, "%s", err.text);
}

/* Opens it without allocation n.  True if that failed something. */
static bool open_without(long n)
{
    scarce_sqlite_from(n);
    const int rc = database_open(&db, path, &err);
    const bool failed = scarce_sqlite_end();
    ck_assert_msg(rc == LLMREG_OK || (rc == LLMREG_ENOMEM && failed),
                  "allocation %ld: %d, %s", n, rc, err.text);
    ck_assert(database_is_open(&db) == (rc == LLMREG_OK));
    return failed;
}

/* How many allocations the statement takes. */
static long prepare(enum db_statement which, long without)
{
    sqlite3_stmt *stmt = NULL;

    scarce_sqlite_from(without);
    const int code = sqlite3_prepare_v3(db.handle, database_sql(which), -1,
                                        SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    const bool failed = scarce_sqlite_end();
    if (code != SQLITE_OK) {
        ck_assert(failed);
        ck_assert_ptr_null(stmt);
        ck_assert_msg(database_status(&db, code, "use", &err) == LLMREG_ENOMEM,
                      "allocation %ld of %s: %s", without, database_sql(which),
                      err.text);
    }
    sqlite3_finalize(stmt);
    return failed ? -1 : scarce_sqlite_asked();
}

START_TEST(no_statement_looks_wrong_for_want_of_memory)
{
    open_well();
    for (int i = 0; i < DB_STATEMENTS; i++) {
        long n = 0;
        while (prepare(i, n) < 0)
            n++;
        ck_assert_int_gt(n, 0);
    }
}
END_TEST

/* What is asked for before the statements are prepared; they are the last. */
static long count_before_statements(void)
{
    long n = 0;

    ck_assert(!open_without(LONG_MAX));
    n = scarce_sqlite_asked();
    for (int i = 0; i < DB_STATEMENTS; i++)
        n -= prepare(i, LONG_MAX);
    database_close(&db, true);
    return n;
}

START_TEST(a_file_that_is_there_opens_or_is_as_it_was)
{
    open_well();
    database_close(&db, true);
    const long count = count_before_statements();
    ck_assert_int_gt(count, 100);
    for (long n = turns_first(1); n < count + 100; n += turns_step(1)) {
        (void)open_without(n);
        database_close(&db, false);
    }
    open_well();
}
END_TEST

/* A file of that version, with a row in it; 0: an empty one. */
static void leave(int version)
{
    static const char *const companions[] = {"", "-wal", "-shm"};
    char name[300];

    for (size_t i = 0; i < sizeof companions / sizeof companions[0]; i++) {
        snprintf(name, sizeof name, "%s%s", path, companions[i]);
        (void)remove(name);
    }
    ck_assert_int_eq(files_make_file(path, &err), LLMREG_OK);
    if (version == 0)
        return;
    change("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL");
    for (int v = 1; v <= version; v++)
        change(schema_step(v));
    change("INSERT INTO meta (key, value) VALUES ('mark', 7)");
}

static long ask(const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    long n = -1;

    ck_assert_int_eq(sqlite3_prepare_v2(db.handle, sql, -1, &stmt, NULL),
                     SQLITE_OK);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        n = (long)sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

START_TEST(a_migration_without_memory_is_made_by_the_next_opening)
{
    bool failed = true;

    for (long n = turns_first(EVERY); failed; n += turns_step(EVERY)) {
        leave(_i);
        failed = open_without(n);
        database_close(&db, false);
        open_well();
        ck_assert_int_eq(ask("PRAGMA user_version"), SCHEMA_VERSION);
        ck_assert_int_eq(ask("SELECT count(*) FROM meta WHERE key = 'mark'"),
                         _i > 0);
        database_close(&db, true);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("database_memory");
    TCase *tc = tcase_create("database_memory");

    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, no_statement_looks_wrong_for_want_of_memory);
    tcase_add_test(tc, a_file_that_is_there_opens_or_is_as_it_was);
    tcase_add_loop_test(tc,
                        a_migration_without_memory_is_made_by_the_next_opening,
                        0, SCHEMA_VERSION);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
