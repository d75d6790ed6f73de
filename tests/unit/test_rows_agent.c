/* SPDX-License-Identifier: MIT */
/* test_rows_agent.c - agents are read as they were written. */
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

static void write_all(const char *name)
{
    struct llmreg_agent *a = tenant_get(&room, name);

    ck_assert_int_eq(rows_put_agent(&db, a, &err), LLMREG_OK);
    ck_assert_int_eq(rows_put_presence(&db, a, &err), LLMREG_OK);
    llmreg_agent_put(a);
}

struct list {
    int good, bad;
    char problem[200];
    void (*look)(const struct rows_agent *agent);
};

static int collect(void *ctx, const char *id, const struct rows_agent *agent,
                   const char *problem)
{
    struct list *l = ctx;

    ck_assert_ptr_nonnull(id);
    if (agent == NULL) {
        l->bad++;
        snprintf(l->problem, sizeof l->problem, "%s", problem);
        return LLMREG_OK;
    }
    l->good++;
    if (l->look != NULL)
        l->look(agent);
    return LLMREG_OK;
}

static struct list read_all(void (*look)(const struct rows_agent *agent))
{
    struct list l = {.look = look};

    ck_assert_int_eq(rows_each_agent(&db, collect, &l, &err), LLMREG_OK);
    return l;
}

static void look_at_spec(const struct rows_agent *agent)
{
    const struct llmreg_agent_spec *s = agent->spec;

    ck_assert_str_eq(s->id, "agent-scout");
    ck_assert_str_eq(s->type, "performance");
    ck_assert_str_eq(s->name, "scout");
    ck_assert_str_eq(s->role, "worker");
    ck_assert_str_eq(s->domain, "lab");
    ck_assert_str_eq(s->cluster, "in_cluster");
    ck_assert_str_eq(s->host, "node7");
    ck_assert_str_eq(s->url, "http://node7:8080");
    ck_assert_str_eq(s->version, "1.2.3");
    ck_assert_int_eq(s->source, LLMREG_SOURCE_AUTO);
    ck_assert_int_eq(s->interval_ms, 30000);
    ck_assert_int_eq(agent->state->registered_ms, room.now.wall_ms);
}

static void look_at_lists(const struct rows_agent *agent)
{
    const struct llmreg_agent_spec *s = agent->spec;
    bool rack = false;

    ck_assert_uint_eq(s->ncapabilities, 2);
    for (size_t i = 0; i < s->ncapabilities; i++)
        ck_assert_str_eq(s->capabilities[i].value,
                         strcmp(s->capabilities[i].name, "gpu") == 0 ? "h100"
                                                                     : "");
    ck_assert_uint_eq(s->nmetadata, 2);
    for (size_t i = 0; i < s->nmetadata; i++)
        rack = rack || (strcmp(s->metadata[i].name, "rack") == 0 &&
                        strcmp(s->metadata[i].json, "\"b7\"") == 0);
    ck_assert(rack);
}

START_TEST(the_specification_is_read_as_written)
{
    tenant_add(&room, "scout");
    write_all("scout");
    ck_assert_int_eq(read_all(look_at_spec).good, 1);
    ck_assert_int_eq(read_all(look_at_lists).good, 1);
}
END_TEST

static void look_at_presence(const struct rows_agent *agent)
{
    const struct llmreg_agent_state *s = agent->state;

    ck_assert_int_eq(s->presence, LLMREG_PRESENCE_ONLINE);
    ck_assert_int_eq(s->health, LLMREG_HEALTH_DEGRADED);
    ck_assert_int_eq(s->since_ms, room.now.wall_ms - 30000);
    ck_assert_int_eq(s->seen_ms, room.now.wall_ms);
    ck_assert_int_eq(s->latency_us, 900);
    ck_assert_str_eq(s->activity, "serving");
    ck_assert_str_eq(s->peer, "192.0.2.7");
    ck_assert_str_eq(s->other, "");
}

