/* SPDX-License-Identifier: MIT */
/* test_notifier_memory.c - what was told and could not be noted is noted when
 * there is memory again, and not told twice.
 */
#include "common/service/notifier.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/watch.h"

#define DOWN1 "endpoint_unhealthy/gpu1:11434"
#define DOWN2 "endpoint_unhealthy/gpu2:11434"

static bool scarce; /* there is no memory */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    return scarce ? NULL : __real_malloc(size);
}

static struct llmreg_program host;
static struct notifier *notifier;
static int told;

/* And with that memory is gone. */
static void keep(void *ctx, const struct llmreg_notification *n)
{
    (void)ctx;
    (void)n;
    told++;
    scarce = true;
}

static void step(void)
{
    notifier_step(notifier);
    scarce = false;
}

static void setup(void)
{
    watch_setup();
    watch_rules[LLMREG_RULE_MODEL_LOST].severity = LLMREG_SEVERITY_OKAY;
    host = (struct llmreg_program){.log = watch_room.log, .notify = keep};
    const struct store_world world = {watch_room.registry, watch_room.bus,
                                      &watch_room.clock, &watch_room.log};
    ck_assert_int_eq(notifier_new(&notifier, &world, &host), LLMREG_OK);
    notifier_step(notifier);
    for (const char *name = "gpu1\0gpu2\0"; *name != '\0'; name += 5) {
        room_add(&watch_room, name);
        room_observe(&watch_room, name, LLMREG_REASON_OK);
    }
    told = 0;
}

static void teardown(void)
{
    scarce = false;
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
    scarce = true;
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

int main(void)
{
    Suite *suite = suite_create("notifier_memory");
    TCase *tc = tcase_create("notifier_memory");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, it_is_noted_by_the_next_step_and_told_once);
    tcase_add_test(tc, nothing_else_is_told_before_it_is_noted);
    tcase_add_test(tc, after_a_gap_it_is_the_same);
    tcase_add_test(tc, what_ended_before_it_was_noted_is_told_to_be_over);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
