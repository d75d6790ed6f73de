/* SPDX-License-Identifier: MIT */
/* test_store_memory.c - every allocation of a write and of a load failed in
 * turn, ours and SQLite's: the store says so, nothing is half done, and with
 * memory again all is there.
 *
 * SQLite makes thousands when it opens a file (test_database_memory.c).  Here
 * one in EVERY of them fails, in each run others; of SQLite's other ones those
 * whose turn it is (turns.h), and always each of ours.
 */
#include "common/store/writer.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/store/database.h"
#include "tests/support/scarce.h"
#include "tests/support/scarce_sqlite.h"
#include "tests/support/tenants.h"
#include "tests/support/turns.h"
#include "tests/support/writing.h"

#define EVERY 256

/* Whose allocation fails. */
enum whose {
    OURS,
    SQLITES,      /* of a load: after the file was opened */
    SQLITES_FIRST /* while it is opened */
};

static void make_scarce(enum whose whose, long n)
{
    if (whose == OURS)
        scarce_from(n);
    else
        scarce_sqlite_from(n);
}

/* True if it did. */
static bool end(void)
{
    const bool ours = scarce_end(), sqlites = scarce_sqlite_end();

    return ours || sqlites;
}

/* The allocation after an opening that fails; none if negative. */
static long after_opening = -1;

int __real_database_open(struct database *db, const char *path,
                         struct llmreg_error *err);
int __wrap_database_open(struct database *db, const char *path,
                         struct llmreg_error *err);

int __wrap_database_open(struct database *db, const char *path,
                         struct llmreg_error *err)
{
    int rc = __real_database_open(db, path, err);

    if (after_opening >= 0)
        make_scarce(SQLITES, after_opening);
    after_opening = -1;
    return rc;
}

/* ---- a fleet with one of everything ---- */

static struct writing w;

static void setup(void)
{
    scarce_sqlite_hook();
    writing_make(&w);
    w.room.small = true;
    room_start(&w.room);
}

static void teardown(void)
{
    (void)end();
    writing_close(&w);
}

static void change_all(void)
{
    room_add(&w.room, "gpu1");
    room_models(&w.room, "gpu1", "a:latest,b:latest");
    room_observe(&w.room, "gpu1", LLMREG_REASON_OK);
    tenant_add(&w.room, "scout");
    tenant_beat(&w.room, "scout", LLMREG_PRESENCE_ONLINE);
    tenant_add(&w.room, "other");
    host_report(&w.room, "node7");
    session_open(&w.room, "s1", "scout", "other");
    alert_set(&w.room, "gpu1:11434", LLMREG_SEVERITY_FAILURE);
    alert_acknowledge(&w.room, "gpu1:11434", "ada");
    token_add(&w.room, "ab12cd34");
    (void)audit_note(&w.room, "all of it");
}

static const struct {
    const char *name;
    int rows;
} tables[] = {{"endpoint", 1}, {"label", 2},    {"health", 1}, {"model", 2},
              {"agent", 2},    {"presence", 2}, {"token", 1},  {"audit", 1},
              {"alert", 1},    {"session", 1},  {"host", 1},   {"address", 2},
              {"report", 1},   {"heartbeat", 1}};

#define TABLES (sizeof tables / sizeof tables[0])

/* The rows of each table as the digits of one number; the heartbeats are lazy
 * and not counted. */
static int64_t rows(void)
{
    char sql[1024] = "SELECT 0";
    size_t len = strlen(sql);
    int64_t digit = 1;

    for (size_t i = 0; i + 1 < TABLES; i++, digit *= 10)
        len += (size_t)snprintf(sql + len, sizeof sql - len,
                                " + %lld * (SELECT count(*) FROM %s)",
                                (long long)digit, tables[i].name);
    return writing_ask(&w, sql);
}

static int64_t all_rows(void)
{
    int64_t sum = 0, digit = 1;

    for (size_t i = 0; i + 1 < TABLES; i++, digit *= 10)
        sum += digit * tables[i].rows;
    return sum;
}

static void empty_file(void)
{
    char sql[1024] = "DELETE FROM event";
    size_t len = strlen(sql);

    for (size_t i = 0; i < TABLES; i++)
        len += (size_t)snprintf(sql + len, sizeof sql - len, "; DELETE FROM %s",
                                tables[i].name);
    writing_change_file(&w, sql);
}

/* The first that fails, and how many further the next one is. */
static long first_of(enum whose whose)
{
    return whose == OURS ? 0 : turns_first(whose == SQLITES ? 1 : EVERY);
}

static long step_of(enum whose whose)
{
    return whose == OURS ? 1 : turns_step(whose == SQLITES ? 1 : EVERY);
}

/* A step while allocation n fails; false if there were not so many. */
static bool step_without(enum whose whose, long n)
{
    make_scarce(whose, n);
    writer_step(w.writer, &w.room.now, true);
    return end();
}

static void heal(long n)
{
    room_pass(&w.room, 5000);
    writing_step(&w);
    writing_sync(&w);
    writer_step(w.writer, &w.room.now, true);
    ck_assert_msg(writer_works(w.writer), "allocation %ld", n);
}

/* The next one begins as this did. */
static void begin_anew(void)
{
    writing_end(&w);
    empty_file();
    room_restart(&w.room);
}

