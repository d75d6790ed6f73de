/* SPDX-License-Identifier: MIT */
/* test_sums.c - the kept sums are those of a recount, whatever was done to
 * the rows.
 */
#include "common/store/care/sums.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/database.h"
#include "common/store/files.h"
#include "tests/support/room.h"

#define ROUNDS 1500
#define STEPS  12

static struct room room;
static sqlite3 *db;
static struct sums sums;
static char path[256];

static void run(const char *sql)
{
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s",
                  sqlite3_errmsg(db));
}

static void open_it(void)
{
    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    run("PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF");
    ck_assert_int_eq(sums_open(&sums, db), SQLITE_OK);
}

static void close_it(void)
{
    sums_close(&sums, db);
    sqlite3_close(db);
}

static void setup(void)
{
    struct database made;
    struct llmreg_error err;

    room_make(&room);
    snprintf(path, sizeof path, "%s/db", room.dir);
    ck_assert_int_eq(files_make_file(path, &err), LLMREG_OK);
    ck_assert_int_eq(database_open(&made, path, &err), LLMREG_OK);
    database_close(&made, true);
    open_it();
}

static void teardown(void)
{
    close_it();
    room_close(&room);
}

static void commit(void)
{
    ck_assert_int_eq(sums_write(&sums), SQLITE_OK);
    run("COMMIT");
    sums_settle(&sums);
}

static void roll_back(void)
{
    run("ROLLBACK");
    sums_forget(&sums);
}

/* Parameters: a small number, and a checksum. */
static const char *const steps[] = {
    "INSERT INTO endpoint VALUES ('e' || ?1, '', '', '', '', '', '', '', 0, 0,"
    " '', NULL, 0, 0, 0, '', NULL, NULL, NULL, ?2)"
    " ON CONFLICT (id) DO UPDATE SET name = 'again', crc = ?2",
    "INSERT OR REPLACE INTO endpoint SELECT 'e' || ?1, '', '', '', '', '', '',"
    " '', 0, 0, '', NULL, 0, 0, 0, '', NULL, NULL, NULL, ?2",
    "INSERT OR REPLACE INTO label SELECT id, ?1 % 3, '', '', ?2 FROM endpoint",
    "INSERT INTO label SELECT id, max(?1, 10), '', '', ?2 FROM endpoint"
    " WHERE id NOT IN (SELECT endpoint FROM label)",
    "UPDATE label SET value = 'new', crc = crc + ?2 WHERE place > ?1 % 3",
    "UPDATE endpoint SET name = 'more', crc = ?2 WHERE id >= 'e' || ?1",
    "INSERT OR IGNORE INTO heartbeat VALUES (?1, 'a', '', '', NULL, '', '',"
    " ?2)",
    "UPDATE OR REPLACE heartbeat SET time_ms = time_ms + 100, crc = ?2"
    " WHERE time_ms = ?1",
    "DELETE FROM heartbeat WHERE time_ms < ?1",
    "DELETE FROM endpoint WHERE id = 'e' || ?1",
    "DELETE FROM label WHERE endpoint > 'e' || ?1",
    "DELETE FROM label",
    "INSERT OR REPLACE INTO meta VALUES ('x' || ?1, ?1, ?2)",
};

