/* SPDX-License-Identifier: MIT */
/* test_host_series.c - every host's series exactly once an interval, spread
 * over it, whatever the calls' times; hosts come and go. */
#include "plugins/llm_listen/host_series.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/hosts.h>

#include "tests/support/room.h"

#define S     LLMREG_NS_PER_S
#define HOSTS 500

static struct room room;
static struct counters counters;
static struct host_series series;
static unsigned seed;

/* How often a host, and our own series, went out since reset(). */
static size_t times[HOSTS], total, people, hub, counted;
static int64_t last[HOSTS];
static bool no_memory;

void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);

void *__wrap_realloc(void *p, size_t size)
{
    return no_memory ? NULL : __real_realloc(p, size);
}

static void reset(void)
{
    memset(times, 0, sizeof times);
    total = people = hub = counted = 0;
}

static void setup(void)
{
    room_open(&room);
    seed = 7;
    no_memory = false;
    memset(last, 0, sizeof last);
    memset(&counters, 0, sizeof counters);
    const struct host_series_conf conf = {.registry = room.registry,
                                          .bus = room.bus,
                                          .counters = &counters,
                                          .gpus = 8,
                                          .interval_ns = 10 * S};
    host_series_init(&series, &conf, room.now.mono_ns);
    reset();
}

static void teardown(void)
{
    host_series_fini(&series);
    room_close(&room);
}

static void report(int n, int64_t interval_ms)
{
    struct llmreg_resources r = llmreg_resources_unknown();
    char id[32];

    snprintf(id, sizeof id, "host%d", n);
    r.cpu_percent = 10;
    const struct llmreg_host_report report = {.id = id,
                                              .name = "",
                                              .agent = "",
                                              .interval_ms = interval_ms,
                                              .resources = &r};
    ck_assert_int_eq(
        llmreg_host_report(room.registry, &report, &room.now, NULL, NULL),
        LLMREG_OK);
}

static void keep(void *ctx, const struct llmreg_metric *m)
{
    (void)ctx;
    if (m->host == NULL) {
        people += strcmp(m->type_instance, "agents") == 0;
        hub += strcmp(m->type_instance, "events") == 0 && m->derive;
        counted += strcmp(m->type_instance, "2xx") == 0;
        return;
    }
    if (strcmp(m->type, "duration") != 0)
        return;
    const long n = strtol(m->host + 4, NULL, 10);
    ck_assert_int_ne(last[n], room.now.mono_ns); /* once a call */
    last[n] = room.now.mono_ns;
    times[n]++;
    total++;
}

static int call(int64_t later_ns)
{
    room.now.mono_ns += later_ns;
    room.now.wall_ms += later_ns / LLMREG_NS_PER_MS;
    return host_series_emit(&series, &room.now, keep, NULL);
}

/* About once a second, never exactly. */
static void run(int64_t seconds)
{
    const int64_t end = room.now.mono_ns + seconds * S;

    while (room.now.mono_ns < end)
        ck_assert_int_eq(call(S - S / 20 + rand_r(&seed) % (S / 10)),
                         LLMREG_OK);
}

static const int64_t intervals[] = {1000,  1001,  2000,  7500,
                                    10000, 30000, 60000, 300000};

START_TEST(each_host_goes_out_once_an_interval)
{
    const int64_t interval = intervals[_i];

    for (int i = 0; i < 50; i++)
        report(i, interval);
    run(HOST_SERIES_AHEAD + interval / 1000 + 1);
    reset();
    const int64_t begin = room.now.mono_ns;
    run(20 * interval / 1000 + 1);
    const int64_t rounds =
        (room.now.mono_ns - begin) / (interval * LLMREG_NS_PER_MS);
    for (int i = 0; i < 50; i++) {
        /* A second that two calls share is one call's. */
        ck_assert_int_ge((int64_t)times[i], rounds - (interval < 2000 ? 6 : 2));
        ck_assert_int_le((int64_t)times[i], rounds + 1);
    }
}
END_TEST

