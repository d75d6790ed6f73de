/* SPDX-License-Identifier: MIT */
/* test_endpoints_routes.c - endpoints over HTTP: lists and their filters, what
 * operators say of them and what stays of it, requests of routers. */
#include "tests/support/desk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ADD  "POST /api/v1/endpoints"
#define GPU1 "/api/v1/endpoints/gpu1:11434"

static struct desk d;

static void setup(void)
{
    desk_open(&d);
}

static void teardown(void)
{
    desk_close(&d);
}

static void add(const char *body)
{
    desk_ask(&d, "operator", ADD, body, 201);
}

static struct llmreg_endpoint *get(const char *id)
{
    struct llmreg_endpoint *e = llmreg_get(d.registry, id);

    ck_assert_msg(e != NULL, "no %s", id);
    return e;
}

static void observe(const char *id, enum llmreg_reason reason)
{
    static const struct llmreg_health_rule rule = {1, 1};
    const struct llmreg_observation seen = {.reason = reason, .total_us = 5};
    struct llmreg_endpoint *e = get(id);

    ck_assert_int_eq(llmreg_observe(d.registry, e, &seen, &rule, &d.now),
                     LLMREG_OK);
    llmreg_put(e);
}

static void give_model(const char *id, const char *name)
{
    const struct llmreg_model m = llmreg_model_unknown(name);
    const struct llmreg_models models = {.items = &m, .count = 1};
    struct llmreg_endpoint *e = get(id);

    ck_assert_int_eq(llmreg_models_set(d.registry, e, &models, &d.now),
                     LLMREG_OK);
    llmreg_put(e);
}

/* ---- adding ---- */

START_TEST(one_is_added_by_its_url_and_stays)
{
    add("{\"url\":\"http://GPU1:11434/\",\"name\":\"one\",\"kind\":\"vllm\","
        "\"priority\":70,\"labels\":{\"site\":\"berlin\"},"
        "\"source\":\"manual\"}");
    ck_assert_str_eq(desk_get(&d, "id"), "gpu1:11434");
    desk_restart(&d);
    desk_ask(&d, "reader", "GET " GPU1, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "url"), "http://gpu1:11434");
    ck_assert_str_eq(desk_get(&d, "name"), "one");
    ck_assert_str_eq(desk_get(&d, "kind"), "vllm");
    ck_assert_str_eq(desk_get(&d, "source"), "manual");
    ck_assert_str_eq(desk_get(&d, "origin"), "api");
    ck_assert_str_eq(desk_get(&d, "priority"), "70");
    ck_assert_str_eq(desk_get(&d, "labels.site"), "berlin");
    ck_assert_str_eq(desk_get(&d, "series"), "11434");
    ck_assert_str_eq(desk_get(&d, "host"), "gpu1");
    ck_assert_str_eq(desk_get(&d, "interval_ms"), "30000");
    ck_assert_str_eq(desk_get(&d, "health"), "unknown");
}
END_TEST

static const struct {
    const char *body, *id;
} names[] = {
    {"{\"host\":\"gpu1\"}", "gpu1:11434"},
    {"{\"host\":\"gpu1\",\"port\":8000}", "gpu1:8000"},
    {"{\"host\":\"2001:db8::1\",\"port\":80}", "[2001:db8::1]:80"},
    {"{\"host\":\"[2001:db8::1]\"}", "[2001:db8::1]:11434"},
    {"{\"url\":\"https://gpu1/v1/\"}", "gpu1:443/v1"},
    {"{\"url\":\"gpu1\"}", "gpu1:11434"},
    {"{\"url\":\"http://localhost:1\"}", "localhost:1"},
};

START_TEST(it_is_named_in_one_way)
{
    add(names[_i].body);
    ck_assert_str_eq(desk_get(&d, "id"), names[_i].id);
}
END_TEST

START_TEST(somebody_elses_localhost_is_his)
{
    d.peer = "192.0.2.50";
    add("{\"url\":\"http://localhost:11434\"}");
    ck_assert_str_eq(desk_get(&d, "id"), "192.0.2.50:11434");
}
END_TEST

