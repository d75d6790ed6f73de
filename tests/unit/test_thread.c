/* SPDX-License-Identifier: MIT */
/* test_thread.c - a thread of ours is named, deaf to signals and excluded by
 * the lock. */
#include <llmreg/thread.h>

#include <check.h>

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>

/* Linked in place of pthread_create; refusing says with what it fails. */
static int refusing;

int __real_pthread_create(pthread_t *out, const pthread_attr_t *attr,
                          void *(*run)(void *), void *arg);
int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *attr,
                          void *(*run)(void *), void *arg);

int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *attr,
                          void *(*run)(void *), void *arg)
{
    if (refusing != 0)
        return refusing;
    return __real_pthread_create(out, attr, run, arg);
}

static void *get_mask(void *arg)
{
    pthread_sigmask(SIG_SETMASK, NULL, arg);
    return arg;
}

static void start_and_join(void *(*run)(void *), void *arg)
{
    pthread_t thread;
    void *result = NULL;

    ck_assert_int_eq(llmreg_thread_start(&thread, run, arg, "llmreg-test"),
                     LLMREG_OK);
    ck_assert_int_eq(pthread_join(thread, &result), 0);
    ck_assert_ptr_eq(result, arg);
}

START_TEST(a_thread_blocks_the_signals_of_the_daemon)
{
    const int signals[] = {SIGTERM, SIGINT,  SIGHUP,  SIGCHLD,
                           SIGUSR1, SIGPIPE, SIGALRM, SIGRTMIN};
    sigset_t mask;

    sigemptyset(&mask);
    start_and_join(get_mask, &mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        ck_assert_int_eq(sigismember(&mask, signals[i]), 1);
}
END_TEST

START_TEST(a_thread_lets_its_own_faults_through)
{
    sigset_t mask;

    sigfillset(&mask);
    start_and_join(get_mask, &mask);
    ck_assert_int_eq(sigismember(&mask, SIGSEGV), 0);
    ck_assert_int_eq(sigismember(&mask, SIGBUS), 0);
    ck_assert_int_eq(sigismember(&mask, SIGABRT), 0);
}
END_TEST

START_TEST(starting_a_thread_leaves_the_callers_mask)
{
    sigset_t before;
    sigset_t mask;
    sigset_t after;

    sigemptyset(&before);
    sigaddset(&before, SIGUSR2);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    start_and_join(get_mask, &mask);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    ck_assert_int_eq(sigismember(&after, SIGUSR2), 1);
    ck_assert_int_eq(sigismember(&after, SIGTERM), 0);
}
END_TEST

START_TEST(a_system_without_threads_is_an_error)
{
    pthread_t thread;
    sigset_t after;

    refusing = EAGAIN;
    ck_assert_int_eq(llmreg_thread_start(&thread, get_mask, NULL, "none"),
                     LLMREG_EIO);
    ck_assert_int_eq(errno, EAGAIN);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    ck_assert_int_eq(sigismember(&after, SIGTERM), 0);
}
END_TEST

static void *wait_for(void *arg)
{
    while (sem_wait(arg) != 0)
        ;
    return arg;
}

START_TEST(a_thread_carries_its_name_as_far_as_it_goes)
{
    static const struct {
        const char *name, *shown;
    } names[] = {{"llmreg-probe", "llmreg-probe"},
                 {"123456789012345", "123456789012345"},
                 {"llmreg-store-writer", "llmreg-store-wr"}};
    char shown[32] = "";
    pthread_t thread;
    sem_t go;

    ck_assert_int_eq(sem_init(&go, 0, 0), 0);
    ck_assert_int_eq(
        llmreg_thread_start(&thread, wait_for, &go, names[_i].name), LLMREG_OK);
    ck_assert_int_eq(pthread_getname_np(thread, shown, sizeof shown), 0);
    sem_post(&go);
    pthread_join(thread, NULL);
    sem_destroy(&go);
    ck_assert_str_eq(shown, names[_i].shown);
}
END_TEST

struct counter {
    struct llmreg_lock lock;
    long n; /* guarded by lock */
};

static void *count(void *arg)
{
    struct counter *c = arg;

    for (int i = 0; i < 10000; i++) {
        llmreg_lock(&c->lock);
        c->n++;
        llmreg_unlock(&c->lock);
    }
    return arg;
}

START_TEST(a_lock_excludes_other_threads)
{
    struct counter c = {.n = 0};
    pthread_t threads[4];

    ck_assert_int_eq(llmreg_lock_init(&c.lock), LLMREG_OK);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(llmreg_thread_start(&threads[i], count, &c, "count"),
                         LLMREG_OK);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(c.n, 40000);
    llmreg_lock_fini(&c.lock);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("thread");
    TCase *tc = tcase_create("thread");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_test(tc, a_thread_blocks_the_signals_of_the_daemon);
    tcase_add_test(tc, a_thread_lets_its_own_faults_through);
    tcase_add_test(tc, starting_a_thread_leaves_the_callers_mask);
    tcase_add_test(tc, a_system_without_threads_is_an_error);
    tcase_add_loop_test(tc, a_thread_carries_its_name_as_far_as_it_goes, 0, 3);
    tcase_add_test(tc, a_lock_excludes_other_threads);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
