/* SPDX-License-Identifier: MIT */
/* test_agents_tick.c - silence and its deadlines, in simulated time. */
#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/people.h"

#define S LLMREG_NS_PER_S

static void setup(void)
{
    fleet_setup();
    people_add("a1", "ann");
    people_beat("a1");
    fleet_skip_events();
}

/* ---- one agent ---- */

START_TEST(a_silent_agent_goes_down_rung_by_rung_and_each_is_told)
{
    int64_t seen = fleet_now.mono_ns;

    ck_assert_int_eq(people_tick(), seen + 45 * S);
    people_wait(44999);
    (void)people_tick();
    ck_assert_str_eq(people_presence("a1"), "online");
    people_wait(1);
    ck_assert_int_eq(people_tick(), seen + 90 * S);
    ck_assert_str_eq(people_event(), "presence a1 online>late no heartbeat");
    people_wait(45000);
    ck_assert_int_eq(people_tick(), seen + 300 * S);
    ck_assert_str_eq(people_event(), "presence a1 late>stale no heartbeat");
    people_wait(210000);
    ck_assert_int_eq(people_tick(), fleet_now.mono_ns + 86400 * S);
    ck_assert_str_eq(people_event(), "presence a1 stale>offline no heartbeat");
    people_no_event();
    ck_assert_int_eq(people_state("a1").since_ms, fleet_now.wall_ms);
}
END_TEST

START_TEST(D9_who_is_stale_is_told_once_however_often_somebody_looks)
{
    people_wait(90000);
    for (int i = 0; i < 100; i++) {
        (void)people_tick();
        people_wait(1000);
    }
    ck_assert_str_eq(people_presence("a1"), "stale");
    ck_assert_str_eq(people_event(), "presence a1 online>late no heartbeat");
    ck_assert_str_eq(people_event(), "presence a1 late>stale no heartbeat");
    people_no_event();
}
END_TEST

/* ---- beside a reader ---- */

static _Atomic bool inside, ticked;

/* Lists, and is slow about it. */
static bool linger(void *ctx, struct llmreg_agent *a)
{
    int *seen = ctx;

    (void)a;
    (*seen)++;
    inside = true;
    while (!ticked)
        (void)sched_yield();
    return true;
}

static void *read_list(void *ctx)
{
    static const struct llmreg_agent_filter all;

    llmreg_each_agent(fleet, &all, linger, ctx);
    return NULL;
}

/* The tick took the lock that its own list asked for, and all stood still.  If
 * one of the two waited for the other here, check would end it. */
START_TEST(C1_a_tick_goes_on_while_somebody_reads_the_list)
{
    pthread_t reader;
    int seen = 0;

    inside = ticked = false;
    ck_assert_int_eq(pthread_create(&reader, NULL, read_list, &seen), 0);
    while (!inside)
        (void)sched_yield();
    people_wait(45000);
    (void)people_tick();
    ck_assert_str_eq(people_presence("a1"), "late");
    people_wait(400000);
    (void)people_tick(); /* moves it on and ends its sessions */
    ck_assert_str_eq(people_presence("a1"), "offline");
    people_wait(86400000);
    (void)people_tick(); /* and reaps it */
    ck_assert_str_eq(people_presence("a1"), "none");
    ticked = true;
    ck_assert_int_eq(pthread_join(reader, NULL), 0);
    ck_assert_int_eq(seen, 1);
}
END_TEST

START_TEST(C3_however_late_the_tick_is_no_rung_is_passed_over)
{
    people_wait(86400000);
    (void)people_tick();
    ck_assert_str_eq(people_event(), "presence a1 online>late no heartbeat");
    ck_assert_str_eq(people_event(), "presence a1 late>stale no heartbeat");
    ck_assert_str_eq(people_event(), "presence a1 stale>offline no heartbeat");
    people_no_event();
}
END_TEST

START_TEST(A13_any_heartbeat_is_a_sign_of_life)
{
    for (int i = 0; i < 100; i++) {
        people_wait(30000);
        people_beat("a1");
        (void)people_tick();
        ck_assert_str_eq(people_presence("a1"), "online");
    }
    people_no_event();
}
END_TEST

START_TEST(a_registration_is_a_sign_of_life_too)
{
    people_wait(44000);
    people_add("a1", "ann");
    people_wait(44000);
    (void)people_tick();
    ck_assert_str_eq(people_presence("a1"), "online");
}
END_TEST

START_TEST(who_never_beat_is_late_as_well)
{
    people_add("b1", "bob");
    people_wait(45000);
    (void)people_tick();
    ck_assert_str_eq(people_presence("b1"), "late");
}
END_TEST

