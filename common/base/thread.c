/* SPDX-License-Identifier: MIT */
/* thread.c - the few pthread calls that llmreg makes.
 *
 * The wrappers of the mutex are outside clang's analysis: they are what it
 * takes as given.  A plain mutex that is used rightly cannot fail to lock.
 */
#include <llmreg/thread.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>

int llmreg_lock_init(struct llmreg_lock *lock)
{
    return pthread_mutex_init(&lock->mutex, NULL) == 0 ? LLMREG_OK
                                                       : LLMREG_ENOMEM;
}

void llmreg_lock_fini(struct llmreg_lock *lock)
{
    pthread_mutex_destroy(&lock->mutex);
}

LLMREG_TSA(no_thread_safety_analysis)
void llmreg_lock(struct llmreg_lock *lock)
{
    pthread_mutex_lock(&lock->mutex);
}

LLMREG_TSA(no_thread_safety_analysis)
void llmreg_unlock(struct llmreg_lock *lock)
{
    pthread_mutex_unlock(&lock->mutex);
}

/* Every signal but the faults: those belong to the thread that made them, and
 * blocked they would kill without the daemon's crash handler. */
static void fill_blocked(sigset_t *set)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL,
                                 SIGTRAP, SIGSYS, SIGABRT};

    sigfillset(set);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        sigdelset(set, faults[i]);
}

/* A new thread inherits the mask of its maker; so the maker blocks, and
 * nothing can arrive before the thread's first instruction. */
int llmreg_thread_start(pthread_t *out, void *(*run)(void *arg), void *arg,
                        const char *name)
{
    char short_name[16];
    sigset_t blocked;
    sigset_t before;
    int error;

    fill_blocked(&blocked);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    error = pthread_create(out, NULL, run, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        errno = error;
        return LLMREG_EIO;
    }
    snprintf(short_name, sizeof short_name, "%.15s", name);
    pthread_setname_np(*out, short_name);
    return LLMREG_OK;
}
