/* SPDX-License-Identifier: MIT */
/* test_json_memory.c - blocks, and the way out when there are no more. */
#include "common/base/json_memory.h"

#include "tests/unit/json_trace.h"

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static struct json_memory m;

/* True if f(size) jumped. */
static bool jumps(void *(*f)(size_t size), size_t size)
{
    if (setjmp(m.failed) != 0)
        return true;
    ck_assert_ptr_nonnull(f(size));
    return false;
}

static void *block;

static void *allocate(size_t size)
{
    block = json_memory_alloc(&m, size);
    return block;
}

static void *resize(size_t size)
{
    block = json_memory_resize(&m, block, size);
    return block;
}

START_TEST(blocks_can_be_used_and_given_back_in_any_order)
{
    char *blocks[5];

    memset(&m, 0, sizeof m);
    for (int i = 0; i < 5; i++) {
        ck_assert(!jumps(allocate, 100));
        blocks[i] = block;
        memset(blocks[i], i, 100);
    }
    for (int i = 0; i < 5; i++)
        json_memory_free(&m, blocks[(i * 2 + 1) % 5]);
    ck_assert_ptr_null(m.blocks);
}
END_TEST

START_TEST(a_block_keeps_its_bytes_when_it_grows)
{
    memset(&m, 0, sizeof m);
    ck_assert(!jumps(allocate, 4));
    memcpy(block, "abc", 4);
    ck_assert(!jumps(resize, 100000));
    ck_assert_str_eq(block, "abc");
    json_memory_release(&m);
}
END_TEST

START_TEST(no_block_grows_to_be_one)
{
    memset(&m, 0, sizeof m);
    block = NULL;
    ck_assert(!jumps(resize, 10));
    json_memory_free(&m, NULL);
    json_memory_release(&m);
    ck_assert_ptr_null(m.blocks);
}
END_TEST

START_TEST(what_is_too_much_jumps)
{
    memset(&m, 0, sizeof m);
    ck_assert(jumps(allocate, SIZE_MAX));
    ck_assert_ptr_null(m.blocks);
}
END_TEST

START_TEST(a_block_that_cannot_grow_stays)
{
    memset(&m, 0, sizeof m);
    ck_assert(!jumps(allocate, 4));
    memcpy(block, "abc", 4);
    ck_assert(jumps(resize, SIZE_MAX - 8));
    ck_assert_str_eq(block, "abc");
    json_memory_free(&m, block);
    ck_assert_ptr_null(m.blocks);
}
END_TEST

START_TEST(release_frees_all_that_is_left)
{
    memset(&m, 0, sizeof m);
    for (int i = 0; i < 10; i++)
        ck_assert(!jumps(allocate, 1));
    json_memory_release(&m);
    ck_assert_ptr_null(m.blocks);
    json_memory_release(&m);
}
END_TEST

/* ---- memory that runs out ---- */

static long fail_at = -1; /* the allocation that fails; -1: none */

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);

static bool fails_now(void)
{
    return fail_at >= 0 && fail_at-- == 0;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails_now() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails_now() ? NULL : __real_realloc(old, size);
}

/* Long strings in many pieces, escapes, depth: all that makes yajl grow. */
static int read_greedily(const char *end)
{
    struct llmreg_json *j = NULL;
    struct trace t = {0};
    int rc = llmreg_json_new(&j, &wide, only_count, &t);

    for (int i = 0; i < 30 && rc == LLMREG_OK; i++)
        rc = llmreg_json_feed(j, "[", 1);
    if (rc == LLMREG_OK)
        rc = llmreg_json_feed(j, "\"", 1);
    for (int i = 0; i < 3000 && rc == LLMREG_OK; i++)
        rc = llmreg_json_feed(j, i % 2 ? "abc" : "\\n", i % 2 ? 3 : 2);
    if (rc == LLMREG_OK)
        rc = llmreg_json_feed(j, end, strlen(end));
    llmreg_json_free(j);
    return rc;
}

static void run_out_of_memory(const char *end, int expected)
{
    long n = 0;
    int rc = LLMREG_ENOMEM;

    for (; n < 1000 && rc != expected; n++) {
        fail_at = n;
        rc = read_greedily(end);
        bool reached = fail_at == -1;
        fail_at = -1;
        ck_assert_int_eq(rc, reached ? LLMREG_ENOMEM : expected);
    }
    ck_assert_int_gt(n, 5);
    ck_assert_int_lt(n, 1000);
}

START_TEST(no_memory_is_a_status_wherever_it_happens)
{
    run_out_of_memory("\",1", LLMREG_OK);
}
END_TEST

START_TEST(no_memory_for_the_error_message_is_a_status_too)
{
    run_out_of_memory("\",x", LLMREG_EPARSE);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("json_memory");
    TCase *tc = tcase_create("json_memory");

    tcase_add_test(tc, blocks_can_be_used_and_given_back_in_any_order);
    tcase_add_test(tc, a_block_keeps_its_bytes_when_it_grows);
    tcase_add_test(tc, no_block_grows_to_be_one);
    tcase_add_test(tc, what_is_too_much_jumps);
    tcase_add_test(tc, a_block_that_cannot_grow_stays);
    tcase_add_test(tc, release_frees_all_that_is_left);
    tcase_add_test(tc, no_memory_is_a_status_wherever_it_happens);
    tcase_add_test(tc, no_memory_for_the_error_message_is_a_status_too);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
