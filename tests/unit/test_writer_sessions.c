/* SPDX-License-Identifier: MIT */
/* test_writer_sessions.c - sessions step by step and over a restart: a closed
 * one stays as history, in the file as in memory (D7).
 */
#include "common/store/writer.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/tenants.h"
#include "tests/support/writing.h"

static struct writing w;

static void setup(void)
{
    writing_make(&w);
    w.room.small = true;
    room_start(&w.room);
    writing_start(&w);
    tenant_add(&w.room, "a");
    tenant_add(&w.room, "b");
}

static void teardown(void)
{
    writing_close(&w);
}

static int64_t ask(const char *sql)
{
    return writing_ask(&w, sql);
}

START_TEST(opened_and_closed_are_each_on_disk_at_once)
{
    session_open(&w.room, "s1", "a", "b");
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT status = 'established' AND closed_ms IS NULL"
                         " FROM session"),
                     1);
    ck_assert_uint_eq(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
    session_close(&w.room, "s1");
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT status = 'closed' AND closed_ms > 0 AND"
                         " reason = 'done' FROM session"),
                     1);
    ck_assert_uint_eq(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
}
END_TEST

START_TEST(activity_is_written_once_a_minute)
{
    const struct llmreg_session s = session_of("s1", "a", "b");
    struct llmreg_error err;

    session_open(&w.room, "s1", "a", "b");
    writing_sync(&w);
    const int64_t opened = ask("SELECT active_ms FROM session");
    room_pass(&w.room, 10000);
    ck_assert_int_eq(
        llmreg_session_activity(w.room.registry, "s1", &s, &w.room.now, &err),
        LLMREG_OK);
    const int64_t active = w.room.now.wall_ms;
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT active_ms FROM session"), opened);
    room_pass(&w.room, 60000);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT active_ms FROM session"), active);
}
END_TEST

START_TEST(a_live_one_is_closed_after_a_restart)
{
    session_open(&w.room, "s1", "a", "b");
    const int64_t opened = w.room.now.wall_ms;
    room_pass(&w.room, 60000);
    writing_restart(&w);
    const struct llmreg_session *s = llmreg_session_get(w.room.registry, "s1");
    ck_assert_ptr_nonnull(s);
    ck_assert(!llmreg_session_lives(s->status));
    ck_assert_str_eq(s->reason, "restart");
    ck_assert_int_eq(s->closed_ms, opened);
    ck_assert_str_eq(s->from, "agent-a");
    ck_assert(s->weight == 2.5);
    llmreg_session_put(s);
    ck_assert(room_logged(&w.room, "1 sessions are remembered, 0 not"));
}
END_TEST

START_TEST(a_closed_one_comes_back_as_it_was)
{
    session_open(&w.room, "s1", "a", "b");
    room_pass(&w.room, 1000);
    session_close(&w.room, "s1");
    const int64_t closed = w.room.now.wall_ms;
    room_pass(&w.room, 60000);
    writing_restart(&w);
    writing_restart(&w);
    const struct llmreg_session *s = llmreg_session_get(w.room.registry, "s1");
    ck_assert_ptr_nonnull(s);
    ck_assert_int_eq(s->status, LLMREG_SESSION_CLOSED);
    ck_assert_str_eq(s->reason, "done");
    ck_assert_int_eq(s->closed_ms, closed);
    llmreg_session_put(s);
}
END_TEST

START_TEST(history_that_the_registry_dropped_leaves_the_file)
{
    struct llmreg_session_counts n;
    char id[32];

    for (int i = 0; i < 20; i++) {
        snprintf(id, sizeof id, "s%d", i);
        session_open(&w.room, id, "a", "b");
        room_pass(&w.room, 10);
        session_close(&w.room, id);
        writing_step(&w);
    }
    llmreg_session_count(w.room.registry, &n);
    ck_assert_uint_eq(n.closed, 8);
    room_pass(&w.room, 60000);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM session"), 8);
    ck_assert_int_eq(ask("SELECT count(*) FROM session WHERE id IN"
                         " ('s12', 's19')"),
                     2);
}
END_TEST

START_TEST(the_newest_history_comes_back_if_there_is_too_much)
{
    struct llmreg_session_counts n;

    writing_end(&w);
    writing_change_file(
        &w, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            " LIMIT 30) INSERT INTO session SELECT 's' || (31 - i), 'x', 'y',"
            " '', '', 'cluster', 'closed', 1, NULL, NULL, 1, 1, 1000 - i, 0"
            " FROM n");
    room_restart(&w.room);
    writing_start(&w);
    llmreg_session_count(w.room.registry, &n);
    ck_assert_uint_eq(n.closed, 8);
    const struct llmreg_session *s = llmreg_session_get(w.room.registry, "s30");
    ck_assert_ptr_nonnull(s);
    llmreg_session_put(s);
    writer_step(w.writer, &w.room.now, true);
    ck_assert_int_eq(ask("SELECT count(*) FROM session"), 8);
}
END_TEST

START_TEST(a_row_that_makes_no_sense_is_skipped_and_kept)
{
    session_open(&w.room, "s1", "a", "b");
    writing_sync(&w);
    writing_end(&w);
    writing_change_file(&w, "UPDATE session SET weight = -1");
    room_restart(&w.room);
    writing_start(&w);
    ck_assert(room_logged(&w.room, "session s1 cannot be restored"));
    writer_step(w.writer, &w.room.now, true);
    ck_assert_int_eq(ask("SELECT count(*) FROM session"), 1);
}
END_TEST

START_TEST(late_history_is_added_beside_what_lives)
{
    struct llmreg_session_counts n;

    session_open(&w.room, "s1", "a", "b");
    writing_sync(&w);
    writing_end(&w);
    writing_hide(&w);
    room_restart(&w.room);
    writing_start(&w);
    tenant_add(&w.room, "a");
    tenant_add(&w.room, "b");
    session_open(&w.room, "s2", "a", "b");
    writing_show(&w);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    llmreg_session_count(w.room.registry, &n);
    ck_assert_uint_eq(n.live, 1);
    ck_assert_uint_eq(n.closed, 1);
    writing_sync(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM session"), 2);
    ck_assert_int_eq(ask("SELECT reason = 'restart' FROM session"
                         " WHERE id = 's1'"),
                     1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("writer_sessions");
    TCase *tc = tcase_create("writer_sessions");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, opened_and_closed_are_each_on_disk_at_once);
    tcase_add_test(tc, activity_is_written_once_a_minute);
    tcase_add_test(tc, a_live_one_is_closed_after_a_restart);
    tcase_add_test(tc, a_closed_one_comes_back_as_it_was);
    tcase_add_test(tc, history_that_the_registry_dropped_leaves_the_file);
    tcase_add_test(tc, the_newest_history_comes_back_if_there_is_too_much);
    tcase_add_test(tc, a_row_that_makes_no_sense_is_skipped_and_kept);
    tcase_add_test(tc, late_history_is_added_beside_what_lives);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
