/* SPDX-License-Identifier: MIT */
/* test_maintenance_memory.c - each allocation failed in turn: a maintenance
 * still ends at its time, as soon as there is memory, and once.
 */
#include "common/service/maintenance.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/room.h"
#include "tests/support/scarce.h"

#define ENDPOINTS 40 /* so that the heap and the table grow */

static struct room room;
static struct maintenance *m;
static struct llmreg_subscription *events;

static void setup(void)
{
    room_open(&room);
    ck_assert_int_eq(maintenance_new(&m, room.registry), LLMREG_OK);
    maintenance_step(m, &room.now); /* it looks at all, once */
    ck_assert_int_eq(llmreg_subscribe(room.bus, UINT64_MAX, &events),
                     LLMREG_OK);
}

static void teardown(void)
{
    llmreg_unsubscribe(events);
    maintenance_free(m);
    room_close(&room);
}

static const char *name_of(int i)
{
    static char name[16];

    snprintf(name, sizeof name, "gpu%d", i);
    return name;
}

static void maintain_all(void)
{
    for (int i = 0; i < ENDPOINTS; i++) {
        room_add(&room, name_of(i));
        room_admin(&room, name_of(i), LLMREG_ADMIN_MAINTENANCE,
                   room.now.wall_ms + 60000);
    }
}

/* Hands over what has happened; how many maintenances ended.  No ck_assert:
 * some are handed over without memory. */
static int take_events(void)
{
    const struct llmreg_event *event;
    int ended = 0;

    while (llmreg_subscription_next(events, &event) == LLMREG_OK) {
        maintenance_take(m, event);
        ended += event->type == LLMREG_EVENT_ADMIN &&
                 strcmp(event->after, "active") == 0;
        llmreg_event_put(event);
    }
    return ended;
}

static int active(void)
{
    int n = 0;

    for (int i = 0; i < ENDPOINTS; i++) {
        struct llmreg_endpoint *e = room_get(&room, name_of(i));
        n += llmreg_endpoint_intent(e).admin == LLMREG_ADMIN_ACTIVE;
        llmreg_put(e);
    }
    return n;
}

START_TEST(it_is_there_or_it_is_not)
{
    struct maintenance *other = NULL;
    int rc = LLMREG_ENOMEM;
    long n = -1;

    setup();
    while (rc != LLMREG_OK) {
        scarce_from(++n);
        rc = maintenance_new(&other, room.registry);
        const bool failed = scarce_end();
        ck_assert_int_eq(rc, failed ? LLMREG_ENOMEM : LLMREG_OK);
        ck_assert((other == NULL) == failed);
    }
    ck_assert_int_ge(n, 2);
    maintenance_free(other);
    teardown();
}
END_TEST

START_TEST(an_end_that_could_not_be_noted_is_found)
{
    bool failed = true;
    long n;

    for (n = 0; failed; n++) {
        setup();
        maintain_all();
        scarce_from(n);
        (void)take_events();
        failed = scarce_end();
        room_pass(&room, 59999);
        maintenance_step(m, &room.now);
        ck_assert_int_eq(active(), 0);
        room_pass(&room, 1);
        maintenance_step(m, &room.now);
        ck_assert_msg(active() == ENDPOINTS, "allocation %ld", n);
        ck_assert_int_eq(take_events(), ENDPOINTS);
        teardown();
    }
    ck_assert_int_gt(n, ENDPOINTS);
}
END_TEST

/* As after a gap; that it had to look is not forgotten. */
START_TEST(a_look_at_all_that_failed_is_made_again)
{
    bool failed = true;
    long n;

    for (n = 0; failed; n++) {
        setup();
        maintain_all();
        maintenance_miss(m);
        scarce_from(n);
        maintenance_step(m, &room.now);
        failed = scarce_end();
        room_pass(&room, 60000);
        maintenance_step(m, &room.now);
        ck_assert_msg(active() == ENDPOINTS, "allocation %ld", n);
        teardown();
    }
    ck_assert_int_gt(n, ENDPOINTS);
}
END_TEST

START_TEST(without_any_memory_it_ends_though_nobody_is_told)
{
    const struct llmreg_event *event;

    setup();
    maintain_all();
    (void)take_events();
    room_pass(&room, 60000);
    scarce_all();
    maintenance_step(m, &room.now);
    ck_assert(scarce_end());
    ck_assert_int_eq(active(), ENDPOINTS);
    ck_assert_int_eq(llmreg_subscription_next(events, &event), LLMREG_EGAP);
    teardown();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("maintenance_memory");
    TCase *tc = tcase_create("maintenance_memory");

    tcase_add_test(tc, it_is_there_or_it_is_not);
    tcase_add_test(tc, an_end_that_could_not_be_noted_is_found);
    tcase_add_test(tc, a_look_at_all_that_failed_is_made_again);
    tcase_add_test(tc, without_any_memory_it_ends_though_nobody_is_told);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
