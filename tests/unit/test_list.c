/* SPDX-License-Identifier: MIT */
/* test_list.c - pages: all that stays is seen exactly once, in order, whatever
 * comes and goes meanwhile, and a page costs memory for itself only. */
#include "tests/support/desk.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/agents.h>

#define AGENTS 10000

static struct desk d;
static char seen[AGENTS * 2];
static char cursor[256];

/* What lists have on the heap at most. */
static size_t largest;
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    if (n * size > largest)
        largest = n * size;
    return __real_calloc(n, size);
}

static void add(int n)
{
    char id[32], name[32];
    const struct llmreg_agent_spec spec = {.id = id,
                                           .type = "worker",
                                           .name = name,
                                           .role = "",
                                           .domain = "",
                                           .cluster = "",
                                           .host = "",
                                           .url = "",
                                           .version = "",
                                           .source = LLMREG_SOURCE_AUTO,
                                           .interval_ms = 86400000};
    struct llmreg_error err = {.text = ""};

    snprintf(id, sizeof id, "a%05d", n);
    snprintf(name, sizeof name, "name%d", n);
    ck_assert_msg(llmreg_agent_register(d.registry, &spec, "", NULL, &err) ==
                      LLMREG_OK,
                  "%s", err.text);
}

static void drop(int n)
{
    char id[32];

    snprintf(id, sizeof id, "a%05d", n);
    ck_assert_int_eq(llmreg_agent_remove(d.registry, id, 0, ""), LLMREG_OK);
}

static void setup(void)
{
    desk_open(&d);
    memset(seen, 0, sizeof seen);
    cursor[0] = '\0';
}

static void teardown(void)
{
    desk_close(&d);
}

static int note(void *ctx, const struct llmreg_json_event *e)
{
    int *last = ctx;

    if (strcmp(e->path, "agents[].id") == 0) {
        int n = (int)strtol(e->text + 1, NULL, 10);

        ck_assert_int_gt(n, *last); /* in order, and none twice */
        *last = n;
        seen[n]++;
    }
    if (strcmp(e->path, "next") == 0)
        snprintf(cursor, sizeof cursor, "%.*s", (int)e->len,
                 e->type == LLMREG_JSON_NULL ? "" : e->text);
    return LLMREG_OK;
}

/* One page; false: it was the last. */
static bool turn(int limit, int *last)
{
    static const struct llmreg_json_limits limits = {
        .bytes = 16 << 20, .depth = 32, .values = 1000000, .string = 4096};
    char call[400];

    snprintf(call, sizeof call, "GET /api/v1/agents?limit=%d%s%s", limit,
             cursor[0] == '\0' ? "" : "&cursor=", cursor);
    desk_ask(&d, "reader", call, NULL, 200);
    ck_assert_int_eq(llmreg_json_read(desk_body(&d), strlen(desk_body(&d)),
                                      &limits, note, last, NULL),
                     LLMREG_OK);
    return cursor[0] != '\0';
}

START_TEST(pages_are_complete_over_very_many)
{
    int last = -1, pages = 1;

    for (int i = 0; i < AGENTS; i++)
        add(i * 7919 % AGENTS); /* in no order */
    while (turn(1000, &last))
        pages++;
    ck_assert_int_eq(pages, AGENTS / 1000);
    for (int i = 0; i < AGENTS; i++)
        ck_assert_int_eq(seen[i], 1);
    /* A page of few does not cost what all of them do. */
    largest = 0;
    last = -1;
    ck_assert(turn(10, &last));
    ck_assert_uint_ge(largest, 11 * sizeof(void *));
    ck_assert_uint_le(largest, 4096);
    ck_assert_uint_eq(desk_count(&d, "agents[].id"), 10);
}
END_TEST

START_TEST(what_stays_is_seen_once_while_others_come_and_go)
{
    unsigned seed = 11;
    int last = -1, lo;

    for (int i = 0; i < 1000; i += 2)
        add(i);
    while (turn(7, &last)) {
        lo = rand_r(&seed) % 1000;
        if (lo % 2 == 0) {
            add(lo + 1);
            drop(lo + 1);
        } else {
            add(1000 + last);
        }
    }
    for (int i = 0; i < 1000; i += 2)
        ck_assert_int_eq(seen[i], 1);
}
END_TEST

START_TEST(an_item_that_was_the_cursor_may_go)
{
    int last = -1;

    for (int i = 0; i < 10; i++)
        add(i);
    ck_assert(turn(5, &last));
    drop(4);
    ck_assert(!turn(5, &last));
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(seen[i], 1);
}
END_TEST

START_TEST(a_page_that_is_just_full_is_the_last)
{
    int last = -1;

    for (int i = 0; i < 10; i++)
        add(i);
    ck_assert(!turn(10, &last));
    desk_ask(&d, "reader", "GET /api/v1/agents?limit=9", NULL, 200);
    ck_assert_str_ne(desk_get(&d, "next"), "null");
}
END_TEST

START_TEST(no_item_is_an_empty_page)
{
    desk_ask(&d, "reader", "GET /api/v1/agents", NULL, 200);
    ck_assert_str_eq(desk_body(&d), "{\"agents\":[],\"next\":null}");
}
END_TEST

static const char *const wrong[] = {"limit=0",    "limit=1001", "limit=x",
                                    "cursor=",    "cursor=!",   "cursor=a",
                                    "cursor=Zg=="};

START_TEST(what_is_no_page_is_refused)
{
    char call[100];

    snprintf(call, sizeof call, "GET /api/v1/agents?%s", wrong[_i]);
    desk_ask(&d, "reader", call, NULL, 400);
}
END_TEST

START_TEST(a_page_that_one_has_is_not_sent_again)
{
    char tag[64];

    add(1);
    desk_ask(&d, "reader", "GET /api/v1/agents", NULL, 200);
    snprintf(tag, sizeof tag, "%s", desk_field(&d, "ETag"));
    desk_header(&d, "If-None-Match", tag);
    desk_ask(&d, "reader", "GET /api/v1/agents", NULL, 304);
    ck_assert_str_eq(desk_body(&d), "");
    ck_assert_str_eq(desk_field(&d, "ETag"), tag);
    add(2);
    desk_header(&d, "If-None-Match", tag);
    desk_ask(&d, "reader", "GET /api/v1/agents", NULL, 200);
    ck_assert_str_ne(desk_field(&d, "ETag"), tag);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("list");
    TCase *tc = tcase_create("list");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, pages_are_complete_over_very_many);
    tcase_add_test(tc, what_stays_is_seen_once_while_others_come_and_go);
    tcase_add_test(tc, an_item_that_was_the_cursor_may_go);
    tcase_add_test(tc, a_page_that_is_just_full_is_the_last);
    tcase_add_test(tc, no_item_is_an_empty_page);
    tcase_add_loop_test(tc, what_is_no_page_is_refused, 0,
                        (int)(sizeof wrong / sizeof wrong[0]));
    tcase_add_test(tc, a_page_that_one_has_is_not_sent_again);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
