/* SPDX-License-Identifier: MIT */
/* test_vault.c - backups of a store that lives, and of one that does not.
 *
 * The chore is run by hand; the caretaker's thread is tested by
 * test_caretaker.c.
 */
#include "common/store/backup/vault.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/store/backup/inspect.h"
#include "common/store/backup/list.h"
#include "common/store/backup/name.h"
#include "common/store/backup/tables.h"
#include "common/store/schema.h"
#include "tests/support/scarce.h"
#include "tests/support/scarce_sqlite.h"
#include "tests/support/tenants.h"
#include "tests/support/writing.h"

#define DAY_MS INT64_C(86400000)

static struct writing w;
static struct vault *vault;
static struct reader reader;
static struct chore chore;
static struct llmreg_subscription *events;
static struct llmreg_error err;
static char id[LLMREG_BACKUP_ID_SIZE];
static int64_t room_in_fs; /* what statvfs says; 0: the truth */

int __real_statvfs(const char *path, struct statvfs *out);
int __wrap_statvfs(const char *path, struct statvfs *out);

int __wrap_statvfs(const char *path, struct statvfs *out)
{
    int rc = __real_statvfs(path, out);

    if (room_in_fs > 0)
        out->f_bavail = (fsblkcnt_t)(room_in_fs / (int64_t)out->f_frsize);
    else
        out->f_bavail = 1 << 30;
    return rc;
}

static void open_vault(void)
{
    const struct store_world world = writing_world(&w);
    char live[FILES_PATH_SIZE];

    files_path(live, w.config.dir, STORE_FILE);
    ck_assert_int_eq(vault_new(&vault, &w.config, live, &world), LLMREG_OK);
    chore = vault_chore(vault);
}

static void setup(void)
{
    scarce_sqlite_hook();
    writing_make(&w);
    w.room.small = true;
    room_start(&w.room);
    w.config.backups = (struct store_backups){
        .interval_ns = 86400 * LLMREG_NS_PER_S, .newest = 3};
    writing_start(&w);
    room_add(&w.room, "gpu1");
    room_models(&w.room, "gpu1", "a:latest,b:latest");
    tenant_add(&w.room, "scout");
    writing_sync(&w);
    ck_assert_int_eq(reader_init(&reader), LLMREG_OK);
    ck_assert_int_eq(llmreg_subscribe(w.room.bus, UINT64_MAX, &events),
                     LLMREG_OK);
    open_vault();
}

static void teardown(void)
{
    (void)scarce_end();
    (void)scarce_sqlite_end();
    llmreg_unsubscribe(events);
    vault_free(vault);
    reader_fini(&reader);
    writing_close(&w);
}

/* What the caretaker does. */
static void tend(void)
{
    if (chore.due_ns(chore.ctx, &w.room.now) <= w.room.now.mono_ns)
        chore.run(chore.ctx, &reader, &w.room.now);
}

static struct llmreg_backup_work work(void)
{
    struct llmreg_backup_work out;

    vault_work(vault, &out);
    return out;
}

static void request(void)
{
    ck_assert_int_eq(vault_request(vault, LLMREG_BACKUP_REQUEST, id),
                     LLMREG_OK);
    tend();
}

/* One that is made. */
static void back_up(void)
{
    request();
    ck_assert_msg(!work().last.failed, "%s", work().last.reason.text);
}

static const char *file(const char *suffix)
{
    static char name[96];

    snprintf(name, sizeof name, "registry/backups/%s%s", id, suffix);
    return room_path(&w.room, name);
}

static size_t files(const char *prefix)
{
    const size_t n = room_count_files(&w.room, "registry/backups", prefix);

    return prefix[0] == '\0' ? n - 2 : n; /* "." and ".." */
}

static struct llmreg_backup listed(size_t i)
{
    struct llmreg_backups *list = vault_list(vault);
    struct llmreg_backup b;

    ck_assert_uint_lt(i, llmreg_backups_count(list));
    b = *llmreg_backups_at(list, i);
    llmreg_backups_put(list);
    return b;
}

static size_t list_count(void)
{
    struct llmreg_backups *list = vault_list(vault);
    const size_t n = llmreg_backups_count(list);

    llmreg_backups_put(list);
    return n;
}

static void restart_vault(void)
{
    vault_free(vault);
    open_vault();
}

static int64_t rows_of(const struct llmreg_backup *b, const char *table)
{
    for (size_t i = 0; i < b->ntables; i++)
        if (strcmp(b->tables[i].table, table) == 0)
            return b->tables[i].rows;
    return -1;
}

