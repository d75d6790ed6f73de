/* SPDX-License-Identifier: MIT */
/* test_registry.c - finding, walking and counting. */
#include <llmreg/registry.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"

START_TEST(a_registry_wants_a_sensible_limit_a_bus_and_a_clock)
{
    struct llmreg_registry_conf none = llmreg_registry_conf();
    struct llmreg_registry_conf many = llmreg_registry_conf();
    const struct llmreg_registry_conf good = llmreg_registry_conf();
    struct llmreg_registry *r = NULL;

    none.endpoints = 0;
    many.endpoints = LLMREG_LIMIT + 1;
    ck_assert_int_eq(llmreg_registry_new(&r, &none, fleet_bus, &fleet_clock),
                     LLMREG_EINVAL);
    ck_assert_int_eq(llmreg_registry_new(&r, &many, fleet_bus, &fleet_clock),
                     LLMREG_EINVAL);
    ck_assert_int_eq(llmreg_registry_new(&r, &good, NULL, &fleet_clock),
                     LLMREG_EINVAL);
    ck_assert_int_eq(llmreg_registry_new(&r, &good, fleet_bus, NULL),
                     LLMREG_EINVAL);
    ck_assert_ptr_null(r);
    llmreg_registry_free(NULL);
}
END_TEST

START_TEST(two_registries_live_side_by_side)
{
    const struct llmreg_registry_conf conf = llmreg_registry_conf();
    struct llmreg_registry *other = NULL;

    ck_assert_int_eq(
        llmreg_registry_new(&other, &conf, fleet_bus, &fleet_clock), LLMREG_OK);
    fleet_add("a:1");
    ck_assert_ptr_null(llmreg_get(other, "a:1"));
    llmreg_registry_free(other);
    ck_assert_str_eq(fleet_ids(), "a:1");
}
END_TEST

START_TEST(an_endpoint_is_found_by_its_id_only)
{
    fleet_add("a:1");
    struct llmreg_endpoint *e = llmreg_get(fleet, "a:1");

    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(llmreg_endpoint_id(e), "a:1");
    llmreg_put(e);
    ck_assert_ptr_null(llmreg_get(fleet, "a:2"));
    ck_assert_ptr_null(llmreg_get(fleet, ""));
}
END_TEST

START_TEST(a_reference_outlives_the_removal)
{
    fleet_add("a:1");
    struct llmreg_endpoint *e = fleet_get("a:1");

    ck_assert_int_eq(llmreg_remove(fleet, "a:1", NULL, NULL), LLMREG_OK);
    ck_assert(!llmreg_endpoint_alive(e));
    ck_assert_str_eq(llmreg_endpoint_id(e), "a:1");
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    ck_assert_str_eq(spec->url, "http://a:1");
    llmreg_spec_put(spec);
    llmreg_put(e);
}
END_TEST

START_TEST(a_walk_sees_all_and_stops_when_told)
{
    ck_assert_str_eq(fleet_ids(), "");
    fleet_add("b:1");
    fleet_add("a:1");
    fleet_add("c:1");
    ck_assert_str_eq(fleet_ids(), "a:1 b:1 c:1");
    ck_assert_int_eq(llmreg_remove(fleet, "b:1", NULL, NULL), LLMREG_OK);
    ck_assert_str_eq(fleet_ids(), "a:1 c:1");
}
END_TEST

static bool stop_at_once(void *ctx, struct llmreg_endpoint *e)
{
    struct llmreg_endpoint **held = ctx;

    ck_assert_ptr_null(*held);
    *held = llmreg_hold(e);
    return false;
}

START_TEST(a_walk_lends_what_may_be_held)
{
    struct llmreg_endpoint *held = NULL;

    fleet_add("a:1");
    fleet_add("b:1");
    fleet_models("a:1", "m");
    fleet_models("b:1", "m");
    llmreg_each(fleet, stop_at_once, &held);
    ck_assert_int_eq(llmreg_remove(fleet, llmreg_endpoint_id(held), NULL, NULL),
                     LLMREG_OK);
    ck_assert(!llmreg_endpoint_alive(held));
    llmreg_put(held);
    held = NULL;
    llmreg_each_with_model(fleet, "m", LLMREG_ANY, stop_at_once, &held);
    ck_assert(llmreg_endpoint_alive(held));
    llmreg_put(held);
}
END_TEST

