/* SPDX-License-Identifier: MIT */
/* test_requests.c - requests begin and end, and hold an endpoint where it is.
 */
#include <llmreg/registry.h>

#include <check.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "common/registry/entry.h"
#include "tests/unit/fleet.h"

#define THREADS 4
#define TIMES   20000

static struct llmreg_endpoint *e;

static void setup(void)
{
    fleet_setup();
    fleet_add("a:1");
    e = fleet_get("a:1");
}

static void teardown(void)
{
    llmreg_put(e);
    fleet_teardown();
}

static struct llmreg_load load(void)
{
    struct llmreg_load l;

    llmreg_endpoint_load(e, &l);
    return l;
}

START_TEST(a_new_endpoint_has_no_load)
{
    ck_assert_uint_eq(load().pending, 0);
    ck_assert_uint_eq(load().total, 0);
    ck_assert_uint_eq(load().unmatched, 0);
    ck_assert(isnan(load().latency_us));
}
END_TEST

/* E17: the total was never counted. */
START_TEST(a_request_is_pending_until_it_ends)
{
    ck_assert_uint_eq(llmreg_request_begin(e), 1);
    ck_assert_uint_eq(llmreg_request_begin(e), 2);
    ck_assert(llmreg_request_end(e, 100));
    ck_assert_uint_eq(load().pending, 1);
    ck_assert_uint_eq(llmreg_request_begin(e), 2);
    ck_assert(llmreg_request_end(e, 100));
    ck_assert(llmreg_request_end(e, 100));
    ck_assert_uint_eq(load().pending, 0);
    ck_assert_uint_eq(load().total, 3);
}
END_TEST

START_TEST(an_end_too_many_stops_at_zero_and_is_counted)
{
    struct llmreg_counts n;

    ck_assert(!llmreg_request_end(e, 100));
    (void)llmreg_request_begin(e);
    ck_assert(llmreg_request_end(e, -1));
    ck_assert(!llmreg_request_end(e, 100));
    ck_assert_uint_eq(load().pending, 0);
    ck_assert_uint_eq(load().unmatched, 2);
    ck_assert_uint_eq(load().total, 1);
    ck_assert(isnan(load().latency_us)); /* it was no sample */
    llmreg_count(fleet, &n);
    ck_assert_uint_eq(n.unmatched, 2);
    ck_assert_uint_eq(llmreg_request_begin(e), 1);
}
END_TEST

START_TEST(unmatched_ends_outlive_their_endpoint)
{
    struct llmreg_counts n;

    ck_assert(!llmreg_request_end(e, 100));
    ck_assert_int_eq(llmreg_remove(fleet, "a:1", NULL, NULL), LLMREG_OK);
    ck_assert(!llmreg_request_end(e, 100));
    llmreg_count(fleet, &n);
    ck_assert_uint_eq(n.unmatched, 2);
}
END_TEST

static void sample(int64_t us)
{
    (void)llmreg_request_begin(e);
    ck_assert(llmreg_request_end(e, us));
}

/* Between the two looks of one that begins, others may have begun and ended. */
START_TEST(who_begins_is_pending_even_if_later_ones_ended)
{
    atomic_store(&e->requests.begun, 5);
    atomic_store(&e->requests.ended, 7);
    ck_assert_uint_eq(llmreg_request_begin(e), 1);
    atomic_store(&e->requests.begun, 7);
}
END_TEST

/* E4 */
START_TEST(latencies_are_averaged_and_failures_are_not)
{
    sample(1000);
    ck_assert_double_eq(load().latency_us, 1000);
    sample(-1);
    ck_assert_double_eq(load().latency_us, 1000);
    sample(2000);
    ck_assert_double_eq_tol(load().latency_us, 1200, 1e-6);
    sample(0);
    ck_assert_double_eq_tol(load().latency_us, 960, 1e-6);
    sample(INT64_MAX);
    ck_assert_double_gt(load().latency_us, 1e17);
}
END_TEST

/* E4: an average of 0 was taken for none at all. */
START_TEST(zero_is_a_latency)
{
    sample(0);
    ck_assert_double_eq(load().latency_us, 0);
    sample(7000);
    ck_assert_double_eq_tol(load().latency_us, 1400, 1e-6);
}
END_TEST

START_TEST(an_update_keeps_the_load)
{
    struct llmreg_spec spec = fleet_spec("a:1");

    sample(1000);
    (void)llmreg_request_begin(e);
    spec.priority = 7;
    ck_assert_int_eq(llmreg_set(fleet, &spec, NULL, NULL), LLMREG_OK);
    fleet_observe("a:1", LLMREG_REASON_OK);
    fleet_models("a:1", "m");
    ck_assert_uint_eq(load().pending, 1);
    ck_assert_uint_eq(load().total, 2);
    ck_assert_double_eq(load().latency_us, 1000);
}
END_TEST

START_TEST(counts_lie_on_a_cache_line_of_their_own)
{
    ck_assert_uint_eq((uintptr_t)e % REQUESTS_LINE, 0);
    ck_assert_uint_eq(sizeof e->requests, REQUESTS_LINE);
}
END_TEST

/* ---- removing ---- */

static int remove_it(bool force, struct llmreg_endpoint **out)
{
    return llmreg_remove(fleet, "a:1", &(struct llmreg_removal){.force = force},
                         out);
}

