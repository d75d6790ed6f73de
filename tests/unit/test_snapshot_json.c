/* SPDX-License-Identifier: MIT */
/* test_snapshot_json.c - the document that a page shows first. */
#include <llmreg/snapshot.h>

#include "tests/unit/alerting.h"
#include "tests/unit/fleet.h"
#include "tests/unit/json_page.h"
#include "tests/unit/people.h"
#include "tests/unit/reporter.h"

static struct llmreg_snapshot *take(void)
{
    struct llmreg_snapshot *s = NULL;

    ck_assert_int_eq(llmreg_snapshot_take(fleet, &s), LLMREG_OK);
    return s;
}

static const char *render(void)
{
    struct llmreg_snapshot *s = take();

    begin();
    llmreg_snapshot_json(&w, NULL, s, &fleet_now);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    llmreg_snapshot_free(s);
    return page.text;
}

static void has(const char *piece)
{
    ck_assert_msg(strstr(page.text, piece) != NULL, "no %s in\n%s", piece,
                  page.text);
}

/* ---- what is there ---- */

START_TEST(of_nothing_all_members_are_there)
{
    ck_assert_str_eq(
        render(),
        "{\"seq\":0,\"time\":\"1970-01-01T00:00:01.000Z\",\"time_ms\":1000,"
        "\"counts\":{\"endpoints\":{\"total\":0,\"unknown\":0,\"healthy\":0,"
        "\"degraded\":0,\"unhealthy\":0,\"unreachable\":0},"
        "\"models\":{\"distinct\":0,\"loaded\":0},"
        "\"agents\":{\"total\":0,\"starting\":0,\"connecting\":0,\"online\":0,"
        "\"late\":0,\"stale\":0,\"offline\":0,\"stopped\":0},"
        "\"hosts\":{\"total\":0,\"fresh\":0,\"stale\":0},"
        "\"alerts\":{\"warning\":0,\"failure\":0,\"acknowledged\":0}},"
        "\"endpoints\":[],\"models\":[],\"hosts\":[],\"agents\":[],"
        "\"alerts\":[]}");
}
END_TEST

START_TEST(an_endpoint_is_short)
{
    fleet_add("a:1");
    render();
    has("\"endpoints\":[{\"id\":\"a:1\",\"name\":\"gpu\","
        "\"url\":\"http://a:1\",\"kind\":\"ollama\",\"source\":\"static\","
        "\"host_id\":null,\"priority\":50,\"labels\":{\"site\":\"berlin\"},"
        "\"admin\":\"active\",\"until\":null,\"until_ms\":null,"
        "\"presence\":null,\"routable\":false,\"health\":\"unknown\","
        "\"reason\":null,"
        "\"detail\":null,\"since\":null,\"since_ms\":null,"
        "\"checked_at\":null,\"checked_at_ms\":null,\"latency_ms\":null,"
        "\"version\":null,\"pending\":0,\"total\":0,"
        "\"request_latency_ms\":null,\"models\":[]}]");
}
END_TEST

START_TEST(what_was_seen_of_an_endpoint_is_there)
{
    fleet_add("a:1");
    fleet_observe("a:1", LLMREG_REASON_OK);
    struct llmreg_endpoint *e = fleet_get("a:1");
    (void)llmreg_request_begin(e);
    (void)llmreg_request_begin(e);
    ck_assert(llmreg_request_end(e, 2500));
    render();
    has("\"routable\":true,\"health\":\"healthy\",\"reason\":\"ok\"");
    has("\"checked_at\":\"1970-01-01T00:00:01.000Z\",\"checked_at_ms\":1000,"
        "\"latency_ms\":1.5,");
    has("\"pending\":1,\"total\":2,\"request_latency_ms\":2.5,");
    has("\"total\":1,\"unknown\":0,\"healthy\":1,");
    ck_assert(llmreg_request_end(e, -1));
    llmreg_put(e);
}
END_TEST

