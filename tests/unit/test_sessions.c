/* SPDX-License-Identifier: MIT */
/* test_sessions.c - a pair opens, refreshes, uses and closes its session, and
 * what is closed stays closed. */
#include "tests/unit/meeting.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Another registry with these limits, and the same agents. */
static void limit(size_t live, size_t closed)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();

    conf.endpoints = conf.agents = conf.hosts = FLEET_MAX;
    conf.sessions = live;
    conf.closed_kept = closed;
    llmreg_registry_free(fleet);
    ck_assert_int_eq(
        llmreg_registry_new(&fleet, &conf, fleet_bus, &fleet_clock), LLMREG_OK);
    people_add("a", "agent a");
    people_add("b", "agent b");
    people_add("c", "agent c");
    people_add("d", "agent d");
    fleet_skip_events();
}

static struct llmreg_session_counts counts(void)
{
    struct llmreg_session_counts n;

    llmreg_session_count(fleet, &n);
    return n;
}

/* ---- opening ---- */

START_TEST(a_pair_opens_a_session)
{
    struct llmreg_session s = meeting_session("b", "a");

    s.opened_ms = s.closed_ms = 77; /* times are ours */
    s.reason = "because";
    s.latency_us = 1500;
    ck_assert_int_eq(meeting_open(&s), LLMREG_OK);
    ck_assert(meeting_result.created);
    ck_assert_uint_eq(strlen(meeting_result.id), 36);
    ck_assert_uint_eq(meeting_result.seq, llmreg_bus_last(fleet_bus));
    const struct llmreg_event *e = fleet_event();
    ck_assert_int_eq(e->entity, LLMREG_ENTITY_SESSION);
    ck_assert_str_eq(e->subject, meeting_result.id);
    ck_assert_str_eq(e->name, "b - a");
    ck_assert_int_eq(e->type, LLMREG_EVENT_OPENED);
    ck_assert_str_eq(e->after, "established");
    people_no_event();
    const struct llmreg_session *v = meeting_get(meeting_result.id);
    ck_assert_str_eq(v->from, "b");
    ck_assert_str_eq(v->to, "a");
    ck_assert_str_eq(v->connection, "websocket");
    ck_assert_str_eq(v->reason, "");
    ck_assert_int_eq(v->latency_us, 1500);
    ck_assert_int_eq(v->opened_ms, fleet_now.wall_ms);
    ck_assert_int_eq(v->active_ms, fleet_now.wall_ms);
    ck_assert_int_eq(v->closed_ms, 0);
    llmreg_session_put(v);
    llmreg_session_put(NULL);
}
END_TEST

START_TEST(an_id_that_was_given_is_kept)
{
    struct llmreg_session s = meeting_session("a", "b");

    s.id = "s-1";
    ck_assert_int_eq(meeting_open(&s), LLMREG_OK);
    ck_assert_str_eq(meeting_result.id, "s-1");
    s = meeting_session("c", "d");
    s.id = "s-1";
    ck_assert_int_eq(meeting_open(&s), LLMREG_EEXIST);
    ck_assert_str_eq(meeting_error.text,
                     "session s-1: this id was used before");
    ck_assert_int_eq(meeting_close("s-1"), LLMREG_OK);
    ck_assert_int_eq(meeting_open(&s), LLMREG_EEXIST); /* history has it */
    ck_assert_uint_eq(counts().live, 0);
}
END_TEST

START_TEST(an_unordered_pair_has_one_session)
{
    char id[LLMREG_AGENT_ID_SIZE];

    (void)stpcpy(id, meeting_opens("a", "b"));
    fleet_skip_events();
    ck_assert_str_eq(meeting_opens("b", "a"), id);
    ck_assert(!meeting_result.created);
    ck_assert_str_eq(meeting_opens("a", "b"), id);
    ck_assert_str_eq(meeting_list(NULL, true), "a-b");
    ck_assert_uint_eq(counts().live, 1);
    people_no_event();
}
END_TEST

