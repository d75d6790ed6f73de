/* SPDX-License-Identifier: MIT */
/* test_writer.c - the store step by step: what is on disk when, what comes
 * back after a restart, and what happens when the disk does not play along.
 */
#include "common/store/writer.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/room.h"

static struct room room;
static struct store_config config;
static struct writer *writer;

static struct store_world world(void)
{
    return (struct store_world){room.registry, room.bus, &room.clock,
                                &room.log};
}

static void open_writer(void)
{
    const struct store_world w = world();
    struct llmreg_error err;

    ck_assert_int_eq(writer_new(&writer, &config, &w, &err), LLMREG_OK);
}

static void close_writer(void)
{
    writer_free(writer);
    writer = NULL;
}

static void setup(void)
{
    room_open(&room);
    config = (struct store_config){
        .flush_ns = 5 * LLMREG_NS_PER_S,
        .retry_ns = 5 * LLMREG_NS_PER_S,
        .keep_events = 100,
    };
    snprintf(config.dir, sizeof config.dir, "%s/registry", room.dir);
}

static void teardown(void)
{
    close_writer();
    room_close(&room);
}

static void step(void)
{
    writer_step(writer, &room.now, false);
}

static void sync_now(void)
{
    while (writer_works(writer) &&
           writer_on_disk(writer) < llmreg_bus_last(room.bus))
        writer_step(writer, &room.now, true);
}

/* A reader of its own, as sqlite3 would be. */
static int64_t ask(const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    int64_t n = -1;

    ck_assert_int_eq(sqlite3_open_v2(room_path(&room, "registry/registry.db"),
                                     &db, SQLITE_OPEN_READONLY, NULL),
                     SQLITE_OK);
    ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return n;
}

