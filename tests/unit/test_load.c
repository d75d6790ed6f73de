/* SPDX-License-Identifier: MIT */
/* test_load.c - silently at the start, announced when late. */
#include "common/store/load.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/files.h"
#include "common/store/rows/rows.h"
#include "tests/support/room.h"

static struct room room;
static struct database db;
static struct keep *keep;
static struct llmreg_error err;

static void setup(void)
{
    room_open(&room);
    ck_assert_int_eq(files_make_file(room_path(&room, "db"), &err), LLMREG_OK);
    ck_assert_int_eq(database_open(&db, room_path(&room, "db"), &err),
                     LLMREG_OK);
    ck_assert_int_eq(keep_new(&keep), LLMREG_OK);
}

static void teardown(void)
{
    keep_free(keep);
    database_close(&db, true);
    room_close(&room);
}

static void remember(const char *name)
{
    struct llmreg_endpoint *e = room_get(&room, name);

    ck_assert_int_eq(rows_put_endpoint(&db, e, &err), LLMREG_OK);
    ck_assert_int_eq(rows_put_health(&db, e, &err), LLMREG_OK);
    ck_assert_int_eq(rows_put_models(&db, e, &err), LLMREG_OK);
    llmreg_put(e);
}

static void change(const char *sql)
{
    ck_assert_int_eq(sqlite3_exec(db.handle, sql, NULL, NULL, NULL), SQLITE_OK);
}

static struct load load(bool late)
{
    const struct store_world world = {room.registry, room.bus, &room.clock,
                                      &room.log};
    struct load l = {.world = &world, .keep = keep, .late = late};

    ck_assert_int_eq(load_run(&l, &db, &err), LLMREG_OK);
    return l;
}

static enum llmreg_admin admin_of(const char *name)
{
    struct llmreg_endpoint *e = room_get(&room, name);
    enum llmreg_admin admin = llmreg_endpoint_intent(e).admin;

    llmreg_put(e);
    return admin;
}

START_TEST(loading_at_the_start_makes_no_event)
{
    room_add(&room, "gpu1");
    remember("gpu1");
    room_restart(&room);
    struct load l = load(false);
    ck_assert_uint_eq(l.loaded, 1);
    ck_assert_uint_eq(llmreg_bus_last(room.bus), 0);
    ck_assert_int_eq(admin_of("gpu1"), LLMREG_ADMIN_ACTIVE);
    ck_assert(room_logged(&room, "1 endpoints are remembered"));
}
END_TEST

START_TEST(loading_late_announces_what_is_new)
{
    room_add(&room, "gpu1");
    room_add(&room, "gpu2");
    remember("gpu1");
    remember("gpu2");
    change("UPDATE endpoint SET source = 'manual'");
    room_restart(&room);
    room_add(&room, "gpu1");
    uint64_t before = llmreg_bus_last(room.bus);
    struct load l = load(true);
    ck_assert_uint_eq(l.loaded, 1);
    ck_assert_uint_eq(llmreg_bus_last(room.bus), before + 1);
}
END_TEST

START_TEST(loading_late_takes_the_intent_over)
{
    room_add(&room, "gpu1");
    room_admin(&room, "gpu1", LLMREG_ADMIN_DISABLED, 0);
    remember("gpu1");
    room_restart(&room);
    room_add(&room, "gpu1");
    load(true);
    ck_assert_int_eq(admin_of("gpu1"), LLMREG_ADMIN_DISABLED);
}
END_TEST

START_TEST(loading_late_recalls_the_outage_and_the_models)
{
    room_add(&room, "gpu1");
    room_models(&room, "gpu1", "a:latest,b:latest");
    for (int i = 0; i < 2; i++)
        room_observe(&room, "gpu1", LLMREG_REASON_REFUSED);
    int64_t since = room_health(&room, "gpu1").since_ms;
    remember("gpu1");
    room_restart(&room);
    room_pass(&room, 60000);
    room_add(&room, "gpu1");
    load(true);
    struct llmreg_health health = room_health(&room, "gpu1");
    ck_assert_int_eq(health.prior_since_ms, since);
    struct llmreg_counts counts;
    llmreg_count(room.registry, &counts);
    ck_assert_uint_eq(counts.models_distinct, 2);
}
END_TEST

START_TEST(models_that_were_seen_since_are_not_overruled)
{
    room_add(&room, "gpu1");
    room_models(&room, "gpu1", "a:latest,b:latest");
    remember("gpu1");
    room_restart(&room);
    room_add(&room, "gpu1");
    room_observe(&room, "gpu1", LLMREG_REASON_OK); /* and has none */
    load(true);
    struct llmreg_counts counts;
    llmreg_count(room.registry, &counts);
    ck_assert_uint_eq(counts.models_distinct, 0);
}
END_TEST

START_TEST(a_newer_intent_is_not_overruled)
{
    room_add(&room, "gpu1");
    room_admin(&room, "gpu1", LLMREG_ADMIN_DISABLED, 0);
    remember("gpu1");
    room_admin(&room, "gpu1", LLMREG_ADMIN_DRAINING, 0);
    load(true);
    ck_assert_int_eq(admin_of("gpu1"), LLMREG_ADMIN_DRAINING);
}
END_TEST