START_TEST(opening_again_refreshes)
{
    struct llmreg_session s = meeting_session("b", "a");

    (void)meeting_opens("a", "b");
    fleet_skip_events();
    const int64_t opened_ms = fleet_now.wall_ms;
    people_wait(5000);
    s.id = "other";
    s.weight = 7;
    s.latency_us = 900;
    s.bandwidth_bps = 1000;
    ck_assert_int_eq(meeting_open(&s), LLMREG_OK);
    ck_assert_uint_eq(meeting_result.seq, 0);
    people_no_event(); /* numbers are no news */
    ck_assert_ptr_null(llmreg_session_get(fleet, "other"));
    const struct llmreg_session *v = meeting_get(meeting_result.id);
    ck_assert_str_eq(v->from, "a"); /* as it was opened first */
    ck_assert_double_eq(v->weight, 7);
    ck_assert_int_eq(v->latency_us, 900);
    ck_assert_int_eq(v->bandwidth_bps, 1000);
    ck_assert_int_eq(v->opened_ms, opened_ms);
    ck_assert_int_eq(v->active_ms, opened_ms + 5000);
    llmreg_session_put(v);
}
END_TEST

/* D4: what is told is what changed, no more and no less. */
START_TEST(a_refresh_tells_what_changed)
{
    struct llmreg_session s = meeting_session("a", "b");

    s.id = "s-1";
    s.status = LLMREG_SESSION_ESTABLISHING;
    ck_assert_int_eq(meeting_open(&s), LLMREG_OK);
    ck_assert_str_eq(meeting_event(), "opened s-1 >establishing cluster");
    s.status = LLMREG_SESSION_ESTABLISHED;
    ck_assert_int_eq(meeting_open(&s), LLMREG_OK);
    ck_assert_uint_eq(meeting_result.seq, llmreg_bus_last(fleet_bus));
    ck_assert_str_eq(meeting_event(),
                     "updated s-1 establishing>established status");
    s.type = LLMREG_SESSION_HOTLINE;
    s.connection = "tcp";
    ck_assert_int_eq(meeting_open(&s), LLMREG_OK);
    ck_assert_str_eq(meeting_event(),
                     "updated s-1 established>established type, connection");
    people_no_event();
}
END_TEST

/* D4: nothing is told of a session that could not be opened. */
START_TEST(an_opening_that_is_refused_tells_nothing)
{
    struct llmreg_session s = meeting_session("a", "nobody");

    ck_assert_int_eq(meeting_open(&s), LLMREG_ENOENT);
    ck_assert_str_eq(meeting_error.text, "agent nobody is not registered");
    s = meeting_session("nobody", "a");
    ck_assert_int_eq(meeting_open(&s), LLMREG_ENOENT);
    s = meeting_session("a", "a");
    ck_assert_int_eq(meeting_open(&s), LLMREG_EINVAL);
    s = meeting_session("a", "b");
    s.status = LLMREG_SESSION_CLOSED;
    ck_assert_int_eq(meeting_open(&s), LLMREG_EINVAL);
    ck_assert_str_eq(meeting_error.text,
                     "a session cannot be opened as closed");
    s.status = LLMREG_SESSION_FAILED;
    ck_assert_int_eq(meeting_open(&s), LLMREG_EINVAL);
    people_no_event();
    ck_assert_str_eq(meeting_list(NULL, true), "");
    ck_assert_uint_eq(counts().live + counts().closed, 0);
}
END_TEST

START_TEST(who_is_offline_or_stopped_opens_none)
{
    const struct llmreg_session s = meeting_session("a", "b");

    ck_assert_int_eq(
        llmreg_agent_mark(fleet, "b", LLMREG_PRESENCE_OFFLINE, "", &fleet_now),
        LLMREG_OK);
    ck_assert_int_eq(meeting_open(&s), LLMREG_ENOENT);
    ck_assert_str_eq(meeting_error.text, "agent b is offline");
    ck_assert_int_eq(
        llmreg_agent_mark(fleet, "b", LLMREG_PRESENCE_STOPPED, "", &fleet_now),
        LLMREG_OK);
    ck_assert_int_eq(meeting_open(&s), LLMREG_ENOENT);
    people_beat("b");
    ck_assert_int_eq(meeting_open(&s), LLMREG_OK);
}
END_TEST