static const struct {
    const char *body, *field;
} wrong[] = {
    {"{}", "url"},
    {"{\"url\":\"gpu1\",\"host\":\"gpu1\"}", "url"},
    {"{\"url\":\"gpu1\",\"port\":1}", "port"},
    {"{\"url\":\"ftp://gpu1\"}", "url"},
    {"{\"url\":\"http://u:p@gpu1\"}", "url"},
    {"{\"host\":\"gpu1:80\"}", "host"},
    {"{\"host\":\"gpu1/x\",\"port\":1}", "host"},
    {"{\"host\":\"a b\"}", "host"},
    {"{\"host\":\"gpu1\",\"port\":0}", "port"},
    {"{\"host\":\"gpu1\",\"port\":65536}", "port"},
    {"{\"host\":\"gpu1\",\"port\":\"80\"}", "port"},
    {"{\"host\":\"gpu1\",\"kind\":\"abacus\"}", "kind"},
    {"{\"host\":\"gpu1\",\"source\":\"static\"}", "source"},
    {"{\"host\":\"gpu1\",\"name\":\"\"}", "name"},
    {"{\"host\":\"gpu1\",\"priority\":1001}", "priority"},
    {"{\"host\":\"gpu1\",\"priority\":1.5}", "priority"},
    {"{\"host\":\"gpu1\",\"labels\":[\"x\"]}", "labels"},
    {"{\"host\":\"gpu1\",\"lables\":{}}", "lables"},
};

START_TEST(what_is_wrong_adds_nothing)
{
    desk_wrong(&d, ADD, wrong[_i].body, 422, wrong[_i].field);
    desk_ask(&d, "reader", "GET /api/v1/endpoints", NULL, 200);
    ck_assert_uint_eq(desk_count(&d, "endpoints[].id"), 0);
}
END_TEST

START_TEST(adding_again_changes_only_what_is_said)
{
    add("{\"host\":\"gpu1\",\"name\":\"one\",\"kind\":\"vllm\",\"priority\":"
        "70,\"labels\":{\"a\":\"b\"}}");
    desk_ask(&d, "operator", ADD, "{\"host\":\"gpu1\",\"priority\":80}", 200);
    ck_assert_str_eq(desk_get(&d, "name"), "one");
    ck_assert_str_eq(desk_get(&d, "kind"), "vllm");
    ck_assert_str_eq(desk_get(&d, "priority"), "80");
    ck_assert_str_eq(desk_get(&d, "labels.a"), "b");
    desk_ask(&d, "operator", ADD, "{\"host\":\"gpu1\",\"labels\":{}}", 200);
    ck_assert_uint_eq(desk_count(&d, "labels.a"), 0);
    desk_ask(&d, "operator", ADD, "{\"url\":\"https://gpu1:11434\"}", 422);
}
END_TEST

static void set(const char *url, enum llmreg_source source, const char *origin)
{
    struct llmreg_url u;
    struct llmreg_error err;

    ck_assert_int_eq(llmreg_url_parse(url, 80, &u, &err), LLMREG_OK);
    const struct llmreg_spec spec = {.id = u.id,
                                     .url = u.base,
                                     .name = "n",
                                     .host = "h",
                                     .series = "s",
                                     .origin = origin,
                                     .owner = "node1",
                                     .kind = LLMREG_KIND_TGI,
                                     .source = source,
                                     .priority = 10,
                                     .interval_ms = 5000};
    ck_assert_int_eq(llmreg_set(d.registry, &spec, NULL, &err), LLMREG_OK);
}

START_TEST(one_that_was_found_becomes_a_persons)
{
    set("http://gpu1:11434", LLMREG_SOURCE_AUTO, "agent w1");
    desk_ask(&d, "operator", ADD, "{\"host\":\"gpu1\"}", 200);
    ck_assert_str_eq(desk_get(&d, "source"), "manual");
    ck_assert_str_eq(desk_get(&d, "origin"), "api");
    ck_assert_str_eq(desk_get(&d, "owner"), "node1");
    ck_assert_str_eq(desk_get(&d, "kind"), "tgi");
    ck_assert_str_eq(desk_get(&d, "series"), "s");
}
END_TEST

