/* SPDX-License-Identifier: MIT */
/* test_listen_observe.c - values become samples of hosts, one a round; hosts
 * come, go, and are left to others.  Covers observe.c. */
#include "plugins/llm_listen/observe.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/hosts.h>

#include "tests/support/room.h"

#define ALL       ((1U << OBSERVE_SOURCES) - 1)
#define HOSTS_MAX 12

static struct room room;
static struct counters counters;
static struct observe *observe;
static struct observe_conf conf;

static void start(void)
{
    ck_assert_int_eq(observe_new(&observe, &conf, &room.now), LLMREG_OK);
}

static void setup(void)
{
    room_make(&room);
    room.small = true;
    room_start(&room);
    memset(&counters, 0, sizeof counters);
    conf = (struct observe_conf){.registry = room.registry,
                                 .log = &room.log,
                                 .counters = &counters,
                                 .sources = ALL,
                                 .hosts_max = HOSTS_MAX,
                                 .self = "Hub.example"};
    start();
}

static void teardown(void)
{
    observe_free(observe);
    room_close(&room);
}

static struct observe_value load(const char *host, double n)
{
    return (struct observe_value){
        .host = host,
        .plugin = "load",
        .plugin_instance = "",
        .type = "load",
        .type_instance = "",
        .nvalues = 3,
        .values = {n, n, n},
        .time_ms = room.now.wall_ms,
        .interval_ms = 10000,
    };
}

static void say(const char *host, double n)
{
    const struct observe_value v = load(host, n);

    observe_take(observe, &v);
}

/* Time goes on, with a tick in each second. */
static void run(int seconds)
{
    for (int i = 0; i < seconds; i++) {
        room_pass(&room, 1000);
        observe_tick(observe, &room.now);
    }
}

/* The load in the registry's sample; -1: it has none. */
static double load_of(const char *host)
{
    struct llmreg_host *h = llmreg_host_get(room.registry, host);

    if (h == NULL)
        return -1;
    const struct llmreg_sample *s = llmreg_host_sample(h, &room.now);
    double n = s == NULL || isnan(s->resources.load1) ? -1 : s->resources.load1;
    llmreg_sample_put(s);
    llmreg_host_put(h);
    return n;
}

static struct llmreg_host_state state_of(const char *host)
{
    struct llmreg_host *h = llmreg_host_get(room.registry, host);
    struct llmreg_host_state state;

    ck_assert_ptr_nonnull(h);
    llmreg_host_state(h, &room.now, &state);
    llmreg_host_put(h);
    return state;
}

static uint64_t events(void)
{
    return llmreg_bus_last(room.bus);
}

/* What another reporter says. */
static void report(const char *host, const char *agent, bool sampled)
{
    static const char *const addresses[] = {"10.0.0.7"};
    struct llmreg_resources r = llmreg_resources_unknown();
    const struct llmreg_host_report report = {.id = host,
                                              .name = "rack 7",
                                              .agent = agent,
                                              .addresses = addresses,
                                              .naddresses = 1,
                                              .interval_ms = 10000,
                                              .resources = sampled ? &r : NULL};
    struct llmreg_error err = {""};

    r.load1 = 99;
    int rc = llmreg_host_report(room.registry, &report, &room.now, NULL, &err);
    ck_assert_msg(rc == LLMREG_OK, "%s", err.text);
}

/* ---- rounds ---- */

START_TEST(a_host_appears_soon_after_its_first_value)
{
    say("gpu1", 1);
    observe_tick(observe, &room.now);
    ck_assert_double_eq(load_of("gpu1"), -1); /* more may come */
    run(2);
    ck_assert_double_eq(load_of("gpu1"), 1);
    ck_assert_int_eq(state_of("gpu1").interval_ms, 10000);
    ck_assert_uint_eq(counters.observed_hosts, 1);
    ck_assert_uint_eq(counters.observed_reports, 1);
}
END_TEST

START_TEST(it_is_reported_once_in_its_interval_whatever_it_says)
{
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 7; i++)
            say("gpu1", round);
        run(10);
        ck_assert_double_eq(load_of("gpu1"), round);
        ck_assert_uint_eq(counters.observed_reports, (uint64_t)round + 1);
    }
}
END_TEST

