/* SPDX-License-Identifier: MIT */
/* test_observe.c - values that arrive in collectd, as the write callback hands
 * them on, and all the way into the registry. */
#include "plugins/host/host.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <collectd.h>
#include <plugin.h>

#include "plugins/llm_listen/observe.h"
#include "tests/support/fake_collectd.h"
#include "tests/support/room.h"

static struct {
    struct observe_value value;
    size_t asked, taken;
} seen;

static bool want(void *ctx, const char *plugin)
{
    (void)ctx;
    seen.asked++;
    return strcmp(plugin, "load") == 0;
}

static void keep(void *ctx, const struct observe_value *v)
{
    (void)ctx;
    seen.value = *v;
    seen.taken++;
    ck_assert_str_eq(v->host, "gpu1");
    ck_assert_str_eq(v->plugin_instance, "a");
    ck_assert_str_eq(v->type, "load");
    ck_assert_str_eq(v->type_instance, "b");
}

static void watch(struct host_observer *o)
{
    const user_data_t user = {.data = o};

    fake_reset();
    plugin_register_write("llm_listen", host_observe, &user);
}

static void setup(void)
{
    static struct host_observer observer = {.wants = want, .take = keep};

    memset(&seen, 0, sizeof seen);
    watch(&observer);
}

static const double four[] = {1.5, 2, (double)NAN, 4};

static struct fake_arrival arrival(int ds_type, size_t n)
{
    return (struct fake_arrival){.host = "gpu1",
                                 .plugin = "load",
                                 .plugin_instance = "a",
                                 .type = "load",
                                 .type_instance = "b",
                                 .ds_type = ds_type,
                                 .values = four,
                                 .nvalues = n,
                                 .time = 1795887909.25,
                                 .interval = 10};
}

static void arrive(const struct fake_arrival *a)
{
    int status = -1;

    ck_assert(fake_write(a, &status));
    ck_assert_int_eq(status, 0);
}

START_TEST(a_value_keeps_all_it_says)
{
    const struct fake_arrival a = arrival(DS_TYPE_GAUGE, 3);

    arrive(&a);
    ck_assert_uint_eq(seen.taken, 1);
    ck_assert_uint_eq(seen.value.nvalues, 3);
    ck_assert_double_eq(seen.value.values[0], 1.5);
    ck_assert_double_eq(seen.value.values[1], 2);
    ck_assert_double_nan(seen.value.values[2]);
    ck_assert_int_eq(seen.value.time_ms, 1795887909250);
    ck_assert_int_eq(seen.value.interval_ms, 10000);
}
END_TEST

static const struct {
    int ds_type;
    enum observe_kind kind;
    double value;
} types[] = {
    {DS_TYPE_GAUGE, OBSERVE_GAUGE, 1.5},
    {DS_TYPE_DERIVE, OBSERVE_DERIVE, 1},
    {DS_TYPE_COUNTER, OBSERVE_COUNTER, 1},
    {DS_TYPE_ABSOLUTE, OBSERVE_ABSOLUTE, 1},
};

START_TEST(each_type_of_source_is_read_as_what_it_is)
{
    const struct fake_arrival a = arrival(types[_i].ds_type, 1);

    arrive(&a);
    ck_assert_int_eq(seen.value.kinds[0], types[_i].kind);
    ck_assert_double_eq(seen.value.values[0], types[_i].value);
}
END_TEST

START_TEST(a_type_that_is_none_is_not_taken)
{
    const struct fake_arrival a = arrival(99, 1), b = arrival(-1, 1);

    arrive(&a);
    arrive(&b);
    ck_assert_uint_eq(seen.taken, 0);
}
END_TEST

START_TEST(of_many_values_the_first_are_given_and_all_counted)
{
    const struct fake_arrival a = arrival(DS_TYPE_GAUGE, 4);

    arrive(&a);
    ck_assert_uint_eq(seen.value.nvalues, 4);
    ck_assert_double_nan(seen.value.values[2]);
}
END_TEST

START_TEST(what_is_not_wanted_is_not_looked_at)
{
    struct fake_arrival a = arrival(DS_TYPE_GAUGE, 1);

    a.plugin = "llm_probe";
    arrive(&a);
    ck_assert_uint_eq(seen.asked, 1);
    ck_assert_uint_eq(seen.taken, 0);
}
END_TEST

START_TEST(a_list_unlike_its_data_set_is_not_taken)
{
    static struct host_observer observer = {.wants = want, .take = keep};
    value_t values[2] = {{.gauge = 1}, {.gauge = 2}};
    data_source_t source = {.type = DS_TYPE_GAUGE};
    const data_set_t ds = {.ds_num = 1, .ds = &source};
    const value_list_t vl = {
        .values = values, .values_len = 2, .plugin = "load"};
    user_data_t user = {.data = &observer};

    ck_assert_int_eq(host_observe(&ds, &vl, &user), 0);
    ck_assert_uint_eq(seen.taken, 0);
}
END_TEST

/* ---- into the registry ---- */

START_TEST(what_arrives_becomes_a_sample_of_its_host)
{
    struct fake_arrival a = arrival(DS_TYPE_GAUGE, 3);
    struct counters counters = {0};
    struct observe *observe = NULL;
    struct room room;

    room_open(&room);
    const struct observe_conf conf = {.registry = room.registry,
                                      .log = &room.log,
                                      .counters = &counters,
                                      .sources = 1U << OBSERVE_LOAD,
                                      .hosts_max = 10,
                                      .self = "hub"};
    ck_assert_int_eq(observe_new(&observe, &conf, &room.now), LLMREG_OK);
    struct host_observer observer = {
        .wants = observe_wants, .take = observe_take, .ctx = observe};
    watch(&observer);
    a.plugin_instance = a.type_instance = "";
    arrive(&a);
    a.host = "hub";
    arrive(&a);
    a.plugin = "llm_listen"; /* our own come by here, too */
    a.host = "gpu2";
    arrive(&a);
    room_pass(&room, 2000);
    observe_tick(observe, &room.now);
    struct llmreg_host *h = llmreg_host_get(room.registry, "gpu1");
    ck_assert_ptr_nonnull(h);
    const struct llmreg_sample *s = llmreg_host_sample(h, &room.now);
    ck_assert_double_eq(s->resources.load1, 1.5);
    ck_assert_uint_eq(counters.observed_hosts, 1);
    llmreg_sample_put(s);
    llmreg_host_put(h);
    observe_free(observe);
    room_close(&room);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("observe");
    TCase *tc = tcase_create("observe");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, a_value_keeps_all_it_says);
    tcase_add_loop_test(tc, each_type_of_source_is_read_as_what_it_is, 0, 4);
    tcase_add_test(tc, a_type_that_is_none_is_not_taken);
    tcase_add_test(tc, of_many_values_the_first_are_given_and_all_counted);
    tcase_add_test(tc, what_is_not_wanted_is_not_looked_at);
    tcase_add_test(tc, a_list_unlike_its_data_set_is_not_taken);
    tcase_add_test(tc, what_arrives_becomes_a_sample_of_its_host);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
