/* SPDX-License-Identifier: MIT */
/* test_backup_rules.c - names, which stay, when one is due, what is enough
 * room: values in, values out.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/backup/name.h"
#include "common/store/backup/plan.h"
#include "common/store/backup/retain.h"
#include "common/store/backup/space.h"

#define DAY_MS INT64_C(86400000)
#define GIB    (INT64_C(1) << 30)
#define HUB    "0123456789abcdef0123456789abcdef"
/* A Monday, at noon. */
#define MONDAY (INT64_C(20591) * DAY_MS + DAY_MS / 2)

static struct llmreg_error err;

/* ---- names ---- */

START_TEST(two_in_one_millisecond_have_two_names)
{
    char a[LLMREG_BACKUP_ID_SIZE], b[LLMREG_BACKUP_ID_SIZE];

    backup_name(a, INT64_C(1795000000123), 7);
    backup_name(b, INT64_C(1795000000123), 8);
    ck_assert_str_eq(a, "20261118T110640Z-1ec00007");
    ck_assert_str_eq(b, "20261118T110640Z-1ec00008");
}
END_TEST

START_TEST(names_are_in_the_order_of_time)
{
    char a[LLMREG_BACKUP_ID_SIZE], b[LLMREG_BACKUP_ID_SIZE];

    backup_name(a, INT64_C(1795000000998), UINT32_MAX);
    backup_name(b, INT64_C(1795000000999), 0);
    ck_assert_int_lt(strcmp(a, b), 0);
    backup_name(a, INT64_C(1795000001000), 0);
    ck_assert_int_lt(strcmp(b, a), 0);
}
END_TEST

START_TEST(only_a_name_is_a_name)
{
    static const char *const wrong[] = {
        "",
        ".db",
        "20261118T110640Z-1ec00007",
        "20261118T110640Z-1ec0000.db",
        "20261118T110640Z-1EC00007.db",
        "20261118 140640Z-1ec00007.db",
        "../61118T140640Z-1ec00007.db",
        "20261118T110640Z-1ec00007.db.old",
        "20261118T110640Z-1ec00007.json",
    };
    char id[LLMREG_BACKUP_ID_SIZE];

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        ck_assert_msg(!backup_name_of(id, wrong[i], ".db"), "%s", wrong[i]);
    ck_assert(backup_name_of(id, "20261118T110640Z-1ec00007.db", ".db"));
    ck_assert_str_eq(id, "20261118T110640Z-1ec00007");
}
END_TEST

/* ---- which stay ---- */

#define MANY 64
static struct llmreg_backup list[MANY];
static bool drop[MANY];
static size_t count;

static struct llmreg_backup *add(int64_t made_ms)
{
    struct llmreg_backup *b = &list[count++];

    memset(b, 0, sizeof *b);
    b->made_ms = made_ms;
    snprintf(b->hub, sizeof b->hub, HUB);
    return b;
}

static size_t kept(int64_t newest, int64_t daily, int64_t weekly)
{
    const struct retain_conf conf = {newest, daily, weekly};
    size_t n = 0;

    retain_choose(&conf, HUB, list, count, drop);
    for (size_t i = 0; i < count; i++)
        n += !drop[i];
    return n;
}

static void reset(void)
{
    count = 0;
}

START_TEST(the_newest_stay_however_close_together)
{
    for (int i = 0; i < 6; i++)
        add(MONDAY - i);
    ck_assert_uint_eq(kept(3, 0, 0), 3);
    ck_assert(!drop[0] && !drop[1] && !drop[2] && drop[3]);
}
END_TEST

START_TEST(the_newest_of_each_day_stays)
{
    /* Three a day, for ten days. */
    for (int i = 0; i < 30; i++)
        add(MONDAY - i / 3 * DAY_MS - i % 3);
    ck_assert_uint_eq(kept(1, 7, 0), 7);
    for (size_t i = 0; i < 30; i++)
        ck_assert_int_eq(drop[i], i % 3 != 0 || i >= 21);
}
END_TEST

