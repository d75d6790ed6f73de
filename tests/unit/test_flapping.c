/* SPDX-License-Identifier: MIT */
/* test_flapping.c - an endpoint that comes and goes, with the rules as they are
 * preset.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/watch.h"

#define DOWN "endpoint_unhealthy/gpu0:11434"

#define OKAY    LLMREG_SEVERITY_OKAY
#define WARNING LLMREG_SEVERITY_WARNING
#define FAILURE LLMREG_SEVERITY_FAILURE

static void setup(void)
{
    watch_setup();
    for (int i = 0; i < LLMREG_RULES; i++)
        watch_rules[i] = llmreg_rule_info((enum llmreg_rule_id)i)->preset;
    watch_add_many("gpu", 1);
    watch_pass(30000);
}

/* A probe, what people are told at once, and the time to the next one.
 * Returns how bad it is for them. */
static enum llmreg_severity probe(enum llmreg_reason reason)
{
    room_observe(&watch_room, "gpu0", reason);
    watch_look();
    if (watch_count() > 0)
        watch_tell(DOWN);
    for (int i = 0; i < 30; i++)
        watch_pass(1000);
    return watch_raised(DOWN);
}

static unsigned times(void)
{
    const struct llmreg_alert *a = watch_alert(DOWN);
    unsigned n = a->times;

    llmreg_alert_put(a);
    return n;
}

static void flap(void)
{
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(probe(LLMREG_REASON_BUSY), WARNING);
        ck_assert_int_eq(probe(LLMREG_REASON_OK), OKAY);
    }
    ck_assert_int_eq(probe(LLMREG_REASON_BUSY), WARNING);
}

START_TEST(a_quiet_life_is_told_at_once_and_forgotten)
{
    ck_assert_int_eq(probe(LLMREG_REASON_BUSY), WARNING);
    ck_assert_int_eq(probe(LLMREG_REASON_OK), OKAY);
    ck_assert_uint_eq(watch_count(), 1);
    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(probe(LLMREG_REASON_OK), OKAY);
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

START_TEST(the_third_time_in_ten_minutes_is_told_as_flapping)
{
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(probe(LLMREG_REASON_BUSY), WARNING);
        ck_assert_ptr_null(strstr(watch_message(DOWN), "flapping"));
        ck_assert_int_eq(probe(LLMREG_REASON_OK), OKAY);
    }
    ck_assert_int_eq(probe(LLMREG_REASON_BUSY), WARNING);
    ck_assert_int_eq(strncmp(watch_message(DOWN),
                             "flapping, its end is told after 5 min: gpu0 "
                             "(gpu0:11434) is degraded since ",
                             75),
                     0);
}
END_TEST

START_TEST(while_it_flaps_nobody_hears_more_of_it)
{
    flap();
    const struct llmreg_alert *before = watch_alert(DOWN);
    for (int i = 0; i < 60; i++) {
        ck_assert_int_eq(probe(LLMREG_REASON_OK), WARNING);
        ck_assert_int_eq(probe(LLMREG_REASON_BUSY), WARNING);
    }
    const struct llmreg_alert *after = watch_alert(DOWN);
    ck_assert_uint_eq(after->times, 3);
    ck_assert_uint_eq(after->seq, before->seq);
    llmreg_alert_put(before);
    llmreg_alert_put(after);
}
END_TEST

START_TEST(five_minutes_of_quiet_end_it)
{
    flap();
    for (int i = 0; i < 9; i++)
        ck_assert_int_eq(probe(LLMREG_REASON_OK), WARNING);
    ck_assert_int_eq(probe(LLMREG_REASON_OK), OKAY);
    ck_assert_ptr_nonnull(strstr(watch_message(DOWN), "is healthy again"));
    ck_assert_uint_eq(times(), 3);
}
END_TEST

START_TEST(what_is_rare_does_not_flap)
{
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(probe(LLMREG_REASON_BUSY), WARNING);
        for (int quiet = 0; quiet < 9; quiet++)
            ck_assert_int_eq(probe(LLMREG_REASON_OK), OKAY);
    }
}
END_TEST

/* Between bad and worse it flaps as well, and what is worse is told. */
START_TEST(it_is_told_as_the_worst_it_was)
{
    for (int i = 0; i < 2; i++) { /* raised once, and worse twice */
        ck_assert_int_eq(probe(LLMREG_REASON_BUSY), WARNING);
        (void)probe(LLMREG_REASON_REFUSED);
        ck_assert_int_eq(probe(LLMREG_REASON_REFUSED), FAILURE);
    }
    for (int i = 0; i < 9; i++)
        ck_assert_int_eq(probe(LLMREG_REASON_BUSY), FAILURE);
    ck_assert_int_eq(probe(LLMREG_REASON_BUSY), WARNING);
}
END_TEST

START_TEST(without_its_delay_each_end_is_told)
{
    watch_rules[LLMREG_RULE_ENDPOINT_UNHEALTHY].flap_ns = 0;
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(probe(LLMREG_REASON_BUSY), WARNING);
        ck_assert_int_eq(probe(LLMREG_REASON_OK), OKAY);
    }
}
END_TEST

START_TEST(removing_what_flaps_ends_it_at_once)
{
    flap();
    room_remove(&watch_room, "gpu0");
    watch_look();
    ck_assert_int_eq(watch_raised(DOWN), OKAY);
    watch_tell(DOWN);
    watch_pass(1000);
    watch_pass(1000);
    ck_assert_uint_eq(watch_count(), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flapping");
    TCase *tc = tcase_create("flapping");

    tcase_add_checked_fixture(tc, setup, watch_teardown);
    tcase_add_test(tc, a_quiet_life_is_told_at_once_and_forgotten);
    tcase_add_test(tc, the_third_time_in_ten_minutes_is_told_as_flapping);
    tcase_add_test(tc, while_it_flaps_nobody_hears_more_of_it);
    tcase_add_test(tc, five_minutes_of_quiet_end_it);
    tcase_add_test(tc, what_is_rare_does_not_flap);
    tcase_add_test(tc, it_is_told_as_the_worst_it_was);
    tcase_add_test(tc, without_its_delay_each_end_is_told);
    tcase_add_test(tc, removing_what_flaps_ends_it_at_once);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
