/* SPDX-License-Identifier: MIT */
/* test_bus_memory.c - without memory no bus and no subscription is half there,
 * and an event that could not be kept is a gap and nothing more.
 */
#include <llmreg/bus.h>

#include <check.h>
#include <poll.h>
#include <stdlib.h>

#include "common/bus/recent.h"
#include "tests/support/scarce.h"

#define RING 8
#define GAP  UINT64_MAX

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

static int publish(uint64_t *seq)
{
    const struct llmreg_event event = {.type = LLMREG_EVENT_HEALTH,
                                       .subject = "gpu1:11434"};

    return llmreg_bus_publish(bus, &event, seq);
}

static uint64_t publish_well(void)
{
    uint64_t seq = 0;

    ck_assert_int_eq(publish(&seq), LLMREG_OK);
    return seq;
}

/* The number that it was given. */
static uint64_t publish_without_memory(void)
{
    uint64_t seq = 0;

    scarce_from(0);
    const int rc = publish(&seq);
    ck_assert(scarce_end());
    ck_assert_int_eq(rc, LLMREG_ENOMEM);
    return seq;
}

/* The number of the next event, 0 if there is none, or GAP. */
static uint64_t next(void)
{
    const struct llmreg_event *event = NULL;
    int rc = llmreg_subscription_next(sub, &event);

    if (rc == LLMREG_ENOENT)
        return 0;
    if (rc == LLMREG_EGAP)
        return GAP;
    ck_assert_int_eq(rc, LLMREG_OK);
    const uint64_t seq = event->seq;
    llmreg_event_put(event);
    return seq;
}

START_TEST(a_bus_is_there_or_it_is_not)
{
    struct llmreg_bus *other = NULL;
    int rc = LLMREG_ENOMEM;
    long n = -1;

    while (rc != LLMREG_OK) {
        scarce_from(++n);
        rc = llmreg_bus_new(&other, RING, 1);
        const bool failed = scarce_end();
        ck_assert_int_eq(rc, failed ? LLMREG_ENOMEM : LLMREG_OK);
        ck_assert((other == NULL) == failed);
    }
    ck_assert_int_ge(n, 1);
    llmreg_bus_free(other);
}
END_TEST

/* One that stayed in the list would hold what nobody reads. */
START_TEST(a_subscription_that_failed_leaves_nothing_behind)
{
    struct llmreg_subscription *other = NULL;
    struct llmreg_bus_counts counts;
    const int before = scarce_descriptors();
    int rc = LLMREG_ENOMEM;
    long n = -1;

    while (rc != LLMREG_OK) {
        scarce_from(++n);
        rc = llmreg_subscribe(bus, UINT64_MAX, &other);
        const bool failed = scarce_end();
        ck_assert_int_eq(rc, failed ? LLMREG_ENOMEM : LLMREG_OK);
        ck_assert((other == NULL) == failed);
        ck_assert_int_eq(scarce_descriptors(), before + !failed);
        ck_assert_uint_gt(publish_well(), 0);
        ck_assert_uint_gt(next(), 0);
        llmreg_bus_count(bus, &counts);
        ck_assert_uint_eq(counts.waiting, failed ? 0 : 1);
    }
    ck_assert_int_ge(n, 1);
    llmreg_unsubscribe(other);
}
END_TEST

START_TEST(an_event_without_memory_is_a_gap_in_its_place)
{
    ck_assert_uint_eq(publish_well(), 1);
    ck_assert_uint_eq(publish_without_memory(), 2);
    ck_assert_uint_eq(publish_well(), 3);
    ck_assert_uint_eq(llmreg_bus_last(bus), 3);
    ck_assert_uint_eq(next(), 1);
    ck_assert_uint_eq(next(), GAP);
    ck_assert_uint_eq(next(), 3);
    ck_assert_uint_eq(next(), 0);
}
END_TEST

START_TEST(who_has_no_subscription_is_told_of_it_too)
{
    const struct llmreg_event *event;
    uint64_t place = recent_begin(bus);

    ck_assert_uint_eq(publish_without_memory(), 1);
    ck_assert_int_eq(recent_next(bus, &place, &event), LLMREG_EGAP);
}
END_TEST

START_TEST(several_in_a_row_are_one_gap)
{
    for (int i = 0; i < RING / 2; i++)
        ck_assert_uint_eq(publish_without_memory(), (uint64_t)i + 1);
    ck_assert_uint_eq(next(), GAP);
    ck_assert_uint_eq(next(), 0);
}
END_TEST

START_TEST(a_ring_full_of_them_is_one_gap)
{
    for (int i = 0; i < 2 * RING; i++)
        ck_assert_uint_eq(publish_without_memory(), (uint64_t)i + 1);
    ck_assert_uint_eq(next(), GAP);
    ck_assert_uint_eq(next(), 0);
    ck_assert_uint_eq(publish_well(), 2 * RING + 1);
    ck_assert_uint_eq(next(), 2 * RING + 1);
}
END_TEST

START_TEST(a_gap_wakes_who_sleeps)
{
    struct pollfd p = {.fd = llmreg_subscription_fd(sub), .events = POLLIN};

    ck_assert_uint_eq(next(), 0); /* idle from here on */
    ck_assert_uint_eq(publish_without_memory(), 1);
    llmreg_bus_wake(bus);
    ck_assert_int_eq(poll(&p, 1, 0), 1);
    ck_assert_uint_eq(next(), GAP);
}
END_TEST

START_TEST(who_comes_later_is_told_of_it_too)
{
    ck_assert_uint_eq(publish_well(), 1);
    ck_assert_uint_eq(publish_without_memory(), 2);
    ck_assert_uint_eq(publish_well(), 3);
    llmreg_unsubscribe(sub);
    ck_assert_int_eq(llmreg_subscribe(bus, 1, &sub), LLMREG_OK);
    ck_assert_uint_eq(next(), GAP);
    ck_assert_uint_eq(next(), 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("bus_memory");
    TCase *tc = tcase_create("bus_memory");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_bus_is_there_or_it_is_not);
    tcase_add_test(tc, a_subscription_that_failed_leaves_nothing_behind);
    tcase_add_test(tc, an_event_without_memory_is_a_gap_in_its_place);
    tcase_add_test(tc, who_has_no_subscription_is_told_of_it_too);
    tcase_add_test(tc, several_in_a_row_are_one_gap);
    tcase_add_test(tc, a_ring_full_of_them_is_one_gap);
    tcase_add_test(tc, a_gap_wakes_who_sleeps);
    tcase_add_test(tc, who_comes_later_is_told_of_it_too);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