START_TEST(there_are_no_more_live_sessions_than_the_limit)
{
    limit(2, 10);
    const struct llmreg_session third = meeting_session("c", "d");

    (void)meeting_opens("a", "b");
    (void)meeting_opens("a", "c");
    ck_assert_int_eq(meeting_open(&third), LLMREG_EFULL);
    ck_assert_str_eq(meeting_error.text,
                     "there are 2 sessions already, the limit");
    ck_assert_int_eq(meeting_close(meeting_opens("b", "a")), LLMREG_OK);
    ck_assert_int_eq(meeting_open(&third), LLMREG_OK);
}
END_TEST

/* ---- activity ---- */

START_TEST(activity_replaces_what_was_measured)
{
    struct llmreg_session s = meeting_session("x", "x"); /* not looked at */
    char id[LLMREG_AGENT_ID_SIZE];

    (void)stpcpy(id, meeting_opens("a", "b"));
    fleet_skip_events();
    people_wait(1000);
    s.type = LLMREG_SESSION_TOCP;
    s.weight = 3;
    s.latency_us = 10;
    s.bandwidth_bps = 20;
    ck_assert_int_eq(llmreg_session_activity(fleet, id, &s, &fleet_now, NULL),
                     LLMREG_OK);
    people_no_event();
    const struct llmreg_session *v = meeting_get(id);
    ck_assert_double_eq(v->weight, 3);
    ck_assert_int_eq(v->latency_us, 10);
    ck_assert_int_eq(v->bandwidth_bps, 20);
    ck_assert_int_eq(v->active_ms, fleet_now.wall_ms);
    ck_assert_int_eq(v->type, LLMREG_SESSION_CLUSTER);
    ck_assert_str_eq(v->from, "a");
    llmreg_session_put(v);
    s.status = LLMREG_SESSION_DEGRADED;
    ck_assert_int_eq(llmreg_session_activity(fleet, id, &s, &fleet_now, NULL),
                     LLMREG_OK);
    const struct llmreg_event *e = fleet_event();
    ck_assert_int_eq(e->type, LLMREG_EVENT_UPDATED);
    ck_assert_str_eq(e->before, "established");
    ck_assert_str_eq(e->after, "degraded");
    people_no_event();
}
END_TEST

START_TEST(activity_that_is_not_valid_changes_nothing)
{
    struct llmreg_session s = meeting_session("a", "b");
    char id[LLMREG_AGENT_ID_SIZE];

    (void)stpcpy(id, meeting_opens("a", "b"));
    fleet_skip_events();
    s.weight = -1;
    ck_assert_int_eq(
        llmreg_session_activity(fleet, id, &s, &fleet_now, &meeting_error),
        LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(meeting_error.text, "weight -1"));
    s.weight = 1;
    s.status = LLMREG_SESSION_CLOSED;
    ck_assert_int_eq(
        llmreg_session_activity(fleet, id, &s, &fleet_now, &meeting_error),
        LLMREG_EINVAL);
    s.status = LLMREG_SESSION_ESTABLISHED;
    ck_assert_int_eq(
        llmreg_session_activity(fleet, "none", &s, &fleet_now, &meeting_error),
        LLMREG_ENOENT);
    ck_assert_int_eq(meeting_status(id), LLMREG_SESSION_ESTABLISHED);
    people_no_event();
}
END_TEST

/* ---- closing ---- */

