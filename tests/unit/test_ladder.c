/* SPDX-License-Identifier: MIT */
/* test_ladder.c - what is there again after damage, one row a kind of damage.
 *
 * A hub with endpoints makes backups, goes on, and then its file is damaged,
 * while it runs or while it does not.  Every row says what must be there.
 */
#include "common/store/recovery/ladder.h"

#include <check.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/ruin.h"

#define OLD RUIN_OLD
#define NEW RUIN_NEW

static struct writing w;
static struct ruin ruin;

static void setup(void)
{
    writing_open(&w);
    ruin_open(&ruin, &w);
}

static void teardown(void)
{
    writing_close(&w);
}

/* ---- damage ---- */

static void spoil_header(void)
{
    ruin_header(&ruin);
}

static void spoil_first_pages(void)
{
    ruin_page(&ruin, 1);
    ruin_page(&ruin, 2);
}

static void spoil_endpoint_root(void)
{
    ruin_root(&ruin, "endpoint");
}

static void spoil_endpoint_page(void)
{
    ruin_leaf(&ruin, "endpoint");
}

static void spoil_token_page(void)
{
    ruin_root(&ruin, "token");
}

static void truncate_half(void)
{
    ck_assert_int_eq(truncate(ruin.path, ruin_size(&ruin) / 2), 0);
}

static void truncate_to_nothing(void)
{
    ck_assert_int_eq(truncate(ruin.path, 7), 0);
}

static void overwrite_all(void)
{
    const int64_t pages = ruin_size(&ruin) / 4096;

    for (int64_t i = 1; i <= pages; i++)
        ruin_page(&ruin, i);
}

static void remove_it(void)
{
    ck_assert_int_eq(unlink(ruin.path), 0);
}

static void remove_log(void)
{
    unlink(room_path(&w.room, "registry/registry.db-wal"));
}

static void replace_it(void)
{
    remove_it();
    room_write_file(&w.room, "registry/registry.db", "somebody's letter");
}

/* A row that is newer than the backup and was on a page that is destroyed is
 * nowhere.  The revoked token is revoked, or unknown, or waits. */
static const struct {
    const char *name;
    void (*damage)(void);
    unsigned bad_backups;
    const char *from;
    int old, new; /* endpoints that are there again, at least */
    bool all;     /* exactly those that were there */
} rows[] = {
    {"header", spoil_header, 0, "from salvage", OLD - 1, NEW, true},
    {"header, no backup", spoil_header, 2, "from salvage", OLD - 1, NEW, true},
    {"first pages", spoil_first_pages, 2, "from salvage", OLD - 1, NEW, true},
    {"root of a table", spoil_endpoint_root, 0, "from backup and salvage",
     OLD - 1, NEW - 3, false},
    {"page of a table", spoil_endpoint_page, 0, "from backup and salvage",
     OLD - 1, 0, false},
    {"page, bad newest", spoil_endpoint_page, 1, "from backup and salvage",
     OLD - 20, 0, false},
    {"page, no backup", spoil_endpoint_page, 2, "from salvage", OLD - 20, 0,
     false},
    {"page of tokens", spoil_token_page, 0, "from backup and salvage", OLD - 1,
     NEW, true},
    {"half of it", truncate_half, 0, "from backup and salvage", OLD - 1, 0,
     false},
    {"all of it", overwrite_all, 0, "from backup:", OLD - 1, 0, false},
    {"newest backup, too", overwrite_all, 1, "from backup:", OLD / 2, 0, false},
    {"all backups, too", overwrite_all, 2, "from an empty store", 0, 0, false},
    {"cut to nothing", truncate_to_nothing, 0, "from backup:", OLD - 1, 0,
     false},
    {"missing", remove_it, 0, "from backup:", OLD - 1, 0, false},
    {"replaced", replace_it, 0, "from backup:", OLD - 1, 0, false},
    {"its log", remove_log, 0, "", OLD - 1, NEW, true},
};

#define COUNT(from, to) ruin_count(&ruin, from, to)

