/* SPDX-License-Identifier: MIT */
/* test_fleet_json.c - candidates as JSON, with what spoke for each. */
#include <llmreg/fleet.h>
#include <llmreg/json.h>

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"

static char written[4096];
static size_t length;

static int sink(void *ctx, const char *bytes, size_t len)
{
    (void)ctx;
    if (len >= sizeof written - length)
        return LLMREG_ETOOBIG;
    memcpy(written + length, bytes, len);
    length += len;
    written[length] = '\0';
    return LLMREG_OK;
}

static const char *render(const struct llmreg_candidates *c)
{
    static struct llmreg_json_out w;

    length = 0;
    llmreg_json_out_init(&w, sink, NULL);
    llmreg_candidates_json(&w, NULL, c);
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    return written;
}

static struct llmreg_candidates *one(const char *models)
{
    struct llmreg_candidates *c = NULL;

    fleet_add("a:1");
    fleet_models("a:1", models);
    fleet_observe("a:1", LLMREG_REASON_OK);
    ck_assert_int_eq(llmreg_rank(fleet,
                                 &(struct llmreg_rank_query){"m", false, 0},
                                 &fleet_now, &c),
                     LLMREG_OK);
    return c;
}

START_TEST(no_candidate_is_an_empty_array)
{
    struct llmreg_candidates *c = one("other");

    ck_assert_str_eq(render(c), "[]");
    llmreg_candidates_free(c);
}
END_TEST

START_TEST(each_part_has_its_points_and_the_most_it_could_have)
{
    struct llmreg_candidates *c = one("m*");

    c->items[0].facts.latency_us = 1e6;
    llmreg_score(&c->items[0].facts, &c->items[0].score);
    ck_assert_str_eq(
        render(c),
        "[{\"id\":\"a:1\",\"url\":\"http://a:1\",\"name\":\"gpu\","
        "\"health\":\"healthy\",\"loaded\":true,\"pending\":0,"
        "\"latency_ms\":1000,\"model_bytes\":null,\"vram_free_bytes\":null,"
        "\"priority\":50,\"score\":184,"
        "\"parts\":{\"health\":{\"points\":100,\"of\":100},"
        "\"loaded\":{\"points\":24,\"of\":24},"
        "\"pending\":{\"points\":30,\"of\":30},"
        "\"latency\":{\"points\":6,\"of\":12},"
        "\"vram\":{\"points\":16,\"of\":16},"
        "\"priority\":{\"points\":8,\"of\":16}}}]");
    llmreg_candidates_free(c);
}
END_TEST

START_TEST(what_is_unknown_is_null)
{
    struct llmreg_candidates *c = one("m");

    c->items[0].facts.latency_us = (double)NAN;
    (void)render(c);
    ck_assert_ptr_nonnull(strstr(written, "\"loaded\":null,"));
    ck_assert_ptr_nonnull(strstr(written, "\"latency_ms\":null,"));
    ck_assert_ptr_nonnull(strstr(written, "\"model_bytes\":null,"));
    c->items[0].facts.loaded = LLMREG_NO;
    c->items[0].facts.degraded = true;
    c->items[0].facts.model_bytes = 5;
    c->items[0].facts.vram_free_bytes = 0;
    (void)render(c);
    ck_assert_ptr_nonnull(strstr(written, "\"loaded\":false,"));
    ck_assert_ptr_nonnull(strstr(written, "\"health\":\"degraded\","));
    ck_assert_ptr_nonnull(strstr(written, "\"model_bytes\":5,"));
    ck_assert_ptr_nonnull(strstr(written, "\"vram_free_bytes\":0,"));
    llmreg_candidates_free(c);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("fleet_json");
    TCase *t = tcase_create("fleet_json");

    tcase_add_checked_fixture(t, fleet_setup, fleet_teardown);
    tcase_add_test(t, no_candidate_is_an_empty_array);
    tcase_add_test(t, each_part_has_its_points_and_the_most_it_could_have);
    tcase_add_test(t, what_is_unknown_is_null);
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
