/* SPDX-License-Identifier: MIT */
/* test_migration_files.c - stores that released versions wrote
 * (tests/data/store) become stores of this version, with all that is in them,
 * wherever the process dies meanwhile. */
#include "common/store/database.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/store/care/check.h"
#include "common/store/schema.h"
#include "tests/support/disk/disk.h"
#include "tests/support/room.h"
#include "tests/support/turns.h"

#define RELEASED 4 /* versions 1 to this one are in files */

static struct room room;
static struct llmreg_error err;

/* ---- files ---- */

static sqlite3 *connect_to(const char *name)
{
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(room_path(&room, name), &db), SQLITE_OK);
    return db;
}

static void run(sqlite3 *db, const char *sql)
{
    ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, "%s",
                  sqlite3_errmsg(db));
}

static char *read_text(int version)
{
    static char text[65536];
    char path[512];

    snprintf(path, sizeof path, "%s/version-%d.sql", STORE_DATA, version);
    FILE *f = fopen(path, "re");
    ck_assert_msg(f != NULL, "%s", path);
    const size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    ck_assert_uint_lt(n, sizeof text - 1);
    text[n] = '\0';
    return text;
}

static void make(const char *name, int version)
{
    sqlite3 *db = connect_to(name);

    run(db, "PRAGMA synchronous = OFF");
    run(db, read_text(version));
    run(db, "PRAGMA journal_mode = WAL");
    sqlite3_close(db);
}

/* The first column of the first row; static until the next. */
static const char *ask(sqlite3 *db, const char *sql)
{
    static char text[16384];
    sqlite3_stmt *stmt = NULL;

    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK,
                  "%s: %s", sql, sqlite3_errmsg(db));
    text[0] = '\0';
    if (sqlite3_step(stmt) == SQLITE_ROW)
        snprintf(text, sizeof text, "%s", sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return text;
}

static int version_of(sqlite3 *db)
{
    return (int)strtol(ask(db, "PRAGMA user_version"), NULL, 10);
}

/* ---- comparing ---- */

/* Those that both have, but meta, whose numbers move. */
static const char both[] =
    "SELECT group_concat(n.name) FROM main.sqlite_schema AS n"
    " JOIN old.sqlite_schema AS o ON o.name = n.name AND o.type = n.type"
    " WHERE n.type = 'table' AND n.name <> 'meta'";

static void expect_rows(sqlite3 *db, const char *table)
{
    char columns[1024], sql[4096];

    snprintf(sql, sizeof sql,
             "SELECT group_concat('\"' || name || '\"') FROM"
             " pragma_table_info('%s', 'old')",
             table);
    snprintf(columns, sizeof columns, "%s", ask(db, sql));
    snprintf(sql, sizeof sql,
             "SELECT (SELECT count(*) FROM (SELECT %s FROM old.%s EXCEPT"
             " SELECT %s FROM main.%s))"
             " + abs((SELECT count(*) FROM old.%s) -"
             " (SELECT count(*) FROM main.%s))",
             columns, table, columns, table, table, table);
    ck_assert_msg(strcmp(ask(db, sql), "0") == 0, "%s: %s", table,
                  ask(db, sql));
}

/* Each row of the file called old is there, with all that it had. */
static void expect_all_of(sqlite3 *db, const char *old)
{
    char sql[256], tables[1024];
    char *next = NULL;
    int n = 0;

    snprintf(sql, sizeof sql, "ATTACH '%s' AS old", room_path(&room, old));
    run(db, sql);
    snprintf(tables, sizeof tables, "%s", ask(db, both));
    for (char *t = strtok_r(tables, ",", &next); t != NULL;
         t = strtok_r(NULL, ",", &next), n++)
        expect_rows(db, t);
    ck_assert_int_ge(n, 5);
    run(db, "DETACH old");
}

static const char all_tables[] =
    "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema"
    " ORDER BY name)";

/* They are those of its version and of no other. */
static void expect_tables(sqlite3 *db)
{
    char is[16384];
    sqlite3 *fresh = NULL;

    snprintf(is, sizeof is, "%s", ask(db, all_tables));
    ck_assert_int_eq(sqlite3_open(":memory:", &fresh), SQLITE_OK);
    for (int v = 1; v <= version_of(db); v++)
        run(fresh, schema_step(v));
    ck_assert_str_eq(is, ask(fresh, all_tables));
    sqlite3_close(fresh);
}

/* ---- opened ---- */

static void open_it(void)
{
    struct database db = {.handle = NULL};
    int rc = database_open(&db, room_path(&room, "db"), &err);

    ck_assert_msg(rc == LLMREG_OK, "%s", err.text);
    database_close(&db, true);
}

static void expect_migrated(int from)
{
    struct check_report report;
    char copy[32];
    sqlite3 *db = connect_to("db");

    ck_assert_int_eq(version_of(db), SCHEMA_VERSION);
    expect_tables(db);
    expect_all_of(db, "was");
    ck_assert_str_eq(ask(db, "PRAGMA foreign_key_check"), "");
    ck_assert_msg(check_run(db, CHECK_FULL, &report, &err) == LLMREG_OK, "%s",
                  err.text);
    sqlite3_close(db);
    snprintf(copy, sizeof copy, "db.version-%d", from);
    db = connect_to(copy);
    ck_assert_int_eq(version_of(db), from);
    expect_tables(db);
    expect_all_of(db, "was");
    sqlite3_close(db);
}

