/* SPDX-License-Identifier: MIT */
/* test_metrics_fleet.c - the counts over all endpoints. */
#include <llmreg/metrics.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/room.h"

static struct room room;

struct wanted {
    const char *name;
    double value;
};

static void setup(void)
{
    room_open(&room);
}

static void teardown(void)
{
    room_close(&room);
}

static void find(void *ctx, const struct llmreg_metric *m)
{
    struct wanted *w = ctx;

    ck_assert_ptr_null(m->host);
    ck_assert_str_eq(m->plugin_instance, "fleet");
    ck_assert_str_eq(m->type, "count");
    if (strcmp(m->type_instance, w->name) == 0)
        w->value = m->value;
}

static double value_of(const char *name)
{
    struct wanted w = {name, -1};

    llmreg_fleet_metrics(room.registry, find, &w);
    return w.value;
}

START_TEST(an_empty_fleet_is_all_zero)
{
    for (size_t n = 0; llmreg_fleet_metric_info(n) != NULL; n++)
        ck_assert_double_eq(
            value_of(llmreg_fleet_metric_info(n)->type_instance), 0);
}
END_TEST

START_TEST(endpoints_are_counted_by_state)
{
    room_add(&room, "unknown");
    room_add(&room, "healthy");
    room_observe(&room, "healthy", LLMREG_REASON_OK);
    room_add(&room, "degraded");
    room_observe(&room, "degraded", LLMREG_REASON_BUSY);
    room_add(&room, "unhealthy");
    room_observe(&room, "unhealthy", LLMREG_REASON_HTTP_STATUS);
    room_observe(&room, "unhealthy", LLMREG_REASON_HTTP_STATUS);
    room_add(&room, "unreachable");
    room_observe(&room, "unreachable", LLMREG_REASON_DNS);
    room_observe(&room, "unreachable", LLMREG_REASON_DNS);
    ck_assert_double_eq(value_of("endpoints"), 5);
    ck_assert_double_eq(value_of("endpoints_unknown"), 1);
    ck_assert_double_eq(value_of("endpoints_healthy"), 1);
    ck_assert_double_eq(value_of("endpoints_degraded"), 1);
    ck_assert_double_eq(value_of("endpoints_unhealthy"), 1);
    ck_assert_double_eq(value_of("endpoints_unreachable"), 1);
}
END_TEST

START_TEST(models_are_counted_by_name_and_by_place)
{
    room_add(&room, "gpu1");
    room_add(&room, "gpu2");
    room_models(&room, "gpu1", "a:latest,b:latest");
    room_models(&room, "gpu2", "b:latest,c:latest");
    ck_assert_double_eq(value_of("models_distinct"), 3);
    ck_assert_double_eq(value_of("models_loaded"), 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics_fleet");
    TCase *tc = tcase_create("metrics_fleet");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, an_empty_fleet_is_all_zero);
    tcase_add_test(tc, endpoints_are_counted_by_state);
    tcase_add_test(tc, models_are_counted_by_name_and_by_place);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
