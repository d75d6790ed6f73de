/* SPDX-License-Identifier: MIT */
/* test_observe_facts.c - which value goes where, and for how long it counts. */
#include "plugins/llm_listen/observe_facts.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T0  INT64_C(1795887900000)
#define GIB (INT64_C(1) << 30)

static struct facts facts;
static struct facts_sample sample;
static int64_t now_ms;

static void setup(void)
{
    facts_init(&facts);
    now_ms = T0;
    facts_begin(&facts, now_ms);
}

static void teardown(void)
{
    facts_fini(&facts);
}

/* "plugin-instance/type-type_instance"; the parts, static until the next. */
static struct observe_value value(const char *name, double n)
{
    static char parts[512];
    char *rest = parts;

    snprintf(parts, sizeof parts, "%s", name);
    char *of_plugin = strsep(&rest, "/"), *of_type = rest;
    struct observe_value v = {
        .host = "a",
        .plugin = strsep(&of_plugin, "-"),
        .plugin_instance = of_plugin == NULL ? "" : of_plugin,
        .type = strsep(&of_type, "-"),
        .type_instance = of_type == NULL ? "" : of_type,
        .nvalues = 1,
        .values = {n},
        .time_ms = now_ms,
        .interval_ms = 10000,
    };
    return v;
}

static const struct observe_row *row_of(const struct observe_value *v)
{
    enum observe_source source;

    if (observe_source_parse(v->plugin, &source) != LLMREG_OK)
        return NULL;
    return observe_row(source, v);
}

static int take(const struct observe_value *v)
{
    const struct observe_row *row = row_of(v);

    ck_assert_msg(row != NULL, "%s/%s", v->plugin, v->type);
    return facts_take(&facts, row, v);
}

static void say(const char *name, double n)
{
    const struct observe_value v = value(name, n);

    ck_assert_int_eq(take(&v), LLMREG_OK);
}

static const struct llmreg_resources *ask(void)
{
    static const struct llmreg_host_report empty = {
        .id = "a", .name = "", .agent = "", .interval_ms = 10000};
    struct llmreg_host_report report = empty;
    struct llmreg_error err = {""};

    facts_sample(&facts, &sample);
    report.resources = &sample.resources;
    int rc = llmreg_host_report_check(&report, &err);
    ck_assert_msg(rc == LLMREG_OK, "%s", err.text);
    return &sample.resources;
}

static void say_memory(void)
{
    say("memory/memory-used", 10.0 * GIB);
    say("memory/memory-free", 20.0 * GIB);
    say("memory/memory-buffered", 1.0 * GIB);
    say("memory/memory-cached", 2.0 * GIB);
    say("memory/memory-slab_recl", 3.0 * GIB);
    say("memory/memory-slab_unrecl", 4.0 * GIB);
}

static void say_load(double one, double five, double fifteen)
{
    struct observe_value v = value("load/load", one);

    v.nvalues = 3;
    v.values[1] = five;
    v.values[2] = fifteen;
    ck_assert_int_eq(take(&v), LLMREG_OK);
}

static void say_gpu(int n, double used)
{
    char name[64];

    snprintf(name, sizeof name, "gpu_nvidia-%d-NVIDIA H200/memory-used", n);
    say(name, used);
    snprintf(name, sizeof name, "gpu_nvidia-%d-NVIDIA H200/memory-free", n);
    say(name, 100.0 * GIB - used);
}

/* ---- sources ---- */

START_TEST(four_plugins_are_known)
{
    enum observe_source source;

    for (int i = 0; i < OBSERVE_SOURCES; i++) {
        const char *name = observe_source_text((enum observe_source)i);
        ck_assert_int_eq(observe_source_parse(name, &source), LLMREG_OK);
        ck_assert_int_eq(source, (enum observe_source)i);
    }
}
END_TEST

static const char *const strangers[] = {
    "",     "c",   "cpufreq",   "cpusleep", "llm_probe",   "llm_listen",
    "swap", "CPU", "memcached", "gpu",      "gpu_nvidia2", "loadx",
    "users"};

START_TEST(no_other_plugin_is_known)
{
    enum observe_source source;

    ck_assert_int_eq(observe_source_parse(strangers[_i], &source),
                     LLMREG_ENOENT);
}
END_TEST

/* ---- rows ---- */

