/* SPDX-License-Identifier: MIT */
/* test_notifier_memory.c - what was told and could not be noted is noted when
 * there is memory again, and not told twice.
 */
#include "common/service/notifier.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/scarce.h"
#include "tests/support/watch.h"

#define DOWN1 "endpoint_unhealthy/gpu1:11434"
#define DOWN2 "endpoint_unhealthy/gpu2:11434"

static struct llmreg_program host;
static struct notifier *notifier;
static int told;
static bool forgets; /* when something was told, memory is gone */

static void keep(void *ctx, const struct llmreg_notification *n)
{
    (void)ctx;
    (void)n;
    told++;
    if (forgets)
        scarce_all();
}

static void step(void)
{
    notifier_step(notifier);
    (void)scarce_end();
}

static int make(struct notifier **out)
{
    const struct store_world world = {watch_room.registry, watch_room.bus,
                                      &watch_room.clock, &watch_room.log};

    return notifier_new(out, &world, &host);
}

static void setup(void)
{
    watch_setup();
    watch_rules[LLMREG_RULE_MODEL_LOST].severity = LLMREG_SEVERITY_OKAY;
    host = (struct llmreg_program){.log = watch_room.log, .notify = keep};
    forgets = true;
    ck_assert_int_eq(make(&notifier), LLMREG_OK);
    notifier_step(notifier);
    for (const char *name = "gpu1\0gpu2\0"; *name != '\0'; name += 5) {
        room_add(&watch_room, name);
        room_observe(&watch_room, name, LLMREG_REASON_OK);
    }
    told = 0;
}

static void teardown(void)
{
    (void)scarce_end();
    notifier_free(notifier);
    watch_teardown();
}

static enum llmreg_severity told_of(const char *id)
{
    const struct llmreg_alert *a = watch_alert(id);
    enum llmreg_severity severity = a->told;

    llmreg_alert_put(a);
    return severity;
}

START_TEST(it_is_noted_by_the_next_step_and_told_once)
{
    watch_down("gpu1");
    step();
    ck_assert_int_eq(told, 1);
    ck_assert_int_eq(told_of(DOWN1), LLMREG_SEVERITY_OKAY);
    notifier_step(notifier);
    ck_assert_int_eq(told, 1);
    ck_assert_int_eq(told_of(DOWN1), LLMREG_SEVERITY_FAILURE);
    notifier_step(notifier);
    ck_assert_int_eq(told, 1);
}
END_TEST

START_TEST(nothing_else_is_told_before_it_is_noted)
{
    watch_down("gpu1");
    watch_down("gpu2");
    step();
    ck_assert_int_eq(told, 1);
    scarce_all();
    step();
    ck_assert_int_eq(told, 1);
    step(); /* the first is noted, the second told */
    ck_assert_int_eq(told, 2);
    ck_assert_int_eq(told_of(DOWN1), LLMREG_SEVERITY_FAILURE);
    step();
    ck_assert_int_eq(told, 2);
    ck_assert_int_eq(told_of(DOWN2), LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(after_a_gap_it_is_the_same)
{
    watch_down("gpu1");
    watch_down("gpu2");
    for (int i = 0; i < 1100; i++) /* more than the ring holds */
        room_admin(&watch_room, "gpu1",
                   i % 2 == 0 ? LLMREG_ADMIN_DRAINING : LLMREG_ADMIN_ACTIVE, 0);
    step();
    ck_assert_int_eq(told, 1);
    for (int i = 0; i < 5; i++)
        step();
    ck_assert_int_eq(told, 2);
    ck_assert_int_eq(told_of(DOWN1), LLMREG_SEVERITY_FAILURE);
    ck_assert_int_eq(told_of(DOWN2), LLMREG_SEVERITY_FAILURE);
}
END_TEST

START_TEST(what_ended_before_it_was_noted_is_told_to_be_over)
{
    watch_down("gpu1");
    step();
    room_observe(&watch_room, "gpu1", LLMREG_REASON_OK);
    watch_pass(1000);
    for (int i = 0; i < 4; i++)
        step();
    ck_assert_int_eq(told, 2);
    ck_assert_int_eq(told_of(DOWN1), LLMREG_SEVERITY_OKAY);
}
END_TEST

/* ---- one allocation ---- */

START_TEST(a_notifier_is_there_or_it_is_not)
{
    struct notifier *other = NULL;
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
    ck_assert_int_ge(n, 2);
    notifier_free(other);
}
END_TEST

/* Of a hundred alerts and more than the ring holds; or of their events. */
static void many_go_down(bool gap)
{
    watch_add_many("cpu", 100);
    for (int i = 0; i < 2; i++) {
        watch_observe_many("cpu", 100, LLMREG_REASON_TIMEOUT);
        watch_pass(30000);
    }
    watch_pass(60000); /* the guard lets them go */
    watch_pass(60000);
    for (int i = 0; gap && i < 1100; i++)
        room_admin(&watch_room, "gpu1",
                   i % 2 == 0 ? LLMREG_ADMIN_DRAINING : LLMREG_ADMIN_ACTIVE, 0);
}

START_TEST(each_is_told_once_whichever_allocation_fails)
{
    size_t raised = 0;
    bool failed = true;
    long n;

    teardown();
    for (n = 0; failed; n += n < 8 ? 1 : 13) {
        setup();
        forgets = false;
        many_go_down(_i == 1);
        scarce_from(n);
        notifier_step(notifier);
        failed = scarce_end();
        for (int i = 0; i < 3; i++)
            notifier_step(notifier);
        raised = watch_count_raised();
        ck_assert_msg(told == (int)raised, "allocation %ld: %d of %zu", n, told,
                      raised);
        teardown();
    }
    ck_assert_uint_ge(raised, 100);
    ck_assert_int_gt(n, 100);
    setup();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("notifier_memory");
    TCase *tc = tcase_create("notifier_memory");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, it_is_noted_by_the_next_step_and_told_once);
    tcase_add_test(tc, nothing_else_is_told_before_it_is_noted);
    tcase_add_test(tc, after_a_gap_it_is_the_same);
    tcase_add_test(tc, what_ended_before_it_was_noted_is_told_to_be_over);
    tcase_add_test(tc, a_notifier_is_there_or_it_is_not);
    tcase_add_loop_test(tc, each_is_told_once_whichever_allocation_fails, 0, 2);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
