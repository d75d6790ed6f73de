/* SPDX-License-Identifier: MIT */
/* test_samples.c - hosts are reported, by themselves and with heartbeats. */
#include "tests/support/desk.h"

#include <check.h>
#include <stdlib.h>

#define REGISTER "POST /api/v1/agents/register"
#define W1       "{\"agent_id\":\"w1\",\"type\":\"worker\",\"name\":\"one\"}"

static struct desk d;

static void setup(void)
{
    desk_open(&d);
}

static void teardown(void)
{
    desk_close(&d);
}

static void make(const char *who, const char *body)
{
    desk_ask(&d, who, REGISTER, body, 200);
}

START_TEST(a_heartbeat_with_resources_leaves_the_host_as_it_was_registered)
{
    make("agent", "{\"agent_id\":\"w1\",\"type\":\"worker\",\"name\":\"one\","
                  "\"host\":\"node7\",\"addresses\":[\"10.1.1.7\"]}");
    desk_ask(&d, "operator", "POST /api/v1/hosts/node7/resources",
             "{\"name\":\"the seventh\",\"cpu_percent\":1}", 200);
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/heartbeat",
             "{\"resources\":{\"cpu_percent\":2}}", 200);
    desk_ask(&d, "reader", "GET /api/v1/hosts/10.1.1.7", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "id"), "node7");
    ck_assert_str_eq(desk_get(&d, "name"), "the seventh");
    ck_assert_str_eq(desk_get(&d, "resources.cpu_percent"), "2");
}
END_TEST

START_TEST(two_hosts_behind_one_address_are_two)
{
    d.peer = "192.0.2.1";
    make("operator", "{\"type\":\"worker\",\"name\":\"one\",\"host\":"
                     "\"node1\",\"addresses\":[\"10.1.1.1\"]}");
    make("operator", "{\"type\":\"worker\",\"name\":\"two\",\"host\":"
                     "\"node2\",\"addresses\":[\"10.1.1.2\"]}");
    desk_ask(&d, "reader", "GET /api/v1/hosts/192.0.2.1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "id"), "node1");
    desk_ask(&d, "reader", "GET /api/v1/hosts/10.1.1.2", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "id"), "node2");
    ck_assert_str_eq(desk_get(&d, "claims"), "0");
}
END_TEST

/* The other would take it over with each heartbeat, and back. */
START_TEST(of_two_agents_the_first_speaks_for_the_host_while_it_is_there)
{
    static const char beat[] = "{\"resources\":{\"cpu_percent\":2}}";

    make("operator",
         "{\"agent_id\":\"w1\",\"type\":\"worker\",\"name\":\"one\","
         "\"host\":\"node7\",\"addresses\":[\"10.1.1.7\"]}");
    make("operator",
         "{\"agent_id\":\"w2\",\"type\":\"worker\",\"name\":\"two\","
         "\"host\":\"node7\",\"interval_seconds\":60}");
    desk_ask(&d, "operator", "POST /api/v1/agents/w1/heartbeat", beat, 200);
    uint64_t last = llmreg_bus_last(d.api->bus);
    desk_ask(&d, "operator", "POST /api/v1/agents/w1/heartbeat", beat, 200);
    ck_assert_uint_eq(llmreg_bus_last(d.api->bus), last);
    desk_ask(&d, "operator", "POST /api/v1/agents/w2/heartbeat", beat, 200);
    desk_ask(&d, "reader", "GET /api/v1/hosts/10.1.1.7", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "agent"), "w1");
    ck_assert_str_eq(desk_get(&d, "interval_ms"), "30000");
    desk_ask(&d, "operator", "POST /api/v1/agents/w1/unregister", NULL, 200);
    desk_ask(&d, "operator", "POST /api/v1/agents/w2/heartbeat", beat, 200);
    desk_ask(&d, "reader", "GET /api/v1/hosts/10.1.1.7", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "agent"), "w2");
}
END_TEST

START_TEST(a_sample_of_a_host_that_is_new_makes_it)
{
    desk_ask(&d, "operator", "POST /api/v1/hosts/Node%2D9/resources",
             "{\"name\":\"the ninth\",\"cpu_percent\":1,\"addresses\":"
             "[\"10.1.1.9\"],\"interval_seconds\":10}",
             200);
    ck_assert_str_eq(desk_get(&d, "next_interval_seconds"), "10");
    desk_ask(&d, "reader", "GET /api/v1/hosts/node-9", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "name"), "the ninth");
    ck_assert_str_eq(desk_get(&d, "resources.cpu_percent"), "1");
    desk_ask(&d, "reader", "GET /api/v1/hosts?stale=false", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "hosts[].id"), 1);
    desk_ask(&d, "reader", "GET /api/v1/hosts?stale=true", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "hosts[].id"), 0);
}
END_TEST

START_TEST(a_sample_is_stale_after_its_time_and_not_shown)
{
    desk_ask(&d, "operator", "POST /api/v1/hosts/n1/resources",
             "{\"cpu_percent\":1}", 200);
    desk_pass(&d, 91000);
    desk_ask(&d, "reader", "GET /api/v1/hosts/n1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "resources"), "null");
    ck_assert_str_eq(desk_get(&d, "stale"), "true");
}
END_TEST

START_TEST(new_hosts_come_only_so_often)
{
    d.api->conf.new_hosts = (struct bucket_rule){1, 2};
    desk_ask(&d, "operator", "POST /api/v1/hosts/n1/resources", "{}", 200);
    desk_ask(&d, "operator", "POST /api/v1/hosts/n2/resources", "{}", 200);
    desk_ask(&d, "operator", "POST /api/v1/hosts/n3/resources", "{}", 429);
    ck_assert_str_eq(desk_field(&d, "Retry-After"), "1");
    desk_ask(&d, "agent", REGISTER, W1, 429);
    desk_ask(&d, "operator", "POST /api/v1/hosts/n1/resources", "{}", 200);
    desk_ask(&d, "reader", "GET /api/v1/agents/w1", NULL, 404);
}
END_TEST

START_TEST(an_address_that_another_host_has_is_a_conflict)
{
    desk_ask(&d, "operator", "POST /api/v1/hosts/n1/resources",
             "{\"addresses\":[\"10.1.1.1\"]}", 200);
    desk_ask(&d, "operator", "POST /api/v1/hosts/n2/resources",
             "{\"addresses\":[\"10.1.1.1\"]}", 409);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("samples");
    TCase *tc = tcase_create("samples");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(
        tc, a_heartbeat_with_resources_leaves_the_host_as_it_was_registered);
    tcase_add_test(tc, two_hosts_behind_one_address_are_two);
    tcase_add_test(
        tc, of_two_agents_the_first_speaks_for_the_host_while_it_is_there);
    tcase_add_test(tc, a_sample_of_a_host_that_is_new_makes_it);
    tcase_add_test(tc, a_sample_is_stale_after_its_time_and_not_shown);
    tcase_add_test(tc, new_hosts_come_only_so_often);
    tcase_add_test(tc, an_address_that_another_host_has_is_a_conflict);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
