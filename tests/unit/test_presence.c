/* SPDX-License-Identifier: MIT */
/* test_presence.c - the ladder, each rung and none passed over. */
#include <llmreg/agent.h>

#include <check.h>
#include <stdlib.h>

#define INTERVAL_MS 30000
#define SECOND      LLMREG_NS_PER_S

static const struct llmreg_presence_rule *const rule =
    &llmreg_presence_rule_default;

static enum llmreg_presence step(enum llmreg_presence from, int64_t silent_ns)
{
    return llmreg_presence_step(from, silent_ns, INTERVAL_MS, rule);
}

START_TEST(the_defaults_are_the_documented_ones)
{
    ck_assert(rule->late == 1.5 && rule->stale == 3 && rule->offline == 10);
    ck_assert_int_eq(rule->reap_ns, 86400 * SECOND);
}
END_TEST

static const struct {
    enum llmreg_presence from, to;
    int64_t after_s;
} arrows[] = {
    {LLMREG_PRESENCE_STARTING, LLMREG_PRESENCE_LATE, 45},
    {LLMREG_PRESENCE_CONNECTING, LLMREG_PRESENCE_LATE, 45},
    {LLMREG_PRESENCE_ONLINE, LLMREG_PRESENCE_LATE, 45},
    {LLMREG_PRESENCE_LATE, LLMREG_PRESENCE_STALE, 90},
    {LLMREG_PRESENCE_STALE, LLMREG_PRESENCE_OFFLINE, 300},
};

#define ARROWS (sizeof arrows / sizeof arrows[0])

START_TEST(a_rung_is_left_at_its_time_and_not_before)
{
    int64_t after = arrows[_i].after_s * SECOND;

    ck_assert_int_eq(llmreg_presence_after(arrows[_i].from, INTERVAL_MS, rule),
                     after);
    ck_assert_int_eq(step(arrows[_i].from, after - 1), arrows[_i].from);
    ck_assert_int_eq(step(arrows[_i].from, after), arrows[_i].to);
}
END_TEST

START_TEST(C3_even_after_a_year_of_silence_one_step_is_one_rung)
{
    ck_assert_int_eq(step(arrows[_i].from, 365 * 86400 * SECOND),
                     arrows[_i].to);
}
END_TEST

START_TEST(at_the_bottom_silence_changes_nothing)
{
    static const enum llmreg_presence bottom[] = {LLMREG_PRESENCE_OFFLINE,
                                                  LLMREG_PRESENCE_STOPPED};

    ck_assert_int_eq(step(bottom[_i], INT64_MAX), bottom[_i]);
    ck_assert_int_eq(llmreg_presence_after(bottom[_i], INTERVAL_MS, rule),
                     INT64_MAX);
}
END_TEST

START_TEST(the_longest_patience_is_still_a_number)
{
    const struct llmreg_presence_rule longest = {1000, 1000, 1000, 1};

    ck_assert_int_eq(
        llmreg_presence_after(LLMREG_PRESENCE_ONLINE, 86400000, &longest),
        INT64_C(86400000) * 1000 * LLMREG_NS_PER_MS);
}
END_TEST

START_TEST(only_who_is_online_or_late_is_present)
{
    for (int p = 0; p < LLMREG_PRESENCES; p++)
        ck_assert(llmreg_is_present((enum llmreg_presence)p) ==
                  (p == LLMREG_PRESENCE_ONLINE || p == LLMREG_PRESENCE_LATE));
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("presence");
    TCase *t = tcase_create("presence");

    tcase_add_test(t, the_defaults_are_the_documented_ones);
    tcase_add_loop_test(t, a_rung_is_left_at_its_time_and_not_before, 0,
                        ARROWS);
    tcase_add_loop_test(t, C3_even_after_a_year_of_silence_one_step_is_one_rung,
                        0, ARROWS);
    tcase_add_loop_test(t, at_the_bottom_silence_changes_nothing, 0, 2);
    tcase_add_test(t, the_longest_patience_is_still_a_number);
    tcase_add_test(t, only_who_is_online_or_late_is_present);
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
