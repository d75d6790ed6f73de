/* SPDX-License-Identifier: MIT */
/* test_rows_token.c - tokens, and entries of the audit, are read as they were
 * written. */
#include "common/store/rows/token.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/files.h"
#include "common/store/rows/rows.h"
#include "tests/support/tenants.h"

#define ID "ab12cd34"

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

/* ---- tokens ---- */

/* What is written is what the registry has published. */
static void put(const struct llmreg_token *token, int64_t used_ms)
{
    if (llmreg_token_revoke(room.registry, token->id, "", &room.now, NULL) ==
        LLMREG_OK)
        ck_assert_int_eq(
            llmreg_token_forget(room.registry, token->id, &room.now, NULL),
            LLMREG_OK);
    ck_assert_int_eq(llmreg_token_restore(room.registry, token, used_ms, &err),
                     LLMREG_OK);
    const struct llmreg_token *t = llmreg_token_get(room.registry, token->id);
    ck_assert_int_eq(rows_put_token(&db, t, &err), LLMREG_OK);
    llmreg_token_put(t);
}

struct list {
    int good, bad;
    char problem[200];
    struct llmreg_token expected;
    int64_t used_ms;
};

static void compare(const struct llmreg_token *a, const struct llmreg_token *b)
{
    ck_assert_str_eq(a->id, b->id);
    ck_assert_mem_eq(a->digest, b->digest, sizeof a->digest);
    ck_assert_str_eq(a->name, b->name);
    ck_assert_int_eq(a->role, b->role);
    ck_assert_str_eq(a->agent, b->agent);
    ck_assert_str_eq(a->host, b->host);
    ck_assert_str_eq(a->origin, b->origin);
    ck_assert_int_eq(a->created_ms, b->created_ms);
    ck_assert_int_eq(a->expires_ms, b->expires_ms);
    ck_assert_int_eq(a->revoked_ms, b->revoked_ms);
    ck_assert(a->approved == b->approved);
    ck_assert_uint_eq(a->uses, b->uses);
    ck_assert_uint_eq(a->uses_left, b->uses_left);
}

static int collect(void *ctx, const char *id, const struct llmreg_token *t,
                   int64_t used_ms, const char *problem)
{
    struct list *l = ctx;

    ck_assert_ptr_nonnull(id);
    if (t == NULL) {
        l->bad++;
        snprintf(l->problem, sizeof l->problem, "%s", problem);
        return LLMREG_OK;
    }
    l->good++;
    if (l->expected.id == NULL)
        return LLMREG_OK;
    compare(t, &l->expected);
    ck_assert_int_eq(used_ms, l->used_ms);
    return LLMREG_OK;
}

static struct list read_all(const struct llmreg_token *expected,
                            int64_t used_ms)
{
    struct list l = {.used_ms = used_ms};

    if (expected != NULL)
        l.expected = *expected;
    ck_assert_int_eq(rows_each_token(&db, collect, &l, &err), LLMREG_OK);
    return l;
}

START_TEST(every_field_is_read_as_written)
{
    struct llmreg_token t = token_of(ID);

    t.revoked_ms = 1890000000002;
    put(&t, 1790000000005);
    ck_assert_int_eq(read_all(&t, 1790000000005).good, 1);
    t.uses = t.uses_left = 0;
    t.agent = "a-1";
    t.host = "gpu1";
    t.approved = false;
    t.expires_ms = t.revoked_ms = 0;
    put(&t, 0);
    ck_assert_int_eq(read_all(&t, 0).good, 1);
}
END_TEST

START_TEST(every_role_has_a_word_that_is_read_again)
{
    struct llmreg_token t = token_of(ID);

    t.uses = t.uses_left = 0;
    for (int role = 0; role < LLMREG_ROLES; role++) {
        t.role = role;
        put(&t, 0);
        ck_assert_int_eq(read_all(&t, 0).good, 1);
    }
}
END_TEST

START_TEST(a_bad_row_is_told_with_its_column_and_the_others_are_read)
{
    static const struct {
        const char *sql, *problem;
    } rows[] = {
        {"UPDATE token SET role = 'king' WHERE id = '" ID "'", "role"},
        {"UPDATE token SET digest = x'00' WHERE id = '" ID "'", "digest"},
        {"UPDATE token SET digest = x'' WHERE id = '" ID "'", "digest"},
        {"UPDATE token SET approved = 2 WHERE id = '" ID "'", "approved"},
        {"UPDATE token SET uses = -1 WHERE id = '" ID "'", "uses"},
        {"UPDATE token SET uses_left = 4294967296 WHERE id = '" ID "'",
         "uses_left"},
    };
    const struct llmreg_token a = token_of(ID), b = token_of("other000");

    put(&b, 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        put(&a, 0);
        run(rows[i].sql);
        struct list l = read_all(NULL, 0);
        ck_assert_msg(l.bad == 1 && l.good == 1, "%s", rows[i].sql);
        ck_assert_msg(strstr(l.problem, rows[i].problem) != NULL, "%s: %s",
                      rows[i].sql, l.problem);
    }
}
END_TEST

