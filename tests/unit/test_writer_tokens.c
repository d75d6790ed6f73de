/* SPDX-License-Identifier: MIT */
/* test_writer_tokens.c - tokens and the audit step by step and over a restart:
 * a revocation is never lost, and who did what is on disk with what was done.
 */
#include "common/store/writer.h"

#include <check.h>
#include <stdlib.h>

#include "tests/support/tenants.h"
#include "tests/support/writing.h"

#define ID  "ab12cd34"
#define ID2 "zz99yy88"

static struct writing w;

static void setup(void)
{
    writing_open(&w);
    writing_start(&w);
}

static void teardown(void)
{
    writing_close(&w);
}

static int64_t ask(const char *sql)
{
    return writing_ask(&w, sql);
}

static bool all_on_disk(void)
{
    return writer_on_disk(w.writer) == llmreg_bus_last(w.room.bus);
}

/* ---- tokens ---- */

START_TEST(each_change_of_a_token_is_on_disk_at_once)
{
    token_add(&w.room, ID);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT role = 'agent' AND revoked_ms IS NULL"
                         " AND uses_left = 9 FROM token"),
                     1);
    ck_assert(all_on_disk());
    ck_assert_int_eq(llmreg_token_spend(w.room.registry, ID, &w.room.now, NULL),
                     LLMREG_OK);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT uses_left FROM token"), 8);
    ck_assert(all_on_disk());
    token_revoke(&w.room, ID);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT revoked_ms > 0 FROM token"), 1);
    ck_assert(all_on_disk());
    ck_assert_int_eq(
        llmreg_token_forget(w.room.registry, ID, &w.room.now, NULL), LLMREG_OK);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM token"), 0);
    ck_assert(all_on_disk());
}
END_TEST

static void use(int64_t wall_ms)
{
    const struct llmreg_token *t = llmreg_token_get(w.room.registry, ID);

    llmreg_token_use(t, wall_ms);
    llmreg_token_put(t);
}

START_TEST(the_last_use_is_written_once_a_minute_and_known_again)
{
    token_add(&w.room, ID);
    room_pass(&w.room, 61000);
    writing_step(&w);
    use(w.room.now.wall_ms);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT used_ms IS NULL FROM token"), 1);
    room_pass(&w.room, 60000);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT used_ms FROM token"),
                     w.room.now.wall_ms - 65000);
    writing_restart(&w);
    const struct llmreg_token *t = llmreg_token_get(w.room.registry, ID);
    ck_assert_int_eq(llmreg_token_used(t), w.room.now.wall_ms - 65000);
    llmreg_token_put(t);
}
END_TEST

START_TEST(a_token_that_was_not_used_is_not_written_again)
{
    token_add(&w.room, ID);
    writing_sync(&w);
    writer_step(w.writer, &w.room.now, true);
    int64_t commits = ask("PRAGMA data_version");
    room_pass(&w.room, 61000);
    writing_step(&w);
    ck_assert_int_eq(ask("PRAGMA data_version"), commits);
}
END_TEST

START_TEST(tokens_come_back_and_a_line_of_a_file_brings_no_tombstone_back)
{
    const struct llmreg_token line = token_of(ID);

    token_add(&w.room, ID);
    token_add(&w.room, ID2);
    token_revoke(&w.room, ID);
    writing_restart(&w);
    ck_assert_str_eq(token_state(&w.room, ID), "revoked");
    ck_assert_str_eq(token_state(&w.room, ID2), "valid");
    ck_assert(room_logged(&w.room, "2 tokens are remembered, 0 not"));
    ck_assert_int_eq(
        llmreg_token_seed(w.room.registry, &line, &w.room.now, NULL, NULL),
        LLMREG_EEXIST);
    ck_assert_str_eq(token_state(&w.room, ID), "revoked");
    const struct llmreg_token *t = llmreg_token_get(w.room.registry, ID2);
    ck_assert_mem_eq(t->digest, line.digest, sizeof line.digest);
    llmreg_token_put(t);
}
END_TEST

START_TEST(a_row_that_makes_no_sense_is_skipped_and_kept)
{
    token_add(&w.room, ID);
    token_add(&w.room, ID2);
    writing_sync(&w);
    writing_end(&w);
    writing_change_file(&w, "UPDATE token SET role = 'of_tomorrow'"
                            " WHERE id = '" ID "'");
    room_restart(&w.room);
    writing_start(&w);
    ck_assert(room_logged(&w.room, "token " ID " cannot"));
    ck_assert_str_eq(token_state(&w.room, ID), "none");
    ck_assert_str_eq(token_state(&w.room, ID2), "valid");
    writer_step(w.writer, &w.room.now, true);
    ck_assert_int_eq(ask("SELECT count(*) FROM token"), 2);
}
END_TEST

/* ---- the file comes back later than the tokens ---- */

static void go_away(void)
{
    writing_sync(&w);
    writing_end(&w);
    writing_hide(&w);
    room_restart(&w.room);
    writing_start(&w);
    ck_assert(!writer_works(w.writer));
}

static void come_back(void)
{
    writing_show(&w);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    writing_sync(&w);
}

START_TEST(late_a_revocation_in_the_file_wins)
{
    token_add(&w.room, ID);
    token_revoke(&w.room, ID);
    go_away();
    token_add(&w.room, ID); /* as a token file does */
    come_back();
    ck_assert_str_eq(token_state(&w.room, ID), "revoked");
    ck_assert_int_eq(ask("SELECT revoked_ms > 0 FROM token"), 1);
}
END_TEST

