/* SPDX-License-Identifier: MIT */
/* test_metrics_own.c - counts of agents, hosts and sessions, and what the
 * registry does itself. */
#include <llmreg/metrics.h>

#include <check.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include <llmreg/sessions.h>

#include "tests/unit/alerting.h"
#include "tests/unit/people.h"
#include "tests/unit/reporter.h"

struct wanted {
    const char *instance;
    const char *name;
    struct llmreg_metric found;
    size_t count;
};

static void find(void *ctx, const struct llmreg_metric *m)
{
    struct wanted *w = ctx;
    char name[64];

    ck_assert_ptr_null(m->host);
    ck_assert_str_eq(m->plugin_instance, w->instance);
    ck_assert_int_eq(m->interval_ms, 0);
    snprintf(name, sizeof name, "%s-%s", m->type, m->type_instance);
    if (strcmp(name, w->name) != 0)
        return;
    w->found = *m;
    w->count++;
}

static void setup(void)
{
    fleet_setup();
    reporter_reset();
}

/* -1 if there is none. */
static double people(const char *name)
{
    struct wanted w = {.instance = "fleet", .name = name};

    llmreg_people_metrics(fleet, find, &w);
    ck_assert_uint_le(w.count, 1);
    return w.count == 0 ? -1 : w.found.value;
}

static struct llmreg_metric hub(const char *name)
{
    struct wanted w = {.instance = "hub", .name = name};

    llmreg_hub_metrics(fleet, fleet_bus, find, &w);
    ck_assert_uint_eq(w.count, 1);
    return w.found;
}

START_TEST(where_nobody_is_all_is_zero_and_no_latency_known)
{
    char name[64];

    for (size_t n = 0; llmreg_people_metric_info(n) != NULL; n++) {
        const struct llmreg_metric_info *info = llmreg_people_metric_info(n);
        snprintf(name, sizeof name, "%s-%s", info->type, info->type_instance);
        ck_assert_double_eq(people(name),
                            strcmp(info->type, "count") == 0 ? 0 : -1);
        ck_assert_uint_gt(strlen(info->help), 5);
    }
    for (size_t n = 0; llmreg_hub_metric_info(n) != NULL; n++) {
        const struct llmreg_metric_info *info = llmreg_hub_metric_info(n);
        snprintf(name, sizeof name, "%s-%s", info->type, info->type_instance);
        ck_assert_double_eq(hub(name).value, 0);
    }
}
END_TEST

static void mark(const char *id, enum llmreg_presence presence)
{
    people_add(id, id);
    ck_assert_int_eq(llmreg_agent_mark(fleet, id, presence, "", &fleet_now),
                     LLMREG_OK);
}

START_TEST(agents_are_counted_by_presence)
{
    people_add("new", "new");
    mark("starting", LLMREG_PRESENCE_STARTING);
    mark("online", LLMREG_PRESENCE_ONLINE);
    mark("online2", LLMREG_PRESENCE_ONLINE);
    mark("late", LLMREG_PRESENCE_LATE);
    mark("stale", LLMREG_PRESENCE_STALE);
    mark("offline", LLMREG_PRESENCE_OFFLINE);
    mark("stopped", LLMREG_PRESENCE_STOPPED);
    ck_assert_double_eq(people("count-agents"), 8);
    ck_assert_double_eq(people("count-agents_connecting"), 1);
    ck_assert_double_eq(people("count-agents_starting"), 1);
    ck_assert_double_eq(people("count-agents_online"), 2);
    ck_assert_double_eq(people("count-agents_late"), 1);
    ck_assert_double_eq(people("count-agents_stale"), 1);
    ck_assert_double_eq(people("count-agents_offline"), 1);
    ck_assert_double_eq(people("count-agents_stopped"), 1);
}
END_TEST

START_TEST(registrations_are_those_of_ten_minutes)
{
    people_add("a", "a");
    people_add("a", "a");
    people_add("b", "b");
    ck_assert_double_eq(people("count-agent_registrations"), 3);
    people_wait(11 * 60 * 1000);
    ck_assert_double_eq(people("count-agent_registrations"), 0);
}
END_TEST

static void beat(const char *id, int64_t latency_us)
{
    struct llmreg_heartbeat b = people_heartbeat();

    people_add(id, id);
    b.latency_us = latency_us;
    ck_assert_int_eq(people_send(id, &b), LLMREG_OK);
}