static void change_file(const char *sql)
{
    sqlite3 *db = NULL;

    ck_assert_int_eq(
        sqlite3_open(room_path(&room, "registry/registry.db"), &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* The process ends in good order and starts again. */
static void restart(void)
{
    writer_step(writer, &room.now, true);
    close_writer();
    room_restart(&room);
    open_writer();
}

/* The texts of the STORE events since the start of sub. */
static void read_store_events(struct llmreg_subscription *sub, char *out,
                              size_t size)
{
    const struct llmreg_event *event;
    int rc = LLMREG_OK;

    out[0] = '\0';
    while (rc != LLMREG_ENOENT) {
        rc = llmreg_subscription_next(sub, &event);
        if (rc != LLMREG_OK)
            continue;
        if (event->type == LLMREG_EVENT_STORE)
            snprintf(out + strlen(out), size - strlen(out), "%s>%s ",
                     event->before, event->after);
        llmreg_event_put(event);
    }
}

/* ---- what is written when ---- */

START_TEST(the_directory_and_files_are_for_the_owner_alone)
    {
        struct stat st;

        umask(0);
        open_writer();
        ck_assert_int_eq(stat(config.dir, &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, 0700);
        ck_assert_int_eq(stat(room_path(&room, "registry/registry.db"), &st),
                         0);
        ck_assert_uint_eq(st.st_mode & 07777, 0600);
        ck_assert_int_eq(
            stat(room_path(&room, "registry/registry.db-wal"), &st), 0);
        ck_assert_uint_eq(st.st_mode & 07777, 0600);
        ck_assert_int_eq(stat(room_path(&room, "registry/registry.lock"), &st),
                         0);
        ck_assert_uint_eq(st.st_mode & 07777, 0600);
    }
END_TEST

START_TEST(a_registration_is_written_by_the_next_step)
    {
        open_writer();
        room_add(&room, "gpu1");
        step();
        ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), 1);
        ck_assert_int_eq(ask("SELECT count(*) FROM label"), 2);
        ck_assert_uint_eq(writer_on_disk(writer), llmreg_bus_last(room.bus));
    }
END_TEST

START_TEST(a_change_of_health_is_written_by_the_next_step)
    {
        open_writer();
        room_add(&room, "gpu1");
        step();
        room_observe(&room, "gpu1", LLMREG_REASON_OK);
        step();
        ck_assert_int_eq(ask("SELECT state = 'healthy' FROM health"), 1);
    }
END_TEST

START_TEST(models_are_written_when_the_flush_is_due)
    {
        open_writer();
        room_add(&room, "gpu1");
        step();
        room_models(&room, "gpu1", "a:latest,b:latest");
        step();
        ck_assert_int_eq(ask("SELECT count(*) FROM model"), 0);
        ck_assert_uint_lt(writer_on_disk(writer), llmreg_bus_last(room.bus));
        room_pass(&room, 5000);
        step();
        ck_assert_int_eq(ask("SELECT count(*) FROM model"), 2);
    }
END_TEST

START_TEST(a_lazy_write_counts_as_on_disk_only_after_a_synced_one)
    {
        open_writer();
        room_add(&room, "gpu1");
        step();
        room_models(&room, "gpu1", "a:latest");
        room_pass(&room, 5000);
        step();
        ck_assert_uint_lt(writer_on_disk(writer), llmreg_bus_last(room.bus));
        room_add(&room, "gpu2");
        step();
        ck_assert_uint_eq(writer_on_disk(writer), llmreg_bus_last(room.bus));
    }
END_TEST

START_TEST(a_forced_step_writes_lazy_changes_too)
    {
        open_writer();
        room_add(&room, "gpu1");
        room_models(&room, "gpu1", "a:latest");
        writer_step(writer, &room.now, true);
        ck_assert_int_eq(ask("SELECT count(*) FROM model"), 1);
        ck_assert_uint_eq(writer_on_disk(writer), llmreg_bus_last(room.bus));
    }
END_TEST

START_TEST(a_probe_without_an_event_is_written_by_the_flush)
    {
        open_writer();
        room_add(&room, "gpu1");
        room_observe(&room, "gpu1", LLMREG_REASON_OK);
        step();
        room_pass(&room, 30000);
        room_observe(&room, "gpu1", LLMREG_REASON_OK);
        step();
        ck_assert_int_eq(ask("SELECT checked_ms FROM health"),
                         room.now.wall_ms);
    }
END_TEST

START_TEST(nothing_is_written_while_nothing_happens)
    {
        open_writer();
        room_add(&room, "gpu1");
        room_observe(&room, "gpu1", LLMREG_REASON_OK);
        sync_now();
        room_pass(&room, 60000);
        step();
        room_pass(&room, 60000);
        int64_t version = ask("PRAGMA data_version");
        struct stat before, after;
        ck_assert_int_eq(
            stat(room_path(&room, "registry/registry.db-wal"), &before), 0);
        step();
        ck_assert_int_eq(
            stat(room_path(&room, "registry/registry.db-wal"), &after), 0);
        ck_assert_int_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
        ck_assert_int_eq(ask("PRAGMA data_version"), version);
    }
END_TEST

START_TEST(removing_takes_labels_health_and_models_along)
    {
        open_writer();
        room_add(&room, "gpu1");
        room_observe(&room, "gpu1", LLMREG_REASON_OK);
        room_models(&room, "gpu1", "a:latest");
        sync_now();
        room_remove(&room, "gpu1");
        step();
        ck_assert_int_eq(
            ask("SELECT (SELECT count(*) FROM endpoint) + (SELECT "
                "count(*) FROM label) + (SELECT count(*) FROM health)"
                " + (SELECT count(*) FROM model)"),
            0);
    }
END_TEST

START_TEST(removed_and_made_anew_in_one_batch_is_the_new_one)
    {
        open_writer();
        room_add(&room, "gpu1");
        room_models(&room, "gpu1", "a:latest");
        sync_now();
        room_remove(&room, "gpu1");
        room_add(&room, "gpu1");
        step();
        ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), 1);
        ck_assert_int_eq(ask("SELECT count(*) FROM model"), 0);
    }
