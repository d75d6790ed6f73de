/* SPDX-License-Identifier: MIT */
/* test_metrics.c - what is known when.  Covers metrics.c. */
#include <llmreg/metrics.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/room.h"

static struct room room;
static struct {
    char name[64];
    double value;
} seen[64];
static size_t nseen;

static void keep(void *ctx, const struct llmreg_metric *m)
{
    (void)ctx;
    ck_assert_str_eq(m->host, "gpu1");
    ck_assert_str_eq(m->plugin_instance, "11434");
    ck_assert_int_eq(m->interval_ms, 30000);
    snprintf(seen[nseen].name, sizeof seen[0].name, "%s-%s", m->type,
             m->type_instance);
    seen[nseen++].value = m->value;
}

static void setup(void)
{
    room_open(&room);
    room_add(&room, "gpu1");
}

static void teardown(void)
{
    room_close(&room);
}

static void read_metrics(void)
{
    struct llmreg_endpoint *e = room_get(&room, "gpu1");

    nseen = 0;
    llmreg_endpoint_metrics(e, &room.now, keep, NULL);
    llmreg_put(e);
    ck_assert_uint_le(nseen, LLMREG_ENDPOINT_SERIES_MAX);
}

/* -1 if there is none. */
static double value_of(const char *name)
{
    for (size_t i = 0; i < nseen; i++)
        if (strcmp(seen[i].name, name) == 0)
            return seen[i].value;
    return -1;
}

START_TEST(before_the_first_probe_only_the_age_is_known)
{
    room_pass(&room, 7000);
    read_metrics();
    ck_assert_uint_eq(nseen, 1);
    ck_assert_double_eq(value_of("duration-age"), 7);
}
END_TEST

START_TEST(a_disabled_endpoint_has_no_series)
{
    const struct llmreg_intent off = {.admin = LLMREG_ADMIN_DISABLED};

    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    ck_assert_int_eq(
        llmreg_admin_set(room.registry, "gpu1:11434", &off, "", &room.now),
        LLMREG_OK);
    read_metrics();
    ck_assert_uint_eq(nseen, 0);
}
END_TEST

START_TEST(healthy_all_twelve_are_there)
{
    room_models(&room, "gpu1", "a:latest,b:latest");
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    room_pass(&room, 3000);
    read_metrics();
    ck_assert_uint_eq(nseen, 12);
    ck_assert_double_eq(value_of("bool-up"), 1);
    ck_assert_double_eq_tol(value_of("duration-total"), 0.012, 1e-9);
    ck_assert_double_eq(value_of("duration-age"), 3);
    ck_assert_double_eq_tol(value_of("duration-connect"), 0.0003, 1e-9);
    ck_assert_double_eq_tol(value_of("duration-ttfb"), 0.009, 1e-9);
    ck_assert_double_eq(value_of("response_code-version"), 200);
    ck_assert_double_eq(value_of("count-models"), 2);
    ck_assert_double_eq(value_of("count-models_loaded"), 2);
    ck_assert_double_eq(value_of("bytes-models"), 2000);
    ck_assert_double_eq(value_of("memory-models_loaded"), 4000);
    ck_assert_double_eq(value_of("memory-models_vram"), 1000);
    ck_assert_double_eq(value_of("count-failures"), 0);
}
END_TEST

START_TEST(down_up_is_zero_and_the_models_are_not_known)
{
    room_models(&room, "gpu1", "a:latest");
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    room_pass(&room, 30000);
    room_observe(&room, "gpu1", LLMREG_REASON_REFUSED);
    room_observe(&room, "gpu1", LLMREG_REASON_REFUSED);
    read_metrics();
    ck_assert_double_eq(value_of("bool-up"), 0);
    ck_assert_double_eq(value_of("duration-age"), 30);
    ck_assert_double_gt(value_of("duration-total"), 0);
    ck_assert_double_eq(value_of("count-failures"), 2);
    ck_assert_double_eq(value_of("count-models"), -1);
    ck_assert_double_eq(value_of("bytes-models"), -1);
    ck_assert_double_eq(value_of("response_code-version"), -1);
}
END_TEST

START_TEST(below_the_threshold_it_is_still_up)
{
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    room_observe(&room, "gpu1", LLMREG_REASON_REFUSED);
    read_metrics();
    ck_assert_double_eq(value_of("bool-up"), 1);
    ck_assert_double_eq(value_of("count-failures"), 1);
}
END_TEST

