/* SPDX-License-Identifier: MIT */
/* test_observe_json.c - what write_http posts, real and wrong. */
#include "plugins/llm_listen/observe_json.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/hosts.h>

#include "plugins/llm_listen/observe.h"
#include "tests/support/room.h"

#define BODY_MAX 65536

/* ---- what is taken ---- */

struct seen {
    char names[512];
    struct observe_value value;
    size_t count;
    bool refuse;
};

static bool want(void *ctx, const char *plugin)
{
    (void)ctx;
    return strcmp(plugin, "users") != 0;
}

static int keep(void *ctx, const struct observe_value *v,
                struct llmreg_error *err)
{
    struct seen *seen = ctx;

    if (seen->refuse) {
        llmreg_error_set(err, "host \"%s\" is not yours", v->host);
        return LLMREG_EINVAL;
    }
    snprintf(seen->names, sizeof seen->names, "%s/%s-%s/%s-%s", v->host,
             v->plugin, v->plugin_instance, v->type, v->type_instance);
    seen->value = *v;
    seen->count++;
    return LLMREG_OK;
}

static struct seen seen;
static struct observe_json_result result;
static struct llmreg_error err;

static struct observe_json conf(void)
{
    return (struct observe_json){
        .limits = {.bytes = BODY_MAX,
                   .depth = 8,
                   .values = 100000,
                   .string = 1024},
        .elements_max = 1000,
        .wants = want,
        .take = keep,
        .ctx = &seen,
    };
}

static int read_text(const char *text)
{
    const struct observe_json c = conf();

    err.text[0] = '\0';
    return observe_json_read(text, strlen(text), &c, &result, &err);
}

static void setup(void)
{
    memset(&seen, 0, sizeof seen);
}

#define FORM                                                                   \
    "\"dstypes\":[\"derive\"],\"dsnames\":[\"value\"],\"time\":1795887909.052" \
    ",\"interval\":2.000,\"host\":\"gpu1.example\",\"plugin\":\"cpu\","        \
    "\"plugin_instance\":\"0\",\"type\":\"cpu\",\"type_instance\":\"idle\""
#define GOOD "{\"values\":[1055756]," FORM "}"

START_TEST(an_element_becomes_a_value)
{
    ck_assert_int_eq(read_text("[" GOOD "]"), LLMREG_OK);
    ck_assert_uint_eq(result.elements, 1);
    ck_assert_uint_eq(result.taken, 1);
    ck_assert_uint_eq(result.refused, 0);
    ck_assert_str_eq(seen.names, "gpu1.example/cpu-0/cpu-idle");
    ck_assert_uint_eq(seen.value.nvalues, 1);
    ck_assert_double_eq(seen.value.values[0], 1055756);
    ck_assert_int_eq(seen.value.kinds[0], OBSERVE_DERIVE);
    ck_assert_int_eq(seen.value.time_ms, INT64_C(1795887909052));
    ck_assert_int_eq(seen.value.interval_ms, 2000);
}
END_TEST

START_TEST(null_is_a_value_that_is_not_known)
{
    ck_assert_int_eq(read_text("[{\"values\":[null]," FORM "}]"), LLMREG_OK);
    ck_assert_uint_eq(result.taken, 1);
    ck_assert_double_nan(seen.value.values[0]);
}
END_TEST

static const struct {
    const char *text;
    size_t elements, taken;
} fine[] = {
    {"[]", 0, 0},
    {" [ " GOOD " , " GOOD " ] ", 2, 2},
    {"[{\"meta\":{\"a\":[1,{\"host\":5}],\"network:received\":true},"
     "\"values\":[1]," FORM "}]",
     1, 1},
    {"[{\"values\":[1,2,3,4,5]," FORM
     ",\"dstypes\":[\"gauge\",\"gauge\",\"counter\",\"absolute\",\"derive\"]}]",
     1, 1},
    {"[{\"values\":[\"x\"],\"values\":[7]," FORM "}]", 1, 0}, /* wrong once */
    {"[{\"values\":[1]," FORM ",\"plugin\":\"users\"}]", 1, 0},
};

START_TEST(other_members_are_read_over)
{
    ck_assert_int_eq(read_text(fine[_i].text), LLMREG_OK);
    ck_assert_uint_eq(result.elements, fine[_i].elements);
    ck_assert_uint_eq(result.taken, fine[_i].taken);
}
END_TEST

START_TEST(of_many_values_the_first_are_given_and_all_counted)
{
    ck_assert_int_eq(read_text(fine[3].text), LLMREG_OK);
    ck_assert_uint_eq(seen.value.nvalues, 5);
    ck_assert_double_eq(seen.value.values[2], 3);
    ck_assert_int_eq(seen.value.kinds[2], OBSERVE_COUNTER);
}
END_TEST