/* A8: nothing protected an endpoint that was busy. */
START_TEST(a_pending_request_keeps_it_there)
{
    struct llmreg_endpoint *removed = NULL;

    (void)llmreg_request_begin(e);
    fleet_skip_events();
    ck_assert_int_eq(remove_it(false, &removed), LLMREG_EBUSY);
    ck_assert_ptr_null(removed);
    ck_assert_ptr_null(fleet_event());
    ck_assert(llmreg_endpoint_alive(e));
    ck_assert_str_eq(fleet_ids(), "a:1");
    ck_assert(llmreg_request_end(e, 100));
    ck_assert_int_eq(remove_it(false, &removed), LLMREG_OK);
    ck_assert_ptr_eq(removed, e);
    llmreg_put(removed);
}
END_TEST

START_TEST(force_removes_it_with_what_is_pending)
{
    struct llmreg_endpoint *removed = NULL;

    (void)llmreg_request_begin(e);
    ck_assert_int_eq(remove_it(true, &removed), LLMREG_OK);
    ck_assert_ptr_eq(removed, e);
    ck_assert_str_eq(fleet_ids(), "");
    ck_assert_uint_eq(load().pending, 1);
    ck_assert(llmreg_request_end(e, 100));
    ck_assert(!llmreg_request_end(e, 100));
    ck_assert_uint_eq(load().total, 1);
    llmreg_put(removed);
}
END_TEST

START_TEST(a_request_that_begins_after_the_removal_is_harmless)
{
    ck_assert_int_eq(remove_it(false, NULL), LLMREG_OK);
    ck_assert_uint_eq(llmreg_request_begin(e), 1);
    ck_assert(!llmreg_endpoint_alive(e));
    ck_assert_uint_eq(load().pending, 1);
    ck_assert(llmreg_request_end(e, 100));
    fleet_add("a:1");
    struct llmreg_endpoint *other = fleet_get("a:1");
    struct llmreg_load l;
    llmreg_endpoint_load(other, &l);
    ck_assert_uint_eq(l.total, 0);
    llmreg_put(other);
}
END_TEST

/* Whoever closes it has not taken it out of the table yet. */
START_TEST(who_begins_while_it_is_removed_sees_that_it_is)
{
    ck_assert(requests_close(&e->requests, false));
    ck_assert(llmreg_endpoint_alive(e));
    (void)llmreg_request_begin(e);
    ck_assert(!llmreg_endpoint_alive(e));
    ck_assert(llmreg_request_end(e, -1));
    ck_assert_uint_eq(load().total, 1);
    ck_assert_int_eq(remove_it(true, NULL), LLMREG_OK);
}
END_TEST

/* ---- many at once ---- */

static _Atomic uint64_t sum_of_pending;

static void *send(void *arg)
{
    (void)arg;
    for (int i = 0; i < TIMES; i++) {
        sum_of_pending += llmreg_request_begin(e);
        (void)llmreg_request_end(e, 100 + i % 100);
    }
    return NULL;
}

START_TEST(balanced_requests_of_many_threads_return_to_zero)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, send, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    ck_assert_uint_eq(load().pending, 0);
    ck_assert_uint_eq(load().total, THREADS * TIMES);
    ck_assert_uint_eq(load().unmatched, 0);
    ck_assert_double_ge(load().latency_us, 100);
    ck_assert_double_lt(load().latency_us, 200);
    ck_assert_uint_ge(sum_of_pending, THREADS * TIMES);
    ck_assert_uint_le(sum_of_pending, (uint64_t)THREADS * THREADS * TIMES);
}
END_TEST

/* More ends than begins: what was taken never passes what was given. */
static void *end_twice(void *arg)
{
    uint64_t *taken = arg;

    for (int i = 0; i < TIMES; i++) {
        (void)llmreg_request_begin(e);
        *taken += llmreg_request_end(e, -1);
        *taken += llmreg_request_end(e, -1);
    }
    return NULL;
}

START_TEST(ends_too_many_of_many_threads_never_go_below_zero)
{
    uint64_t taken[THREADS] = {0}, all = 0;
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, end_twice, &taken[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
        all += taken[i];
    }
    ck_assert_uint_eq(load().total, THREADS * TIMES);
    ck_assert_uint_eq(load().pending, load().total - all);
    ck_assert_uint_eq(load().unmatched, 2 * THREADS * TIMES - all);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("requests");
    TCase *t = tcase_create("requests");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_new_endpoint_has_no_load);
    tcase_add_test(t, a_request_is_pending_until_it_ends);
    tcase_add_test(t, an_end_too_many_stops_at_zero_and_is_counted);
    tcase_add_test(t, unmatched_ends_outlive_their_endpoint);
    tcase_add_test(t, who_begins_is_pending_even_if_later_ones_ended);
    tcase_add_test(t, latencies_are_averaged_and_failures_are_not);
    tcase_add_test(t, zero_is_a_latency);
    tcase_add_test(t, an_update_keeps_the_load);
    tcase_add_test(t, counts_lie_on_a_cache_line_of_their_own);
    tcase_add_test(t, a_pending_request_keeps_it_there);
    tcase_add_test(t, force_removes_it_with_what_is_pending);
    tcase_add_test(t, a_request_that_begins_after_the_removal_is_harmless);
    tcase_add_test(t, who_begins_while_it_is_removed_sees_that_it_is);
    tcase_add_test(t, balanced_requests_of_many_threads_return_to_zero);
    tcase_add_test(t, ends_too_many_of_many_threads_never_go_below_zero);
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