START_TEST(by_model_only_those_that_have_it_are_seen)
{
    fleet_add("a:1");
    fleet_add("b:1");
    fleet_models("a:1", "llama3:latest qwen:7b");
    fleet_models("b:1", "qwen:7b");
    ck_assert_str_eq(fleet_with("qwen:7b", LLMREG_ANY), "a:1 b:1");
    ck_assert_str_eq(fleet_with("llama3:latest", LLMREG_ANY), "a:1");
    ck_assert_str_eq(fleet_with("llama3", LLMREG_ANY), "");
    ck_assert_int_eq(llmreg_remove(fleet, "a:1", NULL, NULL), LLMREG_OK);
    ck_assert_str_eq(fleet_with("qwen:7b", LLMREG_ANY), "b:1");
    ck_assert_str_eq(fleet_with("llama3:latest", LLMREG_ANY), "");
}
END_TEST

START_TEST(healthy_looks_at_health_routable_at_the_intent_too)
{
    const struct llmreg_intent draining = {LLMREG_ADMIN_DRAINING, 0};
    const char *ids[] = {"a:1", "b:1", "c:1", "d:1"};

    for (int i = 0; i < 4; i++) {
        fleet_add(ids[i]);
        fleet_models(ids[i], "m");
    }
    fleet_observe("a:1", LLMREG_REASON_OK);
    fleet_observe("b:1", LLMREG_REASON_OK);
    fleet_observe("c:1", LLMREG_REASON_PARSE); /* degraded */
    ck_assert_int_eq(llmreg_admin_set(fleet, "b:1", &draining, "", &fleet_now),
                     LLMREG_OK);
    ck_assert_str_eq(fleet_with("m", LLMREG_ANY), "a:1 b:1 c:1 d:1");
    ck_assert_str_eq(fleet_with("m", LLMREG_HEALTHY), "a:1 b:1");
    ck_assert_str_eq(fleet_with("m", LLMREG_ROUTABLE), "a:1");
}
END_TEST

START_TEST(counts_follow_every_change)
{
    struct llmreg_counts n;

    fleet_add("a:1");
    fleet_add("b:1");
    fleet_observe("a:1", LLMREG_REASON_OK);
    fleet_models("a:1", "x* y");
    fleet_models("b:1", "y* z*");
    llmreg_count(fleet, &n);
    ck_assert_uint_eq(n.endpoints, 2);
    ck_assert_uint_eq(n.by_state[LLMREG_HEALTH_HEALTHY], 1);
    ck_assert_uint_eq(n.by_state[LLMREG_HEALTH_UNKNOWN], 1);
    ck_assert_uint_eq(n.models_distinct, 3);
    ck_assert_uint_eq(n.models_loaded, 3);
    fleet_models("a:1", "y");
    ck_assert_int_eq(llmreg_remove(fleet, "b:1", NULL, NULL), LLMREG_OK);
    llmreg_count(fleet, &n);
    ck_assert_uint_eq(n.endpoints, 1);
    ck_assert_uint_eq(n.by_state[LLMREG_HEALTH_UNKNOWN], 0);
    ck_assert_uint_eq(n.models_distinct, 1);
    ck_assert_uint_eq(n.models_loaded, 0);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("registry");
    TCase *t = tcase_create("registry");

    tcase_add_checked_fixture(t, fleet_setup, fleet_teardown);
    tcase_add_test(t, a_registry_wants_a_sensible_limit_a_bus_and_a_clock);
    tcase_add_test(t, two_registries_live_side_by_side);
    tcase_add_test(t, an_endpoint_is_found_by_its_id_only);
    tcase_add_test(t, a_reference_outlives_the_removal);
    tcase_add_test(t, a_walk_sees_all_and_stops_when_told);
    tcase_add_test(t, a_walk_lends_what_may_be_held);
    tcase_add_test(t, by_model_only_those_that_have_it_are_seen);
    tcase_add_test(t, healthy_looks_at_health_routable_at_the_intent_too);
    tcase_add_test(t, counts_follow_every_change);
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
