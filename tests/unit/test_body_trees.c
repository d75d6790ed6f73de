/* SPDX-License-Identifier: MIT */
/* test_body_trees.c - lists and objects of bodies, JSON that is kept as it
 * came, and samples of hosts. */
#include "plugins/llm_listen/api/body_trees.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/text.h>

struct all {
    body_given given;
    struct body_capabilities capabilities;
    struct body_metadata metadata;
    struct body_metrics metrics;
    struct body_labels labels;
    struct body_addresses addresses;
    struct body_endpoints endpoints;
    struct body_peers peers;
    struct body_resources resources;
};

#define TREE(name)                                                             \
    {                                                                          \
#name, BODY_TREE, offsetof(struct all, name), 0, 0, false,             \
            body_##name, "", ""                                                \
    }

static const struct body_field fields[] = {
    TREE(capabilities), TREE(metadata),  TREE(metrics),
    TREE(labels),       TREE(addresses), TREE(endpoints),
    TREE(peers),        TREE(resources), {.name = NULL},
};
static const struct body_form form = {.name = "All",
                                      .fields = fields,
                                      .size = sizeof(struct all),
                                      .strict = true};

static struct llmreg_arena arena;
static struct all all;
static struct body_problem problem;
static char storage[32768];

static void teardown(void)
{
    llmreg_arena_fini(&arena);
}

static int read_it(const char *json)
{
    const struct body_source from = {json, strlen(json), &arena};

    return body_read(&form, &from, &problem, &all);
}

static void take(const char *json)
{
    int rc = read_it(json);

    ck_assert_msg(rc == LLMREG_OK, "%s: %s", json, problem.err.text);
}

START_TEST(capabilities_come_as_words_or_as_members)
{
    take("{\"capabilities\":[\"chat\",\"gpu=h100\",\"a=b=c\",null]}");
    ck_assert_uint_eq(all.capabilities.count, 3);
    ck_assert_str_eq(all.capabilities.items[0].name, "chat");
    ck_assert_str_eq(all.capabilities.items[0].value, "");
    ck_assert_str_eq(all.capabilities.items[1].name, "gpu");
    ck_assert_str_eq(all.capabilities.items[1].value, "h100");
    ck_assert_str_eq(all.capabilities.items[2].value, "b=c");
    take("{\"capabilities\":{\"chat\":true,\"off\":false,\"none\":null,"
         "\"gpu\":\"h100\",\"slots\":4,\"a.b\":\"\"}}");
    ck_assert_uint_eq(all.capabilities.count, 4);
    ck_assert_str_eq(all.capabilities.items[2].name, "slots");
    ck_assert_str_eq(all.capabilities.items[2].value, "4");
    ck_assert_str_eq(all.capabilities.items[3].name, "a.b");
}
END_TEST

static const struct {
    const char *in, *out;
} metadata[] = {
    {"1", "1"},
    {"-1.50e+3", "-1.50e+3"},
    {"true", "true"},
    {"null", "null"},
    {"\"x\"", "\"x\""},
    {"\"a\\\"b\\\\c\\n\\u007f\\u00e4\"",
     "\"a\\\"b\\\\c\\u000a\\u007f\xc3\xa4\""},
    {"\"\\u0000\"", "\"\\u0000\""},
    {"[ ]", "[]"},
    {"{ }", "{}"},
    {"[1, [2, {}], \"x\"]", "[1,[2,{}],\"x\"]"},
    {"{\"a\": 1, \"b\": {\"c\": [null, false]}, \"d\": []}",
     "{\"a\":1,\"b\":{\"c\":[null,false]},\"d\":[]}"},
    {"{\"a.b\": {\"c[]\\\\\": 1}, \"d\\\"\": 2}",
     "{\"a.b\":{\"c[]\\\\\":1},\"d\\\"\":2}"},
    {"[[[[[[1]]]]]]", "[[[[[[1]]]]]]"},
};

START_TEST(metadata_is_kept_as_it_came_and_compact)
{
    snprintf(storage, sizeof storage, "{\"metadata\":{\"k.x\": %s ,\"l\":2}}",
             metadata[_i].in);
    take(storage);
    ck_assert_uint_eq(all.metadata.count, 2);
    ck_assert_str_eq(all.metadata.items[0].name, "k.x");
    ck_assert_str_eq(all.metadata.items[0].json, metadata[_i].out);
    ck_assert_str_eq(all.metadata.items[1].name, "l");
    ck_assert_str_eq(all.metadata.items[1].json, "2");
}
END_TEST

