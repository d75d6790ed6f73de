/* SPDX-License-Identifier: MIT */
/* test_measure.c - figures are those of the file, the disk and the vault. */
#include "common/store/care/measure.h"

#include <check.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "common/store/files.h"
#include "tests/support/writing.h"

#define GROW                                                                   \
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"           \
    " LIMIT 5000) INSERT INTO heartbeat SELECT i, 'a', '', '', NULL,"          \
    " '', printf('%.200c', 'x'), 0 FROM n"
#define HOUR_NS (3600 * LLMREG_NS_PER_S)

static struct writing w;
static struct vault *vault;
static struct measure *measure;
static struct chore chore;
static struct reader reader;
static struct llmreg_store_health health;
static bool no_inodes, no_disk;

int __real_statvfs(const char *path, struct statvfs *out);
int __wrap_statvfs(const char *path, struct statvfs *out);

/* A disk of 100 GiB of which 70 are free, 60 of these for us. */
int __wrap_statvfs(const char *path, struct statvfs *out)
{
    int rc = __real_statvfs(path, out);

    out->f_frsize = 4096;
    out->f_blocks = 100 << 18;
    out->f_bfree = 70 << 18;
    out->f_bavail = 60 << 18;
    out->f_files = no_inodes ? 0 : 1000;
    out->f_favail = no_inodes ? 0 : 400;
    return no_disk ? -1 : rc;
}

static void setup(void)
{
    char path[FILES_PATH_SIZE];

    writing_make(&w);
    w.room.small = true;
    room_start(&w.room);
    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_models(&w.room, "gpu1", "a:latest,b:latest");
    writing_sync(&w);
    const struct store_world world = writing_world(&w);
    files_path(path, w.config.dir, STORE_FILE);
    ck_assert_int_eq(reader_init(&reader), LLMREG_OK);
    ck_assert_int_eq(vault_new(&vault, &w.config, path, &world), LLMREG_OK);
    const struct measure_conf conf = {writer_care(w.writer), vault, path,
                                      &w.room.clock};
    ck_assert_int_eq(measure_new(&measure, &conf), LLMREG_OK);
    chore = measure_chore(measure);
}

static void teardown(void)
{
    measure_free(measure);
    vault_free(vault);
    reader_fini(&reader);
    writing_close(&w);
}

static void run(void)
{
    ck_assert_int_le(chore.due_ns(chore.ctx, &w.room.now), w.room.now.mono_ns);
    chore.run(chore.ctx, &reader, &w.room.now);
    care_get(writer_care(w.writer), w.room.now.wall_ms, &health);
}