END_TEST

START_TEST(only_the_newest_events_are_kept)
    {
        open_writer();
        for (int i = 0; i < 150; i++) {
            room_add(&room, "gpu1");
            room_remove(&room, "gpu1");
        }
        sync_now();
        ck_assert_int_eq(ask("SELECT count(*) FROM event"), 100);
        ck_assert_int_eq(ask("SELECT max(seq) FROM event"),
                         (int64_t)llmreg_bus_last(room.bus));
        ck_assert_int_eq(ask("SELECT max(seq) - min(seq) FROM event"), 99);
    }
END_TEST

START_TEST(no_events_are_kept_if_none_are_wanted)
    {
        config.keep_events = 0;
        open_writer();
        room_add(&room, "gpu1");
        step();
        ck_assert_int_eq(ask("SELECT count(*) FROM event"), 0);
        ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), 1);
    }
END_TEST

START_TEST(more_changes_than_the_ring_holds_are_all_written)
    {
        char name[32];

        open_writer();
        for (int i = 0; i < 900; i++) {
            snprintf(name, sizeof name, "gpu%d", i);
            room_add(&room, name);
        }
        for (int i = 0; i < 900; i++) {
            snprintf(name, sizeof name, "gpu%d", i);
            room_observe(&room, name, LLMREG_REASON_OK);
        }
        room_remove(&room, "gpu7");
        sync_now();
        ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), 899);
        ck_assert_int_eq(
            ask("SELECT count(*) FROM health WHERE state='healthy'"), 899);
    }
END_TEST

START_TEST(the_log_is_moved_into_the_file_when_all_is_quiet)
    {
        open_writer();
        room_add(&room, "gpu1");
        sync_now();
        room_pass(&room, 31000);
        step();
        room_pass(&room, 6000);
        room_add(&room, "gpu2"); /* starts the log anew */
        step();
        struct stat st;
        ck_assert_int_eq(stat(room_path(&room, "registry/registry.db"), &st),
                         0);
        ck_assert_int_gt(st.st_size, 4096);
    }
END_TEST

START_TEST(closing_leaves_one_file_without_a_log)
    {
        open_writer();
        room_add(&room, "gpu1");
        sync_now();
        close_writer();
        ck_assert_int_ne(
            access(room_path(&room, "registry/registry.db-wal"), F_OK), 0);
        ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), 1);
    }
END_TEST

/* ---- restarts ---- */

START_TEST(an_endpoint_comes_back_as_it_was)
    {
        open_writer();
        room_add(&room, "gpu1");
        room_models(&room, "gpu1", "a:latest,b:latest");
        room_admin(&room, "gpu1", LLMREG_ADMIN_DRAINING, 0);
        int64_t registered = room.now.wall_ms;
        room_pass(&room, 1000);
        restart();

        struct llmreg_endpoint *e = room_get(&room, "gpu1");
        ck_assert_ptr_nonnull(e);
        const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
        const struct llmreg_models *models = llmreg_endpoint_models(e);
        ck_assert_str_eq(spec->url, "http://gpu1:11434");
        ck_assert_uint_eq(spec->nlabels, 2);
        ck_assert_str_eq(spec->labels[0].value, "berlin");
        ck_assert_uint_eq(models->count, 2);
        ck_assert_int_eq(models->items[1].vram_bytes, 500);
        ck_assert_int_eq(llmreg_endpoint_intent(e).admin,
                         LLMREG_ADMIN_DRAINING);
        ck_assert_int_eq(llmreg_endpoint_registered_ms(e), registered);
        llmreg_models_put(models);
        llmreg_spec_put(spec);
        llmreg_put(e);
    }
END_TEST

