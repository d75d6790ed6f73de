/* SPDX-License-Identifier: MIT */
/* test_health_model.c - every arrow of health.c, against a second opinion.
 *
 * The model below was written from the words of the rule, not from health.c:
 * it knows no arrows and no counters, but looks at the whole history of what
 * was seen and says what a reader must be told.
 */
#include <llmreg/health.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

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

enum sort { GOOD, SO_SO, BAD };

static enum sort sort_of(enum llmreg_reason reason)
{
    switch (reason) {
    case LLMREG_REASON_OK:
        return GOOD;
    case LLMREG_REASON_PARSE:
    case LLMREG_REASON_AUTH:
    case LLMREG_REASON_RATE_LIMITED:
    case LLMREG_REASON_BUSY:
    case LLMREG_REASON_LOADING:
        return SO_SO;
    default:
        return BAD;
    }
}

static bool wrong_answer(enum llmreg_reason reason)
{
    return reason == LLMREG_REASON_HTTP_STATUS || reason == LLMREG_REASON_HUNG;
}

/* How many of the last n of history were of this sort without a break. */
static uint32_t streak(const enum llmreg_reason *history, int n, enum sort sort)
{
    uint32_t length = 0;

    while (n > 0 && sort_of(history[n - 1]) == sort) {
        n--;
        length++;
    }
    return length;
}

/* The state after the n-th, told from the history alone: it is settled by the
 * last observation that was enough to settle it. */
static enum llmreg_health_state tell(const enum llmreg_reason *history, int n,
                                     const struct llmreg_health_rule *rule)
{
    if (n == 0)
        return LLMREG_HEALTH_UNKNOWN;
    enum llmreg_reason last = history[n - 1];
    if (sort_of(last) == SO_SO)
        return LLMREG_HEALTH_DEGRADED;
    enum llmreg_health_state before = tell(history, n - 1, rule);
    bool was_down = before == LLMREG_HEALTH_UNHEALTHY ||
                    before == LLMREG_HEALTH_UNREACHABLE;
    if (sort_of(last) == GOOD) {
        uint32_t enough = was_down ? rule->healthy_after : 1;
        return streak(history, n, GOOD) >= enough ? LLMREG_HEALTH_HEALTHY
                                                  : before;
    }
    if (!was_down && streak(history, n, BAD) < rule->unhealthy_after)
        return before;
    return wrong_answer(last) ? LLMREG_HEALTH_UNHEALTHY
                              : LLMREG_HEALTH_UNREACHABLE;
}

/* ---- every history of five observations, under nine rules ---- */

#define LENGTH 5

static const enum llmreg_reason one_of_each[] = {
    LLMREG_REASON_OK, LLMREG_REASON_BUSY, LLMREG_REASON_TIMEOUT,
    LLMREG_REASON_HTTP_STATUS};

/* ck_assert talks to its parent each time; this is asked a million times. */
static void same(const char *what, int64_t is, int64_t expected)
{
    if (is != expected)
        ck_abort_msg("%s is %lld, expected %lld", what, (long long)is,
                     (long long)expected);
}

static void compare(const enum llmreg_reason *history, int n,
                    const struct llmreg_health_rule *rule,
                    const struct llmreg_health *h)
{
    int failures = (int)streak(history, n, BAD);

    same("state", h->state, tell(history, n, rule));
    same("failures", h->failures, failures);
    same("successes", h->successes, streak(history, n, GOOD));
    same("reason", h->reason, history[n - 1]);
    same("checked_ms", h->checked_ms, wall(n));
    same("checked_mono_ns", h->checked_mono_ns, at(n).mono_ns);
    same("failing_ms", h->failing_ms, failures ? wall(n - failures + 1) : 0);
}

static void follow(unsigned number, const struct llmreg_health_rule *rule)
{
    enum llmreg_reason history[LENGTH];
    struct llmreg_health h = {0};

    for (int n = 0; n < LENGTH; n++, number /= 4) {
        history[n] = one_of_each[number % 4];
        see(&h, history[n], n + 1, rule);
        compare(history, n + 1, rule, &h);
    }
}

START_TEST(every_short_history_ends_as_the_second_opinion_says)
{
    struct llmreg_health_rule rule = {.unhealthy_after = (uint32_t)_i / 3 + 1,
                                      .healthy_after = (uint32_t)_i % 3 + 1};

    for (unsigned number = 0; number < 1024; number++)
        follow(number, &rule);
}
END_TEST

