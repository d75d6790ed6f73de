/* SPDX-License-Identifier: MIT */
/* test_rows_host.c - hosts are read as they were written. */
#include "common/store/rows/rows.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/rows/binding.h"
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

static void write_all(const char *id)
{
    struct llmreg_host *h = host_get(&room, id);

    ck_assert_int_eq(rows_put_host(&db, h, &room.now, &err), LLMREG_OK);
    ck_assert_int_eq(rows_put_report(&db, h, &room.now, &err), LLMREG_OK);
    llmreg_host_put(h);
}

struct list {
    int good, bad;
    char problem[200];
    void (*look)(const struct rows_host *host);
};

static int collect(void *ctx, const char *id, const struct rows_host *host,
                   const char *problem)
{
    struct list *l = ctx;

    ck_assert_ptr_nonnull(id);
    if (host == NULL) {
        l->bad++;
        snprintf(l->problem, sizeof l->problem, "%s", problem);
        return LLMREG_OK;
    }
    l->good++;
    if (l->look != NULL)
        l->look(host);
    return LLMREG_OK;
}

static struct list read_all(void (*look)(const struct rows_host *host))
{
    struct list l = {.look = look};

    ck_assert_int_eq(rows_each_host(&db, collect, &l, &err), LLMREG_OK);
    return l;
}

static void look_at_spec(const struct rows_host *host)
{
    const struct llmreg_host_report *s = host->spec;

    ck_assert_str_eq(s->id, "node7");
    ck_assert_str_eq(s->name, "the seventh");
    ck_assert_str_eq(s->agent, "agent-scout");
    ck_assert_uint_eq(s->naddresses, 2);
    ck_assert_str_eq(s->addresses[0], "192.0.2.7");
    ck_assert_str_eq(s->addresses[1], "node7.example");
    ck_assert_int_eq(s->interval_ms, 30000);
    ck_assert_ptr_null(s->resources);
    ck_assert_int_eq(host->state->registered_ms, room.now.wall_ms);
}

START_TEST(the_specification_is_read_as_written)
{
    host_report(&room, "node7");
    write_all("node7");
    ck_assert_int_eq(read_all(look_at_spec).good, 1);
}
END_TEST

static void look_for_fresh(const struct rows_host *host)
{
    const struct llmreg_host_state *s = host->state;

    ck_assert(s->sampled && !s->stale);
    ck_assert_int_eq(s->since_ms, room.now.wall_ms);
    ck_assert_int_eq(s->reported_ms, room.now.wall_ms);
}

static void look_for_stale(const struct rows_host *host)
{
    const struct llmreg_host_state *s = host->state;

    ck_assert(s->sampled && s->stale);
    ck_assert_int_eq(s->since_ms, room.now.wall_ms - 1000);
    ck_assert_int_eq(s->reported_ms, room.now.wall_ms - 91000);
}

START_TEST(when_it_was_heard_of_is_read_as_written)
{
    host_report(&room, "node7");
    write_all("node7");
    ck_assert_int_eq(read_all(look_for_fresh).good, 1);
    room_pass(&room, 91000);
    write_all("node7");
    ck_assert_int_eq(read_all(look_for_stale).good, 1);
}
END_TEST

static void look_for_none(const struct rows_host *host)
{
    ck_assert(!host->state->sampled && !host->state->stale);
    ck_assert_int_eq(host->state->reported_ms, 0);
}

START_TEST(a_host_without_a_report_has_no_sample)
{
    host_report(&room, "node7");
    write_all("node7");
    run("DELETE FROM report");
    ck_assert_int_eq(read_all(look_for_none).good, 1);
}
END_TEST

START_TEST(a_report_ahead_of_its_host_is_not_written)
{
    host_report(&room, "node7");
    struct llmreg_host *h = host_get(&room, "node7");
    ck_assert_int_eq(rows_put_report(&db, h, &room.now, &err), LLMREG_OK);
    llmreg_host_put(h);
    ck_assert_int_eq(read_all(NULL).good, 0);
}
END_TEST

START_TEST(writing_twice_replaces_and_deleting_takes_all_along)
{
    int64_t n = -1;

    host_report(&room, "node7");
    write_all("node7");
    write_all("node7");
    ck_assert_int_eq(read_all(look_at_spec).good, 1);
    ck_assert_int_eq(binding_run(&db, DB_HOST_DELETE, "node7", &err),
                     LLMREG_OK);
    run("INSERT INTO meta (key, value) SELECT 'left', (SELECT count(*) FROM "
        "host)"
        " + (SELECT count(*) FROM address) + (SELECT count(*) FROM report)");
    ck_assert_int_eq(rows_get_number(&db, "left", &n, &err), LLMREG_OK);
    ck_assert_int_eq(n, 0);
}
END_TEST

START_TEST(a_bad_row_is_told_with_its_column_and_the_others_are_read)
{
    static const struct {
        const char *sql, *problem;
    } rows[] = {
        {"UPDATE report SET sample = 'rotten' WHERE host = 'node7'", "sample"},
        {"WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n"
         " LIMIT 15) INSERT INTO address SELECT 'node7', i, 'a' || i, 0"
         " FROM n",
         "too many"},
    };

    host_report(&room, "node7");
    write_all("node7");
    run("INSERT INTO host VALUES ('node8', 'node8', '', 30000, 1, 0)");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_all("node7");
        run(rows[i].sql);
        struct list l = read_all(NULL);
        ck_assert_msg(l.bad == 1 && l.good == 1, "%s", rows[i].sql);
        ck_assert_msg(strstr(l.problem, rows[i].problem) != NULL, "%s: %s",
                      rows[i].sql, l.problem);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rows_host");
    TCase *tc = tcase_create("rows_host");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_specification_is_read_as_written);
    tcase_add_test(tc, when_it_was_heard_of_is_read_as_written);
    tcase_add_test(tc, a_host_without_a_report_has_no_sample);
    tcase_add_test(tc, a_report_ahead_of_its_host_is_not_written);
    tcase_add_test(tc, writing_twice_replaces_and_deleting_takes_all_along);
    tcase_add_test(tc,
                   a_bad_row_is_told_with_its_column_and_the_others_are_read);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
