/* SPDX-License-Identifier: MIT */
/* test_graph.c - agents and their sessions to be drawn, read back by a JSON
 * reader as a page would.
 */
#include "tests/unit/meeting.h"

#include <llmreg/json.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX       64
#define TEXT_SIZE 160

/* What the reader made of the document. */
struct thing {
    char id[TEXT_SIZE], name[TEXT_SIZE]; /* of nodes */
    char role[TEXT_SIZE], domain[TEXT_SIZE], status[TEXT_SIZE];
    char source[TEXT_SIZE], target[TEXT_SIZE]; /* of links */
    char type[TEXT_SIZE], session_id[TEXT_SIZE];
    char val[TEXT_SIZE], value[TEXT_SIZE], latency_ms[TEXT_SIZE];
};
static struct thing nodes[MAX], links[MAX];
static size_t nnodes, nlinks;

static char written[65536];
static size_t length;
static int failing = -1; /* the allocation that fails; none if negative */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    return failing-- == 0 ? NULL : __real_malloc(size);
}

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

/* ---- reading ---- */

static char *field_of(struct thing *t, const char *name)
{
    const struct {
        const char *name;
        char *at;
    } fields[] = {
        {"id", t->id},
        {"name", t->name},
        {"role", t->role},
        {"domain", t->domain},
        {"status", t->status},
        {"source", t->source},
        {"target", t->target},
        {"type", t->type},
        {"val", t->val},
        {"value", t->value},
        {"session_id", t->session_id},
        {"latency_ms", t->latency_ms},
    };

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcmp(fields[i].name, name) == 0)
            return fields[i].at;
    ck_abort_msg("no page knows %s", name);
}

static int keep(struct thing *t, const char *name,
                const struct llmreg_json_event *e)
{
    char *at = field_of(t, name);

    if (e->type == LLMREG_JSON_NULL)
        (void)stpcpy(at, "null");
    else
        ck_assert_int_lt(snprintf(at, TEXT_SIZE, "%.*s", (int)e->len, e->text),
                         TEXT_SIZE);
    return LLMREG_OK;
}

static int read_event(void *ctx, const struct llmreg_json_event *e)
{
    (void)ctx;
    if (strcmp(e->path, "nodes[]") == 0 && e->type == LLMREG_JSON_OBJECT)
        nnodes++;
    if (strcmp(e->path, "links[]") == 0 && e->type == LLMREG_JSON_OBJECT)
        nlinks++;
    ck_assert_uint_lt(nnodes, MAX);
    ck_assert_uint_lt(nlinks, MAX);
    if (strncmp(e->path, "nodes[].", 8) == 0)
        return keep(&nodes[nnodes - 1], e->path + 8, e);
    if (strncmp(e->path, "links[].", 8) == 0)
        return keep(&links[nlinks - 1], e->path + 8, e);
    return LLMREG_OK;
}

static int write_graph(bool include_offline)
{
    static struct llmreg_json_out w;

    length = 0;
    llmreg_json_out_init(&w, sink, NULL);
    llmreg_graph_json(&w, NULL, fleet, include_offline, &fleet_now);
    return llmreg_json_out_end(&w);
}

static void draw(bool include_offline)
{
    const struct llmreg_json_limits limits = {sizeof written, 8, 4096, 256};
    struct llmreg_error err = {""};

    memset(nodes, 0, sizeof nodes);
    memset(links, 0, sizeof links);
    nnodes = nlinks = 0;
    ck_assert_int_eq(write_graph(include_offline), LLMREG_OK);
    int rc = llmreg_json_read(written, length, &limits, read_event, NULL, &err);
    ck_assert_msg(rc == LLMREG_OK, "%s in\n%s", err.text, written);
}

/* "a=3 b=1": ids and sizes, in their order. */
static const char *drawn_nodes(void)
{
    static char text[4096];
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < nnodes; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s=%s",
                                i == 0 ? "" : " ", nodes[i].id, nodes[i].val);
    return text;
}

/* ---- what is drawn ---- */

START_TEST(nobody_makes_an_empty_graph)
{
    struct llmreg_registry *full = fleet;
    struct llmreg_registry_conf conf = llmreg_registry_conf();

    conf.endpoints = conf.agents = conf.hosts = conf.sessions = 1;
    ck_assert_int_eq(
        llmreg_registry_new(&fleet, &conf, fleet_bus, &fleet_clock), LLMREG_OK);
    draw(true);
    ck_assert_str_eq(written, "{\"nodes\":[],\"links\":[],"
                              "\"made_at\":\"1970-01-01T00:00:01.000Z\","
                              "\"made_at_ms\":1000}");
    llmreg_registry_free(fleet);
    fleet = full;
}
END_TEST

START_TEST(agents_without_a_session_are_there)
{
    draw(false);
    ck_assert_str_eq(drawn_nodes(), "a=1 b=1 c=1 d=1");
    ck_assert_uint_eq(nlinks, 0);
    ck_assert_str_eq(nodes[0].name, "agent a");
    ck_assert_str_eq(nodes[0].role, "edge");
    ck_assert_str_eq(nodes[0].domain, "lab");
    ck_assert_str_eq(nodes[0].status, "connecting");
}
END_TEST

