/* SPDX-License-Identifier: MIT */
/* test_compact.c - free pages go back in steps, and each run is remembered. */
#include "common/store/care/compact.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/writing.h"

static struct writing w;
static struct llmreg_store_health health;

static void look(void)
{
    care_get(writer_care(w.writer), w.room.now.wall_ms, &health);
}

static void setup(void)
{
    writing_open(&w);
    w.config.compact_ns = 3600 * LLMREG_NS_PER_S;
    w.config.keep_events = 100000;
    writing_start(&w);
}

static void teardown(void)
{
    writing_close(&w);
}

/* A large file, most of it free. */
static void grow_and_drop(void)
{
    writing_end(&w);
    writing_change_file(
        &w, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            " LIMIT 20000) INSERT INTO heartbeat SELECT i, 'a', '', '', NULL,"
            " '', printf('%.200c', 'x'), 0 FROM n");
    writing_change_file(&w, "DELETE FROM heartbeat");
    room_restart(&w.room);
    writing_start(&w);
}

static void run_to_the_end(void)
{
    for (int i = 0; i < 10000; i++) {
        room_pass(&w.room, 1);
        writing_step(&w);
        look();
        if (!health.compacting && health.ncompactions > 0)
            return;
    }
    ck_abort_msg("it does not end");
}

START_TEST(what_is_free_is_given_back)
{
    grow_and_drop();
    const int64_t before = writing_ask(&w, "PRAGMA page_count");
    ck_assert_int_gt(before, 1000);
    room_pass(&w.room, 3600 * 1000);
    run_to_the_end();
    ck_assert_uint_eq(health.ncompactions, 1);
    const struct llmreg_compaction *run = &health.compactions[0];
    ck_assert_str_eq(run->status, "compacted");
    ck_assert(!run->manual);
    ck_assert_int_gt(run->bytes_before, 10 * run->bytes_after);
    ck_assert_int_eq(writing_ask(&w, "PRAGMA freelist_count"), 0);
    ck_assert_int_eq(writing_ask(&w, "PRAGMA page_count") * 4096,
                     run->bytes_after);
    ck_assert(room_logged(&w.room, "compacted from"));
}
END_TEST

START_TEST(events_are_written_between_two_steps)
{
    grow_and_drop();
    ck_assert_int_eq(care_want_compaction(writer_care(w.writer)), LLMREG_OK);
    writing_step(&w);
    look();
    ck_assert(health.compacting);
    room_add(&w.room, "gpu1");
    writing_step(&w);
    look();
    ck_assert(health.compacting);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 1);
    ck_assert_int_eq(care_want_compaction(writer_care(w.writer)), LLMREG_EBUSY);
    run_to_the_end();
    ck_assert(health.compactions[0].manual);
}
END_TEST

static int64_t tick_ns;

/* Time that passes because somebody looks. */
static void tick(void *ctx, struct llmreg_now *out)
{
    struct room *r = ctx;

    r->now.mono_ns += tick_ns;
    *out = r->now;
}

static int64_t pages_of_step(void)
{
    const int64_t before = writing_ask(&w, "PRAGMA page_count");

    room_pass(&w.room, 100);
    writing_step(&w);
    return before - writing_ask(&w, "PRAGMA page_count");
}

START_TEST(steps_are_as_large_as_the_disk_is_quick)
{
    grow_and_drop();
    w.room.clock = (struct llmreg_clock){tick, &w.room};
    tick_ns = 20 * LLMREG_NS_PER_MS;
    ck_assert_int_eq(care_want_compaction(writer_care(w.writer)), LLMREG_OK);
    int64_t least = pages_of_step();
    ck_assert_int_eq(least, 64);
    for (int i = 0; i < 6; i++)
        least = pages_of_step();
    ck_assert_int_eq(least, 8);
    tick_ns = 0;
    int64_t most = 0;
    for (int i = 0; i < 7; i++)
        most = pages_of_step();
    look();
    ck_assert(health.compacting);
    ck_assert_int_eq(most, 256);
}
END_TEST

START_TEST(a_file_without_much_free_is_left_alone)
{
    ck_assert_int_eq(care_want_compaction(writer_care(w.writer)), LLMREG_OK);
    ck_assert_int_eq(care_want_compaction(writer_care(w.writer)), LLMREG_EBUSY);
    run_to_the_end();
    ck_assert_str_eq(health.compactions[0].status, "skipped");
    ck_assert_str_eq(health.compactions[0].reason, "below_threshold");
    ck_assert(!health.compacting);
    ck_assert_int_eq(care_want_compaction(writer_care(w.writer)), LLMREG_OK);
}
END_TEST

START_TEST(the_newest_twenty_runs_are_remembered)
{
    for (int i = 0; i < 25; i++) {
        room_pass(&w.room, 3600 * 1000);
        writing_step(&w); /* a checkpoint is due, too, and goes first */
        writing_step(&w);
    }
    look();
    ck_assert_uint_eq(health.ncompactions, LLMREG_COMPACTIONS);
    const int64_t newest = health.compactions[0].started_ms;
    ck_assert_int_eq(newest - health.compactions[19].started_ms,
                     19 * 3600 * INT64_C(1000));
    writing_restart(&w);
    look();
    ck_assert_uint_eq(health.ncompactions, LLMREG_COMPACTIONS);
    ck_assert_int_eq(health.compactions[0].started_ms, newest);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM compaction"), 20);
}
END_TEST

START_TEST(a_store_that_fails_ends_it)
{
    grow_and_drop();
    ck_assert_int_eq(care_want_compaction(writer_care(w.writer)), LLMREG_OK);
    writing_step(&w);
    writing_hide(&w);
    room_pass(&w.room, 6000);
    writing_step(&w);
    look();
    ck_assert(!health.compacting);
    ck_assert_str_eq(health.compactions[0].status, "error");
    ck_assert_int_eq(health.verdict, LLMREG_STORE_UNHEALTHY);
    writing_show(&w);
    room_pass(&w.room, 6000);
    writing_step(&w);
    writing_step(&w);
    look();
    ck_assert_int_eq(health.verdict, LLMREG_STORE_HEALTHY);
    ck_assert_uint_eq(health.ncompactions, 1);
    ck_assert_int_eq(
        writing_ask(&w, "SELECT count(*) FROM compaction WHERE status = 'error'"
                        " AND reason <> '' AND trigger = 'manual'"),
        1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("compact");
    TCase *tc = tcase_create("compact");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, what_is_free_is_given_back);
    tcase_add_test(tc, events_are_written_between_two_steps);
    tcase_add_test(tc, steps_are_as_large_as_the_disk_is_quick);
    tcase_add_test(tc, a_file_without_much_free_is_left_alone);
    tcase_add_test(tc, the_newest_twenty_runs_are_remembered);
    tcase_add_test(tc, a_store_that_fails_ends_it);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
