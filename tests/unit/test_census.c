/* SPDX-License-Identifier: MIT */
/* test_census.c - who is up, who has begun to fail, and who counts for
 * neither.  More about agents and hosts is in test_rules_agent.c and
 * test_rules_host.c, where they fall silent.
 */
#include "common/service/census.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include <llmreg/agents.h>

#include "tests/support/room.h"

static struct room room;
static struct guard_count seen;

static void setup(void)
{
    room_open(&room);
    room_add(&room, "gpu1");
}

static void teardown(void)
{
    room_close(&room);
}

static void observe(enum llmreg_reason reason, int64_t pass_ms)
{
    room_observe(&room, "gpu1", reason);
    room_pass(&room, pass_ms);
}

static void count(void)
{
    const struct llmreg_registry_conf conf = llmreg_registry_conf();

    census_take(CENSUS_ENDPOINTS, room.registry, &conf, &room.now, &seen);
}

static void expect(size_t up, size_t failing)
{
    count();
    ck_assert_uint_eq(seen.up, up);
    ck_assert_uint_eq(seen.failing, failing);
}

START_TEST(unknown_is_neither)
{
    expect(0, 0);
    ck_assert_uint_eq(seen.total, 1);
    ck_assert_int_eq(seen.shortest_ns, 30 * LLMREG_NS_PER_S);
    observe(LLMREG_REASON_REFUSED, 0);
    expect(0, 0);
}
END_TEST

START_TEST(healthy_and_degraded_are_up)
{
    observe(LLMREG_REASON_OK, 0);
    expect(1, 0);
    observe(LLMREG_REASON_BUSY, 0);
    expect(1, 0);
}
END_TEST

START_TEST(the_first_failure_has_begun_to_fail)
{
    observe(LLMREG_REASON_OK, 30000);
    observe(LLMREG_REASON_REFUSED, 0);
    expect(0, 1);
    ck_assert_int_eq(seen.longest_ns, 30 * LLMREG_NS_PER_S);
}
END_TEST

START_TEST(down_since_just_now_has_begun_to_fail_and_later_not)
{
    observe(LLMREG_REASON_OK, 30000);
    observe(LLMREG_REASON_REFUSED, 30000);
    observe(LLMREG_REASON_REFUSED, 14000);
    expect(0, 1);
    room_pass(&room, 1000);
    expect(0, 0);
}
END_TEST

START_TEST(down_from_the_first_verdict_on_was_never_up)
{
    observe(LLMREG_REASON_REFUSED, 30000);
    observe(LLMREG_REASON_REFUSED, 0);
    expect(0, 0);
}
END_TEST

START_TEST(who_is_taken_out_is_not_counted)
{
    observe(LLMREG_REASON_OK, 0);
    room_admin(&room, "gpu1", LLMREG_ADMIN_DRAINING, 0);
    expect(1, 0);
    ck_assert_uint_eq(seen.total, 1);
    room_admin(&room, "gpu1", LLMREG_ADMIN_MAINTENANCE, 0);
    expect(0, 0);
    ck_assert_uint_eq(seen.total, 0);
    room_admin(&room, "gpu1", LLMREG_ADMIN_DISABLED, 0);
    expect(0, 0);
    ck_assert_uint_eq(seen.total, 0);
}
END_TEST

/* A1: a prober that waits for timeouts does not look at the others. */
START_TEST(who_was_not_looked_at_in_time_is_not_up)
{
    observe(LLMREG_REASON_OK, 37000);
    expect(1, 0);
    room_pass(&room, 1000);
    expect(0, 0);
}
END_TEST

START_TEST(the_wall_clock_is_not_asked)
{
    observe(LLMREG_REASON_OK, 30000);
    observe(LLMREG_REASON_REFUSED, 0);
    room.now.wall_ms += 3600000;
    expect(0, 1);
    room.now.wall_ms -= 7200000;
    expect(0, 1);
}
END_TEST

/* ---- agents ---- */

static void agent_beats(const char *id)
{
    const struct llmreg_agent_spec spec = {.id = id,
                                           .type = "performance",
                                           .name = id,
                                           .role = "",
                                           .domain = "",
                                           .cluster = "",
                                           .host = "",
                                           .url = "",
                                           .version = "",
                                           .source = LLMREG_SOURCE_AUTO,
                                           .interval_ms = 10000};
    static const struct llmreg_heartbeat beat = {
        .presence = LLMREG_PRESENCE_ONLINE,
        .health = LLMREG_HEALTH_HEALTHY,
        .activity = "",
        .peer = "10.0.0.1",
        .hub = ""};
    struct llmreg_error err = {""};

    ck_assert_int_eq(
        llmreg_agent_register(room.registry, &spec, "10.0.0.1", NULL, &err),
        LLMREG_OK);
    ck_assert_int_eq(
        llmreg_agent_heartbeat(room.registry, id, 0, &beat, &room.now, &err),
        LLMREG_OK);
}

