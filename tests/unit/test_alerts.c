/* SPDX-License-Identifier: MIT */
/* test_alerts.c - what the alerter, people, the notifier and the store do to
 * one alert, and that none undoes what another did. */
#include <llmreg/alerts.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/alerting.h"
#include "tests/unit/fleet.h"

#define OKAY    LLMREG_SEVERITY_OKAY
#define WARNING LLMREG_SEVERITY_WARNING
#define FAILURE LLMREG_SEVERITY_FAILURE

static struct llmreg_error err;

static int acknowledge(const char *id, const char *by, const char *note)
{
    const struct llmreg_acknowledgement said = {by, note};

    err.text[0] = '\0';
    return llmreg_alert_acknowledge(fleet, id, &said, &fleet_now, &err);
}

static void same_bytes(char *out, size_t len, char c)
{
    memset(out, c, len);
    out[len] = '\0';
}

/* ---- the alerter ---- */

START_TEST(what_is_raised_is_one_event_and_can_be_read)
{
    uint64_t seq = 0;
    struct llmreg_alert alert = alerting_alert();
    alert.s.severity = FAILURE;
    alert.s.fired_ms = 1000;

    ck_assert_int_eq(
        llmreg_alert_set(fleet, &alert, LLMREG_ALERT_FIRE, &fleet_now, &seq),
        LLMREG_OK);
    const struct llmreg_event *e = fleet_event();
    ck_assert_int_eq(e->type, LLMREG_EVENT_FIRED);
    ck_assert_uint_eq(e->seq, seq);
    ck_assert_int_eq(e->time_ms, fleet_now.wall_ms);
    ck_assert_ptr_null(fleet_event());
    const struct llmreg_alert *a = alerting_get();
    ck_assert_str_eq(a->message, "gpu is unreachable");
    ck_assert_str_eq(a->url, "http://a:1");
    ck_assert_int_eq(a->since_ms, 900);
    ck_assert_int_eq(a->s.fired_ms, 1000);
    ck_assert_uint_eq(a->seq, seq);
    ck_assert_uint_eq(a->times, 1);
    llmreg_alert_put(a);
}
END_TEST

START_TEST(every_change_is_one_event)
{
    alerting_set(WARNING);
    ck_assert_str_eq(alerting_event(), "fired okay warning refused");
    alerting_set(FAILURE);
    ck_assert_str_eq(alerting_event(), "fired warning failure refused");
    alerting_acknowledge("alice", "");
    ck_assert_str_eq(alerting_event(),
                     "acknowledged failure acknowledged alice");
    alerting_acknowledge("bob", "on it");
    ck_assert_str_eq(alerting_event(),
                     "acknowledged failure acknowledged bob: on it");
    alerting_set(OKAY);
    ck_assert_str_eq(alerting_event(), "cleared failure okay refused");
    ck_assert_str_eq(alerting_event(), "");
}
END_TEST

START_TEST(nothing_new_is_no_event_and_no_new_value)
{
    alerting_set(FAILURE);
    fleet_skip_events();
    const struct llmreg_alert *before = alerting_get();
    alerting_set(FAILURE);
    const struct llmreg_alert *after = alerting_get();
    ck_assert_ptr_eq(before, after);
    ck_assert_str_eq(alerting_event(), "");
    llmreg_alert_put(before);
    llmreg_alert_put(after);
}
END_TEST

START_TEST(what_changed_without_an_action_is_published_without_an_event)
{
    struct llmreg_alert alert = alerting_alert();

    alerting_set(OKAY);
    alert.s.pending = WARNING;
    alert.s.pending_mono_ns = 77;
    uint64_t seq = 5;
    ck_assert_int_eq(
        llmreg_alert_set(fleet, &alert, LLMREG_ALERT_NOTHING, &fleet_now, &seq),
        LLMREG_OK);
    ck_assert_uint_eq(seq, 0);
    ck_assert_str_eq(alerting_event(), "");
    const struct llmreg_alert *a = alerting_get();
    ck_assert_int_eq(a->s.pending_mono_ns, 77);
    llmreg_alert_put(a);
}
END_TEST

START_TEST(a_value_that_is_held_never_changes)
{
    alerting_set(WARNING);
    const struct llmreg_alert *held = alerting_get();
    alerting_set(FAILURE);
    alerting_set(OKAY);
    ck_assert_int_eq(llmreg_alert_forget(fleet, ALERT_ID), LLMREG_OK);
    ck_assert_int_eq(held->s.severity, WARNING);
    ck_assert_str_eq(held->name, "gpu");
    llmreg_alert_put(held);
}
END_TEST

