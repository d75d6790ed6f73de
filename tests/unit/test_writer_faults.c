/* SPDX-License-Identifier: MIT */
/* test_writer_faults.c - disks that do not play along, and how it heals. */
#include "common/store/writer.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/support/writing.h"

static struct writing w;
static bool sync_fails;

/* Ours is found before the C library's, by SQLite too. */
int fdatasync(int fd)
{
    if (sync_fails) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

static void setup(void)
{
    writing_open(&w);
}

static void teardown(void)
{
    writing_close(&w);
}

/* The texts of the STORE events since the start of sub, but for those about a
 * piece of work. */
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
        if (event->type == LLMREG_EVENT_STORE && event->name[0] == '\0')
            snprintf(out + strlen(out), size - strlen(out), "%s>%s ",
                     event->before, event->after);
        llmreg_event_put(event);
    }
}

static struct llmreg_subscription *watch(void)
{
    struct llmreg_subscription *sub = NULL;

    ck_assert_int_eq(llmreg_subscribe(w.room.bus, UINT64_MAX, &sub), LLMREG_OK);
    return sub;
}

static void expect_story(struct llmreg_subscription *sub, const char *story)
{
    char told[256];

    read_store_events(sub, told, sizeof told);
    ck_assert_str_eq(told, story);
}

static struct standing_word word(void)
{
    struct standing_word said;

    standing_get(writer_standing(w.writer), &said);
    return said;
}

START_TEST(whoever_asks_is_told_the_same)
{
    snprintf(w.config.dir, sizeof w.config.dir, "%s/a/registry", w.room.dir);
    const int64_t began = w.room.now.wall_ms;
    writing_start(&w);
    ck_assert(word().failed);
    ck_assert_int_eq(word().since_ms, began);
    ck_assert_ptr_nonnull(strstr(word().what.text, "/a"));
    room_pass(&w.room, 5000);
    writing_step(&w); /* in vain */
    ck_assert_int_eq(word().since_ms, began);
    ck_assert_int_eq(mkdir(room_path(&w.room, "a"), 0700), 0);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(!word().failed);
    ck_assert_int_eq(word().since_ms, w.room.now.wall_ms);
}
END_TEST

START_TEST(a_store_that_never_failed_says_so)
{
    writing_start(&w);
    ck_assert(!word().failed);
    ck_assert_int_eq(word().since_ms, 0);
}
END_TEST

START_TEST(a_missing_parent_directory_is_one_fault_and_heals)
{
    struct llmreg_subscription *sub = watch();

    snprintf(w.config.dir, sizeof w.config.dir, "%s/a/registry", w.room.dir);
    writing_start(&w);
    ck_assert(!writer_works(w.writer));
    ck_assert_int_eq(writer_fd(w.writer), -1);
    room_add(&w.room, "gpu1");
    for (int i = 0; i < 5; i++) {
        room_pass(&w.room, 5000);
        writing_step(&w);
    }
    expect_story(sub, "ok>failed ");
    ck_assert_int_eq(mkdir(room_path(&w.room, "a"), 0700), 0);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    expect_story(sub, "failed>ok ");
    ck_assert(room_logged(&w.room, "works again"));
    ck_assert_uint_gt(llmreg_bus_last(w.room.bus), UINT64_C(1) << 50);
    llmreg_unsubscribe(sub);
}
END_TEST

START_TEST(a_file_in_the_place_of_the_directory_is_a_fault_that_names_it)
{
    room_write_file(&w.room, "registry", "not a directory");
    writing_start(&w);
    ck_assert(!writer_works(w.writer));
    ck_assert(room_logged(&w.room, "registry is not a directory"));
    ck_assert_int_eq(unlink(w.config.dir), 0);
    room_add(&w.room, "gpu1");
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 1);
}
END_TEST

START_TEST(a_fault_is_not_tried_again_before_its_time)
{
    room_write_file(&w.room, "registry", "not a directory");
    writing_start(&w);
    unlink(w.config.dir);
    room_pass(&w.room, 4999);
    ck_assert_int_eq(writer_pause(w.writer, &w.room.now), LLMREG_NS_PER_MS);
    writing_step(&w);
    ck_assert(!writer_works(w.writer));
    room_pass(&w.room, 1);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
}
END_TEST

START_TEST(numbers_without_a_store_come_from_the_clock)
{
    uint64_t expected = (uint64_t)(w.room.now.wall_ms / 1000) << 20;

    room_write_file(&w.room, "registry", "not a directory");
    writing_start(&w);
    ck_assert_uint_eq(llmreg_bus_last(w.room.bus), expected + 1);
}
END_TEST

