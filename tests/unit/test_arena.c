/* SPDX-License-Identifier: MIT */
/* test_arena.c - pieces that stay where they are until all of them go. */
#include <llmreg/arena.h>

#include <check.h>

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

/* Linked in place of the allocator's. */
static bool refuse;
static size_t calls;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    calls++;
    return refuse ? NULL : __real_malloc(size);
}

START_TEST(a_copy_is_terminated_and_stays_where_it_is)
{
    struct llmreg_arena a = {0};
    const char *first = llmreg_arena_copy(&a, "abc", 2);

    for (int i = 0; i < 5000; i++)
        ck_assert_str_eq(llmreg_arena_copy(&a, "0123456789", 10), "0123456789");
    ck_assert_str_eq(first, "ab");
    ck_assert_str_eq(llmreg_arena_copy(&a, NULL, 0), "");
    llmreg_arena_fini(&a);
}
END_TEST

START_TEST(memory_is_zero_and_aligned_after_any_string)
{
    struct llmreg_arena a = {0};

    for (size_t len = 0; len < 200; len++) {
        char text[200] = "";
        unsigned char *piece;

        memset(text, 'x', len);
        ck_assert_ptr_nonnull(llmreg_arena_copy(&a, text, len));
        piece = llmreg_arena_alloc(&a, 33);
        ck_assert_ptr_nonnull(piece);
        ck_assert_uint_eq((uintptr_t)piece % alignof(max_align_t), 0);
        for (size_t i = 0; i < 33; i++)
            ck_assert_uint_eq(piece[i], 0);
        memset(piece, 0xff, 33);
    }
    llmreg_arena_fini(&a);
}
END_TEST

START_TEST(what_is_longer_than_a_block_gets_its_own)
{
    struct llmreg_arena a = {0};
    static char text[3 * LLMREG_ARENA_BLOCK];
    const char *copy;

    memset(text, 'y', sizeof text);
    copy = llmreg_arena_copy(&a, text, sizeof text);
    ck_assert_mem_eq(copy, text, sizeof text);
    ck_assert_int_eq(copy[sizeof text], '\0');
    ck_assert_ptr_nonnull(llmreg_arena_alloc(&a, sizeof text));
    llmreg_arena_fini(&a);
}
END_TEST

START_TEST(after_a_reset_the_first_block_is_used_again)
{
    struct llmreg_arena a = {0};
    size_t before, after;

    for (int i = 0; i < 1000; i++)
        ck_assert_ptr_nonnull(llmreg_arena_copy(&a, "0123456789", 10));
    llmreg_arena_reset(&a);
    before = calls;
    (void)llmreg_arena_copy(&a, "0123456789", 10);
    after = calls; /* Check allocates, too */
    ck_assert_uint_eq(after, before);
    llmreg_arena_fini(&a);
    llmreg_arena_fini(&a);
}
END_TEST

START_TEST(without_memory_it_gives_nothing_and_keeps_what_it_gave)
{
    struct llmreg_arena a = {0};
    const char *first = llmreg_arena_copy(&a, "kept", 4);
    const char *fits, *too_long;

    refuse = true;
    too_long = llmreg_arena_alloc(&a, 2 * LLMREG_ARENA_BLOCK);
    fits = llmreg_arena_copy(&a, "fits", 4);
    refuse = false;
    ck_assert_ptr_null(too_long);
    ck_assert_str_eq(fits, "fits");
    ck_assert_str_eq(first, "kept");
    llmreg_arena_fini(&a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("arena");
    TCase *t = tcase_create("arena");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_test(t, a_copy_is_terminated_and_stays_where_it_is);
    tcase_add_test(t, memory_is_zero_and_aligned_after_any_string);
    tcase_add_test(t, what_is_longer_than_a_block_gets_its_own);
    tcase_add_test(t, after_a_reset_the_first_block_is_used_again);
    tcase_add_test(t, without_memory_it_gives_nothing_and_keeps_what_it_gave);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