START_TEST(a_session_is_a_link)
{
    struct llmreg_session s = meeting_session("b", "a");

    s.id = "s-1";
    s.weight = 2.5;
    s.latency_us = 1500;
    s.type = LLMREG_SESSION_TOCP;
    ck_assert_int_eq(meeting_open(&s), LLMREG_OK);
    draw(false);
    ck_assert_uint_eq(nlinks, 1);
    ck_assert_str_eq(links[0].source, "b");
    ck_assert_str_eq(links[0].target, "a");
    ck_assert_str_eq(links[0].value, "2.5");
    ck_assert_str_eq(links[0].type, "tocp");
    ck_assert_str_eq(links[0].latency_ms, "1.5");
    ck_assert_str_eq(links[0].session_id, "s-1");
    ck_assert_str_eq(drawn_nodes(), "a=2 b=2 c=1 d=1");
}
END_TEST

START_TEST(an_agent_with_many_sessions_is_large)
{
    (void)meeting_opens("a", "b");
    (void)meeting_opens("c", "a");
    (void)meeting_opens("a", "d");
    (void)meeting_opens("c", "d");
    draw(false);
    ck_assert_str_eq(drawn_nodes(), "a=4 b=2 c=3 d=3");
    ck_assert_uint_eq(nlinks, 4);
    ck_assert_str_eq(links[0].latency_ms, "null");
}
END_TEST

START_TEST(only_live_sessions_are_links)
{
    (void)meeting_opens("a", "b");
    ck_assert_int_eq(meeting_close(meeting_opens("a", "c")), LLMREG_OK);
    draw(true);
    ck_assert_uint_eq(nlinks, 1);
    ck_assert_str_eq(links[0].target, "b");
    ck_assert_str_eq(drawn_nodes(), "a=2 b=2 c=1 d=1");
}
END_TEST

/* D5: the link of a pair that closed and opened again is back. */
START_TEST(a_link_comes_back_with_a_new_session)
{
    ck_assert_int_eq(meeting_close(meeting_opens("a", "b")), LLMREG_OK);
    draw(false);
    ck_assert_uint_eq(nlinks, 0);
    const char *id = meeting_opens("a", "b");
    draw(false);
    ck_assert_uint_eq(nlinks, 1);
    ck_assert_str_eq(links[0].session_id, id);
}
END_TEST

static const enum llmreg_presence gone[] = {LLMREG_PRESENCE_OFFLINE,
                                            LLMREG_PRESENCE_STOPPED};

START_TEST(who_is_gone_is_left_out_unless_wanted)
{
    (void)meeting_opens("a", "b");
    (void)meeting_opens("c", "d");
    ck_assert_int_eq(llmreg_agent_mark(fleet, "b", gone[_i], "", &fleet_now),
                     LLMREG_OK);
    draw(false);
    ck_assert_str_eq(drawn_nodes(), "a=1 c=2 d=2");
    ck_assert_uint_eq(nlinks, 1);
    draw(true);
    ck_assert_str_eq(drawn_nodes(), "a=1 b=1 c=2 d=2");
    ck_assert_str_eq(nodes[1].status, llmreg_presence_text(gone[_i]));
    ck_assert_uint_eq(nlinks, 1);
}
END_TEST

START_TEST(who_is_late_or_stale_is_still_drawn)
{
    (void)meeting_opens("a", "b");
    ck_assert_int_eq(
        llmreg_agent_mark(fleet, "a", LLMREG_PRESENCE_LATE, "", &fleet_now),
        LLMREG_OK);
    ck_assert_int_eq(
        llmreg_agent_mark(fleet, "b", LLMREG_PRESENCE_STALE, "", &fleet_now),
        LLMREG_OK);
    draw(false);
    ck_assert_str_eq(drawn_nodes(), "a=2 b=2 c=1 d=1");
    ck_assert_uint_eq(nlinks, 1);
    ck_assert_str_eq(nodes[1].status, "stale");
}
END_TEST

START_TEST(what_agents_call_themselves_breaks_nothing)
{
    struct llmreg_agent_spec spec = people_spec("e", "\"</script>\\");

    spec.role = spec.domain = "";
    (void)people_register(&spec);
    draw(false);
    ck_assert_str_eq(nodes[4].name, "\"</script>\\");
    ck_assert_str_eq(nodes[4].role, "null");
    ck_assert_str_eq(nodes[4].domain, "null");
    ck_assert_ptr_null(strstr(written, "</script>"));
}
END_TEST

START_TEST(without_memory_the_writer_fails)
{
    int rc = LLMREG_ENOMEM, n;

    (void)meeting_opens("a", "b");
    for (n = 0; rc != LLMREG_OK; n++) {
        failing = n;
        rc = write_graph(false);
        failing = -1;
        ck_assert(rc == LLMREG_OK || rc == LLMREG_ENOMEM);
    }
    ck_assert_int_ge(n, 6);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("graph");
    TCase *t = tcase_create("graph");
    SRunner *sr = srunner_create(s);

    tcase_add_checked_fixture(t, meeting_setup, fleet_teardown);
    tcase_add_test(t, nobody_makes_an_empty_graph);
    tcase_add_test(t, agents_without_a_session_are_there);
    tcase_add_test(t, a_session_is_a_link);
    tcase_add_test(t, an_agent_with_many_sessions_is_large);
    tcase_add_test(t, only_live_sessions_are_links);
    tcase_add_test(t, a_link_comes_back_with_a_new_session);
    tcase_add_loop_test(t, who_is_gone_is_left_out_unless_wanted, 0, 2);
    tcase_add_test(t, who_is_late_or_stale_is_still_drawn);
    tcase_add_test(t, what_agents_call_themselves_breaks_nothing);
    tcase_add_test(t, without_memory_the_writer_fails);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