START_TEST(plugins_out_of_step_make_one_round_together)
{
    struct observe_value used = load("gpu1", 5);

    used.plugin = used.type = "memory";
    used.type_instance = "used";
    used.nvalues = 1;
    for (int round = 0; round < 20; round++) {
        say("gpu1", round);
        run(_i);
        used.time_ms = room.now.wall_ms;
        observe_take(observe, &used);
        run(10 - _i);
    }
    ck_assert_uint_le(counters.observed_reports, 21);
    ck_assert_uint_ge(counters.observed_reports, 19);
}
END_TEST

START_TEST(the_shortest_interval_of_a_round_is_the_hosts)
{
    struct observe_value slow = load("gpu1", 5);

    slow.plugin = slow.type = "memory";
    slow.type_instance = "used";
    slow.nvalues = 1;
    slow.interval_ms = 60000;
    observe_take(observe, &slow);
    say("gpu1", 1);
    run(2);
    ck_assert_int_eq(state_of("gpu1").interval_ms, 10000);
}
END_TEST

static const int64_t intervals[][2] = {{1, 1000},
                                       {100, 1000},
                                       {2500, 2500},
                                       {86400000, 86400000},
                                       {INT64_C(86400001), 86400000}};

START_TEST(an_interval_is_one_that_the_registry_takes)
{
    struct observe_value v = load("gpu1", 1);

    v.interval_ms = intervals[_i][0];
    observe_take(observe, &v);
    run(2);
    ck_assert_int_eq(state_of("gpu1").interval_ms, intervals[_i][1]);
}
END_TEST

START_TEST(values_of_a_second_make_a_report_in_two)
{
    for (int i = 0; i < 60; i++) {
        struct observe_value v = load("gpu1", i);
        v.interval_ms = 1000;
        observe_take(observe, &v);
        run(1);
    }
    ck_assert_uint_ge(counters.observed_reports, 20);
    ck_assert_uint_le(counters.observed_reports, 60);
}
END_TEST

START_TEST(a_silent_host_is_not_reported_again)
{
    say("gpu1", 1);
    run(80);
    ck_assert_uint_eq(counters.observed_reports, 1);
    ck_assert_double_eq(load_of("gpu1"), 1);
    run(20);
    ck_assert_double_eq(load_of("gpu1"), -1);
}
END_TEST

START_TEST(the_clock_of_a_sender_may_be_anything)
{
    const int64_t offsets[] = {-INT64_C(1000000000000), INT64_C(1000000000000)};
    const int64_t offset = offsets[_i];

    for (int round = 0; round < 5; round++) {
        struct observe_value v = load("gpu1", round);
        v.time_ms += offset;
        observe_take(observe, &v);
        run(10);
        ck_assert_double_eq(load_of("gpu1"), round);
    }
}
END_TEST

START_TEST(a_senders_clock_that_is_set_back_costs_at_most_a_moment)
{
    say("gpu1", 1);
    run(10);
    struct observe_value v = load("gpu1", 2);
    v.time_ms -= 3600000;
    observe_take(observe, &v);
    run(2);
    ck_assert_double_eq(load_of("gpu1"), 2);
}
END_TEST

/* ---- who is observed ---- */

START_TEST(only_plugins_that_were_named_are_wanted)
{
    observe_free(observe);
    conf.sources = 1U << OBSERVE_CPU | 1U << OBSERVE_GPU;
    start();
    ck_assert(observe_wants(observe, "cpu"));
    ck_assert(observe_wants(observe, "gpu_nvidia"));
    ck_assert(!observe_wants(observe, "load"));
    ck_assert(!observe_wants(observe, "llm_listen"));
    ck_assert(!observe_wants(observe, "llm_probe"));
    say("gpu1", 1);
    ck_assert_uint_eq(counters.observed_hosts, 0);
}
END_TEST