static const char *const unasked[] = {
    "memory/memory-swap",
    "memory/percent-used",
    "memory/memory",
    "load/load-relative",
    "gpu_nvidia-0/fanspeed",
    "gpu_nvidia-0/frequency-memory",
    "gpu_nvidia-0/temperature-x",
    "gpu_nvidia-0/power-x",
    "cpu/count",
    "cpu-0/percent-user",
};

START_TEST(nobody_asks_for_other_values)
{
    const struct observe_value v = value(unasked[_i], 1);

    ck_assert_ptr_null(row_of(&v));
}
END_TEST

START_TEST(values_of_another_form_are_not_taken)
{
    struct observe_value v = value("memory/memory-used", (double)NAN);

    ck_assert_ptr_null(row_of(&v));
    v = value("memory/memory-used", 1);
    ck_assert_ptr_nonnull(row_of(&v));
    v.kinds[0] = OBSERVE_DERIVE;
    ck_assert_ptr_null(row_of(&v));
    v = value("memory/memory-used", 1);
    v.nvalues = 2;
    ck_assert_ptr_null(row_of(&v));
    v = value("load/load", 1);
    ck_assert_ptr_null(row_of(&v));
    v = value("memory/memory-used", 1);
    v.time_ms = 0;
    ck_assert_ptr_null(row_of(&v));
    v = value("memory/memory-used", 1);
    v.interval_ms = 0;
    ck_assert_ptr_null(row_of(&v));
}
END_TEST

/* ---- machines ---- */

START_TEST(nothing_is_known_at_first)
{
    const struct llmreg_resources *r = ask();

    ck_assert_double_nan(r->cpu_percent);
    ck_assert_double_nan(r->load1);
    ck_assert_int_eq(r->ram_used_bytes, -1);
    ck_assert_int_eq(r->ram_total_bytes, -1);
    ck_assert_int_eq(r->vram_total_bytes, -1);
    ck_assert_uint_eq(r->ngpus, 0);
}
END_TEST

START_TEST(memory_in_all_is_the_sum_of_its_states)
{
    say_memory();
    ck_assert_int_eq(ask()->ram_used_bytes, 10 * GIB);
    ck_assert_int_eq(ask()->ram_total_bytes, 40 * GIB);
    setup();
    say("memory/memory-used", 5);
    ck_assert_int_eq(ask()->ram_used_bytes, 5);
    ck_assert_int_eq(ask()->ram_total_bytes, -1);
    say("memory/memory-free", 6);
    say("memory/memory-slab", 7);
    ck_assert_int_eq(ask()->ram_total_bytes, 18);
}
END_TEST

START_TEST(load_has_three_and_some_may_be_unknown)
{
    say_load(1.5, 2.5, 3.5);
    ck_assert_double_eq(ask()->load1, 1.5);
    ck_assert_double_eq(ask()->load5, 2.5);
    ck_assert_double_eq(ask()->load15, 3.5);
    now_ms += 10000;
    say_load(1, (double)NAN, 3);
    ck_assert_double_nan(ask()->load5);
    ck_assert_double_eq(ask()->load15, 3);
}
END_TEST

START_TEST(processors_are_counted_by_their_own_rules)
{
    say("cpu/percent-active", 20);
    now_ms += 10000;
    say("cpu/percent-active", 30);
    ck_assert_double_eq(ask()->cpu_percent, 30);
}
END_TEST

START_TEST(out_of_range_is_unknown_and_spoils_nothing_else)
{
    say("memory/memory-used", 1e18);
    say("memory/memory-free", 5);
    say_load(-1, 2e6, 3);
    say("gpu_nvidia-0/percent-gpu_used", 101);
    say("gpu_nvidia-0/temperature-core", 5000);
    say("gpu_nvidia-0/power", 412);
    const struct llmreg_resources *r = ask();
    ck_assert_int_eq(r->ram_used_bytes, -1);
    ck_assert_double_nan(r->load1);
    ck_assert_double_nan(r->load5);
    ck_assert_double_eq(r->load15, 3);
    ck_assert_double_nan(r->gpus[0].utilization_percent);
    ck_assert_double_nan(r->gpus[0].temperature_celsius);
    ck_assert_double_eq(r->gpus[0].power_watts, 412);
}
END_TEST