START_TEST(health_is_unknown_after_a_restart_and_its_past_is_known)
    {
        open_writer();
        room_add(&room, "gpu1");
        room_observe(&room, "gpu1", LLMREG_REASON_REFUSED);
        int64_t since = room.now.wall_ms;
        room_pass(&room, 1000);
        room_observe(&room, "gpu1", LLMREG_REASON_REFUSED);
        room_pass(&room, 1000);
        restart();
        struct llmreg_health h = room_health(&room, "gpu1");
        ck_assert_int_eq(h.state, LLMREG_HEALTH_UNKNOWN);
        ck_assert_int_eq(h.prior, LLMREG_HEALTH_UNREACHABLE);
        ck_assert_int_eq(h.prior_since_ms, since);
        ck_assert_int_eq(h.alarm, LLMREG_ALARM_REMEMBERED);
    }
END_TEST

START_TEST(an_unknown_past_survives_two_restarts)
    {
        open_writer();
        room_add(&room, "gpu1");
        room_observe(&room, "gpu1", LLMREG_REASON_REFUSED);
        room_observe(&room, "gpu1", LLMREG_REASON_REFUSED);
        restart();
        restart();
        ck_assert_int_eq(room_health(&room, "gpu1").prior,
                         LLMREG_HEALTH_UNREACHABLE);
        ck_assert_int_eq(room_health(&room, "gpu1").alarm,
                         LLMREG_ALARM_REMEMBERED);
    }
END_TEST

START_TEST(a_removed_endpoint_does_not_come_back)
    {
        open_writer();
        room_add(&room, "gpu1");
        sync_now();
        room_remove(&room, "gpu1");
        restart();
        ck_assert_ptr_null(room_get(&room, "gpu1"));
    }
END_TEST

START_TEST(event_numbers_go_on_above_all_that_were_used)
    {
        open_writer();
        room_add(&room, "gpu1");
        uint64_t last = llmreg_bus_last(room.bus);
        restart();
        uint64_t reserved = llmreg_bus_last(room.bus);
        ck_assert_uint_gt(reserved, last);
        room_add(&room, "gpu2");
        restart();
        ck_assert_uint_gt(llmreg_bus_last(room.bus), reserved);
    }
END_TEST

START_TEST(the_next_block_of_numbers_is_reserved_before_it_is_needed)
    {
        open_writer();
        int64_t reserved =
            ask("SELECT value FROM meta WHERE key = 'seq_reserved'");
        llmreg_bus_raise(room.bus, (uint64_t)reserved - 20000);
        step();
        ck_assert_int_eq(
            ask("SELECT value FROM meta WHERE key = 'seq_reserved'"), reserved);
        llmreg_bus_raise(room.bus, (uint64_t)reserved - 16000);
        step();
        ck_assert_int_eq(
            ask("SELECT value FROM meta WHERE key = 'seq_reserved'"),
            reserved - 16000 + 65536);
    }
END_TEST

/* Dies without any goodbye after the last step told that all is on disk. */
static void die_after_writing(void)
{
    open_writer();
    for (int i = 0; i < 20; i++) {
        char name[32];

        snprintf(name, sizeof name, "gpu%d", i);
        room_add(&room, name);
        room_observe(&room, name, LLMREG_REASON_OK);
        sync_now();
    }
    room_add(&room, "late");
    kill(getpid(), SIGKILL);
}

START_TEST(kill_nine_loses_nothing_that_was_told_to_be_on_disk)
    {
        struct llmreg_counts counts;
        int status = 0;
        pid_t child;

        room_stop(&room); /* no registry over a fork */
        child = fork();
        if (child == 0) {
            room_start(&room);
            die_after_writing();
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert_int_eq(WTERMSIG(status), SIGKILL);
        room_start(&room);
        open_writer();
        llmreg_count(room.registry, &counts);
        ck_assert_uint_eq(counts.endpoints, 20);
        ck_assert_uint_ge(llmreg_bus_last(room.bus), 41);
        ck_assert_int_eq(room_health(&room, "gpu19").prior,
                         LLMREG_HEALTH_HEALTHY);
    }
END_TEST

START_TEST(a_row_that_makes_no_sense_is_skipped_and_kept)
    {
        open_writer();
        room_add(&room, "gpu1");
        room_add(&room, "gpu2");
        sync_now();
        close_writer();
        change_file("UPDATE endpoint SET kind = 'toaster' WHERE name = 'gpu1'");
        room_restart(&room);
        open_writer();
        ck_assert_ptr_null(room_get(&room, "gpu1"));
        ck_assert(room_logged(&room, "gpu1:11434 cannot be restored"));
        ck_assert_int_eq(room_health(&room, "gpu2").state,
                         LLMREG_HEALTH_UNKNOWN);
        writer_step(writer, &room.now, true);
        ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), 2);
    }
