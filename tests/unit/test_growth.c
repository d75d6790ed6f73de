/* SPDX-License-Identifier: MIT */
/* test_growth.c - every table of a registry grows with what is added.
 *
 * A table does not grow while its thread is in a section (rcu_table.h): one
 * that stays small here is asked to in the wrong place.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/registry/table.h"
#include "tests/unit/people.h"
#include "tests/unit/reporter.h"

#define MANY 600 /* more than a table begins with */

static void setup(void)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();

    conf.endpoints = conf.agents = conf.hosts = conf.sessions = 4 * MANY;
    fleet_now = (struct llmreg_now){.mono_ns = 5000000000, .wall_ms = 1000};
    ck_assert_int_eq(llmreg_bus_new(&fleet_bus, FLEET_RING, 1), LLMREG_OK);
    ck_assert_int_eq(
        llmreg_registry_new(&fleet, &conf, fleet_bus, &fleet_clock), LLMREG_OK);
}

static void teardown(void)
{
    llmreg_registry_free(fleet);
    llmreg_bus_free(fleet_bus);
}

START_TEST(tables_of_endpoints_grow)
{
    char id[32], model[16];

    for (int i = 0; i < MANY; i++) {
        (void)snprintf(id, sizeof id, "host%d:1", i);
        (void)snprintf(model, sizeof model, "m%d", i);
        fleet_add(id);
        fleet_models(id, model);
    }
    ck_assert_uint_ge(fleet->table.buckets, MANY);
    ck_assert_uint_ge(fleet->index.table.buckets, MANY);
    ck_assert_uint_ge(fleet->by_host.table.buckets, MANY);
    ck_assert_uint_ge(fleet->series.buckets, MANY);
}
END_TEST

START_TEST(tables_of_agents_grow)
{
    char id[32];

    for (int i = 0; i < MANY; i++) {
        (void)snprintf(id, sizeof id, "a%d", i);
        people_add(id, id);
    }
    ck_assert_uint_ge(fleet->agents.shelf.table.buckets, MANY);
    ck_assert_uint_ge(fleet->agents.names.buckets, MANY);
}
END_TEST

START_TEST(tables_of_hosts_grow)
{
    char id[32];

    reporter_reset();
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(id, sizeof id, "host%d", i);
        ck_assert_int_eq(reporter_says(id, ""), LLMREG_OK);
    }
    ck_assert_uint_ge(fleet->hosts.shelf.table.buckets, MANY);
    ck_assert_uint_ge(fleet->hosts.keys.table.buckets, MANY);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("growth");
    TCase *t = tcase_create("growth");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, tables_of_endpoints_grow);
    tcase_add_test(t, tables_of_agents_grow);
    tcase_add_test(t, tables_of_hosts_grow);
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
