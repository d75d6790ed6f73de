/* SPDX-License-Identifier: MIT */
/* test_snapshot.c - everything at one moment. */
#include <llmreg/snapshot.h>

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/alerting.h"
#include "tests/unit/fleet.h"
#include "tests/unit/people.h"
#include "tests/unit/reporter.h"

static struct llmreg_snapshot *take(void)
{
    struct llmreg_snapshot *s = NULL;

    ck_assert_int_eq(llmreg_snapshot_take(fleet, &s), LLMREG_OK);
    ck_assert_uint_eq(s->seq, llmreg_bus_last(fleet_bus));
    return s;
}

START_TEST(an_empty_registry_has_an_empty_snapshot)
{
    struct llmreg_snapshot *s = take();

    ck_assert_uint_eq(s->count, 0);
    ck_assert_uint_eq(s->nmodels, 0);
    ck_assert_uint_eq(s->nagents, 0);
    ck_assert_uint_eq(s->nalerts, 0);
    ck_assert_uint_eq(s->counts.endpoints, 0);
    llmreg_snapshot_free(s);
    llmreg_snapshot_free(NULL);
}
END_TEST

/* ---- endpoints ---- */

START_TEST(a_snapshot_has_all_parts_and_the_number_of_the_last_event)
{
    const struct llmreg_intent drain = {LLMREG_ADMIN_DRAINING, 0};

    fleet_add("a:1");
    fleet_models("a:1", "m n");
    ck_assert_int_eq(llmreg_admin_set(fleet, "a:1", &drain, "", &fleet_now),
                     LLMREG_OK);
    fleet_observe("a:1", LLMREG_REASON_OK);
    struct llmreg_snapshot *s = take();
    ck_assert_uint_eq(s->count, 1);
    ck_assert_str_eq(llmreg_endpoint_id(s->items[0].endpoint), "a:1");
    ck_assert_str_eq(s->items[0].spec->url, "http://a:1");
    ck_assert_uint_eq(s->items[0].models->count, 2);
    ck_assert_int_eq(s->items[0].intent.admin, LLMREG_ADMIN_DRAINING);
    ck_assert_int_eq(s->items[0].health.state, LLMREG_HEALTH_HEALTHY);
    ck_assert_uint_eq(s->items[0].load.total, 0);
    ck_assert(isnan(s->items[0].load.latency_us));
    ck_assert_uint_eq(s->counts.endpoints, 1);
    ck_assert_uint_eq(s->counts.by_state[LLMREG_HEALTH_HEALTHY], 1);
    llmreg_snapshot_free(s);
}
END_TEST

START_TEST(a_snapshot_has_the_load)
{
    fleet_add("a:1");
    struct llmreg_endpoint *e = fleet_get("a:1");
    (void)llmreg_request_begin(e);
    (void)llmreg_request_begin(e);
    ck_assert(llmreg_request_end(e, 2500));
    struct llmreg_snapshot *s = take();
    ck_assert_uint_eq(s->items[0].load.pending, 1);
    ck_assert_uint_eq(s->items[0].load.total, 2);
    ck_assert_double_eq_tol(s->items[0].load.latency_us, 2500, 1);
    ck_assert(llmreg_request_end(e, -1));
    llmreg_snapshot_free(s);
    llmreg_put(e);
}
END_TEST

START_TEST(a_snapshot_stays_as_it_is)
{
    fleet_add("a:1");
    fleet_add("b:1");
    fleet_models("a:1", "m");
    struct llmreg_snapshot *s = take();

    fleet_models("a:1", "");
    fleet_observe("a:1", LLMREG_REASON_OK);
    ck_assert_int_eq(llmreg_remove(fleet, "a:1", NULL, NULL), LLMREG_OK);
    ck_assert_int_eq(llmreg_remove(fleet, "b:1", NULL, NULL), LLMREG_OK);
    fleet_add("c:1");
    ck_assert_uint_eq(s->count, 2);
    ck_assert_str_eq(llmreg_endpoint_id(s->items[0].endpoint), "a:1");
    ck_assert_str_eq(s->items[0].models->items[0].name, "m");
    ck_assert_str_eq(s->models[0].name, "m");
    ck_assert_int_eq(s->items[0].health.state, LLMREG_HEALTH_UNKNOWN);
    llmreg_snapshot_free(s);
}
END_TEST

/* ---- agents and alerts ---- */