START_TEST(after_damage_while_it_does_not_run)
{
    const int old = rows[_i].old, new = rows[_i].new;

    ruin_live(&ruin);
    writing_end(&w);
    const uint64_t last = llmreg_bus_last(w.room.bus);
    rows[_i].damage();
    ruin_backups(&ruin, rows[_i].bad_backups);
    room_restart(&w.room);
    writing_start(&w);
    ck_assert_msg(writer_works(w.writer) && room_logged(&w.room, rows[_i].from),
                  "%s: %s", rows[_i].name, w.room.lines);
    ck_assert_msg(COUNT(0, OLD) >= old, "%s: %d old", rows[_i].name,
                  COUNT(0, OLD));
    ck_assert_msg(COUNT(OLD, OLD + NEW) >= new, "%s: %d new", rows[_i].name,
                  COUNT(OLD, OLD + NEW));
    if (rows[_i].all)
        ck_assert_int_eq(COUNT(0, OLD + NEW), OLD - 1 + NEW);
    ck_assert_uint_gt(llmreg_bus_last(w.room.bus), last);
    ck_assert_msg(!ruin_lets_in(&ruin, "aaaaaaa2"), "%s", rows[_i].name);
    writing_sync(&w);
    ruin_check(&ruin);
}
END_TEST

START_TEST(after_damage_while_it_runs)
{
    ruin_live(&ruin);
    rows[_i].damage();
    ruin_backups(&ruin, rows[_i].bad_backups);
    for (int i = 0; i < 6; i++) {
        room_pass(&w.room, 60000);
        room_observe(&w.room, "gpu5",
                     i % 2 != 0 ? LLMREG_REASON_OK : LLMREG_REASON_TIMEOUT);
        writing_step(&w);
        writing_sync(&w);
    }
    ck_assert_msg(writer_works(w.writer), "%s: %s", rows[_i].name,
                  w.room.lines);
    writing_restart(&w);
    ck_assert_msg(COUNT(0, OLD + NEW) == OLD - 1 + NEW, "%s: %d: %s",
                  rows[_i].name, COUNT(0, OLD + NEW), w.room.lines);
    ck_assert(!ruin_lets_in(&ruin, "aaaaaaa2"));
    ck_assert(ruin_lets_in(&ruin, "aaaaaaa1"));
    ruin_check(&ruin);
}
END_TEST

/* Behind its back all is moved into the file, which is then damaged; what it
 * knows by heart of the file is made worthless. */
static void spoil_what_it_writes(const char *table)
{
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(ruin.path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db,
                                  "SELECT count(*) FROM meta;"
                                  "PRAGMA wal_checkpoint(RESTART);"
                                  "CREATE TABLE x (y);"
                                  "DROP TABLE x",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    ruin_root(&ruin, table);
    sqlite3_close(db);
}

START_TEST(damage_that_only_a_write_meets_is_not_met_again_and_again)
{
    ruin_live(&ruin);
    spoil_what_it_writes("event");
    for (int i = 0; i < 3; i++) {
        room_pass(&w.room, 60000);
        room_admin(&w.room, "gpu5",
                   i % 2 != 0 ? LLMREG_ADMIN_ACTIVE : LLMREG_ADMIN_DRAINING, 0);
        writing_step(&w);
    }
    ck_assert_msg(room_logged(&w.room, "malformed"), "%s", w.room.lines);
    ck_assert_msg(writer_works(w.writer), "%s", w.room.lines);
    ck_assert_uint_eq(
        room_count_files(&w.room, "registry", "registry.db.corrupt-2"), 3);
    ruin_check(&ruin);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"),
                     OLD - 1 + NEW);
    /* History is of the backup, and of what was saved. */
    ck_assert_int_gt(writing_ask(&w, "SELECT count(*) FROM event"), OLD);
}
END_TEST

/* ---- a second fault in the middle ---- */