START_TEST(long_random_histories_do_too)
{
    struct llmreg_health_rule rule = {.unhealthy_after = 3, .healthy_after = 2};
    static enum llmreg_reason history[400];
    struct llmreg_health h = {0};
    uint32_t seed = 2463534242u + (uint32_t)_i;

    printf("health: seed %u\n", (unsigned)seed);
    for (int n = 0; n < COUNT(history); n++) {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        history[n] = 1 + seed % (LLMREG_REASONS - 1);
        see(&h, history[n], n + 1, &rule);
        compare(history, n + 1, &rule, &h);
    }
}
END_TEST

/* ---- every single arrow, whatever the counters were ---- */

/* What the drawing says, in words and without the drawing. */
static enum llmreg_health_state arrow(enum llmreg_health_state from,
                                      enum llmreg_reason reason,
                                      uint32_t failures, uint32_t successes,
                                      const struct llmreg_health_rule *rule)
{
    bool down =
        from == LLMREG_HEALTH_UNHEALTHY || from == LLMREG_HEALTH_UNREACHABLE;

    if (sort_of(reason) == SO_SO)
        return LLMREG_HEALTH_DEGRADED;
    if (sort_of(reason) == GOOD && down && successes + 1 < rule->healthy_after)
        return from;
    if (sort_of(reason) == GOOD)
        return LLMREG_HEALTH_HEALTHY;
    if (!down && failures + 1 < rule->unhealthy_after)
        return from;
    return wrong_answer(reason) ? LLMREG_HEALTH_UNHEALTHY
                                : LLMREG_HEALTH_UNREACHABLE;
}

static void try_arrow(enum llmreg_health_state from, enum llmreg_reason reason,
                      uint32_t n, const struct llmreg_health_rule *rule)
{
    uint32_t failures = n % 5, successes = n / 5;
    struct llmreg_health h = {.state = from,
                              .failures = failures,
                              .successes = successes,
                              .failing_ms = wall(3),
                              .since_ms = wall(1)};

    see(&h, reason, 9, rule);
    enum llmreg_health_state to =
        arrow(from, reason, failures, successes, rule);
    same("state", h.state, to);
    if (to == from || (llmreg_is_down(to) && llmreg_is_down(from)))
        same("since_ms", h.since_ms, wall(1));
    else if (llmreg_is_down(to))
        same("since_ms", h.since_ms, failures > 0 ? wall(3) : wall(9));
    else
        same("since_ms", h.since_ms, wall(9));
}

START_TEST(every_arrow_is_as_drawn)
{
    enum llmreg_health_state from = _i % LLMREG_HEALTH_STATES;
    enum llmreg_reason reason = _i / LLMREG_HEALTH_STATES + 1;

    for (uint32_t n = 0; n < 25; n++)
        for (uint32_t r = 0; r < 16; r++) {
            struct llmreg_health_rule rule = {.unhealthy_after = r % 4 + 1,
                                              .healthy_after = r / 4 + 1};
            try_arrow(from, reason, n, &rule);
        }
}
END_TEST

START_TEST(every_reason_speaks_for_a_state)
{
    static const enum llmreg_health_state good_so_so[] = {
        [GOOD] = LLMREG_HEALTH_HEALTHY, [SO_SO] = LLMREG_HEALTH_DEGRADED};
    enum llmreg_reason reason = _i;

    if (sort_of(reason) != BAD)
        ck_assert_int_eq(llmreg_reason_state(reason),
                         good_so_so[sort_of(reason)]);
    else
        ck_assert_int_eq(llmreg_reason_state(reason),
                         wrong_answer(reason) ? LLMREG_HEALTH_UNHEALTHY
                                              : LLMREG_HEALTH_UNREACHABLE);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("health_model");
    TCase *tc = tcase_create("health_model");

    tcase_add_loop_test(tc, every_reason_speaks_for_a_state, LLMREG_REASON_OK,
                        LLMREG_REASONS);
    tcase_add_loop_test(tc, every_short_history_ends_as_the_second_opinion_says,
                        0, 9);
    tcase_add_loop_test(tc, long_random_histories_do_too, 0, 5);
    tcase_add_loop_test(tc, every_arrow_is_as_drawn, 0,
                        LLMREG_HEALTH_STATES * (LLMREG_REASONS - 1));
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