static int inspect(const struct llmreg_backup *b)
{
    return inspect_backup(file(".db"), &reader, b, &err);
}

/* The reason of the next event of a backup that went so. */
static void expect_event(const char *after, char reason[static 512])
{
    const struct llmreg_event *event;
    bool found = false;

    while (!found && llmreg_subscription_next(events, &event) == LLMREG_OK) {
        found = event->type == LLMREG_EVENT_STORE &&
                strcmp(event->name, "backup") == 0;
        if (found)
            ck_assert_str_eq(event->after, after);
        if (found)
            snprintf(reason, 512, "%s", event->reason);
        llmreg_event_put(event);
    }
    ck_assert(found);
}

/* ---- one that is good ---- */

START_TEST(a_backup_is_a_checked_database_with_a_manifest)
{
    struct llmreg_backup b;
    struct stat st;

    back_up();
    b = listed(0);
    ck_assert_str_eq(b.id, id);
    ck_assert_str_eq(b.problem, "");
    ck_assert_int_eq(b.schema, SCHEMA_VERSION);
    ck_assert_int_eq(b.made_ms, w.room.now.wall_ms);
    ck_assert_int_eq(rows_of(&b, "endpoint"), 1);
    ck_assert_int_eq(rows_of(&b, "model"), 2);
    ck_assert_int_eq(rows_of(&b, "agent"), 1);
    ck_assert_int_eq(
        b.synced_seq,
        writing_ask(&w, "SELECT value FROM meta WHERE key = 'synced_seq'"));
    ck_assert_int_eq(inspect(&b), LLMREG_OK);
    ck_assert_int_eq(stat(file(".db"), &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0600);
    ck_assert_int_eq(st.st_size, b.bytes);
    ck_assert_int_eq(stat(file(".json"), &st), 0);
    ck_assert_int_eq(st.st_mode & 07777, 0600);
    ck_assert_uint_eq(files(""), 2);
}
END_TEST

START_TEST(both_ends_are_told)
{
    char reason[512];

    back_up();
    expect_event("complete", reason);
    ck_assert_str_eq(reason, id);
    ck_assert(room_logged(&w.room, "is made and checked"));
    ck_assert(work().last.known && !work().running);
    ck_assert_int_eq(work().good_ms, w.room.now.wall_ms);
    ck_assert_int_eq(work().next_ms, w.room.now.wall_ms + DAY_MS);
}
END_TEST

START_TEST(two_within_one_second_are_two)
{
    back_up();
    back_up();
    ck_assert_uint_eq(list_count(), 2);
    ck_assert_uint_eq(files(""), 4);
}
END_TEST

START_TEST(who_asks_while_one_is_wanted_is_told_which)
{
    char other[LLMREG_BACKUP_ID_SIZE];

    ck_assert_int_eq(vault_request(vault, LLMREG_BACKUP_REQUEST, id),
                     LLMREG_OK);
    ck_assert_int_eq(vault_request(vault, LLMREG_BACKUP_REQUEST, other),
                     LLMREG_EBUSY);
    ck_assert_str_eq(id, other);
    ck_assert(work().running);
}
END_TEST

START_TEST(the_writer_goes_on_and_the_log_begins_anew)
{
    back_up();
    room_add(&w.room, "gpu2");
    writing_sync(&w);
    ck_assert(writer_works(w.writer));
    ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM endpoint"), 2);
    ck_assert_int_eq(
        writing_ask(&w, "SELECT count(*) FROM pragma_integrity_check"), 1);
}
END_TEST

START_TEST(backups_may_be_elsewhere)
{
    vault_free(vault);
    snprintf(w.config.backups.dir, sizeof w.config.backups.dir, "%s/else#%%?",
             w.room.dir);
    open_vault();
    back_up();
    ck_assert_uint_eq(room_count_files(&w.room, "else#%?", id), 2);
    ck_assert_int_eq(w.room.dir[0], '/');
}
END_TEST

/* ---- when ---- */

START_TEST(one_is_made_when_it_is_time)
{
    tend(); /* looks */
    ck_assert_uint_eq(list_count(), 0);
    room_pass(&w.room, 59000);
    tend();
    ck_assert(!work().last.known);
    room_pass(&w.room, 1000);
    tend();
    ck_assert_uint_eq(list_count(), 1);
    ck_assert_int_eq(listed(0).why, LLMREG_BACKUP_SCHEDULE);
    room_pass(&w.room, DAY_MS - 1);
    tend();
    ck_assert_uint_eq(list_count(), 1);
    room_pass(&w.room, 1);
    tend();
    ck_assert_uint_eq(list_count(), 2);
}
END_TEST

START_TEST(a_restart_does_not_begin_the_day_anew)
{
    back_up();
    for (int i = 0; i < 3; i++) {
        room_pass(&w.room, DAY_MS / 4);
        restart_vault();
        tend();
        ck_assert_int_eq(work().next_ms,
                         w.room.now.wall_ms + (3 - i) * (DAY_MS / 4));
    }
    room_pass(&w.room, DAY_MS / 4);
    tend();
    ck_assert_uint_eq(list_count(), 2);
}
END_TEST

START_TEST(without_an_interval_only_who_asks_gets_one)
{
    vault_free(vault);
    w.config.backups.interval_ns = 0;
    open_vault();
    tend();
    room_pass(&w.room, 30 * DAY_MS);
    tend();
    ck_assert_uint_eq(list_count(), 0);
    ck_assert_int_eq(work().next_ms, 0);
    back_up();
    ck_assert_uint_eq(list_count(), 1);
}
END_TEST

/* ---- which stay ---- */

START_TEST(old_ones_go_after_a_good_one)
{
    char first[LLMREG_BACKUP_ID_SIZE];

    back_up();
    memcpy(first, id, sizeof first);
    for (int i = 0; i < 3; i++) {
        room_pass(&w.room, 1000);
        back_up();
    }
    ck_assert_uint_eq(list_count(), 3);
    ck_assert_uint_eq(files(first), 0);
    ck_assert_uint_eq(files(""), 6);
}
END_TEST

START_TEST(days_and_weeks_stay_beside_the_newest)
{
    vault_free(vault);
    w.config.backups.newest = 1;
    w.config.backups.daily = _i == 0 ? 3 : 0;
    w.config.backups.weekly = _i == 0 ? 0 : 2;
    open_vault();
    for (int i = 0; i < 15; i++) {
        back_up();
        room_pass(&w.room, DAY_MS);
    }
    ck_assert_uint_eq(list_count(), _i == 0 ? 3 : 2);
}
END_TEST

START_TEST(none_goes_after_one_that_failed)
{
    for (int i = 0; i < 3; i++)
        back_up();
    w.config.backups.newest = 1;
    restart_vault();
    room_in_fs = 1 << 20;
    request();
    ck_assert(work().last.failed);
    ck_assert_uint_eq(files(""), 6);
    room_in_fs = 0;
    back_up();
    ck_assert_uint_eq(files(""), 2);
}
END_TEST

START_TEST(what_is_not_ours_is_not_touched)
{
    back_up();
    room_write_file(&w.room, "registry/backups/notes.txt", "mine");
    room_write_file(&w.room, "registry/backups/old.db", "mine");
    room_write_file(&w.room, "registry/backups/20200101T000000Z-00000001.db.gz",
                    "x");
    restart_vault();
    for (int i = 0; i < 5; i++)
        back_up();
    ck_assert_uint_eq(files(""), 6 + 3);
}
END_TEST

/* ---- what may go wrong ---- */

START_TEST(a_short_disk_refuses_it_with_both_figures)
{
    char reason[512];

    room_in_fs = 10 << 20;
    request();
    ck_assert(work().last.failed);
    ck_assert_ptr_nonnull(
        strstr(work().last.reason.text, "10 MiB are free, it takes 1, and 64"));
    expect_event("failed", reason);
    ck_assert(room_logged(&w.room, "failed: no room for a copy"));
    ck_assert_uint_eq(files(""), 0);
    ck_assert(writer_works(w.writer));
}
END_TEST

START_TEST(a_disk_that_fills_up_leaves_nothing_behind)
{
    const struct rlimit little = {64 << 10, 64 << 10};
    int failed;

    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &little), 0);
    request();
    failed = work().last.failed;
    ck_assert(failed);
    ck_assert_uint_eq(files(""), 0);
    ck_assert_uint_eq(list_count(), 0);
}
END_TEST