END_TEST

/* ---- two at once ---- */

START_TEST(a_second_store_on_the_same_directory_is_refused_by_name)
    {
        const struct store_world w = world();
        struct writer *second = NULL;
        struct llmreg_error err;
        char pid[32];

        open_writer();
        ck_assert_int_eq(writer_new(&second, &config, &w, &err),
                         LLMREG_ELOCKED);
        ck_assert_ptr_null(second);
        snprintf(pid, sizeof pid, "process %ld", (long)getpid());
        ck_assert_ptr_nonnull(strstr(err.text, pid));
        ck_assert_ptr_nonnull(strstr(err.text, "since 2026-"));
        ck_assert(!room_logged(&room, "store:"));
    }
END_TEST

/* ---- faults ---- */

static struct llmreg_subscription *watch(void)
{
    struct llmreg_subscription *sub = NULL;

    ck_assert_int_eq(llmreg_subscribe(room.bus, UINT64_MAX, &sub), LLMREG_OK);
    return sub;
}

static void expect_story(struct llmreg_subscription *sub, const char *story)
{
    char told[256];

    read_store_events(sub, told, sizeof told);
    ck_assert_str_eq(told, story);
}

START_TEST(a_missing_parent_directory_is_one_fault_and_heals)
    {
        struct llmreg_subscription *sub = watch();

        snprintf(config.dir, sizeof config.dir, "%s/a/registry", room.dir);
        open_writer();
        ck_assert(!writer_works(writer));
        ck_assert_int_eq(writer_fd(writer), -1);
        room_add(&room, "gpu1");
        for (int i = 0; i < 5; i++) {
            room_pass(&room, 5000);
            step();
        }
        expect_story(sub, "ok>failed ");
        ck_assert_int_eq(mkdir(room_path(&room, "a"), 0700), 0);
        room_pass(&room, 5000);
        step();
        ck_assert(writer_works(writer));
        expect_story(sub, "failed>ok ");
        ck_assert(room_logged(&room, "works again"));
        ck_assert_uint_gt(llmreg_bus_last(room.bus), UINT64_C(1) << 50);
        llmreg_unsubscribe(sub);
    }
END_TEST

START_TEST(a_file_in_the_place_of_the_directory_is_a_fault_that_names_it)
    {
        room_write_file(&room, "registry", "not a directory");
        open_writer();
        ck_assert(!writer_works(writer));
        ck_assert(room_logged(&room, "registry is not a directory"));
        ck_assert_int_eq(unlink(config.dir), 0);
        room_add(&room, "gpu1");
        room_pass(&room, 5000);
        step();
        ck_assert(writer_works(writer));
        ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), 1);
    }
END_TEST

START_TEST(a_fault_is_not_tried_again_before_its_time)
    {
        room_write_file(&room, "registry", "not a directory");
        open_writer();
        unlink(config.dir);
        room_pass(&room, 4999);
        ck_assert_int_eq(writer_pause(writer, &room.now), LLMREG_NS_PER_MS);
        step();
        ck_assert(!writer_works(writer));
        room_pass(&room, 1);
        step();
        ck_assert(writer_works(writer));
    }
END_TEST