/* Beside the writer. */
static void change(const char *sql)
{
    sqlite3 *db = NULL;

    ck_assert_int_eq(
        sqlite3_open(room_path(&w.room, "registry/registry.db"), &db),
        SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static const struct llmreg_store_table *table(const char *name)
{
    for (size_t i = 0; i < health.ntables; i++)
        if (strcmp(health.tables[i].name, name) == 0)
            return &health.tables[i];
    ck_abort_msg("no table %s", name);
    return NULL;
}

START_TEST(the_file_is_as_large_as_sqlite_says)
{
    run();
    ck_assert_int_eq(health.measured_ms, w.room.now.wall_ms);
    ck_assert_int_eq(health.bytes, writing_ask(&w, "PRAGMA page_count") * 4096);
    ck_assert_int_eq(health.free_bytes,
                     writing_ask(&w, "PRAGMA freelist_count") * 4096);
    ck_assert_int_gt(health.log_bytes, 0);
    ck_assert_int_eq(chore.due_ns(chore.ctx, &w.room.now),
                     w.room.now.mono_ns + 60 * LLMREG_NS_PER_S);
}
END_TEST

START_TEST(free_pages_are_fragmentation)
{
    change(GROW);
    change("DELETE FROM heartbeat");
    run();
    ck_assert_double_gt(health.fragmentation, 0.8);
    ck_assert_double_eq_tol(health.fragmentation,
                            (double)health.free_bytes / (double)health.bytes,
                            1e-9);
    ck_assert_uint_ne(health.reasons & LLMREG_STORE_FRAGMENTED, 0);
    ck_assert_int_eq(table("heartbeat")->bytes, 4096);
}
END_TEST

START_TEST(each_table_has_its_rows_and_bytes)
{
    run();
    ck_assert_int_eq(table("endpoint")->rows, 1);
    ck_assert_int_eq(table("model")->rows, 2);
    ck_assert_int_eq(table("token")->rows, 0);
    ck_assert_int_eq(table("model")->bytes, 4096);
    ck_assert_double_gt(table("model")->fill, 0.01);
    ck_assert_double_lt(table("model")->fill, 0.5);
}
END_TEST

START_TEST(tables_are_looked_at_more_rarely)
{
    run();
    room_add(&w.room, "gpu2");
    writing_sync(&w);
    room_pass(&w.room, 60000);
    run();
    ck_assert_int_eq(table("endpoint")->rows, 1);
    room_pass(&w.room, 540000);
    run();
    ck_assert_int_eq(table("endpoint")->rows, 2);
}
END_TEST

START_TEST(of_the_disk_counts_what_is_free_for_us)
{
    run();
    ck_assert_int_eq(health.disk.bytes, INT64_C(100) << 30);
    ck_assert_int_eq(health.disk.free, INT64_C(60) << 30);
    ck_assert_int_eq(health.disk.inodes, 1000);
    ck_assert_int_eq(health.disk.ifree, 400);
    ck_assert(isnan(health.disk.days_to_full));
    no_inodes = true;
    room_pass(&w.room, 60000);
    run();
    ck_assert_int_eq(health.disk.inodes, -1);
    no_disk = true;
    room_pass(&w.room, 60000);
    run();
    ck_assert_int_eq(health.disk.bytes, -1);
    ck_assert_uint_eq(health.reasons & LLMREG_STORE_DISK_FULL, 0);
}
END_TEST

START_TEST(a_disk_lasts_as_long_as_it_grows)
{
    run();
    change(GROW);
    room_pass(&w.room, 3600000);
    run();
    ck_assert_double_gt(health.growth, 0);
    ck_assert_double_eq_tol(health.disk.days_to_full,
                            (double)health.disk.free / health.growth, 1e-6);
}
END_TEST

START_TEST(the_last_backup_is_the_vaults)
{
    const struct chore backup = vault_chore(vault);
    char id[LLMREG_BACKUP_ID_SIZE];

    backup.run(backup.ctx, &reader, &w.room.now);
    run();
    ck_assert_int_eq(health.backup.good_ms, 0);
    ck_assert_uint_eq(health.reasons, LLMREG_STORE_STALE_BACKUP);
    ck_assert_int_eq(vault_request(vault, LLMREG_BACKUP_REQUEST, id),
                     LLMREG_OK);
    backup.run(backup.ctx, &reader, &w.room.now);
    run(); /* at once */
    ck_assert_int_gt(health.backup.good_ms, 0);
    ck_assert(!health.backup.failed);
    ck_assert_uint_eq(health.reasons, 0);
}
END_TEST

/* ---- growth ---- */

START_TEST(growth_is_unknown_for_an_hour)
{
    struct measure_growth g = {.count = 0};

    ck_assert(isnan(measure_grow(&g, 0, 1000)));
    ck_assert(isnan(measure_grow(&g, HOUR_NS - 1, 2000)));
    ck_assert_double_eq_tol(measure_grow(&g, HOUR_NS, 2000), 24000, 1e-6);
}
END_TEST

START_TEST(growth_is_that_of_the_last_day)
{
    struct measure_growth g = {.count = 0};
    double last = 0;

    for (int64_t h = 0; h < 100; h++)
        last = measure_grow(&g, h * HOUR_NS, h < 50 ? h * 1000 : 50000);
    ck_assert_double_eq_tol(last, 0, 1e-6);
    for (int64_t h = 100; h < 112; h++)
        last = measure_grow(&g, h * HOUR_NS, 50000 - (h - 99) * 10);
    ck_assert_double_eq_tol(last, -120, 1e-6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("measure");
    TCase *tc = tcase_create("measure");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_file_is_as_large_as_sqlite_says);
    tcase_add_test(tc, free_pages_are_fragmentation);
    tcase_add_test(tc, each_table_has_its_rows_and_bytes);
    tcase_add_test(tc, tables_are_looked_at_more_rarely);
    tcase_add_test(tc, of_the_disk_counts_what_is_free_for_us);
    tcase_add_test(tc, a_disk_lasts_as_long_as_it_grows);
    tcase_add_test(tc, the_last_backup_is_the_vaults);
    tcase_add_test(tc, growth_is_unknown_for_an_hour);
    tcase_add_test(tc, growth_is_that_of_the_last_day);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