START_TEST(an_agent_is_as_it_was)
{
    people_add("w1", "one");
    people_beat("w1");
    struct llmreg_snapshot *s = take();

    ck_assert_int_eq(llmreg_agent_mark(fleet, "w1", LLMREG_PRESENCE_STOPPED,
                                       "bye", &fleet_now),
                     LLMREG_OK);
    ck_assert_int_eq(llmreg_agent_remove(fleet, "w1", 0, ""), LLMREG_OK);
    ck_assert_uint_eq(s->nagents, 1);
    ck_assert_str_eq(llmreg_agent_id(s->agents[0].agent), "w1");
    ck_assert_str_eq(s->agents[0].spec->name, "one");
    ck_assert_int_eq(s->agents[0].state.presence, LLMREG_PRESENCE_ONLINE);
    ck_assert_uint_eq(s->agent_counts.agents, 1);
    ck_assert_uint_eq(s->agent_counts.by_presence[LLMREG_PRESENCE_ONLINE], 1);
    llmreg_snapshot_free(s);
}
END_TEST

START_TEST(an_alert_is_as_it_was)
{
    alerting_set(LLMREG_SEVERITY_FAILURE);
    struct llmreg_snapshot *s = take();

    alerting_set(LLMREG_SEVERITY_OKAY);
    ck_assert_uint_eq(s->nalerts, 1);
    ck_assert_str_eq(s->alerts[0]->id, ALERT_ID);
    ck_assert_int_eq(s->alerts[0]->s.severity, LLMREG_SEVERITY_FAILURE);
    ck_assert_uint_eq(s->alert_counts.raised[LLMREG_SEVERITY_FAILURE], 1);
    llmreg_snapshot_free(s);
}
END_TEST

START_TEST(a_host_is_as_it_was)
{
    reporter_reset();
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    reporter_endpoint("10.0.0.1:1", "");
    struct llmreg_snapshot *s = take();

    reporter_resources.cpu_percent = 99;
    ck_assert_int_eq(reporter_says("gpu1", ""), LLMREG_OK);
    ck_assert_int_eq(llmreg_host_remove(fleet, "gpu1", ""), LLMREG_OK);
    ck_assert_uint_eq(s->nhosts, 1);
    ck_assert_str_eq(llmreg_host_id(s->hosts[0].host), "gpu1");
    ck_assert_uint_eq(s->hosts[0].spec->naddresses, 1);
    ck_assert_double_eq(s->hosts[0].sample->resources.cpu_percent, 50);
    ck_assert(!s->hosts[0].state.stale);
    ck_assert_ptr_eq(s->items[0].host, s->hosts[0].host);
    ck_assert_uint_eq(s->host_counts.hosts, 1);
    ck_assert_uint_eq(s->host_counts.fresh, 1);
    llmreg_snapshot_free(s);
}
END_TEST

/* More than the spare places: the second look finds room. */
START_TEST(there_is_room_for_all)
{
    char id[16], name[16];

    for (int i = 0; i < FLEET_MAX; i++) {
        (void)snprintf(id, sizeof id, "a:%d", i + 1);
        fleet_add(id);
        (void)snprintf(name, sizeof name, "w%d", i);
        people_add(name, name);
    }
    for (int i = 0; i < 100; i++) {
        struct llmreg_alert alert = alerting_alert();
        (void)snprintf(id, sizeof id, "rule/%d", i);
        alert.id = id;
        ck_assert_int_eq(llmreg_alert_set(fleet, &alert, LLMREG_ALERT_NOTHING,
                                          &fleet_now, NULL),
                         LLMREG_OK);
    }
    struct llmreg_snapshot *s = take();
    ck_assert_uint_eq(s->count, FLEET_MAX);
    ck_assert_uint_eq(s->nagents, FLEET_MAX);
    ck_assert_uint_eq(s->nalerts, 100);
    llmreg_snapshot_free(s);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("snapshot");
    TCase *t = tcase_create("snapshot");

    tcase_add_checked_fixture(t, fleet_setup, fleet_teardown);
    tcase_add_test(t, an_empty_registry_has_an_empty_snapshot);
    tcase_add_test(t,
                   a_snapshot_has_all_parts_and_the_number_of_the_last_event);
    tcase_add_test(t, a_snapshot_has_the_load);
    tcase_add_test(t, a_snapshot_stays_as_it_is);
    tcase_add_test(t, an_agent_is_as_it_was);
    tcase_add_test(t, an_alert_is_as_it_was);
    tcase_add_test(t, a_host_is_as_it_was);
    tcase_add_test(t, there_is_room_for_all);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());

    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
