/* SPDX-License-Identifier: MIT */
/* test_rows.c - what is written is read again, and what makes no sense is
 * told and skipped.  Covers rows/endpoint.c, rows/event.c, binding.c, cursor.c
 * and statements.c.
 */
#include "common/store/rows/rows.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/rows/binding.h"
#include "common/store/files.h"
#include "tests/support/room.h"

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
    struct llmreg_endpoint *e = room_get(&room, name);

    ck_assert_int_eq(rows_put_endpoint(&db, e, &err), LLMREG_OK);
    ck_assert_int_eq(rows_put_health(&db, e, &err), LLMREG_OK);
    ck_assert_int_eq(rows_put_models(&db, e, &err), LLMREG_OK);
    llmreg_put(e);
}

/* ---- reading into a list ---- */

struct list {
    int good, bad;
    char problem[200];
    void (*look)(const struct llmreg_memory *m);
};

static int collect(void *ctx, const char *id, const struct llmreg_memory *m,
                   const char *problem)
{
    struct list *l = ctx;

    ck_assert_ptr_nonnull(id);
    if (m == NULL) {
        l->bad++;
        snprintf(l->problem, sizeof l->problem, "%s", problem);
        return LLMREG_OK;
    }
    l->good++;
    if (l->look != NULL)
        l->look(m);
    return LLMREG_OK;
}

static struct list read_all(void (*look)(const struct llmreg_memory *m))
{
    struct list l = {.look = look};

    ck_assert_int_eq(rows_each_memory(&db, collect, &l, &err), LLMREG_OK);
    return l;
}

/* ---- round trips ---- */

static void look_at_spec(const struct llmreg_memory *m)
{
    ck_assert_str_eq(m->spec.id, "gpu1:11434");
    ck_assert_str_eq(m->spec.url, "http://gpu1:11434");
    ck_assert_str_eq(m->spec.name, "gpu1");
    ck_assert_str_eq(m->spec.host, "gpu1");
    ck_assert_str_eq(m->spec.series, "11434");
    ck_assert_str_eq(m->spec.origin, "config");
    ck_assert_str_eq(m->spec.owner, "node7");
    ck_assert_int_eq(m->spec.kind, LLMREG_KIND_OLLAMA);
    ck_assert_int_eq(m->spec.source, LLMREG_SOURCE_STATIC);
    ck_assert_int_eq(m->spec.priority, LLMREG_PRIORITY_DEFAULT);
    ck_assert_int_eq(m->spec.interval_ms, 30000);
    ck_assert_uint_eq(m->spec.nlabels, 2);
    ck_assert_str_eq(m->spec.labels[0].name, "site");
    ck_assert_str_eq(m->spec.labels[1].name, "gpu");
    ck_assert_str_eq(m->spec.labels[1].value, "");
    ck_assert_int_eq(m->intent.admin, LLMREG_ADMIN_MAINTENANCE);
    ck_assert_int_eq(m->intent.until_ms, room.now.wall_ms + 60000);
    ck_assert_int_eq(m->registered_ms, room.now.wall_ms);
}

START_TEST(the_specification_and_intent_are_read_as_written)
{
    room_add(&room, "gpu1");
    room_admin(&room, "gpu1", LLMREG_ADMIN_MAINTENANCE,
               room.now.wall_ms + 60000);
    write_all("gpu1");
    ck_assert_int_eq(read_all(look_at_spec).good, 1);
}
END_TEST

static const struct llmreg_label operators[] = {{"tier", "gold"},
                                                {"empty", ""}};

static void patch(unsigned fields)
{
    const struct llmreg_patch patch = {
        .set = {fields, "the first", 0, operators, 2},
        .revert = LLMREG_FIELDS & ~fields};

    ck_assert_int_eq(
        llmreg_patch(room.registry, "gpu1:11434", &patch, NULL, &err),
        LLMREG_OK);
}

