/* SPDX-License-Identifier: MIT */
/* test_feed.c - a ring that is smaller than what happens. */
#include "plugins/llm_listen/api/feed.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 10000
#define STEP_MS 1

static const struct feed_filter all = {.types = UINT64_MAX,
                                       .entities = UINT64_MAX};
static struct llmreg_bus *bus;
static struct feed *feed;

static void setup(void)
{
    ck_assert_int_eq(llmreg_bus_new(&bus, 1024, 1), LLMREG_OK);
    ck_assert_int_eq(feed_new(&feed, bus), LLMREG_OK);
}

static void teardown(void)
{
    feed_free(feed);
    llmreg_bus_free(bus);
}

static void settle(void)
{

    for (int i = 0; i < WAIT_MS; i += STEP_MS) {
        if (feed_last(feed) >= llmreg_bus_last(bus))
            return;
        poll(NULL, 0, STEP_MS);
    }
    ck_abort_msg("the feed stays behind");
}

static void publish(int n, const char *subject)
{
    const struct llmreg_event e = {.type = LLMREG_EVENT_HEALTH,
                                   .entity = LLMREG_ENTITY_ENDPOINT,
                                   .subject = subject,
                                   .name = "",
                                   .before = "",
                                   .after = "",
                                   .reason = ""};

    for (int i = 0; i < n; i++)
        ck_assert_int_eq(llmreg_bus_publish(bus, &e, NULL), LLMREG_OK);
    llmreg_bus_wake(bus);
}

/* In pieces that the bus' own ring takes, so that none is lost before. */
static void publish_many(int n)
{
    for (; n > 0; n -= 512) {
        publish(n < 512 ? n : 512, "a");
        settle();
    }
}

/* The number of the next one; 0: none, for that reason. */
static uint64_t take(struct feed_cursor *c, const struct feed_filter *filter,
                     int *rc)
{
    struct feed_item *item = NULL;
    uint64_t seq;

    *rc = feed_next(feed, c, filter, &item);
    if (*rc != LLMREG_OK)
        return 0;
    seq = feed_item_event(item)->seq;
    feed_item_put(item);
    return seq;
}

START_TEST(each_comes_once_and_in_order)
{
    struct feed_cursor c = feed_after(feed, 0);
    int rc;

    publish_many(600);
    for (uint64_t i = 1; i <= 600; i++)
        ck_assert_uint_eq(take(&c, &all, &rc), i);
    ck_assert_uint_eq(take(&c, &all, &rc), 0);
    ck_assert_int_eq(rc, LLMREG_ENOENT);
}
END_TEST

START_TEST(all_that_have_come_to_the_end_are_alike)
{
    struct feed_cursor c[3];
    int rc;

    publish_many(5);
    c[0] = feed_after(feed, 0);
    c[1] = feed_after(feed, 3);
    c[2] = feed_after(feed, UINT64_MAX);
    publish_many(2);
    for (int i = 0; i < 3; i++) {
        ck_assert(!feed_is_at_end(feed, &c[i]));
        while (take(&c[i], &all, &rc) != 0)
            continue;
        ck_assert_int_eq(rc, LLMREG_ENOENT);
        ck_assert(feed_is_at_end(feed, &c[i]));
        ck_assert_uint_eq(c[i].place, c[0].place);
        ck_assert_uint_eq(c[i].after, 0);
    }
}
END_TEST

START_TEST(who_is_slower_than_the_ring_is_told)
{
    struct feed_cursor c = feed_after(feed, 0);
    int rc;

    publish_many(FEED_RING);
    ck_assert_uint_eq(take(&c, &all, &rc), 1);
    publish_many(2);
    ck_assert_uint_eq(take(&c, &all, &rc), 0);
    ck_assert_int_eq(rc, LLMREG_EGAP);
    /* It was told once, and goes on with what comes. */
    ck_assert_uint_eq(take(&c, &all, &rc), 0);
    ck_assert_int_eq(rc, LLMREG_ENOENT);
    publish_many(1);
    ck_assert_uint_eq(take(&c, &all, &rc), FEED_RING + 3);
}
END_TEST