/* ---- what is wrong with an element ---- */

#define LONG16  "xxxxxxxxxxxxxxxx"
#define LONG128 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16

static const struct {
    const char *element, *why;
} wrong[] = {
    {"5", "it is no object"},
    {"[" GOOD "]", "it is no object"},
    {"null", "it is no object"},
    {"{}", "host is missing"},
    {"{" FORM "}", "values are missing"},
    {"{\"values\":[]," FORM "}", "values are missing"},
    {"{\"values\":5," FORM "}", "values is no array"},
    {"{\"values\":{\"a\":1}," FORM "}", "values is no array"},
    {"{\"values\":[\"5\"]," FORM "}", "values[] is neither a number nor null"},
    {"{\"values\":[true]," FORM "}", "values[] is neither a number nor null"},
    {"{\"values\":[[5]]," FORM "}", "values[] is neither a number nor null"},
    {"{\"values\":[1e999]," FORM "}", "values[] is neither a number nor null"},
    {"{\"values\":[1,2]," FORM "}", "dstypes are not as many as values"},
    {"{\"values\":[1]," FORM ",\"dstypes\":[]}",
     "dstypes are not as many as values"},
    {"{\"values\":[1]," FORM ",\"dstypes\":[\"GAUGE\"]}",
     "dstypes[] is not gauge, derive, counter or absolute"},
    {"{\"values\":[1]," FORM ",\"dstypes\":[5]}",
     "dstypes[] is not gauge, derive, counter or absolute"},
    {"{\"values\":[1]," FORM ",\"dstypes\":\"gauge\"}", "dstypes is no array"},
    {"{\"values\":[1]," FORM ",\"time\":\"now\"}",
     "time is no time, in seconds since 1970"},
    {"{\"values\":[1]," FORM ",\"time\":0}",
     "time is no time, in seconds since 1970"},
    {"{\"values\":[1]," FORM ",\"time\":-5}",
     "time is no time, in seconds since 1970"},
    {"{\"values\":[1]," FORM ",\"time\":1e300}",
     "time is no time, in seconds since 1970"},
    {"{\"values\":[1]," FORM ",\"interval\":0}",
     "interval is not 0.001 to 86400 seconds"},
    {"{\"values\":[1]," FORM ",\"interval\":0.0001}",
     "interval is not 0.001 to 86400 seconds"},
    {"{\"values\":[1]," FORM ",\"interval\":86401}",
     "interval is not 0.001 to 86400 seconds"},
    {"{\"values\":[1]," FORM ",\"host\":null}", "host is no string"},
    {"{\"values\":[1]," FORM ",\"host\":7}", "host is no string"},
    {"{\"values\":[1]," FORM ",\"plugin\":[\"cpu\"]}", "plugin is no string"},
    {"{\"values\":[1]," FORM ",\"host\":\"a\\u0000b\"}",
     "host has control characters"},
    {"{\"values\":[1]," FORM ",\"type_instance\":\"a\\nb\"}",
     "type_instance has control characters"},
    {"{\"values\":[1]," FORM ",\"plugin_instance\":\"" LONG128 "\"}",
     "plugin_instance is longer than 127 bytes"},
    {"{\"values\":[1],\"dstypes\":[\"gauge\"],\"time\":1,\"interval\":1,"
     "\"host\":\"a\",\"type\":\"b\"}",
     "plugin is missing"},
    {"{\"values\":[1],\"dstypes\":[\"gauge\"],\"time\":1,\"interval\":1,"
     "\"host\":\"a\",\"plugin\":\"b\"}",
     "type is missing"},
    {"{\"values\":[1],\"dstypes\":[\"gauge\"],\"interval\":1,"
     "\"host\":\"a\",\"plugin\":\"b\",\"type\":\"c\"}",
     "time is missing"},
    {"{\"values\":[1],\"dstypes\":[\"gauge\"],\"time\":1,"
     "\"host\":\"a\",\"plugin\":\"b\",\"type\":\"c\"}",
     "interval is missing"},
};

START_TEST(a_wrong_element_is_named_and_keeps_no_other_out)
{
    char text[4096], why[256];

    snprintf(text, sizeof text, "[%s,%s,%s,%s]", GOOD, wrong[_i].element, GOOD,
             wrong[_i].element);
    snprintf(why, sizeof why, "element 1: %s", wrong[_i].why);
    ck_assert_int_eq(read_text(text), LLMREG_OK);
    ck_assert_str_eq(result.first.text, why);
    ck_assert_uint_eq(result.elements, 4);
    ck_assert_uint_eq(result.taken, 2);
    ck_assert_uint_eq(result.refused, 2);
}
END_TEST

