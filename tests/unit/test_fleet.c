/* SPDX-License-Identifier: MIT */
/* test_fleet.c - the models of all endpoints together. */
#include <llmreg/fleet.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"

static void setup(void)
{
    fleet_setup();
    fleet_add("a:1");
    fleet_add("b:1");
    fleet_add("c:1");
}

static struct llmreg_fleet_model about(const char *name)
{
    struct llmreg_fleet_model m = {.endpoints = 0};

    if (llmreg_fleet_model(fleet, name, &m) == LLMREG_ENOENT)
        ck_assert_uint_eq(m.endpoints, 0);
    else
        ck_assert_str_eq(m.name, name);
    return m;
}

START_TEST(a_model_that_nobody_has_is_no_fleet_model)
{
    struct llmreg_fleet_model m = {.endpoints = 99};

    ck_assert_int_eq(llmreg_fleet_model(fleet, "m", &m), LLMREG_ENOENT);
    ck_assert_uint_eq(m.endpoints, 99);
    fleet_models("a:1", "m");
    ck_assert_int_eq(llmreg_fleet_model(fleet, "m", &m), LLMREG_OK);
    fleet_models("a:1", "");
    ck_assert_int_eq(llmreg_fleet_model(fleet, "m", &m), LLMREG_ENOENT);
}
END_TEST

/* A12: what is loaded and what is only there was not told apart. */
START_TEST(it_counts_who_has_it_and_who_has_it_loaded)
{
    fleet_models("a:1", "m* n");
    fleet_models("b:1", "m");
    fleet_models("c:1", "n* o");
    ck_assert_uint_eq(about("m").endpoints, 2);
    ck_assert_uint_eq(about("m").loaded, 1);
    ck_assert_uint_eq(about("n").endpoints, 2);
    ck_assert_uint_eq(about("n").loaded, 1);
    ck_assert_uint_eq(about("o").endpoints, 1);
    ck_assert_uint_eq(about("o").loaded, 0);
}
END_TEST

START_TEST(loading_and_unloading_are_followed)
{
    static const struct {
        const char *models;
        size_t m, n;
    } steps[] = {
        {"m n", 0, 0},   {"m* n", 1, 0},    {"m* n*", 1, 1}, {"m n*", 0, 1},
        {"m* x*", 1, 0}, {"n* m* x", 1, 1}, {"x", 0, 0},     {"", 0, 0},
    };

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        fleet_models("a:1", steps[i].models);
        ck_assert_uint_eq(about("m").loaded, steps[i].m);
        ck_assert_uint_eq(about("n").loaded, steps[i].n);
    }
}
END_TEST

START_TEST(what_is_removed_counts_no_more)
{
    fleet_models("a:1", "m*");
    fleet_models("b:1", "m*");
    ck_assert_int_eq(llmreg_remove(fleet, "a:1", NULL, NULL), LLMREG_OK);
    ck_assert_uint_eq(about("m").endpoints, 1);
    ck_assert_uint_eq(about("m").loaded, 1);
}
END_TEST

START_TEST(what_is_restored_counts)
{
    const struct llmreg_memory memory = {.spec = fleet_spec("d:1"),
                                         .intent = {LLMREG_ADMIN_DRAINING, 0},
                                         .models = fleet_list("m* n")};

    ck_assert_int_eq(llmreg_restore(fleet, &memory, NULL), LLMREG_OK);
    ck_assert_uint_eq(about("m").loaded, 1);
    ck_assert_uint_eq(about("n").loaded, 0);
    ck_assert_uint_eq(about("n").active, 0);
    ck_assert_int_eq(llmreg_remove(fleet, "d:1", NULL, NULL), LLMREG_OK);
    ck_assert_uint_eq(about("n").endpoints, 0);
}
END_TEST

START_TEST(health_and_intent_are_followed)
{
    const struct llmreg_intent draining = {LLMREG_ADMIN_DRAINING, 0};

    fleet_models("a:1", "m");
    fleet_models("b:1", "m");
    fleet_models("c:1", "m");
    ck_assert_uint_eq(about("m").healthy, 0);
    fleet_observe("a:1", LLMREG_REASON_OK);
    fleet_observe("b:1", LLMREG_REASON_OK);
    fleet_observe("c:1", LLMREG_REASON_BUSY); /* degraded */
    ck_assert_int_eq(llmreg_admin_set(fleet, "b:1", &draining, "", &fleet_now),
                     LLMREG_OK);
    ck_assert_uint_eq(about("m").endpoints, 3);
    ck_assert_uint_eq(about("m").healthy, 2);
    ck_assert_uint_eq(about("m").routable, 1);
    ck_assert_uint_eq(about("m").active, 2);
    ck_assert_uint_eq(about("m").unknown, 0);
    fleet_observe("b:1", LLMREG_REASON_REFUSED);
    fleet_observe("b:1", LLMREG_REASON_REFUSED);
    ck_assert_uint_eq(about("m").healthy, 1);
    ck_assert_uint_eq(about("m").routable, 1);
}
END_TEST

