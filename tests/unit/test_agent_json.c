/* SPDX-License-Identifier: MIT */
/* test_agent_json.c - an agent as people and programs get it. */
#include <llmreg/json.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/people.h"

static char written[65536];
static size_t length;

static int sink(void *ctx, const char *bytes, size_t len)
{
    (void)ctx;
    if (len >= sizeof written - length)
        return LLMREG_ETOOBIG;
    memcpy(written + length, bytes, len);
    length += len;
    written[length] = '\0';
    return LLMREG_OK;
}

static const char *render(const char *id)
{
    static struct llmreg_json_out w;
    struct llmreg_agent *a = people_get(id);

    length = 0;
    llmreg_json_out_init(&w, sink, NULL);
    llmreg_agent_json(&w, NULL, a, &fleet_now);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    llmreg_agent_put(a);
    return written;
}

static int ignore(void *ctx, const struct llmreg_json_event *event)
{
    (void)ctx;
    (void)event;
    return LLMREG_OK;
}

static void is_json(void)
{
    const struct llmreg_json_limits limits = {65536, 16, 1000, 4096};
    struct llmreg_error err = {""};

    ck_assert_msg(llmreg_json_read(written, length, &limits, ignore, NULL,
                                   &err) == LLMREG_OK,
                  "%s", err.text);
}

START_TEST(all_that_is_known_is_there)
{
    struct llmreg_heartbeat beat = people_heartbeat();

    people_add("a1", "ann");
    people_wait(1000);
    beat.activity = "working";
    beat.latency_us = 1500;
    beat.peer = "10.0.0.2";
    ck_assert_int_eq(people_send("a1", &beat), LLMREG_OK);
    people_wait(2500);
    ck_assert_str_eq(
        render("a1"),
        "{\"id\":\"a1\",\"type\":\"worker\",\"name\":\"ann\","
        "\"role\":\"edge\",\"domain\":\"lab\",\"cluster\":\"in_cluster\","
        "\"host\":\"gpu1.example\",\"url\":\"http://gpu1.example:8000\","
        "\"version\":\"1.2\",\"source\":\"auto\",\"interval_ms\":30000,"
        "\"capabilities\":[\"chat\",\"gpu=h100\"],\"metadata\":{\"rack\":7},"
        "\"presence\":\"online\",\"since\":\"1970-01-01T00:00:02.000Z\","
        "\"since_ms\":2000,\"health\":\"healthy\",\"activity\":\"working\","
        "\"registered_at\":\"1970-01-01T00:00:01.000Z\","
        "\"registered_at_ms\":1000,\"seen_at\":\"1970-01-01T00:00:02.000Z\","
        "\"seen_at_ms\":2000,\"seen_age_seconds\":2.5,\"heartbeats\":1,"
        "\"latency_ms\":1.5,\"address\":\"10.0.0.2\","
        "\"other_address\":\"10.0.0.1\",\"registrations\":1,"
        "\"address_changes\":1}");
}
END_TEST

START_TEST(what_is_not_known_is_null)
{
    const struct llmreg_agent_state stored = {.latency_us = -1};
    struct llmreg_agent_spec spec = people_spec("a1", "ann");

    spec.role = spec.domain = spec.cluster = spec.host = spec.url = "";
    spec.version = "";
    spec.ncapabilities = spec.nmetadata = 0;
    ck_assert_int_eq(llmreg_agent_restore(fleet, &spec, &stored, NULL),
                     LLMREG_OK);
    ck_assert_str_eq(
        render("a1"),
        "{\"id\":\"a1\",\"type\":\"worker\",\"name\":\"ann\",\"role\":null,"
        "\"domain\":null,\"cluster\":null,\"host\":null,\"url\":null,"
        "\"version\":null,\"source\":\"auto\",\"interval_ms\":30000,"
        "\"capabilities\":[],\"metadata\":{},\"presence\":\"connecting\","
        "\"since\":\"1970-01-01T00:00:01.000Z\",\"since_ms\":1000,"
        "\"health\":\"unknown\",\"activity\":null,\"registered_at\":null,"
        "\"registered_at_ms\":null,\"seen_at\":null,\"seen_at_ms\":null,"
        "\"seen_age_seconds\":null,\"heartbeats\":0,\"latency_ms\":null,"
        "\"address\":null,\"other_address\":null,\"registrations\":0,"
        "\"address_changes\":0}");
}
END_TEST

/* A heartbeat may come between the look at the clock and that at the agent. */
START_TEST(no_age_is_below_zero)
{
    people_add("a1", "ann");
    people_wait(5000);
    people_beat("a1");
    people_wait(-3000);
    ck_assert_ptr_nonnull(strstr(render("a1"), "\"seen_age_seconds\":0,"));
}
END_TEST

START_TEST(metadata_cannot_end_the_script_that_it_stands_in)
{
    static const struct llmreg_member evil[] = {
        {"a", "\"</script>&\""},
        {"b", "{\"<!--\":\"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xa6\"}"}};
    struct llmreg_agent_spec spec = people_spec("a1", "ann");

    spec.metadata = evil;
    spec.nmetadata = 2;
    people_register(&spec);
    ck_assert_ptr_nonnull(
        strstr(render("a1"),
               "\"metadata\":{\"a\":\"\\u003c/script\\u003e\\u0026\","
               "\"b\":{\"\\u003c!--\":\"\\u2028\\u2029\xe2\x80\xa6\"}}"));
    is_json();
}
END_TEST

START_TEST(the_longest_of_everything_fits)
{
    static char value[1025], name[65], words[257];
    const struct llmreg_member m = {name, value};
    const struct llmreg_capability c = {name, words};
    struct llmreg_agent_spec spec = people_spec("a1", "ann");

    memset(value, '<', 1024);
    value[0] = value[1023] = '"';
    memset(name, 'n', 64);
    memset(words, 'w', 256);
    spec.metadata = &m;
    spec.nmetadata = 1;
    spec.capabilities = &c;
    spec.ncapabilities = 1;
    people_register(&spec);
    (void)render("a1");
    is_json();
    ck_assert_ptr_nonnull(strstr(written, "n=w"));
    ck_assert_uint_gt(length, 1022 * 6);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("agent_json");
    TCase *t = tcase_create("agent_json");

    tcase_add_checked_fixture(t, fleet_setup, fleet_teardown);
    tcase_add_test(t, all_that_is_known_is_there);
    tcase_add_test(t, what_is_not_known_is_null);
    tcase_add_test(t, no_age_is_below_zero);
    tcase_add_test(t, metadata_cannot_end_the_script_that_it_stands_in);
    tcase_add_test(t, the_longest_of_everything_fits);
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