START_TEST(what_the_taker_refuses_is_named_too)
{
    seen.refuse = true;
    ck_assert_int_eq(read_text("[" GOOD "]"), LLMREG_OK);
    ck_assert_uint_eq(result.refused, 1);
    ck_assert_str_eq(
        result.first.text,
        "element 0: is refused: host \"gpu1.example\" is not yours");
}
END_TEST

START_TEST(a_number_as_long_as_it_may_be_is_read)
{
    char text[1024];

    snprintf(text, sizeof text,
             "[{\"values\":[0.%050d1]," FORM "},{\"values\":[0.%090d1]," FORM
             "}]",
             0, 0);
    ck_assert_int_eq(read_text(text), LLMREG_OK);
    ck_assert_uint_eq(result.taken, 1);
    ck_assert_uint_eq(result.refused, 1);
}
END_TEST

/* ---- what is wrong with the document ---- */

static const struct {
    const char *text, *why; /* why: a part of it */
    int rc;
    size_t taken;
} broken[] = {
    {"", "", LLMREG_EPARSE, 0},
    {"{}", "the document is no array", LLMREG_EPARSE, 0},
    {"5", "the document is no array", LLMREG_EPARSE, 0},
    {GOOD, "the document is no array", LLMREG_EPARSE, 0},
    {"[" GOOD, "", LLMREG_EPARSE, 1},
    {"[" GOOD "]x", "byte", LLMREG_EPARSE, 1},
    {"[" GOOD ",{\"values\":[nan]," FORM "}]", "byte", LLMREG_EPARSE, 1},
    {"[" GOOD ",{\"meta\":[[[[[[[[[1]]]]]]]]]}]", "", LLMREG_ETOOBIG, 1},
};

START_TEST(what_is_no_array_of_values_says_so)
{
    ck_assert_int_eq(read_text(broken[_i].text), broken[_i].rc);
    ck_assert_ptr_nonnull(strstr(err.text, broken[_i].why));
    ck_assert_uint_gt(strlen(err.text), 0);
    ck_assert_uint_eq(result.taken, broken[_i].taken);
}
END_TEST

START_TEST(more_elements_than_allowed_are_too_many)
{
    struct observe_json c = conf();
    const char text[] = "[" GOOD "," GOOD "," GOOD "]";

    c.elements_max = 3;
    ck_assert_int_eq(observe_json_read(text, strlen(text), &c, &result, &err),
                     LLMREG_OK);
    c.elements_max = 2;
    ck_assert_int_eq(observe_json_read(text, strlen(text), &c, &result, &err),
                     LLMREG_ETOOBIG);
    ck_assert_str_eq(err.text, "more than 2 elements, the limit");
    ck_assert_uint_eq(result.taken, 2);
}
END_TEST

START_TEST(a_document_cut_anywhere_is_never_more_than_its_elements)
{
    const char text[] = "[" GOOD ",{\"values\":[null]," FORM "}]";
    const struct observe_json c = conf();

    for (size_t len = 0; len < strlen(text); len++) {
        ck_assert_int_eq(observe_json_read(text, len, &c, &result, &err),
                         LLMREG_EPARSE);
        ck_assert_uint_eq(result.taken, (len >= strlen("[" GOOD)) +
                                            (len == strlen(text) - 1));
    }
}
END_TEST

/* ---- what collectd really posts ---- */

static const struct {
    const char *mode;
    size_t posts, elements;
    double cpu, load1;
    int64_t ram_used;
} captures[] = {
    {"raw", 7, 118, 16.582914572864322, 3.97021484375, 165130240},
    {"rates", 7, 118, 64.41020252084934, 3.439453125, 192143360},
    {"percent", 7, 118, 84.79952587095444, 2.7939453125, 227905536},
    {"total", 5, 81, 90.2010050251256, 2.9306640625, 247685120},
};

static int64_t last_ms;

static size_t read_post(const char *mode, size_t n, char body[static BODY_MAX])
{
    char path[512];

    snprintf(path, sizeof path, "%s/%s/%02zu.json", WRITE_HTTP, mode, n);
    FILE *f = fopen(path, "re");
    ck_assert_msg(f != NULL, "%s", path);
    size_t len = fread(body, 1, BODY_MAX, f);
    fclose(f);
    return len;
}

/* The last values came after the report of their round, as the buffer of
 * write_http lets them: they are told with the next. */
