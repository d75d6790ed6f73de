/* SPDX-License-Identifier: MIT */
/* test_snapshot_changes.c - what happens after a snapshot was collected and
 * before its moment: it is in it, whole and once.
 */
#include "common/registry/snapshot_collect.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/alerting.h"
#include "tests/unit/fleet.h"
#include "tests/unit/people.h"
#include "tests/unit/reporter.h"

static void (*meanwhile)(void); /* after it was collected, once */
static unsigned collected;      /* so often */

bool __real_snapshot_collect(struct snapshot_taking *t);
bool __wrap_snapshot_collect(struct snapshot_taking *t);

bool __wrap_snapshot_collect(struct snapshot_taking *t)
{
    const bool all = __real_snapshot_collect(t);
    void (*happen)(void) = meanwhile;

    collected++;
    meanwhile = NULL;
    if (happen != NULL)
        happen();
    return all;
}

static struct llmreg_snapshot *shot;

static void setup(void)
{
    fleet_setup();
    reporter_reset();
    collected = 0;
    for (const char *id = "a:1\0b:1\0c:1\0"; *id != '\0'; id += 4)
        fleet_add(id);
    people_add("w1", "one");
    people_add("w2", "two");
    ck_assert_int_eq(reporter_says("node1", "10.0.0.1"), LLMREG_OK);
}

static void teardown(void)
{
    llmreg_snapshot_free(shot);
    fleet_teardown();
}

/* All lists agree with what is counted, and with the last event. */
static void take(void (*happens)(void))
{
    size_t sum = 0;

    meanwhile = happens;
    ck_assert_int_eq(llmreg_snapshot_take(fleet, &shot), LLMREG_OK);
    ck_assert_ptr_null(meanwhile);
    ck_assert_uint_eq(shot->seq, llmreg_bus_last(fleet_bus));
    ck_assert_uint_eq(shot->count, shot->counts.endpoints);
    ck_assert_uint_eq(shot->nagents, shot->agent_counts.agents);
    ck_assert_uint_eq(shot->nhosts, shot->host_counts.hosts);
    for (size_t i = 0; i < shot->count; i++)
        sum += shot->items[i].health.state == LLMREG_HEALTH_HEALTHY;
    ck_assert_uint_eq(sum, shot->counts.by_state[LLMREG_HEALTH_HEALTHY]);
}

/* The one with that id, which is there once; NULL: none is. */
static const struct llmreg_snapshot_item *item(const char *id)
{
    const struct llmreg_snapshot_item *found = NULL;

    for (size_t i = 0; i < shot->count; i++) {
        if (strcmp(shot->items[i].spec->id, id) != 0)
            continue;
        ck_assert_ptr_null(found);
        found = &shot->items[i];
    }
    return found;
}

/* ---- endpoints ---- */

static void one_is_healthy(void)
{
    fleet_models("b:1", "m");
    fleet_observe("b:1", LLMREG_REASON_OK);
}

START_TEST(who_changes_is_there_as_it_is_then)
{
    take(one_is_healthy);
    ck_assert_uint_eq(collected, 1);
    ck_assert_uint_eq(shot->count, 3);
    ck_assert_int_eq(item("b:1")->health.state, LLMREG_HEALTH_HEALTHY);
    ck_assert_uint_eq(item("b:1")->models->count, 1);
    ck_assert_uint_eq(shot->nmodels, 1);
    ck_assert_int_eq(item("a:1")->health.state, LLMREG_HEALTH_UNKNOWN);
}
END_TEST

static void one_goes_and_one_comes(void)
{
    ck_assert_int_eq(llmreg_remove(fleet, "b:1", NULL, NULL), LLMREG_OK);
    fleet_add("d:1");
}

START_TEST(who_goes_is_not_there_and_who_comes_is)
{
    take(one_goes_and_one_comes);
    ck_assert_uint_eq(collected, 1);
    ck_assert_uint_eq(shot->count, 3);
    ck_assert_ptr_null(item("b:1"));
    ck_assert_ptr_nonnull(item("d:1"));
}
END_TEST

static void one_comes_anew(void)
{
    fleet_observe("b:1", LLMREG_REASON_OK);
    ck_assert_int_eq(llmreg_remove(fleet, "b:1", NULL, NULL), LLMREG_OK);
    fleet_add("b:1");
}

START_TEST(who_goes_and_comes_anew_is_there_once)
{
    take(one_comes_anew);
    struct llmreg_endpoint *e = fleet_get("b:1");

    ck_assert_uint_eq(shot->count, 3);
    ck_assert_ptr_eq(item("b:1")->endpoint, e);
    ck_assert_int_eq(item("b:1")->health.state, LLMREG_HEALTH_UNKNOWN);
    llmreg_put(e);
}
END_TEST

