/* SPDX-License-Identifier: MIT */
/* test_bus.c - order, gaps and wake-ups of the bus. */
#include <llmreg/bus.h>

#include <check.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/bus/recent.h"

#define RING 8

static struct llmreg_bus *bus;
static struct llmreg_subscription *sub;

static void setup(void)
{
    ck_assert_int_eq(llmreg_bus_new(&bus, RING, 1), LLMREG_OK);
    ck_assert_int_eq(llmreg_subscribe(bus, UINT64_MAX, &sub), LLMREG_OK);
}

static void teardown(void)
{
    llmreg_unsubscribe(sub);
    llmreg_bus_free(bus);
}

static uint64_t publish(const char *subject)
{
    const struct llmreg_event event = {
        .time_ms = 1000,
        .type = LLMREG_EVENT_HEALTH,
        .subject = subject,
        .before = "healthy",
        .after = "unhealthy",
    };
    uint64_t seq = 0;

    ck_assert_int_eq(llmreg_bus_publish(bus, &event, &seq), LLMREG_OK);
    return seq;
}

static bool readable(struct llmreg_subscription *s)
{
    struct pollfd p = {.fd = llmreg_subscription_fd(s), .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

/* The number of the next event, 0 if there is none, UINT64_MAX for a gap. */
static uint64_t next(struct llmreg_subscription *s)
{
    const struct llmreg_event *event = NULL;
    int rc = llmreg_subscription_next(s, &event);

    if (rc == LLMREG_ENOENT)
        return 0;
    if (rc == LLMREG_EGAP)
        return UINT64_MAX;
    ck_assert_int_eq(rc, LLMREG_OK);
    uint64_t seq = event->seq;
    llmreg_event_put(event);
    return seq;
}

START_TEST(a_bus_wants_a_power_of_two_and_a_first_number)
{
    struct llmreg_bus *b = NULL;
    const size_t bad[] = {0, 1, 3, 6, SIZE_MAX / 2 + 1};

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_int_eq(llmreg_bus_new(&b, bad[i], 1), LLMREG_EINVAL);
    ck_assert_int_eq(llmreg_bus_new(&b, 2, 0), LLMREG_EINVAL);
    ck_assert_ptr_null(b);
}
END_TEST

START_TEST(numbers_begin_with_the_first_and_grow_by_one)
{
    struct llmreg_bus *old = bus;

    ck_assert_uint_eq(llmreg_bus_last(bus), 0);
    ck_assert_int_eq(llmreg_bus_new(&bus, 2, 65537), LLMREG_OK);
    ck_assert_uint_eq(llmreg_bus_last(bus), 65536);
    ck_assert_uint_eq(publish("a"), 65537);
    ck_assert_uint_eq(publish("a"), 65538);
    ck_assert_uint_eq(publish("a"), 65539);
    ck_assert_uint_eq(llmreg_bus_last(bus), 65539);
    llmreg_bus_free(bus);
    bus = old;
}
END_TEST

static struct llmreg_bus_counts counts(void)
{
    struct llmreg_bus_counts n;

    llmreg_bus_count(bus, &n);
    return n;
}

START_TEST(what_waits_for_the_slowest_is_counted)
{
    struct llmreg_subscription *late = NULL;

    ck_assert_uint_eq(counts().published, 0);
    publish("a");
    publish("a");
    ck_assert_int_eq(llmreg_subscribe(bus, UINT64_MAX, &late), LLMREG_OK);
    publish("a");
    llmreg_bus_raise(bus, 1000); /* a jump of the numbers is no event */
    ck_assert_uint_eq(counts().published, 3);
    ck_assert_uint_eq(counts().waiting, 3);
    while (next(sub) != 0)
        continue;
    ck_assert_uint_eq(counts().waiting, 1);
    for (int i = 0; i < 3 * RING; i++)
        publish("a");
    ck_assert_uint_eq(counts().waiting, RING);
    llmreg_unsubscribe(late);
}
END_TEST

START_TEST(a_subscriber_sees_every_event_in_order)
{
    for (uint64_t i = 1; i <= RING; i++)
        ck_assert_uint_eq(publish("a"), i);
    for (uint64_t i = 1; i <= RING; i++)
        ck_assert_uint_eq(next(sub), i);
    ck_assert_uint_eq(next(sub), 0);
}
END_TEST

START_TEST(an_event_is_a_copy_that_outlives_its_place_in_the_ring)
{
    char subject[] = "gpu1:11434";
    const struct llmreg_event *event = NULL;

    publish(subject);
    subject[0] = 'x';
    ck_assert_int_eq(llmreg_subscription_next(sub, &event), LLMREG_OK);
    for (int i = 0; i < 3 * RING; i++)
        publish("other");
    ck_assert_str_eq(event->subject, "gpu1:11434");
    ck_assert_str_eq(event->before, "healthy");
    ck_assert_str_eq(event->name, "");
    ck_assert_int_eq(event->type, LLMREG_EVENT_HEALTH);
    llmreg_event_put(event);
}
END_TEST

START_TEST(a_slow_subscriber_is_told_once_and_goes_on_with_the_oldest)
{
    for (int i = 0; i < RING + 3; i++)
        publish("a");
    ck_assert_uint_eq(next(sub), UINT64_MAX);
    for (uint64_t i = 4; i <= RING + 3; i++)
        ck_assert_uint_eq(next(sub), i);
    ck_assert_uint_eq(next(sub), 0);
}
END_TEST

START_TEST(events_after_a_number_are_the_ones_above_it)
{
    struct llmreg_subscription *s = NULL;

    for (int i = 0; i < 5; i++)
        publish("a");
    ck_assert_int_eq(llmreg_subscribe(bus, 3, &s), LLMREG_OK);
    ck_assert(readable(s));
    ck_assert_uint_eq(next(s), 4);
    ck_assert_uint_eq(next(s), 5);
    ck_assert_uint_eq(next(s), 0);
    llmreg_unsubscribe(s);
}
END_TEST

START_TEST(events_that_left_the_ring_are_a_gap_for_who_asks_late)
{
    struct llmreg_subscription *s = NULL;

    for (int i = 0; i < RING + 2; i++)
        publish("a");
    ck_assert_int_eq(llmreg_subscribe(bus, 2, &s), LLMREG_OK);
    ck_assert_uint_eq(next(s), 3); /* 1 and 2 are gone, and were not asked */
    llmreg_unsubscribe(s);
    ck_assert_int_eq(llmreg_subscribe(bus, 1, &s), LLMREG_OK);
    ck_assert(readable(s));
    ck_assert_uint_eq(next(s), UINT64_MAX);
    ck_assert_uint_eq(next(s), 3);
    llmreg_unsubscribe(s);
}
END_TEST

START_TEST(a_number_that_was_never_given_is_a_gap)
{
    struct llmreg_subscription *s = NULL;

    publish("a");
    ck_assert_int_eq(llmreg_subscribe(bus, 77, &s), LLMREG_OK);
    ck_assert(readable(s));
    ck_assert_uint_eq(next(s), UINT64_MAX);
    ck_assert_uint_eq(next(s), 1);
    ck_assert_uint_eq(next(s), 0);
    llmreg_unsubscribe(s);
}
END_TEST

START_TEST(raise_jumps_forward_only_and_is_no_gap_for_who_listens)
{
    publish("a");
    llmreg_bus_raise(bus, 100);
    llmreg_bus_raise(bus, 50);
    ck_assert_uint_eq(llmreg_bus_last(bus), 100);
    ck_assert_uint_eq(publish("a"), 101);
    ck_assert_uint_eq(next(sub), 1);
    ck_assert_uint_eq(next(sub), 101);
    ck_assert_uint_eq(next(sub), 0);
}
END_TEST

START_TEST(numbers_of_an_earlier_process_are_a_gap_and_the_last_is_not)
{
    struct llmreg_subscription *s = NULL;

    llmreg_bus_raise(bus, 100);
    ck_assert_int_eq(llmreg_subscribe(bus, 99, &s), LLMREG_OK);
    ck_assert_uint_eq(next(s), UINT64_MAX);
    ck_assert_uint_eq(next(s), 0);
    llmreg_unsubscribe(s);
    ck_assert_int_eq(llmreg_subscribe(bus, llmreg_bus_last(bus), &s),
                     LLMREG_OK);
    ck_assert_uint_eq(next(s), 0);
    llmreg_unsubscribe(s);
}
END_TEST

START_TEST(the_fd_is_readable_only_while_something_is_new)
{
    ck_assert(!readable(sub));
    publish("a");
    ck_assert(!readable(sub)); /* nobody was woken yet */
    llmreg_bus_wake(bus);
    ck_assert(readable(sub));
    ck_assert_uint_eq(next(sub), 1);
    ck_assert_uint_eq(next(sub), 0);
    ck_assert(!readable(sub));
    llmreg_bus_wake(bus);
    ck_assert(!readable(sub));
}
END_TEST

START_TEST(an_event_that_comes_while_pending_wakes_again_after_idle)
{
    publish("a");
    llmreg_bus_wake(bus);
    publish("b");
    llmreg_bus_wake(bus);
    ck_assert_uint_eq(next(sub), 1);
    ck_assert_uint_eq(next(sub), 2);
    ck_assert_uint_eq(next(sub), 0);
    ck_assert(!readable(sub));
    publish("c");
    llmreg_bus_wake(bus);
    ck_assert(readable(sub));
    ck_assert_uint_eq(next(sub), 3);
}
END_TEST

static bool armed;

/* The bus's, too: between its two looks at the ring it empties the eventfd. */
ssize_t read(int fd, void *to, size_t size)
{
    if (armed) {
        armed = false;
        publish("a");
        publish("b");
        llmreg_bus_wake(bus);
    }
    return syscall(SYS_read, fd, to, size);
}

/* Who takes only so many at a time slept on what was left. */
START_TEST(what_comes_while_the_fd_is_emptied_leaves_it_readable)
{
    armed = true;
    ck_assert_uint_eq(next(sub), 1);
    ck_assert(!armed);
    ck_assert(readable(sub));
    ck_assert_uint_eq(next(sub), 2);
    ck_assert_uint_eq(next(sub), 0);
    ck_assert(!readable(sub));
}
END_TEST

START_TEST(subscribers_come_and_go_in_any_order)
{
    struct llmreg_subscription *s[3];

    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(llmreg_subscribe(bus, UINT64_MAX, &s[i]), LLMREG_OK);
    llmreg_unsubscribe(s[1]);
    publish("a");
    llmreg_bus_wake(bus);
    ck_assert(readable(s[0]) && readable(s[2]) && readable(sub));
    llmreg_unsubscribe(s[2]);
    llmreg_unsubscribe(s[0]);
    ck_assert_uint_eq(next(sub), 1);
    llmreg_unsubscribe(NULL);
}
END_TEST

/* ---- without a subscription ---- */

/* The number of the next event, 0 if there is none, UINT64_MAX for a gap. */
static uint64_t recent(uint64_t *place)
{
    const struct llmreg_event *event = NULL;
    int rc = recent_next(bus, place, &event);

    if (rc != LLMREG_OK)
        return rc == LLMREG_EGAP ? UINT64_MAX : 0;
    const uint64_t seq = event->seq;
    llmreg_event_put(event);
    return seq;
}

START_TEST(what_is_published_from_now_on_is_read_without_a_subscription)
{
    (void)publish("a");
    uint64_t place = recent_begin(bus);

    ck_assert_uint_eq(recent(&place), 0);
    for (int i = 0; i < RING; i++)
        (void)publish("a");
    for (uint64_t i = 0; i < RING; i++)
        ck_assert_uint_eq(recent(&place), i + 2);
    ck_assert_uint_eq(recent(&place), 0);
}
END_TEST

START_TEST(what_fell_out_of_the_ring_is_a_gap_without_one_too)
{
    uint64_t place = recent_begin(bus);

    for (int i = 0; i < RING + 1; i++)
        (void)publish("a");
    ck_assert_uint_eq(recent(&place), UINT64_MAX);
    ck_assert_uint_eq(recent(&place), UINT64_MAX);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("bus");
    TCase *t = tcase_create("bus");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_bus_wants_a_power_of_two_and_a_first_number);
    tcase_add_test(
        t, what_is_published_from_now_on_is_read_without_a_subscription);
    tcase_add_test(t, what_fell_out_of_the_ring_is_a_gap_without_one_too);
    tcase_add_test(t, numbers_begin_with_the_first_and_grow_by_one);
    tcase_add_test(t, what_waits_for_the_slowest_is_counted);
    tcase_add_test(t, a_subscriber_sees_every_event_in_order);
    tcase_add_test(t, an_event_is_a_copy_that_outlives_its_place_in_the_ring);
    tcase_add_test(t,
                   a_slow_subscriber_is_told_once_and_goes_on_with_the_oldest);
    tcase_add_test(t, events_after_a_number_are_the_ones_above_it);
    tcase_add_test(t, events_that_left_the_ring_are_a_gap_for_who_asks_late);
    tcase_add_test(t, a_number_that_was_never_given_is_a_gap);
    tcase_add_test(t, raise_jumps_forward_only_and_is_no_gap_for_who_listens);
    tcase_add_test(t,
                   numbers_of_an_earlier_process_are_a_gap_and_the_last_is_not);
    tcase_add_test(t, the_fd_is_readable_only_while_something_is_new);
    tcase_add_test(t, an_event_that_comes_while_pending_wakes_again_after_idle);
    tcase_add_test(t, what_comes_while_the_fd_is_emptied_leaves_it_readable);
    tcase_add_test(t, subscribers_come_and_go_in_any_order);
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