START_TEST(a_closed_session_is_history)
{
    struct llmreg_session s = meeting_session("a", "b");

    s.id = "s-1";
    ck_assert_int_eq(meeting_open(&s), LLMREG_OK);
    fleet_skip_events();
    const int64_t opened_ms = fleet_now.wall_ms;
    people_wait(60000);
    ck_assert_int_eq(llmreg_session_close(fleet, "s-1", LLMREG_SESSION_FAILED,
                                          "timeout", &fleet_now),
                     LLMREG_OK);
    ck_assert_str_eq(meeting_event(), "closed s-1 established>failed timeout");
    people_no_event();
    const struct llmreg_session *v = meeting_get("s-1");
    ck_assert_int_eq(v->status, LLMREG_SESSION_FAILED);
    ck_assert_str_eq(v->reason, "timeout");
    ck_assert_int_eq(v->opened_ms, opened_ms);
    ck_assert_int_eq(v->active_ms, opened_ms);
    ck_assert_int_eq(v->closed_ms, fleet_now.wall_ms);
    llmreg_session_put(v);
    ck_assert_str_eq(meeting_list(NULL, true), "");
    ck_assert_str_eq(meeting_list(NULL, false), "a-b");
    ck_assert_str_eq(meeting_list("b", false), "a-b");
    ck_assert_uint_eq(counts().live, 0);
    ck_assert_uint_eq(counts().closed, 1);
}
END_TEST

START_TEST(what_is_closed_is_not_closed_or_used_again)
{
    const struct llmreg_session s = meeting_session("a", "b");
    char id[LLMREG_AGENT_ID_SIZE];

    (void)stpcpy(id, meeting_opens("a", "b"));
    ck_assert_int_eq(meeting_close(id), LLMREG_OK);
    fleet_skip_events();
    ck_assert_int_eq(meeting_close(id), LLMREG_ENOENT);
    ck_assert_int_eq(llmreg_session_activity(fleet, id, &s, &fleet_now, NULL),
                     LLMREG_ENOENT);
    ck_assert_int_eq(meeting_close("none"), LLMREG_ENOENT);
    people_no_event();
}
END_TEST

START_TEST(a_session_is_closed_as_closed_or_failed)
{
    char id[LLMREG_AGENT_ID_SIZE], reason[300] = "";
    enum llmreg_session_status wrong[] = {LLMREG_SESSION_ESTABLISHED,
                                          LLMREG_SESSION_STATUSES};

    (void)stpcpy(id, meeting_opens("a", "b"));
    for (int i = 0; i < 2; i++)
        ck_assert_int_eq(
            llmreg_session_close(fleet, id, wrong[i], "", &fleet_now),
            LLMREG_EINVAL);
    ck_assert_int_eq(llmreg_session_close(fleet, id, LLMREG_SESSION_CLOSED,
                                          "a\nb", &fleet_now),
                     LLMREG_EINVAL);
    memset(reason, 'x', 257);
    ck_assert_int_eq(llmreg_session_close(fleet, id, LLMREG_SESSION_CLOSED,
                                          reason, &fleet_now),
                     LLMREG_EINVAL);
    ck_assert_int_eq(meeting_status(id), LLMREG_SESSION_ESTABLISHED);
    reason[256] = '\0';
    ck_assert_int_eq(llmreg_session_close(fleet, id, LLMREG_SESSION_CLOSED,
                                          reason, &fleet_now),
                     LLMREG_OK);
}
END_TEST

/* D5: a closed session is not found again for its pair; it gets a new one, as
 * often as it wants, whichever way the old one ended. */
START_TEST(a_pair_that_closed_gets_a_new_session)
{
    static const enum llmreg_session_status ends[] = {LLMREG_SESSION_CLOSED,
                                                      LLMREG_SESSION_FAILED};
    char before[LLMREG_AGENT_ID_SIZE] = "";

    for (int i = 0; i < 6; i++) {
        const char *id = meeting_opens("a", "b");
        ck_assert(meeting_result.created);
        ck_assert_str_ne(id, before);
        (void)stpcpy(before, id);
        ck_assert_int_eq(meeting_status(id), LLMREG_SESSION_ESTABLISHED);
        ck_assert_str_eq(meeting_list(NULL, true), "a-b");
        ck_assert_int_eq(
            llmreg_session_close(fleet, before, ends[i % 2], "", &fleet_now),
            LLMREG_OK);
    }
    ck_assert_uint_eq(counts().live, 0);
    ck_assert_uint_eq(counts().closed, 6);
}
END_TEST

