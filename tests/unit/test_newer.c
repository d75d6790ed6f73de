/* SPDX-License-Identifier: MIT */
/* test_newer.c - the file of a newer llmreg: what is known of it is taken, and
 * not one byte of it is changed. */
#include "common/store/newer.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <llmreg/alerts.h>
#include <llmreg/hosts.h>

#include "common/store/care/seal.h"
#include "common/store/care/sums.h"
#include "common/store/schema.h"
#include "tests/support/story.h"
#include "tests/support/writing.h"

#define FILE_MAX 1000000

static struct writing w;
static char story[STORY_TEXT];
static char before[FILE_MAX];
static size_t length;

static size_t read_file(const char *name, char out[static FILE_MAX])
{
    FILE *f = fopen(room_path(&w.room, name), "re");
    size_t n = 0;

    if (f != NULL) {
        n = fread(out, 1, FILE_MAX, f);
        fclose(f);
    }
    ck_assert_uint_lt(n, FILE_MAX);
    return n;
}

/* A file with the whole story in it, as a newer one leaves it. */
static void leave(const char *changes)
{
    writing_open(&w);
    writing_start(&w);
    for (int i = 0; i < STORY_STEPS; i++)
        story_step(&w.room, i);
    writing_sync(&w);
    story_describe(&w.room, story);
    writing_end(&w);
    writing_change_file(&w, "PRAGMA user_version = 77;"
                            "CREATE TABLE future (x);");
    writing_change_file(&w, changes);
    length = read_file("registry/registry.db", before);
    room_restart(&w.room);
}

static void expect_untouched(void)
{
    static char after[FILE_MAX];

    ck_assert_uint_eq(read_file("registry/registry.db", after), length);
    ck_assert_mem_eq(after, before, length);
    ck_assert_uint_eq(read_file("registry/registry.db-wal", after), 0);
}

static struct standing_word word(void)
{
    struct standing_word said;

    standing_get(writer_standing(w.writer), &said);
    return said;
}

static void expect_story(void)
{
    char there[STORY_TEXT];

    story_describe(&w.room, there);
    ck_assert_str_eq(there, story);
}

/* Both versions, and what to do. */
static void expect_refusal(void)
{
    char versions[80];

    snprintf(versions, sizeof versions,
             "its schema is version 77, this one knows up to %d",
             SCHEMA_VERSION);
    ck_assert(!writer_works(w.writer));
    ck_assert_int_eq(word().status, LLMREG_EVERSION);
    ck_assert_ptr_nonnull(strstr(word().what.text, versions));
    ck_assert_ptr_nonnull(strstr(word().what.text, "install the newer"));
    ck_assert_ptr_nonnull(strstr(word().what.text, ".version-N"));
}

START_TEST(what_is_known_of_it_is_there)
{
    leave("");
    writing_start(&w);
    expect_refusal();
    expect_story();
    writing_close(&w);
}
END_TEST

START_TEST(nothing_in_it_is_changed)
{
    leave("");
    writing_start(&w);
    for (int i = 0; i < 10; i++) {
        char name[16];

        snprintf(name, sizeof name, "new%d", i);
        room_add(&w.room, name);
        room_pass(&w.room, 5000);
        writing_step(&w);
    }
    expect_refusal();
    writing_end(&w);
    expect_untouched();
    ck_assert_uint_eq(
        room_count_files(&w.room, "registry", "registry.db.corrupt"), 0);
    writing_close(&w);
}
END_TEST

START_TEST(it_is_read_once_and_not_again)
{
    struct llmreg_counts counts;

    leave("");
    writing_start(&w);
    llmreg_count(w.room.registry, &counts);
    const size_t endpoints = counts.endpoints;
    room_add(&w.room, "here");
    room_remove(&w.room, "here");
    for (int i = 0; i < 3; i++) {
        room_pass(&w.room, 5000);
        writing_step(&w);
    }
    llmreg_count(w.room.registry, &counts);
    ck_assert_uint_eq(counts.endpoints, endpoints);
    writing_close(&w);
}
END_TEST