START_TEST(numbers_without_a_store_come_from_the_clock)
    {
        uint64_t expected = (uint64_t)(room.now.wall_ms / 1000) << 20;

        room_write_file(&room, "registry", "not a directory");
        open_writer();
        ck_assert_uint_eq(llmreg_bus_last(room.bus), expected + 1);
    }
END_TEST

START_TEST(what_the_file_remembers_is_added_when_it_becomes_usable)
    {
        open_writer();
        room_add(&room, "gpu1");
        room_add(&room, "gpu2");
        room_admin(&room, "gpu1", LLMREG_ADMIN_DRAINING, 0);
        sync_now();
        close_writer();
        ck_assert_int_eq(rename(config.dir, room_path(&room, "away")), 0);
        room_write_file(&room, "registry", "not a directory");
        room_restart(&room);
        open_writer();
        room_add(&room, "gpu1"); /* the configuration names only this one */
        unlink(config.dir);
        ck_assert_int_eq(rename(room_path(&room, "away"), config.dir), 0);
        room_pass(&room, 5000);
        step();
        ck_assert(writer_works(writer));
        struct llmreg_endpoint *e = room_get(&room, "gpu1");
        ck_assert_int_eq(llmreg_endpoint_intent(e).admin,
                         LLMREG_ADMIN_DRAINING);
        llmreg_put(e);
        e = room_get(&room, "gpu2");
        ck_assert_ptr_nonnull(e);
        llmreg_put(e);
    }
END_TEST

START_TEST(a_file_that_is_no_database_is_set_aside_and_a_new_one_made)
    {
        struct llmreg_subscription *sub = watch();

        ck_assert_int_eq(mkdir(config.dir, 0700), 0);
        room_write_file(&room, "registry/registry.db",
                        "This is a shopping list and no database at all.");
        open_writer();
        ck_assert(writer_works(writer));
        expect_story(sub, "ok>failed failed>ok ");
        ck_assert(room_logged(&room, "registry.db.corrupt-2026"));
        ck_assert_uint_eq(
            room_count_files(&room, "registry", "registry.db.corrupt-"), 1);
        room_add(&room, "gpu1");
        step();
        ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), 1);
        llmreg_unsubscribe(sub);
    }
END_TEST

START_TEST(a_database_of_a_newer_llmreg_is_left_alone)
    {
        open_writer();
        room_add(&room, "gpu1");
        sync_now();
        close_writer();
        change_file("PRAGMA user_version = 7; CREATE TABLE future (x);");
        room_restart(&room);
        open_writer();
        ck_assert(!writer_works(writer));
        ck_assert(room_logged(&room, "newer llmreg"));
        room_add(&room, "gpu2");
        room_pass(&room, 5000);
        step();
        ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), 1);
        ck_assert_int_eq(ask("SELECT count(*) FROM future"), 0);
        ck_assert_int_eq(ask("PRAGMA user_version"), 7);
    }
END_TEST

START_TEST(an_unlinked_file_is_noticed_and_written_anew)
    {
        struct llmreg_subscription *sub = watch();

        open_writer();
        room_add(&room, "gpu1");
        room_models(&room, "gpu1", "a:latest");
        sync_now();
        ck_assert_int_eq(unlink(room_path(&room, "registry/registry.db")), 0);
        room_pass(&room, 5000);
        step();
        ck_assert(!writer_works(writer));
        room_pass(&room, 5000);
        step();
        ck_assert(writer_works(writer));
        expect_story(sub, "ok>failed failed>ok ");
        ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), 1);
        ck_assert_int_eq(ask("SELECT count(*) FROM model"), 1);
        llmreg_unsubscribe(sub);
    }
END_TEST

static void copy_file(const char *from, const char *to)
{
    char bytes[65536];
    FILE *in = fopen(room_path(&room, from), "re");
    size_t n = fread(bytes, 1, sizeof bytes, in);

    fclose(in);
    FILE *out = fopen(room_path(&room, to), "we");
    ck_assert_uint_eq(fwrite(bytes, 1, n, out), n);
    fclose(out);
}