/* B12: the threshold that stays, the acknowledgement that is no use. */
START_TEST(an_acknowledgement_stays_until_it_is_worse_or_over)
{
    alerting_set(WARNING);
    alerting_acknowledge("alice", "known");
    alerting_set(WARNING);
    ck_assert_str_eq(alerting_line(), "warning okay 1 alice known");
    alerting_set(FAILURE);
    ck_assert_str_eq(alerting_line(), "failure okay 1 - ");
    alerting_acknowledge("bob", "");
    alerting_set(WARNING);
    ck_assert_str_eq(alerting_line(), "warning okay 1 bob ");
    alerting_set(OKAY);
    ck_assert_str_eq(alerting_line(), "okay okay 1 - ");
    alerting_set(WARNING);
    ck_assert_str_eq(alerting_line(), "warning okay 2 - ");
}
END_TEST

/* The alerter read before somebody acknowledged, and writes after. */
START_TEST(the_alerter_does_not_undo_an_acknowledgement)
{
    struct llmreg_alert stale = alerting_alert();

    alerting_set(FAILURE);
    stale.s.severity = FAILURE;
    stale.reason = "timeout";
    alerting_acknowledge("alice", "");
    ck_assert_int_eq(
        llmreg_alert_set(fleet, &stale, LLMREG_ALERT_NOTHING, &fleet_now, NULL),
        LLMREG_OK);
    ck_assert_str_eq(alerting_line(), "failure okay 1 alice ");
}
END_TEST

START_TEST(nobody_but_people_acknowledges)
{
    struct llmreg_alert alert = alerting_alert();

    alert.s.severity = FAILURE;
    alert.s.acknowledged = true;
    alert.acknowledged_by = "the alerter";
    alert.told = FAILURE;
    alert.times = 99;
    ck_assert_int_eq(
        llmreg_alert_set(fleet, &alert, LLMREG_ALERT_FIRE, &fleet_now, NULL),
        LLMREG_OK);
    ck_assert_str_eq(alerting_line(), "failure okay 1 - ");
}
END_TEST

START_TEST(what_is_out_of_bounds_is_refused)
{
    static char id[LLMREG_ALERT_ID_SIZE + 1], message[LLMREG_MESSAGE_SIZE + 1];
    struct llmreg_alert bad[5];

    same_bytes(id, LLMREG_ALERT_ID_SIZE, 'x');
    same_bytes(message, LLMREG_MESSAGE_SIZE, 'x');
    for (size_t i = 0; i < 5; i++)
        bad[i] = alerting_alert();
    bad[0].id = "";
    bad[1].id = id;
    bad[2].message = message;
    bad[3].rule = LLMREG_RULES;
    bad[4].s.severity = LLMREG_SEVERITIES;
    ck_assert_int_eq(
        llmreg_alert_set(fleet, &bad[_i], LLMREG_ALERT_FIRE, &fleet_now, NULL),
        LLMREG_EINVAL);
    ck_assert_int_eq(llmreg_alert_restore(fleet, &bad[_i], &err),
                     LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "alert"));
    ck_assert_ptr_null(llmreg_alert_get(fleet, bad[_i].id));
    ck_assert_str_eq(alerting_event(), "");
}
END_TEST

/* ---- people ---- */

START_TEST(only_what_is_raised_can_be_acknowledged)
{
    ck_assert_int_eq(acknowledge(ALERT_ID, "alice", ""), LLMREG_ENOENT);
    ck_assert_ptr_nonnull(strstr(err.text, ALERT_ID));
    alerting_set(OKAY);
    ck_assert_int_eq(acknowledge(ALERT_ID, "alice", ""), LLMREG_ENOENT);
    ck_assert_str_eq(alerting_event(), "");
    alerting_set(WARNING);
    fleet_now.wall_ms = 5000;
    ck_assert_int_eq(acknowledge(ALERT_ID, "alice", ""), LLMREG_OK);
    const struct llmreg_alert *a = alerting_get();
    ck_assert_int_eq(a->acknowledged_ms, 5000);
    llmreg_alert_put(a);
}
END_TEST

