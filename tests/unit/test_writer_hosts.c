/* SPDX-License-Identifier: MIT */
/* test_writer_hosts.c - hosts step by step and over a restart: what is on disk
 * when, and what is known of a host that has not reported since.
 */
#include "common/store/writer.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/tenants.h"
#include "tests/support/writing.h"

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

static struct llmreg_host_state state_of(const char *id)
{
    struct llmreg_host *h = host_get(&w.room, id);
    struct llmreg_host_state state;

    ck_assert_ptr_nonnull(h);
    llmreg_host_state(h, &w.room.now, &state);
    llmreg_host_put(h);
    return state;
}

static bool is_there(const char *id)
{
    struct llmreg_host *h = host_get(&w.room, id);

    llmreg_host_put(h);
    return h != NULL;
}

static void remove_host(const char *id)
{
    ck_assert_int_eq(llmreg_host_remove(w.room.registry, id, "gone"),
                     LLMREG_OK);
}

START_TEST(a_first_report_is_written_by_the_next_step)
{
    host_report(&w.room, "node7");
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM host JOIN report ON host = id"
                         " WHERE sample = 'fresh'"),
                     1);
    ck_assert_int_eq(ask("SELECT count(*) FROM address"), 2);
    ck_assert_uint_eq(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
}
END_TEST

START_TEST(a_removal_is_written_by_the_next_step)
{
    host_report(&w.room, "node7");
    writing_step(&w);
    remove_host("node7");
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT (SELECT count(*) FROM host)"
                         " + (SELECT count(*) FROM report)"
                         " + (SELECT count(*) FROM address)"),
                     0);
}
END_TEST

START_TEST(that_it_is_stale_waits_for_the_flush)
{
    host_report(&w.room, "node7");
    writing_sync(&w);
    room_pass(&w.room, 89000);
    writing_step(&w); /* the flush before */
    room_pass(&w.room, 1000);
    (void)llmreg_tick(w.room.registry, &w.room.now);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT sample = 'stale' FROM report"), 0);
    room_pass(&w.room, 4000);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT sample = 'stale' FROM report"), 1);
}
END_TEST

START_TEST(when_it_was_heard_of_last_is_written_once_a_minute)
{
    host_report(&w.room, "node7");
    writing_sync(&w);
    int64_t first = ask("SELECT reported_ms FROM report");
    for (int i = 0; i < 5; i++) {
        room_pass(&w.room, 10000);
        host_report(&w.room, "node7");
        writing_step(&w);
        ck_assert_int_eq(ask("SELECT reported_ms FROM report"), first);
    }
    room_pass(&w.room, 15000);
    host_report(&w.room, "node7");
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT reported_ms FROM report"), w.room.now.wall_ms);
}
END_TEST

START_TEST(the_end_writes_when_it_was_heard_of_last)
{
    host_report(&w.room, "node7");
    writing_sync(&w);
    room_pass(&w.room, 10000);
    host_report(&w.room, "node7");
    writer_step(w.writer, &w.room.now, true);
    ck_assert_int_eq(ask("SELECT reported_ms FROM report"), w.room.now.wall_ms);
}
END_TEST

START_TEST(a_host_comes_back_as_it_was_but_for_its_sample)
{
    const int64_t first = w.room.now.wall_ms;

    host_report(&w.room, "node7");
    room_pass(&w.room, 1000);
    writing_restart(&w);
    const struct llmreg_host_state state = state_of("node7");
    ck_assert(state.sampled && !state.stale);
    ck_assert_int_eq(state.registered_ms, first);
    ck_assert_int_eq(state.reported_ms, first);
    ck_assert_int_eq(state.reported_mono_ns, 0);
    struct llmreg_host *h = host_get(&w.room, "192.0.2.7");
    ck_assert_ptr_null(h); /* not an id */
    h = llmreg_host_find(w.room.registry, "192.0.2.7");
    ck_assert_str_eq(llmreg_host_id(h), "node7");
    ck_assert_ptr_null(llmreg_host_sample(h, &w.room.now));
    llmreg_host_put(h);
    ck_assert(room_logged(&w.room, "1 hosts are remembered, 0 not"));
}
END_TEST

