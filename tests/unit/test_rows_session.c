/* SPDX-License-Identifier: MIT */
/* test_rows_session.c - sessions are read as they were written, the newest
 * last.
 */
#include "common/store/rows/rows.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/files.h"
#include "tests/support/tenants.h"

static struct room room;
static struct database db;
static struct llmreg_error err;

static void setup(void)
{
    room_open(&room);
    ck_assert_int_eq(files_make_file(room_path(&room, "db"), &err), LLMREG_OK);
    ck_assert_int_eq(database_open(&db, room_path(&room, "db"), &err),
                     LLMREG_OK);
}

static void teardown(void)
{
    database_close(&db, true);
    room_close(&room);
}

static void run(const char *sql)
{
    ck_assert_msg(sqlite3_exec(db.handle, sql, NULL, NULL, NULL) == SQLITE_OK,
                  "%s", sqlite3_errmsg(db.handle));
}

static void put(const struct llmreg_session *s)
{
    ck_assert_int_eq(rows_put_session(&db, s, &err), LLMREG_OK);
}

struct list {
    int good, bad;
    char ids[200], problem[200];
    const struct llmreg_session *expected;
};

static void compare(const struct llmreg_session *a,
                    const struct llmreg_session *b)
{
    ck_assert_str_eq(a->id, b->id);
    ck_assert_str_eq(a->from, b->from);
    ck_assert_str_eq(a->to, b->to);
    ck_assert_str_eq(a->connection, b->connection);
    ck_assert_str_eq(a->reason, b->reason);
    ck_assert_int_eq(a->type, b->type);
    ck_assert_int_eq(a->status, b->status);
    ck_assert(a->weight == b->weight);
    ck_assert_int_eq(a->latency_us, b->latency_us);
    ck_assert_int_eq(a->bandwidth_bps, b->bandwidth_bps);
    ck_assert_int_eq(a->opened_ms, b->opened_ms);
    ck_assert_int_eq(a->active_ms, b->active_ms);
    ck_assert_int_eq(a->closed_ms, b->closed_ms);
}

static int collect(void *ctx, const char *id, const struct llmreg_session *s,
                   const char *problem)
{
    struct list *l = ctx;

    if (s == NULL) {
        l->bad++;
        snprintf(l->problem, sizeof l->problem, "%s", problem);
        return LLMREG_OK;
    }
    l->good++;
    snprintf(l->ids + strlen(l->ids), sizeof l->ids - strlen(l->ids), "%s ",
             id);
    if (l->expected != NULL)
        compare(s, l->expected);
    return LLMREG_OK;
}

static struct list read_all(const struct llmreg_session *expected)
{
    struct list l = {.expected = expected};

    ck_assert_int_eq(rows_each_session(&db, collect, &l, &err), LLMREG_OK);
    return l;
}

START_TEST(every_field_of_a_live_one_is_read_as_written)
{
    struct llmreg_session s = session_of("s1", "a", "b");

    s.opened_ms = room.now.wall_ms;
    s.active_ms = room.now.wall_ms + 1;
    put(&s);
    ck_assert_int_eq(read_all(&s).good, 1);
}
END_TEST

START_TEST(every_field_of_a_closed_one_is_read_as_written)
{
    struct llmreg_session s = session_of("s1", "a", "b");

    s.status = LLMREG_SESSION_FAILED;
    s.type = LLMREG_SESSION_TOCP;
    s.reason = "agent b is offline";
    s.latency_us = -1;
    s.bandwidth_bps = INT64_C(1000000000000000);
    s.weight = 1e9;
    s.closed_ms = room.now.wall_ms + 2;
    put(&s);
    ck_assert_int_eq(read_all(&s).good, 1);
}
END_TEST

START_TEST(those_that_ended_first_come_first)
{
    struct llmreg_session s = session_of("", "a", "b");

    s.id = "last";
    s.closed_ms = 300;
    put(&s);
    s.id = "first";
    s.closed_ms = 100;
    put(&s);
    s.id = "live"; /* since 200 nothing was heard of it */
    s.closed_ms = 0;
    s.active_ms = 200;
    put(&s);
    ck_assert_str_eq(read_all(NULL).ids, "first live last ");
}
END_TEST

START_TEST(a_bad_row_is_told_with_its_column_and_the_others_are_read)
{
    static const struct {
        const char *sql, *problem;
    } rows[] = {
        {"UPDATE session SET type = 'party' WHERE id = 'bad'", "type"},
        {"UPDATE session SET status = 'open' WHERE id = 'bad'", "status"},
        {"UPDATE session SET latency_us = -2 WHERE id = 'bad'", "latency_us"},
        {"UPDATE session SET bandwidth_bps = -1 WHERE id = 'bad'",
         "bandwidth_bps"},
    };
    struct llmreg_session s = session_of("good", "a", "b");

    put(&s);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        s.id = "bad";
        put(&s);
        run(rows[i].sql);
        struct list l = read_all(NULL);
        ck_assert_msg(l.bad == 1 && l.good == 1, "%s", rows[i].sql);
        ck_assert_msg(strstr(l.problem, rows[i].problem) != NULL, "%s: %s",
                      rows[i].sql, l.problem);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rows_session");
    TCase *tc = tcase_create("rows_session");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, every_field_of_a_live_one_is_read_as_written);
    tcase_add_test(tc, every_field_of_a_closed_one_is_read_as_written);
    tcase_add_test(tc, those_that_ended_first_come_first);
    tcase_add_test(tc,
                   a_bad_row_is_told_with_its_column_and_the_others_are_read);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