START_TEST(each_agent_has_its_own_interval)
{
    struct llmreg_agent_spec spec = people_spec("b1", "bob");

    spec.interval_ms = 1000;
    people_register(&spec);
    people_wait(1500);
    (void)people_tick();
    ck_assert_str_eq(people_presence("b1"), "late");
    ck_assert_str_eq(people_presence("a1"), "online");
    spec.interval_ms = 600000;
    people_register(&spec);
    people_wait(899999);
    (void)people_tick();
    ck_assert_str_eq(people_presence("b1"), "connecting");
    people_wait(1);
    (void)people_tick();
    ck_assert_str_eq(people_presence("b1"), "late");
}
END_TEST

START_TEST(a_shorter_interval_counts_at_once)
{
    struct llmreg_agent_spec spec = people_spec("a1", "ann");

    spec.interval_ms = 1000;
    people_register(&spec);
    ck_assert_int_eq(people_tick(), fleet_now.mono_ns + 1500000000);
    people_wait(1500);
    (void)people_tick();
    ck_assert_str_eq(people_presence("a1"), "late");
}
END_TEST

START_TEST(who_was_marked_online_gets_time_to_prove_it)
{
    people_wait(400000);
    (void)people_tick();
    ck_assert_str_eq(people_presence("a1"), "offline");
    ck_assert_int_eq(
        llmreg_agent_mark(fleet, "a1", LLMREG_PRESENCE_ONLINE, "", &fleet_now),
        LLMREG_OK);
    people_wait(44999);
    (void)people_tick();
    ck_assert_str_eq(people_presence("a1"), "online");
    people_wait(1);
    (void)people_tick();
    ck_assert_str_eq(people_presence("a1"), "late");
}
END_TEST

START_TEST(who_was_marked_stale_goes_on_to_offline_as_if_silent)
{
    ck_assert_int_eq(
        llmreg_agent_mark(fleet, "a1", LLMREG_PRESENCE_STALE, "", &fleet_now),
        LLMREG_OK);
    people_wait(299999);
    (void)people_tick();
    ck_assert_str_eq(people_presence("a1"), "stale");
    people_wait(1);
    (void)people_tick();
    ck_assert_str_eq(people_presence("a1"), "offline");
}
END_TEST

START_TEST(a_restored_agent_gets_its_whole_patience_from_now_on)
{
    const struct llmreg_agent_spec spec = people_spec("b1", "bob");
    const struct llmreg_agent_state stored = {
        .presence = LLMREG_PRESENCE_ONLINE, .seen_ms = 5, .latency_us = -1};

    people_wait(3600000);
    people_beat("a1");
    ck_assert_int_eq(llmreg_agent_restore(fleet, &spec, &stored, NULL),
                     LLMREG_OK);
    (void)people_tick();
    ck_assert_str_eq(people_presence("b1"), "connecting");
    people_wait(44999);
    (void)people_tick();
    ck_assert_str_eq(people_presence("b1"), "connecting");
    people_wait(1);
    (void)people_tick();
    ck_assert_str_eq(people_presence("b1"), "late");
}
END_TEST

/* ---- the reaper ---- */

START_TEST(A8_who_registered_itself_is_removed_a_day_after_it_went_offline)
{
    people_wait(300000);
    (void)people_tick();
    fleet_skip_events();
    people_wait(86399999);
    (void)people_tick();
    ck_assert_str_eq(people_presence("a1"), "offline");
    people_wait(1);
    ck_assert_int_eq(people_tick(), INT64_MAX);
    ck_assert_str_eq(people_presence("a1"), "none");
    ck_assert_str_eq(people_event(), "removed a1 offline> gone for too long");
    people_no_event();
}
END_TEST

START_TEST(who_stopped_is_removed_a_day_later_unless_it_comes_back)
{
    struct llmreg_heartbeat beat = people_heartbeat();

    beat.presence = LLMREG_PRESENCE_STOPPED;
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
    people_wait(86000000);
    (void)people_tick();
    ck_assert_str_eq(people_presence("a1"), "stopped");
    people_beat("a1");
    people_wait(44000);
    (void)people_tick();
    ck_assert_str_eq(people_presence("a1"), "online");
    people_wait(1000000);
    (void)people_tick();
    ck_assert_str_eq(people_presence("a1"), "offline");
}
END_TEST

START_TEST(who_was_named_by_an_operator_is_never_reaped)
{
    struct llmreg_agent_spec spec = people_spec("b1", "bob");

    spec.source = (enum llmreg_source)_i;
    people_register(&spec);
    people_wait(300000);
    (void)people_tick();
    people_wait(INT64_C(10) * 86400000);
    (void)people_tick();
    ck_assert_str_eq(people_presence("b1"), "offline");
    ck_assert_str_eq(people_presence("a1"), "none");
}
END_TEST

