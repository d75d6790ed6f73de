/* SPDX-License-Identifier: MIT */
/* test_migration.c - a file of a released version becomes one of this version,
 * with everything in it, and a copy of it stays.
 *
 * The rows were written by that version, but for gpu5's health and the events
 * of the store and the clock.
 */
#include "common/store/copy.h"
#include "common/store/database.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <llmreg/table.h>

#include "common/store/files.h"
#include "common/store/rows/rows.h"
#include "common/store/schema.h"
#include "tests/support/room.h"

static const char *const version_1[] = {
    "INSERT INTO endpoint VALUES('gpu1:11434','http://gpu1:11434','gpu1',"
    "'gpu1','11434','config','ollama','static',50,30000,'draining',NULL,"
    "1795000000000,0,0)",
    "INSERT INTO endpoint VALUES('gpu2:11434','http://gpu2:11434','gpu2',"
    "'gpu2','11434','config','ollama','static',50,30000,'active',NULL,"
    "1795000000000,0,0)",
    "INSERT INTO endpoint VALUES('gpu3:11434','http://gpu3:11434','gpu3',"
    "'gpu3','11434','config','ollama','static',50,30000,'active',NULL,"
    "1795000000000,0,0)",
    "INSERT INTO endpoint VALUES('gpu5:11434','http://gpu5:11434','gpu5',"
    "'gpu5','11434','config','ollama','static',50,30000,'active',NULL,"
    "1795000000000,0,0)",
    "INSERT INTO event VALUES(1,1795000000000,'registered','gpu1:11434',"
    "'gpu1','','http://gpu1:11434','static',0,0)",
    "INSERT INTO event VALUES(3,1795000000000,'admin','gpu1:11434','gpu1',"
    "'active','draining','test',1795000000000,0)",
    "INSERT INTO event VALUES(1048578,1795000095000,'health','gpu2:11434',"
    "'gpu2','unknown','unreachable','refused: Connection refused',"
    "1795000000000,0)",
    "INSERT INTO event VALUES(1048579,1795000096000,'store','store','','ok',"
    "'failed','full',0,0)",
    "INSERT INTO event VALUES(1048580,1795000097000,'clock','clock','','','',"
    "'+3600 s',0,0)",
    "INSERT INTO health VALUES('gpu1:11434','healthy','ok','none',200,0,1,"
    "1795000095000,0,1795000095000,1795000095000,12000,300,9000,'unknown',0,"
    "'0.12.0','')",
    "INSERT INTO health VALUES('gpu2:11434','unreachable','refused','failure',"
    "0,2,0,1795000000000,1795000095000,1795000095000,0,12000,300,9000,"
    "'unknown',0,'0.12.0','Connection refused')",
    "INSERT INTO health VALUES('gpu3:11434','degraded','auth','warning',0,0,0,"
    "1795000000000,0,1795000095000,0,12000,300,9000,'unknown',0,'0.12.0','')",
    "INSERT INTO health VALUES('gpu5:11434','unknown','none','remembered',0,0,"
    "0,0,0,0,0,0,0,0,'unhealthy',1794000000000,'','')",
    "INSERT INTO label VALUES('gpu1:11434',0,'site','berlin')",
    "INSERT INTO model VALUES('gpu1:11434','llama3:8b','','llama','','',1000,"
    "NULL,NULL,NULL,2000,500,9223372036854775807,1,NULL,NULL,NULL,0)",
    "UPDATE meta SET value = 2097152 WHERE key = 'seq_reserved'",
};

static const char *const version_2[] = {
    "INSERT INTO endpoint VALUES('gpu1:11434','http://gpu1:11434','gpu1',"
    "'gpu1','11434','config','ollama','static',50,30000,'maintenance',"
    "1795000600000,1795000000000,0,0,'node7')",
    "INSERT INTO agent VALUES('agent-scout','performance','scout','worker',"
    "'lab','in_cluster','node7','http://node7:8080','1.2.3','auto',30000,"
    "1795000000000)",
    "INSERT INTO agent VALUES('agent-bare','performance','bare','','','','',"
    "'','','auto',30000,1795000000000)",
    "INSERT INTO capability VALUES('agent-scout',1,'gpu','h100=2')",
    "INSERT INTO capability VALUES('agent-scout',0,'chat','')",
    "INSERT INTO metadata VALUES('agent-scout',0,'owner','{\"team\":\"a b\"}')",
    "INSERT INTO metadata VALUES('agent-scout',1,'rack','7')",
    "INSERT INTO presence VALUES('agent-scout','offline','healthy',"
    "1795000000000,1794999000000,900,'serving','192.0.2.7','')",
    "INSERT INTO alert VALUES('host_stale/node7','host_stale','node7',"
    "'node7','the host node7 does not report its resources any more','stale',"
    "'','last report','node7','','','warning','warning',1795000000000,"
    "1795000000000,NULL,NULL,'','',1,7)",
    "INSERT INTO event VALUES(7,1795000000000,'fired','host_stale/node7',"
    "'node7','okay','warning','last report',0,0,'alert')",
    "UPDATE meta SET value = 2097152 WHERE key = 'seq_reserved'",
};