START_TEST(sums_beyond_the_range_are_unknown_too)
{
    const double half = (double)(LLMREG_BYTES_MAX / 4 * 3);

    say("memory/memory-used", half);
    say("memory/memory-free", half);
    for (int i = 0; i < 2; i++) {
        char name[64];
        snprintf(name, sizeof name, "gpu_nvidia-%d/memory-used", i);
        say(name, half);
        snprintf(name, sizeof name, "gpu_nvidia-%d/memory-free", i);
        say(name, 1);
    }
    const struct llmreg_resources *r = ask();
    ck_assert_int_gt(r->ram_used_bytes, 0);
    ck_assert_int_eq(r->ram_total_bytes, -1);
    ck_assert_int_eq(r->vram_total_bytes, -1);
}
END_TEST

/* ---- time ---- */

START_TEST(one_round_that_is_lost_leaves_no_gap)
{
    say_memory();
    now_ms += 20000;
    facts_begin(&facts, now_ms);
    say_load(1, 2, 3);
    ck_assert_int_eq(ask()->ram_used_bytes, 10 * GIB);
    now_ms += 10000;
    facts_begin(&facts, now_ms);
    say_load(1, 2, 3);
    ck_assert_int_eq(ask()->ram_used_bytes, -1);
    ck_assert_double_eq(ask()->load1, 1);
}
END_TEST

START_TEST(each_plugin_has_an_interval_of_its_own)
{
    struct observe_value v = value("gpu_nvidia-0/power", 100);

    v.interval_ms = 60000;
    ck_assert_int_eq(take(&v), LLMREG_OK);
    now_ms += 140000;
    facts_begin(&facts, now_ms);
    say_memory();
    ck_assert_double_eq(ask()->gpus[0].power_watts, 100);
    now_ms += 20000;
    facts_begin(&facts, now_ms);
    say_memory();
    ck_assert_uint_eq(ask()->ngpus, 0);
}
END_TEST

START_TEST(what_is_older_replaces_nothing)
{
    say("memory/memory-used", 5);
    now_ms -= 10000;
    say("memory/memory-used", 6);
    ck_assert_int_eq(ask()->ram_used_bytes, 5);
}
END_TEST

START_TEST(when_the_clock_was_set_back_what_is_new_counts)
{
    say("memory/memory-used", 5);
    say_load(1, 2, 3);
    now_ms -= 3600000;
    facts_begin(&facts, now_ms);
    say("memory/memory-used", 6);
    ck_assert_int_eq(ask()->ram_used_bytes, 6);
    ck_assert_double_nan(ask()->load1); /* from the future */
}
END_TEST

/* ---- GPUs ---- */

START_TEST(a_gpu_has_all_that_is_said_of_it)
{
    say_gpu(1, 30.0 * GIB);
    say("gpu_nvidia-1-NVIDIA H200/percent-gpu_used", 37);
    say("gpu_nvidia-1-NVIDIA H200/temperature-core", 61);
    say("gpu_nvidia-1-NVIDIA H200/power", 412.5);
    const struct llmreg_resources *r = ask();
    ck_assert_uint_eq(r->ngpus, 2);
    ck_assert_str_eq(r->gpus[0].name, "");
    ck_assert_int_eq(r->gpus[0].memory_used_bytes, -1);
    ck_assert_str_eq(r->gpus[1].name, "NVIDIA H200");
    ck_assert_int_eq(r->gpus[1].memory_used_bytes, 30 * GIB);
    ck_assert_int_eq(r->gpus[1].memory_total_bytes, 100 * GIB);
    ck_assert_double_eq(r->gpus[1].utilization_percent, 37);
    ck_assert_double_eq(r->gpus[1].temperature_celsius, 61);
    ck_assert_double_eq(r->gpus[1].power_watts, 412.5);
}
END_TEST

START_TEST(vram_is_the_sum_over_those_that_know)
{
    say_gpu(0, 10.0 * GIB);
    say_gpu(2, 20.0 * GIB);
    say("gpu_nvidia-3/power", 1);
    ck_assert_int_eq(ask()->vram_used_bytes, 30 * GIB);
    ck_assert_int_eq(ask()->vram_total_bytes, 200 * GIB);
}
END_TEST

START_TEST(one_that_died_moves_no_other)
{
    say_gpu(0, 1);
    say_gpu(1, 2);
    now_ms += 60000;
    facts_begin(&facts, now_ms);
    say_gpu(1, 3);
    ck_assert_uint_eq(ask()->ngpus, 2);
    ck_assert_int_eq(ask()->gpus[0].memory_used_bytes, -1);
    ck_assert_int_eq(ask()->gpus[1].memory_used_bytes, 3);
    now_ms += 60000;
    facts_begin(&facts, now_ms);
    say_gpu(0, 4);
    ck_assert_uint_eq(ask()->ngpus, 1);
}
END_TEST

