/* SPDX-License-Identifier: MIT */
/* test_writer_restart.c - what comes back after a restart, however it came. */
#include "common/store/writer.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/store/sequence.h"
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

START_TEST(an_endpoint_comes_back_as_it_was)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_models(&w.room, "gpu1", "a:latest,b:latest");
    room_admin(&w.room, "gpu1", LLMREG_ADMIN_DRAINING, 0);
    int64_t registered = w.room.now.wall_ms;
    room_pass(&w.room, 1000);
    writing_restart(&w);

    struct llmreg_endpoint *e = room_get(&w.room, "gpu1");
    ck_assert_ptr_nonnull(e);
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    const struct llmreg_models *models = llmreg_endpoint_models(e);
    ck_assert_str_eq(spec->url, "http://gpu1:11434");
    ck_assert_uint_eq(spec->nlabels, 2);
    ck_assert_str_eq(spec->labels[0].value, "berlin");
    ck_assert_uint_eq(models->count, 2);
    ck_assert_int_eq(models->items[1].vram_bytes, 500);
    ck_assert_int_eq(llmreg_endpoint_intent(e).admin, LLMREG_ADMIN_DRAINING);
    ck_assert_int_eq(llmreg_endpoint_registered_ms(e), registered);
    llmreg_models_put(models);
    llmreg_spec_put(spec);
    llmreg_put(e);
}
END_TEST

START_TEST(health_is_unknown_after_a_restart_and_its_past_is_known)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_observe(&w.room, "gpu1", LLMREG_REASON_REFUSED);
    int64_t since = w.room.now.wall_ms;
    room_pass(&w.room, 1000);
    room_observe(&w.room, "gpu1", LLMREG_REASON_REFUSED);
    room_pass(&w.room, 1000);
    writing_restart(&w);
    struct llmreg_health h = room_health(&w.room, "gpu1");
    ck_assert_int_eq(h.state, LLMREG_HEALTH_UNKNOWN);
    ck_assert_int_eq(h.prior, LLMREG_HEALTH_UNREACHABLE);
    ck_assert_int_eq(h.prior_since_ms, since);
}
END_TEST

START_TEST(an_unknown_past_survives_two_restarts)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_observe(&w.room, "gpu1", LLMREG_REASON_REFUSED);
    room_observe(&w.room, "gpu1", LLMREG_REASON_REFUSED);
    writing_restart(&w);
    writing_restart(&w);
    ck_assert_int_eq(room_health(&w.room, "gpu1").prior,
                     LLMREG_HEALTH_UNREACHABLE);
}
END_TEST

static struct llmreg_patch priority(int32_t n)
{
    return (struct llmreg_patch){
        .set = {.fields = LLMREG_FIELD_PRIORITY, .priority = n}};
}

static int32_t priority_of(const char *name)
{
    struct llmreg_endpoint *e = room_get(&w.room, name);
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    const int32_t n = spec->priority;

    llmreg_spec_put(spec);
    llmreg_put(e);
    return n;
}

/* Design 5.11; the configuration names it again at the start. */
START_TEST(an_operators_priority_survives_a_restart_and_the_configuration)
{
    const struct llmreg_patch high = priority(90);
    const struct llmreg_patch as_named = {.revert = LLMREG_FIELD_PRIORITY};
    struct llmreg_registry *r = w.room.registry;

    writing_start(&w);
    room_add(&w.room, "gpu1");
    ck_assert_int_eq(llmreg_patch(r, "gpu1:11434", &high, NULL, NULL),
                     LLMREG_OK);
    writing_restart(&w);
    r = w.room.registry;
    ck_assert_int_eq(priority_of("gpu1"), 90);
    room_add(&w.room, "gpu1");
    ck_assert_int_eq(priority_of("gpu1"), 90);
    ck_assert_int_eq(llmreg_patch(r, "gpu1:11434", &as_named, NULL, NULL),
                     LLMREG_OK);
    writing_restart(&w);
    ck_assert_int_eq(priority_of("gpu1"), LLMREG_PRIORITY_DEFAULT);
}
END_TEST

START_TEST(a_file_that_is_usable_later_brings_what_the_operator_said)
{
    const struct llmreg_patch high = priority(90), low = priority(10);

    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_add(&w.room, "gpu2");
    ck_assert_int_eq(
        llmreg_patch(w.room.registry, "gpu1:11434", &high, NULL, NULL),
        LLMREG_OK);
    ck_assert_int_eq(
        llmreg_patch(w.room.registry, "gpu2:11434", &high, NULL, NULL),
        LLMREG_OK);
    writing_sync(&w);
    writing_end(&w);
    writing_hide(&w);
    room_restart(&w.room);
    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_add(&w.room, "gpu2");
    ck_assert_int_eq(
        llmreg_patch(w.room.registry, "gpu2:11434", &low, NULL, NULL),
        LLMREG_OK);
    writing_show(&w);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    ck_assert_int_eq(priority_of("gpu1"), 90);
    ck_assert_int_eq(priority_of("gpu2"), 10);
}
END_TEST

START_TEST(a_removed_endpoint_does_not_come_back)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_sync(&w);
    room_remove(&w.room, "gpu1");
    writing_restart(&w);
    ck_assert_ptr_null(room_get(&w.room, "gpu1"));
}
END_TEST