START_TEST(the_newest_of_each_week_stays)
{
    /* One a day; the week of a Monday has begun with it. */
    for (int i = 0; i < 40; i++)
        add(MONDAY - i * DAY_MS);
    ck_assert_uint_eq(kept(1, 0, 4), 4);
    ck_assert(!drop[0] && !drop[1] && drop[2] && !drop[8] && !drop[15]);
}
END_TEST

START_TEST(a_gap_costs_no_day)
{
    add(MONDAY);
    add(MONDAY - 90 * DAY_MS);
    add(MONDAY - 300 * DAY_MS);
    ck_assert_uint_eq(kept(1, 3, 0), 3);
}
END_TEST

START_TEST(the_defaults_keep_what_they_say)
{
    for (int i = 0; i < 60; i++)
        add(MONDAY - i * DAY_MS);
    /* 7 days, of which 3 are the newest and 2 stand for weeks; 2 weeks more */
    ck_assert_uint_eq(kept(3, 7, 4), 9);
}
END_TEST

START_TEST(the_last_good_one_stays_whatever_is_said)
{
    snprintf(add(MONDAY)->problem, 8, "bad");
    add(MONDAY - 700 * DAY_MS);
    ck_assert_uint_eq(kept(0, 0, 0), 2);
}
END_TEST

START_TEST(what_is_not_good_takes_nobodys_place)
{
    for (int i = 0; i < 3; i++)
        snprintf(add(MONDAY - i)->problem, 8, "bad");
    for (int i = 3; i < 6; i++)
        add(MONDAY - i);
    ck_assert_uint_eq(kept(2, 0, 0), 5);
    ck_assert(!drop[3] && !drop[4] && drop[5]);
}
END_TEST

START_TEST(what_another_hub_made_is_not_ours_to_drop)
{
    for (int i = 0; i < 4; i++)
        add(MONDAY - i)->hub[0] = 'f';
    add(MONDAY - 5);
    add(MONDAY - 6);
    ck_assert_uint_eq(kept(1, 0, 0), 5);
    ck_assert(drop[5]);
}
END_TEST

START_TEST(safety_copies_count_apart)
{
    for (int i = 0; i < 8; i++)
        add(MONDAY - i)->why = LLMREG_BACKUP_SAFETY;
    add(MONDAY - 9);
    add(MONDAY - 10);
    ck_assert_uint_eq(kept(1, 0, 0), RETAIN_SAFETY + 1);
    ck_assert(drop[RETAIN_SAFETY] && !drop[8] && drop[9]);
}
END_TEST

/* ---- when ---- */

static struct plan plan;
static struct llmreg_now now;

static void set_plan(void)
{
    plan = (struct plan){.interval_ns = 86400 * LLMREG_NS_PER_S,
                         .started_ns = 1000 * LLMREG_NS_PER_S};
    now = (struct llmreg_now){plan.started_ns, MONDAY};
}

/* Seconds from the start. */
static int64_t due(void)
{
    return (plan_due_ns(&plan, &now) - plan.started_ns) / LLMREG_NS_PER_S;
}

START_TEST(the_first_is_made_a_minute_after_the_start)
{
    ck_assert_int_eq(due(), 60);
}
END_TEST

START_TEST(it_counts_from_the_newest_on_disk)
{
    plan.good_ms = MONDAY - DAY_MS / 4;
    ck_assert_int_eq(due(), 86400 * 3 / 4);
    plan.good_ms = MONDAY - 30 * DAY_MS;
    ck_assert_int_eq(due(), 60);
}
END_TEST

START_TEST(one_of_the_future_counts_as_of_now)
{
    plan.good_ms = MONDAY + 1000 * DAY_MS;
    ck_assert_int_eq(due(), 86400);
}
END_TEST

START_TEST(none_is_planned_without_an_interval)
{
    plan.interval_ns = 0;
    ck_assert(plan_due_ns(&plan, &now) == INT64_MAX);
}
END_TEST