START_TEST(those_with_only_a_name_are_numbered_as_they_come)
{
    say("gpu_nvidia-NVIDIA B/power", 2);
    say("gpu_nvidia-NVIDIA A/power", 1);
    say("gpu_nvidia-NVIDIA B/temperature-core", 3);
    const struct llmreg_resources *r = ask();
    ck_assert_uint_eq(r->ngpus, 2);
    ck_assert_str_eq(r->gpus[0].name, "NVIDIA B");
    ck_assert_double_eq(r->gpus[0].temperature_celsius, 3);
    ck_assert_double_eq(r->gpus[1].power_watts, 1);
}
END_TEST

START_TEST(the_number_alone_is_enough)
{
    say("gpu_nvidia-5/power", 7);
    ck_assert_uint_eq(ask()->ngpus, 6);
    ck_assert_str_eq(ask()->gpus[5].name, "");
    teardown();
    setup();
    say("gpu_nvidia-3070 Ti/power", 7); /* a name, no number */
    ck_assert_uint_eq(ask()->ngpus, 1);
    ck_assert_str_eq(ask()->gpus[0].name, "3070 Ti");
}
END_TEST

START_TEST(there_are_at_most_as_many_as_a_sample_has)
{
    struct observe_value v = value("gpu_nvidia-63-x/power", 1);

    ck_assert_int_eq(take(&v), LLMREG_OK);
    v.plugin_instance = "64-x";
    ck_assert_int_eq(take(&v), LLMREG_ENOENT);
    v.plugin_instance = "99999999999999999999-x";
    ck_assert_int_eq(take(&v), LLMREG_ENOENT); /* a name, and one too many */
    ck_assert_uint_eq(ask()->ngpus, 64);
}
END_TEST

START_TEST(a_name_that_is_not_clean_is_not_told)
{
    say("gpu_nvidia-0-a\nb/power", 1);
    say("gpu_nvidia-0-a\nb/temperature-core", 1);
    ck_assert_str_eq(ask()->gpus[0].name, "");
    say("gpu_nvidia-\xff\xff/power", 2);
    say("gpu_nvidia-\xff\xff/temperature-core", 2);
    ck_assert_uint_eq(ask()->ngpus, 2);
}
END_TEST

static void add_tests(TCase *tc)
{
    tcase_add_test(tc, four_plugins_are_known);
    tcase_add_loop_test(tc, no_other_plugin_is_known, 0,
                        (int)(sizeof strangers / sizeof strangers[0]));
    tcase_add_loop_test(tc, nobody_asks_for_other_values, 0,
                        (int)(sizeof unasked / sizeof unasked[0]));
    tcase_add_test(tc, values_of_another_form_are_not_taken);
    tcase_add_test(tc, nothing_is_known_at_first);
    tcase_add_test(tc, memory_in_all_is_the_sum_of_its_states);
    tcase_add_test(tc, load_has_three_and_some_may_be_unknown);
    tcase_add_test(tc, processors_are_counted_by_their_own_rules);
    tcase_add_test(tc, out_of_range_is_unknown_and_spoils_nothing_else);
    tcase_add_test(tc, sums_beyond_the_range_are_unknown_too);
    tcase_add_test(tc, one_round_that_is_lost_leaves_no_gap);
    tcase_add_test(tc, each_plugin_has_an_interval_of_its_own);
    tcase_add_test(tc, what_is_older_replaces_nothing);
    tcase_add_test(tc, when_the_clock_was_set_back_what_is_new_counts);
    tcase_add_test(tc, a_gpu_has_all_that_is_said_of_it);
    tcase_add_test(tc, vram_is_the_sum_over_those_that_know);
    tcase_add_test(tc, one_that_died_moves_no_other);
    tcase_add_test(tc, those_with_only_a_name_are_numbered_as_they_come);
    tcase_add_test(tc, the_number_alone_is_enough);
    tcase_add_test(tc, there_are_at_most_as_many_as_a_sample_has);
    tcase_add_test(tc, a_name_that_is_not_clean_is_not_told);
}

int main(void)
{
    Suite *suite = suite_create("observe_facts");
    TCase *tc = tcase_create("observe_facts");

    tcase_add_checked_fixture(tc, setup, teardown);
    add_tests(tc);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