START_TEST(the_same_acknowledgement_again_is_no_change)
{
    alerting_set(WARNING);
    alerting_acknowledge("alice", "known");
    fleet_skip_events();
    fleet_now.wall_ms = 5000;
    alerting_acknowledge("alice", "known");
    ck_assert_str_eq(alerting_event(), "");
    const struct llmreg_alert *a = alerting_get();
    ck_assert_int_eq(a->acknowledged_ms, 1000);
    llmreg_alert_put(a);
}
END_TEST

START_TEST(words_out_of_bounds_are_refused)
{
    static char by[130], note[258];
    const struct {
        const char *by, *note;
        int rc;
    } rows[] = {
        {"", "", LLMREG_EINVAL},        {by, "", LLMREG_EINVAL},
        {"a\nb", "", LLMREG_EINVAL},    {"\xff", "", LLMREG_EINVAL},
        {"alice", note, LLMREG_EINVAL}, {"alice", "\x1b[2J", LLMREG_EINVAL},
        {by + 1, note + 1, LLMREG_OK},  {"Ä", "ß", LLMREG_OK},
    };

    same_bytes(by, 129, 'b');
    same_bytes(note, 257, 'n');
    alerting_set(FAILURE);
    fleet_skip_events();
    ck_assert_int_eq(acknowledge(ALERT_ID, rows[_i].by, rows[_i].note),
                     rows[_i].rc);
    ck_assert(rows[_i].rc == LLMREG_OK || err.text[0] != '\0');
    ck_assert(rows[_i].rc == LLMREG_OK || fleet_event() == NULL);
}
END_TEST

/* ---- the notifier ---- */

START_TEST(what_was_told_is_kept_whatever_is_set)
{
    alerting_set(FAILURE);
    fleet_skip_events();
    ck_assert_int_eq(llmreg_alert_told(fleet, ALERT_ID, FAILURE), LLMREG_OK);
    ck_assert_str_eq(alerting_line(), "failure failure 1 - ");
    ck_assert_str_eq(alerting_event(), "");
    alerting_set(OKAY);
    ck_assert_str_eq(alerting_line(), "okay failure 1 - ");
    const struct llmreg_alert *before = alerting_get();
    ck_assert_int_eq(llmreg_alert_told(fleet, ALERT_ID, FAILURE), LLMREG_OK);
    const struct llmreg_alert *after = alerting_get();
    ck_assert_ptr_eq(before, after);
    llmreg_alert_put(before);
    llmreg_alert_put(after);
}
END_TEST

START_TEST(what_is_told_of_none_is_refused)
{
    ck_assert_int_eq(llmreg_alert_told(fleet, ALERT_ID, OKAY), LLMREG_ENOENT);
    alerting_set(FAILURE);
    ck_assert_int_eq(llmreg_alert_told(fleet, ALERT_ID, LLMREG_SEVERITIES),
                     LLMREG_EINVAL);
}
END_TEST

START_TEST(an_alert_is_forgotten_when_its_end_was_told)
{
    ck_assert_int_eq(llmreg_alert_forget(fleet, ALERT_ID), LLMREG_ENOENT);
    alerting_set(FAILURE);
    ck_assert_int_eq(llmreg_alert_forget(fleet, ALERT_ID), LLMREG_EBUSY);
    ck_assert_int_eq(llmreg_alert_told(fleet, ALERT_ID, FAILURE), LLMREG_OK);
    alerting_set(OKAY);
    ck_assert_int_eq(llmreg_alert_forget(fleet, ALERT_ID), LLMREG_EBUSY);
    ck_assert_int_eq(llmreg_alert_told(fleet, ALERT_ID, OKAY), LLMREG_OK);
    fleet_skip_events();
    ck_assert_int_eq(llmreg_alert_forget(fleet, ALERT_ID), LLMREG_OK);
    ck_assert_ptr_null(llmreg_alert_get(fleet, ALERT_ID));
    ck_assert_str_eq(alerting_event(), "");
    alerting_set(FAILURE);
    ck_assert_str_eq(alerting_line(), "failure okay 1 - ");
}
END_TEST

/* ---- the store ---- */

