/* SPDX-License-Identifier: MIT */
/* test_writer.c - the store step by step: what is on disk when.
 *
 * test_writer_restart.c and test_writer_faults.c are about the same file.
 */
#include "common/store/writer.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/writing.h"

static struct writing w;

static void setup(void)
{
    writing_open(&w);
}

static void teardown(void)
{
    writing_close(&w);
}

START_TEST(the_directory_and_files_are_for_the_owner_alone)
{
    struct stat st;

    umask(0);
    writing_start(&w);
    ck_assert_int_eq(stat(w.config.dir, &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0700);
    ck_assert_int_eq(stat(room_path(&w.room, "registry/registry.db"), &st), 0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_int_eq(stat(room_path(&w.room, "registry/registry.db-wal"), &st),
                     0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
    ck_assert_int_eq(stat(room_path(&w.room, "registry/registry.lock"), &st),
                     0);
    ck_assert_uint_eq(st.st_mode & 07777, 0600);
}
END_TEST

START_TEST(a_registration_is_written_by_the_next_step)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_step(&w);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 1);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM label"), 2);
    ck_assert_uint_eq(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
}
END_TEST

START_TEST(a_change_of_health_is_written_by_the_next_step)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_step(&w);
    room_observe(&w.room, "gpu1", LLMREG_REASON_OK);
    writing_step(&w);
    ck_assert_int_eq(writing_ask(&w, "SELECT state = 'healthy' FROM health"),
                     1);
}
END_TEST

START_TEST(models_are_written_when_the_flush_is_due)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_step(&w);
    room_models(&w.room, "gpu1", "a:latest,b:latest");
    writing_step(&w);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM model"), 0);
    ck_assert_uint_lt(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM model"), 2);
}
END_TEST

START_TEST(a_lazy_write_counts_as_on_disk_only_after_a_synced_one)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_step(&w);
    room_models(&w.room, "gpu1", "a:latest");
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert_uint_lt(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
    room_add(&w.room, "gpu2");
    writing_step(&w);
    ck_assert_uint_eq(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
}
END_TEST

START_TEST(what_somebody_waits_for_is_written_at_once_with_fsync)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_step(&w);
    room_models(&w.room, "gpu1", "a:latest");
    writing_step(&w); /* taken, and waiting for the flush */
    writer_want(w.writer, llmreg_bus_last(w.room.bus));
    writing_step(&w);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM model"), 1);
    ck_assert_uint_eq(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
}
END_TEST

START_TEST(what_was_written_without_fsync_is_synced_for_who_waits)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_step(&w);
    room_models(&w.room, "gpu1", "a:latest");
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert_uint_lt(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
    writer_want(w.writer, llmreg_bus_last(w.room.bus));
    writing_step(&w);
    ck_assert_uint_eq(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
}
END_TEST

START_TEST(a_flush_that_is_due_forgets_nobody_who_waits)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_models(&w.room, "gpu1", "a:latest");
    room_pass(&w.room, 5000);
    writing_step(&w);
    room_models(&w.room, "gpu1", "b:latest");
    room_pass(&w.room, 5000);
    writer_want(w.writer, llmreg_bus_last(w.room.bus));
    writing_step(&w);
    ck_assert_uint_eq(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
}
END_TEST

START_TEST(who_waits_for_what_is_written_costs_nothing)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_step(&w);
    writer_want(w.writer, llmreg_bus_last(w.room.bus) + 5);
    int64_t commits = writing_ask(&w, "PRAGMA data_version");
    writing_step(&w);
    ck_assert_int_eq(writing_ask(&w, "PRAGMA data_version"), commits);
}
END_TEST

START_TEST(a_forced_step_writes_lazy_changes_too)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_models(&w.room, "gpu1", "a:latest");
    writer_step(w.writer, &w.room.now, true);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM model"), 1);
    ck_assert_uint_eq(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
}
END_TEST

START_TEST(a_probe_without_an_event_is_written_by_the_flush)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_observe(&w.room, "gpu1", LLMREG_REASON_OK);
    writing_step(&w);
    room_pass(&w.room, 30000);
    room_observe(&w.room, "gpu1", LLMREG_REASON_OK);
    writing_step(&w);
    ck_assert_int_eq(writing_ask(&w, "SELECT checked_ms FROM health"),
                     w.room.now.wall_ms);
}
END_TEST

START_TEST(a_probe_ahead_of_its_registration_is_no_fault)
{
    char name[16];

    writing_start(&w);
    for (int i = 0; i < 300; i++) { /* more than one batch */
        snprintf(name, sizeof name, "gpu%d", i);
        room_add(&w.room, name);
    }
    room_observe(&w.room, "gpu299", LLMREG_REASON_OK);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    writing_sync(&w);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM health"), 300);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM health"
                                     " WHERE state = 'healthy'"),
                     1);
}
END_TEST

START_TEST(in_a_hurry_one_step_writes_all_but_the_history)
{
    char name[16];

    writing_start(&w);
    for (int i = 0; i < 600; i++) {
        snprintf(name, sizeof name, "gpu%d", i);
        room_add(&w.room, name);
    }
    writer_hurry(w.writer);
    writer_step(w.writer, &w.room.now, true);
    ck_assert_uint_eq(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 600);
}
END_TEST