START_TEST(metadata_has_bounds)
{
    struct llmreg_text t;

    llmreg_text_init(&t, storage, sizeof storage);
    llmreg_text_add(&t, "{\"metadata\":{\"k\":\"");
    for (int i = 0; i < 1022; i++)
        llmreg_text_add(&t, "x");
    llmreg_text_add(&t, "\"}}");
    take(storage);
    ck_assert_uint_eq(strlen(all.metadata.items[0].json), 1024);
    t.len -= 3;
    llmreg_text_add(&t, "y\"}}");
    ck_assert_int_eq(read_it(storage), LLMREG_EINVAL);
    ck_assert_str_eq(problem.field, "metadata.k");
    ck_assert_uint_eq(problem.status, 422);
}
END_TEST

static const struct {
    const char *open, *item, *behind, *close;
    size_t max;
} lists[] = {
    {"{\"capabilities\":[", "c", "", "]}", LLMREG_CAPABILITIES_MAX},
    {"{\"metadata\":{", "k", ":1", "}}", LLMREG_METADATA_MAX},
    {"{\"metrics\":{", "k", ":1", "}}", LLMREG_MEASURES_MAX},
    {"{\"labels\":{", "k", ":\"\"", "}}", LLMREG_LABELS_MAX},
    {"{\"addresses\":[", "10.0.0.", "", "]}", LLMREG_ADDRESSES_MAX},
    {"{\"endpoints\":[", "http://h", "", "]}", BODY_ENDPOINTS_MAX},
    {"{\"peers\":[", "a", "", "]}", BODY_PEERS_MAX},
};

START_TEST(lists_have_bounds_and_no_more_is_kept)
{
    for (size_t n = lists[_i].max; n <= lists[_i].max + 1; n++) {
        struct llmreg_text t;

        llmreg_text_init(&t, storage, sizeof storage);
        llmreg_text_add(&t, lists[_i].open);
        for (size_t i = 0; i < n; i++)
            llmreg_text_addf(&t, "%s\"%s%zu\"%s", i == 0 ? "" : ",",
                             lists[_i].item, i, lists[_i].behind);
        llmreg_text_add(&t, lists[_i].close);
        ck_assert_msg(read_it(storage) ==
                          (n == lists[_i].max ? LLMREG_OK : LLMREG_EINVAL),
                      "%s %zu", lists[_i].open, n);
    }
}
END_TEST

START_TEST(metrics_are_numbers_and_null_is_left_out)
{
    take("{\"metrics\":{\"a\":1.5,\"b\":null,\"c\":-2}}");
    ck_assert_uint_eq(all.metrics.count, 2);
    ck_assert_str_eq(all.metrics.items[1].name, "c");
    ck_assert_double_eq(all.metrics.items[1].value, -2);
}
END_TEST

START_TEST(endpoints_come_as_urls_or_as_objects)
{
    take("{\"endpoints\":[\"http://a\",{\"url\":\"http://b\",\"name\":\"B\","
         "\"kind\":\"vllm\",\"new\":[1]},{\"name\":null,\"url\":\"c\"}]}");
    ck_assert_uint_eq(all.endpoints.count, 3);
    ck_assert_str_eq(all.endpoints.items[0].url, "http://a");
    ck_assert_ptr_null(all.endpoints.items[0].name);
    ck_assert_str_eq(all.endpoints.items[1].name, "B");
    ck_assert_str_eq(all.endpoints.items[1].kind, "vllm");
    ck_assert_ptr_null(all.endpoints.items[2].name);
    take("{\"endpoints\":[]}");
    ck_assert_uint_eq(all.endpoints.count, 0);
    ck_assert(body_has(&form, all.given, "endpoints"));
}
END_TEST

START_TEST(peers_come_as_ids_or_as_objects)
{
    take("{\"peers\":[\"a\",{\"id\":\"b\",\"type\":\"service\",\"status\":"
         "\"degraded\",\"connection\":\"websocket\",\"latency_ms\":3.5}]}");
    ck_assert_uint_eq(all.peers.count, 2);
    ck_assert(isnan(all.peers.items[0].latency_ms));
    ck_assert_str_eq(all.peers.items[1].connection, "websocket");
    ck_assert_double_eq(all.peers.items[1].latency_ms, 3.5);
}
END_TEST

