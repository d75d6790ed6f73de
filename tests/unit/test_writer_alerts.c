/* SPDX-License-Identifier: MIT */
/* test_writer_alerts.c - alerts step by step and over a restart: an alarm, its
 * end, and who has acknowledged it are never lost (B3, B12).
 */
#include "common/store/writer.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/tenants.h"
#include "tests/support/writing.h"

#define GPU "gpu1:11434"

static struct writing w;

static void setup(void)
{
    writing_open(&w);
    writing_start(&w);
}

static void teardown(void)
{
    writing_close(&w);
}

static int64_t ask(const char *sql)
{
    return writing_ask(&w, sql);
}

static void expect(const char *subject, enum llmreg_severity severity,
                   enum llmreg_severity told)
{
    const struct llmreg_alert *a = alert_get(&w.room, subject);

    ck_assert_ptr_nonnull(a);
    ck_assert_int_eq(a->s.severity, severity);
    ck_assert_int_eq(a->told, told);
    llmreg_alert_put(a);
}

START_TEST(raised_acknowledged_and_cleared_are_each_on_disk_at_once)
{
    alert_set(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT severity = 'failure' AND told = 'okay'"
                         " FROM alert"),
                     1);
    ck_assert_uint_eq(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
    alert_acknowledge(&w.room, GPU, "ada");
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT acknowledged_by = 'ada' FROM alert"), 1);
    ck_assert_uint_eq(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
    alert_set(&w.room, GPU, LLMREG_SEVERITY_OKAY);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT severity = 'okay' AND cleared_ms > 0"
                         " AND acknowledged_ms IS NULL FROM alert"),
                     1);
    ck_assert_uint_eq(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
}
END_TEST