static void want(const char *id, enum llmreg_admin admin)
{
    const struct llmreg_intent intent = {admin, 0};

    ck_assert_int_eq(llmreg_admin_set(fleet, id, &intent, "", &fleet_now),
                     LLMREG_OK);
}

START_TEST(unknown_are_those_in_service_without_a_verdict)
{
    fleet_models("a:1", "m");
    fleet_models("b:1", "m");
    ck_assert_uint_eq(about("m").active, 2);
    ck_assert_uint_eq(about("m").unknown, 2);
    want("a:1", LLMREG_ADMIN_MAINTENANCE);
    ck_assert_uint_eq(about("m").active, 1);
    ck_assert_uint_eq(about("m").unknown, 1);
    want("a:1", LLMREG_ADMIN_DISABLED); /* from out to out */
    ck_assert_uint_eq(about("m").unknown, 1);
    fleet_observe("a:1", LLMREG_REASON_OK);
    ck_assert_uint_eq(about("m").routable, 0);
    ck_assert_uint_eq(about("m").healthy, 1);
    want("a:1", LLMREG_ADMIN_ACTIVE);
    ck_assert_uint_eq(about("m").active, 2);
    ck_assert_uint_eq(about("m").unknown, 1);
    ck_assert_uint_eq(about("m").routable, 1);
}
END_TEST

/* A list that is replaced takes along what the endpoint is at that time. */
START_TEST(a_change_of_health_between_two_lists_is_counted_in_both)
{
    fleet_models("a:1", "gone stays");
    fleet_observe("a:1", LLMREG_REASON_OK);
    fleet_models("a:1", "new stays");
    ck_assert_uint_eq(about("gone").endpoints, 0);
    ck_assert_uint_eq(about("stays").endpoints, 1);
    ck_assert_uint_eq(about("stays").routable, 1);
    ck_assert_uint_eq(about("new").routable, 1);
    ck_assert_uint_eq(about("new").unknown, 0);
    want("a:1", LLMREG_ADMIN_DRAINING);
    ck_assert_uint_eq(about("new").active, 0);
    ck_assert_uint_eq(about("stays").active, 0);
}
END_TEST

/* ---- all of them ---- */

struct seen {
    size_t names, endpoints, loaded;
    size_t stop; /* after so many */
};

static bool add_up(void *ctx, const struct llmreg_fleet_model *m)
{
    struct seen *seen = ctx;

    ck_assert_uint_gt(m->endpoints, 0);
    seen->names++;
    seen->endpoints += m->endpoints;
    seen->loaded += m->loaded;
    return seen->names != seen->stop;
}

START_TEST(every_model_that_somebody_has_is_seen_once)
{
    struct seen seen = {0};

    llmreg_each_fleet_model(fleet, add_up, &seen);
    ck_assert_uint_eq(seen.names, 0);
    fleet_models("a:1", "m* n o");
    fleet_models("b:1", "n* o*");
    fleet_models("c:1", "p");
    fleet_models("c:1", "");
    llmreg_each_fleet_model(fleet, add_up, &seen);
    ck_assert_uint_eq(seen.names, 3);
    ck_assert_uint_eq(seen.endpoints, 5);
    ck_assert_uint_eq(seen.loaded, 3);
}
END_TEST

START_TEST(the_walk_stops_when_told)
{
    struct seen seen = {.stop = 2};

    fleet_models("a:1", "m n o p");
    llmreg_each_fleet_model(fleet, add_up, &seen);
    ck_assert_uint_eq(seen.names, 2);
}
END_TEST

START_TEST(names_that_come_and_go_leave_nothing_behind)
{
    struct seen seen = {0};
    char names[64];

    for (int i = 0; i < 1000; i++) {
        (void)snprintf(names, sizeof names, "m%d* n%d stays", i, i % 7);
        fleet_models("a:1", names);
    }
    llmreg_each_fleet_model(fleet, add_up, &seen);
    ck_assert_uint_eq(seen.names, 3);
    ck_assert_uint_eq(seen.loaded, 1);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("fleet");
    TCase *t = tcase_create("fleet");

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_test(t, a_model_that_nobody_has_is_no_fleet_model);
    tcase_add_test(t, it_counts_who_has_it_and_who_has_it_loaded);
    tcase_add_test(t, loading_and_unloading_are_followed);
    tcase_add_test(t, what_is_removed_counts_no_more);
    tcase_add_test(t, what_is_restored_counts);
    tcase_add_test(t, health_and_intent_are_followed);
    tcase_add_test(t, unknown_are_those_in_service_without_a_verdict);
    tcase_add_test(t, a_change_of_health_between_two_lists_is_counted_in_both);
    tcase_add_test(t, every_model_that_somebody_has_is_seen_once);
    tcase_add_test(t, the_walk_stops_when_told);
    tcase_add_test(t, names_that_come_and_go_leave_nothing_behind);
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