START_TEST(one_of_the_configuration_stays_of_it)
{
    set("http://gpu1:11434", LLMREG_SOURCE_STATIC, "config");
    desk_ask(&d, "operator", ADD, "{\"host\":\"gpu1\",\"name\":\"x\"}", 200);
    ck_assert_str_eq(desk_get(&d, "source"), "static");
    ck_assert_str_eq(desk_get(&d, "origin"), "config");
    ck_assert_str_eq(desk_get(&d, "name"), "x");
    ck_assert_str_eq(desk_get(&d, "interval_ms"), "5000");
}
END_TEST

/* ---- lists ---- */

static const struct {
    const char *query;
    size_t count;
} filters[] = {
    {"", 4},
    {"health=healthy", 1},
    {"health=unreachable", 1},
    {"health=unknown", 2},
    {"admin=draining", 1},
    {"admin=active", 3},
    {"kind=vllm", 1},
    {"kind=auto", 2},
    {"source=manual", 3},
    {"source=static", 1},
    {"model=llama3.2", 2},
    {"model=llama3.2:latest", 2},
    {"model=nothing", 0},
    {"model=llama3.2&health=healthy", 1},
    {"host=node1", 1},
    {"host=10.1.1.1", 1},
    {"host=nowhere", 0},
    {"host=node1&model=llama3.2", 0},
    {"label=site", 2},
    {"label=site%3Dberlin", 1},
    {"label=site%3D", 0},
    {"label=sit", 0},
    {"label=site%3Dberlin&kind=auto", 0},
};

static void make_fleet(void)
{
    add("{\"host\":\"gpu1\",\"kind\":\"vllm\",\"labels\":{\"site\":"
        "\"berlin\"}}");
    add("{\"host\":\"gpu2\",\"labels\":{\"site\":\"rome\",\"x\":\"\"}}");
    add("{\"host\":\"gpu3\"}");
    set("http://gpu4:11434", LLMREG_SOURCE_STATIC, "config");
    observe("gpu1:11434", LLMREG_REASON_OK);
    observe("gpu2:11434", LLMREG_REASON_REFUSED);
    give_model("gpu1:11434", "llama3.2:latest");
    give_model("gpu2:11434", "llama3.2:latest");
    desk_ask(&d, "operator", "POST /api/v1/endpoints/gpu3:11434/drain", NULL,
             200);
    desk_ask(&d, "operator", "POST /api/v1/hosts/node1/resources",
             "{\"addresses\":[\"10.1.1.1\"]}", 200);
}

START_TEST(a_list_is_filtered)
{
    char call[120];

    make_fleet();
    snprintf(call, sizeof call, "GET /api/v1/endpoints%s%s",
             filters[_i].query[0] == '\0' ? "" : "?", filters[_i].query);
    desk_ask(&d, "reader", call, NULL, 200);
    ck_assert_msg(desk_count(&d, "endpoints[].id") == filters[_i].count,
                  "%s: %s", call, desk_body(&d));
    ck_assert_str_eq(desk_get(&d, "next"), "null");
}
END_TEST

static const char *const bad_filters[] = {
    "health=up", "admin=off", "kind=abacus", "source=me", "label=", "x=1"};

/* D8: nothing was found with it, and nothing was said. */
START_TEST(a_filter_that_there_is_not_is_refused)
{
    char call[120];

    snprintf(call, sizeof call, "GET /api/v1/endpoints?%s", bad_filters[_i]);
    desk_ask(&d, "reader", call, NULL, 400);
}
END_TEST

START_TEST(an_item_of_a_list_is_short_and_says_its_host)
{
    make_fleet();
    desk_ask(&d, "reader", "GET /api/v1/endpoints?host=node1", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "endpoints[].host_id"), "node1");
    ck_assert_uint_eq(desk_count(&d, "endpoints[].checked_age_seconds"), 0);
}
END_TEST

START_TEST(words_of_filters_are_those_of_their_enums)
{
    static const char *const words[] = {"health", "admin", "kind", "source"};

    for (size_t i = 0; i < 4; i++) {
        for (int n = 0;; n++) {
            const char *word = i == 0   ? llmreg_health_text(n)
                               : i == 1 ? llmreg_admin_text(n)
                               : i == 2 ? llmreg_kind_text(n)
                                        : llmreg_source_text(n);
            const int end[] = {LLMREG_HEALTH_STATES, LLMREG_ADMINS,
                               LLMREG_KINDS, LLMREG_SOURCES};
            char call[120];

            if (n == end[i])
                break;
            snprintf(call, sizeof call, "GET /api/v1/endpoints?%s=%s", words[i],
                     word);
            desk_ask(&d, "reader", call, NULL, 200);
        }
    }
}
END_TEST

