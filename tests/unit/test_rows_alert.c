/* SPDX-License-Identifier: MIT */
/* test_rows_alert.c - alerts are read as they were written. */
#include "common/store/rows/rows.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/files.h"
#include "tests/support/tenants.h"

static struct room room;
static struct database db;
static struct llmreg_error err;

static void setup(void)
{
    room_open(&room);
    ck_assert_int_eq(files_make_file(room_path(&room, "db"), &err), LLMREG_OK);
    ck_assert_int_eq(database_open(&db, room_path(&room, "db"), &err),
                     LLMREG_OK);
}

static void teardown(void)
{
    database_close(&db, true);
    room_close(&room);
}

static void run(const char *sql)
{
    ck_assert_msg(sqlite3_exec(db.handle, sql, NULL, NULL, NULL) == SQLITE_OK,
                  "%s", sqlite3_errmsg(db.handle));
}

static void put(const struct llmreg_alert *a)
{
    ck_assert_int_eq(rows_put_alert(&db, a, &err), LLMREG_OK);
}

struct list {
    int good, bad;
    char problem[200];
    const struct llmreg_alert *expected;
};

static void compare(const struct llmreg_alert *a, const struct llmreg_alert *b)
{
    ck_assert_str_eq(a->id, b->id);
    ck_assert_int_eq(a->rule, b->rule);
    ck_assert_str_eq(a->subject, b->subject);
    ck_assert_str_eq(a->name, b->name);
    ck_assert_str_eq(a->message, b->message);
    ck_assert_str_eq(a->state, b->state);
    ck_assert_str_eq(a->previous, b->previous);
    ck_assert_str_eq(a->reason, b->reason);
    ck_assert_str_eq(a->host, b->host);
    ck_assert_str_eq(a->series, b->series);
    ck_assert_str_eq(a->url, b->url);
    ck_assert_str_eq(a->acknowledged_by, b->acknowledged_by);
    ck_assert_str_eq(a->note, b->note);
    ck_assert_int_eq(a->since_ms, b->since_ms);
    ck_assert_int_eq(a->acknowledged_ms, b->acknowledged_ms);
    ck_assert_uint_eq(a->seq, b->seq);
    ck_assert_uint_eq(a->times, b->times);
    ck_assert_int_eq(a->told, b->told);
    ck_assert_int_eq(a->s.severity, b->s.severity);
    ck_assert(a->s.acknowledged == b->s.acknowledged);
    ck_assert_int_eq(a->s.fired_ms, b->s.fired_ms);
    ck_assert_int_eq(a->s.cleared_ms, b->s.cleared_ms);
}

static int collect(void *ctx, const char *id, const struct llmreg_alert *a,
                   const char *problem)
{
    struct list *l = ctx;

    ck_assert_ptr_nonnull(id);
    if (a == NULL) {
        l->bad++;
        snprintf(l->problem, sizeof l->problem, "%s", problem);
        return LLMREG_OK;
    }
    l->good++;
    if (l->expected != NULL)
        compare(a, l->expected);
    return LLMREG_OK;
}

static struct list read_all(const struct llmreg_alert *expected)
{
    struct list l = {.expected = expected};

    ck_assert_int_eq(rows_each_alert(&db, collect, &l, &err), LLMREG_OK);
    return l;
}

static struct llmreg_alert full(void)
{
    struct llmreg_alert a =
        alert_of(&room, "gpu1:11434", LLMREG_SEVERITY_WARNING);

    a.told = LLMREG_SEVERITY_FAILURE;
    a.acknowledged_by = "ada";
    a.note = "a new fan is ordered";
    a.acknowledged_ms = room.now.wall_ms + 7;
    a.s.acknowledged = true;
    a.s.cleared_ms = room.now.wall_ms - 100000;
    a.times = 12;
    a.seq = UINT64_C(1) << 60;
    return a;
}

START_TEST(every_field_is_read_as_written)
{
    struct llmreg_alert a = full();

    put(&a);
    ck_assert_int_eq(read_all(&a).good, 1);
}
END_TEST

