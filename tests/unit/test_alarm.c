/* SPDX-License-Identifier: MIT */
/* test_alarm.c - the whole table by hand, then the stories it has to tell. */
#include <llmreg/health.h>

#include <check.h>
#include <stdlib.h>

/* One letter a case: what is told (- nothing, O okay, W warning, F failure)
 * and what is open afterwards (n none, w warning, f failure, r remembered).
 * Rows are states, columns the alarm before: none, warning, failure,
 * remembered. */
struct row {
    const char *told, *after;
};

static const struct row usual[LLMREG_HEALTH_STATES] = {
    [LLMREG_HEALTH_UNKNOWN] = {"----", "nwfr"},
    [LLMREG_HEALTH_HEALTHY] = {"-OOO", "nnnn"},
    [LLMREG_HEALTH_DEGRADED] = {"W-WW", "wwww"},
    [LLMREG_HEALTH_UNHEALTHY] = {"FF-F", "ffff"},
    [LLMREG_HEALTH_UNREACHABLE] = {"FF-F", "ffff"},
};

static const struct row good_news[LLMREG_HEALTH_STATES] = {
    [LLMREG_HEALTH_UNKNOWN] = {"----", "nwfr"},
    [LLMREG_HEALTH_HEALTHY] = {"-OOO", "nnnn"},
    [LLMREG_HEALTH_DEGRADED] = {"----", "nwfr"},
    [LLMREG_HEALTH_UNHEALTHY] = {"----", "nwfr"},
    [LLMREG_HEALTH_UNREACHABLE] = {"----", "nwfr"},
};

static const struct row nothing[LLMREG_HEALTH_STATES] = {
    [LLMREG_HEALTH_UNKNOWN] = {"----", "nwfr"},
    [LLMREG_HEALTH_HEALTHY] = {"----", "nwfr"},
    [LLMREG_HEALTH_DEGRADED] = {"----", "nwfr"},
    [LLMREG_HEALTH_UNHEALTHY] = {"----", "nwfr"},
    [LLMREG_HEALTH_UNREACHABLE] = {"----", "nwfr"},
};

static const struct row *const tables[LLMREG_ADMINS] = {
    [LLMREG_ADMIN_ACTIVE] = usual,
    [LLMREG_ADMIN_DRAINING] = usual,
    [LLMREG_ADMIN_DISABLED] = nothing,
    [LLMREG_ADMIN_MAINTENANCE] = good_news,
};

START_TEST(every_alarm_state_and_intent_is_as_in_the_table)
{
    enum llmreg_alarm alarm = _i % LLMREG_ALARMS;
    enum llmreg_health_state state = _i / LLMREG_ALARMS % LLMREG_HEALTH_STATES;
    enum llmreg_admin admin = _i / LLMREG_ALARMS / LLMREG_HEALTH_STATES;
    const struct row *row = &tables[admin][state];
    char told = row->told[alarm], after = row->after[alarm];

    enum llmreg_alarm_action action = llmreg_alarm_step(&alarm, state, admin);
    ck_assert_int_eq("-OWF"[action], told);
    ck_assert_int_eq("nwfr"[alarm], after);
}
END_TEST

static enum llmreg_alarm_action step(enum llmreg_alarm *alarm,
                                     enum llmreg_health_state state)
{
    return llmreg_alarm_step(alarm, state, LLMREG_ADMIN_ACTIVE);
}

/* Pitfall A14. */
START_TEST(a_restart_alone_alarms_nobody)
{
    struct llmreg_health stored = {.state = LLMREG_HEALTH_HEALTHY}, h;

    llmreg_health_restart(&stored, &h);
    ck_assert_int_eq(step(&h.alarm, h.state), LLMREG_ALARM_SILENT);
    ck_assert_int_eq(step(&h.alarm, LLMREG_HEALTH_HEALTHY),
                     LLMREG_ALARM_SILENT);
}
END_TEST

START_TEST(a_down_that_lasts_over_a_restart_alarms_again)
{
    struct llmreg_health stored = {.state = LLMREG_HEALTH_UNREACHABLE,
                                   .alarm = LLMREG_ALARM_FAILURE};
    struct llmreg_health h;

    llmreg_health_restart(&stored, &h);
    ck_assert_int_eq(step(&h.alarm, h.state), LLMREG_ALARM_SILENT);
    ck_assert_int_eq(step(&h.alarm, LLMREG_HEALTH_UNHEALTHY),
                     LLMREG_ALARM_FAIL);
}
END_TEST

START_TEST(a_down_that_ended_during_a_restart_is_closed)
{
    struct llmreg_health stored = {.state = LLMREG_HEALTH_UNREACHABLE,
                                   .alarm = LLMREG_ALARM_FAILURE};
    struct llmreg_health h;

    llmreg_health_restart(&stored, &h);
    ck_assert_int_eq(step(&h.alarm, LLMREG_HEALTH_HEALTHY), LLMREG_ALARM_OKAY);
    ck_assert_int_eq(step(&h.alarm, LLMREG_HEALTH_HEALTHY),
                     LLMREG_ALARM_SILENT);
}
END_TEST

START_TEST(a_change_between_two_downs_is_one_alarm)
{
    enum llmreg_alarm alarm = LLMREG_ALARM_NONE;

    ck_assert_int_eq(step(&alarm, LLMREG_HEALTH_UNREACHABLE),
                     LLMREG_ALARM_FAIL);
    ck_assert_int_eq(step(&alarm, LLMREG_HEALTH_UNHEALTHY),
                     LLMREG_ALARM_SILENT);
    ck_assert_int_eq(step(&alarm, LLMREG_HEALTH_UNREACHABLE),
                     LLMREG_ALARM_SILENT);
    ck_assert_int_eq(step(&alarm, LLMREG_HEALTH_HEALTHY), LLMREG_ALARM_OKAY);
}
END_TEST

START_TEST(what_maintenance_kept_quiet_is_told_after_it)
{
    enum llmreg_alarm alarm = LLMREG_ALARM_NONE;

    ck_assert_int_eq(llmreg_alarm_step(&alarm, LLMREG_HEALTH_UNREACHABLE,
                                       LLMREG_ADMIN_MAINTENANCE),
                     LLMREG_ALARM_SILENT);
    ck_assert_int_eq(step(&alarm, LLMREG_HEALTH_UNREACHABLE),
                     LLMREG_ALARM_FAIL);
}
END_TEST

START_TEST(a_state_that_is_none_says_nothing)
{
    enum llmreg_alarm alarm = LLMREG_ALARM_WARNING;

    ck_assert_int_eq(step(&alarm, LLMREG_HEALTH_STATES), LLMREG_ALARM_SILENT);
    ck_assert_int_eq(alarm, LLMREG_ALARM_WARNING);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("alarm");
    TCase *tc = tcase_create("alarm");

    tcase_add_loop_test(tc, every_alarm_state_and_intent_is_as_in_the_table, 0,
                        LLMREG_ALARMS * LLMREG_HEALTH_STATES * LLMREG_ADMINS);
    tcase_add_test(tc, a_restart_alone_alarms_nobody);
    tcase_add_test(tc, a_down_that_lasts_over_a_restart_alarms_again);
    tcase_add_test(tc, a_down_that_ended_during_a_restart_is_closed);
    tcase_add_test(tc, a_change_between_two_downs_is_one_alarm);
    tcase_add_test(tc, what_maintenance_kept_quiet_is_told_after_it);
    tcase_add_test(tc, a_state_that_is_none_says_nothing);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
