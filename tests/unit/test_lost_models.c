/* SPDX-License-Identifier: MIT */
/* test_lost_models.c - lost is what no other healthy endpoint has. */
#include "common/service/lost_models.h"

#include <check.h>
#include <stdlib.h>

#include "tests/support/room.h"

static struct room room;
static const char *names[LLMREG_MODELS_MAX];

static void setup(void)
{
    room_open(&room);
}

static void teardown(void)
{
    room_close(&room);
}

static void add(const char *name, const char *models, enum llmreg_reason reason)
{
    room_add(&room, name);
    room_models(&room, name, models);
    if (reason != LLMREG_REASON_NONE)
        room_observe(&room, name, reason);
}

static size_t lost_with(const char *name)
{
    struct llmreg_endpoint *e = room_get(&room, name);
    const struct llmreg_models *models = llmreg_endpoint_models(e);
    size_t n = lost_models(room.registry, llmreg_endpoint_id(e), models, names);

    llmreg_models_put(models);
    llmreg_put(e);
    return n;
}

START_TEST(what_a_healthy_one_has_is_not_lost)
{
    add("gpu1", "a:latest,b:latest", LLMREG_REASON_OK);
    add("gpu2", "b:latest,c:latest", LLMREG_REASON_OK);
    ck_assert_uint_eq(lost_with("gpu1"), 1);
    ck_assert_str_eq(names[0], "a:latest");
    ck_assert_uint_eq(lost_with("gpu2"), 1);
    ck_assert_str_eq(names[0], "c:latest");
}
END_TEST

START_TEST(an_endpoint_does_not_count_for_itself)
{
    add("gpu1", "a:latest", LLMREG_REASON_OK);
    ck_assert_uint_eq(lost_with("gpu1"), 1);
}
END_TEST

START_TEST(without_the_endpoint_itself_all_healthy_ones_count)
{
    add("gpu1", "a:latest", LLMREG_REASON_REFUSED);
    ck_assert_uint_eq(lost_with("gpu1"), 1);
    add("gpu2", "a:latest", LLMREG_REASON_OK);
    ck_assert_uint_eq(lost_with("gpu1"), 0);
    ck_assert_uint_eq(lost_with("gpu2"), 1);
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    room_observe(&room, "gpu1", LLMREG_REASON_OK);
    ck_assert_uint_eq(lost_with("gpu1"), 0);
    ck_assert_uint_eq(lost_with("gpu2"), 0);
}
END_TEST

START_TEST(those_that_are_not_healthy_do_not_count)
{
    add("gpu1", "a:latest", LLMREG_REASON_OK);
    add("unknown", "a:latest", LLMREG_REASON_NONE);
    add("busy", "a:latest", LLMREG_REASON_BUSY);
    ck_assert_uint_eq(lost_with("gpu1"), 1);
}
END_TEST

START_TEST(without_models_nothing_is_lost)
{
    add("gpu1", "", LLMREG_REASON_OK);
    ck_assert_uint_eq(lost_with("gpu1"), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lost_models");
    TCase *tc = tcase_create("lost_models");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, what_a_healthy_one_has_is_not_lost);
    tcase_add_test(tc, an_endpoint_does_not_count_for_itself);
    tcase_add_test(tc, without_the_endpoint_itself_all_healthy_ones_count);
    tcase_add_test(tc, those_that_are_not_healthy_do_not_count);
    tcase_add_test(tc, without_models_nothing_is_lost);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