START_TEST(what_is_not_set_is_null_in_the_file)
{
    struct llmreg_alert a =
        alert_of(&room, "gpu1:11434", LLMREG_SEVERITY_FAILURE);
    int64_t n = 0;

    a.s.fired_ms = 0;
    put(&a);
    ck_assert_int_eq(read_all(&a).good, 1);
    run("INSERT INTO meta (key, value) SELECT 'nulls', (fired_ms IS NULL)"
        " + (cleared_ms IS NULL) + (acknowledged_ms IS NULL) FROM alert");
    ck_assert_int_eq(rows_get_number(&db, "nulls", &n, &err), LLMREG_OK);
    ck_assert_int_eq(n, 3);
}
END_TEST

START_TEST(writing_twice_replaces)
{
    struct llmreg_alert a = full();

    put(&a);
    a.told = LLMREG_SEVERITY_WARNING;
    a.note = "";
    put(&a);
    ck_assert_int_eq(read_all(&a).good, 1);
}
END_TEST

START_TEST(every_rule_has_a_word_that_is_read_again)
{
    struct llmreg_alert a = alert_of(&room, "x", LLMREG_SEVERITY_FAILURE);

    for (int rule = 0; rule < LLMREG_RULES; rule++) {
        a.rule = rule;
        put(&a);
        ck_assert_int_eq(read_all(&a).good, 1);
    }
}
END_TEST

START_TEST(a_bad_row_is_told_with_its_column_and_the_others_are_read)
{
    static const struct {
        const char *sql, *problem;
    } rows[] = {
        {"UPDATE alert SET rule = 'sunday' WHERE subject = 'a'", "rule"},
        {"UPDATE alert SET severity = 'grave' WHERE subject = 'a'", "severity"},
        {"UPDATE alert SET told = '' WHERE subject = 'a'", "told"},
        {"UPDATE alert SET times = -1 WHERE subject = 'a'", "times"},
        {"UPDATE alert SET times = 4294967296 WHERE subject = 'a'", "times"},
        {"UPDATE alert SET seq = -1 WHERE subject = 'a'", "seq"},
    };
    struct llmreg_alert b = alert_of(&room, "b", LLMREG_SEVERITY_FAILURE);

    put(&b);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct llmreg_alert a = alert_of(&room, "a", LLMREG_SEVERITY_FAILURE);

        put(&a);
        run(rows[i].sql);
        struct list l = read_all(NULL);
        ck_assert_msg(l.bad == 1 && l.good == 1, "%s", rows[i].sql);
        ck_assert_msg(strstr(l.problem, rows[i].problem) != NULL, "%s: %s",
                      rows[i].sql, l.problem);
    }
}
END_TEST

static int add_told(void *ctx, const char *id, enum llmreg_severity told)
{
    char *text = ctx;

    snprintf(text + strlen(text), 200 - strlen(text), "%s=%s ", id,
             llmreg_severity_text(told));
    return LLMREG_OK;
}

START_TEST(what_was_told_is_read_alone_and_a_bad_word_is_nothing)
{
    struct llmreg_alert a = alert_of(&room, "a", LLMREG_SEVERITY_FAILURE);
    char text[200] = "";

    a.told = LLMREG_SEVERITY_WARNING;
    put(&a);
    struct llmreg_alert b = alert_of(&room, "b", LLMREG_SEVERITY_FAILURE);
    put(&b);
    run("UPDATE alert SET told = 'whispered' WHERE subject = 'b'");
    ck_assert_int_eq(rows_each_told(&db, add_told, text, &err), LLMREG_OK);
    ck_assert_str_eq(text, "endpoint_unhealthy/a=warning "
                           "endpoint_unhealthy/b=okay ");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rows_alert");
    TCase *tc = tcase_create("rows_alert");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, every_field_is_read_as_written);
    tcase_add_test(tc, what_is_not_set_is_null_in_the_file);
    tcase_add_test(tc, writing_twice_replaces);
    tcase_add_test(tc, every_rule_has_a_word_that_is_read_again);
    tcase_add_test(tc,
                   a_bad_row_is_told_with_its_column_and_the_others_are_read);
    tcase_add_test(tc, what_was_told_is_read_alone_and_a_bad_word_is_nothing);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
