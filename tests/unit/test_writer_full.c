/* SPDX-License-Identifier: MIT */
/* test_writer_full.c - a disk that fills up: the ballast goes, then history,
 * and the registry last; and all of it is back when there is room. */
#include "common/store/writer.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/writing.h"

static struct writing w;
static int added;

/* False, and said, where nothing can be mounted. */
static bool open_disk(const char *options)
{
    added = 0;
    writing_open(&w);
    w.config.ballast = 1 << 20;
    w.config.keep_events = 10000;
    ck_assert_int_eq(mkdir(w.config.dir, 0700), 0);
    if (mount("llmreg", w.config.dir, "tmpfs", 0, options) == 0)
        return true;
    printf("skipped: a tmpfs cannot be mounted here\n");
    writing_close(&w);
    return false;
}

static void close_disk(void)
{
    writing_end(&w);
    umount2(w.config.dir, MNT_DETACH);
    writing_close(&w);
}

static bool exists(const char *name)
{
    char path[64];

    snprintf(path, sizeof path, "registry/%s", name);
    return access(room_path(&w.room, path), F_OK) == 0;
}

/* Nothing more fits. */
static void fill(void)
{
    static const char page[4096] = "full";
    int fd = open(room_path(&w.room, "registry/filler"),
                  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    ck_assert_int_ge(fd, 0);
    while (write(fd, page, sizeof page) > 0)
        continue;
    close(fd);
}

static void add(int n)
{
    char name[32];

    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "gpu%d", added++);
        room_add(&w.room, name);
        writing_step(&w);
    }
}

static void pass(int64_t ms)
{
    room_pass(&w.room, ms);
    writing_step(&w);
}

static struct standing_word word(void)
{
    struct standing_word said;

    standing_get(writer_standing(w.writer), &said);
    return said;
}

static int64_t rows(const char *table)
{
    char sql[64];

    snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
    return writing_ask(&w, sql);
}

/* Until a change finds no room. */
static void add_until_full(void)
{
    for (int i = 0; i < 500 && !word().failed; i++)
        add(1);
    ck_assert(word().failed);
}

START_TEST(the_ballast_keeps_the_registry_going)
{
    if (!open_disk("size=8m"))
        return;
    writing_start(&w);
    ck_assert(!exists("ballast"));
    pass(5000);
    ck_assert(exists("ballast"));
    add(50);
    writing_sync(&w);
    ck_assert_int_ge(rows("event"), 50);
    fill();
    add_until_full();
    ck_assert(writer_works(w.writer)); /* nobody saw a fault */
    ck_assert(!exists("ballast"));
    ck_assert_int_eq(word().status, LLMREG_ENOSPACE);
    ck_assert(room_logged(&w.room, "events and heartbeats are not, until"));
    add(50);
    ck_assert(writer_works(w.writer));
    writing_sync(&w);
    ck_assert_int_eq(rows("endpoint"), added);
    ck_assert_int_le(rows("event"), added / 2); /* half of them went */
    ck_assert_int_gt(rows("event"), 0);
    close_disk();
}
END_TEST

START_TEST(when_there_is_room_all_is_as_it_was)
{
    if (!open_disk("size=8m"))
        return;
    writing_start(&w);
    pass(5000);
    fill();
    add_until_full();
    add(20);
    ck_assert_int_eq(unlink(room_path(&w.room, "registry/filler")), 0);
    pass(5000);
    ck_assert(word().failed); /* it may have been a short while */
    ck_assert(!exists("ballast"));
    pass(30000);
    ck_assert(!word().failed);
    ck_assert(exists("ballast"));
    ck_assert(
        room_logged(&w.room, "works again and has everything, but while"));
    ck_assert_ptr_nonnull(strstr(word().what.text, "events and"));
    add(1);
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM event WHERE seq ="
                                     " (SELECT max(seq) FROM event) AND type ="
                                     " 'registered' AND subject LIKE 'gpu%'"),
                     1);
    close_disk();
}
END_TEST

START_TEST(without_room_for_anything_it_fails_and_heals)
{
    if (!open_disk("size=8m"))
        return;
    writing_start(&w);
    pass(5000);
    fill();
    add_until_full();
    for (int i = 0; i < 100 && writer_works(w.writer); i++) {
        fill(); /* others take what was given up */
        add(20);
    }
    ck_assert(!writer_works(w.writer));
    ck_assert_int_eq(word().status, LLMREG_ENOSPACE);
    ck_assert_int_eq(unlink(room_path(&w.room, "registry/filler")), 0);
    pass(5000);
    ck_assert(writer_works(w.writer));
    writing_sync(&w);
    ck_assert_int_eq(rows("endpoint"), added);
    pass(60000);
    ck_assert(!word().failed);
    ck_assert(exists("ballast"));
    close_disk();
}
END_TEST

START_TEST(at_the_start_the_ballast_is_given_up_too)
{
    if (!open_disk("size=8m"))
        return;
    writing_start(&w);
    pass(5000);
    add(50);
    writing_sync(&w);
    writing_end(&w);
    fill();
    room_restart(&w.room);
    writing_start(&w);
    add(100);
    ck_assert(writer_works(w.writer));
    writing_sync(&w);
    ck_assert_int_eq(rows("endpoint"), 150);
    close_disk();
}
END_TEST

START_TEST(a_small_disk_has_no_ballast_and_says_so_once)
{
    if (!open_disk("size=2m"))
        return;
    writing_start(&w);
    pass(5000);
    pass(5000);
    ck_assert(!exists("ballast"));
    ck_assert(room_logged(&w.room, "no room for ballast: 1 MiB are free"));
    add(10);
    fill();
    add_until_full();
    ck_assert(!writer_works(w.writer));
    ck_assert_int_eq(unlink(room_path(&w.room, "registry/filler")), 0);
    pass(5000);
    ck_assert(!word().failed);
    writing_sync(&w);
    ck_assert_int_eq(rows("endpoint"), added);
    close_disk();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("writer_full");
    TCase *tc = tcase_create("writer_full");

    tcase_add_test(tc, the_ballast_keeps_the_registry_going);
    tcase_add_test(tc, when_there_is_room_all_is_as_it_was);
    tcase_add_test(tc, without_room_for_anything_it_fails_and_heals);
    tcase_add_test(tc, at_the_start_the_ballast_is_given_up_too);
    tcase_add_test(tc, a_small_disk_has_no_ballast_and_says_so_once);
    tcase_set_timeout(tc, 60);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
