/* SPDX-License-Identifier: MIT */
/* test_store_verdict.c - one row a case. */
#include "common/store/care/verdict.h"

#include <check.h>
#include <stdlib.h>

#define HOUR INT64_C(3600000)
#define NOW  (1000 * HOUR)

static const struct {
    int64_t good_ms;
    double fragmentation;
    int64_t free, ifree, bad;
    bool failed, full, unmeasured;
    unsigned reasons;
    enum llmreg_store_verdict verdict;
} cases[] = {
    {NOW - HOUR, 0.1, 50, 50, 0, 0, 0, 0, 0, LLMREG_STORE_HEALTHY},
    {NOW - 48 * HOUR, 0.5, 10, 10, 0, 0, 0, 0, 0, LLMREG_STORE_HEALTHY},
    {NOW - 48 * HOUR - 1, 0, 50, 50, 0, 0, 0, 0, 1, LLMREG_STORE_WARNING},
    {0, 0, 50, 50, 0, 0, 0, 0, 1, LLMREG_STORE_WARNING},
    {0, 0, 50, 50, 0, 0, 0, 1, 0, LLMREG_STORE_HEALTHY},
    {NOW, 0.51, 50, 50, 0, 0, 0, 0, 2, LLMREG_STORE_WARNING},
    {NOW, 0, 9, 50, 0, 0, 0, 0, 4, LLMREG_STORE_WARNING},
    {NOW, 0, 50, 9, 0, 0, 0, 0, 4, LLMREG_STORE_WARNING},
    {NOW, 0, -1, -1, 0, 0, 0, 0, 0, LLMREG_STORE_HEALTHY},
    {0, 0.6, 50, 50, 0, 0, 0, 0, 3, LLMREG_STORE_UNHEALTHY},
    {NOW, 0.6, 9, 50, 0, 0, 0, 0, 6, LLMREG_STORE_UNHEALTHY},
    {NOW, 0, 50, 50, 1, 0, 0, 0, 8, LLMREG_STORE_UNHEALTHY},
    {NOW, 0, 0, 50, 0, 0, 0, 0, 20, LLMREG_STORE_UNHEALTHY},
    {NOW, 0, 50, 50, 0, 1, 0, 0, 32, LLMREG_STORE_UNHEALTHY},
    {NOW, 0, 50, 50, 0, 1, 1, 1, 48, LLMREG_STORE_UNHEALTHY},
};

START_TEST(a_day_after_damage_it_is_still_told)
{
    struct llmreg_store_health h = {
        .measured_ms = NOW,
        .backup.good_ms = NOW,
        .disk = {.bytes = 100, .free = 50, .inodes = 100, .ifree = 50},
        .recovery.at_ms = NOW,
    };
    struct verdict_facts facts = {.now_ms = NOW + 24 * HOUR - 1};

    ck_assert_uint_eq(verdict_reasons(&h, &facts), LLMREG_STORE_RECOVERED);
    ck_assert_int_eq(verdict_of(LLMREG_STORE_RECOVERED), LLMREG_STORE_WARNING);
    facts.now_ms++;
    ck_assert_uint_eq(verdict_reasons(&h, &facts), 0);
}
END_TEST

START_TEST(a_verdict_follows_from_what_is_so)
{
    const struct verdict_facts facts = {NOW, cases[_i].failed, cases[_i].full};
    struct llmreg_store_health h = {
        .measured_ms = cases[_i].unmeasured ? 0 : NOW,
        .fragmentation = cases[_i].fragmentation,
    };

    h.disk.bytes = h.disk.inodes = 100;
    h.disk.free = cases[_i].free;
    h.disk.ifree = cases[_i].ifree;
    h.backup.good_ms = cases[_i].good_ms;
    h.check.bad = cases[_i].bad;
    const unsigned reasons = verdict_reasons(&h, &facts);
    ck_assert_uint_eq(reasons, cases[_i].reasons);
    ck_assert_int_eq(verdict_of(reasons), cases[_i].verdict);
}
END_TEST

START_TEST(every_reason_has_a_name)
{
    ck_assert_str_eq(llmreg_store_reason_text(0), "stale_backup");
    ck_assert_str_eq(llmreg_store_reason_text(5), "failed");
    ck_assert_ptr_null(llmreg_store_reason_text(7));
    ck_assert_str_eq(llmreg_store_verdict_text(LLMREG_STORE_UNHEALTHY),
                     "unhealthy");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store_verdict");
    TCase *tc = tcase_create("verdict");

    tcase_add_loop_test(tc, a_verdict_follows_from_what_is_so, 0,
                        sizeof cases / sizeof cases[0]);
    tcase_add_test(tc, a_day_after_damage_it_is_still_told);
    tcase_add_test(tc, every_reason_has_a_name);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