static struct room room;
static struct database db;
static struct llmreg_error err;

static void run(sqlite3 *old, const char *sql)
{
    ck_assert_msg(sqlite3_exec(old, sql, NULL, NULL, NULL) == SQLITE_OK,
                  "%s: %s", sql, sqlite3_errmsg(old));
}

/* A file as that version left it when it ended. */
static void leave(int version, const char *const *rows, size_t n)
{
    sqlite3 *old = NULL;

    room_open(&room);
    ck_assert_int_eq(sqlite3_open(room_path(&room, "db"), &old), SQLITE_OK);
    run(old, "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL");
    for (int v = 1; v <= version; v++)
        run(old, schema_step(v));
    for (size_t i = 0; i < n; i++)
        run(old, rows[i]);
    sqlite3_close(old);
}

static void setup(void)
{
    leave(1, version_1, sizeof version_1 / sizeof version_1[0]);
}

static void setup_2(void)
{
    leave(2, version_2, sizeof version_2 / sizeof version_2[0]);
}

static void teardown(void)
{
    database_close(&db, true);
    room_close(&room);
}

static int open_it(void)
{
    return database_open(&db, room_path(&room, "db"), &err);
}

/* The first column of the first row; static until the next. */
static const char *ask_of(sqlite3 *handle, const char *sql)
{
    static char text[200];
    sqlite3_stmt *stmt = NULL;

    ck_assert_msg(sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL) == SQLITE_OK,
                  "%s: %s", sql, sqlite3_errmsg(handle));
    text[0] = '\0';
    if (sqlite3_step(stmt) == SQLITE_ROW)
        snprintf(text, sizeof text, "%s", sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return text;
}

static const char *ask(const char *sql)
{
    return ask_of(db.handle, sql);
}

START_TEST(a_released_step_is_never_edited)
{
    static const uint64_t hashes[] = {0, UINT64_C(18246438890961887675),
                                      UINT64_C(11779950802295739826)};

    for (int v = 1; v < (int)(sizeof hashes / sizeof hashes[0]); v++) {
        const char *step = schema_step(v);
        ck_assert_uint_eq(llmreg_hash(step, strlen(step)), hashes[v]);
    }
}
END_TEST

START_TEST(all_rows_are_there_with_what_is_new)
{
    ck_assert_int_eq(open_it(), LLMREG_OK);
    ck_assert_str_eq(ask("PRAGMA user_version"), "5");
    ck_assert_str_eq(ask("SELECT count(*) FROM endpoint WHERE owner = ''"),
                     "4");
    ck_assert_str_eq(ask("SELECT admin FROM endpoint WHERE name = 'gpu1'"),
                     "draining");
    ck_assert_str_eq(ask("SELECT name FROM model"), "llama3:8b");
    ck_assert_str_eq(ask("SELECT count(*) FROM health"), "4");
    ck_assert_str_eq(ask("SELECT value FROM meta WHERE key = 'seq_reserved'"),
                     "2097152");
    ck_assert_str_eq(ask("PRAGMA foreign_key_check"), "");
    ck_assert_str_eq(ask("PRAGMA integrity_check"), "ok");
}
END_TEST

START_TEST(an_old_event_gets_its_entity)
{
    ck_assert_int_eq(open_it(), LLMREG_OK);
    ck_assert_str_eq(
        ask("SELECT group_concat(entity) FROM (SELECT entity FROM event"
            " ORDER BY seq)"),
        "endpoint,endpoint,endpoint,store,clock");
}
END_TEST