START_TEST(hosts_are_spread_over_their_interval)
{
    for (int i = 0; i < HOSTS; i++)
        report(i, 10000);
    run(30);
    reset();
    for (int second = 0; second < 10; second++) {
        size_t before = total;
        ck_assert_int_eq(call(S), LLMREG_OK);
        ck_assert_uint_ge(total - before, HOSTS / 10 / 2);
        ck_assert_uint_le(total - before, HOSTS / 10 * 2);
    }
    ck_assert_uint_ge(total, HOSTS - HOSTS / 10);
    ck_assert_uint_le(total, HOSTS + HOSTS / 10);
}
END_TEST

START_TEST(a_new_host_is_there_within_its_interval_and_the_plan)
{
    run(25);
    report(3, 5000);
    run(HOST_SERIES_AHEAD + 5 + 1);
    ck_assert_uint_ge(times[3], 1);
}
END_TEST

START_TEST(a_removed_host_is_gone_after_the_plan)
{
    report(3, 1000);
    run(25);
    ck_assert_int_eq(llmreg_host_remove(room.registry, "host3", ""), LLMREG_OK);
    run(HOST_SERIES_AHEAD + 1);
    reset();
    run(30);
    ck_assert_uint_eq(total, 0);
}
END_TEST

START_TEST(a_host_that_reports_at_another_pace_follows)
{
    report(3, 1000);
    run(25);
    report(3, 10000);
    run(HOST_SERIES_AHEAD + 1);
    reset();
    run(100);
    ck_assert_uint_ge(times[3], 9);
    ck_assert_uint_le(times[3], 11);
}
END_TEST

START_TEST(over_a_gap_each_goes_out_once)
{
    for (int i = 0; i < 50; i++)
        report(i, 10000);
    run(30);
    reset();
    ck_assert_int_eq(call(3600 * S), LLMREG_OK);
    for (int i = 0; i < 50; i++) {
        ck_assert_uint_eq(times[i], 1);
    }
    reset();
    ck_assert_int_eq(call(1), LLMREG_OK);
    ck_assert_uint_eq(total, 0);
}
END_TEST

START_TEST(our_own_go_out_once_in_collectds_interval)
{
    run(100);
    ck_assert_uint_ge(people, 9);
    ck_assert_uint_le(people, 11);
    ck_assert_uint_eq(hub, people);
    ck_assert_uint_eq(counted, people);
}
END_TEST

START_TEST(without_memory_some_are_missing_and_it_says_so)
{
    for (int i = 0; i < 50; i++)
        report(i, 1000);
    no_memory = true;
    ck_assert_int_eq(call(S), LLMREG_ENOMEM);
    no_memory = false;
    run(HOST_SERIES_AHEAD + 1);
    reset();
    run(10);
    ck_assert_uint_ge(total, 50 * 8);
}
END_TEST

START_TEST(finished_in_the_middle_it_keeps_no_host)
{
    for (int i = 0; i < 50; i++)
        report(i, 1000);
    ck_assert_int_eq(call(S), LLMREG_OK);
    host_series_fini(&series);
    for (int i = 0; i <= HOST_SERIES_AHEAD; i++)
        ck_assert_uint_eq(series.seconds[i].count, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("host_series");
    TCase *tc = tcase_create("host_series");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, each_host_goes_out_once_an_interval, 0,
                        (int)(sizeof intervals / sizeof intervals[0]));
    tcase_add_test(tc, hosts_are_spread_over_their_interval);
    tcase_add_test(tc, a_new_host_is_there_within_its_interval_and_the_plan);
    tcase_add_test(tc, a_removed_host_is_gone_after_the_plan);
    tcase_add_test(tc, a_host_that_reports_at_another_pace_follows);
    tcase_add_test(tc, over_a_gap_each_goes_out_once);
    tcase_add_test(tc, our_own_go_out_once_in_collectds_interval);
    tcase_add_test(tc, without_memory_some_are_missing_and_it_says_so);
    tcase_add_test(tc, finished_in_the_middle_it_keeps_no_host);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