START_TEST(a_model_is_short_and_counted_for_the_fleet)
{
    struct llmreg_model model = llmreg_model_unknown("llama3:latest");
    const struct llmreg_models models = {.items = &model, .count = 1};

    fleet_add("a:1");
    fleet_add("b:1");
    fleet_models("b:1", "llama3:latest");
    model.digest = "abc";
    model.size_bytes = 0;
    model.parameter_size = "8B";
    model.quantization = "Q4";
    model.loaded = LLMREG_YES;
    model.vram_bytes = 5000000000;
    struct llmreg_endpoint *e = fleet_get("a:1");
    ck_assert_int_eq(llmreg_models_set(fleet, e, &models, &fleet_now),
                     LLMREG_OK);
    llmreg_put(e);
    fleet_observe("a:1", LLMREG_REASON_OK);
    render();
    has("\"models\":[{\"name\":\"llama3:latest\",\"size_bytes\":0,"
        "\"parameter_size\":\"8B\",\"quantization\":\"Q4\",\"loaded\":true,"
        "\"vram_bytes\":5000000000}]}");
    has("\"models\":[{\"name\":\"llama3:latest\",\"size_bytes\":null,"
        "\"parameter_size\":null,\"quantization\":null,\"loaded\":null,"
        "\"vram_bytes\":null}]}");
    has("],\"models\":[{\"name\":\"llama3:latest\",\"endpoints\":2,"
        "\"healthy\":1,\"routable\":1,\"loaded\":1}],");
    has("\"models\":{\"distinct\":1,\"loaded\":1}");
}
END_TEST

START_TEST(an_agent_is_short)
{
    people_add("w1", "one");
    render();
    has("\"agents\":[{\"id\":\"w1\",\"type\":\"worker\",\"name\":\"one\","
        "\"role\":\"edge\",\"domain\":\"lab\",\"host\":\"gpu1.example\","
        "\"version\":\"1.2\",\"presence\":\"connecting\","
        "\"since\":\"1970-01-01T00:00:01.000Z\",\"since_ms\":1000,"
        "\"health\":\"unknown\",\"activity\":null,"
        "\"seen_at\":\"1970-01-01T00:00:01.000Z\",\"seen_at_ms\":1000,"
        "\"latency_ms\":null}]");
    has("\"agents\":{\"total\":1,\"starting\":0,\"connecting\":1,");
    struct llmreg_heartbeat beat = people_heartbeat();
    beat.latency_us = 0; /* is known */
    beat.activity = "busy";
    ck_assert_int_eq(people_send("w1", &beat), LLMREG_OK);
    render();
    has("\"presence\":\"online\"");
    has("\"activity\":\"busy\"");
    has("\"latency_ms\":0}]");
}
END_TEST

START_TEST(a_host_is_there_with_its_sample_while_that_is_fresh)
{
    reporter_reset();
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    render();
    has("\"hosts\":[{\"id\":\"gpu1\",");
    has("\"agent\":\"agent-1\",\"reported_at\":\"1970-01-01T00:00:01.000Z\","
        "\"reported_at_ms\":1000,\"stale\":false,");
    has("\"resources\":{\"sampled_at\":\"1970-01-01T00:00:01.000Z\","
        "\"sampled_at_ms\":1000,\"cpu_percent\":50,\"load1\":null,"
        "\"ram_used_bytes\":null,\"ram_total_bytes\":null,"
        "\"vram_used_bytes\":1000,\"vram_total_bytes\":4000,"
        "\"gpus\":[{\"name\":\"NVIDIA H200\",\"utilization_percent\":null,"
        "\"memory_used_bytes\":1000,\"memory_total_bytes\":4000,"
        "\"temperature_celsius\":null,\"power_watts\":null}]}}]");
    has("\"hosts\":{\"total\":1,\"fresh\":1,\"stale\":0}");
    reporter_wait(3600);
    render();
    has("\"stale\":true,");
    has("\"resources\":null}]");
}
END_TEST

