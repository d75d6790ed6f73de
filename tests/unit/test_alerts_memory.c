/* SPDX-License-Identifier: MIT */
/* test_alerts_memory.c - every operation on alerts, with each of its
 * allocations failed in turn: it says so, and nothing changed. */
#include <llmreg/alerts.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/scarce.h"
#include "tests/unit/alerting.h"
#include "tests/unit/fleet.h"

#define NEW_ID "vram_high/gpu1"

static void setup(void)
{
    fleet_setup();
    alerting_set(LLMREG_SEVERITY_WARNING);
    fleet_skip_events();
}

/* All that a reader can see, as text. */
static void describe(char out[static 512])
{
    struct llmreg_alert_counts n;
    const struct llmreg_alert *new = llmreg_alert_get(fleet, NEW_ID);

    llmreg_alert_count(fleet, &n);
    (void)snprintf(out, 512, "%s|%d|%zu %zu %zu|%llu", alerting_line(),
                   new != NULL, n.raised[LLMREG_SEVERITY_WARNING],
                   n.raised[LLMREG_SEVERITY_FAILURE], n.acknowledged,
                   (unsigned long long)llmreg_bus_last(fleet_bus));
    llmreg_alert_put(new);
}

/* ---- the operations ---- */

static int set(const char *id, enum llmreg_alert_action action)
{
    struct llmreg_alert alert = alerting_alert();

    alert.id = id;
    alert.s.severity = LLMREG_SEVERITY_FAILURE;
    return llmreg_alert_set(fleet, &alert, action, &fleet_now, NULL);
}

static int add(void)
{
    return set(NEW_ID, LLMREG_ALERT_FIRE);
}

static int worsen(void)
{
    return set(ALERT_ID, LLMREG_ALERT_CHANGE);
}

static int note(void)
{
    return set(ALERT_ID, LLMREG_ALERT_NOTHING);
}

static int acknowledge(void)
{
    const struct llmreg_acknowledgement said = {"alice", "known"};

    return llmreg_alert_acknowledge(fleet, ALERT_ID, &said, &fleet_now, NULL);
}

static int tell(void)
{
    return llmreg_alert_told(fleet, ALERT_ID, LLMREG_SEVERITY_WARNING);
}

static int restore(void)
{
    struct llmreg_alert alert = alerting_alert();

    alert.id = NEW_ID;
    alert.s.severity = LLMREG_SEVERITY_FAILURE;
    return llmreg_alert_restore(fleet, &alert, NULL);
}

static const struct {
    const char *name;
    int (*run)(void);
    int allocations; /* at least so many fail it */
} operations[] = {
    {"add", add, 3},   {"worsen", worsen, 2},   {"acknowledge", acknowledge, 2},
    {"note", note, 1}, {"restore", restore, 2}, {"tell", tell, 1},
};

#define OPERATIONS ((int)(sizeof operations / sizeof operations[0]))

START_TEST(without_memory_it_says_so_and_changes_nothing)
{
    char before[512], after[512];
    int rc = LLMREG_ENOMEM, n;

    describe(before);
    for (n = 0; rc != LLMREG_OK; n++) {
        scarce_from(n);
        rc = operations[_i].run();
        (void)scarce_end();
        if (rc == LLMREG_OK)
            break;
        ck_assert_msg(rc == LLMREG_ENOMEM, "%s, allocation %d: %d",
                      operations[_i].name, n, rc);
        describe(after);
        ck_assert_str_eq(before, after);
    }
    ck_assert_msg(n >= operations[_i].allocations, "%s: %d",
                  operations[_i].name, n);
    describe(after);
    ck_assert_str_ne(before, after);
}
END_TEST

/* What else is in the table stays readable: room for a thousand. */
START_TEST(a_table_that_cannot_grow_is_as_it_was)
{
    struct llmreg_alert alert = alerting_alert();
    char id[32];
    unsigned refused = 0;

    for (unsigned n = 0; n < 1000; n++) {
        (void)snprintf(id, sizeof id, "vram_high/%u", n);
        alert.id = id;
        scarce_from(0);
        int rc = llmreg_alert_restore(fleet, &alert, NULL);
        (void)scarce_end();
        ck_assert_int_eq(rc, LLMREG_ENOMEM);
        refused++;
        ck_assert_int_eq(llmreg_alert_restore(fleet, &alert, NULL), LLMREG_OK);
    }
    ck_assert_uint_eq(refused, 1000);
    ck_assert_str_eq(alerting_line(), "warning okay 1 - ");
}
END_TEST

START_TEST(an_event_without_memory_is_a_gap_and_the_change_stands)
{
    struct llmreg_subscription *s = NULL;
    const struct llmreg_event *event = NULL;

    ck_assert_int_eq(llmreg_subscribe(fleet_bus, UINT64_MAX, &s), LLMREG_OK);
    scarce_from(2); /* two values, then the event */
    int rc = worsen();
    (void)scarce_end();
    ck_assert_int_eq(rc, LLMREG_OK);
    ck_assert_str_eq(alerting_line(), "failure okay 1 - ");
    ck_assert_int_eq(llmreg_subscription_next(s, &event), LLMREG_EGAP);
    llmreg_unsubscribe(s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("alerts_memory");
    TCase *tc = tcase_create("alerts_memory");

    tcase_add_checked_fixture(tc, setup, fleet_teardown);
    tcase_add_loop_test(tc, without_memory_it_says_so_and_changes_nothing, 0,
                        OPERATIONS);
    tcase_add_test(tc, a_table_that_cannot_grow_is_as_it_was);
    tcase_add_test(tc, an_event_without_memory_is_a_gap_and_the_change_stands);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