START_TEST(late_what_was_spent_stays_spent)
{
    token_add(&w.room, ID);
    for (int i = 0; i < 7; i++)
        ck_assert_int_eq(
            llmreg_token_spend(w.room.registry, ID, &w.room.now, NULL),
            LLMREG_OK);
    go_away();
    token_add(&w.room, ID);
    come_back();
    ck_assert_int_eq(ask("SELECT uses_left FROM token"), 2);
}
END_TEST

START_TEST(late_what_only_the_file_knows_is_added_and_announced)
{
    struct llmreg_subscription *sub = NULL;
    const struct llmreg_event *event;
    int registered = 0, rc = LLMREG_OK;

    token_add(&w.room, ID);
    go_away();
    ck_assert_int_eq(llmreg_subscribe(w.room.bus, UINT64_MAX, &sub), LLMREG_OK);
    come_back();
    ck_assert_str_eq(token_state(&w.room, ID), "valid");
    while (rc != LLMREG_ENOENT) {
        rc = llmreg_subscription_next(sub, &event);
        if (rc != LLMREG_OK)
            continue;
        registered += event->entity == LLMREG_ENTITY_TOKEN;
        llmreg_event_put(event);
    }
    ck_assert_int_eq(registered, 1);
    llmreg_unsubscribe(sub);
}
END_TEST

/* ---- the audit ---- */

START_TEST(an_entry_is_on_disk_with_its_change_and_in_no_other_table)
{
    room_add(&w.room, "gpu1");
    uint64_t seq = audit_note(&w.room, "added");
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM endpoint"), 1);
    ck_assert_int_eq(ask("SELECT detail = 'added' AND status = 201 FROM audit"),
                     1);
    ck_assert_int_eq(ask("SELECT count(*) FROM event WHERE type = 'audit'"), 0);
    ck_assert_uint_eq(writer_on_disk(w.writer), seq);
}
END_TEST

START_TEST(entries_come_back_in_their_order)
{
    (void)audit_note(&w.room, "first");
    (void)audit_note(&w.room, "second");
    writing_restart(&w);
    ck_assert_uint_eq(audit_count(&w.room), 2);
    (void)audit_note(&w.room, "third");
    ck_assert_uint_eq(audit_count(&w.room), 3);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM audit"), 3);
    ck_assert_int_eq(ask("SELECT detail = 'third' FROM audit"
                         " ORDER BY seq DESC"),
                     1);
}
END_TEST

START_TEST(the_newest_entries_are_kept)
{
    w.config.keep_audit = 5;
    writing_restart(&w);
    for (int i = 0; i < 12; i++) {
        (void)audit_note(&w.room, i < 7 ? "old" : "new");
        if (i % 3 == 0)
            writing_step(&w);
    }
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM audit WHERE detail = 'new'"), 5);
    ck_assert_int_eq(ask("SELECT count(*) FROM audit"), 5);
}
END_TEST

START_TEST(no_entry_is_kept_if_none_shall_be)
{
    w.config.keep_audit = 0;
    writing_restart(&w);
    (void)audit_note(&w.room, "gone");
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM audit"), 0);
    ck_assert(all_on_disk());
}
END_TEST

/* The bus's ring is shorter than that. */
START_TEST(entries_whose_events_were_lost_are_written_from_the_newest)
{
    w.config.keep_audit = 10000;
    writing_restart(&w);
    go_away();
    for (int i = 0; i < 3000; i++)
        (void)audit_note(&w.room, "meanwhile");
    come_back();
    ck_assert_int_eq(ask("SELECT count(*) FROM audit"), 3000);
}
END_TEST

START_TEST(a_hurry_keeps_the_entries_though_not_the_events)
{
    w.config.keep_audit = 10000;
    writing_restart(&w);
    for (int i = 0; i < 900; i++)
        (void)audit_note(&w.room, "at the end");
    writer_hurry(w.writer);
    writer_step(w.writer, &w.room.now, true);
    ck_assert_int_eq(ask("SELECT count(*) FROM audit"), 900);
}
END_TEST

START_TEST(an_entry_that_makes_no_sense_costs_no_other)
{
    (void)audit_note(&w.room, "bad");
    (void)audit_note(&w.room, "good");
    writing_sync(&w);
    writing_end(&w);
    writing_change_file(&w, "UPDATE audit SET who = '' WHERE detail = 'bad'");
    room_restart(&w.room);
    writing_start(&w);
    ck_assert(room_logged(&w.room, "audit"));
    ck_assert_uint_eq(audit_count(&w.room), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("writer_tokens");
    TCase *tc = tcase_create("writer_tokens");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 30);
    tcase_add_test(tc, each_change_of_a_token_is_on_disk_at_once);
    tcase_add_test(tc, the_last_use_is_written_once_a_minute_and_known_again);
    tcase_add_test(tc, a_token_that_was_not_used_is_not_written_again);
    tcase_add_test(
        tc, tokens_come_back_and_a_line_of_a_file_brings_no_tombstone_back);
    tcase_add_test(tc, a_row_that_makes_no_sense_is_skipped_and_kept);
    tcase_add_test(tc, late_a_revocation_in_the_file_wins);
    tcase_add_test(tc, late_what_was_spent_stays_spent);
    tcase_add_test(tc, late_what_only_the_file_knows_is_added_and_announced);
    tcase_add_test(tc,
                   an_entry_is_on_disk_with_its_change_and_in_no_other_table);
    tcase_add_test(tc, entries_come_back_in_their_order);
    tcase_add_test(tc, the_newest_entries_are_kept);
    tcase_add_test(tc, no_entry_is_kept_if_none_shall_be);
    tcase_add_test(tc,
                   entries_whose_events_were_lost_are_written_from_the_newest);
    tcase_add_test(tc, a_hurry_keeps_the_entries_though_not_the_events);
    tcase_add_test(tc, an_entry_that_makes_no_sense_costs_no_other);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