/* The rows are as they were, and the tables are those that somebody made. */
static void rename_column(void)
{
    const char *path = room_path(&w.room, "registry/registry.db");
    sqlite3_stmt *put = NULL;
    sqlite3 *db = NULL;
    struct sum sum;

    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(
        sqlite3_exec(db, "ALTER TABLE alert RENAME COLUMN told TO heard", NULL,
                     NULL, NULL),
        SQLITE_OK);
    ck_assert_int_eq(sums_prepare(db, &put), SQLITE_OK);
    ck_assert_int_eq(sums_of_schema(db, &sum), SQLITE_OK);
    ck_assert_int_eq(sums_put(put, SEAL_SCHEMA, &sum), SQLITE_OK);
    sqlite3_finalize(put);
    sqlite3_close(db);
}

START_TEST(a_table_that_was_changed_does_not_cost_the_others)
{
    struct llmreg_counts counts;

    leave("");
    rename_column();
    writing_start(&w);
    expect_refusal();
    ck_assert(
        room_logged(&w.room, "alerts of a newer llmreg cannot be read: "));
    ck_assert(!room_logged(&w.room, "endpoints of a newer"));
    llmreg_count(w.room.registry, &counts);
    ck_assert_uint_gt(counts.endpoints, 0);
    writing_close(&w);
}
END_TEST

START_TEST(damage_in_it_is_not_believed)
{
    struct llmreg_counts counts;
    FILE *f;
    char *at;

    leave("");
    at = memmem(before, length, "http://", 7);
    ck_assert_ptr_nonnull(at);
    f = fopen(room_path(&w.room, "registry/registry.db"), "r+e");
    ck_assert_int_eq(fseek(f, at - before, SEEK_SET), 0);
    fputc('j', f);
    fclose(f);
    writing_start(&w);
    expect_refusal();
    ck_assert(room_logged(&w.room, "all of a newer llmreg cannot be read: "));
    llmreg_count(w.room.registry, &counts);
    ck_assert_uint_eq(counts.endpoints, 0);
    writing_close(&w);
}
END_TEST

/* As it is after kill -9: some of it is in the log alone. */
START_TEST(what_is_in_its_log_is_there_and_stays_there)
{
    static char log[FILE_MAX], after[FILE_MAX];
    sqlite3 *db = NULL;

    leave("PRAGMA user_version = 76");
    ck_assert_int_eq(
        sqlite3_open(room_path(&w.room, "registry/registry.db"), &db),
        SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    ck_assert_int_eq(
        sqlite3_exec(db, "PRAGMA user_version = 77", NULL, NULL, NULL),
        SQLITE_OK);
    sqlite3_close(db);
    const size_t n = read_file("registry/registry.db-wal", log);
    ck_assert_uint_gt(n, 0);
    writing_start(&w);
    expect_refusal(); /* the log says 77 */
    expect_story();
    writing_end(&w);
    ck_assert_uint_eq(read_file("registry/registry.db-wal", after), n);
    ck_assert_mem_eq(after, log, n);
    ck_assert_uint_eq(read_file("registry/registry.db", after), length);
    ck_assert_mem_eq(after, before, length);
    writing_close(&w);
}
END_TEST

START_TEST(with_the_old_file_in_its_place_it_heals)
{
    leave("");
    writing_start(&w);
    expect_refusal();
    room_add(&w.room, "new");
    writing_change_file(&w, "PRAGMA user_version = 5; DROP TABLE future;");
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    writing_sync(&w);
    ck_assert_int_eq(
        writing_ask(&w, "SELECT count(*) FROM endpoint WHERE name = 'new'"), 1);
    writing_close(&w);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("newer");
    TCase *tc = tcase_create("newer");

    tcase_add_test(tc, what_is_known_of_it_is_there);
    tcase_add_test(tc, nothing_in_it_is_changed);
    tcase_add_test(tc, it_is_read_once_and_not_again);
    tcase_add_test(tc, a_table_that_was_changed_does_not_cost_the_others);
    tcase_add_test(tc, damage_in_it_is_not_believed);
    tcase_add_test(tc, what_is_in_its_log_is_there_and_stays_there);
    tcase_add_test(tc, with_the_old_file_in_its_place_it_heals);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