START_TEST(presence_is_read_as_written)
{
    tenant_add(&room, "scout");
    room_pass(&room, 30000);
    tenant_beat_health(&room, "scout", LLMREG_HEALTH_HEALTHY);
    room_pass(&room, 30000);
    tenant_beat_health(&room, "scout", LLMREG_HEALTH_DEGRADED);
    write_all("scout");
    ck_assert_int_eq(read_all(look_at_presence).good, 1);
}
END_TEST

static void look_at_unseen(const struct rows_agent *agent)
{
    ck_assert_int_eq(agent->state->presence, LLMREG_PRESENCE_CONNECTING);
    ck_assert_int_eq(agent->state->latency_us, -1);
    ck_assert_int_eq(agent->state->seen_ms, 0);
}

START_TEST(an_agent_without_presence_is_connecting)
{
    tenant_add(&room, "scout");
    write_all("scout");
    run("DELETE FROM presence");
    ck_assert_int_eq(read_all(look_at_unseen).good, 1);
}
END_TEST

START_TEST(presence_ahead_of_its_agent_is_not_written)
{
    tenant_add(&room, "scout");
    struct llmreg_agent *a = tenant_get(&room, "scout");
    ck_assert_int_eq(rows_put_presence(&db, a, &err), LLMREG_OK);
    llmreg_agent_put(a);
    ck_assert_int_eq(read_all(NULL).good, 0);
}
END_TEST

START_TEST(writing_twice_replaces_and_deleting_takes_all_along)
{
    int64_t n = -1;

    tenant_add(&room, "scout");
    write_all("scout");
    write_all("scout");
    ck_assert_int_eq(read_all(look_at_lists).good, 1);
    ck_assert_int_eq(binding_run(&db, DB_AGENT_DELETE, "agent-scout", &err),
                     LLMREG_OK);
    run("INSERT INTO meta (key, value) SELECT 'left', (SELECT count(*) FROM "
        "agent)"
        " + (SELECT count(*) FROM presence)");
    ck_assert_int_eq(rows_get_number(&db, "left", &n, &err), LLMREG_OK);
    ck_assert_int_eq(n, 0);
}
END_TEST

START_TEST(a_bad_row_is_told_with_its_column_and_the_others_are_read)
{
    static const struct {
        const char *sql, *problem;
    } rows[] = {
        {"UPDATE agent SET source = 'rumour' WHERE name = 'scout'", "source"},
        {"UPDATE presence SET presence = 'asleep' WHERE agent LIKE '%scout'",
         "presence"},
        {"UPDATE presence SET health = 'x' WHERE agent LIKE '%scout'",
         "health"},
        {"UPDATE presence SET latency_us = -7 WHERE agent LIKE '%scout'",
         "latency_us"},
        {"UPDATE presence SET activity = printf('%.65c', 'x')"
         " WHERE agent LIKE '%scout'",
         "activity"},
        {"UPDATE presence SET other = printf('%.64c', 'x')"
         " WHERE agent LIKE '%scout'",
         "other"},
        {"UPDATE agent SET capabilities = replace(printf('%.65c', 'x'), 'x',"
         " 'a' || char(10)) WHERE name = 'scout'",
         "capabilities has too many"},
        {"UPDATE agent SET metadata = replace(printf('%.65c', 'x'), 'x',"
         " 'a' || char(10)) WHERE name = 'scout'",
         "metadata has too many"},
    };

    tenant_add(&room, "scout");
    tenant_add(&room, "other");
    write_all("other");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_all("scout");
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
    Suite *suite = suite_create("rows_agent");
    TCase *tc = tcase_create("rows_agent");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_specification_is_read_as_written);
    tcase_add_test(tc, presence_is_read_as_written);
    tcase_add_test(tc, an_agent_without_presence_is_connecting);
    tcase_add_test(tc, presence_ahead_of_its_agent_is_not_written);
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
