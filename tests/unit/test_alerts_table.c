/* SPDX-License-Identifier: MIT */
/* test_alerts_table.c - many alerts: walked, counted, limited. */
#include "common/registry/alerts_table.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/registry/table.h"
#include "tests/unit/alerting.h"
#include "tests/unit/fleet.h"

#define OKAY    LLMREG_SEVERITY_OKAY
#define WARNING LLMREG_SEVERITY_WARNING
#define FAILURE LLMREG_SEVERITY_FAILURE

/* What a reader finds at the moment in which an event is published. */
static char found[64];

int __real_llmreg_bus_publish(struct llmreg_bus *bus,
                              const struct llmreg_event *event, uint64_t *seq);
int __wrap_llmreg_bus_publish(struct llmreg_bus *bus,
                              const struct llmreg_event *event, uint64_t *seq);

int __wrap_llmreg_bus_publish(struct llmreg_bus *bus,
                              const struct llmreg_event *event, uint64_t *seq)
{
    const struct llmreg_alert *a = llmreg_alert_get(fleet, event->subject);

    (void)snprintf(found, sizeof found, "%s %s",
                   a == NULL ? "none" : llmreg_severity_text(a->s.severity),
                   a == NULL ? "" : a->acknowledged_by);
    llmreg_alert_put(a);
    return __real_llmreg_bus_publish(bus, event, seq);
}

static int put(unsigned n, enum llmreg_severity severity,
               enum llmreg_alert_action action)
{
    struct llmreg_alert alert = alerting_alert();
    char id[32];

    (void)snprintf(id, sizeof id, "vram_high/%u", n);
    alert.id = id;
    alert.s.severity = severity;
    return llmreg_alert_set(fleet, &alert, action, &fleet_now, NULL);
}

static struct llmreg_alert_counts count(void)
{
    struct llmreg_alert_counts counts;

    llmreg_alert_count(fleet, &counts);
    return counts;
}

struct walk {
    unsigned seen[8];
    size_t calls, stop_after;
};

static bool mark(void *ctx, const struct llmreg_alert *a)
{
    struct walk *w = ctx;

    w->seen[strtol(strchr(a->id, '/') + 1, NULL, 10)]++;
    return ++w->calls != w->stop_after;
}

START_TEST(a_walk_sees_each_alert_once)
{
    struct walk w = {.calls = 0}, once = {.stop_after = 1};

    for (unsigned n = 0; n < 8; n++)
        ck_assert_int_eq(put(n, FAILURE, LLMREG_ALERT_FIRE), LLMREG_OK);
    ck_assert_int_eq(put(3, OKAY, LLMREG_ALERT_CLEAR), LLMREG_OK);
    ck_assert_int_eq(llmreg_alert_forget(fleet, "vram_high/3"), LLMREG_OK);
    llmreg_each_alert(fleet, mark, &w);
    for (unsigned n = 0; n < 8; n++)
        ck_assert_uint_eq(w.seen[n], n != 3);
    llmreg_each_alert(fleet, mark, &once);
    ck_assert_uint_eq(once.calls, 1);
}
END_TEST

static bool keep(void *ctx, const struct llmreg_alert *a)
{
    *(const struct llmreg_alert **)ctx = llmreg_alert_hold(a);
    return false;
}

START_TEST(what_a_walk_lends_can_be_kept)
{
    const struct llmreg_alert *kept = NULL;

    ck_assert_int_eq(put(1, FAILURE, LLMREG_ALERT_FIRE), LLMREG_OK);
    llmreg_each_alert(fleet, keep, (void *)&kept);
    ck_assert_int_eq(put(1, OKAY, LLMREG_ALERT_CLEAR), LLMREG_OK);
    ck_assert_int_eq(llmreg_alert_forget(fleet, "vram_high/1"), LLMREG_OK);
    ck_assert_int_eq(kept->s.severity, FAILURE);
    llmreg_alert_put(kept);
    llmreg_alert_put(NULL);
}
END_TEST

