/* SPDX-License-Identifier: MIT */
/* test_store_killed.c - the process dies in the middle of each change that it
 * makes to its files, the first, the second ... until it lives to the end; or
 * those whose turn it is (turns.h).
 *
 * Each time a process of its own tells the story of story.h and says after
 * each step that it is on disk.  The next one finds the moment it has come to,
 * or, if a step was not said to be on disk any more, the one after.
 */
#include "common/store/writer.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/disk/disk.h"
#include "tests/support/story.h"
#include "tests/support/turns.h"
#include "tests/support/writing.h"

struct word {
    uint64_t last; /* number of an event */
    char there[STORY_TEXT];
};

static struct writing w;
/* What is there before the first step, after it ... */
static char moments[STORY_STEPS + 1][STORY_TEXT];

static void say(int fd)
{
    struct word word = {.last = llmreg_bus_last(w.room.bus)};

    story_describe(&w.room, word.there);
    ck_assert_int_eq(write(fd, &word, sizeof word), sizeof word);
}

static void start(void)
{
    w.room.small = true;
    room_start(&w.room);
    writing_start(&w);
}

/* ---- in a process of its own ---- */

static void tell_story(int fd)
{
    start();
    say(fd);
    for (int i = 0; i < STORY_STEPS; i++) {
        story_step(&w.room, i);
        writing_sync(&w);
        say(fd);
        if (i == STORY_STEPS / 2) {
            room_pass(&w.room, 60000); /* a checkpoint is due */
            writing_step(&w);
        }
    }
    writing_end(&w);
}

static void look(int fd)
{
    start();
    ck_assert(writer_works(w.writer));
    ck_assert(!room_logged(&w.room, "kept as"));
    say(fd);
    writing_end(&w);
}

/* Reads what a process says, which runs fn with kill_at; its status. */
static int run(void (*fn)(int fd), int64_t kill_at, struct word *said,
               size_t *count)
{
    int ends[2], status = 0;
    pid_t child;

    ck_assert_int_eq(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        struct disk *disk = disk_reset();

        disk->kill_at = kill_at;
        disk->sync_nothing = 1; /* the system lives on */
        disk_watch(w.config.dir);
        fn(ends[1]);
        _exit(0);
    }
    close(ends[1]);
    *count = 0;
    while (*count < STORY_STEPS + 1 &&
           read(ends[0], &said[*count], sizeof *said) == sizeof *said)
        ++*count;
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}

/* ---- here ---- */

static void setup(void)
{
    struct word said[STORY_STEPS + 1];
    size_t count = 0;

    writing_make(&w);
    ck_assert_int_eq(run(tell_story, 0, said, &count), 0);
    ck_assert_uint_eq(count, STORY_STEPS + 1);
    for (size_t i = 0; i < count; i++)
        snprintf(moments[i], sizeof moments[i], "%s", said[i].there);
    room_close(&w.room);
}

/* Nothing was said: then there is nothing, as after the first word. */
static void compare(int64_t at, const struct word *said, size_t count,
                    const struct word *found)
{
    const size_t last = count == 0 ? 0 : count - 1;
    const size_t next = last < STORY_STEPS ? last + 1 : last;

    ck_assert_msg(strcmp(found->there, moments[last]) == 0 ||
                      (count > 0 && strcmp(found->there, moments[next]) == 0),
                  "killed at change %ld, after step %zu: %s", (long)at, last,
                  found->there);
    for (size_t i = 0; i < count; i++)
        ck_assert_uint_gt(found->last, said[i].last);
}

START_TEST(every_moment_is_whole)
{
    struct word said[STORY_STEPS + 1], found[STORY_STEPS + 1];
    size_t count = 0, looked = 0;
    int status = -1;
    int64_t at = 1 + turns_first(1);

    for (; status != 0; at += turns_step(1)) {
        writing_make(&w);
        status = run(tell_story, at, said, &count);
        ck_assert(status == 0 || WTERMSIG(status) == SIGKILL);
        ck_assert_int_eq(run(look, 0, found, &looked), 0);
        ck_assert_uint_eq(looked, 1);
        compare(at, said, count, &found[0]);
        room_close(&w.room);
    }
    ck_assert_int_gt(at, 100); /* so many there were */
    printf("killed at one in %d of %ld changes\n", TURNS,
           (long)(at - turns_step(1)) - 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_killed");
    TCase *tc = tcase_create("killed");

    tcase_add_unchecked_fixture(tc, setup, NULL);
    tcase_add_test(tc, every_moment_is_whole);
    tcase_set_timeout(tc, 300);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
