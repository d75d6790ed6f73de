/* SPDX-License-Identifier: MIT */
/* test_store_memory.c - every allocation of a write and of a load failed in
 * turn, ours and SQLite's: the store says so, nothing is half done, and with
 * memory again all is there.
 *
 * SQLite makes thousands when it opens a file.  One run fails one in STRIDE of
 * them, each run others; LLMREG_SEED repeats a run.
 */
#include "common/store/writer.h"

#include <check.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/tenants.h"
#include "tests/support/writing.h"

#define STRIDE 16

enum whose { OURS, SQLITES };

/* The allocation that fails, counted from 0; none if negative.  Check and the
 * fixtures allocate too: only one step of the store runs while one fails. */
static long failing[2] = {-1, -1};
static bool failed;

static bool fails(enum whose whose)
{
    const bool now = failing[whose]-- == 0;

    failed = failed || now;
    return now;
}

/* ---- ours ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
char *__wrap_strdup(const char *s);

void *__wrap_malloc(size_t size)
{
    return fails(OURS) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails(OURS) ? NULL : __real_calloc(n, size);
}

char *__wrap_strdup(const char *s)
{
    return fails(OURS) ? NULL : __real_strdup(s);
}

/* Ours is found before the C library's, by SQLite too.  The disk is not what is
 * tested. */
int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

/* ---- SQLite's ---- */

static sqlite3_mem_methods real;

static void *lite_malloc(int size)
{
    return fails(SQLITES) ? NULL : real.xMalloc(size);
}

static void *lite_realloc(void *old, int size)
{
    return fails(SQLITES) ? NULL : real.xRealloc(old, size);
}

static void hook_sqlite(void)
{
    sqlite3_mem_methods hooked;

    ck_assert_int_eq(sqlite3_shutdown(), SQLITE_OK);
    ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real), SQLITE_OK);
    hooked = real;
    hooked.xMalloc = lite_malloc;
    hooked.xRealloc = lite_realloc;
    ck_assert_int_eq(sqlite3_config(SQLITE_CONFIG_MALLOC, &hooked), SQLITE_OK);
}

/* ---- a fleet with one of everything ---- */

static struct writing w;

static void setup(void)
{
    hook_sqlite();
    writing_make(&w);
    w.room.small = true;
    room_start(&w.room);
}

static void teardown(void)
{
    failing[OURS] = failing[SQLITES] = -1;
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

static void expect_all_on_disk(void)
{
    static const char *const tables[] = {
        "endpoint", "label", "health",  "model", "agent",   "presence", "token",
        "audit",    "alert", "session", "host",  "address", "report"};
    static const int expected[] = {1, 2, 1, 2, 2, 2, 1, 1, 1, 1, 1, 2, 1};
    char sql[64];

    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", tables[i]);
        ck_assert_msg(writing_ask(&w, sql) == expected[i], "%s", tables[i]);
    }
}

/* All rows of the file were written, or none. */
static void expect_whole(void)
{
    const int64_t endpoints = writing_ask(&w, "SELECT count(*) FROM endpoint");

    if (endpoints != 0)
        expect_all_on_disk();
    else
        ck_assert_int_eq(writing_ask(&w, "SELECT (SELECT count(*) FROM agent)"
                                         " + (SELECT count(*) FROM alert)"
                                         " + (SELECT count(*) FROM event)"),
                         0);
}

/* Each of ours; of SQLite's another one in STRIDE each time. */
static long stride_of(enum whose whose)
{
    return whose == OURS ? 1 : STRIDE;
}

static long first_of(enum whose whose)
{
    const char *text = getenv("LLMREG_SEED");
    const long seed = text != NULL ? strtol(text, NULL, 10) : (long)getpid();

    if (whose == OURS)
        return 0;
    printf("LLMREG_SEED=%ld\n", seed);
    return seed % STRIDE;
}

/* A step while allocation n fails; false if there were not so many. */
static bool step_without(enum whose whose, long n)
{
    failed = false;
    failing[whose] = n;
    writer_step(w.writer, &w.room.now, true);
    failing[OURS] = failing[SQLITES] = -1;
    return failed;
}

START_TEST(a_write_without_memory_is_all_or_nothing_and_heals)
{
    long n = first_of(_i);

    for (bool more = true; more; n += stride_of(_i)) {
        writing_start(&w);
        change_all();
        more = step_without(_i, n);
        expect_whole();
        room_pass(&w.room, 5000);
        writing_step(&w); /* heals */
        writing_sync(&w);
        writer_step(w.writer, &w.room.now, true);
        ck_assert_msg(writer_works(w.writer), "allocation %ld", n);
        expect_all_on_disk();
        ck_assert_int_eq(writing_ask(&w, "SELECT count(*) FROM heartbeat"), 1);
        writing_end(&w);
        remove(room_path(&w.room, "registry/registry.db"));
        room_restart(&w.room);
    }
    ck_assert_int_gt(n, 3);
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

    failed = false;
    failing[whose] = n;
    int rc = writer_new(&w.writer, &w.config, &world, &err);
    failing[OURS] = failing[SQLITES] = -1;
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
    for (bool more = true; more; n += stride_of(_i)) {
        room_restart(&w.room);
        w.room.lines[0] = '\0';
        more = start_without(_i, n);
        room_pass(&w.room, 5000);
        writing_step(&w); /* heals */
        ck_assert_msg(writer_works(w.writer), "allocation %ld", n);
        expect_all_back(n);
        writing_sync(&w);
        expect_all_on_disk();
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
    tcase_add_loop_test(tc, a_load_without_memory_loses_nothing_and_heals, OURS,
                        SQLITES + 1);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
