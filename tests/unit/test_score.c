/* SPDX-License-Identifier: MIT */
/* test_score.c - what speaks for an endpoint: each part alone, their weights
 * against each other, and values that nobody should hand in.
 */
#include <llmreg/score.h>

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GB (INT64_C(1) << 30)

/* An endpoint of which nothing speaks, one way or the other. */
static struct llmreg_score_facts plain(void)
{
    struct llmreg_score_facts f = {
        .model_bytes = -1,
        .vram_free_bytes = -1,
        .latency_us = (double)NAN,
        .priority = LLMREG_PRIORITY_DEFAULT,
    };

    return f;
}

static struct llmreg_score score(struct llmreg_score_facts f)
{
    struct llmreg_score s;

    llmreg_score(&f, &s);
    return s;
}

/* The part as a share of its weight. */
static double share(struct llmreg_score_facts f, enum llmreg_score_part part)
{
    return score(f).parts[part] / llmreg_score_weight(part);
}

START_TEST(what_is_unknown_counts_a_half)
{
    struct llmreg_score_facts f = plain();

    ck_assert_double_eq(share(f, LLMREG_SCORE_LOADED), 0.5);
    ck_assert_double_eq(share(f, LLMREG_SCORE_LATENCY), 0.5);
    ck_assert_double_eq(share(f, LLMREG_SCORE_VRAM), 0.5);
    ck_assert_double_eq(share(f, LLMREG_SCORE_PRIORITY), 0.5);
    ck_assert_double_eq(share(f, LLMREG_SCORE_PENDING), 1);
    ck_assert_double_eq(share(f, LLMREG_SCORE_HEALTH), 1);
}
END_TEST

START_TEST(the_total_is_the_sum_of_the_parts)
{
    struct llmreg_score s = score(plain());
    double sum = 0;

    for (int i = 0; i < LLMREG_SCORE_PARTS; i++)
        sum += s.parts[i];
    ck_assert_double_eq(s.total, sum);
}
END_TEST

START_TEST(healthy_comes_before_degraded_whatever_else)
{
    struct llmreg_score_facts worst = plain(), best = plain();

    worst.loaded = LLMREG_NO;
    worst.pending = UINT32_MAX;
    worst.latency_us = 1e18;
    worst.model_bytes = 1000 * GB;
    worst.vram_free_bytes = 0;
    worst.priority = 0;
    best.degraded = true;
    best.loaded = LLMREG_YES;
    best.latency_us = 0;
    best.model_bytes = GB;
    best.vram_free_bytes = 1000 * GB;
    best.priority = 1000;
    ck_assert_double_gt(score(worst).total, score(best).total);
}
END_TEST

START_TEST(loaded_is_better_than_unknown_and_unknown_than_not)
{
    struct llmreg_score_facts f = plain();

    f.loaded = LLMREG_YES;
    double yes = score(f).total;
    f.loaded = LLMREG_UNKNOWN;
    double unknown = score(f).total;
    f.loaded = LLMREG_NO;
    ck_assert_double_gt(yes, unknown);
    ck_assert_double_gt(unknown, score(f).total);
}
END_TEST

START_TEST(a_loaded_model_is_worth_a_queue_of_sixteen)
{
    struct llmreg_score_facts loaded = plain(), idle = plain();

    loaded.loaded = LLMREG_YES;
    idle.loaded = LLMREG_NO;
    /* all else alike: what is loaded fits, and so does the other */
    idle.model_bytes = loaded.model_bytes = GB;
    idle.vram_free_bytes = loaded.vram_free_bytes = GB;
    loaded.pending = 15;
    ck_assert_double_gt(score(loaded).total, score(idle).total);
    loaded.pending = 17;
    ck_assert_double_lt(score(loaded).total, score(idle).total);
}
END_TEST

START_TEST(fewer_pending_and_less_latency_are_better)
{
    struct llmreg_score_facts f = plain();
    double last = score(f).total;

    for (f.pending = 1; f.pending < 1000; f.pending *= 2) {
        ck_assert_double_lt(score(f).total, last);
        last = score(f).total;
    }
    f = plain();
    f.latency_us = 0;
    ck_assert_double_eq(share(f, LLMREG_SCORE_LATENCY), 1);
    f.latency_us = 1e6;
    ck_assert_double_eq(share(f, LLMREG_SCORE_LATENCY), 0.5);
    f.latency_us = (double)INFINITY;
    ck_assert_double_eq(share(f, LLMREG_SCORE_LATENCY), 0);
}
END_TEST