START_TEST(the_counts_are_of_what_is_raised)
{
    ck_assert_int_eq(put(0, FAILURE, LLMREG_ALERT_FIRE), LLMREG_OK);
    ck_assert_int_eq(put(1, FAILURE, LLMREG_ALERT_FIRE), LLMREG_OK);
    ck_assert_int_eq(put(2, WARNING, LLMREG_ALERT_FIRE), LLMREG_OK);
    ck_assert_int_eq(put(3, OKAY, LLMREG_ALERT_NOTHING), LLMREG_OK);
    alerting_set(WARNING);
    alerting_acknowledge("alice", "");
    ck_assert_uint_eq(count().raised[FAILURE], 2);
    ck_assert_uint_eq(count().raised[WARNING], 2);
    ck_assert_uint_eq(count().raised[OKAY], 0);
    ck_assert_uint_eq(count().acknowledged, 1);
    alerting_acknowledge("bob", "");
    ck_assert_uint_eq(count().acknowledged, 1);
    alerting_set(FAILURE);
    ck_assert_uint_eq(count().raised[FAILURE], 3);
    ck_assert_uint_eq(count().raised[WARNING], 1);
    ck_assert_uint_eq(count().acknowledged, 0);
    for (unsigned n = 0; n < 3; n++)
        ck_assert_int_eq(put(n, OKAY, LLMREG_ALERT_CLEAR), LLMREG_OK);
    alerting_set(OKAY);
    ck_assert_uint_eq(count().raised[FAILURE] + count().raised[WARNING], 0);
}
END_TEST

/* However many things there are: memory is bounded. */
START_TEST(there_are_only_so_many)
{
    const unsigned max = 1000;

    ck_assert_uint_eq(fleet->alerts.shelf.max, LLMREG_ALERTS_MAX);
    fleet->alerts.shelf.max = max;
    for (unsigned n = 0; n < max; n++)
        ck_assert_int_eq(put(n, OKAY, LLMREG_ALERT_NOTHING), LLMREG_OK);
    ck_assert_int_eq(put(max, FAILURE, LLMREG_ALERT_FIRE), LLMREG_EFULL);
    ck_assert_uint_eq(count().raised[FAILURE], 0);
    ck_assert_ptr_null(fleet_event());
    ck_assert_int_eq(put(1, FAILURE, LLMREG_ALERT_FIRE), LLMREG_OK);
    ck_assert_int_eq(llmreg_alert_forget(fleet, "vram_high/2"), LLMREG_OK);
    ck_assert_int_eq(put(max, FAILURE, LLMREG_ALERT_FIRE), LLMREG_OK);
}
END_TEST

START_TEST(numbers_of_events_are_the_ones_on_the_bus)
{
    uint64_t last = llmreg_bus_last(fleet_bus);

    alerting_set(WARNING);
    const struct llmreg_alert *a = alerting_get();
    ck_assert_uint_eq(a->seq, last + 1);
    llmreg_alert_put(a);
    ck_assert_int_eq(llmreg_alert_told(fleet, ALERT_ID, WARNING), LLMREG_OK);
    a = alerting_get();
    ck_assert_uint_eq(a->seq, last + 1);
    llmreg_alert_put(a);
    alerting_acknowledge("alice", "");
    a = alerting_get();
    ck_assert_uint_eq(a->seq, last + 2);
    llmreg_alert_put(a);
}
END_TEST

START_TEST(who_reads_an_event_never_finds_the_value_from_before)
{
    alerting_set(WARNING);
    ck_assert_str_eq(found, "warning ");
    alerting_set(FAILURE);
    ck_assert_str_eq(found, "failure ");
    alerting_acknowledge("alice", "");
    ck_assert_str_eq(found, "failure alice");
    alerting_set(OKAY);
    ck_assert_str_eq(found, "okay ");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("alerts_table");
    TCase *tc = tcase_create("alerts_table");

    tcase_add_checked_fixture(tc, fleet_setup, fleet_teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, a_walk_sees_each_alert_once);
    tcase_add_test(tc, what_a_walk_lends_can_be_kept);
    tcase_add_test(tc, the_counts_are_of_what_is_raised);
    tcase_add_test(tc, there_are_only_so_many);
    tcase_add_test(tc, who_reads_an_event_never_finds_the_value_from_before);
    tcase_add_test(tc, numbers_of_events_are_the_ones_on_the_bus);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