/* ---- the audit ---- */

static const struct llmreg_audit entry = {
    .seq = UINT64_C(1) << 60,
    .time_ms = 1790000000001,
    .who = "token:" ID " rack 7",
    .from = "10.0.0.7",
    .what = "POST /api/v1/endpoints",
    .subject = "gpu1:11434",
    .detail = "priority 50 to 60",
    .status = 201,
};

static int64_t put_entry(uint64_t seq, int status)
{
    struct llmreg_audit e = entry;
    int64_t added = -1;

    e.seq = seq;
    e.status = status;
    ck_assert_int_eq(rows_put_audit(&db, &e, &added, &err), LLMREG_OK);
    return added;
}

struct entries {
    int good, bad;
    uint64_t first, last;
};

static int collect_entry(void *ctx, const struct llmreg_audit *e,
                         const char *problem)
{
    struct entries *all = ctx;

    if (problem[0] != '\0') {
        all->bad++;
        return LLMREG_OK;
    }
    if (all->good++ == 0)
        all->first = e->seq;
    ck_assert_uint_gt(e->seq, all->last);
    all->last = e->seq;
    ck_assert_str_eq(e->who, entry.who);
    ck_assert_str_eq(e->from, entry.from);
    ck_assert_str_eq(e->what, entry.what);
    ck_assert_str_eq(e->subject, entry.subject);
    ck_assert_str_eq(e->detail, entry.detail);
    ck_assert_int_eq(e->time_ms, entry.time_ms);
    ck_assert_int_eq(e->status, e->seq % 2 == 0 ? 201 : 0);
    return LLMREG_OK;
}

static struct entries read_entries(void)
{
    struct entries all = {.last = 0};

    ck_assert_int_eq(rows_each_audit(&db, collect_entry, &all, &err),
                     LLMREG_OK);
    return all;
}

START_TEST(an_entry_is_read_as_written_in_the_order_of_its_number)
{
    ck_assert_int_eq(put_entry(entry.seq, 201), 1);
    ck_assert_int_eq(put_entry(7, 0), 1);
    struct entries all = read_entries();
    ck_assert_int_eq(all.good, 2);
    ck_assert_uint_eq(all.first, 7);
    ck_assert_uint_eq(all.last, entry.seq);
}
END_TEST

START_TEST(an_entry_is_written_once)
{
    ck_assert_int_eq(put_entry(7, 0), 1);
    ck_assert_int_eq(put_entry(7, 0), 0);
    ck_assert_int_eq(read_entries().good, 1);
}
END_TEST

START_TEST(only_the_newest_are_read)
{
    run("BEGIN");
    for (uint64_t seq = 2; seq <= 2 * (LLMREG_AUDIT_KEPT + 5); seq += 2)
        (void)put_entry(seq, 201);
    run("COMMIT");
    struct entries all = read_entries();
    ck_assert_int_eq(all.good, LLMREG_AUDIT_KEPT);
    ck_assert_uint_eq(all.first, 12);
    ck_assert_int_eq(rows_prune(&db, DB_AUDIT_PRUNE, 4100, &err), LLMREG_OK);
    ck_assert_int_eq(read_entries().good, 1);
}
END_TEST

START_TEST(a_bad_entry_is_told_and_the_others_are_read)
{
    (void)put_entry(2, 201);
    (void)put_entry(4, 201);
    run("UPDATE audit SET status = 1000 WHERE seq = 2");
    struct entries all = read_entries();
    ck_assert_int_eq(all.good, 1);
    ck_assert_int_eq(all.bad, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rows_token");
    TCase *tc = tcase_create("rows_token");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, every_field_is_read_as_written);
    tcase_add_test(tc, every_role_has_a_word_that_is_read_again);
    tcase_add_test(tc,
                   a_bad_row_is_told_with_its_column_and_the_others_are_read);
    tcase_add_test(tc, an_entry_is_read_as_written_in_the_order_of_its_number);
    tcase_add_test(tc, an_entry_is_written_once);
    tcase_add_test(tc, only_the_newest_are_read);
    tcase_add_test(tc, a_bad_entry_is_told_and_the_others_are_read);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
