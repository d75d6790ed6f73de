/* SPDX-License-Identifier: MIT */
/* test_announced.c - the endpoints that agents announce: all of them, and those
 * that they do not announce any more are gone. */
#include "tests/support/desk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/agents.h>

#define REGISTER "POST /api/v1/agents/register"

static struct desk d;

static void setup(void)
{
    desk_open(&d);
}

static void teardown(void)
{
    desk_close(&d);
}

static void announce_as(const char *who, const char *id, const char *list)
{
    char body[8192];

    snprintf(body, sizeof body,
             "{\"agent_id\":\"%s\",\"type\":\"worker\",\"name\":\"%s\"%s%s}",
             id, id, list[0] == '\0' ? "" : ",\"endpoints\":", list);
    desk_ask(&d, who, REGISTER, body, 200);
}

static bool is_there(const char *id)
{
    struct llmreg_endpoint *e = llmreg_get(d.registry, id);

    llmreg_put(e);
    return e != NULL;
}

static const struct llmreg_spec *spec(const char *id)
{
    struct llmreg_endpoint *e = llmreg_get(d.registry, id);
    const struct llmreg_spec *s;

    ck_assert_msg(e != NULL, "no %s", id);
    s = llmreg_endpoint_spec(e);
    llmreg_put(e);
    return s;
}

START_TEST(they_are_registered_as_found_and_on_its_host)
{
    announce_as("agent", "w1",
                "[\"http://gpu1:11434\",{\"url\":\"http://gpu2:8000/x/\","
                "\"name\":\"two\",\"kind\":\"vllm\"},\"gpu3\"]");
    ck_assert_uint_eq(desk_count(&d, "endpoints[].id"), 3);
    ck_assert_str_eq(desk_nth(&d, "endpoints[].id", 1), "gpu2:8000/x");
    ck_assert_str_eq(desk_nth(&d, "endpoints[].created", 2), "true");
    ck_assert_str_eq(desk_nth(&d, "endpoints[].error", 2), "null");
    const struct llmreg_spec *s = spec("gpu2:8000/x");
    ck_assert_int_eq(s->source, LLMREG_SOURCE_AUTO);
    ck_assert_int_eq(s->kind, LLMREG_KIND_VLLM);
    ck_assert_str_eq(s->name, "two");
    ck_assert_str_eq(s->owner, "192.0.2.9");
    ck_assert_str_eq(s->origin, "agent w1");
    ck_assert_int_eq(s->interval_ms, 30000);
    llmreg_spec_put(s);
    ck_assert(is_there("gpu3:11434"));
    desk_ask(&d, "reader", "GET /api/v1/hosts/192.0.2.9", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "endpoints[]"), 3);
}
END_TEST

START_TEST(one_on_its_own_machine_is_reached_at_its_address)
{
    announce_as("agent", "w1",
                "[\"http://localhost:11434\",\"127.0.0.1:1\",\"[::1]:2\"]");
    ck_assert_str_eq(desk_nth(&d, "endpoints[].id", 0), "192.0.2.9:11434");
    ck_assert_str_eq(desk_nth(&d, "endpoints[].id", 1), "192.0.2.9:1");
    ck_assert_str_eq(desk_nth(&d, "endpoints[].id", 2), "192.0.2.9:2");
    announce_as("root", "w2", "[\"http://localhost:11434\"]");
    ck_assert_str_eq(desk_get(&d, "endpoints[].id"), "localhost:11434");
}
END_TEST

START_TEST(one_that_is_wrong_keeps_nobody_from_registering)
{
    announce_as("agent", "w1",
                "[\"ftp://x\",\"http://gpu1:11434\",{\"url\":\"gpu2\","
                "\"kind\":\"abacus\"}]");
    ck_assert_str_eq(desk_nth(&d, "endpoints[].id", 0), "null");
    ck_assert_str_ne(desk_nth(&d, "endpoints[].error", 0), "null");
    ck_assert_str_eq(desk_nth(&d, "endpoints[].error", 1), "null");
    ck_assert_ptr_nonnull(
        strstr(desk_nth(&d, "endpoints[].error", 2), "abacus"));
    ck_assert(is_there("gpu1:11434"));
    ck_assert(!is_there("gpu2:11434"));
}
END_TEST

/* E16: one whose address changed was a second one, and the old one stayed. */
START_TEST(those_that_it_announces_no_more_are_removed)
{
    announce_as("agent", "w1", "[\"gpu1\",\"gpu2\"]");
    announce_as("agent", "w1", "[\"gpu2\",\"gpu3\"]");
    ck_assert(!is_there("gpu1:11434"));
    ck_assert(is_there("gpu2:11434"));
    ck_assert(is_there("gpu3:11434"));
    announce_as("agent", "w1", ""); /* nothing said of them */
    ck_assert(is_there("gpu2:11434"));
    announce_as("agent", "w1", "[]");
    ck_assert(!is_there("gpu2:11434"));
    ck_assert(!is_there("gpu3:11434"));
}
END_TEST

