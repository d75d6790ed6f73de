/* SPDX-License-Identifier: MIT */
/* test_file_check.c - rows that are not what was written are found, and the
 * table is named; and every single bit of a file that was flipped.
 *
 * A flip that nothing found must be one that changed nothing: each row reads
 * as before.  LLMREG_TEST_FLIPS says how many
 * are tried.
 */
#include "common/store/care/check.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/damage.h"
#include "tests/support/writing.h"

static struct writing w;
static struct check_report report;
static struct llmreg_error err;
static char path[256];

/* A store with some of everything that is quickly made. */
static void setup(void)
{
    writing_open(&w);
    snprintf(path, sizeof path, "%s",
             room_path(&w.room, "registry/registry.db"));
    writing_start(&w);
    for (int i = 0; i < 40; i++) {
        char name[16];

        snprintf(name, sizeof name, "gpu%d", i);
        room_add(&w.room, name);
        room_models(&w.room, name, "llama3:8b,mistral:7b,phi3:mini");
        room_observe(&w.room, name, LLMREG_REASON_OK);
    }
    writing_sync(&w);
    writing_end(&w);
}

static void teardown(void)
{
    writing_close(&w);
}

static int check(enum check_depth depth)
{
    sqlite3 *db = NULL;
    int rc;

    ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    rc = check_run(db, depth, &report, &err);
    sqlite3_close(db);
    return rc;
}

/* Behind the back of the checksums. */
static void change(const char *sql)
{
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s",
                  sqlite3_errmsg(db));
    sqlite3_close(db);
}

START_TEST(a_file_as_it_was_written_is_sound)
{
    ck_assert_msg(check(CHECK_FULL) == LLMREG_OK, "%s", err.text);
    ck_assert_int_eq(report.table[TABLE_ENDPOINT].rows, 40);
    ck_assert_int_eq(report.table[TABLE_MODEL].rows, 120);
    ck_assert_int_gt(report.table[TABLE_EVENT].rows, 40);
    ck_assert_uint_eq(report.damaged, 0);
    ck_assert_str_eq(report.what, "");
}
END_TEST

static const struct {
    const char *sql;
    enum table table;
    int bad;
    const char *says;
} changes[] = {
    {"UPDATE endpoint SET priority = 51 WHERE name = 'gpu7'", TABLE_ENDPOINT, 1,
     "gpu7:11434"},
    {"UPDATE health SET detail = 'x' WHERE endpoint = 'gpu7:11434'",
     TABLE_HEALTH, 1, "health"},
    {"UPDATE model SET size_bytes = NULL WHERE name = 'phi3:mini'", TABLE_MODEL,
     40, "model"},
    {"UPDATE event SET entity = 'host' WHERE seq = (SELECT max(seq) FROM"
     " event)",
     TABLE_EVENT, 1, "event"},
    {"UPDATE meta SET value = 'a' WHERE key = 'hub_id'", TABLE_META, 1,
     "hub_id"},
    {"DELETE FROM endpoint WHERE name = 'gpu3'", TABLE_ENDPOINT, 0,
     "39 rows that do not add up to the 40"},
    {"DELETE FROM model WHERE endpoint = 'gpu3:11434'", TABLE_MODEL, 0,
     "117 rows"},
    {"INSERT INTO label SELECT id, 99, 'a', 'b', 0 FROM endpoint LIMIT 1",
     TABLE_LABEL, 1, "label"},
    {"UPDATE digest SET rows = 3 WHERE name = 'token'", TABLE_TOKEN, 0,
     "token"},
    {"DROP TABLE report", TABLE_REPORT, 0, "report"},
    {"ALTER TABLE alert RENAME COLUMN crc TO sum", TABLE_ALERT, 0, "alert"},
};