START_TEST(an_open_alarm_becomes_an_alert_that_was_told)
{
    static const char *const alerts[] = {
        "endpoint_unhealthy/gpu2:11434 endpoint_unhealthy gpu2:11434 gpu2"
        " unreachable failure failure 1795000000000",
        "endpoint_unhealthy/gpu3:11434 endpoint_unhealthy gpu3:11434 gpu3"
        " degraded warning warning 1795000000000",
        "endpoint_unhealthy/gpu5:11434 endpoint_unhealthy gpu5:11434 gpu5"
        " unhealthy failure failure 1794000000000",
    };
    char sql[300];

    ck_assert_int_eq(open_it(), LLMREG_OK);
    for (size_t i = 0; i < sizeof alerts / sizeof alerts[0]; i++) {
        snprintf(sql, sizeof sql,
                 "SELECT id || ' ' || rule || ' ' || subject || ' ' || name ||"
                 " ' ' || state || ' ' || severity || ' ' || told || ' ' ||"
                 " since_ms FROM alert ORDER BY id LIMIT 1 OFFSET %zu",
                 i);
        ck_assert_str_eq(ask(sql), alerts[i]);
    }
    ck_assert_str_eq(ask("SELECT count(*) FROM alert WHERE fired_ms = since_ms"
                         " AND cleared_ms IS NULL AND acknowledged_ms IS NULL"),
                     "3");
    ck_assert_str_eq(ask("SELECT reason FROM alert"),
                     "refused: Connection refused");
}
END_TEST

START_TEST(a_copy_of_the_old_file_stays_beside_it)
{
    char path[128];
    struct stat st;
    sqlite3 *copy = NULL;

    umask(0);
    ck_assert_int_eq(open_it(), LLMREG_OK);
    snprintf(path, sizeof path, "%s", room_path(&room, "db.version-1"));
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_int_eq(sqlite3_open(path, &copy), SQLITE_OK);
    ck_assert_str_eq(ask_of(copy, "PRAGMA user_version"), "1");
    ck_assert_str_eq(ask_of(copy, "PRAGMA application_id"), "1280068946");
    ck_assert_str_eq(ask_of(copy, "SELECT count(*) FROM endpoint"), "4");
    ck_assert_str_eq(ask_of(copy, "SELECT count(*) FROM pragma_table_info"
                                  "('endpoint') WHERE name = 'owner'"),
                     "0");
    sqlite3_close(copy);
    ck_assert_uint_eq(room_count_files(&room, "", "db.version-1."), 0);
}
END_TEST

START_TEST(without_a_copy_nothing_is_migrated)
{
    ck_assert_int_eq(mkdir(room_path(&room, "db.version-1"), 0700), 0);
    ck_assert_int_eq(open_it(), LLMREG_EIO);
    ck_assert_ptr_nonnull(strstr(err.text, "db.version-1"));
    ck_assert_uint_eq(room_count_files(&room, "", "db.version-1."), 0);
    ck_assert_int_eq(rmdir(room_path(&room, "db.version-1")), 0);
    ck_assert_int_eq(open_it(), LLMREG_OK);
    ck_assert_str_eq(ask("PRAGMA user_version"), "5");
}
END_TEST

START_TEST(what_is_left_of_a_copy_that_was_not_finished_is_no_obstacle)
{
    room_write_file(&room, "db.version-1.part", "half of it");
    ck_assert_int_eq(open_it(), LLMREG_OK);
    ck_assert_uint_eq(room_count_files(&room, "", "db.version-1"), 1);
}
END_TEST

START_TEST(a_new_file_needs_no_copy)
{
    ck_assert_int_eq(files_make_file(room_path(&room, "new"), &err), LLMREG_OK);
    ck_assert_int_eq(database_open(&db, room_path(&room, "new"), &err),
                     LLMREG_OK);
    ck_assert_uint_eq(room_count_files(&room, "", "new.version"), 0);
    database_close(&db, true);
    ck_assert_int_eq(database_open(&db, room_path(&room, "new"), &err),
                     LLMREG_OK);
    ck_assert_uint_eq(room_count_files(&room, "", "new.version"), 0);
}
END_TEST

START_TEST(a_copy_of_a_damaged_file_gets_no_name)
{
    sqlite3 *handle = NULL;

    room_write_file(&room, "text", "a shopping list, long enough to be read");
    ck_assert_int_eq(sqlite3_open(room_path(&room, "text"), &handle),
                     SQLITE_OK);
    ck_assert_int_eq(copy_make(handle, room_path(&room, "text"), 1, &err),
                     LLMREG_ECORRUPT);
    sqlite3_close(handle);
    ck_assert_uint_eq(room_count_files(&room, "", "text.version"), 0);
}
END_TEST

/* ---- from version 2 ---- */