START_TEST(an_endpoint_says_on_which_host_it_is)
{
    reporter_reset();
    ck_assert_int_eq(reporter_says("gpu1", "10.0.0.1"), LLMREG_OK);
    reporter_endpoint("10.0.0.1:11434", "");
    reporter_endpoint("x:1", "gpu1");
    reporter_endpoint("y:1", "gpu2");
    render();
    has("\"url\":\"http://10.0.0.1:11434\",\"kind\":\"ollama\","
        "\"source\":\"static\",\"host_id\":\"gpu1\",");
    has("\"url\":\"http://x:1\",\"kind\":\"ollama\","
        "\"source\":\"static\",\"host_id\":\"gpu1\",");
    has("\"url\":\"http://y:1\",\"kind\":\"ollama\","
        "\"source\":\"static\",\"host_id\":null,");
}
END_TEST

START_TEST(an_alert_is_there_and_counted)
{
    alerting_set(LLMREG_SEVERITY_WARNING);
    render();
    has("\"alerts\":{\"warning\":1,\"failure\":0,\"acknowledged\":0}");
    has("\"alerts\":[{\"id\":\"" ALERT_ID "\"");
}
END_TEST

/* ---- hostile names ---- */

static char names[3][1100];

static void make_names(void)
{
    /* The worst that the registry takes. */
    static const char nasty[] = "\"\\</script>&\xe2\x80\xa8";
    const size_t len = 1020 / (sizeof nasty - 1) * (sizeof nasty - 1);

    for (size_t i = 0; i < len; i++) {
        names[0][i] = '"';
        names[1][i] = nasty[i % (sizeof nasty - 1)];
        names[2][i] = (char)(' ' + i % 95);
    }
}

struct seen {
    size_t names[3]; /* how often as a string, decoded */
    size_t all;
};

static int look(void *ctx, const struct llmreg_json_event *e)
{
    struct seen *seen = ctx;

    ck_assert_str_ne(e->path, "?");
    if (e->type != LLMREG_JSON_STRING || strstr(e->path, ".name") == NULL)
        return LLMREG_OK;
    for (size_t i = 0; i < 3; i++)
        seen->names[i] += llmreg_json_is(e, names[i]);
    seen->all++;
    return LLMREG_OK;
}

/* E11, B6: names are what others make of them; the document is whole. */
START_TEST(piece_by_piece_it_is_the_same_document)
{
    static char whole[1 << 16];
    struct llmreg_snapshot_place place = {0};
    size_t pieces = 0;

    fleet_add("a:1");
    fleet_add("b:1");
    people_add("a1", "ann");
    ck_assert_int_eq(reporter_says("node1", ""), LLMREG_OK);
    alerting_set(LLMREG_SEVERITY_FAILURE);
    snprintf(whole, sizeof whole, "%s", render());
    struct llmreg_snapshot *s = take();
    begin();
    while (llmreg_snapshot_json_next(&w, s, &fleet_now, &place))
        pieces++;
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    ck_assert_str_eq(page.text, whole);
    ck_assert_uint_ge(pieces, 1 + 2 + 1 + 1 + 1);
    /* The end stays the end. */
    ck_assert(!llmreg_snapshot_json_next(&w, s, &fleet_now, &place));
    llmreg_snapshot_free(s);
}
END_TEST

START_TEST(hostile_names_make_no_other_document)
{
    struct llmreg_model items[3];
    const struct llmreg_models models = {.items = items, .count = 3};
    struct seen seen = {{0}, 0};

    make_names();
    for (int i = 0; i < 3; i++) {
        items[i] = llmreg_model_unknown(names[i]);
        items[i].parameter_size = items[i].quantization = names[i];
    }
    fleet_add("a:1");
    struct llmreg_endpoint *e = fleet_get("a:1");
    ck_assert_int_eq(llmreg_models_set(fleet, e, &models, &fleet_now),
                     LLMREG_OK);
    llmreg_put(e);
    render();
    ck_assert_ptr_null(strchr(page.text, '<'));
    ck_assert_ptr_null(strchr(page.text, '\n'));
    ck_assert_int_eq(
        llmreg_json_read(page.text, page.len, &page_limits, look, &seen, NULL),
        LLMREG_OK);
    for (size_t i = 0; i < 3; i++) /* of the endpoint, of the fleet */
        ck_assert_uint_eq(seen.names[i], 2);
    ck_assert_uint_eq(seen.all, 7); /* the endpoint's name too */
}
END_TEST