START_TEST(a_maintenance_that_is_over_is_not_taken_over)
{
    room_add(&room, "gpu1");
    room_admin(&room, "gpu1", LLMREG_ADMIN_MAINTENANCE,
               room.now.wall_ms + 1000);
    remember("gpu1");
    room_restart(&room);
    room_add(&room, "gpu1");
    room_pass(&room, 5000);
    load(true);
    ck_assert_int_eq(admin_of("gpu1"), LLMREG_ADMIN_ACTIVE);
    ck_assert(!room_logged(&room, "not taken over"));
}
END_TEST

START_TEST(what_the_registry_refuses_is_skipped_and_kept)
{
    room_add(&room, "gpu1");
    remember("gpu1");
    room_restart(&room);
    change("UPDATE endpoint SET host = ''");
    struct load l = load(false);
    ck_assert_uint_eq(l.loaded, 0);
    ck_assert_uint_eq(l.skipped, 1);
    ck_assert(keep_has(keep, LLMREG_ENTITY_ENDPOINT, "gpu1:11434"));
    ck_assert(room_logged(&room, "gpu1:11434 cannot be restored"));
}
END_TEST

/* An older version took them: they would be second rows of one endpoint. */
START_TEST(an_id_in_another_spelling_is_skipped_and_the_others_load)
{
    static const char *const changes[] = {
        "UPDATE endpoint SET id = 'GPU1:11434', url = 'http://GPU1:11434'"
        " WHERE id = 'gpu1:11434'",
        "UPDATE endpoint SET id = 'gpu1:99999', url = 'http://gpu1:99999'"
        " WHERE id = 'gpu1:11434'",
        "UPDATE endpoint SET id = 'gpu1:1/', url = 'http://gpu1:1/'"
        " WHERE id = 'gpu1:11434'",
    };
    static const char *const lines[] = {
        "GPU1:11434 cannot be restored and stays in the file only: url "
        "\"http://GPU1:11434\" must be in its canonical form",
        "gpu1:99999 cannot be restored and stays in the file only: URL "
        "\"http://gpu1:99999\" not accepted: a port is",
        "gpu1:1/ cannot be restored and stays in the file only: url "
        "\"http://gpu1:1/\" must be",
    };

    room_add(&room, "gpu1");
    room_add(&room, "gpu2");
    remember("gpu1");
    remember("gpu2");
    change("PRAGMA foreign_keys = OFF");
    change(changes[_i]);
    room_restart(&room);
    struct load l = load(false);
    ck_assert_uint_eq(l.loaded, 1);
    ck_assert_uint_eq(l.skipped, 1);
    ck_assert(room_logged(&room, lines[_i]));
}
END_TEST

START_TEST(each_refusal_says_why)
{
    static const char *const changes[][2] = {
        {"UPDATE endpoint SET admin_until_ms = 9e18", "intent"},
        {"UPDATE model SET name = ''", "model 1"},
    };

    room_add(&room, "gpu1");
    room_models(&room, "gpu1", "a:latest");
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        remember("gpu1");
        change(changes[i][0]);
        room_remove(&room, "gpu1");
        ck_assert_uint_eq(load(false).skipped, 1);
        ck_assert(room_logged(&room, changes[i][1]));
        room_add(&room, "gpu1");
        room_models(&room, "gpu1", "a:latest");
    }
}
END_TEST

START_TEST(many_refusals_do_not_fill_the_log)
{
    char name[16];

    for (int i = 0; i < 12; i++) {
        snprintf(name, sizeof name, "gpu%d", i);
        room_add(&room, name);
        remember(name);
    }
    change("UPDATE endpoint SET host = ''");
    room_restart(&room);
    ck_assert_uint_eq(load(false).skipped, 12);
    ck_assert(room_logged(&room, "gpu7:11434 cannot"));
    ck_assert(!room_logged(&room, "gpu8:11434 cannot"));
    ck_assert(room_logged(&room, "0 endpoints are remembered, 12 not"));
}
END_TEST

START_TEST(what_nobody_names_any_more_does_not_come_back_late)
{
    room_add(&room, "gpu1");
    remember("gpu1");
    room_remove(&room, "gpu1");
    ck_assert_uint_eq(load(true).loaded, 0);
    ck_assert_ptr_null(room_get(&room, "gpu1"));
    ck_assert(keep_has(keep, LLMREG_ENTITY_ENDPOINT, "gpu1:11434"));
}
END_TEST

START_TEST(loading_twice_changes_nothing)
{
    room_add(&room, "gpu1");
    remember("gpu1");
    room_restart(&room);
    load(false);
    struct load l = load(true);
    ck_assert_uint_eq(l.loaded, 0);
    ck_assert_uint_eq(llmreg_bus_last(room.bus), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("load");
    TCase *tc = tcase_create("load");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, loading_at_the_start_makes_no_event);
    tcase_add_test(tc, loading_late_announces_what_is_new);
    tcase_add_test(tc, loading_late_takes_the_intent_over);
    tcase_add_test(tc, loading_late_recalls_the_outage_and_the_models);
    tcase_add_test(tc, models_that_were_seen_since_are_not_overruled);
    tcase_add_test(tc, a_newer_intent_is_not_overruled);
    tcase_add_test(tc, a_maintenance_that_is_over_is_not_taken_over);
    tcase_add_test(tc, what_the_registry_refuses_is_skipped_and_kept);
    tcase_add_loop_test(
        tc, an_id_in_another_spelling_is_skipped_and_the_others_load, 0, 3);
    tcase_add_test(tc, each_refusal_says_why);
    tcase_add_test(tc, many_refusals_do_not_fill_the_log);
    tcase_add_test(tc, what_nobody_names_any_more_does_not_come_back_late);
    tcase_add_test(tc, loading_twice_changes_nothing);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
