/* SPDX-License-Identifier: MIT */
/* test_restore_killed.c - the process dies in the middle of each change that a
 * restore makes to its files, the first, the second ... until it lives; or
 * those whose turn it is (turns.h).
 *
 * Who starts next finds all of what was before the restore, or all of what the
 * backup has, and nothing in between.
 */
#include "common/store/restore/prepare.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <llmreg/text.h>

#include "tests/support/disk/disk.h"
#include "tests/support/tenants.h"
#include "tests/support/turns.h"
#include "tests/support/writing.h"

#define AGENTS 8

static struct writing w;
static struct store_world world;
static struct prepare prepare;
static struct reader reader;
static struct chore chores[2];       /* backup, restore */
static char before[512], after[512]; /* the restore */
static bool at_start;

static void start(void)
{
    w.room.small = true;
    w.config.backups.newest = 3;
    room_start(&w.room);
    writing_start(&w);
    ck_assert_int_eq(reader_init(&reader), LLMREG_OK);
    world = writing_world(&w);
    files_path(prepare.live, w.config.dir, STORE_FILE);
    ck_assert_int_eq(vault_new(&prepare.vault, &w.config, prepare.live, &world),
                     LLMREG_OK);
    prepare.desk = writer_desk(w.writer);
    prepare.world = &world;
    chores[0] = vault_chore(prepare.vault);
    chores[1] = prepare_chore(&prepare);
}

static void describe(char out[static 512])
{
    struct llmreg_text t;
    char name[16];

    llmreg_text_init(&t, out, 512);
    for (int i = 0; i < 2 * AGENTS; i++) {
        snprintf(name, sizeof name, "a%d", i);
        struct llmreg_agent *a = tenant_get(&w.room, name);

        if (a != NULL)
            llmreg_text_addf(&t, "%s ", name);
        llmreg_agent_put(a);
    }
    llmreg_text_addf(&t, "%s", token_state(&w.room, "ab12cd34"));
}

static void fill(int from, int to)
{
    char name[16];

    for (int i = from; i < to; i++) {
        snprintf(name, sizeof name, "a%d", i);
        tenant_add(&w.room, name);
    }
    writing_sync(&w);
}

static void say(int fd, const char *text)
{
    ck_assert_int_eq(write(fd, text, 512), 512);
}

/* ---- in a process of its own ---- */

static void tend(size_t i)
{
    const struct llmreg_now now = w.room.now;

    chores[i].run(chores[i].ctx, &reader, &now);
    writing_step(&w);
    writing_sync(&w);
}

static void arm(int64_t kill_at)
{
    struct disk *disk = disk_reset();

    disk->sync_nothing = 1; /* the system lives on */
    disk->kill_at = kill_at;
}

/* By a file, at the next start. */
static void restart(const struct llmreg_restore_wish *wish, int64_t kill_at)
{
    char path[FILES_PATH_SIZE];
    FILE *request;

    vault_free(prepare.vault);
    writing_end(&w);
    files_path(path, w.config.dir, "restore");
    request = fopen(path, "w");
    ck_assert_int_gt(fprintf(request, "%s\n", wish->id), 0);
    ck_assert_int_eq(fclose(request), 0);
    room_restart(&w.room);
    arm(kill_at);
    writing_start(&w);
    prepare.vault = NULL;
}

static void restore(int fd, int64_t kill_at)
{
    struct llmreg_restore_wish wish = {.force = false};
    char there[512];

    start();
    token_add(&w.room, "ab12cd34");
    fill(0, AGENTS);
    ck_assert_int_eq(
        vault_request(prepare.vault, LLMREG_BACKUP_REQUEST, wish.id),
        LLMREG_OK);
    tend(0);
    for (int i = 0; i < AGENTS; i += 2) {
        char name[16];

        snprintf(name, sizeof name, "a%d", i);
        tenant_remove(&w.room, name);
    }
    token_revoke(&w.room, "ab12cd34");
    fill(AGENTS, 2 * AGENTS);
    describe(there);
    say(fd, there);
    if (at_start) {
        restart(&wish, kill_at);
    } else {
        arm(kill_at);
        ck_assert_int_eq(desk_request(prepare.desk, &wish), LLMREG_OK);
        tend(1);
    }
    describe(there);
    say(fd, there);
    writing_end(&w);
}

static void look(int fd, int64_t kill_at)
{
    char there[512];

    (void)kill_at;
    start();
    ck_assert(writer_works(w.writer));
    ck_assert(!room_logged(&w.room, "kept as"));
    ck_assert_uint_eq(
        room_count_files(&w.room, "registry", STORE_FILE PREPARE_SUFFIX), 0);
    describe(there);
    say(fd, there);
}

/* Runs fn, and reads what it says; how many words. */
static size_t run(void (*fn)(int fd, int64_t kill_at), int64_t kill_at,
                  char words[2][512], int *status)
{
    size_t count = 0;
    int ends[2];
    pid_t child;

    ck_assert_int_eq(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        disk_watch(w.config.dir);
        fn(ends[1], kill_at);
        _exit(0);
    }
    close(ends[1]);
    while (count < 2 && read(ends[0], words[count], 512) == 512)
        count++;
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, status, 0), child);
    return count;
}

/* ---- here ---- */

static void find_moments(void)
{
    char words[2][512];
    int status = -1;

    writing_make(&w);
    ck_assert_uint_eq(run(restore, 0, words, &status), 2);
    ck_assert_int_eq(status, 0);
    memcpy(before, words[0], sizeof before);
    memcpy(after, words[1], sizeof after);
    ck_assert_str_ne(before, after);
    ck_assert_ptr_nonnull(strstr(after, "revoked"));
    room_close(&w.room);
}

/* Kills it again and again; how many times it was found before and after. */
static void kill_all(size_t *old, size_t *new)
{
    char words[2][512], found[2][512];
    int status = -1, looked = -1;
    size_t times = 0;
    int64_t at = 1 + turns_first(1);

    for (; status != 0; at += turns_step(1)) {
        writing_make(&w);
        (void)run(restore, at, words, &status);
        ck_assert(status == 0 || WTERMSIG(status) == SIGKILL);
        ck_assert_uint_eq(run(look, 0, found, &looked), 1);
        ck_assert_int_eq(looked, 0);
        *old += strcmp(found[0], before) == 0;
        *new += strcmp(found[0], after) == 0;
        ck_assert_msg(*old + *new == ++times, "killed at change %ld: %s",
                      (long)at, found[0]);
        room_close(&w.room);
    }
    ck_assert_str_eq(found[0], after);
    printf("killed at one in %d of %ld changes: %zu before, %zu after\n", TURNS,
           (long)(at - turns_step(1)) - 1, *old, *new - 1);
}

START_TEST(it_is_done_or_was_never_begun)
{
    size_t old = 0, new = 0;

    at_start = false;
    find_moments();
    kill_all(&old, &new);
    ck_assert_uint_gt(TURNS * old, 50); /* most of it is a preparation */
    ck_assert_uint_gt(TURNS * new, 1);
}
END_TEST

/* Whoever starts next does it again. */
START_TEST(what_a_file_wants_is_done_in_the_end)
{
    size_t old = 0, new = 0;

    at_start = true;
    find_moments();
    kill_all(&old, &new);
    ck_assert_uint_eq(old, 0);
    ck_assert_uint_gt(TURNS * new, 50);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("restore_killed");
    TCase *tc = tcase_create("killed");

    tcase_add_test(tc, it_is_done_or_was_never_begun);
    tcase_add_test(tc, what_a_file_wants_is_done_in_the_end);
    tcase_set_timeout(tc, 300);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