static void next_round(struct observe *o, int64_t ram_used)
{
    const struct observe_value v = {
        .host = "gpu1.example",
        .plugin = "memory",
        .plugin_instance = "",
        .type = "memory",
        .type_instance = "used",
        .nvalues = 1,
        .values = {(double)ram_used},
        .time_ms = last_ms + 2000,
        .interval_ms = 2000,
    };

    observe_take(o, &v);
}

static int observe_it(void *ctx, const struct observe_value *v,
                      struct llmreg_error *e)
{
    (void)e;
    last_ms = v->time_ms > last_ms ? v->time_ms : last_ms;
    observe_take(ctx, v);
    return LLMREG_OK;
}

static void check_gpus(const struct llmreg_resources *r)
{
    ck_assert_uint_eq(r->ngpus, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct llmreg_gpu *g = &r->gpus[i];
        ck_assert_str_eq(g->name, "NVIDIA H200");
        ck_assert_double_eq(g->utilization_percent, 37.0 + (double)i);
        ck_assert_int_eq(g->memory_used_bytes, 42949672963);
        ck_assert_int_eq(g->memory_total_bytes, 151397597184);
        ck_assert_double_eq(g->temperature_celsius, 61);
        ck_assert_double_eq(g->power_watts, 415.5);
    }
    ck_assert_int_eq(r->vram_total_bytes, 2 * 151397597184);
}

START_TEST(what_collectd_posts_becomes_a_sample)
{
    static char body[BODY_MAX];
    struct counters counters = {0};
    struct observe *observe = NULL;
    struct observe_json c = conf();
    struct room room;
    size_t elements = 0;

    last_ms = 0;
    room_open(&room);
    const struct observe_conf oc = {.registry = room.registry,
                                    .log = &room.log,
                                    .counters = &counters,
                                    .sources = (1U << OBSERVE_SOURCES) - 1,
                                    .hosts_max = 10,
                                    .self = ""};
    ck_assert_int_eq(observe_new(&observe, &oc, &room.now), LLMREG_OK);
    c.wants = observe_wants;
    c.take = observe_it;
    c.ctx = observe;
    for (size_t i = 0; i < captures[_i].posts; i++) {
        size_t len = read_post(captures[_i].mode, i, body);
        int rc = observe_json_read(body, len, &c, &result, &err);
        ck_assert_msg(rc == LLMREG_OK, "%s", err.text);
        ck_assert_msg(result.refused == 0, "%s", result.first.text);
        elements += result.elements;
        room_pass(&room, 1000);
        observe_tick(observe, &room.now);
    }
    next_round(observe, captures[_i].ram_used);
    room_pass(&room, 2000);
    observe_tick(observe, &room.now);
    ck_assert_uint_eq(elements, captures[_i].elements);
    struct llmreg_host *h = llmreg_host_get(room.registry, "gpu1.example");
    ck_assert_ptr_nonnull(h);
    const struct llmreg_sample *s = llmreg_host_sample(h, &room.now);
    ck_assert_double_eq_tol(s->resources.cpu_percent, captures[_i].cpu, 1e-9);
    ck_assert_double_eq(s->resources.load1, captures[_i].load1);
    ck_assert_int_eq(s->resources.ram_used_bytes, captures[_i].ram_used);
    ck_assert_int_eq(s->resources.ram_total_bytes, 25276510208);
    ck_assert_int_eq(s->interval_ms, 2000);
    check_gpus(&s->resources);
    llmreg_sample_put(s);
    llmreg_host_put(h);
    observe_free(observe);
    room_close(&room);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("observe_json");
    TCase *tc = tcase_create("observe_json");

    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, an_element_becomes_a_value);
    tcase_add_test(tc, null_is_a_value_that_is_not_known);
    tcase_add_loop_test(tc, other_members_are_read_over, 0,
                        (int)(sizeof fine / sizeof fine[0]));
    tcase_add_test(tc, of_many_values_the_first_are_given_and_all_counted);
    tcase_add_loop_test(tc, a_wrong_element_is_named_and_keeps_no_other_out, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(tc, what_the_taker_refuses_is_named_too);
    tcase_add_test(tc, a_number_as_long_as_it_may_be_is_read);
    tcase_add_loop_test(tc, what_is_no_array_of_values_says_so, 0,
                        (int)(sizeof broken / sizeof broken[0]));
    tcase_add_test(tc, more_elements_than_allowed_are_too_many);
    tcase_add_test(tc, a_document_cut_anywhere_is_never_more_than_its_elements);
    tcase_add_loop_test(tc, what_collectd_posts_becomes_a_sample, 0,
                        (int)(sizeof captures / sizeof captures[0]));
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