static void take_step(void)
{
    const size_t at = (size_t)rand() % (sizeof steps / sizeof steps[0]);
    sqlite3_stmt *stmt = NULL;

    ck_assert_msg(sqlite3_prepare_v2(db, steps[at], -1, &stmt, NULL) ==
                      SQLITE_OK,
                  "%s: %s", steps[at], sqlite3_errmsg(db));
    if (sqlite3_bind_parameter_count(stmt) == 2) {
        sqlite3_bind_int(stmt, 1, rand() % 8);
        sqlite3_bind_int(stmt, 2, rand());
    } else if (sqlite3_bind_parameter_count(stmt) == 1) {
        sqlite3_bind_int(stmt, 1, rand() % 8);
    }
    ck_assert_msg(sqlite3_step(stmt) == SQLITE_DONE, "%s: %s", steps[at],
                  sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
}

static struct sum count_anew(enum table which)
{
    struct sum sum = {0, 0};
    sqlite3_stmt *stmt = NULL;

    ck_assert_int_eq(
        sqlite3_prepare_v2(db, table_info(which)->crcs, -1, &stmt, NULL),
        SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        sums_add(&sum, sqlite3_column_int64(stmt, 0), 1);
    sqlite3_finalize(stmt);
    return sum;
}

static void compare(const struct sum *a, const struct sum *b, const char *what)
{
    ck_assert_msg(a->rows == b->rows && a->sum == b->sum,
                  "%s: %lld rows, recounted %lld", what, (long long)a->rows,
                  (long long)b->rows);
}

static void all_sums_are_right(void)
{
    for (int i = 0; i < TABLES; i++) {
        const char *name = table_info((enum table)i)->name;
        struct sum is = count_anew((enum table)i), kept;

        compare(&sums.kept[i], &is, name);
        compare(&sums.now[i], &is, name);
        ck_assert_int_eq(sums_get(db, name, &kept), SQLITE_OK);
        compare(&kept, &is, name);
    }
}

/* A part of a transaction that is taken back. */
static void take_steps_back(void)
{
    struct sum before[TABLES];

    memcpy(before, sums.now, sizeof before);
    run("SAVEPOINT part");
    for (int i = rand() % STEPS; i > 0; i--)
        take_step();
    run("ROLLBACK TO part; RELEASE part");
    memcpy(sums.now, before, sizeof before);
}

static void take_steps(void)
{
    run("BEGIN");
    for (int i = rand() % STEPS; i > 0; i--) {
        if (rand() % 10 == 0)
            take_steps_back();
        take_step();
    }
}

START_TEST(what_is_kept_is_what_a_recount_finds)
{
    srand(1);
    for (int i = 0; i < ROUNDS; i++) {
        take_steps();
        switch (rand() % 8) {
        case 0:
            roll_back();
            break;
        case 1: /* the process ends */
            close_it();
            open_it();
            break;
        default:
            commit();
        }
        all_sums_are_right();
    }
    ck_assert_int_gt(sums.kept[TABLE_HEARTBEAT].rows, 0);
}
END_TEST

START_TEST(a_copy_has_the_same_sums)
{
    char copy[300];
    struct sum is;

    for (int i = 0; i < 20; i++) {
        take_steps();
        commit();
    }
    snprintf(copy, sizeof copy, "VACUUM INTO '%s/copy'", room.dir);
    ck_assert_int_eq(sums_of_schema(db, &is), SQLITE_OK);
    run(copy);
    run("VACUUM");
    all_sums_are_right();
    close_it();
    snprintf(path, sizeof path, "%s/copy", room.dir);
    open_it();
    for (int i = 0; i < TABLES; i++) {
        struct sum kept, counted = count_anew((enum table)i);

        ck_assert_int_eq(sums_get(db, table_info((enum table)i)->name, &kept),
                         SQLITE_OK);
        compare(&kept, &counted, table_info((enum table)i)->name);
    }
    struct sum of_copy;
    ck_assert_int_eq(sums_of_schema(db, &of_copy), SQLITE_OK);
    compare(&of_copy, &is, "schema");
}
END_TEST

START_TEST(a_row_of_the_sums_that_changed_is_damage)
{
    struct sum kept;

    run("UPDATE digest SET rows = rows + 1 WHERE name = 'event'");
    ck_assert_int_eq(sums_get(db, "event", &kept), SQLITE_CORRUPT);
    run("DELETE FROM digest WHERE name = 'model'");
    ck_assert_int_eq(sums_get(db, "model", &kept), SQLITE_CORRUPT);
    ck_assert_int_eq(sums_get(db, "label", &kept), SQLITE_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sums");
    TCase *tc = tcase_create("sums");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, what_is_kept_is_what_a_recount_finds);
    tcase_add_test(tc, a_copy_has_the_same_sums);
    tcase_add_test(tc, a_row_of_the_sums_that_changed_is_damage);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
