/* SPDX-License-Identifier: MIT */
/* test_alerter_clock.c - time passes while it judges. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/watch.h"

#define FLEET    24
#define DOWN0    "endpoint_unhealthy/gpu0:11434"
#define DOWN1    "endpoint_unhealthy/gpu1:11434"
#define ISOLATED "registry_isolated/endpoints"

static int64_t cost_ms;

/* Whatever lies between two looks at it has its price. */
static void read_slowly(void *ctx, struct llmreg_now *out)
{
    struct room *room = ctx;

    room_pass(room, cost_ms);
    *out = room->now;
}

static void setup(void)
{
    watch_setup();
    watch_add_many("gpu", FLEET);
    watch_pass(1000);
    watch_room.clock.read = read_slowly;
}

static void refuse_all_but_the_first(void)
{
    for (int round = 0; round < 2; round++) {
        watch_pass(6000);
        for (int i = 1; i < FLEET; i++) {
            char name[16];

            snprintf(name, sizeof name, "gpu%d", i);
            room_observe(&watch_room, name, LLMREG_REASON_REFUSED);
            watch_look();
        }
    }
}

/* A pass, and each census, of as many as take so long. */
START_TEST(a_guard_sees_what_happens_while_passes_are_rare)
{
    cost_ms = 200;
    watch_pass(30000);
    watch_down("gpu0");
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_FAILURE);
    refuse_all_but_the_first();
    ck_assert_int_eq(watch_raised(ISOLATED), LLMREG_SEVERITY_FAILURE);
    ck_assert_int_eq(watch_raised(DOWN1), LLMREG_SEVERITY_OKAY);
    ck_assert_uint_eq(watch_count_raised(), 2);
}
END_TEST

/* ---- between two looks ---- */

static bool recovers;

/* The guard asks for the time before it lets something be told. */
static void recover(void *ctx, struct llmreg_now *out)
{
    struct room *room = ctx;

    *out = room->now;
    if (!recovers)
        return;
    recovers = false;
    room_observe(room, "gpu0", LLMREG_REASON_OK);
}

static void judge_while_it_recovers(void)
{
    watch_room.clock.read = recover;
    recovers = true;
    watch_look();
    ck_assert(!recovers);
}

START_TEST(what_recovers_before_it_is_told_is_not_told)
{
    cost_ms = 0;
    watch_room.rule.unhealthy_after = 1;
    room_observe(&watch_room, "gpu0", LLMREG_REASON_REFUSED);
    judge_while_it_recovers();
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

START_TEST(an_end_has_its_own_words_whatever_the_first_look_saw)
{
    static const struct llmreg_acknowledgement said = {"me", ""};
    struct llmreg_error err;

    cost_ms = 0;
    watch_down("gpu0");
    ck_assert_int_eq(llmreg_alert_acknowledge(watch_room.registry, DOWN0, &said,
                                              &watch_room.now, &err),
                     LLMREG_OK);
    watch_restart();
    room_add(&watch_room, "gpu0");
    for (int i = 0; i < 2; i++)
        room_observe(&watch_room, "gpu0", LLMREG_REASON_HTTP_STATUS);
    judge_while_it_recovers();
    ck_assert_int_eq(watch_raised(DOWN0), LLMREG_SEVERITY_OKAY);
    ck_assert_ptr_nonnull(strstr(watch_message(DOWN0), "is healthy again"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alerter_clock");
    TCase *tc = tcase_create("alerter_clock");

    tcase_add_checked_fixture(tc, setup, watch_teardown);
    tcase_add_test(tc, a_guard_sees_what_happens_while_passes_are_rare);
    tcase_add_test(tc, what_recovers_before_it_is_told_is_not_told);
    tcase_add_test(tc, an_end_has_its_own_words_whatever_the_first_look_saw);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
