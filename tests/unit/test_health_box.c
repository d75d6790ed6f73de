/* SPDX-License-Identifier: MIT */
/* test_health_box.c - a health comes out as it went in, whichever box it was
 * in.
 */
#include "common/registry/health_box.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct health_box box;

static void setup(void)
{
    memset(&box, 0, sizeof box);
}

static void teardown(void)
{
    health_box_fini(&box);
}

static void fill(char *text, size_t len, char c)
{
    memset(text, c, len);
    text[len] = '\0';
}

static void check_round_trip(const struct llmreg_health *in)
{
    struct llmreg_health out;

    ck_assert_int_eq(health_box_set(&box, in), LLMREG_OK);
    memset(&out, 0xff, sizeof out);
    health_box_get(&box, &out);
    ck_assert_mem_eq(in, &out, offsetof(struct llmreg_health, version));
    ck_assert_str_eq(in->version, out.version);
    ck_assert_str_eq(in->detail, out.detail);
    ck_assert_int_eq(health_box_state(&box), in->state);
}

START_TEST(all_zero_is_a_health_that_is_all_zero)
{
    struct llmreg_health out;

    memset(&out, 0xff, sizeof out);
    health_box_get(&box, &out);
    ck_assert_int_eq(out.state, LLMREG_HEALTH_UNKNOWN);
    ck_assert_int_eq(out.checked_ms, 0);
    ck_assert_str_eq(out.version, "");
    ck_assert_str_eq(out.detail, "");
    ck_assert_int_eq(health_box_state(&box), LLMREG_HEALTH_UNKNOWN);
}
END_TEST

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

/* Longer and longer, and now and then a short one in between. */
START_TEST(texts_of_every_length_fit)
{
    struct llmreg_health in = {.state = LLMREG_HEALTH_HEALTHY};

    for (size_t version = 0; version < LLMREG_VERSION_SIZE; version++)
        for (size_t detail = 0; detail < LLMREG_DETAIL_SIZE; detail++) {
            fill(in.version, version, 'v');
            fill(in.detail, detail, 'd');
            in.failures++;
            check_round_trip(&in);
        }
}
END_TEST

START_TEST(texts_without_an_end_are_ended)
{
    struct llmreg_health in = {.state = LLMREG_HEALTH_HEALTHY}, out;

    memset(in.version, 'v', sizeof in.version);
    memset(in.detail, 'd', sizeof in.detail);
    ck_assert_int_eq(health_box_set(&box, &in), LLMREG_OK);
    health_box_get(&box, &out);
    ck_assert_uint_eq(strlen(out.version), LLMREG_VERSION_SIZE - 1);
    ck_assert_uint_eq(strlen(out.detail), LLMREG_DETAIL_SIZE - 1);
}
END_TEST

START_TEST(ordinary_texts_need_no_larger_boxes)
{
    const struct llmreg_health well = {.version = "0.12.3"};
    const struct llmreg_health ill = {.version = "0.12.3",
                                      .detail = "GET /api/version: 500"};

    check_round_trip(&well);
    check_round_trip(&ill);
    ck_assert_ptr_null(box.large);
}
END_TEST

START_TEST(larger_boxes_are_kept_for_the_next_time)
{
    struct llmreg_health in = {.version = "0.12.3"};

    fill(in.detail, 100, 'd');
    check_round_trip(&in);
    const struct health_large *large = box.large;
    in.detail[0] = '\0';
    check_round_trip(&in);
    fill(in.detail, 120, 'd');
    check_round_trip(&in);
    ck_assert_ptr_eq(box.large, large);
}
END_TEST

/* Or a reader of the old one would see it change. */
START_TEST(the_box_in_use_is_not_written)
{
    const struct llmreg_health in = {.failures = UINT32_MAX};
    const struct llmreg_health next = {.failures = 1};
    uint64_t before[HEALTH_BOX_WORDS];

    check_round_trip(&in);
    size_t used = box.mark & 1;
    memcpy(before, box.words[used], sizeof before);
    check_round_trip(&next);
    ck_assert_uint_ne(box.mark & 1, used);
    ck_assert_mem_eq(before, box.words[used], sizeof before);
}
END_TEST

START_TEST(every_mark_is_another_one)
{
    const struct llmreg_health in = {.version = "0.12.3"};
    uint64_t last = box.mark;

    for (int i = 0; i < 1000; i++) {
        ck_assert_int_eq(health_box_set(&box, &in), LLMREG_OK);
        ck_assert_uint_gt(box.mark, last);
        last = box.mark;
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("health_box");
    TCase *t = tcase_create("health_box");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, all_zero_is_a_health_that_is_all_zero);
    tcase_add_test(t, all_numbers_and_both_texts_are_kept);
    tcase_add_test(t, texts_of_every_length_fit);
    tcase_add_test(t, texts_without_an_end_are_ended);
    tcase_add_test(t, ordinary_texts_need_no_larger_boxes);
    tcase_add_test(t, larger_boxes_are_kept_for_the_next_time);
    tcase_add_test(t, the_box_in_use_is_not_written);
    tcase_add_test(t, every_mark_is_another_one);
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