START_TEST(C4_a_reaped_id_leaves_nothing_behind)
{
    const struct llmreg_agent_filter type = {.type = "worker"};
    struct llmreg_agent_counts n;

    people_wait(INT64_C(2) * 86400000);
    (void)people_tick(); /* offline */
    people_wait(INT64_C(2) * 86400000);
    (void)people_tick();
    ck_assert_str_eq(people_with(&type), "");
    llmreg_agent_count(fleet, &n);
    ck_assert_uint_eq(n.agents, 0);
    const struct llmreg_agent_spec spec = people_spec("a2", "ann");
    ck_assert(people_register(&spec)->created);
}
END_TEST

/* ---- many agents ---- */

#define MANY 1000

struct watched {
    int64_t silent_from; /* monotonic */
    enum llmreg_presence last;
    unsigned rungs; /* bit per presence that was passed */
};

/* What happens to one at a moment. */
struct moment {
    int64_t at; /* monotonic */
    int who;
    bool beats; /* else it is looked at */
};

static struct watched watched[MANY];
static unsigned seed;

static unsigned below(unsigned n)
{
    seed = seed * 1103515245 + 12345;
    return (seed >> 16) % n;
}

static void crowd_setup(void)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();
    const char *given = getenv("LLMREG_SEED");

    conf.agents = MANY;
    conf.endpoints = conf.hosts = conf.sessions = 1;
    seed =
        given == NULL ? (unsigned)getpid() : (unsigned)strtoul(given, NULL, 10);
    (void)printf("LLMREG_SEED=%u\n", seed);
    fleet_now = (struct llmreg_now){.mono_ns = 5000000000, .wall_ms = 7200000};
    ck_assert_int_eq(llmreg_bus_new(&fleet_bus, 16, 1), LLMREG_OK);
    ck_assert_int_eq(
        llmreg_registry_new(&fleet, &conf, fleet_bus, &fleet_clock), LLMREG_OK);
}

static void crowd_teardown(void)
{
    llmreg_registry_free(fleet);
    llmreg_bus_free(fleet_bus);
}

static const char *name_of(int i)
{
    static char name[16];

    (void)snprintf(name, sizeof name, "n%d", i);
    return name;
}

static void crowd_come(void)
{
    for (int i = 0; i < MANY; i++) {
        people_add(name_of(i), name_of(i));
        people_beat(name_of(i));
    }
}

/* One rung further than at the last look, or the same. */
static void watch(int i)
{
    struct watched *w = &watched[i];
    struct llmreg_agent *a = people_get(name_of(i));
    enum llmreg_presence p = llmreg_agent_presence(a);

    llmreg_agent_put(a);
    ck_assert_msg(p == w->last || p == w->last + 1, "%d: %s after %s", i,
                  llmreg_presence_text(p), llmreg_presence_text(w->last));
    w->last = p;
    w->rungs |= 1U << p;
    int64_t silent = fleet_now.mono_ns - w->silent_from;
    enum llmreg_presence right = silent < 45 * S    ? LLMREG_PRESENCE_ONLINE
                                 : silent < 90 * S  ? LLMREG_PRESENCE_LATE
                                 : silent < 300 * S ? LLMREG_PRESENCE_STALE
                                                    : LLMREG_PRESENCE_OFFLINE;
    ck_assert_int_eq(p, right);
}

/* Four heartbeats, and a look just before and at the end of each rung. */
#define MOMENTS (4 + 2 * 3)

static int by_time(const void *left, const void *right)
{
    const struct moment *a = left, *b = right;

    return a->at < b->at ? -1 : a->at > b->at;
}

static void plan(struct moment *out, int who, int64_t silent_from)
{
    static const int64_t rungs[] = {45 * S, 90 * S, 300 * S};

    for (int k = 3; k >= 0; k--)
        *out++ = (struct moment){silent_from - k * 30 * S, who, true};
    for (size_t i = 0; i < 3; i++) {
        *out++ = (struct moment){silent_from + rungs[i] - 1, who, false};
        *out++ = (struct moment){silent_from + rungs[i], who, false};
    }
}

/* As the timer does: it looks when the last look said, and not before. */
static void go_to(int64_t at, int64_t *due)
{
    while (*due <= at) {
        fleet_now.mono_ns = *due;
        fleet_now.wall_ms = *due / LLMREG_NS_PER_MS;
        *due = people_tick();
        ck_assert_int_gt(*due, fleet_now.mono_ns);
    }
    fleet_now.mono_ns = at;
    fleet_now.wall_ms = at / LLMREG_NS_PER_MS;
}

