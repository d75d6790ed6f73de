/* SPDX-License-Identifier: MIT */
/* test_batch.c - which events wait, and that a batch may be written twice. */
#include "common/store/batch.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/store/files.h"
#include "tests/support/tenants.h"

static struct room room;
static struct database db;
static struct batch batch;
static struct keep *keep;
static struct llmreg_subscription *events;
static struct llmreg_error err;

static void setup(void)
{
    room_open(&room);
    ck_assert_int_eq(files_make_file(room_path(&room, "db"), &err), LLMREG_OK);
    ck_assert_int_eq(database_open(&db, room_path(&room, "db"), &err),
                     LLMREG_OK);
    ck_assert_int_eq(batch_init(&batch), LLMREG_OK);
    ck_assert_int_eq(keep_new(&keep), LLMREG_OK);
    ck_assert_int_eq(llmreg_subscribe(room.bus, UINT64_MAX, &events),
                     LLMREG_OK);
}

static void teardown(void)
{
    batch_fini(&batch);
    keep_free(keep);
    llmreg_unsubscribe(events);
    database_close(&db, true);
    room_close(&room);
}

static void take_events(void)
{
    const struct llmreg_event *event;

    while (llmreg_subscription_next(events, &event) == LLMREG_OK)
        batch_add(&batch, event);
}

static void write_it(void)
{
    const struct passage passage = {&db, room.registry, room.now};

    ck_assert_int_eq(batch_write(&batch, &passage, keep, &err), LLMREG_OK);
}