START_TEST(those_of_others_and_of_people_stay)
{
    const struct llmreg_spec manual = {.id = "gpu9:11434",
                                       .url = "http://gpu9:11434",
                                       .name = "nine",
                                       .host = "gpu9",
                                       .series = "nine",
                                       .kind = LLMREG_KIND_AUTO,
                                       .source = LLMREG_SOURCE_MANUAL,
                                       .priority = 70,
                                       .interval_ms = 10000};

    ck_assert_int_eq(llmreg_set(d.registry, &manual, NULL, NULL), LLMREG_OK);
    announce_as("agent", "w1", "[\"gpu1\",\"gpu9\"]");
    announce_as("agent2", "w2", "[\"gpu2\"]");
    const struct llmreg_spec *s = spec("gpu9:11434");
    ck_assert_int_eq(s->source, LLMREG_SOURCE_MANUAL);
    ck_assert_int_eq(s->priority, 70);
    ck_assert_str_eq(s->name, "nine");
    llmreg_spec_put(s);
    announce_as("agent", "w1", "[]");
    ck_assert(is_there("gpu9:11434"));
    ck_assert(is_there("gpu2:11434"));
    ck_assert(!is_there("gpu1:11434"));
}
END_TEST

START_TEST(one_agent_does_not_take_what_another_announces)
{
    announce_as("agent", "w1", "[{\"url\":\"gpu1\",\"name\":\"mine\"}]");
    announce_as("agent2", "w2",
                "[{\"url\":\"gpu1\",\"name\":\"evil\",\"kind\":\"tgi\"}]");
    ck_assert_str_ne(desk_get(&d, "endpoints[].error"), "null");
    const struct llmreg_spec *s = spec("gpu1:11434");
    ck_assert_str_eq(s->name, "mine");
    ck_assert_str_eq(s->origin, "agent w1");
    llmreg_spec_put(s);
    announce_as("agent2", "w2", "[]");
    ck_assert(is_there("gpu1:11434"));
    /* When the first is gone, it is free. */
    announce_as("agent", "w1", "[]");
    announce_as("agent2", "w2", "[\"gpu1\"]");
    ck_assert_str_eq(desk_get(&d, "endpoints[].created"), "true");
}
END_TEST

START_TEST(one_that_moves_to_another_host_takes_them_along)
{
    announce_as("operator", "w1", "[\"gpu1\",\"gpu2\"]");
    d.peer = "10.0.0.7";
    announce_as("operator", "w1", "[\"gpu1\"]");
    ck_assert(is_there("gpu1:11434"));
    ck_assert(!is_there("gpu2:11434"));
}
END_TEST

START_TEST(more_than_its_quota_is_refused)
{
    d.api->conf.endpoints_each = 2;
    desk_ask(&d, "agent", REGISTER,
             "{\"type\":\"worker\",\"name\":\"x\",\"endpoints\":[\"gpu1\","
             "\"gpu2\",\"gpu3\"]}",
             422);
    ck_assert_str_eq(desk_get(&d, "error.field"), "endpoints");
    ck_assert(!is_there("gpu1:11434"));
    announce_as("agent", "w1", "[\"gpu1\",\"gpu2\"]");
}
END_TEST

START_TEST(who_leaves_takes_them_along)
{
    announce_as("agent", "w1", "[\"gpu1\",\"gpu2\"]");
    desk_ask(&d, "agent", "POST /api/v1/agents/w1/unregister", NULL, 200);
    ck_assert(!is_there("gpu1:11434"));
    ck_assert(!is_there("gpu2:11434"));
}
END_TEST

START_TEST(one_that_has_requests_pending_stays_until_the_next_time)
{
    announce_as("agent", "w1", "[\"gpu1\"]");
    struct llmreg_endpoint *e = llmreg_get(d.registry, "gpu1:11434");
    llmreg_request_begin(e);
    announce_as("agent", "w1", "[]");
    ck_assert(is_there("gpu1:11434"));
    ck_assert(llmreg_request_end(e, -1));
    announce_as("agent", "w1", "[]");
    ck_assert(!is_there("gpu1:11434"));
    llmreg_put(e);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("announced");
    TCase *tc = tcase_create("announced");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, they_are_registered_as_found_and_on_its_host);
    tcase_add_test(tc, one_on_its_own_machine_is_reached_at_its_address);
    tcase_add_test(tc, one_that_is_wrong_keeps_nobody_from_registering);
    tcase_add_test(tc, those_that_it_announces_no_more_are_removed);
    tcase_add_test(tc, those_of_others_and_of_people_stay);
    tcase_add_test(tc, one_agent_does_not_take_what_another_announces);
    tcase_add_test(tc, one_that_moves_to_another_host_takes_them_along);
    tcase_add_test(tc, more_than_its_quota_is_refused);
    tcase_add_test(tc, who_leaves_takes_them_along);
    tcase_add_test(tc, one_that_has_requests_pending_stays_until_the_next_time);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
