/* SPDX-License-Identifier: MIT */
/* test_snapshot.c - everything at one moment. */
#include <llmreg/snapshot.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"

static struct llmreg_snapshot *take(void)
{
    struct llmreg_snapshot *s = NULL;

    ck_assert_int_eq(llmreg_snapshot_take(fleet, &s), LLMREG_OK);
    return s;
}

START_TEST(an_empty_registry_has_an_empty_snapshot)
{
    struct llmreg_snapshot *s = take();

    ck_assert_uint_eq(s->count, 0);
    ck_assert_uint_eq(s->seq, llmreg_bus_last(fleet_bus));
    llmreg_snapshot_free(s);
    llmreg_snapshot_free(NULL);
}
END_TEST

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
    ck_assert_uint_eq(s->seq, llmreg_bus_last(fleet_bus));
    ck_assert_str_eq(llmreg_endpoint_id(s->items[0].endpoint), "a:1");
    ck_assert_str_eq(s->items[0].spec->url, "http://a:1");
    ck_assert_uint_eq(s->items[0].models->count, 2);
    ck_assert_int_eq(s->items[0].intent.admin, LLMREG_ADMIN_DRAINING);
    ck_assert_int_eq(s->items[0].health.state, LLMREG_HEALTH_HEALTHY);
    llmreg_snapshot_free(s);
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
    ck_assert_int_eq(s->items[0].health.state, LLMREG_HEALTH_UNKNOWN);
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
    tcase_add_test(t, a_snapshot_stays_as_it_is);
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