START_TEST(what_a_killed_one_left_goes_at_the_next_start)
{
    char part[LIST_SUFFIX_SIZE], name[128];
    struct llmreg_backup b;

    back_up();
    b = listed(0);
    list_part_suffix(part, b.hub);
    snprintf(name, sizeof name, "registry/backups/%.17s00000001%s", id, part);
    room_write_file(&w.room, name, "half of it");
    snprintf(name, sizeof name, "registry/backups/%.17s00000001.json", id);
    room_write_file(&w.room, name, "{}");
    b.hub[0] = b.hub[0] == '0' ? '1' : '0'; /* that one may be alive */
    list_part_suffix(part, b.hub);
    snprintf(name, sizeof name, "registry/backups/%.17s00000002%s", id, part);
    room_write_file(&w.room, name, "half of another's");
    restart_vault();
    tend();
    ck_assert_uint_eq(list_count(), 1);
    ck_assert_uint_eq(files(""), 3);
}
END_TEST

START_TEST(a_truncated_one_does_not_count)
{
    back_up();
    ck_assert_int_eq(truncate(file(".db"), 8192), 0);
    restart_vault();
    tend();
    ck_assert_ptr_nonnull(strstr(listed(0).problem, "size"));
    ck_assert_int_eq(work().good_ms, 0);
    room_pass(&w.room, 60000);
    tend(); /* so the next is due at once */
    ck_assert_uint_eq(list_count(), 2);
}
END_TEST

