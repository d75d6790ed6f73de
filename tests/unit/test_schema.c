/* SPDX-License-Identifier: MIT */
/* test_schema.c - every step can be taken, and the tables keep the rules. */
#include "common/store/schema.h"

#include <check.h>
#include <stdlib.h>

static sqlite3 *db;

static void setup(void)
{
    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    for (int v = 1; v <= SCHEMA_VERSION; v++)
        ck_assert_int_eq(sqlite3_exec(db, schema_step(v), NULL, NULL, NULL),
                         SQLITE_OK);
}

static void teardown(void)
{
    sqlite3_close(db);
}

static int ask(const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int n = -1;

    ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        n = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

START_TEST(the_last_step_ends_at_this_version)
{
    ck_assert_int_eq(ask("PRAGMA user_version"), SCHEMA_VERSION);
    ck_assert_int_eq(ask("PRAGMA application_id"), SCHEMA_APPLICATION_ID);
}
END_TEST

START_TEST(every_table_is_strict_and_without_rowid)
{
    ck_assert_int_eq(ask("SELECT count(*) FROM pragma_table_list WHERE schema"
                         " = 'main' AND name NOT LIKE 'sqlite_%'"
                         " AND NOT (strict AND wr)"),
                     0);
    ck_assert_int_eq(ask("SELECT count(*) FROM pragma_table_list WHERE schema"
                         " = 'main' AND name NOT LIKE 'sqlite_%'"),
                     19);
}
END_TEST

START_TEST(there_is_no_second_index_to_get_out_of_step)
{
    ck_assert_int_eq(ask("SELECT count(*) FROM sqlite_schema WHERE type ="
                         " 'index'"),
                     0);
}
END_TEST

START_TEST(words_do_not_fit_where_numbers_belong)
{
    ck_assert_int_eq(sqlite3_exec(db,
                                  "INSERT INTO event VALUES ('x', 0, '',"
                                  " '', '', '', '', '', 0, 0, '', 0)",
                                  NULL, NULL, NULL),
                     SQLITE_CONSTRAINT);
}
END_TEST

START_TEST(every_table_has_a_checksum)
{
    ck_assert_int_eq(ask("SELECT count(*) FROM pragma_table_list AS t JOIN"
                         " pragma_table_info(t.name) AS c WHERE t.schema ="
                         " 'main' AND c.name = 'crc'"),
                     19);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schema");
    TCase *tc = tcase_create("schema");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_last_step_ends_at_this_version);
    tcase_add_test(tc, every_table_is_strict_and_without_rowid);
    tcase_add_test(tc, there_is_no_second_index_to_get_out_of_step);
    tcase_add_test(tc, words_do_not_fit_where_numbers_belong);
    tcase_add_test(tc, every_table_has_a_checksum);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