START_TEST(degraded_is_up)
{
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    room_observe(&room, "gpu1", LLMREG_REASON_BUSY);
    read_metrics();
    ck_assert_double_eq(value_of("bool-up"), 1);
}
END_TEST

START_TEST(an_empty_list_is_zero_once_it_was_seen)
{
    room_observe(&room, "gpu1", LLMREG_REASON_AUTH);
    read_metrics();
    ck_assert_double_eq(value_of("count-models"), -1);
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    read_metrics();
    ck_assert_double_eq(value_of("count-models"), 0);
    ck_assert_double_eq(value_of("count-models_loaded"), 0);
    ck_assert_double_eq(value_of("bytes-models"), 0);
    ck_assert_double_eq(value_of("memory-models_vram"), 0);
}
END_TEST

static void set_models(const struct llmreg_model *items, size_t count)
{
    const struct llmreg_models models = {.items = items, .count = count};
    struct llmreg_endpoint *e = room_get(&room, "gpu1");

    ck_assert_int_eq(llmreg_models_set(room.registry, e, &models, &room.now),
                     LLMREG_OK);
    llmreg_put(e);
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    read_metrics();
}

START_TEST(a_sum_with_an_unknown_part_is_not_known)
{
    struct llmreg_model items[2] = {llmreg_model_unknown("a:latest"),
                                    llmreg_model_unknown("b:latest")};

    items[0].size_bytes = 1000;
    set_models(items, 2);
    ck_assert_double_eq(value_of("count-models"), 2);
    ck_assert_double_eq(value_of("bytes-models"), -1);
    ck_assert_double_eq(value_of("count-models_loaded"), -1);
    ck_assert_double_eq(value_of("memory-models_loaded"), -1);
}
END_TEST

START_TEST(only_loaded_models_take_memory)
{
    struct llmreg_model items[2] = {llmreg_model_unknown("a:latest"),
                                    llmreg_model_unknown("b:latest")};

    items[0].loaded = LLMREG_YES;
    items[0].loaded_bytes = 5000;
    items[1].loaded = LLMREG_NO;
    set_models(items, 2);
    ck_assert_double_eq(value_of("count-models_loaded"), 1);
    ck_assert_double_eq(value_of("memory-models_loaded"), 5000);
    ck_assert_double_eq(value_of("memory-models_vram"), -1);
}
END_TEST

START_TEST(the_age_is_never_negative_and_ignores_steps_of_the_clock)
{
    room.now.wall_ms -= 3600000;
    read_metrics();
    ck_assert_double_eq(value_of("duration-age"), 0);
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    room.now.wall_ms += 7200000;
    room.now.mono_ns += 4 * LLMREG_NS_PER_S;
    read_metrics();
    ck_assert_double_eq(value_of("duration-age"), 4);
}
END_TEST

START_TEST(the_table_names_what_is_emitted)
{
    char name[64];
    size_t n = 0;

    room_models(&room, "gpu1", "a:latest");
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    read_metrics();
    for (; llmreg_endpoint_metric_info(n) != NULL; n++) {
        const struct llmreg_metric_info *info = llmreg_endpoint_metric_info(n);

        snprintf(name, sizeof name, "%s-%s", info->type, info->type_instance);
        ck_assert_double_ge(value_of(name), 0);
        ck_assert_uint_gt(strlen(info->help), 5);
    }
    ck_assert_uint_eq(n, nseen);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics");
    TCase *tc = tcase_create("metrics");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, before_the_first_probe_only_the_age_is_known);
    tcase_add_test(tc, a_disabled_endpoint_has_no_series);
    tcase_add_test(tc, healthy_all_twelve_are_there);
    tcase_add_test(tc, down_up_is_zero_and_the_models_are_not_known);
    tcase_add_test(tc, below_the_threshold_it_is_still_up);
    tcase_add_test(tc, degraded_is_up);
    tcase_add_test(tc, an_empty_list_is_zero_once_it_was_seen);
    tcase_add_test(tc, a_sum_with_an_unknown_part_is_not_known);
    tcase_add_test(tc, only_loaded_models_take_memory);
    tcase_add_test(tc,
                   the_age_is_never_negative_and_ignores_steps_of_the_clock);
    tcase_add_test(tc, the_table_names_what_is_emitted);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
