/* SPDX-License-Identifier: MIT */
/* test_unmatched.c - an operator hears of requests that end too often. */
#include "common/service/unmatched.h"

#include <llmreg/text.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"

static struct unmatched u;
static char line[512];
static unsigned lines;

static void keep(void *ctx, enum llmreg_level level, const char *text)
{
    (void)ctx;
    ck_assert_int_eq(level, LLMREG_WARNING);
    ck_assert_int_eq(llmreg_copy(line, sizeof line, text), LLMREG_OK);
    lines++;
}

static const struct llmreg_log into_line = {.write = keep};

static void setup(void)
{
    fleet_setup();
    fleet_add("a:1");
    fleet_add("b:1");
}

static void end_too_many(const char *id, int times)
{
    struct llmreg_endpoint *e = fleet_get(id);

    while (times-- > 0)
        ck_assert(!llmreg_request_end(e, 1));
    llmreg_put(e);
}

static void look(void)
{
    unmatched_look(&u, fleet, &into_line, &fleet_now);
}

START_TEST(balanced_requests_are_nothing_to_tell)
{
    struct llmreg_endpoint *e = fleet_get("a:1");

    look();
    (void)llmreg_request_begin(e);
    ck_assert(llmreg_request_end(e, 1));
    look();
    ck_assert_uint_eq(lines, 0);
    llmreg_put(e);
}
END_TEST

START_TEST(the_endpoint_with_most_of_them_is_named)
{
    end_too_many("a:1", 2);
    end_too_many("b:1", 3);
    look();
    ck_assert_uint_eq(lines, 1);
    ck_assert_ptr_nonnull(strstr(line, "5 requests ended"));
    ck_assert_ptr_nonnull(strstr(line, "at b:1:"));
}
END_TEST

START_TEST(it_is_said_again_only_if_there_are_more_and_rarely)
{
    end_too_many("a:1", 1);
    look();
    fleet_now.mono_ns += 3600 * LLMREG_NS_PER_S;
    look();
    ck_assert_uint_eq(lines, 1);
    end_too_many("a:1", 1);
    look();
    ck_assert_uint_eq(lines, 2);
    for (int second = 0; second < 60; second++) {
        fleet_now.mono_ns += LLMREG_NS_PER_S;
        end_too_many("a:1", 1);
        look();
    }
    ck_assert_uint_lt(lines, 10);
}
END_TEST

START_TEST(those_of_a_removed_endpoint_are_told_too)
{
    end_too_many("a:1", 4);
    ck_assert_int_eq(llmreg_remove(fleet, "a:1", NULL, NULL), LLMREG_OK);
    look();
    ck_assert_uint_eq(lines, 1);
    ck_assert_ptr_nonnull(strstr(line, "4 requests"));
    ck_assert_ptr_nonnull(strstr(line, "gone"));
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("unmatched");
    TCase *t = tcase_create("unmatched");

    tcase_add_checked_fixture(t, setup, fleet_teardown);
    tcase_add_test(t, balanced_requests_are_nothing_to_tell);
    tcase_add_test(t, the_endpoint_with_most_of_them_is_named);
    tcase_add_test(t, it_is_said_again_only_if_there_are_more_and_rarely);
    tcase_add_test(t, those_of_a_removed_endpoint_are_told_too);
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