START_TEST(what_was_told_is_written_though_it_is_no_event)
{
    alert_set(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    writing_sync(&w);
    alert_tell(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT told = 'failure' FROM alert"), 1);
}
END_TEST

START_TEST(an_alert_that_is_forgotten_leaves_the_file)
{
    alert_set(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    alert_set(&w.room, GPU, LLMREG_SEVERITY_OKAY);
    alert_set(&w.room, "other", LLMREG_SEVERITY_WARNING);
    writing_sync(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM alert"), 2);
    ck_assert_int_eq(
        llmreg_alert_forget(w.room.registry, "endpoint_unhealthy/" GPU),
        LLMREG_OK);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM alert"), 1);
}
END_TEST

START_TEST(what_is_only_pending_is_not_in_the_file)
{
    struct llmreg_alert a = alert_of(&w.room, GPU, LLMREG_SEVERITY_OKAY);

    a.s = (struct llmreg_alert_state){.pending = LLMREG_SEVERITY_FAILURE,
                                      .pending_mono_ns = 1};
    ck_assert_int_eq(llmreg_alert_set(w.room.registry, &a, LLMREG_ALERT_NOTHING,
                                      &w.room.now, NULL),
                     LLMREG_OK);
    for (int i = 0; i < 1100; i++) { /* a gap: everything is compared */
        room_add(&w.room, "gpu1");
        room_remove(&w.room, "gpu1");
    }
    writing_sync(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM alert"), 0);
}
END_TEST

START_TEST(an_alert_comes_back_with_who_acknowledged_it)
{
    alert_set(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    alert_tell(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    room_pass(&w.room, 1000);
    const int64_t fired = w.room.now.wall_ms - 1000;
    alert_acknowledge(&w.room, GPU, "ada");
    writing_sync(&w);
    writer_step(w.writer, &w.room.now, true);
    writing_restart(&w);
    const struct llmreg_alert *a = alert_get(&w.room, GPU);
    ck_assert_ptr_nonnull(a);
    ck_assert(a->s.remembered && a->s.acknowledged);
    ck_assert_str_eq(a->acknowledged_by, "ada");
    ck_assert_str_eq(a->note, "a new fan is ordered");
    ck_assert_int_eq(a->acknowledged_ms, fired + 1000);
    ck_assert_int_eq(a->s.fired_ms, fired);
    ck_assert_uint_eq(a->times, 1);
    ck_assert_int_eq(a->told, LLMREG_SEVERITY_FAILURE);
    llmreg_alert_put(a);
    ck_assert(room_logged(&w.room, "1 alerts are remembered, 0 not"));
}
END_TEST

START_TEST(an_end_that_was_not_told_is_known_after_a_restart)
{
    alert_set(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    alert_tell(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    alert_set(&w.room, GPU, LLMREG_SEVERITY_OKAY);
    writing_restart(&w);
    expect(GPU, LLMREG_SEVERITY_OKAY, LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(a_row_that_makes_no_sense_is_skipped_and_kept)
{
    alert_set(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    alert_set(&w.room, "other", LLMREG_SEVERITY_FAILURE);
    writing_sync(&w);
    writing_end(&w);
    writing_change_file(&w, "UPDATE alert SET rule = 'of_tomorrow'"
                            " WHERE subject = 'other'");
    room_restart(&w.room);
    writing_start(&w);
    ck_assert(room_logged(&w.room, "alert endpoint_unhealthy/other cannot"));
    expect(GPU, LLMREG_SEVERITY_FAILURE, LLMREG_SEVERITY_FAILURE);
    writer_step(w.writer, &w.room.now, true);
    room_pass(&w.room, 60000);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM alert"), 2);
}
END_TEST

/* ---- late ---- */

/* The file comes back after the alert was raised in this run, too. */
static void come_late(enum llmreg_severity now_raised)
{
    writing_sync(&w);
    writer_step(w.writer, &w.room.now, true);
    writing_end(&w);
    writing_hide(&w);
    room_restart(&w.room);
    writing_start(&w);
    if (now_raised != LLMREG_SEVERITY_OKAY)
        alert_set(&w.room, GPU, now_raised);
    writing_show(&w);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
}

START_TEST(late_an_acknowledgement_and_what_was_told_are_taken_over)
{
    alert_set(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    alert_tell(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    alert_acknowledge(&w.room, GPU, "ada");
    come_late(LLMREG_SEVERITY_FAILURE);
    expect(GPU, LLMREG_SEVERITY_FAILURE, LLMREG_SEVERITY_FAILURE);
    const struct llmreg_alert *a = alert_get(&w.room, GPU);
    ck_assert(a->s.acknowledged);
    ck_assert_str_eq(a->acknowledged_by, "ada");
    llmreg_alert_put(a);
    writing_sync(&w);
    ck_assert_int_eq(ask("SELECT acknowledged_by = 'ada' FROM alert"), 1);
}
END_TEST

START_TEST(late_what_only_the_file_knows_is_added_and_announced)
{
    struct llmreg_subscription *sub = NULL;
    const struct llmreg_event *event;
    int fired = 0, rc = LLMREG_OK;

    alert_set(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    alert_tell(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    writing_sync(&w);
    writer_step(w.writer, &w.room.now, true);
    writing_end(&w);
    writing_hide(&w);
    room_restart(&w.room);
    writing_start(&w);
    ck_assert_int_eq(llmreg_subscribe(w.room.bus, UINT64_MAX, &sub), LLMREG_OK);
    writing_show(&w);
    room_pass(&w.room, 5000);
    writing_step(&w);
    expect(GPU, LLMREG_SEVERITY_FAILURE, LLMREG_SEVERITY_FAILURE);
    while (rc != LLMREG_ENOENT) {
        rc = llmreg_subscription_next(sub, &event);
        if (rc != LLMREG_OK)
            continue;
        fired += event->type == LLMREG_EVENT_FIRED;
        llmreg_event_put(event);
    }
    ck_assert_int_eq(fired, 1);
    llmreg_unsubscribe(sub);
}
END_TEST

START_TEST(late_a_newer_acknowledgement_is_not_overruled)
{
    alert_set(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    alert_acknowledge(&w.room, GPU, "ada");
    writing_sync(&w);
    writing_end(&w);
    writing_hide(&w);
    room_restart(&w.room);
    writing_start(&w);
    alert_set(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    alert_acknowledge(&w.room, GPU, "grace");
    alert_tell(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    writing_show(&w);
    room_pass(&w.room, 5000);
    writing_step(&w);
    writing_sync(&w);
    ck_assert_int_eq(ask("SELECT acknowledged_by = 'grace' AND told = 'failure'"
                         " FROM alert"),
                     1);
}
END_TEST

/* ---- kill -9 ---- */

static void setup_fork(void)
{
    writing_make(&w); /* no registry over a fork */
}

/* Dies when it is decided and on disk, and nobody was told. */
static void die_before_telling(void)
{
    writing_start(&w);
    alert_set(&w.room, "told", LLMREG_SEVERITY_WARNING);
    alert_tell(&w.room, "told", LLMREG_SEVERITY_WARNING);
    alert_set(&w.room, GPU, LLMREG_SEVERITY_FAILURE);
    writing_sync(&w);
    writer_step(w.writer, &w.room.now, true);
    kill(getpid(), SIGKILL);
}

START_TEST(kill_nine_between_decided_and_told_leaves_it_to_be_told)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        room_start(&w.room);
        die_before_telling();
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(WTERMSIG(status), SIGKILL);
    room_start(&w.room);
    writing_start(&w);
    /* It may have been told: its end will be, and itself if it lasts. */
    expect(GPU, LLMREG_SEVERITY_FAILURE, LLMREG_SEVERITY_FAILURE);
    expect("told", LLMREG_SEVERITY_WARNING, LLMREG_SEVERITY_WARNING);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("writer_alerts");
    TCase *tc = tcase_create("writer_alerts");
    TCase *killed = tcase_create("killed");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc,
                   raised_acknowledged_and_cleared_are_each_on_disk_at_once);
    tcase_add_test(tc, what_was_told_is_written_though_it_is_no_event);
    tcase_add_test(tc, an_alert_that_is_forgotten_leaves_the_file);
    tcase_add_test(tc, what_is_only_pending_is_not_in_the_file);
    tcase_add_test(tc, an_alert_comes_back_with_who_acknowledged_it);
    tcase_add_test(tc, an_end_that_was_not_told_is_known_after_a_restart);
    tcase_add_test(tc, a_row_that_makes_no_sense_is_skipped_and_kept);
    tcase_add_test(tc,
                   late_an_acknowledgement_and_what_was_told_are_taken_over);
    tcase_add_test(tc, late_what_only_the_file_knows_is_added_and_announced);
    tcase_add_test(tc, late_a_newer_acknowledgement_is_not_overruled);
    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(killed, setup_fork, teardown);
    tcase_add_test(killed,
                   kill_nine_between_decided_and_told_leaves_it_to_be_told);
    suite_add_tcase(suite, killed);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
