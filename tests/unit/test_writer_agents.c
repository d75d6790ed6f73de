/* SPDX-License-Identifier: MIT */
/* test_writer_agents.c - agents step by step and over a restart: what is on
 * disk when, and that an id is an id for ever (E10).
 */
#include "common/store/writer.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/tenants.h"
#include "tests/support/writing.h"

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

static struct llmreg_agent_state state_of(const char *name)
{
    struct llmreg_agent *a = tenant_get(&w.room, name);
    struct llmreg_agent_state state;

    ck_assert_ptr_nonnull(a);
    llmreg_agent_state(a, &state);
    llmreg_agent_put(a);
    return state;
}

START_TEST(a_registration_is_written_by_the_next_step)
{
    tenant_add(&w.room, "scout");
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM agent WHERE capabilities ="
                         " 'chat' || char(10) || 'gpu=h100' || char(10)"),
                     1);
    ck_assert_int_eq(ask("SELECT entity = 'agent' FROM event"
                         " WHERE subject = 'agent-scout'"),
                     1);
    ck_assert_uint_eq(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
}
END_TEST

START_TEST(a_removal_is_written_by_the_next_step)
{
    tenant_add(&w.room, "scout");
    writing_step(&w);
    tenant_remove(&w.room, "scout");
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT (SELECT count(*) FROM agent)"
                         " + (SELECT count(*) FROM presence)"),
                     0);
    ck_assert_uint_eq(writer_on_disk(w.writer), llmreg_bus_last(w.room.bus));
}
END_TEST

/* Its second row waits: it would be on another page. */
START_TEST(the_presence_of_a_new_agent_waits_for_the_slow_look)
{
    tenant_add(&w.room, "scout");
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM presence"), 0);
    writing_restart(&w);
    ck_assert_int_eq(state_of("scout").presence, LLMREG_PRESENCE_CONNECTING);
    tenant_add(&w.room, "other");
    room_pass(&w.room, 61000);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM presence"), 1);
}
END_TEST

START_TEST(presence_waits_for_the_flush)
{
    tenant_add(&w.room, "scout");
    writing_sync(&w);
    room_pass(&w.room, 1000);
    tenant_beat(&w.room, "scout", LLMREG_PRESENCE_ONLINE);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT presence = 'online' FROM presence"), 0);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT presence = 'online' FROM presence"), 1);
}
END_TEST

START_TEST(when_it_was_seen_last_is_written_once_a_minute)
{
    tenant_add(&w.room, "scout");
    tenant_beat(&w.room, "scout", LLMREG_PRESENCE_ONLINE);
    writing_sync(&w);
    int64_t seen = ask("SELECT seen_ms FROM presence");
    for (int i = 0; i < 5; i++) {
        room_pass(&w.room, 10000);
        tenant_beat(&w.room, "scout", LLMREG_PRESENCE_ONLINE);
        writing_step(&w);
        ck_assert_int_eq(ask("SELECT seen_ms FROM presence"), seen);
    }
    room_pass(&w.room, 15000);
    tenant_beat(&w.room, "scout", LLMREG_PRESENCE_ONLINE);
    writing_step(&w);
    ck_assert_int_eq(ask("SELECT seen_ms FROM presence"), w.room.now.wall_ms);
}
END_TEST

START_TEST(the_end_writes_when_it_was_seen_last)
{
    tenant_add(&w.room, "scout");
    tenant_beat(&w.room, "scout", LLMREG_PRESENCE_ONLINE);
    writing_sync(&w);
    room_pass(&w.room, 10000);
    tenant_beat(&w.room, "scout", LLMREG_PRESENCE_ONLINE);
    writer_step(w.writer, &w.room.now, true);
    ck_assert_int_eq(ask("SELECT seen_ms FROM presence"), w.room.now.wall_ms);
}
END_TEST

START_TEST(an_agent_comes_back_under_its_id)
{
    struct llmreg_agent_spec spec = tenant_spec("scout");
    struct llmreg_agent_result first, again;
    struct llmreg_error err;

    spec.id = ""; /* the registry makes one */
    ck_assert_int_eq(
        llmreg_agent_register(w.room.registry, &spec, "", &first, &err),
        LLMREG_OK);
    writing_restart(&w);
    ck_assert_int_eq(
        llmreg_agent_register(w.room.registry, &spec, "", &again, &err),
        LLMREG_OK);
    ck_assert(!again.created);
    ck_assert_str_eq(again.id, first.id);
}
END_TEST