START_TEST(every_flipped_byte_is_seen)
{
    struct llmreg_backup b;

    back_up();
    b = listed(0);
    for (int64_t at = 0; at < b.bytes; at += 1013) {
        int fd = open(file(".db"), O_RDWR);
        unsigned char byte;

        ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
        byte ^= 4;
        ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
        ck_assert_int_eq(inspect(&b), LLMREG_ECORRUPT);
        byte ^= 4;
        ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
        close(fd);
    }
    ck_assert_int_eq(inspect(&b), LLMREG_OK);
}
END_TEST

START_TEST(one_without_a_manifest_does_not_count)
{
    back_up();
    ck_assert_int_eq(unlink(file(".json")), 0);
    restart_vault();
    tend();
    ck_assert_str_eq(listed(0).problem, "its manifest is missing");
    ck_assert_int_eq(work().good_ms, 0);
}
END_TEST

START_TEST(a_manifest_alone_does_not_count)
{
    back_up();
    ck_assert_int_eq(unlink(file(".db")), 0);
    restart_vault();
    tend();
    ck_assert_ptr_nonnull(strstr(listed(0).problem, "no such file"));
}
END_TEST

START_TEST(a_manifest_that_lies_is_seen)
{
    struct llmreg_backup b;

    back_up();
    b = listed(0);
    b.tables[1].rows++;
    ck_assert_int_eq(inspect(&b), LLMREG_ECORRUPT);
    b = listed(0);
    b.hub[3] ^= 1;
    ck_assert_int_eq(inspect(&b), LLMREG_ECORRUPT);
    b = listed(0);
    b.sha256[0] = 'x';
    ck_assert_int_eq(inspect(&b), LLMREG_ECORRUPT);
    b = listed(0);
    b.synced_seq++;
    ck_assert_int_eq(inspect(&b), LLMREG_ECORRUPT);
}
END_TEST

START_TEST(nonsense_is_no_manifest)
{
    static const char *const texts[] = {
        "",
        "{",
        "{}",
        "[1]",
        "{\"id\":7}",
        "{\"rows\":{\"endpoint\":-1}}",
        "{\"id\":\"20261118T140640Z-00000000\"}"};
    char name[96];

    back_up();
    snprintf(name, sizeof name, "registry/backups/%s.json", id);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        room_write_file(&w.room, name, texts[i]);
        restart_vault();
        tend();
        ck_assert_str_eq(listed(0).problem, "its manifest makes no sense");
    }
}
END_TEST

START_TEST(rows_that_cannot_be_make_no_backup)
{
    writing_change_file(&w, "UPDATE health SET state = ''");
    request();
    ck_assert(work().last.failed);
    ck_assert_ptr_nonnull(
        strstr(work().last.reason.text, "1 rows of health cannot be"));
    ck_assert_uint_eq(files(""), 0);
}
END_TEST

START_TEST(a_store_that_is_away_is_said_so)
{
    writing_hide(&w);
    request();
    ck_assert(work().last.failed);
    writing_show(&w);
    back_up();
}
END_TEST

START_TEST(a_leaving_program_makes_none_and_says_nothing)
{
    char part[8] = "";

    reader_halt(&reader);
    request();
    ck_assert(!room_logged(&w.room, "failed"));
    ck_assert_uint_eq(files(part), 0);
}
END_TEST

/* ---- all tables ---- */

