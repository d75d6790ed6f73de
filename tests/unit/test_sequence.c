/* SPDX-License-Identifier: MIT */
/* test_sequence.c - no number twice. */
#include "common/store/sequence.h"

#include <check.h>
#include <stdlib.h>

#include "common/store/files.h"
#include "common/store/rows/rows.h"
#include "tests/support/room.h"

static struct room room;
static struct database db;
static struct sequence sequence;
static struct llmreg_error err;

static void setup(void)
{
    room_open(&room);
    ck_assert_int_eq(files_make_file(room_path(&room, "db"), &err), LLMREG_OK);
    ck_assert_int_eq(database_open(&db, room_path(&room, "db"), &err),
                     LLMREG_OK);
    sequence = (struct sequence){0};
}

static void teardown(void)
{
    database_close(&db, true);
    room_close(&room);
}

static int64_t stored(void)
{
    int64_t n = -1;

    ck_assert_int_eq(rows_get_number(&db, "seq_reserved", &n, &err), LLMREG_OK);
    return n;
}

static void store(int64_t n)
{
    ck_assert_int_eq(rows_put_number(&db, "seq_reserved", n, &err), LLMREG_OK);
}

static void take_over(void)
{
    ck_assert_int_eq(
        sequence_take_over(&sequence, &db, room.bus, &room.now, &err),
        LLMREG_OK);
}

static void reserve(void)
{
    ck_assert_int_eq(sequence_reserve(&sequence, &db, room.bus, &err),
                     LLMREG_OK);
    sequence_committed(&sequence);
}

START_TEST(a_new_file_begins_at_one)
{
    take_over();
    ck_assert_uint_eq(llmreg_bus_last(room.bus), 0);
    ck_assert(sequence_is_due(&sequence, room.bus));
    reserve();
    ck_assert_int_eq(stored(), SEQUENCE_BLOCK);
    ck_assert(!sequence_is_due(&sequence, room.bus));
}
END_TEST

START_TEST(a_later_run_begins_above_the_block)
{
    store(131072);
    take_over();
    ck_assert_uint_eq(llmreg_bus_last(room.bus), 131072);
    reserve();
    ck_assert_int_eq(stored(), 131072 + SEQUENCE_BLOCK);
}
END_TEST

START_TEST(a_block_is_due_when_a_quarter_is_left)
{
    reserve();
    llmreg_bus_raise(room.bus, SEQUENCE_BLOCK * 3 / 4);
    ck_assert(!sequence_is_due(&sequence, room.bus));
    llmreg_bus_raise(room.bus, SEQUENCE_BLOCK * 3 / 4 + 1);
    ck_assert(sequence_is_due(&sequence, room.bus));
}
END_TEST

START_TEST(a_block_that_was_not_committed_is_not_ours)
{
    ck_assert_int_eq(sequence_reserve(&sequence, &db, room.bus, &err),
                     LLMREG_OK);
    ck_assert(sequence_is_due(&sequence, room.bus));
}
END_TEST

START_TEST(opening_our_own_file_again_skips_nothing)
{
    take_over();
    reserve();
    llmreg_bus_raise(room.bus, 100);
    take_over();
    ck_assert_uint_eq(llmreg_bus_last(room.bus), 100);
    ck_assert(sequence_is_due(&sequence, room.bus));
}
END_TEST

START_TEST(another_file_with_higher_numbers_raises_them)
{
    take_over();
    reserve();
    store(1000000);
    take_over();
    ck_assert_uint_eq(llmreg_bus_last(room.bus), 1000000);
}
END_TEST

START_TEST(without_a_file_numbers_come_from_the_clock)
{
    sequence_jump(&sequence, room.bus, &room.now);
    ck_assert_uint_eq(llmreg_bus_last(room.bus),
                      (uint64_t)(room.now.wall_ms / 1000) << 20);
    ck_assert(!sequence_is_due(&sequence, room.bus));
}
END_TEST

START_TEST(there_is_no_jump_while_a_block_lasts)
{
    reserve();
    sequence_jump(&sequence, room.bus, &room.now);
    ck_assert_uint_eq(llmreg_bus_last(room.bus), 0);
}
END_TEST

START_TEST(a_number_that_no_run_can_have_reserved_is_not_believed)
{
    static const int64_t wrong[] = {-1, INT64_MIN, INT64_MAX};

    for (size_t i = 0; i < 3; i++) {
        store(wrong[i]);
        take_over();
        ck_assert_uint_eq(llmreg_bus_last(room.bus),
                          (uint64_t)(room.now.wall_ms / 1000) << 20);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sequence");
    TCase *tc = tcase_create("sequence");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, a_new_file_begins_at_one);
    tcase_add_test(tc, a_later_run_begins_above_the_block);
    tcase_add_test(tc, a_block_is_due_when_a_quarter_is_left);
    tcase_add_test(tc, a_block_that_was_not_committed_is_not_ours);
    tcase_add_test(tc, opening_our_own_file_again_skips_nothing);
    tcase_add_test(tc, another_file_with_higher_numbers_raises_them);
    tcase_add_test(tc, without_a_file_numbers_come_from_the_clock);
    tcase_add_test(tc, there_is_no_jump_while_a_block_lasts);
    tcase_add_test(tc, a_number_that_no_run_can_have_reserved_is_not_believed);
    suite_add_tcase(suite, tc);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
