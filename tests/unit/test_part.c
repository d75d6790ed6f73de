/* SPDX-License-Identifier: MIT */
/* test_part.c - references of published values, and strings packed behind. */
#include "common/registry/part.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static void setup(void)
{
    ck_assert_int_eq(rcu_start(), LLMREG_OK);
}

static struct part *make(void)
{
    struct part *p = malloc(sizeof *p);

    ck_assert_ptr_nonnull(p);
    part_init(p);
    return p;
}

START_TEST(a_part_lives_until_its_last_reference_is_put)
{
    struct part *p = make();

    part_hold(p);
    ck_assert_uint_eq(p->refs, 2);
    part_put(p);
    ck_assert_uint_eq(p->refs, 1);
    part_put(p);
    part_put(NULL);
}
END_TEST

START_TEST(a_retired_part_can_still_be_held_inside_a_section)
{
    struct part *p = make();

    rcu_begin();
    part_retire(p);
    part_hold(p);
    rcu_end();
    rcu_wait();
    ck_assert_uint_eq(p->refs, 1);
    part_put(p);
}
END_TEST

START_TEST(packed_strings_follow_each_other)
{
    char room[16];
    char *at = room;

    const char *a = part_pack(&at, "ab");
    const char *b = part_pack(&at, "c");
    ck_assert_ptr_eq(a, room);
    ck_assert_ptr_eq(b, room + 3);
    ck_assert_ptr_eq(at, room + 5);
    ck_assert_str_eq(a, "ab");
    ck_assert_str_eq(b, "c");
    ck_assert_uint_eq(part_room("ab") + part_room("c"), 5);
}
END_TEST

START_TEST(an_empty_string_takes_no_room)
{
    char room[1] = {'x'};
    char *at = room;

    ck_assert_str_eq(part_pack(&at, ""), "");
    ck_assert_str_eq(part_pack(&at, NULL), "");
    ck_assert_ptr_eq(at, room);
    ck_assert_int_eq(room[0], 'x');
    ck_assert_uint_eq(part_room("") + part_room(NULL), 0);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("part");
    TCase *t = tcase_create("part");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, a_part_lives_until_its_last_reference_is_put);
    tcase_add_test(t, a_retired_part_can_still_be_held_inside_a_section);
    tcase_add_test(t, packed_strings_follow_each_other);
    tcase_add_test(t, an_empty_string_takes_no_room);
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