START_TEST(one_that_is_not_there_is_404)
{
    static const char *const calls[] = {
        "GET " GPU1,
        "PATCH " GPU1,
        "DELETE " GPU1,
        "POST " GPU1 "/probe",
        "POST " GPU1 "/drain",
        "POST " GPU1 "/activate",
        "POST " GPU1 "/disable",
        "POST " GPU1 "/maintenance",
        "POST " GPU1 "/requests",
    };

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        desk_ask(&d, "operator", calls[i],
                 calls[i][0] == 'G' || calls[i][0] == 'D' ||
                         strstr(calls[i], "/probe") != NULL
                     ? NULL
                 : strstr(calls[i], "/requests") != NULL
                     ? "{\"event\":\"start\"}"
                     : "{}",
                 404);
}
END_TEST

START_TEST(an_id_with_a_path_is_encoded)
{
    add("{\"url\":\"http://gpu1:8000/x/y\"}");
    desk_ask(&d, "reader", "GET /api/v1/endpoints/gpu1:8000%2Fx%2Fy", NULL,
             200);
    desk_ask(&d, "reader", "GET /api/v1/endpoints/gpu1:8000/x/y", NULL, 404);
}
END_TEST

/* ---- changing ---- */

START_TEST(what_an_operator_changes_stays_whoever_names_it_again)
{
    set("http://gpu1:11434", LLMREG_SOURCE_STATIC, "config");
    desk_ask(&d, "operator", "PATCH " GPU1,
             "{\"name\":\"mine\",\"priority\":99,\"labels\":{\"x\":\"y\"},"
             "\"admin\":\"draining\",\"reason\":\"new fan\"}",
             200);
    set("http://gpu1:11434", LLMREG_SOURCE_STATIC, "config");
    desk_restart(&d);
    desk_ask(&d, "reader", "GET " GPU1, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "name"), "mine");
    ck_assert_str_eq(desk_get(&d, "priority"), "99");
    ck_assert_str_eq(desk_get(&d, "labels.x"), "y");
    ck_assert_str_eq(desk_get(&d, "admin"), "draining");
    ck_assert_uint_eq(desk_count(&d, "overridden[]"), 3);
    desk_ask(&d, "operator", "PATCH " GPU1,
             "{\"revert\":[\"name\",\"labels\"],\"admin\":\"active\"}", 200);
    ck_assert_str_eq(desk_get(&d, "name"), "n");
    ck_assert_str_eq(desk_get(&d, "priority"), "99");
    ck_assert_uint_eq(desk_count(&d, "overridden[]"), 1);
    ck_assert_str_eq(desk_get(&d, "admin"), "active");
}
END_TEST

static const struct {
    const char *body, *field;
} wrong_changes[] = {
    {"{\"name\":\"\"}", "name"},
    {"{\"priority\":-1}", "priority"},
    {"{\"kind\":\"vllm\"}", "kind"},
    {"{\"labels\":{\"\":\"x\"}}", "?"},
    {"{\"revert\":[\"kind\"]}", "revert[]"},
    {"{\"revert\":\"name\"}", "revert"},
    {"{\"revert\":[\"name\"],\"name\":\"x\"}", "revert"},
    {"{\"admin\":\"off\"}", "admin"},
    {"{\"until\":\"2099-01-01T00:00:00Z\"}", "until"},
    {"{\"admin\":\"draining\",\"until\":\"2099-01-01T00:00:00Z\"}", "until"},
    {"{\"admin\":\"maintenance\",\"until\":\"2001-01-01T00:00:00Z\"}", "until"},
};

START_TEST(a_change_that_makes_no_sense_changes_nothing)
{
    char before[2][64];

    add("{\"host\":\"gpu1\",\"name\":\"one\"}");
    desk_ask(&d, "reader", "GET " GPU1, NULL, 200);
    snprintf(before[0], sizeof before[0], "%.17s", desk_field(&d, "ETag"));
    desk_wrong(&d, "PATCH " GPU1, wrong_changes[_i].body, 422,
               wrong_changes[_i].field);
    desk_ask(&d, "reader", "GET " GPU1, NULL, 200);
    snprintf(before[1], sizeof before[1], "%.17s", desk_field(&d, "ETag"));
    ck_assert_str_eq(before[0], before[1]);
}
END_TEST