static void look_for_all(const struct llmreg_memory *m)
{
    const struct llmreg_override *o = &m->override;

    ck_assert_uint_eq(o->fields, LLMREG_FIELDS);
    ck_assert_str_eq(o->name, "the first");
    ck_assert_int_eq(o->priority, 0);
    ck_assert_uint_eq(o->nlabels, 2);
    ck_assert_str_eq(o->labels[0].name, "tier");
    ck_assert_str_eq(o->labels[0].value, "gold");
    ck_assert_str_eq(o->labels[1].value, "");
    ck_assert_str_eq(m->spec.name, "gpu1");
    ck_assert_int_eq(m->spec.priority, LLMREG_PRIORITY_DEFAULT);
    ck_assert_str_eq(m->spec.labels[0].name, "site");
}

static void look_for_name(const struct llmreg_memory *m)
{
    ck_assert_uint_eq(m->override.fields, LLMREG_FIELD_NAME);
    ck_assert_uint_eq(m->override.nlabels, 0);
}

static void look_for_nothing(const struct llmreg_memory *m)
{
    ck_assert_uint_eq(m->override.fields, 0);
}

START_TEST(what_the_operator_says_is_read_beside_what_was_named)
{
    room_add(&room, "gpu1");
    patch(LLMREG_FIELDS);
    write_all("gpu1");
    ck_assert_int_eq(read_all(look_for_all).good, 1);
    patch(LLMREG_FIELD_NAME);
    write_all("gpu1");
    ck_assert_int_eq(read_all(look_for_name).good, 1);
    patch(0);
    write_all("gpu1");
    ck_assert_int_eq(read_all(look_for_nothing).good, 1);
    run("INSERT INTO operator_label VALUES ('gpu1:11434', 0, 'a', 'b', 0)");
    ck_assert_int_eq(read_all(look_for_nothing).good, 1);
}
END_TEST

static void look_at_health(const struct llmreg_memory *m)
{
    struct llmreg_health h = room_health(&room, "gpu1");

    ck_assert_int_eq(m->health.state, h.state);
    ck_assert_int_eq(m->health.reason, h.reason);
    ck_assert_uint_eq(m->health.failures, h.failures);
    ck_assert_int_eq(m->health.since_ms, h.since_ms);
    ck_assert_int_eq(m->health.failing_ms, h.failing_ms);
    ck_assert_int_eq(m->health.checked_ms, h.checked_ms);
    ck_assert_int_eq(m->health.ok_ms, h.ok_ms);
    ck_assert_uint_eq(m->health.total_us, h.total_us);
    ck_assert_uint_eq(m->health.ttfb_us, h.ttfb_us);
    ck_assert_int_eq(m->health.prior, h.prior);
    ck_assert_str_eq(m->health.version, h.version);
    ck_assert_str_eq(m->health.detail, h.detail);
    ck_assert_int_eq(m->health.checked_mono_ns, 0);
}

START_TEST(health_is_read_as_written_without_monotonic_times)
{
    room_add(&room, "gpu1");
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    room_pass(&room, 1000);
    room_observe(&room, "gpu1", LLMREG_REASON_REFUSED);
    room_observe(&room, "gpu1", LLMREG_REASON_REFUSED);
    write_all("gpu1");
    ck_assert_int_eq(read_all(look_at_health).good, 1);
}
END_TEST

static void look_at_models(const struct llmreg_memory *m)
{
    const struct llmreg_model *a = &m->models.items[0];

    ck_assert_uint_eq(m->models.count, 2);
    ck_assert_str_eq(a->name, "a:latest");
    ck_assert_str_eq(a->family, "llama");
    ck_assert_str_eq(a->digest, "");
    ck_assert_int_eq(a->size_bytes, 1000);
    ck_assert_int_eq(a->context_max, -1);
    ck_assert_int_eq(a->vram_bytes, 500);
    ck_assert_int_eq(a->expires_ms, INT64_MAX);
    ck_assert_int_eq(a->loaded, LLMREG_YES);
    ck_assert_int_eq(a->tools, LLMREG_UNKNOWN);
    ck_assert(!a->remote);
    ck_assert_str_eq(m->models.items[1].name, "b:latest");
}