START_TEST(a_model_that_fits_is_better_the_more_of_it_fits)
{
    struct llmreg_score_facts f = plain();

    f.model_bytes = 40 * GB;
    f.vram_free_bytes = 40 * GB;
    ck_assert_double_eq(share(f, LLMREG_SCORE_VRAM), 1);
    f.vram_free_bytes = 10 * GB;
    ck_assert_double_eq(share(f, LLMREG_SCORE_VRAM), 0.25);
    f.vram_free_bytes = 0;
    ck_assert_double_eq(share(f, LLMREG_SCORE_VRAM), 0);
}
END_TEST

/* What is loaded is in the VRAM that is not free. */
START_TEST(what_is_loaded_or_needs_nothing_fits)
{
    struct llmreg_score_facts f = plain();

    f.loaded = LLMREG_YES;
    f.model_bytes = 40 * GB;
    f.vram_free_bytes = 0;
    ck_assert_double_eq(share(f, LLMREG_SCORE_VRAM), 1);
    f = plain();
    f.model_bytes = 0; /* runs elsewhere */
    ck_assert_double_eq(share(f, LLMREG_SCORE_VRAM), 1);
}
END_TEST

START_TEST(a_higher_priority_is_preferred)
{
    struct llmreg_score_facts f = plain();
    double last = -1;

    for (f.priority = 0; f.priority <= 1000; f.priority += 10) {
        ck_assert_double_gt(share(f, LLMREG_SCORE_PRIORITY), last);
        last = share(f, LLMREG_SCORE_PRIORITY);
    }
    ck_assert_double_lt(last, 1);
}
END_TEST

START_TEST(no_part_leaves_its_bounds)
{
    static const double latencies[] = {(double)NAN, -(double)INFINITY, -1, 0,
                                       1e300,       (double)INFINITY};
    static const int64_t sizes[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    static const int32_t priorities[] = {INT32_MIN, 0, 1000, INT32_MAX};

    for (int i = 0; i < 6 * 5 * 5 * 4; i++) {
        const struct llmreg_score_facts f = {
            .loaded = LLMREG_NO,
            .pending = i % 2 == 0 ? UINT32_MAX : 0,
            .latency_us = latencies[i % 6],
            .model_bytes = sizes[i / 6 % 5],
            .vram_free_bytes = sizes[i / 30 % 5],
            .priority = priorities[i / 150 % 4],
        };
        for (int part = 0; part < LLMREG_SCORE_PARTS; part++) {
            double s = share(f, (enum llmreg_score_part)part);
            ck_assert_msg(s >= 0 && s <= 1, "%d, part %d: %g", i, part, s);
        }
    }
}
END_TEST

START_TEST(every_part_has_a_name_and_a_weight)
{
    double others = 0;

    for (int i = 0; i < LLMREG_SCORE_PARTS; i++) {
        const char *name = llmreg_score_part_text((enum llmreg_score_part)i);
        ck_assert_ptr_nonnull(name);
        ck_assert_double_gt(llmreg_score_weight((enum llmreg_score_part)i), 0);
        if (i != LLMREG_SCORE_HEALTH)
            others += llmreg_score_weight((enum llmreg_score_part)i);
    }
    ck_assert_double_gt(llmreg_score_weight(LLMREG_SCORE_HEALTH), others);
    ck_assert_str_eq(llmreg_score_part_text(LLMREG_SCORE_VRAM), "vram");
    ck_assert_str_eq(llmreg_score_part_text(LLMREG_SCORE_PARTS), "invalid");
    ck_assert_double_eq(llmreg_score_weight(LLMREG_SCORE_PARTS), 0);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("score");
    TCase *t = tcase_create("score");

    tcase_add_test(t, what_is_unknown_counts_a_half);
    tcase_add_test(t, the_total_is_the_sum_of_the_parts);
    tcase_add_test(t, healthy_comes_before_degraded_whatever_else);
    tcase_add_test(t, loaded_is_better_than_unknown_and_unknown_than_not);
    tcase_add_test(t, a_loaded_model_is_worth_a_queue_of_sixteen);
    tcase_add_test(t, fewer_pending_and_less_latency_are_better);
    tcase_add_test(t, a_model_that_fits_is_better_the_more_of_it_fits);
    tcase_add_test(t, what_is_loaded_or_needs_nothing_fits);
    tcase_add_test(t, a_higher_priority_is_preferred);
    tcase_add_test(t, no_part_leaves_its_bounds);
    tcase_add_test(t, every_part_has_a_name_and_a_weight);
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
