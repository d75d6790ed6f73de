/* SPDX-License-Identifier: MIT */
/* test_shared.c - an operator hears of endpoints that write one series. */
#include "common/service/shared.h"

#include <llmreg/names.h>
#include <llmreg/text.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/scarce.h"
#include "tests/unit/fleet.h"

static struct shared s;
static char line[512];
static unsigned lines;

static void keep(void *ctx, enum llmreg_level level, const char *text)
{
    (void)ctx;
    if (level == LLMREG_WARNING &&
        llmreg_copy(line, sizeof line, text) == LLMREG_OK)
        lines++;
}

static const struct llmreg_log into_line = {.write = keep};

static void add(const char *id, const char *host, const char *series)
{
    struct llmreg_spec spec = fleet_spec(id);

    spec.host = host;
    spec.series = series;
    ck_assert_int_eq(llmreg_set(fleet, &spec, NULL, NULL), LLMREG_OK);
}

static void drop(const char *id)
{
    ck_assert_int_eq(llmreg_remove(fleet, id, NULL, NULL), LLMREG_OK);
}

static size_t counted(void)
{
    struct llmreg_counts n;

    llmreg_count(fleet, &n);
    return n.series_shared;
}

static void look(void)
{
    shared_look(&s, fleet, &into_line, &fleet_now);
}

START_TEST(all_but_one_of_a_series_are_counted)
{
    add("a:1", "h", "x");
    add("b:1", "h", "y");
    add("c:1", "g", "x");
    ck_assert_uint_eq(counted(), 0);
    add("d:1", "h", "x");
    add("e:1", "h", "x");
    ck_assert_uint_eq(counted(), 2);
    drop("a:1"); /* whichever */
    ck_assert_uint_eq(counted(), 1);
    drop("e:1");
    drop("b:1");
    ck_assert_uint_eq(counted(), 0);
}
END_TEST

START_TEST(who_moves_to_another_host_writes_another_series)
{
    add("a:1", "h", "x");
    add("b:1", "g", "x");
    add("b:1", "h", "x");
    ck_assert_uint_eq(counted(), 1);
    add("a:1", "f", "x");
    ck_assert_uint_eq(counted(), 0);
    add("a:1", "f", "z"); /* what it began with, it keeps */
    add("c:1", "f", "x");
    ck_assert_uint_eq(counted(), 1);
}
END_TEST

/* Found in less than a second. */
START_TEST(names_that_were_chosen_to_meet_are_noticed)
{
    static const char one[] = "a;\\*   ", two[] = "a[$=   ";
    char a[LLMREG_SERIES_SIZE], b[LLMREG_SERIES_SIZE];

    llmreg_series_name(one, a);
    llmreg_series_name(two, b);
    ck_assert_str_eq(a, "a______-62f115b4");
    ck_assert_str_eq(b, a);
    add("a:1", "h", a);
    add("b:1", "h", b);
    ck_assert_uint_eq(counted(), 1);
}
END_TEST

START_TEST(different_series_are_nothing_to_tell)
{
    look();
    add("a:1", "h", "x");
    add("b:1", "h", "y");
    look();
    ck_assert_uint_eq(lines, 0);
}
END_TEST

START_TEST(one_endpoint_and_the_series_are_named)
{
    add("a:1", "h", "y");
    add("b:1", "h", "x");
    add("c:1", "h", "x");
    look();
    ck_assert_uint_eq(lines, 1);
    ck_assert_ptr_nonnull(strstr(line, "1 endpoints write series"));
    ck_assert_ptr_nonnull(strstr(line, ":1 those of h/x:"));
    ck_assert_ptr_null(strstr(line, "a:1"));
}
END_TEST

START_TEST(it_is_said_again_only_if_there_are_more_and_rarely)
{
    add("a:1", "h", "x");
    add("b:1", "h", "x");
    look();
    fleet_now.mono_ns += 3600 * LLMREG_NS_PER_S;
    look();
    ck_assert_uint_eq(lines, 1);
    add("c:1", "h", "x");
    look();
    ck_assert_uint_eq(lines, 2);
    add("d:1", "h", "x");
    look(); /* at once: held back */
    ck_assert_uint_eq(lines, 2);
}
END_TEST

START_TEST(without_memory_to_look_it_is_said_at_the_next_look)
{
    bool failed = true;
    long n;

    add("a:1", "h", "x");
    add("b:1", "h", "y");
    add("c:1", "h", "x");
    for (n = 0; failed; n++) {
        s = (struct shared){.seen = 0};
        lines = 0;
        scarce_from(n);
        look();
        failed = scarce_end();
        look();
        ck_assert_msg(lines == 1, "allocation %ld: %u lines", n, lines);
    }
    ck_assert_int_gt(n, 3);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shared");
    TCase *tc = tcase_create("shared");
    SRunner *runner = srunner_create(suite);

    tcase_add_checked_fixture(tc, fleet_setup, fleet_teardown);
    tcase_add_test(tc, all_but_one_of_a_series_are_counted);
    tcase_add_test(tc, who_moves_to_another_host_writes_another_series);
    tcase_add_test(tc, names_that_were_chosen_to_meet_are_noticed);
    tcase_add_test(tc, different_series_are_nothing_to_tell);
    tcase_add_test(tc, one_endpoint_and_the_series_are_named);
    tcase_add_test(tc, it_is_said_again_only_if_there_are_more_and_rarely);
    tcase_add_test(tc, without_memory_to_look_it_is_said_at_the_next_look);
    suite_add_tcase(suite, tc);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