START_TEST(after_failures_it_waits_longer_and_longer)
{
    static const int64_t pauses[] = {600, 1200, 2400, 3600, 3600};

    now.mono_ns += 5000 * LLMREG_NS_PER_S;
    plan.failed_ns = now.mono_ns;
    for (unsigned i = 0; i < sizeof pauses / sizeof pauses[0]; i++) {
        plan.failures = i + 1;
        ck_assert_int_eq(due(), 5000 + pauses[i]);
    }
    plan.interval_ns = 90 * LLMREG_NS_PER_S;
    ck_assert_int_eq(due(), 5090);
}
END_TEST

/* ---- room ---- */

START_TEST(as_much_must_be_left_as_the_store_may_need)
{
    const struct {
        int64_t bytes, free;
        int rc;
    } rows[] = {
        {0, 64 << 20, LLMREG_OK},
        {0, (64 << 20) - 1, LLMREG_ENOSPACE},
        {1 << 20, 65 << 20, LLMREG_OK},
        {1 << 20, (65 << 20) - 1, LLMREG_ENOSPACE},
        {GIB, 3 * GIB, LLMREG_OK},
        {GIB, 3 * GIB - 1, LLMREG_ENOSPACE},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct space s = {.free_bytes = rows[i].free, .free_files = 1000};

        ck_assert_int_eq(space_check(&s, "/b", rows[i].bytes, &err),
                         rows[i].rc);
    }
    ck_assert_str_eq(err.text,
                     "no room for a copy in /b: 3071 MiB are free, it takes "
                     "1024, and 2048 must be left");
}
END_TEST

START_TEST(files_may_run_out_too)
{
    struct space s = {.free_bytes = GIB, .free_files = 15};

    ck_assert_int_eq(space_check(&s, "/b", 1, &err), LLMREG_ENOSPACE);
    ck_assert_ptr_nonnull(strstr(err.text, "15 files"));
    s.free_files = -1;
    ck_assert_int_eq(space_check(&s, "/b", 1, &err), LLMREG_OK);
}
END_TEST

START_TEST(a_directory_that_is_not_there_has_no_room)
{
    struct space s;

    ck_assert_int_eq(space_of("/nowhere/at/all", &s, &err), LLMREG_EIO);
    ck_assert_int_eq(space_of("/tmp", &s, &err), LLMREG_OK);
    ck_assert_int_gt(s.free_bytes, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("backup_rules");
    TCase *tc = tcase_create("backup_rules");

    tcase_add_checked_fixture(tc, reset, NULL);
    tcase_add_checked_fixture(tc, set_plan, NULL);
    tcase_add_test(tc, two_in_one_millisecond_have_two_names);
    tcase_add_test(tc, names_are_in_the_order_of_time);
    tcase_add_test(tc, only_a_name_is_a_name);
    tcase_add_test(tc, the_newest_stay_however_close_together);
    tcase_add_test(tc, the_newest_of_each_day_stays);
    tcase_add_test(tc, the_newest_of_each_week_stays);
    tcase_add_test(tc, a_gap_costs_no_day);
    tcase_add_test(tc, the_defaults_keep_what_they_say);
    tcase_add_test(tc, the_last_good_one_stays_whatever_is_said);
    tcase_add_test(tc, what_is_not_good_takes_nobodys_place);
    tcase_add_test(tc, what_another_hub_made_is_not_ours_to_drop);
    tcase_add_test(tc, safety_copies_count_apart);
    tcase_add_test(tc, the_first_is_made_a_minute_after_the_start);
    tcase_add_test(tc, it_counts_from_the_newest_on_disk);
    tcase_add_test(tc, one_of_the_future_counts_as_of_now);
    tcase_add_test(tc, none_is_planned_without_an_interval);
    tcase_add_test(tc, after_failures_it_waits_longer_and_longer);
    tcase_add_test(tc, as_much_must_be_left_as_the_store_may_need);
    tcase_add_test(tc, files_may_run_out_too);
    tcase_add_test(tc, a_directory_that_is_not_there_has_no_room);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