START_TEST(a_write_without_memory_is_all_or_nothing_and_heals)
{
    long n = first_of(_i);

    for (bool more = true; more; n += step_of(_i)) {
        writing_start(&w);
        change_all();
        more = step_without(_i, n);
        const int64_t found = rows();
        ck_assert_msg(found == all_rows() || found == 0, "allocation %ld", n);
        heal(n);
        ck_assert_int_eq(rows(), all_rows());
        ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM heartbeat"), 1);
        begin_anew();
    }
    ck_assert_int_gt(n, _i == OURS ? 3 : 100);
}
END_TEST

/* All that can go does; a session is closed, a token revoked. */
static void remove_all(void)
{
    room_remove(&w.room, "gpu1");
    tenant_remove(&w.room, "scout");
    ck_assert_int_eq(llmreg_host_remove(w.room.registry, "node7", ""),
                     LLMREG_OK);
    alert_set(&w.room, "gpu1:11434", LLMREG_SEVERITY_OKAY);
    alert_tell(&w.room, "gpu1:11434", LLMREG_SEVERITY_OKAY);
    ck_assert_int_eq(
        llmreg_alert_forget(w.room.registry, "endpoint_unhealthy/gpu1:11434"),
        LLMREG_OK);
    token_revoke(&w.room, "ab12cd34");
}

/* What is on disk after it, all but allocation n being there. */
static bool remove_without(enum whose whose, long n, int64_t *at_once,
                           int64_t *healed)
{
    writing_start(&w);
    change_all();
    writing_sync(&w);
    ck_assert_int_eq(rows(), all_rows());
    remove_all();
    const bool failed = step_without(whose, n);
    *at_once = rows();
    heal(n);
    *healed = rows();
    begin_anew();
    return failed;
}

START_TEST(a_removal_without_memory_is_all_or_nothing_and_heals)
{
    int64_t left = 0, found = 0, healed = 0;
    bool more = !remove_without(_i, LONG_MAX, &left, &healed);

    ck_assert_int_lt(left, all_rows());
    for (long n = first_of(_i); more; n += step_of(_i)) {
        more = remove_without(_i, n, &found, &healed);
        ck_assert_msg(found == all_rows() || found == left,
                      "allocation %ld: %lld", n, (long long)found);
        ck_assert_int_eq(healed, left);
    }
}
END_TEST

/* Whatever a reader can see of what was remembered. */
static void expect_all_back(long n)
{
    struct llmreg_agent *a = tenant_get(&w.room, "scout");
    const struct llmreg_alert *alert = alert_get(&w.room, "gpu1:11434");
    const struct llmreg_session *s = llmreg_session_get(w.room.registry, "s1");
    struct llmreg_endpoint *e = room_get(&w.room, "gpu1");
    struct llmreg_counts counts;

    ck_assert_msg(a != NULL && alert != NULL && e != NULL && s != NULL,
                  "allocation %ld: %.900s", n, w.room.lines);
    llmreg_count(w.room.registry, &counts);
    ck_assert_uint_eq(counts.models_distinct, 2);
    ck_assert_str_eq(alert->acknowledged_by, "ada");
    llmreg_agent_put(a);
    ck_assert_int_eq(s->closed_ms, s->active_ms);
    llmreg_session_put(s);
    llmreg_alert_put(alert);
    llmreg_put(e);
}

/* Opening and loading while allocation n fails. */
static bool start_without(enum whose whose, long n)
{
    const struct store_world world = writing_world(&w);
    struct llmreg_error err;

    if (whose == SQLITES)
        after_opening = n;
    else
        make_scarce(whose, n);
    int rc = writer_new(&w.writer, &w.config, &world, &err);
    const bool failed = end();
    ck_assert_msg(rc == LLMREG_OK || (rc == LLMREG_ENOMEM && failed),
                  "allocation %ld: %d", n, rc);
    if (rc != LLMREG_OK)
        writing_start(&w);
    return failed;
}

START_TEST(a_load_without_memory_loses_nothing_and_heals)
{
    long n = first_of(_i);

    writing_start(&w);
    change_all();
    writer_step(w.writer, &w.room.now, true);
    writing_sync(&w);
    writing_end(&w);
    writing_change_file(&w, "UPDATE endpoint SET source = 'manual'");
    for (bool more = true; more; n += step_of(_i)) {
        room_restart(&w.room);
        w.room.lines[0] = '\0';
        more = start_without(_i, n);
        room_pass(&w.room, 5000);
        writing_step(&w); /* heals */
        ck_assert_msg(writer_works(w.writer), "allocation %ld", n);
        expect_all_back(n);
        writing_sync(&w);
        ck_assert_int_eq(rows(), all_rows());
        writing_end(&w);
    }
    ck_assert_int_gt(n, 50);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_memory");
    TCase *tc = tcase_create("store_memory");

    tcase_set_timeout(tc, 120);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, a_write_without_memory_is_all_or_nothing_and_heals,
                        OURS, SQLITES + 1);
    tcase_add_loop_test(tc,
                        a_removal_without_memory_is_all_or_nothing_and_heals,
                        OURS, SQLITES + 1);
    tcase_add_loop_test(tc, a_load_without_memory_loses_nothing_and_heals, OURS,
                        SQLITES_FIRST + 1);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
