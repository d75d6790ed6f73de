/* SPDX-License-Identifier: MIT */
/* test_health.c - the rules of health by name, and what a restart keeps. */
#include <llmreg/health.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const struct llmreg_health_rule two_one = {.unhealthy_after = 2,
                                                  .healthy_after = 1};

static struct llmreg_now at(int64_t s)
{
    return (struct llmreg_now){.mono_ns = s * LLMREG_NS_PER_S,
                               .wall_ms = 1700000000000 + s * 1000};
}

static int64_t wall(int64_t s)
{
    return at(s).wall_ms;
}

/* One observation at second s. */
static void see(struct llmreg_health *h, enum llmreg_reason reason, int64_t s,
                const struct llmreg_health_rule *rule)
{
    struct llmreg_observation o = {.reason = reason, .total_us = 100};
    struct llmreg_now now = at(s);

    llmreg_health_step(h, &o, rule, &now, h);
}

/* ---- the rules by name ---- */

START_TEST(one_failure_does_not_take_a_healthy_endpoint_down)
{
    struct llmreg_health h = {0};

    see(&h, LLMREG_REASON_OK, 1, &two_one);
    see(&h, LLMREG_REASON_TIMEOUT, 2, &two_one);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_HEALTHY);
    ck_assert_int_eq(h.since_ms, wall(1));
}
END_TEST

/* Pitfall E6. */
START_TEST(failures_below_the_threshold_are_visible)
{
    struct llmreg_health h = {0};

    see(&h, LLMREG_REASON_OK, 1, &two_one);
    see(&h, LLMREG_REASON_TIMEOUT, 2, &two_one);
    ck_assert_uint_eq(h.failures, 1);
    ck_assert_int_eq(h.reason, LLMREG_REASON_TIMEOUT);
    ck_assert_int_eq(h.failing_ms, wall(2));
    ck_assert_int_eq(h.checked_ms, wall(2));
    ck_assert_int_eq(h.ok_ms, wall(1));
}
END_TEST

/* Pitfall E6. */
START_TEST(every_observation_leaves_its_facts)
{
    struct llmreg_observation o = {.reason = LLMREG_REASON_HTTP_STATUS,
                                   .http_status = 500,
                                   .total_us = 1,
                                   .connect_us = 2,
                                   .ttfb_us = 3,
                                   .version = "0.5.1",
                                   .detail = "boom"};
    struct llmreg_health h = {.state = LLMREG_HEALTH_UNHEALTHY};
    struct llmreg_now now = at(7);

    llmreg_health_step(&h, &o, &two_one, &now, &h);
    ck_assert_uint_eq(h.http_status, 500);
    ck_assert_uint_eq(h.total_us, 1);
    ck_assert_uint_eq(h.connect_us, 2);
    ck_assert_uint_eq(h.ttfb_us, 3);
    ck_assert_str_eq(h.version, "0.5.1");
    ck_assert_str_eq(h.detail, "boom");
    ck_assert_int_eq(h.checked_mono_ns, now.mono_ns);
}
END_TEST

START_TEST(an_observation_without_version_keeps_the_last_one)
{
    struct llmreg_health h = {.version = "0.5.1", .detail = "old"};

    see(&h, LLMREG_REASON_REFUSED, 1, &two_one);
    ck_assert_str_eq(h.version, "0.5.1");
    ck_assert_str_eq(h.detail, "");
}
END_TEST

START_TEST(an_outage_began_at_its_first_failure)
{
    struct llmreg_health_rule three = {3, 1};
    struct llmreg_health h = {0};

    see(&h, LLMREG_REASON_OK, 1, &three);
    see(&h, LLMREG_REASON_TIMEOUT, 2, &three);
    see(&h, LLMREG_REASON_REFUSED, 3, &three);
    see(&h, LLMREG_REASON_HTTP_STATUS, 4, &three);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_UNHEALTHY);
    ck_assert_int_eq(h.since_ms, wall(2));
}
END_TEST