START_TEST(what_version_2_knew_is_there)
{
    ck_assert_int_eq(open_it(), LLMREG_OK);
    ck_assert_str_eq(ask("PRAGMA user_version"), "5");
    ck_assert_str_eq(ask("SELECT admin || ' ' || admin_until_ms || ' ' || owner"
                         " FROM endpoint"),
                     "maintenance 1795000600000 node7");
    ck_assert_str_eq(ask("SELECT name || ' ' || presence FROM agent JOIN"
                         " presence ON agent = id"),
                     "scout offline");
    ck_assert_str_eq(ask("SELECT told FROM alert"), "warning");
    ck_assert_str_eq(ask("SELECT entity FROM event"), "alert");
    ck_assert_str_eq(ask("SELECT value FROM meta WHERE key = 'seq_reserved'"),
                     "2097152");
    ck_assert_str_eq(ask("SELECT (SELECT count(*) FROM host)"
                         " + (SELECT count(*) FROM address)"
                         " + (SELECT count(*) FROM report)"
                         " + (SELECT count(*) FROM token)"
                         " + (SELECT count(*) FROM audit)"),
                     "0");
    ck_assert_str_eq(ask("SELECT count(*) FROM endpoint WHERE"
                         " operator_name IS NULL AND operator_priority IS NULL"
                         " AND operator_labels IS NULL"),
                     "1");
    ck_assert_str_eq(ask("PRAGMA foreign_key_check"), "");
    ck_assert_str_eq(ask("PRAGMA integrity_check"), "ok");
}
END_TEST

static int look_at_agent(void *ctx, const char *id,
                         const struct rows_agent *agent, const char *problem)
{
    const struct llmreg_agent_spec *s = agent->spec;

    ck_assert_str_eq(problem, "");
    ++*(int *)ctx;
    if (strcmp(id, "agent-bare") == 0) {
        ck_assert_uint_eq(s->ncapabilities + s->nmetadata, 0);
        return LLMREG_OK;
    }
    ck_assert_uint_eq(s->ncapabilities, 2);
    ck_assert_str_eq(s->capabilities[0].name, "chat");
    ck_assert_str_eq(s->capabilities[0].value, "");
    ck_assert_str_eq(s->capabilities[1].name, "gpu");
    ck_assert_str_eq(s->capabilities[1].value, "h100=2");
    ck_assert_uint_eq(s->nmetadata, 2);
    ck_assert_str_eq(s->metadata[0].name, "owner");
    ck_assert_str_eq(s->metadata[0].json, "{\"team\":\"a b\"}");
    ck_assert_str_eq(s->metadata[1].name, "rack");
    ck_assert_str_eq(s->metadata[1].json, "7");
    return LLMREG_OK;
}

START_TEST(lists_of_an_agent_move_into_its_row)
{
    int n = 0;

    ck_assert_int_eq(open_it(), LLMREG_OK);
    ck_assert_int_eq(rows_each_agent(&db, look_at_agent, &n, &err), LLMREG_OK);
    ck_assert_int_eq(n, 2);
    ck_assert_str_eq(ask("SELECT count(*) FROM sqlite_schema WHERE name IN"
                         " ('capability', 'metadata')"),
                     "0");
}
END_TEST

START_TEST(a_copy_of_version_2_stays_beside_it)
{
    sqlite3 *copy = NULL;

    ck_assert_int_eq(open_it(), LLMREG_OK);
    ck_assert_int_eq(sqlite3_open(room_path(&room, "db.version-2"), &copy),
                     SQLITE_OK);
    ck_assert_str_eq(ask_of(copy, "PRAGMA user_version"), "2");
    ck_assert_str_eq(ask_of(copy, "SELECT name FROM agent ORDER BY id DESC"),
                     "scout");
    ck_assert_str_eq(ask_of(copy, "SELECT count(*) FROM sqlite_schema"
                                  " WHERE name = 'host'"),
                     "0");
    sqlite3_close(copy);
    ck_assert_uint_eq(room_count_files(&room, "", "db.version-"), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("migration");
    TCase *tc = tcase_create("migration");
    TCase *tc2 = tcase_create("version 2");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_released_step_is_never_edited);
    tcase_add_test(tc, all_rows_are_there_with_what_is_new);
    tcase_add_test(tc, an_old_event_gets_its_entity);
    tcase_add_test(tc, an_open_alarm_becomes_an_alert_that_was_told);
    tcase_add_test(tc, a_copy_of_the_old_file_stays_beside_it);
    tcase_add_test(tc, without_a_copy_nothing_is_migrated);
    tcase_add_test(tc,
                   what_is_left_of_a_copy_that_was_not_finished_is_no_obstacle);
    tcase_add_test(tc, a_new_file_needs_no_copy);
    tcase_add_test(tc, a_copy_of_a_damaged_file_gets_no_name);
    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(tc2, setup_2, teardown);
    tcase_add_test(tc2, what_version_2_knew_is_there);
    tcase_add_test(tc2, lists_of_an_agent_move_into_its_row);
    tcase_add_test(tc2, a_copy_of_version_2_stays_beside_it);
    suite_add_tcase(suite, tc2);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
