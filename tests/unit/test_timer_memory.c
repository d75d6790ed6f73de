/* SPDX-License-Identifier: MIT */
/* test_timer_memory.c - each allocation of a timer and of its steps failed in
 * turn: whatever time has brought is done and said, a step later at most, and
 * who slept is woken.
 */
#include "common/service/timer.h"

#include <check.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/scarce.h"
#include "tests/support/watch.h"

static struct timer *timer;
static struct llmreg_registry_conf limits;

static int make(struct timer **out)
{
    const struct store_world world = {watch_room.registry, watch_room.bus,
                                      &watch_room.clock, &watch_room.log};
    const struct alerter_conf alerts = {.rules = watch_rules,
                                        .limits = &limits};

    limits = llmreg_registry_conf();
    return timer_new(out, &world, &alerts, UINT64_MAX);
}

static void setup(void)
{
    watch_setup();
    ck_assert_int_eq(make(&timer), LLMREG_OK);
}

static void teardown(void)
{
    timer_free(timer);
    watch_teardown();
}

static void step(void)
{
    room_pass(&watch_room, 1000);
    (void)timer_step(timer, &watch_room.now);
}

START_TEST(a_timer_is_there_or_it_is_not)
{
    struct timer *other = NULL;
    const int before = scarce_descriptors();
    int rc = LLMREG_ENOMEM;
    long n = -1;

    while (rc != LLMREG_OK) {
        scarce_from(++n);
        rc = make(&other);
        const bool failed = scarce_end();
        ck_assert_int_eq(rc, failed ? LLMREG_ENOMEM : LLMREG_OK);
        ck_assert((other == NULL) == failed);
        if (failed)
            ck_assert_int_eq(scarce_descriptors(), before);
    }
    ck_assert_int_ge(n, 4);
    timer_free(other);
}
END_TEST

/* A maintenance is over, one is down, the clock was set, and somebody counts
 * his requests wrongly. */
static void much_happens(void)
{
    step();
    watch_add_many("gpu", 2);
    room_admin(&watch_room, "gpu0", LLMREG_ADMIN_MAINTENANCE,
               watch_room.now.wall_ms + 60000);
    step();
    room_observe(&watch_room, "gpu1", LLMREG_REASON_REFUSED);
    room_pass(&watch_room, 30000);
    room_observe(&watch_room, "gpu1", LLMREG_REASON_REFUSED);
    struct llmreg_endpoint *e = room_get(&watch_room, "gpu1");
    ck_assert(!llmreg_request_end(e, 1));
    llmreg_put(e);
    watch_room.now.wall_ms += 3600000;
}

static void expect_all_done(long n)
{
    struct llmreg_endpoint *e = room_get(&watch_room, "gpu0");

    ck_assert_msg(llmreg_endpoint_intent(e).admin == LLMREG_ADMIN_ACTIVE &&
                      watch_raised("endpoint_unhealthy/gpu1:11434") ==
                          LLMREG_SEVERITY_FAILURE &&
                      room_logged(&watch_room, "the wall clock was set") &&
                      room_logged(&watch_room, "requests ended that never"),
                  "allocation %ld", n);
    llmreg_put(e);
}

START_TEST(what_a_step_could_not_do_the_next_ones_do)
{
    bool failed = true;
    long n;

    for (n = 0; failed; n++) {
        setup();
        much_happens();
        scarce_from(n);
        step();
        failed = scarce_end();
        step();
        step();
        expect_all_done(n);
        teardown();
    }
    ck_assert_int_gt(n, 10);
}
END_TEST

/* Who waits for events must learn that one is lost. */
START_TEST(a_step_of_the_clock_wakes_though_its_event_is_lost)
{
    struct llmreg_subscription *s = NULL;
    const struct llmreg_event *event;

    setup();
    step();
    ck_assert_int_eq(llmreg_subscribe(watch_room.bus, UINT64_MAX, &s),
                     LLMREG_OK);
    ck_assert_int_eq(llmreg_subscription_next(s, &event), LLMREG_ENOENT);
    watch_room.now.wall_ms += 3600000;
    scarce_all();
    step();
    ck_assert(scarce_end());
    struct pollfd p = {.fd = llmreg_subscription_fd(s), .events = POLLIN};
    ck_assert_int_eq(poll(&p, 1, 0), 1);
    ck_assert_int_eq(llmreg_subscription_next(s, &event), LLMREG_EGAP);
    llmreg_unsubscribe(s);
    teardown();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("timer_memory");
    TCase *tc = tcase_create("timer_memory");

    tcase_add_test(tc, what_a_step_could_not_do_the_next_ones_do);
    tcase_add_test(tc, a_step_of_the_clock_wakes_though_its_event_is_lost);
    suite_add_tcase(suite, tc);
    tc = tcase_create("life");
    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_timer_is_there_or_it_is_not);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
