/* SPDX-License-Identifier: MIT */
/* test_scrub.c - a file that is in use is read again, all of it; and what is
 * found ends its use.
 *
 * The chore is run by hand, the caretaker's thread is tested by
 * test_caretaker.c.
 */
#include "common/store/care/scrub.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/damage.h"
#include "tests/support/writing.h"

#define DAY_S INT64_C(86400)

static struct writing w;
static struct store_world world; /* lent to the scrub */
static struct scrub *scrub;
static struct chore chore;
static struct reader reader;
static struct llmreg_store_health health;
static char path[256];

static void open_scrub(int64_t interval_s)
{
    const struct scrub_conf conf = {writer_care(w.writer), path, &world,
                                    interval_s * LLMREG_NS_PER_S};

    world = writing_world(&w);
    scrub_free(scrub);
    ck_assert_int_eq(scrub_new(&scrub, &conf), LLMREG_OK);
    chore = scrub_chore(scrub);
}

/* A store with some of everything that is quickly made, all of it in the
 * file, none in its log. */
static void setup(void)
{
    writing_open(&w);
    snprintf(path, sizeof path, "%s",
             room_path(&w.room, "registry/registry.db"));
    writing_start(&w);
    for (int i = 0; i < 40; i++) {
        char name[16];

        snprintf(name, sizeof name, "gpu%d", i);
        room_add(&w.room, name);
        room_models(&w.room, name, "llama3:8b,mistral:7b,phi3:mini");
        room_observe(&w.room, name, LLMREG_REASON_OK);
    }
    writing_restart(&w);
    writing_restart(&w);
    ck_assert_int_eq(reader_init(&reader), LLMREG_OK);
    open_scrub(DAY_S);
}

static void teardown(void)
{
    scrub_free(scrub);
    scrub = NULL;
    reader_fini(&reader);
    writing_close(&w);
}

static void look(void)
{
    care_get(writer_care(w.writer), w.room.now.wall_ms, &health);
}

/* Seconds from now. */
static int64_t due_s(void)
{
    const int64_t ns = chore.due_ns(chore.ctx, &w.room.now);

    return (ns - w.room.now.mono_ns) / LLMREG_NS_PER_S;
}

static void run(void)
{
    chore.run(chore.ctx, &reader, &w.room.now);
    look();
}

