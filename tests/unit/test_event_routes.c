/* SPDX-License-Identifier: MIT */
/* test_event_routes.c - what changed, as a page and as a stream. */
#include "plugins/llm_listen/api/events.h"
#include "tests/support/desk.h"

#include <check.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS   "GET /api/v1/events"
#define PIECE    4096
#define WAIT_MS  10000
#define STEP_MS  1
#define LIFE_MS  (EVENTS_LIFE_NS / LLMREG_NS_PER_MS)
#define QUIET_MS (EVENTS_KEEP_NS / LLMREG_NS_PER_MS)

static struct desk d;
static char said[PIECE + 1];

static void setup(void)
{
    desk_open(&d);
}

static void teardown(void)
{
    desk_close(&d);
}

/* Until the feed has what the bus has. */
static void settle(void)
{

    for (int i = 0; i < WAIT_MS; i += STEP_MS) {
        if (feed_last(d.api->feed) >= llmreg_bus_last(d.api->bus))
            return;
        poll(NULL, 0, STEP_MS);
    }
    ck_abort_msg("the feed stays behind");
}

static void add(const char *host)
{
    char body[80];

    snprintf(body, sizeof body, "{\"host\":\"%s\"}", host);
    desk_ask(&d, "operator", "POST /api/v1/endpoints", body, 201);
    settle();
}

static void page(const char *who, const char *query)
{
    char call[200];

    snprintf(call, sizeof call, "%s?%s", EVENTS, query);
    desk_ask(&d, who, call, NULL, 200);
}

/* ---- pages ---- */

START_TEST(a_page_shows_what_changed)
{
    uint64_t before = llmreg_bus_last(d.api->bus);
    char query[80];

    add("gpu1");
    snprintf(query, sizeof query, "after=%" PRIu64 "&entity=endpoint", before);
    page("reader", query);
    ck_assert_str_eq(desk_get(&d, "events[].type"), "registered");
    ck_assert_str_eq(desk_get(&d, "events[].subject"), "gpu1:11434");
    ck_assert_str_eq(desk_get(&d, "next"), desk_get(&d, "events[].seq"));
    ck_assert_str_eq(desk_get(&d, "more"), "false");
    ck_assert_str_eq(desk_get(&d, "lost"), "false");
    /* And what comes after that is nothing, yet. */
    snprintf(query, sizeof query, "after=%s", desk_get(&d, "next"));
    page("reader", query);
    ck_assert_uint_eq(desk_count(&d, "events[].seq"), 0);
    ck_assert_str_eq(desk_get(&d, "next"), query + strlen("after="));
}
END_TEST

START_TEST(pages_follow_each_other)
{
    uint64_t before = llmreg_bus_last(d.api->bus);
    char query[80], name[8];

    for (int i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "gpu%d", i);
        add(name);
    }
    snprintf(query, sizeof query, "after=%" PRIu64 "&limit=2&types=registered",
             before);
    page("reader", query);
    ck_assert_str_eq(desk_get(&d, "lost"), "false");
    for (int i = 0; i < 5; i += 2) {
        snprintf(name, sizeof name, "gpu%d", i);
        ck_assert_int_eq(
            strncmp(desk_get(&d, "events[].subject"), name, strlen(name)), 0);
        ck_assert_str_eq(desk_get(&d, "more"), i == 4 ? "false" : "true");
        snprintf(query, sizeof query, "after=%s&limit=2&types=registered",
                 desk_get(&d, "next"));
        page("reader", query);
    }
    ck_assert_uint_eq(desk_count(&d, "events[].seq"), 0);
}
END_TEST

START_TEST(without_a_number_come_the_newest)
{
    add("gpu1");
    add("gpu2");
    page("reader", "limit=1&types=registered");
    ck_assert_uint_eq(desk_count(&d, "events[].seq"), 1);
    ck_assert_str_eq(desk_get(&d, "events[].subject"), "gpu2:11434");
    page("reader", "subject=gpu1:11434");
    ck_assert_str_eq(desk_get(&d, "events[].subject"), "gpu1:11434");
    ck_assert_uint_eq(desk_count(&d, "events[].seq"), 1);
}
END_TEST