START_TEST(a_replaced_file_does_not_get_the_log_of_the_old_one)
    {
        char copy[256];

        open_writer();
        room_add(&room, "gpu1");
        sync_now();
        close_writer(); /* a whole file without a log */
        copy_file("registry/registry.db", "registry/copy.db");
        room_restart(&room);
        open_writer();
        room_add(&room, "gpu2");
        room_remove(&room, "gpu1");
        sync_now();
        snprintf(copy, sizeof copy, "%s", room_path(&room, "registry/copy.db"));
        ck_assert_int_eq(rename(copy, room_path(&room, "registry/registry.db")),
                         0);
        room_pass(&room, 5000);
        step();
        room_pass(&room, 5000);
        step();
        ck_assert(writer_works(writer));
        ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), 1);
        ck_assert_int_eq(ask("SELECT id = 'gpu2:11434' FROM endpoint"), 1);
    }
END_TEST

START_TEST(a_removed_lock_file_is_noticed_and_locked_anew)
    {
        open_writer();
        ck_assert_int_eq(unlink(room_path(&room, "registry/registry.lock")), 0);
        room_pass(&room, 5000);
        step();
        room_pass(&room, 5000);
        step();
        ck_assert(writer_works(writer));
        ck_assert_int_eq(
            access(room_path(&room, "registry/registry.lock"), F_OK), 0);
    }
END_TEST

START_TEST(a_broken_store_still_keeps_others_out)
    {
        const struct store_world w = world();
        struct writer *second = NULL;
        struct llmreg_error err;

        open_writer();
        ck_assert_int_eq(unlink(room_path(&room, "registry/registry.db")), 0);
        room_pass(&room, 5000);
        step();
        ck_assert(!writer_works(writer));
        ck_assert_int_eq(writer_new(&second, &config, &w, &err),
                         LLMREG_ELOCKED);
    }
END_TEST

/* Skipped where nothing can be mounted. */
static bool mount_small(void)
{
    ck_assert_int_eq(mkdir(config.dir, 0700), 0);
    if (mount("llmreg", config.dir, "tmpfs", 0, "size=512k") == 0)
        return true;
    printf("skipped: a tmpfs cannot be mounted here\n");
    return false;
}

START_TEST(a_full_disk_is_a_fault_that_heals_with_everything)
    {
        struct llmreg_subscription *sub = watch();
        char name[32];

        if (!mount_small()) {
            llmreg_unsubscribe(sub);
            return;
        }
        open_writer();
        ck_assert(writer_works(writer));
        for (int i = 0; i < 900 && writer_works(writer); i++) {
            snprintf(name, sizeof name, "gpu%d", i);
            room_add(&room, name);
            step();
        }
        ck_assert(!writer_works(writer));
        ck_assert(room_logged(&room, "full"));
        ck_assert_int_eq(
            mount("llmreg", config.dir, "tmpfs", MS_REMOUNT, "size=64m"), 0);
        room_pass(&room, 5000);
        step();
        sync_now();
        ck_assert(writer_works(writer));
        struct llmreg_counts counts;
        llmreg_count(room.registry, &counts);
        ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"),
                         (int64_t)counts.endpoints);
        expect_story(sub, "ok>failed failed>ok ");
        llmreg_unsubscribe(sub);
        close_writer();
        umount2(config.dir, MNT_DETACH);
    }
END_TEST

START_TEST(a_read_only_disk_is_a_fault_that_heals)
    {
        if (!mount_small())
            return;
        ck_assert_int_eq(mount("llmreg", config.dir, "tmpfs",
                               MS_REMOUNT | MS_RDONLY, "size=4m"),
                         0);
        open_writer();
        ck_assert(!writer_works(writer));
        ck_assert(room_logged(&room, "Read-only file system"));
        room_add(&room, "gpu1");
        ck_assert_int_eq(
            mount("llmreg", config.dir, "tmpfs", MS_REMOUNT, "size=4m"), 0);
        room_pass(&room, 5000);
        step();
        ck_assert(writer_works(writer));
        ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), 1);
        close_writer();
        umount2(config.dir, MNT_DETACH);
    }