/* Silent for some milliseconds, with an interval of ten seconds. */
static const struct {
    double late, offline;
    int64_t silent_ms;
    bool failing;
} silences[] = {
    {1, 1, 0, false},       {1, 1, 9999, false},     {1, 1, 10000, true},
    {1, 1, 14999, true},    {1, 1.5, 5000, false},   {1, 1.5, 9999, false},
    {1, 1.5, 10000, true},  {1, 1.5, 19999, true},   {1.5, 2, 14999, false},
    {1.5, 2, 15000, true},  {1.5, 10, 15000, false}, {1.5, 10, 89999, false},
    {1.5, 10, 90000, true}, {1.5, 10, 104999, true},
};

START_TEST(an_agent_that_is_not_late_has_not_begun_to_fail)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();

    conf.presence.late = conf.presence.stale = silences[_i].late;
    conf.presence.offline = silences[_i].offline;
    agent_beats("a1");
    room_pass(&room, silences[_i].silent_ms);
    census_take(CENSUS_AGENTS, room.registry, &conf, &room.now, &seen);
    ck_assert_uint_eq(seen.failing, silences[_i].failing);
    ck_assert_uint_eq(seen.up, !silences[_i].failing);
}
END_TEST

/* A fleet falls silent, each agent somewhere in its interval of ten seconds: as
 * near as OfflineAfter may be, when the first is offline all are seen to fail,
 * so that the guard can hold what is told of it. */
START_TEST(when_the_first_agent_is_offline_all_have_begun_to_fail)
{
    static const double lates[] = {1, 1.5, 4};
    const int64_t interval_ms = 10000, step_ms = interval_ms / 24;
    struct llmreg_registry_conf conf = llmreg_registry_conf();
    char id[8];

    conf.presence.late = conf.presence.stale = lates[_i];
    conf.presence.offline = lates[_i] + 1;
    for (int i = 0; i < 24; i++) {
        snprintf(id, sizeof id, "a%d", i);
        agent_beats(id);
        room_pass(&room, step_ms);
    }
    const int64_t first_ms =
        (int64_t)(conf.presence.offline * (double)interval_ms);
    room_pass(&room, first_ms - 24 * step_ms);
    census_take(CENSUS_AGENTS, room.registry, &conf, &room.now, &seen);
    ck_assert_uint_eq(seen.failing, 24);
    ck_assert_uint_eq(seen.up, 0);
}
END_TEST

/* ---- how often ---- */

static const struct {
    int64_t cost_ms, shortest_ms, gap_ms;
} gaps[] = {
    {0, 30000, 200},      {1, 30000, 200},    {10, 30000, 1000},
    {50, 30000, 5000},    {200, 30000, 5000}, {500, 30000, 5000},
    {1000, 30000, 10000}, {50, 4000, 1000},   {50, 1000, 500},
    {10, 1000, 250},      {1, 400, 200},      {100, 0, 5000},
};

START_TEST(a_census_is_taken_in_time_and_costs_little)
{
    ck_assert_int_eq(census_gap(gaps[_i].cost_ms * LLMREG_NS_PER_MS,
                                gaps[_i].shortest_ms * LLMREG_NS_PER_MS),
                     gaps[_i].gap_ms * LLMREG_NS_PER_MS);
}
END_TEST

START_TEST(kinds_have_names)
{
    ck_assert_str_eq(census_text(CENSUS_ENDPOINTS), "endpoints");
    ck_assert_str_eq(census_text(CENSUS_AGENTS), "agents");
    ck_assert_str_eq(census_text(CENSUS_HOSTS), "hosts");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("census");
    TCase *tc = tcase_create("census");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, unknown_is_neither);
    tcase_add_test(tc, healthy_and_degraded_are_up);
    tcase_add_test(tc, the_first_failure_has_begun_to_fail);
    tcase_add_test(tc, down_since_just_now_has_begun_to_fail_and_later_not);
    tcase_add_test(tc, down_from_the_first_verdict_on_was_never_up);
    tcase_add_test(tc, who_is_taken_out_is_not_counted);
    tcase_add_test(tc, who_was_not_looked_at_in_time_is_not_up);
    tcase_add_test(tc, the_wall_clock_is_not_asked);
    tcase_add_loop_test(tc, an_agent_that_is_not_late_has_not_begun_to_fail, 0,
                        sizeof silences / sizeof silences[0]);
    tcase_add_loop_test(
        tc, when_the_first_agent_is_offline_all_have_begun_to_fail, 0, 3);
    tcase_add_loop_test(tc, a_census_is_taken_in_time_and_costs_little, 0,
                        sizeof gaps / sizeof gaps[0]);
    tcase_add_test(tc, kinds_have_names);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