START_TEST(what_the_file_remembers_is_added_when_it_becomes_usable)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_add(&w.room, "gpu2");
    room_admin(&w.room, "gpu1", LLMREG_ADMIN_DRAINING, 0);
    writing_sync(&w);
    writing_end(&w);
    writing_change_file(&w, "UPDATE endpoint SET source = 'manual'"
                            " WHERE id LIKE 'gpu2%'");
    ck_assert_int_eq(rename(w.config.dir, room_path(&w.room, "away")), 0);
    room_write_file(&w.room, "registry", "not a directory");
    room_restart(&w.room);
    writing_start(&w);
    room_add(&w.room, "gpu1"); /* the configuration names only this one */
    unlink(w.config.dir);
    ck_assert_int_eq(rename(room_path(&w.room, "away"), w.config.dir), 0);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    struct llmreg_endpoint *e = room_get(&w.room, "gpu1");
    ck_assert_int_eq(llmreg_endpoint_intent(e).admin, LLMREG_ADMIN_DRAINING);
    llmreg_put(e);
    e = room_get(&w.room, "gpu2");
    ck_assert_ptr_nonnull(e);
    llmreg_put(e);
}
END_TEST

START_TEST(a_file_that_is_no_database_is_set_aside_and_a_new_one_made)
{
    struct llmreg_subscription *sub = watch();

    ck_assert_int_eq(mkdir(w.config.dir, 0700), 0);
    room_write_file(&w.room, "registry/registry.db",
                    "This is a shopping list and no database at all.");
    writing_start(&w);
    ck_assert(writer_works(w.writer));
    expect_story(sub, "ok>failed failed>ok ");
    ck_assert(room_logged(&w.room, "registry.db.corrupt-2026"));
    ck_assert_uint_eq(
        room_count_files(&w.room, "registry", "registry.db.corrupt-"), 1);
    room_add(&w.room, "gpu1");
    writing_step(&w);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 1);
    llmreg_unsubscribe(sub);
}
END_TEST

START_TEST(a_database_of_a_newer_llmreg_is_left_alone)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_sync(&w);
    writing_end(&w);
    writing_change_file(&w,
                        "PRAGMA user_version = 7; CREATE TABLE future (x);");
    room_restart(&w.room);
    writing_start(&w);
    ck_assert(!writer_works(w.writer));
    ck_assert(room_logged(&w.room, "newer llmreg"));
    room_add(&w.room, "gpu2");
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 1);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM future"), 0);
    ck_assert_int_eq(writing_ask(&w, "PRAGMA user_version"), 7);
}
END_TEST

START_TEST(an_unlinked_file_is_noticed_and_written_anew)
{
    struct llmreg_subscription *sub = watch();

    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_models(&w.room, "gpu1", "a:latest");
    writing_sync(&w);
    ck_assert_int_eq(unlink(room_path(&w.room, "registry/registry.db")), 0);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(!writer_works(w.writer));
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    expect_story(sub, "ok>failed failed>ok ");
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 1);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM model"), 1);
    llmreg_unsubscribe(sub);
}
END_TEST

static void copy_file(const char *from, const char *to)
{
    char bytes[65536];
    FILE *in = fopen(room_path(&w.room, from), "re");
    size_t n = fread(bytes, 1, sizeof bytes, in);

    fclose(in);
    FILE *out = fopen(room_path(&w.room, to), "we");
    ck_assert_uint_eq(fwrite(bytes, 1, n, out), n);
    fclose(out);
}

START_TEST(a_replaced_file_does_not_get_the_log_of_the_old_one)
{
    char copy[256];

    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_sync(&w);
    writing_end(&w); /* a whole file without a log */
    copy_file("registry/registry.db", "registry/copy.db");
    room_restart(&w.room);
    writing_start(&w);
    room_add(&w.room, "gpu2");
    room_remove(&w.room, "gpu1");
    writing_sync(&w);
    snprintf(copy, sizeof copy, "%s", room_path(&w.room, "registry/copy.db"));
    ck_assert_int_eq(rename(copy, room_path(&w.room, "registry/registry.db")),
                     0);
    room_pass(&w.room, 5000);
    writing_step(&w);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 1);
    ck_assert_int_eq(writing_ask(&w, "SELECT id = 'gpu2:11434' FROM endpoint"),
                     1);
}
END_TEST

START_TEST(a_removed_log_is_noticed_and_written_anew)
{
    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_sync(&w);
    ck_assert_int_eq(unlink(room_path(&w.room, "registry/registry.db-wal")), 0);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(!writer_works(w.writer));
    ck_assert(room_logged(&w.room, "registry.db-wal was removed"));
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 1);
}
END_TEST

START_TEST(a_removed_lock_file_is_noticed_and_locked_anew)
{
    writing_start(&w);
    ck_assert_int_eq(unlink(room_path(&w.room, "registry/registry.lock")), 0);
    room_pass(&w.room, 5000);
    writing_step(&w);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    ck_assert_int_eq(access(room_path(&w.room, "registry/registry.lock"), F_OK),
                     0);
}
END_TEST

