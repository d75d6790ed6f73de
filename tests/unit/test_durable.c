/* SPDX-License-Identifier: MIT */
/* test_durable.c - who watches the disk misses nothing, and is woken once. */
#include "common/store/durable.h"

#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static struct durable d;
static bool works;

static void setup(void)
{
    ck_assert_int_eq(durable_init(&d), LLMREG_OK);
}

static void teardown(void)
{
    durable_fini(&d);
}

static struct llmreg_durable_watch *watch(void)
{
    struct llmreg_durable_watch *w = NULL;

    ck_assert_int_eq(durable_watch(&d, &w), LLMREG_OK);
    return w;
}

static bool is_readable(const struct llmreg_durable_watch *w)
{
    struct pollfd p = {.fd = w->fd, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

START_TEST(in_the_beginning_nothing_is_on_disk_and_nothing_works)
{
    ck_assert_uint_eq(durable_on_disk(&d), 0);
    ck_assert(!durable_works(&d));
}
END_TEST

START_TEST(a_new_watch_is_readable_at_once)
{
    struct llmreg_durable_watch *w = watch();

    ck_assert(is_readable(w));
    ck_assert_uint_eq(durable_read(w, &works), 0);
    ck_assert(!works);
    ck_assert(!is_readable(w));
}
END_TEST

START_TEST(each_change_makes_an_idle_watch_readable)
{
    struct llmreg_durable_watch *w = watch();

    (void)durable_read(w, &works);
    durable_tell(&d, 0, true);
    ck_assert(is_readable(w));
    ck_assert_uint_eq(durable_read(w, &works), 0);
    ck_assert(works);
    durable_tell(&d, 7, true);
    ck_assert(is_readable(w));
    ck_assert_uint_eq(durable_read(w, &works), 7);
    durable_tell(&d, 7, false);
    ck_assert(is_readable(w));
    ck_assert_uint_eq(durable_read(w, &works), 7);
    ck_assert(!works);
}
END_TEST

START_TEST(what_is_no_change_wakes_nobody)
{
    struct llmreg_durable_watch *w = watch();

    durable_tell(&d, 7, true);
    (void)durable_read(w, &works);
    durable_tell(&d, 7, true);
    ck_assert(!is_readable(w));
}
END_TEST

START_TEST(a_pending_watch_is_not_written_to_again)
{
    struct llmreg_durable_watch *w = watch();
    uint64_t count = 0;

    (void)durable_read(w, &works);
    for (uint64_t n = 1; n < 100; n++)
        durable_tell(&d, n, true);
    ck_assert_int_eq(read(w->fd, &count, sizeof count), sizeof count);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(durable_read(w, &works), 99);
}
END_TEST

START_TEST(each_watch_is_woken)
{
    struct llmreg_durable_watch *a = watch(), *b = watch();

    (void)durable_read(a, &works);
    (void)durable_read(b, &works);
    durable_tell(&d, 1, true);
    ck_assert(is_readable(a) && is_readable(b));
    (void)durable_read(a, &works);
    ck_assert(is_readable(b));
}
END_TEST

START_TEST(a_place_is_taken_again_and_readable_again)
{
    struct llmreg_durable_watch *w = watch();

    (void)durable_read(w, &works);
    durable_unwatch(w);
    durable_tell(&d, 1, true);
    ck_assert(!is_readable(w));
    ck_assert_ptr_eq(watch(), w);
    ck_assert(is_readable(w));
    ck_assert_uint_eq(durable_read(w, &works), 1);
}
END_TEST

START_TEST(there_is_a_limit)
{
    struct llmreg_durable_watch *all[DURABLE_WATCHES], *more = NULL;

    for (int i = 0; i < DURABLE_WATCHES; i++)
        all[i] = watch();
    ck_assert_int_eq(durable_watch(&d, &more), LLMREG_EFULL);
    durable_unwatch(all[5]);
    ck_assert_ptr_eq(watch(), all[5]);
}
END_TEST

/* ---- two threads ---- */

#define NUMBERS 200000

static void *tell_all(void *arg)
{
    (void)arg;
    for (uint64_t n = 1; n <= NUMBERS; n++)
        durable_tell(&d, n, n % 3 != 0);
    return NULL;
}

/* Looks only when it is woken: a wake that is missing ends in the timeout. */
static void *follow(void *arg)
{
    struct llmreg_durable_watch *w = watch();
    struct pollfd p = {.fd = w->fd, .events = POLLIN};
    uint64_t at = 0, before = 0;
    bool ok = false;

    (void)arg;
    while (at < NUMBERS) {
        ck_assert_int_eq(poll(&p, 1, 20000), 1);
        at = durable_read(w, &ok);
        ck_assert_uint_ge(at, before);
        before = at;
    }
    durable_unwatch(w);
    return NULL;
}

START_TEST(nobody_misses_the_last_one)
{
    pthread_t teller, followers[3];

    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&followers[i], NULL, follow, NULL), 0);
    ck_assert_int_eq(pthread_create(&teller, NULL, tell_all, NULL), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(followers[i], NULL);
    pthread_join(teller, NULL);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("durable");
    TCase *tc = tcase_create("durable");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60);
    tcase_add_test(tc, in_the_beginning_nothing_is_on_disk_and_nothing_works);
    tcase_add_test(tc, a_new_watch_is_readable_at_once);
    tcase_add_test(tc, each_change_makes_an_idle_watch_readable);
    tcase_add_test(tc, what_is_no_change_wakes_nobody);
    tcase_add_test(tc, a_pending_watch_is_not_written_to_again);
    tcase_add_test(tc, each_watch_is_woken);
    tcase_add_test(tc, a_place_is_taken_again_and_readable_again);
    tcase_add_test(tc, there_is_a_limit);
    tcase_add_test(tc, nobody_misses_the_last_one);
    suite_add_tcase(s, tc);
    SRunner *sr = srunner_create(s);
    srunner_run_all(sr, CK_ENV);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