START_TEST(a_change_behind_the_back_is_found)
{
    change(changes[_i].sql);
    ck_assert_int_eq(check(CHECK_QUICK), LLMREG_ECORRUPT);
    ck_assert(report.table[changes[_i].table].damaged);
    ck_assert_int_eq(report.bad, changes[_i].bad);
    ck_assert_int_ge(report.damaged, 1);
    ck_assert_msg(strstr(err.text, changes[_i].says) != NULL, "%s", err.text);
}
END_TEST

/* An older row with its own, right checksum. */
START_TEST(a_row_from_the_past_is_found)
{
    change("CREATE TABLE past AS SELECT * FROM health");
    change("DROP TABLE past");
    ck_assert_int_eq(check(CHECK_QUICK), LLMREG_OK);
    change("PRAGMA foreign_keys = OFF; INSERT OR REPLACE INTO health SELECT"
           " h.endpoint, h.state, h.reason, h.alarm, h.http_status, h.failures,"
           " h.successes, h.since_ms, h.failing_ms, h.checked_ms, h.ok_ms,"
           " h.total_us, h.connect_us, h.ttfb_us, h.prior, h.prior_since_ms,"
           " h.version, h.detail, 7 FROM health AS h LIMIT 1");
    ck_assert_int_eq(check(CHECK_QUICK), LLMREG_ECORRUPT);
}
END_TEST

START_TEST(a_table_too_many_is_found)
{
    change("CREATE TABLE more (x INTEGER PRIMARY KEY, crc INTEGER) STRICT");
    ck_assert_int_eq(check(CHECK_QUICK), LLMREG_ECORRUPT);
    ck_assert(report.pages);
}
END_TEST

START_TEST(what_is_loaded_was_looked_at_first)
{
    change("UPDATE endpoint SET priority = 51 WHERE name = 'gpu7'");
    room_restart(&w.room);
    writing_start(&w);
    ck_assert(room_logged(&w.room, "gpu7:11434"));
    ck_assert_uint_ge(
        room_count_files(&w.room, "registry", "registry.db.corrupt-"), 1);
    /* All but the one that is not what was written. */
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 39);
}
END_TEST

/* ---- flips ---- */

static bool finds(enum check_depth depth)
{
    sqlite3 *db = NULL;
    bool sound;

    ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    memset(&report, 0, sizeof report);
    if (depth == CHECK_QUICK)
        sound = check_pages(db, depth, &report) == SQLITE_OK && !report.pages;
    else
        sound = check_run(db, depth, &report, &err) == LLMREG_OK;
    sqlite3_close(db);
    return !sound;
}

START_TEST(every_flipped_bit_of_live_data_is_found)
{
    const uint64_t before = damage_read(path);
    const int flips = damage_flips(300);
    int live = 0, by_pages = 0, found = 0;

    srand(1);
    for (int i = 0; i < flips; i++) {
        const off_t bit = damage_choose_bit(path);

        damage_flip(path, bit);
        if (damage_read(path) != before)
            live++;
        by_pages += finds(CHECK_QUICK);
        if (finds(CHECK_FULL))
            found++;
        else
            ck_assert_msg(damage_read(path) == before, "bit %lld of byte %lld",
                          (long long)bit % 8, (long long)bit / 8);
        damage_flip(path, bit);
    }
    printf("%d flips: %d in live data; found by quick_check %d, by all %d\n",
           flips, live, by_pages, found);
    ck_assert_int_ge(found, live);
    ck_assert_int_gt(found, 2 * by_pages);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("file_check");
    TCase *tc = tcase_create("file_check");
    const int n = sizeof changes / sizeof changes[0];

    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_file_as_it_was_written_is_sound);
    tcase_add_loop_test(tc, a_change_behind_the_back_is_found, 0, n);
    tcase_add_test(tc, a_row_from_the_past_is_found);
    tcase_add_test(tc, a_table_too_many_is_found);
    tcase_add_test(tc, what_is_loaded_was_looked_at_first);
    tcase_add_test(tc, every_flipped_bit_of_live_data_is_found);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
