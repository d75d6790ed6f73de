/* SPDX-License-Identifier: MIT */
/* test_alerter_full.c - more alerts than there is room for. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/watch.h"

#define SHARE 3
#define FLEET 8

static void setup(void)
{
    watch_share = SHARE;
    watch_setup();
    watch_add_many("gpu", FLEET);
    watch_pass(1000);
}

static void teardown(void)
{
    watch_share = 0;
    watch_teardown();
}

static void ends(int from, int to)
{
    char name[16], id[64];

    for (int i = from; i < to; i++) {
        snprintf(name, sizeof name, "gpu%d", i);
        snprintf(id, sizeof id, "endpoint_unhealthy/%s:11434", name);
        room_observe(&watch_room, name, LLMREG_REASON_OK);
        watch_look();
        if (watch_count() > 0)
            (void)!llmreg_alert_told(watch_room.registry, id,
                                     LLMREG_SEVERITY_OKAY);
    }
    watch_pass(1000);
}

START_TEST(a_rule_has_so_many_and_the_log_says_what_is_left_out)
{
    watch_observe_many("gpu", FLEET, LLMREG_REASON_BUSY);
    watch_pass(1000);
    ck_assert_uint_eq(watch_count_raised(), SHARE);
    ck_assert(room_logged(&watch_room,
                          "3 alerts of the rule endpoint_unhealthy are there, "
                          "that is the most: 5 more are left out"));
}
END_TEST

START_TEST(it_takes_no_room_from_another_rule)
{
    watch_observe_many("gpu", FLEET, LLMREG_REASON_BUSY);
    watch_pass(1000);
    standing_set(watch_store, LLMREG_ENOSPACE, watch_room.now.wall_ms,
                 "/x: disk full");
    watch_pass(1000);
    ck_assert_int_eq(watch_raised("store_failed/store"),
                     LLMREG_SEVERITY_FAILURE);
    ck_assert_uint_eq(watch_count_raised(), SHARE + 1);
}
END_TEST

START_TEST(the_log_does_not_say_it_at_each_pass)
{
    watch_observe_many("gpu", FLEET, LLMREG_REASON_BUSY);
    watch_pass(1000);
    size_t said = strlen(watch_room.lines);
    for (int i = 0; i < 30; i++)
        watch_pass(1000);
    ck_assert_uint_eq(strlen(watch_room.lines), said);
}
END_TEST

START_TEST(what_was_left_out_is_raised_when_there_is_room)
{
    watch_observe_many("gpu", FLEET, LLMREG_REASON_BUSY);
    watch_pass(1000);
    ends(0, FLEET / 2); /* of those that are there: three at most */
    watch_pass(1000);
    ck_assert_uint_eq(watch_count_raised(), SHARE);
    ends(FLEET / 2, FLEET - 1);
    watch_pass(1000);
    ck_assert_uint_eq(watch_count_raised(), 1);
    ck_assert(room_logged(&watch_room, "there is room for all alerts again"));
}
END_TEST

/* What pends takes room as well, and gives it back. */
START_TEST(what_only_pends_gives_its_room_back)
{
    watch_rules[LLMREG_RULE_ENDPOINT_UNHEALTHY].after_ns = 60 * LLMREG_NS_PER_S;
    watch_observe_many("gpu", FLEET, LLMREG_REASON_BUSY);
    watch_pass(1000);
    ck_assert_uint_eq(watch_count(), SHARE);
    watch_observe_many("gpu", FLEET, LLMREG_REASON_OK);
    watch_pass(1000);
    watch_pass(1000);
    ck_assert_uint_eq(watch_count(), 0);
    watch_observe_many("gpu", FLEET, LLMREG_REASON_BUSY);
    watch_pass(60000);
    watch_pass(60000);
    ck_assert_uint_eq(watch_count_raised(), SHARE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alerter_full");
    TCase *tc = tcase_create("alerter_full");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_rule_has_so_many_and_the_log_says_what_is_left_out);
    tcase_add_test(tc, it_takes_no_room_from_another_rule);
    tcase_add_test(tc, the_log_does_not_say_it_at_each_pass);
    tcase_add_test(tc, what_was_left_out_is_raised_when_there_is_room);
    tcase_add_test(tc, what_only_pends_gives_its_room_back);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