START_TEST(a_broken_store_still_keeps_others_out)
{
    const struct store_world world = writing_world(&w);
    struct writer *second = NULL;
    struct llmreg_error err;

    writing_start(&w);
    ck_assert_int_eq(unlink(room_path(&w.room, "registry/registry.db")), 0);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(!writer_works(w.writer));
    ck_assert_int_eq(writer_new(&second, &w.config, &world, &err),
                     LLMREG_ELOCKED);
}
END_TEST

START_TEST(a_failed_fsync_is_not_told_to_be_on_disk_and_heals)
{
    struct llmreg_subscription *sub = watch();

    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_sync(&w);
    uint64_t before = writer_on_disk(w.writer);
    sync_fails = true;
    room_add(&w.room, "gpu2");
    writing_step(&w);
    ck_assert(!writer_works(w.writer));
    ck_assert_uint_eq(writer_on_disk(w.writer), before);
    ck_assert(room_logged(&w.room, "I/O error (SQLite's code 1034)"));
    room_pass(&w.room, 5000);
    writing_step(&w); /* the disk is still bad */
    ck_assert(!writer_works(w.writer));
    sync_fails = false;
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 2);
    expect_story(sub, "ok>failed failed>ok ");
    llmreg_unsubscribe(sub);
}
END_TEST

/* The salts in a log's header are new whenever it begins anew. */
static void read_salts(unsigned char salts[static 8])
{
    FILE *f = fopen(room_path(&w.room, "registry/registry.db-wal"), "re");

    ck_assert_ptr_nonnull(f);
    ck_assert_int_eq(fseek(f, 16, SEEK_SET), 0);
    ck_assert_uint_eq(fread(salts, 1, 8, f), 8);
    fclose(f);
}

START_TEST(after_a_failed_fsync_the_log_begins_anew)
{
    unsigned char before[8], after[8];

    writing_start(&w);
    room_add(&w.room, "gpu1");
    writing_sync(&w);
    read_salts(before);
    sync_fails = true;
    room_add(&w.room, "gpu2");
    writing_step(&w);
    sync_fails = false;
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    read_salts(after);
    ck_assert_mem_ne(before, after, sizeof before);
}
END_TEST

/* Skipped where nothing can be mounted. */
static bool mount_small(void)
{
    ck_assert_int_eq(mkdir(w.config.dir, 0700), 0);
    if (mount("llmreg", w.config.dir, "tmpfs", 0, "size=512k") == 0)
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
    writing_start(&w);
    ck_assert(writer_works(w.writer));
    for (int i = 0; i < 900 && writer_works(w.writer); i++) {
        snprintf(name, sizeof name, "gpu%d", i);
        room_add(&w.room, name);
        writing_step(&w);
    }
    ck_assert(!writer_works(w.writer));
    ck_assert(room_logged(&w.room, "full"));
    ck_assert_int_eq(
        mount("llmreg", w.config.dir, "tmpfs", MS_REMOUNT, "size=64m"), 0);
    room_pass(&w.room, 5000);
    writing_step(&w);
    writing_sync(&w);
    ck_assert(writer_works(w.writer));
    struct llmreg_counts counts;
    llmreg_count(w.room.registry, &counts);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"),
                     (int64_t)counts.endpoints);
    expect_story(sub, "ok>failed failed>ok ");
    llmreg_unsubscribe(sub);
    writing_end(&w);
    umount2(w.config.dir, MNT_DETACH);
}
END_TEST

START_TEST(a_read_only_disk_is_a_fault_that_heals)
{
    if (!mount_small())
        return;
    ck_assert_int_eq(mount("llmreg", w.config.dir, "tmpfs",
                           MS_REMOUNT | MS_RDONLY, "size=4m"),
                     0);
    writing_start(&w);
    ck_assert(!writer_works(w.writer));
    ck_assert(room_logged(&w.room, "Read-only file system"));
    room_add(&w.room, "gpu1");
    ck_assert_int_eq(
        mount("llmreg", w.config.dir, "tmpfs", MS_REMOUNT, "size=4m"), 0);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 1);
    writing_end(&w);
    umount2(w.config.dir, MNT_DETACH);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("writer_faults");
    TCase *tc = tcase_create("writer_faults");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_missing_parent_directory_is_one_fault_and_heals);
    tcase_add_test(tc, whoever_asks_is_told_the_same);
    tcase_add_test(tc, a_store_that_never_failed_says_so);
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
    tcase_add_test(tc, a_removed_log_is_noticed_and_written_anew);
    tcase_add_test(tc, a_removed_lock_file_is_noticed_and_locked_anew);
    tcase_add_test(tc, a_broken_store_still_keeps_others_out);
    tcase_add_test(tc, a_failed_fsync_is_not_told_to_be_on_disk_and_heals);
    tcase_add_test(tc, after_a_failed_fsync_the_log_begins_anew);
    tcase_add_test(tc, a_full_disk_is_a_fault_that_heals_with_everything);
    tcase_add_test(tc, a_read_only_disk_is_a_fault_that_heals);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