START_TEST(nothing_is_written_while_nothing_happens)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_observe(&w.room, "gpu1", LLMREG_REASON_OK);
    writing_sync(&w);
    room_pass(&w.room, 60000);
    writing_step(&w);
    room_pass(&w.room, 60000);
    int64_t version = writing_ask(&w, "PRAGMA data_version");
    struct stat before, after;
    ck_assert_int_eq(
        stat(room_path(&w.room, "registry/registry.db-wal"), &before), 0);
    writing_step(&w);
    ck_assert_int_eq(
        stat(room_path(&w.room, "registry/registry.db-wal"), &after), 0);
    ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
    ck_assert_int_eq(writing_ask(&w, "PRAGMA data_version"), version);
}
END_TEST

START_TEST(removing_takes_labels_health_and_models_along)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_observe(&w.room, "gpu1", LLMREG_REASON_OK);
    room_models(&w.room, "gpu1", "a:latest");
    writing_sync(&w);
    room_remove(&w.room, "gpu1");
    writing_step(&w);
    ck_assert_int_eq(
        writing_ask(&w, "SELECT (SELECT count(*) FROM endpoint) + (SELECT "
                        "count(*) FROM label) + (SELECT count(*) FROM health)"
                        " + (SELECT count(*) FROM model)"),
        0);
}
END_TEST

START_TEST(removed_and_made_anew_in_one_batch_is_the_new_one)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_models(&w.room, "gpu1", "a:latest");
    writing_sync(&w);
    room_remove(&w.room, "gpu1");
    room_add(&w.room, "gpu1");
    writing_step(&w);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 1);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM model"), 0);
}
END_TEST

START_TEST(only_the_newest_events_are_kept)
{
    writing_start(&w);
    for (int i = 0; i < 150; i++) {
        room_add(&w.room, "gpu1");
        room_remove(&w.room, "gpu1");
    }
    writing_sync(&w);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM event"), 100);
    ck_assert_int_eq(writing_ask(&w, "SELECT max(seq) FROM event"),
                     (int64_t)llmreg_bus_last(w.room.bus));
    ck_assert_int_eq(writing_ask(&w, "SELECT max(seq) - min(seq) FROM event"),
                     99);
}
END_TEST

START_TEST(no_events_are_kept_if_none_are_wanted)
{
    w.config.keep_events = 0;
    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_step(&w);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM event"), 0);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 1);
}
END_TEST

START_TEST(more_changes_than_the_ring_holds_are_all_written)
{
    char name[32];

    writing_start(&w);
    for (int i = 0; i < 900; i++) {
        snprintf(name, sizeof name, "gpu%d", i);
        room_add(&w.room, name);
    }
    for (int i = 0; i < 900; i++) {
        snprintf(name, sizeof name, "gpu%d", i);
        room_observe(&w.room, name, LLMREG_REASON_OK);
    }
    room_remove(&w.room, "gpu7");
    writing_sync(&w);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 899);
    ck_assert_int_eq(
        writing_ask(&w, "SELECT count(*) FROM health WHERE state='healthy'"),
        899);
}
END_TEST

START_TEST(the_log_is_moved_into_the_file_when_all_is_quiet)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_sync(&w);
    room_pass(&w.room, 31000);
    writing_step(&w);
    room_pass(&w.room, 6000);
    room_add(&w.room, "gpu2"); /* starts the log anew */
    writing_step(&w);
    struct stat st;
    ck_assert_int_eq(stat(room_path(&w.room, "registry/registry.db"), &st), 0);
    ck_assert_int_gt(st.st_size, 4096);
}
END_TEST

START_TEST(closing_leaves_one_file_without_a_log)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_sync(&w);
    writing_end(&w);
    ck_assert_int_ne(
        access(room_path(&w.room, "registry/registry.db-wal"), F_OK), 0);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("writer");
    TCase *tc = tcase_create("writer");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_directory_and_files_are_for_the_owner_alone);
    tcase_add_test(tc, a_registration_is_written_by_the_next_step);
    tcase_add_test(tc, a_change_of_health_is_written_by_the_next_step);
    tcase_add_test(tc, models_are_written_when_the_flush_is_due);
    tcase_add_test(tc, a_lazy_write_counts_as_on_disk_only_after_a_synced_one);
    tcase_add_test(tc, what_somebody_waits_for_is_written_at_once_with_fsync);
    tcase_add_test(tc, what_was_written_without_fsync_is_synced_for_who_waits);
    tcase_add_test(tc, a_flush_that_is_due_forgets_nobody_who_waits);
    tcase_add_test(tc, who_waits_for_what_is_written_costs_nothing);
    tcase_add_test(tc, a_forced_step_writes_lazy_changes_too);
    tcase_add_test(tc, a_probe_without_an_event_is_written_by_the_flush);
    tcase_add_test(tc, a_probe_ahead_of_its_registration_is_no_fault);
    tcase_add_test(tc, in_a_hurry_one_step_writes_all_but_the_history);
    tcase_add_test(tc, nothing_is_written_while_nothing_happens);
    tcase_add_test(tc, removing_takes_labels_health_and_models_along);
    tcase_add_test(tc, removed_and_made_anew_in_one_batch_is_the_new_one);
    tcase_add_test(tc, only_the_newest_events_are_kept);
    tcase_add_test(tc, no_events_are_kept_if_none_are_wanted);
    tcase_add_test(tc, more_changes_than_the_ring_holds_are_all_written);
    tcase_add_test(tc, the_log_is_moved_into_the_file_when_all_is_quiet);
    tcase_add_test(tc, closing_leaves_one_file_without_a_log);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