START_TEST(what_a_sample_does_not_say_is_unknown)
{
    take("{\"resources\":{\"cpu_percent\":12.5,\"ram_used_bytes\":1.5e9,"
         "\"load1\":null,\"new\":{\"x\":1},\"gpus\":[{\"name\":\"H200\","
         "\"utilization_percent\":99,\"memory_used_bytes\":7},{}]}}");
    const struct llmreg_resources *r = &all.resources.r;
    ck_assert_double_eq(r->cpu_percent, 12.5);
    ck_assert_int_eq(r->ram_used_bytes, 1500000000);
    ck_assert_int_eq(r->ram_total_bytes, -1);
    ck_assert(isnan(r->load1));
    ck_assert_uint_eq(r->ngpus, 2);
    ck_assert_str_eq(r->gpus[0].name, "H200");
    ck_assert_int_eq(r->gpus[0].memory_used_bytes, 7);
    ck_assert(isnan(r->gpus[1].utilization_percent));
}
END_TEST

static const struct {
    const char *json, *field, *says;
} wrong[] = {
    {"{\"capabilities\":\"x\"}", "capabilities", "an array or an object"},
    {"{\"capabilities\":[1]}", "capabilities[]", "a string is needed"},
    {"{\"capabilities\":[[\"x\"]]}", "capabilities[]", "a string is needed"},
    {"{\"capabilities\":{\"a\":[]}}", "capabilities.a", "a string is needed"},
    {"{\"metadata\":[]}", "metadata", "an object is needed"},
    {"{\"metadata\":{\"\":1}}", "?", ""},
    {"{\"metadata\":{\"a\":[[[[[[[1]]]]]]]}}", "", ""},
    {"{\"metrics\":{\"a\":\"1\"}}", "metrics.a", "a number is needed"},
    {"{\"metrics\":{\"a\":{\"b\":1}}}", "metrics.a", "a number is needed"},
    {"{\"labels\":{\"a\":1}}", "labels.a", "a string is needed"},
    {"{\"labels\":{\"a\":null}}", "labels.a", "a string is needed"},
    {"{\"addresses\":{}}", "addresses", "an array is needed"},
    {"{\"addresses\":[\"\"]}", "addresses[]", "1 to 253"},
    {"{\"addresses\":[null]}", "addresses[]", "a string is needed"},
    {"{\"endpoints\":{}}", "endpoints", "an array is needed"},
    {"{\"endpoints\":[{}]}", "endpoints[]", "needs a url"},
    {"{\"endpoints\":[{\"url\":1}]}", "endpoints[].url", "a string"},
    {"{\"endpoints\":[1]}", "endpoints[]", "a string is needed"},
    {"{\"peers\":[{\"type\":\"service\"}]}", "peers[]", "needs an id"},
    {"{\"peers\":[{\"id\":\"a\",\"latency_ms\":-1}]}", "peers[].latency_ms",
     "0 to"},
    {"{\"resources\":[]}", "resources", "an object is needed"},
    {"{\"resources\":{\"cpu_percent\":101}}", "resources.cpu_percent",
     "0 to 100"},
    {"{\"resources\":{\"cpu_percent\":\"1\"}}", "resources.cpu_percent",
     "a number is needed"},
    {"{\"resources\":{\"ram_used_bytes\":-1}}", "resources.ram_used_bytes",
     "0 to"},
    {"{\"resources\":{\"gpus\":{}}}", "resources.gpus", "an array"},
    {"{\"resources\":{\"gpus\":[1]}}", "resources.gpus[]", "an object"},
    {"{\"resources\":{\"gpus\":[{\"name\":1}]}}", "resources.gpus[].name",
     "a string is needed"},
};

START_TEST(what_is_wrong_in_a_tree_is_named)
{
    ck_assert_int_eq(read_it(wrong[_i].json), LLMREG_EINVAL);
    if (wrong[_i].field[0] != '\0')
        ck_assert_str_eq(problem.field, wrong[_i].field);
    ck_assert_msg(strstr(problem.err.text, wrong[_i].says) != NULL, "%s",
                  problem.err.text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("body_trees");
    TCase *tc = tcase_create("body_trees");

    tcase_add_checked_fixture(tc, NULL, teardown);
    tcase_add_test(tc, capabilities_come_as_words_or_as_members);
    tcase_add_loop_test(tc, metadata_is_kept_as_it_came_and_compact, 0,
                        (int)(sizeof metadata / sizeof metadata[0]));
    tcase_add_test(tc, metadata_has_bounds);
    tcase_add_loop_test(tc, lists_have_bounds_and_no_more_is_kept, 0,
                        (int)(sizeof lists / sizeof lists[0]));
    tcase_add_test(tc, metrics_are_numbers_and_null_is_left_out);
    tcase_add_test(tc, endpoints_come_as_urls_or_as_objects);
    tcase_add_test(tc, peers_come_as_ids_or_as_objects);
    tcase_add_test(tc, what_a_sample_does_not_say_is_unknown);
    tcase_add_loop_test(tc, what_is_wrong_in_a_tree_is_named, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