START_TEST(event_numbers_go_on_above_all_that_were_used)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    uint64_t last = llmreg_bus_last(w.room.bus);
    writing_restart(&w);
    uint64_t reserved = llmreg_bus_last(w.room.bus);
    ck_assert_uint_gt(reserved, last);
    room_add(&w.room, "gpu2");
    writing_restart(&w);
    ck_assert_uint_gt(llmreg_bus_last(w.room.bus), reserved);
}
END_TEST

START_TEST(the_next_block_of_numbers_is_reserved_before_it_is_needed)
{
    writing_start(&w);
    int64_t reserved =
        writing_ask(&w, "SELECT value FROM meta WHERE key = 'seq_reserved'");
    llmreg_bus_raise(w.room.bus, (uint64_t)reserved - SEQUENCE_BLOCK / 4);
    writing_step(&w);
    ck_assert_int_eq(
        writing_ask(&w, "SELECT value FROM meta WHERE key = 'seq_reserved'"),
        reserved);
    llmreg_bus_raise(w.room.bus, (uint64_t)reserved - 1000);
    writing_step(&w);
    ck_assert_int_eq(
        writing_ask(&w, "SELECT value FROM meta WHERE key = 'seq_reserved'"),
        reserved - 1000 + SEQUENCE_BLOCK);
}
END_TEST

START_TEST(a_row_that_makes_no_sense_is_skipped_and_kept)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_add(&w.room, "gpu2");
    writing_sync(&w);
    writing_end(&w);
    writing_change_file(
        &w, "UPDATE endpoint SET kind = 'toaster' WHERE name = 'gpu1'");
    room_restart(&w.room);
    writing_start(&w);
    ck_assert_ptr_null(room_get(&w.room, "gpu1"));
    ck_assert(room_logged(&w.room, "gpu1:11434 cannot be restored"));
    ck_assert_int_eq(room_health(&w.room, "gpu2").state, LLMREG_HEALTH_UNKNOWN);
    writer_step(w.writer, &w.room.now, true);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 2);
}
END_TEST

START_TEST(a_second_store_on_the_same_directory_is_refused_by_name)
{
    const struct store_world world = writing_world(&w);
    struct writer *second = NULL;
    struct llmreg_error err;
    char pid[32];

    writing_start(&w);
    ck_assert_int_eq(writer_new(&second, &w.config, &world, &err),
                     LLMREG_ELOCKED);
    ck_assert_ptr_null(second);
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    ck_assert_ptr_nonnull(strstr(err.text, pid));
    ck_assert_ptr_nonnull(strstr(err.text, "since 2026-"));
    ck_assert(!room_logged(&w.room, "store:"));
}
END_TEST

/* ---- kill -9 ---- */

static void setup_fork(void)
{
    writing_make(&w); /* no registry over a fork */
}

/* Dies without any goodbye after the last step told that all is on disk. */
static void die_after_writing(void)
{
    writing_start(&w);
    for (int i = 0; i < 20; i++) {
        char name[32];

        snprintf(name, sizeof name, "gpu%d", i);
        room_add(&w.room, name);
        room_observe(&w.room, name, LLMREG_REASON_OK);
        writing_sync(&w);
    }
    room_add(&w.room, "late");
    kill(getpid(), SIGKILL);
}

START_TEST(kill_nine_loses_nothing_that_was_told_to_be_on_disk)
{
    struct llmreg_counts counts;
    int status = 0;
    pid_t child;

    child = fork();
    if (child == 0) {
        room_start(&w.room);
        die_after_writing();
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(WTERMSIG(status), SIGKILL);
    room_start(&w.room);
    writing_start(&w);
    llmreg_count(w.room.registry, &counts);
    ck_assert_uint_eq(counts.endpoints, 20);
    ck_assert_uint_ge(llmreg_bus_last(w.room.bus), 41);
    ck_assert_int_eq(room_health(&w.room, "gpu19").prior,
                     LLMREG_HEALTH_HEALTHY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("writer_restart");
    TCase *tc = tcase_create("restart");
    TCase *killed = tcase_create("killed");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, an_endpoint_comes_back_as_it_was);
    tcase_add_test(
        tc, an_operators_priority_survives_a_restart_and_the_configuration);
    tcase_add_test(tc,
                   a_file_that_is_usable_later_brings_what_the_operator_said);
    tcase_add_test(tc, health_is_unknown_after_a_restart_and_its_past_is_known);
    tcase_add_test(tc, an_unknown_past_survives_two_restarts);
    tcase_add_test(tc, a_removed_endpoint_does_not_come_back);
    tcase_add_test(tc, event_numbers_go_on_above_all_that_were_used);
    tcase_add_test(tc,
                   the_next_block_of_numbers_is_reserved_before_it_is_needed);
    tcase_add_test(tc, a_row_that_makes_no_sense_is_skipped_and_kept);
    tcase_add_test(tc, a_second_store_on_the_same_directory_is_refused_by_name);
    suite_add_tcase(suite, tc);
    tcase_add_checked_fixture(killed, setup_fork, teardown);
    tcase_add_test(killed, kill_nine_loses_nothing_that_was_told_to_be_on_disk);
    suite_add_tcase(suite, killed);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