static int count(const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    int n = -1;

    ck_assert_int_eq(sqlite3_prepare_v2(db.handle, sql, -1, &stmt, NULL),
                     SQLITE_OK);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        n = sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

START_TEST(registrations_intent_and_health_do_not_wait)
{
    room_add(&room, "gpu1");
    take_events();
    ck_assert(batch.durable);
    batch_clear(&batch);
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    take_events();
    ck_assert(batch.durable);
    batch_clear(&batch);
    room_admin(&room, "gpu1", LLMREG_ADMIN_DRAINING, 0);
    take_events();
    ck_assert(batch.durable);
}
END_TEST

START_TEST(models_may_wait)
{
    room_add(&room, "gpu1");
    take_events();
    batch_clear(&batch);
    room_models(&room, "gpu1", "a:latest");
    take_events();
    ck_assert_uint_eq(batch.nevents, 1);
    ck_assert(!batch.durable);
}
END_TEST

START_TEST(a_batch_that_was_rolled_back_is_written_again)
{
    room_add(&room, "gpu1");
    take_events();
    ck_assert_int_eq(database_begin(&db, true, &err), LLMREG_OK);
    write_it();
    database_rollback(&db);
    ck_assert_int_eq(count("SELECT count(*) FROM endpoint"), 0);
    write_it();
    ck_assert_int_eq(count("SELECT count(*) FROM endpoint"), 1);
}
END_TEST

START_TEST(the_present_value_is_written_and_not_the_one_of_the_event)
{
    room_add(&room, "gpu1");
    take_events();
    room_models(&room, "gpu1", "a:latest,b:latest");
    write_it();
    ck_assert_int_eq(count("SELECT count(*) FROM model"), 2);
}
END_TEST

START_TEST(everything_adds_what_is_missing_and_deletes_what_is_gone)
{
    room_add(&room, "gpu1");
    take_events();
    write_it();
    batch_clear(&batch);
    room_remove(&room, "gpu1");
    room_add(&room, "gpu2");
    batch_add_everything(&batch);
    ck_assert(batch.durable);
    write_it();
    ck_assert_int_eq(count("SELECT count(*) FROM endpoint"), 1);
    ck_assert_int_eq(count("SELECT id = 'gpu2:11434' FROM endpoint"), 1);
}
END_TEST

START_TEST(everything_leaves_the_rows_that_are_to_be_kept)
{
    room_add(&room, "gpu1");
    take_events();
    write_it();
    batch_clear(&batch);
    room_remove(&room, "gpu1");
    ck_assert_int_eq(keep_add(keep, LLMREG_ENTITY_ENDPOINT, "gpu1:11434"),
                     LLMREG_OK);
    batch_add_everything(&batch);
    write_it();
    ck_assert_int_eq(count("SELECT count(*) FROM endpoint"), 1);
}
END_TEST

static size_t swept(int64_t since_ns)
{
    const struct sweep sweep = {.db = &db,
                                .registry = room.registry,
                                .keep = keep,
                                .since_ns = since_ns};

    ck_assert_int_eq(batch_sweep(&batch, &sweep, &err), LLMREG_OK);
    return dirty_count(batch.dirty[LLMREG_ENTITY_ENDPOINT]);
}

START_TEST(only_those_probed_since_are_marked)
{
    int64_t since;

    room_add(&room, "gpu1");
    room_add(&room, "gpu2");
    room_add(&room, "never");
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    room_pass(&room, 1000);
    since = room.now.mono_ns;
    room_observe(&room, "gpu2", LLMREG_REASON_OK);
    ck_assert_uint_eq(swept(since), 1);
    ck_assert_uint_eq(swept(0), 2);
}
END_TEST

static void limit_pages(int pages)
{
    char sql[64];

    snprintf(sql, sizeof sql, "PRAGMA max_page_count = %d", pages);
    ck_assert_int_ge(count(sql), pages);
}

START_TEST(a_full_disk_writes_none_of_it_and_later_all)
{
    const int pages = count("PRAGMA page_count");
    char name[16];

    for (int i = 0; i < 400; i++) {
        snprintf(name, sizeof name, "a%d", i);
        tenant_add(&room, name);
        alert_set(&room, name, LLMREG_SEVERITY_FAILURE);
    }
    take_events();
    limit_pages(pages + 4);
    ck_assert_int_eq(database_begin(&db, true, &err), LLMREG_OK);
    const struct passage passage = {&db, room.registry, room.now};
    ck_assert_int_eq(batch_write(&batch, &passage, keep, &err),
                     LLMREG_ENOSPACE);
    database_rollback(&db);
    ck_assert_int_eq(count("SELECT (SELECT count(*) FROM agent)"
                           " + (SELECT count(*) FROM alert)"),
                     0);
    limit_pages(100000);
    ck_assert_int_eq(database_begin(&db, true, &err), LLMREG_OK);
    write_it();
    ck_assert_int_eq(database_commit(&db, &err), LLMREG_OK);
    ck_assert_int_eq(count("SELECT count(*) FROM agent"), 400);
    ck_assert_int_eq(count("SELECT count(*) FROM alert"), 400);
}
END_TEST

START_TEST(what_is_no_event_is_durable_if_people_were_told)
{
    alert_set(&room, "gpu1", LLMREG_SEVERITY_FAILURE);
    take_events();
    write_it();
    batch_clear(&batch);
    ck_assert_uint_eq(swept(0), 0);
    ck_assert(!batch.durable && batch_is_empty(&batch));
    alert_tell(&room, "gpu1", LLMREG_SEVERITY_FAILURE);
    (void)swept(0);
    ck_assert(batch.durable && !batch_is_empty(&batch));
}
END_TEST

START_TEST(an_event_of_what_is_not_remembered_marks_nothing)
{
    const struct llmreg_event event = {.type = LLMREG_EVENT_CLOCK,
                                       .entity = LLMREG_ENTITY_CLOCK,
                                       .subject = "clock"};

    ck_assert_int_eq(llmreg_bus_publish(room.bus, &event, NULL), LLMREG_OK);
    take_events();
    ck_assert(!batch.durable);
    ck_assert_uint_eq(batch.nevents, 1); /* it is history all the same */
    write_it();
}
END_TEST

START_TEST(a_cleared_batch_is_empty_and_writes_nothing)
{
    ck_assert(batch_is_empty(&batch));
    room_add(&room, "gpu1");
    take_events();
    ck_assert(!batch_is_empty(&batch));
    batch_clear(&batch);
    ck_assert(batch_is_empty(&batch));
    write_it();
    ck_assert_int_eq(count("SELECT count(*) FROM endpoint"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("batch");
    TCase *tc = tcase_create("batch");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, registrations_intent_and_health_do_not_wait);
    tcase_add_test(tc, models_may_wait);
    tcase_add_test(tc, a_batch_that_was_rolled_back_is_written_again);
    tcase_add_test(tc,
                   the_present_value_is_written_and_not_the_one_of_the_event);
    tcase_add_test(tc,
                   everything_adds_what_is_missing_and_deletes_what_is_gone);
    tcase_add_test(tc, everything_leaves_the_rows_that_are_to_be_kept);
    tcase_add_test(tc, only_those_probed_since_are_marked);
    tcase_add_test(tc, a_full_disk_writes_none_of_it_and_later_all);
    tcase_add_test(tc, what_is_no_event_is_durable_if_people_were_told);
    tcase_add_test(tc, an_event_of_what_is_not_remembered_marks_nothing);
    tcase_add_test(tc, a_cleared_batch_is_empty_and_writes_nothing);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