START_TEST(models_are_read_as_written_and_unknown_stays_unknown)
{
    room_add(&room, "gpu1");
    room_models(&room, "gpu1", "b:latest,a:latest");
    write_all("gpu1");
    ck_assert_int_eq(read_all(look_at_models).good, 1);
}
END_TEST

START_TEST(writing_twice_replaces_and_keeps_the_children)
{
    room_add(&room, "gpu1");
    room_models(&room, "gpu1", "b:latest,a:latest");
    write_all("gpu1");
    struct llmreg_endpoint *e = room_get(&room, "gpu1");
    ck_assert_int_eq(rows_put_endpoint(&db, e, &err), LLMREG_OK);
    llmreg_put(e);
    ck_assert_int_eq(read_all(look_at_models).good, 1);
}
END_TEST

static void look_at_unknown(const struct llmreg_memory *m)
{
    ck_assert_int_eq(m->health.state, LLMREG_HEALTH_UNKNOWN);
    ck_assert_uint_eq(m->models.count, 0);
}

START_TEST(an_endpoint_without_health_is_unknown)
{
    room_add(&room, "gpu1");
    struct llmreg_endpoint *e = room_get(&room, "gpu1");
    ck_assert_int_eq(rows_put_endpoint(&db, e, &err), LLMREG_OK);
    llmreg_put(e);
    ck_assert_int_eq(read_all(look_at_unknown).good, 1);
}
END_TEST

static int delete (const char *id)
{
    return binding_run(&db, DB_ENDPOINT_DELETE, id, &err);
}

START_TEST(deleting_takes_the_children_along)
{
    room_add(&room, "gpu1");
    room_models(&room, "gpu1", "a:latest");
    write_all("gpu1");
    ck_assert_int_eq(delete ("gpu1:11434"), LLMREG_OK);
    ck_assert_int_eq(read_all(NULL).good, 0);
    room_add(&room, "gpu2");
    write_all("gpu2");
    ck_assert_int_eq(delete ("none"), LLMREG_OK);
    ck_assert_int_eq(read_all(NULL).good, 1);
}
END_TEST

/* ---- rows that make no sense ---- */

START_TEST(a_bad_row_is_told_with_its_column_and_the_others_are_read)
{
    static const struct {
        const char *sql, *problem;
    } rows[] = {
        {"UPDATE endpoint SET kind = 'toaster'", "kind"},
        {"UPDATE endpoint SET source = ''", "source"},
        {"UPDATE endpoint SET admin = 'Active'", "admin"},
        {"UPDATE endpoint SET priority = -1", "priority"},
        {"UPDATE endpoint SET interval_ms = 0", "interval_ms"},
        {"UPDATE endpoint SET models_rejected = -5", "models_rejected"},
        {"UPDATE health SET state = 'splendid'", "state"},
        {"UPDATE health SET http_status = 65536", "http_status"},
        {"UPDATE health SET failures = -1", "failures"},
        {"UPDATE health SET version = printf('%.64c', 'x')", "version"},
        {"UPDATE model SET size_bytes = -2", "size_bytes"},
        {"UPDATE model SET remote = 2", "remote"},
    };

    room_add(&room, "gpu1");
    room_models(&room, "gpu1", "a:latest");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_all("gpu1");
        run(rows[i].sql);
        struct list l = read_all(NULL);
        ck_assert_msg(l.bad == 1, "%s", rows[i].sql);
        ck_assert_msg(strstr(l.problem, rows[i].problem) != NULL, "%s: %s",
                      rows[i].sql, l.problem);
    }
}
END_TEST

START_TEST(more_labels_than_are_allowed_are_a_problem)
{
    room_add(&room, "gpu1");
    write_all("gpu1");
    run("INSERT INTO label SELECT 'gpu1:11434', value + 10, 'n' || value, "
        "'', 0"
        " FROM "
        "json_each('[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,"
        "21,22,23,24,25,26,27,28,29,30,31]')");
    struct list l = read_all(NULL);
    ck_assert_int_eq(l.bad, 1);
    ck_assert_ptr_nonnull(strstr(l.problem, "too many"));
}
END_TEST

