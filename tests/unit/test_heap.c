/* SPDX-License-Identifier: MIT */
/* test_heap.c - against a plain array, in long random sequences. */
#include "common/base/heap.h"

#include <check.h>
#include <stdlib.h>

#define NODES 200
#define STEPS 50000

static struct heap_node nodes[NODES];

static const struct heap_node *naive_first(void)
{
    const struct heap_node *first = NULL;

    for (size_t i = 0; i < NODES; i++)
        if (nodes[i].place != 0 && (first == NULL || nodes[i].at < first->at))
            first = &nodes[i];
    return first;
}

static unsigned below(uint64_t *state, unsigned n)
{
    *state =
        *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(*state >> 33) % n;
}

START_TEST(the_first_is_what_a_scan_would_find)
{
    struct heap h = {0};
    uint64_t random = 7;
    size_t in = 0;

    ck_assert_int_eq(heap_reserve(&h, NODES), LLMREG_OK);
    for (int step = 0; step < STEPS; step++) {
        struct heap_node *n = &nodes[below(&random, NODES)];
        if (below(&random, 3) == 0) {
            in -= n->place != 0;
            heap_remove(&h, n);
        } else {
            in += n->place == 0;
            heap_set(&h, n, (int64_t)below(&random, 50));
        }
        const struct heap_node *first = heap_first(&h);
        const struct heap_node *naive = naive_first();
        ck_assert_uint_eq(h.count, in);
        ck_assert((first == NULL) == (naive == NULL));
        if (first != NULL)
            ck_assert_int_eq(first->at, naive->at);
    }
    heap_fini(&h);
}
END_TEST

START_TEST(all_come_out_in_the_order_of_their_times)
{
    struct heap h = {0};
    struct heap_node some[5] = {{0}};
    const int64_t times[5] = {30, INT64_MAX, -4, 30, 0};
    int64_t last = INT64_MIN;

    for (size_t i = 0; i < 5; i++) {
        ck_assert_int_eq(heap_reserve(&h, i + 1), LLMREG_OK);
        heap_set(&h, &some[i], times[i]);
    }
    for (size_t i = 0; i < 5; i++) {
        struct heap_node *n = heap_first(&h);
        ck_assert_int_le(last, n->at);
        last = n->at;
        heap_remove(&h, n);
        ck_assert_uint_eq(n->place, 0);
    }
    ck_assert_ptr_null(heap_first(&h));
    heap_remove(&h, &some[0]);
    heap_fini(&h);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("heap");
    TCase *t = tcase_create("heap");
    SRunner *sr = srunner_create(s);

    tcase_add_test(t, the_first_is_what_a_scan_would_find);
    tcase_add_test(t, all_come_out_in_the_order_of_their_times);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