START_TEST(our_own_host_is_not_observed_in_any_spelling)
{
    say("hub.example", 1);
    say("HUB.EXAMPLE", 1);
    run(2);
    ck_assert_uint_eq(counters.observed_hosts, 0);
    observe_free(observe);
    conf.self = "";
    start();
    say("hub.example", 1);
    run(2);
    ck_assert_double_eq(load_of("hub.example"), 1);
}
END_TEST

START_TEST(a_value_that_nobody_asks_for_makes_no_host)
{
    struct observe_value v = load("gpu1", 1);

    v.type_instance = "relative";
    observe_take(observe, &v);
    v = load("gpu1", (double)NAN);
    observe_take(observe, &v);
    ck_assert_uint_eq(counters.observed_hosts, 0);
    ck_assert_uint_eq(counters.observed_refused, 0);
}
END_TEST

static const char *const bad_names[] = {"", "a b", ".x", "a/b", "\xc3\xa4"};

START_TEST(what_cannot_be_a_host_is_refused)
{
    say(bad_names[_i], 1);
    ck_assert_uint_eq(counters.observed_hosts, 0);
    ck_assert_uint_eq(counters.observed_refused, 1);
}
END_TEST

START_TEST(beyond_the_limit_hosts_are_refused_and_it_is_said_once)
{
    char name[32];

    for (int i = 0; i < HOSTS_MAX + 10; i++) {
        snprintf(name, sizeof name, "gpu%d", i);
        say(name, 1);
    }
    run(3);
    ck_assert_uint_eq(counters.observed_hosts, HOSTS_MAX);
    ck_assert_uint_eq(counters.observed_refused, 10);
    ck_assert_uint_eq(counters.observed_reports, HOSTS_MAX);
    ck_assert(room_logged(&room, "12 hosts are observed, the limit"));
    size_t len = strlen(room.lines);
    say("another", 1);
    run(1);
    ck_assert_uint_eq(strlen(room.lines), len);
}
END_TEST

START_TEST(a_host_that_fell_silent_makes_room)
{
    char name[32];

    for (int i = 0; i < HOSTS_MAX; i++) {
        snprintf(name, sizeof name, "gpu%d", i);
        say(name, 1);
    }
    run(200);
    say("gpu7", 2);
    run(101);
    ck_assert_uint_eq(counters.observed_hosts, 1);
    say("another", 3);
    run(2);
    ck_assert_double_eq(load_of("another"), 3);
}
END_TEST

START_TEST(a_slow_host_is_not_forgotten_between_two_values)
{
    struct observe_value v = load("gpu1", 1);

    v.interval_ms = 600000;
    observe_take(observe, &v);
    run(1790);
    ck_assert_uint_eq(counters.observed_hosts, 1);
    run(12);
    ck_assert_uint_eq(counters.observed_hosts, 0);
    v.interval_ms = 86400000;
    v.time_ms = room.now.wall_ms;
    observe_take(observe, &v);
    run(3602);
    ck_assert_uint_eq(counters.observed_hosts, 0);
}
END_TEST

/* ---- others ---- */

START_TEST(a_host_that_another_reports_is_left_to_him)
{
    report("gpu1", "agent-1", true);
    uint64_t before = events();
    for (int i = 0; i < 12; i++) {
        say("gpu1", 1);
        run(5);
        report("gpu1", "agent-1", true);
        run(5);
    }
    ck_assert_double_eq(load_of("gpu1"), 99);
    ck_assert_uint_eq(counters.observed_reports, 0);
    ck_assert_uint_eq(events(), before);
}
END_TEST

START_TEST(when_he_falls_silent_it_is_ours_and_his_again_when_he_is_back)
{
    report("gpu1", "agent-1", true);
    for (int i = 0; i < 10; i++) {
        say("gpu1", 1);
        run(10);
    }
    ck_assert_double_eq(load_of("gpu1"), 1);
    report("gpu1", "agent-1", true);
    say("gpu1", 2);
    run(5);
    ck_assert_double_eq(load_of("gpu1"), 99);
}
END_TEST

