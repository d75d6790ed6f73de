/* SPDX-License-Identifier: MIT */
/* test_alert_part.c - a copy is a copy, bounds hold, and what is alike. */
#include "common/registry/alert_part.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/alerting.h"

static const size_t strings[] = {
    offsetof(struct llmreg_alert, id),
    offsetof(struct llmreg_alert, subject),
    offsetof(struct llmreg_alert, name),
    offsetof(struct llmreg_alert, message),
    offsetof(struct llmreg_alert, state),
    offsetof(struct llmreg_alert, previous),
    offsetof(struct llmreg_alert, reason),
    offsetof(struct llmreg_alert, host),
    offsetof(struct llmreg_alert, series),
    offsetof(struct llmreg_alert, url),
    offsetof(struct llmreg_alert, acknowledged_by),
    offsetof(struct llmreg_alert, note),
};

#define STRINGS ((int)(sizeof strings / sizeof strings[0]))

static void set(struct llmreg_alert *a, int i, const char *s)
{
    memcpy((char *)a + strings[i], &s, sizeof s);
}

static const char *get(const struct llmreg_alert *a, int i)
{
    const char *s;

    memcpy(&s, (const char *)a + strings[i], sizeof s);
    return s;
}

START_TEST(a_copy_has_its_own_strings)
{
    char lent[] = "lent";
    struct llmreg_alert a = alerting_alert();
    set(&a, _i, lent);

    struct alert_part *p = alert_part_new(&a);
    lent[0] = 'b';
    ck_assert_str_eq(get(&p->alert, _i), "lent");
    ck_assert_ptr_eq(alert_part_of(&p->alert), p);
    part_put(&p->part);
}
END_TEST

START_TEST(no_string_is_an_empty_one)
{
    struct llmreg_alert a = alerting_alert();
    set(&a, _i, NULL);

    struct alert_part *p = alert_part_new(&a);
    ck_assert_str_eq(get(&p->alert, _i), "");
    part_put(&p->part);
}
END_TEST

START_TEST(every_string_has_a_bound_that_is_said)
{
    static char text[4096];
    struct llmreg_error err = {""};
    struct llmreg_alert a = alerting_alert();
    size_t len = 0;

    set(&a, _i, text);
    do {
        text[len++] = 'x';
        text[len] = '\0';
    } while (alert_part_check(&a, &err) == LLMREG_OK && len < 4000);
    ck_assert_uint_ge(len, 101);
    ck_assert_uint_lt(len, 1200);
    ck_assert_ptr_nonnull(strstr(err.text, "are allowed"));
    text[len - 1] = '\0';
    ck_assert_int_eq(alert_part_check(&a, &err), LLMREG_OK);
}
END_TEST

START_TEST(one_that_differs_in_a_string_is_not_alike)
{
    struct llmreg_alert a = alerting_alert(), b = a;

    ck_assert(alert_part_alike(&a, &b));
    set(&b, _i, "other");
    ck_assert(!alert_part_alike(&a, &b));
}
END_TEST

START_TEST(one_that_differs_in_a_value_is_not_alike)
{
    struct llmreg_alert a = alerting_alert(), b[17];

    for (size_t i = 0; i < 17; i++)
        b[i] = a;
    b[0].rule++;
    b[1].since_ms++;
    b[2].acknowledged_ms++;
    b[3].times++;
    b[4].told++;
    b[5].s.severity++;
    b[6].s.pending++;
    b[7].s.held = true;
    b[8].s.remembered = true;
    b[9].s.acknowledged = true;
    b[10].s.pending_mono_ns++;
    b[11].s.good_mono_ns++;
    b[12].s.unseen_mono_ns++;
    b[13].s.cool_mono_ns++;
    b[14].s.fired_ms++;
    b[15].s.flapping = true;
    b[16].s.raised_mono_ns[0]++;
    ck_assert(!alert_part_alike(&a, &b[_i]));
}
END_TEST

START_TEST(the_number_of_its_event_makes_no_difference)
{
    struct llmreg_alert a = alerting_alert(), b = a;

    b.seq++;
    ck_assert(alert_part_alike(&a, &b));
    b.s.cleared_ms++;
    ck_assert(!alert_part_alike(&a, &b));
}
END_TEST

START_TEST(values_that_are_none_are_refused)
{
    struct llmreg_error err = {""};
    struct llmreg_alert a[4];

    for (size_t i = 0; i < 4; i++)
        a[i] = alerting_alert();
    a[0].rule = (enum llmreg_rule_id) - 1;
    a[1].s.severity = LLMREG_SEVERITIES;
    a[2].s.pending = LLMREG_SEVERITIES;
    a[3].told = LLMREG_SEVERITIES;
    ck_assert_int_eq(alert_part_check(&a[_i], &err), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, ALERT_ID));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("alert_part");
    TCase *tc = tcase_create("alert_part");

    tcase_add_loop_test(tc, a_copy_has_its_own_strings, 0, STRINGS);
    tcase_add_loop_test(tc, no_string_is_an_empty_one, 0, STRINGS);
    tcase_add_loop_test(tc, every_string_has_a_bound_that_is_said, 0, STRINGS);
    tcase_add_loop_test(tc, one_that_differs_in_a_string_is_not_alike, 0,
                        STRINGS);
    tcase_add_loop_test(tc, one_that_differs_in_a_value_is_not_alike, 0, 17);
    tcase_add_test(tc, the_number_of_its_event_makes_no_difference);
    tcase_add_loop_test(tc, values_that_are_none_are_refused, 0, 4);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
