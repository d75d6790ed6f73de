/* SPDX-License-Identifier: MIT */
/* test_gather.c - a list that grows, or says that it did not. */
#include "common/registry/gather.h"

#include <check.h>
#include <stdlib.h>

static bool failing;

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    return failing ? NULL : __real_malloc(size);
}

START_TEST(what_is_added_is_there_in_its_order)
{
    static int things[100];
    struct gather g = {.count = 0};

    for (int i = 0; i < 100; i++)
        ck_assert(gather_add(&g, &things[i]));
    ck_assert_uint_eq(g.count, 100);
    for (int i = 0; i < 100; i++)
        ck_assert_ptr_eq(g.items[i], &things[i]);
    ck_assert(!g.failed);
    gather_fini(&g);
    ck_assert_uint_eq(g.count, 0);
}
END_TEST

START_TEST(without_memory_it_keeps_what_it_has_and_says_so)
{
    static int things[64];
    struct gather g = {.count = 0};
    size_t n = 0;

    ck_assert(gather_add(&g, &things[n++]));
    failing = true;
    while (n < 64 && gather_add(&g, &things[n]))
        n++;
    failing = false;
    ck_assert(g.failed);
    ck_assert_uint_eq(g.count, n);
    ck_assert_ptr_eq(g.items[n - 1], &things[n - 1]);
    gather_fini(&g);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("gather");
    TCase *t = tcase_create("gather");
    SRunner *sr = srunner_create(s);

    tcase_add_test(t, what_is_added_is_there_in_its_order);
    tcase_add_test(t, without_memory_it_keeps_what_it_has_and_says_so);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
