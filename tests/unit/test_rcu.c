/* SPDX-License-Identifier: MIT */
/* test_rcu.c - sections, and what waits for them. */
#include "common/registry/rcu.h"

#include <check.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

struct thing {
    struct rcu_head rcu;
    _Atomic bool due;
};

static void setup(void)
{
    ck_assert_int_eq(rcu_start(), LLMREG_OK);
}

static void mark(struct rcu_head *head)
{
    rcu_due(head);
    rcu_holder(head, struct thing, rcu)->due = true;
}

START_TEST(starting_twice_is_harmless)
{
    ck_assert_int_eq(rcu_start(), LLMREG_OK);
    ck_assert_int_eq(rcu_start(), LLMREG_OK);
}
END_TEST

START_TEST(starting_leaves_the_signal_mask_as_it_was)
{
    sigset_t now;

    ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, &now), 0);
    ck_assert_int_eq(sigismember(&now, SIGTERM), 0);
}
END_TEST

START_TEST(later_has_happened_when_waiting_is_over)
{
    struct thing t = {.due = false};

    rcu_later(&t.rcu, mark);
    rcu_wait();
    ck_assert(t.due);
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("rcu");
    TCase *t = tcase_create("rcu");

    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, starting_twice_is_harmless);
    tcase_add_test(t, starting_leaves_the_signal_mask_as_it_was);
    tcase_add_test(t, later_has_happened_when_waiting_is_over);
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