END_TEST

static void add_writing(TCase *tc)
{
    tcase_add_test(tc, the_directory_and_files_are_for_the_owner_alone);
    tcase_add_test(tc, a_registration_is_written_by_the_next_step);
    tcase_add_test(tc, a_change_of_health_is_written_by_the_next_step);
    tcase_add_test(tc, models_are_written_when_the_flush_is_due);
    tcase_add_test(tc, a_lazy_write_counts_as_on_disk_only_after_a_synced_one);
    tcase_add_test(tc, a_forced_step_writes_lazy_changes_too);
    tcase_add_test(tc, a_probe_without_an_event_is_written_by_the_flush);
    tcase_add_test(tc, nothing_is_written_while_nothing_happens);
    tcase_add_test(tc, removing_takes_labels_health_and_models_along);
    tcase_add_test(tc, removed_and_made_anew_in_one_batch_is_the_new_one);
    tcase_add_test(tc, only_the_newest_events_are_kept);
    tcase_add_test(tc, no_events_are_kept_if_none_are_wanted);
    tcase_add_test(tc, more_changes_than_the_ring_holds_are_all_written);
    tcase_add_test(tc, the_log_is_moved_into_the_file_when_all_is_quiet);
    tcase_add_test(tc, closing_leaves_one_file_without_a_log);
}

static void add_restarts(TCase *tc)
{
    tcase_add_test(tc, an_endpoint_comes_back_as_it_was);
    tcase_add_test(tc, health_is_unknown_after_a_restart_and_its_past_is_known);
    tcase_add_test(tc, an_unknown_past_survives_two_restarts);
    tcase_add_test(tc, a_removed_endpoint_does_not_come_back);
    tcase_add_test(tc, event_numbers_go_on_above_all_that_were_used);
    tcase_add_test(tc,
                   the_next_block_of_numbers_is_reserved_before_it_is_needed);
    tcase_add_test(tc, kill_nine_loses_nothing_that_was_told_to_be_on_disk);
    tcase_add_test(tc, a_row_that_makes_no_sense_is_skipped_and_kept);
    tcase_add_test(tc, a_second_store_on_the_same_directory_is_refused_by_name);
}

static void add_faults(TCase *tc)
{
    tcase_add_test(tc, a_missing_parent_directory_is_one_fault_and_heals);
    tcase_add_test(
        tc, a_file_in_the_place_of_the_directory_is_a_fault_that_names_it);
    tcase_add_test(tc, a_fault_is_not_tried_again_before_its_time);
    tcase_add_test(tc, numbers_without_a_store_come_from_the_clock);
    tcase_add_test(tc, what_the_file_remembers_is_added_when_it_becomes_usable);
    tcase_add_test(tc,
                   a_file_that_is_no_database_is_set_aside_and_a_new_one_made);
    tcase_add_test(tc, a_database_of_a_newer_llmreg_is_left_alone);
    tcase_add_test(tc, an_unlinked_file_is_noticed_and_written_anew);
    tcase_add_test(tc, a_replaced_file_does_not_get_the_log_of_the_old_one);
    tcase_add_test(tc, a_removed_lock_file_is_noticed_and_locked_anew);
    tcase_add_test(tc, a_broken_store_still_keeps_others_out);
    tcase_add_test(tc, a_full_disk_is_a_fault_that_heals_with_everything);
    tcase_add_test(tc, a_read_only_disk_is_a_fault_that_heals);
}

int main(void)
{
    Suite *suite = suite_create("writer");
    TCase *tc = tcase_create("writer");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 30);
    add_writing(tc);
    add_restarts(tc);
    add_faults(tc);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