START_TEST(what_is_gone_or_never_was_is_told_as_lost)
{
    char query[80];

    add("gpu1");
    desk_restart(&d);
    add("gpu2");
    page("reader", "after=1");
    ck_assert_str_eq(desk_get(&d, "lost"), "true");
    ck_assert_uint_gt(desk_count(&d, "events[].seq"), 0);
    snprintf(query, sizeof query, "after=%" PRIu64,
             llmreg_bus_last(d.api->bus) + 100);
    page("reader", query);
    ck_assert_str_eq(desk_get(&d, "lost"), "true");
}
END_TEST

START_TEST(tokens_and_the_audit_are_for_admins)
{
    desk_ask(&d, "admin", "POST /api/v1/tokens",
             "{\"name\":\"ci\",\"role\":\"reader\"}", 201);
    settle();
    page("reader", "entity=token");
    ck_assert_uint_eq(desk_count(&d, "events[].seq"), 0);
    page("local", "entity=audit");
    ck_assert_uint_eq(desk_count(&d, "events[].seq"), 0);
    page("admin", "entity=token");
    ck_assert_uint_gt(desk_count(&d, "events[].seq"), 0);
}
END_TEST

START_TEST(what_is_wrong_is_named)
{
    desk_wrong(&d, EVENTS "?types=health,moods", NULL, 400, "types");
    desk_ask(&d, "reader", EVENTS "?entity=moon", NULL, 400);
    desk_ask(&d, "reader", EVENTS "?after=-1", NULL, 400);
    desk_ask(&d, "reader", EVENTS "?limit=1001", NULL, 400);
    desk_header(&d, "Accept", EVENTS_TYPE);
    desk_header(&d, "Last-Event-ID", "x");
    desk_wrong(&d, EVENTS, NULL, 400, "Last-Event-ID");
}
END_TEST

/* ---- streams ---- */

static struct http_call *open_stream(const char *who, const char *query,
                                     const char *last)
{
    char call[200];

    snprintf(call, sizeof call, "%s?%s", EVENTS, query);
    desk_header(&d, "Accept", "text/event-stream");
    if (last != NULL)
        desk_header(&d, "Last-Event-ID", last);
    return desk_begin(&d, who, call, NULL);
}

static int64_t pull(struct http_call *c)
{
    int64_t n = fake_http_pull(c, said, PIECE);

    said[n > 0 ? n : 0] = '\0';
    return n;
}

/* What it says next; waits for it. */
static const char *next(struct http_call *c)
{
    while (pull(c) == 0)
        ck_assert(fake_http_wait(c, WAIT_MS));
    return said;
}

START_TEST(a_stream_says_what_changes_while_it_is_open)
{
    struct http_call *c = open_stream("reader", "entity=endpoint", NULL);

    ck_assert(fake_http_is_stream(c));
    ck_assert_str_eq(fake_http_field(c, "Content-Type"), "text/event-stream");
    ck_assert_str_eq(next(c), "retry: 2000\n\n");
    ck_assert_int_eq(pull(c), 0);
    d.call = NULL;
    add("gpu1");
    ck_assert_ptr_nonnull(strstr(next(c), "event: registered\ndata: {"));
    ck_assert_ptr_nonnull(strstr(said, "\"subject\":\"gpu1:11434\""));
    ck_assert_int_eq(strncmp(said, "id: ", 4), 0);
    ck_assert_str_eq(said + strlen(said) - 3, "}\n\n");
    ck_assert_int_eq(pull(c), 0);
    fake_http_end(c);
}
END_TEST