START_TEST(an_agent_comes_back_as_it_was)
{
    tenant_add(&w.room, "scout");
    const int64_t registered = w.room.now.wall_ms;
    room_pass(&w.room, 1000);
    tenant_beat(&w.room, "scout", LLMREG_PRESENCE_ONLINE);
    const int64_t seen = w.room.now.wall_ms;
    room_pass(&w.room, 1000);
    writing_restart(&w);
    const struct llmreg_agent_state state = state_of("scout");
    ck_assert_int_eq(state.registered_ms, registered);
    ck_assert_int_eq(state.seen_ms, seen);
    ck_assert_str_eq(state.activity, "serving");
    ck_assert_str_eq(state.peer, "192.0.2.7");
    ck_assert_int_eq(state.presence, LLMREG_PRESENCE_CONNECTING);
    struct llmreg_agent *a = tenant_get(&w.room, "scout");
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(a);
    ck_assert_uint_eq(spec->ncapabilities, 2);
    ck_assert_uint_eq(spec->nmetadata, 2);
    ck_assert_str_eq(spec->host, "node7");
    llmreg_agent_spec_put(spec);
    llmreg_agent_put(a);
    ck_assert(room_logged(&w.room, "1 agents are remembered, 0 not"));
}
END_TEST

START_TEST(who_was_offline_or_stopped_still_is)
{
    tenant_add(&w.room, "quiet");
    tenant_add(&w.room, "ended");
    ck_assert_int_eq(llmreg_agent_mark(w.room.registry, "agent-quiet",
                                       LLMREG_PRESENCE_OFFLINE, "silent",
                                       &w.room.now),
                     LLMREG_OK);
    tenant_beat(&w.room, "ended", LLMREG_PRESENCE_STOPPED);
    const int64_t since = w.room.now.wall_ms;
    room_pass(&w.room, 60000);
    writing_restart(&w);
    ck_assert_int_eq(state_of("quiet").presence, LLMREG_PRESENCE_OFFLINE);
    ck_assert_int_eq(state_of("quiet").since_ms, since);
    ck_assert_int_eq(state_of("ended").presence, LLMREG_PRESENCE_STOPPED);
}
END_TEST

START_TEST(a_removed_agent_does_not_come_back)
{
    tenant_add(&w.room, "scout");
    writing_sync(&w);
    tenant_remove(&w.room, "scout");
    writing_restart(&w);
    ck_assert_ptr_null(tenant_get(&w.room, "scout"));
}
END_TEST

START_TEST(a_row_that_makes_no_sense_is_skipped_and_kept)
{
    tenant_add(&w.room, "scout");
    tenant_add(&w.room, "other");
    writing_sync(&w);
    writing_end(&w);
    writing_change_file(&w, "UPDATE agent SET type = 'NO TYPE'"
                            " WHERE name = 'scout'");
    room_restart(&w.room);
    writing_start(&w);
    ck_assert_ptr_null(tenant_get(&w.room, "scout"));
    ck_assert(room_logged(&w.room, "agent agent-scout cannot be restored"));
    (void)state_of("other");
    writer_step(w.writer, &w.room.now, true);
    ck_assert_int_eq(ask("SELECT count(*) FROM agent"), 2);
}
END_TEST

START_TEST(after_a_gap_all_is_compared)
{
    tenant_add(&w.room, "scout");
    tenant_add(&w.room, "other");
    writing_sync(&w);
    tenant_remove(&w.room, "scout");
    tenant_add(&w.room, "third");
    for (int i = 0; i < 1100; i++) { /* more than the ring holds */
        tenant_add(&w.room, "flicker");
        tenant_remove(&w.room, "flicker");
    }
    writing_sync(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM agent"), 2);
    ck_assert_int_eq(ask("SELECT count(*) FROM agent WHERE name IN"
                         " ('other', 'third')"),
                     2);
}
END_TEST

START_TEST(a_file_that_is_usable_later_adds_its_agents)
{
    tenant_add(&w.room, "scout");
    tenant_add(&w.room, "other");
    writing_sync(&w);
    writing_end(&w);
    writing_hide(&w);
    room_restart(&w.room);
    writing_start(&w);
    tenant_add(&w.room, "other");
    writing_show(&w);
    const uint64_t before = llmreg_bus_last(w.room.bus);
    room_pass(&w.room, 5000);
    writing_step(&w);
    ck_assert(writer_works(w.writer));
    (void)state_of("scout");
    /* scout is announced, and that the store works */
    ck_assert_uint_eq(llmreg_bus_last(w.room.bus), before + 2);
    writing_sync(&w);
    ck_assert_int_eq(ask("SELECT count(*) FROM agent"), 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("writer_agents");
    TCase *tc = tcase_create("writer_agents");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_registration_is_written_by_the_next_step);
    tcase_add_test(tc, a_removal_is_written_by_the_next_step);
    tcase_add_test(tc, the_presence_of_a_new_agent_waits_for_the_slow_look);
    tcase_add_test(tc, presence_waits_for_the_flush);
    tcase_add_test(tc, when_it_was_seen_last_is_written_once_a_minute);
    tcase_add_test(tc, the_end_writes_when_it_was_seen_last);
    tcase_add_test(tc, an_agent_comes_back_under_its_id);
    tcase_add_test(tc, an_agent_comes_back_as_it_was);
    tcase_add_test(tc, who_was_offline_or_stopped_still_is);
    tcase_add_test(tc, a_removed_agent_does_not_come_back);
    tcase_add_test(tc, a_row_that_makes_no_sense_is_skipped_and_kept);
    tcase_add_test(tc, after_a_gap_all_is_compared);
    tcase_add_test(tc, a_file_that_is_usable_later_adds_its_agents);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