START_TEST(a_full_disk_in_the_middle_is_waited_for)
{
    ck_assert_int_eq(mkdir(w.config.dir, 0700), 0);
    if (mount("llmreg", w.config.dir, "tmpfs", 0, "size=256m") != 0) {
        printf("skipped: a tmpfs cannot be mounted here\n");
        return;
    }
    ruin_live(&ruin);
    writing_end(&w);
    spoil_endpoint_page();
    char size[64];
    snprintf(size, sizeof size, "size=%ldk",
             (long)(3 * ruin_size(&ruin) / 1024 + 400));
    ck_assert_int_eq(mount("llmreg", w.config.dir, "tmpfs", MS_REMOUNT, size),
                     0);
    room_restart(&w.room);
    writing_start(&w);
    ck_assert_msg(!writer_works(w.writer), "%s", w.room.lines);
    ck_assert_int_eq(access(ruin.path, F_OK), -1);
    ck_assert_int_eq(
        access(room_path(&w.room, "registry/registry.recovery"), F_OK), 0);
    ck_assert_int_eq(
        mount("llmreg", w.config.dir, "tmpfs", MS_REMOUNT, "size=256m"), 0);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert_msg(writer_works(w.writer), "%s", w.room.lines);
    ck_assert_msg(room_logged(&w.room, "from backup and salvage"), "%s",
                  w.room.lines);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) >= 59 FROM endpoint"), 1);
    ruin_check(&ruin);
    writing_end(&w);
    umount2(w.config.dir, MNT_DETACH);
}
END_TEST

/* ---- bits ---- */

static void flip(int64_t bit)
{
    unsigned char byte;
    const int fd = open(ruin.path, O_RDWR | O_CLOEXEC);

    ck_assert_int_eq(pread(fd, &byte, 1, bit / 8), 1);
    byte = (unsigned char)(byte ^ (1U << (bit % 8)));
    ck_assert_int_eq(pwrite(fd, &byte, 1, bit / 8), 1);
    close(fd);
}

static void copy_file(const char *from, const char *to)
{
    char command[3000];

    snprintf(command, sizeof command,
             "cp -f '%s' '%s' && rm -f '%s-wal' '%s'.corrupt-*", from, to, to,
             to);
    ck_assert_int_eq(system(command), 0);
}

static int flips(void)
{
    const char *s = getenv("LLMREG_TEST_FLIPS");

    return s != NULL ? (int)strtol(s, NULL, 10) : 60;
}

/* One bit is at most one row, and that one is in the backup or is new. */
START_TEST(a_flipped_bit_costs_no_registration_of_the_backup)
{
    char good[1300];
    int recovered = 0, lost = 0;

    ruin_live(&ruin);
    writing_end(&w);
    snprintf(good, sizeof good, "%s/good", w.room.dir);
    copy_file(ruin.path, good);
    const int64_t bits = ruin_size(&ruin) * 8;
    srand(2);
    for (int i = 0; i < flips(); i++) {
        copy_file(good, ruin.path);
        flip((int64_t)(((uint64_t)rand() << 16 ^ (uint64_t)rand()) %
                       (uint64_t)bits));
        room_pass(&w.room, 1000);
        room_restart(&w.room);
        w.room.lines[0] = '\0';
        writing_start(&w);
        ck_assert_msg(writer_works(w.writer), "%s", w.room.lines);
        recovered += room_logged(&w.room, "recovered");
        const int there = COUNT(0, OLD + NEW);
        ck_assert_msg(COUNT(1, OLD) == OLD - 1, "flip %d: %d of %d: %s", i,
                      COUNT(1, OLD), OLD - 1, w.room.lines);
        ck_assert_msg(COUNT(OLD, OLD + NEW) >= NEW - 1, "flip %d: %d: %s", i,
                      COUNT(OLD, OLD + NEW), w.room.lines);
        ck_assert(!ruin_lets_in(&ruin, "aaaaaaa2"));
        lost += OLD - 1 + NEW > there;
        writing_end(&w);
    }
    printf(
        "%d flips: %d times recovered, %d cost a row that was nowhere else\n",
        flips(), recovered, lost);
}
END_TEST

int main(void)
{
    const int n = (int)(sizeof rows / sizeof rows[0]);
    Suite *suite = suite_create("ladder");
    TCase *tc = tcase_create("ladder");

    tcase_set_timeout(tc, 1800);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, after_damage_while_it_does_not_run, 0, n);
    tcase_add_loop_test(tc, after_damage_while_it_runs, 0, n);
    tcase_add_test(tc,
                   damage_that_only_a_write_meets_is_not_met_again_and_again);
    tcase_add_test(tc, a_full_disk_in_the_middle_is_waited_for);
    tcase_add_test(tc, a_flipped_bit_costs_no_registration_of_the_backup);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
