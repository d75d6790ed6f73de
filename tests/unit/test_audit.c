/* SPDX-License-Identifier: MIT */
/* test_audit.c - who did what: added, told, walked, remembered. */
#include <llmreg/audit.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fleet.h"

static const struct llmreg_audit plain = {
    .seq = 77, /* is given anew */
    .time_ms = 77,
    .who = "token:ab12cd34 rack 7",
    .from = "10.0.0.7",
    .what = "POST /api/v1/endpoints",
    .subject = "gpu1:11434",
    .detail = "priority 50 -> 60",
    .status = 200,
};

static uint64_t add(const struct llmreg_audit *entry)
{
    struct llmreg_error err = {""};
    uint64_t seq = 0;
    int rc = llmreg_audit_add(fleet, entry, &fleet_now, &seq, &err);

    ck_assert_msg(rc == LLMREG_OK, "%d %s", rc, err.text);
    return seq;
}

static void same(const struct llmreg_audit *a, const struct llmreg_audit *b)
{
    ck_assert_str_eq(a->who, b->who);
    ck_assert_str_eq(a->from, b->from);
    ck_assert_str_eq(a->what, b->what);
    ck_assert_str_eq(a->subject, b->subject);
    ck_assert_str_eq(a->detail, b->detail);
    ck_assert_int_eq(a->status, b->status);
}

/* ---- a walk as text ---- */

struct walk {
    char seqs[256];
    size_t len, stop_after;
    const struct llmreg_audit *held; /* the first */
};

static bool note(void *ctx, const struct llmreg_audit *entry)
{
    struct walk *w = ctx;

    if (w->held == NULL)
        w->held = llmreg_audit_hold(entry);
    w->len += (size_t)snprintf(w->seqs + w->len, sizeof w->seqs - w->len,
                               "%s%llu", w->len == 0 ? "" : " ",
                               (unsigned long long)entry->seq);
    return --w->stop_after != 0;
}

static const char *walk(uint64_t before, size_t stop_after)
{
    static struct walk w;

    llmreg_audit_put(w.held);
    w = (struct walk){.stop_after = stop_after};
    llmreg_each_audit(fleet, before, note, &w);
    llmreg_audit_put(w.held);
    w.held = NULL;
    return w.seqs;
}

/* ---- */

START_TEST(an_entry_is_numbered_by_its_event_which_tells_all_of_it)
{
    struct llmreg_audit told;
    const uint64_t seq = add(&plain);
    const struct llmreg_event *e = fleet_event();

    ck_assert_int_eq(e->type, LLMREG_EVENT_AUDIT);
    ck_assert_int_eq(e->entity, LLMREG_ENTITY_AUDIT);
    llmreg_audit_of_event(e, &told);
    same(&told, &plain);
    ck_assert_uint_eq(told.seq, seq);
    ck_assert_int_eq(told.time_ms, fleet_now.wall_ms);
}
END_TEST

START_TEST(an_entry_is_kept_as_it_was_given)
{
    struct walk w = {.stop_after = 1};

    add(&plain);
    llmreg_each_audit(fleet, UINT64_MAX, note, &w);
    same(w.held, &plain);
    ck_assert_int_eq(w.held->time_ms, fleet_now.wall_ms);
    llmreg_audit_put(w.held);
    llmreg_audit_put(NULL);
}
END_TEST

START_TEST(a_walk_goes_from_the_newest_down)
{
    for (int i = 0; i < 5; i++)
        add(&plain);
    ck_assert_str_eq(walk(UINT64_MAX, 99), "5 4 3 2 1");
    ck_assert_str_eq(walk(3, 99), "2 1");
    ck_assert_str_eq(walk(5, 2), "4 3");
    ck_assert_str_eq(walk(1, 99), "");
}
END_TEST

START_TEST(an_empty_audit_has_nothing_to_walk)
{
    ck_assert_str_eq(walk(UINT64_MAX, 99), "");
}
END_TEST

static bool count(void *ctx, const struct llmreg_audit *entry)
{
    uint64_t *n = ctx;

    n[0]++;
    n[1] = entry->seq;
    return true;
}

START_TEST(the_oldest_fall_out)
{
    uint64_t n[2] = {0, 0};

    for (int i = 0; i < LLMREG_AUDIT_KEPT + 10; i++)
        add(&plain);
    llmreg_each_audit(fleet, UINT64_MAX, count, n);
    ck_assert_uint_eq(n[0], LLMREG_AUDIT_KEPT);
    ck_assert_uint_eq(n[1], 11);
    ck_assert_str_eq(walk(UINT64_MAX, 2), "4106 4105");
}
END_TEST