START_TEST(changing_between_downs_keeps_the_beginning_of_the_outage)
{
    struct llmreg_health h = {0};

    see(&h, LLMREG_REASON_TIMEOUT, 1, &two_one);
    see(&h, LLMREG_REASON_TIMEOUT, 2, &two_one);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_UNREACHABLE);
    see(&h, LLMREG_REASON_HTTP_STATUS, 3, &two_one);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_UNHEALTHY);
    see(&h, LLMREG_REASON_DNS, 4, &two_one);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_UNREACHABLE);
    ck_assert_int_eq(h.since_ms, wall(1));
}
END_TEST

START_TEST(a_failure_between_successes_keeps_an_endpoint_down)
{
    struct llmreg_health_rule rule = {2, 2};
    struct llmreg_health h = {.state = LLMREG_HEALTH_UNREACHABLE,
                              .since_ms = wall(1)};

    see(&h, LLMREG_REASON_OK, 2, &rule);
    see(&h, LLMREG_REASON_TIMEOUT, 3, &rule);
    see(&h, LLMREG_REASON_OK, 4, &rule);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_UNREACHABLE);
    ck_assert_int_eq(h.since_ms, wall(1));
    see(&h, LLMREG_REASON_OK, 5, &rule);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_HEALTHY);
    ck_assert_int_eq(h.since_ms, wall(5));
}
END_TEST

START_TEST(a_degraded_answer_takes_effect_at_once_and_forgives_failures)
{
    struct llmreg_health h = {0};

    see(&h, LLMREG_REASON_TIMEOUT, 1, &two_one);
    see(&h, LLMREG_REASON_LOADING, 2, &two_one);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_DEGRADED);
    ck_assert_uint_eq(h.failures, 0);
    see(&h, LLMREG_REASON_TIMEOUT, 3, &two_one);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_DEGRADED);
}
END_TEST

/* Pitfall E5: nothing but the health itself remembers the last state, so that
 * whatever set it to unknown, the next success is a change. */
START_TEST(success_after_unknown_is_a_change)
{
    struct llmreg_health h = {.state = LLMREG_HEALTH_UNKNOWN, .successes = 100};

    see(&h, LLMREG_REASON_OK, 1, &two_one);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_HEALTHY);
    ck_assert_int_eq(h.since_ms, wall(1));
}
END_TEST

START_TEST(no_observation_changes_nothing)
{
    static const enum llmreg_reason none[] = {LLMREG_REASON_NONE,
                                              LLMREG_REASONS};
    struct llmreg_health before = {.state = LLMREG_HEALTH_HEALTHY,
                                   .failures = 3};
    struct llmreg_health after = before;

    for (int i = 0; i < COUNT(none); i++) {
        see(&after, none[i], 5, &two_one);
        ck_assert_mem_eq(&after, &before, sizeof after);
    }
}
END_TEST

START_TEST(counters_stop_at_their_end)
{
    struct llmreg_health h = {.state = LLMREG_HEALTH_UNREACHABLE,
                              .failures = UINT32_MAX,
                              .failing_ms = wall(1)};

    see(&h, LLMREG_REASON_TIMEOUT, 2, &two_one);
    ck_assert_uint_eq(h.failures, UINT32_MAX);
    ck_assert_int_eq(h.failing_ms, wall(1));
    h = (struct llmreg_health){.successes = UINT32_MAX};
    see(&h, LLMREG_REASON_OK, 3, &two_one);
    ck_assert_uint_eq(h.successes, UINT32_MAX);
}
END_TEST

/* ---- over a restart ---- */

static struct llmreg_health stored_down(void)
{
    return (struct llmreg_health){.state = LLMREG_HEALTH_UNREACHABLE,
                                  .reason = LLMREG_REASON_TIMEOUT,
                                  .failures = 7,
                                  .successes = 1,
                                  .since_ms = wall(1),
                                  .failing_ms = wall(2),
                                  .checked_ms = wall(3),
                                  .ok_ms = wall(0),
                                  .checked_mono_ns = 5,
                                  .ok_mono_ns = 6,
                                  .total_us = 7,
                                  .connect_us = 8,
                                  .ttfb_us = 9,
                                  .version = "0.5.1",
                                  .detail = "no answer"};
}