START_TEST(every_table_of_each_version_has_its_row)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;

    ck_assert_int_eq(sqlite3_open(":memory:", &db), SQLITE_OK);
    for (int v = 1; v <= SCHEMA_VERSION; v++) {
        int known = 0;

        ck_assert_int_eq(sqlite3_exec(db, schema_step(v), NULL, NULL, NULL),
                         SQLITE_OK);
        for (size_t i = 0; backup_table(i) != NULL; i++)
            if (v >= backup_table(i)->since &&
                (backup_table(i)->until == 0 || v <= backup_table(i)->until)) {
                known++;
                ck_assert_int_eq(
                    sqlite3_exec(db, backup_table(i)->wrong, NULL, NULL, NULL),
                    SQLITE_OK);
            }
        ck_assert_int_eq(sqlite3_prepare_v2(db,
                                            "SELECT count(*) FROM sqlite_schema"
                                            " WHERE type = 'table'",
                                            -1, &stmt, NULL),
                         SQLITE_OK);
        ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
        ck_assert_int_eq(sqlite3_column_int(stmt, 0), known);
        sqlite3_finalize(stmt);
    }
    sqlite3_close(db);
}
END_TEST

/* ---- memory ---- */

START_TEST(each_allocation_of_ours_may_fail)
{
    bool failed = true;

    for (long n = 0; failed; n++) {
        ck_assert_int_eq(vault_request(vault, LLMREG_BACKUP_REQUEST, id),
                         LLMREG_OK);
        scarce_from(n);
        tend();
        failed = scarce_end();
        ck_assert_uint_eq(files(id), work().last.failed ? 0 : 2);
        back_up(); /* and only the newest stay */
        ck_assert_uint_le(files(""), 6);
        ck_assert_str_eq(listed(0).problem, "");
    }
}
END_TEST

/* One in STRIDE, as there are thousands. */
START_TEST(allocations_of_sqlite_may_fail)
{
    const long stride = 37;
    bool failed = true;

    for (long n = 0; failed; n += stride) {
        ck_assert_int_eq(vault_request(vault, LLMREG_BACKUP_REQUEST, id),
                         LLMREG_OK);
        scarce_sqlite_from(n);
        tend();
        failed = scarce_sqlite_end();
        ck_assert_uint_eq(files(id), work().last.failed ? 0 : 2);
    }
    ck_assert(!work().last.failed);
    ck_assert(writer_works(w.writer));
}
END_TEST

static void add_good(TCase *tc)
{
    tcase_add_test(tc, a_backup_is_a_checked_database_with_a_manifest);
    tcase_add_test(tc, both_ends_are_told);
    tcase_add_test(tc, two_within_one_second_are_two);
    tcase_add_test(tc, who_asks_while_one_is_wanted_is_told_which);
    tcase_add_test(tc, the_writer_goes_on_and_the_log_begins_anew);
    tcase_add_test(tc, backups_may_be_elsewhere);
    tcase_add_test(tc, one_is_made_when_it_is_time);
    tcase_add_test(tc, a_restart_does_not_begin_the_day_anew);
    tcase_add_test(tc, without_an_interval_only_who_asks_gets_one);
    tcase_add_test(tc, old_ones_go_after_a_good_one);
    tcase_add_loop_test(tc, days_and_weeks_stay_beside_the_newest, 0, 2);
    tcase_add_test(tc, none_goes_after_one_that_failed);
    tcase_add_test(tc, what_is_not_ours_is_not_touched);
}

static void add_bad(TCase *tc)
{
    tcase_add_test(tc, a_short_disk_refuses_it_with_both_figures);
    tcase_add_test(tc, a_disk_that_fills_up_leaves_nothing_behind);
    tcase_add_test(tc, what_a_killed_one_left_goes_at_the_next_start);
    tcase_add_test(tc, a_truncated_one_does_not_count);
    tcase_add_test(tc, every_flipped_byte_is_seen);
    tcase_add_test(tc, one_without_a_manifest_does_not_count);
    tcase_add_test(tc, a_manifest_alone_does_not_count);
    tcase_add_test(tc, a_manifest_that_lies_is_seen);
    tcase_add_test(tc, nonsense_is_no_manifest);
    tcase_add_test(tc, rows_that_cannot_be_make_no_backup);
    tcase_add_test(tc, a_store_that_is_away_is_said_so);
    tcase_add_test(tc, a_leaving_program_makes_none_and_says_nothing);
    tcase_add_test(tc, every_table_of_each_version_has_its_row);
    tcase_add_test(tc, each_allocation_of_ours_may_fail);
    tcase_add_test(tc, allocations_of_sqlite_may_fail);
}

int main(void)
{
    Suite *suite = suite_create("vault");
    TCase *tc = tcase_create("vault");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    add_good(tc);
    add_bad(tc);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