START_TEST(a_store_of_each_version_keeps_all_that_it_had)
{
    room_make(&room);
    make("db", _i);
    make("was", _i);
    open_it();
    expect_migrated(_i);
    ck_assert_uint_eq(room_count_files(&room, "", "db.version-"), 1);
    room_close(&room);
}
END_TEST

/* What only a look at the meaning shows, from that version on. */
static const struct {
    int since;
    const char *sql, *is;
} facts[] = {
    {1, "SELECT group_concat(name) FROM endpoint", "gpu0,gpu1,gpu2"},
    {1,
     "SELECT state || ' ' || reason FROM health JOIN endpoint ON id ="
     " endpoint WHERE name = 'gpu1'",
     "unreachable refused"},
    {1, "SELECT count(*) FROM model", "18"},
    {1, "SELECT value FROM label", "berlin"},
    {1,
     "SELECT count(*) FROM alert WHERE told = 'failure' AND"
     " cleared_ms IS NULL AND name = 'gpu1'",
     "1"},
    {1, "SELECT count(DISTINCT entity) > 0 FROM event", "1"},
    {3, "SELECT group_concat(value) FROM operator_label", "paris,y"},
    {3, "SELECT operator_priority FROM endpoint WHERE name = 'gpu0'", "7"},
    {3, "SELECT admin FROM endpoint WHERE name = 'gpu2'", "draining"},
    {3, "SELECT capabilities FROM agent WHERE name = 'scout'",
     "chat\ngpu=h100=2\n"},
    {3, "SELECT metadata FROM agent WHERE name = 'scout'",
     "owner\t{\"team\":\"a b\"}\nrack\t7\n"},
    {3, "SELECT presence FROM presence WHERE agent = 'agent-scout'", "online"},
    {3, "SELECT type FROM session", "hotline"},
    {3, "SELECT note FROM alert", "known"},
    {4, "SELECT agent FROM host WHERE id = 'node7'", "agent-scout"},
    {3, "SELECT metrics FROM heartbeat", "{\"load\":1.5}"},
    {4, "SELECT group_concat(name) FROM token WHERE revoked_ms IS NULL",
     "boss,grafana"},
    {4, "SELECT name FROM token WHERE revoked_ms IS NOT NULL", "gone"},
    {4, "SELECT count(*) FROM audit", "9"},
};

START_TEST(it_means_what_it_meant)
{
    room_make(&room);
    make("db", _i);
    open_it();
    sqlite3 *db = connect_to("db");
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (facts[i].since <= _i)
            ck_assert_msg(strcmp(ask(db, facts[i].sql), facts[i].is) == 0,
                          "%s: %s", facts[i].sql, ask(db, facts[i].sql));
    sqlite3_close(db);
    room_close(&room);
}
END_TEST

/* ---- killed ---- */

static int open_in_a_child(int64_t kill_at)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        struct disk *disk = disk_reset();

        disk->kill_at = kill_at;
        disk->sync_nothing = 1; /* the system lives on */
        disk_watch(room.dir);
        open_it();
        _exit(0);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

/* As it was, or some steps further; each of them whole. */
static void expect_some_version(int from)
{
    sqlite3 *db = connect_to("db");

    ck_assert_int_ge(version_of(db), from);
    expect_tables(db);
    expect_all_of(db, "was");
    ck_assert_str_eq(ask(db, "PRAGMA integrity_check"), "ok");
    sqlite3_close(db);
}

static void remove_all(void)
{
    char name[32];

    ck_assert_int_eq(unlink(room_path(&room, "db")), 0);
    for (int v = 1; v < SCHEMA_VERSION; v++) {
        snprintf(name, sizeof name, "db.version-%d", v);
        unlink(room_path(&room, name));
    }
}

/* From these it goes through each step, with rows for it. */
static const int killed[] = {1, 3};

START_TEST(a_kill_at_any_change_leaves_a_whole_version)
{
    const int from = killed[_i];
    int status = -1;
    int64_t at = 1 + turns_first(1);

    room_make(&room);
    make("was", from);
    for (; status != 0; at += turns_step(1)) {
        make("db", from);
        status = open_in_a_child(at);
        ck_assert(status == 0 || WTERMSIG(status) == SIGKILL);
        expect_some_version(from);
        open_it();
        expect_migrated(from);
        remove_all();
    }
    room_close(&room);
    ck_assert_int_gt(at, 20); /* so many there were */
    printf("version %d: killed at one in %d of %ld changes\n", from, TURNS,
           (long)(at - turns_step(1)) - 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("migration_files");
    TCase *tc = tcase_create("migration_files");

    tcase_set_timeout(tc, 120);
    tcase_add_loop_test(tc, a_store_of_each_version_keeps_all_that_it_had, 1,
                        RELEASED + 1);
    tcase_add_loop_test(tc, it_means_what_it_meant, 1, RELEASED + 1);
    tcase_add_loop_test(tc, a_kill_at_any_change_leaves_a_whole_version, 0,
                        sizeof killed / sizeof killed[0]);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