/* ---- a sink that fails ---- */

struct narrow {
    size_t room;
    size_t len;
    bool failed;
};

static int take_some(void *ctx, const char *bytes, size_t len)
{
    struct narrow *n = ctx;

    (void)bytes;
    ck_assert(!n->failed);
    n->failed = len > n->room - n->len;
    if (!n->failed)
        n->len += len;
    return n->failed ? LLMREG_EFULL : LLMREG_OK;
}

START_TEST(a_sink_may_fail_at_every_byte)
{
    fleet_add("a:1");
    fleet_models("a:1", "x y* z");
    fleet_observe("a:1", LLMREG_REASON_OK);
    alerting_set(LLMREG_SEVERITY_WARNING);
    struct llmreg_snapshot *s = take();
    render();
    for (size_t room = 0; room <= page.len; room++) {
        struct narrow n = {.room = room};
        llmreg_json_out_init(&w, take_some, &n);
        llmreg_snapshot_json(&w, NULL, s, &fleet_now);
        ck_assert_int_eq(llmreg_json_out_end(&w),
                         room < page.len ? LLMREG_EFULL : LLMREG_OK);
    }
    llmreg_snapshot_free(s);
}
END_TEST

/* Many pieces, and the sink fails in each of them. */
START_TEST(a_sink_may_fail_at_every_piece)
{
    make_names();
    for (int i = 0; i < FLEET_MAX; i++) {
        struct llmreg_model items[30];
        char text[30][16], id[16];
        for (int m = 0; m < 30; m++) {
            (void)snprintf(text[m], sizeof text[m], "model%d", m);
            items[m] = llmreg_model_unknown(text[m]);
            items[m].quantization = names[m % 3];
        }
        const struct llmreg_models models = {.items = items, .count = 30};
        (void)snprintf(id, sizeof id, "a:%d", i + 1);
        fleet_add(id);
        struct llmreg_endpoint *e = fleet_get(id);
        ck_assert_int_eq(llmreg_models_set(fleet, e, &models, &fleet_now),
                         LLMREG_OK);
        llmreg_put(e);
    }
    struct llmreg_snapshot *s = take();
    render();
    size_t calls = page.calls;
    ck_assert_uint_ge(calls, page.len / LLMREG_JSON_PIECE);
    ck_assert_uint_gt(calls, 20);
    for (size_t call = 1; call <= calls + 1; call++) {
        begin();
        page.fail_at = call;
        llmreg_snapshot_json(&w, NULL, s, &fleet_now);
        ck_assert_int_eq(llmreg_json_out_end(&w),
                         call <= calls ? LLMREG_EIO : LLMREG_OK);
        ck_assert_uint_eq(page.calls, call <= calls ? call : calls);
    }
    llmreg_snapshot_free(s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("snapshot_json");
    TCase *t = tcase_create("snapshot_json");

    tcase_add_checked_fixture(t, fleet_setup, fleet_teardown);
    tcase_add_test(t, of_nothing_all_members_are_there);
    tcase_add_test(t, an_endpoint_is_short);
    tcase_add_test(t, what_was_seen_of_an_endpoint_is_there);
    tcase_add_test(t, a_model_is_short_and_counted_for_the_fleet);
    tcase_add_test(t, an_agent_is_short);
    tcase_add_test(t, a_host_is_there_with_its_sample_while_that_is_fresh);
    tcase_add_test(t, an_endpoint_says_on_which_host_it_is);
    tcase_add_test(t, an_alert_is_there_and_counted);
    tcase_add_test(t, piece_by_piece_it_is_the_same_document);
    tcase_add_test(t, hostile_names_make_no_other_document);
    tcase_add_test(t, a_sink_may_fail_at_every_byte);
    tcase_add_test(t, a_sink_may_fail_at_every_piece);
    suite_add_tcase(s, t);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