START_TEST(one_that_was_stale_still_is_and_since_when)
{
    host_report(&w.room, "node7");
    room_pass(&w.room, 90000);
    const int64_t since = w.room.now.wall_ms;
    room_pass(&w.room, 60000);
    writing_restart(&w);
    room_pass(&w.room, 3600000);
    writing_restart(&w); /* twice */
    const struct llmreg_host_state state = state_of("node7");
    ck_assert(state.stale);
    ck_assert_int_eq(state.since_ms, since);
    ck_assert_int_eq(state.reported_ms, since - 90000);
}
END_TEST

START_TEST(a_removed_host_does_not_come_back)
{
    host_report(&w.room, "node7");
    writing_sync(&w);
    remove_host("node7");
    writing_restart(&w);
    ck_assert(!is_there("node7"));
}
END_TEST

START_TEST(a_row_that_makes_no_sense_is_skipped_and_kept)
{
    host_report(&w.room, "node7");
    writing_sync(&w);
    writing_end(&w);
    writing_change_file(&w,
                        "INSERT INTO host VALUES ('', '', '', 30000, 1, 0)");
    writing_change_file(&w, "INSERT INTO host VALUES ('a', '', '', 3, 1, 0)");
    room_restart(&w.room);
    writing_start(&w);
    ck_assert(is_there("node7"));
    ck_assert(!is_there("a"));
    ck_assert(room_logged(&w.room, "host a cannot be restored"));
    writer_step(w.writer, &w.room.now, true);
    ck_assert_int_eq(ask("SELECT count(*) FROM host"), 3);
}
END_TEST

START_TEST(after_a_gap_all_is_compared)
{
    host_report(&w.room, "node7");
    writing_sync(&w);
    remove_host("node7");
    for (int i = 0; i < 1100; i++) { /* more than the ring holds */
        host_report(&w.room, "flicker");
        remove_host("flicker");
    }
    host_report(&w.room, "node8");
    writing_sync(&w);
    ck_assert_int_eq(ask("SELECT id = 'node8' FROM host"), 1);
    ck_assert_int_eq(ask("SELECT count(*) FROM host"), 1);
}
END_TEST

START_TEST(a_file_that_is_usable_later_adds_its_hosts)
{
    host_report(&w.room, "node7");
    writing_sync(&w);
    writing_end(&w);
    writing_hide(&w);
    room_restart(&w.room);
    writing_start(&w);
    ck_assert(!is_there("node7"));
    host_report(&w.room, "node8"); /* with node7's addresses */
    writing_show(&w);
    const uint64_t before = llmreg_bus_last(w.room.bus);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    ck_assert(is_there("node7"));
    /* node7 is announced, and that the store works */
    ck_assert_uint_eq(llmreg_bus_last(w.room.bus), before + 2);
    host_report(&w.room, "node8"); /* the addresses are its own by now */
    writing_sync(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM host"), 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("writer_hosts");
    TCase *tc = tcase_create("writer_hosts");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_first_report_is_written_by_the_next_step);
    tcase_add_test(tc, a_removal_is_written_by_the_next_step);
    tcase_add_test(tc, that_it_is_stale_waits_for_the_flush);
    tcase_add_test(tc, when_it_was_heard_of_last_is_written_once_a_minute);
    tcase_add_test(tc, the_end_writes_when_it_was_heard_of_last);
    tcase_add_test(tc, a_host_comes_back_as_it_was_but_for_its_sample);
    tcase_add_test(tc, one_that_was_stale_still_is_and_since_when);
    tcase_add_test(tc, a_removed_host_does_not_come_back);
    tcase_add_test(tc, a_row_that_makes_no_sense_is_skipped_and_kept);
    tcase_add_test(tc, after_a_gap_all_is_compared);
    tcase_add_test(tc, a_file_that_is_usable_later_adds_its_hosts);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