START_TEST(what_a_reader_holds_stays_as_it_was)
{
    const struct llmreg_session *v = meeting_get(meeting_opens("a", "b"));
    ck_assert_ptr_eq(llmreg_session_hold(v), v);
    llmreg_session_put(v);
    ck_assert_int_eq(meeting_close(v->id), LLMREG_OK);
    ck_assert_int_eq(v->status, LLMREG_SESSION_ESTABLISHED);
    ck_assert_int_eq(v->closed_ms, 0);
    llmreg_session_put(v);
}
END_TEST

/* ---- history ---- */

/* D7: it is bounded, and the oldest goes first. */
START_TEST(the_oldest_leave_the_history)
{
    static const char *const ids[] = {"s-0", "s-1", "s-2", "s-3"};

    limit(8, 2);
    for (int i = 0; i < 4; i++) {
        struct llmreg_session s = meeting_session("a", "b");
        s.id = ids[i];
        ck_assert_int_eq(meeting_open(&s), LLMREG_OK);
        ck_assert_int_eq(meeting_close(ids[i]), LLMREG_OK);
    }
    fleet_skip_events();
    ck_assert_uint_eq(counts().closed, 2);
    ck_assert_ptr_null(llmreg_session_get(fleet, "s-0"));
    ck_assert_ptr_null(llmreg_session_get(fleet, "s-1"));
    ck_assert_int_eq(meeting_status("s-2"), LLMREG_SESSION_CLOSED);
    ck_assert_int_eq(meeting_status("s-3"), LLMREG_SESSION_CLOSED);
    ck_assert_str_eq(meeting_list("a", false), "a-b a-b");
    people_no_event();
}
END_TEST

START_TEST(without_a_history_a_closed_session_is_gone)
{
    limit(8, 0);
    struct llmreg_session s = meeting_session("a", "b");
    s.id = "s-1";
    ck_assert_int_eq(meeting_open(&s), LLMREG_OK);
    ck_assert_int_eq(meeting_close("s-1"), LLMREG_OK);
    ck_assert_ptr_null(llmreg_session_get(fleet, "s-1"));
    ck_assert_str_eq(meeting_list(NULL, false), "");
    ck_assert_int_eq(meeting_open(&s), LLMREG_OK);
}
END_TEST

START_TEST(a_walk_is_of_one_agent_or_all)
{
    (void)meeting_opens("a", "b");
    (void)meeting_opens("c", "a");
    (void)meeting_opens("c", "d");
    ck_assert_int_eq(meeting_close(meeting_opens("b", "d")), LLMREG_OK);
    ck_assert_str_eq(meeting_list(NULL, true), "a-b c-a c-d");
    ck_assert_str_eq(meeting_list("a", true), "a-b c-a");
    ck_assert_str_eq(meeting_list("b", true), "a-b");
    ck_assert_str_eq(meeting_list("b", false), "b-d");
    ck_assert_str_eq(meeting_list("nobody", true), "");
}
END_TEST

/* ---- what a store remembers ---- */