START_TEST(the_latency_is_the_mean_of_those_who_are_there_and_know)
{
    beat("unknown", -1);
    ck_assert_double_eq(people("duration-heartbeat"), -1);
    beat("slow", 30000);
    beat("quick", 10000);
    ck_assert_double_eq_tol(people("duration-heartbeat"), 0.02, 1e-9);
    ck_assert_int_eq(llmreg_agent_mark(fleet, "slow", LLMREG_PRESENCE_OFFLINE,
                                       "", &fleet_now),
                     LLMREG_OK);
    ck_assert_double_eq_tol(people("duration-heartbeat"), 0.01, 1e-9);
}
END_TEST

START_TEST(hosts_are_counted_by_their_samples)
{
    struct llmreg_host_report only_there = reporter_report("new", "");

    ck_assert_int_eq(reporter_says("old", ""), LLMREG_OK);
    reporter_wait(90);
    people_tick();
    ck_assert_int_eq(reporter_says("fresh", ""), LLMREG_OK);
    only_there.resources = NULL;
    ck_assert_int_eq(reporter_send(&only_there, NULL), LLMREG_OK);
    ck_assert_double_eq(people("count-hosts"), 3);
    ck_assert_double_eq(people("count-hosts_fresh"), 1);
    ck_assert_double_eq(people("count-hosts_stale"), 1);
}
END_TEST

START_TEST(open_sessions_are_counted)
{
    const struct llmreg_session s = {.id = "",
                                     .from = "a",
                                     .to = "b",
                                     .type = LLMREG_SESSION_CLUSTER,
                                     .status = LLMREG_SESSION_ESTABLISHED,
                                     .connection = "",
                                     .reason = "",
                                     .weight = 1,
                                     .latency_us = -1,
                                     .bandwidth_bps = -1};
    struct llmreg_session_result result;

    people_add("a", "a");
    people_add("b", "b");
    ck_assert_int_eq(llmreg_session_open(fleet, &s, &fleet_now, &result, NULL),
                     LLMREG_OK);
    ck_assert_double_eq(people("count-sessions"), 1);
    ck_assert_int_eq(llmreg_session_close(fleet, result.id,
                                          LLMREG_SESSION_CLOSED, "",
                                          &fleet_now),
                     LLMREG_OK);
    ck_assert_double_eq(people("count-sessions"), 0);
}
END_TEST

START_TEST(events_only_grow_and_those_not_read_wait)
{
    fleet_skip_events();
    double before = hub("operations-events").value;

    people_add("a", "a");
    people_add("b", "b");
    ck_assert_double_eq(hub("operations-events").value, before + 2);
    ck_assert(hub("operations-events").derive);
    ck_assert_double_eq(hub("queue_length-events").value, 2);
    ck_assert(!hub("queue_length-events").derive);
    fleet_skip_events();
    ck_assert_double_eq(hub("queue_length-events").value, 0);
}
END_TEST

START_TEST(raised_alerts_are_counted_by_severity)
{
    alerting_set(LLMREG_SEVERITY_WARNING);
    ck_assert_double_eq(hub("count-alerts_warning").value, 1);
    ck_assert_double_eq(hub("count-alerts_failure").value, 0);
    alerting_set(LLMREG_SEVERITY_FAILURE);
    ck_assert_double_eq(hub("count-alerts_warning").value, 0);
    ck_assert_double_eq(hub("count-alerts_failure").value, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics_own");
    TCase *tc = tcase_create("metrics_own");

    tcase_add_checked_fixture(tc, setup, fleet_teardown);
    tcase_add_test(tc, where_nobody_is_all_is_zero_and_no_latency_known);
    tcase_add_test(tc, agents_are_counted_by_presence);
    tcase_add_test(tc, registrations_are_those_of_ten_minutes);
    tcase_add_test(tc, the_latency_is_the_mean_of_those_who_are_there_and_know);
    tcase_add_test(tc, hosts_are_counted_by_their_samples);
    tcase_add_test(tc, open_sessions_are_counted);
    tcase_add_test(tc, events_only_grow_and_those_not_read_wait);
    tcase_add_test(tc, raised_alerts_are_counted_by_severity);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