/* ---- the others ---- */

static void agents_change(void)
{
    ck_assert_int_eq(llmreg_agent_remove(fleet, "w1", 0, ""), LLMREG_OK);
    people_beat("w2");
    people_add("w3", "three");
}

START_TEST(agents_are_as_they_are_then)
{
    size_t online = 0;

    take(agents_change);
    ck_assert_uint_eq(collected, 1);
    ck_assert_uint_eq(shot->nagents, 2);
    for (size_t i = 0; i < shot->nagents; i++) {
        ck_assert_str_ne(shot->agents[i].spec->id, "w1");
        online += shot->agents[i].state.presence == LLMREG_PRESENCE_ONLINE;
    }
    ck_assert_uint_eq(online, 1);
}
END_TEST

static void host_comes(void)
{
    reporter_endpoint("10.0.0.7:1", "");
    ck_assert_int_eq(reporter_says("node7", "10.0.0.7"), LLMREG_OK);
}

static void host_goes(void)
{
    ck_assert_int_eq(llmreg_host_remove(fleet, "node7", ""), LLMREG_OK);
}

static void host_moves(void)
{
    ck_assert_int_eq(reporter_says("node7", "10.0.0.8"), LLMREG_OK);
}

/* Lent by the snapshot: it must be one of its own. */
static bool is_on(const char *host)
{
    const struct llmreg_host *on = item("10.0.0.7:1")->host;

    for (size_t i = 0; i < shot->nhosts; i++)
        if (shot->hosts[i].host == on)
            return strcmp(shot->hosts[i].spec->id, host) == 0;
    ck_assert_ptr_null(on);
    return false;
}

START_TEST(an_endpoint_is_on_the_host_that_is_there_then)
{
    take(host_comes);
    ck_assert_uint_eq(shot->nhosts, 2);
    ck_assert(is_on("node7"));
    llmreg_snapshot_free(shot);
    take(_i == 0 ? host_goes : host_moves);
    ck_assert_uint_eq(shot->nhosts, _i == 0 ? 1 : 2);
    ck_assert(!is_on("node7"));
    ck_assert_uint_eq(collected, 2);
}
END_TEST

static void many_alerts(void)
{
    char id[16];

    for (int i = 0; i < 40; i++) {
        struct llmreg_alert alert = alerting_alert();
        (void)snprintf(id, sizeof id, "rule/%d", i);
        alert.id = id;
        ck_assert_int_eq(llmreg_alert_set(fleet, &alert, LLMREG_ALERT_NOTHING,
                                          &fleet_now, NULL),
                         LLMREG_OK);
    }
}

START_TEST(there_is_room_for_alerts_that_come)
{
    take(many_alerts);
    ck_assert_uint_eq(collected, 1);
    ck_assert_uint_eq(shot->nalerts, 40);
}
END_TEST

/* ---- where the events do not say it ---- */

static void more_than_the_ring_holds(void)
{
    for (int i = 0; i < FLEET_RING + 10; i++)
        fleet_observe("c:1",
                      i % 2 == 0 ? LLMREG_REASON_BUSY : LLMREG_REASON_OK);
    one_goes_and_one_comes();
}

START_TEST(lost_events_have_all_collected_again)
{
    take(more_than_the_ring_holds);
    ck_assert_uint_eq(collected, 2);
    ck_assert_uint_eq(shot->count, 3);
    ck_assert_ptr_null(item("b:1"));
    ck_assert_ptr_nonnull(item("d:1"));
    ck_assert_int_eq(item("c:1")->health.state, LLMREG_HEALTH_HEALTHY);
}
END_TEST

static void one_is_restored(void)
{
    const struct llmreg_memory m = {.spec = fleet_spec("r:1")};

    ck_assert_int_eq(llmreg_restore(fleet, &m, NULL), LLMREG_OK);
}

START_TEST(who_is_restored_without_an_event_has_all_collected_again)
{
    take(one_is_restored);
    ck_assert_uint_eq(collected, 2);
    ck_assert_ptr_nonnull(item("r:1"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("snapshot_changes");
    TCase *tc = tcase_create("snapshot_changes");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, who_changes_is_there_as_it_is_then);
    tcase_add_test(tc, who_goes_is_not_there_and_who_comes_is);
    tcase_add_test(tc, who_goes_and_comes_anew_is_there_once);
    tcase_add_test(tc, agents_are_as_they_are_then);
    tcase_add_loop_test(tc, an_endpoint_is_on_the_host_that_is_there_then, 0,
                        2);
    tcase_add_test(tc, there_is_room_for_alerts_that_come);
    tcase_add_test(tc, lost_events_have_all_collected_again);
    tcase_add_test(tc,
                   who_is_restored_without_an_event_has_all_collected_again);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