START_TEST(an_entry_that_is_held_outlives_the_ring)
{
    struct walk w = {.stop_after = 1};

    add(&plain);
    llmreg_each_audit(fleet, UINT64_MAX, note, &w);
    for (int i = 0; i < LLMREG_AUDIT_KEPT; i++)
        add(&plain);
    same(w.held, &plain);
    ck_assert_uint_eq(w.held->seq, 1);
    llmreg_audit_put(w.held);
}
END_TEST

/* ---- bounds ---- */

static char long_text[2048];

#define SET(field, value, says)                                                \
    static const char *set_##says(struct llmreg_audit *a)                      \
    {                                                                          \
        a->field = value;                                                      \
        return #field;                                                         \
    }
SET(who, "", who_empty)
SET(who, "a\nb", who_control)
SET(who, long_text, who_long)
SET(from, NULL, from_none)
SET(from, long_text, from_long)
SET(what, "", what_empty)
SET(what, "\xff", what_utf8)
SET(subject, long_text, subject_long)
SET(detail, long_text, detail_long)
SET(status, -1, status_low)
SET(status, 1000, status_high)

static const char *(*const mistakes[])(struct llmreg_audit *) = {
    set_who_empty,   set_who_control, set_who_long,    set_from_none,
    set_from_long,   set_what_empty,  set_what_utf8,   set_subject_long,
    set_detail_long, set_status_low,  set_status_high,
};
#define MISTAKES ((int)(sizeof mistakes / sizeof mistakes[0]))

START_TEST(what_is_out_of_bounds_is_named_and_not_added)
{
    struct llmreg_audit entry = plain;
    struct llmreg_error err = {""};

    memset(long_text, 'x', sizeof long_text - 1);
    const char *field = mistakes[_i](&entry);
    ck_assert_int_eq(llmreg_audit_add(fleet, &entry, &fleet_now, NULL, &err),
                     LLMREG_EINVAL);
    ck_assert_msg(strstr(err.text, field) != NULL, "%s", err.text);
    ck_assert_int_eq(llmreg_audit_restore(fleet, &entry, NULL), LLMREG_EINVAL);
    ck_assert_str_eq(walk(UINT64_MAX, 99), "");
    ck_assert_ptr_null(fleet_event());
}
END_TEST

/* ---- remembered ---- */

START_TEST(what_is_remembered_comes_before_what_is_new)
{
    struct llmreg_audit entry = plain;

    for (entry.seq = 3; entry.seq < 6; entry.seq++)
        ck_assert_int_eq(llmreg_audit_restore(fleet, &entry, NULL), LLMREG_OK);
    ck_assert_ptr_null(fleet_event());
    llmreg_bus_raise(fleet_bus, 100);
    add(&plain);
    ck_assert_str_eq(walk(UINT64_MAX, 99), "101 5 4 3");
}
END_TEST

START_TEST(what_is_older_than_the_newest_is_not_put_back)
{
    struct llmreg_audit entry = plain;
    struct llmreg_error err = {""};

    add(&plain);
    add(&plain);
    entry.seq = 2;
    ck_assert_int_eq(llmreg_audit_restore(fleet, &entry, &err), LLMREG_EEXIST);
    ck_assert_ptr_nonnull(strstr(err.text, "2"));
    entry.seq = 0;
    ck_assert_int_eq(llmreg_audit_restore(fleet, &entry, NULL), LLMREG_EEXIST);
    ck_assert_str_eq(walk(UINT64_MAX, 99), "2 1");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("audit");
    TCase *tc = tcase_create("audit");

    tcase_add_checked_fixture(tc, fleet_setup, fleet_teardown);
    tcase_add_test(tc, an_entry_is_numbered_by_its_event_which_tells_all_of_it);
    tcase_add_test(tc, an_entry_is_kept_as_it_was_given);
    tcase_add_test(tc, a_walk_goes_from_the_newest_down);
    tcase_add_test(tc, an_empty_audit_has_nothing_to_walk);
    tcase_add_test(tc, the_oldest_fall_out);
    tcase_add_test(tc, an_entry_that_is_held_outlives_the_ring);
    tcase_add_loop_test(tc, what_is_out_of_bounds_is_named_and_not_added, 0,
                        MISTAKES);
    tcase_add_test(tc, what_is_remembered_comes_before_what_is_new);
    tcase_add_test(tc, what_is_older_than_the_newest_is_not_put_back);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