START_TEST(a_change_may_depend_on_what_was_seen)
{
    char tag[64];

    add("{\"host\":\"gpu1\"}");
    desk_ask(&d, "reader", "GET " GPU1, NULL, 200);
    snprintf(tag, sizeof tag, "%s", desk_field(&d, "ETag"));
    /* What moves by itself is no obstacle. */
    observe("gpu1:11434", LLMREG_REASON_OK);
    desk_header(&d, "If-Match", tag);
    desk_ask(&d, "operator", "PATCH " GPU1, "{\"priority\":60}", 200);
    desk_header(&d, "If-Match", tag);
    desk_ask(&d, "operator", "PATCH " GPU1, "{\"priority\":61}", 412);
    desk_header(&d, "If-Match", tag);
    desk_ask(&d, "operator", "POST " GPU1 "/drain", NULL, 412);
    desk_header(&d, "If-Match", tag);
    desk_ask(&d, "operator", "DELETE " GPU1, NULL, 412);
    desk_ask(&d, "reader", "GET " GPU1, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "priority"), "60");
    ck_assert_str_eq(desk_get(&d, "admin"), "active");
    snprintf(tag, sizeof tag, "\"x\", %s", desk_field(&d, "ETag"));
    desk_header(&d, "If-Match", tag);
    desk_ask(&d, "operator", "DELETE " GPU1, NULL, 200);
    /* One that was made anew is another. */
    add("{\"host\":\"gpu1\",\"priority\":60}");
    desk_header(&d, "If-Match", tag);
    desk_ask(&d, "operator", "DELETE " GPU1, NULL, 412);
    desk_header(&d, "If-Match", "*");
    desk_ask(&d, "operator", "DELETE " GPU1, NULL, 200);
}
END_TEST

START_TEST(an_intent_is_set_and_ends)
{
    char until[LLMREG_TIME_SIZE], body[120];

    add("{\"host\":\"gpu1\"}");
    desk_ask(&d, "operator", "POST " GPU1 "/disable", "{\"reason\":\"smokes\"}",
             200);
    ck_assert_str_eq(desk_get(&d, "admin"), "disabled");
    llmreg_time_format(until, d.now.wall_ms + 3600000);
    snprintf(body, sizeof body, "{\"until\":\"%s\"}", until);
    desk_ask(&d, "operator", "POST " GPU1 "/maintenance", body, 200);
    ck_assert_str_eq(desk_get(&d, "until"), until);
    desk_restart(&d);
    desk_ask(&d, "reader", "GET " GPU1, NULL, 200);
    ck_assert_str_eq(desk_get(&d, "admin"), "maintenance");
    ck_assert_str_eq(desk_get(&d, "until"), until);
    desk_wrong(&d, "POST " GPU1 "/drain", body, 422, "until");
    desk_ask(&d, "operator", "POST " GPU1 "/activate", NULL, 200);
    ck_assert_str_eq(desk_get(&d, "admin"), "active");
    ck_assert_str_eq(desk_get(&d, "until"), "null");
    desk_wrong(&d, "POST " GPU1 "/drain", "{\"untl\":null}", 422, "untl");
}
END_TEST

/* ---- a probe ---- */

START_TEST(a_probe_is_asked_for_by_an_event)
{
    struct llmreg_subscription *sub = NULL;
    const struct llmreg_event *e = NULL;

    add("{\"host\":\"gpu1\"}");
    ck_assert_int_eq(llmreg_subscribe(d.api->bus, UINT64_MAX, &sub), LLMREG_OK);
    desk_ask(&d, "operator", "POST " GPU1 "/probe", NULL, 202);
    ck_assert_int_eq(llmreg_subscription_next(sub, &e), LLMREG_OK);
    ck_assert_int_eq(e->type, LLMREG_EVENT_PROBE);
    ck_assert_str_eq(e->subject, "gpu1:11434");
    llmreg_event_put(e);
    llmreg_unsubscribe(sub);
    desk_ask(&d, "operator", "POST " GPU1 "/disable", NULL, 200);
    desk_ask(&d, "operator", "POST " GPU1 "/probe", NULL, 409);
}
END_TEST