/* Behind the back of the writer, and of the checksums. */
static void change(const char *sql)
{
    sqlite3 *db = NULL;

    ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* ---- when ---- */

START_TEST(it_is_due_a_day_after_the_last_whatever_restarts)
{
    ck_assert_int_eq(due_s(), 60);
    room_pass(&w.room, 60000);
    run();
    ck_assert_int_eq(health.check.ended_ms, w.room.now.wall_ms);
    ck_assert_int_eq(due_s(), DAY_S);
    writing_step(&w);
    room_pass(&w.room, 7200000);
    writing_restart(&w);
    open_scrub(DAY_S);
    ck_assert_int_eq(due_s(), DAY_S - 7200);
    room_pass(&w.room, 2 * DAY_S * 1000);
    open_scrub(DAY_S);
    ck_assert_int_eq(due_s(), 60);
}
END_TEST

START_TEST(a_clock_that_was_put_back_does_not_put_it_off)
{
    run();
    w.room.now.wall_ms -= 30 * DAY_S * 1000;
    ck_assert_int_eq(due_s(), DAY_S);
}
END_TEST

START_TEST(without_an_interval_it_is_never_due)
{
    open_scrub(0);
    ck_assert_int_eq(chore.due_ns(chore.ctx, &w.room.now), INT64_MAX);
}
END_TEST

/* ---- what ---- */

START_TEST(a_sound_file_is_said_to_be)
{
    run();
    ck_assert_int_eq(health.check.bad, 0);
    ck_assert_str_eq(health.check.what, "");
    ck_assert_uint_eq(health.reasons & LLMREG_STORE_CORRUPT, 0);
    ck_assert(room_logged(&w.room, "all of it was read and is sound"));
    writing_step(&w);
    ck_assert(writer_works(w.writer));
}
END_TEST

static bool is_told(struct llmreg_subscription *events, const char *before,
                    const char *after, const char *reason)
{
    const struct llmreg_event *event;
    bool found = false;

    while (!found && llmreg_subscription_next(events, &event) == LLMREG_OK) {
        found = event->type == LLMREG_EVENT_STORE &&
                strcmp(event->before, before) == 0 &&
                strcmp(event->after, after) == 0 &&
                strstr(event->reason, reason) != NULL;
        llmreg_event_put(event);
    }
    return found;
}

START_TEST(damage_ends_the_use_of_the_file)
{
    struct llmreg_subscription *events = NULL;

    ck_assert_int_eq(llmreg_subscribe(w.room.bus, UINT64_MAX, &events),
                     LLMREG_OK);
    change("UPDATE endpoint SET priority = 51 WHERE name = 'gpu7'");
    run();
    ck_assert_int_ge(health.check.bad, 1);
    ck_assert_ptr_nonnull(strstr(health.check.what, "gpu7:11434"));
    ck_assert_uint_eq(health.reasons & LLMREG_STORE_CORRUPT,
                      LLMREG_STORE_CORRUPT);
    ck_assert_int_eq(health.verdict, LLMREG_STORE_UNHEALTHY);
    ck_assert(writer_works(w.writer));
    writing_step(&w);
    ck_assert(!writer_works(w.writer));
    ck_assert(is_told(events, "ok", "failed", "gpu7:11434"));
    ck_assert(room_logged(&w.room, "gpu7:11434"));
    look();
    ck_assert_uint_eq(health.reasons & LLMREG_STORE_FAILED,
                      LLMREG_STORE_FAILED);
    llmreg_unsubscribe(events);
}
END_TEST

START_TEST(the_file_that_follows_is_looked_at_soon)
{
    change("UPDATE endpoint SET priority = 51 WHERE name = 'gpu7'");
    run();
    writing_step(&w);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    ck_assert_int_eq(due_s(), 55);
    room_pass(&w.room, 55000);
    run();
    ck_assert_int_eq(health.check.bad, 0);
    ck_assert_uint_eq(health.reasons & LLMREG_STORE_CORRUPT, 0);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    ck_assert_int_eq(due_s(), DAY_S);
}
END_TEST

START_TEST(a_file_that_is_none_any_more_is_damage)
{
    for (off_t byte = 0; byte < 16; byte++)
        damage_flip(path, 8 * byte);
    run();
    ck_assert_int_eq(health.check.bad, 1);
    ck_assert_str_ne(health.check.what, "");
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_tried_again)
{
    ck_assert_int_eq(unlink(path), 0);
    run();
    ck_assert_int_eq(health.check.ended_ms, 0);
    ck_assert_int_eq(health.check.bad, 0);
    ck_assert_int_eq(due_s(), 600);
    ck_assert(room_logged(&w.room, "registry.db cannot be checked"));
}
END_TEST

START_TEST(who_leaves_is_not_waited_for)
{
    reader_halt(&reader);
    run();
    ck_assert_int_eq(health.check.ended_ms, 0);
    ck_assert(!room_logged(&w.room, "leaving"));
}
END_TEST

START_TEST(every_flipped_bit_of_live_data_is_found)
{
    const uint64_t before = damage_read(path);
    const int flips = damage_flips(200);
    int found = 0;

    srand(2);
    for (int i = 0; i < flips; i++) {
        const off_t bit = damage_choose_bit(path);

        damage_flip(path, bit);
        run();
        if (health.check.bad > 0)
            found++;
        else
            ck_assert_msg(damage_read(path) == before, "bit %lld of byte %lld",
                          (long long)bit % 8, (long long)bit / 8);
        damage_flip(path, bit);
    }
    printf("%d flips: %d found by the scrub\n", flips, found);
    ck_assert_int_gt(found, flips / 6);
    run();
    ck_assert_int_eq(health.check.bad, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scrub");
    TCase *tc = tcase_create("scrub");

    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, it_is_due_a_day_after_the_last_whatever_restarts);
    tcase_add_test(tc, a_clock_that_was_put_back_does_not_put_it_off);
    tcase_add_test(tc, without_an_interval_it_is_never_due);
    tcase_add_test(tc, a_sound_file_is_said_to_be);
    tcase_add_test(tc, damage_ends_the_use_of_the_file);
    tcase_add_test(tc, the_file_that_follows_is_looked_at_soon);
    tcase_add_test(tc, a_file_that_is_none_any_more_is_damage);
    tcase_add_test(tc, a_file_that_cannot_be_read_is_tried_again);
    tcase_add_test(tc, who_leaves_is_not_waited_for);
    tcase_add_test(tc, every_flipped_bit_of_live_data_is_found);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