START_TEST(a_number_that_fell_out_has_lost_events)
{
    struct feed_cursor c;
    int rc;

    publish_many(FEED_RING + 2);
    c = feed_after(feed, 2);
    ck_assert_uint_eq(take(&c, &all, &rc), 3);
    c = feed_after(feed, 1);
    ck_assert(c.lost);
    c = feed_oldest(feed);
    ck_assert_uint_eq(take(&c, &all, &rc), 3);
    c = feed_after(feed, FEED_RING + 3);
    ck_assert(c.lost);
}
END_TEST

/* Faster than the thread could be: the bus drops them before it came. */
START_TEST(what_the_bus_lost_is_a_gap)
{
    struct feed_cursor c;
    uint64_t seq;
    int rc, gaps = 0;

    publish_many(1);
    for (int i = 0; i < 100; i++)
        publish(1024, "a");
    settle();
    c = feed_after(feed, 0);
    seq = take(&c, &all, &rc);
    while (rc == LLMREG_OK)
        seq = take(&c, &all, &rc);
    gaps += rc == LLMREG_EGAP;
    /* The ring holds less than that was, with or without the bus' gaps. */
    ck_assert_uint_eq(seq, 0);
    ck_assert_int_eq(gaps, 1);
    /* Behind it all are there, without another one. */
    c = feed_oldest(feed);
    seq = take(&c, &all, &rc);
    for (uint64_t n = seq; rc == LLMREG_OK; n++) {
        ck_assert_uint_eq(seq, n);
        seq = take(&c, &all, &rc);
    }
    ck_assert_int_eq(rc, LLMREG_ENOENT);
}
END_TEST

START_TEST(only_what_fits_is_given)
{
    struct feed_filter b = all;
    struct feed_cursor c;
    int rc;

    publish(2, "a");
    publish(1, "b");
    publish(1, "a");
    settle();
    b.subject = "b";
    c = feed_after(feed, 0);
    ck_assert_uint_eq(take(&c, &b, &rc), 3);
    ck_assert_uint_eq(take(&c, &b, &rc), 0);
    c = feed_newest(feed, &all, 2);
    ck_assert_uint_eq(take(&c, &all, &rc), 3);
    c = feed_newest(feed, &b, 2);
    ck_assert_uint_eq(take(&c, &b, &rc), 3);
    b.subject = NULL;
    b.types = 1U << LLMREG_EVENT_MODELS;
    c = feed_after(feed, 0);
    ck_assert_uint_eq(take(&c, &b, &rc), 0);
    ck_assert_int_eq(rc, LLMREG_ENOENT);
}
END_TEST

START_TEST(a_wait_is_refused_where_there_is_something)
{
    struct feed_wait w = {.cursor = feed_after(feed, UINT64_MAX),
                          .types = UINT64_MAX,
                          .entities = UINT64_MAX,
                          .due_ns = INT64_MAX};

    publish_many(1);
    ck_assert_int_eq(feed_wait(feed, &w), LLMREG_EBUSY);
    ck_assert_uint_eq(feed_waiting(feed), 0);
}
END_TEST

START_TEST(the_text_is_made_once)
{
    struct feed_cursor c = feed_after(feed, 0);
    struct feed_item *item = NULL, *same = NULL;
    const struct feed_text *t;

    publish_many(1);
    ck_assert_int_eq(feed_next(feed, &c, &all, &item), LLMREG_OK);
    c = feed_oldest(feed);
    ck_assert_int_eq(feed_next(feed, &c, &all, &same), LLMREG_OK);
    t = feed_item_text(item);
    ck_assert_ptr_nonnull(t);
    ck_assert_ptr_eq(t, feed_item_text(same));
    ck_assert_int_eq(strncmp(t->bytes, "id: 1\nevent: health\ndata: {", 27), 0);
    ck_assert_int_eq(memcmp(t->bytes + t->len - 3, "}\n\n", 3), 0);
    feed_item_put(item);
    feed_item_put(same);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("feed");
    TCase *tc = tcase_create("feed");

    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, each_comes_once_and_in_order);
    tcase_add_test(tc, all_that_have_come_to_the_end_are_alike);
    tcase_add_test(tc, who_is_slower_than_the_ring_is_told);
    tcase_add_test(tc, a_number_that_fell_out_has_lost_events);
    tcase_add_test(tc, what_the_bus_lost_is_a_gap);
    tcase_add_test(tc, only_what_fits_is_given);
    tcase_add_test(tc, a_wait_is_refused_where_there_is_something);
    tcase_add_test(tc, the_text_is_made_once);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