START_TEST(a_stream_goes_on_where_it_broke)
{
    char last[32];
    struct http_call *c;

    add("gpu1");
    snprintf(last, sizeof last, "%" PRIu64, llmreg_bus_last(d.api->bus));
    add("gpu2");
    /* What the header says is newer than what the address does. */
    c = open_stream("reader", "after=0&types=registered", last);
    ck_assert_ptr_nonnull(strstr(next(c), "\"gpu2:11434\""));
    ck_assert_ptr_null(strstr(said, "\"gpu1:11434\""));
    ck_assert_ptr_null(strstr(said, "event: reset"));
}
END_TEST

START_TEST(a_stream_that_lost_events_is_reset)
{
    struct http_call *c;

    desk_restart(&d);
    c = open_stream("reader", "", "1");
    ck_assert_ptr_nonnull(strstr(next(c), "event: reset\ndata: {\"seq\":"));
    d.call = NULL;
    add("gpu1");
    ck_assert_ptr_nonnull(strstr(next(c), "\"gpu1:11434\""));
    fake_http_end(c);
}
END_TEST

START_TEST(a_stream_that_is_quiet_says_that_it_lives)
{
    struct http_call *c = open_stream("reader", "", NULL);

    (void)next(c);
    desk_pass(&d, QUIET_MS);
    ck_assert_str_eq(next(c), ":\n\n");
    ck_assert_int_eq(pull(c), 0);
}
END_TEST

START_TEST(a_stream_ends_after_an_hour)
{
    struct http_call *c = open_stream("reader", "", NULL);

    (void)next(c);
    desk_pass(&d, LIFE_MS - 1);
    ck_assert_int_gt(pull(c), 0);
    desk_pass(&d, 1);
    ck_assert_int_eq(pull(c), -1);
}
END_TEST

START_TEST(a_stream_ends_with_its_token)
{
    struct http_call *c;
    char path[200], auth[200];
    int64_t n;

    desk_ask(&d, "admin", "POST /api/v1/tokens",
             "{\"name\":\"ci\",\"role\":\"reader\"}", 201);
    snprintf(auth, sizeof auth, "Bearer %s", desk_get(&d, "secret"));
    snprintf(path, sizeof path, "DELETE /api/v1/tokens/%s",
             desk_get(&d, "token.id"));
    settle();
    desk_header(&d, "Authorization", auth);
    c = open_stream("far", "", NULL);
    (void)next(c);
    ck_assert_int_eq(pull(c), 0);
    d.call = NULL;
    desk_ask(&d, "admin", path, NULL, 200);
    ck_assert(fake_http_wait(c, WAIT_MS));
    do
        n = pull(c);
    while (n > 0);
    ck_assert_int_eq(n, -1);
    fake_http_end(c);
}
END_TEST

START_TEST(more_streams_than_there_may_be_are_sent_away)
{
    fake_http_limit(d.server, 100, 0);
    desk_header(&d, "Accept", EVENTS_TYPE);
    desk_ask(&d, "reader", EVENTS, NULL, 503);
    ck_assert_str_eq(desk_field(&d, "Retry-After"), "5");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("event_routes");
    TCase *tc = tcase_create("event_routes");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_page_shows_what_changed);
    tcase_add_test(tc, pages_follow_each_other);
    tcase_add_test(tc, without_a_number_come_the_newest);
    tcase_add_test(tc, what_is_gone_or_never_was_is_told_as_lost);
    tcase_add_test(tc, tokens_and_the_audit_are_for_admins);
    tcase_add_test(tc, what_is_wrong_is_named);
    tcase_add_test(tc, a_stream_says_what_changes_while_it_is_open);
    tcase_add_test(tc, a_stream_goes_on_where_it_broke);
    tcase_add_test(tc, a_stream_that_lost_events_is_reset);
    tcase_add_test(tc, a_stream_that_is_quiet_says_that_it_lives);
    tcase_add_test(tc, a_stream_ends_after_an_hour);
    tcase_add_test(tc, a_stream_ends_with_its_token);
    tcase_add_test(tc, more_streams_than_there_may_be_are_sent_away);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