/* At random to the nanosecond. */
START_TEST(C3_a_thousand_that_fall_silent_at_random_pass_late_stale_offline)
{
    static struct moment moments[MANY * MOMENTS];
    int64_t due;

    crowd_come();
    const int64_t start = fleet_now.mono_ns + 90 * S + 1;
    for (int i = 0; i < MANY; i++) {
        const int64_t silent_from = start + below(120) * S +
                                    (int64_t)below(10000) * (S / 10000) +
                                    below(10000);
        watched[i] = (struct watched){silent_from, LLMREG_PRESENCE_ONLINE, 0};
        plan(&moments[i * MOMENTS], i, silent_from);
    }
    qsort(moments, MANY * MOMENTS, sizeof moments[0], by_time);
    due = people_tick();
    for (size_t i = 0; i < MANY * MOMENTS; i++) {
        go_to(moments[i].at, &due);
        if (moments[i].beats)
            people_beat(name_of(moments[i].who));
        else
            watch(moments[i].who);
    }
    for (int i = 0; i < MANY; i++)
        ck_assert_uint_eq(watched[i].rungs, 1U << LLMREG_PRESENCE_ONLINE |
                                                1U << LLMREG_PRESENCE_LATE |
                                                1U << LLMREG_PRESENCE_STALE |
                                                1U << LLMREG_PRESENCE_OFFLINE);
}
END_TEST

START_TEST(A10_with_the_wall_clock_stepped_by_an_hour_nothing_expires)
{
    struct llmreg_agent_counts n;

    crowd_come();
    for (int round = 0; round < 40; round++) {
        fleet_now.wall_ms += (round % 2 == 0 ? 1 : -1) * 3600000;
        people_wait(15000);
        for (int i = round % 2; i < MANY; i += 2)
            people_beat(name_of(i));
        (void)people_tick();
        llmreg_agent_count(fleet, &n);
        ck_assert_uint_eq(n.by_presence[LLMREG_PRESENCE_ONLINE], MANY);
    }
}
END_TEST

START_TEST(more_than_a_batch_at_once_is_served_in_one_tick)
{
    struct llmreg_agent_counts n;

    crowd_come();
    people_wait(86400000);
    ck_assert_int_eq(people_tick(), fleet_now.mono_ns + 86400 * S);
    llmreg_agent_count(fleet, &n);
    ck_assert_uint_eq(n.by_presence[LLMREG_PRESENCE_OFFLINE], MANY);
    people_wait(86400000);
    ck_assert_int_eq(people_tick(), INT64_MAX);
    llmreg_agent_count(fleet, &n);
    ck_assert_uint_eq(n.agents, 0);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("agents_tick");
    TCase *t = tcase_create("agents_tick");
    TCase *many = tcase_create("crowd");

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_test(t, a_silent_agent_goes_down_rung_by_rung_and_each_is_told);
    tcase_add_test(t,
                   D9_who_is_stale_is_told_once_however_often_somebody_looks);
    tcase_add_test(t, C1_a_tick_goes_on_while_somebody_reads_the_list);
    tcase_add_test(t, C3_however_late_the_tick_is_no_rung_is_passed_over);
    tcase_add_test(t, A13_any_heartbeat_is_a_sign_of_life);
    tcase_add_test(t, a_registration_is_a_sign_of_life_too);
    tcase_add_test(t, who_never_beat_is_late_as_well);
    tcase_add_test(t, each_agent_has_its_own_interval);
    tcase_add_test(t, a_shorter_interval_counts_at_once);
    tcase_add_test(t, who_was_marked_online_gets_time_to_prove_it);
    tcase_add_test(t, who_was_marked_stale_goes_on_to_offline_as_if_silent);
    tcase_add_test(t, a_restored_agent_gets_its_whole_patience_from_now_on);
    tcase_add_test(
        t, A8_who_registered_itself_is_removed_a_day_after_it_went_offline);
    tcase_add_test(t, who_stopped_is_removed_a_day_later_unless_it_comes_back);
    tcase_add_loop_test(t, who_was_named_by_an_operator_is_never_reaped,
                        LLMREG_SOURCE_STATIC, LLMREG_SOURCE_MANUAL + 1);
    tcase_add_test(t, C4_a_reaped_id_leaves_nothing_behind);
    suite_add_tcase(s, t);
    tcase_add_checked_fixture(many, crowd_setup, crowd_teardown);
    tcase_set_timeout(many, 60);
    tcase_add_test(
        many, C3_a_thousand_that_fall_silent_at_random_pass_late_stale_offline);
    tcase_add_test(many,
                   A10_with_the_wall_clock_stepped_by_an_hour_nothing_expires);
    tcase_add_test(many, more_than_a_batch_at_once_is_served_in_one_tick);
    suite_add_tcase(s, many);
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