START_TEST(what_he_says_of_the_host_stays)
{
    report("gpu1", "agent-1", false);
    uint64_t before = events();
    for (int i = 0; i < 3; i++) {
        say("gpu1", i);
        run(5);
        report("gpu1", "agent-1", false);
        run(5);
    }
    ck_assert_double_eq(load_of("gpu1"), 2);
    ck_assert_uint_eq(events(), before + 1); /* fresh */
    struct llmreg_host *h = llmreg_host_find(room.registry, "10.0.0.7");
    ck_assert_ptr_nonnull(h);
    const struct llmreg_host_report *spec = llmreg_host_spec(h);
    ck_assert_str_eq(spec->name, "rack 7");
    ck_assert_str_eq(spec->agent, "agent-1");
    llmreg_host_spec_put(spec);
    llmreg_host_put(h);
}
END_TEST

START_TEST(two_spellings_of_a_host_are_one_in_the_registry)
{
    struct llmreg_host_counts n;

    say("GPU1.example", 1);
    run(10);
    say("gpu1.example", 2);
    run(2);
    llmreg_host_count(room.registry, &n);
    ck_assert_uint_eq(n.hosts, 1);
}
END_TEST

START_TEST(what_the_registry_refuses_is_said_once)
{
    report("gpu0", "agent-1", true);
    for (int i = 0; i < 3; i++) {
        report("gpu0", "agent-1", true);
        say("10.0.0.7", 1); /* an address of gpu0 */
        run(10);
    }
    ck_assert_double_eq(load_of("10.0.0.7"), -1);
    ck_assert_uint_ge(counters.observed_refused, 2);
    ck_assert(room_logged(
        &room, "what collectd says of host \"10.0.0.7\" is not taken: "));
    ck_assert(room_logged(&room, "host gpu0 has 10.0.0.7 already"));
}
END_TEST

START_TEST(freed_it_counts_no_host_any_more)
{
    say("gpu1", 1);
    say("gpu2", 1);
    observe_free(observe);
    ck_assert_uint_eq(counters.observed_hosts, 0);
    start();
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, a_host_appears_soon_after_its_first_value);
    tcase_add_test(tc, it_is_reported_once_in_its_interval_whatever_it_says);
    tcase_add_loop_test(tc, plugins_out_of_step_make_one_round_together, 0, 10);
    tcase_add_test(tc, the_shortest_interval_of_a_round_is_the_hosts);
    tcase_add_loop_test(tc, an_interval_is_one_that_the_registry_takes, 0,
                        (int)(sizeof intervals / sizeof intervals[0]));
    tcase_add_test(tc, values_of_a_second_make_a_report_in_two);
    tcase_add_test(tc, a_silent_host_is_not_reported_again);
    tcase_add_loop_test(tc, the_clock_of_a_sender_may_be_anything, 0, 2);
    tcase_add_test(tc, a_senders_clock_that_is_set_back_costs_at_most_a_moment);
    tcase_add_test(tc, only_plugins_that_were_named_are_wanted);
    tcase_add_test(tc, our_own_host_is_not_observed_in_any_spelling);
    tcase_add_test(tc, a_value_that_nobody_asks_for_makes_no_host);
    tcase_add_loop_test(tc, what_cannot_be_a_host_is_refused, 0,
                        (int)(sizeof bad_names / sizeof bad_names[0]));
    tcase_add_test(tc, beyond_the_limit_hosts_are_refused_and_it_is_said_once);
    tcase_add_test(tc, a_host_that_fell_silent_makes_room);
    tcase_add_test(tc, a_slow_host_is_not_forgotten_between_two_values);
    tcase_add_test(tc, a_host_that_another_reports_is_left_to_him);
    tcase_add_test(
        tc, when_he_falls_silent_it_is_ours_and_his_again_when_he_is_back);
    tcase_add_test(tc, what_he_says_of_the_host_stays);
    tcase_add_test(tc, two_spellings_of_a_host_are_one_in_the_registry);
    tcase_add_test(tc, what_the_registry_refuses_is_said_once);
    tcase_add_test(tc, freed_it_counts_no_host_any_more);
}

int main(void)
{
    Suite *suite = suite_create("listen_observe");
    TCase *tc = tcase_create("listen_observe");

    tcase_add_checked_fixture(tc, setup, teardown);
    add_tests(tc);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