START_TEST(an_acknowledgement_survives_a_restart)
{
    struct llmreg_alert stored = alerting_alert();

    stored.s = (struct llmreg_alert_state){.severity = FAILURE,
                                           .acknowledged = true,
                                           .pending_mono_ns = 5,
                                           .fired_ms = 800};
    stored.acknowledged_by = "alice";
    stored.note = "known";
    stored.acknowledged_ms = 850;
    stored.told = FAILURE;
    stored.times = 7;
    stored.seq = 42;
    ck_assert_int_eq(llmreg_alert_restore(fleet, &stored, &err), LLMREG_OK);
    ck_assert_str_eq(alerting_line(), "failure failure 7 alice known");
    ck_assert_str_eq(alerting_event(), "");
    const struct llmreg_alert *a = alerting_get();
    ck_assert(a->s.remembered);
    ck_assert_int_eq(a->s.fired_ms, 800);
    ck_assert_int_eq(a->s.pending_mono_ns, 0);
    ck_assert_int_eq(a->acknowledged_ms, 850);
    ck_assert_uint_eq(a->seq, 42);
    llmreg_alert_put(a);
    ck_assert_int_eq(llmreg_alert_restore(fleet, &stored, &err), LLMREG_EEXIST);
    ck_assert_ptr_nonnull(strstr(err.text, ALERT_ID));
}
END_TEST

START_TEST(what_is_over_is_restored_without_an_acknowledgement)
{
    struct llmreg_alert stored = alerting_alert();

    stored.s.acknowledged = true;
    stored.acknowledged_by = "alice";
    stored.told = FAILURE;
    ck_assert_int_eq(llmreg_alert_restore(fleet, &stored, &err), LLMREG_OK);
    ck_assert_str_eq(alerting_line(), "okay failure 0 - ");
}
END_TEST

/* B12, all of the way: raised, acknowledged, restarted, still bad. */
START_TEST(what_is_acknowledged_is_not_told_again_after_a_restart)
{
    const struct llmreg_rule_conf rule = {.severity = FAILURE};
    const struct llmreg_finding bad = {true, true, FAILURE};
    struct llmreg_alert stored = alerting_alert();

    stored.s =
        (struct llmreg_alert_state){.severity = FAILURE, .acknowledged = true};
    stored.acknowledged_by = "alice";
    ck_assert_int_eq(llmreg_alert_restore(fleet, &stored, &err), LLMREG_OK);
    const struct llmreg_alert *a = alerting_get();
    struct llmreg_alert next = *a;
    enum llmreg_alert_action action =
        llmreg_alert_step(&a->s, &bad, &rule, &fleet_now, &next.s);
    ck_assert_int_eq(action, LLMREG_ALERT_NOTHING);
    ck_assert_int_eq(llmreg_alert_set(fleet, &next, action, &fleet_now, NULL),
                     LLMREG_OK);
    llmreg_alert_put(a);
    ck_assert_str_eq(alerting_event(), "");
    ck_assert_str_eq(alerting_line(), "failure failure 0 alice ");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("alerts");
    TCase *tc = tcase_create("alerts");

    tcase_add_checked_fixture(tc, fleet_setup, fleet_teardown);
    tcase_add_test(tc, what_is_raised_is_one_event_and_can_be_read);
    tcase_add_test(tc, every_change_is_one_event);
    tcase_add_test(tc, nothing_new_is_no_event_and_no_new_value);
    tcase_add_test(
        tc, what_changed_without_an_action_is_published_without_an_event);
    tcase_add_test(tc, a_value_that_is_held_never_changes);
    tcase_add_test(tc, an_acknowledgement_stays_until_it_is_worse_or_over);
    tcase_add_test(tc, the_alerter_does_not_undo_an_acknowledgement);
    tcase_add_test(tc, nobody_but_people_acknowledges);
    tcase_add_loop_test(tc, what_is_out_of_bounds_is_refused, 0, 5);
    tcase_add_test(tc, only_what_is_raised_can_be_acknowledged);
    tcase_add_test(tc, the_same_acknowledgement_again_is_no_change);
    tcase_add_loop_test(tc, words_out_of_bounds_are_refused, 0, 8);
    tcase_add_test(tc, what_was_told_is_kept_whatever_is_set);
    tcase_add_test(tc, what_is_told_of_none_is_refused);
    tcase_add_test(tc, an_alert_is_forgotten_when_its_end_was_told);
    tcase_add_test(tc, an_acknowledgement_survives_a_restart);
    tcase_add_test(tc, what_is_over_is_restored_without_an_acknowledgement);
    tcase_add_test(tc, what_is_acknowledged_is_not_told_again_after_a_restart);
    suite_add_tcase(s, tc);
    return s;
}

int main(void)
{
    SRunner *sr = srunner_create(suite());

    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
