/* SPDX-License-Identifier: MIT */
/* test_ladder_killed.c - the process dies in the middle of each change that a
 * recovery makes to its files, the first, the second ... until it lives to the
 * end.  The next start finishes it, from the same file that was set aside.
 */
#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/disk/disk.h"
#include "tests/support/ruin.h"

static struct writing w;
static struct ruin ruin;

static void open_ruin(void)
{
    room_start(&w.room);
    ruin_open(&ruin, &w);
}

static void copy_over(const char *from, const char *to)
{
    char command[3000];

    snprintf(command, sizeof command, "rm -rf '%s' && cp -a '%s' '%s'", to,
             from, to);
    ck_assert_int_eq(system(command), 0);
}

/* A damaged store, beside the room. */
static void prepare(const char *kept)
{
    open_ruin();
    ruin_live(&ruin);
    writing_end(&w);
    ruin_leaf(&ruin, "endpoint");
    room_stop(&w.room);
    copy_over(w.config.dir, kept);
}

/* Its status. */
static int recover(int64_t kill_at)
{
    const pid_t child = fork();
    int status = -1;

    if (child == 0) {
        struct disk *disk = disk_reset();

        disk->kill_at = kill_at;
        disk->sync_nothing = 1; /* the system lives on */
        disk_watch(w.config.dir);
        open_ruin();
        writing_start(&w);
        _exit(writer_works(w.writer) ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

static void look(int64_t at, bool finished)
{
    open_ruin();
    writing_start(&w);
    ck_assert_msg(writer_works(w.writer), "killed at change %ld: %s", (long)at,
                  w.room.lines);
    ck_assert(finished || room_logged(&w.room, "recovered") ||
              !room_logged(&w.room, "kept as"));
    ck_assert_msg(ruin_count(&ruin, 1, RUIN_OLD) == RUIN_OLD - 1,
                  "killed at change %ld: %d: %s", (long)at,
                  ruin_count(&ruin, 1, RUIN_OLD), w.room.lines);
    ck_assert(!ruin_lets_in(&ruin, "aaaaaaa2"));
    ck_assert(ruin_lets_in(&ruin, "aaaaaaa1"));
    ck_assert_uint_ge(
        room_count_files(&w.room, "registry", "registry.db.corrupt-2"), 1);
    writing_sync(&w);
    ruin_check(&ruin);
    writing_end(&w);
    room_stop(&w.room);
}

START_TEST(a_recovery_is_finished_by_the_next_start)
{
    char kept[200];
    int status = -1;
    int64_t at = 0;

    writing_make(&w);
    snprintf(kept, sizeof kept, "%s/kept", w.room.dir);
    prepare(kept);
    /* Late ones are only taken now and then. */
    while (status != 0) {
        at += at < 40 ? 1 : 7;
        copy_over(kept, w.config.dir);
        status = recover(at);
        ck_assert(status == 0 || WTERMSIG(status) == SIGKILL);
        look(at, status == 0);
    }
    ck_assert_int_gt(at, 50);
    printf("killed up to change %ld\n", (long)at);
    room_close(&w.room);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ladder_killed");
    TCase *tc = tcase_create("killed");

    tcase_add_test(tc, a_recovery_is_finished_by_the_next_start);
    tcase_set_timeout(tc, 600);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