START_TEST(a_restart_keeps_what_is_true_for_ever)
{
    struct llmreg_health stored = stored_down(), h;

    llmreg_health_restart(&stored, &h);
    ck_assert_int_eq(h.ok_ms, wall(0));
    ck_assert_int_eq(h.checked_ms, wall(3));
    ck_assert_str_eq(h.version, "0.5.1");
    ck_assert_int_eq(h.reason, LLMREG_REASON_TIMEOUT);
    ck_assert_str_eq(h.detail, "no answer");
}
END_TEST

START_TEST(a_restart_forgets_what_was_true_then)
{
    struct llmreg_health stored = stored_down(), h;

    llmreg_health_restart(&stored, &h);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_UNKNOWN);
    ck_assert_int_eq(h.since_ms, 0);
    ck_assert_uint_eq(h.failures, 0);
    ck_assert_uint_eq(h.successes, 0);
    ck_assert_int_eq(h.failing_ms, 0);
    ck_assert_int_eq(h.checked_mono_ns, 0);
    ck_assert_int_eq(h.ok_mono_ns, 0);
    ck_assert_uint_eq(h.total_us + h.connect_us + h.ttfb_us, 0);
}
END_TEST

START_TEST(a_restart_remembers_the_state)
{
    struct llmreg_health stored = stored_down(), h;

    llmreg_health_restart(&stored, &h);
    ck_assert_int_eq(h.prior, LLMREG_HEALTH_UNREACHABLE);
    ck_assert_int_eq(h.prior_since_ms, wall(1));
}
END_TEST

START_TEST(a_second_restart_before_a_verdict_remembers_the_same)
{
    struct llmreg_health stored = stored_down(), once, twice;

    llmreg_health_restart(&stored, &once);
    llmreg_health_restart(&once, &twice);
    ck_assert_mem_eq(&once, &twice, sizeof once);
}
END_TEST

START_TEST(a_down_that_is_confirmed_has_its_true_since)
{
    struct llmreg_health stored = stored_down(), h;

    llmreg_health_restart(&stored, &h);
    see(&h, LLMREG_REASON_TIMEOUT, 100, &two_one);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_UNKNOWN);
    ck_assert_int_eq(h.prior, LLMREG_HEALTH_UNREACHABLE);
    see(&h, LLMREG_REASON_HTTP_STATUS, 101, &two_one);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_UNHEALTHY);
    ck_assert_int_eq(h.since_ms, wall(1));
    ck_assert_int_eq(h.failing_ms, wall(100));
    ck_assert_int_eq(h.prior, LLMREG_HEALTH_UNKNOWN);
    ck_assert_int_eq(h.prior_since_ms, 0);
}
END_TEST

START_TEST(a_degraded_state_that_is_confirmed_has_its_true_since)
{
    struct llmreg_health stored = {.state = LLMREG_HEALTH_DEGRADED,
                                   .since_ms = wall(1)};
    struct llmreg_health h;

    llmreg_health_restart(&stored, &h);
    see(&h, LLMREG_REASON_PARSE, 100, &two_one);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_DEGRADED);
    ck_assert_int_eq(h.since_ms, wall(1));
}
END_TEST

START_TEST(a_down_that_is_over_began_anew_if_it_comes_back)
{
    struct llmreg_health stored = stored_down(), h;

    llmreg_health_restart(&stored, &h);
    see(&h, LLMREG_REASON_OK, 100, &two_one);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_HEALTHY);
    ck_assert_int_eq(h.since_ms, wall(100));
    ck_assert_int_eq(h.prior, LLMREG_HEALTH_UNKNOWN);
    see(&h, LLMREG_REASON_TIMEOUT, 101, &two_one);
    see(&h, LLMREG_REASON_TIMEOUT, 102, &two_one);
    ck_assert_int_eq(h.since_ms, wall(101));
}
END_TEST

START_TEST(a_down_after_a_healthy_past_is_new)
{
    struct llmreg_health stored = {.state = LLMREG_HEALTH_HEALTHY,
                                   .since_ms = wall(1)};
    struct llmreg_health h;

    llmreg_health_restart(&stored, &h);
    see(&h, LLMREG_REASON_REFUSED, 100, &two_one);
    see(&h, LLMREG_REASON_REFUSED, 101, &two_one);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_UNREACHABLE);
    ck_assert_int_eq(h.since_ms, wall(100));
}
END_TEST

