/* SPDX-License-Identifier: MIT */
/* test_health_part.c - a health comes out as it went in. */
#include "common/registry/health_part.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static void check_round_trip(const struct llmreg_health *in)
{
    struct health_part *p = health_part_new(in);
    struct llmreg_health out;

    ck_assert_ptr_nonnull(p);
    memset(&out, 0xff, sizeof out);
    health_part_get(p, &out);
    ck_assert_mem_eq(in, &out, offsetof(struct llmreg_health, version));
    ck_assert_str_eq(in->version, out.version);
    ck_assert_str_eq(in->detail, out.detail);
    part_put(&p->part);
}

START_TEST(all_numbers_and_both_texts_are_kept)
{
    struct llmreg_health in = {
        .state = LLMREG_HEALTH_UNREACHABLE,
        .reason = LLMREG_REASON_REFUSED,
        .http_status = 503,
        .failures = 7,
        .since_ms = 1,
        .checked_mono_ns = INT64_MAX,
        .ttfb_us = 3,
        .prior = LLMREG_HEALTH_DEGRADED,
        .prior_since_ms = -1,
        .version = "0.12.3",
        .detail = "Connection refused",
    };

    check_round_trip(&in);
    in.version[0] = '\0';
    check_round_trip(&in);
    in.detail[0] = '\0';
    check_round_trip(&in);
}
END_TEST

START_TEST(the_longest_texts_fit)
{
    struct llmreg_health in = {.state = LLMREG_HEALTH_HEALTHY};

    memset(in.version, 'v', sizeof in.version - 1);
    memset(in.detail, 'd', sizeof in.detail - 1);
    check_round_trip(&in);
}
END_TEST

START_TEST(texts_without_an_end_are_ended)
{
    struct llmreg_health in = {.state = LLMREG_HEALTH_HEALTHY}, out;

    memset(in.version, 'v', sizeof in.version);
    memset(in.detail, 'd', sizeof in.detail);
    struct health_part *p = health_part_new(&in);
    ck_assert_ptr_nonnull(p);
    health_part_get(p, &out);
    ck_assert_uint_eq(strlen(out.version), LLMREG_VERSION_SIZE - 1);
    ck_assert_uint_eq(strlen(out.detail), LLMREG_DETAIL_SIZE - 1);
    part_put(&p->part);
}
END_TEST

START_TEST(an_ordinary_health_is_small)
{
    const struct llmreg_health in = {.version = "0.12.3"};
    struct health_part *p = health_part_new(&in);

    ck_assert_ptr_nonnull(p);
    ck_assert_uint_lt(sizeof *p + offsetof(struct llmreg_health, version) +
                          p->version_room + p->detail_room,
                      160);
    part_put(&p->part);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("health_part");
    TCase *t = tcase_create("health_part");

    tcase_add_test(t, all_numbers_and_both_texts_are_kept);
    tcase_add_test(t, the_longest_texts_fit);
    tcase_add_test(t, texts_without_an_end_are_ended);
    tcase_add_test(t, an_ordinary_health_is_small);
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