/* ---- events and numbers ---- */

static int64_t put_event(uint64_t seq)
{
    const struct llmreg_event event = {
        .seq = seq,
        .time_ms = 5,
        .type = LLMREG_EVENT_HEALTH,
        .subject = "gpu1:11434",
        .name = "gpu1",
        .before = "healthy",
        .after = "unreachable",
        .reason = "refused: Connection refused",
    };
    int64_t added = -1;

    ck_assert_int_eq(rows_put_event(&db, &event, &added, &err), LLMREG_OK);
    return added;
}

START_TEST(an_event_is_kept_once)
{
    int64_t n = 0;

    ck_assert_int_eq(put_event(7), 1);
    ck_assert_int_eq(put_event(7), 0);
    ck_assert_int_eq(rows_count(&db, DB_EVENT_COUNT, &n, &err), LLMREG_OK);
    ck_assert_int_eq(n, 1);
}
END_TEST

START_TEST(pruning_takes_the_oldest)
{
    int64_t n = 0;

    for (uint64_t i = 1; i <= 10; i++)
        ck_assert_int_eq(put_event(i * 1000), 1);
    ck_assert_int_eq(rows_prune(&db, DB_EVENT_PRUNE, 4, &err), LLMREG_OK);
    ck_assert_int_eq(rows_count(&db, DB_EVENT_COUNT, &n, &err), LLMREG_OK);
    ck_assert_int_eq(n, 6);
    ck_assert_int_eq(put_event(4000), 1); /* it had gone */
    ck_assert_int_eq(put_event(5000), 0); /* it had stayed */
}
END_TEST

START_TEST(a_number_that_was_never_put_is_zero)
{
    int64_t n = -1;

    ck_assert_int_eq(rows_get_number(&db, "none", &n, &err), LLMREG_OK);
    ck_assert_int_eq(n, 0);
    ck_assert_int_eq(rows_put_number(&db, "some", INT64_MIN, &err), LLMREG_OK);
    ck_assert_int_eq(rows_get_number(&db, "some", &n, &err), LLMREG_OK);
    ck_assert(n == INT64_MIN);
}
END_TEST

static int stop_at_once(void *ctx, const char *id)
{
    int *calls = ctx;

    (void)id;
    (*calls)++;
    return LLMREG_EBUSY;
}

START_TEST(a_walk_over_ids_ends_when_told)
{
    int calls = 0;

    room_add(&room, "gpu1");
    room_add(&room, "gpu2");
    write_all("gpu1");
    write_all("gpu2");
    ck_assert_int_eq(
        rows_each_id(&db, DB_ENDPOINT_IDS, stop_at_once, &calls, &err),
        LLMREG_EBUSY);
    ck_assert_int_eq(calls, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rows");
    TCase *tc = tcase_create("rows");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, the_specification_and_intent_are_read_as_written);
    tcase_add_test(tc, what_the_operator_says_is_read_beside_what_was_named);
    tcase_add_test(tc, health_is_read_as_written_without_monotonic_times);
    tcase_add_test(tc, models_are_read_as_written_and_unknown_stays_unknown);
    tcase_add_test(tc, writing_twice_replaces_and_keeps_the_children);
    tcase_add_test(tc, an_endpoint_without_health_is_unknown);
    tcase_add_test(tc, deleting_takes_the_children_along);
    tcase_add_test(tc,
                   a_bad_row_is_told_with_its_column_and_the_others_are_read);
    tcase_add_test(tc, more_labels_than_are_allowed_are_a_problem);
    tcase_add_test(tc, an_event_is_kept_once);
    tcase_add_test(tc, pruning_takes_the_oldest);
    tcase_add_test(tc, a_number_that_was_never_put_is_zero);
    tcase_add_test(tc, a_walk_over_ids_ends_when_told);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