START_TEST(restart_may_write_over_what_it_reads)
{
    struct llmreg_health stored = stored_down(), h;

    llmreg_health_restart(&stored, &h);
    llmreg_health_restart(&stored, &stored);
    ck_assert_mem_eq(&stored, &h, sizeof h);
}
END_TEST

/* ---- questions ---- */

START_TEST(only_unhealthy_and_unreachable_are_down)
{
    ck_assert(!llmreg_is_down(LLMREG_HEALTH_UNKNOWN));
    ck_assert(!llmreg_is_down(LLMREG_HEALTH_HEALTHY));
    ck_assert(!llmreg_is_down(LLMREG_HEALTH_DEGRADED));
    ck_assert(llmreg_is_down(LLMREG_HEALTH_UNHEALTHY));
    ck_assert(llmreg_is_down(LLMREG_HEALTH_UNREACHABLE));
}
END_TEST

START_TEST(no_reason_speaks_for_nothing)
{
    ck_assert_int_eq(llmreg_reason_state(LLMREG_REASON_NONE),
                     LLMREG_HEALTH_UNKNOWN);
    ck_assert_int_eq(llmreg_reason_state(LLMREG_REASONS),
                     LLMREG_HEALTH_UNKNOWN);
}
END_TEST

START_TEST(serving_is_active_and_healthy_or_degraded_where_allowed)
{
    for (unsigned n = 0; n < LLMREG_ADMINS * 2; n++) {
        enum llmreg_health_state state = _i;
        enum llmreg_admin admin = n / 2;
        bool allowed = n % 2;
        bool expected = false;
        if (admin == LLMREG_ADMIN_ACTIVE && state == LLMREG_HEALTH_HEALTHY)
            expected = true;
        if (admin == LLMREG_ADMIN_ACTIVE && state == LLMREG_HEALTH_DEGRADED)
            expected = allowed;
        ck_assert(llmreg_is_serving(state, admin, allowed) == expected);
    }
}
END_TEST

static void add_rules(TCase *tc)
{
    tcase_add_test(tc, one_failure_does_not_take_a_healthy_endpoint_down);
    tcase_add_test(tc, failures_below_the_threshold_are_visible);
    tcase_add_test(tc, every_observation_leaves_its_facts);
    tcase_add_test(tc, an_observation_without_version_keeps_the_last_one);
    tcase_add_test(tc, an_outage_began_at_its_first_failure);
    tcase_add_test(tc,
                   changing_between_downs_keeps_the_beginning_of_the_outage);
    tcase_add_test(tc, a_failure_between_successes_keeps_an_endpoint_down);
    tcase_add_test(
        tc, a_degraded_answer_takes_effect_at_once_and_forgives_failures);
    tcase_add_test(tc, success_after_unknown_is_a_change);
    tcase_add_test(tc, no_observation_changes_nothing);
    tcase_add_test(tc, counters_stop_at_their_end);
}

static void add_restart(TCase *tc)
{
    tcase_add_test(tc, a_restart_keeps_what_is_true_for_ever);
    tcase_add_test(tc, a_restart_forgets_what_was_true_then);
    tcase_add_test(tc, a_restart_remembers_the_state);
    tcase_add_test(tc, a_second_restart_before_a_verdict_remembers_the_same);
    tcase_add_test(tc, a_down_that_is_confirmed_has_its_true_since);
    tcase_add_test(tc, a_degraded_state_that_is_confirmed_has_its_true_since);
    tcase_add_test(tc, a_down_that_is_over_began_anew_if_it_comes_back);
    tcase_add_test(tc, a_down_after_a_healthy_past_is_new);
    tcase_add_test(tc, restart_may_write_over_what_it_reads);
}

int main(void)
{
    Suite *s = suite_create("health");
    TCase *tc = tcase_create("health");

    add_rules(tc);
    add_restart(tc);
    tcase_add_test(tc, only_unhealthy_and_unreachable_are_down);
    tcase_add_test(tc, no_reason_speaks_for_nothing);
    tcase_add_loop_test(tc,
                        serving_is_active_and_healthy_or_degraded_where_allowed,
                        0, LLMREG_HEALTH_STATES);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