START_TEST(a_stored_session_comes_back_as_history)
{
    struct llmreg_session s = meeting_session("a", "gone");

    s.id = "s-1";
    s.opened_ms = 100;
    s.active_ms = 300;
    ck_assert_int_eq(llmreg_session_restore(fleet, &s, NULL), LLMREG_OK);
    people_no_event();
    const struct llmreg_session *v = meeting_get("s-1");
    ck_assert_int_eq(v->status, LLMREG_SESSION_CLOSED);
    ck_assert_str_eq(v->reason, "restart");
    ck_assert_int_eq(v->opened_ms, 100);
    ck_assert_int_eq(v->closed_ms, 300);
    llmreg_session_put(v);
    s.id = "s-2";
    s.status = LLMREG_SESSION_FAILED;
    s.reason = "timeout";
    s.closed_ms = 400;
    ck_assert_int_eq(llmreg_session_restore(fleet, &s, NULL), LLMREG_OK);
    v = meeting_get("s-2");
    ck_assert_int_eq(v->status, LLMREG_SESSION_FAILED);
    ck_assert_str_eq(v->reason, "timeout");
    ck_assert_int_eq(v->closed_ms, 400);
    llmreg_session_put(v);
    ck_assert_str_eq(meeting_list("gone", false), "a-gone a-gone");
}
END_TEST

START_TEST(a_stored_session_that_cannot_be_is_refused)
{
    struct llmreg_session s = meeting_session("a", "b");

    ck_assert_int_eq(llmreg_session_restore(fleet, &s, &meeting_error),
                     LLMREG_EINVAL);
    s.id = "s-1";
    s.weight = -1;
    ck_assert_int_eq(llmreg_session_restore(fleet, &s, &meeting_error),
                     LLMREG_EINVAL);
    s.weight = 1;
    ck_assert_int_eq(llmreg_session_restore(fleet, &s, NULL), LLMREG_OK);
    ck_assert_int_eq(llmreg_session_restore(fleet, &s, &meeting_error),
                     LLMREG_EEXIST);
    ck_assert_str_eq(meeting_error.text, "session s-1: there is one already");
    ck_assert_uint_eq(counts().closed, 1);
}
END_TEST

START_TEST(more_history_than_the_limit_loses_what_came_first)
{
    static const char *const ids[] = {"s-0", "s-1", "s-2"};

    limit(8, 2);
    for (int i = 0; i < 3; i++) {
        struct llmreg_session s = meeting_session("a", "b");
        s.id = ids[i];
        ck_assert_int_eq(llmreg_session_restore(fleet, &s, NULL), LLMREG_OK);
    }
    ck_assert_ptr_null(llmreg_session_get(fleet, "s-0"));
    ck_assert_uint_eq(counts().closed, 2);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("sessions");
    TCase *t = tcase_create("sessions");

    tcase_add_checked_fixture(t, meeting_setup, fleet_teardown);
    tcase_add_test(t, a_pair_opens_a_session);
    tcase_add_test(t, an_id_that_was_given_is_kept);
    tcase_add_test(t, an_unordered_pair_has_one_session);
    tcase_add_test(t, opening_again_refreshes);
    tcase_add_test(t, a_refresh_tells_what_changed);
    tcase_add_test(t, an_opening_that_is_refused_tells_nothing);
    tcase_add_test(t, who_is_offline_or_stopped_opens_none);
    tcase_add_test(t, there_are_no_more_live_sessions_than_the_limit);
    tcase_add_test(t, activity_replaces_what_was_measured);
    tcase_add_test(t, activity_that_is_not_valid_changes_nothing);
    tcase_add_test(t, a_closed_session_is_history);
    tcase_add_test(t, what_is_closed_is_not_closed_or_used_again);
    tcase_add_test(t, a_session_is_closed_as_closed_or_failed);
    tcase_add_test(t, a_pair_that_closed_gets_a_new_session);
    tcase_add_test(t, what_a_reader_holds_stays_as_it_was);
    tcase_add_test(t, the_oldest_leave_the_history);
    tcase_add_test(t, without_a_history_a_closed_session_is_gone);
    tcase_add_test(t, a_walk_is_of_one_agent_or_all);
    tcase_add_test(t, a_stored_session_comes_back_as_history);
    tcase_add_test(t, a_stored_session_that_cannot_be_is_refused);
    tcase_add_test(t, more_history_than_the_limit_loses_what_came_first);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *sr = srunner_create(suite());

    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
