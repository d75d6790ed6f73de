/* SPDX-License-Identifier: MIT */
/* test_learn.c - lists of models, their events and the index. */
#include <llmreg/registry.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"

static void setup(void)
{
    fleet_setup();
    fleet_add("a:1");
    fleet_skip_events();
}

static const struct llmreg_models *list(void)
{
    struct llmreg_endpoint *e = fleet_get("a:1");
    const struct llmreg_models *models = llmreg_endpoint_models(e);

    llmreg_put(e);
    return models;
}

/* A7: while the endpoint stayed healthy nobody heard of its models. */
START_TEST(a_new_list_is_an_event_that_says_what_came_and_went)
{
    fleet_models("a:1", "a b*");
    const struct llmreg_event *event = fleet_event();
    ck_assert_ptr_nonnull(event);
    ck_assert_int_eq(event->type, LLMREG_EVENT_MODELS);
    ck_assert_str_eq(event->before, "0 models, 0 loaded");
    ck_assert_str_eq(event->after, "2 models, 1 loaded");
    ck_assert_str_eq(event->reason, "added a, b");
    fleet_models("a:1", "b c");
    event = fleet_event();
    ck_assert_str_eq(event->reason, "added c; removed a; changed b");
    ck_assert_ptr_null(fleet_event());
}
END_TEST

START_TEST(the_same_list_in_another_order_is_the_same)
{
    fleet_models("a:1", "a b");
    fleet_skip_events();
    const struct llmreg_models *before = list();
    fleet_models("a:1", "b a b");
    const struct llmreg_models *after = list();
    ck_assert_ptr_eq(before, after);
    ck_assert_ptr_null(fleet_event());
    llmreg_models_put(before);
    llmreg_models_put(after);
}
END_TEST

START_TEST(what_moves_while_nothing_happens_is_stored_without_an_event)
{
    struct llmreg_models models = fleet_list("a");
    struct llmreg_model model = models.items[0];
    struct llmreg_endpoint *e = fleet_get("a:1");

    models.items = &model;
    fleet_models("a:1", "a");
    fleet_skip_events();
    model.name = "a";
    model.expires_ms = 77;
    ck_assert_int_eq(llmreg_models_set(fleet, e, &models, &fleet_now),
                     LLMREG_OK);
    ck_assert_ptr_null(fleet_event());
    const struct llmreg_models *now = list();
    ck_assert_int_eq(now->items[0].expires_ms, 77);
    ck_assert_str_eq(fleet_with("a", LLMREG_ANY), "a:1");
    llmreg_models_put(now);
    llmreg_put(e);
}
END_TEST

/* E12: a valid empty list did not clear. */
START_TEST(an_empty_list_empties_it)
{
    fleet_models("a:1", "a b");
    fleet_skip_events();
    fleet_models("a:1", "");
    ck_assert_str_eq(fleet_event()->reason, "removed a, b");
    ck_assert_str_eq(fleet_with("a", LLMREG_ANY), "");
    const struct llmreg_models *now = list();
    ck_assert_uint_eq(now->count, 0);
    llmreg_models_put(now);
}
END_TEST

START_TEST(a_list_that_is_held_does_not_change)
{
    fleet_models("a:1", "a b");
    const struct llmreg_models *held = list();

    fleet_models("a:1", "c");
    ck_assert_uint_eq(held->count, 2);
    ck_assert_str_eq(held->items[0].name, "a");
    ck_assert_str_eq(held->items[1].name, "b");
    llmreg_models_put(held);
}
END_TEST

START_TEST(a_list_that_is_not_valid_changes_nothing)
{
    const struct llmreg_model nameless = llmreg_model_unknown("");
    const struct llmreg_models models = {.items = &nameless, .count = 1};
    struct llmreg_endpoint *e = fleet_get("a:1");

    fleet_models("a:1", "a");
    ck_assert_int_eq(llmreg_models_set(fleet, e, &models, &fleet_now),
                     LLMREG_EINVAL);
    ck_assert_str_eq(fleet_with("a", LLMREG_ANY), "a:1");
    llmreg_put(e);
}
END_TEST

START_TEST(a_long_reason_ends_in_dots)
{
    static char names[64][32];
    struct llmreg_model items[64];
    const struct llmreg_models models = {.items = items, .count = 64};
    struct llmreg_endpoint *e = fleet_get("a:1");

    for (int i = 0; i < 64; i++) {
        (void)snprintf(names[i], sizeof names[i], "model-number-%02d:latest",
                       i);
        items[i] = llmreg_model_unknown(names[i]);
    }
    ck_assert_int_eq(llmreg_models_set(fleet, e, &models, &fleet_now),
                     LLMREG_OK);
    const char *reason = fleet_event()->reason;
    ck_assert_uint_lt(strlen(reason), 256);
    ck_assert_str_eq(reason + strlen(reason) - 3, "...");
    llmreg_put(e);
}
END_TEST

/* E2: duplicate names were indexed twice. */
START_TEST(a_name_that_comes_twice_is_in_the_index_once)
{
    fleet_models("a:1", "a a a");
    ck_assert_str_eq(fleet_with("a", LLMREG_ANY), "a:1");
    fleet_models("a:1", "");
    ck_assert_str_eq(fleet_with("a", LLMREG_ANY), "");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("learn");
    TCase *t = tcase_create("learn");

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_test(t, a_new_list_is_an_event_that_says_what_came_and_went);
    tcase_add_test(t, the_same_list_in_another_order_is_the_same);
    tcase_add_test(t,
                   what_moves_while_nothing_happens_is_stored_without_an_event);
    tcase_add_test(t, an_empty_list_empties_it);
    tcase_add_test(t, a_list_that_is_held_does_not_change);
    tcase_add_test(t, a_list_that_is_not_valid_changes_nothing);
    tcase_add_test(t, a_long_reason_ends_in_dots);
    tcase_add_test(t, a_name_that_comes_twice_is_in_the_index_once);
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
