/* SPDX-License-Identifier: MIT */
/* test_beats.c - a day of heartbeats: which are kept, and that their number
 * has an end whatever the agents send.  Covers beats.c and rows/beat.c.
 */
#include "common/store/beats.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/files.h"
#include "tests/support/tenants.h"

static struct room room;
static struct database db;
static struct beats beats;
static struct llmreg_error err;
static int64_t rows;

static void start(int64_t keep)
{
    beats_fini(&beats);
    ck_assert_int_eq(beats_init(&beats, room.registry, keep), LLMREG_OK);
}

static void setup(void)
{
    room_open(&room);
    ck_assert_int_eq(files_make_file(room_path(&room, "db"), &err), LLMREG_OK);
    ck_assert_int_eq(database_open(&db, room_path(&room, "db"), &err),
                     LLMREG_OK);
    rows = 0;
    start(1000000);
}

static void teardown(void)
{
    beats_fini(&beats);
    database_close(&db, true);
    room_close(&room);
}

static const char *ask(const char *sql)
{
    static char text[1024];
    sqlite3_stmt *stmt = NULL;

    ck_assert_int_eq(sqlite3_prepare_v2(db.handle, sql, -1, &stmt, NULL),
                     SQLITE_OK);
    text[0] = '\0';
    if (sqlite3_step(stmt) == SQLITE_ROW)
        snprintf(text, sizeof text, "%s", sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return text;
}

/* What was heard since the last one is looked for and written. */
static void flush(void)
{
    beats_sweep(&beats, &room.now);
    ck_assert_int_eq(beats_write(&beats, &db, &room.now, &rows, &err),
                     LLMREG_OK);
    beats_clear(&beats);
    ck_assert_int_eq(rows, atoll(ask("SELECT count(*) FROM heartbeat")));
}

static void beat_for(const char *name, int64_t minutes)
{
    for (int64_t i = 0; i < minutes * 2; i++) {
        room_pass(&room, 30000);
        tenant_beat(&room, name, LLMREG_PRESENCE_ONLINE);
        flush();
    }
}

/* ---- the rule ---- */

START_TEST(the_share_of_each_agent_gets_smaller_with_their_number)
{
    ck_assert_int_eq(beats_step(1000000, 0), BEATS_DAY_NS / 1000000);
    ck_assert_int_le(beats_step(1000000, 347), 30 * LLMREG_NS_PER_S);
    ck_assert_int_eq(beats_step(1000000, 20000), BEATS_DAY_NS / 50);
    ck_assert_int_eq(beats_step(1000, 100000), BEATS_DAY_NS);
}
END_TEST

START_TEST(one_a_step_is_kept_and_each_that_says_something_else)
{
    const int64_t step = 600 * LLMREG_NS_PER_S;
    struct llmreg_beat prev = {.presence = LLMREG_PRESENCE_ONLINE};
    struct llmreg_beat beat = prev;

    ck_assert(beats_keeps("a", NULL, &beat, step));
    prev.mono_ns = step - llmreg_phase("a", step);
    beat.mono_ns = prev.mono_ns + step - 1;
    ck_assert(!beats_keeps("a", &prev, &beat, step));
    beat.mono_ns = prev.mono_ns + step;
    ck_assert(beats_keeps("a", &prev, &beat, step));
    beat = prev;
    beat.health = LLMREG_HEALTH_DEGRADED;
    ck_assert(beats_keeps("a", &prev, &beat, step));
    beat = prev;
    beat.presence = LLMREG_PRESENCE_STARTING;
    ck_assert(beats_keeps("a", &prev, &beat, step));
}
END_TEST

/* ---- rows ---- */

START_TEST(a_row_says_what_the_heartbeat_said)
{
    tenant_add(&room, "scout");
    tenant_beat_health(&room, "scout", LLMREG_HEALTH_DEGRADED);
    flush();
    ck_assert_str_eq(ask("SELECT agent || ' ' || presence || ' ' || health"
                         " || ' ' || latency_us || ' ' || activity"
                         " FROM heartbeat"),
                     "agent-scout online degraded 900 serving");
    ck_assert_str_eq(ask("SELECT metrics FROM heartbeat"),
                     "{\"tokens_per_s\":12.5,\"queue \\\"a\\\"\":3}");
    ck_assert_int_eq(atoll(ask("SELECT time_ms FROM heartbeat")),
                     room.now.wall_ms);
}
END_TEST

START_TEST(a_few_agents_keep_every_heartbeat)
{
    tenant_add(&room, "scout");
    beat_for("scout", 30);
    ck_assert_int_eq(rows, 60);
}
END_TEST

START_TEST(many_agents_keep_one_a_step)
{
    start(48); /* one agent: one in half an hour */
    tenant_add(&room, "scout");
    beat_for("scout", 5 * 60);
    ck_assert_int_ge(rows, 10);
    ck_assert_int_le(rows, 12);
}
END_TEST

START_TEST(a_change_of_health_is_kept_between_two_steps)
{
    start(24);
    tenant_add(&room, "scout");
    beat_for("scout", 1);
    const int64_t before = rows;
    room_pass(&room, 30000);
    tenant_beat_health(&room, "scout", LLMREG_HEALTH_UNHEALTHY);
    flush();
    ck_assert_int_eq(rows, before + 1);
}
END_TEST

START_TEST(several_heartbeats_in_one_flush_are_all_kept)
{
    tenant_add(&room, "scout");
    for (int i = 0; i < 5; i++) {
        room_pass(&room, 1000);
        tenant_beat(&room, "scout", LLMREG_PRESENCE_ONLINE);
    }
    flush();
    ck_assert_int_eq(rows, 5);
}
END_TEST

START_TEST(a_row_that_is_written_twice_is_one_row)
{
    tenant_add(&room, "scout");
    tenant_beat(&room, "scout", LLMREG_PRESENCE_ONLINE);
    flush();
    flush();
    ck_assert_int_eq(rows, 1);
}
END_TEST

START_TEST(what_is_rolled_back_comes_again)
{
    int64_t lost = rows;

    tenant_add(&room, "scout");
    tenant_beat(&room, "scout", LLMREG_PRESENCE_ONLINE);
    beats_sweep(&beats, &room.now);
    ck_assert(!beats_is_empty(&beats));
    ck_assert_int_eq(database_begin(&db, false, &err), LLMREG_OK);
    ck_assert_int_eq(beats_write(&beats, &db, &room.now, &lost, &err),
                     LLMREG_OK);
    database_rollback(&db);
    ck_assert_int_eq(beats_write(&beats, &db, &room.now, &rows, &err),
                     LLMREG_OK);
    ck_assert_int_eq(rows, 1);
    beats_clear(&beats);
    ck_assert(beats_is_empty(&beats));
}
END_TEST

/* ---- the end of it ---- */

START_TEST(after_a_day_a_row_goes)
{
    tenant_add(&room, "scout");
    tenant_beat(&room, "scout", LLMREG_PRESENCE_ONLINE);
    flush();
    const int64_t first = room.now.wall_ms;
    room_pass(&room, 24 * 3600 * 1000);
    flush();
    ck_assert_int_eq(rows, 1);
    room_pass(&room, 1);
    tenant_beat(&room, "scout", LLMREG_PRESENCE_ONLINE);
    flush();
    ck_assert_int_eq(rows, 1);
    ck_assert_int_gt(atoll(ask("SELECT time_ms FROM heartbeat")), first);
}
END_TEST

START_TEST(agents_that_change_all_the_time_do_not_pass_the_limit)
{
    start(20);
    tenant_add(&room, "scout");
    for (int i = 0; i < 50; i++) {
        room_pass(&room, 1000);
        tenant_beat_health(&room, "scout",
                           i % 2 == 0 ? LLMREG_HEALTH_HEALTHY
                                      : LLMREG_HEALTH_DEGRADED);
        flush();
        ck_assert_int_le(rows, 20);
    }
    ck_assert_int_eq(rows, 20);
    ck_assert_int_eq(atoll(ask("SELECT max(time_ms) FROM heartbeat")),
                     room.now.wall_ms);
    ck_assert_int_eq(atoll(ask("SELECT min(time_ms) FROM heartbeat")),
                     room.now.wall_ms - 19000);
}
END_TEST

START_TEST(none_are_kept_if_none_are_wanted)
{
    tenant_add(&room, "scout");
    tenant_beat(&room, "scout", LLMREG_PRESENCE_ONLINE);
    flush();
    start(0);
    tenant_beat(&room, "scout", LLMREG_PRESENCE_ONLINE);
    flush();
    ck_assert_int_eq(rows, 0);
}
END_TEST

START_TEST(an_agent_that_is_gone_costs_nothing)
{
    tenant_add(&room, "scout");
    tenant_beat(&room, "scout", LLMREG_PRESENCE_ONLINE);
    beats_sweep(&beats, &room.now);
    tenant_remove(&room, "scout");
    ck_assert_int_eq(beats_write(&beats, &db, &room.now, &rows, &err),
                     LLMREG_OK);
    ck_assert_int_eq(rows, 0);
}
END_TEST

START_TEST(metrics_over_a_row_are_left_out)
{
    static char names[LLMREG_MEASURES_MAX][65];
    struct llmreg_measure metrics[LLMREG_MEASURES_MAX];
    const struct llmreg_heartbeat said = {
        .presence = LLMREG_PRESENCE_ONLINE,
        .activity = "",
        .latency_us = -1,
        .peer = "",
        .hub = "",
        .metrics = metrics,
        .nmetrics = LLMREG_MEASURES_MAX,
    };

    for (int i = 0; i < LLMREG_MEASURES_MAX; i++) {
        snprintf(names[i], sizeof names[i], "%064d", i);
        metrics[i] = (struct llmreg_measure){names[i], 1e300 / 3};
    }
    tenant_add(&room, "scout");
    ck_assert_int_eq(llmreg_agent_heartbeat(room.registry, "agent-scout", 0,
                                            &said, &room.now, &err),
                     LLMREG_OK);
    flush();
    ck_assert_str_eq(ask("SELECT json_valid(metrics) FROM heartbeat"), "1");
    ck_assert_str_eq(ask("SELECT count(*) FROM heartbeat,"
                         " json_each(metrics)"),
                     "4");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("beats");
    TCase *tc = tcase_create("beats");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_share_of_each_agent_gets_smaller_with_their_number);
    tcase_add_test(tc, one_a_step_is_kept_and_each_that_says_something_else);
    tcase_add_test(tc, a_row_says_what_the_heartbeat_said);
    tcase_add_test(tc, a_few_agents_keep_every_heartbeat);
    tcase_add_test(tc, many_agents_keep_one_a_step);
    tcase_add_test(tc, a_change_of_health_is_kept_between_two_steps);
    tcase_add_test(tc, several_heartbeats_in_one_flush_are_all_kept);
    tcase_add_test(tc, a_row_that_is_written_twice_is_one_row);
    tcase_add_test(tc, what_is_rolled_back_comes_again);
    tcase_add_test(tc, after_a_day_a_row_goes);
    tcase_add_test(tc, agents_that_change_all_the_time_do_not_pass_the_limit);
    tcase_add_test(tc, none_are_kept_if_none_are_wanted);
    tcase_add_test(tc, an_agent_that_is_gone_costs_nothing);
    tcase_add_test(tc, metrics_over_a_row_are_left_out);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