/* ---- requests ---- */

#define TELL "POST " GPU1 "/requests"

START_TEST(requests_are_counted_and_timed)
{
    add("{\"host\":\"gpu1\"}");
    desk_ask(&d, "agent", TELL, "{\"event\":\"start\"}", 200);
    desk_ask(&d, "agent", TELL, "{\"event\":\"start\"}", 200);
    ck_assert_str_eq(desk_get(&d, "pending"), "2");
    ck_assert_str_eq(desk_get(&d, "request_latency_ms"), "null");
    desk_ask(&d, "agent2", TELL,
             "{\"event\":\"finish\",\"latency_ms\":100,\"ok\":false}", 200);
    ck_assert_str_eq(desk_get(&d, "request_latency_ms"), "null");
    desk_ask(&d, "agent", TELL, "{\"event\":\"finish\",\"latency_ms\":100}",
             200);
    ck_assert_str_eq(desk_get(&d, "pending"), "0");
    ck_assert_str_eq(desk_get(&d, "total"), "2");
    ck_assert_str_eq(desk_get(&d, "request_latency_ms"), "100");
    desk_ask(&d, "agent", TELL, "{\"event\":\"finish\"}", 409);
    desk_wrong(&d, TELL, "{\"event\":\"stop\"}", 422, "event");
    desk_wrong(&d, TELL, "{}", 422, "event");
    desk_wrong(&d, TELL, "{\"event\":\"finish\",\"latency_ms\":-1}", 422,
               "latency_ms");
}
END_TEST

START_TEST(one_with_requests_pending_goes_only_by_force)
{
    add("{\"host\":\"gpu1\"}");
    desk_ask(&d, "agent", TELL, "{\"event\":\"start\"}", 200);
    desk_ask(&d, "operator", "DELETE " GPU1, NULL, 409);
    desk_ask(&d, "operator", "DELETE " GPU1 "?force=false", NULL, 409);
    desk_ask(&d, "operator", "DELETE " GPU1 "?force=true", NULL, 200);
    ck_assert_str_eq(desk_body(&d),
                     "{\"endpoint_id\":\"gpu1:11434\",\"removed\":true}");
    desk_restart(&d);
    desk_ask(&d, "reader", "GET " GPU1, NULL, 404);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("endpoints_routes");
    TCase *tc = tcase_create("endpoints_routes");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, one_is_added_by_its_url_and_stays);
    tcase_add_loop_test(tc, it_is_named_in_one_way, 0,
                        (int)(sizeof names / sizeof names[0]));
    tcase_add_test(tc, somebody_elses_localhost_is_his);
    tcase_add_loop_test(tc, what_is_wrong_adds_nothing, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(tc, adding_again_changes_only_what_is_said);
    tcase_add_test(tc, one_that_was_found_becomes_a_persons);
    tcase_add_test(tc, one_of_the_configuration_stays_of_it);
    tcase_add_loop_test(tc, a_list_is_filtered, 0,
                        (int)(sizeof filters / sizeof filters[0]));
    tcase_add_loop_test(tc, a_filter_that_there_is_not_is_refused, 0,
                        (int)(sizeof bad_filters / sizeof bad_filters[0]));
    tcase_add_test(tc, an_item_of_a_list_is_short_and_says_its_host);
    tcase_add_test(tc, words_of_filters_are_those_of_their_enums);
    tcase_add_test(tc, one_that_is_not_there_is_404);
    tcase_add_test(tc, an_id_with_a_path_is_encoded);
    tcase_add_test(tc, what_an_operator_changes_stays_whoever_names_it_again);
    tcase_add_loop_test(tc, a_change_that_makes_no_sense_changes_nothing, 0,
                        (int)(sizeof wrong_changes / sizeof wrong_changes[0]));
    tcase_add_test(tc, a_change_may_depend_on_what_was_seen);
    tcase_add_test(tc, an_intent_is_set_and_ends);
    tcase_add_test(tc, a_probe_is_asked_for_by_an_event);
    tcase_add_test(tc, requests_are_counted_and_timed);
    tcase_add_test(tc, one_with_requests_pending_goes_only_by_force);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
